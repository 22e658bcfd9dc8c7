/*
 * The judge of trials: every verdict, with every reason. Most results are spoilt ones, since what matters is that it notices. Then
 * the exit code.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cmd/cmd_nat.h"
#include "nat/judge.h"
#include "nat_tale.h"

enum {
	TRIALS = 40,
	LOST = 16, /* of them; the others are accepted */
};

/* ---- trials ---- */

static void trial_is(struct tw_nat_trial *trial, const struct tale_step *steps)
{
	uint16_t port = trial->server_port;

	*trial = tale_begin();
	trial->server_port = port;
	trial->ended = true;
	trial->connect_ns = TALE_MS;
	tale_tell(trial, steps);
}

static void accepted(struct tw_nat_trial *trial)
{
	static const struct tale_step steps[TALE_STEPS] = { { 1000, SYN, 7, 5 },
							    { 1000, SYN_ACK, 0, 0 } };

	trial_is(trial, steps);
}

static void recovered(struct tw_nat_trial *trial)
{
	static const struct tale_step steps[TALE_STEPS] = { { 1000, SYN, 7, -5 },
							    { 1000, ACK, 0, 0 },
							    { 1000, RST, 0, 0 },
							    { 1008, SYN, 7, -5 },
							    { 1008, SYN_ACK, 0, 0 } };

	trial_is(trial, steps);
	trial->connect_ns = 9 * TALE_MS;
}

static void low(struct tw_nat_trial *trial)
{
	static const struct tale_step steps[TALE_STEPS] = { { 1000, BARE_SYN, -7, 0 },
							    { 1000, ACK, 0, 0 },
							    { 1000, RST, 0, 0 },
							    { 2000, BARE_SYN, -7, 0 },
							    { 2000, SYN_ACK, 0, 0 } };

	trial_is(trial, steps);
	trial->connect_ns = 1001 * TALE_MS;
}

/* Three SYNs, one of them without an answer; all by PAWS. */
static void never(struct tw_nat_trial *trial)
{
	static const struct tale_step steps[TALE_STEPS] = {
		{ 1000, SYN, 7, -5 }, { 1000, ACK, 0, 0 },  { 1000, HELD_RST, 0, 0 },
		{ 1008, SYN, 7, -5 }, { 2008, SYN, 7, -5 }, { 2008, ACK, 0, 0 }
	};

	trial_is(trial, steps);
	trial->ended = false;
}

static void held(struct tw_nat_trial *trial, int32_t isn)
{
	const struct tale_step steps[TALE_STEPS] = { { 1000, HELD_SYN, isn, 5 } };

	trial_is(trial, steps);
	trial->ended = false;
}

/* ---- results ---- */

struct bench {
	struct tw_nat_scenario scenario;
	bool recovers;
	struct tw_nat_result res;
};

/* Loss is promised, and seen; the counters are right. */
static struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->recovers = true;
	b->scenario =
		(struct tw_nat_scenario){ .id = "x", .promise = TW_NAT_LOSES, .recovers = true };
	b->res.done = true;
	b->res.n_trials = TRIALS;
	b->res.paws_rejected = LOST;
	for (unsigned i = 0; i < TRIALS; i++) {
		b->res.trial[i].server_port = (uint16_t)(20000 + i);
		(i < LOST ? recovered : accepted)(&b->res.trial[i]);
	}
	return b;
}

static void all_accepted(struct bench *b)
{
	for (unsigned i = 0; i < b->res.n_trials; i++)
		accepted(&b->res.trial[i]);
	b->res.paws_rejected = 0;
}

static void judge(struct bench *b)
{
	tw_nat_judge(&b->scenario, b->recovers, &b->res);
}

static void numbers(void **state)
{
	struct bench *b = bench_new();
	const struct tw_nat_result *res = &b->res;

	(void)state;
	low(&b->res.trial[0]);
	b->res.paws_rejected--;
	snprintf(b->res.why, sizeof(b->res.why), "stale");
	judge(b);
	assert_int_equal(res->verdict, TW_NAT_PASS);
	assert_string_equal(res->why, "");
	assert_int_equal(res->loss.n, LOST);
	assert_int_equal(res->loss.of, TRIALS);
	assert_int_equal(res->never.n, 0);
	assert_int_equal(res->never.of, TRIALS);
	assert_int_equal(res->rejected_syns, LOST);
	assert_int_equal(res->exceptions, 0);
	assert_true(res->accepted_ms == 1);
	assert_true(res->lost_ms == 9);
	assert_true(res->second_syn_ms[0] == 8 && res->second_syn_ms[1] == 8 &&
		    res->second_syn_ms[2] == 1000);
	free(b);
}

