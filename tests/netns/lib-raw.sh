# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The tables of n1 themselves, by hand: bpftool, below the commands and the datapath.
# shellcheck disable=SC2046,SC2048,SC2086 # bytes are words
PINS=/sys/fs/bpf/bpfcast/$LAB-n1/v1
BPFTOOL=$(command -v bpftool || echo /usr/sbin/bpftool)

hex() { # FORMAT ARGUMENT ...: of perl's pack, as bpftool wants its bytes
	perl -e 'print join " ", map { sprintf "0x%02x", ord } split //, pack shift, @ARGV' -- "$@"
}

index() { on n1 ip -o link show dev "$1" | cut -d: -f1; }

v4() { # 239.1.1.1 -> its 16 bytes, for hex's "H*"
	local IFS=.
	printf '00000000000000000000ffff%02x%02x%02x%02x' $1
}

raw() { # MAP update|delete key HEX [value HEX]
	"$BPFTOOL" map "$2" pinned "$PINS/$1" ${*:3}
}

# overwrite WHICH KEY OFFSET DIGITS: some bytes of an entry; WHICH: 'pinned PATH' or 'id N'
overwrite() {
	local was
	was=$("$BPFTOOL" -j map lookup $1 key $2 | jq -r '.value | map(sub("0x"; "")) | join("")')
	"$BPFTOOL" map update $1 key $2 value $(hex "H*" "${was:0:$(($3 * 2))}$4${was:$(($3 * 2 + ${#4}))}")
}

vector() { # GROUP: the id of the map
	perl -e 'print unpack "L", pack "C*", map hex, @ARGV' \
		$("$BPFTOOL" -j map lookup pinned "$PINS/fanout" key $(hex "L H*" "$VNI" "$(v4 "$1")") | jq -r '.value[]')
}
