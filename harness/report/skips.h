/*
 * Skipped rows, gathered by reason: a kernel without a feature skips many rows for one reason.
 * Owner: the text sink.
 */
#ifndef TWPROBE_SKIPS_H
#define TWPROBE_SKIPS_H

#include "report/report.h"

struct tw_skip;

struct tw_skips {
	struct tw_skip *skip; /* in the order of the plan */
	size_t n;
};

/* 0 or -ENOMEM. */
int tw_skips_add(struct tw_skips *skips, const struct tw_result *res, const char *reason);
void tw_skips_print(const struct tw_skips *skips, FILE *out);
void tw_skips_free(struct tw_skips *skips);

#endif
