/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of a JSON object, read by a table into a struct:
 *
 *	static const struct field fields[] = {
 *		FIELD("vni", read_number, AT(vni), .flags = FIELD_NEEDED, .max = MC_VNI_MAX),
 *		{},
 *	};
 *	field_read_object(&reader, json, fields, 0, &object);
 *
 * Each fault is noted with its JSON path; unknown fields are faults. Reading goes on after one, so that
 * all of them are found at once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>
#include <bpfcast/addr.h>

struct faults;
struct field;

#define READER_PATH 256

struct reader {
	struct faults *faults;
	char path[READER_PATH]; /* of the value being read */
};

typedef void (*field_fn)(struct reader *reader, const json_t *value, const struct field *field,
			 void *to);

enum field_flags {
	FIELD_NEEDED = 1 << 0,
	FIELD_IN_PATH =
		1 << 1, /* names the object: in a request it is in the URL, not in the body */
};

struct field {
	const char *name;
	field_fn read;
	size_t offset; /* of what it is read into; the type is with the reader below */
	unsigned int flags;
	__u32 min, max;			     /* read_number, read_choice; read_addrs: max */
	const char *(*choice)(unsigned int); /* read_choice: the word for each of min..max */
	const struct field *fields;	     /* read_nested */
};

#define FIELD(text, reader, at, ...)                                                               \
	{                                                                                          \
		.name = (text), .read = (reader), .offset = (at), ##__VA_ARGS__                    \
	}

struct addrs {
	struct mc_addr *list; /* malloc, owned */
	__u32 count;
};

/* Reads @value by @fields, ended by one without a name; without those that have a flag of @skip. */
void field_read_object(struct reader *reader, const json_t *value, const struct field *fields,
		       unsigned int skip, void *to);

/* The readers, and the type of what each reads into. */
void read_number(struct reader *reader, const json_t *value, const struct field *field, void *to);
void read_choice(struct reader *reader, const json_t *value, const struct field *field, void *to);
void read_boolean(struct reader *reader, const json_t *value, const struct field *field, void *to);
void read_device(struct reader *reader, const json_t *value, const struct field *field, void *to);
void read_addr(struct reader *reader, const json_t *value, const struct field *field, void *to);
void read_addrs(struct reader *reader, const json_t *value, const struct field *field, void *to);
void read_mac(struct reader *reader, const json_t *value, const struct field *field, void *to);
void read_nested(struct reader *reader, const json_t *value, const struct field *field, void *to);

/* Steps into a field or an element, and back to the length that was returned. */
size_t reader_enter(struct reader *reader, const char *name);
size_t reader_enter_element(struct reader *reader, size_t index);
void reader_leave(struct reader *reader, size_t length);

/* Can this be a device? */
bool field_is_device(const char *text);
