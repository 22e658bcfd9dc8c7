/*
 * A random walk: a few segments to one tuple, in a world. Plain data: it can be played again, made smaller, written down.
 */
#ifndef TWPROBE_WALK_H
#define TWPROBE_WALK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "twprobe/case.h"
#include "twprobe/err.h"

enum {
	TW_WALK_MAX = 24, /* segments */
	TW_SHAPES = 24,   /* of segments, apart from flags and numbers: a run has so many */
};

struct tw_move {
	struct tw_send send;
	uint16_t pause_ms;
};

struct tw_walk {
	unsigned world; /* index of tw_fuzz_world_at() */
	uint32_t isn;   /* the peer's */
	uint32_t tsval; /* T */
	unsigned n;
	struct tw_move move[TW_WALK_MAX];
};

/* What walks are given. Everything but what one tuple can have for itself. */
struct tw_fuzz_world {
	const char *name;
	struct tw_given given;
	unsigned weight; /* how often, among all */
	unsigned
		pauses; /* of 100 moves so many wait for the limit of answers to pass; of the whole batch */
	unsigned most; /* tuples at once; 0: any number */
};

/* NULL past the last one. */
const struct tw_fuzz_world *tw_fuzz_world_at(unsigned i);

/* The shapes of a run. */
struct tw_shapes {
	struct tw_send shape[TW_SHAPES];
};

void tw_shapes_draw(struct tw_shapes *shapes, uint64_t *random);

/* A world, by weight. */
unsigned tw_walk_world(uint64_t *random);

/*
 * A walk in the world of that index; @world is the same for the model. The pauses are the batch's: all walks of a play have them at
 * the same moves.
 */
void tw_walk_draw(const struct tw_shapes *shapes, unsigned index, const struct tw_world *world,
		  uint64_t *random, struct tw_walk *ret);

/* How much there is to read in it: segments first, then what is unusual about them. */
unsigned tw_walk_cost(const struct tw_walk *walk);

/* The @i-th walk that is a little simpler; false: there are no more. */
bool tw_walk_simpler(const struct tw_walk *walk, unsigned i, struct tw_walk *ret);

/*
 * The walk as a hand-made row, for the engine, the reports and `export`. 0, or -E2BIG if it has more than TW_STEPS_MAX segments: what
 * is cut off is another walk.
 */
int tw_walk_row(const struct tw_walk *walk, struct tw_case *ret, struct tw_err *err);

json_t *tw_walk_to_json(const struct tw_walk *walk);
int tw_walk_from_json(const json_t *doc, struct tw_walk *ret, struct tw_err *err);

#endif
