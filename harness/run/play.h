/*
 * Plays one row on one family, on a stand: sets it up (again, if the set-up fails), lets the engine run its steps, and leaves the
 * evidence behind. Never waits; the caller polls.
 */
#ifndef TWPROBE_PLAY_H
#define TWPROBE_PLAY_H

#include <stdint.h>

#include "base/result.h"
#include "engine/engine.h"
#include "stand/stand.h"

enum {
	TW_SETUPS_MAX = 3
};

struct tw_play {
	struct tw_stand *stand;
	const struct tw_facts *facts;
	struct tw_result *res; /* the caller's; its evidence is filled in, and its verdict */
	struct tw_tuple tuple;
	uint64_t seed;
	unsigned setups;
	bool over;
};

/* Begins. @res->row and @res->family are set by the caller, the rest is overwritten. Failures end up in the evidence. */
void tw_play_start(struct tw_play *play, struct tw_stand *stand, const struct tw_facts *facts,
		   struct tw_result *res, uint64_t seed);

/* True when it is over; else poll again at @ret_deadline (CLOCK_MONOTONIC, ns). Marks the stand dirty if it is. */
bool tw_play_poll(struct tw_play *play, uint64_t *ret_deadline);

#endif
