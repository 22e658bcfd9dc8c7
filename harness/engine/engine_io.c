#include <errno.h>
#include <string.h>

#include "engine/engine_impl.h"
#include "wire/wire.h"

static uint64_t now(struct tw_engine *e)
{
	return e->cfg.clock->now(e->cfg.clock);
}

/*
 * The peer's host answers an ACK of the DUT's: unreachable. TIME_WAIT is found by what is quoted. The frame's length or
 * negative errno.
 */
static int icmp_error(struct tw_engine *e, const struct tw_flow *flow, uint8_t *ret_frame,
		      struct tw_err *err)
{
	static const struct tw_seg ack = { .flags = TW_ACK, .ttl = 64, .win = 512, .wscale = -1 };
	const struct tw_template *tmpl = tw_forge_get(e->cfg.forge, flow->family, &ack, err);
	const struct tw_flow back = { .family = flow->family,
				      .dut = flow->peer,
				      .peer = flow->dut,
				      .dut_port = flow->peer_port,
				      .peer_port = flow->dut_port };
	uint8_t quoted[TW_FRAME_MAX];
	unsigned len;

	if (!tmpl)
		return -EINVAL;
	len = tw_wire_patch(tmpl, &back, &ack, quoted);
	return tw_forge_icmp_unreachable(e->cfg.forge, quoted + TW_ETH_LEN, len - TW_ETH_LEN, NULL,
					 ret_frame, err);
}

/* What no honest stack sends is not the forge's matter: the frame is made as it should be, and then spoilt. */
static int spoil(struct tw_engine *e, const struct tw_template *tmpl, struct iovec *iov,
		 const struct tw_flow *flow, struct tw_err *err)
{
	uint8_t *frame = iov->iov_base;

	if (e->spoil->icmp) {
		int len = icmp_error(e, flow, frame, err);

		iov->iov_len = len < 0 ? 0 : (size_t)len;
		e->n_astray++;
		return len;
	}
	if (e->spoil->astray) {
		frame[5] ^= 0x55; /* of the destination's MAC address */
		e->n_astray++;
	}
	if (e->spoil->cut)
		frame[tmpl->l4 + 12] = 4 << 4;
	return 0;
}

int tw_engine_put(struct tw_engine *e, struct tw_tuple *t, const struct tw_flow *flow,
		  const struct tw_seg *seg, struct tw_err *err)
{
	const struct tw_template *tmpl = tw_forge_get(e->cfg.forge, flow->family, seg, err);
	struct iovec *iov = &e->tx[e->n_tx];

	if (!tmpl)
		return -EINVAL;
	if (e->n_tx == e->tx_room)
		return tw_err_set(err, ENOBUFS, "more than %u frames in one bulk", e->tx_room);
	iov->iov_base = e->tx_bytes + (size_t)e->n_tx * TW_FRAME_MAX;
	iov->iov_len = tw_wire_patch(tmpl, flow, seg, iov->iov_base);
	e->n_tx++;
	if (e->spoil && spoil(e, tmpl, iov, flow, err) < 0)
		return -EIO;
	if (!t || !t->ev)
		return 0;
	return tw_evidence_add(t->ev, now(e), false, e->sending, e->step, iov->iov_base,
			       (unsigned)iov->iov_len, err);
}

/* A bare ACK to a port where nobody listens: RFC 9293 3.10.7.1 demands a RST whose SEQ is this ACK. */
int tw_engine_put_fence(struct tw_engine *e, struct tw_err *err)
{
	struct tw_tuple *t = &e->tuple[0];
	const struct tw_seg seg = {
		.flags = TW_ACK, .ttl = 64, .win = 65535, .wscale = -1, .ack = ++e->fence_no
	};
	enum tw_packet_kind was = e->sending;
	int ret;

	e->fence_seen = false;
	e->sending = TW_PKT_FENCE;
	ret = tw_engine_put(e, t, &e->cfg.fence[t->flow.family == TW_IPV6], &seg, err);
	e->sending = was;
	return ret;
}

int tw_engine_flush(struct tw_engine *e, struct tw_err *err)
{
	int ret = 0;

	e->sent_at[0] = e->cfg.clock->ticked(e->cfg.clock);
	if (e->n_tx)
		ret = e->cfg.wire->ops->send(e->cfg.wire, e->tx, e->n_tx, err);
	e->sent_at[1] = now(e);
	e->health.sent += e->n_tx - e->n_astray;
	e->n_tx = e->n_astray = 0;
	return ret;
}

static void record(struct tw_engine *e, struct tw_tuple *t, enum tw_packet_kind kind,
		   const uint8_t *bytes, unsigned len)
{
	if (t->ev && tw_evidence_add(t->ev, now(e), true, kind, e->step, bytes, len, NULL) < 0)
		e->rx_fail = -ENOMEM;
}

