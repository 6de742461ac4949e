/* SPDX-License-Identifier: Apache-2.0 */
#include "fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <maps/text.h>

int fact_key_compare(const struct fact_key *a, const struct fact_key *b)
{
	int order;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->vni != b->vni)
		return a->vni < b->vni ? -1 : 1;
	order = memcmp(&a->addr, &b->addr, sizeof(a->addr));
	return order ? order : strncmp(a->dev, b->dev, sizeof(a->dev));
}

const char *fact_key_format(const struct fact_key *key, char *buf)
{
	char text[MC_ADDR_TEXT];

	mc_addr_format(&key->addr, text);
	switch (key->kind) {
	case FACT_VNI:
		snprintf(buf, FACT_TEXT, "VNI %u", key->vni);
		break;
	case FACT_UNDERLAY:
		snprintf(buf, FACT_TEXT, "underlay '%.16s'", key->dev);
		break;
	case FACT_PORT:
		snprintf(buf, FACT_TEXT, "port '%.16s'", key->dev);
		break;
	case FACT_VTEP:
		snprintf(buf, FACT_TEXT, "VTEP %s", text);
		break;
	case FACT_FORWARDING:
		snprintf(buf, FACT_TEXT, "forwarding of %s", text);
		break;
	case FACT_M2P:
		snprintf(buf, FACT_TEXT, "mapping of group %s vni %u", text, key->vni);
		break;
	case FACT_GROUP:
		snprintf(buf, FACT_TEXT, "group %s vni %u", text, key->vni);
		break;
	case FACT_REMOTES:
		snprintf(buf, FACT_TEXT, "remote members of group %s vni %u", text, key->vni);
		break;
	default:
		snprintf(buf, FACT_TEXT, "member '%.16s' of group %s vni %u", key->dev, text,
			 key->vni);
		break;
	}
	return buf;
}

static bool same_addrs(const struct fact *a, const struct fact *b)
{
	return a->count == b->count &&
	       (!a->count || !memcmp(a->addrs, b->addrs, a->count * sizeof(*a->addrs)));
}

static bool serves_choice(__u8 is, __u8 wanted)
{
	return wanted == FACT_ANY || is == wanted;
}

static bool serves_vni(const struct fact_vni *is, const struct fact_vni *wanted)
{
	return serves_choice(is->unknown, wanted->unknown) &&
	       serves_choice(is->link_local, wanted->link_local) &&
	       (wanted->storm_rate == FACT_ANY_RATE || is->storm_rate == wanted->storm_rate);
}

static bool same_port(const struct fact_port *a, const struct fact_port *b)
{
	return a->vni == b->vni && a->kind == b->kind && a->may_query == b->may_query &&
	       a->check_mac == b->check_mac && (!a->check_mac || mc_mac_equal(a->mac, b->mac)) &&
	       a->vlan == b->vlan && a->limit_groups == b->limit_groups &&
	       a->limit_sources == b->limit_sources && a->limit_rate == b->limit_rate;
}

static bool serves_addr(const struct mc_addr *is, const struct mc_addr *wanted)
{
	return mc_addr_is_zero(wanted) || mc_addr_equal(is, wanted);
}

static bool serves_underlay(const struct fact_underlay *is, const struct fact_underlay *wanted)
{
	return serves_addr(&is->local, &wanted->local) && serves_choice(is->xdp, wanted->xdp);
}

static bool serves_vtep(const struct fact_vtep *is, const struct fact_vtep *wanted)
{
	return is->encap == wanted->encap && (!wanted->port || is->port == wanted->port) &&
	       (!wanted->dev[0] || !strncmp(is->dev, wanted->dev, sizeof(is->dev))) &&
	       serves_addr(&is->source, &wanted->source);
}

static bool same_hop(const struct fact_hop *a, const struct fact_hop *b)
{
	return mc_addr_equal(&a->via, &b->via) && a->mode == b->mode && a->include == b->include &&
	       a->count == b->count;
}

/* How to choose is a matter of there being hops. */
static bool same_forwarding(const struct fact_forwarding *a, const struct fact_forwarding *b)
{
	if (a->count != b->count || (a->count && a->choose_one != b->choose_one))
		return false;
	for (__u32 i = 0; i < a->count; i++)
		if (!same_hop(&a->hops[i], &b->hops[i]))
			return false;
	return true;
}

static bool same_m2p(const struct fact_m2p *a, const struct fact_m2p *b)
{
	return mc_addr_equal(&a->underlay, &b->underlay) &&
	       !strncmp(a->dev, b->dev, sizeof(a->dev)) && (!a->dev[0] || a->encap == b->encap);
}

