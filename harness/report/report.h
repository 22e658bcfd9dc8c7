/*
 * Where results go. A sink is opened before the first result, fed each result in the order of the
 * plan, and closed with the totals. Sinks never judge and never change a result.
 */
#ifndef TWPROBE_REPORT_H
#define TWPROBE_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "base/result.h"
#include "twprobe/case.h"
#include "twprobe/err.h"
#include "twprobe/evidence.h"
#include "twprobe/facts.h"
#include "twprobe/verdict.h"

/* What the text report says about the claims of the articles. */
enum tw_claims_told {
	TW_CLAIMS_UNTOLD,
	TW_CLAIMS_COUNTED, /* in one line */
	TW_CLAIMS_LISTED,
};

struct tw_claims_table;

/* What a sink is told before the first result. Stays valid until end(). */
struct tw_run_info {
	const char *version;
	const char *command; /* "twprobe run 'syn.*' -4": how to run this again */
	time_t started;      /* wall clock; 0: not told */
	uint64_t seed;
	unsigned jobs;
	unsigned planned; /* results that will come */
	unsigned groups;  /* first parts of their ids, each counted once; 0: no outer KTAP plan */
	/* rows that the patterns select but that wait longer than was asked for */
	unsigned slow_left_out, slowest_left_out;
	unsigned virtual_left_out; /* or for days */
	enum tw_claims_told claims;
	const struct tw_facts *facts;
};

struct tw_totals {
	unsigned outcome[TW_OUTCOMES];
	unsigned rfc[TW_RFC_CONFORMANCES];
	unsigned resetups; /* connections that had to be set up again */
	double wall_s;
	const struct tw_claims_table *claims; /* concluded; NULL: not gathered */
};

struct tw_sink {
	const struct tw_sink_ops *ops;
};

/*
 * On failure of any of them the caller still calls end(), which frees the sink in every case.
 * Results of one group (first part of the id) come one after the other.
 */
struct tw_sink_ops {
	int (*begin)(struct tw_sink *sink, const struct tw_run_info *info, struct tw_err *err);
	int (*result)(struct tw_sink *sink, const struct tw_result *res, struct tw_err *err);
	/* Writes what is left, closes what the sink opened (not @out below) and frees the sink. */
	int (*end)(struct tw_sink *sink, const struct tw_totals *totals, struct tw_err *err);
};

/*
 * Text for people: one line per family of rows (the first part of the id) with counts, each FAIL or
 * ERROR in five lines, a summary. @verbose: one line per result as well. @color as decided by
 * term.h. @pcap_dir: named in the failures if not NULL.
 */
struct tw_sink *tw_sink_text(FILE *out, bool verbose, bool color, const char *pcap_dir);
/* The timeline of every result: system calls and segments, in packetdrill's notation. */
struct tw_sink *tw_sink_trace(FILE *out);
/* One JSON document: the evidence file, see evidence_json.h. */
struct tw_sink *tw_sink_json(FILE *out);
/*
 * KTAP version 1, nested: one subtest per first part of the id, written when the last of its
 * results is there.
 */
struct tw_sink *tw_sink_ktap(FILE *out);
/* JUnit XML into the file @path: one suite per first part of the id. */
struct tw_sink *tw_sink_junit(const char *path);
/*
 * One pcapng file per FAIL or ERROR (@all: per result) into the directory @dir, which is made if
 * need be; named "syn.seq-above.ipv4.pcapng".
 */
struct tw_sink *tw_sink_pcap(const char *dir, bool all);

#endif
