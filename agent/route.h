/* SPDX-License-Identifier: Apache-2.0 */
/* What the API knows: a method and a path to the function that answers. docs/openapi.json says it, too. */
#pragma once

#include "request.h"

/* Answers @request, whose body is complete. */
enum MHD_Result route(struct request *request, const char *method);

/* May the metrics' own port answer this? */
bool route_is_public(const char *path);

/* The functions, by file. */
enum MHD_Result health_get(struct request *request);
enum MHD_Result status_get(struct request *request);
enum MHD_Result metrics_get(struct request *request);
enum MHD_Result events_get(struct request *request);

/* Lists: lists.c. */
enum MHD_Result ports_get(struct request *request);
enum MHD_Result groups_get(struct request *request);
enum MHD_Result members_get(struct request *request);

/* One thing: port_resource.c, member_resource.c, overlay_resource.c. */
enum MHD_Result port_get(struct request *request);
enum MHD_Result port_put(struct request *request);
enum MHD_Result port_delete(struct request *request);
enum MHD_Result overlay_get(struct request *request);
enum MHD_Result overlay_put(struct request *request);
enum MHD_Result overlay_delete(struct request *request);
enum MHD_Result member_get(struct request *request);
enum MHD_Result member_put(struct request *request);
enum MHD_Result member_delete(struct request *request);
