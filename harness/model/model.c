#include "model/model.h"

enum {
	TIMEWAIT_MS = TW_TIMEWAIT_LEN_MS,
	PAWS_MSL_S = 60, /* TCP_PAWS_MSL */
	MIN_TTL = 200,   /* what a row means by TW_MIN_TTL */
	TCP_HEADER = 20,
	CHECKSUM_BREAK = 76,
};

/* One call. */
struct look {
	const struct tw_world *w;
	struct tw_model *m;
	const struct tw_seg *seg;
	uint64_t now_ms;
	uint32_t end;
	bool ts;     /* it has a timestamp option that is looked at */
	bool reject; /* PAWS refuses it */
	struct tw_reaction r;
};

/* @condition, unless the clause is broken: then it never holds. */
static bool holds(const struct look *l, enum tw_clause clause, bool condition)
{
	return condition && l->w->broken != clause;
}

static bool has(const struct look *l, uint8_t flag)
{
	return l->seg->flags & flag;
}

static void count(struct look *l, const char *counter)
{
	unsigned i = 0;

	while (i < TW_REACTION_COUNTERS && l->r.counter[i])
		i++;
	if (i < TW_REACTION_COUNTERS)
		l->r.counter[i] = counter;
}

static struct tw_reaction silence(struct look *l, enum tw_clause by, const char *reason)
{
	l->r.reply = TW_SILENCE;
	l->r.by = by;
	l->r.reason = reason;
	return l->r;
}

static struct tw_reaction gone(struct look *l, enum tw_clause by, const char *reason)
{
	l->m->state = TW_STATE_GONE;
	l->r.fate = TW_GONE;
	return silence(l, by, reason);
}

static void restart(struct look *l)
{
	l->m->ends_ms = l->now_ms + TIMEWAIT_MS;
	l->r.fate = TW_RESTARTED;
}

static void take_ts(struct look *l)
{
	l->m->ts_recent = l->seg->tsval;
	l->m->stamp_ms = l->now_ms;
}

static const char *drop_reason(const struct look *l)
{
	return l->reject && l->m->state == TW_STATE_TIME_WAIT && l->w->facts.paws_counter
		       ? "TCP_RFC7323_TW_PAWS"
		       : "NOT_SPECIFIED";
}

/* tcp_timewait_send_ack(), tcp_v4_send_ack(): the last numbers, and TS.Recent unless it is 0. */
static struct tw_reaction answer(struct look *l, enum tw_clause by)
{
	l->r.reply = TW_ACK;
	l->r.seq = l->m->snd_nxt;
	l->r.ack = l->m->rcv_nxt;
	l->r.ts = l->m->ts && !holds(l, TW_D31_NO_TS, l->m->ts_recent == 0);
	l->r.tsecr = l->m->ts_recent;
	l->r.by = by;
	l->r.reason = drop_reason(l);
	return l->r;
}

/*
 * tcp_oow_rate_limited(): one answer per limit and entry. What has a length and no SYN is exempt, and uses up none.
 */
static struct tw_reaction limited_answer(struct look *l, enum tw_clause by, enum tw_clause limit,
					 const char *counter)
{
	bool length = l->seg->seq != l->end;
	bool exempt = length && !holds(l, TW_D31_SYN_LIMITED, has(l, TW_SYN));
	struct tw_model *m = l->m;

	if (!l->w->facts.limits || holds(l, TW_D31_EXEMPT, exempt))
		return answer(l, by);
	if (holds(l, limit, m->limited && l->now_ms - m->limited_ms < l->w->limit_ms)) {
		count(l, counter);
		return silence(l, limit, drop_reason(l));
	}
	m->limited = true;
	m->limited_ms = l->now_ms;
	return answer(l, by);
}

/* tcp_parse_auth_options() */
static bool options_refused(const struct look *l)
{
	return l->w->facts.options_left && tw_seg_unreadable(l->seg) >= l->w->facts.options_left;
}

/* D-48, tcp_v4_send_reset(): the RST goes out, then the entry goes. */
static struct tw_reaction reset(struct look *l, enum tw_clause by)
{
	bool acks = has(l, TW_ACK);

