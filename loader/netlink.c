/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/netlink.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <bpfcast/util.h>

static int ask(struct mnl_socket *socket, struct nlmsghdr *request, char *buffer, mnl_cb_t fn,
	       void *arg)
{
	bool list = request->nlmsg_flags & NLM_F_DUMP;
	int more;

	request->nlmsg_seq = 1;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t length = mnl_socket_recvfrom(socket, buffer, MC_NETLINK_BUFFER);

		if (length < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)length, 1, mnl_socket_get_portid(socket), fn,
				  arg);
		if (more < 0)
			return -errno;
	} while (list && more);
	return 0;
}

int mc_netlink_ask(struct nlmsghdr *request, mnl_cb_t fn, void *arg)
{
	mc_autofree char *buffer = malloc(MC_NETLINK_BUFFER);
	struct mnl_socket *socket;
	int err;

	if (!buffer)
		return -ENOMEM;
	socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!socket)
		return -errno;
	err = ask(socket, request, buffer, fn, arg);
	mnl_socket_close(socket);
	return err;
}

static int nothing(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	(void)arg;
	return MNL_CB_OK;
}

int mc_netlink_do(struct nlmsghdr *request)
{
	return mc_netlink_ask(request, nothing, NULL);
}

__u8 mc_netlink_family(const struct mc_addr *addr)
{
	return mc_addr_is_v4(addr) ? AF_INET : AF_INET6;
}

void mc_netlink_put_addr(struct nlmsghdr *nlh, __u16 type, const struct mc_addr *addr)
{
	if (mc_addr_is_v4(addr))
		mnl_attr_put_u32(nlh, type, addr->word[3]);
	else
		mnl_attr_put(nlh, type, sizeof(*addr), addr);
}

int mc_netlink_get_addr(const struct nlattr *attr, struct mc_addr *addr)
{
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(__be32):
		*addr = mc_addr_v4(mnl_attr_get_u32(attr));
		return 0;
	case sizeof(*addr):
		memcpy(addr, mnl_attr_get_payload(attr), sizeof(*addr));
		return 0;
	default:
		return -EINVAL;
	}
}
