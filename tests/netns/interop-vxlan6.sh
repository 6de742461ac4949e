#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel's vxlan device and we, both ways, over IPv6: with a fixed remote, with a checksum and without,
# and in collect-metadata mode. It takes our zero checksum where udp6zerocsumrx says so (RFC 6936).
#   topology: lib-interop.sh
# vm: no, of the overlay only the forms that interoperate are tried there
. "$(dirname "${BASH_SOURCE[0]}")/lib-interop.sh"

skip_unless tshark
interop_up vxlan 6
tunnel vxlan 6 fixed noudp6zerocsumtx udp6zerocsumrx
both_ways checksum
tunnel vxlan 6 fixed udp6zerocsumtx udp6zerocsumrx
both_ways no checksum
tunnel vxlan 6 external udp6zerocsumrx
both_ways external
interop_end vxlan 6 3
