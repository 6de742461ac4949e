/* SPDX-License-Identifier: Apache-2.0 */
#include "field.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/util.h>
#include <maps/text.h>

#include "fact.h"
#include "fault.h"

#define SHAPE(reader, ...) fault_add((reader)->faults, FAULT_SHAPE, (reader)->path, __VA_ARGS__)
#define SENSE(reader, ...) fault_add((reader)->faults, FAULT_SENSE, (reader)->path, __VA_ARGS__)

size_t reader_enter(struct reader *reader, const char *name)
{
	size_t length = strlen(reader->path);

	snprintf(reader->path + length, sizeof(reader->path) - length, ".%s", name);
	return length;
}

size_t reader_enter_element(struct reader *reader, size_t index)
{
	size_t length = strlen(reader->path);

	snprintf(reader->path + length, sizeof(reader->path) - length, "[%zu]", index);
	return length;
}

void reader_leave(struct reader *reader, size_t length)
{
	reader->path[length] = '\0';
}

/* "an object", with its article. */
static const char *type_name(const json_t *value)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",  [JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number", [JSON_REAL] = "a number", [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",	     [JSON_NULL] = "null",
	};

	return names[json_typeof(value)];
}

static const struct field *find_field(const struct field *fields, const char *name)
{
	for (const struct field *field = fields; field->name; field++)
		if (!strcmp(field->name, name))
			return field;
	return NULL;
}

/* "a, b, c": the names of the fields that there are. */
static void list_fields(const struct field *fields, unsigned int skip, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (const struct field *field = fields; field->name && used < size; field++)
		if (!(field->flags & skip))
			used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
						 field->name);
}

static void refuse_field(struct reader *reader, const struct field *fields, unsigned int skip,
			 const char *name)
{
	const struct field *field = find_field(fields, name);
	char names[256];

	list_fields(fields, skip, names, sizeof(names));
	if (field)
		SHAPE(reader, "is in the URL: leave it out here");
	else
		SHAPE(reader, "no such field; those there are: %s", names);
}

void field_read_object(struct reader *reader, const json_t *value, const struct field *fields,
		       unsigned int skip, void *to)
{
	const char *name;
	json_t *entry;
	size_t length;

	if (!json_is_object(value)) {
		SHAPE(reader, "is %s, not an object: write { ... }", type_name(value));
		return;
	}
	json_object_foreach((json_t *)value, name, entry)
	{
		const struct field *field = find_field(fields, name);

		length = reader_enter(reader, name);
		if (!field || field->flags & skip)
			refuse_field(reader, fields, skip, name);
		else
			field->read(reader, entry, field, (char *)to + field->offset);
		reader_leave(reader, length);
	}
	for (const struct field *field = fields; field->name; field++)
		if (field->flags & FIELD_NEEDED && !(field->flags & skip) &&
		    !json_object_get(value, field->name))
			SHAPE(reader, "'%s' is missing", field->name);
}

void read_nested(struct reader *reader, const json_t *value, const struct field *field, void *to)
{
	field_read_object(reader, value, field->fields, 0, to);
}

void read_number(struct reader *reader, const json_t *value, const struct field *field, void *to)
{
	double number = json_number_value(value);

	if (!json_is_number(value))
		SHAPE(reader, "is %s, not a number", type_name(value));
	else if (number != floor(number))
		SHAPE(reader, "%g is not a whole number", number);
	else if (number < field->min || number > field->max)
		SHAPE(reader, "%.0f is out of range: %u to %u", number, field->min, field->max);
	else
		*(__u32 *)to = (__u32)number;
}

void read_boolean(struct reader *reader, const json_t *value, const struct field *field, void *to)
{
	(void)field;
	if (!json_is_boolean(value))
		SHAPE(reader, "is %s: say true or false", type_name(value));
	else
		*(bool *)to = json_is_true(value);
}

