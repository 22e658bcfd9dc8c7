#include "nat/stats.h"

#include <math.h>
#include <stdlib.h>

/* The 97.5 % quantile of the standard normal distribution. */
static const double z = 1.959963984540054;

struct tw_nat_rate tw_nat_rate(unsigned n, unsigned of)
{
	struct tw_nat_rate ret = { n, of, 0, 1 };
	double p, middle, half;

	if (!of)
		return ret;
	p = (double)n / of;
	middle = p + z * z / (2.0 * of);
	half = z * sqrt(p * (1 - p) / of + z * z / (4.0 * of * of));
	/* At both ends one limit is the end itself, which rounding must not miss. */
	if (n > 0)
		ret.low = (middle - half) / (1 + z * z / of);
	if (n < of)
		ret.high = (middle + half) / (1 + z * z / of);
	return ret;
}

bool tw_nat_rates_agree(const struct tw_nat_rate *a, const struct tw_nat_rate *b)
{
	double p, q, d;

	if (!a->of || !b->of)
		return true;
	p = (double)a->n / a->of;
	q = (double)b->n / b->of;
	d = p - q;
	return d - hypot(p - a->low, b->high - q) <= 0 && d + hypot(a->high - p, q - b->low) >= 0;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool is_sorted(const double *values, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (values[i] < values[i - 1])
			return false;
	return true;
}

double tw_nat_quantile(double *values, size_t n, double q)
{
	double rank;

	if (!n)
		return NAN;
	if (!is_sorted(values, n))
		qsort(values, n, sizeof(*values), by_size);
	/* 0.07 * 100 is a little more than 7. */
	rank = ceil(q * (double)n * (1 - 1e-14));
	if (rank < 1)
		return values[0];
	return values[rank < (double)n ? (size_t)rank - 1 : n - 1];
}
