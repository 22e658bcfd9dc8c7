/*
 * Rules against rows: which row shows which rule, and what became of it. Rows and results in, tables out. Pure.
 *
 * A row's demands (.rfc, .also) belong each to the first rule it cites whose source is the clause; other rules that it cites are only
 * played a part in.
 *
 * Owner: whoever called tw_coverage_init() releases it with tw_coverage_free(). The book outlives it.
 */
#ifndef TWPROBE_COVERAGE_H
#define TWPROBE_COVERAGE_H

#include "judge/claims.h"

enum tw_cover_verdict {
	TW_COVER_NONE, /* no verdict, and .because says why */
	TW_COVER_UNTESTABLE,
	TW_COVER_CONFORMS, /* demands of the RFCs */
	TW_COVER_DEVIATES,
	TW_COVER_DESCRIBED, /* decisions of Linux: every row is as expected */
	TW_COVER_NOT_DESCRIBED,
	TW_COVER_HOLDS, /* claims */
	TW_COVER_HOLDS_NOT,
	TW_COVER_HOLDS_IF,
	TW_COVER_VERDICTS,
};

/* A row and its results; indices 0 and 1 are IPv4 and IPv6. */
struct tw_cover_row {
	const struct tw_case *row;
	const struct tw_rule *asks[2]; /* the rules whose demands .rfc and .also are; NULL: none */
	bool ran[2];
	enum tw_outcome outcome[2];
	enum tw_conformance rfc[2][2]; /* by .rfc and by .also; and by family */
	char *why; /* of the first result without a verdict; NULL: there is none */
};

struct tw_cover {
	const struct tw_rule *rule;
	unsigned *row; /* indices of the rows that cite it, or claim it; in their order */
	unsigned n_rows;
	/* by tw_coverage_conclude(): */
	unsigned judged,
		deviating; /* results that were held against it, and those that failed to comply */
	enum tw_cover_verdict verdict;
	char because[1024];
};

/* A clause that rows judge or that is the source of a rule. */
struct tw_cover_clause {
	const char *clause;
	unsigned rules, rows;                 /* rules with this source; rows that judge it */
	unsigned conforms, deviates, unknown; /* results */
};

struct tw_coverage {
	struct tw_cover_row *row;
	unsigned n_rows;
	struct tw_cover *cover; /* in the order of the rule book */
	unsigned n;
	struct tw_cover_clause *clause; /* by RFC and section */
	unsigned n_clauses;
	struct tw_claims_table claims;
	bool judged; /* there are results */
};

/* 0 or -ENOMEM. */
int tw_coverage_init(struct tw_coverage *ret, const struct tw_book *book, struct tw_err *err);
void tw_coverage_free(struct tw_coverage *cov);

/* Takes down a result; rows that the book does not have are passed over. 0 or -ENOMEM. */
int tw_coverage_add(struct tw_coverage *cov, const struct tw_result *res, struct tw_err *err);
/* Once all results are there, or none. */
void tw_coverage_conclude(struct tw_coverage *cov);

/* True if no row shows the rule and nothing keeps one from doing so. */
bool tw_cover_missing(const struct tw_cover *cover);
unsigned tw_coverage_missing(const struct tw_coverage *cov);
unsigned tw_coverage_untestable(const struct tw_coverage *cov);

/* "no verdict" "not testable" "conforms" "deviates" "as described" "not as described" "holds" ... */
const char *tw_cover_verdict_name(enum tw_cover_verdict verdict);

#endif
