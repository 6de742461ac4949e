/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/offload.h>

#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

#include <bpfcast/util.h>

#define FEATURE	     "tx-udp_tnl-segmentation"
#define FEATURES_MAX 256
#define BLOCKS_MAX   (FEATURES_MAX / 32)

static int ask(const char *name, void *request)
{
	mc_autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_data = request };

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	return fd < 0 || ioctl(fd, SIOCETHTOOL, &ifr) < 0 ? -errno : 0;
}

/* Of all features that the kernel knows. */
static int count_features(const char *name, __u32 *count)
{
	struct {
		struct ethtool_sset_info head;
		__u32 count;
	} request = { .head = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1u << ETH_SS_FEATURES } };
	int err = ask(name, &request);

	if (!err && (!request.count || request.count > FEATURES_MAX))
		err = -EOPNOTSUPP;
	if (!err)
		*count = request.count;
	return err;
}

/* The number of the feature, and how many there are. */
static int find_feature(const char *name, __u32 *number, __u32 *count)
{
	struct {
		struct ethtool_gstrings head;
		char name[FEATURES_MAX][ETH_GSTRING_LEN];
	} request = { .head = { .cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_FEATURES } };
	int err = count_features(name, count);

	if (!err)
		err = ask(name, &request);
	if (err)
		return err;
	for (__u32 i = 0; i < *count; i++) {
		if (!strncmp(request.name[i], FEATURE, ETH_GSTRING_LEN)) {
			*number = i;
			return 0;
		}
	}
	return -EOPNOTSUPP;
}

bool mc_offload_takes_tunnels(const char *name)
{
	struct {
		struct ethtool_gfeatures head;
		struct ethtool_get_features_block block[BLOCKS_MAX];
	} request = { .head = { .cmd = ETHTOOL_GFEATURES, .size = BLOCKS_MAX } };
	__u32 number, count;

	return !find_feature(name, &number, &count) && !ask(name, &request) &&
	       request.block[number / 32].active & 1u << number % 32;
}

int mc_offload_set_tunnels(const char *name, bool whole)
{
	struct {
		struct ethtool_sfeatures head;
		struct ethtool_set_features_block block[BLOCKS_MAX];
	} request = { .head = { .cmd = ETHTOOL_SFEATURES } };
	__u32 number, count;
	int err = find_feature(name, &number, &count);

	if (err)
		return err;
	request.head.size = (count + 31) / 32; /* exactly as many as the kernel has */
	request.block[number / 32].valid = 1u << number % 32;
	request.block[number / 32].requested = whole ? 1u << number % 32 : 0;
	return ask(name, &request);
}
