/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator should know about an instance that loaded and yet will not do what is expected. */
#pragma once

struct mc_instance;

typedef void (*warning_fn)(const char *text, void *arg);

/* Calls @fn with a sentence for each fault that is there now. 0 or a negative errno, silently. */
int warning_for_each(struct mc_instance *in, warning_fn fn, void *arg);
