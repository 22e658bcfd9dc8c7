/*
 * What the judge's files share; nobody else includes this. match.c compares, judge_doubt.c says when there is no verdict,
 * judge_claims.c looks at claims, judge.c gives the verdicts.
 */
#ifndef TWPROBE_JUDGE_IMPL_H
#define TWPROBE_JUDGE_IMPL_H

#include "twprobe/verdict.h"

/* By how much the counter moved, the fence's part included. */
int64_t tw_judge_moved(const struct tw_step_evidence *se, const char *name);
/* How often @want names the counter. */
int64_t tw_judge_wanted(const struct tw_expect *want, const char *name);
bool tw_judge_has_reason(const struct tw_step_evidence *se, const char *reason);

/* This process was stopped at a moment when that matters: ERROR in step @i (from 0), worth another set-up. True. */
bool tw_judge_held_up(struct tw_verdict *v, unsigned i, const char *what);

/* True if the DUT's timers may be where the row does not expect them: no reason to say that the kernel does something wrong. */
bool tw_judge_off_time(const struct tw_case *row, const struct tw_evidence *ev, unsigned i,
		       struct tw_verdict *v);

/* True if the evidence allows no verdict; @v then says why. */
bool tw_judge_doubtful(const struct tw_case *row, const struct tw_evidence *ev,
		       const struct tw_facts *facts, struct tw_verdict *v);

#endif