/* A frame that nobody expects: shown in the evidence where there is one, and the end of all verdicts. */
static void stray(struct tw_engine *e, const uint8_t *bytes, unsigned len)
{
	e->health.strays++;
	if (!e->n)
		return;
	record(e, &e->tuple[0], TW_PKT_STRAY, bytes, len);
	if (e->tuple[0].ev)
		e->tuple[0].ev->strays++;
}

static bool same_addr(const struct tw_addr *a, const struct tw_addr *b, enum tw_family family)
{
	return !memcmp(a->b, b->b, family == TW_IPV4 ? 4 : 16);
}

static bool is_from(const struct tw_seen *seen, const struct tw_flow *flow)
{
	return seen->family == flow->family && seen->sport == flow->dut_port &&
	       seen->dport == flow->peer_port && same_addr(&seen->src, &flow->dut, flow->family) &&
	       same_addr(&seen->dst, &flow->peer, flow->family);
}

static void take(struct tw_engine *e, struct tw_tuple *t, struct tw_inbox *inbox,
		 const struct tw_seen *seen, const uint8_t *bytes, unsigned len)
{
	bool through = t->state == TW_TUPLE_ENTERED && e->step >= t->n_steps;
	bool probed = e->sending == TW_PKT_PROBE && !through &&
		      inbox == (t->step[e->step].send.from == TW_OTHER ? &t->second : &t->main);

	if (through && e->sending == TW_PKT_PROBE)
		e->health.strays++; /* so late that its step is over */
	if (!inbox->n++)
		inbox->first = seen->seg;
	record(e, t, probed ? TW_PKT_PROBE : TW_PKT_SETUP, bytes, len);
}

static void on_frame(void *arg, uint64_t at, const uint8_t *bytes, unsigned len)
{
	struct tw_engine *e = arg;
	struct tw_seen seen;
	const struct slot *slot;
	struct tw_tuple *t;

	(void)at; /* the order of the evidence is that of the program */
	if (!tw_wire_decode(bytes, len, &seen)) {
		if (!e->discard)
			stray(e, bytes, len);
		return;
	}
	e->health.captured++;
	e->n_late += (seen.seg.flags & (TW_SYN | TW_ACK)) != (TW_SYN | TW_ACK);
	if (e->discard)
		return;
	slot = &e->slot[seen.dport];
	t = &e->tuple[slot->tuple];
	if (slot->kind == SLOT_MAIN && is_from(&seen, &t->flow)) {
		take(e, t, &t->main, &seen, bytes, len);
	} else if (slot->kind == SLOT_OTHER && is_from(&seen, &t->other)) {
		take(e, t, &t->second, &seen, bytes, len);
	} else if (slot->kind == SLOT_FILLER && is_from(&seen, &t->filler)) {
		take(e, t, &t->fill, &seen, bytes, len);
	} else if (slot->kind == SLOT_FENCE &&
		   is_from(&seen, &e->cfg.fence[seen.family == TW_IPV6])) {
		e->fence_seen |= (seen.seg.flags & TW_RST) && seen.seg.seq == e->fence_no;
		record(e, t, TW_PKT_FENCE, bytes, len);
	} else {
		stray(e, bytes, len);
	}
}

/* Number of frames, or negative errno. */
int tw_engine_drain(struct tw_engine *e, struct tw_err *err)
{
	int ret = e->cfg.wire->ops->drain(e->cfg.wire, on_frame, e, err);

	if (ret >= 0 && e->rx_fail)
		return tw_err_set(err, ENOMEM, "out of memory for evidence");
	return ret;
}

static void set_slot(struct tw_engine *e, uint16_t port, enum slot_kind kind, unsigned tuple)
{
	e->slot[port].kind = kind;
	e->slot[port].tuple = (uint16_t)tuple;
}

void tw_engine_slots(struct tw_engine *e, bool on)
{
	for (unsigned i = 0; i < e->n; i++) {
		set_slot(e, e->tuple[i].other.peer_port, on ? SLOT_OTHER : SLOT_NONE, i);
		set_slot(e, e->tuple[i].filler.peer_port, on ? SLOT_FILLER : SLOT_NONE, i);
		set_slot(e, e->tuple[i].flow.peer_port, on ? SLOT_MAIN : SLOT_NONE, i);
	}
	set_slot(e, e->cfg.fence[0].peer_port, on ? SLOT_FENCE : SLOT_NONE, 0);
	set_slot(e, e->cfg.fence[1].peer_port, on ? SLOT_FENCE : SLOT_NONE, 0);
}
