/*
 * The judge, by table: evidence of every kind of answer is a PASS; one thing changed in it is a FAIL that names just what
 * differs, or an ERROR that says why there is no verdict.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge_scene.h"
#include "wire/wire.h"

/* What is changed in the only step's evidence, or in the row, and what has to come of it. */
struct spoilt {
	const struct scene_kind *kind;
	const char *what;
	enum tw_outcome outcome;
	const char *says; /* FAIL: all of .differs; else a part of .why */
	bool held_up;

	const char *moves; /* a counter, by so much more */
	int by;
	enum tw_state before, after; /* another state, without a timer; 0: as it was */
	struct tw_seg plus;          /* numbers: added to the answer's; flags: turned over */
	bool turn_ts; /* the answer has a timestamp option, or has none, against the kind */
	void (*spoil)(struct scene *s);
};

static struct tw_step_evidence *first(struct scene *s)
{
	return &s->ev.step[0];
}

static struct tw_seg answer_of(const struct scene *s)
{
	struct tw_seen seen = { .seg.flags = 0 };

	if (s->ev.n_packets)
		assert_true(tw_wire_decode(s->ev.packets[0].bytes, s->ev.packets[0].len, &seen));
	return seen.seg;
}

static void change_answer(const struct spoilt *row, struct scene *s)
{
	struct tw_seg seg = answer_of(s);

	if (!s->ev.n_packets)
		return;
	seg.flags ^= row->plus.flags;
	seg.seq += row->plus.seq;
	seg.ack += row->plus.ack;
	seg.tsval += row->plus.tsval;
	seg.tsecr += row->plus.tsecr;
	seg.win += row->plus.win;
	seg.ts ^= row->turn_ts;
	tw_evidence_free(&s->ev);
	scene_frame(&s->ev, first(s)->sent_at[0] + 2000, TW_PKT_PROBE, 0, &first(s)->flow, &seg);
}

static void change(const struct spoilt *row, struct scene *s)
{
	change_answer(row, s);
	if (row->moves)
		scene_move(first(s), row->moves, row->by);
	if (row->before)
		first(s)->before.state = row->before;
	if (row->after)
		first(s)->after = (struct tw_entry){ .state = row->after };
	if (row->spoil)
		row->spoil(s);
}

/* ---- changes that need more than a number ---- */

static void stray(struct scene *s)
{
	s->ev.strays = 1;
}

static void pcap_drop(struct scene *s)
{
	s->ev.pcap_drops = 1;
}

static void unfenced(struct scene *s)
{
	first(s)->fenced = false;
}

static void waited(struct scene *s)
{
	first(s)->waits = 1;
}

static void uncounted(struct scene *s)
{
	first(s)->counted = false;
}

static void no_counters_at_all(struct scene *s)
{
	first(s)->n_moved = 0;
}

static void too_few_steps(struct scene *s)
{
	s->ev.n_steps = 0;
}

static void told_error(struct scene *s)
{
	strcpy(s->ev.error, "the lane broke");
}

static void told_skip(struct scene *s)
{
	strcpy(s->ev.skip, "this kernel has no MD5");
	strcpy(s->ev.error, "and it broke");
}

static void needs_what_is_not_there(struct scene *s)
{
	s->row.needs = "net.ipv4.tcp_teleport";
	s->ev.strays = 1;
}

static void needs_what_is_there(struct scene *s)
{
	s->row.needs = "net.ipv4.tcp_timestamps";
}

static void given_full(struct scene *s)
{
	s->row.given.dut = ACCEPT_QUEUE_FULL;
}

static void expected_full(struct scene *s)
{
	s->row.step[0].expect.counter[0] = "TcpExtListenOverflows";
}

static void given_fin_wait_2(struct scene *s)
{
	s->row.given.enter = TO_FIN_WAIT_2;
}

static void timer_elsewhere(struct scene *s)
{
	first(s)->after.left_ms = 30000;
}

static void timer_restarts(struct scene *s)
{
	first(s)->after.left_ms = TW_TIMEWAIT_LEN_MS;
}

static void timer_runs_on(struct scene *s)
{
	first(s)->after.left_ms = first(s)->before.left_ms;
}

static void entry_survives(struct scene *s)
{
	first(s)->after = first(s)->before;
}

