/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What all tables share: see abi.h, which includes all of them. */
#pragma once

#include <bpfcast/addr.h>

#define MC_ABI_VERSION 1 /* the `v1` of the pin path: changes with any struct below */

#define MC_VNI_MAX 0xffffff /* 24 bits, RFC 7348 section 5 */

#define MC_ABI_SIZE(type, size) _Static_assert(sizeof(struct type) == (size), "ABI: size of " #type)
#define MC_ABI_OFFSET(type, field, offset)                                                         \
	_Static_assert(__builtin_offsetof(struct type, field) == (offset),                         \
		       "ABI: offset of " #type "." #field)

/* Largest number of entries for each table; the loader may set less or more at load. */
#define MC_DEFAULT_GROUPS  4096
#define MC_DEFAULT_MEMBERS 65536
#define MC_DEFAULT_SOURCES 65536
#define MC_DEFAULT_PORTS   4096
#define MC_DEFAULT_VTEPS   4096
#define MC_DEFAULT_VNIS	   4096
#define MC_DEFAULT_STORMS  65536
#define MC_UNDERLAY_MAX	   256
#define MC_EVENT_BYTES	   (1 << 20)

#define MC_DEFAULT_VXLAN_PORT  4789 /* RFC 7348 section 5 */
#define MC_DEFAULT_GENEVE_PORT 6081 /* RFC 8926 section 3.3 */
#define MC_DEFAULT_GROUP_SIZE  256  /* slots of a new group */
#define MC_GROUP_SIZE_MAX      65536

#define MC_DEFAULT_LIMIT_GROUPS	 4096  /* memberships of a port */
#define MC_DEFAULT_LIMIT_SOURCES 512   /* sources of a membership; a report of 1500 bytes has 366 */
#define MC_SOURCES_MAX		 1024  /* that a membership may have at most */
#define MC_DEFAULT_LIMIT_RATE	 20000 /* membership messages a second of a port */
