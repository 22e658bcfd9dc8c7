/*
 * A peer made of raw frames, for tests of lanes: a packet socket on the peer's end, frames of the
 * forge, and as much TCP as it takes to get a connection. Never waits: a lane answers while the send
 * call runs. Include it after netns_help.h.
 */
#ifndef TWPROBE_TESTS_RAW_PEER_H
#define TWPROBE_TESTS_RAW_PEER_H

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns/lane.h"
#include "netns/ns.h"
#include "wire/forge.h"
#include "wire/wire.h"

struct raw_peer {
	int packet, listener, conn; /* conn: the DUT's end, -1 before raw_connect() */
	struct tw_forge *forge;
	struct tw_flow flow;
	uint32_t seq, ack; /* of the next segment to the DUT */
	struct tw_seg syn_ack;
};

struct raw_sockaddr {
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	};
	socklen_t len;
};

static inline struct raw_sockaddr raw_sockaddr(enum tw_family family, const struct tw_addr *addr,
					       uint16_t port)
{
	struct raw_sockaddr ret = { .len = sizeof(ret.four) };

	if (family == TW_IPV6) {
		ret.len = sizeof(ret.six);
		ret.six.sin6_family = AF_INET6;
		ret.six.sin6_port = htons(port);
		memcpy(&ret.six.sin6_addr, addr->b, 16);
	} else {
		ret.four.sin_family = AF_INET;
		ret.four.sin_port = htons(port);
		memcpy(&ret.four.sin_addr, addr->b, 4);
	}
	return ret;
}

static inline int raw_open_packet(void *arg, struct tw_err *err)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = *(const int *)arg,
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
	int on = 1;

	(void)err;
	/* As the injector does: the peer's end need not have its queueing discipline yet. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&ll, sizeof(ll)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) < 0)
		return -errno;
	return fd;
}

static inline int raw_open_listener(void *arg, struct tw_err *err)
{
	const struct tw_flow *flow = arg;
	struct raw_sockaddr sa = raw_sockaddr(flow->family, &flow->dut, flow->dut_port);
	int fd = socket(sa.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;

	(void)err;
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, &sa.any, sa.len) < 0 || listen(fd, 16) < 0)
		return -errno;
	return fd;
}

/* A peer for @lane, and a listener on the @i-th address of its DUT. */
static inline struct raw_peer raw_open(const struct tw_lane *lane, enum tw_family family,
				       unsigned i)
{
	struct raw_peer p = { .conn = -1, .seq = 1000 };
	int ifindex = lane->peer_ifindex;

	p.flow = (struct tw_flow){ family, tw_lane_dut_addr_nth(family, i),
				   tw_lane_peer_addr(family, 6), 5001, 40000 };
	p.packet = tw_ns_in(lane->peer_ns, raw_open_packet, &ifindex, NULL);
	assert_true(p.packet >= 0);
	p.listener = tw_ns_in(lane->dut_ns, raw_open_listener, &p.flow, NULL);
	assert_true(p.listener >= 0);
	p.forge = tw_forge_new(lane->peer_mac, lane->dut_mac, NULL);
	assert_non_null(p.forge);
	return p;
}

static inline void raw_close(struct raw_peer *p)
{
	if (p->conn >= 0)
		close(p->conn);
	close(p->listener);
	close(p->packet);
	tw_forge_free(p->forge);
}

static inline void raw_send_frame(struct raw_peer *p, const uint8_t *frame, int len)
{
	assert_true(len > 0);
	assert_int_equal(send(p->packet, frame, len, 0), len);
}

static inline void raw_send(struct raw_peer *p, const struct tw_seg *seg)
{
	uint8_t frame[TW_FRAME_MAX];

	raw_send_frame(p, frame, tw_forge_build(p->forge, &p->flow, seg, frame, NULL));
}

/* The length of the next frame from the DUT, or -EAGAIN. */
static inline int raw_next(struct raw_peer *p, uint8_t *frame, size_t size)
{
	ssize_t len = recv(p->packet, frame, size, MSG_TRUNC);

	return len < 0 ? -errno : (int)len;
}

/* The next frame must be a segment. */
static inline struct tw_seg raw_next_seg(struct raw_peer *p)
{
	uint8_t frame[2048];
	struct tw_seen seen;
	int len = raw_next(p, frame, sizeof(frame));

	assert_in_range(len, 54, sizeof(frame));
	assert_true(tw_wire_decode(frame, len, &seen));
	return seen.seg;
}

/* The peer's handshake, with SYN of MSS @mss; the DUT's end becomes p->conn, non-blocking. */
static inline void raw_connect(struct raw_peer *p, uint16_t mss)
{
	struct tw_seg syn = {
		.flags = TW_SYN, .ttl = 64, .win = 65535, .mss = mss, .wscale = -1, .seq = p->seq
	};
	struct tw_seg ack = { .flags = TW_ACK, .ttl = 64, .win = 65535, .wscale = -1 };

	raw_send(p, &syn);
	p->syn_ack = raw_next_seg(p);
	assert_int_equal(p->syn_ack.flags, TW_SYN | TW_ACK);
	ack.seq = p->seq = p->syn_ack.ack;
	ack.ack = p->ack = p->syn_ack.seq + 1;
	raw_send(p, &ack);
	p->conn = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	assert_true(p->conn >= 0);
}

#endif
