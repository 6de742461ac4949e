/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/tails.h>

#include <stdio.h>

#include <bpf/bpf.h>

#include <bpfcast/abi.h>
#include <bpfcast/util.h>
#include <maps/instance.h>
#include <maps/table.h>

static const __u32 membership = MC_TAIL_MEMBERSHIP;

/* As a descriptor that the caller closes. */
static int open_membership(const struct mc_instance *in)
{
	char path[MC_PIN_PATH_SIZE * 2];

	snprintf(path, sizeof(path), "%s/programs/port_membership", in->path);
	return bpf_obj_get(path);
}

bool mc_tails_are_set(struct mc_instance *in)
{
	mc_autoclose int program = open_membership(in);
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info), id;

	return program >= 0 && !bpf_obj_get_info_by_fd(program, &info, &size) &&
	       !mc_table_get(in, MC_TABLE_TAILS, &membership, &id) && id == info.id;
}

int mc_tails_set(struct mc_instance *in)
{
	mc_autoclose int program = open_membership(in);

	return program < 0 ? program
			   : mc_table_set(in, MC_TABLE_TAILS, &membership, &program, BPF_ANY);
}
