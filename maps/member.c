/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/member.h>

#include <errno.h>
#include <stdio.h>

#include <bpfcast/log.h>
#include <maps/group.h>
#include <maps/instance.h>
#include <maps/port.h>
#include <maps/table.h>
#include <maps/text.h>

static int request(struct mc_instance *in, enum mc_request_op op, const struct mc_member_key *key,
		   __u8 origins)
{
	struct mc_request req = { .op = op, .origins = origins, .key = *key };

	return mc_instance_control(in, &req);
}

/* "239.1.1.1 vni 77" of a key, in a static buffer. */
static const char *name_group(const struct mc_member_key *key)
{
	static char name[MC_ADDR_TEXT + 20];
	char text[MC_ADDR_TEXT];

	snprintf(name, sizeof(name), "%s vni %u", mc_addr_format(&key->group, text), key->vni);
	return name;
}

static int check_member(struct mc_instance *in, const struct mc_member_key *key,
			struct mc_port *port)
{
	struct mc_group_key group = { .vni = key->vni, .group = key->group };

	if (!mc_group_exists(in, &group))
		return mc_error(-ENOENT, "no group %s; 'bpfcast group add' it first",
				name_group(key));
	if (mc_port_get(in, key->ifindex, port))
		return mc_error(-ENOENT, "interface %u is no port; 'bpfcast port add' it first",
				key->ifindex);
	if (port->vni != key->vni)
		return mc_error(-EINVAL, "port '%s' is in VNI %u, the group in VNI %u", port->name,
				port->vni, key->vni);
	return 0;
}

int mc_member_add(struct mc_instance *in, const struct mc_member_key *key, __u8 origins)
{
	struct mc_member member;
	struct mc_port port;
	int err = check_member(in, key, &port);

	if (err)
		return err;
	if (!mc_table_get(in, MC_TABLE_MEMBERS, key, &member) &&
	    (member.origins & origins) == origins)
		return mc_error(-EEXIST, "port '%s' is a member of group %s already", port.name,
				name_group(key));
	err = request(in, MC_OP_JOIN, key, origins);
	switch (err) {
	case 0:
		return 0;
	case -E2BIG:
		return mc_error(-ENOSPC,
				"port '%s' has as many groups as it may; 'bpfcast port show' tells "
				"its limit",
				port.name);
	case -ENOSPC:
		return mc_error(err,
				"group %s has no free slot, or the instance no room for another "
				"member: see 'bpfcast group show' and 'bpfcast status'",
				name_group(key));
	default:
		return mc_error_errno(err, "cannot make port '%s' a member of group %s", port.name,
				      name_group(key));
	}
}

int mc_member_del(struct mc_instance *in, const struct mc_member_key *key, __u8 origins)
{
	int err = request(in, MC_OP_LEAVE, key, origins);

	if (err == -ENOENT)
		return mc_error(err,
				"interface %u is no such member of group %s; 'bpfcast member show' "
				"lists them",
				key->ifindex, name_group(key));
	if (err)
		return mc_error_errno(err, "cannot end the membership of interface %u in group %s",
				      key->ifindex, name_group(key));
	return 0;
}

struct member_walk {
	mc_member_fn fn;
	void *arg;
};

static int visit_member(const void *key, const void *value, void *arg)
{
	struct member_walk *walk = arg;

	return walk->fn(key, value, walk->arg);
}

int mc_member_for_each(struct mc_instance *in, mc_member_fn fn, void *arg)
{
	struct member_walk walk = { fn, arg };

	return mc_table_for_each(in, MC_TABLE_MEMBERS, visit_member, &walk);
}

struct pending_walk {
	mc_pending_fn fn;
	void *arg;
};

static int visit_pending(const void *key, const void *value, void *arg)
{
	struct pending_walk *walk = arg;

	return walk->fn(key, value, walk->arg);
}

int mc_pending_for_each(struct mc_instance *in, mc_pending_fn fn, void *arg)
{
	struct pending_walk walk = { fn, arg };

	return mc_table_for_each(in, MC_TABLE_PENDING, visit_pending, &walk);
}

static int adopt(const struct mc_member_key *key, const struct mc_pending *pending, void *arg)
{
	struct mc_group_key group = { .vni = key->vni, .group = key->group };
	struct mc_instance *in = arg;
	int err;

	(void)pending;
	if (!mc_group_exists(in, &group))
		return 0;
	err = request(in, MC_OP_ADOPT, key, 0);
	/* left meanwhile, or refused and counted there: no reason to stop */
	return err == -ENOENT || err == -ENOSPC || err == -E2BIG ? 0 : err;
}

int mc_pending_adopt_all(struct mc_instance *in)
{
	int err = mc_pending_for_each(in, adopt, in);

	return err ? mc_error_errno(err, "cannot take over pending joins") : 0;
}

struct request_walk {
	struct mc_instance *in;
	enum mc_request_op op;
	__u8 origins;
	const struct mc_group_key *group; /* NULL: of a port */
	__u32 ifindex;
};

static int request_if(const void *key, const void *value, void *arg)
{
	const struct mc_member_key *member = key;
	struct request_walk *walk = arg;
	int err;

	(void)value;
	if (walk->group ? member->vni != walk->group->vni ||
				  !mc_addr_equal(&member->group, &walk->group->group) :
			  member->ifindex != walk->ifindex)
		return 0;
	err = request(walk->in, walk->op, member, walk->origins);
	return err == -ENOENT ? 0 : err;
}

int mc_member_orphan(struct mc_instance *in, const struct mc_group_key *key)
{
	struct request_walk walk = { .in = in, .op = MC_OP_ORPHAN, .group = key };

	return mc_table_for_each(in, MC_TABLE_MEMBERS, request_if, &walk);
}

int mc_member_forget_port(struct mc_instance *in, __u32 ifindex)
{
	struct request_walk walk = {
		.in = in,
		.op = MC_OP_LEAVE,
		.origins = MC_ORIGIN_ALL,
		.ifindex = ifindex,
	};
	int err = mc_table_for_each(in, MC_TABLE_MEMBERS, request_if, &walk);

	walk.op = MC_OP_FORGET;
	return err ? err : mc_table_for_each(in, MC_TABLE_PENDING, request_if, &walk);
}
