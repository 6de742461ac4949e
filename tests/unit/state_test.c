/* SPDX-License-Identifier: Apache-2.0 */
/* agent/state.h: what is wanted, what is there, and the difference, with random states. */
#include <stdlib.h>
#include <string.h>

#include <agent/state.h>
#include <bpfcast/util.h>
#include <tests/kit/random.h>
#include <tests/kit/test.h>

static struct mc_addr random_addr(struct random *random)
{
	return mc_addr_v4(MC_BE32(0xef010100u + random_below(random, 4)));
}

static void add_addrs(struct random *random, struct fact *fact)
{
	fact->addrs = calloc(4, sizeof(*fact->addrs));
	for (__u32 i = 0; i < 4; i++)
		if (random_below(random, 2))
			fact->addrs[fact->count++] = mc_addr_v4(MC_BE32(0x0a000001u + i));
}

static void add_hops(struct random *random, struct fact *fact)
{
	const struct mc_addr sources[2] = { mc_addr_v4(MC_BE32(0x0a000002)),
					    mc_addr_v4(MC_BE32(0x0a000001)) };

	for (__u32 i = 0; i < 3; i++) {
		struct fact_hop hop = { .via = mc_addr_v4(MC_BE32(i)),
					.mode = random_below(random, 3),
					.include = random_below(random, 2),
					.count = random_below(random, 3) };

		if (random_below(random, 2))
			assert_int_equal(fact_add_hop(fact, &hop, sources), 0);
	}
}

/* Few keys and values, so that two states have much in common. */
static struct fact random_fact(struct random *random)
{
	struct mc_addr addr = random_addr(random);
	char dev[] = { 'p', (char)('0' + random_below(random, 4)), '\0' };
	__u32 vni = random_below(random, 3);
	struct fact fact = { 0 };

	switch (random_below(random, FACT_KINDS)) {
	case FACT_VNI:
		fact.key = fact_key_vni(vni);
		fact.vni.unknown = random_below(random, 2);
		break;
	case FACT_UNDERLAY:
		fact.key = fact_key_dev(FACT_UNDERLAY, dev);
		fact.underlay.xdp = random_below(random, 2) ? MC_XDP_OFF : FACT_ANY;
		break;
	case FACT_PORT:
		fact.key = fact_key_dev(FACT_PORT, dev);
		fact.port.vni = vni;
		add_addrs(random, &fact);
		break;
	case FACT_VTEP:
		fact.key = fact_key_vtep(&addr);
		fact.vtep.encap = MC_ENCAP_VXLAN;
		fact.vtep.port = random_below(random, 2) * 4789;
		break;
	case FACT_FORWARDING:
		fact.key = fact_key_forwarding(&addr);
		fact.forwarding.choose_one = random_below(random, 2);
		add_hops(random, &fact);
		break;
	case FACT_M2P:
		fact.key = fact_key_group(FACT_M2P, vni, &addr);
		fact.m2p.underlay = random_addr(random);
		break;
	case FACT_GROUP:
		fact.key = fact_key_group(FACT_GROUP, vni, &addr);
		fact.group.size = random_below(random, 3);
		break;
	case FACT_REMOTES:
		fact.key = fact_key_group(FACT_REMOTES, vni, &addr);
		add_addrs(random, &fact);
		break;
	default:
		fact.key = fact_key_member(vni, &addr, dev);
		fact.member.include = random_below(random, 2);
		add_addrs(random, &fact);
		break;
	}
	return fact;
}

static void random_state(struct random *random, struct state *state)
{
	unsigned int count = random_below(random, 40);

	while (count--) {
		struct fact fact = random_fact(random);

		fact.ours = random_below(random, 3) > 0;
		fact.damaged = !random_below(random, 8);
		assert_int_equal(state_add(state, &fact), 0);
	}
	assert_int_equal(state_sort(state), 0);
}

/* The same facts, their addresses too but those of hops, added in another order. */
static void shuffle(struct random *random, const struct state *from, struct state *to)
{
	size_t *order = calloc(from->count + 1, sizeof(*order));

	for (size_t i = 0; i < from->count; i++)
		order[i] = i;
	for (size_t i = from->count; i > 1; i--) {
		size_t j = random_below(random, (unsigned int)i), kept = order[i - 1];

		order[i - 1] = order[j];
		order[j] = kept;
	}
	for (size_t i = 0; i < from->count; i++) {
		struct fact copy;

		assert_int_equal(fact_copy(&copy, &from->facts[order[i]]), 0);
		for (__u32 j = 0; copy.key.kind != FACT_FORWARDING && j < copy.count / 2; j++) {
			struct mc_addr kept = copy.addrs[j];

			copy.addrs[j] = copy.addrs[copy.count - 1 - j];
			copy.addrs[copy.count - 1 - j] = kept;
		}
		assert_int_equal(state_add(to, &copy), 0);
	}
	assert_int_equal(state_sort(to), 0);
	free(order);
}

/* What tables do when the difference is applied to them. */
static void apply(struct state *observed, const struct state *difference)
{
	for (size_t i = 0; i < difference->count; i++) {
		struct fact fact = difference->facts[i];

		switch (fact.change) {
		case FACT_REMOVE:
			assert_true(state_remove(observed, &fact.key));
			break;
		case FACT_ADD:
			assert_null(state_find(observed, &fact.key));
			break;
		case FACT_REPLACE:
			assert_non_null(state_find(observed, &fact.key));
			break;
		default:
			fail();
		}
		fact.ours = true;
		if (fact.change != FACT_REMOVE)
			assert_int_equal(state_put(observed, &fact), 0);
	}
}

