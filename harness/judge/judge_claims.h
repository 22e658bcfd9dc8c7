/*
 * What a row's claims predict, held against the evidence. Pure.
 */
#ifndef TWPROBE_JUDGE_CLAIMS_H
#define TWPROBE_JUDGE_CLAIMS_H

#include "twprobe/verdict.h"

/*
 * Fills @ret, as many as the row has claims. The evidence must be free of doubt: the judge asks only once it has a
 * verdict. What the row expects of kernels that differ (.except) plays no part: a claim is about TCP. HOLDS_NONE where the
 * prediction is about something that nobody looked for, or about a counter which the kernel does not have.
 */
void tw_judge_claims(const struct tw_case *row, const struct tw_evidence *ev,
		     const struct tw_facts *facts, enum tw_holds ret[TW_CLAIMS_MAX]);

#endif
