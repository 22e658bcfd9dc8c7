/*
 * The sinks that a command line asks for, as one; and what all results add up to.
 */
#ifndef TWPROBE_SINKS_H
#define TWPROBE_SINKS_H

#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "judge/claims.h"
#include "report/report.h"

struct tw_sink_choice {
	bool json, ktap, verbose, quiet, trace, pcap_all, claims;
	const char *junit, *pcap_dir, *evidence, *color;
};

enum {
	TW_SINK_OPTS = 11,
	TW_SINKS_MAX = 6
};

/* The options that fill @choice, TW_SINK_OPTS of them. */
void tw_sink_options(struct tw_sink_choice *choice, struct tw_opt *ret_opts);

/* -EINVAL if two of them cannot be had together. */
int tw_sink_choice_check(const struct tw_sink_choice *choice, struct tw_err *err);

struct tw_sinks {
	struct tw_sink *sink[TW_SINKS_MAX];
	unsigned n;
	FILE *evidence;
	struct tw_totals totals;
	struct tw_claims_table claims;
};

/* Opens what was chosen and begins. 0 or negative errno; tw_sinks_end() is to be called in either case. */
int tw_sinks_begin(struct tw_sinks *sinks, const struct tw_sink_choice *choice,
		   const struct tw_run_info *info, struct tw_err *err);
int tw_sinks_result(struct tw_sinks *sinks, const struct tw_result *res, struct tw_err *err);
int tw_sinks_end(struct tw_sinks *sinks, double wall_s, struct tw_err *err);

/* 1 if a row failed, 70 if one has no verdict, 4 if all were skipped, else 0. */
enum tw_exit tw_totals_exit(const struct tw_totals *totals);

#endif
