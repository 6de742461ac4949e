/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/instance.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfcast/abi.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

#define CONTROL_TRIES 1000 /* a port is locked for microseconds */

int mc_instance_check_name(const char *name)
{
	size_t length = strlen(name);

	if (!length || length >= MC_INSTANCE_NAME_SIZE || name[0] == '.' ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") !=
		    length)
		return mc_error(-EINVAL,
				"'%s' is no instance name: 1 to %d letters, digits, '-', '_' or "
				"'.', not starting with '.'",
				name, MC_INSTANCE_NAME_SIZE - 1);
	return 0;
}

int mc_netns_cookie(__u64 *cookie)
{
	socklen_t size = sizeof(*cookie);
	mc_autoclose int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &size))
		return -errno;
	return 0;
}

int mc_instance_check_system(void)
{
	struct statfs fs;

	if (statfs("/sys/fs/bpf", &fs) || fs.f_type != BPF_FS_MAGIC)
		return mc_error(
			-ENOENT,
			"no BPF file system on /sys/fs/bpf: 'mount -t bpf bpf /sys/fs/bpf'; "
			"'ip netns exec' hides it, so use 'nsenter --net=/run/netns/NAME'");
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return mc_error(-ENOTSUP,
				"the kernel has no BTF (/sys/kernel/btf/vmlinux): it must be built "
				"with CONFIG_DEBUG_INFO_BTF");
	return 0;
}

static int check_privilege(int err)
{
	if (err != -EPERM && err != -EACCES)
		return 0;
	return mc_error(-EPERM, "not permitted: run as root, or with CAP_NET_ADMIN, CAP_BPF and "
				"CAP_PERFMON and access to " MC_PIN_ROOT);
}

void mc_instance_close(struct mc_instance **inp)
{
	struct mc_instance *in = *inp;

	if (!in)
		return;
	for (int i = 0; i < MC_TABLE_COUNT; i++)
		mc_close_fd(&in->table[i]);
	mc_close_fd(&in->control);
	mc_close_fd(&in->lock); /* gives the lock up */
	free(in);
	*inp = NULL;
}

/* What libbpf says is for developers: we say errors ourselves. */
static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	mc_debug_library(fmt, args);
	return 0;
}

int mc_instance_new(const char *name, struct mc_instance **out)
{
	struct mc_instance *in = calloc(1, sizeof(*in));

	libbpf_set_print(print_libbpf);
	if (!in)
		return -ENOMEM;
	snprintf(in->name, sizeof(in->name), "%s", name);
	snprintf(in->path, sizeof(in->path), MC_PIN_ROOT "/%s/v%d", name, MC_ABI_VERSION);
	memset(in->table, -1, sizeof(in->table));
	in->control = -1;
	in->lock = -1;
	*out = in;
	return 0;
}

/* Locks the directory, and makes sure that it is still the one of that name. */
static int lock(struct mc_instance *in, int operation)
{
	struct stat held, named;

	for (;;) {
		mc_autoclose int fd = open(in->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			return -errno;
		while (flock(fd, operation))
			if (errno != EINTR)
				return errno == EWOULDBLOCK ? -EBUSY : -errno;
		if (!fstat(fd, &held) && !stat(in->path, &named) && held.st_ino == named.st_ino) {
			in->lock = MC_TAKE_FD(fd);
			return 0;
		}
	}
}

int mc_instance_lock(struct mc_instance *in)
{
	return lock(in, LOCK_EX);
}

int mc_instance_try_lock(struct mc_instance *in)
{
	return lock(in, LOCK_EX | LOCK_NB);
}

void mc_instance_unlock(struct mc_instance *in)
{
	mc_close_fd(&in->lock);
}

static int open_table(struct mc_instance *in, enum mc_table table)
{
	char path[MC_PIN_PATH_SIZE * 2];

	snprintf(path, sizeof(path), "%s/%s", in->path, mc_table_name(table));
	in->table[table] = bpf_obj_get(path);
	return in->table[table] < 0 ? in->table[table] : 0;
}

int mc_instance_open_tables(struct mc_instance *in)
{
	int err;

	for (int i = 0; i < MC_TABLE_COUNT; i++) {
		err = open_table(in, i);
		if (err)
			return err;
	}
	return 0;
}

static int read_info(const char *name, struct mc_instance_info *info)
{
	struct mc_instance *in = NULL;
	int err = mc_instance_new(name, &in);

	if (err)
		return err;
	err = open_table(in, MC_TABLE_INSTANCE);
	if (!err)
		err = mc_instance_info(in, info);
	mc_instance_close(&in);
	return err;
}

int mc_instance_find(char name[MC_INSTANCE_NAME_SIZE])
{
	struct mc_instance_info info;
	struct dirent *entry;
	__u64 cookie;
	DIR *dir;
	int err = mc_netns_cookie(&cookie);

	if (err)
		return err;
	dir = opendir(MC_PIN_ROOT);
	if (!dir)
		return -errno;
	err = -ENOENT;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= MC_INSTANCE_NAME_SIZE)
			continue;
		if (read_info(entry->d_name, &info) || info.netns_cookie != cookie)
			continue;
		memcpy(name, entry->d_name, strlen(entry->d_name) + 1);
		err = 0;
		break;
	}
	closedir(dir);
	return err;
}

