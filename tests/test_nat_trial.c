/*
 * Reading trials: tales made by hand, whose outcome is written down from the rule book (D-20, D-30, D-31, D-42, rfc1337) and not
 * computed. Half of them are of a server that breaks the rule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nat_tale.h"

enum {
	ACCEPTED = TW_NAT_ACCEPTED,
	RECOVERED = TW_NAT_RECOVERED,
	UNCONNECTED = TW_NAT_UNCONNECTED,
	TIMED_OUT = TW_NAT_TIMED_OUT,
	NOT_FORWARDED = TW_NAT_NOT_FORWARDED,
	ACCEPTS = TW_NAT_RULE_ACCEPTS,
	PAWS = TW_NAT_RULE_PAWS,
	SEQ = TW_NAT_RULE_SEQ,
	OLD = -5, /* a TSval */
	NEW = 5,
	UP = 7, /* an ISN */
	DOWN = -7,
};

struct tale {
	const char *is;
	struct tale_step step[TALE_STEPS];
	struct tw_nat_setting set;
	bool no_entry, old_has_no_ts, given_up;
	int error;
	/* what is to be read */
	int outcome, answer, rule;
	unsigned syns, rejected, paws, low, silent, breaches;
	unsigned second_syn_ms;
};

static void check(const struct tale *tale, const char *what, unsigned have, unsigned want)
{
	if (have != want)
		fail_msg("%s: %s is %u, not %u", tale->is, what, have, want);
}

static void check_tale(const struct tale *tale)
{
	struct tw_nat_trial trial = tale_begin();

	trial.entered = !tale->no_entry;
	trial.ts = !tale->old_has_no_ts;
	trial.ended = !tale->given_up;
	trial.so_error = tale->error;
	tale_tell(&trial, tale->step);
	tw_nat_trial_read(&trial, &tale->set);
	if (trial.trouble[0])
		fail_msg("%s: %s", tale->is, trial.trouble);
	check(tale, "outcome", trial.outcome, tale->outcome);
	check(tale, "the answer", trial.answer, tale->answer);
	check(tale, "the rule", trial.rule, tale->rule);
	check(tale, "the number of SYNs", trial.syns, tale->syns);
	check(tale, "rejected", trial.rejected, tale->rejected);
	check(tale, "paws", trial.paws, tale->paws);
	check(tale, "low", trial.low, tale->low);
	check(tale, "silent", trial.silent, tale->silent);
	check(tale, "breaches", trial.breaches, tale->breaches);
	check(tale, "ms to the second SYN", (unsigned)(trial.second_syn_ns / TALE_MS),
	      tale->second_syn_ms);
}

#define CHECK(tales)                                                     \
	for (size_t i_ = 0; i_ < sizeof(tales) / sizeof(tales[0]); i_++) \
	check_tale(&tales[i_])

#define READ(outcome_, answer_, rule_) .outcome = outcome_, .answer = answer_, .rule = rule_

/* ---- one SYN, and what came of it ---- */

