#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Super-frames in tunnels have to be cut before a device that would give them whole to another stack of this machine:
# an underlay of no hardware has its offload switched off, and gets it back as it was.
# vm: no, it is the same there
#
#   n1 ====== u
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

takes() { # on|off
	on n1 ethtool -k eth0 | grep -q "tx-udp_tnl-segmentation: $1"
}

lab_up_bare 1 0
takes on || fail "a veth that takes no super-frames"
mc n1 underlay add eth0 xdp off
takes off || fail "an underlay takes super-frames whole"
mc n1 underlay del eth0
takes on || fail "not as it was after 'underlay del'"
ok "off, and on again"
mc n1 underlay add eth0
mc n1 unload
takes on || fail "not as it was after unload"
ok "on again after unload"
on n1 ethtool -K eth0 tx-udp_tnl-segmentation off
mc n1 load >/dev/null
mc n1 underlay add eth0
mc n1 underlay del eth0
takes off || fail "switched on, though it was off before"
ok "off if it was off"
