/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/args.h and cli/word.h: what follows a verb, right and wrong. The tool is no library, so its
 * files are part of this one, and what they ask of the rest of the tool is here instead.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <bpfcast/abi.h>
/* NOLINTBEGIN(bugprone-suspicious-include) */
#include <cli/arg_address.c>
#include <cli/args.c>
#include <cli/array.c>
#include <cli/word.c>
/* NOLINTEND(bugprone-suspicious-include) */
#include <tests/kit/layer.h>
#include <tests/kit/test.h>

static struct cli cli;
static char said[512]; /* by the last cli_usage() */

int cli_usage(struct cli *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
	c->usage = true;
	return -EINVAL;
}

/* Runs a parser of one value: 0, or the error, which must have been said and left *@to alone. */
static int parse_one(const struct arg *arg, const char *text, size_t size)
{
	char before[64];
	int err;

	assert_true(size <= sizeof(before));
	memcpy(before, arg->to, size);
	cli.usage = false;
	(void)mc_log_take_error();
	err = arg->parse(&cli, arg, text);
	if (err) {
		assert_memory_equal(arg->to, before, size);
		assert_true(cli.usage || *mc_log_take_error());
	}
	return err;
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		int err;
		__u32 value;
	} cases[] = {
		{ "1", 0, 1 },
		{ "16777215", 0, 0xffffff },
		{ "0x4d", 0, 77 },
		{ "0XFFFFFF", 0, 0xffffff },
		{ "007", 0, 7 },
		{ "0", -EINVAL, 0 },
		{ "16777216", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "x", -EINVAL, 0 },
		{ "0x", -EINVAL, 0 },
		{ "0x1g", -EINVAL, 0 },
		{ "1.0", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
		{ "4294967297", -EINVAL, 0 },
		{ "18446744073709551617", -EINVAL, 0 },
	};
	__u32 number = 4711;
	struct arg arg = {
		.name = "vni", .parse = arg_number, .to = &number, .min = 1, .max = 0xffffff
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		number = 4711;
		assert_int_equal(parse_one(&arg, cases[i].text, sizeof(number)), cases[i].err);
		if (!cases[i].err)
			assert_int_equal(number, cases[i].value);
	}
}

static void choices_and_their_prefixes(void **state)
{
	__u8 kind = 0xff;
	struct arg arg = { .name = "kind",
			   .parse = arg_choice,
			   .to = &kind,
			   .min = MC_PORT_EDGE,
			   .max = MC_PORT_SYSTEM,
			   .choice = mc_port_kind_name };

	(void)state;
	assert_int_equal(parse_one(&arg, "uplink", 1), 0);
	assert_int_equal(kind, MC_PORT_UPLINK);
	assert_int_equal(parse_one(&arg, "e", 1), 0);
	assert_int_equal(kind, MC_PORT_EDGE);
	assert_int_equal(parse_one(&arg, "s", 1), -EINVAL); /* shared, system */
	assert_non_null(strstr(said, "shared, system"));
	assert_int_equal(parse_one(&arg, "edges", 1), -EINVAL);
	assert_int_equal(parse_one(&arg, "", 1), -EINVAL);
}

static void devices(void **state)
{
	const char *device = NULL;
	struct arg arg = { .name = "DEV", .parse = arg_device, .to = &device };

	(void)state;
	assert_int_equal(parse_one(&arg, "eth0", sizeof(device)), 0);
	assert_string_equal(device, "eth0");
	assert_int_equal(parse_one(&arg, "fifteen-letters", sizeof(device)), 0);
	assert_int_equal(parse_one(&arg, "sixteen--letters", sizeof(device)), -EINVAL);
	assert_int_equal(parse_one(&arg, "", sizeof(device)), -EINVAL);
	assert_int_equal(parse_one(&arg, "a/b", sizeof(device)), -EINVAL);
	assert_int_equal(parse_one(&arg, "a b", sizeof(device)), -EINVAL);
}

static void groups(void **state)
{
	static const struct {
		const char *text;
		int err;
	} cases[] = {
		{ "224.0.1.0", 0 },	    { "239.255.255.255", 0 },
		{ "232.1.1.1", 0 },	    { "223.255.255.255", -EINVAL },
		{ "240.0.0.0", -EINVAL },   { "224.0.0.0", -EINVAL },
		{ "224.0.0.255", -EINVAL }, { "ff0e::1", 0 },
		{ "ff02::1", -EINVAL },	    { "ff12::1", -EINVAL },
		{ "ff00::1", -EINVAL },	    { "ff01::1", -EINVAL },
		{ "ff03::1", 0 },	    { "ff35::5", 0 },
		{ "link-local", -EINVAL },  { "fe80::1", -EINVAL },
		{ "239.1.1", -EINVAL },	    { "eth0", -EINVAL },
	};
	struct mc_addr group, wanted;
	struct arg arg = { .name = "GROUP", .parse = arg_group, .to = &group };

	(void)state;
	memset(&group, 0, sizeof(group));
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse_one(&arg, cases[i].text, sizeof(group)), cases[i].err);
		if (cases[i].err)
			continue;
		assert_int_equal(mc_addr_parse(cases[i].text, &wanted), 0);
		assert_memory_equal(&group, &wanted, sizeof(group));
	}
}