	if (holds(l, TW_D48_OPTIONS, options_refused(l)))
		return gone(l, TW_D48_OPTIONS, "NOT_SPECIFIED");
	gone(l, by, "RST:TCP_TIMEWAIT_SOCKET");
	l->r.reply = acks ? TW_RST : TW_RST | TW_ACK;
	l->r.seq = holds(l, TW_D48_ACK, acks) ? l->seg->ack : 0;
	l->r.ack = holds(l, TW_D48_NO_ACK, !acks) ? l->end : 0;
	count(l, "TcpOutRsts");
	return l->r;
}

/* tcp_paws_reject() */
static bool paws_reject(const struct look *l)
{
	const struct tw_model *m = l->m;
	uint64_t now_s = l->now_ms / 1000, stamp_s = m->stamp_ms / 1000;
	uint64_t valid_s = l->w->broken == TW_D30_AGE ? 0 : l->w->facts.paws_s;
	uint64_t rst_s = l->w->broken == TW_D30_RST ? 0 : PAWS_MSL_S;

	if (!l->ts || !holds(l, TW_D30_OLDER, tw_seq_diff(m->ts_recent, l->seg->tsval) > 0))
		return false;
	if (now_s >= stamp_s + valid_s)
		return false;
	if (l->w->facts.zero_is_off && holds(l, TW_D30_ZERO, m->ts_recent == 0))
		return false;
	return !(has(l, TW_RST) && now_s >= stamp_s + rst_s);
}

/* Options are parsed if the old connection had timestamps, and then as in a SYN: only with tcp_timestamps. */
static bool ts_looked_at(const struct look *l)
{
	return l->seg->ts && !tw_seg_ts_spoilt(l->seg) && !holds(l, TW_D30_PLAIN, !l->m->ts) &&
	       !holds(l, TW_D30_SYSCTL, !l->w->timestamps);
}

/* tcp_in_window() */
static bool in_window(const struct look *l)
{
	uint32_t seq = l->seg->seq, from = l->m->rcv_nxt, to = from + l->m->wnd;

	if (seq == from)
		return true;
	if (tw_seq_after(l->end, from) && tw_seq_before(seq, to))
		return true;
	return holds(l, TW_D01_EDGE, seq == to && seq == l->end);
}

static struct tw_reaction fin_wait_2(struct look *l)
{
	struct tw_model *m = l->m;
	uint32_t r = m->rcv_nxt;

	if (holds(l, TW_D01_PAWS, l->reject) || holds(l, TW_D01_WINDOW, !in_window(l)))
		return limited_answer(l, l->reject ? TW_D01_PAWS : TW_D01_WINDOW, TW_D01_LIMIT,
				      "TcpExtTCPACKSkippedFinWait2");
	if (holds(l, TW_D02_KILL, has(l, TW_RST)))
		return gone(l, TW_D02_KILL, "NOT_SPECIFIED");
	if (holds(l, TW_D03_RESET, has(l, TW_SYN) && !tw_seq_before(l->seg->seq, r)))
		return reset(l, TW_D03_RESET);
	if (holds(l, TW_D04_NO_ACK, !has(l, TW_ACK)))
		return silence(l, TW_D04_NO_ACK, "NOT_SPECIFIED");
	/* what ends at R or before, and is in the window nevertheless, is empty as well */
	if (holds(l, TW_D04_EMPTY, l->end == l->seg->seq))
		return silence(l, TW_D04_EMPTY, "NOT_SPECIFIED");
	if (holds(l, TW_D05_DATA, !has(l, TW_FIN)))
		return reset(l, TW_D05_DATA);
	if (holds(l, TW_D05_ORDER, l->end != r + 1))
		return reset(l, TW_D05_ORDER);
	/* D-06 */
	m->state = TW_STATE_TIME_WAIT;
	m->rcv_nxt = l->end;
	if (holds(l, TW_D06_TS, l->ts))
		take_ts(l);
	if (l->w->broken != TW_D06_RESTART)
		restart(l);
	return answer(l, TW_D06_RESTART);
}

/* D-10, D-11: a RST at R. */
static struct tw_reaction rst_at(struct look *l)
{
	if (!holds(l, TW_D11_KEEP, l->w->rfc1337))
		return gone(l, TW_D10_KILL, "NOT_SPECIFIED");
	if (l->w->facts.rst_restarts)
		restart(l);
	if (holds(l, TW_D11_TS, l->ts))
		take_ts(l);
	return silence(l, TW_D11_KEEP, "NOT_SPECIFIED");
}

