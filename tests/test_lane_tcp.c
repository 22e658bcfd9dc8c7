/*
 * What TCP meets in a lane: real segment sizes.
 */
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
		struct raw_peer p = raw_open(&lane, family);

		raw_connect(&p, family == TW_IPV6 ? 1440 : 1460);
		assert_int_equal(frames_of(&p, 10000, family == TW_IPV6 ? 1440 : 1460), 7);
		raw_close(&p);
	}
	tw_lane_close(&lane);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segments_are_cut),
	};

	prepare();
	return !!cmocka_run_group_tests_name("test_lane_tcp", tests, NULL, NULL);
}
