/*
 * The reports of `twprobe nat`: the same campaign as text for a terminal, as JSON, as CSV, and as one HTML page with its pictures
 * inside. They read the campaign and nothing else, judge nothing and change nothing; whatever was not measured is left out or told
 * as such.
 */
#ifndef TWPROBE_NATREPORT_H
#define TWPROBE_NATREPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "nat/campaign.h"
#include "twprobe/err.h"

/*
 * Tables of at most 100 columns, what failed with its reason, a summary in the last line. @verbose: a line for every trial as well.
 * @color as decided by term.h.
 */
void tw_nat_report_text(FILE *out, const struct tw_nat_campaign *c, bool color, bool verbose);

/*
 * One JSON document:
 *
 *   { "twprobe": "0.1.0", "nat": 1, "kernel": { "release", "machine", "hz" }, "seed": "...", "trials", "slow", "headline",
 *     "scenarios": [ ... ], "clocks", "plane", "steps", "starving": [ ... ], "loads": [ ... ], "totals": { ... } }
 *
 * A scenario has its setting, its promise, the judge's numbers and "trials"; a trial both SYNs before and after the NAT, the
 * server's R, S and T, the remaining timer, the counters and the packets. Times are in ms or s as the names say ("at_ms" counts from
 * the trial's connect()); sequence numbers and TSvals are plain, and "dtsval" and "disn" are their signed distances to T and R. null
 * is "not there". One scenario per line. 0 or negative errno.
 */
int tw_nat_report_json(FILE *out, const struct tw_nat_campaign *c, struct tw_err *err);

/* A line per trial below a line of names (RFC 4180, but lines end in LF); empty where there is no value. 0 or -EIO. */
int tw_nat_report_csv(FILE *out, const struct tw_nat_campaign *c, struct tw_err *err);

/* A page that needs nothing else: no script, no other file. It is well-formed XML as well. 0 or negative errno. */
int tw_nat_report_html(FILE *out, const struct tw_nat_campaign *c, struct tw_err *err);

#endif
