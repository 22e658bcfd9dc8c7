#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine_impl.h"

void tw_tuple_fail(struct tw_tuple *t, const char *fmt, ...)
{
	va_list ap;

	t->state = TW_TUPLE_FAILED;
	va_start(ap, fmt);
	vsnprintf(t->trouble, sizeof(t->trouble), fmt, ap);
	va_end(ap);
}

static bool is_closing_op(const struct tw_tuple *t)
{
	return t->op->what == TW_DO_CLOSE;
}

/* The peer's segment of the entry script: every number at its right value. */
static struct tw_seg peer_segment(const struct tw_tuple *t)
{
	bool syn = t->op->flags & TW_SYN;
	bool offers = t->given->ts == TW_TS_ON;
	bool finned = t->op->flags & TW_FIN || t->op->seq > 1;
	struct tw_seg seg = {
		.flags = t->op->flags,
		.ttl = 64,
		.win = 65535,
		.wscale = syn ? 7 : -1,
		.sackok = syn,
		.seq = t->isn + t->op->seq,
		.ack = t->op->flags & TW_ACK ? t->iss + t->op->ack : 0,
		.tsval = t->tsval + (finned ? t->given->fin_tsval_step : 0),
		.tsecr = t->numbers.dut_tsval,
	};

	if (syn)
		seg.mss = t->flow.family == TW_IPV4 ? 1460 : 1440;
	/* a SYN offers; whatever follows has the option if both ends did (RFC 7323 section 3.2) */
	seg.ts = t->op->flags == TW_SYN ? offers : t->numbers.ts;
	return seg;
}

static int close_batch(struct tw_engine *e, struct tw_err *err)
{
	unsigned accepted = 0;
	int got;

	for (unsigned i = 0; i < e->n; i++) {
		struct tw_tuple *t = &e->tuple[i];
		int ret;

		/* one that failed may stand in the accept queue before the others */
		if (t->given->role == TW_ACCEPTED) {
			accepted++;
			continue;
		}
		if (t->state != TW_TUPLE_ENTERING || !is_closing_op(t))
			continue;
		ret = e->cfg.dut->ops->close_handle(e->cfg.dut, t->handle, err);
		if (ret < 0)
			return ret;
		t->handle = -1;
	}
	if (!accepted)
		return 0;
	got = e->cfg.dut->ops->accept_close(e->cfg.dut, accepted, err);
	return got < 0 ? got : 0; /* one that is missing sends no FIN, which is noticed */
}

static void connect_one(struct tw_engine *e, struct tw_tuple *t)
{
	struct tw_err why = { "" };

	if (e->cfg.dut->ops->connect(e->cfg.dut, &t->flow, &t->handle, &why) < 0)
		tw_tuple_fail(t, "%.150s", why.text);
}

static int act(struct tw_engine *e, struct tw_err *err)
{
	bool closing = false;
	int ret = 0;

	for (unsigned i = 0; i < e->n && ret >= 0; i++) {
		struct tw_tuple *t = &e->tuple[i];

		t->main.n = 0;
		t->awaited = false;
		if (t->state != TW_TUPLE_ENTERING)
			continue;
		if (t->op->what == TW_DO_SEND) {
			const struct tw_seg seg = peer_segment(t);

			ret = tw_engine_put(e, t, &t->flow, &seg, err);
		} else if (t->op->what == TW_DO_CONNECT) {
			connect_one(e, t);
		}
		closing |= is_closing_op(t);
	}
	if (ret >= 0)
		ret = tw_engine_flush(e, err);
	if (ret >= 0 && closing)
		ret = close_batch(e, err);
	return ret;
}

/* What the DUT's answer tells about the connection. */
static void learn(struct tw_engine *e, struct tw_tuple *t, const struct tw_seg *in)
{
	if (in->flags & TW_SYN) {
		t->iss = in->seq;
		t->numbers.ts = in->ts && t->given->ts == TW_TS_ON;
		t->wscale = in->wscale > 0 ? (uint8_t)in->wscale : 0;
	} else {
		t->rcv_wnd = (uint32_t)in->win << t->wscale;
	}
	if (in->ts) {
		t->numbers.dut_tsval = t->numbers.dut_last = in->tsval;
		if (t->ev) {
			t->ev->tsval_at[0] = e->sent_at[0];
			t->ev->tsval_at[1] = e->cfg.clock->now(e->cfg.clock);
		}
	}
}

