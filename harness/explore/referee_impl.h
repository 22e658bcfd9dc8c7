/*
 * What the referee's two files share; nobody else includes this.
 */
#ifndef TWPROBE_REFEREE_IMPL_H
#define TWPROBE_REFEREE_IMPL_H

#include "explore/referee.h"

#define TW_MS 1000000u

enum {
	TW_SUMS_MAX = 16
};

/* How far a walk has got. */
struct tw_course {
	struct tw_model m;
	bool begun, over, unclear;
	unsigned judged;         /* segments */
	enum tw_clause by;       /* the last */
	uint64_t slack_ms;       /* the widest bracket so far */
	uint64_t timer_slack_ms; /* of the one that set the timer */
	struct tw_dispute_seen dispute;
};

struct tw_sum {
	const char *name;
	uint64_t n;
};

struct tw_referee {
	struct tw_stand stand;
	struct tw_crowd *crowd;
	struct tw_model_facts facts;
	enum tw_family family;
	enum tw_clause broken;
	uint64_t decided[TW_CLAUSES];
	/* of one play */
	const struct tw_walk *walks;
	struct tw_world world;
	struct tw_seat seat[TW_REFEREE_SIZE];
	struct tw_course course[TW_REFEREE_SIZE];
	unsigned n_sums;
	struct tw_sum sum[TW_SUMS_MAX];
};

void tw_referee_sums_reset(struct tw_referee *r);

/* One outcome against the model. */
void tw_referee_judge(struct tw_referee *r, unsigned who, unsigned step, const struct tw_tuple *t);

#endif
