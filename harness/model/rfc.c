/*
 * What the RFCs ask for. Where they contradict each other: a SYN is RFC 6191's, which updates what RFC 9293 says about it; a RST
 * in TIME_WAIT is RFC 9293's, and RFC 1337's with tcp_rfc1337=1.
 */
#include "model/model.h"

enum {
	PAWS_VALID_S = 24 * 86400, /* RFC 7323 5.5 */
};

static struct tw_reaction drop(enum tw_fate fate)
{
	return (struct tw_reaction){ .told = true, .reply = TW_SILENCE, .fate = fate };
}

/* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, with timestamps if they were negotiated (RFC 7323 3.2). */
static struct tw_reaction ack(const struct tw_model *m, enum tw_fate fate)
{
	return (struct tw_reaction){
		.told = true,
		.reply = TW_ACK,
		.seq = m->snd_nxt,
		.ack = m->rcv_nxt,
		.ts = m->ts,
		.tsecr = m->ts_recent,
		.fate = fate,
	};
}

static struct tw_reaction restart(struct tw_model *m, uint64_t now_ms)
{
	m->ends_ms = now_ms + TW_TIMEWAIT_LEN_MS;
	return ack(m, TW_RESTARTED);
}

static struct tw_reaction closed(struct tw_model *m)
{
	m->state = TW_STATE_GONE;
	return drop(TW_GONE);
}

/* RFC 9293 3.4, table 6: whether any of it is in the window. */
static bool acceptable(const struct tw_model *m, const struct tw_seg *seg)
{
	uint32_t len = tw_seg_end(seg) - seg->seq;
	uint32_t first = seg->seq - m->rcv_nxt, last = seg->seq + len - 1 - m->rcv_nxt;

	if (!len)
		return m->wnd ? first < m->wnd : first == 0;
	return first < m->wnd || last < m->wnd;
}

/* "Greater", as RFC 6191 has it; exactly half the circle away is neither. */
static bool greater(uint32_t a, uint32_t b)
{
	return a != b && a - b < 0x80000000u;
}

/* RFC 6191 2: a SYN in TIME_WAIT. The FIN's number is R-1. */
static struct tw_reaction syn(const struct tw_world *w, struct tw_model *m,
			      const struct tw_seg *seg)
{
	bool new_ts = seg->ts && !tw_seg_ts_spoilt(seg) && w->timestamps;
	bool higher = greater(seg->seq, m->rcv_nxt - 1);
	bool newer = tw_seq_before(m->ts_recent, seg->tsval);
	bool equal = seg->tsval == m->ts_recent;
	bool open = m->ts && new_ts ? newer || (equal && higher) : new_ts || higher;

	if (!open || w->dut == TW_CLOSED)
		return drop(TW_RUNNING);
	m->state = TW_STATE_SYN_RECV;
	return (struct tw_reaction){
		.told = true,
		.reply = TW_SYN | TW_ACK,
		.seq = m->snd_nxt, /* which it is not */
		.any_seq = true,
		.ack = seg->seq + 1,
		.ts = new_ts,
		.tsecr = seg->tsval,
		.fate = TW_REOPENED,
	};
}

/* RFC 5961 3.2; in TIME_WAIT RFC 1337 3 F1 ignores it. */
static struct tw_reaction rst(const struct tw_world *w, struct tw_model *m,
			      const struct tw_seg *seg)
{
	uint32_t at = seg->seq - m->rcv_nxt;

	if (at != 0 && at >= m->wnd)
		return drop(TW_RUNNING);
	if (at != 0)
		return ack(m, TW_RUNNING);
	if (m->state == TW_STATE_TIME_WAIT && w->rfc1337)
		return drop(TW_RUNNING);
	return closed(m);
}

/* RFC 9293 3.10.7.4, fifth: <SEG.ACK> must lie between what was sent and acked; everything was. */
static bool ack_acceptable(const struct tw_model *m, const struct tw_seg *seg)
{
	uint32_t behind = m->snd_nxt - seg->ack;

	return behind <= 65535; /* RFC 5961 5.2: MAX.SND.WND, without scaling */
}

static struct tw_reaction fin_wait_2(struct tw_model *m, const struct tw_seg *seg, uint64_t now_ms)
{
	uint32_t end = tw_seg_end(seg);
	struct tw_reaction r;

	if (seg->len && tw_seq_after(end - !!(seg->flags & TW_FIN), m->rcv_nxt)) {
		/* RFC 1122 4.2.2.13: data after close() is reset */
		r = closed(m);
		r.reply = TW_RST;
		r.seq = seg->ack;
		return r;
	}
	if (!(seg->flags & TW_FIN))
		return drop(TW_RUNNING);
	if (end != m->rcv_nxt + 1)
		return ack(m, TW_RUNNING); /* SHLD-31: held until what is missing comes */
	m->state = TW_STATE_TIME_WAIT;
	m->rcv_nxt = end;
	return restart(m, now_ms);
}

struct tw_reaction tw_model_rfc(const struct tw_world *w, struct tw_model *m,
				const struct tw_seg *seg, uint64_t now_ms)
{
	bool ts = seg->ts && m->ts && !tw_seg_ts_spoilt(seg);
	bool time_wait = m->state == TW_STATE_TIME_WAIT;

	if (seg->flags & TW_RST)
		return rst(w, m, seg); /* RFC 7323 5.2: not subject to PAWS */
	if (time_wait && seg->flags & TW_SYN && !(seg->flags & TW_ACK))
		return syn(w, m, seg);
	/* RFC 7323 3.2: once negotiated, what comes without is dropped */
	if (m->ts && !ts)
		return drop(TW_RUNNING);
	/* RFC 7323 5.3 R1 */
	if (ts && tw_seq_diff(m->ts_recent, seg->tsval) > 0 &&
	    now_ms / 1000 < m->stamp_ms / 1000 + PAWS_VALID_S)
		return ack(m, TW_RUNNING);
	/* a FIN that is sent again restarts the 2 MSL though it lies before the window */
	if (time_wait && seg->flags & TW_FIN && seg->flags & TW_ACK && !(seg->flags & TW_SYN) &&
	    tw_seg_end(seg) == m->rcv_nxt)
		return restart(m, now_ms);
	if (!acceptable(m, seg))
		return ack(m, TW_RUNNING);
	if (seg->flags & TW_SYN)
		return ack(m, TW_RUNNING); /* RFC 5961 4.2 */
	if (!(seg->flags & TW_ACK))
		return drop(TW_RUNNING);
	/* R3 */
	if (ts && !tw_seq_after(seg->seq, m->rcv_nxt)) {
		m->ts_recent = seg->tsval;
		m->stamp_ms = now_ms;
	}
	if (!ack_acceptable(m, seg))
		return ack(m, TW_RUNNING);
	return time_wait ? restart(m, now_ms) : fin_wait_2(m, seg, now_ms);
}
