/* SPDX-License-Identifier: Apache-2.0 */
#include "member.h"

#include <errno.h>
#include <string.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/member.h>
#include <maps/remote.h>
#include <maps/table.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "group.h"
#include "port.h"
#include "verb.h"
#include "vtep.h"

/* One member of one group, as named on the command line. */
struct target {
	struct mc_instance *in;
	struct mc_group_key key;
	const char *dev; /* NULL: a remote one */
	__u32 ifindex;
	__u32 vtep;
};

static int parse_target(struct cli *cli, int argc, char **argv, struct target *target)
{
	struct mc_addr vtep;
	bool has_vtep = false;
	const struct arg args[] = {
		ARG_NEEDED("GROUP", arg_group, &target->key.group),
		ARG_NEEDED("vni", arg_number, &target->key.vni, .max = MC_VNI_MAX),
		ARG_OPTIONAL("port", arg_device, &target->dev),
		ARG_OPTIONAL("vtep", arg_host, &vtep, .given = &has_vtep),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (err)
		return err;
	if (has_vtep == !!target->dev)
		return cli_usage(cli, "say who: either a port or a VTEP");
	err = cli_instance(cli, true, &target->in);
	if (err)
		return err;
	if (has_vtep)
		return vtep_find(target->in, &vtep, &target->vtep);
	return port_find(target->in, target->dev, &target->ifindex);
}

static struct mc_member_key member_key(const struct target *target)
{
	return (struct mc_member_key){
		.vni = target->key.vni,
		.ifindex = target->ifindex,
		.group = target->key.group,
	};
}

static int add(struct cli *cli, int argc, char **argv)
{
	struct target target = {};
	struct mc_member_key key;
	int err = parse_target(cli, argc, argv, &target);

	if (err)
		return err;
	if (!target.dev)
		return mc_remote_add(target.in, &target.key, target.vtep);
	key = member_key(&target);
	return mc_member_add(target.in, &key, MC_ORIGIN_STATIC);
}

static int del(struct cli *cli, int argc, char **argv)
{
	struct target target = {};
	struct mc_member_key key;
	struct mc_member member;
	char text[GROUP_TEXT];
	int err = parse_target(cli, argc, argv, &target);

	if (err)
		return err;
	if (!target.dev)
		return mc_remote_del(target.in, &target.key, target.vtep);
	key = member_key(&target);
	if (mc_table_get(target.in, MC_TABLE_MEMBERS, &key, &member) ||
	    !(member.origins & MC_ORIGIN_STATIC))
		return mc_error(-ENOENT,
				"port '%s' is not a static member of group %s; 'bpfcast member "
				"show' lists them",
				target.dev, group_format(&target.key, text));
	return mc_member_del(target.in, &key, MC_ORIGIN_STATIC);
}

/* The ids of the VTEPs, each once. */
static int find_vteps(struct mc_instance *in, const struct array *addresses, struct array *ids)
{
	for (size_t i = 0; i < addresses->count; i++) {
		bool known = false;
		__u32 id;
		int err = vtep_find(in, array_at(addresses, i), &id);

		for (size_t j = 0; !err && !known && j < ids->count; j++)
			known = *(__u32 *)array_at(ids, j) == id;
		if (!err && !known)
			err = array_add(ids, &id);
		if (err)
			return err;
	}
	return 0;
}

static int replace(struct cli *cli, int argc, char **argv)
{
	autoarray struct array addresses = ARRAY_OF(struct mc_addr);
	autoarray struct array ids = ARRAY_OF(__u32);
	struct mc_group_key key = {};
	struct mc_instance *in = NULL;
	const struct arg args[] = {
		ARG_NEEDED("GROUP", arg_group, &key.group),
		ARG_NEEDED("vni", arg_number, &key.vni, .max = MC_VNI_MAX),
		ARG_NEEDED("vtep", arg_hosts, &addresses),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, true, &in);
	if (!err)
		err = find_vteps(in, &addresses, &ids);
	if (err)
		return err;
	return mc_remote_set(in, &key, ids.items, (__u32)ids.count);
}

struct static_members {
	struct mc_group_key key;
	struct array *found; /* of struct mc_member_key */
};

static int collect_static(const struct mc_member_key *key, const struct mc_member *member,
			  void *arg)
{
	struct static_members *members = arg;

	if (!(member->origins & MC_ORIGIN_STATIC) || key->vni != members->key.vni ||
	    !mc_addr_equal(&key->group, &members->key.group))
		return 0;
	return array_add(members->found, key);
}

static int flush(struct cli *cli, int argc, char **argv)
{
	autoarray struct array found = ARRAY_OF(struct mc_member_key);
	struct static_members members = { .found = &found };
	struct mc_instance *in = NULL;
	char text[GROUP_TEXT];
	const struct arg args[] = {
		ARG_NEEDED("GROUP", arg_group, &members.key.group),
		ARG_NEEDED("vni", arg_number, &members.key.vni, .max = MC_VNI_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, true, &in);
	if (err)
		return err;
	if (!mc_group_exists(in, &members.key))
		return mc_error(-ENOENT, "no group %s; 'bpfcast group show' lists them",
				group_format(&members.key, text));
	err = mc_member_for_each(in, collect_static, &members);
	for (size_t i = 0; !err && i < found.count; i++)
		err = mc_member_del(in, array_at(&found, i), MC_ORIGIN_STATIC);
	if (err)
		return err;
	return mc_remote_set(in, &members.key, NULL, 0);
}

static const struct verb verbs[] = {
	{ "show", "[GROUP] [vni N] [port DEV]", "list the members, remote and pending ones too",
	  "state   active     gets copies\n"
	  "        waiting    the group has no free slot: 'group del', then 'group add size N'\n"
	  "        pending    joined, but nobody has added the group\n"
	  "        no-device  its device is gone\n",
	  member_show, false },
	{ "add", "GROUP vni N port DEV|vtep IP", "give the group to a port, or to another node",
	  NULL, add, false },
	{ "del", "GROUP vni N port DEV|vtep IP",
	  "undo that; a port whose host has joined keeps getting it", NULL, del, false },
	{ "replace", "GROUP vni N vtep IP[,IP...]",
	  "make these nodes the remote members, all in one step", NULL, replace, false },
	{ "flush", "GROUP vni N", "remove what was added: static and remote members", NULL, flush,
	  false },
	{},
};

const struct object member_object = { "member", "who gets a group", verbs };
