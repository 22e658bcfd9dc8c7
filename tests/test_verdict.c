/*
 * What surrounds the comparison of one step: rows of several steps, kernels that differ for a reason, the second verdict,
 * probes that claim nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge_scene.h"

static void assert_verdict(struct scene *s, enum tw_outcome outcome, enum tw_conformance rfc)
{
	struct tw_verdict v;

	scene_judge(s, &v);
	if (v.outcome != outcome || v.rfc != rfc)
		fail_msg("%s, %s instead of %s, %s; differs \"%s\", why \"%s\"",
			 tw_outcome_name(v.outcome), tw_conformance_name(v.rfc),
			 tw_outcome_name(outcome), tw_conformance_name(rfc), v.differs, v.why);
}

/* ---- several steps ---- */

static void three_steps(struct scene *s)
{
	scene_begin(s);
	scene_step(s, &scene_challenged);
	scene_step(s, &scene_limited);
	scene_step(s, &scene_opened);
}

static void every_step_is_judged(void **state)
{
	struct tw_verdict v;
	struct scene s;

	(void)state;
	three_steps(&s);
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_PASS);
	assert_int_equal(v.step, 3);
	for (unsigned i = 0; i < 3; i++) {
		struct scene one = s;

		one.row.step[i].expect.tw = GONE;
		scene_judge(&one, &v);
		assert_int_equal(v.outcome, TW_FAIL);
		assert_int_equal(v.step, i + 1);
		assert_string_equal(v.differs, "timewait");
		assert_non_null(strstr(v.expected, "timewait gone"));
	}
	scene_free(&s);
}

/* A FAIL stands on evidence: doubts about any step come first. */
static void doubt_comes_before_failure(void **state)
{
	struct tw_verdict v;
	struct scene s;

	(void)state;
	three_steps(&s);
	s.row.step[0].expect.tw = GONE;
	for (unsigned i = 0; i < 3; i++) {
		s.ev.step[i].fenced = false;
		scene_judge(&s, &v);
		assert_int_equal(v.outcome, TW_ERROR);
		assert_int_equal(v.step, i + 1);
		s.ev.step[i].fenced = true;
	}
	s.ev.n_steps = 2;
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_ERROR);
	assert_int_equal(v.step, 3);
	assert_non_null(strstr(v.why, "2 of 3 steps"));
	scene_free(&s);
}

/* Later steps may find the tuple in any state: the steps before made it so. */
static void only_the_first_step_must_find_the_state(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_step(&s, &scene_killed);
	scene_step(&s, &scene_killed);
	assert_int_equal(s.ev.step[1].before.state, TW_STATE_GONE);
	assert_verdict(&s, TW_PASS, TW_RFC_NONE);
	s.row.step[0].pause_ms = TW_TIMEWAIT_LEN_MS - 1;
	s.ev.step[0].before = s.ev.step[1].before;
	assert_verdict(&s, TW_ERROR, TW_RFC_NONE);
	s.row.step[0].pause_ms = TW_TIMEWAIT_LEN_MS; /* it waits for the end */
	assert_verdict(&s, TW_PASS, TW_RFC_NONE);
	scene_free(&s);
}

/* from_dut packets of the probe's tuple, of its step */
static void answers_are_told_apart_by_step(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_step(&s, &scene_challenged);
	scene_step(&s, &scene_swallowed);
	assert_verdict(&s, TW_PASS, TW_RFC_NONE);
	s.ev.packets[0].step = 1;
	assert_verdict(&s, TW_FAIL, TW_RFC_NONE);
	/* unless this process was stopped before either step: the entry's timer was not */
	s.ev.step[0].late_ms = TW_LATE_MS - 1;
	assert_verdict(&s, TW_FAIL, TW_RFC_NONE);
	s.ev.step[0].late_ms = TW_LATE_MS;
	assert_verdict(&s, TW_ERROR, TW_RFC_NONE);
	s.ev.packets[0].step = 0;
	assert_verdict(&s, TW_PASS, TW_RFC_NONE);
	scene_free(&s);
}

static void outcome_of_pause(struct scene *s, uint64_t passed, enum tw_outcome outcome)
{
	struct tw_verdict v;

	s->ev.step[1].sent_at[0] = s->ev.step[0].sent_at[1] + passed;
	scene_judge(s, &v);
	assert_int_equal(v.outcome, outcome);
	assert_int_equal(v.held_up, outcome == TW_ERROR);
}

