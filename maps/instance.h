/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance: one node's datapath, a directory of pins that belongs to one network namespace.
 *
 * Locking: whoever changes anything holds the instance's lock (flock on its directory) for the whole
 * operation; readers take none, and see each fact old or new. The datapath takes no part in it: what
 * both change goes through the control program, under the port's lock (bpf/membership.h).
 */
#pragma once

#include <linux/types.h>
#include <maps/table.h>

struct mc_instance_info;
struct mc_request;

#define MC_INSTANCE_DEFAULT "default"

/*
 * Opens a loaded instance for reading, or for changing too if @write (waits for the lock).
 * @name: NULL for the one that serves the network namespace of the caller.
 * The instance must serve the caller's namespace. Errors are said. Free with mc_instance_close().
 */
int mc_instance_open(const char *name, bool write, struct mc_instance **out);

/* Gives up the lock, closes all; *@in may be NULL. */
void mc_instance_close(struct mc_instance **in);
#define mc_autoinstance __attribute__((cleanup(mc_instance_close)))

/* Refuses, with a sentence, a name that cannot be a directory: letters, digits, '-', '_', '.'. */
int mc_instance_check_name(const char *name);

/* Name of the instance that serves the caller's namespace, -ENOENT if none does. Silent. */
int mc_instance_find(char name[MC_INSTANCE_NAME_SIZE]);

/* SO_NETNS_COOKIE of the caller's network namespace. */
int mc_netns_cookie(__u64 *cookie);

/* Refuses, with a sentence, to go on without root's capabilities, a bpffs or kernel BTF. */
int mc_instance_check_system(void);

/* 0 or a negative errno, silently. */
int mc_instance_info(const struct mc_instance *in, struct mc_instance_info *info);

/*
 * Runs @request, @size bytes with its sources, in the kernel: 0, or the negative errno that the datapath
 * answered. Silent.
 */
int mc_instance_control(struct mc_instance *in, const struct mc_request *request, size_t size);

/* The steps of mc_instance_open(), for the loader, which opens what is not complete yet. Silent. */
int mc_instance_new(const char *name, struct mc_instance **out);
int mc_instance_lock(struct mc_instance *in);
int mc_instance_open_tables(struct mc_instance *in);

/* The lock for one change of an instance open for reading; -EBUSY at once if another holds it. Silent. */
int mc_instance_try_lock(struct mc_instance *in);
void mc_instance_unlock(struct mc_instance *in);
