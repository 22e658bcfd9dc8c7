/*
 * The two verdicts of a row, never mixed: as expected of this kernel (regression), and RFC conformance.
 * Values only.
 */
#ifndef TWPROBE_VERDICT_H
#define TWPROBE_VERDICT_H

#include "twprobe/case.h"
#include "twprobe/evidence.h"
#include "twprobe/facts.h"

enum tw_outcome {
	TW_PASS,  /* as expected of this kernel */
	TW_FAIL,  /* the kernel did something else */
	TW_SKIP,  /* the kernel lacks what the row needs */
	TW_ERROR, /* the evidence does not allow a verdict */
	TW_OUTCOMES,
};

enum tw_conformance {
	TW_RFC_NONE, /* no RFC speaks about it */
	TW_RFC_CONFORMS,
	TW_RFC_DEVIATES,
	TW_RFC_UNKNOWN, /* no verdict without evidence */
	TW_RFC_CONFORMANCES,
};

/* A claim, in the case that the row is of. */
enum tw_holds {
	TW_HOLDS_NONE, /* no claim, or no verdict without evidence */
	TW_HOLDS,
	TW_HOLDS_NOT,
	TW_HOLDS_VALUES,
};

struct tw_verdict {
	enum tw_outcome outcome;
	enum tw_conformance rfc;
	enum tw_conformance also; /* by the row's second clause; NONE where it has but one */
	enum tw_holds claim[TW_CLAIMS_MAX];
	bool held_up; /* ERROR only because this process was stopped at the wrong moment: worth another set-up */
	unsigned step;      /* counted from 1: the step that decided */
	char expected[512]; /* FAIL: in the notation of text.h, */
	char observed[512]; /* field under field */
	char differs[128];  /* FAIL: names of the fields that differ */
	char why[384];      /* SKIP, ERROR: the reason; FAIL: empty */
};

/* Both verdicts of @row from @ev. Pure: reads nothing else, keeps nothing. */
void tw_judge(const struct tw_case *row, const struct tw_evidence *ev, const struct tw_facts *facts,
	      struct tw_verdict *ret);

/*
 * True if @seen fulfils @want; else the names of the fields that differ go to @ret_differs, if given.
 * Used for both verdicts, and by the bench, which has no evidence file.
 */
bool tw_expect_met(const struct tw_expect *want, const struct tw_numbers *numbers,
		   const struct tw_seg *sent, const struct tw_observed *seen, char *ret_differs,
		   size_t size);

/* "PASS" "FAIL" "SKIP" "ERROR" */
const char *tw_outcome_name(enum tw_outcome outcome);
/* "none" "conforms" "deviates" "unknown" */
const char *tw_conformance_name(enum tw_conformance rfc);

#endif
