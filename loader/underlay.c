/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/underlay.h>

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <bpfcast/log.h>
#include <loader/route.h>
#include <maps/table.h>
#include <maps/text.h>

int mc_underlay_get(struct mc_instance *in, __u32 ifindex, struct mc_underlay *underlay)
{
	return mc_table_get(in, MC_TABLE_UNDERLAYS, &ifindex, underlay);
}

struct underlay_walk {
	mc_underlay_fn fn;
	void *arg;
};

static int visit(const void *key, const void *value, void *arg)
{
	struct underlay_walk *walk = arg;

	return walk->fn(*(const __u32 *)key, value, walk->arg);
}

int mc_underlay_for_each(struct mc_instance *in, mc_underlay_fn fn, void *arg)
{
	struct underlay_walk walk = { fn, arg };

	return mc_table_for_each(in, MC_TABLE_UNDERLAYS, visit, &walk);
}

struct name_search {
	const char *name;
	__u32 ifindex;
};

static int match_name(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	struct name_search *search = arg;

	if (strncmp(underlay->name, search->name, sizeof(underlay->name)) != 0)
		return 0;
	search->ifindex = ifindex;
	return 1;
}

int mc_underlay_find(struct mc_instance *in, const char *name, __u32 *ifindex)
{
	struct name_search search = { name, 0 };
	int err = mc_underlay_for_each(in, match_name, &search);

	if (err < 0)
		return err;
	if (!err)
		return -ENOENT;
	*ifindex = search.ifindex;
	return 0;
}

const struct mc_addr *mc_underlay_local(const struct mc_underlay *underlay,
					const struct mc_addr *remote)
{
	return mc_addr_is_v4(remote) ? &underlay->local : &underlay->local6;
}

/* The device of that name if there is one, else the one that the routes say. */
static int find_device(struct mc_instance *in, const struct mc_addr *remote, const char *dev,
		       __u32 *ifindex)
{
	struct mc_route route = { 0 };
	char text[MC_ADDR_TEXT];
	__u32 wanted = 0;
	int err = dev ? mc_underlay_find(in, dev, &wanted) : 0;

	if (err)
		return mc_error(err, "'%.*s' is no underlay; 'bpfcast underlay add' it first",
				IFNAMSIZ, dev);
	err = mc_route_get(remote, wanted, &route);
	if (err)
		return mc_error_errno(err, "no route to %s", mc_addr_format(remote, text));
	*ifindex = route.ifindex;
	return 0;
}

int mc_underlay_route(struct mc_instance *in, const struct mc_addr *remote, const char *dev,
		      __u32 *ifindex, struct mc_underlay *underlay)
{
	char text[MC_ADDR_TEXT];
	__u32 egress = 0;
	int err = find_device(in, remote, dev, &egress);

	if (err)
		return err;
	mc_addr_format(remote, text);
	if (mc_underlay_get(in, egress, underlay))
		return mc_error(-ENOENT,
				"the route to %s leads through interface %u, which is no underlay; "
				"'bpfcast underlay add' it first",
				text, egress);
	if (mc_addr_is_zero(mc_underlay_local(underlay, remote)))
		return mc_error(-EADDRNOTAVAIL,
				"underlay '%s' has no %s address to send to %s from; 'bpfcast "
				"underlay del' it and add it with one",
				underlay->name, mc_addr_is_v4(remote) ? "IPv4" : "IPv6", text);
	*ifindex = egress;
	return 0;
}
