#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel's geneve device and we, both ways, over IPv4: with a fixed remote, with a checksum and without,
# and in collect-metadata mode.
#   topology: lib-interop.sh
# vm: yes, kernels that have the device
. "$(dirname "${BASH_SOURCE[0]}")/lib-interop.sh"

skip_unless geneve
interop_up geneve 4
tunnel geneve 4 fixed udpcsum
both_ways udpcsum
tunnel geneve 4 fixed noudpcsum
both_ways noudpcsum
tunnel geneve 4 external
both_ways external
interop_end geneve 4 3
