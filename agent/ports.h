/* SPDX-License-Identifier: Apache-2.0 */
/* The ports as the agent knows them, each with a querier a family. Errors are said. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include <bpfcast/abi.h>

#include "querier.h"

struct agent;
struct ask;
struct mc_event;
struct vni_config;

enum family { FAMILY_IGMP, FAMILY_MLD, FAMILY_COUNT };

struct port {
	struct port *next; /* in the bucket */
	struct agent *agent;
	__u32 ifindex;
	struct mc_port settings;    /* as the table has them */
	struct intervals intervals; /* of its VNI */
	bool up;		    /* the device, with a carrier */
	bool seen;		    /* by the walk that is under way */
	struct querier querier[FAMILY_COUNT];
	struct ask *asks; /* ask.h: groups being asked for */
	sd_event_source *timer;
	uint64_t query_errors; /* that could not be sent */
};

/* NULL if there is none. */
struct port *port_find(struct agent *agent, __u32 ifindex);

/* In no order; a non-zero return of @fn ends it and is returned. */
typedef int (*port_fn)(struct port *port, void *arg);
int port_for_each(struct agent *agent, port_fn fn, void *arg);

/* The tables have changed, or may have: ports that came and went. */
void ports_update(struct agent *agent);

/* The device is no more, or not in this namespace: so is the port. */
void port_device_gone(struct agent *agent, __u32 ifindex);

/* Sends a query to the hosts behind the port; of it the port fills in MACs, addresses and times. */
struct query_message;
int port_send(struct port *port, enum family family, struct query_message *query);

/* Settings of the VNI that the port is in. */
const struct vni_config *port_config(const struct port *port);

/* Its timer and queriers begin, from what is in @port; and end. */
int port_start(struct port *port);
void port_stop(struct port *port);

/* The queriers begin anew: startup queries; or go on with other settings or another address. */
void port_begin(struct port *port);
void port_change(struct port *port);

/* Something of the port is due at another time than before. */
void port_rearm(struct port *port);

/* What the device is like has changed: up, down, its addresses; links.c. */
void port_link_changed(struct port *port);

/* MC_EVENT_QUERIER: somebody else's query has come in from the port. */
void port_hear(struct port *port, const struct mc_event *event);
