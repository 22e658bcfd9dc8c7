/*
 * A load in packets (nat/load.h).
 */
#ifndef TWPROBE_NATLAB_LOAD_RUN_H
#define TWPROBE_NATLAB_LOAD_RUN_H

#include <stdint.h>

#include "nat/load.h"

/* Plays tw_nat_loads[@setting] and counts. Fills @ret but for what is simulated and judged; what goes wrong is in it. Half a minute. */
void tw_nat_load_run(unsigned setting, uint64_t seed, struct tw_nat_load *ret);

#endif