static void no_numbers(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	for (unsigned i = 0; i < TRIALS; i++)
		held(&b->res.trial[i], 7);
	b->res.paws_rejected = 0;
	b->scenario.promise = TW_NAT_EXHAUSTED;
	judge(b);
	assert_int_equal(b->res.verdict, TW_NAT_PASS);
	assert_int_equal(b->res.loss.of, 0);
	assert_true(isnan(b->res.accepted_ms) && isnan(b->res.lost_ms));
	assert_true(isnan(b->res.second_syn_ms[0]) && isnan(b->res.second_syn_ms[2]));
	free(b);
}

/* ---- what becomes of a result that is spoilt ---- */

struct row {
	const char *is;
	void (*spoil)(struct bench *b);
	enum tw_nat_verdict verdict;
	const char *why; /* a part of it */
};

static void nothing(struct bench *b)
{
	(void)b;
}

static void dies(struct bench *b)
{
	b->res.done = false;
}

static void dies_early(struct bench *b)
{
	b->res.done = false;
	memset(b->res.trial, 0, sizeof(b->res.trial));
}

static void dies_with_a_word(struct bench *b)
{
	b->res.done = false;
	snprintf(b->res.why, sizeof(b->res.why), "veth: no memory");
}

static void drops(struct bench *b)
{
	b->res.pcap_drops = 3;
	b->res.paws_rejected++;
}

static void has_void_ones(struct bench *b)
{
	snprintf(b->res.trial[20].trouble, sizeof(b->res.trial[20].trouble), "the cat");
	snprintf(b->res.trial[30].trouble, sizeof(b->res.trial[30].trouble), "the dog");
	b->res.skipped_acks++;
}

static void has_no_trial(struct bench *b)
{
	b->res.n_trials = 0;
	b->res.paws_rejected = 0;
}

static void rejects_what_is_new(struct bench *b)
{
	static const struct tale_step steps[TALE_STEPS] = { { 1000, SYN, 7, 5 },
							    { 1000, ACK, 0, 0 },
							    { 1000, RST, 0, 0 },
							    { 1008, SYN, 7, 5 },
							    { 1008, SYN_ACK, 0, 0 } };

	trial_is(&b->res.trial[TRIALS - 1], steps);
}

static void accepts_what_is_old(struct bench *b)
{
	static const struct tale_step steps[TALE_STEPS] = { { 1000, SYN, 7, -5 },
							    { 1000, SYN_ACK, 0, 0 } };

	trial_is(&b->res.trial[0], steps);
}

static void says_nothing_once(struct bench *b)
{
	static const struct tale_step steps[TALE_STEPS] = { { 1000, SYN, 7, 5 },
							    { 2000, SYN, 7, 5 },
							    { 2000, SYN_ACK, 0, 0 } };

	trial_is(&b->res.trial[TRIALS - 1], steps);
}

static void counts_one_more(struct bench *b)
{
	b->res.paws_rejected++;
}

static void counts_one_less(struct bench *b)
{
	b->res.paws_rejected--;
}

static void withholds_one_more(struct bench *b)
{
	b->res.skipped_acks++;
}

static void withholds_one_less(struct bench *b)
{
	b->scenario.recovers = false;
	for (unsigned i = 0; i < LOST; i++)
		never(&b->res.trial[i]);
	b->res.paws_rejected = 3 * LOST;
	b->res.skipped_acks = LOST - 1;
}

static void withholds_as_many(struct bench *b)
{
	withholds_one_less(b);
	b->res.skipped_acks++;
}

static void no_loss_after(struct bench *b, unsigned trials)
{
	all_accepted(b);
	b->res.n_trials = trials;
}

static void loses_none(struct bench *b)
{
	no_loss_after(b, TRIALS);
}

