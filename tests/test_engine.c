/*
 * The engine on a fake wire, with a fake clock: every way in, batches, steps, pauses, what is prepared and what is cleared
 * away. No privileges, and no time passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/enter.h"
#include "engine_rig.h"

/* ---- the ways in ---- */

static enum tw_state state_of(enum tw_enter enter)
{
	return enter == TW_TO_FIN_WAIT_2 ? TW_STATE_FIN_WAIT_2 : TW_STATE_TIME_WAIT;
}

/* The engine's numbers, by hand, and by what the other side has. */
static void check_numbers(struct rig *rig, const struct tw_tuple *t, bool ts)
{
	const struct fake_conn *c = fake_find(&rig->fake, t->flow.peer_port);
	bool finned = t->given->enter != TW_TO_FIN_WAIT_2;
	uint32_t step = finned ? t->given->fin_tsval_step : 0;

	assert_non_null(c);
	assert_int_equal(c->state, state_of(t->given->enter));
	assert_true(c->mini);
	assert_int_equal(t->numbers.rcv_nxt, t->isn + (finned ? 2 : 1));
	assert_int_equal(t->numbers.rcv_nxt, c->rcv_nxt);
	assert_int_equal(t->numbers.snd_nxt, rig->fake.iss + 2);
	assert_int_equal(t->numbers.snd_nxt, c->snd_nxt);
	assert_int_equal(t->numbers.ts, ts);
	assert_int_equal(c->ts, ts);
	assert_int_equal(t->numbers.ts_recent, ts ? t->tsval + step : 0);
	if (ts)
		assert_int_equal(t->numbers.ts_recent, c->ts_recent);
	if (ts)
		assert_int_equal(t->numbers.dut_tsval,
				 (uint32_t)(rig->fake.ts_origin + rig->fake.now / RIG_MS));
}

static void enter_once(const struct tw_given *given, uint32_t isn, uint32_t tsval, uint32_t iss,
		       bool dut_ts, bool count)
{
	struct rig rig;

	rig_open(&rig, count, 0);
	rig.fake.iss = iss;
	rig.fake.ts_origin = tsval;
	rig.fake.no_timestamps = !dut_ts;
	rig_tuple(&rig, 0, given, rig_quiet, 1);
	rig.tuple[0].isn = isn;
	rig.tuple[0].tsval = tsval;
	assert_int_equal(rig_play(&rig, 1), 1);
	rig_all_done(&rig, 1);
	check_numbers(&rig, &rig.tuple[0], dut_ts && given->ts == TW_TS_ON);
	if (count)
		assert_memory_equal(&rig.ev.numbers, &rig.tuple[0].numbers, sizeof(rig.ev.numbers));
	rig_healthy(&rig);
	assert_int_equal(rig.fake.open_handles, 0);
	rig_close(&rig);
}

static void every_way_in(void **state)
{
	static const uint32_t isns[] = { RIG_ISN,    0,          0xffffffff, 0xfffffffe,
					 0xfffffffd, 0x7fffffff, 0x7ffffffe };
	const unsigned n = sizeof(isns) / sizeof(*isns);

	(void)state;
	for (int role = TW_ACCEPTED; role <= TW_CONNECTED; role++) {
		for (int enter = 0; enter < TW_ENTERS; enter++) {
			for (unsigned i = 0; i < 4 * n; i++) {
				const struct tw_given given = {
					.role = role,
					.enter = enter,
					.ts = i & 1 ? TW_TS_OFF : TW_TS_ON,
					.fin_tsval_step = i % 3 ? 0 : 100,
				};

				enter_once(&given, isns[i % n], isns[(i + 1) % n],
					   isns[(i + 2) % n], !(i & 2), i % 5 != 0);
			}
		}
	}
}

