/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that take connections. */
#pragma once

/* On a path, mode 0660, for @group where there is one; a descriptor or a negative errno, said. */
int listen_unix(const char *path, const char *group);

/* On "ADDRESS:PORT" or "[ADDRESS]:PORT"; same. */
int listen_tcp(const char *text);