static struct tw_reaction empty_at(struct look *l)
{
	if (l->w->broken != TW_D12_RESTART)
		restart(l);
	if (holds(l, TW_D12_TS, l->ts))
		take_ts(l);
	return silence(l, TW_D12_SWALLOW, "NOT_SPECIFIED");
}

/* D-20: whether a bare SYN may open the tuple again. */
static bool reopens(const struct look *l)
{
	bool newer_seq = tw_seq_after(l->seg->seq, l->m->rcv_nxt);
	bool newer_ts = l->ts && tw_seq_diff(l->m->ts_recent, l->seg->tsval) < 0;

	if (!has(l, TW_SYN) || has(l, TW_RST) || holds(l, TW_D20_BARE, has(l, TW_ACK)) ||
	    holds(l, TW_D20_PAWS, l->reject))
		return false;
	return holds(l, TW_D20_SEQ, newer_seq) || holds(l, TW_D20_TS, newer_ts);
}

/* D-43, and D-42 where the reopening number does not get there (H-63): the SYN is like any other. */
static struct tw_reaction queue_full(struct look *l)
{
	bool accept_queue = l->w->dut == TW_ACCEPT_QUEUE_FULL;

	if (l->w->cookies && (!accept_queue || l->w->facts.full_one_sooner))
		count(l, "TcpExtTCPReqQFullDoCookies");
	if (accept_queue) {
		count(l, "TcpExtListenOverflows");
		count(l, "TcpExtListenDrops");
	} else if (!l->w->cookies) {
		count(l, "TcpExtTCPReqQFullDrop");
		count(l, "TcpExtListenDrops");
	}
	return gone(l, TW_D43_OVERFLOW, NULL);
}

/* D-41: a half-open connection in its place, or a cookie and nothing. */
static struct tw_reaction syn_ack(struct look *l, bool cookie)
{
	uint32_t isn = l->m->snd_nxt + (l->w->broken == TW_D41_ISN ? 65536 : 65535 + 2);

	l->m->state = cookie ? TW_STATE_GONE : TW_STATE_SYN_RECV;
	l->r.fate = cookie ? TW_GONE : TW_REOPENED;
	l->r.reply = TW_SYN | TW_ACK;
	l->r.seq = isn ? isn : 1;
	l->r.any_seq = l->w->facts.isn_lost;
	l->r.ack = l->seg->seq + 1;
	l->r.ts = l->seg->ts && !tw_seg_ts_spoilt(l->seg) && l->w->timestamps;
	l->r.tsecr = l->seg->tsval;
	l->r.by = TW_D41_ISN;
	if (cookie)
		count(l, "TcpExtSyncookiesSent");
	return l->r;
}

/* D-40 to D-47: the entry goes first, then the listener sees the SYN. */
static struct tw_reaction reopen(struct look *l)
{
	const struct tw_world *w = l->w;

	if (holds(l, TW_D47_CLOSED, w->dut == TW_CLOSED))
		return answer(l, TW_D47_CLOSED);
	if (w->dut == TW_MIN_TTL && holds(l, TW_D45_TTL, l->seg->ttl < MIN_TTL)) {
		count(l, "TcpExtTCPMinTTLDrop");
		return gone(l, TW_D45_TTL, "TCP_MINTTL");
	}
	if (holds(l, TW_D45_OPTIONS, options_refused(l)))
		return gone(l, TW_D45_OPTIONS, "TCP_AUTH_HDR");
	if (holds(l, TW_D45_KEY, w->dut == TW_MD5_KEYED)) {
		count(l, "TcpExtTCPMD5NotFound");
		return gone(l, TW_D45_KEY, "TCP_MD5NOTFOUND");
	}
	if (holds(l, TW_D45_FILTER, w->dut == TW_FILTERED))
		return gone(l, TW_D45_FILTER, "SOCKET_FILTER");
	if (w->facts.drops_syn_fin && holds(l, TW_D44_FIN, has(l, TW_FIN)))
		return gone(l, TW_D44_FIN, "TCP_FLAGS");
	if (holds(l, TW_D43_OVERFLOW, w->dut == TW_ACCEPT_QUEUE_FULL))
		return queue_full(l);
	if (w->facts.isn_lost && (w->dut == TW_SYN_QUEUE_FULL || w->cookies == 2)) {
		if (!w->cookies)
			return queue_full(l);
		count(l, "TcpExtTCPReqQFullDoCookies");
		return syn_ack(l, true);
	}
	return syn_ack(l, false);
}