static void first_syns(void **state)
{
	/* clang-format off */
	static const struct tale tales[] = {
		{ "newer TSval, low number", { { 1000, SYN, DOWN, NEW }, { 1000, SYN_ACK, 0, 0 } },
		  READ(ACCEPTED, TW_NAT_SYN_ACK, ACCEPTS), .syns = 1 },
		{ "newer TSval, and rejected", { { 1000, SYN, UP, NEW }, { 1000, ACK, 0, 0 } },
		  .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, ACCEPTS), .syns = 1, .rejected = 1,
		  .breaches = 1 },
		{ "older TSval", { { 1000, SYN, UP, OLD }, { 1000, ACK, 0, 0 } }, .given_up = true,
		  READ(UNCONNECTED, TW_NAT_ACK, PAWS), .syns = 1, .rejected = 1, .paws = 1 },
		{ "older TSval, and accepted", { { 1000, SYN, UP, OLD }, { 1000, SYN_ACK, 0, 0 } },
		  READ(ACCEPTED, TW_NAT_SYN_ACK, PAWS), .syns = 1, .paws = 1, .breaches = 1 },
		{ "older TSval, connect() fails", { { 1000, SYN, UP, OLD }, { 1000, ACK, 0, 0 } },
		  .error = 110, READ(TIMED_OUT, TW_NAT_ACK, PAWS), .syns = 1, .rejected = 1,
		  .paws = 1 },
		{ "older TSval, and a RST", { { 1000, SYN, UP, OLD }, { 1000, SRV_RST, 0, 0 } },
		  .error = 111, READ(TIMED_OUT, TW_NAT_RST, PAWS), .syns = 1, .paws = 1,
		  .breaches = 1 },
		{ "newer TSval, and a RST", { { 1000, SYN, UP, NEW }, { 1000, SRV_RST, 0, 0 } },
		  .error = 111, READ(TIMED_OUT, TW_NAT_RST, ACCEPTS), .syns = 1, .breaches = 1 },
		{ "low number, no TSval", { { 1000, BARE_SYN, DOWN, 0 }, { 1000, ACK, 0, 0 } },
		  .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, SEQ), .syns = 1, .rejected = 1,
		  .low = 1 },
		{ "low number, and accepted", { { 1000, BARE_SYN, DOWN, 0 },
		  { 1000, SYN_ACK, 0, 0 } }, READ(ACCEPTED, TW_NAT_SYN_ACK, SEQ), .syns = 1, .low = 1,
		  .breaches = 1 },
		{ "high number, no TSval", { { 1000, BARE_SYN, UP, 0 }, { 1000, SYN_ACK, 0, 0 } },
		  READ(ACCEPTED, TW_NAT_SYN_ACK, ACCEPTS), .syns = 1 },
		{ "old connection without TSvals", { { 1000, SYN, DOWN, OLD },
		  { 1000, ACK, 0, 0 } }, .old_has_no_ts = true, .given_up = true,
		  READ(UNCONNECTED, TW_NAT_ACK, SEQ), .syns = 1, .rejected = 1, .low = 1 },
		{ "no entry", { { 1000, SYN, DOWN, OLD }, { 1000, SYN_ACK, 0, 0 } },
		  .no_entry = true, READ(ACCEPTED, TW_NAT_SYN_ACK, ACCEPTS), .syns = 1 },
		{ "no entry, and rejected", { { 1000, SYN, DOWN, OLD }, { 1000, ACK, 0, 0 } },
		  .no_entry = true, .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, ACCEPTS),
		  .syns = 1, .rejected = 1, .breaches = 1 },
		{ "no entry, and silence", { { 1000, SYN, UP, NEW } }, .no_entry = true,
		  .given_up = true, READ(UNCONNECTED, TW_NAT_NOTHING, ACCEPTS), .syns = 1,
		  .breaches = 1 },
		/* a limit needs an ACK before it */
		{ "rejected in silence", { { 1000, SYN, UP, OLD } }, .given_up = true,
		  READ(UNCONNECTED, TW_NAT_NOTHING, PAWS), .syns = 1, .paws = 1, .silent = 1,
		  .breaches = 1 },
		{ "from another port", { { 1000, ELSE_SYN, DOWN, OLD }, { 1000, SYN_ACK, 0, 0 } },
		  READ(ACCEPTED, TW_NAT_SYN_ACK, ACCEPTS), .syns = 1 },
		{ "from another port, and rejected", { { 1000, ELSE_SYN, UP, OLD },
		  { 1000, ACK, 0, 0 } }, .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, ACCEPTS),
		  .syns = 1, .rejected = 1, .breaches = 1 },
		{ "the NAT lets nothing out", { { 1000, HELD_SYN, UP, NEW },
		  { 2000, HELD_SYN, UP, 0 } }, .given_up = true,
		  READ(NOT_FORWARDED, TW_NAT_NOTHING, ACCEPTS) },
		{ "and connect() fails", { { 1000, HELD_SYN, UP, NEW } }, .error = 110,
		  READ(NOT_FORWARDED, TW_NAT_NOTHING, ACCEPTS) },
	};
	/* clang-format on */

	(void)state;
	CHECK(tales);
}

/* ---- what becomes of a rejected client ---- */

