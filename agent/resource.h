/* SPDX-License-Identifier: Apache-2.0 */
/* A thing that can be looked at, put and deleted: what ports, members and entries of the overlay have in common. */
#pragma once

#include "object.h"
#include "request.h"
#include "state.h"

/*
 * Reads the body as an object of @kind, whose fields in the URL are in @object already, into @facts. False:
 * answered, *@result is how. @object is freed in any case.
 */
bool resource_read(struct request *request, const struct object_kind *kind, struct object *object,
		   struct state *facts, enum MHD_Result *result);

/* A number of the URL, 0 to @most. */
bool resource_number(const char *text, __u32 most, __u32 *value);

/* A group of the URL. False: answered, *@result is how. */
bool resource_group(struct request *request, const char *text, struct mc_addr *group,
		    enum MHD_Result *result);

/* Wants the facts and answers: 201 for a new thing, 200 else, with what @get answers. */
enum MHD_Result resource_put(struct request *request, const struct state *facts,
			     enum MHD_Result (*answer)(struct request *request,
						       unsigned int status));

/* Wants the thing no more, and answers: 204, also if it was not there. */
enum MHD_Result resource_delete(struct request *request, const struct fact_key *key);