static struct tw_reaction time_wait(struct look *l)
{
	bool at = !l->reject && l->seg->seq == l->m->rcv_nxt;

	if (at && holds(l, TW_D10_KILL, has(l, TW_RST)))
		return rst_at(l);
	if (at && !has(l, TW_RST) && holds(l, TW_D12_SWALLOW, l->seg->seq == l->end))
		return empty_at(l);
	if (reopens(l))
		return reopen(l);
	if (holds(l, TW_D30_COUNT, l->reject))
		count(l, l->w->facts.paws_counter ? "TcpExtPAWSTimewait" : "TcpExtPAWSEstab");
	if (holds(l, TW_D32_SILENT, has(l, TW_RST)))
		return silence(l, TW_D32_SILENT, drop_reason(l));
	if (holds(l, TW_D31_PAWS_RESTARTS, l->reject) ||
	    holds(l, TW_D31_ACK_RESTARTS, has(l, TW_ACK)))
		restart(l);
	return limited_answer(l, TW_D31_LIMIT, TW_D31_LIMIT, "TcpExtTCPACKSkippedTimeWait");
}

/* skb_checksum_init() looks at short segments at once, at long ones only when TIME_WAIT has been found. */
static bool policy_first(const struct look *l)
{
	return TCP_HEADER + tw_seg_options_len(l->seg) + l->seg->len > CHECKSUM_BREAK;
}

/* Whether it is dropped before TIME_WAIT is asked. */
static bool dropped_before(struct look *l, const struct tw_send *how)
{
	if (how && (how->astray || how->icmp)) {
		silence(l, how->icmp ? TW_P07_ICMP : TW_CLAUSE_NONE, NULL);
	} else if (how && holds(l, TW_P02_HEADER, how->cut)) {
		count(l, "TcpInErrs");
		silence(l, TW_P02_HEADER, "PKT_TOO_SMALL");
	} else if (policy_first(l) && holds(l, TW_P04_POLICY, l->w->dut == TW_IPSEC_REFUSED)) {
		silence(l, TW_P04_POLICY, "XFRM_POLICY");
	} else if (holds(l, TW_P05_CHECKSUM, l->seg->bad_csum)) {
		if (l->w->facts.csum_counter)
			count(l, "TcpInCsumErrors");
		count(l, "TcpInErrs");
		silence(l, TW_P05_CHECKSUM, "TCP_CSUM");
	} else if (holds(l, TW_P04_POLICY, l->w->dut == TW_IPSEC_REFUSED)) {
		silence(l, TW_P04_POLICY, "XFRM_POLICY");
	} else {
		return false;
	}
	return true;
}

static struct tw_reaction by_linux(struct look *l, const struct tw_send *how)
{
	/* broken, an ICMP error ends the entry as it would a connection that is being opened */
	if (how && how->icmp && l->w->broken == TW_P07_ICMP)
		return gone(l, TW_P07_ICMP, NULL);
	if (dropped_before(l, how))
		return l->r;
	l->ts = ts_looked_at(l);
	l->reject = paws_reject(l);
	return l->m->state == TW_STATE_FIN_WAIT_2 ? fin_wait_2(l) : time_wait(l);
}

struct tw_reaction tw_model_step(const struct tw_world *world, struct tw_model *m,
				 const struct tw_seg *seg, const struct tw_send *how,
				 uint64_t now_ms)
{
	struct look l = {
		.w = world, .m = m, .seg = seg, .now_ms = now_ms, .end = tw_seg_end(seg)
	};

	if (now_ms >= m->ends_ms)
		m->state = TW_STATE_GONE;
	if (m->state != TW_STATE_TIME_WAIT && m->state != TW_STATE_FIN_WAIT_2)
		return (struct tw_reaction){ .told = false };
	l.r = (struct tw_reaction){ .told = true, .fate = TW_RUNNING };
	if (world->profile == TW_BY_RFC)
		return how && (how->astray || how->cut || how->icmp || seg->bad_csum)
			       ? silence(&l, TW_CLAUSE_NONE, NULL)
			       : tw_model_rfc(world, m, seg, now_ms);
	return by_linux(&l, how);
}
