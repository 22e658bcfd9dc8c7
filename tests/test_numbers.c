/*
 * From base + offset to numbers, at the wrap above all; and the right values of what a row leaves
 * unset.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/numbers.h"
#include "engine/enter.h"
#include "twprobe/words.h"

static const struct tw_numbers plain = {
	.rcv_nxt = 1000,
	.snd_nxt = 2000,
	.ts_recent = 3000,
	.dut_tsval = 4000,
	.dut_last = 4004,
	.ts = true,
};

/* Every number is the last before the wrap. */
static const struct tw_numbers last = {
	.rcv_nxt = UINT32_MAX,
	.snd_nxt = UINT32_MAX,
	.ts_recent = UINT32_MAX,
	.dut_tsval = UINT32_MAX,
	.dut_last = UINT32_MAX,
	.ts = true,
};

static const struct tw_seg probe = { .flags = SYN | FIN, .seq = 100, .ack = 200, .len = 10 };
static const struct tw_seg wrapping = {
	.flags = SYN, .seq = UINT32_MAX, .ack = UINT32_MAX, .len = 1
};

static const struct value {
	struct tw_val val;
	const struct tw_numbers *numbers;
	const struct tw_seg *sent;
	uint32_t want;
} values[] = {
	{ NUMBER(0), &plain, NULL, 0 },
	{ NUMBER(77), &plain, NULL, 77 },
	{ NUMBER(-1), &plain, NULL, UINT32_MAX },
	{ AT(RCV_NXT, 0), &plain, NULL, 1000 },
	{ AT(RCV_NXT, +1), &plain, NULL, 1001 },
	{ AT(RCV_NXT, -1), &plain, NULL, 999 },
	{ AT(RCV_NXT, -1001), &plain, NULL, UINT32_MAX },
	{ AT(RCV_NXT, HALF_CIRCLE), &plain, NULL, 0x800003e8 },
	{ AT(RCV_NXT, HALF_CIRCLE - 1), &plain, NULL, 0x800003e7 },
	{ AT(RCV_NXT, -HALF_CIRCLE), &plain, NULL, 0x800003e8 },
	{ AT(SND_NXT, 0), &plain, NULL, 2000 },
	{ AT(SND_NXT, -2001), &plain, NULL, UINT32_MAX },
	{ AT(TS_RECENT, 0), &plain, NULL, 3000 },
	{ AT(TS_RECENT, -1), &plain, NULL, 2999 },
	{ AT(RCV_NXT, +1), &last, NULL, 0 },
	{ AT(SND_NXT, +1), &last, NULL, 0 },
	{ AT(TS_RECENT, +2), &last, NULL, 1 },
	{ AT(RCV_NXT, HALF_CIRCLE), &last, NULL, 0x7fffffff },
	{ AT(SEG_SEQ, 0), &plain, &probe, 100 },
	{ AT(SEG_SEQ, -101), &plain, &probe, UINT32_MAX },
	{ AT(SEG_ACK, 0), &plain, &probe, 200 },
	{ AT(SEG_ACK, +5), &plain, &probe, 205 },
	{ AT(SEG_END, 0), &plain, &probe, 112 }, /* SYN, FIN and the payload */
	{ AT(SEG_SEQ, +1), &plain, &wrapping, 0 },
	{ AT(SEG_ACK, +1), &plain, &wrapping, 0 },
	{ AT(SEG_END, 0), &plain, &wrapping, 1 },
	{ AT(SEG_END, -2), &plain, &wrapping, UINT32_MAX },
	{ REOPEN_ISN, &plain, NULL, 2000 + 65537 },
	{ AT(REOPEN_ISN, +1), &plain, NULL, 2000 + 65538 },
	{ REOPEN_ISN, &last, NULL, 65536 },
	{ TS_CLOCK, &plain, NULL, 4000 },
	{ AT(TS_CLOCK, +1), &last, NULL, 0 },
	{ ABSENT, &plain, NULL, 0 },
	{ { TW_UNSET, 7 }, &plain, NULL, 0 },
};

static void values_become_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		const struct value *v = &values[i];
		uint32_t got = tw_val_number(&v->val, v->numbers, v->sent);

		if (got != v->want)
			fail_msg("row %zu: base %d + %u is %u, not %u", i, (int)v->val.base,
				 v->val.off, got, v->want);
	}
}