/* The script as it is on the wire: the flags of both sides, in their order. */
static void script_on_the_wire(void **state)
{
	const struct tw_given given = { .role = TW_ACCEPTED, .enter = TW_BY_CLOSING };
	static const uint8_t flags[] = { SYN, ACK, FIN | ACK, ACK, RST, ACK };
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig_tuple(&rig, 0, &given, rig_quiet, 1);
	assert_int_equal(rig_play(&rig, 1), 1);
	assert_int_equal(rig.fake.n_sent, sizeof(flags));
	for (unsigned i = 0; i < sizeof(flags); i++)
		assert_int_equal(rig.fake.sent[i].seg.flags, flags[i]);
	assert_int_equal(rig.fake.sent[0].seg.mss, 1460);
	assert_true(rig.fake.sent[0].seg.ts);
	assert_int_equal(rig.fake.sent[0].seg.tsecr, 0);
	assert_int_equal(rig.fake.sent[2].seg.ack, rig.fake.iss + 1); /* crosses the DUT's FIN */
	assert_int_equal(rig.fake.sent[3].seg.ack, rig.fake.iss + 2);
	assert_int_equal(rig.fake.sent[5].dport, FAKE_CLOSED_PORT);
	rig_close(&rig);
}

static void ipv6_as_well(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig.tuple[0].flow = rig_flow(TW_IPV6, RIG_PORT);
	rig.tuple[0].other = rig_flow(TW_IPV6, RIG_OTHER);
	rig.tuple[0].filler = rig_flow(TW_IPV6, RIG_FILLER);
	assert_int_equal(rig_play(&rig, 1), 1);
	rig_all_done(&rig, 1);
	rig_healthy(&rig);
	assert_int_equal(rig.fake.sent[0].seg.mss, 1440);
	assert_true(rig.ev.step[0].fenced);
	rig_close(&rig);
}

/* ---- batches ---- */

/* Scripts of different lengths side by side. */
static void full_batch_of_all_ways(void **state)
{
	static struct tw_given given[RIG_BATCH];
	struct rig rig;

	(void)state;
	rig_open(&rig, false, 0);
	for (unsigned i = 0; i < RIG_BATCH; i++) {
		given[i] = (struct tw_given){ .role = i / TW_ENTERS % 2,
					      .enter = i % TW_ENTERS,
					      .ts = i / 8 % 2 ? TW_TS_OFF : TW_TS_ON };
		rig_tuple(&rig, i, &given[i], rig_quiet, 1);
	}
	assert_int_equal(rig_play(&rig, RIG_BATCH), 1);
	rig_all_done(&rig, RIG_BATCH);
	for (unsigned i = 0; i < RIG_BATCH; i++) {
		check_numbers(&rig, &rig.tuple[i], given[i].ts == TW_TS_ON);
		assert_int_equal(rig.tuple[i].seen.n_replies, 0);
		assert_int_equal(rig.tuple[i].seen.state, state_of(given[i].enter));
		assert_int_equal(rig.tuple[i].seen.fate, TW_ALIVE);
	}
	rig_healthy(&rig);
	rig_close(&rig);
}

/* Each tuple has its own answer; one after the other, on the same engine. */
static void batch_after_batch(void **state)
{
	static const struct tw_step steps[4] = {
		{ .send = { .flags = SYN, .seq = AT(RCV_NXT, +1) } },
		{ .send = { .flags = RST } },
		{ .send = { .flags = ACK, .seq = AT(RCV_NXT, -1) } },
		{ .send = { .flags = ACK } },
	};
	static const uint8_t answers[4] = { SYN | ACK, 0, ACK, 0 };
	static const enum tw_state left[4] = { TW_STATE_SYN_RECV, TW_STATE_GONE, TW_STATE_TIME_WAIT,
					       TW_STATE_TIME_WAIT };
	static const struct tw_given given = { .enter = TW_BY_FIN_ACK };
	struct rig rig;

	(void)state;
	rig_open(&rig, false, 0);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < RIG_BATCH; i++) {
			rig_tuple(&rig, i, &given, &steps[i % 4], 1);
			rig.tuple[i].flow.peer_port += (uint16_t)(RIG_BATCH * round);
		}
		assert_int_equal(rig_play(&rig, RIG_BATCH), 1);
		rig_all_done(&rig, RIG_BATCH);
		for (unsigned i = 0; i < RIG_BATCH; i++) {
			const struct tw_tuple *t = &rig.tuple[i];

			assert_int_equal(t->seen.n_replies, answers[i % 4] != 0);
			if (t->seen.n_replies)
				assert_int_equal(t->seen.reply.flags, answers[i % 4]);
			assert_int_equal(t->seen.state, left[i % 4]);
			assert_int_equal(t->sent.flags, steps[i % 4].send.flags);
		}
	}
	rig_healthy(&rig);
	rig_close(&rig);
}

/* ---- time ---- */

