/* SPDX-License-Identifier: Apache-2.0 */
#include "wanted.h"

#include "document.h"
#include "reconcile.h"

int wanted_build(struct reconcile *reconcile)
{
	struct state fresh = { 0 };
	int err = state_merge(&fresh, &reconcile->file);

	if (!err)
		err = state_merge(&fresh, &reconcile->told);
	if (!err)
		err = document_imply_groups(&fresh);
	if (err) {
		state_free(&fresh);
		return err;
	}
	state_free(&reconcile->wanted);
	reconcile->wanted = fresh;
	return 0;
}

int wanted_put(struct reconcile *reconcile, const struct fact *fact)
{
	const struct fact_key *key = &fact->key;
	struct fact group = { .key = fact_key_group(FACT_GROUP, key->vni, &key->addr) };
	int err = state_put(&reconcile->wanted, fact);

	if (!err && key->kind == FACT_MEMBER && !state_find(&reconcile->wanted, &group.key))
		err = state_put(&reconcile->wanted, &group);
	return err;
}

/* The first member of the group, whatever its port. */
static const struct fact *first_member(const struct state *state, const struct fact_key *group)
{
	struct fact_key from = fact_key_member(group->vni, &group->addr, "");
	size_t low = 0, high = state->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (fact_key_compare(&state->facts[middle].key, &from) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == state->count || state->facts[low].key.kind != FACT_MEMBER ||
	    state->facts[low].key.vni != group->vni ||
	    !mc_addr_equal(&state->facts[low].key.addr, &group->addr))
		return NULL;
	return &state->facts[low];
}

void wanted_remove(struct reconcile *reconcile, const struct fact_key *key)
{
	struct fact_key group = fact_key_group(FACT_GROUP, key->vni, &key->addr);

	(void)state_remove(&reconcile->wanted, key);
	if (key->kind == FACT_MEMBER && !first_member(&reconcile->wanted, &group) &&
	    !state_find(&reconcile->file, &group) && !state_find(&reconcile->told, &group))
		(void)state_remove(&reconcile->wanted, &group);
}
