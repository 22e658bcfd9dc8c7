/* Evidence is looked at with suspicion: if it is incomplete or contradicts itself there is no verdict. Pure. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "judge/expected.h"
#include "judge/judge_impl.h"

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

/* The process was stopped at a moment when that matters. */
bool tw_judge_held_up(struct tw_verdict *v, unsigned i, const char *what)
{
	v->held_up = true;
	return doubt(v, i, "%s: the process was held up while it measured", what);
}

/* What came late may be what a timer of the DUT sent: the step took longer than the first of them does. */
static bool outlasted(const struct tw_step_evidence *se)
{
	return (int64_t)(se->after.asked[1] - se->sent_at[0]) >= TW_LATE_MS * 1000000ll;
}

static bool measuring_failed(const struct tw_step_evidence *se, unsigned i, struct tw_verdict *v)
{
	long long in = tw_judge_moved(se, "TcpInSegs"), out = tw_judge_moved(se, "TcpOutSegs");

	if (se->waits && outlasted(se))
		return tw_judge_held_up(v, i, "more came than the answer");
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
	long long in = tw_judge_moved(se, "TcpInSegs"), out = tw_judge_moved(se, "TcpOutSegs"),
		  again = tw_judge_moved(se, "TcpRetransSegs"), silent = row->given.uncounted;

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
	if (out > (long long)se->captured || out + again + silent < (long long)se->captured)
		return doubt(v, 0,
			     "the DUT counted %lld segments out (TcpOutSegs), %lld again "
			     "(TcpRetransSegs), and %u were captured",
			     out, again, se->captured);
	return false;
}

/* What is expected or demanded, and nobody looked for: it was neither met nor missed. */
static bool not_looked_for(const struct tw_find *find, const struct tw_step_evidence *se,
			   struct tw_verdict *v)
{
	for (; find && find->kind != TW_FIND_NONE; find++)
		if (find->kind != TW_FIND_MOVED && !tw_found_find(se, find->what))
			return doubt(v, 0, "the scenario did not find out about \"%s\"",
				     find->what);
	return false;
}

static bool finds_missing(const struct tw_case *row, const struct tw_step_evidence *se,
			  const struct tw_facts *facts, struct tw_verdict *v)
{
	const struct tw_rfc *const rfc[] = { &row->rfc, &row->also };
	const struct tw_expect expect = tw_expected(row, 0, facts);

	if (not_looked_for(expect.finds, se, v))
		return true;
	for (unsigned i = 0; i < sizeof(rfc) / sizeof(*rfc); i++)
		for (unsigned k = 0; k < sizeof(rfc[i]->want) / sizeof(*rfc[i]->want); k++)
			if (not_looked_for(rfc[i]->want[k].finds, se, v))
				return true;
	return false;
}

static bool doubtful_scene(const struct tw_case *row, const struct tw_evidence *ev,
			   const struct tw_facts *facts, struct tw_verdict *v)
{
	if (ev->n_steps != 1)
		return doubt(v, 0, "the scenario did not come to its end");
	return scene_failed(row, &ev->step[0], v) || finds_missing(row, &ev->step[0], facts, v);
}

/* A row that asks for a full queue says so; in any other an overflow spoils the test. */
static bool queue_overflowed(const struct tw_case *row, const struct tw_expect *want,
			     const struct tw_step_evidence *se, unsigned i, struct tw_verdict *v)
{
	static const char *const spoilers[] = { "TcpExtListenOverflows", "TcpExtTCPReqQFullDrop",
						"TcpExtTCPReqQFullDoCookies" };
	bool asked_for =
		row->given.dut == TW_ACCEPT_QUEUE_FULL || row->given.dut == TW_SYN_QUEUE_FULL;

	if (tw_judge_moved(se, "TcpExtTCPTimeWaitOverflow"))
		return doubt(v, i,
			     "TcpExtTCPTimeWaitOverflow moved: net.ipv4.tcp_max_tw_buckets is too "
			     "small");
	for (unsigned k = 0; k < sizeof(spoilers) / sizeof(*spoilers); k++)
		if (!asked_for && tw_judge_moved(se, spoilers[k]) &&
		    !tw_judge_wanted(want, spoilers[k]))
			return doubt(v, i,
				     "%s moved: a queue of the listener is full, and the row does "
				     "not ask for it",
				     spoilers[k]);
	return false;
}

bool tw_judge_off_time(const struct tw_case *row, const struct tw_evidence *ev, unsigned i,
		       struct tw_verdict *v)
{
	const struct tw_step_evidence *se = &ev->step[i];
	const int64_t pause = ((int64_t)row->step[i].pause_ms - TW_JIFFY_MS) * 1000000;

	if (se->late_ms >= TW_LATE_MS)
		return tw_judge_held_up(v, i, "the DUT's timers may have got ahead of the row");
	if (i > 0 && pause > 0 && (int64_t)(se->sent_at[0] - ev->step[i - 1].sent_at[1]) < pause)
		return tw_judge_held_up(v, i, "the DUT's timers may not have got so far yet");
	return false;
}

static bool timer_untold(const struct tw_step_evidence *se, const struct tw_observed *seen,
			 unsigned i, struct tw_verdict *v)
{
	const struct tw_entry *b = &se->before, *a = &se->after;

	if (seen->fate == TW_ALIVE)
		return tw_judge_held_up(v, i, "running and restarted cannot be told apart");
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
	bool cookie = tw_judge_moved(se, "TcpExtSyncookiesSent") > 0;
	int64_t resent = tw_judge_moved(se, "TcpRetransSegs"),
		skipped = tw_judge_moved(se, "TcpExtTCPACKSkippedTimeWait");
	int64_t paws = tw_judge_moved(se, "TcpExtPAWSTimewait");

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
	if (se->reasons_read && !!paws != tw_judge_has_reason(se, "TCP_RFC7323_TW_PAWS"))
		return doubt(v, i, "TcpExtPAWSTimewait and the drop reasons contradict each other");
	return false;
}

/* The kernel's clock runs while this process is stopped: half a second later the rate limiter answers again. */
static bool too_late(const struct tw_case *row, const struct tw_evidence *ev, unsigned i,
		     struct tw_verdict *v)
{
	uint64_t most = (uint64_t)row->step[i].within_ms * 1000000;
	struct tw_observed seen = { .n_replies = 0 };
	unsigned answered = i;

	while (most && answered > 0 && !seen.n_replies)
		tw_observe(ev, --answered, &seen);
	if (!most || ev->step[i].sent_at[1] - ev->step[answered].sent_at[0] <= most)
		return false;
	return tw_judge_held_up(v, i, "the step came too late after the last that was answered");
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
	    row->step[0].pause_ms < TW_TIMEWAIT_LEN_MS) {
		if (se->late_ms >= TW_LATE_MS && se->before.state == TW_STATE_GONE)
			return tw_judge_held_up(v, i, "the entry's time was over");
		return doubt(v, i, "the tuple was not in %s when it was probed, but %s",
			     tw_state_name(want), tw_state_name(se->before.state));
	}
	tw_observe(ev, i, &seen);
	return measuring_failed(se, i, v) || queue_overflowed(row, &expect, se, i, v) ||
	       too_late(row, ev, i, v) || timer_untold(se, &seen, i, v) ||
	       contradicts(se, &seen, i, v);
}

bool tw_judge_doubtful(const struct tw_case *row, const struct tw_evidence *ev,
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
		return doubtful_scene(row, ev, facts, v);
	for (unsigned i = 0; i < tw_case_steps(row); i++)
		if (doubtful_step(row, ev, facts, i, v))
			return true;
	return false;
}
