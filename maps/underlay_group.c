/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/underlay_group.h>

#include <errno.h>

#include <bpfcast/addr.h>
#include <bpfcast/log.h>
#include <maps/text.h>

/* RFC 4291 section 2.7, RFC 7346 section 2. */
static const char *scope_name(__u8 scope)
{
	static const char *const names[16] = {
		[0x0] = "a reserved scope",	    [0x1] = "interface-local scope",
		[0x2] = "link-local scope",	    [0x3] = "realm-local scope",
		[0x4] = "admin-local scope",	    [0x5] = "site-local scope",
		[0x8] = "organization-local scope", [0xe] = "global scope",
		[0xf] = "a reserved scope",
	};

	return names[scope] ? names[scope] : "an unassigned scope";
}

#define WANTED "an underlay group is of admin-local scope with no flag set, in ff04::/16"

int mc_underlay_group_check(const struct mc_addr *underlay)
{
	char text[MC_ADDR_TEXT];
	__u8 flags, scope;

	mc_addr_format(underlay, text);
	if (mc_addr_is_v4(underlay) || !mc_addr_is_multicast(underlay))
		return mc_error(-EINVAL, "%s is no IPv6 multicast address: " WANTED, text);
	flags = underlay->byte[1] >> 4;
	scope = underlay->byte[1] & 0xf;
	if (scope != 4)
		return mc_error(-EINVAL, "%s is of %s: " WANTED, text, scope_name(scope));
	if (flags)
		return mc_error(-EINVAL, "%s has the flags 0x%x: " WANTED, text, flags);
	return 0;
}
