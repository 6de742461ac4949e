/* SPDX-License-Identifier: Apache-2.0 */
/* The members of an instance, local and remote, read to be shown. */
#pragma once

#include <stdbool.h>
#include <bpfcast/abi.h>
#include <maps/remote_list.h>

#include "array.h"
#include "device.h"

struct mc_instance;

enum member_kind { MEMBER_LOCAL, MEMBER_REMOTE };

struct member_row {
	struct mc_group_key key;
	__u32 id; /* ifindex, or id of a VTEP */
	enum member_kind kind;
	struct mc_member member;      /* MEMBER_LOCAL */
	struct mc_remote_item remote; /* MEMBER_REMOTE; its sources belong to the list */
};

/* A port, and whether its device is still there. */
struct member_port {
	__u32 ifindex;
	char name[DEVICE_NAME_SIZE];
	bool gone;
};

/* What is asked for, and what was found. */
struct member_list {
	struct mc_instance *in;
	struct mc_group_key key;
	bool has_group, has_vni;
	const char *dev; /* NULL: any */
	__u32 ifindex;
	struct array rows;    /* by group */
	struct array ports;   /* by index: read once, whatever the number of members */
	struct array remotes; /* of struct mc_remote_list, to be freed with this */
};

#define MEMBER_LIST                                                                                \
	{                                                                                          \
		.rows = ARRAY_OF(struct member_row), .ports = ARRAY_OF(struct member_port),        \
		.remotes = ARRAY_OF(struct mc_remote_list)                                         \
	}

/* Fills in @list, in which is set what is asked for. Errors are said. */
int member_list_read(struct member_list *list);

/* Frees what reading has filled in. */
void member_list_free(struct member_list *list);

/* The port of a row; NULL: there is none with this index. */
const struct member_port *member_list_port(const struct member_list *list, __u32 ifindex);