static uint64_t poll_once(struct rig *rig, int want)
{
	uint64_t deadline = 0;

	assert_int_equal(tw_engine_poll(rig->engine, &deadline, NULL), want);
	return deadline;
}

/* Pauses are deadlines: nothing is sent a nanosecond before, everything at the instant. */
static void pauses_are_deadlines(void **state)
{
	static const struct tw_step steps[] = {
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, +1) } },
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, +2) }, .pause_ms = 700 },
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, +3) }, .pause_ms = 3 },
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, +4) }, .pause_ms = 65535 },
	};
	static const unsigned waits_ms[] = { 24, 700, 24, 65535 }; /* the age at least */
	struct rig rig;
	unsigned sent;

	(void)state;
	rig_open(&rig, true, 24);
	rig_tuple(&rig, 0, &rig_given, steps, 4);
	assert_int_equal(tw_engine_start(rig.engine, rig.tuple, 1, NULL), 0);
	for (unsigned i = 0; i < 4; i++) {
		uint64_t now = rig.fake.now, due = poll_once(&rig, 0);

		assert_int_equal(due, now + waits_ms[i] * RIG_MS);
		assert_int_equal(rig.tuple[0].state, TW_TUPLE_ENTERED);
		sent = rig.fake.n_sent;
		rig.fake.now = due - 1;
		assert_int_equal(poll_once(&rig, 0), due);
		assert_int_equal(rig.fake.n_sent, sent);
		rig.fake.now = due;
	}
	poll_once(&rig, 1);
	assert_int_equal(rig.fake.n_sent, sent + 2);
	assert_int_equal(rig.tuple[0].state, TW_TUPLE_DONE);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(rig.ev.step[i].sent.seq, rig.tuple[0].numbers.rcv_nxt + i + 1);
	assert_int_equal(rig.ev.step[1].sent_at[0], rig.ev.step[0].sent_at[1] + 700 * RIG_MS);
	assert_int_equal(rig.ev.step[3].before.left_ms, 60000 - 24 - 700 - 24 - 65535 + 0u);
	rig_close(&rig);
}

/* Of a step that is played several times the last is looked at; what answers the others is told with it. */
static void steps_are_repeated(void **state)
{
	static const struct tw_step steps[] = {
		{ .send = { .flags = ACK, .seq = AT(RCV_NXT, 0) }, .pause_ms = 500, .times = 3 },
		{ .send = { .flags = ACK, .seq = AT(RCV_NXT, -1) }, .pause_ms = 700, .times = 2 },
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, 0) }, .times = 1 },
	};
	static const unsigned waits_ms[] = { 500, 500, 500, 700, 700, 24 };
	struct tw_observed seen;
	struct rig rig;
	unsigned sent = 0;

	(void)state;
	rig_open(&rig, true, 24);
	rig_tuple(&rig, 0, &rig_given, steps, 3);
	assert_int_equal(tw_engine_start(rig.engine, rig.tuple, 1, NULL), 0);
	for (unsigned i = 0; i < 6; i++) {
		uint64_t now = rig.fake.now, due = poll_once(&rig, 0);

		assert_int_equal(due, now + waits_ms[i] * RIG_MS);
		if (i)
			assert_int_equal(rig.fake.n_sent, sent + 2); /* and a fence */
		sent = rig.fake.n_sent;
		rig.fake.now = due;
	}
	poll_once(&rig, 1);
	assert_int_equal(rig.ev.n_steps, 3);
	assert_int_equal(rig.ev.step[0].injected, 2);
	tw_observe(&rig.ev, 0, &seen);
	assert_int_equal(seen.n_replies, 0);
	tw_observe(&rig.ev, 1, &seen);
	assert_int_equal(seen.n_replies, 2);
	tw_observe(&rig.ev, 2, &seen);
	assert_int_equal(seen.fate, TW_GONE);
	rig_close(&rig);
}