static void loses_none_of_24(struct bench *b)
{
	no_loss_after(b, 24);
}

static void loses_none_of_23(struct bench *b)
{
	no_loss_after(b, 23);
}

static void loses_one(struct bench *b)
{
	no_loss_after(b, 8);
	recovered(&b->res.trial[7]);
	b->res.paws_rejected = 1;
}

static void may_not_lose(struct bench *b)
{
	b->scenario.promise = TW_NAT_NO_LOSS;
	loses_one(b);
}

static void may_not_lose_and_does_not(struct bench *b)
{
	b->scenario.promise = TW_NAT_NO_LOSS;
	no_loss_after(b, 8);
}

/* and recover though it need not: the next SYN may find another port */
static void may_lose(struct bench *b)
{
	b->scenario.promise = TW_NAT_ANYTHING;
	b->scenario.recovers = false;
}

static void may_lose_and_does_not(struct bench *b)
{
	b->scenario.promise = TW_NAT_ANYTHING;
	loses_none(b);
}

static void is_not_let_out(struct bench *b)
{
	held(&b->res.trial[TRIALS - 1], 7);
}

static void does_not_recover(struct bench *b)
{
	never(&b->res.trial[0]);
	b->res.paws_rejected += 2;
	b->res.skipped_acks++;
}

static void times_out(struct bench *b)
{
	does_not_recover(b);
	b->res.trial[0].ended = true;
	b->res.trial[0].so_error = 110;
}

static void need_not_recover(struct bench *b)
{
	b->recovers = false;
	does_not_recover(b);
}

static void must_not_recover(struct bench *b)
{
	b->scenario.recovers = false;
}

static void must_not_recover_here_either(struct bench *b)
{
	b->scenario.recovers = b->recovers = false;
}

/* ---- a NAT without a free port ---- */

static void is_exhausted(struct bench *b)
{
	b->scenario.promise = TW_NAT_EXHAUSTED;
	for (unsigned i = LOST; i < TRIALS; i++)
		held(&b->res.trial[i], i % 2 ? -1 : -100000);
}

static void lets_all_out(struct bench *b)
{
	b->scenario.promise = TW_NAT_EXHAUSTED;
}

static void holds_one_at_r(struct bench *b)
{
	is_exhausted(b);
	held(&b->res.trial[TRIALS - 1], 0);
}

static void holds_one_ahead(struct bench *b)
{
	is_exhausted(b);
	held(&b->res.trial[TRIALS - 1], 1);
}

static void lets_one_out_behind(struct bench *b)
{
	static const struct tale_step steps[TALE_STEPS] = { { 1000, SYN, -1, 5 },
							    { 1000, SYN_ACK, 0, 0 } };

	is_exhausted(b);
	trial_is(&b->res.trial[TRIALS - 1], steps);
}

static void lets_out_but_breaks_the_rule(struct bench *b)
{
	is_exhausted(b);
	accepts_what_is_old(b);
}

static void is_skipped(struct bench *b)
{
	b->res.done = false;
	b->res.verdict = TW_NAT_SKIP;
	b->res.pcap_drops = 1;
	snprintf(b->res.why, sizeof(b->res.why), "CONFIG_NFT_NAT");
}

