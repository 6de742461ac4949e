#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every verb with wrong input: one sentence on stderr, nothing on stdout, exit 1 (refused) or 2 (usage),
# and nothing changed. Wrong devices, addresses, numbers, names, duplicates and what is not there.
# vm: no, what the CLI says does not depend on the kernel
# timeout: 120
#
#   n1p1, n1p2 --- n1, d0 (no port yet) ====== n2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-input.sh"

lab_up --nodes 2 --pods 2
lab group 239.1.1.1
on n1 ip link add d0 up type veth peer name d1

before=$(state)

wrong 2 "no object 'frob'" frob
wrong 2 "no object" ""
wrong 2 "no port verb 'frob'" port frob
wrong 2 "no option" --frob
wrong 2 "instance name" -n ../x status
wrong 2 "instance name" -n "$(printf 'a%.0s' {1..40})" status
wrong 1 "not loaded.*load" -n no-such status
unchanged "the line as a whole"

wrong 2 "one word too many" status now
wrong 2 "out of range" load groups 0
wrong 2 "out of range" load vxlan-port 65536
wrong 2 "cannot both" load vxlan-port 5000 geneve-port 5000
wrong 2 "no argument 'frob'" load frob
wrong 1 "unload" load groups 17
wrong 1 "unload" load vxlan-port 4790
wrong 2 "one word too many" unload now
unchanged "load, unload, status"

wrong 1 "no device 'nix'" underlay add nix
wrong 1 "underlay already" underlay add eth0
wrong 1 "is a port" underlay add p1
wrong 1 "no address of global scope" underlay add d0
wrong 1 "no address of 'd0'" underlay add d0 addr 198.51.100.1
wrong 2 "not an IP address" underlay add d0 addr 1.2.3
wrong 2 "unicast" underlay add d0 addr 239.1.1.1
wrong 2 "no xdp 'maybe'" underlay add d0 xdp maybe
wrong 1 "no underlay" underlay del nix
wrong 1 "VTEPs are reached" underlay del eth0
unchanged "underlay"

wrong 2 "DEV is missing" port add
wrong 2 "vni is missing" port add d0
wrong 1 "no device 'nix'" port add nix vni 77
wrong 2 "1 to 15 characters" port add sixteen-letters- vni 77
wrong 2 "out of range: 0 to 16777215" port add d0 vni 16777216
wrong 2 "vni" port add d0 vni 99999999999999999999
wrong 2 "vni" port add d0 vni x
wrong 1 "a port already" port add p1 vni 77
wrong 1 "a port already" port add p1 vni 78
wrong 1 "is an underlay" port add eth0 vni 77
wrong 2 "no kind 'frob'" port add d0 vni 77 kind frob
wrong 2 "given twice" port add d0 vni 77 vni 78
wrong 1 "no port" port del d0
wrong 1 "not a port" port show d0
unchanged "port"

wrong 2 "not an IP address" vtep add 192.0.2.256
wrong 2 "unicast" vtep add 239.1.1.1
wrong 2 "unicast" vtep add 0.0.0.0
wrong 2 "unicast" vtep add 127.0.0.1
wrong 1 "our own address" vtep add 192.0.2.1
wrong 1 "there already" vtep add 192.0.2.2
wrong 1 "no route" vtep add 203.0.113.1
wrong 1 "no underlay" vtep add 192.0.2.9 dev d0
wrong 2 "no encap 'gre'" vtep add 192.0.2.9 encap gre
wrong 2 "out of range" vtep add 192.0.2.9 port 0
wrong 1 "not an address of this host" vtep add 192.0.2.9 src 198.51.100.1
wrong 1 "our own address" vtep replace 192.0.2.1
wrong 1 "no VTEP" vtep del 192.0.2.9
unchanged "vtep"

wrong 1 "there already" group add 239.1.1.1 vni 77
wrong 2 "not a multicast address" group add 10.1.1.1 vni 77
wrong 2 "not an IP address" group add frob vni 77
wrong 1 "link-local" group add 224.0.0.251 vni 77
wrong 2 "vni is missing" group add 239.1.1.2
wrong 2 "out of range: 0 to 16777215" group add 239.1.1.2 vni 16777216
wrong 2 "out of range" group add 239.1.1.2 vni 77 size 0
wrong 2 "out of range" group add 239.1.1.2 vni 77 size 65537
wrong 1 "no group" group del 239.1.1.2 vni 77
wrong 1 "no group" group del 239.1.1.1 vni 78
wrong 1 "no group" group show 239.1.1.2
wrong 2 "out of range" group flush vni 16777216
unchanged "group"

wrong 1 "no group" member add 239.1.1.2 vni 77 port p1
wrong 1 "no group" member add 239.1.1.1 vni 78 port p1
wrong 1 "not a port" member add 239.1.1.1 vni 77 port d0
wrong 1 "not a port" member add 239.1.1.1 vni 77 port nix
wrong 1 "not a VTEP" member add 239.1.1.1 vni 77 vtep 192.0.2.9
wrong 1 "already" member add 239.1.1.1 vni 77 vtep 192.0.2.2
wrong 2 "port or a VTEP" member add 239.1.1.1 vni 77
wrong 2 "port or a VTEP" member add 239.1.1.1 vni 77 port p1 vtep 192.0.2.2
wrong 1 "not a static member" member del 239.1.1.1 vni 77 port p1
wrong 1 "not a VTEP" member del 239.1.1.1 vni 77 vtep 192.0.2.9
wrong 1 "not a VTEP" member replace 239.1.1.1 vni 77 vtep 192.0.2.2,192.0.2.9
wrong 2 "not an IP address" member replace 239.1.1.1 vni 77 vtep 192.0.2.2,x
wrong 1 "no group" member flush 239.1.1.2 vni 77
unchanged "member"

wrong 2 "go together" stats show group 239.1.1.1
wrong 1 "no group" stats show group 239.1.1.2 vni 77
wrong 1 "not a port" stats show port d0
wrong 1 "not a VTEP" stats show vtep 192.0.2.9
wrong 2 "no argument 'frob'" monitor frob
wrong 2 "out of range" monitor count 0
wrong 2 "FILE is missing" batch
wrong 1 "No such file" batch /no/such/file
printf '%s\n' "group show" "" "# a comment" "port add nix vni 77" "port add d0 vni 77" >"$TMP/batch"
mc n1 batch "$TMP/batch" >/dev/null 2>"$TMP/err" && fail "a batch with a wrong line"
grep -q "batch:4: no device 'nix'" "$TMP/err" || fail "batch does not name its line: $(cat "$TMP/err")"
unchanged "stats, monitor, batch"

# The twin of these: the same words with right values do change something.
mc n1 port add d0 vni 16777215
mc n1 group add 239.1.1.2 vni 16777215 size 65536
mc n1 vtep add 192.0.2.9
mc n1 member add 239.1.1.2 vni 16777215 port d0
mc n1 member add 239.1.1.1 vni 77 vtep 192.0.2.9
wrong 1 "already" member add 239.1.1.2 vni 16777215 port d0
wrong 1 "VNI|vni" member add 239.1.1.1 vni 77 port d0
[[ $(state) != "$before" ]] || fail "state() sees nothing"

{ mc n1 -j port add nix vni 77 2>/dev/null || true; } | jq -e '.error | contains("nix")' >/dev/null ||
	fail "no JSON object for an error with -j"
ok "right values; -j"
