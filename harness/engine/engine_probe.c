#include <errno.h>
#include <string.h>

#include "base/numbers.h"
#include "engine/engine_impl.h"

static bool plays(const struct tw_engine *e, const struct tw_tuple *t)
{
	return t->state == TW_TUPLE_ENTERED && e->step < t->n_steps;
}

static const struct tw_flow *probed_flow(const struct tw_engine *e, const struct tw_tuple *t)
{
	return t->step[e->step].send.from == TW_OTHER ? &t->other : &t->flow;
}

/* When the current step may be played: old enough for its timer to be read, and as late as the rows ask for. */
uint64_t tw_engine_step_due(const struct tw_engine *e)
{
	uint64_t since = e->step || e->played ? e->sent_at[1] : e->entered_at, wait = e->cfg.age_ms;

	for (unsigned i = 0; i < e->n; i++) {
		if (!plays(e, &e->tuple[i]))
			continue;
		if (e->tuple[i].step[e->step].pause_ms > wait)
			wait = e->tuple[i].step[e->step].pause_ms;
		if (e->tuple[i].age_ms > wait)
			wait = e->tuple[i].age_ms;
	}
	return since + wait * MS_NS;
}

/* Batches play every step once. */
bool tw_engine_last_time(const struct tw_engine *e)
{
	return e->n != 1 || !plays(e, &e->tuple[0]) ||
	       e->played + 1 >= e->tuple[0].step[e->step].times;
}

static int ask_entries(struct tw_engine *e, struct tw_err *err)
{
	unsigned asked = 0;
	int ret;

	for (unsigned i = 0; i < e->n; i++)
		if (plays(e, &e->tuple[i]))
			e->flows[asked++] = *probed_flow(e, &e->tuple[i]);
	ret = e->cfg.dut->ops->entries(e->cfg.dut, e->flows, asked, e->entries, err);
	/* each to its tuple's place, which is never before its own */
	for (unsigned i = e->n; ret >= 0 && i-- > 0;)
		if (plays(e, &e->tuple[i]))
			e->entries[i] = e->entries[--asked];
	return ret;
}

static int put_probes(struct tw_engine *e, struct tw_err *err)
{
	int ret = 0;

	for (unsigned i = 0; i < e->n && ret >= 0; i++) {
		struct tw_tuple *t = &e->tuple[i];

		t->main.n = t->second.n = 0;
		if (!plays(e, t))
			continue;
		t->sent = tw_send_resolve(&t->step[e->step].send, t->flow.family, &t->numbers);
		e->spoil = &t->step[e->step].send;
		ret = tw_engine_put(e, t, probed_flow(e, t), &t->sent, err);
		e->spoil = NULL;
	}
	return ret < 0 ? ret : tw_engine_put_fence(e, err);
}

/* What of the batch's outcome the bulk keeps; a fate between running and restarted only where the entry was looked at before. */
static void sum_up(struct tw_engine *e, struct tw_tuple *t, const struct tw_entry *after)
{
	const struct tw_inbox *in = t->step[e->step].send.from == TW_OTHER ? &t->second : &t->main;

	t->seen.n_replies = in->n;
	t->seen.reply = in->first;
	t->seen.state = after->state;
	t->seen.fate = tw_fate_tell(t->stepped ? &t->entry : NULL, after, e->sent_at);
	t->seen.more = NULL;
	if (in->n && in->first.ts)
		t->numbers.dut_last = in->first.tsval;
	if (!t->stepped)
		return;
	t->entry = *after;
	memcpy(t->sent_at, e->sent_at, sizeof(t->sent_at));
	t->stepped(t, e->step);
}

/* What is taken around the only tuple of a batch. */
struct look {
	uint64_t sent, captured;
	struct tw_step_evidence *se;
};

static int look_before(struct tw_engine *e, struct look *look, struct tw_err *err)
{
	char reason[TW_REASONS_MAX][48];
	int ret;

	ret = ask_entries(e, err);
	if (ret < 0)
		return ret;
	look->se->before = e->entries[0];
	ret = e->cfg.dut->ops->counters(e->cfg.dut, e->before, err);
	if (ret < 0)
		return ret;
	ret = e->cfg.dut->ops->reasons(e->cfg.dut, reason, err);
	if (ret < 0 && ret != -ENOTSUP && ret != -EOVERFLOW)
		return ret;
	look->se->reasons_read = ret != -ENOTSUP;
	look->sent = e->health.sent;
	look->captured = e->health.captured;
	return 0;
}

