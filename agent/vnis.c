/* SPDX-License-Identifier: Apache-2.0 */
#include "vnis.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/vni.h>

#include "agent.h"
#include "config.h"
#include "ports.h"
#include "say.h"

struct intervals vni_intervals(const struct agent *agent, __u32 vni)
{
	struct intervals in = config_vni(agent->config, vni)->intervals;
	struct mc_vni settings;

	if (!agent->in || mc_vni_get(agent->in, vni, &settings))
		return in;
	if (settings.group_interval_ms && !(settings.derived & MC_VNI_D_GROUP_INTERVAL))
		intervals_fit_group(&in, settings.group_interval_ms);
	if (settings.last_member_ms && !(settings.derived & MC_VNI_D_LAST_MEMBER))
		intervals_fit_last_member(&in, settings.last_member_ms);
	return in;
}

/* The group membership interval of the ports of a VNI: the longest. */
struct longest {
	__u32 vni;
	__u32 ms;
};

struct longest_list {
	struct longest *entry;
	size_t count;
};

static int add_port(struct port *port, void *arg)
{
	struct longest_list *list = arg;
	struct longest entry = { .vni = port->settings.vni };
	struct longest *larger;

	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		__u32 ms = intervals_group(&port->querier[family].now);

		if (ms > entry.ms)
			entry.ms = ms;
	}
	for (size_t i = list->count; i > 0 && i + 8 > list->count; i--) { /* mostly one of few */
		if (list->entry[i - 1].vni != entry.vni)
			continue;
		if (list->entry[i - 1].ms < entry.ms)
			list->entry[i - 1].ms = entry.ms;
		return 0;
	}
	larger = realloc(list->entry, (list->count + 1) * sizeof(*larger));
	if (!larger)
		return -ENOMEM;
	list->entry = larger;
	list->entry[list->count++] = entry;
	return 0;
}

static __u32 longest_of(const struct longest_list *list, __u32 vni, __u32 otherwise)
{
	__u32 ms = 0;

	for (size_t i = 0; i < list->count; i++)
		if (list->entry[i].vni == vni && list->entry[i].ms > ms)
			ms = list->entry[i].ms;
	return ms ? ms : otherwise;
}

/* Changes an interval that is not an operator's, where it is another in effect. */
static void derive(struct mc_vni *settings, __u32 *field, __u8 bit, __u32 standard, __u32 wanted)
{
	__u32 now = *field ? *field : standard;

	if ((*field && !(settings->derived & bit)) || now == wanted)
		return;
	*field = wanted;
	settings->derived |= bit;
}

struct update {
	struct agent *agent;
	const struct longest_list *ports;
};

static int update(__u32 vni, const struct mc_vni *settings, void *arg)
{
	const struct update *update = arg;
	const struct vni_config *config = config_vni(update->agent->config, vni);
	struct intervals in = vni_intervals(update->agent, vni);
	struct mc_vni wanted = *settings;
	__u32 group = longest_of(update->ports, vni, intervals_group(&in));

	if (config->unknown != CONFIG_KEEP)
		wanted.unknown = (__u8)config->unknown;
	derive(&wanted, &wanted.group_interval_ms, MC_VNI_D_GROUP_INTERVAL, MC_GROUP_INTERVAL_MS,
	       group);
	derive(&wanted, &wanted.older_host_ms, MC_VNI_D_OLDER_HOST, MC_OLDER_HOST_MS, group);
	derive(&wanted, &wanted.last_member_ms, MC_VNI_D_LAST_MEMBER, MC_LAST_MEMBER_MS,
	       intervals_last_member(&in));
	if (!memcmp(&wanted, settings, sizeof(wanted)) || agent_lock(update->agent))
		return 0;
	if (!mc_vni_set(update->agent->in, vni, &wanted))
		say(SAY_INFO, "VNI set", "{s:i, s:i, s:i}", "vni", (int)vni, "group_interval",
		    (int)group, "last_member", (int)intervals_last_member(&in));
	agent_unlock(update->agent);
	return 0;
}

void vnis_update(struct agent *agent)
{
	struct longest_list ports = { 0 };
	struct update arg = { agent, &ports };
	int err = port_for_each(agent, add_port, &ports);

	if (!err)
		err = mc_vni_for_each(agent->in, update, &arg);
	if (err)
		(void)mc_error_errno(err, "cannot bring the VNIs up to date");
	free(ports.entry);
}