/* Stopped for longer than the entry is old: it may have been restarted, or not. */
static void stopped_while_asking(struct scene *s)
{
	first(s)->before.asked[0] -= 50 * SCENE_MS;
	first(s)->before.asked[1] += 50 * SCENE_MS;
	first(s)->sent_at[0] -= 50 * SCENE_MS;
}

static void silent(struct scene *s)
{
	tw_evidence_free(&s->ev);
	scene_move(first(s), "TcpOutSegs", -1);
	first(s)->captured--;
}

static void one_more(struct scene *s, const struct tw_seg *seg)
{
	scene_frame(&s->ev, first(s)->sent_at[1], TW_PKT_PROBE, 0, &first(s)->flow, seg);
	scene_move(first(s), "TcpOutSegs", 1);
	first(s)->captured++;
}

static void answers_after_all(struct scene *s)
{
	const struct tw_seg ack = {
		.flags = ACK, .ttl = 64, .wscale = -1, .seq = SCENE_S, .ack = SCENE_R
	};

	one_more(s, &ack);
}

static void answered_twice(struct scene *s)
{
	const struct tw_seg again = answer_of(s);

	one_more(s, &again);
}

static void no_reasons(struct scene *s)
{
	first(s)->n_reasons = 0;
}

static void one_more_reason(struct scene *s)
{
	strcpy(first(s)->reason[first(s)->n_reasons++], "NOT_SPECIFIED");
}

static void paws_reason(struct scene *s)
{
	strcpy(first(s)->reason[first(s)->n_reasons++], "TCP_RFC7323_TW_PAWS");
}

static void reasons_cannot_be_read(struct scene *s)
{
	first(s)->reasons_read = false;
	first(s)->n_reasons = 0;
}

static void expect_another_reason(struct scene *s)
{
	s->row.step[0].expect.reason = "NO_SOCKET";
}

static void expect_any_fate(struct scene *s)
{
	s->row.step[0].expect.tw = TW_FATE_ANY;
}

static void expect_alive(struct scene *s)
{
	s->row.step[0].expect.tw = ALIVE;
}

static void expect_unwatched(struct scene *s)
{
	s->row.step[0].expect.counter[0] = s->names[0] = "TcpExtAnything";
}

static void isn_must_differ(struct scene *s)
{
	s->row.step[0].expect.seq.base = TW_UNSET;
	s->row.step[0].expect.isn_not = (struct tw_val)AT(SND_NXT, +65537);
}

static void isn_must_differ_from_another(struct scene *s)
{
	isn_must_differ(s);
	s->row.step[0].expect.isn_not.off++;
}

/* ---- the table ---- */

#define OPENED             &scene_opened
#define CHALLENGED         &scene_challenged
#define REFUSED            &scene_refused
#define LIMITED            &scene_limited
#define SWALLOWED          &scene_swallowed
#define KILLED             &scene_killed
#define RESET              &scene_reset
#define COOKIE             &scene_cookie
#define SPOILS(name_, by_) .moves = name_, .by = by_

