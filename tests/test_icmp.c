/*
 * ICMP errors that the forge makes: whom they are from and to, what they quote, and that their
 * checksums are right, by code of this file's own; and that the kernel takes them for what they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "netns/link.h"
#include "netns_help.h"
#include "raw_peer.h"
#include "wire/wire_ip.h"

static const uint8_t mac_a[6] = { 2, 0, 0, 0, 0, 1 }, mac_b[6] = { 2, 0, 0, 0, 0, 2 };

enum {
	ETH = 14,
};

static unsigned get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t sum(const uint8_t *p, unsigned len, uint32_t start)
{
	unsigned i;

	for (i = 0; i < len; i++)
		start += i % 2 ? p[i] : p[i] << 8;
	return start;
}

static unsigned folded(uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return value;
}

/* What the forge is to say about a frame from the DUT to the peer. */
struct error {
	unsigned type, code;
	uint32_t rest;
	unsigned quoted;
	const struct tw_addr *from;
};

static void check(const uint8_t *frame, int len, const uint8_t *about, const struct error *want)
{
	struct tw_ip_seen seen, whole;
	const uint8_t *icmp;
	unsigned n;

	assert_true(tw_wire_ip_decode(about, ETH + 60, &whole));
	assert_true(len > 0 && tw_wire_ip_decode(frame, len, &seen));
	assert_memory_equal(frame, mac_b, 6);
	assert_memory_equal(frame + 6, mac_a, 6);
	assert_int_equal(seen.family, whole.family);
	assert_int_equal(ETH + seen.total, len);
	assert_int_equal(seen.proto, seen.family == TW_IPV4 ? 1 : 58);
	assert_memory_equal(seen.dst.b, whole.src.b, 16);
	assert_memory_equal(seen.src.b, want->from ? want->from->b : whole.dst.b, 16);
	icmp = frame + seen.l4;
	n = seen.payload;
	assert_int_equal(icmp[0], want->type);
	assert_int_equal(icmp[1], want->code);
	assert_int_equal((uint32_t)get16(icmp + 4) << 16 | get16(icmp + 6), want->rest);
	assert_int_equal(n - 8, want->quoted);
	assert_memory_equal(icmp + 8, about + ETH, want->quoted);
	if (seen.family == TW_IPV4) {
		assert_int_equal(folded(sum(frame + ETH, 20, 0)), 0xffff);
		assert_int_equal(folded(sum(icmp, n, 0)), 0xffff);
	} else {
		assert_int_equal(folded(sum(icmp, n, sum(frame + ETH + 8, 32, 58 + n))), 0xffff);
	}
}

/* A frame of @payload bytes that the DUT might have sent: the forge's, with its ends exchanged. */
static int from_dut(struct tw_forge *forge, enum tw_family family, unsigned payload, uint8_t *frame)
{
	struct tw_flow flow = { family, tw_lane_peer_addr(family, 6), tw_lane_dut_addr(family),
				40000, 5001 };
	struct tw_seg seg = {
		.flags = TW_ACK, .ttl = 64, .win = 500, .wscale = -1, .seq = 77, .len = payload
	};

	return tw_forge_build(forge, &flow, &seg, frame, NULL);
}

static void errors_are_right(void **state)
{
	static const unsigned sizes[] = { 0, 1, 7, 507, 508, 509, 1171, 1172, 1173, 1399, 1400 };
	struct tw_forge *forge = tw_forge_new(mac_a, mac_b, NULL);
	uint8_t about[TW_FRAME_MAX], frame[TW_FRAME_MAX];
	enum tw_family family;
	unsigned i;

	(void)state;
	assert_non_null(forge);
	for (family = TW_IPV4; family <= TW_IPV6; family += 2) {
		bool four = family == TW_IPV4;
		struct tw_addr router = tw_lane_peer_addr(family, 1 << 16);
		unsigned most = four ? 548 : 1232;

		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unsigned len = from_dut(forge, family, sizes[i], about) - ETH;
			struct error want = { .quoted = len < most ? len : most, .from = &router };

			want.type = four ? 3 : 2;
			want.code = four ? 4 : 0;
			want.rest = four ? 1000 : 0x12345;
			check(frame,
			      tw_forge_icmp_too_big(forge, about + ETH, len, &router, want.rest,
						    frame, NULL),
			      about, &want);
			want.rest = 0;
			want.from = NULL;
			check(frame,
			      tw_forge_icmp_too_big(forge, about + ETH, len, NULL, 0, frame, NULL),
			      about, &want);
			want.type = four ? 3 : 1;
			want.code = four ? 1 : 3;
			check(frame,
			      tw_forge_icmp_unreachable(forge, about + ETH, len, NULL, frame, NULL),
			      about, &want);
			/* Only a part was captured; and more than there is, as Ethernet pads. */
			want.quoted = four ? 28 : 48;
			check(frame,
			      tw_forge_icmp_unreachable(forge, about + ETH, want.quoted, NULL,
							frame, NULL),
			      about, &want);
			want.quoted = len < most ? len : most;
			check(frame,
			      tw_forge_icmp_unreachable(forge, about + ETH, sizeof(about) - ETH,
							NULL, frame, NULL),
			      about, &want);
		}
	}
	tw_forge_free(forge);
}

