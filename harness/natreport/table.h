/*
 * Which remedies were tried on which scenarios, as rows and columns.
 */
#ifndef TWPROBE_NATREPORT_TABLE_H
#define TWPROBE_NATREPORT_TABLE_H

#include "nat/campaign.h"

enum {
	TW_NAT_BASES_MAX = 24,
	TW_NAT_REMEDIES_MAX = 48,
};

struct tw_nat_table {
	unsigned n_bases, n_remedies; /* in the order in which the results have them */
	const char *base[TW_NAT_BASES_MAX];
	const char *remedy[TW_NAT_REMEDIES_MAX];
	/* NULL: not tried. The base scenario's own result, NULL if it is not part of this run. */
	const struct tw_nat_result *plain[TW_NAT_BASES_MAX];
	const struct tw_nat_result *cell[TW_NAT_BASES_MAX][TW_NAT_REMEDIES_MAX];
};

/* Pointers lead into the campaign. What does not fit is left out. */
void tw_nat_table(const struct tw_nat_campaign *c, struct tw_nat_table *ret);

/*
 * The delay that rejection added in ms, NAN if nobody was rejected and recovered; where @res has no accepted connection to compare
 * with, @plain's count. Either may be NULL.
 */
double tw_nat_cell_delay_ms(const struct tw_nat_result *res, const struct tw_nat_result *plain);

#endif
