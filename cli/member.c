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
	const char *dev;       /* NULL: remote ones */
	struct array vteps;    /* struct mc_addr */
	struct array sources;  /* struct mc_addr */
	bool include, exclude; /* these are what is wanted, or what is not; or neither */
};

#define TARGET                                                                                     \
	{                                                                                          \
		.vteps = ARRAY_OF(struct mc_addr), .sources = ARRAY_OF(struct mc_addr)             \
	}
#define autotarget __attribute__((cleanup(target_free)))

static void target_free(struct target *target)
{
	array_free(&target->vteps);
	array_free(&target->sources);
}

static int check_target(struct cli *cli, const struct target *target)
{
	if (!!target->vteps.count == !!target->dev)
		return cli_usage(cli, "say who: either a port or a VTEP");
	if (target->include && target->exclude)
		return cli_usage(cli, "say either include or exclude");
	return 0;
}

#define TARGET_ARGS_NO_FILTER 4

/* The first TARGET_ARGS_NO_FILTER arguments, or all. */
static int parse_target(struct cli *cli, int argc, char **argv, struct target *target, bool filter)
{
	const struct arg args[] = {
		ARG_NEEDED("GROUP", arg_group, &target->key.group),
		ARG_NEEDED("vni", arg_number, &target->key.vni, .max = MC_VNI_MAX),
		ARG_OPTIONAL("port", arg_device, &target->dev),
		ARG_OPTIONAL("vtep", arg_hosts, &target->vteps),
		ARG_OPTIONAL("include", arg_sources, &target->sources, .given = &target->include),
		ARG_OPTIONAL("exclude", arg_sources, &target->sources, .given = &target->exclude),
	};
	int err = args_parse(cli, argc, argv, args,
			     filter ? MC_ARRAY_SIZE(args) : TARGET_ARGS_NO_FILTER);

	if (!err)
		err = check_target(cli, target);
	return err ? err : cli_instance(cli, true, &target->in);
}

static int find_member(const struct target *target, struct mc_member_key *key)
{
	*key = (struct mc_member_key){ .vni = target->key.vni, .group = target->key.group };
	return port_find(target->in, target->dev, &key->ifindex);
}

static int find_vtep(struct cli *cli, const struct target *target, __u32 *id)
{
	if (target->vteps.count > 1)
		return cli_usage(cli, "one VTEP at a time; 'member replace' takes several");
	return vtep_find(target->in, array_at(&target->vteps, 0), id);
}

static struct mc_filter filter_of(const struct target *target)
{
	return (struct mc_filter){
		.include = target->include,
		.count = (__u32)target->sources.count,
		.sources = target->sources.items,
	};
}

static int add(struct cli *cli, int argc, char **argv)
{
	autotarget struct target target = TARGET;
	struct mc_filter filter;
	struct mc_member_key key;
	__u32 vtep;
	int err = parse_target(cli, argc, argv, &target, true);

	if (!err)
		err = target.dev ? find_member(&target, &key) : find_vtep(cli, &target, &vtep);
	if (err)
		return err;
	filter = filter_of(&target);
	if (!target.dev)
		return mc_remote_add(target.in, &target.key, vtep, &filter);
	return mc_member_add(target.in, &key, MC_ORIGIN_STATIC, &filter);
}

static int del_port(const struct target *target)
{
	struct mc_member_key key;
	struct mc_member member;
	char text[GROUP_TEXT];
	int err = find_member(target, &key);

	if (err)
		return err;
	if (mc_member_get(target->in, &key, &member) || !(member.origins & MC_ORIGIN_STATIC))
		return mc_error(-ENOENT,
				"port '%s' is not a static member of group %s; 'bpfcast member "
				"show' lists them",
				target->dev, group_format(&target->key, text));
	return mc_member_del(target->in, &key, MC_ORIGIN_STATIC);
}

static int del(struct cli *cli, int argc, char **argv)
{
	autotarget struct target target = TARGET;
	__u32 vtep;
	int err = parse_target(cli, argc, argv, &target, false);

	if (err)
		return err;
	if (target.dev)
		return del_port(&target);
	err = find_vtep(cli, &target, &vtep);
	return err ? err : mc_remote_del(target.in, &target.key, vtep);
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

static int replace_vteps(const struct target *target)
{
	autoarray struct array ids = ARRAY_OF(__u32);
	struct mc_filter filter = filter_of(target);
	int err = find_vteps(target->in, &target->vteps, &ids);

	return err ? err
		   : mc_remote_set(target->in, &target->key, ids.items, (__u32)ids.count, &filter);
}

static int replace(struct cli *cli, int argc, char **argv)
{
	autotarget struct target target = TARGET;
	struct mc_filter filter;
	struct mc_member_key key;
	int err = parse_target(cli, argc, argv, &target, true);

	if (err)
		return err;
	if (!target.dev)
		return replace_vteps(&target);
	err = find_member(&target, &key);
	filter = filter_of(&target);
	return err ? err : mc_member_set(target.in, &key, MC_ORIGIN_STATIC, &filter);
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
	return mc_remote_set(in, &members.key, NULL, 0, &mc_filter_all);
}

static const struct verb verbs[] = {
	{ "show", "[GROUP] [vni N] [port DEV]", "list the members, remote and pending ones too",
	  "filter   include    gets what comes from 'sources' only\n"
	  "         exclude    gets all but what comes from 'sources'\n"
	  "sources  the first of them; all with -s\n"
	  "version  of the host's last report\n"
	  "state    active     gets copies\n"
	  "         waiting    the group has no free slot: 'group del', then 'group add size N'\n"
	  "         pending    joined, but nobody has added the group\n"
	  "         no-device  its device is gone\n"
	  "expires  time left of the host's wish for all sources, unless it reports again\n",
	  member_show, false },
	{ "add", "GROUP vni N {port DEV | vtep IP} [include IP,...|exclude IP,...]",
	  "give the group to a port, or to another node",
	  "  include IP,...  what comes from these sources only\n"
	  "  include none    nothing: for a VTEP\n"
	  "  exclude IP,...  all but what comes from these\n"
	  "A host that has joined by itself gets what either of the two wants. To a VTEP, what nobody\n"
	  "there wants is not sent; adding it again with other sources changes that, in one step.\n",
	  add, false },
	{ "del", "GROUP vni N {port DEV | vtep IP}",
	  "undo that; a port whose host has joined keeps getting it", NULL, del, false },
	{ "replace", "GROUP vni N {port DEV | vtep IP[,IP...]} [include IP,...|exclude IP,...]",
	  "same for a port, whatever it had; or make these nodes the remote members, in one step",
	  NULL, replace, false },
	{ "flush", "GROUP vni N", "remove what was added: static and remote members", NULL, flush,
	  false },
	{},
};

const struct object member_object = { "member", "who gets a group", verbs };
