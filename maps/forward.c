/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry in `forwarding` is written or deleted after the vectors that are made of it: a run that is
 * killed before that is done over by the same command.
 */
#include <maps/forward.h>

#include <errno.h>

#include <bpf/bpf.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/egress.h>
#include <maps/hop.h>
#include <maps/m2p.h>
#include <maps/remote_vector.h>
#include <maps/table.h>
#include <maps/text.h>

int mc_forward_get(struct mc_instance *in, const struct mc_addr *underlay,
		   struct mc_remote_list *hops)
{
	return mc_remote_vector_read(in, MC_TABLE_FORWARDING, underlay, hops);
}

struct forward_walk {
	struct mc_instance *in;
	mc_forward_fn fn;
	void *arg;
};

static int visit(const void *key, const void *value, void *arg)
{
	mc_autoremotes struct mc_remote_list hops = { 0 };
	struct forward_walk *walk = arg;
	int err = mc_forward_get(walk->in, key, &hops);

	(void)value;
	if (err == -ENOENT) /* deleted meanwhile */
		return 0;
	return err ? err : walk->fn(key, &hops, walk->arg);
}

int mc_forward_for_each(struct mc_instance *in, mc_forward_fn fn, void *arg)
{
	struct forward_walk walk = { in, fn, arg };

	return mc_table_for_each(in, MC_TABLE_FORWARDING, visit, &walk);
}

static int send_by(struct mc_instance *in, const struct mc_addr *underlay,
		   const struct mc_remote_list *hops)
{
	const struct mc_egress_draft draft = { .forwarded = underlay, .hops = hops };
	mc_autofree struct mc_group_key *groups = NULL;
	__u32 count;
	int err = mc_m2p_groups_of(in, underlay, &groups, &count);

	return err ? err : mc_egress_update(in, groups, count, &draft);
}

static int set(struct mc_instance *in, const struct mc_addr *underlay,
	       const struct mc_remote_list *hops)
{
	mc_autoclose int vector = mc_remote_vector_new(hops);
	int err;

	if (vector < 0)
		return vector;
	err = send_by(in, underlay, hops);
	if (!err)
		err = mc_table_set(in, MC_TABLE_FORWARDING, underlay, &vector, BPF_ANY);
	return err ? err : mc_hop_sweep(in);
}

int mc_forward_set(struct mc_instance *in, const struct mc_addr *underlay,
		   const struct mc_remote_list *hops)
{
	char text[MC_ADDR_TEXT];
	int err = set(in, underlay, hops);

	mc_addr_format(underlay, text);
	if (err == -E2BIG || err == -ENOSPC)
		return mc_error(-ENOSPC, "no room for the forwarding entry of %s, %u is the most",
				text, mc_table_capacity(in, MC_TABLE_FORWARDING));
	return err ? mc_error_errno(err, "cannot set the forwarding entry of %s", text) : 0;
}

int mc_forward_del(struct mc_instance *in, const struct mc_addr *underlay)
{
	char text[MC_ADDR_TEXT];
	__u32 map_id;
	int err = mc_table_get(in, MC_TABLE_FORWARDING, underlay, &map_id);

	mc_addr_format(underlay, text);
	if (err == -ENOENT)
		return mc_error(err, "no forwarding entry of %s; 'bpfcast forward show' lists them",
				text);
	if (!err)
		err = send_by(in, underlay, NULL);
	if (!err)
		err = mc_table_del(in, MC_TABLE_FORWARDING, underlay);
	if (!err)
		err = mc_hop_sweep(in);
	return err ? mc_error_errno(err, "cannot delete the forwarding entry of %s", text) : 0;
}
