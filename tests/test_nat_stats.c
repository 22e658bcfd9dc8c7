/*
 * Intervals and quantiles against published values: Newcombe, Two-sided confidence intervals for the single proportion, table I,
 * method 3, and Interval estimation for the difference between independent proportions, table II, method 10 (both Statistics in
 * Medicine 17, 1998).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nat/stats.h"

static void assert_near(double have, double want, double within)
{
	if (!(fabs(have - want) <= within))
		fail_msg("%.9g instead of %.9g", have, want);
}

static void wilson(void **state)
{
	static const struct {
		unsigned n, of;
		double low, high;
	} known[] = {
		/* published, four places */
		{ 81, 263, 0.2553, 0.3662 },
		{ 15, 148, 0.0624, 0.1605 },
		{ 0, 20, 0, 0.1611 },
		{ 1, 29, 0.0061, 0.1718 },
		/* mirrored */
		{ 182, 263, 0.6338, 0.7447 },
		{ 29, 29, 0.8830, 1 },
		/* For n = 0 the upper limit is z^2 / (of + z^2), z^2 = 3.841459: by hand. */
		{ 0, 1, 0, 0.7935 },
		{ 1, 1, 0.2065, 1 },
		{ 0, 6, 0, 0.3903 },
		{ 0, 1000000, 0, 0.0000 },
		/* Of a half the limits are 1/2 -+ z / (2 sqrt(of + z^2)): by hand. */
		{ 64, 128, 0.4147, 0.5853 },
		{ 500000, 1000000, 0.4990, 0.5010 },
		{ 2000000000u, 4000000000u, 0.5000, 0.5000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct tw_nat_rate rate = tw_nat_rate(known[i].n, known[i].of);

		assert_int_equal(rate.n, known[i].n);
		assert_int_equal(rate.of, known[i].of);
		assert_near(rate.low, known[i].low, 0.00005);
		assert_near(rate.high, known[i].high, 0.00005);
	}
}

/* The ends are met exactly; of nothing, nothing is known; the interval never leaves 0 to 1 nor loses the rate. */
static void wilson_ends(void **state)
{
	struct tw_nat_rate none = tw_nat_rate(0, 0);

	(void)state;
	assert_true(none.low == 0 && none.high == 1);
	for (unsigned of = 1; of < 400; of++)
		for (unsigned n = 0; n <= of; n++) {
			struct tw_nat_rate rate = tw_nat_rate(n, of);
			double p = (double)n / of;

			assert_true(rate.low >= 0 && rate.high <= 1);
			assert_true(rate.low <= p && p <= rate.high && rate.low < rate.high);
			assert_int_equal(rate.low == 0, n == 0);
			assert_int_equal(rate.high == 1, n == of);
		}
}

static const struct pair {
	unsigned n, of, m, out_of;
	bool agree;
} pairs[] = {
	/* Published: the interval of the difference has 0 in it, or not. */
	{ 56, 70, 48, 80, false }, /* 0.0524 to 0.3339 */
	{ 9, 10, 3, 10, false },   /* 0.1705 to 0.8090 */
	{ 6, 7, 2, 7, false },     /* 0.0582 to 0.8062 */
	{ 5, 56, 0, 29, true },    /* -0.0381 to 0.1926 */
	{ 0, 10, 0, 20, true },    /* -0.1611 to 0.2775 */
	{ 0, 10, 0, 10, true },    /* -0.2775 to 0.2775 */
	{ 10, 10, 0, 20, false },  /* 0.6791 to 1 */
	{ 10, 10, 0, 10, false },  /* 0.6075 to 1 */
	/* The last that agrees and the first that does not; computed with 30 digits. */
	{ 50, 100, 63, 100, true },          /* -0.260474 to 0.007157 */
	{ 50, 100, 64, 100, false },         /* -0.269875 to -0.002949 */
	{ 0, 64, 4, 64, true },              /* -0.149975 to 0.005653 */
	{ 0, 64, 5, 64, false },             /* -0.170195 to -0.006235 */
	{ 53, 128, 500000, 1000000, true },  /* -0.167554 to 0.000687 */
	{ 52, 128, 500000, 1000000, false }, /* -0.174903 to -0.007134 */
	/* Of nothing there is nothing to disagree with. */
	{ 0, 0, 64, 64, true },
	{ 0, 0, 0, 64, true },
	{ 0, 0, 0, 0, true },
};

