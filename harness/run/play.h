/*
 * Plays one row on one family, on a stand: sets it up (again, if the set-up fails or this process is held up), lets the engine run its steps, and leaves the
 * evidence behind. Never waits; the caller polls.
 */
#ifndef TWPROBE_PLAY_H
#define TWPROBE_PLAY_H

#include <stdint.h>

#include "base/result.h"
#include "engine/engine.h"
#include "stand/stand.h"

enum {
	TW_SETUPS_MAX = 3, /* that fail, and nothing tells why */
	/*
	 * Set-ups in all: one in which this process was held up says nothing about the kernel. The next is to be over within
	 * TW_PLAY_MS of the beginning, if it takes as long as the last.
	 */
	TW_SETUPS_HELD_UP_MAX = 10,
	TW_PLAY_MS = 140000,
};

struct tw_play {
	struct tw_stand *stand;
	const struct tw_facts *facts;
	struct tw_result *res; /* the caller's; its evidence is filled in, and its verdict */
	struct tw_tuple tuple;
	uint64_t seed;
	unsigned setups;
	unsigned failed; /* of them, and it is not known that this process was held up */
	uint64_t began, began_this_one; /* the first set-up, the last; CLOCK_MONOTONIC, ns */
	bool over;
};

/* Begins. @res->row and @res->family are set by the caller, the rest is overwritten. Failures end up in the evidence. */
void tw_play_start(struct tw_play *play, struct tw_stand *stand, const struct tw_facts *facts,
		   struct tw_result *res, uint64_t seed);

/* True when it is over; else poll again at @ret_deadline (CLOCK_MONOTONIC, ns). Marks the stand dirty if it is. */
bool tw_play_poll(struct tw_play *play, uint64_t *ret_deadline);

#endif