static bool right_numbers(const struct tw_tuple *t, const struct tw_seg *in)
{
	bool fin_sent = !(in->flags & (TW_SYN | TW_FIN)) && t->op->flags & TW_FIN;
	unsigned acked = t->op->what == TW_DO_CONNECT ? 0u
			 : t->op->what == TW_DO_CLOSE ? 1u
						      : t->op->seq + 1u;

	if (in->flags & TW_ACK && in->ack != t->isn + acked)
		return false;
	return in->flags & TW_SYN || in->seq == t->iss + (fin_sent ? 2u : 1u);
}

static void check_answer(struct tw_engine *e, struct tw_tuple *t)
{
	const struct tw_seg *in = &t->main.first;

	if (!t->op->want && !t->main.n)
		return;
	if (!t->main.n)
		tw_tuple_fail(t, "no answer to step %u of the set-up", e->op + 1);
	else if (!t->op->want)
		tw_tuple_fail(t, "step %u of the set-up was answered, with flags 0x%02x", e->op + 1,
			      in->flags);
	else if (t->main.n > 1)
		tw_tuple_fail(t, "step %u of the set-up was answered %u times", e->op + 1,
			      t->main.n);
	else if ((in->flags & 0x3f) != t->op->want)
		tw_tuple_fail(
			t, "step %u of the set-up was answered with flags 0x%02x instead of 0x%02x",
			e->op + 1, in->flags, t->op->want);
	else if (learn(e, t, in), !right_numbers(t, in))
		tw_tuple_fail(t, "the answer to step %u of the set-up has wrong numbers",
			      e->op + 1);
}

/* Notes whose answer is not there. True if there is any. */
bool tw_engine_answers_missing(struct tw_engine *e)
{
	bool any = false;

	for (unsigned i = 0; i < e->n; i++) {
		struct tw_tuple *t = &e->tuple[i];

		if (t->state != TW_TUPLE_ENTERING || !t->op->want || t->main.n)
			continue;
		t->awaited = true;
		any = true;
	}
	return any;
}

static void entered(struct tw_engine *e, struct tw_tuple *t)
{
	t->state = TW_TUPLE_ENTERED;
	memcpy(t->entered, e->sent_at, sizeof(t->entered));
	t->numbers.rcv_nxt = t->isn + tw_enter_rcv_nxt(t->given->enter);
	t->numbers.snd_nxt = t->iss + 2;
	t->numbers.ts_recent = !t->numbers.ts ? 0
					      : t->tsval + (t->given->enter == TW_TO_FIN_WAIT_2
								    ? 0
								    : t->given->fin_tsval_step);
}

/* An answer that came after the send call had returned: the tuple is set up again, and the alarm is kept. */
static void late_answers(struct tw_engine *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		struct tw_tuple *t = &e->tuple[i];

		if (t->state != TW_TUPLE_ENTERING || !t->awaited || !t->main.n)
			continue;
		e->health.waits++;
		tw_tuple_fail(t, "an answer was not there when the send call had returned");
	}
}

/*
 * After an operation. 1: the scripts are through; 0: go on with the next one; -EAGAIN: an answer is missing and may be
 * late (@late: it was waited for).
 */
int tw_engine_enter_check(struct tw_engine *e, bool late, struct tw_err *err)
{
	bool more = false;
	int ret = tw_engine_drain(e, err);

	if (ret < 0)
		return ret;
	if (!late && tw_engine_answers_missing(e))
		return -EAGAIN;
	if (late)
		late_answers(e);
	for (unsigned i = 0; i < e->n; i++) {
		struct tw_tuple *t = &e->tuple[i];

		if (t->state != TW_TUPLE_ENTERING)
			continue;
		check_answer(e, t);
		if (t->state != TW_TUPLE_ENTERING)
			continue;
		t->op++;
		if (t->op->what == TW_DO_END)
			entered(e, t);
		else
			more = true;
	}
	e->op++;
	return !more;
}

