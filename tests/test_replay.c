/*
 * Findings, by a referee that is scripted: what had no verdict counts neither as agreement nor as disagreement, and what was seen when
 * the time was up is not forgotten.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explore/replay.h"
#include "explore/shrink.h"

/* ---- the referee ---- */

enum outcome {
	AGREES,
	DISAGREES,
	UNCLEAR,
	FAILED,
	VOID,
};

struct tw_referee {
	int nothing;
};

static struct tw_referee referee;
static const enum outcome *script; /* the last one again and again */
static unsigned script_len, plays;
static uint64_t *until; /* not NULL: the time is up during the first play */

static void plays_out(const enum outcome *outcomes, unsigned n)
{
	script = outcomes;
	script_len = n;
	plays = 0;
	until = NULL;
}

struct tw_referee *tw_referee_new(const struct tw_model_facts *facts, enum tw_family family,
				  enum tw_clause broken, struct tw_err *err)
{
	(void)facts;
	(void)family;
	(void)broken;
	(void)err;
	return &referee;
}

void tw_referee_free(struct tw_referee *r)
{
	(void)r;
}

void tw_referee_break(struct tw_referee *r, enum tw_clause clause)
{
	(void)r;
	(void)clause;
}

const uint64_t *tw_referee_decided(const struct tw_referee *r)
{
	static const uint64_t none[TW_CLAUSES];

	(void)r;
	return none;
}

int tw_referee_play(struct tw_referee *r, const struct tw_walk *walks, unsigned n,
		    struct tw_dispute_seen *ret, struct tw_dispute_seen *ret_sum,
		    struct tw_refereed *ret_play, struct tw_err *err)
{
	enum outcome now = script[plays < script_len ? plays : script_len - 1];

	(void)r;
	(void)walks;
	(void)err;
	plays++;
	if (until)
		*until = 0;
	memset(ret, 0, n * sizeof(*ret));
	memset(ret_sum, 0, sizeof(*ret_sum));
	*ret_play = (struct tw_refereed){ .segments = n };
	if (now == DISAGREES) {
		ret[0] = (struct tw_dispute_seen){ .there = true, .differs = "reply" };
		ret_play->disputes = 1;
	}
	ret_play->unclear = now == UNCLEAR;
	ret_play->failed = now == FAILED;
	if (now == VOID)
		strcpy(ret_play->why_void, "it is scripted so");
	return 0;
}

/* ---- ---- */

static const struct tw_walk walk = { .n = 1, .move = { { .send.flags = TW_SYN } } };

static int replay(struct tw_fuzz_find *ret)
{
	struct tw_err err = { "" };
	int code = tw_replay(&walk, &tw_model_facts_new, TW_IPV4, TW_CLAUSE_NONE, ret, &err);

	assert_true(code == 0 || *err.text);
	return code;
}

static void no_verdict_is_no_agreement(void **state)
{
	static const enum outcome never[] = { UNCLEAR, FAILED, VOID };
	struct tw_fuzz_find find;

	(void)state;
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++) {
		plays_out(&never[i], 1);
		assert_int_equal(replay(&find), -EAGAIN);
	}
}

static void verdicts_are_counted(void **state)
{
	static const enum outcome agrees[] = { VOID, FAILED, UNCLEAR, AGREES };
	static const enum outcome once[] = { UNCLEAR, DISAGREES, AGREES };
	struct tw_fuzz_find find;

	(void)state;
	plays_out(agrees, 4);
	assert_int_equal(replay(&find), 0);
	assert_int_equal(find.confirmed, 0);
	assert_int_equal(find.played, TW_CONFIRMATIONS);
	plays_out(once, 3);
	assert_int_equal(replay(&find), 0);
	assert_int_equal(find.confirmed, 1);
	assert_int_equal(find.played, TW_CONFIRMATIONS);
	assert_string_equal(find.seen.differs, "reply");
}

/* The play in which it showed was the last that there was time for. */
static void what_the_last_play_showed(void **state)
{
	static const enum outcome outcomes[] = { DISAGREES };
	struct tw_fuzz_cfg cfg = {
		.family = TW_IPV4, .facts = tw_model_facts_new, .seed = 1, .until = UINT64_MAX
	};
	struct tw_fuzz_account *account = calloc(1, sizeof(*account));
	bool stop = false;

	(void)state;
	assert_non_null(account);
	plays_out(outcomes, 1);
	until = &cfg.until;
	tw_fuzz_lane(&cfg, account, &stop);
	assert_string_equal(account->trouble, "");
	assert_int_equal(account->plays, 1);
	assert_int_equal(account->n_finds, 1);
	assert_int_equal(account->find[0].confirmed, TW_CONFIRMATIONS);
	free(account);
}

/* What was shown ten times is not replaced by what was not seen again, however short that is. */
static void the_same_of_two_lanes(void **state)
{
	struct tw_fuzz_account *sum = calloc(1, sizeof(*sum));
	struct tw_fuzz_find sure = { .walk = walk,
				     .confirmed = 10,
				     .played = 10,
				     .times = 2,
				     .first = 7,
				     .seen.differs = "reply" };
	struct tw_fuzz_find once = sure;

	(void)state;
	assert_non_null(sum);
	sure.walk.n = 2;
	once.confirmed = 0;
	once.first = 5;
	tw_fuzz_join(sum, &sure);
	tw_fuzz_join(sum, &once);
	assert_int_equal(sum->n_finds, 1);
	assert_int_equal(sum->find[0].confirmed, 10);
	assert_int_equal(sum->find[0].times, 4);
	assert_int_equal(sum->find[0].first, 5);
	once.confirmed = 10;
	tw_fuzz_join(sum, &once);
	assert_int_equal(sum->find[0].walk.n, 1);
	free(sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_verdict_is_no_agreement),
		cmocka_unit_test(verdicts_are_counted),
		cmocka_unit_test(what_the_last_play_showed),
		cmocka_unit_test(the_same_of_two_lanes),
	};

	return !!cmocka_run_group_tests_name("test_replay", tests, NULL, NULL);
}
