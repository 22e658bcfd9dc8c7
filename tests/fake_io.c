#include "fake_io.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAKE_MS                1000000ull
#define FAKE_OF(ptr_, member_) ((struct fake *)((char *)(ptr_)-offsetof(struct fake, member_)))

enum {
	FAKE_TIMER_MS = 60000
};

static bool fake_fails(struct fake *f, enum fake_op op)
{
	return ++f->calls[op] == f->fail_at && op == f->fail_op;
}

static int fake_eio(struct tw_err *err)
{
	return tw_err_set(err, EIO, "the fake was told to fail");
}

static void fake_note(struct fake *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void fake_note(struct fake *f, const char *fmt, ...)
{
	size_t len = strlen(f->log);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->log + len, sizeof(f->log) - len, fmt, ap);
	va_end(ap);
}

void fake_count(struct fake *f, const char *name, unsigned by)
{
	struct tw_counters *cs = &f->counters;
	unsigned i = 0;

	while (i < cs->n && strcmp(cs->c[i].name, name) != 0)
		i++;
	if (i == cs->n) {
		snprintf(cs->c[i].name, sizeof(cs->c[i].name), "%s", name);
		cs->n++;
	}
	cs->c[i].value += by;
}

static void fake_reason(struct fake *f, const char *reason)
{
	if (f->n_reasons < TW_REASONS_MAX)
		snprintf(f->reason[f->n_reasons++], sizeof(f->reason[0]), "%s", reason);
}

void fake_break(struct fake *f, uint16_t port, unsigned nth, enum fake_what what, uint32_t arg)
{
	unsigned i = 0;

	while (f->fault[i].what)
		i++;
	f->fault[i] = (struct fake_fault){ port, nth, what, arg };
}

static const struct fake_fault *fake_fault(const struct fake *f, uint16_t port, unsigned nth,
					   bool rx)
{
	static const struct fake_fault none = { 0, 0, FAKE_FINE, 0 };

	for (unsigned i = 0; i < FAKE_FAULTS; i++) {
		bool is_rx = f->fault[i].what >= FAKE_IGNORED;

		if (f->fault[i].what && f->fault[i].port == port && f->fault[i].nth == nth &&
		    is_rx == rx)
			return &f->fault[i];
	}
	return &none;
}

struct fake_conn *fake_find(struct fake *f, uint16_t peer_port)
{
	for (unsigned i = f->n_conns; i > 0; i--)
		if (f->conn[i - 1].flow.peer_port == peer_port)
			return &f->conn[i - 1];
	return NULL;
}

/* ---- the wire, DUT to peer ---- */

static struct fake_frame *fake_room(struct fake *f, unsigned wait)
{
	if (f->n_frames == f->room) {
		f->room = f->room ? 2 * f->room : 64;
		f->frames = reallocarray(f->frames, f->room, sizeof(*f->frames));
		if (!f->frames)
			abort();
	}
	f->frames[f->n_frames].due = f->drains + wait;
	return &f->frames[f->n_frames++];
}

static void fake_put(struct fake *f, const struct tw_flow *flow, const struct tw_seg *seg,
		     unsigned wait)
{
	const struct tw_flow back = { flow->family, flow->peer, flow->dut, flow->peer_port,
				      flow->dut_port };
	struct fake_frame *frame = fake_room(f, wait);

	frame->len = tw_wire_patch(tw_forge_get(f->forge, flow->family, seg, NULL), &back, seg,
				   frame->bytes);
}

void fake_inject(struct fake *f, const struct tw_flow *flow, const struct tw_seg *seg)
{
	fake_put(f, flow, seg, 0);
}

static void fake_follow(struct fake *f, const struct tw_flow *flow, const struct tw_seg *seg,
			enum fake_what what)
{
	struct tw_flow nobody = *flow;
	struct fake_frame *frame;

	nobody.peer_port = 64999;
	if (what == FAKE_ECHO) {
		fake_put(f, &nobody, seg, 0);
		fake_count(f, "TcpOutSegs", 1);
	} else if (what == FAKE_NOISE) {
		frame = fake_room(f, 0);
		memset(frame->bytes, 0, 42);
		memcpy(frame->bytes + 12, "\x08\x06", 2);
		frame->len = 42;
	}
}

/* The @nth segment to a port. */
static void fake_send(struct fake *f, const struct tw_flow *flow, struct tw_seg seg, unsigned nth)
{
	const struct fake_fault *fault = fake_fault(f, flow->peer_port, nth, false);

	if (fault->what == FAKE_MUTE)
		return;
	fake_count(f, "TcpOutSegs", fault->what == FAKE_TWICE ? 2 : 1);
	if (fault->what == FAKE_LOST)
		return;
	seg.seq += fault->what == FAKE_SEQ ? fault->arg : 0;
	seg.ack += fault->what == FAKE_ACK ? fault->arg : 0;
	seg.tsval += fault->what == FAKE_TSVAL ? fault->arg : 0;
	seg.flags ^= (uint8_t)(fault->what == FAKE_FLAGS ? fault->arg : 0);
	fake_put(f, flow, &seg, fault->what == FAKE_LATE ? fault->arg : 0);
	if (fault->what == FAKE_TWICE)
		fake_put(f, flow, &seg, 0);
	fake_follow(f, flow, &seg, fault->what);
}

