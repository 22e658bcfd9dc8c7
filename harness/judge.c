/*
 * The judge: a row, its evidence and the kernel facts give two verdicts. Pure. Evidence is looked at with suspicion first:
 * if it is incomplete or contradicts itself there is no verdict at all.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "counters.h"
#include "expected.h"
#include "judge_claims.h"
#include "numbers.h"
#include "text.h"
#include "twprobe/verdict.h"

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

static int64_t moved_by(const struct tw_step_evidence *se, const char *name)
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

static int64_t wanted_of(const struct tw_expect *want, const char *name)
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
		    wanted_of(want, tw_counters_watched[i]))
			list_add(differs, tw_counters_watched[i]);
	for (unsigned i = 0; i < TW_COUNTERS_MAX; i++) {
		bool watched = false;

		if (!want->counter[i])
			continue;
		for (unsigned k = 0; tw_counters_watched[k]; k++)
			watched |= !strcmp(want->counter[i], tw_counters_watched[k]);
		if (!watched &&
		    moved_by_probe(se, want->counter[i]) != wanted_of(want, want->counter[i]))
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

static bool has_reason(const struct tw_step_evidence *se, const char *reason)
{
	for (unsigned i = 0; i < se->n_reasons; i++)
		if (!strcmp(se->reason[i], reason))
			return true;
	return false;
}

static bool reason_met(const char *want, const struct tw_step_evidence *se)
{
	if (!want || !se->reasons_read)
		return true;
	/* what the collector leaves out, since most drops have it */
	if (!strcmp(want, "NOT_SPECIFIED"))
		return !se->n_reasons;
	return has_reason(se, want);
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

/* Why a step's evidence allows no verdict: text into @why, and true. */
static bool doubt(struct tw_verdict *v, unsigned step, const char *fmt, ...)
{
	va_list ap;

	v->outcome = TW_ERROR;
	v->step = step + 1;
	va_start(ap, fmt);
	vsnprintf(v->why, sizeof(v->why), fmt, ap);
	va_end(ap);
	return true;
}

static bool measuring_failed(const struct tw_step_evidence *se, unsigned i, struct tw_verdict *v)
{
	long long in = moved_by(se, "TcpInSegs"), out = moved_by(se, "TcpOutSegs");

	if (se->waits)
		return doubt(
			v, i,
			"%u frames came after the send call had returned: silence cannot be proved "
			"(Receive Packet Steering or threaded NAPI on the veth?)",
			se->waits);
	if (!se->fenced)
		return doubt(v, i,
			     "the fence was not answered: the sniffer is deaf or the DUT is dead");
	if (!se->counted)
		return doubt(v, i, "the DUT's counters were not read");
	if (in != (long long)se->injected)
		return doubt(v, i, "%u segments were injected and the DUT counted %lld (TcpInSegs)",
			     se->injected, in);
	if (out != (long long)se->captured)
		return doubt(v, i,
			     "the DUT counted %lld segments out (TcpOutSegs) and %u were captured",
			     out, se->captured);
	return false;
}

/* The same for a scenario, which may have retransmitted and may have talked to itself. */
static bool scene_failed(const struct tw_case *row, const struct tw_step_evidence *se,
			 struct tw_verdict *v)
{
	long long in = moved_by(se, "TcpInSegs"), out = moved_by(se, "TcpOutSegs"),
		  again = moved_by(se, "TcpRetransSegs");

	if (!se->fenced)
		return doubt(v, 0,
			     "the fence was not answered: the sniffer is deaf or the DUT is dead");
	if (!se->counted)
		return doubt(v, 0, "the DUT's counters were not read");
	if (row->given.loopback)
		return false;
	if (in != (long long)se->injected)
		return doubt(v, 0, "%u segments were injected and the DUT counted %lld (TcpInSegs)",
			     se->injected, in);
	/* of what is sent again SYN-ACKs are counted twice, other segments as retransmitted only */
	if (out > (long long)se->captured || out + again < (long long)se->captured)
		return doubt(v, 0,
			     "the DUT counted %lld segments out (TcpOutSegs), %lld again "
			     "(TcpRetransSegs), and %u were captured",
			     out, again, se->captured);
	return false;
}

