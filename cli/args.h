/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows a verb, parsed by a table on the stack of the verb's function:
 *
 *	const struct arg args[] = {
 *		ARG_NEEDED("GROUP", arg_group, &key.group),
 *		ARG_NEEDED("vni", arg_number, &key.vni, .max = MC_VNI_MAX),
 *	};
 *	err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));
 *
 * A name in capitals stands for a value without a keyword, in the order of the table. Each mistake is
 * said in a sentence that names the argument.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct cli;
struct arg;
struct array;
struct mc_addr;

typedef int (*arg_parse_fn)(struct cli *cli, const struct arg *arg, const char *text);

struct arg {
	const char *name;
	arg_parse_fn parse;
	void *to; /* its type: see the parser */
	bool needed;
	bool *given;			     /* set when it is there; or NULL */
	__u32 min, max;			     /* arg_number, arg_choice */
	const char *(*choice)(unsigned int); /* arg_choice: the word for each of min..max */
};

#define ARG_NEEDED(...)	  ARG_(true, __VA_ARGS__)
#define ARG_OPTIONAL(...) ARG_(false, __VA_ARGS__)
#define ARG_(is_needed, text, parser, target, ...)                                                 \
	{                                                                                          \
		.name = (text), .parse = (parser), .to = (target), .needed = (is_needed),          \
		##__VA_ARGS__                                                                      \
	}

/* Fills in what @args point to. 0 or a negative errno, said. */
int args_parse(struct cli *cli, int argc, char **argv, const struct arg *args, size_t count);

/* The parsers. What is wrong in itself is bad usage; what we do not serve (yet) is refused. */
int arg_number(struct cli *cli, const struct arg *arg, const char *text); /* __u32 */
int arg_choice(struct cli *cli, const struct arg *arg, const char *text); /* __u8 */
int arg_text(struct cli *cli, const struct arg *arg, const char *text);	  /* const char * */
int arg_device(struct cli *cli, const struct arg *arg, const char *text); /* const char * */
int arg_group(struct cli *cli, const struct arg *arg, const char *text);  /* struct mc_addr */
int arg_host(struct cli *cli, const struct arg *arg, const char *text);	  /* struct mc_addr */
int arg_hosts(struct cli *cli, const struct arg *arg, const char *text); /* struct array of these */
int arg_mac(struct cli *cli, const struct arg *arg, const char *text);	 /* __u8[6] */

/* An address, whatever it is: struct mc_addr. */
int arg_addr(struct cli *cli, const struct arg *arg, const char *text);

/* As arg_hosts, of both families and whatever they are. */
int arg_addrs(struct cli *cli, const struct arg *arg, const char *text);

/* A multicast address, whatever it is: struct mc_addr. */
int arg_any_group(struct cli *cli, const struct arg *arg, const char *text);

/* The address of an underlay group: struct mc_addr. */
int arg_underlay_group(struct cli *cli, const struct arg *arg, const char *text);

/* Sources, as arg_addrs, or the word 'none' for an empty list: struct array of struct mc_addr. */
int arg_sources(struct cli *cli, const struct arg *arg, const char *text);

/* Seconds with up to three decimals, into milliseconds, as are min and max: __u32. */
int arg_interval(struct cli *cli, const struct arg *arg, const char *text);

/* A group that may be shown: also the word for the flood group of a VNI (GROUP_LINK_LOCAL). */
int arg_known_group(struct cli *cli, const struct arg *arg, const char *text);
