/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and enums of the ABI as text, both ways. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct mc_addr;

#define MC_ADDR_TEXT 46 /* INET6_ADDRSTRLEN */

/* Writes @addr as IPv4 or IPv6 text into @buf (MC_ADDR_TEXT bytes) and returns it. */
const char *mc_addr_format(const struct mc_addr *addr, char *buf);

/* 0, or -EINVAL when @text is neither; an IPv4-mapped IPv6 address is refused. Silent. */
int mc_addr_parse(const char *text, struct mc_addr *addr);

#define MC_TIME_TEXT 48

/* Nanoseconds of CLOCK_REALTIME as RFC 3339 has it, UTC, microseconds, into @buf (MC_TIME_TEXT bytes). */
const char *mc_time_format(long long ns, char *buf);

const char *mc_reason_name(unsigned int reason);
const char *mc_reason_help(unsigned int reason);
int mc_reason_verdict(unsigned int reason); /* enum mc_verdict */
const char *mc_event_name(unsigned int type);
const char *mc_port_kind_name(unsigned int kind);
int mc_port_kind_parse(const char *text, __u8 *kind); /* -EINVAL */
const char *mc_encap_name(unsigned int encap);
const char *mc_attach_name(unsigned int attach);
const char *mc_xdp_name(unsigned int mode);
const char *mc_mode_name(unsigned int mode);	  /* enum mc_mode */
const char *mc_filter_name(unsigned int exclude); /* not 0: EXCLUDE */
const char *mc_unknown_policy_name(unsigned int policy);
const char *mc_link_local_policy_name(unsigned int policy);
