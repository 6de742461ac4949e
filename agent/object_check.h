/* SPDX-License-Identifier: Apache-2.0 */
/* What a schema cannot say of an object: addresses that fit their purpose and one another. */
#pragma once

struct addrs;
struct object;
struct reader;

#define SENSE(reader, ...) fault_add((reader)->faults, FAULT_SENSE, (reader)->path, __VA_ARGS__)

/* What is wrong with the field @name, said at its place. */
#define SENSE_AT(reader, name, ...)                                                                \
	do {                                                                                       \
		size_t length_ = reader_enter(reader, name);                                       \
		SENSE(reader, __VA_ARGS__);                                                        \
		reader_leave(reader, length_);                                                     \
	} while (0)

/* Each notes its faults in @reader. @object has no fault of shape. */
void object_check_vni(struct reader *reader, const struct object *object);
void object_check_underlay(struct reader *reader, const struct object *object);
void object_check_port(struct reader *reader, const struct object *object);
void object_check_vtep(struct reader *reader, const struct object *object);
void object_check_forwarding(struct reader *reader, const struct object *object);
void object_check_m2p(struct reader *reader, const struct object *object);
void object_check_group(struct reader *reader, const struct object *object);
void object_check_member(struct reader *reader, const struct object *object);

/* Names each address of the field @name that is there twice. */
void object_check_unique(struct reader *reader, const char *name, const struct addrs *addrs);