int tw_engine_enter(struct tw_engine *e, struct tw_err *err)
{
	e->sending = TW_PKT_SETUP;
	return act(e, err);
}

static enum tw_state wanted_state(const struct tw_tuple *t)
{
	return t->given->enter == TW_TO_FIN_WAIT_2 ? TW_STATE_FIN_WAIT_2 : TW_STATE_TIME_WAIT;
}

/* The state under test must be there before anything is said about it. */
static int check_entered(struct tw_engine *e, struct tw_err *err)
{
	unsigned n = 0;
	int ret;

	for (unsigned i = 0; i < e->n; i++)
		e->flows[n++] = e->tuple[i].flow;
	ret = e->cfg.dut->ops->entries(e->cfg.dut, e->flows, n, e->entries, err);
	for (unsigned i = 0; ret >= 0 && i < e->n; i++) {
		struct tw_tuple *t = &e->tuple[i];
		const struct tw_entry *entry = &e->entries[i];

		e->tuple[i].entry = *entry;
		if (t->state != TW_TUPLE_ENTERED ||
		    (entry->state == wanted_state(t) && entry->mini))
			continue;
		tw_tuple_fail(t, "%s was not entered: sock_diag shows %s%s",
			      tw_state_name(wanted_state(t)), tw_state_name(entry->state),
			      entry->state == TW_STATE_GONE
				      ? " (net.ipv4.tcp_max_tw_buckets, or no module tcp_diag?)"
				      : "");
	}
	return ret;
}

/* One connection (or half of one) into the listener's queue. */
static int fill_queue(struct tw_engine *e, struct tw_tuple *t, struct tw_err *err)
{
	struct tw_seg seg = {
		.flags = TW_SYN, .ttl = 64, .win = 65535, .wscale = 7, .sackok = true, .seq = t->isn
	};
	int ret;

	seg.mss = t->flow.family == TW_IPV4 ? 1460 : 1440;
	t->fill.n = 0;
	ret = tw_engine_put(e, t, &t->filler, &seg, err);
	if (ret >= 0)
		ret = tw_engine_flush(e, err);
	if (ret >= 0)
		ret = tw_engine_drain(e, err);
	if (ret < 0)
		return ret;
	if (t->fill.n != 1 || (t->fill.first.flags & 0x3f) != (TW_SYN | TW_ACK)) {
		tw_tuple_fail(t, "the listener's queue could not be filled");
		return 0;
	}
	if (t->given->dut == TW_SYN_QUEUE_FULL)
		return 0;
	seg = (struct tw_seg){ .flags = TW_ACK, .ttl = 64, .win = 65535, .wscale = -1 };
	seg.seq = t->isn + 1;
	seg.ack = t->fill.first.seq + 1;
	ret = tw_engine_put(e, t, &t->filler, &seg, err);
	return ret < 0 ? ret : tw_engine_flush(e, err);
}

static int arrange_one(struct tw_engine *e, struct tw_tuple *t, struct tw_err *err)
{
	const struct tw_sysctl *late = t->given->late;
	bool full = t->given->dut == TW_ACCEPT_QUEUE_FULL || t->given->dut == TW_SYN_QUEUE_FULL;
	int ret;

	ret = e->cfg.dut->ops->arrange(e->cfg.dut, &t->flow, t->given->dut, err);
	if (ret >= 0 && full)
		ret = fill_queue(e, t, err);
	for (unsigned k = 0; ret >= 0 && k < sizeof(t->given->late) / sizeof(*late) && late[k].name;
	     k++)
		ret = e->cfg.dut->ops->sysctl(e->cfg.dut, late[k].name, late[k].value, err);
	return ret;
}

/* A batch has one DUT: what its tuples are given is the same, and arranged with the first that got there. */
int tw_engine_arrange(struct tw_engine *e, struct tw_err *err)
{
	bool look = e->cfg.count || e->tuple[0].stepped;
	int ret = look ? check_entered(e, err) : 0;

	for (unsigned i = 0; ret >= 0 && look && i < e->n; i++) {
		if (e->tuple[i].state != TW_TUPLE_ENTERED)
			continue;
		ret = arrange_one(e, &e->tuple[i], err);
		if (!e->cfg.count)
			break;
	}
	return ret;
}