/* Where jiffies stood still the DUT may not know of the pause, and is not to be blamed. */
static void pause_that_the_dut_slept_through(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_step(&s, &scene_challenged);
	s.pause_ms = 600;
	scene_step(&s, &scene_challenged);
	s.row.step[1].pause_ms = 600;
	outcome_of_pause(&s, 600 * SCENE_MS, TW_PASS);
	outcome_of_pause(&s, 580 * SCENE_MS, TW_PASS);
	s.row.step[1].expect.reply = RST;
	outcome_of_pause(&s, 600 * SCENE_MS, TW_FAIL);
	outcome_of_pause(&s, 589 * SCENE_MS, TW_FAIL);
	outcome_of_pause(&s, 589 * SCENE_MS - 1, TW_ERROR);
	scene_free(&s);
}

/* They may be what a timer sent; if there was no time for that, they are what cannot be explained. */
static void frames_that_came_late(void **state)
{
	struct tw_verdict v;
	struct scene s;

	(void)state;
	three_steps(&s);
	s.ev.step[1].waits = 1;
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_ERROR);
	assert_false(v.held_up);
	s.ev.step[1].after.asked[1] = s.ev.step[1].sent_at[0] + TW_LATE_MS * SCENE_MS - 1;
	scene_judge(&s, &v);
	assert_false(v.held_up);
	s.ev.step[1].after.asked[1]++;
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_ERROR);
	assert_true(v.held_up);
	scene_free(&s);
}

static void within(struct scene *s, unsigned step, unsigned ms, struct tw_verdict *v)
{
	s->row.step[step].within_ms = (uint16_t)ms;
	scene_judge(s, v);
}

/* A step that must come soon after another: if it did not, the process was stopped, and another set-up may do. */
static void step_that_came_too_late(void **state)
{
	struct tw_verdict v;
	struct scene s;

	(void)state;
	three_steps(&s);
	within(&s, 1, SCENE_STEP_MS + 1, &v);
	assert_int_equal(v.outcome, TW_PASS);
	within(&s, 1, SCENE_STEP_MS - 1, &v);
	assert_int_equal(v.outcome, TW_ERROR);
	assert_int_equal(v.step, 2);
	assert_non_null(strstr(v.why, "too late after the last that was answered"));
	assert_true(v.held_up);
	within(&s, 1, 0, &v);
	assert_int_equal(v.outcome, TW_PASS);
	within(&s, 2, 2 * SCENE_STEP_MS + 1, &v); /* nobody answered the step between */
	assert_int_equal(v.outcome, TW_PASS);
	within(&s, 2, 2 * SCENE_STEP_MS - 1, &v);
	assert_int_equal(v.outcome, TW_ERROR);
	within(&s, 2, 0, &v);
	within(&s, 0, 1, &v); /* there is none before the first */
	assert_int_equal(v.outcome, TW_PASS);
	scene_free(&s);
}

/* Exactly, to the nanosecond. */
static void within_is_a_bound(void **state)
{
	struct tw_verdict v;
	struct scene s;

	(void)state;
	three_steps(&s);
	s.ev.step[1].sent_at[1] = s.ev.step[0].sent_at[0] + 50 * SCENE_MS;
	within(&s, 1, 50, &v);
	assert_int_equal(v.outcome, TW_PASS);
	s.ev.step[1].sent_at[1]++;
	within(&s, 1, 50, &v);
	assert_int_equal(v.outcome, TW_ERROR);
	scene_free(&s);
}

/* ---- what claims nothing ---- */

static void hand_made_probe(void **state)
{
	struct tw_verdict v;
	struct scene s;

	(void)state;
	scene_make(&s, &scene_opened);
	memset(&s.row.step[0].expect, 0, sizeof(s.row.step[0].expect));
	s.row.n_steps = 1;
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_PASS);
	assert_string_equal(v.expected, "");
	assert_non_null(strstr(v.observed, "reply S. seq S+65537 ack R+2"));
	s.ev.step[0].fenced = false; /* its evidence has to be good all the same */
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_ERROR);
	scene_free(&s);
}

static void no_claim_is_no_pass(void **state)
{
	struct tw_verdict v;
	struct scene s;

	(void)state;
	scene_make(&s, &scene_opened);
	memset(&s.row.step[0].expect, 0, sizeof(s.row.step[0].expect));
	assert_int_equal(tw_case_steps(&s.row), 0);
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_ERROR);
	scene_free(&s);
}