static void recoveries(void **state)
{
	/* clang-format off */
	static const struct tale tales[] = {
		{ "a RST at R, and the next SYN", { { 1000, SYN, UP, OLD }, { 1000, ACK, 0, 0 },
		  { 1000, RST, 0, 0 }, { 1008, SYN, UP, OLD }, { 1008, SYN_ACK, 0, 0 } },
		  READ(RECOVERED, TW_NAT_ACK, PAWS), .syns = 2, .rejected = 1, .paws = 1,
		  .second_syn_ms = 8 },
		{ "a low number, a RST, and the next SYN", { { 1000, BARE_SYN, DOWN, 0 },
		  { 1001, ACK, 0, 0 }, { 1001, RST, 0, 0 }, { 2001, BARE_SYN, DOWN, 0 },
		  { 2001, SYN_ACK, 0, 0 } }, READ(RECOVERED, TW_NAT_ACK, SEQ), .syns = 2,
		  .rejected = 1, .low = 1, .second_syn_ms = 1000 },
		{ "rejected though the RST was there", { { 1000, SYN, UP, OLD },
		  { 1000, ACK, 0, 0 }, { 1000, RST, 0, 0 }, { 1600, SYN, UP, OLD },
		  { 1600, ACK, 0, 0 } }, .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, PAWS),
		  .syns = 2, .rejected = 2, .paws = 1, .breaches = 1, .second_syn_ms = 600 },
		{ "a RST above R kills nothing", { { 1000, SYN, UP, OLD }, { 1000, ACK, 0, 0 },
		  { 1000, RST, 1, 0 }, { 1600, SYN, UP, OLD }, { 1600, ACK, 0, 0 } },
		  .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, PAWS), .syns = 2, .rejected = 2,
		  .paws = 2, .second_syn_ms = 600 },
		{ "a RST below R kills nothing", { { 1000, SYN, UP, OLD }, { 1000, ACK, 0, 0 },
		  { 1000, RST, -1, 0 }, { 1600, SYN, UP, OLD }, { 1600, SYN_ACK, 0, 0 } },
		  READ(RECOVERED, TW_NAT_ACK, PAWS), .syns = 2, .rejected = 1, .paws = 2,
		  .breaches = 1, .second_syn_ms = 600 },
		{ "rfc1337: the second one silent, the third one not", { { 1000, SYN, UP, OLD },
		  { 1000, ACK, 0, 0 }, { 1000, RST, 0, 0 }, { 1008, SYN, UP, OLD },
		  { 2008, SYN, UP, OLD }, { 2008, ACK, 0, 0 }, { 2008, RST, 0, 0 } },
		  .set = { .rfc1337 = true }, .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, PAWS),
		  .syns = 3, .rejected = 2, .paws = 3, .silent = 1, .second_syn_ms = 8 },
		{ "rfc1337: the RST kills all the same", { { 1000, SYN, UP, OLD },
		  { 1000, ACK, 0, 0 }, { 1000, RST, 0, 0 }, { 1008, SYN, UP, OLD },
		  { 1008, SYN_ACK, 0, 0 } }, .set = { .rfc1337 = true },
		  READ(RECOVERED, TW_NAT_ACK, PAWS), .syns = 2, .rejected = 1, .paws = 2,
		  .breaches = 1, .second_syn_ms = 8 },
		{ "the path loses RSTs", { { 1000, SYN, UP, OLD }, { 1000, ACK, 0, 0 },
		  { 1000, HELD_RST, 0, 0 }, { 1008, SYN, UP, OLD }, { 2008, SYN, UP, OLD },
		  { 2008, ACK, 0, 0 } }, .set = { .drops_rsts = true }, .given_up = true,
		  READ(UNCONNECTED, TW_NAT_ACK, PAWS), .syns = 3, .rejected = 2, .paws = 3,
		  .silent = 1, .second_syn_ms = 8 },
		{ "the path loses ACKs: no RST", { { 1000, SYN, UP, OLD }, { 1000, HELD_ACK, 0, 0 },
		  { 2000, SYN, UP, OLD }, { 2000, HELD_ACK, 0, 0 } }, .set = { .drops_acks = true },
		  .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, PAWS), .syns = 2, .rejected = 2,
		  .paws = 2 },
		{ "the SYN that was accepted comes again", { { 1000, SYN, UP, NEW },
		  { 1000, SYN_ACK, 0, 0 }, { 2000, SYN, UP, NEW }, { 2000, SYN_ACK, 0, 0 } },
		  READ(ACCEPTED, TW_NAT_SYN_ACK, ACCEPTS), .syns = 2 },
		/* after a RST connection tracking begins anew */
		{ "the next SYN gets another port", { { 1000, SYN, UP, OLD }, { 1000, ACK, 0, 0 },
		  { 1000, RST, 2, 0 }, { 1008, ELSE_SYN, UP, OLD }, { 1008, SYN_ACK, 0, 0 } },
		  READ(RECOVERED, TW_NAT_ACK, PAWS), .syns = 2, .rejected = 1, .paws = 1,
		  .second_syn_ms = 8 },
	};
	/* clang-format on */

	(void)state;
	CHECK(tales);
}

