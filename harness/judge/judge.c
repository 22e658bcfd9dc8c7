/* The judge: a row, its evidence and the kernel facts give two verdicts. Pure. */
#include <stdio.h>
#include <string.h>

#include "judge/expected.h"
#include "judge/judge_claims.h"
#include "judge/judge_impl.h"
#include "text/text.h"

/* @finds without the counters that the kernel does not have. */
static const struct tw_find *known_finds(const struct tw_find *finds, const struct tw_facts *facts,
					 struct tw_find *room)
{
	unsigned n = 0;

	for (; finds->kind != TW_FIND_NONE && n < TW_FINDS_MAX; finds++)
		if (finds->kind != TW_FIND_MOVED || tw_expected_counts(facts, finds->what))
			room[n++] = *finds;
	room[n].kind = TW_FIND_NONE;
	return room;
}

/* Both sides of the step that decides, in words. */
static void tell(const struct tw_expect *want, const struct tw_evidence *ev, unsigned i,
		 struct tw_verdict *v)
{
	struct tw_observed seen;

	tw_observe(ev, i, &seen);
	v->step = i + 1;
	if (want->finds) {
		tw_text_finds(want, &seen, v->expected, v->observed, sizeof(v->observed));
		return;
	}
	tw_text_wanted(want, &ev->numbers, &ev->step[i].sent, v->expected, sizeof(v->expected));
	tw_text_observed(&seen, &ev->numbers, v->observed, sizeof(v->observed));
}

static void judge_kernel(const struct tw_case *row, const struct tw_evidence *ev,
			 const struct tw_facts *facts, struct tw_verdict *v)
{
	struct tw_find room[TW_FINDS_MAX + 1];
	struct tw_expect want;
	struct tw_observed seen;

	v->outcome = TW_PASS;
	for (unsigned i = 0; i < tw_case_steps(row) && v->outcome == TW_PASS; i++) {
		want = tw_expected(row, i, facts);
		if (want.finds)
			want.finds = known_finds(want.finds, facts, room);
		tw_observe(ev, i, &seen);
		/* a hand-made probe claims nothing */
		if ((want.reply || want.finds) &&
		    !tw_expect_met(&want, &ev->numbers, &ev->step[i].sent, &seen, v->differs,
				   sizeof(v->differs)))
			v->outcome = TW_FAIL;
		tell(&want, ev, i, v);
	}
}

/* An RFC speaks about segments and states, not about Linux's counters. */
static bool conforms_in(const struct tw_expect *demand, const struct tw_evidence *ev, unsigned i,
			const struct tw_facts *facts)
{
	struct tw_expect want = *demand;
	struct tw_observed seen;

	tw_expected_fit(&want, facts);
	tw_observe(ev, i, &seen);
	if (!want.finds)
		seen.more = NULL;
	return tw_expect_met(&want, &ev->numbers, &ev->step[i].sent, &seen, NULL, 0);
}

static enum tw_conformance judge_rfc(const struct tw_rfc *rfc, const struct tw_case *row,
				     const struct tw_evidence *ev, const struct tw_facts *facts)
{
	unsigned n = tw_case_steps(row), i = rfc->step ? rfc->step - 1u : n - 1u;

	if (!rfc->clause)
		return TW_RFC_NONE;
	if (rfc->as_expected) {
		for (unsigned k = 0; k < n; k++)
			if (!conforms_in(&row->step[k].expect, ev, k, facts))
				return TW_RFC_DEVIATES;
		return TW_RFC_CONFORMS;
	}
	for (unsigned k = 0; k < sizeof(rfc->want) / sizeof(*rfc->want); k++)
		if ((rfc->want[k].reply || rfc->want[k].finds) &&
		    conforms_in(&rfc->want[k], ev, i, facts))
			return TW_RFC_CONFORMS;
	return TW_RFC_DEVIATES;
}

void tw_judge(const struct tw_case *row, const struct tw_evidence *ev, const struct tw_facts *facts,
	      struct tw_verdict *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->rfc = row->rfc.clause ? TW_RFC_UNKNOWN : TW_RFC_NONE;
	ret->also = row->also.clause ? TW_RFC_UNKNOWN : TW_RFC_NONE;
	if (ev->skip[0])
		snprintf(ret->why, sizeof(ret->why), "%s", ev->skip);
	if (ev->skip[0] || tw_expected_none(row, facts, ret->why, sizeof(ret->why))) {
		ret->outcome = TW_SKIP;
		return;
	}
	if (tw_judge_doubtful(row, ev, facts, ret))
		return;
	judge_kernel(row, ev, facts, ret);
	for (unsigned i = 0; ret->outcome == TW_FAIL && i < tw_case_steps(row); i++)
		if (tw_judge_off_time(row, ev, i, ret))
			return;
	ret->rfc = judge_rfc(&row->rfc, row, ev, facts);
	ret->also = judge_rfc(&row->also, row, ev, facts);
	tw_judge_claims(row, ev, facts, ret->claim);
}

const char *tw_outcome_name(enum tw_outcome outcome)
{
	static const char *const names[] = { "PASS", "FAIL", "SKIP", "ERROR" };

	return outcome < TW_OUTCOMES ? names[outcome] : "?";
}

const char *tw_conformance_name(enum tw_conformance rfc)
{
	static const char *const names[] = { "none", "conforms", "deviates", "unknown" };

	return rfc < TW_RFC_CONFORMANCES ? names[rfc] : "?";
}
