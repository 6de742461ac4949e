/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/port.h>

#include <errno.h>
#include <string.h>

#include <maps/table.h>

int mc_port_get(struct mc_instance *in, __u32 ifindex, struct mc_port *port)
{
	return mc_table_get(in, MC_TABLE_PORTS, &ifindex, port);
}

int mc_port_state_get(struct mc_instance *in, __u32 ifindex, struct mc_port_state *state)
{
	return mc_table_get(in, MC_TABLE_PORT_STATE, &ifindex, state);
}

struct port_walk {
	mc_port_fn fn;
	void *arg;
};

static int visit(const void *key, const void *value, void *arg)
{
	struct port_walk *walk = arg;

	return walk->fn(*(const __u32 *)key, value, walk->arg);
}

int mc_port_for_each(struct mc_instance *in, mc_port_fn fn, void *arg)
{
	struct port_walk walk = { fn, arg };

	return mc_table_for_each(in, MC_TABLE_PORTS, visit, &walk);
}

struct source_walk {
	mc_port_source_fn fn;
	void *arg;
};

static int visit_source(const void *key, const void *value, void *arg)
{
	const struct mc_port_source *entry = key;
	struct source_walk *walk = arg;

	(void)value;
	return walk->fn(entry->ifindex, &entry->source, walk->arg);
}

int mc_port_for_each_source(struct mc_instance *in, mc_port_source_fn fn, void *arg)
{
	struct source_walk walk = { fn, arg };

	return mc_table_for_each(in, MC_TABLE_PORT_SOURCES, visit_source, &walk);
}

struct name_search {
	const char *name;
	__u32 ifindex;
};

static int match_name(__u32 ifindex, const struct mc_port *port, void *arg)
{
	struct name_search *search = arg;

	if (strncmp(port->name, search->name, sizeof(port->name)) != 0)
		return 0;
	search->ifindex = ifindex;
	return 1;
}

int mc_port_find(struct mc_instance *in, const char *name, __u32 *ifindex)
{
	struct name_search search = { name, 0 };
	int err = mc_port_for_each(in, match_name, &search);

	if (err < 0)
		return err;
	if (!err)
		return -ENOENT;
	*ifindex = search.ifindex;
	return 0;
}