/* ---- instants ---- */

/* The rate limit of ACKs is half a second from the last one that was sent. */
static void limits(void **state)
{
	/* clang-format off */
	static const struct tale tales[] = {
		{ "silent after 499 ms", { { 1000, SYN, UP, OLD }, { 1000, ACK, 0, 0 },
		  { 1499, SYN, UP, OLD } }, .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, PAWS),
		  .syns = 2, .rejected = 1, .paws = 2, .silent = 1 },
		{ "silent after 500 ms", { { 1000, SYN, UP, OLD }, { 1000, ACK, 0, 0 },
		  { 1500, SYN, UP, OLD } }, .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, PAWS),
		  .syns = 2, .rejected = 1, .paws = 2, .silent = 1, .breaches = 1 },
		{ "what was withheld is no ACK to count from", { { 1000, SYN, UP, OLD },
		  { 1000, ACK, 0, 0 }, { 1400, SYN, UP, OLD }, { 1800, SYN, UP, OLD } },
		  .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, PAWS), .syns = 3, .rejected = 1,
		  .paws = 3, .silent = 2, .breaches = 1 },
		{ "no limit is no breach", { { 1000, SYN, UP, OLD }, { 1000, ACK, 0, 0 },
		  { 1008, SYN, UP, OLD }, { 1008, ACK, 0, 0 } }, .given_up = true,
		  READ(UNCONNECTED, TW_NAT_ACK, PAWS), .syns = 2, .rejected = 2, .paws = 2 },
	};
	/* clang-format on */

	(void)state;
	CHECK(tales);
}

