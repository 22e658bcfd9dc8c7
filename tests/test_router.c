/*
 * A lane with a router in it: it forwards both families, its answers are there when the send call
 * returns, and what nftables does to the segments on their way is seen at both ends.
 */
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netns/nft.h"
#include "netns_help.h"
#include "raw_peer.h"
#include "stand/stand.h"

static void test_forwards(void **state)
{
	struct tw_lane lane = open_lane_via(TW_VIA_ROUTER);
	enum tw_family family;
	unsigned i;

	(void)state;
	assert_true(lane.router_ns >= 0);
	for (family = TW_IPV4; family <= (lane.ipv6 ? TW_IPV6 : TW_IPV4); family += 2) {
		for (i = 0; i < TW_LANE_DUT_ADDRS; i++) {
			struct raw_peer p = raw_open(&lane, family, i);

			raw_connect(&p, 1400);
			assert_int_equal(p.syn_ack.ttl, 63);
			raw_close(&p);
		}
	}
	tw_lane_close(&lane);
}

/* A segment to a closed port has one certain answer. */
static void test_answers_at_once(void **state)
{
	struct tw_lane lane = open_lane_via(TW_VIA_ROUTER);
	static const struct tw_seg ack = {
		.flags = TW_ACK, .ttl = 64, .win = 65535, .wscale = -1, .ack = 1
	};
	uint8_t frame[2048];
	enum tw_family family;
	unsigned i;

	(void)state;
	for (family = TW_IPV4; family <= (lane.ipv6 ? TW_IPV6 : TW_IPV4); family += 2) {
		struct raw_peer p = raw_open(&lane, family, 0);

		p.flow.dut_port = 9;
		for (i = 0; i < 2000; i++) {
			p.flow.peer_port = 2000 + i;
			raw_send(&p, &ack);
			assert_int_equal(raw_next_seg(&p).flags, TW_RST);
			assert_int_equal(raw_next(&p, frame, sizeof(frame)), -EAGAIN);
		}
		raw_close(&p);
	}
	tw_lane_close(&lane);
}

static void test_stand_with_router(void **state)
{
	const struct tw_stand_cfg cfg = { .batch = 1, .ring = 1 << 20, .path = TW_VIA_ROUTER };
	struct tw_stand stand;
	struct tw_err err = { "" };

	(void)state;
	need_namespaces();
	assert_ok(tw_stand_open(&stand, &cfg, &err), &err);
	assert_true(stand.lane.router_ns >= 0);
	assert_int_equal(stand.path, TW_VIA_ROUTER);
	tw_stand_close(&stand);
}

/* ---- nftables ---- */

static void load(const struct tw_lane *lane, const char *commands)
{
	struct tw_err err = { "" };
	int res = tw_nft_load(lane->router_ns, commands, &err);

	if (res == -EOPNOTSUPP) {
		print_message("# SKIP: %s\n", err.text);
		skip();
	}
	assert_ok(res, &err);
}

static void mss_of_dut(struct raw_peer *p, unsigned mss)
{
	uint8_t frame[2048];
	struct tw_seen seen;
	struct tcp_info info;
	socklen_t size = sizeof(info);
	int len;

	assert_int_equal(getsockopt(p->conn, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
	assert_int_equal(info.tcpi_snd_mss, mss);
	assert_int_equal(send(p->conn, frame, sizeof(frame), 0), sizeof(frame));
	len = raw_next(p, frame, sizeof(frame));
	assert_true(len > 0 && tw_wire_decode(frame, len, &seen));
	assert_int_equal(seen.seg.len, mss);
}

static void test_mss_is_rewritten(void **state)
{
	struct tw_lane lane = open_lane_via(TW_VIA_ROUTER);
	enum tw_family family;

	(void)state;
	for (family = TW_IPV4; family <= (lane.ipv6 ? TW_IPV6 : TW_IPV4); family += 2) {
		struct raw_peer p = raw_open(&lane, family, 0);

		raw_connect(&p, 1400);
		assert_int_equal(p.syn_ack.mss, family == TW_IPV6 ? 1440 : 1460);
		mss_of_dut(&p, 1400);
		raw_close(&p);
	}
	load(&lane, "table inet twprobe {"
		    " chain forward { type filter hook forward priority 0;"
		    " tcp flags syn tcp option maxseg size set 1200; };"
		    " }");
	for (family = TW_IPV4; family <= (lane.ipv6 ? TW_IPV6 : TW_IPV4); family += 2) {
		struct raw_peer p = raw_open(&lane, family, 1);

		raw_connect(&p, 1460);
		assert_int_equal(p.syn_ack.mss, 1200);
		mss_of_dut(&p, 1200);
		raw_close(&p);
	}
	load(&lane, "flush ruleset");
	{
		struct raw_peer p = raw_open(&lane, TW_IPV4, 2);

		raw_connect(&p, 1460);
		assert_int_equal(p.syn_ack.mss, 1460);
		raw_close(&p);
	}
	tw_lane_close(&lane);
}

static void test_refused_rules(void **state)
{
	struct tw_lane lane = open_lane_via(TW_VIA_ROUTER);
	struct tw_err err = { "" };

	(void)state;
	load(&lane, "table ip kept { };");
	assert_int_equal(tw_nft_load(lane.router_ns, "table ip a { chain b { bogus; }; }", &err),
			 -EINVAL);
	assert_non_null(strstr(err.text, "syntax error"));
	assert_null(strchr(err.text, '\n'));
	/* The second one is refused by the kernel, and takes the first one with it. */
	assert_int_equal(tw_nft_load(lane.router_ns, "add table ip a; delete table ip b", &err),
			 -ENOENT);
	assert_non_null(strstr(err.text, "No such file or directory"));
	load(&lane, "delete table ip kept");
	assert_int_equal(tw_nft_load(lane.router_ns, "delete table ip a", &err), -ENOENT);
	tw_lane_close(&lane);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forwards),          cmocka_unit_test(test_answers_at_once),
		cmocka_unit_test(test_stand_with_router), cmocka_unit_test(test_mss_is_rewritten),
		cmocka_unit_test(test_refused_rules),
	};

	prepare();
	return !!cmocka_run_group_tests_name("test_router", tests, NULL, NULL);
}
