/*
 * Worker processes that play a plan. Each is pinned to a CPU and owns one lane; there are several per job, so that one row's
 * entry can age while the next is set up. Results come back as evidence, the same that goes into the evidence file, and are
 * judged from it.
 */
#ifndef TWPROBE_POOL_H
#define TWPROBE_POOL_H

#include "base/result.h"
#include "run/plan.h"

struct tw_pool_cfg {
	unsigned jobs; /* CPUs to use */
	uint64_t seed;
	const struct tw_facts *facts;
	/*
	 * Of a worker whose reader is far away and judges for himself: of a result only what is read back is told, and which row is
	 * begun ("[index]").
	 */
	bool raw;
	bool patient; /* see struct tw_stand_cfg */
};

/* The number of jobs that makes sense for @plan; @asked 0: one per CPU. */
unsigned tw_pool_jobs(unsigned asked, const struct tw_plan *plan);

/* Called for each result in the order of the plan. Negative errno stops the run. */
typedef int tw_result_fn(void *arg, struct tw_result *res, struct tw_err *err);

/*
 * Plays the plan. Every item gives a result: what a worker that died leaves behind is an ERROR row. 0 or negative errno.
 * When it returns all workers are gone.
 */
int tw_pool_run(const struct tw_plan *plan, const struct tw_pool_cfg *cfg, tw_result_fn *fn,
		void (*progress)(void *arg, unsigned done, const char *id), void *arg,
		struct tw_err *err);

#endif
