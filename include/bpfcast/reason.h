/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a packet ended where it did. Each packet that a program consumes is counted under exactly one
 * reason, success included; packets left to the host are counted only where that says something.
 * The number is the index into the `counters` map, so it is ABI: append, never reorder.
 */
#pragma once

enum mc_verdict {
	MC_VERDICT_DONE, /* consumed, and its purpose was served */
	MC_VERDICT_PASS, /* left untouched to the next program and the host's stack */
	MC_VERDICT_DROP, /* consumed, and lost */
};

#define MC_REASON_MAX 128 /* entries of `counters`: room to append without a new table */

/* X(NAME, "name in output", verdict, "what it means") */
#define MC_REASONS(X)                                                                              \
	X(NOT_OURS, "not_ours", PASS, "left to the host, nothing of ours")                         \
	X(FORWARDED, "forwarded", DONE, "copied to at least one member")                           \
	X(NO_MEMBER, "no_member", DONE, "group known, nobody but the sender wants it")             \
	X(REPORT, "report", DONE, "membership message taken into the tables")                      \
	X(REPORT_PENDING, "report_pending", DONE, "joins kept until their group is added")         \
	X(REPORT_IGNORED, "report_ignored", DONE, "membership message that changes nothing")       \
	X(UNKNOWN_GROUP, "unknown_group", PASS, "no such group in the VNI, left to the host")      \
	X(LINK_LOCAL, "link_local", PASS, "link-local group, left to the host")                    \
	X(NO_COPY, "no_copy", DROP, "members there, but every copy failed")                        \
	X(MALFORMED, "malformed", DROP, "header truncated or lengths that contradict each other")  \
	X(VLAN, "vlan", DROP, "VLAN tag that is not the port's, or none where it has one")         \
	X(WRONG_MAC, "wrong_mac", DROP, "destination MAC is not the group's")                      \
	X(BAD_SOURCE, "bad_source", DROP, "multicast, loopback, broadcast or zero source")         \
	X(TTL, "ttl", DROP, "TTL or hop limit too low")                                            \
	X(TCP, "tcp", DROP, "TCP to a group")                                                      \
	X(TOO_BIG, "too_big", DROP, "does not fit the underlay's MTU once encapsulated")           \
	X(NO_NEXT_HOP, "no_next_hop", DROP, "no route or neighbour towards any VTEP")              \
	X(NO_ROOM, "no_room", DROP, "the kernel could not make room for the outer headers")        \
	X(IGMP_CHECKSUM, "igmp_checksum", DROP, "IGMP checksum wrong")                             \
	X(IGMP_TTL, "igmp_ttl", DROP, "IGMP with a TTL other than 1")                              \
	X(IGMP_FRAGMENT, "igmp_fragment", DROP, "IGMP in an IP fragment")                          \
	X(IGMP_TRUNCATED, "igmp_truncated", DROP, "IGMP message shorter than it says")             \
	X(IGMP_TYPE, "igmp_type", DROP, "IGMP type that no snooper knows")                         \
	X(IGMP_DESTINATION, "igmp_destination", DROP, "IGMP sent to the wrong destination")        \
	X(IGMP_QUERY, "igmp_query", DROP, "query from a port that may not query")                  \
	X(RESERVED_GROUP, "reserved_group", DONE, "report for a group that is never pruned")       \
	X(BAD_GROUP, "bad_group", DROP, "report for an address that is no group")                  \
	X(GROUP_FULL, "group_full", DROP, "no free slot in the group, the join waits for one")     \
	X(MEMBERS_FULL, "members_full", DROP, "table of members full, join refused")               \
	X(PORT_LIMIT, "port_limit", DROP, "port has as many groups as it may, join refused")       \
	X(PORT_BUSY, "port_busy", DROP, "another CPU holds the port, report not taken")            \
	X(UNKNOWN_VTEP, "unknown_vtep", DROP, "our VNI from an address that is no VTEP")           \
	X(OWN_ADDRESS, "own_address", DROP, "our own address as the outer source, a loop")         \
	X(VXLAN_FLAGS, "vxlan_flags", DROP, "VXLAN header without the I flag")                     \
	X(INNER_MEMBERSHIP, "inner_membership", DROP, "membership message inside a tunnel")        \
	X(FILTERED, "filtered", DONE, "members there, but none wants this source")                 \
	X(UNKNOWN_DROPPED, "unknown_dropped", DROP, "no such group, the VNI drops unknown ones")   \
	X(SPOOFED_SOURCE, "spoofed_source", DROP, "source address that the port does not own")     \
	X(SPOOFED_MAC, "spoofed_mac", DROP, "source MAC that the port does not own")               \
	X(PORT_RATE, "port_rate", DROP, "more messages a second than the port may send")           \
	X(SOURCE_LIMIT, "source_limit", DROP, "group has as many sources as the port may have")    \
	X(SOURCES_FULL, "sources_full", DROP, "table of sources full, source refused")             \
	X(SSM_GROUP, "ssm_group", DONE, "any-source report for a source-specific group, ignored")  \
	X(IPV6_CHAIN, "ipv6_chain", DROP, "IPv6 extension headers longer than is looked through")  \
	X(MLD_CHECKSUM, "mld_checksum", DROP, "MLD checksum wrong")                                \
	X(MLD_HOP_LIMIT, "mld_hop_limit", DROP, "MLD with a hop limit other than 1")               \
	X(MLD_FRAGMENT, "mld_fragment", DROP, "MLD in an IP fragment")                             \
	X(MLD_ALERT, "mld_alert", DROP, "MLD without the Router Alert option")                     \
	X(MLD_SOURCE, "mld_source", DROP, "MLD from an address that is not link-local")            \
	X(MLD_TRUNCATED, "mld_truncated", DROP, "MLD message shorter than it says")                \
	X(MLD_DESTINATION, "mld_destination", DROP, "MLD sent to the wrong destination")           \
	X(MLD_QUERY, "mld_query", DROP, "MLD query from a port that may not query")                \
	X(GENEVE_VERSION, "geneve_version", DROP, "Geneve version other than 0")                   \
	X(GENEVE_CONTROL, "geneve_control", DROP, "Geneve control packet (O bit)")                 \
	X(GENEVE_OPTIONS, "geneve_options", DROP, "Geneve options truncated or lengths that lie")  \
	X(GENEVE_CRITICAL, "geneve_critical", DROP, "Geneve option that is critical and unknown")  \
	X(RESERVED_MODE, "reserved_mode", DROP, "replication mode 3, which is reserved")           \
	X(ECN, "ecn", DROP, "congestion marked outside, inner packet cannot carry the mark")       \
	X(INGRESS_EGRESS, "ingress_egress", DROP, "no next hop but where it came from")            \
	X(STORM, "storm", DROP, "more packets a second than a VTEP may send to the VNI")

enum mc_reason {
	MC_R_NONE = 0, /* no reason: go on */
#define X(name, text, verdict, help) MC_R_##name,
	MC_REASONS(X)
#undef X
		MC_REASON_COUNT
};

_Static_assert(MC_REASON_COUNT <= MC_REASON_MAX, "ABI: too many reasons");
