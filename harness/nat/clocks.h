/*
 * What TSvals are made of, told by measurement. Pure.
 */
#ifndef TWPROBE_NAT_CLOCKS_H
#define TWPROBE_NAT_CLOCKS_H

#include "nat/result.h"

/*
 * Fills in clocks->kind from the samples: offsets that differ within a host are per 4-tuple; that differ between hosts only, per pair
 * of hosts; that are all the same, one clock. What has fewer than two ports and two hosts is untold. "The same" is within one
 * second: a clock that ticks with HZ (before 4.13) drifts against milliseconds, and random offsets are 24 days apart on average.
 */
void tw_nat_clocks_tell(struct tw_nat_clocks *clocks);

#endif
