/*
 * Walks that were kept: played again.
 */
#ifndef TWPROBE_REPLAY_H
#define TWPROBE_REPLAY_H

#include "explore/fuzz.h"

/* Reads a walk from a JSON file. 0 or -EINVAL. */
int tw_replay_read(const char *path, struct tw_walk *ret, struct tw_err *err);

/*
 * Plays the walk TW_CONFIRMATIONS times on a lane of its own; @ret has how often kernel and model disagreed, and about what. 0 or
 * negative errno; -EAGAIN: no play of it had a verdict.
 */
int tw_replay(const struct tw_walk *walk, const struct tw_model_facts *facts, enum tw_family family,
	      enum tw_clause broken, struct tw_fuzz_find *ret, struct tw_err *err);

/*
 * Plays every *.json of a directory, on one lane. @each is told of each; @ret_shown counts those that still disagree. 0 or negative
 * errno.
 */
int tw_replay_all(const char *dir, const struct tw_model_facts *facts, enum tw_family family,
		  void (*each)(const char *path, const struct tw_fuzz_find *find),
		  unsigned *ret_shown, struct tw_err *err);

#endif