/* clang-format off */
static const struct spoilt spoilts[] = {
	/* how it was measured */
	{ OPENED, "a stray", TW_ERROR, "1 frames came that belong to no tuple", .spoil = stray },
	{ OPENED, "a drop", TW_ERROR, "the sniffer lost 1 frames", .spoil = pcap_drop },
	{ OPENED, "no fence", TW_ERROR, "the fence was not answered", .spoil = unfenced },
	{ SWALLOWED, "no fence", TW_ERROR, "the fence was not answered", .spoil = unfenced },
	{ SWALLOWED, "a wait", TW_ERROR, "after the send call had returned", .spoil = waited },
	{ SWALLOWED, "uncounted", TW_ERROR, "counters were not read", .spoil = uncounted },
	{ SWALLOWED, "probe lost", TW_ERROR, "2 segments were injected and the DUT counted 1",
	  SPOILS("TcpInSegs", -1) },
	{ REFUSED, "somebody else sends", TW_ERROR, "TcpInSegs", SPOILS("TcpInSegs", 1) },
	{ SWALLOWED, "answer lost", TW_ERROR, "TcpOutSegs", SPOILS("TcpOutSegs", 1) },
	{ REFUSED, "answer not counted", TW_ERROR, "1 segments out (TcpOutSegs) and 2 were captured",
	  SPOILS("TcpOutSegs", -1) },
	{ OPENED, "no counters", TW_ERROR, "TcpInSegs", .spoil = no_counters_at_all },
	{ OPENED, "no step", TW_ERROR, "0 of 1 steps", .spoil = too_few_steps },
	{ OPENED, "an error", TW_ERROR, "the lane broke", .spoil = told_error },
	{ OPENED, "a skip", TW_SKIP, "this kernel has no MD5", .spoil = told_skip },
	{ OPENED, "a need", TW_SKIP, "no net.ipv4.tcp_teleport", .spoil = needs_what_is_not_there },
	{ OPENED, "a need fulfilled", TW_PASS, "", .spoil = needs_what_is_there },

	/* queues and buckets */
	{ OPENED, "too few buckets", TW_ERROR, "net.ipv4.tcp_max_tw_buckets",
	  SPOILS("TcpExtTCPTimeWaitOverflow", 1) },
	{ KILLED, "too few buckets", TW_ERROR, "TcpExtTCPTimeWaitOverflow",
	  SPOILS("TcpExtTCPTimeWaitOverflow", 1) },
	{ SWALLOWED, "full", TW_ERROR, "TcpExtListenOverflows moved: a queue of the listener",
	  SPOILS("TcpExtListenOverflows", 1) },
	{ SWALLOWED, "full of SYNs", TW_ERROR, "TcpExtTCPReqQFullDrop moved: a queue",
	  SPOILS("TcpExtTCPReqQFullDrop", 1) },
	{ SWALLOWED, "full, cookies", TW_ERROR, "TcpExtTCPReqQFullDoCookies moved: a queue",
	  SPOILS("TcpExtTCPReqQFullDoCookies", 1) },
	{ SWALLOWED, "given full", TW_FAIL, "TcpExtListenOverflows",
	  SPOILS("TcpExtListenOverflows", 1), .spoil = given_full },
	{ SWALLOWED, "expected full", TW_PASS, "",
	  SPOILS("TcpExtListenOverflows", 1), .spoil = expected_full },

	/* one kind of evidence against another */
	{ OPENED, "was FIN_WAIT_2", TW_ERROR, "not in time-wait when it was probed, but fin-wait-2",
	  .before = TW_STATE_FIN_WAIT_2 },
	{ KILLED, "was gone", TW_ERROR, "not in time-wait when it was probed, but gone",
	  .before = TW_STATE_GONE },
	{ REFUSED, "was TIME_WAIT", TW_ERROR, "not in fin-wait-2", .spoil = given_fin_wait_2 },
	{ OPENED, "entry survives", TW_ERROR, "a SYN-ACK was seen, but sock_diag shows time-wait",
	  .spoil = entry_survives },
	{ OPENED, "entry vanishes", TW_ERROR, "a SYN-ACK was seen, but sock_diag shows gone",
	  .after = TW_STATE_GONE },
	{ COOKIE, "no cookie", TW_ERROR, "a SYN-ACK was seen, but sock_diag shows gone",
	  SPOILS("TcpExtSyncookiesSent", -1) },
	{ OPENED, "SYN-ACK not seen", TW_ERROR, "no SYN-ACK was seen", .spoil = silent },
	{ SWALLOWED, "entry reopens", TW_ERROR, "no SYN-ACK was seen", .after = TW_STATE_SYN_RECV },
	{ SWALLOWED, "odd state", TW_ERROR, "odd state: established",
	  .after = TW_STATE_ESTABLISHED },
	{ SWALLOWED, "timer elsewhere", TW_ERROR, "odd state: time-wait with 30000 ms left",
	  .spoil = timer_elsewhere },
	{ SWALLOWED, "held up", TW_ERROR, "cannot be told apart", .held_up = true,
	  .spoil = stopped_while_asking },
	{ LIMITED, "held up", TW_ERROR, "cannot be told apart", .held_up = true,
	  .spoil = stopped_while_asking },
	{ CHALLENGED, "twice", TW_ERROR, "2 segments answered the probe", .spoil = answered_twice },
	{ OPENED, "twice", TW_ERROR, "2 segments answered the probe", .spoil = answered_twice },
	{ OPENED, "sent again", TW_PASS, "", SPOILS("TcpRetransSegs", 1), .spoil = answered_twice },
	{ OPENED, "sent again twice", TW_ERROR, "2 segments answered the probe",
	  SPOILS("TcpRetransSegs", 2), .spoil = answered_twice },
	{ CHALLENGED, "withheld", TW_ERROR, "withheld", SPOILS("TcpExtTCPACKSkippedTimeWait", 1) },
	{ REFUSED, "PAWS, no reason", TW_ERROR, "contradict each other", .spoil = no_reasons },
	{ CHALLENGED, "reason, no PAWS", TW_ERROR, "contradict each other", .spoil = paws_reason },
	{ REFUSED, "unreadable reasons", TW_PASS, "", .spoil = reasons_cannot_be_read },

	/* another answer */
	{ CHALLENGED, "silent", TW_FAIL, "reply", .spoil = silent },
	{ RESET, "silent", TW_FAIL, "reply", .spoil = silent },
	{ SWALLOWED, "answers", TW_FAIL, "reply", .spoil = answers_after_all },
	{ KILLED, "answers", TW_FAIL, "reply", .spoil = answers_after_all },
	{ CHALLENGED, "resets", TW_FAIL, "reply", .plus.flags = RST | ACK },
	{ CHALLENGED, "pushes", TW_FAIL, "reply", .plus.flags = PSH },
	{ CHALLENGED, "speaks ECN", TW_PASS, "", .plus.flags = ECE | CWR },
	{ CHALLENGED, "has a window", TW_PASS, "", .plus.win = 1000 },
	{ OPENED, "seq +1", TW_FAIL, "seq", .plus.seq = 1 },
	{ OPENED, "seq -1", TW_FAIL, "seq", .plus.seq = -1u },
	{ RESET, "seq +1", TW_FAIL, "seq", .plus.seq = 1 },
	{ OPENED, "ack +1", TW_FAIL, "ack", .plus.ack = 1 },
	{ RESET, "ack +1", TW_FAIL, "ack", .plus.ack = 1 },
	{ CHALLENGED, "ack antipode", TW_FAIL, "ack", .plus.ack = HALF_CIRCLE },
	{ OPENED, "another clock", TW_FAIL, "tsval", .plus.tsval = 1000000 },
	{ OPENED, "a clock gone back", TW_FAIL, "tsval", .plus.tsval = -1000u },
	{ CHALLENGED, "tsecr -1", TW_FAIL, "tsecr", .plus.tsecr = -1u },
	{ OPENED, "option lost", TW_FAIL, "tsval, tsecr", .turn_ts = true },
	{ RESET, "option added", TW_FAIL, "tsval, tsecr", .turn_ts = true },
	{ COOKIE, "option added", TW_FAIL, "tsval", .turn_ts = true },
	{ CHALLENGED, "all wrong", TW_FAIL, "reply, seq, ack, tsval, tsecr, timewait",
	  .plus = { .flags = FIN, .seq = 1, .ack = 1, .tsval = 9999, .tsecr = 1 },
	  .after = TW_STATE_GONE },
	{ OPENED, "same ISN", TW_FAIL, "isn", .spoil = isn_must_differ },
	{ OPENED, "other ISN", TW_PASS, "", .spoil = isn_must_differ_from_another },

	/* another fate, other counters and reasons */
	{ CHALLENGED, "restarts", TW_FAIL, "timewait", .spoil = timer_restarts },
	{ LIMITED, "runs on", TW_FAIL, "timewait", .spoil = timer_runs_on },
	{ SWALLOWED, "vanishes", TW_FAIL, "timewait", .after = TW_STATE_GONE },
	{ KILLED, "survives", TW_FAIL, "timewait", .spoil = entry_survives },
	{ KILLED, "any fate", TW_PASS, "", .spoil = expect_any_fate },
	{ LIMITED, "any fate", TW_PASS, "", .spoil = expect_any_fate },
	{ LIMITED, "alive", TW_PASS, "", .spoil = expect_alive },
	{ SWALLOWED, "alive", TW_PASS, "", .spoil = expect_alive },
	{ KILLED, "alive", TW_FAIL, "timewait", .spoil = expect_alive },
	{ OPENED, "alive", TW_FAIL, "timewait", .spoil = expect_alive },
	{ CHALLENGED, "watched", TW_FAIL, "TcpEstabResets", SPOILS("TcpEstabResets", 1) },
	{ CHALLENGED, "unwatched", TW_PASS, "", SPOILS("TcpExtTCPPureAcks", 1) },
	{ CHALLENGED, "not even TCP's", TW_PASS, "", SPOILS("IpExtInOctets", 40) },
	{ CHALLENGED, "expected", TW_FAIL, "TcpExtAnything", .spoil = expect_unwatched },
	{ CHALLENGED, "expected and moved", TW_PASS, "",
	  SPOILS("TcpExtAnything", 1), .spoil = expect_unwatched },
	{ CHALLENGED, "expected and moved twice", TW_FAIL, "TcpExtAnything",
	  SPOILS("TcpExtAnything", 2), .spoil = expect_unwatched },
	{ REFUSED, "rests", TW_FAIL, "TcpExtPAWSTimewait, reason",
	  SPOILS("TcpExtPAWSTimewait", -1), .spoil = no_reasons },
	{ REFUSED, "twice", TW_FAIL, "TcpExtPAWSTimewait", SPOILS("TcpExtPAWSTimewait", 1) },
	{ REFUSED, "other reason", TW_FAIL, "reason", .spoil = expect_another_reason },
	{ CHALLENGED, "no reason", TW_FAIL, "reason", .spoil = expect_another_reason },
	{ REFUSED, "two reasons", TW_PASS, "", .spoil = one_more_reason },
};
/* clang-format on */

