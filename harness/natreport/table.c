#include "natreport/table.h"

#include <math.h>
#include <string.h>

#include "natreport/words.h"

/* Index of @name, which is added if it is new; @most if there is no room. */
static unsigned index_of(const char **list, unsigned *n, unsigned most, const char *name)
{
	unsigned i = 0;

	while (i < *n && strcmp(list[i], name) != 0)
		i++;
	if (i == *n && i < most)
		list[(*n)++] = name;
	return i;
}

void tw_nat_table(const struct tw_nat_campaign *c, struct tw_nat_table *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (unsigned i = 0; i < c->n_results; i++) {
		const struct tw_nat_scenario *s = tw_nat_scenario_of(c, &c->result[i]);
		unsigned base, remedy;

		if (tw_nat_part_of(s) != TW_NAT_PART_REMEDY)
			continue;
		base = index_of(ret->base, &ret->n_bases, TW_NAT_BASES_MAX, s->base);
		remedy = index_of(ret->remedy, &ret->n_remedies, TW_NAT_REMEDIES_MAX, s->remedy);
		if (base < TW_NAT_BASES_MAX && remedy < TW_NAT_REMEDIES_MAX)
			ret->cell[base][remedy] = &c->result[i];
	}
	for (unsigned i = 0; i < ret->n_bases; i++)
		ret->plain[i] = tw_nat_result_of(c, ret->base[i]);
}

double tw_nat_cell_delay_ms(const struct tw_nat_result *res, const struct tw_nat_result *plain)
{
	if (!res || !isfinite(res->lost_ms))
		return NAN;
	if (isfinite(res->accepted_ms))
		return res->lost_ms - res->accepted_ms;
	return plain ? res->lost_ms - plain->accepted_ms : NAN;
}
