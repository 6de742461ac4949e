/* SPDX-License-Identifier: Apache-2.0 */
/* What is wanted, from its two sources: the configuration file and what the API was told. */
#pragma once

struct fact;
struct fact_key;
struct reconcile;

/* Makes `wanted` anew of `file` and `told`. -ENOMEM, `wanted` untouched. */
int wanted_build(struct reconcile *reconcile);

/* The same, little by little: a fact of `told` has come, or gone. A member brings its group. -ENOMEM. */
int wanted_put(struct reconcile *reconcile, const struct fact *fact);
void wanted_remove(struct reconcile *reconcile, const struct fact_key *key);
