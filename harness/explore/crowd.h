/*
 * A crowd: a full batch of tuples in the same state, each of which is asked as many segments as its owner likes. The stand is
 * the caller's; the crowd owns its buffers. What is left of the tuples is taken away after each play.
 */
#ifndef TWPROBE_CROWD_H
#define TWPROBE_CROWD_H

#include "base/counters.h"
#include "engine/engine.h"
#include "stand/stand.h"

/* What is chosen for one tuple. */
struct tw_seat {
	uint32_t isn;   /* the peer's */
	uint32_t tsval; /* of the peer's segments; T */
};

/*
 * The owner. Called for tuple @who before the first segment (@t is NULL) and after each, when @t has its outcome: t->sent, t->seen,
 * t->entry, t->sent_at. Writes the next step to @next, or returns false: that was all. What it learns is void if the play
 * turns out to be. When a half-open connection has come up its answer is not heard: a RST takes that away.
 */
typedef bool tw_crowd_fn(void *arg, unsigned who, unsigned step, const struct tw_tuple *t,
			 struct tw_step *next);

struct tw_crowd_cfg {
	struct tw_stand *stand;
	unsigned size;  /* most tuples */
	unsigned steps; /* most segments to one tuple, and one more that clears up */
};

struct tw_crowd_play {
	const struct tw_given *given;
	enum tw_family family;
	unsigned n;
	const struct tw_seat *seats;
	tw_crowd_fn *fn;
	void *arg;
};

struct tw_crowd_result {
	unsigned failed;   /* tuples that did not get into the state: nobody was asked about them */
	char trouble[160]; /* of the last of them */
	unsigned fences;   /* each is one segment in and one RST out */
	char why_void[256];                 /* not empty: nothing that was seen counts */
	struct tw_counters *before, *after; /* of the DUT; the crowd's own */
};

struct tw_crowd;

struct tw_crowd *tw_crowd_new(const struct tw_crowd_cfg *cfg, struct tw_err *err);
void tw_crowd_free(struct tw_crowd *crowd);

/* Plays. 0, also if it is void; or negative errno: the stand is of no use any more. */
int tw_crowd_play(struct tw_crowd *crowd, const struct tw_crowd_play *play,
		  struct tw_crowd_result *ret, struct tw_err *err);

/* By how much a counter moved in the last play. */
uint64_t tw_crowd_moved(const struct tw_crowd_result *result, const char *name);

#endif