static void verdicts(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "all is well", nothing, TW_NAT_PASS, "" },
		{ "dies", dies, TW_NAT_ERROR, "its worker died" },
		{ "dies early", dies_early, TW_NAT_ERROR, "its worker died" },
		{ "dies with a word", dies_with_a_word, TW_NAT_ERROR, "veth: no memory" },
		{ "drops", drops, TW_NAT_ERROR, "the sniffers lost 3 frames" },
		{ "void ones", has_void_ones, TW_NAT_ERROR, "2 of 40 trials have no verdict: the cat" },
		{ "no trial", has_no_trial, TW_NAT_ERROR, "no trial was made" },
		{ "rejects what is new", rejects_what_is_new, TW_NAT_FAIL,
		  "in 1 trials the server did not do what the rule says; to port 20039 the first SYN was to "
		  "be accepted, and an ACK came (2 SYNs, 1 breaches)" },
		{ "accepts what is old", accepts_what_is_old, TW_NAT_FAIL,
		  "be rejected for its timestamp, and a SYN-ACK came" },
		{ "says nothing", says_nothing_once, TW_NAT_FAIL, "be accepted, and nothing came" },
		{ "counts more", counts_one_more, TW_NAT_FAIL,
		  "16 SYNs were rejected by PAWS, the server counted 17" },
		{ "counts less", counts_one_less, TW_NAT_FAIL,
		  "16 SYNs were rejected by PAWS, the server counted 15" },
		{ "withholds more", withholds_one_more, TW_NAT_FAIL,
		  "0 rejected SYNs got no answer, the server counted 1" },
		{ "withholds less", withholds_one_less, TW_NAT_FAIL,
		  "16 rejected SYNs got no answer, the server counted 15" },
		{ "withholds as many", withholds_as_many, TW_NAT_PASS, "" },
		{ "no loss", loses_none, TW_NAT_FAIL, "no SYN was rejected in 40 trials" },
		{ "no loss in 24", loses_none_of_24, TW_NAT_FAIL, "no SYN was rejected in 24 trials" },
		{ "no loss in 23", loses_none_of_23, TW_NAT_PASS, "" },
		{ "one loss in 8", loses_one, TW_NAT_PASS, "" },
		{ "a control loses", may_not_lose, TW_NAT_FAIL,
		  "1 of 8 first SYNs were rejected, none should be" },
		{ "a control", may_not_lose_and_does_not, TW_NAT_PASS, "" },
		{ "may lose", may_lose, TW_NAT_PASS, "" },
		{ "may lose, does not", may_lose_and_does_not, TW_NAT_PASS, "" },
		{ "not let out", is_not_let_out, TW_NAT_FAIL,
		  "the NAT let 39 of 40 connections out, all should be" },
		{ "does not recover", does_not_recover, TW_NAT_FAIL,
		  "1 of the 16 rejected ones never connected" },
		{ "times out", times_out, TW_NAT_FAIL, "1 of the 16 rejected ones never connected" },
		{ "need not recover", need_not_recover, TW_NAT_PASS, "" },
		{ "must not recover", must_not_recover, TW_NAT_FAIL,
		  "16 of the 16 rejected ones connected, none should" },
		{ "must not recover here", must_not_recover_here_either, TW_NAT_FAIL,
		  "16 of the 16 rejected ones connected, none should" },
		{ "exhausted", is_exhausted, TW_NAT_PASS, "" },
		{ "all let out", lets_all_out, TW_NAT_PASS, "" },
		{ "holds one at R", holds_one_at_r, TW_NAT_FAIL, "1 connections without a free port" },
		{ "holds one ahead", holds_one_ahead, TW_NAT_FAIL, "1 connections without a free port" },
		{ "lets one out behind", lets_one_out_behind, TW_NAT_FAIL, "1 connections without" },
		{ "exhausted, and breaks the rule", lets_out_but_breaks_the_rule, TW_NAT_FAIL,
		  "be rejected for its timestamp" },
		{ "skipped", is_skipped, TW_NAT_SKIP, "CONFIG_NFT_NAT" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench *b = bench_new();

		rows[i].spoil(b);
		judge(b);
		if (b->res.verdict != rows[i].verdict || !strstr(b->res.why, rows[i].why) ||
		    !b->res.why[0] != (rows[i].verdict == TW_NAT_PASS))
			fail_msg("%s: verdict %d, \"%s\"", rows[i].is, b->res.verdict, b->res.why);
		free(b);
	}
}

/* Each SYN that breaks the rule is an exception, whatever else is wrong. */
static void exceptions(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	rejects_what_is_new(b);
	accepts_what_is_old(b);
	b->res.pcap_drops = 1;
	judge(b);
	assert_int_equal(b->res.verdict, TW_NAT_ERROR);
	assert_int_equal(b->res.exceptions, 2);
	free(b);
}

/* ---- the exit code ---- */

enum {
	NONE = -1,
	PASS = TW_NAT_PASS,
	FAIL = TW_NAT_FAIL,
	SKIP = TW_NAT_SKIP,
	ERROR = TW_NAT_ERROR,
};

