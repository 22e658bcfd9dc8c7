/*
 * The little statistics that rates and medians need. Pure.
 */
#ifndef TWPROBE_NAT_STATS_H
#define TWPROBE_NAT_STATS_H

#include <stdbool.h>
#include <stddef.h>

#include "nat/result.h"

/* @n of @of with its 95 % confidence interval by Wilson's score; of 0 it is 0 to 1. */
struct tw_nat_rate tw_nat_rate(unsigned n, unsigned of);

/*
 * True if two measurements can be of the same rate: the 95 % interval of their difference, by Newcombe's method from Wilson's
 * intervals, has 0 in it.
 */
bool tw_nat_rates_agree(const struct tw_nat_rate *a, const struct tw_nat_rate *b);

/* The @q-th quantile (0 to 1) of @n values, which are sorted in place: nearest rank. NAN of none. */
double tw_nat_quantile(double *values, size_t n, double q);

#endif
