/* SPDX-License-Identifier: Apache-2.0 */
/* What a schema cannot say of an object: addresses that fit their purpose and one another. */
#pragma once

struct object;
struct reader;

/* Each notes its faults in @reader. @object has no fault of shape. */
void object_check_vni(struct reader *reader, const struct object *object);
void object_check_underlay(struct reader *reader, const struct object *object);
void object_check_port(struct reader *reader, const struct object *object);
void object_check_vtep(struct reader *reader, const struct object *object);
void object_check_group(struct reader *reader, const struct object *object);
void object_check_member(struct reader *reader, const struct object *object);