/* A frame that goes to somebody else is none that the DUT could count. */
static void frames_go_astray(void **state)
{
	static const struct tw_step steps[] = {
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, +1), .astray = true } },
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, +1) } },
	};
	const struct tw_packet *probe[2];
	unsigned n = 0;
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig_tuple(&rig, 0, &rig_given, steps, 2);
	assert_int_equal(rig_play(&rig, 1), 1);
	for (size_t i = 0; i < rig.ev.n_packets && n < 2; i++)
		if (rig.ev.packets[i].kind == TW_PKT_PROBE)
			probe[n++] = &rig.ev.packets[i];
	assert_int_equal(n, 2);
	assert_memory_not_equal(probe[0]->bytes, probe[1]->bytes, 6);
	assert_memory_equal(probe[0]->bytes + 6, probe[1]->bytes + 6, probe[0]->len - 6);
	assert_int_equal(rig.ev.step[0].injected, 1); /* the fence */
	assert_int_equal(rig.ev.step[1].injected, 2);
	rig_close(&rig);
}

/* In a batch everybody waits for whoever waits longest. */
static void batch_waits_for_the_longest(void **state)
{
	static const struct tw_step quick = { .send = { .flags = ACK, .seq = AT(RCV_NXT, -1) } };
	static const struct tw_step slow[] = {
		{ .send = { .flags = ACK, .seq = AT(RCV_NXT, -1) }, .pause_ms = 500 },
		{ .send = { .flags = RST } },
	};
	struct rig rig;
	uint64_t begin;

	(void)state;
	rig_open(&rig, false, 0);
	rig_tuple(&rig, 0, &rig_given, &quick, 1);
	rig_tuple(&rig, 1, &rig_given, slow, 2);
	begin = rig.fake.now;
	assert_int_equal(rig_play(&rig, 2), 1);
	rig_all_done(&rig, 2);
	assert_int_equal(rig.polls, 1);
	assert_int_equal(rig.fake.now, begin + 500 * RIG_MS);
	assert_int_equal(rig.tuple[0].seen.n_replies, 1); /* of its only step, not of the last */
	assert_int_equal(rig.tuple[0].seen.state, TW_STATE_TIME_WAIT);
	assert_int_equal(rig.tuple[1].seen.n_replies, 0);
	assert_int_equal(rig.tuple[1].seen.state, TW_STATE_GONE);
	rig_healthy(&rig);
	rig_close(&rig);
}

/* Brackets begin with the time that the DUT's timers know. */
static void brackets_are_in_the_time_of_the_timers(void **state)
{
	static const struct tw_step step = { .send = { .flags = ACK, .seq = AT(RCV_NXT, -1) } };
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig.fake.stood = 20 * RIG_MS;
	rig_tuple(&rig, 0, &rig_given, &step, 1);
	assert_int_equal(rig_play(&rig, 1), 1);
	rig_all_done(&rig, 1);
	assert_int_equal(rig.ev.step[0].sent_at[1] - rig.ev.step[0].sent_at[0], 20 * RIG_MS);
	assert_int_equal(rig.tuple[0].entered[1] - rig.tuple[0].entered[0], 20 * RIG_MS);
	rig_close(&rig);
}

/* ---- what is prepared ---- */

static void prepared_in_this_order(void **state)
{
	static const struct tw_given given = {
		.dut = TW_CLOSED,
		.sysctl = { SYSCTL("tcp_rfc1337", "1"), SYSCTL("tcp_timestamps", "2") },
		.late = { SYSCTL("tcp_timestamps", "0") },
	};
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig_tuple(&rig, 0, &given, rig_quiet, 1);
	assert_int_equal(rig_play(&rig, 1), 1);
	rig_all_done(&rig, 1);
	assert_string_equal(rig.fake.log,
			    "net.ipv4.tcp_rfc1337=1 net.ipv4.tcp_timestamps=2 listen4 accept "
			    "arrange:1 net.ipv4.tcp_timestamps=0 ");
	rig_close(&rig);
}

static void connecting_dut_needs_no_listener(void **state)
{
	static const struct tw_given given = { .role = TW_CONNECTED };
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig_tuple(&rig, 0, &given, rig_quiet, 1);
	assert_int_equal(rig_play(&rig, 1), 1);
	rig_all_done(&rig, 1);
	assert_string_equal(rig.fake.log, "arrange:0 ");
	assert_int_equal(rig.fake.open_handles, 0);
	rig_close(&rig);
}

