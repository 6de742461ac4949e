/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments that are addresses. */
#include "args.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpfcast/addr.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/text.h>
#include <maps/underlay_group.h>

#include "array.h"
#include "cli.h"
#include "group.h"

static int parse_addr(struct cli *cli, const struct arg *arg, const char *text,
		      struct mc_addr *addr)
{
	if (mc_addr_parse(text, addr))
		return cli_usage(cli, "%s '%s' is not an IP address", arg->name, text);
	return 0;
}

int arg_addr(struct cli *cli, const struct arg *arg, const char *text)
{
	return parse_addr(cli, arg, text, arg->to);
}

static int refuse_link_local(const char *text)
{
	return mc_error(-EINVAL,
			"%s is link-local (224.0.0.0/24; IPv6 scopes 0 to 2): such groups "
			"are never pruned; 'bpfcast vni set N link-local flood' sends them to all "
			"ports and nodes of VNI N",
			text);
}

int arg_group(struct cli *cli, const struct arg *arg, const char *text)
{
	bool is_flood = !strcmp(text, GROUP_LINK_LOCAL);
	struct mc_addr group;
	int err = is_flood ? refuse_link_local(text) : parse_addr(cli, arg, text, &group);

	if (err)
		return err;
	if (!mc_addr_is_multicast(&group))
		return cli_usage(cli,
				 "%s is not a multicast address: a group is in 224.0.0.0/4 or "
				 "ff00::/8",
				 text);
	if (mc_addr_is_link_local_group(&group))
		return refuse_link_local(text);
	*(struct mc_addr *)arg->to = group;
	return 0;
}

int arg_any_group(struct cli *cli, const struct arg *arg, const char *text)
{
	struct mc_addr group;
	int err = parse_addr(cli, arg, text, &group);

	if (err)
		return err;
	if (!mc_addr_is_multicast(&group))
		return cli_usage(cli,
				 "%s is not a multicast address: a group is in 224.0.0.0/4 or "
				 "ff00::/8",
				 text);
	*(struct mc_addr *)arg->to = group;
	return 0;
}

int arg_known_group(struct cli *cli, const struct arg *arg, const char *text)
{
	static const struct mc_addr flood;

	if (strcmp(text, GROUP_LINK_LOCAL) != 0)
		return arg_group(cli, arg, text);
	*(struct mc_addr *)arg->to = flood;
	return 0;
}

static int parse_host(struct cli *cli, const struct arg *arg, const char *text,
		      struct mc_addr *host)
{
	struct mc_addr addr;
	int err = parse_addr(cli, arg, text, &addr);

	if (err)
		return err;
	if (mc_addr_is_bad_source(&addr))
		return cli_usage(cli,
				 "%s cannot be the address of a node: it must be unicast, "
				 "and not loopback, :: or 0.0.0.0/8",
				 text);
	if (mc_addr_is_v6_link_local(&addr))
		return cli_usage(cli,
				 "%s cannot be the address of a node: it is link-local, and so "
				 "means another one on each device",
				 text);
	*host = addr;
	return 0;
}

int arg_host(struct cli *cli, const struct arg *arg, const char *text)
{
	return parse_host(cli, arg, text, arg->to);
}

static int parse_list(struct cli *cli, const struct arg *arg, const char *text,
		      int (*parse)(struct cli *cli, const struct arg *arg, const char *text,
				   struct mc_addr *addr))
{
	mc_autofree char *copy = strdup(text);
	struct mc_addr addr;
	char *rest = copy, *word;
	int err;

	if (!copy)
		return mc_error_errno(-ENOMEM, "cannot read '%s'", text);
	while ((word = strsep(&rest, ","))) {
		err = parse(cli, arg, word, &addr);
		if (!err)
			err = array_add(arg->to, &addr);
		if (err)
			return err;
	}
	return 0;
}

int arg_hosts(struct cli *cli, const struct arg *arg, const char *text)
{
	return parse_list(cli, arg, text, parse_host);
}

int arg_addrs(struct cli *cli, const struct arg *arg, const char *text)
{
	return parse_list(cli, arg, text, parse_addr);
}

int arg_sources(struct cli *cli, const struct arg *arg, const char *text)
{
	return strcmp(text, "none") ? arg_addrs(cli, arg, text) : 0;
}

int arg_underlay_group(struct cli *cli, const struct arg *arg, const char *text)
{
	struct mc_addr addr;
	int err = parse_addr(cli, arg, text, &addr);

	if (!err)
		err = mc_underlay_group_check(&addr);
	if (!err)
		*(struct mc_addr *)arg->to = addr;
	return err;
}

/* Six bytes of two digits each. */
static int parse_mac(const char *text, __u8 mac[6])
{
	for (int i = 0; i < 6; i++, text += 3) {
		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) ||
		    text[2] != (i < 5 ? ':' : '\0'))
			return -EINVAL;
		mac[i] = (__u8)strtoul(text, NULL, 16);
	}
	return 0;
}

int arg_mac(struct cli *cli, const struct arg *arg, const char *text)
{
	static const __u8 zero[6];
	__u8 mac[6];

	if (parse_mac(text, mac))
		return cli_usage(cli, "%s '%s' is not a MAC address, such as 02:00:00:00:00:01",
				 arg->name, text);
	if (mac[0] & 1 || !memcmp(mac, zero, sizeof(mac)))
		return cli_usage(cli, "%s %s cannot be that of a host: it must be unicast",
				 arg->name, text);
	memcpy(arg->to, mac, sizeof(mac));
	return 0;
}