#include "fake_tcp.c"

/* ---- io.h: the wire and the clock ---- */

static int fake_wire_send(struct tw_wire *wire, const struct iovec *frames, unsigned n,
			  struct tw_err *err)
{
	struct fake *f = FAKE_OF(wire, wire);

	if (fake_fails(f, FAKE_SEND))
		return fake_eio(err);
	f->sent = reallocarray(f->sent, f->n_sent + n, sizeof(*f->sent));
	if (!f->sent)
		abort();
	for (unsigned i = 0; i < n; i++) {
		struct tw_seen *seen = &f->sent[f->n_sent];

		if (!tw_wire_decode(frames[i].iov_base, (unsigned)frames[i].iov_len, seen))
			abort();
		f->n_sent++;
		fake_receive(f, seen);
	}
	return 0;
}

static int fake_wire_drain(struct tw_wire *wire, tw_frame_fn *fn, void *arg, struct tw_err *err)
{
	struct fake *f = FAKE_OF(wire, wire);
	unsigned kept = 0, n = f->n_frames;

	if (fake_fails(f, FAKE_DRAIN))
		return fake_eio(err);
	for (unsigned i = 0; i < n; i++) {
		if (f->frames[i].due <= f->drains)
			fn(arg, f->now, f->frames[i].bytes, f->frames[i].len);
		else
			f->frames[kept++] = f->frames[i];
	}
	f->n_frames = kept;
	f->drains++;
	return (int)(n - kept);
}

static int fake_wire_wait(struct tw_wire *wire, uint64_t deadline, struct tw_err *err)
{
	struct fake *f = FAKE_OF(wire, wire);

	(void)err;
	if (f->now < deadline)
		f->now = deadline;
	return 0;
}

static int fake_wire_drops(struct tw_wire *wire, uint64_t *ret_drops, struct tw_err *err)
{
	struct fake *f = FAKE_OF(wire, wire);

	if (fake_fails(f, FAKE_DROPS))
		return fake_eio(err);
	*ret_drops = f->pcap_drops;
	return 0;
}

static uint64_t fake_now(struct tw_clock *clock)
{
	return FAKE_OF(clock, clock)->now;
}

static uint64_t fake_ticked(struct tw_clock *clock)
{
	return FAKE_OF(clock, clock)->now - FAKE_OF(clock, clock)->stood;
}

/* ---- io.h: the DUT ---- */

static int fake_listen(struct tw_dut *dut, enum tw_family family, uint16_t port, struct tw_err *err)
{
	struct fake *f = FAKE_OF(dut, dut);

	(void)port;
	if (fake_fails(f, FAKE_LISTEN))
		return fake_eio(err);
	fake_note(f, "listen%d ", family);
	f->listening[family == TW_IPV6] = true;
	return 0;
}

static int fake_arrange(struct tw_dut *dut, const struct tw_flow *flow, enum tw_listener how,
			struct tw_err *err)
{
	struct fake *f = FAKE_OF(dut, dut);

	if (fake_fails(f, FAKE_ARRANGE))
		return fake_eio(err);
	fake_note(f, "arrange:%d ", how);
	f->listening[flow->family == TW_IPV6] = how != TW_CLOSED;
	if (how == TW_ACCEPT_QUEUE_FULL || how == TW_SYN_QUEUE_FULL)
		f->backlog = 0;
	return 0;
}

static void fake_close_conn(struct fake *f, struct fake_conn *c)
{
	if (c->state == TW_STATE_ESTABLISHED) {
		c->state = TW_STATE_FIN_WAIT_1;
		fake_say(f, c, TW_FIN | TW_ACK);
	} else if (c->state == TW_STATE_SYN_SENT) {
		c->state = TW_STATE_GONE;
	}
}

/* In the order in which they came. */
static int fake_accept_close(struct tw_dut *dut, unsigned most, struct tw_err *err)
{
	struct fake *f = FAKE_OF(dut, dut);
	unsigned n = 0;

	if (fake_fails(f, FAKE_ACCEPT_CLOSE))
		return fake_eio(err);
	fake_note(f, "accept ");
	for (; n < most && f->queued; n++, f->queued--) {
		for (unsigned i = 0; i < f->n_conns; i++) {
			struct fake_conn *c = &f->conn[i];

			if (c->in_queue && --c->in_queue == 0)
				fake_close_conn(f, c);
		}
	}
	return (int)n;
}

