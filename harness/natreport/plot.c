#include "natreport/plot.h"

#include <math.h>
#include <stdlib.h>

/* Distance from 0 on the signed scale: what lies between 0 and 1 takes as much room as three doublings. */
static double signed_log(double value)
{
	double size = fabs(value);

	return copysign(size < 1 ? 3 * size : 3 + log2(size), value);
}

static double bend(const struct tw_scale *scale, double value)
{
	switch (scale->kind) {
	case TW_SCALE_LOG:
		return log10(value > 1e-12 ? value : 1e-12);
	case TW_SCALE_SIGNED:
		return signed_log(value);
	default:
		return value;
	}
}

double tw_scale_at(const struct tw_scale *scale, double value)
{
	double lo = bend(scale, scale->lo), hi = bend(scale, scale->hi);
	double part = hi > lo ? (bend(scale, value) - lo) / (hi - lo) : 0;

	if (!(part > 0))
		part = 0;
	if (part > 1)
		part = 1;
	return scale->from + part * (scale->to - scale->from);
}

/* The smallest of 1, 2, 5 times a power of ten that is not below @least. */
static double round_step(double least)
{
	double power = pow(10, floor(log10(least)));

	if (least <= power)
		return power;
	if (least <= 2 * power)
		return 2 * power;
	return least <= 5 * power ? 5 * power : 10 * power;
}

unsigned tw_ticks_linear(double lo, double hi, unsigned most, const char *unit,
			 struct tw_tick ret[TW_TICKS_MAX])
{
	double step;
	unsigned n = 0;

	if (!isfinite(lo) || !isfinite(hi) || hi <= lo || !most)
		return 0;
	step = round_step((hi - lo) / most);
	for (double i = ceil(lo / step - 1e-9); i * step <= hi + step * 1e-9 && n < TW_TICKS_MAX;
	     i++) {
		ret[n].at = i * step + 0.0; /* no -0 */
		snprintf(ret[n].label, sizeof(ret[n].label), "%.6g%s", ret[n].at, unit);
		n++;
	}
	return n;
}

unsigned tw_ticks_time(double lo, double hi, struct tw_tick ret[TW_TICKS_MAX])
{
	unsigned n = 0;

	for (int power = -6; power <= 9 && n < TW_TICKS_MAX; power++) {
		double ms = pow(10, power);

		if (ms < lo * 0.999 || ms > hi * 1.001)
			continue;
		ret[n].at = ms;
		if (power < 3)
			snprintf(ret[n].label, sizeof(ret[n].label), "%.6g ms", ms);
		else
			snprintf(ret[n].label, sizeof(ret[n].label), "%.6g s", ms / 1000);
		n++;
	}
	return n;
}

static int by_wish(const void *a, const void *b)
{
	const struct tw_label *x = a, *y = b;

	return x->wish < y->wish ? -1 : x->wish > y->wish;
}

void tw_labels_spread(struct tw_label *label, unsigned n, double gap, double top, double bottom)
{
	double least = top;

	if (n > 1)
		qsort(label, n, sizeof(*label), by_wish);
	for (unsigned i = 0; i < n; i++) {
		label[i].at = label[i].wish > least ? label[i].wish : least;
		least = label[i].at + gap;
	}
	for (unsigned i = n; i-- > 0; bottom -= gap) {
		if (label[i].at > bottom)
			label[i].at = bottom;
	}
}
