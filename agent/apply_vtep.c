/* SPDX-License-Identifier: Apache-2.0 */
#include "apply_vtep.h"

#include <errno.h>
#include <string.h>

#include <bpfcast/log.h>
#include <loader/underlay.h>
#include <maps/text.h>
#include <maps/vtep.h>

#include "fact.h"

static int check_own(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	(void)ifindex;
	return mc_addr_equal(mc_underlay_local(underlay, arg), arg) ? -EADDRINUSE : 0;
}

static __be16 udp_port(const struct fact_vtep *wanted, const struct mc_underlay *underlay)
{
	if (wanted->port)
		return MC_BE16(wanted->port);
	return wanted->encap == MC_ENCAP_GENEVE ? underlay->geneve_port : underlay->vxlan_port;
}

int apply_vtep(struct mc_instance *in, const struct fact *fact)
{
	const struct fact_vtep *wanted = &fact->vtep;
	struct mc_addr remote = fact->key.addr;
	struct mc_underlay underlay;
	struct mc_vtep vtep;
	char text[MC_ADDR_TEXT];
	__u32 ifindex;
	int err = mc_underlay_for_each(in, check_own, &remote);

	mc_addr_format(&remote, text);
	if (err == -EADDRINUSE)
		return mc_error(
			err, "%s is our own address on the underlay; a VTEP is another node", text);
	err = mc_underlay_route(in, &remote, wanted->dev[0] ? wanted->dev : NULL, &ifindex,
				&underlay);
	if (err)
		return err;
	vtep = (struct mc_vtep){
		.remote = remote,
		.local = mc_addr_is_zero(&wanted->source) ? *mc_underlay_local(&underlay, &remote)
							  : wanted->source,
		.ifindex = ifindex,
		.port = udp_port(wanted, &underlay),
		.encap = wanted->encap,
		.flags = wanted->dev[0] ? MC_VTEP_F_DEV : 0,
	};
	return mc_vtep_replace(in, &vtep);
}
