/* SPDX-License-Identifier: Apache-2.0 */
/* Scope-bound resources and the few macros that every user-space file wants. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MC_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Moves an owned value out of a scope: yields it and leaves the variable empty. */
#define MC_TAKE(var, empty)                                                                        \
	({                                                                                         \
		__typeof__(var) taken_ = (var);                                                    \
		(var) = (empty);                                                                   \
		taken_;                                                                            \
	})
#define MC_TAKE_FD(fd)	 MC_TAKE(fd, -1)
#define MC_TAKE_PTR(ptr) MC_TAKE(ptr, NULL)

/* Descriptors start at -1, pointers at NULL; both are released at the end of the scope. */
#define mc_autoclose __attribute__((cleanup(mc_close_fd)))
#define mc_autofree  __attribute__((cleanup(mc_free_ptr)))
#define mc_autofile  __attribute__((cleanup(mc_close_file)))

static inline void mc_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static inline void mc_free_ptr(void *ptr)
{
	free(*(void **)ptr);
	*(void **)ptr = NULL;
}

static inline void mc_close_file(FILE **file)
{
	if (*file)
		fclose(*file);
	*file = NULL;
}
