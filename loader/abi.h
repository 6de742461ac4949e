/* SPDX-License-Identifier: Apache-2.0 */
/* Do the programs, this build and the pinned tables agree on keys and values? */
#pragma once

struct bpf_object;
struct mc_instance;

/*
 * Compares by BTF each struct of a table in @object with what this build was compiled with, and with
 * the pinned table if there is one. -EINVAL with a sentence when they differ.
 */
int mc_abi_check(const struct mc_instance *in, const struct bpf_object *object);
