/*
 * One worker process of the pool: it owns one lane and plays one row at a time on it.
 */
#ifndef TWPROBE_WORKER_H
#define TWPROBE_WORKER_H

#include "run/pool.h"

enum {
	TW_ITEMS_MAX = 4096,
	TW_JOBS_MAX = 64,
	/*
	 * Processes per job, all pinned to its CPU. Mostly they wait: for an entry to age, and for the kernel's grace
	 * periods when packet sockets are opened and closed.
	 */
	TW_LANES_PER_JOB = 12,
	TW_SLOW_MAX = 512, /* slow results of one run; each has a process of its own */
	TW_WORKERS_MAX = TW_JOBS_MAX * TW_LANES_PER_JOB + TW_SLOW_MAX,
};

/* What pool and workers share. */
struct tw_board {
	unsigned next; /* into the fast part of plan->order; taken by atomic addition */
	uint16_t taken_by[TW_ITEMS_MAX]; /* worker + 1, by index of the plan */
};

struct tw_worker {
	const struct tw_plan *plan;
	const struct tw_pool_cfg *cfg;
	struct tw_board *board;
	unsigned no;
	int out;        /* results, one line of JSON each: [index, row] */
	int turn;       /* turn.h: the file */
	unsigned until; /* no item is begun from this place of the order on; 0: all are */
};

/* Plays items until none is left. Returns the exit code of the process. */
int tw_worker_main(const struct tw_worker *w);

#endif
