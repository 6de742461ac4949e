#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel's geneve device and we, both ways, over IPv6: with a fixed remote, with a checksum and without,
# and in collect-metadata mode.
#   topology: lib-interop.sh
# vm: yes, kernels that have the device
. "$(dirname "${BASH_SOURCE[0]}")/lib-interop.sh"

skip_unless geneve
interop_up geneve 6
tunnel geneve 6 fixed noudp6zerocsumtx udp6zerocsumrx
both_ways checksum
tunnel geneve 6 fixed udp6zerocsumtx udp6zerocsumrx
both_ways no checksum
tunnel geneve 6 external udp6zerocsumrx
both_ways external
interop_end geneve 6 3
