/*
 * The fuzzer's lane: draws walks, lets the referee play them, shrinks and confirms what is disputed. Runs in a process of its own; the
 * account lies in memory that is shared with the parent.
 */
#ifndef TWPROBE_FUZZ_H
#define TWPROBE_FUZZ_H

#include <stdbool.h>
#include <stdint.h>

#include "explore/referee.h"

enum {
	TW_FINDS_OF_LANE = 16
};

struct tw_fuzz_cfg {
	enum tw_family family;
	struct tw_model_facts facts;
	enum tw_clause broken; /* of the model, for tests */
	uint64_t seed;
	unsigned cpu;
	uint64_t until;  /* CLOCK_MONOTONIC, ns */
	bool first_only; /* stop when something was found */
};

struct tw_fuzz_find {
	struct tw_walk walk; /* shrunk */
	struct tw_dispute_seen seen;
	unsigned confirmed; /* 0: it was not seen again, */
	unsigned played;    /* in so many plays that had a verdict, of TW_CONFIRMATIONS */
	unsigned times;     /* that the same showed up */
	uint64_t first;     /* when it was seen first, CLOCK_MONOTONIC, ns */
};

struct tw_fuzz_account {
	uint64_t segments, walks, plays;
	uint64_t unclear, failed, voids;
	uint64_t decided[TW_CLAUSES];
	unsigned n_finds;
	struct tw_fuzz_find find[TW_FINDS_OF_LANE];
	char last_void[256];
	char trouble[384]; /* not empty: the lane broke down */
	bool done;
};

/*
 * Adds what a lane has found to the sum of all. Of the same in both that stays which was shown more often, then the simpler one. What
 * is more than TW_FINDS_OF_LANE is left out.
 */
void tw_fuzz_join(struct tw_fuzz_account *sum, const struct tw_fuzz_find *find);

/* @stop: shared by all lanes; set when one of them is to be the last word. */
void tw_fuzz_lane(const struct tw_fuzz_cfg *cfg, struct tw_fuzz_account *ret, bool *stop);

#endif
