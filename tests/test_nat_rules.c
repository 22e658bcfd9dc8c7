/*
 * What becomes of a SYN on a tuple in TIME_WAIT: rule book D-20, D-30, N-22 to N-30, at every edge. The expectations are written down
 * from the rule book's words, by distance, and not computed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_timestamps),
		cmocka_unit_test(without_ts_recent),
		cmocka_unit_test(one_sided),
		cmocka_unit_test(restarts),
	};

	return !!cmocka_run_group_tests_name("test_nat_rules", tests, NULL, NULL);
}