static void only_packets_are_quoted(void **state)
{
	struct tw_forge *forge = tw_forge_new(mac_a, mac_b, NULL);
	uint8_t about[TW_FRAME_MAX], frame[TW_FRAME_MAX];
	struct tw_err err = { "" };

	(void)state;
	from_dut(forge, TW_IPV4, 0, about);
	assert_int_equal(tw_forge_icmp_unreachable(forge, about + ETH, 19, NULL, frame, &err),
			 -EINVAL);
	assert_non_null(strstr(err.text, "no IP packet"));
	assert_int_equal(tw_forge_icmp_unreachable(forge, about, 60, NULL, frame, NULL), -EINVAL);
	from_dut(forge, TW_IPV6, 0, about);
	assert_int_equal(tw_forge_icmp_too_big(forge, about + ETH, 39, NULL, 1300, frame, NULL),
			 -EINVAL);
	tw_forge_free(forge);
}

/* ---- and the kernel ---- */

static int start_connect(void *arg, struct tw_err *err)
{
	const struct tw_flow *flow = arg;
	struct raw_sockaddr to = raw_sockaddr(flow->family, &flow->peer, flow->peer_port);
	int fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)err;
	if (fd < 0 || connect(fd, &to.any, to.len) == 0 || errno != EINPROGRESS)
		return -EIO;
	return fd;
}

static void connect_is_refused_by_a_router(void **state)
{
	struct tw_lane lane = open_lane();
	enum tw_family family;

	(void)state;
	for (family = TW_IPV4; family <= (lane.ipv6 ? TW_IPV6 : TW_IPV4); family += 2) {
		struct raw_peer p = raw_open(&lane, family, 0);
		struct tw_addr router = tw_lane_peer_addr(family, 1 << 16);
		int fd = tw_ns_in(lane.dut_ns, start_connect, &p.flow, NULL), code = 0;
		socklen_t size = sizeof(code);
		uint8_t syn[2048], frame[TW_FRAME_MAX];
		int len = raw_next(&p, syn, sizeof(syn));

		assert_true(fd >= 0 && len > ETH);
		raw_send_frame(&p, frame,
			       tw_forge_icmp_unreachable(p.forge, syn + ETH, len - ETH, &router,
							 frame, NULL));
		assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size), 0);
		assert_int_equal(code, EHOSTUNREACH);
		close(fd);
		raw_close(&p);
	}
	tw_lane_close(&lane);
}

/* A segment does not fit, says a router: it comes again in parts, and the path is remembered. */
static void mtu_is_learnt(void **state)
{
	struct tw_lane lane = open_lane();
	static const char text[1400];
	struct tw_err err = { "" };
	enum tw_family family;
	uint32_t mtu, expires;

	(void)state;
	for (family = TW_IPV4; family <= (lane.ipv6 ? TW_IPV6 : TW_IPV4); family += 2) {
		struct raw_peer p = raw_open(&lane, family, 0);
		struct tw_addr router = tw_lane_peer_addr(family, 1 << 16);
		unsigned small = family == TW_IPV4 ? 1000 : 1300;
		unsigned part = small - (family == TW_IPV4 ? 40 : 60);
		uint8_t segment[2048], frame[TW_FRAME_MAX];
		struct tw_seg seg;
		int len;

		raw_connect(&p, 1420);
		assert_ok(tw_link_pmtu(lane.dut_ns, family, &p.flow.peer, &mtu, &expires, &err),
			  &err);
		assert_int_equal(mtu, 0);
		assert_int_equal(expires, 0);
		assert_int_equal(send(p.conn, text, sizeof(text), 0), sizeof(text));
		len = raw_next(&p, segment, sizeof(segment));
		assert_true(len > ETH + 1400);
		raw_send_frame(&p, frame,
			       tw_forge_icmp_too_big(p.forge, segment + ETH, len - ETH, &router,
						     small, frame, NULL));
		seg = raw_next_seg(&p);
		assert_int_equal(seg.seq, p.ack);
		assert_int_equal(seg.len, part);
		seg = raw_next_seg(&p);
		assert_int_equal(seg.seq, p.ack + part);
		assert_int_equal(seg.len, 1400 - part);
		assert_ok(tw_link_pmtu(lane.dut_ns, family, &p.flow.peer, &mtu, &expires, &err),
			  &err);
		assert_int_equal(mtu, small);
		assert_in_range(expires, 500, 600);
		/* Another peer's path is another one. */
		p.flow.peer = tw_lane_peer_addr(family, 5);
		assert_ok(tw_link_pmtu(lane.dut_ns, family, &p.flow.peer, &mtu, &expires, &err),
			  &err);
		assert_int_equal(mtu, 0);
		raw_close(&p);
	}
	tw_lane_close(&lane);
}

static void no_route_no_mtu(void **state)
{
	struct tw_lane lane = open_lane();
	struct tw_addr far = { { 203, 0, 113, 1 } };
	struct tw_err err = { "" };
	uint32_t mtu, expires;

	(void)state;
	assert_int_equal(tw_link_pmtu(lane.dut_ns, TW_IPV4, &far, &mtu, &expires, &err),
			 -ENETUNREACH);
	assert_non_null(strstr(err.text, "203.0.113.1"));
	tw_lane_close(&lane);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_right),
		cmocka_unit_test(only_packets_are_quoted),
		cmocka_unit_test(connect_is_refused_by_a_router),
		cmocka_unit_test(mtu_is_learnt),
		cmocka_unit_test(no_route_no_mtu),
	};

	prepare();
	return !!cmocka_run_group_tests_name("test_icmp", tests, NULL, NULL);
}
