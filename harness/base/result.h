/*
 * One row on one family, its evidence and what was made of it: what goes from the worker to the pool, into the evidence file and to
 * the reports. A value; whoever made it frees the evidence.
 */
#ifndef TWPROBE_BASE_RESULT_H
#define TWPROBE_BASE_RESULT_H

#include "twprobe/case.h"
#include "twprobe/evidence.h"
#include "twprobe/seg.h"
#include "twprobe/verdict.h"

/* One row on one family. */
struct tw_result {
	const struct tw_case *row;
	enum tw_family family;
	struct tw_evidence ev; /* owned by the result */
	struct tw_verdict verdict;
};

#endif
