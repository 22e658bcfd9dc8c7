/*
 * Claims, judged: what an article predicts is held against the evidence, whatever the row expects of this kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge/judge_claims.h"
#include "judge_scene.h"

#define OPENED                                                            \
	{                                                                 \
		.reply = SYN | ACK, .ack = AT(SEG_END, 0), .tw = REOPENED \
	}
#define REFUSED                           \
	{                                 \
		.reply = ACK, .tw = ALIVE \
	}

struct claimed {
	const char *what;
	const struct scene_kind *kind[2]; /* one step or two */
	struct tw_claims claim;
	void (*spoil)(struct scene *s);
	enum tw_holds holds;
};

static void counter_moved(struct scene *s)
{
	scene_move(&s->ev.step[0], "TcpExtTCPACKSkippedSeq", 1);
}

static void other_expectation(struct scene *s)
{
	s->row.step[0].expect.reply = RST;
}

static void excepted(struct scene *s)
{
	s->row.except[0] = (struct tw_except){ .when = "TcpExtPAWSTimewait",
					       .because = "it differs",
					       .expect = { .reply = RST } };
}

static void unfenced(struct scene *s)
{
	s->ev.step[0].fenced = false;
}

static void needy(struct scene *s)
{
	s->row.needs = "net.ipv4.tcp_tw_recycle";
}

static const struct claimed claimed[] = {
	{ "what the row expects is seen",
	  { &scene_opened },
	  { .as_expected = true },
	  NULL,
	  TW_HOLDS },
	{ "it is not",
	  { &scene_opened },
	  { .as_expected = true },
	  other_expectation,
	  TW_HOLDS_NOT },
	{ "a counter too many makes the row FAIL and is no matter to the claim",
	  { &scene_opened },
	  { .as_expected = true },
	  counter_moved,
	  TW_HOLDS },
	{ "what is expected of other kernels is no matter",
	  { &scene_opened },
	  { .as_expected = true },
	  excepted,
	  TW_HOLDS },
	{ "a prediction of its own is met", { &scene_opened }, { .want = OPENED }, NULL, TW_HOLDS },
	{ "... is not met", { &scene_refused }, { .want = OPENED }, NULL, TW_HOLDS_NOT },
	{ "... about the entry alone",
	  { &scene_opened },
	  { .want = { .tw = ALIVE } },
	  NULL,
	  TW_HOLDS_NOT },
	{ "the last step decides",
	  { &scene_challenged, &scene_killed },
	  { .want = { .reply = SILENCE, .tw = GONE } },
	  NULL,
	  TW_HOLDS },
	{ "or the one that is named",
	  { &scene_challenged, &scene_killed },
	  { .step = 1, .want = REFUSED },
	  NULL,
	  TW_HOLDS },
	{ "all steps, where it is as expected",
	  { &scene_challenged, &scene_killed },
	  { .as_expected = true },
	  other_expectation,
	  TW_HOLDS_NOT },
	{ "no verdict without evidence",
	  { &scene_opened },
	  { .as_expected = true },
	  unfenced,
	  TW_HOLDS_NONE },
	{ "none of a row that is skipped",
	  { &scene_opened },
	  { .as_expected = true },
	  needy,
	  TW_HOLDS_NONE },
};

static void claims_are_judged(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(claimed) / sizeof(*claimed); i++) {
		const struct claimed *c = &claimed[i];
		struct tw_verdict v;
		struct scene s;

		scene_begin(&s);
		for (unsigned k = 0; k < 2 && c->kind[k]; k++)
			scene_step(&s, c->kind[k]);
		s.row.claim[1] = c->claim;
		s.row.claim[0] = (struct tw_claims){ .id = "C0-1", .want = { .reply = URG } };
		s.row.claim[1].id = "C0-2";
		if (c->spoil)
			c->spoil(&s);
		scene_judge(&s, &v);
		if (v.claim[1] != c->holds)
			fail_msg("%s: %d", c->what, v.claim[1]);
		assert_int_equal(v.claim[0], c->holds ? TW_HOLDS_NOT : TW_HOLDS_NONE);
		assert_int_equal(v.claim[2], TW_HOLDS_NONE);
		scene_free(&s);
	}
}

/* What a scenario found: "bind" is EADDRINUSE, "sent" is 3, TcpExtTWRecycled did not move and nobody looked for "left". */
static void finds_are_judged(void **state)
{
	const struct {
		struct tw_claims claim;
		struct tw_expect expect;
		enum tw_holds holds;
	} rows[] = {
		{ { .want = { FINDS(IS("bind", "EADDRINUSE")) } }, { 0 }, TW_HOLDS },
		{ { .want = { FINDS(IS("bind", "OK")) } }, { 0 }, TW_HOLDS_NOT },
		{ { .want = { FINDS(BETWEEN("sent", 1, 2)) } }, { 0 }, TW_HOLDS_NOT },
		{ { .want = { FINDS(IS("left", "gone")) } }, { 0 }, TW_HOLDS_NONE },
		{ { .want = { FINDS(MOVES("TcpExtListenDrops", 1)) } }, { 0 }, TW_HOLDS_NOT },
		{ { .want = { FINDS(MOVES("TcpExtNoSuchCounter", 0)) } }, { 0 }, TW_HOLDS_NONE },
		{ { .as_expected = true },
		  { FINDS(IS("bind", "EADDRINUSE"), MOVES("TcpExtListenDrops", 1)) },
		  TW_HOLDS },
		{ { .as_expected = true },
		  { FINDS(IS("bind", "OK"), MOVES("TcpExtListenDrops", 0)) },
		  TW_HOLDS_NOT },
		{ { .as_expected = true }, { FINDS(MOVES("TcpExtListenDrops", 1)) }, TW_HOLDS_NOT },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		enum tw_holds holds[TW_CLAIMS_MAX] = { TW_HOLDS_NONE };
		struct scene s;

		scene_make(&s, &scene_opened);
		s.row.claim[0] = rows[i].claim;
		s.row.claim[0].id = "C0-1";
		s.row.step[0].expect = rows[i].expect;
		s.row.n_steps = 1;
		s.ev.step[0].found[0] = (struct tw_found){ "bind", TW_FIND_TEXT, "EADDRINUSE", 0 };
		s.ev.step[0].found[1] = (struct tw_found){ "sent", TW_FIND_NUMBER, "", 3 };
		s.ev.step[0].n_found = 2;
		tw_judge_claims(&s.row, &s.ev, &s.facts, holds);
		if (holds[0] != rows[i].holds)
			fail_msg("row %u: %d", i, holds[0]);
		scene_free(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_judged),
		cmocka_unit_test(finds_are_judged),
	};

	return !!cmocka_run_group_tests_name("test_judge_claims", tests, NULL, NULL);
}
