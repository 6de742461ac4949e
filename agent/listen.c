/* SPDX-License-Identifier: Apache-2.0 */
#include "listen.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>

#define BACKLOG 4096

/* Of the mode from its first moment on. */
static int bind_unix(int fd, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	mode_t before;
	int err;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, strlen(path));
	if (unlink(path) && errno != ENOENT)
		return -errno;
	before = umask(0117);
	err = bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ? -errno : 0;
	umask(before);
	return err;
}

int listen_unix(const char *path, const char *group)
{
	mc_autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const struct group *entry = getgrnam(group);
	int err = fd < 0 ? -errno : bind_unix(fd, path);

	if (!err && entry && chown(path, (uid_t)-1, entry->gr_gid))
		err = -errno;
	if (!err && listen(fd, BACKLOG))
		err = -errno;
	if (err)
		return mc_error_errno(err, "cannot listen on '%s'", path);
	return MC_TAKE_FD(fd);
}

static int listen_on(const struct addrinfo *info)
{
	mc_autoclose int fd =
		socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, info->ai_addr, info->ai_addrlen) || listen(fd, BACKLOG))
		return -errno;
	return MC_TAKE_FD(fd);
}

int listen_tcp(const char *text)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	const char *colon = strrchr(text, ':');
	struct addrinfo *info = NULL;
	char host[64];
	int fd;

	snprintf(host, sizeof(host), "%.*s", colon ? (int)(colon - text) : 0, text);
	if (host[0] == '[' && host[strlen(host) - 1] == ']') {
		host[strlen(host) - 1] = '\0';
		memmove(host, host + 1, strlen(host));
	}
	if (!colon || getaddrinfo(host, colon + 1, &hints, &info))
		return mc_error(-EINVAL, "'%s' is not ADDRESS:PORT, such as 127.0.0.1:9469", text);
	fd = listen_on(info);
	freeaddrinfo(info);
	return fd < 0 ? mc_error_errno(fd, "cannot listen on %s", text) : fd;
}