static void queues_are_filled(void **state)
{
	static const struct tw_step syn = { .send = { .flags = SYN, .from = OTHER } };
	static const struct {
		struct tw_given given;
		unsigned segments;
		const char *counter;
	} rows[] = {
		{ { .dut = TW_ACCEPT_QUEUE_FULL }, 2, "TcpExtListenOverflows" },
		{ { .dut = TW_SYN_QUEUE_FULL }, 1, "TcpExtTCPReqQFullDrop" },
	};

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		unsigned fillers = 0;
		struct rig rig;

		rig_open(&rig, true, 0);
		rig_tuple(&rig, 0, &rows[k].given, &syn, 1);
		assert_int_equal(rig_play(&rig, 1), 1);
		rig_all_done(&rig, 1);
		for (unsigned i = 0; i < rig.fake.n_sent; i++)
			fillers += rig.fake.sent[i].sport == RIG_FILLER;
		assert_int_equal(fillers, rows[k].segments);
		assert_int_equal(tw_counters_get(&rig.fake.counters, rows[k].counter), 1);
		assert_int_equal(rig.tuple[0].seen.n_replies, 0);
		rig_close(&rig);
	}
}

/* ---- steps ---- */

static void steps_in_their_order(void **state)
{
	static const struct tw_step steps[] = {
		{ .send = { .flags = ACK, .seq = AT(RCV_NXT, -1) } },
		{ .send = { .flags = FIN | ACK,
			    .seq = AT(RCV_NXT, -1),
			    .tsval = AT(TS_RECENT, -1) } },
		{ .send = { .flags = SYN, .from = OTHER } },
		{ .send = { .flags = SYN, .seq = AT(RCV_NXT, +1) } },
	};
	struct tw_observed seen;
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 24);
	rig_tuple(&rig, 0, &rig_given, steps, 4);
	assert_int_equal(rig_play(&rig, 1), 1);
	rig_all_done(&rig, 1);
	assert_int_equal(rig.ev.n_steps, 4);
	for (unsigned i = 0; i < 4; i++) {
		const struct tw_step_evidence *se = &rig.ev.step[i];

		tw_observe(&rig.ev, i, &seen);
		assert_int_equal(se->sent.flags, steps[i].send.flags);
		assert_int_equal(se->flow.peer_port, i == 2 ? RIG_OTHER : RIG_PORT);
		assert_int_equal(seen.n_replies, 1);
		assert_int_equal(seen.reply.flags, i < 2 ? ACK : SYN | ACK);
		assert_true(se->counted && se->fenced && se->reasons_read);
		assert_int_equal(se->injected, 2);
		assert_int_equal(se->captured, 2);
		assert_int_equal(se->waits, 0);
		assert_int_equal(se->before.state, i == 2 ? TW_STATE_GONE : TW_STATE_TIME_WAIT);
		assert_int_equal(seen.fate, i < 2 ? TW_RESTARTED : TW_REOPENED);
	}
	assert_int_equal(rig.ev.step[0].n_reasons, 0); /* the fence's own is forgotten */
	assert_int_equal(rig.ev.step[1].n_reasons, 1);
	assert_string_equal(rig.ev.step[1].reason[0], "TCP_RFC7323_TW_PAWS");
	rig_healthy(&rig);
	rig_close(&rig);
}

/* From the engine's hands into the judge's. */
static void evidence_is_good_enough_for_a_verdict(void **state)
{
	static const struct tw_case row = {
		.id = "row",
		.step = { { .send = { .flags = SYN,
				      .seq = AT(RCV_NXT, +1),
				      .tsval = AT(TS_RECENT, -1) },
			    .expect = { .reply = ACK,
					.seq = AT(SND_NXT, 0),
					.ack = AT(RCV_NXT, 0),
					.tsval = TS_CLOCK,
					.tsecr = AT(TS_RECENT, 0),
					.tw = RESTARTED,
					.counter = { "TcpExtPAWSTimewait" },
					.reason = "TCP_RFC7323_TW_PAWS" } },
			  { .send = { .flags = SYN, .seq = AT(RCV_NXT, +1) },
			    .expect = { .reply = SYN | ACK,
					.seq = REOPEN_ISN,
					.ack = AT(SEG_END, 0),
					.tsval = TS_CLOCK,
					.tw = REOPENED } } },
	};
	char *names[] = { "TcpExtPAWSTimewait" };
	const struct tw_facts facts = { .names = names, .n_names = 1 };
	struct tw_verdict v;
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 24);
	rig.fake.iss = 0u - 65537 - 2; /* whose next would be 0 */
	rig_tuple(&rig, 0, &row.given, row.step, tw_case_steps(&row));
	assert_int_equal(rig_play(&rig, 1), 1);
	rig_all_done(&rig, 1);
	tw_judge(&row, &rig.ev, &facts, &v);
	if (v.outcome != TW_PASS)
		fail_msg("%s: %s%s", tw_outcome_name(v.outcome), v.differs, v.why);
	assert_int_equal(fake_find(&rig.fake, RIG_PORT)->iss, 1);
	rig_close(&rig);
}

