# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Receivers whose sockets join and block as they are told (tests/tools/mcjoin), and three senders, one
# a node: n1p1, n2p1 and n3p1, called 1, 2 and 3. So "13" is the senders n1p1 and n3p1.

COUNT=20 # datagrams from each sender in a round
SOURCE=() # address of each sender
RECEIVERS=()
declare -A ASK=() ANSWER=() # fds, by pod

# use_family 4|6: the GROUP, and what the other functions go by; ends the receivers of before
use_family() {
	local pod n fd
	for pod in "${RECEIVERS[@]}"; do stop "host-$pod"; done
	for fd in "${ASK[@]}" "${ANSWER[@]}"; do exec {fd}>&-; done
	RECEIVERS=() ASK=() ANSWER=()
	for n in 1 2 3; do SOURCE[n]=$([[ $1 == 4 ]] && echo "10.244.$n.1" || echo "fd00:244:$n::1"); done
	case $1 in
	4) GROUP=239.1.1.1 MARK=239.9.9.9 ;;
	6) GROUP=ff15::101 MARK=ff15::999 ;;
	esac
	lab group "$GROUP"
	lab group "$MARK"
}

# receivers POD ...: hosts without a socket yet, but for that which hears the mark
receivers() {
	local pod fd
	for pod; do
		rm -f "$TMP/$pod.ask" "$TMP/$pod.answer"
		mkfifo "$TMP/$pod.ask" "$TMP/$pod.answer"
		exec {fd}<>"$TMP/$pod.ask"
		ASK[$pod]=$fd
		exec {fd}<>"$TMP/$pod.answer"
		ANSWER[$pod]=$fd
		start "host-$pod" "$pod" bash -c 'exec mcjoin -i eth0 -m "$0" <"$1.ask" >"$1.answer"' "$MARK" "$TMP/$pod"
	done
	for pod; do wait_for 10 "is_member $pod $MARK"; done
	RECEIVERS+=("$@")
}

ask() { # POD LINE: the receiver's answer
	local answer
	echo "${*:2}" >&"${ASK[$1]}"
	read -r -t $((10 * SLOW)) answer <&"${ANSWER[$1]}" || fail "$1 does not answer '${*:2}'"
	echo "$answer"
}

# tell POD LINE: what mcjoin reads, for instance: tell n1p2 a MCAST_JOIN_GROUP 239.1.1.1
tell() {
	local answer
	answer=$(ask "$@")
	[[ $answer == ok ]] || fail "$1: '${*:2}': $answer"
}

filter_of() { # POD GROUP -> nothing, 'include 13', 'exclude ' ...
	local row n wanted=''
	row=$(mc "${1%p*}" -j member show "$2" vni "$VNI" port "p${1#*p}" 2>/dev/null) || true
	[[ $row =~ \"kind\":\"local\".*\"state\":\"active\".*\"filter\":\"([a-z]*)\" ]] || return 0
	for n in 1 2 3; do
		[[ $row != *"\"${SOURCE[n]}\""* ]] || wanted+=$n
	done
	echo "${BASH_REMATCH[1]} $wanted"
}

# asks POD FILTER [GROUP]: the receiver's node comes to know that its host asks for 'include 13',
# 'exclude 2', 'exclude ' (which is everything), or '' (nothing)
asks() {
	wait_for 10 "[[ \$(filter_of $1 ${3:-$GROUP}) == '${2}' ]]" "$1 asks for '$2' in ${3:-$GROUP}"
}

# round GROUP: each sender sends, then says that no more will come
round() {
	local pod pids=()
	for pod in "${RECEIVERS[@]}"; do tell "$pod" zero; done
	for pod in n1p1 n2p1 n3p1; do
		{
			on "$pod" mcsend -i eth0 -g "$1" -p 5001 -c "$COUNT" -r 2000
			on "$pod" mcsend -i eth0 -g "$MARK" -p 5002 -c "$COUNT" -r 2000
		} >/dev/null &
		pids+=($!)
	done
	wait "${pids[@]}"
}

heard() { # POD -> 'device:13 a:1 b:3', and while more may come, the senders of marks that came
	local line n
	line=$(ask "$1" count)
	for n in 1 2 3; do line=${line//"${SOURCE[n]}=$COUNT"/$n}; done
	line=${line//,/}
	echo "${line/ mark:123/}"
}

# hears POD WHAT: all that its device and its sockets got in the last round, as heard() says it
hears() {
	local end=$((SECONDS + 10 * SLOW)) now
	until now=$(heard "$1") && [[ $now == "$2" ]]; do
		((SECONDS < end)) || fail "$1 heard '$now', not '$2'"
		sleep 0.05
	done
}
