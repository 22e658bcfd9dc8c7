/*
 * From segments to the moments at which the old kernel learnt a host's TSval. The server's variables are followed as far as they are
 * needed for TS.Recent and for the way through the states:
 *
 *	OPEN --FIN--> FIN_WAIT_1 --its ACK--> FIN_WAIT_2 (learns) --peer's FIN--> TIME_WAIT (learns)
 *	                   |                                                          ^
 *	                   +--peer's FIN--> CLOSING --ACK of its own----(learns)------+
 *	OPEN --peer's FIN--> CLOSE_WAIT --FIN--> LAST_ACK --its ACK--> gone (learns nothing)
 */
#include "nat/recycle_impl.h"

static bool after(uint32_t a, uint32_t b)
{
	return (int32_t)(b - a) < 0;
}

static void remember(struct tw_recycle *recycle, const struct recycle_conn *conn)
{
	struct recycle_host *host = recycle_host_get(recycle, conn->flow.family, &conn->flow.peer);

	if (host)
		tw_recycle_remember(&host->stamp, recycle->s, conn->ts_recent, conn->ts_recent_s);
}

/* tcp_time_wait(), and the FIN that finds the mini-socket of FIN_WAIT_2. */
static void to_mini_socket(struct tw_recycle *recycle, struct recycle_conn *conn,
			   enum recycle_state state)
{
	conn->state = state;
	if (conn->ts)
		remember(recycle, conn);
	recycle_conn_lives(recycle, conn,
			   state == RECYCLE_TIME_WAIT && conn->ts ? RECYCLE_SHORT : RECYCLE_LONG);
}

/* A full socket got the peer's FIN, the ACK of its own, both, or neither. */
static void step(struct tw_recycle *recycle, struct recycle_conn *conn, bool fin_acked)
{
	bool got_fin = conn->peer_fin && conn->rcv_nxt == conn->peer_fin_end;

	switch (conn->state) {
	case RECYCLE_OPEN:
		if (got_fin)
			conn->state = RECYCLE_CLOSE_WAIT;
		break;
	case RECYCLE_FIN_WAIT_1:
		if (fin_acked)
			to_mini_socket(recycle, conn,
				       got_fin ? RECYCLE_TIME_WAIT : RECYCLE_FIN_WAIT_2);
		else if (got_fin)
			conn->state = RECYCLE_CLOSING;
		break;
	case RECYCLE_CLOSING:
		if (fin_acked)
			to_mini_socket(recycle, conn, RECYCLE_TIME_WAIT);
		break;
	case RECYCLE_LAST_ACK:
		if (fin_acked)
			recycle_conn_remove(recycle, conn);
		break;
	default:
		break;
	}
}

static void handshake(struct tw_recycle *recycle, struct recycle_conn *conn,
		      const struct tw_seg *syn_ack)
{
	bool again = conn->state != RECYCLE_ASKED && syn_ack->seq == conn->iss;

	if (again || syn_ack->ack != conn->syn_seq + 1)
		return;
	/* In any other state than ASKED, the server lost its connection without a word. */
	conn->state = RECYCLE_HALF_OPEN;
	conn->ts = conn->syn_ts && syn_ack->ts;
	conn->ts_recent = conn->syn_tsval;
	conn->wscale = conn->syn_wscale >= 0 && syn_ack->wscale > 0 ? (uint8_t)syn_ack->wscale : 0;
	conn->rcv_nxt = conn->last_ack_sent = syn_ack->ack;
	conn->edge = syn_ack->ack + syn_ack->win;
	conn->iss = syn_ack->seq;
	conn->snd_nxt = syn_ack->seq + 1;
	conn->peer_fin = false;
	recycle_conn_lives(recycle, conn, RECYCLE_HALF_OPEN_LIFE);
}

void recycle_conn_from_server(struct tw_recycle *recycle, struct recycle_conn *conn,
			      const struct tw_seg *seg)
{
	uint32_t edge = seg->ack + ((uint32_t)seg->win << conn->wscale);

	if (seg->flags & TW_RST) {
		/* Without an ACK it answers a segment, and its number is that one's: maybe a stranger's. */
		if (seg->flags & TW_ACK || seg->seq == conn->snd_nxt)
			recycle_conn_remove(recycle, conn);
		return;
	}
	if ((seg->flags & (TW_SYN | TW_ACK)) == (TW_SYN | TW_ACK)) {
		handshake(recycle, conn, seg);
		return;
	}
	if (!(seg->flags & TW_ACK) || conn->state < RECYCLE_OPEN ||
	    conn->state >= RECYCLE_FIN_WAIT_2)
		return;
	if (after(seg->ack, conn->last_ack_sent))
		conn->last_ack_sent = seg->ack;
	if (after(seg->ack, conn->rcv_nxt))
		conn->rcv_nxt = seg->ack;
	if (after(edge, conn->edge))
		conn->edge = edge;
	if (after(tw_seg_end(seg), conn->snd_nxt))
		conn->snd_nxt = tw_seg_end(seg);
	step(recycle, conn, false);
	if (!(seg->flags & TW_FIN))
		return;
	/* Who closes first? The server does if it had not received the peer's FIN when it sent its own. */
	if (conn->state == RECYCLE_OPEN)
		conn->state = RECYCLE_FIN_WAIT_1;
	else if (conn->state == RECYCLE_CLOSE_WAIT)
		conn->state = seg->ack == conn->peer_fin_end ? RECYCLE_LAST_ACK : RECYCLE_CLOSING;
}

