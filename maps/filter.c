/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/filter.h>

#include <errno.h>

#include <bpfcast/abi.h>
#include <bpfcast/log.h>
#include <maps/text.h>

static int check_source(const struct mc_addr *group, const struct mc_filter *filter, __u32 i)
{
	const struct mc_addr *source = &filter->sources[i];
	char text[MC_ADDR_TEXT];

	mc_addr_format(source, text);
	if (group && mc_addr_is_v4(source) != mc_addr_is_v4(group))
		return mc_error(-EINVAL, "source %s is not of the group's address family", text);
	if (mc_addr_is_bad_source(source) || mc_addr_is_v6_link_local(source) ||
	    mc_addr_is_v4_link_local(source))
		return mc_error(-EINVAL,
				"%s cannot be a source: name a unicast address that is not zero, "
				"loopback, broadcast or link-local",
				text);
	for (__u32 j = 0; j < i; j++)
		if (mc_addr_equal(source, &filter->sources[j]))
			return mc_error(-EINVAL, "source %s is named twice", text);
	return 0;
}

int mc_filter_check(const struct mc_addr *group, const struct mc_filter *filter)
{
	int err = 0;

	if (filter->count > MC_SOURCES_MAX)
		return mc_error(-EINVAL, "%u sources: at most %u", filter->count, MC_SOURCES_MAX);
	for (__u32 i = 0; !err && i < filter->count; i++)
		err = check_source(group, filter, i);
	return err;
}

int mc_filter_check_local(const struct mc_addr *group, const struct mc_filter *filter)
{
	char text[MC_ADDR_TEXT];

	if (filter->include && !filter->count)
		return mc_error(-EINVAL, "include without a source wants nothing: name one");
	if (!filter->include && mc_addr_is_ssm(group))
		return mc_error(-EINVAL,
				"%s is source-specific (232.0.0.0/8, ff3x::/32): name the sources "
				"with include",
				mc_addr_format(group, text));
	return mc_filter_check(group, filter);
}
