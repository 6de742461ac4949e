/* SPDX-License-Identifier: Apache-2.0 */
/* The input is lines of text, each an address or not; and its first 16 bytes are one, too. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/addr.h>
#include <maps/text.h>

#include "fuzz.h"

static void check_kinds(const struct mc_addr *addr)
{
	uint8_t mac[6];

	mc_addr_group_mac(addr, mac);
	if (mc_addr_is_multicast(addr)) {
		REQUIRE(mac[0] & 1);
		REQUIRE(mc_addr_is_bad_source(addr));
		REQUIRE(!mc_addr_is_v4_link_local(addr) && !mc_addr_is_v6_link_local(addr));
	}
	if (mc_addr_is_ssm(addr) || mc_addr_is_link_local_group(addr))
		REQUIRE(mc_addr_is_multicast(addr));
	if (mc_addr_is_v4(addr))
		REQUIRE(mc_addr_is_multicast(addr) == (addr->byte[12] >> 4 == 14));
	if (mc_addr_is_zero(addr))
		REQUIRE(mc_addr_is_bad_source(addr));
}

/* Text and back is the same address; and text again, the same text. */
static void check_round_trip(const struct mc_addr *addr)
{
	char text[MC_ADDR_TEXT], again[MC_ADDR_TEXT];
	struct mc_addr parsed;

	memset(text, 'x', sizeof(text));
	REQUIRE(mc_addr_format(addr, text) == text);
	REQUIRE(memchr(text, '\0', sizeof(text)));
	REQUIRE(!mc_addr_parse(text, &parsed));
	REQUIRE(mc_addr_equal(addr, &parsed) && !memcmp(addr, &parsed, sizeof(parsed)));
	REQUIRE(!strcmp(mc_addr_format(&parsed, again), text));
	REQUIRE((strchr(text, ':') == NULL) == mc_addr_is_v4(addr));
}

static void check_text(const char *text)
{
	struct mc_addr addr, before;
	uint8_t any[16];
	int err;

	memset(&before, 0xa5, sizeof(before));
	addr = before;
	err = mc_addr_parse(text, &addr);
	if (err) {
		REQUIRE(err == -EINVAL && !memcmp(&addr, &before, sizeof(addr)));
		REQUIRE(inet_pton(AF_INET, text, any) != 1);
		return;
	}
	REQUIRE(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, any) == 1);
	check_round_trip(&addr);
	check_kinds(&addr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char *rest = text, *line;
	struct mc_addr addr;

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	while ((line = strsep(&rest, "\n")))
		check_text(line);
	free(text);
	if (size >= sizeof(addr)) {
		memcpy(&addr, data, sizeof(addr));
		check_round_trip(&addr);
		check_kinds(&addr);
	}
	return 0;
}
