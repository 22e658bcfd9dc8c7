/*
 * Evidence made by hand, for the tests of the judge. A scene is a row, what was seen of it and what the kernel can do. A
 * DUT that obeys an expectation to the letter leaves the evidence behind that scene_step() makes, so that a scene
 * is a PASS until a test spoils it. Owner: the test; scene_free() releases the packets.
 */
#ifndef TWPROBE_TESTS_JUDGE_SCENE_H
#define TWPROBE_TESTS_JUDGE_SCENE_H

#include <stdio.h>
#include <string.h>

#include "base/numbers.h"
#include "twprobe/verdict.h"
#include "twprobe/words.h"
#include "wire/forge.h"

#define SCENE_MS 1000000ull

enum {
	SCENE_R = 1000,
	SCENE_T = 500000,
	SCENE_D = 77000,
	SCENE_BEGIN = 2000000000, /* ns: the state is entered, its timer is armed */
	SCENE_STEP_MS = 40,       /* from one step to the next */
	SCENE_NAMES = 8,
};

#define SCENE_S 0xfffff000u

/* What the row sends, and what the DUT does: the row expects just that. */
struct scene_kind {
	struct tw_send send;
	struct tw_expect does;
};

struct scene {
	struct tw_case row;
	struct tw_evidence ev;
	struct tw_facts facts;
	char *names[SCENE_NAMES]; /* of the facts, sorted */
	uint64_t armed;           /* when the entry's timer was set */
	uint64_t now;             /* of the last step */
	uint64_t pause_ms;        /* before the next, if it is more than SCENE_STEP_MS */
	enum tw_state state;
};