static void exit_codes(void **state)
{
	static const struct {
		int results[2], starving, load;
		enum tw_exit code;
	} rows[] = {
		{ { NONE, NONE }, NONE, NONE, TW_EXIT_ERROR },
		{ { PASS, NONE }, NONE, NONE, TW_EXIT_OK },
		{ { PASS, SKIP }, SKIP, SKIP, TW_EXIT_OK },
		{ { SKIP, SKIP }, SKIP, SKIP, TW_EXIT_SKIPPED },
		{ { SKIP, PASS }, NONE, NONE, TW_EXIT_OK },
		{ { PASS, FAIL }, NONE, NONE, TW_EXIT_FAIL },
		{ { ERROR, FAIL }, PASS, PASS, TW_EXIT_FAIL },
		{ { PASS, ERROR }, PASS, PASS, TW_EXIT_ERROR },
		{ { SKIP, SKIP }, SKIP, ERROR, TW_EXIT_ERROR },
		{ { PASS, PASS }, FAIL, PASS, TW_EXIT_FAIL },
		{ { PASS, PASS }, ERROR, PASS, TW_EXIT_ERROR },
		{ { PASS, PASS }, PASS, FAIL, TW_EXIT_FAIL },
		{ { NONE, NONE }, PASS, NONE, TW_EXIT_OK },
		{ { NONE, NONE }, NONE, SKIP, TW_EXIT_SKIPPED },
	};
	static const struct tw_nat_scenario scenario = { .id = "x" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_nat_result *res = calloc(2, sizeof(*res));
		struct tw_nat_starving *s = calloc(1, sizeof(*s));
		struct tw_nat_load load = { .done = true };
		struct tw_nat_campaign c = {
			.scenario = &scenario, .result = res, .starving = s, .load = &load
		};

		assert_true(res && s);
		for (unsigned k = 0; k < 2 && rows[i].results[k] != NONE; k++) {
			res[k].verdict = (enum tw_nat_verdict)rows[i].results[k];
			res[k].done = true;
			c.n_results++;
		}
		s->done = true;
		s->verdict = (enum tw_nat_verdict)rows[i].starving;
		c.n_starving = rows[i].starving != NONE;
		load.verdict = (enum tw_nat_verdict)rows[i].load;
		c.n_loads = rows[i].load != NONE;
		if (tw_nat_exit(&c) != rows[i].code)
			fail_msg("row %zu: exit %d", i, tw_nat_exit(&c));
		free(res);
		free(s);
	}
}

/* Experiments that have no verdict of their own. */
static void exit_of_experiments(void **state)
{
	struct tw_nat_clocks clocks = { .done = true };
	struct tw_nat_plane *plane = calloc(1, sizeof(*plane));
	struct tw_nat_steps *steps = calloc(1, sizeof(*steps));
	struct tw_nat_campaign c = { .clocks = &clocks, .plane = plane, .steps = steps };

	(void)state;
	assert_true(plane && steps);
	plane->done = steps->done = true;
	assert_int_equal(tw_nat_exit(&c), TW_EXIT_OK);
	plane->exceptions = 1;
	assert_int_equal(tw_nat_exit(&c), TW_EXIT_FAIL);
	plane->exceptions = 0;
	steps->exceptions = 1;
	assert_int_equal(tw_nat_exit(&c), TW_EXIT_FAIL);
	steps->exceptions = 0;
	steps->done = false;
	assert_int_equal(tw_nat_exit(&c), TW_EXIT_ERROR);
	steps->skipped = true;
	assert_int_equal(tw_nat_exit(&c), TW_EXIT_OK);
	clocks.done = plane->done = false;
	assert_int_equal(tw_nat_exit(&c), TW_EXIT_ERROR);
	clocks.skipped = plane->skipped = true;
	assert_int_equal(tw_nat_exit(&c), TW_EXIT_SKIPPED);
	free(plane);
	free(steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),    cmocka_unit_test(no_numbers),
		cmocka_unit_test(verdicts),   cmocka_unit_test(exceptions),
		cmocka_unit_test(exit_codes), cmocka_unit_test(exit_of_experiments),
	};

	return !!cmocka_run_group_tests_name("test_nat_judge", tests, NULL, NULL);
}
