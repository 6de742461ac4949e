#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel's vxlan device in collect-metadata mode and we, both ways, over IPv4 (vxlan-interop-send and
# -receive: with the device that has a fixed remote).
#   topology: lib-interop.sh
# vm: no, of the overlay only what this kernel lacks is tried there
. "$(dirname "${BASH_SOURCE[0]}")/lib-interop.sh"

skip_unless tshark
interop_up vxlan 4
tunnel vxlan 4 fixed udpcsum
both_ways udpcsum
tunnel vxlan 4 fixed noudpcsum
both_ways noudpcsum
tunnel vxlan 4 external
both_ways external
interop_end vxlan 4 3
