#include "judge/expected.h"

#include <stdio.h>
#include <string.h>

#include "judge/facts_profile.h"

/* Members of @by that are set replace those of @to. */
static void override(struct tw_expect *to, const struct tw_expect *by, bool no_counter)
{
	if (by->reply)
		to->reply = by->reply;
	if (by->seq.base != TW_UNSET) {
		to->seq = by->seq;
		to->isn_not.base = TW_UNSET;
	}
	if (by->ack.base != TW_UNSET)
		to->ack = by->ack;
	if (by->tsval.base != TW_UNSET)
		to->tsval = by->tsval;
	if (by->tsecr.base != TW_UNSET)
		to->tsecr = by->tsecr;
	if (by->isn_not.base != TW_UNSET) {
		to->isn_not = by->isn_not;
		to->seq = by->seq;
	}
	if (by->tw != TW_FATE_ANY)
		to->tw = by->tw;
	if (by->counter[0] || no_counter)
		memcpy(to->counter, by->counter, sizeof(to->counter));
	if (by->reason)
		to->reason = by->reason;
	if (by->finds)
		to->finds = by->finds;
}

/* Whether the exception is this kernel's. */
static enum tw_answer applies(const struct tw_except *x, const struct tw_facts *facts)
{
	enum tw_answer has = x->when ? tw_facts_tell(facts, x->when) : TW_YES;
	enum tw_answer also = x->unless ? tw_facts_tell(facts, x->unless) : TW_NO;

	if ((!x->when && !x->unless) || has == TW_NO || also == TW_YES)
		return TW_NO;
	return has == TW_YES && also == TW_NO ? TW_YES : TW_UNTOLD;
}

bool tw_expected_counts(const struct tw_facts *facts, const char *counter)
{
	bool of_entering = !strcmp(counter, "TcpExtTW") || !strcmp(counter, "TcpExtTWKilled");

	return tw_facts_has(facts, counter) && (!of_entering || tw_facts_has(facts, "H-35"));
}

static void fit_numbers(struct tw_expect *want, const struct tw_facts *facts)
{
	enum tw_answer lost = TW_NO;

	if (want->seq.base == TW_REOPEN_ISN)
		lost = tw_facts_tell(facts, "H-63");
	if (lost == TW_YES)
		want->isn_not = want->seq;
	if (lost != TW_NO)
		want->seq.base = TW_UNSET;
	/* before H-23 its clock counted ticks of HZ, which nobody tells */
	if (want->tsval.base == TW_TS_CLOCK && !tw_facts_has(facts, "H-23"))
		want->tsval.base = TW_UNSET;
}

void tw_expected_fit(struct tw_expect *want, const struct tw_facts *facts)
{
	char reason[64];
	unsigned n = 0;

	for (unsigned k = 0; k < TW_COUNTERS_MAX; k++)
		if (want->counter[k] && tw_expected_counts(facts, want->counter[k]))
			want->counter[n++] = want->counter[k];
	while (n < TW_COUNTERS_MAX)
		want->counter[n++] = NULL;
	snprintf(reason, sizeof(reason), "reason:%s", want->reason ? want->reason : "");
	if (want->reason && tw_facts_tell(facts, reason) == TW_NO)
		want->reason = NULL;
	fit_numbers(want, facts);
}

bool tw_expected_except(const struct tw_except *x, const struct tw_facts *facts)
{
	return applies(x, facts) == TW_YES;
}

struct tw_expect tw_expected_chosen(const struct tw_case *row, unsigned i,
				    const struct tw_facts *facts)
{
	struct tw_expect want = row->step[i].expect;
	const struct tw_except *x = row->except;

	for (; x < row->except + TW_EXCEPTS_MAX && x->because; x++)
		if ((x->step ? x->step - 1u : 0u) == i && applies(x, facts) == TW_YES)
			override(&want, &x->expect, x->no_counter);
	return want;
}

struct tw_expect tw_expected(const struct tw_case *row, unsigned i, const struct tw_facts *facts)
{
	struct tw_expect want = tw_expected_chosen(row, i, facts);

	tw_expected_fit(&want, facts);
	return want;
}

static bool sends_reopen_isn(const struct tw_case *row)
{
	for (unsigned i = 0; i < tw_case_steps(row); i++)
		if (row->step[i].send.ack.base == TW_REOPEN_ISN ||
		    row->step[i].send.seq.base == TW_REOPEN_ISN)
			return true;
	return false;
}

/* What the row needs and the kernel lacks, or nothing tells. A segment with a number that is not known cannot be sent. */
static const char *lacking(const struct tw_case *row, const struct tw_facts *facts)
{
	if (row->needs && !tw_facts_has(facts, row->needs))
		return row->needs;
	return sends_reopen_isn(row) && !tw_facts_has(facts, "!H-63") ? "!H-63" : NULL;
}

/* The first fact on which the row depends and which nothing tells; NULL: all are told. */
static const char *untold(const struct tw_case *row, const struct tw_facts *facts)
{
	const struct tw_except *x = row->except;

	const char *needs = lacking(row, facts);

	if (needs && tw_facts_tell(facts, needs) == TW_UNTOLD)
		return needs;
	for (; x < row->except + TW_EXCEPTS_MAX && x->because; x++)
		if (applies(x, facts) == TW_UNTOLD)
			return x->when && tw_facts_tell(facts, x->when) == TW_UNTOLD ? x->when
										     : x->unless;
	return NULL;
}

bool tw_expected_none(const struct tw_case *row, const struct tw_facts *facts, char *ret_why,
		      size_t size)
{
	const char *open = untold(row, facts), *name = open ? open : lacking(row, facts);

	if (!name)
		return false;
	tw_facts_lack(facts, name, ret_why, size);
	return true;
}