static void steps_of_a_row(void **state)
{
	struct tw_case row = { .id = "row" };

	(void)state;
	assert_int_equal(tw_case_steps(&row), 0);
	row.expect.reply = SILENCE;
	assert_int_equal(tw_case_steps(&row), 1);
	row.step[2].expect.reply = ACK;
	assert_int_equal(tw_case_steps(&row), 3);
	row.step[TW_ROW_STEPS - 1].expect.reply = ACK;
	assert_int_equal(tw_case_steps(&row), TW_ROW_STEPS);
	row.n_steps = 5;
	assert_int_equal(tw_case_steps(&row), 5);
}

/* A row of one step is written .send, .expect: another name of the first of its steps. */
static void short_form_is_step_0(void **state)
{
	static const struct tw_case row = {
		.id = "row",
		.send = { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect = { .reply = SILENCE, .tw = GONE },
	};

	(void)state;
	_Static_assert(offsetof(struct tw_case, send) == offsetof(struct tw_case, step[0].send),
		       ".send is step[0].send");
	_Static_assert(offsetof(struct tw_case, expect) == offsetof(struct tw_case, step[0].expect),
		       ".expect is step[0].expect");
	assert_ptr_equal(&row.send, &row.step[0].send);
	assert_ptr_equal(&row.expect, &row.step[0].expect);
	assert_int_equal(row.step[0].send.flags, SYN);
	assert_int_equal(row.step[0].send.seq.off, 1);
	assert_int_equal(row.step[0].expect.tw, GONE);
	assert_int_equal(row.step[0].pause_ms, 0);
	assert_int_equal(row.step[1].expect.reply, 0);
}

/* ---- kernels that differ ---- */

static const struct tw_expect like_challenge = {
	.reply = ACK, .seq = AT(SND_NXT, 0), .ack = AT(RCV_NXT, 0), .tw = RUNNING
};

/* The row expects a SYN-ACK, the kernel challenges; @x may excuse it. */
static struct tw_verdict judge_except(struct tw_except x, unsigned at)
{
	struct tw_verdict v;
	struct scene s;

	scene_begin(&s);
	scene_step(&s, &scene_limited);
	scene_step(&s, &scene_challenged);
	s.row.step[1].expect = scene_opened.does;
	s.row.except[at] = x;
	if (at)
		s.row.except[0] = (struct tw_except){ .when = "TcpExtPAWSTimewait",
						      .because = "it is another step's",
						      .step = 1 };
	scene_judge(&s, &v);
	scene_free(&s);
	return v;
}

static void exceptions_by_capability(void **state)
{
	static const struct {
		struct tw_except x;
		unsigned at;
		enum tw_outcome outcome;
	} rows[] = {
		{ { .when = "TcpExtPAWSTimewait", .because = "x", .step = 2 }, 0, TW_PASS },
		{ { .when = "TcpExtPAWSTimewait", .because = "x", .step = 2 }, 1, TW_PASS },
		{ { .when = "net.ipv4.tcp_tw_reuse_delay", .because = "x", .step = 2 },
		  0,
		  TW_PASS },
		{ { .when = "TcpExtNever", .because = "x", .step = 2 }, 0, TW_FAIL },
		{ { .unless = "TcpExtNever", .because = "x", .step = 2 }, 0, TW_PASS },
		{ { .unless = "TcpExtPAWSTimewait", .because = "x", .step = 2 }, 0, TW_FAIL },
		{ { .unless = "TcpExtNever", .because = "x", .step = 1 }, 0, TW_FAIL },
		{ { .unless = "TcpExtNever", .because = "x" }, 0, TW_FAIL }, /* the first step */
		{ { .because = "neither kernel", .step = 2 }, 0, TW_FAIL },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tw_except x = rows[i].x;
		struct tw_verdict v;

		x.expect = like_challenge;
		v = judge_except(x, rows[i].at);
		if (v.outcome != rows[i].outcome)
			fail_msg("row %u: %s, step %u, differs \"%s\"", i,
				 tw_outcome_name(v.outcome), v.step, v.differs);
	}
}

/* A sysctl that the DUT's namespace lacks may be there for the whole machine: that it is gone must not be said. */
static void sysctl_of_the_whole_machine(void **state)
{
	static char *names[] = { TW_FACT_ELSEWHERE "net.ipv4.tcp_tw_recycle" };
	struct tw_verdict v;
	struct scene s;

	(void)state;
	scene_make(&s, &scene_challenged);
	s.row.except[0] = (struct tw_except){ .when = "net.ipv4.tcp_tw_recycle",
					      .because = "removed",
					      .expect = { .reply = RST } };
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_PASS);
	s.facts.names = names;
	s.facts.n_names = 1;
	assert_int_equal(tw_facts_tell(&s.facts, "net.ipv4.tcp_tw_recycle"), TW_UNTOLD);
	assert_int_equal(tw_facts_tell(&s.facts, "!net.ipv4.tcp_tw_recycle"), TW_UNTOLD);
	assert_int_equal(tw_facts_tell(&s.facts, "net.ipv4.tcp_tw_reuse"), TW_NO);
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_SKIP);
	assert_non_null(strstr(v.why, "tcp_tw_recycle is the whole machine's"));
	s.row.except[0] = (struct tw_except){ 0 };
	s.row.needs = "net.ipv4.tcp_tw_recycle";
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_SKIP);
	assert_non_null(strstr(v.why, "'twprobe inside'"));
	s.row.needs = "net.ipv4.tcp_tw_reuse";
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_SKIP);
	assert_string_equal(v.why, "this kernel has no net.ipv4.tcp_tw_reuse");
	scene_free(&s);
}