/* One of each kind of answer. */
static const struct scene_kind scene_opened = {
	.send = { .flags = SYN, .seq = AT(RCV_NXT, +1) },
	.does = { .reply = SYN | ACK,
		  .seq = REOPEN_ISN,
		  .ack = AT(SEG_END, 0),
		  .tsval = TS_CLOCK,
		  .tsecr = AT(TS_RECENT, 0),
		  .tw = REOPENED },
};
static const struct scene_kind scene_challenged = {
	.send = { .flags = SYN, .seq = AT(RCV_NXT, -1) },
	.does = { .reply = ACK,
		  .seq = AT(SND_NXT, 0),
		  .ack = AT(RCV_NXT, 0),
		  .tsval = TS_CLOCK,
		  .tsecr = AT(TS_RECENT, 0),
		  .tw = RUNNING },
};
static const struct scene_kind scene_refused = {
	.send = { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
	.does = { .reply = ACK,
		  .seq = AT(SND_NXT, 0),
		  .ack = AT(RCV_NXT, 0),
		  .tw = RESTARTED,
		  .counter = { "TcpExtPAWSTimewait" },
		  .reason = "TCP_RFC7323_TW_PAWS" },
};
static const struct scene_kind scene_limited = {
	.send = { .flags = ACK, .seq = AT(RCV_NXT, -1) },
	.does = { .reply = SILENCE, .tw = RESTARTED, .counter = { "TcpExtTCPACKSkippedTimeWait" } },
};
static const struct scene_kind scene_swallowed = {
	.send = { .flags = RST, .seq = AT(RCV_NXT, +1) },
	.does = { .reply = SILENCE, .tw = RUNNING },
};
static const struct scene_kind scene_killed = {
	.send = { .flags = RST },
	.does = { .reply = SILENCE, .tw = GONE },
};
static const struct scene_kind scene_reset = {
	.send = { .flags = ACK, .from = OTHER },
	.does = { .reply = RST,
		  .seq = AT(SEG_ACK, 0),
		  .ack = NUMBER(0),
		  .tsval = ABSENT,
		  .tsecr = ABSENT,
		  .tw = GONE },
};
static const struct scene_kind scene_cookie = {
	.send = { .flags = SYN, .from = OTHER, .tsval = ABSENT },
	.does = { .reply = SYN | ACK,
		  .ack = AT(SEG_SEQ, +1),
		  .tsval = ABSENT,
		  .tw = GONE,
		  .counter = { "TcpExtSyncookiesSent" } },
};

static inline void scene_flow(struct tw_flow *flow, uint16_t peer_port)
{
	*flow = (struct tw_flow){ .family = TW_IPV4, .dut_port = 5001, .peer_port = peer_port };
	memcpy(flow->dut.b, (uint8_t[]){ 192, 0, 2, 1 }, 4);
	memcpy(flow->peer.b, (uint8_t[]){ 198, 18, 0, 1 }, 4);
}

/* As the DUT sends it: with source and destination changed over. */
static inline void scene_frame(struct tw_evidence *ev, uint64_t at, enum tw_packet_kind kind,
			       unsigned step, const struct tw_flow *flow, const struct tw_seg *seg)
{
	static const uint8_t mac[6] = { 2 };
	const struct tw_flow back = { flow->family, flow->peer, flow->dut, flow->peer_port,
				      flow->dut_port };
	struct tw_forge *forge = tw_forge_new(mac, mac, NULL);
	uint8_t bytes[TW_FRAME_MAX];
	int len;

	assert_non_null(forge);
	len = tw_forge_build(forge, &back, seg, bytes, NULL);
	assert_true(len > 0);
	assert_int_equal(tw_evidence_add(ev, at, true, kind, step, bytes, (unsigned)len, NULL), 0);
	tw_forge_free(forge);
}

static inline void scene_move(struct tw_step_evidence *se, const char *name, int by)
{
	struct tw_moved *m = NULL;

	for (unsigned i = 0; i < se->n_moved && !m; i++)
		if (!strcmp(se->moved[i].name, name))
			m = &se->moved[i];
	if (!m) {
		m = &se->moved[se->n_moved++];
		snprintf(m->name, sizeof(m->name), "%s", name);
		m->before = m->after = 10;
	}
	m->after += (uint64_t)(int64_t)by;
}

static inline struct tw_seg scene_answer(const struct scene *s, const struct tw_seg *sent,
					 const struct tw_expect *does, uint64_t at)
{
	struct tw_seg seg = { .flags = (uint8_t)does->reply, .ttl = 64, .win = 509, .wscale = -1 };

	seg.ts = does->tsval.base != TW_ABSENT;
	seg.seq = tw_val_number(&does->seq, &s->ev.numbers, sent);
	seg.ack = tw_val_number(&does->ack, &s->ev.numbers, sent);
	seg.tsval = SCENE_D + (uint32_t)((at - SCENE_BEGIN) / SCENE_MS);
	seg.tsecr = tw_val_number(&does->tsecr, &s->ev.numbers, sent);
	return seg;
}

static inline struct tw_entry scene_entry(const struct scene *s, uint64_t from, uint64_t to)
{
	bool mini = s->state == TW_STATE_TIME_WAIT || s->state == TW_STATE_FIN_WAIT_2;
	uint64_t ends = s->armed + TW_TIMEWAIT_LEN_MS * SCENE_MS, left = ends - from;
	struct tw_entry entry = { .state = s->state, .mini = mini, .asked = { from, to } };

	if (mini)
		entry.left_ms = (uint32_t)(left / SCENE_MS);
	return entry;
}

/* What an expected fate makes of the entry. */
static inline void scene_fate(struct scene *s, enum tw_fate fate, uint64_t at)
{
	if (fate == TW_RESTARTED)
		s->armed = at;
	else if (fate == TW_GONE)
		s->state = TW_STATE_GONE;
	else if (fate == TW_REOPENED)
		s->state = TW_STATE_SYN_RECV;
}

/* One more step of the row, whose expectation is obeyed. Returns its evidence. */
static inline struct tw_step_evidence *scene_step(struct scene *s, const struct scene_kind *kind)
{
	unsigned n = s->ev.n_steps++;
	struct tw_step_evidence *se = &s->ev.step[n];
	uint64_t pause = s->pause_ms > SCENE_STEP_MS ? s->pause_ms : SCENE_STEP_MS;
	uint64_t at = s->now += pause * SCENE_MS;
	struct tw_seg answer;

	s->row.step[n].send = kind->send;
	s->row.step[n].expect = kind->does;
	se->flow = s->ev.flow;
	if (kind->send.from == OTHER) {
		se->flow.peer_port++;
		s->state = TW_STATE_GONE;
	}
	if (at > s->armed + TW_TIMEWAIT_LEN_MS * SCENE_MS)
		s->state = TW_STATE_GONE;
	se->before = scene_entry(s, at - 9000, at - 1000);
	se->sent = tw_send_resolve(&kind->send, s->ev.flow.family, &s->ev.numbers);
	se->sent_at[0] = at;
	se->sent_at[1] = at + 9000;
	answer = scene_answer(s, &se->sent, &kind->does, at);
	if (kind->does.reply != TW_SILENCE)
		scene_frame(&s->ev, at + 2000, TW_PKT_PROBE, n, &se->flow, &answer);
	scene_fate(s, kind->does.tw, at + 1000);
	se->after = scene_entry(s, at + 20000, at + 30000);
	se->counted = se->fenced = se->reasons_read = true;
	se->injected = 2;
	se->captured = kind->does.reply == TW_SILENCE ? 1 : 2;
	scene_move(se, "TcpInSegs", 2);
	scene_move(se, "TcpOutSegs", (int)se->captured);
	for (unsigned i = 0; i < TW_COUNTERS_MAX && kind->does.counter[i]; i++)
		scene_move(se, kind->does.counter[i], 1);
	if (kind->does.reason)
		snprintf(se->reason[se->n_reasons++], sizeof(se->reason[0]), "%s",
			 kind->does.reason);
	return se;
}

/* Sorted, as tw_facts_has() wants them. */
static const char *const scene_names[SCENE_NAMES] = {
	"TcpExtListenDrops",       "TcpExtListenOverflows",       "TcpExtPAWSTimewait",
	"TcpExtSyncookiesSent",    "TcpExtTCPACKSkippedSeq",      "TcpExtTCPACKSkippedTimeWait",
	"net.ipv4.tcp_timestamps", "net.ipv4.tcp_tw_reuse_delay",
};

static inline void scene_begin(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	s->row.id = "scene";
	s->row.says = "a scene is played";
	for (unsigned i = 0; i < SCENE_NAMES; i++)
		s->names[i] = (char *)scene_names[i];
	s->facts.names = s->names;
	s->facts.n_names = SCENE_NAMES;
	s->armed = s->now = SCENE_BEGIN;
	s->state = TW_STATE_TIME_WAIT;
	tw_evidence_init(&s->ev);
	snprintf(s->ev.id, sizeof(s->ev.id), "scene");
	scene_flow(&s->ev.flow, 40001);
	s->ev.setups = 1;
	s->ev.numbers = (struct tw_numbers){ .rcv_nxt = SCENE_R,
					     .snd_nxt = SCENE_S,
					     .ts_recent = SCENE_T,
					     .dut_tsval = SCENE_D,
					     .dut_last = SCENE_D,
					     .ts = true };
	s->ev.tsval_at[0] = SCENE_BEGIN - 10000;
	s->ev.tsval_at[1] = SCENE_BEGIN;
}

static inline void scene_make(struct scene *s, const struct scene_kind *kind)
{
	scene_begin(s);
	scene_step(s, kind);
}

static inline void scene_free(struct scene *s)
{
	tw_evidence_free(&s->ev);
}

static inline void scene_judge(struct scene *s, struct tw_verdict *ret)
{
	tw_judge(&s->row, &s->ev, &s->facts, ret);
}

#endif