/* TIME_WAIT ends between 60 and 63 s after the close, or after the last SYN that PAWS refused (D-31). */
static void timers(void **state)
{
	/* clang-format off */
	static const struct tale tales[] = {
		{ "accepted at 60.0 s", { { 60000, SYN, UP, OLD }, { 60000, SYN_ACK, 0, 0 } },
		  READ(ACCEPTED, TW_NAT_SYN_ACK, PAWS), .syns = 1, .paws = 1, .breaches = 1 },
		{ "rejected at 60.0 s", { { 60000, SYN, UP, OLD }, { 60000, ACK, 0, 0 } },
		  .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, PAWS), .syns = 1, .rejected = 1,
		  .paws = 1 },
		{ "accepted at 60.1 s", { { 60100, BARE_SYN, DOWN, 0 }, { 60100, SYN_ACK, 0, 0 } },
		  READ(ACCEPTED, TW_NAT_SYN_ACK, SEQ), .syns = 1 },
		{ "rejected at 62.9 s", { { 62900, BARE_SYN, DOWN, 0 }, { 62900, ACK, 0, 0 } },
		  .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, SEQ), .syns = 1, .rejected = 1,
		  .low = 1 },
		{ "accepted at 62.9 s", { { 62900, SYN, UP, OLD }, { 62900, SYN_ACK, 0, 0 } },
		  READ(ACCEPTED, TW_NAT_SYN_ACK, PAWS), .syns = 1 },
		{ "a RST at 62 s", { { 62000, SYN, UP, OLD }, { 62000, SRV_RST, 0, 0 } },
		  .error = 111, READ(TIMED_OUT, TW_NAT_RST, PAWS), .syns = 1, .paws = 1,
		  .breaches = 1 },
		{ "rejected at 63.0 s", { { 63000, SYN, UP, OLD }, { 63000, ACK, 0, 0 } },
		  .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, ACCEPTS), .syns = 1, .rejected = 1,
		  .breaches = 1 },
		{ "accepted at 63.0 s", { { 63000, SYN, UP, OLD }, { 63000, SYN_ACK, 0, 0 } },
		  READ(ACCEPTED, TW_NAT_SYN_ACK, ACCEPTS), .syns = 1 },
		{ "PAWS restarts it: still there at 100 s", { { 50000, SYN, UP, OLD },
		  { 50000, ACK, 0, 0 }, { 100000, SYN, UP, OLD }, { 100000, ACK, 0, 0 } },
		  .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, PAWS), .syns = 2, .rejected = 2,
		  .paws = 2 },
		{ "PAWS restarts it: not to be accepted at 100 s", { { 50000, SYN, UP, OLD },
		  { 50000, ACK, 0, 0 }, { 100000, SYN, UP, OLD }, { 100000, SYN_ACK, 0, 0 } },
		  READ(RECOVERED, TW_NAT_ACK, PAWS), .syns = 2, .rejected = 1, .paws = 2,
		  .breaches = 1 },
		{ "restarted by what got no answer, too", { { 50000, SYN, UP, OLD },
		  { 50000, ACK, 0, 0 }, { 50400, SYN, UP, OLD }, { 110300, SYN, UP, OLD },
		  { 110300, SYN_ACK, 0, 0 } }, READ(RECOVERED, TW_NAT_ACK, PAWS), .syns = 3,
		  .rejected = 1, .paws = 3, .silent = 1, .breaches = 1 },
		{ "restarted once, over at 113 s", { { 50000, SYN, UP, OLD }, { 50000, ACK, 0, 0 },
		  { 113000, SYN, UP, OLD }, { 113000, SYN_ACK, 0, 0 } },
		  READ(RECOVERED, TW_NAT_ACK, PAWS), .syns = 2, .rejected = 1, .paws = 1 },
		{ "a low number does not restart it", { { 50000, BARE_SYN, DOWN, 0 },
		  { 50000, ACK, 0, 0 }, { 64000, BARE_SYN, DOWN, 0 }, { 64000, SYN_ACK, 0, 0 } },
		  READ(RECOVERED, TW_NAT_ACK, SEQ), .syns = 2, .rejected = 1, .low = 1 },
		{ "a low number is not to be rejected at 64 s", { { 50000, BARE_SYN, DOWN, 0 },
		  { 50000, ACK, 0, 0 }, { 64000, BARE_SYN, DOWN, 0 }, { 64000, ACK, 0, 0 } },
		  .given_up = true, READ(UNCONNECTED, TW_NAT_ACK, SEQ), .syns = 2, .rejected = 2,
		  .low = 1, .breaches = 1 },
	};
	/* clang-format on */

	(void)state;
	CHECK(tales);
}

/* ---- what is kept of the SYN ---- */

static void both_sides(void **state)
{
	static const struct tale_step steps[TALE_STEPS] = { { 1000, SYN, UP, OLD },
							    { 1001, ACK, 0, 0 },
							    { 1002, RST, 0, 0 },
							    { 1010, SYN, UP, NEW },
							    { 1011, SYN_ACK, 0, 0 } };
	static const struct tale_step others[TALE_STEPS] = { { 900, HELD_SYN, UP, OLD },
							     { 1000, ELSE_SYN, UP, NEW },
							     { 1001, SYN_ACK, 0, 0 } };
	static const struct tw_nat_setting set;
	struct tw_nat_trial trial = tale_begin(), other = tale_begin();

	(void)state;
	trial.ended = other.ended = true;
	tale_tell(&trial, steps);
	tw_nat_trial_read(&trial, &set);
	assert_true(trial.syn_inside && trial.syn_outside && trial.reused);
	assert_int_equal(trial.inside.client_port, TALE_PORT);
	assert_int_equal(trial.outside.client_port, TALE_PUBLIC);
	assert_int_equal(trial.inside.seg.seq, TALE_R + UP);
	assert_int_equal(trial.outside.seg.tsval, (uint32_t)(TALE_T + OLD));
	assert_int_equal(trial.outside.at, (TALE_CLOSED + 1000) * TALE_MS);
	tale_tell(&other, others);
	tw_nat_trial_read(&other, &set);
	assert_false(other.reused);
	assert_int_equal(other.inside.at, (TALE_CLOSED + 900) * TALE_MS);
	assert_int_equal(other.outside.at, (TALE_CLOSED + 1000) * TALE_MS);
	assert_int_equal(other.second_syn_ns, 0);
}

/* ---- trials that tell nothing ---- */

