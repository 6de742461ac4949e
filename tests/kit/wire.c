/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <bpf/libbpf.h>
#include <linux/if_ether.h>

#include <bpfcast.skel.h>

#include "datapath.h"
#include "test.h"

int wire_open(__u32 ifindex)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)ifindex,
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

void wire_send(int wire, const struct frame *frame)
{
	assert_int_equal(send(wire, frame->byte, frame->length, 0), (int)frame->length);
}

void wire_send_in_pages(int wire, const struct frame *frame)
{
	struct virtio_net_hdr header = { .hdr_len = ETH_HLEN };
	struct iovec parts[] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = (void *)frame->byte, .iov_len = frame->length },
	};
	const size_t all = sizeof(header) + frame->length;
	int on = 1, off = 0;

	assert_int_equal(setsockopt(wire, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)), 0);
	assert_int_equal(writev(wire, parts, 2), (int)all);
	assert_int_equal(setsockopt(wire, SOL_PACKET, PACKET_VNET_HDR, &off, sizeof(off)), 0);
}

/* A packet socket also sees what the device sends. */
bool wire_receive(int wire, struct frame *frame, int timeout_ms)
{
	struct pollfd poll_for = { .fd = wire, .events = POLLIN };
	struct sockaddr_ll from;
	socklen_t size;
	ssize_t length;

	while (poll(&poll_for, 1, timeout_ms) > 0) {
		size = sizeof(from);
		length =
			recvfrom(wire, frame->byte, FRAME_SIZE, 0, (struct sockaddr *)&from, &size);
		assert_true(length >= 0);
		if (from.sll_pkttype == PACKET_OUTGOING)
			continue;
		frame->length = length;
		frame->layers = 0;
		return true;
	}
	return false;
}

void wire_attach_port(struct datapath *d, __u32 ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(d->skeleton->progs.port_ingress));
	int err = bpf_tc_hook_create(&hook);

	assert_true(!err || err == -EEXIST);
	assert_int_equal(bpf_tc_attach(&hook, &opts), 0);
}

void wire_detach(__u32 ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	assert_int_equal(bpf_tc_hook_destroy(&hook), 0);
}