static void known_groups(void **state)
{
	static const struct mc_addr flood;
	struct mc_addr group;
	struct arg arg = { .name = "GROUP", .parse = arg_known_group, .to = &group };

	(void)state;
	memset(&group, 0x55, sizeof(group));
	assert_int_equal(parse_one(&arg, "link-local", sizeof(group)), 0);
	assert_memory_equal(&group, &flood, sizeof(group));
	assert_int_equal(parse_one(&arg, "239.1.1.1", sizeof(group)), 0);
	assert_int_equal(MC_BE32(group.word[3]), IP4(239, 1, 1, 1));
	assert_int_equal(parse_one(&arg, "link-loca", sizeof(group)), -EINVAL);
}

static void hosts(void **state)
{
	static const char *const wrong[] = { "0.0.0.0", "0.1.2.3",	  "127.0.0.1", "224.0.0.1",
					     "::1",	"192.0.2",	  "ff02::1",   "fe80::1",
					     "",	"255.255.255.255" };
	struct mc_addr host = { 0 };
	struct arg arg = { .name = "IP", .parse = arg_host, .to = &host };

	(void)state;
	assert_int_equal(parse_one(&arg, "192.0.2.1", sizeof(host)), 0);
	assert_int_equal(MC_BE32(host.word[3]), IP4(192, 0, 2, 1));
	assert_int_equal(parse_one(&arg, "2001:db8::1", sizeof(host)), 0);
	for (size_t i = 0; i < MC_ARRAY_SIZE(wrong); i++)
		assert_int_equal(parse_one(&arg, wrong[i], sizeof(host)), -EINVAL);
}

static void lists_of_hosts(void **state)
{
	autoarray struct array hosts_ = ARRAY_OF(struct mc_addr);
	struct arg arg = { .name = "IPS", .parse = arg_hosts, .to = &hosts_ };

	(void)state;
	assert_int_equal(arg_hosts(&cli, &arg, "192.0.2.1,192.0.2.2,192.0.2.3"), 0);
	assert_int_equal(hosts_.count, 3);
	for (__u32 i = 0; i < 3; i++) {
		const struct mc_addr *host = array_at(&hosts_, i);

		assert_int_equal(MC_BE32(host->word[3]), IP4(192, 0, 2, 1) + i);
	}
	assert_int_equal(arg_hosts(&cli, &arg, "192.0.2.1,,192.0.2.2"), -EINVAL);
	assert_int_equal(arg_hosts(&cli, &arg, "192.0.2.1,"), -EINVAL);
	assert_int_equal(arg_hosts(&cli, &arg, "192.0.2.1 192.0.2.2"), -EINVAL);
}

static void lists_of_addresses(void **state)
{
	autoarray struct array addrs = ARRAY_OF(struct mc_addr);
	struct arg arg = { .name = "IPS", .parse = arg_addrs, .to = &addrs };
	const struct mc_addr *addr;

	(void)state;
	assert_int_equal(arg_addrs(&cli, &arg, "192.0.2.1,2001:db8::1,0.0.0.0"), 0);
	assert_int_equal(addrs.count, 3);
	addr = array_at(&addrs, 1);
	assert_int_equal(addr->half[0], MC_BE16(0x2001));
	assert_int_equal(arg_addrs(&cli, &arg, "2001:db8::1,"), -EINVAL);
	assert_int_equal(arg_addrs(&cli, &arg, "::ffff:192.0.2.1"), -EINVAL);
}

static void macs(void **state)
{
	static const char *const wrong[] = { "",
					     "02:00:00:00:00",
					     "02:00:00:00:00:01:",
					     "02:00:00:00:00:01:02",
					     "02-00-00-00-00-01",
					     "2:0:0:0:0:1",
					     "02:00:00:00:00:0g",
					     "020000000001",
					     "00:00:00:00:00:00",
					     "01:00:5e:01:02:03",
					     "ff:ff:ff:ff:ff:ff" };
	const __u8 wanted[6] = { 0x02, 0xab, 0xCD, 0x00, 0x00, 0xff };
	__u8 mac[6] = { 0 };
	struct arg arg = { .name = "MAC", .parse = arg_mac, .to = mac };

	(void)state;
	assert_int_equal(parse_one(&arg, "02:ab:CD:00:00:ff", sizeof(mac)), 0);
	assert_memory_equal(mac, wanted, sizeof(mac));
	for (size_t i = 0; i < MC_ARRAY_SIZE(wrong); i++)
		assert_int_equal(parse_one(&arg, wrong[i], sizeof(mac)), -EINVAL);
}

