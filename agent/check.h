/* SPDX-License-Identifier: Apache-2.0 */
/* 'bpfcastd --check FILE': what is wrong with a configuration. */
#pragma once

#include <stdbool.h>

/*
 * Prints each fault of @path on a line, or all as a JSON array on stdout, and returns 0, or -EINVAL if
 * there are any. Other errors are said.
 */
int check_file(const char *path, bool json);
