/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/member.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/egress.h>
#include <maps/group.h>
#include <maps/instance.h>
#include <maps/m2p.h>
#include <maps/port.h>
#include <maps/table.h>
#include <maps/text.h>

static int request(struct mc_instance *in, enum mc_request_op op, const struct mc_member_key *key,
		   __u8 origins)
{
	struct mc_request req = { .op = op, .origins = origins, .key = *key };

	return mc_instance_control(in, &req, sizeof(req));
}

static int request_filter(struct mc_instance *in, const struct mc_member_key *key, __u8 origin,
			  const struct mc_filter *filter)
{
	size_t size = sizeof(struct mc_request) + filter->count * sizeof(struct mc_addr);
	mc_autofree struct mc_request *req = calloc(1, size);

	if (!req)
		return -ENOMEM;
	req->op = filter->include ? MC_OP_INCLUDE : MC_OP_JOIN;
	req->origins = origin;
	req->key = *key;
	req->sources = filter->count;
	if (filter->count)
		memcpy(req + 1, filter->sources, filter->count * sizeof(struct mc_addr));
	return mc_instance_control(in, req, size);
}

/* "239.1.1.1 vni 77" of a key, in a static buffer. */
static const char *name_group(const struct mc_member_key *key)
{
	static char name[MC_ADDR_TEXT + 20];
	char text[MC_ADDR_TEXT];

	snprintf(name, sizeof(name), "%s vni %u", mc_addr_format(&key->group, text), key->vni);
	return name;
}

/* "port 'veth1'", or "interface 7" if that is no port; in a static buffer. */
static const char *name_port(struct mc_instance *in, __u32 ifindex)
{
	static char name[32];
	struct mc_port port;

	if (mc_port_get(in, ifindex, &port))
		snprintf(name, sizeof(name), "interface %u", ifindex);
	else
		snprintf(name, sizeof(name), "port '%s'", port.name);
	return name;
}

static int of_vni(const struct mc_group_key *key, const struct mc_m2p *m2p, void *arg)
{
	(void)m2p;
	return key->vni == *(const __u32 *)arg;
}

/*
 * Where the groups of a VNI are mapped to underlay groups, an IPv4 group that is not, and has no remote
 * member either, would be heard by no other node and hear none: most likely a mapping was forgotten.
 */
static int check_mapped(struct mc_instance *in, const struct mc_group_key *group)
{
	mc_autoremotes struct mc_remote_list remotes = { 0 };
	char text[MC_ADDR_TEXT];
	__u32 vni = group->vni;
	struct mc_m2p m2p;

	if (!mc_addr_is_v4(&group->group) || !mc_m2p_get(in, group, &m2p) ||
	    mc_m2p_for_each(in, of_vni, &vni) <= 0 || mc_egress_members(in, group, &remotes) ||
	    remotes.count)
		return 0;
	return mc_error(-EINVAL,
			"group %s vni %u has no underlay group, as others of the VNI have; "
			"'bpfcast m2p add' it first",
			mc_addr_format(&group->group, text), vni);
}

static int check_member(struct mc_instance *in, const struct mc_member_key *key,
			const struct mc_filter *filter, struct mc_port *port)
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
	if (mc_addr_is_zero(&key->group)) /* the flood group */
		return 0;
	if (filter->count > port->limit_sources)
		return mc_error(-ENOSPC, "port '%s' may have %u sources a group, not %u",
				port->name, port->limit_sources, filter->count);
	if (mc_filter_check_local(&key->group, filter))
		return -EINVAL;
	return check_mapped(in, &group);
}

int mc_member_get(struct mc_instance *in, const struct mc_member_key *key, struct mc_member *member)
{
	return mc_table_get(in, MC_TABLE_MEMBERS, key, member);
}

