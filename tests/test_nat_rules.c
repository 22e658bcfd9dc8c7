/*
 * What becomes of a SYN on a tuple in TIME_WAIT: rule book D-20, D-30, N-22 to N-30, at every edge. The expectations are written down
 * from the rule book's words, by distance, and not computed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/model.h"
#include "nat/rules.h"

enum {
	ACCEPTS = TW_NAT_RULE_ACCEPTS,
	PAWS = TW_NAT_RULE_PAWS,
	SEQ = TW_NAT_RULE_SEQ,
};

/* Distances from T and from R. */
static const uint32_t half = 0x80000000u;

static const struct distance {
	uint32_t tsval, isn;
	int wanted;
} distances[] = {
	/* A newer TSval, whatever the sequence number (N-22). */
	{ 1, 0, ACCEPTS },
	{ 1, 1, ACCEPTS },
	{ 1, -1, ACCEPTS },
	{ 1, -1000000, ACCEPTS },
	{ 1, half, ACCEPTS },
	{ half - 1, -1, ACCEPTS },
	/* At a distance of 2^31 the new one counts as newer. */
	{ half, 1, ACCEPTS },
	{ half, -1, ACCEPTS },
	/* An older one, whatever the sequence number (N-26). */
	{ half + 1, 1, PAWS },
	{ half + 1, -1, PAWS },
	{ -1, 0, PAWS },
	{ -1, 1, PAWS },
	{ -1, -1, PAWS },
	{ -1, half, PAWS },
	{ -1, half - 1, PAWS },
	{ -1000000, 1000000, PAWS },
	/* The same: the sequence number decides (N-23, N-24, N-30). */
	{ 0, 1, ACCEPTS },
	{ 0, half - 1, ACCEPTS },
	{ 0, half, ACCEPTS },
	{ 0, half + 1, SEQ },
	{ 0, 0, SEQ },
	{ 0, -1, SEQ },
};

/* Where T and R may stand: amid, and before and after every wrap. */
static const uint32_t places[] = { 1,        2,          1000,           half - 1,  half,
				   half + 1, UINT32_MAX, UINT32_MAX - 1, 0x12345678 };

enum {
	PLACES = sizeof(places) / sizeof(places[0]),
};

static void with_timestamps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
		const struct distance *d = &distances[i];

		for (size_t t = 0; t < PLACES; t++)
			for (size_t r = 0; r < PLACES; r++) {
				struct tw_nat_entry entry = { true, places[t], places[r] };

				assert_int_equal(tw_nat_rule_of(&entry, true, places[t] + d->tsval,
								places[r] + d->isn),
						 d->wanted);
			}
	}
}

/* T = 0 switches PAWS off; a newer TSval is still worth a new connection. */
static void without_ts_recent(void **state)
{
	const struct tw_nat_entry entry = { true, 0, 5000 };

	(void)state;
	assert_int_equal(tw_nat_rule_of(&entry, true, 1, 4999), ACCEPTS);
	assert_int_equal(tw_nat_rule_of(&entry, true, half - 1, 4999), ACCEPTS);
	assert_int_equal(tw_nat_rule_of(&entry, true, half, 4999), ACCEPTS);
	assert_int_equal(tw_nat_rule_of(&entry, true, half + 1, 4999), SEQ);
	assert_int_equal(tw_nat_rule_of(&entry, true, half + 1, 5000), SEQ);
	assert_int_equal(tw_nat_rule_of(&entry, true, half + 1, 5001), ACCEPTS);
	assert_int_equal(tw_nat_rule_of(&entry, true, UINT32_MAX, 4999), SEQ);
	assert_int_equal(tw_nat_rule_of(&entry, true, UINT32_MAX, 5001), ACCEPTS);
	assert_int_equal(tw_nat_rule_of(&entry, true, 0, 5000), SEQ);
	assert_int_equal(tw_nat_rule_of(&entry, true, 0, 5001), ACCEPTS);
}

