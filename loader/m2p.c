/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/m2p.h>

#include <errno.h>
#include <stddef.h>

#include <bpfcast/log.h>
#include <loader/underlay.h>
#include <loader/underlay_join.h>
#include <maps/m2p.h>
#include <maps/text.h>

static int check_device(struct mc_instance *in, const struct mc_m2p *m2p)
{
	struct mc_underlay underlay;

	if (!m2p->ifindex)
		return 0;
	if (mc_underlay_get(in, m2p->ifindex, &underlay))
		return mc_error(-ENOENT,
				"interface %u is no underlay; 'bpfcast underlay add' it first",
				m2p->ifindex);
	if (mc_addr_is_zero(&underlay.local6))
		return mc_error(-EADDRNOTAVAIL,
				"underlay '%s' has no IPv6 address to send from; 'bpfcast underlay "
				"del' it and add it with one",
				underlay.name);
	return 0;
}

int mc_mapping_replace(struct mc_instance *in, const struct mc_group_key *key,
		       const struct mc_m2p *m2p)
{
	struct mc_m2p before;
	int err = mc_m2p_check(in, key, m2p);

	if (!err)
		err = check_device(in, m2p);
	if (!err)
		err = mc_underlay_join(in, key, mc_m2p_get(in, key, &before) ? NULL : &before, m2p);
	return err ? err : mc_m2p_set(in, key, m2p);
}

int mc_mapping_add(struct mc_instance *in, const struct mc_group_key *key, const struct mc_m2p *m2p)
{
	char group[MC_ADDR_TEXT], underlay[MC_ADDR_TEXT];
	struct mc_m2p before;

	if (mc_m2p_get(in, key, &before))
		return mc_mapping_replace(in, key, m2p);
	return mc_error(-EEXIST,
			"group %s vni %u is mapped to %s already; 'm2p replace' changes it",
			mc_addr_format(&key->group, group), key->vni,
			mc_addr_format(&before.underlay, underlay));
}

int mc_mapping_del(struct mc_instance *in, const struct mc_group_key *key)
{
	struct mc_m2p before;
	int err = mc_m2p_get(in, key, &before);

	if (!err)
		err = mc_underlay_join(in, key, &before, NULL);
	else if (err == -ENOENT)
		err = 0; /* which mc_m2p_del() says */
	return err ? err : mc_m2p_del(in, key);
}
