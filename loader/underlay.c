/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/underlay.h>

#include <errno.h>
#include <net/if.h>

#include <bpfcast/log.h>
#include <loader/route.h>
#include <maps/text.h>

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
