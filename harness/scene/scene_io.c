/* A scene's frames: what is sent, what is heard, and whose it is. */
#include <stdio.h>
#include <string.h>

#include "scene/scene_impl.h"
#include "wire/wire.h"

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

/* The first SYN to an end that waits for one tells the DUT's address and port. */
static bool is_awaited(const struct tw_seen *seen, struct tw_flow *flow)
{
	if (flow->dut_port || !(seen->seg.flags & TW_SYN) || seen->dport != flow->peer_port ||
	    !same_addr(&seen->dst, &flow->peer, flow->family))
		return false;
	flow->dut = seen->src;
	flow->dut_port = seen->sport;
	return true;
}

static void take(struct tw_conn *conn, const struct tw_heard *heard)
{
	const struct tw_seg *seg = &heard->seg;
	uint32_t end = tw_seg_end(seg);

	if (conn->n < TW_HEARD_MAX)
		conn->heard[conn->n] = *heard;
	conn->n++;
	if (seg->ts)
		conn->tsecr = seg->tsval;
	if (seg->flags & TW_RST)
		return;
	if (seg->flags & TW_SYN) {
		conn->irs = seg->seq;
		conn->rcv_nxt = end;
		conn->ts = conn->ts && seg->ts;
	} else if (!tw_seq_before(conn->rcv_nxt, seg->seq) && tw_seq_before(conn->rcv_nxt, end)) {
		conn->rcv_nxt = end;
	}
}

static bool give_to_conn(struct tw_scene *sc, const struct tw_seen *seen,
			 const struct tw_heard *heard)
{
	for (unsigned i = sc->n_conns; i-- > 0;) {
		if (!is_from(seen, &sc->conn[i]->flow) && !is_awaited(seen, &sc->conn[i]->flow))
			continue;
		take(sc->conn[i], heard);
		return true;
	}
	return false;
}

static struct tw_heard record(struct tw_scene *sc, uint64_t at, enum tw_packet_kind kind,
			      const uint8_t *bytes, unsigned len)
{
	struct tw_evidence *ev = sc->ev;
	struct tw_heard heard = { .at = at, .len = len };
	struct tw_err err;

	if (tw_evidence_add(ev, at, true, kind, 0, bytes, len, &err) < 0)
		tw_scene_fail(sc, "%s", err.text);
	else
		heard.bytes = ev->packets[ev->n_packets - 1].bytes;
	return heard;
}