/* tcp_timewait_state_process(): an ISN of 0 means "choose one" to the kernel, so it takes 1. */
static void isn_zero_becomes_one(void **state)
{
	const struct tw_val isn = REOPEN_ISN, above = AT(REOPEN_ISN, +1);
	struct tw_numbers numbers = plain;

	(void)state;
	numbers.snd_nxt = 0u - 65537;
	assert_int_equal(tw_val_number(&isn, &numbers, NULL), 1);
	assert_int_equal(tw_val_number(&above, &numbers, NULL), 2);
	numbers.snd_nxt++;
	assert_int_equal(tw_val_number(&isn, &numbers, NULL), 1);
	numbers.snd_nxt -= 2;
	assert_int_equal(tw_val_number(&isn, &numbers, NULL), UINT32_MAX);
}

static void segment_ends(void **state)
{
	static const struct {
		uint8_t flags;
		uint16_t len;
		uint32_t want;
	} ends[] = {
		{ 0, 0, 10 },
		{ ACK, 0, 10 },
		{ SYN, 0, 11 },
		{ FIN | ACK, 0, 11 },
		{ RST, 0, 10 },
		{ PSH, 5, 15 },
		{ SYN | FIN, 65535, 65547 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct tw_seg seg = { .flags = ends[i].flags, .len = ends[i].len, .seq = 10 };

		assert_int_equal(tw_seg_end(&seg), ends[i].want);
	}
}

/* before() of the kernel: half a circle away, each is before the other. */
static void order_on_the_circle(void **state)
{
	(void)state;
	assert_true(tw_seq_before(1, 2));
	assert_false(tw_seq_before(2, 1));
	assert_false(tw_seq_before(5, 5));
	assert_true(tw_seq_before(UINT32_MAX, 0));
	assert_false(tw_seq_before(0, UINT32_MAX));
	assert_true(tw_seq_before(0, 0x7fffffff));
	assert_true(tw_seq_before(0, HALF_CIRCLE));
	assert_true(tw_seq_before(HALF_CIRCLE, 0));
	assert_false(tw_seq_before(0, 0x80000001));
	assert_int_equal(tw_seq_diff(0, UINT32_MAX), 1);
	assert_int_equal(tw_seq_diff(UINT32_MAX, 0), -1);
	assert_int_equal(tw_seq_diff(HALF_CIRCLE, 0), INT32_MIN);
	assert_int_equal(tw_seq_diff(0x7fffffff, 0), INT32_MAX);
}

static const struct resolved {
	const char *what;
	struct tw_send send;
	enum tw_family family;
	bool no_ts; /* the old connection had no timestamps */
	struct tw_seg want;
} resolveds[] = {
	{ "a SYN",
	  { .flags = SYN },
	  TW_IPV4,
	  false,
	  { .flags = SYN,
	    .ttl = 64,
	    .win = 65535,
	    .ts = true,
	    .mss = 1460,
	    .wscale = 7,
	    .sackok = true,
	    .seq = 1000,
	    .tsval = 3000 } },
	{ "a SYN over IPv6, without timestamps",
	  { .flags = SYN },
	  TW_IPV6,
	  true,
	  { .flags = SYN,
	    .ttl = 64,
	    .win = 65535,
	    .mss = 1440,
	    .wscale = 7,
	    .sackok = true,
	    .seq = 1000 } },
	{ "a SYN-ACK echoes",
	  { .flags = SYN | ACK },
	  TW_IPV4,
	  false,
	  { .flags = SYN | ACK,
	    .ttl = 64,
	    .win = 65535,
	    .ts = true,
	    .mss = 1460,
	    .wscale = 7,
	    .sackok = true,
	    .seq = 1000,
	    .ack = 2000,
	    .tsval = 3000,
	    .tsecr = 4004 } },
	{ "an ACK",
	  { .flags = ACK },
	  TW_IPV4,
	  false,
	  { .flags = ACK,
	    .ttl = 64,
	    .win = 65535,
	    .ts = true,
	    .wscale = -1,
	    .seq = 1000,
	    .ack = 2000,
	    .tsval = 3000,
	    .tsecr = 4004 } },
	{ "a RST has no ACK number, and echoes all the same",
	  { .flags = RST },
	  TW_IPV6,
	  false,
	  { .flags = RST,
	    .ttl = 64,
	    .win = 65535,
	    .ts = true,
	    .wscale = -1,
	    .seq = 1000,
	    .tsval = 3000,
	    .tsecr = 4004 } },
	{ "no timestamp on purpose",
	  { .flags = ACK, .tsval = ABSENT, .tsecr = NUMBER(5) },
	  TW_IPV4,
	  false,
	  { .flags = ACK, .ttl = 64, .win = 65535, .wscale = -1, .seq = 1000, .ack = 2000 } },
	{ "a timestamp on purpose",
	  { .flags = ACK, .tsval = NUMBER(9) },
	  TW_IPV4,
	  true,
	  { .flags = ACK,
	    .ttl = 64,
	    .win = 65535,
	    .ts = true,
	    .wscale = -1,
	    .seq = 1000,
	    .ack = 2000,
	    .tsval = 9,
	    .tsecr = 4004 } },
	{ "an ACK number without ACK",
	  { .flags = RST, .ack = AT(SND_NXT, -1), .tsval = ABSENT },
	  TW_IPV4,
	  false,
	  { .flags = RST, .ttl = 64, .win = 65535, .wscale = -1, .seq = 1000, .ack = 1999 } },
	{ "everything said",
	  { .flags = PSH | ACK | URG,
	    .seq = AT(RCV_NXT, -1001),
	    .ack = NUMBER(0),
	    .tsval = AT(TS_RECENT, +1),
	    .tsecr = AT(TS_CLOCK, -1),
	    .len = 1400,
	    .win = 1,
	    .urg = 3,
	    .ttl = 1,
	    .ecn = 3,
	    .bad_csum = true },
	  TW_IPV4,
	  false,
	  { .flags = PSH | ACK | URG,
	    .ttl = 1,
	    .ecn = 3,
	    .ts = true,
	    .bad_csum = true,
	    .win = 1,
	    .urg = 3,
	    .len = 1400,
	    .wscale = -1,
	    .seq = UINT32_MAX,
	    .tsval = 3001,
	    .tsecr = 3999 } },
};

static void same_segment(const char *what, const struct tw_seg *a, const struct tw_seg *b)
{
	if (a->flags != b->flags || a->ttl != b->ttl || a->ecn != b->ecn || a->ts != b->ts ||
	    a->bad_csum != b->bad_csum || a->win != b->win || a->urg != b->urg ||
	    a->len != b->len || a->mss != b->mss || a->wscale != b->wscale ||
	    a->sackok != b->sackok || a->md5 != b->md5)
		fail_msg("%s: a field differs", what);
	if (a->seq != b->seq || a->ack != b->ack || a->tsval != b->tsval || a->tsecr != b->tsecr)
		fail_msg("%s: seq %u ack %u TS %u %u", what, a->seq, a->ack, a->tsval, a->tsecr);
}

static void unset_is_the_right_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(resolveds) / sizeof(*resolveds); i++) {
		const struct resolved *r = &resolveds[i];
		struct tw_numbers numbers = plain;
		struct tw_seg got;

		numbers.ts = !r->no_ts;
		got = tw_send_resolve(&r->send, r->family, &numbers);
		same_segment(r->what, &got, &r->want);
	}
}

/* R is counted by the script itself: what it sends is what the DUT has received. */
static void the_script_gives_rcv_nxt(void **state)
{
	(void)state;
	for (int role = TW_ACCEPTED; role <= TW_CONNECTED; role++) {
		for (int enter = 0; enter < TW_ENTERS; enter++) {
			const struct tw_enter_op *op = tw_enter_script(role, enter);
			unsigned next = 0;

			for (; op->what != TW_DO_END; op++) {
				struct tw_seg seg = { .flags = op->flags, .seq = op->seq };

				if (op->what == TW_DO_SEND && tw_seg_end(&seg) > next)
					next = tw_seg_end(&seg);
			}
			assert_int_equal(tw_enter_rcv_nxt(enter), next);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_become_numbers),
		cmocka_unit_test(isn_zero_becomes_one),
		cmocka_unit_test(segment_ends),
		cmocka_unit_test(order_on_the_circle),
		cmocka_unit_test(unset_is_the_right_value),
		cmocka_unit_test(the_script_gives_rcv_nxt),
	};

	return !!cmocka_run_group_tests_name("test_numbers", tests, NULL, NULL);
}
