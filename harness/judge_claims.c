#include "judge_claims.h"

#include <string.h>

/* The finds that can be asked of this kernel: a counter it does not have says nothing. */
static const struct tw_find *askable(const struct tw_find *finds, bool counters,
				     const struct tw_facts *facts,
				     struct tw_find ret[TW_FINDS_MAX + 1])
{
	unsigned n = 0;

	if (!finds)
		return NULL;
	for (; finds->kind != TW_FIND_NONE && n < TW_FINDS_MAX; finds++)
		if (finds->kind != TW_FIND_MOVED || (counters && tw_facts_has(facts, finds->what)))
			ret[n++] = *finds;
	ret[n].kind = TW_FIND_NONE;
	return n ? ret : NULL;
}

/* Counters and drop reasons are Linux's own; only a prediction that names one is held to it (@counters). */
static bool met(const struct tw_expect *want, bool counters, const struct tw_evidence *ev,
		unsigned i, const struct tw_facts *facts)
{
	struct tw_step_evidence quiet = ev->step[i];
	struct tw_find finds[TW_FINDS_MAX + 1];
	struct tw_expect ask = *want;
	struct tw_observed seen;

	tw_observe(ev, i, &seen);
	quiet.counted = false;
	quiet.reasons_read = false;
	seen.more = &quiet;
	memset(ask.counter, 0, sizeof(ask.counter));
	ask.reason = NULL;
	ask.finds = askable(want->finds, counters, facts, finds);
	return tw_expect_met(&ask, &ev->numbers, &ev->step[i].sent, &seen, NULL, 0);
}

static bool all_as_expected(const struct tw_case *row, const struct tw_evidence *ev,
			    const struct tw_facts *facts)
{
	for (unsigned i = 0; i < tw_case_steps(row); i++)
		if (!met(&row->step[i].expect, false, ev, i, facts))
			return false;
	return true;
}

void tw_judge_claims(const struct tw_case *row, const struct tw_evidence *ev,
		     const struct tw_facts *facts, enum tw_holds ret[TW_CLAIMS_MAX])
{
	unsigned last = tw_case_steps(row) - 1;

	for (unsigned i = 0; i < TW_CLAIMS_MAX && row->claim[i].id; i++) {
		const struct tw_claims *claim = &row->claim[i];
		bool holds = claim->as_expected ? all_as_expected(row, ev, facts)
						: met(&claim->want, true, ev,
						      claim->step ? claim->step - 1u : last, facts);

		ret[i] = holds ? TW_HOLDS : TW_HOLDS_NOT;
	}
}