/* This process was stopped: the DUT's timers were not. Short stops in a row are as bad as a long one. */
static void note_stop(struct tw_scene *sc, uint64_t stop, uint64_t now)
{
	const uint64_t usual = 10 * MS_NS, row = 1000 * MS_NS;
	uint32_t *late_ms = &sc->ev->step[0].late_ms;
	uint64_t ms;

	if (stop < usual)
		return;
	if (now - sc->stopped_at > row)
		sc->stopped = 0;
	sc->stopped_at = now;
	sc->stopped += stop;
	ms = sc->stopped / MS_NS;
	if (ms > *late_ms)
		*late_ms = ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

/* The DUT's timers stood still: one that was set meanwhile fires too early by more than the scenarios allow for. */
static void note_standstill(struct tw_scene *sc, uint64_t now, uint64_t ticked)
{
	const uint64_t usual = 10 * MS_NS;
	uint32_t *late_ms = &sc->ev->step[0].late_ms;

	if (now - ticked >= usual && *late_ms < TW_LATE_MS)
		*late_ms = TW_LATE_MS;
}

static uint64_t past(uint64_t due, uint64_t now)
{
	return due && now > due ? now - due : 0;
}

static void on_frame(void *arg, uint64_t at, const uint8_t *bytes, unsigned len)
{
	struct tw_scene *sc = arg;
	struct tw_heard heard;
	struct tw_seen seen;

	sc->heard++;
	if (at < sc->oldest)
		sc->oldest = at;
	if (!tw_wire_decode(bytes, len, &seen)) {
		heard = record(sc, at, TW_PKT_PROBE, bytes, len);
		if (sc->n_datagrams < SCENE_DATAGRAMS)
			sc->datagram[sc->n_datagrams++] = heard;
		return;
	}
	sc->captured++;
	if (is_from(&seen, &sc->fence)) {
		sc->fence_seen |= (seen.seg.flags & TW_RST) && seen.seg.seq == sc->fence_no;
		record(sc, at, TW_PKT_FENCE, bytes, len);
		return;
	}
	heard = record(sc, at, TW_PKT_PROBE, bytes, len);
	heard.seg = seen.seg;
	if (give_to_conn(sc, &seen, &heard))
		return;
	sc->ev->packets[sc->ev->n_packets - 1].kind = TW_PKT_STRAY;
	sc->ev->strays++;
}

void tw_scene_drain(struct tw_scene *sc)
{
	struct tw_err err = { "" };
	uint64_t now, since, ticked;

	if (sc->end != SCENE_GOING)
		return;
	ticked = tw_scene_ticked(sc);
	now = tw_scene_now(sc);
	note_standstill(sc, now, ticked);
	since = sc->due > sc->looked ? sc->due : sc->looked;
	sc->oldest = UINT64_MAX;
	if (sc->stand->wire->ops->drain(sc->stand->wire, on_frame, sc, &err) < 0)
		tw_scene_fail(sc, "%s", err.text);
	/* a frame that lay there while the scenario only waited */
	if (sc->due && sc->oldest < since)
		since = sc->oldest > sc->looked ? sc->oldest : sc->looked;
	note_stop(sc, past(since, now), now);
	sc->looked = now;
	sc->due = 0;
}

void tw_scene_until(struct tw_scene *sc, uint64_t deadline)
{
	struct tw_err err = { "" };

	if (sc->end != SCENE_GOING)
		return;
	sc->due = deadline;
	if (sc->stand->wire->ops->wait(sc->stand->wire, deadline, &err) < 0)
		tw_scene_fail(sc, "%s", err.text);
	tw_scene_drain(sc);
}

void tw_scene_wait(struct tw_scene *sc, unsigned ms)
{
	uint64_t deadline = tw_scene_now(sc) + ms * MS_NS;

	while (sc->end == SCENE_GOING && tw_scene_now(sc) < deadline)
		tw_scene_until(sc, deadline);
}

void tw_scene_inject(struct tw_scene *sc, enum tw_packet_kind kind, const uint8_t *bytes,
		     unsigned len, bool tcp)
{
	const struct iovec frame = { (void *)bytes, len };
	struct tw_err err = { "" };

	if (sc->end != SCENE_GOING)
		return;
	if (tw_evidence_add(sc->ev, tw_scene_now(sc), false, kind, 0, bytes, len, &err) < 0 ||
	    sc->stand->wire->ops->send(sc->stand->wire, &frame, 1, &err) < 0)
		tw_scene_fail(sc, "%s", err.text);
	sc->injected += tcp;
	tw_scene_drain(sc);
}

const struct tw_heard *tw_scene_datagram(struct tw_scene *sc, unsigned i)
{
	tw_scene_drain(sc);
	return i < sc->n_datagrams ? &sc->datagram[i] : NULL;
}

void tw_scene_fence(struct tw_scene *sc)
{
	const struct tw_seg seg = {
		.flags = TW_ACK, .ttl = 64, .win = 65535, .wscale = -1, .ack = ++sc->fence_no
	};
	uint64_t limit = tw_scene_now(sc) + 2000 * MS_NS;
	uint8_t frame[TW_FRAME_MAX];
	struct tw_err err = { "" };
	int len;

	if (sc->end != SCENE_GOING)
		return;
	tw_scene_drain(sc);
	sc->fence_seen = false;
	len = tw_forge_build(sc->stand->forge, &sc->fence, &seg, frame, &err);
	if (len < 0) {
		tw_scene_fail(sc, "%s", err.text);
		return;
	}
	tw_scene_inject(sc, TW_PKT_FENCE, frame, (unsigned)len, true);
	while (sc->end == SCENE_GOING && !sc->fence_seen && tw_scene_now(sc) < limit)
		tw_scene_until(sc, limit);
	sc->fences++;
	if (!sc->fence_seen)
		tw_scene_fail(sc,
			      "the fence was not answered: the sniffer is deaf or the DUT is dead");
}
