#include "judge/judge_claims.h"

#include <string.h>

#include "judge/expected.h"

enum {
	ALL_KINDS = -1
};

static unsigned count_finds(const struct tw_find *finds, int kind)
{
	unsigned n = 0;

	for (; finds && finds->kind != TW_FIND_NONE; finds++)
		n += kind == ALL_KINDS || finds->kind == (enum tw_find_kind)kind;
	return n;
}

/* The finds of @from but for counters, unless there is nothing else. */
static const struct tw_find *without_counters(const struct tw_find *from,
					      struct tw_find room[TW_FINDS_MAX + 1])
{
	unsigned n = 0;

	if (count_finds(from, ALL_KINDS) == count_finds(from, TW_FIND_MOVED))
		return from;
	for (; from->kind != TW_FIND_NONE && n < TW_FINDS_MAX; from++)
		if (from->kind != TW_FIND_MOVED)
			room[n++] = *from;
	room[n].kind = TW_FIND_NONE;
	return room;
}

/* All that the prediction is about was looked at. */
static bool looked_at(const struct tw_find *finds, const struct tw_step_evidence *se,
		      const struct tw_facts *facts)
{
	for (; finds && finds->kind != TW_FIND_NONE; finds++)
		if (finds->kind == TW_FIND_MOVED ? !tw_expected_counts(facts, finds->what)
						 : !tw_found_find(se, finds->what))
			return false;
	return true;
}

/* Counters of a table row and drop reasons are Linux's own. */
static enum tw_holds met(const struct tw_expect *want, const struct tw_evidence *ev, unsigned i,
			 const struct tw_facts *facts)
{
	struct tw_step_evidence quiet = ev->step[i];
	struct tw_expect ask = *want;
	struct tw_observed seen;

	if (!looked_at(want->finds, &quiet, facts))
		return TW_HOLDS_NONE;
	tw_observe(ev, i, &seen);
	quiet.counted = false;
	quiet.reasons_read = false;
	seen.more = &quiet;
	memset(ask.counter, 0, sizeof(ask.counter));
	ask.reason = NULL;
	return tw_expect_met(&ask, &ev->numbers, &ev->step[i].sent, &seen, NULL, 0) ? TW_HOLDS
										    : TW_HOLDS_NOT;
}

static enum tw_holds all_as_expected(const struct tw_case *row, const struct tw_evidence *ev,
				     const struct tw_facts *facts)
{
	enum tw_holds holds = TW_HOLDS;

	for (unsigned i = 0; i < tw_case_steps(row) && holds == TW_HOLDS; i++) {
		struct tw_find room[TW_FINDS_MAX + 1];
		struct tw_expect want = row->step[i].expect;

		want.finds = without_counters(want.finds, room);
		holds = met(&want, ev, i, facts);
	}
	return holds;
}

void tw_judge_claims(const struct tw_case *row, const struct tw_evidence *ev,
		     const struct tw_facts *facts, enum tw_holds ret[TW_CLAIMS_MAX])
{
	unsigned last = tw_case_steps(row) - 1;

	for (unsigned i = 0; i < TW_CLAIMS_MAX && row->claim[i].id; i++) {
		const struct tw_claims *claim = &row->claim[i];

		ret[i] = claim->as_expected ? all_as_expected(row, ev, facts)
					    : met(&claim->want, ev,
						  claim->step ? claim->step - 1u : last, facts);
	}
}
