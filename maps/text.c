/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/text.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bpfcast/abi.h>
#include <bpfcast/event.h>
#include <bpfcast/reason.h>
#include <bpfcast/util.h>

const char *mc_addr_format(const struct mc_addr *addr, char *buf)
{
	if (mc_addr_is_v4(addr))
		inet_ntop(AF_INET, &addr->word[3], buf, MC_ADDR_TEXT);
	else
		inet_ntop(AF_INET6, addr, buf, MC_ADDR_TEXT);
	return buf;
}

int mc_addr_parse(const char *text, struct mc_addr *addr)
{
	struct mc_addr v6;
	__be32 v4;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		*addr = mc_addr_v4(v4);
		return 0;
	}
	if (inet_pton(AF_INET6, text, &v6) != 1 || mc_addr_is_v4(&v6))
		return -EINVAL;
	*addr = v6;
	return 0;
}

struct reason_text {
	const char *name;
	const char *help;
	int verdict;
};

static const struct reason_text reasons[MC_REASON_COUNT] = {
	[MC_R_NONE] = { "none", "no reason", MC_VERDICT_PASS },
#define X(name, text, verdict, help) [MC_R_##name] = { text, help, MC_VERDICT_##verdict },
	MC_REASONS(X)
#undef X
};

static const struct reason_text *reason_text(unsigned int reason)
{
	static const struct reason_text unknown = { "unknown", "from a newer version",
						    MC_VERDICT_DROP };

	return reason < MC_REASON_COUNT ? &reasons[reason] : &unknown;
}

const char *mc_time_format(long long ns, char *buf)
{
	const long long second = 1000000000;
	time_t seconds = ns / second;
	struct tm tm;
	size_t used;

	gmtime_r(&seconds, &tm);
	used = strftime(buf, MC_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + used, MC_TIME_TEXT - used, ".%06uZ", (unsigned int)(ns % second / 1000));
	return buf;
}

const char *mc_reason_name(unsigned int reason)
{
	return reason_text(reason)->name;
}

const char *mc_reason_help(unsigned int reason)
{
	return reason_text(reason)->help;
}

int mc_reason_verdict(unsigned int reason)
{
	return reason_text(reason)->verdict;
}

static const char *const events[] = {
#define X(name, text) [MC_EVENT_##name] = (text),
	MC_EVENTS(X)
#undef X
};

static const char *const port_kinds[] = {
	[MC_PORT_EDGE] = "edge",
	[MC_PORT_SHARED] = "shared",
	[MC_PORT_UPLINK] = "uplink",
	[MC_PORT_SYSTEM] = "system",
};

static const char *const encaps[] = {
	[MC_ENCAP_NONE] = "none",
	[MC_ENCAP_VXLAN] = "vxlan",
	[MC_ENCAP_GENEVE] = "geneve",
};

static const char *const attaches[] = {
	[MC_ATTACH_NONE] = "none",
	[MC_ATTACH_TCX] = "tcx",
	[MC_ATTACH_CLSACT] = "clsact",
	[MC_ATTACH_CLSACT_OURS] = "clsact",
};

static const char *const xdp_modes[] = {
	[MC_XDP_OFF] = "off",
	[MC_XDP_GENERIC] = "generic",
	[MC_XDP_NATIVE] = "native",
};

static const char *const modes[] = {
	[MC_MODE_EXTERNAL] = "external",
	[MC_MODE_UNDERLAY] = "underlay",
	[MC_MODE_BOTH] = "both",
	[MC_MODE_RESERVED] = "reserved",
};

static const char *const unknown_policies[] = {
	[MC_UNKNOWN_HOST] = "host",
	[MC_UNKNOWN_DROP] = "drop",
	[MC_UNKNOWN_LEARN] = "learn",
};

static const char *const link_local_policies[] = {
	[MC_LINK_LOCAL_HOST] = "host",
	[MC_LINK_LOCAL_FLOOD] = "flood",
};

#define NAME_OF(table, i) ((i) < MC_ARRAY_SIZE(table) ? (table)[i] : "unknown")

const char *mc_event_name(unsigned int type)
{
	return NAME_OF(events, type);
}

const char *mc_port_kind_name(unsigned int kind)
{
	return NAME_OF(port_kinds, kind);
}

int mc_port_kind_parse(const char *text, __u8 *kind)
{
	for (size_t i = 0; i < MC_ARRAY_SIZE(port_kinds); i++) {
		if (!strcmp(text, port_kinds[i])) {
			*kind = i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *mc_encap_name(unsigned int encap)
{
	return NAME_OF(encaps, encap);
}

const char *mc_attach_name(unsigned int attach)
{
	return NAME_OF(attaches, attach);
}

const char *mc_xdp_name(unsigned int mode)
{
	return NAME_OF(xdp_modes, mode);
}

const char *mc_mode_name(unsigned int mode)
{
	return NAME_OF(modes, mode);
}

const char *mc_filter_name(unsigned int exclude)
{
	return exclude ? "exclude" : "include";
}

const char *mc_unknown_policy_name(unsigned int policy)
{
	return NAME_OF(unknown_policies, policy);
}

const char *mc_link_local_policy_name(unsigned int policy)
{
	return NAME_OF(link_local_policies, policy);
}
