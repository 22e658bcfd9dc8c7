/*
 * The stack of the fake: as much TCP as the engine's scripts need, and what Linux does in TIME_WAIT. Part of fake_io.c.
 */
static uint32_t fake_tsval(const struct fake *f)
{
	return f->ts_origin + (uint32_t)(f->now / FAKE_MS);
}

static void fake_say(struct fake *f, struct fake_conn *c, uint8_t flags)
{
	struct tw_seg seg = {
		.flags = flags, .ttl = 64, .win = 509, .wscale = -1, .seq = c->snd_nxt
	};
	bool first = flags == TW_SYN;

	if (flags & TW_SYN) {
		seg.mss = 1460;
		seg.wscale = 7;
		seg.sackok = true;
	}
	seg.ack = flags & TW_ACK ? c->rcv_nxt : 0;
	seg.ts = first ? !f->no_timestamps : c->ts;
	seg.tsval = fake_tsval(f);
	seg.tsecr = c->ts_recent;
	fake_send(f, &c->flow, seg, ++c->tx);
	c->snd_nxt = tw_seg_end(&seg);
}

static struct fake_conn *fake_conn_new(struct fake *f, const struct tw_flow *flow)
{
	struct fake_conn *c = &f->conn[f->n_conns++], *was = fake_find(f, flow->peer_port);

	if (f->n_conns > FAKE_CONNS)
		abort();
	memset(c, 0, sizeof(*c));
	c->flow = *flow;
	c->iss = c->snd_nxt = f->iss;
	if (was && was != c) {
		c->rx = was->rx;
		c->tx = was->tx;
	}
	return c;
}

static void fake_hold(struct fake *f, struct fake_conn *c, enum tw_state state)
{
	c->state = state;
	c->mini = true;
	c->armed = f->now;
}

static void fake_closed_port(struct fake *f, const struct tw_flow *flow, const struct tw_seg *in,
			     unsigned nth)
{
	struct tw_seg rst = { .flags = TW_RST, .ttl = 64, .wscale = -1, .seq = in->ack };

	fake_reason(f, "NO_SOCKET");
	if (in->flags & TW_RST)
		return;
	if (!(in->flags & TW_ACK)) {
		rst.flags |= TW_ACK;
		rst.seq = 0;
		rst.ack = tw_seg_end(in);
	}
	fake_send(f, flow, rst, nth);
}

static bool fake_listen_full(struct fake *f)
{
	if (f->queued > f->backlog) {
		fake_count(f, "TcpExtListenOverflows", 1);
		fake_count(f, "TcpExtListenDrops", 1);
		return true;
	}
	if (f->half_open > f->backlog) {
		fake_count(f, "TcpExtTCPReqQFullDrop", 1);
		return true;
	}
	return false;
}

static void fake_open_passive(struct fake *f, const struct tw_flow *flow, const struct tw_seg *in,
			      uint32_t iss)
{
	struct fake_conn *c;

	if (fake_listen_full(f))
		return;
	c = fake_conn_new(f, flow);
	c->passive = true;
	c->rx += !c->rx; /* the SYN */
	c->state = TW_STATE_SYN_RECV;
	c->iss = c->snd_nxt = iss;
	c->rcv_nxt = in->seq + 1;
	c->ts = in->ts && !f->no_timestamps;
	c->ts_recent = in->tsval;
	f->half_open++;
	fake_say(f, c, TW_SYN | TW_ACK);
}

static void fake_time_wait(struct fake *f, struct fake_conn *c, const struct tw_seg *in)
{
	bool paws = c->ts && in->ts && tw_seq_before(in->tsval, c->ts_recent);
	bool newer = c->ts && in->ts && tw_seq_before(c->ts_recent, in->tsval);
	uint32_t iss = c->snd_nxt + 65535 + 2;

	if (!paws && in->seq == c->rcv_nxt && !in->len && !(in->flags & (TW_SYN | TW_FIN))) {
		c->armed = f->now;
		return;
	}
	if (in->flags == TW_SYN && !paws && f->listening[c->flow.family == TW_IPV6] &&
	    (newer || tw_seq_before(c->rcv_nxt, in->seq))) {
		c->state = TW_STATE_GONE;
		fake_open_passive(f, &c->flow, in, iss ? iss : 1);
		return;
	}
	if (paws) {
		fake_count(f, "TcpExtPAWSTimewait", 1);
		fake_reason(f, "TCP_RFC7323_TW_PAWS");
	}
	if (paws || in->flags & TW_ACK)
		c->armed = f->now;
	fake_say(f, c, TW_ACK);
}

