/* SPDX-License-Identifier: Apache-2.0 */
#include "forward.h"

#include <errno.h>
#include <string.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/forward.h>
#include <maps/forward.h>
#include <maps/table.h>
#include <maps/text.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "verb.h"

enum { CHOOSE_EVERY, CHOOSE_ONE };

const char *forward_choose_name(unsigned int choose)
{
	return choose == CHOOSE_ONE ? "one" : "every";
}

/* Reserved is no word to be shortened, and yet known: it deserves its own sentence. */
static int arg_mode(struct cli *cli, const struct arg *arg, const char *text)
{
	if (!strcmp(text, mc_mode_name(MC_MODE_RESERVED)))
		return mc_error(-EINVAL,
				"mode reserved means nothing yet: external, underlay or both");
	return arg_choice(cli, arg, text);
}

/* A hop as named on the command line. */
struct words_of_hop {
	bool has_mode, include, exclude;
	__u8 choose;
	struct array sources;
};

static int check_words(struct cli *cli, const struct words_of_hop *words,
		       const struct mc_forward_options *options)
{
	if (words->include && words->exclude)
		return cli_usage(cli, "say either include or exclude");
	if (options->has_via && !words->has_mode)
		return cli_usage(cli, "mode is missing");
	if (!options->has_via && (words->has_mode || words->include || words->exclude))
		return cli_usage(cli, "via is missing");
	return 0;
}

static int parse(struct cli *cli, int argc, char **argv, struct words_of_hop *words,
		 struct mc_forward_options *options)
{
	const struct arg args[] = {
		ARG_NEEDED("UNDERLAY", arg_underlay_group, &options->underlay),
		ARG_OPTIONAL("via", arg_addr, &options->via, .given = &options->has_via),
		ARG_OPTIONAL("mode", arg_mode, &options->mode, .given = &words->has_mode,
			     .max = MC_MODE_BOTH, .choice = mc_mode_name),
		ARG_OPTIONAL("vni", arg_number, &options->vni, .given = &options->vni_chosen,
			     .max = MC_VNI_MAX),
		ARG_OPTIONAL("include", arg_sources, &words->sources, .given = &words->include),
		ARG_OPTIONAL("exclude", arg_sources, &words->sources, .given = &words->exclude),
		ARG_OPTIONAL("choose", arg_choice, &words->choose, .given = &options->choose_chosen,
			     .max = CHOOSE_ONE, .choice = forward_choose_name),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = check_words(cli, words, options);
	options->choose_one = words->choose == CHOOSE_ONE;
	options->filter = (struct mc_filter){
		.include = words->include,
		.count = (__u32)words->sources.count,
		.sources = words->sources.items,
	};
	return err;
}

static int change(struct cli *cli, int argc, char **argv,
		  int (*apply)(struct mc_instance *in, const struct mc_forward_options *options))
{
	struct words_of_hop words = { .sources = ARRAY_OF(struct mc_addr) };
	struct mc_forward_options options = {};
	struct mc_instance *in = NULL;
	int err = parse(cli, argc, argv, &words, &options);

	if (!err)
		err = cli_instance(cli, true, &in);
	if (!err)
		err = apply(in, &options);
	array_free(&words.sources);
	return err;
}

static int add(struct cli *cli, int argc, char **argv)
{
	return change(cli, argc, argv, mc_forward_add_hop);
}

static int replace(struct cli *cli, int argc, char **argv)
{
	return change(cli, argc, argv, mc_forward_replace_hop);
}

static int del(struct cli *cli, int argc, char **argv)
{
	struct mc_addr underlay, via;
	struct mc_instance *in = NULL;
	bool has_via = false;
	const struct arg args[] = {
		ARG_NEEDED("UNDERLAY", arg_underlay_group, &underlay),
		ARG_OPTIONAL("via", arg_addr, &via, .given = &has_via),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, true, &in);
	if (err)
		return err;
	return has_via ? mc_forward_del_hop(in, &underlay, &via) : mc_forward_del(in, &underlay);
}

static int collect(const struct mc_addr *underlay, const struct mc_remote_list *hops, void *arg)
{
	(void)hops;
	return array_add(arg, underlay);
}

static int flush_all(struct mc_instance *in)
{
	autoarray struct array entries = ARRAY_OF(struct mc_addr);
	int err = mc_forward_for_each(in, collect, &entries);

	if (err)
		return mc_error_errno(err, "cannot read the forwarding entries");
	for (size_t i = 0; !err && i < entries.count; i++)
		err = mc_forward_del(in, array_at(&entries, i));
	return err;
}

static int flush(struct cli *cli, int argc, char **argv)
{
	mc_autoremotes struct mc_remote_list hops = { 0 };
	struct mc_instance *in = NULL;
	struct mc_addr underlay;
	bool has_underlay = false;
	const struct arg args[] = {
		ARG_OPTIONAL("UNDERLAY", arg_underlay_group, &underlay, .given = &has_underlay),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, true, &in);
	if (err)
		return err;
	if (!has_underlay)
		return flush_all(in);
	return mc_forward_get(in, &underlay, &hops) == -ENOENT ? 0 : mc_forward_del(in, &underlay);
}

#define SETTINGS                                                                                   \
	"UNDERLAY [via IP6 mode external|underlay|both] [vni N] [include IP,...|exclude IP,...] "  \
	"[choose every|one]"

static const struct verb verbs[] = {
	{ "show", "[UNDERLAY]", "list the next hops of underlay groups",
	  "next_hop  as 'bpfcast vtep' has it\n"
	  "With -s, the copies that were sent by it.\n",
	  forward_show, false },
	{ "add", SETTINGS, "send what is mapped to an underlay group to a next hop",
	  "  via IP6         whose route says how to send; in the packet stands the group\n"
	  "  mode external   the replicator gives it to members outside, decapsulated\n"
	  "       underlay   ... to members on the underlay, as it is\n"
	  "       both       ... to both\n"
	  "  vni N           that of the fleet, or the command is refused\n"
	  "  include IP,...  what comes from these sources only; 'none': nothing\n"
	  "  exclude IP,...  all but what comes from these\n"
	  "  choose every    every hop of the entry gets a copy; the default\n"
	  "         one      a flow takes one hop for outside and one for the underlay\n",
	  add, false },
	{ "replace", SETTINGS, "same, and replace the hop that is there; other hops stay", NULL,
	  replace, false },
	{ "del", "UNDERLAY [via IP6]", "delete one hop, or the entry with all of them", NULL, del,
	  false },
	{ "flush", "[UNDERLAY]", "delete the entry if there is one, or all entries", NULL, flush,
	  false },
	{},
};

const struct object forward_object = { "forward", "next hops of underlay groups", verbs };
