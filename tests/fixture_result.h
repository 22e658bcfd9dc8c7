/*
 * Results made by hand for the tests of reports and evidence files: fixed numbers, real frames,
 * every outcome. Owner: the test; fixture_free() releases the evidence.
 */
#ifndef TWPROBE_TESTS_FIXTURE_RESULT_H
#define TWPROBE_TESTS_FIXTURE_RESULT_H

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "report/report.h"
#include "text/text.h"
#include "twprobe/words.h"

enum {
	FIXTURE_N = 11
};

static const struct tw_case fixture_rows[] = {
	{
		.id = "open.seq-above",
		.says = "a SYN one above the old numbers reopens the tuple",
		.cite = { "N-24", "D-20" },
		.send = { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect = { .reply = SYN | ACK,
			    .seq = REOPEN_ISN,
			    .ack = AT(SEG_END, 0),
			    .tw = REOPENED },
		.rfc = CONFORMING("RFC 6191 2", "a greater number: accept"),
	},
	{
		.id = "open.ts-below",
		.says = "a SYN above the old window but with an older TSval is refused by PAWS "
			"and answered by an ACK",
		.cite = { "N-26" },
		.send = { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect = { .reply = ACK,
			    .seq = AT(SND_NXT, 0),
			    .ack = AT(RCV_NXT, 0),
			    .tsval = TS_CLOCK,
			    .tw = RESTARTED,
			    .counter = { "TcpExtPAWSTimewait" },
			    .reason = "TCP_RFC7323_TW_PAWS" },
		.rfc = { .clause = "RFC 6191 2", .says = "a smaller timestamp: drop" },
	},
	{
		.id = "fin.twice",
		.says = "a retransmitted FIN restarts the timer each time",
		.given = { .sysctl = { SYSCTL("tcp_rfc1337", "1") } },
		.step = { { .send = { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
			    .expect = { .reply = ACK, .tw = RESTARTED } },
			  { .pause_ms = 40,
			    .send = { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
			    .expect = { .reply = ACK, .tw = RESTARTED } } },
	},
	{
		.id = "fin.unfenced",
		.says = "a FIN that nobody <heard> & \"answered\" # not a directive",
		.send = { .flags = FIN | ACK },
		.expect = { .reply = SILENCE, .tw = RUNNING },
	},
	{
		.id = "key.unsigned",
		.says = "a segment without a signature is dropped",
		.given = { .dut = MD5_KEYED },
		.send = { .flags = SYN },
		.expect = { .reply = SILENCE },
		.slow = true,
	},
	{
		.id = "key.signed",
		.says = "a segment with a signature is taken",
		.given = { .dut = MD5_KEYED },
		.send = { .flags = SYN },
		.expect = { .reply = SILENCE },
		.family = TW_IPV4,
	},
};

static uint16_t fixture_sum(const uint8_t *bytes, unsigned len, uint32_t sum)
{
	for (unsigned i = 0; i < len; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint8_t *fixture_put(uint8_t *at, uint32_t value, unsigned bytes)
{
	while (bytes--)
		*at++ = (uint8_t)(value >> (8 * bytes));
	return at;
}

static uint8_t *fixture_put_ip(uint8_t *at, const struct tw_flow *flow, bool from_dut, unsigned len)
{
	const uint8_t *src = from_dut ? flow->dut.b : flow->peer.b;
	const uint8_t *dst = from_dut ? flow->peer.b : flow->dut.b;
	unsigned size = flow->family == TW_IPV6 ? 16 : 4;
	uint8_t *ip = at;

	if (flow->family == TW_IPV6) {
		at = fixture_put(at, 0x60000000, 4);
		at = fixture_put(at, len, 2);
		at = fixture_put(at, 0x0640, 2);
	} else {
		at = fixture_put(at, 0x45000000 | (len + 20), 4);
		at = fixture_put(at, 0x00004000, 4);
		at = fixture_put(at, 0x40060000, 4);
	}
	memcpy(at, src, size);
	memcpy(at + size, dst, size);
	if (flow->family == TW_IPV4)
		fixture_put(ip + 10, (uint16_t)~fixture_sum(ip, 20, 0), 2);
	return at + 2 * size;
}

/* An Ethernet frame with @seg on @flow. Returns its length. */
static unsigned fixture_frame(const struct tw_seg *seg, const struct tw_flow *flow, bool from_dut,
			      uint8_t *ret)
{
	unsigned addrs = flow->family == TW_IPV6 ? 32 : 8, head = seg->ts ? 32 : 20;
	uint8_t *tcp, *at = fixture_put(ret, 0x02000000, 4);
	uint32_t sum;

	at = fixture_put(at, from_dut ? 0x00020200 : 0x00010200, 4);
	at = fixture_put(at, from_dut ? 0x00000001 : 0x00000002, 4);
	at = fixture_put(at, flow->family == TW_IPV6 ? 0x86dd : 0x0800, 2);
	tcp = at = fixture_put_ip(at, flow, from_dut, head + seg->len);
	at = fixture_put(at, from_dut ? flow->dut_port : flow->peer_port, 2);
	at = fixture_put(at, from_dut ? flow->peer_port : flow->dut_port, 2);
	at = fixture_put(at, seg->seq, 4);
	at = fixture_put(at, seg->ack, 4);
	at = fixture_put(at, head << 10 | seg->flags, 2);
	at = fixture_put(at, seg->win, 2);
	at = fixture_put(at, 0, 4);
	if (seg->ts) {
		at = fixture_put(at, 0x0101080a, 4);
		at = fixture_put(at, seg->tsval, 4);
		at = fixture_put(at, seg->tsecr, 4);
	}
	memset(at, 'x', seg->len);
	at += seg->len;
	sum = fixture_sum(tcp - addrs, addrs, 6 + head + seg->len);
	fixture_put(tcp + 16, (uint16_t)~fixture_sum(tcp, (unsigned)(at - tcp), sum), 2);
	return (unsigned)(at - ret);
}

static void fixture_add(struct tw_evidence *ev, uint64_t at, bool from_dut,
			enum tw_packet_kind kind, unsigned step, const struct tw_seg *seg)
{
	uint8_t frame[256];
	unsigned len = fixture_frame(seg, &ev->flow, from_dut, frame);

	tw_evidence_add(ev, at, from_dut, kind, step, frame, len, NULL);
}

enum {
	FIX_R = 1000,
	FIX_S = 0xfffff000u,
	FIX_T = 500000,
	FIX_D = 77000,
	FIX_START = 5000000
};

static void fixture_flow(struct tw_flow *flow, enum tw_family family)
{
	bool six = family == TW_IPV6;

	flow->family = family;
	flow->dut_port = 8080;
	flow->peer_port = 40001;
	inet_pton(six ? AF_INET6 : AF_INET, six ? "2001:db8::1" : "192.0.2.1", flow->dut.b);
	inet_pton(six ? AF_INET6 : AF_INET, six ? "2001:db8:1::1" : "198.18.0.1", flow->peer.b);
}

/* The way into TIME_WAIT, much shortened: the peer's FIN and the DUT's ACK. */
static void fixture_set_up(struct tw_result *res, const struct tw_case *row, enum tw_family family)
{
	struct tw_evidence *ev = &res->ev;
	struct tw_seg fin = { .flags = TW_FIN | TW_ACK, .seq = FIX_R - 1, .ack = FIX_S };
	struct tw_seg ack = { .flags = TW_ACK, .seq = FIX_S, .ack = FIX_R };

	memset(res, 0, sizeof(*res));
	res->row = row;
	res->family = family;
	tw_evidence_init(ev);
	snprintf(ev->id, sizeof(ev->id), "%s", row->id);
	fixture_flow(&ev->flow, family);
	ev->numbers = (struct tw_numbers){ .rcv_nxt = FIX_R,
					   .snd_nxt = FIX_S,
					   .ts_recent = FIX_T,
					   .dut_tsval = FIX_D,
					   .dut_last = FIX_D,
					   .ts = true };
	ev->tsval_at[0] = FIX_START;
	ev->tsval_at[1] = FIX_START + 1000;
	ev->setups = 1;
	fin.ts = ack.ts = true;
	fin.win = ack.win = 509;
	fin.tsval = ack.tsecr = FIX_T;
	fin.tsecr = ack.tsval = FIX_D;
	fixture_add(ev, FIX_START, false, TW_PKT_SETUP, 0, &fin);
	fixture_add(ev, FIX_START + 700, true, TW_PKT_SETUP, 0, &ack);
}

static void fixture_moved(struct tw_step_evidence *step, const char *name, uint64_t by)
{
	struct tw_moved *m = &step->moved[step->n_moved++];

	snprintf(m->name, sizeof(m->name), "%s", name);
	m->before = 10;
	m->after = 10 + by;
}

/* One more step: the probe, the DUT's answer (NULL: silence) and the fence, 1 ms apart. */
static struct tw_step_evidence *fixture_step(struct tw_evidence *ev, const struct tw_seg *sent,
					     const struct tw_seg *answer, enum tw_state after)
{
	struct tw_step_evidence *se = &ev->step[ev->n_steps];
	uint64_t at = FIX_START + 2000000u * (ev->n_steps + 1);
	struct tw_seg fence = { .flags = TW_ACK, .seq = 1, .ack = 1, .win = 1 };
	struct tw_seg reset = { .flags = TW_RST, .seq = 1 };

	se->sent = *sent;
	se->flow = ev->flow;
	se->sent_at[0] = at;
	se->sent_at[1] = at + 9000;
	se->before = (struct tw_entry){
		TW_STATE_TIME_WAIT, true, TW_TIMER_TIMEWAIT, 59000, { at - 9000, at - 1000 }
	};
	se->after =
		(struct tw_entry){ after,
				   after == TW_STATE_TIME_WAIT,
				   after == TW_STATE_TIME_WAIT ? TW_TIMER_TIMEWAIT : TW_TIMER_NONE,
				   60000,
				   { at + 20000, at + 30000 } };
	se->counted = se->fenced = true;
	se->injected = se->captured = 2;
	fixture_moved(se, "IpInReceives", 2);
	fixture_moved(se, "TcpInSegs", 2);
	fixture_moved(se, "TcpOutSegs", answer ? 2 : 1);
	fixture_add(ev, at, false, TW_PKT_PROBE, ev->n_steps, sent);
	if (answer)
		fixture_add(ev, at + 2000, true, TW_PKT_PROBE, ev->n_steps, answer);
	fixture_add(ev, at + 3000, false, TW_PKT_FENCE, ev->n_steps, &fence);
	fixture_add(ev, at + 5000, true, TW_PKT_FENCE, ev->n_steps, &reset);
	ev->n_steps++;
	return se;
}

static void fixture_open(struct tw_result *res, const struct tw_case *row, enum tw_family family)
{
	struct tw_seg syn = { .flags = TW_SYN,
			      .win = 65535,
			      .ttl = 64,
			      .seq = FIX_R + 1,
			      .ts = true,
			      .tsval = FIX_T,
			      .wscale = -1 };
	struct tw_seg syn_ack = { .flags = TW_SYN | TW_ACK,
				  .win = 65160,
				  .seq = FIX_S + 65537,
				  .ack = FIX_R + 2,
				  .ts = true,
				  .tsval = FIX_D + 2,
				  .tsecr = FIX_T,
				  .wscale = -1 };

	fixture_set_up(res, row, family);
	if (row->step[0].send.tsval.base == TW_TS_RECENT)
		syn.tsval += row->step[0].send.tsval.off;
	syn_ack.tsecr = syn.tsval;
	fixture_step(&res->ev, &syn, &syn_ack, TW_STATE_SYN_RECV);
	res->verdict = (struct tw_verdict){ .outcome = TW_PASS, .rfc = TW_RFC_CONFORMS, .step = 1 };
}

static void fixture_paws(struct tw_result *res, const struct tw_case *row, enum tw_family family)
{
	struct tw_seg syn = { .flags = TW_SYN,
			      .win = 65535,
			      .ttl = 64,
			      .seq = FIX_R + 1,
			      .ts = true,
			      .tsval = FIX_T - 1,
			      .wscale = -1 };
	struct tw_seg ack = { .flags = TW_ACK,
			      .win = 509,
			      .seq = FIX_S,
			      .ack = FIX_R,
			      .ts = true,
			      .tsval = FIX_D + 2,
			      .tsecr = FIX_T,
			      .wscale = -1 };
	struct tw_step_evidence *se;

	fixture_set_up(res, row, family);
	se = fixture_step(&res->ev, &syn, &ack, TW_STATE_TIME_WAIT);
	fixture_moved(se, "TcpExtPAWSTimewait", 1);
	se->reasons_read = true;
	se->n_reasons = 1;
	strcpy(se->reason[0], "TCP_RFC7323_TW_PAWS");
	res->verdict = (struct tw_verdict){ .outcome = TW_PASS, .rfc = TW_RFC_DEVIATES, .step = 1 };
}

static void fixture_fin(struct tw_result *res, const struct tw_case *row, enum tw_family family,
			bool silent)
{
	struct tw_seg fin = { .flags = TW_FIN | TW_ACK,
			      .win = 509,
			      .ttl = 64,
			      .seq = FIX_R - 1,
			      .ack = FIX_S,
			      .ts = true,
			      .tsval = FIX_T,
			      .tsecr = FIX_D,
			      .wscale = -1 };
	struct tw_seg ack = { .flags = TW_ACK,
			      .win = 509,
			      .seq = FIX_S,
			      .ack = FIX_R,
			      .ts = true,
			      .tsval = FIX_D + 4,
			      .tsecr = FIX_T,
			      .wscale = -1 };
	struct tw_step_evidence *se;

	fixture_set_up(res, row, family);
	fixture_step(&res->ev, &fin, &ack, TW_STATE_TIME_WAIT);
	se = fixture_step(&res->ev, &fin, silent ? NULL : &ack, TW_STATE_TIME_WAIT);
	if (silent) {
		se->after.left_ms = 59000;
		fixture_moved(se, "TcpExtTCPACKSkippedTimeWait", 1);
	}
	res->verdict = (struct tw_verdict){ .outcome = TW_PASS, .step = 2 };
}

/* What the judge would have written. */
static void fixture_fail(struct tw_result *res, enum tw_conformance rfc, const char *differs)
{
	struct tw_verdict *v = &res->verdict;
	unsigned i = v->step - 1;
	struct tw_observed seen;

	v->outcome = TW_FAIL;
	v->rfc = rfc;
	tw_observe(&res->ev, i, &seen);
	tw_text_wanted(&res->row->step[i].expect, &res->ev.numbers, &res->ev.step[i].sent,
		       v->expected, sizeof(v->expected));
	tw_text_observed(&seen, &res->ev.numbers, v->observed, sizeof(v->observed));
	snprintf(v->differs, sizeof(v->differs), "%s", differs);
}

static void fixture_why(struct tw_result *res, enum tw_outcome outcome, const char *why)
{
	res->verdict.outcome = outcome;
	res->verdict.rfc = TW_RFC_UNKNOWN;
	res->verdict.step = outcome == TW_ERROR;
	snprintf(res->verdict.why, sizeof(res->verdict.why), "%s", why);
}

/* Every outcome, in the order of a plan. */
static void fixture_make(struct tw_result res[FIXTURE_N])
{
	const struct tw_case *row = fixture_rows;

	fixture_open(&res[0], &row[0], TW_IPV4);
	fixture_open(&res[1], &row[0], TW_IPV6);
	fixture_open(&res[2], &row[1], TW_IPV4);
	fixture_fail(&res[2], TW_RFC_DEVIATES, "reply, seq, ack, timewait, TcpExtPAWSTimewait");
	fixture_paws(&res[3], &row[1], TW_IPV6);
	fixture_fin(&res[4], &row[2], TW_IPV4, true);
	fixture_fail(&res[4], TW_RFC_NONE, "reply, timewait, TcpExtTCPACKSkippedTimeWait");
	fixture_fin(&res[5], &row[2], TW_IPV6, false);
	fixture_paws(&res[6], &row[3], TW_IPV4);
	res[6].ev.step[0].fenced = false;
	fixture_why(&res[6], TW_ERROR, "the fence was not answered: # <deaf>\n\033[31m & \"dead\"");
	fixture_set_up(&res[7], &row[3], TW_IPV6);
	snprintf(res[7].ev.error, sizeof(res[7].ev.error), "the DUT did not answer the SYN");
	fixture_why(&res[7], TW_ERROR, res[7].ev.error);
	for (unsigned i = 8; i < FIXTURE_N; i++) {
		memset(&res[i], 0, sizeof(res[i]));
		res[i].row = &row[i == 10 ? 5 : 4];
		res[i].family = i == 9 ? TW_IPV6 : TW_IPV4;
		snprintf(res[i].ev.id, sizeof(res[i].ev.id), "%s", res[i].row->id);
		fixture_why(&res[i], TW_SKIP, "this kernel has no TCP_MD5SIG");
		strcpy(res[i].ev.skip, res[i].verdict.why);
	}
}

static void fixture_free(struct tw_result res[FIXTURE_N])
{
	for (unsigned i = 0; i < FIXTURE_N; i++)
		tw_evidence_free(&res[i].ev);
}

#endif
