/*
 * The bench: full batches of the ten-probe mix, each verdict checked against its row.
 */
#ifndef TWPROBE_BENCH_H
#define TWPROBE_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "twprobe/case.h"
#include "twprobe/err.h"

enum {
	TW_BENCH_MIX = 10
};

struct tw_bench_cfg {
	enum tw_family family;
	uint64_t verdicts; /* of this lane */
	unsigned batch;
	unsigned cpu; /* the worker's number: it is pinned */
	uint64_t seed;
};

/* One lane's account. Plain data: it lives in memory that is shared with the parent. */
struct tw_bench_result {
	uint64_t verdicts, wrong;
	uint64_t setups_failed; /* tuples that had to be set up again */
	uint64_t waits, strays, pcap_drops, unfenced;
	double cpu_s, wall_s;
	double floor_us; /* CPU of one frame that the DUT drops at once: what this machine can do */
	bool done;       /* the lane came to its end */
	char trouble[384];     /* not empty: the campaign is void, and why */
	char first_wrong[512]; /* row, expected, observed */
	char last_setup_trouble[160];
};

/* The rows of the mix; NULL-terminated ids. */
extern const char *const tw_bench_mix[TW_BENCH_MIX + 1];

/* Plays @cfg->verdicts verdicts on a stand of its own. Failures are in @ret as well as returned. */
int tw_bench_lane(const struct tw_bench_cfg *cfg, struct tw_bench_result *ret, struct tw_err *err);

#endif