static bool paws_rejects(const struct recycle_conn *conn, const struct tw_seg *seg)
{
	return conn->ts && seg->ts && conn->ts_recent && after(conn->ts_recent, seg->tsval);
}

static void take_ts(struct tw_recycle *recycle, struct recycle_conn *conn, const struct tw_seg *seg)
{
	if (!conn->ts || !seg->ts)
		return;
	conn->ts_recent = seg->tsval;
	conn->ts_recent_s = recycle->s;
}

/* tcp_timewait_state_process() in its first half: FIN_WAIT_2. Other data than the FIN is reset, which the server's RST will show. */
static void in_fin_wait_2(struct tw_recycle *recycle, struct recycle_conn *conn,
			  const struct tw_seg *seg)
{
	if (seg->flags & TW_RST) {
		recycle_conn_remove(recycle, conn);
	} else if ((seg->flags & (TW_ACK | TW_FIN)) == (TW_ACK | TW_FIN) &&
		   tw_seg_end(seg) == conn->rcv_nxt + 1) {
		conn->rcv_nxt++;
		take_ts(recycle, conn, seg);
		to_mini_socket(recycle, conn, RECYCLE_TIME_WAIT);
	}
}

/* And in its second. Whatever restarts the timer restarts it with 60 s, recycling or not. */
static void in_time_wait(struct tw_recycle *recycle, struct recycle_conn *conn,
			 const struct tw_seg *seg, bool paws)
{
	bool exact = !paws && seg->seq == conn->rcv_nxt;

	if (seg->flags & TW_RST) {
		if (exact)
			recycle_conn_remove(recycle, conn);
		return;
	}
	if (exact && tw_seg_end(seg) == seg->seq)
		take_ts(recycle, conn, seg);
	else if (!paws && !(seg->flags & TW_ACK))
		return;
	recycle_conn_lives(recycle, conn, RECYCLE_LONG);
}

/* The third segment of the handshake makes a socket; it may bring data, or a FIN. */
static bool opens(struct tw_recycle *recycle, struct recycle_conn *conn, const struct tw_seg *seg)
{
	if (!(seg->flags & TW_ACK) || seg->flags & (TW_SYN | TW_RST) || seg->ack != conn->snd_nxt)
		return false;
	conn->state = RECYCLE_OPEN;
	conn->ts_recent_s = recycle->s;
	recycle_conn_lives(recycle, conn, RECYCLE_FOREVER);
	return true;
}

static void in_full_socket(struct tw_recycle *recycle, struct recycle_conn *conn,
			   const struct tw_seg *seg)
{
	uint32_t end = tw_seg_end(seg);

	if (!(seg->flags & TW_ACK) || seg->flags & TW_SYN || after(seg->ack, conn->snd_nxt))
		return;
	/* RFC 7323 section 4.3: TS.Recent is of the segment that brings the next ACK forward. */
	if (!after(seg->seq, conn->last_ack_sent))
		take_ts(recycle, conn, seg);
	if (seg->flags & TW_FIN) {
		conn->peer_fin = true;
		conn->peer_fin_end = end;
	}
	if (!after(seg->seq, conn->rcv_nxt) && after(end, conn->rcv_nxt))
		conn->rcv_nxt = end;
	step(recycle, conn, conn->state >= RECYCLE_LAST_ACK && seg->ack == conn->snd_nxt);
}

/* tcp_sequence(): nothing of it is below Last.ACK.sent, or above the window. */
static bool in_window(const struct recycle_conn *conn, const struct tw_seg *seg)
{
	return !after(conn->last_ack_sent, tw_seg_end(seg)) && !after(seg->seq, conn->edge);
}

void recycle_conn_from_peer(struct tw_recycle *recycle, struct recycle_conn *conn,
			    const struct tw_seg *seg)
{
	bool paws = paws_rejects(conn, seg);

	if (conn->state == RECYCLE_ASKED)
		return;
	if (conn->state == RECYCLE_TIME_WAIT) {
		in_time_wait(recycle, conn, seg, paws);
		return;
	}
	if (!in_window(conn, seg))
		return;
	if (conn->state == RECYCLE_FIN_WAIT_2) {
		if (!paws)
			in_fin_wait_2(recycle, conn, seg);
		return;
	}
	if (seg->flags & TW_RST) {
		/* A full socket takes a RST whatever its timestamp is. */
		if (seg->seq == conn->rcv_nxt)
			recycle_conn_remove(recycle, conn);
		return;
	}
	if (paws || (conn->state == RECYCLE_HALF_OPEN && !opens(recycle, conn, seg)))
		return;
	in_full_socket(recycle, conn, seg);
}