int mc_instance_info(const struct mc_instance *in, struct mc_instance_info *info)
{
	__u32 zero = 0;

	return mc_table_get(in, MC_TABLE_INSTANCE, &zero, info);
}

/* Pins may be there, but from a load that was killed, or in another namespace. */
static int check_instance(struct mc_instance *in)
{
	struct mc_instance_info info;
	__u64 cookie;
	int err = mc_instance_info(in, &info);

	if (!err)
		err = mc_netns_cookie(&cookie);
	if (err)
		return mc_error_errno(err, "cannot read instance '%s'", in->name);
	if (!info.loads)
		return mc_error(-ENOENT,
				"instance '%s' is half loaded: run 'bpfcast -n %s load' "
				"again, or unload it",
				in->name, in->name);
	if (info.netns_cookie != cookie)
		return mc_error(-EXDEV,
				"instance '%s' serves another network namespace: run the command "
				"there, or choose another with -n",
				in->name);
	return 0;
}

static int not_loaded(const char *name, int err)
{
	if (check_privilege(err))
		return err;
	return mc_error(err, "instance '%s' is not loaded: run 'bpfcast%s%s load' first", name,
			strcmp(name, MC_INSTANCE_DEFAULT) ? " -n " : "",
			strcmp(name, MC_INSTANCE_DEFAULT) ? name : "");
}

int mc_instance_open(const char *name, bool write, struct mc_instance **out)
{
	mc_autoinstance struct mc_instance *in = NULL;
	char found[MC_INSTANCE_NAME_SIZE] = MC_INSTANCE_DEFAULT;
	int err = name ? mc_instance_check_name(name) : 0;

	if (err)
		return err;
	err = mc_instance_check_system();
	if (err)
		return err;
	if (!name)
		(void)mc_instance_find(found);
	err = mc_instance_new(name ? name : found, &in);
	if (err)
		return mc_error_errno(err, "cannot open the instance");
	if (write) {
		err = mc_instance_lock(in);
		if (err)
			return not_loaded(in->name, err);
	}
	err = mc_instance_open_tables(in);
	if (err)
		return not_loaded(in->name, err);
	err = check_instance(in);
	if (err)
		return err;
	*out = MC_TAKE_PTR(in);
	return 0;
}

static int open_control(struct mc_instance *in)
{
	char path[MC_PIN_PATH_SIZE * 2];

	if (in->control >= 0)
		return 0;
	snprintf(path, sizeof(path), "%s/programs/control", in->path);
	in->control = bpf_obj_get(path);
	return in->control < 0 ? in->control : 0;
}

int mc_instance_control(struct mc_instance *in, const struct mc_request *request, size_t size)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = request, .data_size_in = (__u32)size,
		    .repeat = 1);
	int err = open_control(in);

	for (int i = 0; !err && i < CONTROL_TRIES; i++) {
		err = bpf_prog_test_run_opts(in->control, &run);
		if (err)
			return err;
		if ((int)run.retval != -EBUSY)
			return (int)run.retval;
		usleep(100);
	}
	return err ? err : -EBUSY;
}
