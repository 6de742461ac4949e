/* SPDX-License-Identifier: Apache-2.0 */
/* Constants that are newer than the headers of Debian 12 (linux-libc-dev 6.1, libbpf 1.1). */
#pragma once

#define MC_BPF_TCX_INGRESS 46 /* enum bpf_attach_type, kernel 6.6 */