/* What a row expects and nobody looked for. */
static bool finds_missing(const struct tw_case *row, const struct tw_step_evidence *se,
			  struct tw_verdict *v)
{
	const struct tw_find *find = row->step[0].expect.finds;

	for (; find && find->kind != TW_FIND_NONE; find++)
		if (find->kind != TW_FIND_MOVED && !tw_found_find(se, find->what))
			return doubt(v, 0, "the scenario did not find out about \"%s\"",
				     find->what);
	return false;
}

static bool doubtful_scene(const struct tw_case *row, const struct tw_evidence *ev,
			   struct tw_verdict *v)
{
	if (ev->n_steps != 1)
		return doubt(v, 0, "the scenario did not come to its end");
	return scene_failed(row, &ev->step[0], v) || finds_missing(row, &ev->step[0], v);
}

/* A row that asks for a full queue says so; in any other an overflow spoils the test. */
static bool queue_overflowed(const struct tw_case *row, const struct tw_expect *want,
			     const struct tw_step_evidence *se, unsigned i, struct tw_verdict *v)
{
	static const char *const spoilers[] = { "TcpExtListenOverflows", "TcpExtTCPReqQFullDrop",
						"TcpExtTCPReqQFullDoCookies" };
	bool asked_for =
		row->given.dut == TW_ACCEPT_QUEUE_FULL || row->given.dut == TW_SYN_QUEUE_FULL;

	if (moved_by(se, "TcpExtTCPTimeWaitOverflow"))
		return doubt(v, i,
			     "TcpExtTCPTimeWaitOverflow moved: net.ipv4.tcp_max_tw_buckets is too "
			     "small");
	for (unsigned k = 0; k < sizeof(spoilers) / sizeof(*spoilers); k++)
		if (!asked_for && moved_by(se, spoilers[k]) && !wanted_of(want, spoilers[k]))
			return doubt(v, i,
				     "%s moved: a queue of the listener is full, and the row does "
				     "not ask for it",
				     spoilers[k]);
	return false;
}

/* The process was stopped at a moment when that matters. */
static bool held_up(struct tw_verdict *v, unsigned i, const char *what)
{
	v->held_up = true;
	return doubt(v, i, "%s: the process was held up while it measured", what);
}

static bool timer_untold(const struct tw_step_evidence *se, const struct tw_observed *seen,
			 unsigned i, struct tw_verdict *v)
{
	const struct tw_entry *b = &se->before, *a = &se->after;

	if (seen->fate == TW_ALIVE)
		return held_up(v, i, "running and restarted cannot be told apart");
	/* a handshake has a half-open connection in between */
	if (seen->fate == TW_FATE_ANY || (seen->fate == TW_ESTABLISHED && b->mini))
		return doubt(v, i,
			     "the entry is in an odd state: %s with %u ms left, %s with %u ms left "
			     "before",
			     tw_state_name(a->state), a->left_ms, tw_state_name(b->state),
			     b->left_ms);
	return false;
}

/* All kinds of evidence must tell the same story. */
static bool contradicts(const struct tw_step_evidence *se, const struct tw_observed *seen,
			unsigned i, struct tw_verdict *v)
{
	bool syn_ack =
		seen->n_replies && (seen->reply.flags & (TW_SYN | TW_ACK)) == (TW_SYN | TW_ACK);
	bool cookie = moved_by(se, "TcpExtSyncookiesSent") > 0;
	int64_t resent = moved_by(se, "TcpRetransSegs"),
		skipped = moved_by(se, "TcpExtTCPACKSkippedTimeWait");
	int64_t paws = moved_by(se, "TcpExtPAWSTimewait");

	if (seen->n_replies > 1 && seen->n_replies - 1 != resent)
		return doubt(v, i, "%u segments answered the probe, and only one can",
			     seen->n_replies);
	if (syn_ack && seen->fate != TW_REOPENED && !cookie)
		return doubt(v, i, "a SYN-ACK was seen, but sock_diag shows %s",
			     tw_state_name(seen->state));
	if (!seen->n_replies && seen->fate == TW_REOPENED && se->before.state != TW_STATE_SYN_RECV)
		return doubt(v, i, "no SYN-ACK was seen, but sock_diag shows syn-recv");
	if (skipped && seen->n_replies)
		return doubt(
			v, i,
			"an answer was seen, and TcpExtTCPACKSkippedTimeWait says it was withheld");
	if (se->reasons_read && !!paws != has_reason(se, "TCP_RFC7323_TW_PAWS"))
		return doubt(v, i, "TcpExtPAWSTimewait and the drop reasons contradict each other");
	return false;
}

