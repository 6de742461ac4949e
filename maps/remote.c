/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/remote.h>

#include <errno.h>
#include <stdlib.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/egress.h>
#include <maps/group.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vtep.h>

static int set_members(struct mc_instance *in, const struct mc_group_key *key,
		       const struct mc_remote_list *members)
{
	char text[MC_ADDR_TEXT];
	int err;

	mc_addr_format(&key->group, text);
	if (!mc_group_exists(in, key))
		return mc_error(-ENOENT, "no group %s vni %u; 'bpfcast group add' it first", text,
				key->vni);
	err = mc_egress_set(in, key, members);
	if (err)
		return mc_error_errno(err, "cannot change the remote members of group %s vni %u",
				      text, key->vni);
	return 0;
}

static int read_members(struct mc_instance *in, const struct mc_group_key *key,
			struct mc_remote_list *members)
{
	char text[MC_ADDR_TEXT];
	int err = mc_egress_members(in, key, members);

	if (!err)
		return 0;
	return mc_error_errno(err, "cannot read the remote members of group %s vni %u",
			      mc_addr_format(&key->group, text), key->vni);
}

static int append(struct mc_instance *in, struct mc_remote_list *members, __u32 id,
		  const struct mc_filter *filter)
{
	struct mc_remote slot = { .vtep = id };
	struct mc_vtep vtep;
	int err = mc_vtep_get(in, id, &vtep);

	if (!err) {
		slot.form = mc_addr_is_v4(&vtep.remote) ? MC_FORM_V4 : MC_FORM_V6;
		err = mc_remote_list_add(members, &slot, filter);
	}
	return err ? mc_error_errno(err, "cannot make VTEP %u a member", id) : 0;
}

static int check_filter(const struct mc_group_key *key, const struct mc_filter *filter)
{
	return mc_addr_is_zero(&key->group) ? 0 : mc_filter_check(&key->group, filter);
}

int mc_remote_set(struct mc_instance *in, const struct mc_group_key *key, const __u32 *vteps,
		  __u32 count, const struct mc_filter *filter)
{
	mc_autoremotes struct mc_remote_list members = { 0 };
	int err = check_filter(key, filter);

	for (__u32 i = 0; !err && i < count; i++)
		err = append(in, &members, vteps[i], filter);
	return err ? err : set_members(in, key, &members);
}

static int check_new(const struct mc_group_key *key, const struct mc_remote_item *before,
		     const struct mc_filter *filter)
{
	char text[MC_ADDR_TEXT];
	int same = mc_remote_wants(before, filter);

	if (same <= 0)
		return same;
	return mc_error(-EEXIST, "that VTEP is a member of group %s vni %u already",
			mc_addr_format(&key->group, text), key->vni);
}

int mc_remote_add(struct mc_instance *in, const struct mc_group_key *key, __u32 vtep,
		  const struct mc_filter *filter)
{
	mc_autoremotes struct mc_remote_list members = { 0 };
	__u32 before;
	int err = check_filter(key, filter);

	if (!err)
		err = read_members(in, key, &members);
	if (err)
		return err;
	before = mc_remote_list_find(&members, vtep);
	if (before < members.count) {
		err = check_new(key, &members.item[before], filter);
		if (err)
			return err;
		mc_remote_list_del(&members, before);
	}
	err = append(in, &members, vtep, filter);
	return err ? err : set_members(in, key, &members);
}

int mc_remote_del(struct mc_instance *in, const struct mc_group_key *key, __u32 vtep)
{
	mc_autoremotes struct mc_remote_list members = { 0 };
	char text[MC_ADDR_TEXT];
	__u32 at;
	int err = read_members(in, key, &members);

	if (err)
		return err;
	at = mc_remote_list_find(&members, vtep);
	if (at == members.count)
		return mc_error(-ENOENT,
				"that VTEP is no member of group %s vni %u; 'bpfcast member show' "
				"lists them",
				mc_addr_format(&key->group, text), key->vni);
	mc_remote_list_del(&members, at);
	return set_members(in, key, &members);
}

/* The groups that a VTEP is a member of. */
struct groups {
	struct mc_instance *in;
	__u32 vtep;
	struct mc_group_key *keys;
	__u32 count;
};

static int see_group(const void *key, const void *value, void *arg)
{
	mc_autoremotes struct mc_remote_list members = { 0 };
	struct groups *groups = arg;
	struct mc_group_key *larger;
	int err = mc_egress_members(groups->in, key, &members);

	(void)value;
	if (err || mc_remote_list_find(&members, groups->vtep) == members.count)
		return err;
	larger = reallocarray(groups->keys, (size_t)groups->count + 1, sizeof(*larger));
	if (!larger)
		return -ENOMEM;
	groups->keys = larger;
	groups->keys[groups->count++] = *(const struct mc_group_key *)key;
	return 0;
}

int mc_remote_forget(struct mc_instance *in, __u32 vtep)
{
	struct mc_egress_draft draft = { .gone = &vtep };
	struct groups groups = { .in = in, .vtep = vtep };
	int err = mc_table_for_each(in, MC_TABLE_REMOTES, see_group, &groups);

	if (!err)
		err = mc_egress_update(in, groups.keys, groups.count, &draft);
	free(groups.keys);
	return err;
}