void read_choice(struct reader *reader, const json_t *value, const struct field *field, void *to)
{
	const char *text = json_string_value(value);
	char words[128] = "";
	size_t used = 0;

	for (__u32 i = field->min; i <= field->max; i++) {
		if (text && !strcmp(text, field->choice(i))) {
			*(__u8 *)to = (__u8)i;
			return;
		}
		used += (size_t)snprintf(words + used, sizeof(words) - used, "%s\"%s\"",
					 i == field->min   ? ""
					 : i == field->max ? " or "
							   : ", ",
					 field->choice(i));
	}
	if (text)
		SHAPE(reader, "'%.40s' is not known: say %s", text, words);
	else
		SHAPE(reader, "is %s: say %s", type_name(value), words);
}

/* What the kernel takes, less what is not to be printed. */
bool field_is_device(const char *text)
{
	size_t length = strlen(text);

	for (const char *c = text; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '/' || *c == ':')
			return false;
	return length && length < FACT_DEV_SIZE && strcmp(text, ".") != 0 &&
	       strcmp(text, "..") != 0;
}

void read_device(struct reader *reader, const json_t *value, const struct field *field, void *to)
{
	const char *text = json_string_value(value);

	(void)field;
	if (!text)
		SHAPE(reader, "is %s, not the name of a device", type_name(value));
	else if (!field_is_device(text))
		SHAPE(reader, "'%.40s' cannot be a device: 1 to %d bytes, no '/', ':' or space",
		      text, FACT_DEV_SIZE - 1);
	else
		snprintf(to, FACT_DEV_SIZE, "%s", text);
}

static bool read_one_addr(struct reader *reader, const json_t *value, struct mc_addr *addr)
{
	const char *text = json_string_value(value);

	if (!text)
		SHAPE(reader, "is %s, not an IP address", type_name(value));
	else if (mc_addr_parse(text, addr))
		SENSE(reader, "'%.60s' is not an IP address, such as \"192.0.2.1\"", text);
	else
		return true;
	return false;
}

void read_addr(struct reader *reader, const json_t *value, const struct field *field, void *to)
{
	struct mc_addr addr;

	(void)field;
	if (read_one_addr(reader, value, &addr))
		*(struct mc_addr *)to = addr;
}

void read_addrs(struct reader *reader, const json_t *value, const struct field *field, void *to)
{
	struct addrs *addrs = to;
	struct mc_addr addr;
	size_t length, i;
	json_t *entry;

	if (!json_is_array(value)) {
		SHAPE(reader, "is %s, not a list: write [ ... ]", type_name(value));
		return;
	}
	if (json_array_size(value) > field->max) {
		SHAPE(reader, "%zu addresses: at most %u", json_array_size(value), field->max);
		return;
	}
	free(addrs->list);
	addrs->count = 0;
	addrs->list = calloc(json_array_size(value) + 1, sizeof(*addrs->list));
	if (!addrs->list) {
		SENSE(reader, "no memory for %zu addresses", json_array_size(value));
		return;
	}
	json_array_foreach(value, i, entry)
	{
		length = reader_enter_element(reader, i);
		if (read_one_addr(reader, entry, &addr))
			addrs->list[addrs->count++] = addr;
		reader_leave(reader, length);
	}
}

/* Six bytes of two digits each. */
static bool parse_mac(const char *text, __u8 mac[6])
{
	for (int i = 0; i < 6; i++, text += 3) {
		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) ||
		    text[2] != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = (__u8)strtoul(text, NULL, 16);
	}
	return true;
}

void read_mac(struct reader *reader, const json_t *value, const struct field *field, void *to)
{
	static const __u8 zero[6];
	const char *text = json_string_value(value);
	__u8 mac[6];

	(void)field;
	if (!text)
		SHAPE(reader, "is %s, not a MAC address", type_name(value));
	else if (!parse_mac(text, mac))
		SHAPE(reader, "'%.40s' is not a MAC address, such as \"02:00:00:00:00:01\"", text);
	else if (mac[0] & 1 || !memcmp(mac, zero, sizeof(mac)))
		SENSE(reader, "%s cannot be that of a host: it must be unicast", text);
	else
		memcpy(to, mac, sizeof(mac));
}