/* Every frame of both directions, each under what it was. */
static void all_packets_are_recorded(void **state)
{
	unsigned kinds[4][2] = { { 0 } };
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig_tuple(&rig, 0, &rig_given, rig_old_ack, 1);
	assert_int_equal(rig_play(&rig, 1), 1);
	for (size_t i = 0; i < rig.ev.n_packets; i++)
		kinds[rig.ev.packets[i].kind][rig.ev.packets[i].from_dut]++;
	assert_int_equal(kinds[TW_PKT_SETUP][0], 4); /* SYN, ACK, ACK of the FIN, FIN */
	assert_int_equal(kinds[TW_PKT_SETUP][1], 3); /* SYN-ACK, FIN, the last ACK */
	assert_int_equal(kinds[TW_PKT_PROBE][0], 1);
	assert_int_equal(kinds[TW_PKT_PROBE][1], 1);
	assert_int_equal(kinds[TW_PKT_FENCE][0], 1);
	assert_int_equal(kinds[TW_PKT_FENCE][1], 1);
	assert_int_equal(kinds[TW_PKT_STRAY][0] + kinds[TW_PKT_STRAY][1], 0);
	rig_close(&rig);
}

/* ---- clearing away ---- */

static void cleared_by_the_right_resets(void **state)
{
	static const struct tw_step steps[4] = {
		{ .send = { .flags = SYN, .seq = AT(RCV_NXT, +1000) } }, /* reopens */
		{ .send = { .flags = RST } },                            /* kills */
		{ .send = { .flags = ACK, .seq = AT(RCV_NXT, -1) } },
		{ .send = { .flags = ACK } },
	};
	struct rig rig;
	unsigned before;

	(void)state;
	rig_open(&rig, false, 0);
	for (unsigned i = 0; i < 4; i++)
		rig_tuple(&rig, i, &rig_given, &steps[i], 1);
	assert_int_equal(rig_play(&rig, 4), 1);
	before = rig.fake.n_sent;
	assert_int_equal(tw_engine_clear(rig.engine, NULL), 0);
	assert_int_equal(rig.fake.n_sent, before + 3); /* not for the one that is gone */
	for (unsigned i = before; i < rig.fake.n_sent; i++) {
		const struct tw_seen *sent = &rig.fake.sent[i];
		const struct tw_tuple *t = &rig.tuple[sent->sport - RIG_PORT];

		assert_int_equal(sent->seg.flags, RST);
		assert_int_equal(sent->seg.seq, sent->sport == RIG_PORT ? t->numbers.rcv_nxt + 1001
									: t->numbers.rcv_nxt);
	}
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(fake_find(&rig.fake, (uint16_t)(RIG_PORT + i))->state,
				 TW_STATE_GONE);
	rig_healthy(&rig);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_in),
		cmocka_unit_test(script_on_the_wire),
		cmocka_unit_test(ipv6_as_well),
		cmocka_unit_test(full_batch_of_all_ways),
		cmocka_unit_test(batch_after_batch),
		cmocka_unit_test(pauses_are_deadlines),
		cmocka_unit_test(steps_are_repeated),
		cmocka_unit_test(frames_go_astray),
		cmocka_unit_test(batch_waits_for_the_longest),
		cmocka_unit_test(brackets_are_in_the_time_of_the_timers),
		cmocka_unit_test(prepared_in_this_order),
		cmocka_unit_test(connecting_dut_needs_no_listener),
		cmocka_unit_test(queues_are_filled),
		cmocka_unit_test(steps_in_their_order),
		cmocka_unit_test(evidence_is_good_enough_for_a_verdict),
		cmocka_unit_test(all_packets_are_recorded),
		cmocka_unit_test(cleared_by_the_right_resets),
	};

	return !!cmocka_run_group_tests_name("test_engine", tests, NULL, NULL);
}
