/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/vtep.h>

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include <bpfcast/checksum.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/counter.h>
#include <maps/flood.h>
#include <maps/remote.h>
#include <maps/storm.h>
#include <maps/table.h>
#include <maps/text.h>

int mc_vtep_find(struct mc_instance *in, const struct mc_addr *remote, __u32 *id)
{
	return mc_table_get(in, MC_TABLE_VTEP_IDS, remote, id);
}

int mc_vtep_get(struct mc_instance *in, __u32 id, struct mc_vtep *vtep)
{
	int err = mc_table_get(in, MC_TABLE_VTEPS, &id, vtep);

	if (err)
		return err;
	return vtep->encap == MC_ENCAP_NONE ? -ENOENT : 0;
}

int mc_vtep_next_hop(struct mc_instance *in, __u32 id, struct mc_next_hop *next_hop)
{
	return mc_table_get(in, MC_TABLE_NEXT_HOPS, &id, next_hop);
}

struct vtep_walk {
	mc_vtep_fn fn;
	void *arg;
};

static int visit(const void *key, const void *value, void *arg)
{
	const struct mc_vtep *vtep = value;
	struct vtep_walk *walk = arg;

	if (vtep->encap == MC_ENCAP_NONE || vtep->flags & MC_VTEP_F_GROUP)
		return 0;
	return walk->fn(*(const __u32 *)key, vtep, walk->arg);
}

int mc_vtep_for_each(struct mc_instance *in, mc_vtep_fn fn, void *arg)
{
	struct vtep_walk walk = { fn, arg };

	return mc_table_for_each(in, MC_TABLE_VTEPS, visit, &walk);
}

/* RFC 7348 section 5: the I flag. RFC 8926 section 3.4: version 0, no options, Ethernet inside. */
__be32 mc_vtep_tunnel(__u8 encap)
{
	return encap == MC_ENCAP_VXLAN ? MC_BE32(0x08000000) : MC_BE32(0x00006558);
}

/* RFC 791 section 3.1: what of the outer IPv4 header's sum is the same for each packet. */
static __u16 constant_sum(const struct mc_vtep *vtep)
{
	__u32 local = MC_BE32(vtep->local.word[3]);
	__u32 remote = MC_BE32(vtep->remote.word[3]);
	__u64 sum = 0x4500 + 0x4000 /* DF */ + (64 << 8 | 17 /* TTL, UDP */);

	sum += (local >> 16) + (local & 0xffff) + (remote >> 16) + (remote & 0xffff);
	return mc_checksum_fold(sum);
}

/* The settings of a VTEP, and what follows from them. */
static struct mc_vtep complete(const struct mc_vtep *vtep)
{
	struct mc_vtep entry = *vtep;

	entry.via = vtep->remote;
	entry.tunnel = mc_vtep_tunnel(vtep->encap);
	entry.vni = MC_VNI_OF_PACKET;
	entry.ip_sum = mc_addr_is_v4(&vtep->remote) ? constant_sum(vtep) : 0;
	return entry;
}

int mc_vtep_write(struct mc_instance *in, __u32 id, const struct mc_vtep *vtep)
{
	struct mc_next_hop unknown = { 0 };
	int err = mc_table_set(in, MC_TABLE_VTEPS, &id, vtep, BPF_EXIST);

	return err ? err : mc_table_set(in, MC_TABLE_NEXT_HOPS, &id, &unknown, BPF_EXIST);
}

int mc_vtep_free(struct mc_instance *in, __u32 id)
{
	struct mc_vtep unused = { 0 };

	return mc_vtep_write(in, id, &unused);
}

static int find_free(const void *key, const void *value, void *arg)
{
	const struct mc_vtep *vtep = value;

	if (vtep->encap != MC_ENCAP_NONE)
		return 0;
	*(__u32 *)arg = *(const __u32 *)key;
	return 1;
}

int mc_vtep_find_free(struct mc_instance *in, __u32 *id)
{
	int err = mc_table_for_each(in, MC_TABLE_VTEPS, find_free, id);

	if (err < 0)
		return err;
	if (!err)
		return -ENOSPC;
	err = mc_storm_forget_vtep(in, *id);
	return err ? err : mc_vtep_counters_clear(in, *id);
}

/* First the entry, then the permission to send to us: a kill in between leaves a free-looking id
 * that is found again by its address below. */
static int insert(struct mc_instance *in, __u32 id, const struct mc_vtep *vtep)
{
	struct mc_vtep entry = complete(vtep);
	int err = mc_vtep_write(in, id, &entry);

	return err ? err : mc_table_set(in, MC_TABLE_VTEP_IDS, &vtep->remote, &id, BPF_ANY);
}

static int same_remote(__u32 id, const struct mc_vtep *vtep, void *arg)
{
	struct mc_vtep *search = arg;

	if (!mc_addr_equal(&vtep->remote, &search->remote))
		return 0;
	search->ifindex = id;
	return 1;
}

int mc_vtep_add(struct mc_instance *in, const struct mc_vtep *vtep, __u32 *id)
{
	struct mc_vtep search = { .remote = vtep->remote };
	char text[MC_ADDR_TEXT];
	__u32 free_id;
	int err;

	mc_addr_format(&vtep->remote, text);
	if (!mc_vtep_find(in, &vtep->remote, &free_id))
		return mc_error(-EEXIST, "VTEP %s is there already; 'vtep replace' changes it",
				text);
	err = mc_vtep_for_each(in, same_remote, &search); /* left by an add that was killed */
	if (err > 0) {
		free_id = search.ifindex;
		err = mc_vtep_counters_clear(in, free_id);
	} else if (!err) {
		err = mc_vtep_find_free(in, &free_id);
	}
	if (err == -ENOSPC)
		return mc_error(err, "no room for VTEP %s, %u is the most", text,
				mc_table_capacity(in, MC_TABLE_VTEPS));
	if (!err)
		err = insert(in, free_id, vtep);
	if (err)
		return mc_error_errno(err, "cannot add VTEP %s", text);
	if (id)
		*id = free_id;
	return mc_flood_update_all(in);
}

int mc_vtep_replace(struct mc_instance *in, const struct mc_vtep *vtep)
{
	struct mc_vtep entry = complete(vtep);
	char text[MC_ADDR_TEXT];
	__u32 id;
	int err = mc_vtep_find(in, &vtep->remote, &id);

	if (err == -ENOENT)
		return mc_vtep_add(in, vtep, NULL);
	if (!err)
		err = mc_vtep_write(in, id, &entry);
	if (err)
		return mc_error_errno(err, "cannot replace VTEP %s",
				      mc_addr_format(&vtep->remote, text));
	return 0;
}

int mc_vtep_del(struct mc_instance *in, const struct mc_addr *remote)
{
	char text[MC_ADDR_TEXT];
	__u32 id;
	int err = mc_vtep_find(in, remote, &id);

	mc_addr_format(remote, text);
	if (err == -ENOENT)
		return mc_error(err, "no VTEP %s; 'bpfcast vtep show' lists them", text);
	if (!err)
		err = mc_remote_forget(in, id);
	if (!err)
		err = mc_vtep_free(in, id);
	if (!err)
		err = mc_table_del(in, MC_TABLE_VTEP_IDS, remote);
	if (!err)
		err = mc_storm_forget_vtep(in, id);
	if (err)
		return mc_error_errno(err, "cannot delete VTEP %s", text);
	return 0;
}