static void assert_same(const struct state *a, const struct state *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_int_equal(fact_key_compare(&a->facts[i].key, &b->facts[i].key), 0);
		assert_int_equal(a->facts[i].change, b->facts[i].change);
		assert_int_equal(a->facts[i].count, b->facts[i].count);
		if (a->facts[i].count)
			assert_memory_equal(a->facts[i].addrs, b->facts[i].addrs,
					    a->facts[i].count * sizeof(struct mc_addr));
	}
}

#define ROUNDS 2000

static void applied_once_nothing_is_left(void **state)
{
	struct random random;

	(void)state;
	random_start(&random, 1);
	for (int i = 0; i < ROUNDS; i++) {
		autostate struct state observed = { 0 }, wanted = { 0 };
		autostate struct state first = { 0 }, second = { 0 };

		random_state(&random, &observed);
		random_state(&random, &wanted);
		for (size_t j = 0; j < wanted.count; j++)
			wanted.facts[j].damaged = false;
		assert_int_equal(state_diff(&observed, &wanted, &first), 0);
		apply(&observed, &first);
		assert_int_equal(state_diff(&observed, &wanted, &second), 0);
		assert_int_equal(second.count, 0);
		for (size_t j = 0; j < wanted.count; j++)
			assert_true(fact_serves(state_find(&observed, &wanted.facts[j].key),
						&wanted.facts[j]));
	}
}

static void the_order_does_not_matter(void **state)
{
	struct random random;

	(void)state;
	random_start(&random, 2);
	for (int i = 0; i < ROUNDS; i++) {
		autostate struct state observed = { 0 }, wanted = { 0 }, difference = { 0 };
		autostate struct state observed2 = { 0 }, wanted2 = { 0 }, difference2 = { 0 };

		random_state(&random, &observed);
		random_state(&random, &wanted);
		shuffle(&random, &observed, &observed2);
		shuffle(&random, &wanted, &wanted2);
		assert_int_equal(state_diff(&observed, &wanted, &difference), 0);
		assert_int_equal(state_diff(&observed2, &wanted2, &difference2), 0);
		assert_same(&difference, &difference2);
	}
}

static void what_is_not_ours_stays(void **state)
{
	struct random random;

	(void)state;
	random_start(&random, 3);
	for (int i = 0; i < ROUNDS; i++) {
		autostate struct state observed = { 0 }, wanted = { 0 }, difference = { 0 };

		random_state(&random, &observed);
		assert_int_equal(state_diff(&observed, &wanted, &difference), 0);
		for (size_t j = 0; j < observed.count; j++)
			assert_int_equal(observed.facts[j].ours,
					 !!state_find(&difference, &observed.facts[j].key));
	}
}

/* The facts of a tenant are nobody else's: a key differs in each of its fields. */
static void a_key_is_all_of_it(void **state)
{
	struct mc_addr group = mc_addr_v4(MC_BE32(0xef010101)),
		       other = mc_addr_v4(MC_BE32(0xef010102));
	const struct fact_key key = fact_key_member(7, &group, "veth1");
	const struct fact_key others[] = {
		fact_key_member(8, &group, "veth1"),   fact_key_member(7, &other, "veth1"),
		fact_key_member(7, &group, "veth2"),   fact_key_member(7, &group, "veth"),
		fact_key_group(FACT_GROUP, 7, &group), fact_key_dev(FACT_PORT, "veth1"),
	};

	(void)state;
	assert_int_equal(fact_key_compare(&key, &key), 0);
	for (size_t i = 0; i < MC_ARRAY_SIZE(others); i++) {
		int order = fact_key_compare(&key, &others[i]);

		assert_int_not_equal(order, 0);
		assert_true((order < 0) != (fact_key_compare(&others[i], &key) < 0));
	}
}

static void the_first_of_two_stays(void **state)
{
	autostate struct state it = { 0 };
	struct fact fact = { .key = fact_key_vni(5), .vni.unknown = MC_UNKNOWN_DROP };

	(void)state;
	assert_int_equal(state_add(&it, &fact), 0);
	fact.vni.unknown = MC_UNKNOWN_LEARN;
	assert_int_equal(state_add(&it, &fact), 0);
	assert_int_equal(state_sort(&it), 0);
	assert_int_equal(it.count, 1);
	assert_int_equal(it.facts[0].vni.unknown, MC_UNKNOWN_DROP);
}

/* What is left open, anything serves for; what is damaged, for nothing. */
static void what_is_left_open(void **state)
{
	struct fact is = { .key = fact_key_vni(5),
			   .vni = { MC_UNKNOWN_DROP, MC_LINK_LOCAL_FLOOD } };
	struct fact wanted = is;

	(void)state;
	wanted.vni.link_local = FACT_ANY;
	assert_true(fact_serves(&is, &wanted));
	assert_false(fact_equal(&is, &wanted));
	wanted.vni.unknown = MC_UNKNOWN_LEARN;
	assert_false(fact_serves(&is, &wanted));
	wanted = is;
	is.damaged = true;
	assert_false(fact_serves(&is, &wanted));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(applied_once_nothing_is_left),
		cmocka_unit_test(the_order_does_not_matter),
		cmocka_unit_test(what_is_not_ours_stays),
		cmocka_unit_test(a_key_is_all_of_it),
		cmocka_unit_test(the_first_of_two_stays),
		cmocka_unit_test(what_is_left_open),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