static int fake_connect(struct tw_dut *dut, const struct tw_flow *flow, int *ret_handle,
			struct tw_err *err)
{
	struct fake *f = FAKE_OF(dut, dut);
	struct fake_conn *c;

	if (fake_fails(f, FAKE_CONNECT))
		return fake_eio(err);
	if (flow->peer_port == f->refused)
		return tw_err_set(err, EADDRNOTAVAIL, "the fake cannot connect");
	c = fake_conn_new(f, flow);
	c->state = TW_STATE_SYN_SENT;
	*ret_handle = (int)(c - f->conn);
	f->open_handles++;
	fake_say(f, c, TW_SYN);
	return 0;
}

static int fake_close_handle(struct tw_dut *dut, int handle, struct tw_err *err)
{
	struct fake *f = FAKE_OF(dut, dut);

	if (fake_fails(f, FAKE_CLOSE_HANDLE))
		return fake_eio(err);
	f->open_handles--;
	fake_close_conn(f, &f->conn[handle]);
	return 0;
}

static int fake_entries(struct tw_dut *dut, const struct tw_flow *flows, unsigned n,
			struct tw_entry *ret, struct tw_err *err)
{
	struct fake *f = FAKE_OF(dut, dut);

	if (fake_fails(f, FAKE_ENTRIES))
		return fake_eio(err);
	for (unsigned i = 0; i < n; i++) {
		const struct fake_conn *c = fake_find(f, flows[i].peer_port);

		ret[i] = (struct tw_entry){ .state = TW_STATE_GONE, .asked = { f->now, f->now } };
		if (!c || f->no_entries)
			continue;
		ret[i].state = c->state;
		ret[i].mini = c->mini && c->state != TW_STATE_GONE;
		if (ret[i].mini)
			ret[i].left_ms = FAKE_TIMER_MS - (uint32_t)((f->now - c->armed) / FAKE_MS);
	}
	return 0;
}

static int fake_counters(struct tw_dut *dut, struct tw_counters *ret, struct tw_err *err)
{
	struct fake *f = FAKE_OF(dut, dut);

	if (fake_fails(f, FAKE_COUNTERS))
		return fake_eio(err);
	*ret = f->counters;
	return 0;
}

static int fake_sysctl(struct tw_dut *dut, const char *name, const char *value, struct tw_err *err)
{
	struct fake *f = FAKE_OF(dut, dut);

	if (fake_fails(f, FAKE_SYSCTL))
		return fake_eio(err);
	fake_note(f, "%s=%s ", name, value);
	if (f->missing_sysctl && !strcmp(name, f->missing_sysctl))
		return tw_err_set(err, ENOENT, "there is no sysctl %s", name);
	return 0;
}

static int fake_reasons(struct tw_dut *dut, char ret[TW_REASONS_MAX][48], struct tw_err *err)
{
	struct fake *f = FAKE_OF(dut, dut);
	unsigned n = f->n_reasons;

	if (fake_fails(f, FAKE_REASONS))
		return fake_eio(err);
	if (f->no_reasons)
		return -ENOTSUP;
	memcpy(ret, f->reason, sizeof(f->reason));
	f->n_reasons = 0;
	return (int)n;
}

/* All but the descriptors, which are their owner's. */
static int fake_reset_all(struct tw_dut *dut, const struct tw_flow *flows, unsigned n,
			  struct tw_err *err)
{
	struct fake *f = FAKE_OF(dut, dut);

	(void)flows;
	(void)n;
	(void)err;
	f->n_conns = f->queued = f->half_open = f->n_reasons = 0;
	f->listening[0] = f->listening[1] = false;
	memset(f->conn, 0, sizeof(f->conn));
	return 0;
}

static const struct tw_wire_ops fake_wire_ops = {
	.send = fake_wire_send,
	.drain = fake_wire_drain,
	.wait = fake_wire_wait,
	.drops = fake_wire_drops,
};

static const struct tw_dut_ops fake_dut_ops = {
	.listen = fake_listen,
	.arrange = fake_arrange,
	.accept_close = fake_accept_close,
	.connect = fake_connect,
	.close_handle = fake_close_handle,
	.entries = fake_entries,
	.counters = fake_counters,
	.sysctl = fake_sysctl,
	.reasons = fake_reasons,
	.reset = fake_reset_all,
};

void fake_open(struct fake *f)
{
	static const uint8_t mac[6] = { 2 };

	memset(f, 0, sizeof(*f));
	f->wire.ops = &fake_wire_ops;
	f->dut.ops = &fake_dut_ops;
	f->clock.now = fake_now;
	f->clock.ticked = fake_ticked;
	f->forge = tw_forge_new(mac, mac, NULL);
	if (!f->forge)
		abort();
	f->now = 1000000 * FAKE_MS;
	f->iss = 0x20000000;
	f->backlog = 4096;
}

void fake_close(struct fake *f)
{
	tw_forge_free(f->forge);
	free(f->frames);
	free(f->sent);
}