static bool as_said(const struct spoilt *row, const struct tw_verdict *v)
{
	if (v->outcome != row->outcome || v->held_up != row->held_up)
		return false;
	switch (v->outcome) {
	case TW_FAIL:
		return !strcmp(v->differs, row->says) && !v->why[0] && v->step == 1 &&
		       v->expected[0] && v->observed[0];
	case TW_PASS:
		return !v->differs[0] && !v->why[0];
	default:
		return strstr(v->why, row->says) && !v->differs[0];
	}
}

static void one_thing_changed(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (unsigned i = 0; i < sizeof(spoilts) / sizeof(*spoilts); i++) {
		const struct spoilt *row = &spoilts[i];
		struct tw_verdict v;
		struct scene s;

		scene_make(&s, row->kind);
		change(row, &s);
		scene_judge(&s, &v);
		if (!as_said(row, &v)) {
			print_error("row %u, %s: %s%s, differs \"%s\", why \"%s\"\n", i, row->what,
				    tw_outcome_name(v.outcome), v.held_up ? " (held up)" : "",
				    v.differs, v.why);
			wrong++;
		}
		scene_free(&s);
	}
	assert_int_equal(wrong, 0);
}

static void every_kind_of_answer_passes(void **state)
{
	static const struct scene_kind *const kinds[] = { OPENED,    CHALLENGED, REFUSED, LIMITED,
							  SWALLOWED, KILLED,     RESET,   COOKIE };

	(void)state;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct tw_verdict v;
		struct scene s;

		scene_make(&s, kinds[i]);
		scene_judge(&s, &v);
		if (v.outcome != TW_PASS)
			fail_msg("kind %u: %s, differs \"%s\", why \"%s\"", i,
				 tw_outcome_name(v.outcome), v.differs, v.why);
		assert_int_equal(v.rfc, TW_RFC_NONE);
		assert_int_equal(v.step, 1);
		assert_string_equal(v.why, "");
		assert_string_equal(v.differs, "");
		scene_free(&s);
	}
}

/* The judge keeps nothing and changes nothing. */
static void judging_is_pure(void **state)
{
	struct tw_verdict a, b;
	struct tw_evidence ev;
	struct tw_case row;
	struct scene s;

	(void)state;
	scene_make(&s, REFUSED);
	memcpy(&ev, &s.ev, sizeof(ev));
	memcpy(&row, &s.row, sizeof(row));
	memset(&a, 0xff, sizeof(a));
	memset(&b, 0, sizeof(b));
	scene_judge(&s, &a);
	scene_judge(&s, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_memory_equal(&ev, &s.ev, sizeof(ev));
	assert_memory_equal(&row, &s.row, sizeof(row));
	scene_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_answer_passes),
		cmocka_unit_test(one_thing_changed),
		cmocka_unit_test(judging_is_pure),
	};

	return !!cmocka_run_group_tests_name("test_judge", tests, NULL, NULL);
}
