/*
 * From a walk on which kernel and model disagree to the smallest that still shows it, and how surely it does.
 */
#ifndef TWPROBE_SHRINK_H
#define TWPROBE_SHRINK_H

#include "explore/referee.h"

enum {
	TW_CONFIRMATIONS = 10
};

/*
 * Makes @walk smaller until nothing can be left out; @seen is what it shows then. If it does not show it again both stay as they are.
 * 0 or negative errno.
 */
int tw_shrink(struct tw_referee *referee, struct tw_walk *walk, struct tw_dispute_seen *seen,
	      struct tw_err *err);

struct tw_confirmed {
	unsigned shown;              /* a disagreement, */
	unsigned played;             /* of so many plays that had a verdict */
	struct tw_dispute_seen seen; /* the last */
};

/* Plays it TW_CONFIRMATIONS times. 0 or negative errno. */
int tw_confirm(struct tw_referee *referee, const struct tw_walk *walk, struct tw_confirmed *ret,
	       struct tw_err *err);

/* The one of @walks that makes a counter wrong, alone. Its index, -ENOENT if none does so alone, or another negative errno. */
int tw_find_culprit(struct tw_referee *referee, const struct tw_walk *walks, unsigned n,
		    struct tw_dispute_seen *ret, struct tw_err *err);

#endif