static void newcombe(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *pair = &pairs[i];
		struct tw_nat_rate a = tw_nat_rate(pair->n, pair->of);
		struct tw_nat_rate b = tw_nat_rate(pair->m, pair->out_of);
		struct tw_nat_rate not_a = tw_nat_rate(pair->of - pair->n, pair->of);
		struct tw_nat_rate not_b = tw_nat_rate(pair->out_of - pair->m, pair->out_of);

		assert_int_equal(tw_nat_rates_agree(&a, &b), pair->agree);
		assert_int_equal(tw_nat_rates_agree(&b, &a), pair->agree);
		/* Losses agree when successes do. */
		assert_int_equal(tw_nat_rates_agree(&not_a, &not_b), pair->agree);
	}
}

static void quantiles(void **state)
{
	double five[] = { 50, 15, 40, 20, 35 };
	double hundred[100], one[] = { 7 };

	(void)state;
	/* The usual example of the nearest rank: ranks 1, 2, 2, 3, 5. */
	assert_true(tw_nat_quantile(five, 5, 0.05) == 15);
	assert_true(five[0] == 15 && five[1] == 20 && five[2] == 35 && five[3] == 40 &&
		    five[4] == 50);
	assert_true(tw_nat_quantile(five, 5, 0.30) == 20);
	assert_true(tw_nat_quantile(five, 5, 0.40) == 20);
	assert_true(tw_nat_quantile(five, 5, 0.50) == 35);
	assert_true(tw_nat_quantile(five, 5, 1) == 50);
	assert_true(tw_nat_quantile(five, 5, 0) == 15);
	/* Of 1 to 100 the quantile p/100 is p, though 0.07 * 100 is more than 7 in binary. */
	for (int i = 0; i < 100; i++)
		hundred[i] = 1 + (i * 37) % 100;
	for (int p = 1; p <= 100; p++)
		assert_true(tw_nat_quantile(hundred, 100, p / 100.0) == p);
	assert_true(tw_nat_quantile(hundred, 100, 0.071) == 8);
	assert_true(tw_nat_quantile(one, 1, 0) == 7 && tw_nat_quantile(one, 1, 0.5) == 7);
	assert_true(isnan(tw_nat_quantile(NULL, 0, 0.5)));
}

/* With many values too, the rank is a whole number where the product is one. */
static void quantiles_of_many(void **state)
{
	enum {
		MANY = 1000000,
	};
	double *many = malloc(MANY * sizeof(*many));

	(void)state;
	assert_non_null(many);
	for (unsigned i = 0; i < MANY; i++)
		many[i] = (double)(i * UINT64_C(7919) % MANY + 1);
	assert_true(tw_nat_quantile(many, MANY, 0.5) == 500000);
	assert_true(tw_nat_quantile(many, MANY, 0.9) == 900000);
	assert_true(tw_nat_quantile(many, MANY, 0.999) == 999000);
	assert_true(tw_nat_quantile(many, MANY, 0.9999995) == 1000000);
	assert_true(tw_nat_quantile(many, MANY, 1e-6) == 1);
	free(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wilson),
		cmocka_unit_test(wilson_ends),
		cmocka_unit_test(newcombe),
		cmocka_unit_test(quantiles),
		cmocka_unit_test(quantiles_of_many),
	};

	return !!cmocka_run_group_tests_name("test_nat_stats", tests, NULL, NULL);
}
