/*
 * What the DUT's sockets meet in a lane: segments as a wire carries them, several addresses of
 * their own, the loopback device and multicast on it.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netns_help.h"
#include "raw_peer.h"

/* Sends @size bytes in one call and returns how many frames carried them, of @mss bytes but the last. */
static unsigned frames_of(struct raw_peer *p, unsigned size, unsigned mss)
{
	static const char text[65536];
	uint8_t frame[2048];
	struct tw_seen seen;
	unsigned n, left = size;

	assert_int_equal(send(p->conn, text, size, 0), size);
	for (n = 0; left; n++) {
		int len = raw_next(p, frame, sizeof(frame));

		assert_in_range(len, 54, 1514);
		assert_true(tw_wire_decode(frame, len, &seen));
		assert_int_equal(seen.seg.len, left < mss ? left : mss);
		left -= seen.seg.len;
	}
	assert_int_equal(raw_next(p, frame, sizeof(frame)), -EAGAIN);
	return n;
}

static void test_segments_are_cut(void **state)
{
	struct tw_lane lane = open_lane();
	enum tw_family family;

	(void)state;
	for (family = TW_IPV4; family <= (lane.ipv6 ? TW_IPV6 : TW_IPV4); family += 2) {
		struct raw_peer p = raw_open(&lane, family, 0);

		raw_connect(&p, family == TW_IPV6 ? 1440 : 1460);
		assert_int_equal(frames_of(&p, 10000, family == TW_IPV6 ? 1440 : 1460), 7);
		raw_close(&p);
	}
	tw_lane_close(&lane);
}

/* ---- addresses ---- */

static void test_every_address_answers_at_once(void **state)
{
	enum tw_family family;
	unsigned i, round;

	(void)state;
	for (round = 0; round < 10; round++) {
		struct tw_lane lane = open_lane();

		for (family = TW_IPV4; family <= (lane.ipv6 ? TW_IPV6 : TW_IPV4); family += 2) {
			for (i = 0; i < TW_LANE_DUT_ADDRS; i++) {
				struct raw_peer p = raw_open(&lane, family, i);

				raw_connect(&p, 1400);
				raw_close(&p);
			}
		}
		tw_lane_close(&lane);
	}
}

static int socket_of(void *arg, struct tw_err *err)
{
	const int *how = arg;
	int fd = socket(how[0], how[1] | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)err;
	return fd < 0 ? -errno : fd;
}

static int dut_socket(const struct tw_lane *lane, enum tw_family family, int type)
{
	int how[] = { family == TW_IPV6 ? AF_INET6 : AF_INET, type };
	int fd = tw_ns_in(lane->dut_ns, socket_of, how, NULL);

	assert_true(fd >= 0);
	return fd;
}

static struct tw_addr own_addr(int fd, enum tw_family family)
{
	struct raw_sockaddr sa = { .len = sizeof(sa.six) };
	struct tw_addr ret = { { 0 } };

	assert_int_equal(getsockname(fd, &sa.any, &sa.len), 0);
	if (family == TW_IPV6)
		memcpy(ret.b, &sa.six.sin6_addr, 16);
	else
		memcpy(ret.b, &sa.four.sin_addr, 4);
	return ret;
}

static void test_first_address_unless_bound(void **state)
{
	struct tw_lane lane = open_lane();
	enum tw_family family;

	(void)state;
	for (family = TW_IPV4; family <= (lane.ipv6 ? TW_IPV6 : TW_IPV4); family += 2) {
		struct tw_addr peer = tw_lane_peer_addr(family, 3), addr;
		struct raw_sockaddr to = raw_sockaddr(family, &peer, 7);
		int fd = dut_socket(&lane, family, SOCK_DGRAM);

		assert_int_equal(connect(fd, &to.any, to.len), 0);
		addr = own_addr(fd, family);
		peer = tw_lane_dut_addr(family);
		assert_memory_equal(addr.b, peer.b, 16);
		close(fd);
	}
	tw_lane_close(&lane);
}

/* ---- loopback ---- */

static struct tw_addr addr_of(enum tw_family family, const char *text)
{
	struct tw_addr ret = { { 0 } };

	assert_int_equal(inet_pton(family == TW_IPV6 ? AF_INET6 : AF_INET, text, ret.b), 1);
	return ret;
}