bool fact_serves(const struct fact *is, const struct fact *wanted)
{
	if (is->damaged)
		return false;
	switch (wanted->key.kind) {
	case FACT_VNI:
		return serves_vni(&is->vni, &wanted->vni);
	case FACT_UNDERLAY:
		return serves_underlay(&is->underlay, &wanted->underlay);
	case FACT_PORT:
		return same_port(&is->port, &wanted->port) && same_addrs(is, wanted);
	case FACT_VTEP:
		return serves_vtep(&is->vtep, &wanted->vtep);
	case FACT_FORWARDING:
		return same_forwarding(&is->forwarding, &wanted->forwarding) &&
		       same_addrs(is, wanted);
	case FACT_M2P:
		return same_m2p(&is->m2p, &wanted->m2p);
	case FACT_GROUP:
		return true; /* its vector grows as members come */
	case FACT_REMOTES:
		return same_addrs(is, wanted);
	default:
		return is->member.include == wanted->member.include && same_addrs(is, wanted);
	}
}

bool fact_equal(const struct fact *a, const struct fact *b)
{
	return fact_serves(a, b) && fact_serves(b, a);
}

/* NULL where there is nothing to copy, and -ENOMEM in *@err where there is no memory for it. */
static void *copy(const void *from, size_t count, size_t size, int *err)
{
	void *to = count ? calloc(count, size) : NULL;

	if (to)
		memcpy(to, from, count * size);
	else if (count)
		*err = -ENOMEM;
	return to;
}

int fact_copy(struct fact *to, const struct fact *from)
{
	struct fact made = *from;
	int err = 0;

	made.addrs = copy(from->addrs, from->count, sizeof(*from->addrs), &err);
	if (from->key.kind == FACT_FORWARDING)
		made.forwarding.hops = copy(from->forwarding.hops, from->forwarding.count,
					    sizeof(*from->forwarding.hops), &err);
	if (err)
		fact_free(&made);
	else
		*to = made;
	return err;
}

void fact_free(struct fact *fact)
{
	free(fact->addrs);
	fact->addrs = NULL;
	fact->count = 0;
	if (fact->key.kind != FACT_FORWARDING)
		return;
	free(fact->forwarding.hops);
	fact->forwarding.hops = NULL;
	fact->forwarding.count = 0;
}

static int by_address(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mc_addr));
}

void fact_sort_addrs(struct fact *fact)
{
	if (fact->count && fact->key.kind != FACT_FORWARDING)
		qsort(fact->addrs, fact->count, sizeof(*fact->addrs), by_address);
}

int fact_add_hop(struct fact *fact, const struct fact_hop *hop, const struct mc_addr *sources)
{
	struct fact_forwarding *forwarding = &fact->forwarding;
	struct fact_hop *hops =
		reallocarray(forwarding->hops, forwarding->count + 1, sizeof(*hops));
	struct mc_addr *addrs;

	if (!hops)
		return -ENOMEM;
	forwarding->hops = hops;
	addrs = reallocarray(fact->addrs, fact->count + hop->count + 1, sizeof(*addrs));
	if (!addrs)
		return -ENOMEM;
	fact->addrs = addrs;
	if (hop->count) {
		memcpy(addrs + fact->count, sources, hop->count * sizeof(*addrs));
		qsort(addrs + fact->count, hop->count, sizeof(*addrs), by_address);
	}
	fact->count += hop->count;
	hops[forwarding->count++] = *hop;
	return 0;
}

/* Zero-padded, so that keys compare byte by byte. */
static void set_dev(struct fact_key *key, const char *dev)
{
	size_t length = strnlen(dev, sizeof(key->dev) - 1);

	memcpy(key->dev, dev, length);
}

struct fact_key fact_key_vni(__u32 vni)
{
	return (struct fact_key){ .kind = FACT_VNI, .vni = vni };
}

struct fact_key fact_key_dev(enum fact_kind kind, const char *dev)
{
	struct fact_key key = { .kind = kind };

	set_dev(&key, dev);
	return key;
}

struct fact_key fact_key_vtep(const struct mc_addr *remote)
{
	return (struct fact_key){ .kind = FACT_VTEP, .addr = *remote };
}

struct fact_key fact_key_forwarding(const struct mc_addr *underlay)
{
	return (struct fact_key){ .kind = FACT_FORWARDING, .addr = *underlay };
}

struct fact_key fact_key_group(enum fact_kind kind, __u32 vni, const struct mc_addr *group)
{
	return (struct fact_key){ .kind = kind, .vni = vni, .addr = *group };
}

struct fact_key fact_key_member(__u32 vni, const struct mc_addr *group, const char *port)
{
	struct fact_key key = { .kind = FACT_MEMBER, .vni = vni, .addr = *group };

	set_dev(&key, port);
	return key;
}

struct fact fact_of_port(const struct mc_port *port)
{
	struct fact fact = {
		.key = fact_key_dev(FACT_PORT, port->name),
		.port = { .vni = port->vni,
			  .kind = port->kind,
			  .may_query = port->flags & MC_PORT_F_MAY_QUERY,
			  .check_mac = port->flags & MC_PORT_F_CHECK_MAC,
			  .vlan = port->vlan,
			  .limit_groups = port->limit_groups,
			  .limit_sources = port->limit_sources,
			  .limit_rate = port->limit_rate },
	};

	memcpy(fact.port.mac, port->mac, sizeof(fact.port.mac));
	return fact;
}
