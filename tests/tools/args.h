/* SPDX-License-Identifier: Apache-2.0 */
/* What mcsend and mcrecv share of their command lines: groups (GROUP, or GROUP+COUNT for
 * consecutive ones), addresses and numbers. A wrong argument ends the program with status 2. */
#pragma once

#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct group_list {
	struct sockaddr_storage *at; /* port not set */
	size_t count;
};

static inline socklen_t address_size(const struct sockaddr_storage *ss)
{
	return ss->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

static inline void set_port(struct sockaddr_storage *ss, uint16_t port)
{
	if (ss->ss_family == AF_INET)
		((struct sockaddr_in *)ss)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *)ss)->sin6_port = htons(port);
}

static inline uint16_t get_port(const struct sockaddr_storage *ss)
{
	return ntohs(ss->ss_family == AF_INET ? ((const struct sockaddr_in *)ss)->sin_port
					      : ((const struct sockaddr_in6 *)ss)->sin6_port);
}

static inline const char *format_address(const struct sockaddr_storage *ss, char *buf, size_t size)
{
	const void *addr = ss->ss_family == AF_INET
				   ? (const void *)&((const struct sockaddr_in *)ss)->sin_addr
				   : (const void *)&((const struct sockaddr_in6 *)ss)->sin6_addr;

	return inet_ntop(ss->ss_family, addr, buf, size);
}

static inline void parse_address(const char *text, struct sockaddr_storage *ss)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
		ss->ss_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
		ss->ss_family = AF_INET6;
	else
		errx(2, "'%s' is no address", text);
}

static inline unsigned int parse_device(const char *name)
{
	unsigned int ifindex = if_nametoindex(name);

	if (!ifindex)
		err(1, "no device '%s' here", name);
	return ifindex;
}

/* The @n-th address after the one in @ss, in its last 32 bits. */
static inline void address_advance(struct sockaddr_storage *ss, uint32_t n)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	uint32_t *last =
		ss->ss_family == AF_INET ? &in->sin_addr.s_addr : &in6->sin6_addr.s6_addr32[3];

	*last = htonl(ntohl(*last) + n);
}

static inline unsigned long long parse_number(const char *what, const char *text,
					      unsigned long long max)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 0);

	if (*text == '-' || *text == '\0' || *end != '\0' || n > max)
		errx(2, "%s '%s': not a number from 0 to %llu", what, text, max);
	return n;
}

/* An option whose argument goes into the uint64_t at @offset of the options. */
struct number {
	int letter;
	const char *what;
	uint64_t max;
	size_t offset;
};

/* false: none of @numbers has this @letter. */
static inline bool set_number(const struct number *numbers, size_t count, void *options, int letter,
			      const char *arg)
{
	for (size_t i = 0; i < count; i++) {
		if (numbers[i].letter != letter)
			continue;
		*(uint64_t *)((char *)options + numbers[i].offset) =
			parse_number(numbers[i].what, arg, numbers[i].max);
		return true;
	}
	return false;
}

/* In nanoseconds. */
static inline uint64_t parse_seconds(const char *what, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end != '\0' || !(seconds >= 0 && seconds < 1e9))
		errx(2, "%s '%s': not a number of seconds", what, text);
	return seconds * 1e9;
}

static inline void group_list_add(struct group_list *list, const char *text)
{
	char addr[INET6_ADDRSTRLEN + 16];
	size_t count = 1;
	char *plus;

	if (strlen(text) >= sizeof(addr))
		errx(2, "'%s' is no group", text);
	strcpy(addr, text);
	plus = strchr(addr, '+');
	if (plus) {
		*plus = '\0';
		count = parse_number("number of groups", plus + 1, 1 << 20);
	}
	list->at = reallocarray(list->at, list->count + count, sizeof(*list->at));
	if (!list->at)
		err(1, "no memory");
	for (size_t i = 0; i < count; i++) {
		parse_address(addr, &list->at[list->count]);
		address_advance(&list->at[list->count++], i);
	}
}
