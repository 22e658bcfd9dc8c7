/*
 * What a kernel does otherwise than the RFCs ask, gathered from results and told as one page of Markdown.
 *
 * Owner: whoever called tw_deviations_add() releases the list with tw_deviations_free(). Rows outlive it.
 */
#ifndef TWPROBE_DEVIATIONS_H
#define TWPROBE_DEVIATIONS_H

#include "report/report_coverage.h"

/* A row that deviates from one of its demands, in one way. */
struct tw_deviation {
	const struct tw_case *row;
	const struct tw_rfc *rfc;   /* the demand: one of the row's */
	bool family[2];             /* that deviate so: IPv4, IPv6 */
	bool expected;              /* of this kernel: what the row says is what it did */
	const struct tw_rfc *kept;  /* the row's other demand, if that one is met; or NULL */
	char *seen;                 /* segments, a line each; "" of a scenario */
	char *means;                /* in a sentence: equal ones are told once */
	unsigned at;                /* among the deviations, in the order of the results */
	const struct tw_rule *rule; /* whose demand it is, once it is told; or NULL */
	unsigned demand;            /* once it is told: those of one number are of one demand */
	bool told;
};

struct tw_deviations {
	struct tw_deviation *d; /* in the order of the results */
	unsigned n;
};

/* Keeps @res if it deviates, once for each of its demands. 0 or -ENOMEM. */
int tw_deviations_add(struct tw_deviations *list, const struct tw_result *res, struct tw_err *err);
void tw_deviations_free(struct tw_deviations *list);

/*
 * By RFC, clause and demand; rows of one demand are told together. @cov has the same results and is concluded: it knows how
 * binding a demand is, and how often the clauses were kept.
 */
void tw_deviations_print(struct tw_deviations *list, const struct tw_coverage *cov,
			 const struct tw_coverage_head *head, FILE *out);

#endif
