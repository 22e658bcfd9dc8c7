/* What the reports work out of a campaign. */
#include <math.h>
#include <string.h>

#include "natreport/words.h"

double tw_nat_delay_ms(const struct tw_nat_result *res)
{
	return isfinite(res->lost_ms) && isfinite(res->accepted_ms)
		       ? res->lost_ms - res->accepted_ms
		       : NAN;
}

bool tw_nat_trial_dts(const struct tw_nat_trial *trial, int32_t *ret)
{
	if (!trial->entered || !trial->ts || !trial->syn_outside || !trial->outside.seg.ts)
		return false;
	*ret = (int32_t)(trial->outside.seg.tsval - trial->t);
	return true;
}

bool tw_nat_trial_disn(const struct tw_nat_trial *trial, int32_t *ret)
{
	if (!trial->entered || !trial->syn_outside)
		return false;
	*ret = (int32_t)(trial->outside.seg.seq - trial->r);
	return true;
}

bool tw_nat_counted(const struct tw_nat_result *res, uint64_t *ret_rejected)
{
	uint64_t paws = 0, silent = 0;

	for (unsigned i = 0; i < res->n_trials && i < TW_NAT_TRIALS_MAX; i++) {
		paws += res->trial[i].paws;
		silent += res->trial[i].silent;
	}
	*ret_rejected = paws;
	return res->paws_rejected == paws && res->skipped_acks == silent;
}

unsigned tw_nat_without_port(const struct tw_nat_result *res)
{
	unsigned n = 0;

	for (unsigned i = 0; i < res->n_trials && i < TW_NAT_TRIALS_MAX; i++)
		n += res->trial[i].outcome == TW_NAT_NOT_FORWARDED;
	return n;
}

bool tw_nat_has_numbers(const struct tw_nat_result *res)
{
	return res->done && res->n_trials && res->verdict != TW_NAT_SKIP;
}

const struct tw_nat_result *tw_nat_result_of(const struct tw_nat_campaign *c, const char *id)
{
	for (unsigned i = 0; id && i < c->n_results; i++) {
		if (!strcmp(tw_nat_scenario_of(c, &c->result[i])->id, id))
			return &c->result[i];
	}
	return NULL;
}

enum tw_nat_part tw_nat_part_of(const struct tw_nat_scenario *s)
{
	if (s->base && s->remedy)
		return TW_NAT_PART_REMEDY;
	return s->control ? TW_NAT_PART_CONTROL : TW_NAT_PART_BASE;
}
