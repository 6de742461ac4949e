/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include "netns.h"
#include "test.h"

struct scene scene;

int scene_enter(void **state)
{
	static const char *const names[SCENE_PORTS] = { "p0", "p1", "p2", "p3" };

	(void)state;
	netns_enter();
	for (int i = 0; i < SCENE_PORTS; i++)
		scene.port[i] = netns_veth(names[i]);
	scene.uplink = netns_uplink("u0", VTEP_LOCAL_TEXT);
	shell("ip link set u0 address " VTEP_MAC_LOCAL_TEXT);
	netns_neighbour("u0", VTEP_REMOTE_TEXT, VTEP_MAC_REMOTE_TEXT);
	return 0;
}

struct datapath *scene_new(const struct datapath_sizes *sizes)
{
	struct datapath *d = datapath_new(sizes);

	for (int i = 0; i < SCENE_PORTS - 1; i++)
		add_port(d, scene.port[i], VNI);
	add_port(d, scene.port[SCENE_PORTS - 1], OTHER_VNI);
	add_group(d, VNI, SERVED, 1);
	add_groups(d, VNI, EMPTY, 2, SCENE_SLOTS);
	add_member(d, VNI, scene.port[1], SERVED);
	add_underlay(d, LOOPBACK);
	add_underlay(d, scene.uplink);
	scene.vtep = add_vtep(d, VTEP_REMOTE, scene.uplink);
	set_remotes(d, VNI, REMOTE, &scene.vtep, 1);
	return d;
}

int scene_setup(void **state)
{
	*state = scene_new(NULL);
	return 0;
}

int scene_teardown(void **state)
{
	return datapath_teardown(state);
}
