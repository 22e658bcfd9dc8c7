/*
 * Asks a kernel for the reactions at many points, on one lane. Only the kernel oracle uses it.
 */
#ifndef TWPROBE_LANE_ASK_H
#define TWPROBE_LANE_ASK_H

#include "explore/crowd.h"
#include "explore/map.h"

enum {
	TW_ASK_BATCH = 1024, /* tuples at once */
	TW_ASK_STEPS = 24,   /* points of one tuple */
};

struct tw_lane_ask {
	const struct tw_map_setup *setup;
	struct tw_stand stand;
	struct tw_crowd *crowd;
	uint64_t random;
	uint64_t tuples; /* that were set up */
	uint32_t wnd;    /* of the last */
	/* of one call */
	const struct tw_point *points;
	uint32_t *kinds;
	unsigned *todo; /* indices of points, n of them, of which some were taken */
	unsigned n, taken;
	unsigned taken_by[TW_ASK_BATCH];  /* the point that the tuple was asked last */
	unsigned asked[TW_ASK_STEPS + 2]; /* tuples that were asked so many */
	struct tw_seat seat[TW_ASK_BATCH];
};

int tw_lane_ask_open(struct tw_lane_ask *ask, const struct tw_map_setup *setup, uint64_t seed,
		     struct tw_err *err);
void tw_lane_ask_close(struct tw_lane_ask *ask);

/* Kinds of @n points. 0 or negative errno; -EAGAIN: the kernel's answers could not be told after many attempts. */
int tw_lane_ask(struct tw_lane_ask *ask, const struct tw_point *points, unsigned n,
		uint32_t *ret_kinds, struct tw_err *err);

#endif