static void void_with(const struct tale_step *steps, bool ended, const char *why)
{
	static const struct tw_nat_setting set;
	struct tw_nat_trial trial = tale_begin();

	trial.ended = ended;
	tale_tell(&trial, steps);
	tw_nat_trial_read(&trial, &set);
	assert_int_equal(trial.outcome, TW_NAT_VOID);
	if (!strstr(trial.trouble, why))
		fail_msg("\"%s\" does not tell \"%s\"", trial.trouble, why);
}

static void void_ones(void **state)
{
	static const struct tale_step none[TALE_STEPS],
		born[TALE_STEPS] = { { 1000, BORN_SYN, UP, NEW }, { 1000, SYN_ACK, 0, 0 } },
		held[TALE_STEPS] = { { 1000, HELD_SYN, UP, NEW } };

	(void)state;
	void_with(none, false, "before the NAT");
	void_with(born, true, "before the NAT");
	void_with(held, true, "connected, but no SYN was seen behind the NAT");
}

/* Trials are about the clients that the setting names. */
static void somebody_else(void **state)
{
	static const struct tale_step steps[TALE_STEPS] = { { 1000, SYN, UP, NEW },
							    { 1000, SYN_ACK, 0, 0 } };

	(void)state;
	for (unsigned same = 0; same < 2; same++)
		for (unsigned wanted = 0; wanted < 2; wanted++) {
			const struct tw_nat_setting set = { .second = wanted ? TW_NAT_SAME_HOST
									     : TW_NAT_OTHER_HOST };
			struct tw_nat_trial trial = tale_begin();

			trial.ended = true;
			if (same)
				trial.client = trial.first_client;
			tale_tell(&trial, steps);
			tw_nat_trial_read(&trial, &set);
			assert_int_equal(trial.outcome,
					 same == wanted ? TW_NAT_ACCEPTED : TW_NAT_VOID);
			assert_int_equal(!trial.trouble[0], same == wanted);
		}
}

static void trouble_stays(void **state)
{
	static const struct tale_step steps[TALE_STEPS] = { { 1000, SYN, UP, NEW },
							    { 1000, SYN_ACK, 0, 0 } };
	static const struct tw_nat_setting set;
	struct tw_nat_trial trial = tale_begin();

	(void)state;
	trial.ended = true;
	tale_tell(&trial, steps);
	snprintf(trial.trouble, sizeof(trial.trouble), "the cat was on the wire");
	tw_nat_trial_read(&trial, &set);
	assert_int_equal(trial.outcome, TW_NAT_VOID);
	assert_string_equal(trial.trouble, "the cat was on the wire");
}

/* As many as there is room for are read; one more is counted and not kept, and the trial is void. */
static void too_many(void **state)
{
	static const struct tale_step steps[TALE_STEPS] = { { 1000, SYN, UP, NEW },
							    { 1000, SYN_ACK, 0, 0 } },
				      more = { 1100, HELD_ACK, 0, 0 };
	static const struct tw_nat_setting set;
	struct tw_nat_trial *trial = malloc(2 * sizeof(*trial)), *full = trial + 1;

	(void)state;
	assert_non_null(trial);
	*trial = tale_begin();
	trial->ended = true;
	tale_tell(trial, steps);
	while (trial->n_packets < TW_NAT_PACKETS_MAX)
		tale_add(trial, &more);
	*full = *trial;
	tw_nat_trial_read(full, &set);
	assert_int_equal(full->outcome, TW_NAT_ACCEPTED);
	tale_add(trial, &more);
	assert_int_equal(trial->n_packets, TW_NAT_PACKETS_MAX + 1);
	assert_string_equal(trial->trouble, "");
	tw_nat_trial_read(trial, &set);
	assert_int_equal(trial->outcome, TW_NAT_VOID);
	assert_non_null(strstr(trial->trouble, "113 packets, room for 112"));
	free(trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_syns),    cmocka_unit_test(recoveries),
		cmocka_unit_test(limits),        cmocka_unit_test(timers),
		cmocka_unit_test(both_sides),    cmocka_unit_test(void_ones),
		cmocka_unit_test(trouble_stays), cmocka_unit_test(too_many),
		cmocka_unit_test(somebody_else),
	};

	return !!cmocka_run_group_tests_name("test_nat_trial", tests, NULL, NULL);
}