/* An exception replaces what it sets, and nothing else. */
static void exceptions_replace_member_by_member(void **state)
{
	struct tw_verdict v;
	struct scene s;

	(void)state;
	scene_make(&s, &scene_refused);
	s.row.step[0].expect.tw = RUNNING;
	s.row.except[0] = (struct tw_except){ .unless = "TcpExtNever",
					      .because = "older kernels restart",
					      .expect = { .tw = RESTARTED } };
	assert_verdict(&s, TW_PASS, TW_RFC_NONE);
	s.row.step[0].expect.seq.off = 1; /* which is not excused */
	scene_judge(&s, &v);
	assert_string_equal(v.differs, "seq");
	s.row.except[0].expect.seq = (struct tw_val)AT(SND_NXT, 0);
	assert_verdict(&s, TW_PASS, TW_RFC_NONE);
	s.row.except[0].no_counter = true;
	scene_judge(&s, &v);
	assert_string_equal(v.differs, "TcpExtPAWSTimewait");
	s.row.except[1] = s.row.except[0]; /* the second has the last word */
	s.row.except[1].no_counter = false;
	s.row.except[1].expect.counter[0] = "TcpExtPAWSTimewait";
	assert_verdict(&s, TW_PASS, TW_RFC_NONE);
	scene_free(&s);
}

/* A counter that the kernel does not have says nothing, wherever it stands in the list. */
static void counters_that_do_not_exist(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, &scene_refused);
	s.row.step[0].expect.counter[0] = "TcpExtNever";
	s.row.step[0].expect.counter[1] = "TcpExtPAWSTimewait";
	s.row.step[0].expect.counter[2] = "TcpExtNeither";
	assert_verdict(&s, TW_PASS, TW_RFC_NONE);
	s.facts.n_names = 0;
	assert_verdict(&s, TW_FAIL, TW_RFC_NONE);
	scene_free(&s);
}

/* ---- the second verdict ---- */

#define CONFORMS TW_RFC_CONFORMS
#define DEVIATES TW_RFC_DEVIATES

/* The kernel challenges in step 2 what it should have opened. */
static const struct {
	struct tw_rfc rfc;
	enum tw_conformance is;
} demands[] = {
	{ { .clause = NULL, .want = { { .reply = ACK } } }, TW_RFC_NONE },
	{ { .clause = "RFC 1", .want = { { .reply = ACK } } }, CONFORMS },
	{ { .clause = "RFC 1", .want = { { .reply = SILENCE }, { .reply = ACK } } }, CONFORMS },
	{ { .clause = "RFC 1", .want = { { .reply = SILENCE }, { .reply = RST } } }, DEVIATES },
	{ { .clause = "RFC 1" }, DEVIATES },
	{ { .clause = "RFC 1", .want = { { .reply = ACK, .tw = ALIVE } } }, CONFORMS },
	{ { .clause = "RFC 1", .want = { { .reply = ACK, .tw = GONE } } }, DEVIATES },
	{ { .clause = "RFC 1", .want = { { .reply = ACK, .ack = AT(RCV_NXT, 1) } } }, DEVIATES },
	{ { .clause = "RFC 1", .step = 1, .want = { { .reply = ACK } } }, DEVIATES },
	{ { .clause = "RFC 1", .step = 1, .want = { { .reply = SILENCE } } }, CONFORMS },
	{ { .clause = "RFC 1", .step = 2, .want = { { .reply = SILENCE } } }, DEVIATES },
	/* counters and reasons are no RFC matter */
	{ { .clause = "RFC 1",
	    .want = { { .reply = ACK, .counter = { "TcpExtListenDrops" }, .reason = "NO" } } },
	  CONFORMS },
	{ { .clause = "RFC 1", .as_expected = true }, CONFORMS },
};

