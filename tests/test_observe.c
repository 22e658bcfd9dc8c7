/*
 * From raw evidence to what is judged: the answer among the packets, the DUT's clock between two brackets, and what became
 * of the entry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge_scene.h"

/* ---- the answer among the packets ---- */

static void only_answers_to_the_probe_count(void **state)
{
	struct tw_observed seen;
	struct tw_flow other;
	struct tw_seg seg = { .flags = ACK, .ttl = 64, .wscale = -1, .seq = 1 };
	struct scene s;

	(void)state;
	scene_make(&s, &scene_swallowed);
	scene_frame(&s.ev, 1, TW_PKT_SETUP, 0, &s.ev.flow, &seg);
	scene_frame(&s.ev, 2, TW_PKT_FENCE, 0, &s.ev.flow, &seg);
	scene_frame(&s.ev, 3, TW_PKT_STRAY, 0, &s.ev.flow, &seg);
	scene_frame(&s.ev, 4, TW_PKT_PROBE, 1, &s.ev.flow, &seg);
	scene_flow(&other, 40002);
	scene_frame(&s.ev, 5, TW_PKT_PROBE, 0, &other, &seg);
	scene_frame(&s.ev, 6, TW_PKT_PROBE, 0, &s.ev.flow, &seg);
	s.ev.packets[s.ev.n_packets - 1].from_dut = false;
	scene_frame(&s.ev, 7, TW_PKT_PROBE, 0, &s.ev.flow, &seg);
	s.ev.packets[s.ev.n_packets - 1].len = 40; /* cut off: nobody can read it */
	tw_observe(&s.ev, 0, &seen);
	assert_int_equal(seen.n_replies, 0);
	scene_frame(&s.ev, 8, TW_PKT_PROBE, 0, &s.ev.flow, &seg);
	seg.seq = 2;
	scene_frame(&s.ev, 9, TW_PKT_PROBE, 0, &s.ev.flow, &seg);
	tw_observe(&s.ev, 0, &seen);
	assert_int_equal(seen.n_replies, 2);
	assert_int_equal(seen.reply.seq, 1);
	assert_ptr_equal(seen.more, &s.ev.step[0]);
	assert_int_equal(seen.state, TW_STATE_TIME_WAIT);
	assert_int_equal(seen.fate, TW_RUNNING);
	scene_free(&s);
}

