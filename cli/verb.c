/* SPDX-License-Identifier: Apache-2.0 */
#include "verb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpfcast/log.h>

#include "cli.h"
#include "word.h"

static bool is_command(const struct object *object)
{
	return !*object->verbs->name;
}

static void print_usage(const struct object *object, const struct verb *verb)
{
	printf("  bpfcast %s%s%s%s%s\n", object->name, *verb->name ? " " : "", verb->name,
	       *verb->synopsis ? " " : "", verb->synopsis);
}

void verb_help_all(const struct cli *cli)
{
	printf("bpfcast: IP multicast for hosts and pods, by BPF\n\n"
	       "usage: bpfcast [OPTIONS] OBJECT [VERB] ...\n\n"
	       "options\n"
	       "  -j, --json           print JSON\n"
	       "  -p, --pretty         print JSON, indented\n"
	       "  -s, --statistics     more columns: counters; and rows that are zero\n"
	       "  -d, --debug          say what happens, libbpf's words included\n"
	       "  -n, --instance NAME  the instance; without it the one of this namespace\n"
	       "  -f, --force          batch: go on after a line that failed\n"
	       "  -V, --version        print the version\n"
	       "  -h, --help           this text\n\n"
	       "objects\n");
	for (const struct object *const *o = cli->objects; *o; o++)
		printf("  %-20s %s\n", (*o)->name, (*o)->help);
	printf("\n'bpfcast OBJECT help' tells more. Words may be shortened as long as they are "
	       "unique; 'show' is the default verb.\n");
}

static void help_verb(const struct object *object, const struct verb *verb)
{
	print_usage(object, verb);
	printf("      %s\n", verb->help);
	if (verb->details)
		printf("\n%s", verb->details);
}

void verb_help_object(const struct object *object)
{
	printf("%s: %s\n\n", object->name, object->help);
	if (is_command(object)) {
		help_verb(object, object->verbs);
		return;
	}
	for (const struct verb *v = object->verbs; v->name; v++) {
		print_usage(object, v);
		printf("      %s\n", v->help);
	}
}

static bool is_help(const char *word)
{
	return strcmp(word, "help") == 0;
}

static int run(struct cli *cli, const struct verb *verb, int argc, char **argv)
{
	cli->verb = verb;
	if (argc == 1 && is_help(argv[0])) {
		help_verb(cli->object, verb);
		return 0;
	}
	if (cli->file && verb->not_in_batch)
		return cli_usage(cli, "'%s' cannot be a line of a batch", cli->object->name);
	return verb->run(cli, argc, argv);
}

/* argv: [VERB] ... */
static int run_object(struct cli *cli, int argc, char **argv)
{
	const struct object *object = cli->object;
	struct words words = {};
	char what[64];
	size_t index;
	int err;

	if (is_command(object))
		return run(cli, object->verbs, argc, argv);
	if (argc && is_help(argv[0])) {
		verb_help_object(object);
		return 0;
	}
	for (const struct verb *v = object->verbs; v->name; v++)
		words_add(&words, v->name);
	snprintf(what, sizeof(what), "%s verb", object->name);
	err = words_need(cli, &words, what, argc ? argv[0] : "show", &index);
	if (err)
		return err;
	return run(cli, &object->verbs[index], argc ? argc - 1 : 0, argc ? argv + 1 : argv);
}

int verb_run(struct cli *cli, int argc, char **argv)
{
	struct words words = {};
	size_t index;
	int err;

	cli->object = NULL;
	cli->verb = NULL;
	if (!argc)
		return cli_usage(cli, "no object given; 'bpfcast help' lists them");
	for (const struct object *const *o = cli->objects; *o; o++)
		words_add(&words, (*o)->name);
	err = words_need(cli, &words, "object", argv[0], &index);
	if (err)
		return err;
	cli->object = cli->objects[index];
	return run_object(cli, argc - 1, argv + 1);
}