static void conformance(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_step(&s, &scene_limited);
	scene_step(&s, &scene_challenged);
	for (unsigned i = 0; i < sizeof(demands) / sizeof(*demands); i++) {
		s.row.rfc = demands[i].rfc;
		assert_verdict(&s, TW_PASS, demands[i].is);
	}
	scene_free(&s);
}

/* Two clauses that contradict each other: each is judged as if it were alone. */
static void second_clause(void **state)
{
	const unsigned n = sizeof(demands) / sizeof(*demands);
	struct tw_verdict v;
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_step(&s, &scene_limited);
	scene_step(&s, &scene_challenged);
	for (unsigned i = 0; i < n * n; i++) {
		s.row.rfc = demands[i % n].rfc;
		s.row.also = demands[i / n].rfc;
		scene_judge(&s, &v);
		assert_int_equal(v.outcome, TW_PASS);
		assert_int_equal(v.rfc, demands[i % n].is);
		assert_int_equal(v.also, demands[i / n].is);
	}
	snprintf(s.ev.error, sizeof(s.ev.error), "the lane broke");
	s.row.also.clause = "RFC 2";
	scene_judge(&s, &v);
	assert_int_equal(v.also, TW_RFC_UNKNOWN);
	scene_free(&s);
}

/* Conforming or not has nothing to do with what this kernel is known to do. */
static void the_two_verdicts_are_apart(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_step(&s, &scene_limited);
	scene_step(&s, &scene_challenged);
	s.row.rfc = (struct tw_rfc)CONFORMING("RFC 1", "as the row has it");
	s.row.step[0].expect.counter[0] = NULL; /* FAIL, but not by a field that an RFC knows */
	assert_verdict(&s, TW_FAIL, TW_RFC_CONFORMS);
	s.row.step[0].expect = scene_limited.does;
	s.row.step[0].expect.tw = GONE; /* the first step counts as well */
	assert_verdict(&s, TW_FAIL, TW_RFC_DEVIATES);
	s.row.except[0] = (struct tw_except){ .unless = "TcpExtNever",
					      .because = "older kernels restart",
					      .expect = { .tw = RESTARTED } };
	assert_verdict(&s, TW_PASS, TW_RFC_DEVIATES); /* known, and still not what was asked for */
	scene_free(&s);
}

static void conformance_needs_evidence(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, &scene_challenged);
	s.row.rfc = (struct tw_rfc)CONFORMING("RFC 1", "as the row has it");
	assert_verdict(&s, TW_PASS, TW_RFC_CONFORMS);
	s.ev.step[0].fenced = false;
	assert_verdict(&s, TW_ERROR, TW_RFC_UNKNOWN);
	s.row.needs = "TcpExtNever";
	assert_verdict(&s, TW_SKIP, TW_RFC_UNKNOWN);
	s.row.rfc.clause = NULL;
	assert_verdict(&s, TW_SKIP, TW_RFC_NONE);
	scene_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_is_judged),
		cmocka_unit_test(doubt_comes_before_failure),
		cmocka_unit_test(only_the_first_step_must_find_the_state),
		cmocka_unit_test(answers_are_told_apart_by_step),
		cmocka_unit_test(pause_that_the_dut_slept_through),
		cmocka_unit_test(frames_that_came_late),
		cmocka_unit_test(step_that_came_too_late),
		cmocka_unit_test(within_is_a_bound),
		cmocka_unit_test(hand_made_probe),
		cmocka_unit_test(no_claim_is_no_pass),
		cmocka_unit_test(steps_of_a_row),
		cmocka_unit_test(short_form_is_step_0),
		cmocka_unit_test(exceptions_by_capability),
		cmocka_unit_test(sysctl_of_the_whole_machine),
		cmocka_unit_test(exceptions_replace_member_by_member),
		cmocka_unit_test(counters_that_do_not_exist),
		cmocka_unit_test(conformance),
		cmocka_unit_test(second_clause),
		cmocka_unit_test(the_two_verdicts_are_apart),
		cmocka_unit_test(conformance_needs_evidence),
	};

	return !!cmocka_run_group_tests_name("test_verdict", tests, NULL, NULL);
}