/* The least and the most that can lie between two brackets, the latter to the next whole one. */
static void elapsed_time(void **state)
{
	static const struct {
		uint64_t from[2], to[2]; /* us */
		uint32_t least, most;
	} rows[] = {
		{ { 0, 0 }, { 0, 0 }, 0, 1 },       { { 0, 100 }, { 40000, 40100 }, 39, 41 },
		{ { 0, 500 }, { 400, 600 }, 0, 1 }, /* overlapping: no time at all is possible */
		{ { 500, 600 }, { 0, 100 }, 0, 1 }, { { 0, 5000 }, { 9000, 12000 }, 4, 13 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tw_evidence ev = { .n_steps = 1 };
		struct tw_observed seen;

		for (unsigned k = 0; k < 2; k++) {
			ev.tsval_at[k] = rows[i].from[k] * 1000;
			ev.step[0].sent_at[k] = rows[i].to[k] * 1000;
		}
		tw_observe(&ev, 0, &seen);
		assert_int_equal(seen.clock_ms[0], rows[i].least);
		assert_int_equal(seen.clock_ms[1], rows[i].most);
	}
}

static bool clock_met(uint32_t dut_tsval, uint32_t tsval, uint32_t least, uint32_t most)
{
	const struct tw_numbers numbers = { .dut_tsval = dut_tsval };
	const struct tw_expect want = { .reply = ACK, .tsval = TS_CLOCK };
	const struct tw_observed seen = { .n_replies = 1,
					  .reply = { .flags = ACK, .ts = true, .tsval = tsval },
					  .clock_ms = { least, most } };
	const struct tw_seg sent = { .flags = ACK };

	return tw_expect_met(&want, &numbers, &sent, &seen, NULL, 0);
}

/* Two clocks that are each read to a whole millisecond: two more on either side. */
static void bounds_of_the_dut_clock(void **state)
{
	static const uint32_t origins[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0 };

	(void)state;
	for (unsigned i = 0; i < sizeof(origins) / sizeof(*origins); i++) {
		uint32_t d = origins[i];

		assert_false(clock_met(d, d + 37, 40, 41));
		assert_true(clock_met(d, d + 38, 40, 41));
		assert_true(clock_met(d, d + 40, 40, 41));
		assert_true(clock_met(d, d + 43, 40, 41));
		assert_false(clock_met(d, d + 44, 40, 41));
		assert_false(clock_met(d, d - 3, 0, 1));
		assert_true(clock_met(d, d - 2, 0, 1));
		assert_true(clock_met(d, d + 3, 0, 1));
		assert_false(clock_met(d, d + 4, 0, 1));
	}
}

/* The greatest distances there are must not overflow. */
static void clock_at_the_antipode(void **state)
{
	(void)state;
	assert_false(clock_met(0, 0x7ffffffe, 40, 41));
	assert_false(clock_met(0, 0x7fffffff, 40, 41));
	assert_false(clock_met(0, 0x80000000, 40, 41));
	assert_false(clock_met(0, 0x80000001, 40, 41));
	assert_false(clock_met(0xffffffff, 0x7ffffffe, 40, 41));
}

/* ---- what became of the entry ---- */

struct story {
	enum tw_state before, after;
	int64_t left[2];  /* ms, before and after */
	int64_t asked[4]; /* ms, both brackets */
	int64_t sent[2];
	enum tw_fate fate;
};

#define TW TW_STATE_TIME_WAIT
#define F2 TW_STATE_FIN_WAIT_2
#define AT_ONCE               \
	{ 99, 99, 101, 101 }, \
	{                     \
		100, 100      \
	}

static const struct story stories[] = {
	{ TW, TW_STATE_GONE, { 59900, 0 }, AT_ONCE, GONE },
	{ TW_STATE_GONE, TW_STATE_GONE, { 0, 0 }, AT_ONCE, GONE },
	{ TW, TW_STATE_SYN_RECV, { 59900, 0 }, AT_ONCE, REOPENED },
	{ TW_STATE_GONE, TW_STATE_SYN_RECV, { 0, 0 }, AT_ONCE, REOPENED },
	{ TW, TW_STATE_ESTABLISHED, { 59900, 0 }, AT_ONCE, TW_ESTABLISHED },
	{ TW, TW_STATE_UNKNOWN, { 59900, 0 }, AT_ONCE, TW_FATE_ANY },
	{ TW, TW_STATE_LAST_ACK, { 59900, 0 }, AT_ONCE, TW_FATE_ANY },

	/* 100 ms old */
	{ TW, TW, { 59901, 59899 }, AT_ONCE, RUNNING },
	{ TW, TW, { 59901, 60000 }, AT_ONCE, RESTARTED },
	{ TW, TW, { 59901, 59901 }, AT_ONCE, RUNNING },
	{ F2, F2, { 59901, 59899 }, AT_ONCE, RUNNING },
	{ F2, F2, { 59901, 60000 }, AT_ONCE, RESTARTED },
	/* whole jiffies, of 10 ms at most */
	{ TW, TW, { 59901, 59910 }, AT_ONCE, RUNNING },
	{ TW, TW, { 59901, 59889 }, AT_ONCE, RUNNING },
	{ TW, TW, { 59901, 59990 }, AT_ONCE, RESTARTED },
	{ TW, TW, { 59901, 60010 }, AT_ONCE, RESTARTED },
	/* neither one nor the other */
	{ TW, TW, { 59901, 59950 }, AT_ONCE, TW_FATE_ANY },
	{ TW, TW, { 59901, 59800 }, AT_ONCE, TW_FATE_ANY },
	{ TW, TW, { 59901, 60100 }, AT_ONCE, TW_FATE_ANY },
	/* too young, or stopped for too long, to tell */
	{ TW, TW, { 59995, 60000 }, AT_ONCE, ALIVE },
	{ TW, TW, { 59901, 59900 }, { 0, 99, 101, 101 }, { 0, 100 }, ALIVE },
	{ TW, TW, { 59901, 60000 }, { 99, 99, 101, 201 }, { 100, 100 }, RESTARTED },
	{ TW, TW, { 59901, 59800 }, { 99, 99, 101, 201 }, { 100, 100 }, RUNNING },
	/* 24 ms old, jiffies 20 ms behind: when the timer was read, when it was set, all the time */
	{ TW, TW, { 59996, 59974 }, { 4, 24, 26, 26 }, { 25, 25 }, RUNNING },
	{ TW, TW, { 59996, 59998 }, { 4, 24, 38, 38 }, { 36, 36 }, RESTARTED },
	{ TW, TW, { 59976, 59979 }, { 24, 24, 26, 26 }, { 5, 25 }, ALIVE },
	{ TW, TW, { 59996, 59994 }, { 4, 24, 6, 26 }, { 5, 25 }, ALIVE },
	{ TW, TW, { 59996, 60000 }, { 4, 24, 6, 26 }, { 5, 25 }, ALIVE },
	/* half a minute later */
	{ TW, TW, { 30000, 29998 }, AT_ONCE, RUNNING },
	{ TW, TW, { 30000, 60000 }, AT_ONCE, RESTARTED },

	/* FIN_WAIT_2 that became TIME_WAIT, with a timer of its own */
	{ F2, TW, { 59901, 60000 }, AT_ONCE, RESTARTED },
	{ F2, TW, { 59901, 59899 }, AT_ONCE, RUNNING },
};

static struct tw_entry an_entry(enum tw_state state, int64_t left, const int64_t asked[2])
{
	const uint64_t begin = 7000000000000;
	struct tw_entry entry = { .state = state, .mini = state == TW || state == F2 };

	entry.left_ms = (uint32_t)left;
	entry.asked[0] = begin + (uint64_t)asked[0] * SCENE_MS;
	entry.asked[1] = begin + (uint64_t)asked[1] * SCENE_MS;
	return entry;
}

static void fates(void **state)
{
	const uint64_t begin = 7000000000000;
	unsigned wrong = 0;

	(void)state;
	for (unsigned i = 0; i < sizeof(stories) / sizeof(*stories); i++) {
		const struct story *r = &stories[i];
		const struct tw_entry before = an_entry(r->before, r->left[0], r->asked);
		const struct tw_entry after = an_entry(r->after, r->left[1], r->asked + 2);
		const uint64_t sent[2] = { begin + (uint64_t)r->sent[0] * SCENE_MS,
					   begin + (uint64_t)r->sent[1] * SCENE_MS };
		enum tw_fate fate = tw_fate_tell(&before, &after, sent);

		if (fate != r->fate) {
			print_error("story %u: %s instead of %s\n", i, tw_fate_name(fate),
				    tw_fate_name(r->fate));
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* Without a look before, or with one at a full socket, that it lives is all that can be said. */
static void fate_from_one_look(void **state)
{
	static const int64_t asked[2] = { 99, 99 };
	const uint64_t sent[2] = { 1, 1 };
	struct tw_entry before = an_entry(F2, 0, asked), after = an_entry(TW, 60000, asked);

	(void)state;
	assert_int_equal(tw_fate_tell(NULL, &after, sent), TW_ALIVE);
	before.mini = false;
	assert_int_equal(tw_fate_tell(&before, &after, sent), TW_ALIVE);
	after.state = TW_STATE_GONE;
	assert_int_equal(tw_fate_tell(NULL, &after, sent), TW_GONE);
	after.state = TW_STATE_SYN_RECV;
	assert_int_equal(tw_fate_tell(NULL, &after, sent), TW_REOPENED);
}

/* An evidence file may be anybody's: whatever is in it, nothing overflows. */
static void brackets_that_nobody_measured(void **state)
{
	static const uint64_t odd[] = {
		0, 1, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX - 1, UINT64_MAX
	};
	const unsigned n = sizeof(odd) / sizeof(*odd);

	(void)state;
	for (unsigned i = 0; i < n * n; i++) {
		const struct tw_entry before = {
			TW, true, TW_TIMER_TIMEWAIT, UINT32_MAX, { odd[i % n], odd[i / n] }
		};
		const struct tw_entry after = {
			TW, true, TW_TIMER_TIMEWAIT, 0, { odd[i / n], odd[i % n] }
		};
		const uint64_t sent[2] = { odd[i % n], odd[i / n] };

		assert_in_range(tw_fate_tell(&before, &after, sent), TW_FATE_ANY, TW_ALIVE);
		assert_in_range(tw_fate_tell(&after, &before, sent), TW_FATE_ANY, TW_ALIVE);
	}
}

/* ---- what the bench has: no evidence, one look ---- */

static void met_without_evidence(void **state)
{
	const struct tw_numbers numbers = { 1000, 2000, 3000, 4000, 4400, true };
	const struct tw_seg sent = { .flags = SYN };
	const struct tw_expect want = { .reply = SILENCE,
					.tw = RESTARTED,
					.counter = { "TcpExtPAWSTimewait" },
					.reason = "TCP_RFC7323_TW_PAWS" };
	struct tw_observed seen = { .fate = ALIVE };
	char differs[64];

	(void)state;
	assert_true(tw_expect_met(&want, &numbers, &sent, &seen, differs, sizeof(differs)));
	assert_string_equal(differs, "");
	seen.fate = GONE;
	assert_false(tw_expect_met(&want, &numbers, &sent, &seen, differs, sizeof(differs)));
	assert_string_equal(differs, "timewait");
	seen.n_replies = 1;
	assert_false(tw_expect_met(&want, &numbers, &sent, &seen, differs, 8));
	assert_string_equal(differs, "reply, "); /* cut off, and terminated */
	assert_false(tw_expect_met(&want, &numbers, &sent, &seen, NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_answers_to_the_probe_count),
		cmocka_unit_test(elapsed_time),
		cmocka_unit_test(bounds_of_the_dut_clock),
		cmocka_unit_test(clock_at_the_antipode),
		cmocka_unit_test(fates),
		cmocka_unit_test(fate_from_one_look),
		cmocka_unit_test(brackets_that_nobody_measured),
		cmocka_unit_test(met_without_evidence),
	};

	return !!cmocka_run_group_tests_name("test_observe", tests, NULL, NULL);
}
