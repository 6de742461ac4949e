/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <bpfcast/abi.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/text.h>

#include "document.h"
#include "state.h"

#define MAX_MS	       86400000 /* a day */
#define MAX_ROBUSTNESS 7	/* three bits in a query, RFC 9776 section 4.1.6 */

static int read_number(const json_t *object, const char *name, __u32 least, __u32 most, __u32 *to)
{
	const json_t *value = json_object_get(object, name);

	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < least ||
	    json_integer_value(value) > most)
		return mc_error(-EINVAL, "configuration: '%s' is a number from %u to %u", name,
				least, most);
	*to = (__u32)json_integer_value(value);
	return 0;
}

/* Linear up to what its code can say; larger would be sent as less (RFC 9776 section 4.1.1). */
static int read_intervals(const json_t *object, struct intervals *to)
{
	__u32 startup_ms = 0, startup_count = 0, last_count = 0;
	int err = read_number(object, "robustness", 1, MAX_ROBUSTNESS, &to->robustness);

	if (!err)
		err = read_number(object, "query_interval", 1, MAX_MS, &to->query_ms);
	if (!err)
		err = read_number(object, "response_interval", 1, MAX_MS, &to->response_ms);
	if (!err)
		err = read_number(object, "startup_interval", 1, MAX_MS, &startup_ms);
	if (!err)
		err = read_number(object, "startup_count", 1, 100, &startup_count);
	if (!err)
		err = read_number(object, "last_member_interval", 1, MAX_MS, &to->last_member_ms);
	if (!err)
		err = read_number(object, "last_member_count", 1, 100, &last_count);
	if (err)
		return err;
	if (to->response_ms >= to->query_ms) /* RFC 9776 section 8.3 */
		return mc_error(-EINVAL,
				"configuration: 'response_interval' (%u ms) must be less "
				"than 'query_interval' (%u ms)",
				to->response_ms, to->query_ms);
	to->startup_ms = startup_ms ? startup_ms : (to->query_ms + 3) / 4;
	to->startup_count = startup_count ? startup_count : to->robustness;
	to->last_member_count = last_count ? last_count : to->robustness;
	return 0;
}

static int read_source(const json_t *object, const char *name, bool ipv6, bool *given,
		       struct mc_addr *to)
{
	const json_t *value = json_object_get(object, name);
	struct mc_addr addr;

	if (!value)
		return 0;
	if (!json_is_string(value) || mc_addr_parse(json_string_value(value), &addr) ||
	    mc_addr_is_v4(&addr) == ipv6 || mc_addr_is_multicast(&addr))
		return mc_error(-EINVAL, "configuration: '%s' is an IPv%c address", name,
				ipv6 ? '6' : '4');
	/* RFC 9777 section 5.1.14: hosts ignore a query from any other */
	if (ipv6 && !mc_addr_is_zero(&addr) && !mc_addr_is_v6_link_local(&addr))
		return mc_error(-EINVAL,
				"configuration: '%s' is a link-local address, or ::", name);
	*given = true;
	*to = addr;
	return 0;
}

static int read_querier(const json_t *object, struct vni_config *to)
{
	const json_t *enabled = json_object_get(object, "enabled");
	int err;

	if (object && !json_is_object(object))
		return mc_error(-EINVAL, "configuration: 'querier' is an object");
	if (enabled && !json_is_boolean(enabled))
		return mc_error(-EINVAL, "configuration: 'enabled' is true or false");
	if (enabled)
		to->querier = json_is_true(enabled);
	err = read_intervals(object, &to->intervals);
	if (!err)
		err = read_source(object, "source", false, &to->has_source, &to->source);
	if (!err)
		err = read_source(object, "source6", true, &to->has_source6, &to->source6);
	return err;
}

static int read_unknown(const json_t *object, int *to)
{
	const json_t *value = json_object_get(object, "unknown");

	if (!value)
		return 0;
	for (int i = MC_UNKNOWN_HOST; i <= MC_UNKNOWN_LEARN; i++) {
		if (json_is_string(value) &&
		    !strcmp(json_string_value(value), mc_unknown_policy_name((unsigned int)i))) {
			*to = i;
			return 0;
		}
	}
	return mc_error(-EINVAL, "configuration: 'unknown' is host, drop or learn");
}

static struct vni_config default_vni(void)
{
	return (struct vni_config){
		.unknown = CONFIG_KEEP,
		.grace_ms = CONFIG_GRACE,
		.size = MC_DEFAULT_GROUP_SIZE,
		.querier = true,
		.intervals = intervals_default,
	};
}

static int read_vni(const json_t *object, struct vni_config *to)
{
	int err;

	*to = default_vni();
	if (!json_is_integer(json_object_get(object, "vni")))
		return mc_error(-EINVAL, "configuration: each of 'vnis' is an object with a 'vni'");
	err = read_number(object, "vni", 0, MC_VNI_MAX, &to->vni);
	if (!err)
		err = read_unknown(object, &to->unknown);
	if (!err)
		err = read_number(object, "grace", 0, MAX_MS, &to->grace_ms);
	if (!err)
		err = read_number(object, "size", 1, MC_GROUP_SIZE_MAX, &to->size);
	if (!err)
		err = read_querier(json_object_get(object, "querier"), to);
	return err;
}

static int read_vnis(struct config *config)
{
	const json_t *list = json_object_get(config->root, "vnis"), *object;
	size_t i;
	int err;

	if (list && !json_is_array(list))
		return mc_error(-EINVAL, "configuration: 'vnis' is an array");
	config->vnis = calloc(json_array_size(list) + 1, sizeof(*config->vnis));
	if (!config->vnis)
		return -ENOMEM;
	json_array_foreach(list, i, object)
	{
		err = read_vni(object, &config->vnis[i]);
		if (err)
			return err;
		for (size_t j = 0; j < i; j++)
			if (config->vnis[j].vni == config->vnis[i].vni)
				return mc_error(-EINVAL, "configuration: VNI %u is there twice",
						config->vnis[i].vni);
		config->count = i + 1;
	}
	return 0;
}

int config_load(const char *path, struct config **out)
{
	autostate struct state checked = { 0 };
	struct config *config;
	json_error_t error;
	int err = document_load_said(path, &checked); /* what else is in it, too */

	if (err)
		return err;
	config = calloc(1, sizeof(*config));
	if (!config)
		return -ENOMEM;
	config->others = default_vni();
	config->root = path ? json_load_file(path, JSON_REJECT_DUPLICATES, &error) : json_object();
	if (!config->root)
		err = mc_error(-EINVAL, "%s:%d:%d: %s", path, error.line, error.column, error.text);
	else if (!json_is_object(config->root))
		err = mc_error(-EINVAL, "%s: not a JSON object", path);
	else
		err = read_vnis(config);
	if (err)
		config_free(&config);
	else
		*out = config;
	return err;
}

void config_free(struct config **config)
{
	if (!*config)
		return;
	json_decref((*config)->root);
	free((*config)->vnis);
	free(*config);
	*config = NULL;
}

const struct vni_config *config_vni(const struct config *config, __u32 vni)
{
	for (size_t i = 0; i < config->count; i++)
		if (config->vnis[i].vni == vni)
			return &config->vnis[i];
	return &config->others;
}
