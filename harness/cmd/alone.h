/*
 * One hand-made row, played on a lane of its own with everything that can be seen of it.
 */
#ifndef TWPROBE_ALONE_H
#define TWPROBE_ALONE_H

#include <stdint.h>

#include "base/result.h"
#include "twprobe/err.h"
#include "twprobe/facts.h"

/* Plays @res->row on @res->family; the evidence and the verdict are the result's. 0, or why there is no lane. */
int tw_alone_play(struct tw_result *res, const struct tw_facts *facts, uint64_t seed,
		  struct tw_err *err);

/* Its capture, into directory @dir; @command made it. 0 or negative errno. */
int tw_alone_capture(const struct tw_result *res, const struct tw_facts *facts, const char *command,
		     const char *dir, struct tw_err *err);

#endif
