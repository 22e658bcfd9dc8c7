/*
 * What covers what, written for people and for programs.
 */
#ifndef TWPROBE_REPORT_COVERAGE_H
#define TWPROBE_REPORT_COVERAGE_H

#include <jansson.h>
#include <stdio.h>

#include "judge/coverage.h"

/* Where the results are from. */
struct tw_coverage_head {
	const char *version;
	const char *release, *machine; /* the kernel's; NULL: there are no results */
	const char *command;           /* that gave the results */
};

/* Text for a terminal. @verbose: every row of every rule. */
void tw_coverage_print(const struct tw_coverage *cov, const struct tw_coverage_head *head,
		       bool verbose, FILE *out);

/* The same as Markdown tables. */
void tw_coverage_print_markdown(const struct tw_coverage *cov, const struct tw_coverage_head *head,
				FILE *out);

/*
 * { "twprobe", "kernel": { "release", "machine" } or null, "command", "rules": [{ "id", "source", "level", "says", "verdict",
 *   "because", "judged", "deviating", "untestable", "rows": [id ...] }], "clauses": [{ "clause", "rules", "rows", "conforms",
 *   "deviates", "unknown" }], "totals": { "rules", "covered", "untestable", "missing": [id ...] } }; a new reference, or NULL.
 * Verdicts are null without results.
 */
json_t *tw_coverage_to_json(const struct tw_coverage *cov, const struct tw_coverage_head *head);

/* What stands above a group of rules: rules of one group come one after the other. */
const char *tw_rule_group(const struct tw_rule *rule);

#endif