/* The fence finds no socket: its own drop is the last of them, and no part of the story. */
static void forget_fence_drop(struct tw_step_evidence *se)
{
	if (se->n_reasons && !strcmp(se->reason[se->n_reasons - 1], "NO_SOCKET"))
		se->n_reasons--;
}

static int look_after(struct tw_engine *e, struct look *look, struct tw_err *err)
{
	struct tw_step_evidence *se = look->se;
	int ret = e->cfg.dut->ops->counters(e->cfg.dut, e->after, err);

	if (ret < 0)
		return ret;
	/* whatever turns up now came after its send call had returned */
	ret = tw_engine_drain(e, err);
	if (ret < 0)
		return ret;
	se->waits += (unsigned)ret;
	e->health.waits += (uint64_t)ret;
	se->n_moved = tw_counters_moved(e->before, e->after, se->moved);
	se->counted = true;
	se->injected = (unsigned)(e->health.sent - look->sent);
	se->captured = (unsigned)(e->health.captured - look->captured);
	se->after = e->entries[0];
	ret = se->reasons_read ? e->cfg.dut->ops->reasons(e->cfg.dut, se->reason, err) : 0;
	if (ret < 0 && ret != -EOVERFLOW)
		return ret;
	se->reasons_read = ret != -EOVERFLOW && se->reasons_read;
	se->n_reasons = ret > 0 ? (unsigned)ret : 0;
	forget_fence_drop(se);
	return 0;
}

static void note_step(struct tw_engine *e, struct tw_tuple *t, struct tw_step_evidence *se)
{
	se->sent = t->sent;
	se->flow = *probed_flow(e, t);
	memcpy(se->sent_at, e->sent_at, sizeof(se->sent_at));
	se->fenced = e->fence_seen;
	se->late_ms = e->sent_at[1] > e->due ? (uint32_t)((e->sent_at[1] - e->due) / MS_NS) : 0;
	t->ev->n_steps = e->step + 1;
}

/*
 * What came since the last look is nobody's answer: it was not there when its send call had returned. A half-open
 * connection is the exception, it repeats its SYN-ACK after a second.
 */
static int drain_late(struct tw_engine *e, struct tw_step_evidence *se, struct tw_err *err)
{
	int ret;

	e->sending = TW_PKT_SETUP;
	e->n_late = 0;
	ret = tw_engine_drain(e, err);
	e->health.waits += e->n_late;
	if (se)
		se->waits += e->n_late;
	return ret;
}

static int send_probes(struct tw_engine *e, struct tw_err *err)
{
	int ret = put_probes(e, err);

	if (ret >= 0)
		ret = tw_engine_flush(e, err);
	if (ret >= 0)
		ret = tw_engine_drain(e, err);
	e->health.unfenced += ret >= 0 && !e->fence_seen;
	return ret;
}

int tw_engine_probe(struct tw_engine *e, struct tw_err *err)
{
	struct tw_tuple *only = &e->tuple[0];
	bool look_around = e->cfg.count && only->ev && plays(e, only);
	struct look look = { 0, 0, look_around ? &only->ev->step[e->step] : NULL };
	int ret = drain_late(e, look.se, err);

	if (ret < 0)
		return ret;
	e->sending = TW_PKT_PROBE;
	/* of the times before the last the packets are all the evidence: an answer is told as the step's */
	if (!tw_engine_last_time(e)) {
		ret = send_probes(e, err);
		return ret < 0 || e->fence_seen
			       ? ret
			       : tw_err_set(err, EIO, "a fence was not answered between two steps");
	}
	if (look_around)
		ret = look_before(e, &look, err);
	if (ret >= 0)
		ret = send_probes(e, err);
	if (ret < 0)
		return ret;
	if (look_around)
		note_step(e, only, look.se);
	ret = ask_entries(e, err);
	if (ret >= 0 && look_around)
		ret = look_after(e, &look, err);
	for (unsigned i = 0; ret >= 0 && i < e->n; i++)
		if (plays(e, &e->tuple[i]))
			sum_up(e, &e->tuple[i], &e->entries[i]);
	return ret;
}
