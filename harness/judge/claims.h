/*
 * What becomes of the claims of the articles: rows and results in, one verdict per claim out. Pure.
 *
 * Owner: whoever called tw_claims_init() releases the table with tw_claims_free(). The book outlives it.
 */
#ifndef TWPROBE_CLAIMS_H
#define TWPROBE_CLAIMS_H

#include "base/result.h"
#include "judge/book.h"

enum tw_claim_verdict {
	TW_CLAIM_UNKNOWN,
	TW_CLAIM_HOLDS,
	TW_CLAIM_HOLDS_NOT,
	TW_CLAIM_HOLDS_IF, /* under a condition, which may be the family */
	TW_CLAIM_VERDICTS,
};

/* A row that shows the claim, in one case. Indices 0 and 1 are IPv4 and IPv6. */
struct tw_claim_row {
	const struct tw_case *row;
	const struct tw_claims *claim;
	bool ran[2];
	enum tw_outcome outcome[2];
	enum tw_holds holds[2];
};

/* A case in which a claim holds; or does not, while it does in all others. */
struct tw_claim_case {
	bool but_not;
	char text[224]; /* "it goes over IPv6, and the address is 0.0.0.0" */
};

struct tw_claim {
	const struct tw_rule *rule;
	struct tw_claim_row *row;
	size_t n_rows;
	/* by tw_claims_conclude(): */
	enum tw_claim_verdict verdict;
	struct tw_claim_case *cases; /* of HOLDS_IF; first those where it holds */
	size_t n_cases;
	char reason[1024];  /* HOLDS_IF: all the cases, after "holds if"; UNKNOWN: why; else "" */
	unsigned slow_left; /* slow rows that were not run */
	char trouble[384];  /* of the first row without a verdict */
};

struct tw_claims_table {
	const struct tw_book *book;
	struct tw_claim *claim; /* in the order of the rule book */
	size_t n;
};

/* 0 or -ENOMEM. */
int tw_claims_init(struct tw_claims_table *ret, const struct tw_book *book, struct tw_err *err);
void tw_claims_free(struct tw_claims_table *table);

/* Takes down what @res says; rows that the book does not have are passed over. */
void tw_claims_add(struct tw_claims_table *table, const struct tw_result *res);

/*
 * Once all results are there. Where all rows agree the claim holds or does not; else it holds in the cases (.when) of the rows
 * where it held. While the rows of a case have not been judged, the others do not speak for it.
 */
void tw_claims_conclude(struct tw_claims_table *table);

/* Claims of that verdict. */
unsigned tw_claims_count(const struct tw_claims_table *table, enum tw_claim_verdict verdict);

/* "holds" "does not hold" "holds if" "no verdict" */
const char *tw_claim_verdict_name(enum tw_claim_verdict verdict);

/* What the verdicts of claims that contradict each other come to. */
enum tw_dispute_end {
	TW_DISPUTE_OPEN, /* one of them has no verdict */
	TW_DISPUTE_AGREE,
	TW_DISPUTE_ONE,   /* is right, the other in no case, or in some */
	TW_DISPUTE_OTHER, /* is */
	TW_DISPUTE_CASES, /* either is right in its own cases */
	TW_DISPUTE_NEITHER,
	TW_DISPUTE_ENDS,
};

enum tw_dispute_end tw_claims_settle(const struct tw_claims_table *table,
				     const struct tw_dispute *dispute);

/* "open" "agree" "one" "other" "cases" "neither" */
const char *tw_dispute_end_name(enum tw_dispute_end end);

/* NULL if the table has no such claim. */
const struct tw_claim *tw_claims_find(const struct tw_claims_table *table, const char *id);

#endif
