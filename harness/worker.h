/*
 * One worker process of the pool.
 */
#ifndef TWPROBE_WORKER_H
#define TWPROBE_WORKER_H

#include "pool.h"

enum {
	TW_ITEMS_MAX = 4096,
	TW_WORKERS_MAX = 64
};

/* What pool and workers share. */
struct tw_board {
	unsigned next;                  /* into plan->order; taken by atomic addition */
	uint8_t taken_by[TW_ITEMS_MAX]; /* worker + 1, by index of the plan */
};

struct tw_worker {
	const struct tw_plan *plan;
	const struct tw_pool_cfg *cfg;
	struct tw_board *board;
	unsigned no;
	int out; /* results, one line of JSON each: [index, row] */
};

/* Plays items until none is left. Returns the exit code of the process. */
int tw_worker_main(const struct tw_worker *w);

#endif
