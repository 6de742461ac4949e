/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include <bpfcast/abi.h>
#include <bpfcast/util.h>
#include <maps/text.h>

#include "document.h"

/* All that follows reads JSON in which document_load_said() has found nothing wrong. */

static void read_number(const json_t *object, const char *name, __u32 *to)
{
	const json_t *value = json_object_get(object, name);

	if (value)
		*to = (__u32)json_integer_value(value);
}

static void read_intervals(const json_t *object, struct intervals *to)
{
	__u32 startup_ms = 0, startup_count = 0, last_count = 0;

	read_number(object, "robustness", &to->robustness);
	read_number(object, "query_interval", &to->query_ms);
	read_number(object, "response_interval", &to->response_ms);
	read_number(object, "startup_interval", &startup_ms);
	read_number(object, "startup_count", &startup_count);
	read_number(object, "last_member_interval", &to->last_member_ms);
	read_number(object, "last_member_count", &last_count);
	to->startup_ms = startup_ms ? startup_ms : (to->query_ms + 3) / 4;
	to->startup_count = startup_count ? startup_count : to->robustness;
	to->last_member_count = last_count ? last_count : to->robustness;
}

static void read_source(const json_t *object, const char *name, bool *given, struct mc_addr *to)
{
	const json_t *value = json_object_get(object, name);

	*given = value && !mc_addr_parse(json_string_value(value), to);
}

static void read_querier(const json_t *object, struct vni_config *to)
{
	const json_t *enabled = json_object_get(object, "enabled");

	if (enabled)
		to->querier = json_is_true(enabled);
	read_intervals(object, &to->intervals);
	read_source(object, "source", &to->has_source, &to->source);
	read_source(object, "source6", &to->has_source6, &to->source6);
}

static void read_unknown(const json_t *object, int *to)
{
	const char *word = json_string_value(json_object_get(object, "unknown"));

	for (int i = MC_UNKNOWN_HOST; word && i <= MC_UNKNOWN_LEARN; i++)
		if (!strcmp(word, mc_unknown_policy_name((unsigned int)i)))
			*to = i;
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

static void read_vni(const json_t *object, struct vni_config *to)
{
	*to = default_vni();
	read_number(object, "vni", &to->vni);
	read_unknown(object, &to->unknown);
	read_number(object, "grace", &to->grace_ms);
	read_number(object, "size", &to->size);
	read_querier(json_object_get(object, "querier"), to);
}

static int read_vnis(const json_t *root, struct config *config)
{
	const json_t *list = json_object_get(root, "vnis"), *object;
	size_t i;

	config->vnis = calloc(json_array_size(list) + 1, sizeof(*config->vnis));
	if (!config->vnis)
		return -ENOMEM;
	config->count = json_array_size(list);
	json_array_foreach(list, i, object) read_vni(object, &config->vnis[i]);
	return 0;
}

int config_load(const char *path, struct config **out)
{
	struct config *config = calloc(1, sizeof(*config));
	json_t *root;
	int err;

	if (!config)
		return -ENOMEM;
	config->others = default_vni();
	err = document_load_said(path, &config->facts, &root);
	if (!err)
		err = read_vnis(root, config);
	json_decref(root);
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
	state_free(&(*config)->facts);
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