int mc_member_set(struct mc_instance *in, const struct mc_member_key *key, __u8 origin,
		  const struct mc_filter *filter)
{
	struct mc_port port;
	int err = check_member(in, key, filter, &port);

	if (err)
		return err;
	err = request_filter(in, key, origin, filter);
	switch (err) {
	case 0:
		return 0;
	case -E2BIG:
		return mc_error(-ENOSPC,
				"port '%s' has as many groups or sources as it may; 'bpfcast port "
				"show' tells its limits",
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

int mc_member_add(struct mc_instance *in, const struct mc_member_key *key, __u8 origin,
		  const struct mc_filter *filter)
{
	struct mc_member member;

	if (!mc_member_get(in, key, &member) && member.origins & origin)
		return mc_error(-EEXIST,
				"%s is a member of group %s already; 'member replace' changes its "
				"sources",
				name_port(in, key->ifindex), name_group(key));
	return mc_member_set(in, key, origin, filter);
}

int mc_member_del(struct mc_instance *in, const struct mc_member_key *key, __u8 origins)
{
	int err = request(in, MC_OP_LEAVE, key, origins);

	if (err == -ENOENT)
		return mc_error(err,
				"%s is no such member of group %s; 'bpfcast member show' lists "
				"them",
				name_port(in, key->ifindex), name_group(key));
	if (err)
		return mc_error_errno(err, "cannot end the membership of %s in group %s",
				      name_port(in, key->ifindex), name_group(key));
	return 0;
}

int mc_member_expire(struct mc_instance *in, const struct mc_member_key *key)
{
	return request(in, MC_OP_EXPIRE, key, 0);
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

/* Follows the list without the port's lock: ends where a change has cut it off. */
int mc_member_for_each_source(struct mc_instance *in, const struct mc_member_key *key,
			      const struct mc_member *member, mc_source_fn fn, void *arg)
{
	struct mc_source_key source_key = { .member = *key, .source = member->first };
	struct mc_source entry;
	int err = 0;

	for (__u32 i = 0; !err && i < MC_SOURCES_MAX; i++) {
		if (mc_addr_is_zero(&source_key.source) ||
		    mc_table_get(in, MC_TABLE_SOURCES, &source_key, &entry))
			break;
		err = fn(&source_key.source, &entry, arg);
		source_key.source = entry.next;
	}
	return err;
}

static int count_source(const struct mc_addr *source, const struct mc_source *entry, void *arg)
{
	(void)source;
	(void)entry;
	++*(__u32 *)arg;
	return 0;
}

bool mc_member_is_whole(struct mc_instance *in, const struct mc_member_key *key)
{
	struct mc_member member;
	__u32 count = 0;

	return mc_member_get(in, key, &member) ||
	       (!mc_member_for_each_source(in, key, &member, count_source, &count) &&
		count == member.sources);
}

struct relink {
	struct mc_request request;
	struct mc_addr sources[MC_SOURCES_MAX];
};

static int collect_source(const void *key, const void *value, void *arg)
{
	const struct mc_source_key *source = key;
	struct relink *relink = arg;

	(void)value;
	if (!memcmp(&source->member, &relink->request.key, sizeof(source->member)) &&
	    relink->request.sources < MC_SOURCES_MAX)
		relink->sources[relink->request.sources++] = source->source;
	return 0;
}

int mc_member_relink(struct mc_instance *in, const struct mc_member_key *key)
{
	mc_autofree struct relink *relink = calloc(1, sizeof(*relink));
	int err;

	if (!relink)
		return -ENOMEM;
	relink->request = (struct mc_request){ .op = MC_OP_RELINK, .key = *key };
	err = mc_table_for_each(in, MC_TABLE_SOURCES, collect_source, relink);
	if (err)
		return err;
	return mc_instance_control(in, &relink->request,
				   sizeof(relink->request) +
					   relink->request.sources * sizeof(struct mc_addr));
}

int mc_member_mend_sources(struct mc_instance *in, const struct mc_member_key *key)
{
	int err = 0;

	for (int tries = 3; !err && !mc_member_is_whole(in, key); tries--)
		err = tries ? mc_member_relink(in, key) : -EBUSY;
	return err;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mc_group_key));
}

struct request_walk {
	struct mc_instance *in;
	enum mc_request_op op;
	__u8 origins;
	struct mc_group_key *keys; /* sorted; NULL: all of a port */
	__u32 count;
	__u32 ifindex;
};

static bool is_wanted(const struct request_walk *walk, const struct mc_member_key *key)
{
	struct mc_group_key group = { .vni = key->vni, .group = key->group };

	if (!walk->keys)
		return key->ifindex == walk->ifindex;
	return bsearch(&group, walk->keys, walk->count, sizeof(group), by_key);
}

/* Gone meanwhile, or refused and counted there: no reason to stop. */
static int request_if(const struct mc_member_key *key, const struct mc_member *member, void *arg)
{
	struct request_walk *walk = arg;
	int err;

	(void)member;
	if (!is_wanted(walk, key))
		return 0;
	err = request(walk->in, walk->op, key, walk->origins);
	return err == -ENOENT || err == -ENOSPC ? 0 : err;
}

static int request_groups(struct request_walk *walk, const struct mc_group_key *keys, __u32 count)
{
	mc_autofree struct mc_group_key *sorted = malloc(count * sizeof(*sorted));
	int err;

	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, keys, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_key);
	walk->keys = sorted;
	walk->count = count;
	err = mc_member_for_each(walk->in, request_if, walk);
	walk->keys = NULL;
	return err;
}

int mc_member_place(struct mc_instance *in, const struct mc_group_key *keys, __u32 count)
{
	struct request_walk walk = { .in = in, .op = MC_OP_PLACE };

	return request_groups(&walk, keys, count);
}

int mc_member_orphan(struct mc_instance *in, const struct mc_group_key *keys, __u32 count)
{
	struct request_walk walk = {
		.in = in,
		.op = MC_OP_LEAVE,
		.origins = MC_ORIGIN_STATIC | MC_ORIGIN_CONTROL,
	};

	return request_groups(&walk, keys, count);
}

int mc_member_forget_port(struct mc_instance *in, __u32 ifindex)
{
	struct request_walk walk = {
		.in = in,
		.op = MC_OP_LEAVE,
		.origins = MC_ORIGIN_ALL,
		.ifindex = ifindex,
	};

	return mc_member_for_each(in, request_if, &walk);
}