/* The peer's FIN and its ACK of ours, in either order or at once. */
static void fake_closing(struct fake *f, struct fake_conn *c, const struct tw_seg *in)
{
	bool acked = in->flags & TW_ACK && in->ack == c->snd_nxt;
	bool fin = in->flags & TW_FIN && in->seq == c->rcv_nxt;

	if (fin) {
		c->rcv_nxt++;
		c->ts_recent = in->tsval;
	}
	if (c->state == TW_STATE_FIN_WAIT_1 && fin && !acked)
		c->state = TW_STATE_CLOSING;
	else if (c->state == TW_STATE_FIN_WAIT_1 && acked && !fin)
		fake_hold(f, c, TW_STATE_FIN_WAIT_2);
	else if (fin || (c->state == TW_STATE_CLOSING && acked))
		fake_hold(f, c, TW_STATE_TIME_WAIT);
	if (fin)
		fake_say(f, c, TW_ACK);
}

/* Where it is expected to a byte, or not at all (RFC 5961 section 3.2). */
static void fake_reset(struct fake *f, struct fake_conn *c, const struct tw_seg *in)
{
	if (in->seq != c->rcv_nxt)
		return;
	f->half_open -= c->state == TW_STATE_SYN_RECV;
	c->state = TW_STATE_GONE;
}

static void fake_segment(struct fake *f, struct fake_conn *c, const struct tw_seg *in)
{
	if (in->flags & TW_RST) {
		fake_reset(f, c, in);
		return;
	}
	switch (c->state) {
	case TW_STATE_SYN_RECV:
		if (in->flags != TW_ACK || in->ack != c->snd_nxt)
			return;
		c->state = TW_STATE_ESTABLISHED;
		c->ts_recent = in->tsval;
		c->in_queue = ++f->queued;
		f->half_open--;
		return;
	case TW_STATE_SYN_SENT:
		if (in->flags != (TW_SYN | TW_ACK) || in->ack != c->snd_nxt)
			return;
		c->state = TW_STATE_ESTABLISHED;
		c->rcv_nxt = in->seq + 1;
		c->ts = in->ts && !f->no_timestamps;
		c->ts_recent = in->tsval;
		fake_say(f, c, TW_ACK);
		return;
	case TW_STATE_TIME_WAIT:
		fake_time_wait(f, c, in);
		return;
	default:
		fake_closing(f, c, in);
	}
}

/* A frame of the peer. */
static void fake_receive(struct fake *f, const struct tw_seen *seen)
{
	const struct tw_flow flow = { seen->family, seen->dst, seen->src, seen->dport,
				      seen->sport };
	const struct tw_seg *in = &seen->seg;
	struct fake_conn *c = fake_find(f, flow.peer_port);
	unsigned nth = c ? ++c->rx : 1;
	enum fake_what what;

	fake_count(f, "TcpInSegs", 1);
	if (flow.dut_port == FAKE_CLOSED_PORT) {
		fake_closed_port(f, &flow, in, ++f->fence_rx);
		return;
	}
	what = fake_fault(f, flow.peer_port, nth, true)->what;
	if (what == FAKE_IGNORED)
		return;
	if (c && c->state != TW_STATE_GONE)
		fake_segment(f, c, in);
	else if (in->flags == TW_SYN && f->listening[flow.family == TW_IPV6])
		fake_open_passive(f, &flow, in, f->iss);
	else
		fake_closed_port(f, &flow, in, nth);
	if (what == FAKE_ANSWERED)
		fake_say(f, fake_find(f, flow.peer_port), TW_ACK);
}