/* The kernel's clock runs while this process is stopped: half a second later the rate limiter answers again. */
static bool too_late(const struct tw_case *row, const struct tw_evidence *ev, unsigned i,
		     struct tw_verdict *v)
{
	uint64_t most = (uint64_t)row->step[i].within_ms * 1000000;
	unsigned answered = i;

	while (answered > 0 && (answered == i || row->step[answered].expect.reply == TW_SILENCE))
		answered--;
	if (!most || ev->step[i].sent_at[1] - ev->step[answered].sent_at[0] <= most)
		return false;
	return held_up(v, i, "the step came too late after the last that was answered");
}

static bool doubtful_step(const struct tw_case *row, const struct tw_evidence *ev,
			  const struct tw_facts *facts, unsigned i, struct tw_verdict *v)
{
	const struct tw_expect expect = tw_expected(row, i, facts);
	const struct tw_step_evidence *se = &ev->step[i];
	enum tw_state want =
		row->given.enter == TW_TO_FIN_WAIT_2 ? TW_STATE_FIN_WAIT_2 : TW_STATE_TIME_WAIT;
	struct tw_observed seen;

	if (i >= ev->n_steps)
		return doubt(v, i, "the evidence has %u of %u steps", ev->n_steps,
			     tw_case_steps(row));
	/* the engine has seen the state when it was entered; a row that waits for its end finds it gone */
	if (i == 0 && row->step[0].send.from == TW_SAME && se->before.state != want &&
	    row->step[0].pause_ms < TW_TIMEWAIT_LEN_MS)
		return doubt(v, i, "the tuple was not in %s when it was probed, but %s",
			     tw_state_name(want), tw_state_name(se->before.state));
	tw_observe(ev, i, &seen);
	return measuring_failed(se, i, v) || queue_overflowed(row, &expect, se, i, v) ||
	       too_late(row, ev, i, v) || timer_untold(se, &seen, i, v) ||
	       contradicts(se, &seen, i, v);
}

static bool doubtful(const struct tw_case *row, const struct tw_evidence *ev,
		     const struct tw_facts *facts, struct tw_verdict *v)
{
	if (ev->error[0])
		return doubt(v, 0, "%s", ev->error);
	if (ev->pcap_drops)
		return doubt(v, 0, "the sniffer lost %llu frames",
			     (unsigned long long)ev->pcap_drops);
	if (ev->strays)
		return doubt(v, 0, "%u frames came that belong to no tuple of this row",
			     ev->strays);
	if (!tw_case_steps(row))
		return doubt(v, 0, "the row claims nothing, and a claim of nothing is no test");
	if (row->scenario)
		return doubtful_scene(row, ev, v);
	for (unsigned i = 0; i < tw_case_steps(row); i++)
		if (doubtful_step(row, ev, facts, i, v))
			return true;
	return false;
}

/* @finds without the counters that the kernel does not have. */
static const struct tw_find *known_finds(const struct tw_find *finds, const struct tw_facts *facts,
					 struct tw_find *room)
{
	unsigned n = 0;

	for (; finds->kind != TW_FIND_NONE && n < TW_FINDS_MAX; finds++)
		if (finds->kind != TW_FIND_MOVED || tw_facts_has(facts, finds->what))
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
	if (doubtful(row, ev, facts, ret))
		return;
	judge_kernel(row, ev, facts, ret);
	if (ret->outcome == TW_FAIL && row->scenario && ev->step[0].late_ms >= TW_LATE_MS) {
		held_up(ret, 0, "the DUT's timers may have got ahead of the scenario");
		return;
	}
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