static void intervals(void **state)
{
	static const struct {
		const char *text;
		int err;
		__u32 ms;
	} cases[] = {
		{ "1", 0, 1000 },
		{ "2.5", 0, 2500 },
		{ "0.001", 0, 1 },
		{ "10.25", 0, 10250 },
		{ "60", 0, 60000 },
		{ "60.001", -EINVAL, 0 },
		{ "0", -EINVAL, 0 },
		{ "0.0009", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "1.", -EINVAL, 0 },
		{ ".5", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1s", -EINVAL, 0 },
		{ "4294967297", -EINVAL, 0 },
		{ "1.5.1", -EINVAL, 0 },
		{ "1.0000", -EINVAL, 0 },
		{ "18446744073709551617", -EINVAL, 0 },
	};
	__u32 ms;
	struct arg arg = {
		.name = "every", .parse = arg_interval, .to = &ms, .min = 1, .max = 60000
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		ms = 4711;
		assert_int_equal(parse_one(&arg, cases[i].text, sizeof(ms)), cases[i].err);
		if (!cases[i].err)
			assert_int_equal(ms, cases[i].ms);
	}
}

/* ---- whole command lines: DEV vni N [kind K] [limit N] ---- */

static const char *dev;
static __u32 vni, limit;
static __u8 kind;
static bool has_limit;

static int parse_line(const char *line)
{
	const struct arg args[] = {
		ARG_NEEDED("DEV", arg_device, &dev),
		ARG_NEEDED("vni", arg_number, &vni, .max = 0xffffff),
		ARG_OPTIONAL("kind", arg_choice, &kind, .max = MC_PORT_SYSTEM,
			     .choice = mc_port_kind_name),
		ARG_OPTIONAL("limit", arg_number, &limit, .max = 9, .given = &has_limit),
	};
	static char copy[128];
	char *argv[16], *rest = copy, *word;
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	while ((word = strsep(&rest, " ")))
		if (*word)
			argv[argc++] = word;
	has_limit = false;
	said[0] = '\0';
	return args_parse(&cli, argc, argv, args, MC_ARRAY_SIZE(args));
}

static void command_lines_that_are_right(void **state)
{
	(void)state;
	assert_int_equal(parse_line("eth0 vni 77"), 0);
	assert_string_equal(dev, "eth0");
	assert_int_equal(vni, 77);
	assert_false(has_limit);
	assert_int_equal(parse_line("vni vni 5"), 0); /* a device of that name */
	assert_string_equal(dev, "vni");
	assert_int_equal(parse_line("eth1 l 4 k up v 0x10"), 0);
	assert_int_equal(vni, 16);
	assert_int_equal(kind, MC_PORT_UPLINK);
	assert_int_equal(limit, 4);
	assert_true(has_limit);
}

static void command_lines_that_are_wrong(void **state)
{
	static const struct {
		const char *line, *words;
	} cases[] = {
		{ "", "DEV is missing" },
		{ "eth0", "vni is missing" },
		{ "eth0 vni", "'vni' needs a value" },
		{ "eth0 vni 1 vni 2", "'vni' is given twice" },
		{ "eth0 vni 16777216", "out of range: 0 to 16777215" },
		{ "eth0 vni 1 eth1", "no argument 'eth1'" },
		{ "eth0 vni 1 kind best", "no kind 'best'" },
		{ "eth0 vni 1 limit 10", "limit 10 is out of range: 0 to 9" },
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse_line(cases[i].line), -EINVAL);
		if (!strstr(said, cases[i].words))
			fail_msg("'%s': said \"%s\", expected \"%s\"", cases[i].line, said,
				 cases[i].words);
	}
}

static void words_by_prefix(void **state)
{
	struct words words = { 0 };
	size_t index = 99;

	(void)state;
	words_add(&words, "member");
	words_add(&words, NULL);
	words_add(&words, "monitor");
	words_add(&words, "mon");
	assert_int_equal(words_find(&words, "me", &index), 0);
	assert_int_equal(index, 0);
	assert_int_equal(words_find(&words, "mon", &index), 0); /* whole, and a prefix */
	assert_int_equal(index, 3);
	assert_int_equal(words_find(&words, "moni", &index), 0);
	assert_int_equal(index, 2);
	index = 99;
	assert_int_equal(words_find(&words, "mo", &index), -ENOTUNIQ);
	assert_int_equal(words_find(&words, "x", &index), -ENOENT);
	assert_int_equal(words_find(&words, "", &index), -ENOENT);
	assert_int_equal(words_find(&words, "members", &index), -ENOENT);
	assert_int_equal(index, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(choices_and_their_prefixes),
		cmocka_unit_test(devices),
		cmocka_unit_test(groups),
		cmocka_unit_test(known_groups),
		cmocka_unit_test(lists_of_addresses),
		cmocka_unit_test(macs),
		cmocka_unit_test(intervals),
		cmocka_unit_test(hosts),
		cmocka_unit_test(lists_of_hosts),
		cmocka_unit_test(command_lines_that_are_right),
		cmocka_unit_test(command_lines_that_are_wrong),
		cmocka_unit_test(words_by_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
