/*
 * Mechanism A played: one host behind the NAT starves another.
 */
#ifndef TWPROBE_NATLAB_STARVE_H
#define TWPROBE_NATLAB_STARVE_H

#include "nat/recycle_result.h"
#include "natlab/door_stage.h"

/* Plays @plot with @rule and judges it. Fills @ret; what goes wrong is in it. Up to 90 s. */
void tw_nat_starve_run(enum tw_nat_plot plot, enum tw_recycle_rule rule, uint64_t seed,
		       struct tw_nat_starving *ret);

/* starve_raw.c, starve_real.c: the play itself, on an open stage. 0 or negative errno. */
int tw_nat_starve_raw(struct tw_door_stage *stage, uint64_t seed, struct tw_nat_starving *ret,
		      struct tw_err *err);
int tw_nat_starve_real(struct tw_door_stage *stage, uint64_t seed, struct tw_nat_starving *ret,
		       struct tw_err *err);

#endif
