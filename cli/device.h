/* SPDX-License-Identifier: Apache-2.0 */
/* Network devices as the kernel has them now, and by the names that the tables remember. */
#pragma once

#include <stdbool.h>
#include <linux/types.h>

struct mc_instance;

#define DEVICE_NAME_SIZE 16 /* IFNAMSIZ */
#define MAC_TEXT	 18

struct device {
	char name[DEVICE_NAME_SIZE];
	__u32 mtu; /* bytes */
	bool up;
};

/* -ENODEV: none with this index, silently. */
int device_get(__u32 ifindex, struct device *device);

/* "up", "down" or "gone" */
const char *device_state(__u32 ifindex);

/* The name of the port or underlay with this index, else of the device, else its number. */
const char *device_name(struct mc_instance *in, __u32 ifindex, char name[DEVICE_NAME_SIZE]);

/* "02:00:00:00:00:01"; @buf is returned. */
const char *device_mac(const __u8 mac[6], char buf[MAC_TEXT]);
