/*
 * What a row expects of one kernel: its expectation with the exceptions that the kernel's facts choose. Pure.
 */
#ifndef TWPROBE_EXPECTED_H
#define TWPROBE_EXPECTED_H

#include <stdbool.h>
#include <stddef.h>

#include "twprobe/case.h"
#include "twprobe/facts.h"

/* Of step @i, counted from 0. */
struct tw_expect tw_expected(const struct tw_case *row, unsigned i, const struct tw_facts *facts);

/* The same as the row has it, not yet cut down by tw_expected_fit(): what does not depend on what the kernel can show. */
struct tw_expect tw_expected_chosen(const struct tw_case *row, unsigned i,
				    const struct tw_facts *facts);

/* True if the exception is this kernel's. */
bool tw_expected_except(const struct tw_except *x, const struct tw_facts *facts);

/*
 * Takes out of @want what this kernel cannot show: counters and drop reasons that it does not have, a timestamp clock in
 * milliseconds where it counts something else (H-23), REOPEN_ISN where it is lost (H-63: it becomes what .seq is not).
 */
void tw_expected_fit(struct tw_expect *want, const struct tw_facts *facts);

/*
 * True if the kernel has the counter, and it counts what the rows take it for: before H-35 TW and TWKilled moved when a timer
 * ran out.
 */
bool tw_expected_counts(const struct tw_facts *facts, const char *counter);

/*
 * True if nothing can be expected: the kernel lacks what the row needs, or nothing tells what it has, or the row sends a
 * REOPEN_ISN which is lost there. The reason is written to @ret_why.
 */
bool tw_expected_none(const struct tw_case *row, const struct tw_facts *facts, char *ret_why,
		      size_t size);

#endif
