/*
 * The referee: plays walks of one world on a lane and holds every answer, every state, every timer and the sum of the counters
 * against the model. Owns a stand and a crowd.
 */
#ifndef TWPROBE_REFEREE_H
#define TWPROBE_REFEREE_H

#include "explore/crowd.h"
#include "explore/walk.h"

enum {
	TW_REFEREE_SIZE = 512, /* walks at once */
};

struct tw_dispute_seen {
	bool there;
	unsigned step; /* counted from 0 */
	char counter
		[48]; /* not empty: only the sum of this counter is wrong, wherever that came from */
	enum tw_clause by; /* that decided in the model */
	char differs[64];  /* what: "reply", "seq", "timer" ... */
	char expected[160], observed[160];
	uint16_t reply;    /* that was seen: flags or TW_SILENCE */
	enum tw_fate fate; /* likewise */
};

/* How a play went. */
struct tw_refereed {
	uint64_t segments; /* that were judged */
	unsigned
		unclear; /* walks that ended where this process's own delay left two answers possible */
	unsigned failed; /* walks whose connection did not come up */
	unsigned disputes;
	char why_void[256]; /* not empty: nothing counts */
};

struct tw_referee;

struct tw_referee *tw_referee_new(const struct tw_model_facts *facts, enum tw_family family,
				  enum tw_clause broken, struct tw_err *err);
void tw_referee_free(struct tw_referee *referee);

/*
 * Plays @n walks of one world, at most TW_REFEREE_SIZE. @ret[i]: of walk i. A counter that is wrong belongs to none of them if n > 1:
 * it stands in @ret_sum. 0, also for a void play, or negative errno.
 */
int tw_referee_play(struct tw_referee *referee, const struct tw_walk *walks, unsigned n,
		    struct tw_dispute_seen *ret, struct tw_dispute_seen *ret_sum,
		    struct tw_refereed *ret_play, struct tw_err *err);

/* Leaves another clause out of the model, or none. */
void tw_referee_break(struct tw_referee *referee, enum tw_clause clause);

/* How often each clause has decided so far. */
const uint64_t *tw_referee_decided(const struct tw_referee *referee);

#endif