static void test_loopback_connects(void **state)
{
	struct tw_lane lane = open_lane();
	enum tw_family family;

	(void)state;
	for (family = TW_IPV4; family <= (lane.ipv6 ? TW_IPV6 : TW_IPV4); family += 2) {
		struct tw_addr lo = addr_of(family, family == TW_IPV6 ? "::1" : "127.0.0.1");
		struct raw_sockaddr sa = raw_sockaddr(family, &lo, 5001);
		int listener = dut_socket(&lane, family, SOCK_STREAM);
		int fd = dut_socket(&lane, family, SOCK_STREAM);
		int conn;

		assert_int_equal(bind(listener, &sa.any, sa.len), 0);
		assert_int_equal(listen(listener, 1), 0);
		assert_int_equal(connect(fd, &sa.any, sa.len), -1);
		assert_int_equal(errno, EINPROGRESS);
		conn = accept(listener, NULL, NULL);
		assert_true(conn >= 0);
		close(conn);
		close(fd);
		close(listener);
	}
	tw_lane_close(&lane);
}

static void join_on_lo(int fd, enum tw_family family, const struct tw_addr *group)
{
	struct ipv6_mreq six = { .ipv6mr_interface = 1 };
	struct ip_mreqn four = { .imr_ifindex = 1 };

	memcpy(&six.ipv6mr_multiaddr, group->b, 16);
	memcpy(&four.imr_multiaddr, group->b, 4);
	if (family == TW_IPV6)
		assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &six, sizeof(six)),
				 0);
	else
		assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &four, sizeof(four)),
				 0);
}

static void send_on_lo(int fd, enum tw_family family)
{
	struct ip_mreqn four = { .imr_ifindex = 1 };
	int six = 1;

	if (family == TW_IPV6)
		assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &six, sizeof(six)),
				 0);
	else
		assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &four, sizeof(four)),
				 0);
}

/* Two members of a group, and one sender that names the device or (@named) does not. */
static void multicast(const struct tw_lane *lane, enum tw_family family, const char *text,
		      bool named)
{
	struct tw_addr group = addr_of(family, text), any = { { 0 } };
	struct raw_sockaddr to = raw_sockaddr(family, &group, 5353);
	struct raw_sockaddr here = raw_sockaddr(family, &any, 5353);
	int members[2], sender = dut_socket(lane, family, SOCK_DGRAM), one = 1;
	char byte;
	unsigned i;

	for (i = 0; i < 2; i++) {
		members[i] = dut_socket(lane, family, SOCK_DGRAM);
		assert_int_equal(
			setsockopt(members[i], SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
		assert_int_equal(bind(members[i], &here.any, here.len), 0);
		join_on_lo(members[i], family, &group);
	}
	if (named)
		send_on_lo(sender, family);
	assert_int_equal(sendto(sender, "x", 1, 0, &to.any, to.len), 1);
	for (i = 0; i < 2; i++) {
		assert_int_equal(recv(members[i], &byte, 1, 0), 1);
		close(members[i]);
	}
	close(sender);
}

/* 1.5 s: reports of membership come within one second. */
static void test_multicast_stays_on_lo(void **state)
{
	static const char *const four[] = { "224.0.0.251", "239.1.2.3" };
	static const char *const six[] = { "ff01::123", "ff02::123", "ff05::123" };
	struct tw_lane lane = open_lane();
	int ifindex = lane.peer_ifindex;
	struct pollfd pfd = { .events = POLLIN };
	unsigned i, named;

	(void)state;
	pfd.fd = tw_ns_in(lane.peer_ns, raw_open_packet, &ifindex, NULL);
	assert_true(pfd.fd >= 0);
	for (named = 0; named < 2; named++) {
		for (i = 0; i < sizeof(four) / sizeof(four[0]); i++)
			multicast(&lane, TW_IPV4, four[i], named);
		for (i = 0; lane.ipv6 && i < sizeof(six) / sizeof(six[0]); i++)
			multicast(&lane, TW_IPV6, six[i], named);
	}
	assert_int_equal(poll(&pfd, 1, 1500), 0);
	close(pfd.fd);
	tw_lane_close(&lane);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segments_are_cut),
		cmocka_unit_test(test_every_address_answers_at_once),
		cmocka_unit_test(test_first_address_unless_bound),
		cmocka_unit_test(test_loopback_connects),
		cmocka_unit_test(test_multicast_stays_on_lo),
	};

	prepare();
	return !!cmocka_run_group_tests_name("test_lane_inet", tests, NULL, NULL);
}