/* N-25, N-27, N-28: with timestamps on one side only, or on none, they say nothing. */
static void one_sided(void **state)
{
	static const struct {
		bool old, new;
	} sides[] = { { false, false }, { false, true }, { true, false } };
	static const struct {
		uint32_t isn;
		int wanted;
	} isns[] = { { 0, SEQ },        { 1, ACCEPTS },   { -1, SEQ }, { half - 1, ACCEPTS },
		     { half, ACCEPTS }, { half + 1, SEQ } };
	static const uint32_t tsvals[] = { 0, 1, -1, half, half - 1, half + 1 };

	(void)state;
	for (size_t s = 0; s < 3; s++)
		for (size_t i = 0; i < 6; i++)
			for (size_t t = 0; t < 6; t++)
				for (size_t r = 0; r < PLACES; r++) {
					struct tw_nat_entry entry = { sides[s].old, 7000,
								      places[r] };

					assert_int_equal(tw_nat_rule_of(&entry, sides[s].new,
									7000 + tsvals[t],
									places[r] + isns[i].isn),
							 isns[i].wanted);
				}
}

/* D-31: PAWS restarts the timer, an old sequence number does not; who is accepted leaves none to restart. */
static void restarts(void **state)
{
	(void)state;
	assert_true(tw_nat_rule_restarts(TW_NAT_RULE_PAWS));
	assert_false(tw_nat_rule_restarts(TW_NAT_RULE_SEQ));
	assert_false(tw_nat_rule_restarts(TW_NAT_RULE_ACCEPTS));
}

/* The rule and the model of the whole state (model/model.h) were written apart; where both speak they say the same. */
static void agrees_with_the_model(void **state)
{
	static const uint32_t away[] = {
		0,    1,        (uint32_t)-1, 2,           (uint32_t)-2,   1000,
		half, half - 1, half + 1,     0x40000000u, (uint32_t)-1000
	};
	static const uint32_t spots[] = { 0, 1, half, UINT32_MAX, 123456789 };
	const struct tw_world world = tw_world_default(&tw_model_facts_new);
	unsigned wrong = 0, n = sizeof(away) / sizeof(*away);

	(void)state;
	for (unsigned i = 0; i < 4 * 25 * n * n; i++) {
		struct tw_nat_entry entry = { i & 1, spots[i / 4 % 5], spots[i / 20 % 5] };
		struct tw_model model = { .state = TW_STATE_TIME_WAIT,
					  .rcv_nxt = entry.r,
					  .snd_nxt = 1,
					  .ts = entry.ts,
					  .ts_recent = entry.t,
					  .wnd = 65535,
					  .ends_ms = 60000 };
		const struct tw_seg syn = { .flags = TW_SYN,
					    .ts = i & 2,
					    .win = 65535,
					    .ttl = 64,
					    .mss = 1460,
					    .wscale = -1,
					    .seq = entry.r + away[i / 100 % n],
					    .tsval = entry.t + away[i / 100 / n] };
		enum tw_nat_rule rule = tw_nat_rule_of(&entry, syn.ts, syn.tsval, syn.seq);
		struct tw_reaction is = tw_model_step(&world, &model, &syn, NULL, 0);
		bool accepted = is.reply == (TW_SYN | TW_ACK);
		bool paws = is.counter[0] != NULL;

		wrong += rule != (accepted ? TW_NAT_RULE_ACCEPTS
				  : paws   ? TW_NAT_RULE_PAWS
					   : TW_NAT_RULE_SEQ);
		wrong += !accepted && tw_nat_rule_restarts(rule) != (is.fate == TW_RESTARTED);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_timestamps),
		cmocka_unit_test(without_ts_recent),
		cmocka_unit_test(one_sided),
		cmocka_unit_test(restarts),
		cmocka_unit_test(agrees_with_the_model),
	};

	return !!cmocka_run_group_tests_name("test_nat_rules", tests, NULL, NULL);
}
