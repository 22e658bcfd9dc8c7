/*
 * The table of claims, for people and for programs.
 */
#ifndef TWPROBE_REPORT_CLAIMS_H
#define TWPROBE_REPORT_CLAIMS_H

#include <jansson.h>
#include <stdio.h>

#include "judge/claims.h"

/* One entry per claim, grouped by article; @release names the kernel. */
void tw_claims_print(const struct tw_claims_table *table, const char *release, bool color,
		     FILE *out);

/* "claims: 12 hold, 3 do not hold, ..." */
void tw_claims_print_counts(const struct tw_claims_table *table, FILE *out);

/*
 * [{ "id", "article", "says", "verdict": "holds" | "does not hold" | "holds if" | "no verdict", "conditions": [text ...],
 *    "exceptions": [text ...], "reason": text or null, "slow_rows_left_out", "rows": [{ "id", "when", "ipv4": true | false | null,
 *    "ipv6" }] }]; a new reference, or NULL. With "holds if" any of the conditions will do; without conditions it holds in
 * every case but the exceptions. The reason is that of "no verdict".
 */
json_t *tw_claims_to_json(const struct tw_claims_table *table);

/* [{ "asks", "one": [id ...], "other": [id ...], "end": as tw_dispute_end_name() has it }]; a new reference, or NULL. */
json_t *tw_disputes_to_json(const struct tw_claims_table *table);

#endif
