/* What is expected against what was observed, field by field. Pure. */
#include <stdio.h>
#include <string.h>

#include "base/counters.h"
#include "base/numbers.h"
#include "judge/judge_impl.h"

/* A list of field names, cut off at its size. */
struct list {
	char *text;
	size_t size, len;
	bool any;
};

static void list_add(struct list *list, const char *name)
{
	list->any = true;
	if (list->text && list->len < list->size)
		list->len += (size_t)snprintf(list->text + list->len, list->size - list->len,
					      "%s%s", list->len ? ", " : "", name);
}

static bool number_met(const struct tw_val *want, const struct tw_numbers *numbers,
		       const struct tw_seg *sent, uint32_t is)
{
	return want->base == TW_UNSET || tw_val_number(want, numbers, sent) == is;
}

static bool option_met(const struct tw_val *want, const struct tw_numbers *numbers,
		       const struct tw_seg *sent, const struct tw_observed *seen, uint32_t is)
{
	const int64_t slack = 2; /* ms: two clocks, each read to a whole one */
	int64_t since = tw_seq_diff(is, numbers->dut_tsval);

	if (want->base == TW_UNSET)
		return true;
	if (want->base == TW_ABSENT)
		return !seen->reply.ts;
	if (!seen->reply.ts)
		return false;
	if (want->base == TW_TS_CLOCK)
		return since + slack >= seen->clock_ms[0] && since - slack <= seen->clock_ms[1];
	return tw_val_number(want, numbers, sent) == is;
}

static void compare_reply(const struct tw_expect *want, const struct tw_numbers *numbers,
			  const struct tw_seg *sent, const struct tw_observed *seen,
			  struct list *differs)
{
	const unsigned six = TW_FIN | TW_SYN | TW_RST | TW_PSH | TW_ACK | TW_URG;
	unsigned got = seen->n_replies ? seen->reply.flags & six : TW_SILENCE;

	if (want->reply && want->reply != got)
		list_add(differs, "reply");
	if (!seen->n_replies)
		return; /* fields of a reply that did not come are not listed one by one */
	if (!number_met(&want->seq, numbers, sent, seen->reply.seq))
		list_add(differs, "seq");
	if (!number_met(&want->ack, numbers, sent, seen->reply.ack))
		list_add(differs, "ack");
	if (want->isn_not.base != TW_UNSET &&
	    number_met(&want->isn_not, numbers, sent, seen->reply.seq))
		list_add(differs, "isn");
	if (!option_met(&want->tsval, numbers, sent, seen, seen->reply.tsval))
		list_add(differs, "tsval");
	if (!option_met(&want->tsecr, numbers, sent, seen, seen->reply.tsecr))
		list_add(differs, "tsecr");
}

static bool fate_met(enum tw_fate want, enum tw_fate is)
{
	bool kept = is == TW_RUNNING || is == TW_RESTARTED || is == TW_ALIVE;

	if (want == TW_FATE_ANY || want == is)
		return true;
	if (want == TW_ALIVE)
		return kept;
	/* without two looks at the timer ALIVE is all that is known; tw_judge() never comes here with that */
	return is == TW_ALIVE && (want == TW_RUNNING || want == TW_RESTARTED);
}

int64_t tw_judge_moved(const struct tw_step_evidence *se, const char *name)
{
	const struct tw_moved *moved = tw_moved_find(se, name);

	return moved ? (int64_t)(moved->after - moved->before) : 0;
}

/* The same, less what the fence did. */
static int64_t moved_by_probe(const struct tw_step_evidence *se, const char *name)
{
	const struct tw_moved *moved = tw_moved_find(se, name);

	return moved ? tw_moved_by(se, moved) : 0;
}

int64_t tw_judge_wanted(const struct tw_expect *want, const char *name)
{
	int64_t n = 0;

	for (unsigned i = 0; i < TW_COUNTERS_MAX; i++)
		n += want->counter[i] && !strcmp(want->counter[i], name);
	return n;
}

static void compare_counters(const struct tw_expect *want, const struct tw_step_evidence *se,
			     struct list *differs)
{
	for (unsigned i = 0; tw_counters_watched[i]; i++)
		if (moved_by_probe(se, tw_counters_watched[i]) !=
		    tw_judge_wanted(want, tw_counters_watched[i]))
			list_add(differs, tw_counters_watched[i]);
	for (unsigned i = 0; i < TW_COUNTERS_MAX; i++) {
		bool watched = false;

		if (!want->counter[i])
			continue;
		for (unsigned k = 0; tw_counters_watched[k]; k++)
			watched |= !strcmp(want->counter[i], tw_counters_watched[k]);
		if (!watched &&
		    moved_by_probe(se, want->counter[i]) != tw_judge_wanted(want, want->counter[i]))
			list_add(differs, want->counter[i]);
	}
}

/* What a scenario found against what the row expects of it. */
static void compare_finds(const struct tw_expect *want, const struct tw_observed *seen,
			  struct list *differs)
{
	const struct tw_find *find = want->finds;

	for (; find && find->kind != TW_FIND_NONE; find++)
		if (!tw_find_met(find, seen->family, seen->more))
			list_add(differs, find->what);
}

bool tw_judge_has_reason(const struct tw_step_evidence *se, const char *reason)
{
	for (unsigned i = 0; i < se->n_reasons; i++)
		if (!strcmp(se->reason[i], reason))
			return true;
	return false;
}

static bool drop_has_reason(const struct tw_step_evidence *se)
{
	for (unsigned i = 0; i < se->n_reasons; i++)
		if (strncmp(se->reason[i], TW_REASON_OF_RST, strlen(TW_REASON_OF_RST)) != 0)
			return true;
	return false;
}

static bool reason_met(const char *want, const struct tw_step_evidence *se)
{
	if (!want || !se->reasons_read)
		return true;
	/* what the collector leaves out, since most drops have it */
	if (!strcmp(want, "NOT_SPECIFIED"))
		return !drop_has_reason(se);
	return tw_judge_has_reason(se, want);
}

bool tw_expect_met(const struct tw_expect *want, const struct tw_numbers *numbers,
		   const struct tw_seg *sent, const struct tw_observed *seen, char *ret_differs,
		   size_t size)
{
	struct list differs = { ret_differs, size, 0, false };

	if (ret_differs && size)
		ret_differs[0] = '\0';
	compare_reply(want, numbers, sent, seen, &differs);
	if (!fate_met(want->tw, seen->fate))
		list_add(&differs, "timewait");
	if (want->finds)
		compare_finds(want, seen, &differs);
	else if (seen->more && seen->more->counted)
		compare_counters(want, seen->more, &differs);
	if (seen->more && !reason_met(want->reason, seen->more))
		list_add(&differs, "reason");
	return !differs.any;
}
