/*
 * A result in words, as every sink for people tells it. Pure; everything is clean of control
 * characters.
 */
#ifndef TWPROBE_REPORT_TOLD_H
#define TWPROBE_REPORT_TOLD_H

#include "base/result.h"
#include "text/text.h"

struct tw_told {
	char name[80];              /* "syn.seq-above.ts-below.ipv4": one word, stable */
	char says[384];             /* the row's sentence and, in brackets, what was sent */
	char seen[TW_TEXT_MAX];     /* what was observed, on its own */
	char expected[TW_TEXT_MAX]; /* FAIL: both in columns */
	char observed[TW_TEXT_MAX];
	char differs[160];
	char reason[400]; /* SKIP, ERROR: why */
	char counters[TW_TEXT_MAX];
	char again[160]; /* the command that runs it again */
};

void tw_result_tell(const struct tw_result *res, struct tw_told *ret);

const char *tw_result_id(const struct tw_result *res);
const char *tw_family_name(enum tw_family family);

/* Index of the step that decided, or -1 if the evidence has none. */
int tw_result_step(const struct tw_result *res);

/* First part of an id: "syn". */
char *tw_group_name(const char *id, char *ret, size_t size);

/* "syn.seq-above.ipv4.pcapng". Never a path, whatever the id holds. */
char *tw_capture_name(const struct tw_result *res, char *ret, size_t size);

#endif
