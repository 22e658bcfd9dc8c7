/*
 * The engine when things go wrong: what a set-up's failure is called, that it stays with its tuple, that nothing late, lost or
 * foreign goes unnoticed, and that every failure of wire and DUT ends cleanly.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_rig.h"

enum {
	SICK = 3, /* the tuple that something happens to ... */
	ALL = 8,  /* ... among so many */
};

/* ---- set-ups that fail ---- */

static const struct tw_given connected = { .role = TW_CONNECTED };
static const struct tw_given closing = { .enter = TW_BY_CLOSING };

/* The DUT's segments on the way in are SYN-ACK, FIN, ACK, or SYN, ACK, FIN, ACK; the peer's in between. */
static const struct failure {
	const struct tw_given *given;
	unsigned nth;
	enum fake_what what;
	uint32_t arg;
	const char *says;
} failures[] = {
	{ &rig_given, 1, FAKE_MUTE, 0, "no answer to step 1 " },
	{ &rig_given, 1, FAKE_LOST, 0, "no answer to step 1 " },
	{ &rig_given, 1, FAKE_IGNORED, 0, "no answer to step 1 " },
	{ &rig_given, 1, FAKE_TWICE, 0, "step 1 of the set-up was answered 2 times" },
	{ &rig_given, 1, FAKE_ACK, 1, "step 1 of the set-up has wrong numbers" },
	{ &rig_given, 1, FAKE_FLAGS, ACK, "step 1 of the set-up was answered with flags 0x02" },
	{ &rig_given, 1, FAKE_FLAGS, RST, "0x16 instead of 0x12" },
	{ &rig_given, 2, FAKE_ANSWERED, 0, "step 2 of the set-up was answered, with flags 0x10" },
	{ &rig_given, 2, FAKE_IGNORED, 0, "no answer to step 3 " },
	{ &rig_given, 2, FAKE_MUTE, 0, "no answer to step 3 " },
	{ &rig_given, 2, FAKE_TWICE, 0, "step 3 of the set-up was answered 2 times" },
	{ &rig_given, 2, FAKE_SEQ, 1, "step 3 of the set-up has wrong numbers" },
	{ &rig_given, 2, FAKE_ACK, -1u, "step 3 of the set-up has wrong numbers" },
	{ &rig_given, 2, FAKE_FLAGS, FIN, "step 3 of the set-up was answered with flags 0x10" },
	{ &rig_given, 3, FAKE_ANSWERED, 0, "step 4 of the set-up was answered" },
	{ &rig_given, 3, FAKE_LOST, 0, "no answer to step 5 " },
	{ &rig_given, 3, FAKE_SEQ, -1u, "step 5 of the set-up has wrong numbers" },
	{ &rig_given, 3, FAKE_ACK, 1, "step 5 of the set-up has wrong numbers" },
	{ &connected, 1, FAKE_MUTE, 0, "no answer to step 1 " },
	{ &connected, 1, FAKE_FLAGS, ACK, "0x12 instead of 0x02" },
	{ &connected, 1, FAKE_IGNORED, 0, "no answer to step 2 " },
	{ &connected, 2, FAKE_SEQ, 1, "step 2 of the set-up has wrong numbers" },
	{ &connected, 3, FAKE_MUTE, 0, "no answer to step 3 " },
	{ &closing, 3, FAKE_MUTE, 0, "no answer to step 4 " },
	{ &closing, 4, FAKE_ANSWERED, 0, "step 5 of the set-up was answered" },
};

static void break_one(struct rig *rig, const struct failure *row, unsigned tuple)
{
	for (unsigned i = 0; i < RIG_BATCH; i++)
		rig_tuple(rig, i, row->given, rig_old_ack, 1);
	fake_break(&rig->fake, (uint16_t)(RIG_PORT + tuple), row->nth, row->what, row->arg);
}

static void assert_failed(const struct tw_tuple *t, const char *says)
{
	if (t->state != TW_TUPLE_FAILED || !strstr(t->trouble, says))
		fail_msg("state %d, \"%s\" instead of \"%s\"", (int)t->state, t->trouble, says);
	assert_int_equal(t->sent.flags, 0); /* it was never probed */
	assert_int_equal(t->seen.n_replies, 0);
}

static void failed_set_ups_say_why(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
		struct rig rig;

		rig_open(&rig, true, 0);
		break_one(&rig, &failures[i], 0);
		assert_int_equal(rig_play(&rig, 1), 1);
		assert_failed(&rig.tuple[0], failures[i].says);
		assert_int_equal(rig.ev.n_steps, 0);
		assert_int_equal(rig.fake.open_handles, 0);
		rig_close(&rig);
	}
}

/* Whoever else is in the batch goes on as if nothing had happened. */
static void failure_stays_with_its_tuple(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
		struct rig rig;

		rig_open(&rig, false, 0);
		break_one(&rig, &failures[i], SICK);
		assert_int_equal(rig_play(&rig, ALL), 1);
		assert_failed(&rig.tuple[SICK], failures[i].says);
		for (unsigned k = 0; k < ALL; k++) {
			const struct tw_tuple *t = &rig.tuple[k];

			if (k != SICK && t->state != TW_TUPLE_DONE)
				fail_msg("row %u (%s): tuple %u as well: %s", i, failures[i].says,
					 k, t->trouble);
			assert_int_equal(t->seen.n_replies, k != SICK);
		}
		/* nothing came late: what was missing never came */
		assert_int_equal(rig_health(&rig).waits, 0);
		assert_int_equal(rig_health(&rig).strays, 0);
		assert_int_equal(rig_health(&rig).unfenced, 0);
		assert_int_equal(rig.fake.open_handles, 0);
		rig_close(&rig);
	}
}

static void refused_connect(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, false, 0);
	for (unsigned i = 0; i < ALL; i++)
		rig_tuple(&rig, i, &connected, rig_quiet, 1);
	rig.fake.refused = RIG_PORT + SICK;
	assert_int_equal(rig_play(&rig, ALL), 1);
	assert_failed(&rig.tuple[SICK], "the fake cannot connect");
	for (unsigned i = 0; i < ALL; i++)
		assert_int_equal(rig.tuple[i].state, i == SICK ? TW_TUPLE_FAILED : TW_TUPLE_DONE);
	assert_int_equal(rig.fake.open_handles, 0);
	rig_close(&rig);
}

/* Through the script, and yet not in the state: sock_diag is asked before anything is claimed. */
static void state_was_not_entered(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig.fake.no_entries = true;
	rig.fake.counters.n = 0;
	assert_int_equal(rig_play(&rig, 1), 1);
	assert_failed(&rig.tuple[0], "time-wait was not entered: sock_diag shows gone "
				     "(net.ipv4.tcp_max_tw_buckets, or no module tcp_diag?)");
	rig_close(&rig);
}

/* Counters that moved meanwhile are named: they are the reason more often than not. */
static void telling_counters_are_named(void **state)
{
	static const struct tw_given full = { .dut = TW_ACCEPT_QUEUE_FULL };
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig_tuple(&rig, 0, &full, rig_quiet, 1);
	rig.fake.backlog = 0;
	rig.fake.queued = 1; /* somebody else is in the queue already */
	assert_int_equal(rig_play(&rig, 1), 1);
	assert_failed(&rig.tuple[0], "no answer to step 1 of the set-up; TcpExtListenOverflows +1");
	rig_close(&rig);
}

static void filler_without_answer(void **state)
{
	static const struct tw_given full = { .dut = TW_SYN_QUEUE_FULL };
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig_tuple(&rig, 0, &full, rig_quiet, 1);
	fake_break(&rig.fake, RIG_FILLER, 1, FAKE_MUTE, 0);
	assert_int_equal(rig_play(&rig, 1), 1);
	assert_failed(&rig.tuple[0], "the listener's queue could not be filled");
	rig_close(&rig);
}

/* ---- late, lost, foreign ---- */

/* Late by a moment, or by most of the second that is waited so that the reason can be told. */
static void late_answer_to_the_set_up(void **state)
{
	static const unsigned late[] = { 1, 2, 500, 990 };

	(void)state;
	for (unsigned i = 0; i < sizeof(late) / sizeof(*late); i++) {
		struct rig rig;

		rig_open(&rig, false, 0);
		fake_break(&rig.fake, RIG_PORT + SICK, 1, FAKE_LATE, late[i]);
		assert_int_equal(rig_play(&rig, ALL), 1);
		assert_failed(&rig.tuple[SICK], "was not there when the send call had returned");
		for (unsigned k = 0; k < ALL; k++)
			if (k != SICK && rig.tuple[k].state != TW_TUPLE_DONE)
				fail_msg("tuple %u as well: %s", k, rig.tuple[k].trouble);
		assert_int_equal(rig_health(&rig).waits, 1);
		rig_close(&rig);
	}
}

static void nobody_waits_for_ever(void **state)
{
	struct rig rig;
	uint64_t begin;

	(void)state;
	rig_open(&rig, true, 0);
	fake_break(&rig.fake, RIG_PORT, 1, FAKE_LATE, 1000000);
	begin = rig.fake.now;
	assert_int_equal(rig_play(&rig, 1), 1);
	assert_failed(&rig.tuple[0], "no answer to step 1 ");
	assert_in_range(rig.fake.now - begin, 1, 2000 * RIG_MS);
	rig_close(&rig);
}

/* The probe's answer comes while the counters are read: an alarm, and no answer. */
static void late_answer_to_the_probe(void **state)
{
	struct tw_observed seen;
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig_tuple(&rig, 0, &rig_given, rig_old_ack, 1);
	fake_break(&rig.fake, RIG_PORT, 4, FAKE_LATE, 1);
	assert_int_equal(rig_play(&rig, 1), 1);
	rig_all_done(&rig, 1);
	assert_int_equal(rig.ev.step[0].waits, 1);
	assert_true(rig.ev.step[0].fenced);
	assert_int_equal(rig_health(&rig).waits, 1);
	tw_observe(&rig.ev, 0, &seen);
	assert_int_equal(seen.n_replies, 1); /* it is shown, and there is no verdict anyhow */
	rig_close(&rig);
}

/* It comes even later: with the next step's answers, and is none of them. */
static void late_answer_is_not_the_next_ones(void **state)
{
	static const struct tw_step steps[] = {
		{ .send = { .flags = ACK, .seq = AT(RCV_NXT, -1) } },
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, +1) } },
	};

	(void)state;
	for (unsigned count = 0; count < 2; count++) {
		struct tw_health health;
		struct rig rig;

		rig_open(&rig, count, 0);
		rig_tuple(&rig, 0, &rig_given, steps, 2);
		fake_break(&rig.fake, RIG_PORT, 4, FAKE_LATE, 1 + count);
		assert_int_equal(rig_play(&rig, 1), 1);
		rig_all_done(&rig, 1);
		health = rig_health(&rig);
		assert_int_equal(health.waits + health.strays, 1);
		rig_close(&rig);
	}
}

/* A tuple whose steps are over is nobody's business any more, but what comes for it still is. */
static void late_answer_to_a_tuple_that_is_through(void **state)
{
	static const struct tw_step two[] = {
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, +1) } },
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, +2) } },
	};
	struct tw_step *one = malloc(sizeof(*one)); /* and not a step more */

	(void)state;
	assert_non_null(one);
	*one = rig_old_ack[0];
	for (unsigned late = 1; late <= 2; late++) {
		struct tw_health health;
		struct rig rig;

		rig_open(&rig, false, 0);
		rig_tuple(&rig, 0, &rig_given, one, 1);
		rig_tuple(&rig, 1, &rig_given, two, 2);
		fake_break(&rig.fake, RIG_PORT, 4, FAKE_LATE, late);
		assert_int_equal(rig_play(&rig, 2), 1);
		rig_all_done(&rig, 2);
		health = rig_health(&rig);
		assert_int_equal(health.waits + health.strays, 1);
		rig_close(&rig);
	}
	free(one);
}

static void lost_fence(void **state)
{
	static const enum fake_what whats[] = { FAKE_MUTE, FAKE_LOST, FAKE_SEQ, FAKE_FLAGS };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct rig rig;

		rig_open(&rig, true, 0);
		fake_break(&rig.fake, RIG_FENCE, 1, whats[i], RST);
		assert_int_equal(rig_play(&rig, 1), 1);
		rig_all_done(&rig, 1);
		assert_int_equal(rig.ev.n_steps, 1);
		assert_false(rig.ev.step[0].fenced);
		assert_int_equal(rig_health(&rig).unfenced, 1);
		rig_close(&rig);
	}
}

/* Of a step that is played several times only the last is looked at, but all of them are fenced. */
static void lost_fence_of_a_repetition(void **state)
{
	static const struct tw_step step = { .send = { .flags = ACK, .seq = AT(RCV_NXT, 0) },
					     .times = 3 };
	struct tw_err err = { "" };
	uint64_t deadline;
	struct rig rig;
	int ret;

	(void)state;
	rig_open(&rig, true, 24);
	rig_tuple(&rig, 0, &rig_given, &step, 1);
	fake_break(&rig.fake, RIG_FENCE, 2, FAKE_LOST, 0);
	assert_int_equal(tw_engine_start(rig.engine, rig.tuple, 1, NULL), 0);
	while ((ret = tw_engine_poll(rig.engine, &deadline, &err)) == 0)
		rig.fake.now = deadline;
	assert_int_equal(ret, -EIO);
	assert_non_null(strstr(err.text, "fence"));
	assert_int_equal(rig_health(&rig).unfenced, 1);
	rig_close(&rig);
}

/* Each step has a fence of its own: the answer to an older one proves nothing. */
static void fences_are_not_mistaken(void **state)
{
	static const struct tw_step steps[] = {
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, +1) } },
		{ .send = { .flags = RST, .seq = AT(RCV_NXT, +2) } },
	};
	struct rig rig;

	(void)state;
	rig_open(&rig, false, 0);
	rig_tuple(&rig, 0, &rig_given, steps, 2);
	fake_break(&rig.fake, RIG_FENCE, 1, FAKE_LATE, 1);
	fake_break(&rig.fake, RIG_FENCE, 2, FAKE_LOST, 0);
	assert_int_equal(rig_play(&rig, 1), 1);
	assert_int_equal(rig_health(&rig).unfenced, 2);
	rig_close(&rig);
}

static void strays(void **state)
{
	static const enum fake_what whats[] = { FAKE_ECHO, FAKE_NOISE };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned nth = 1; nth <= 4; nth++) { /* in the set-up, and at the probe */
			unsigned shown = 0;
			struct rig rig;

			rig_open(&rig, true, 0);
			rig_tuple(&rig, 0, &rig_given, rig_old_ack, 1);
			fake_break(&rig.fake, RIG_PORT, nth, whats[i], 0);
			assert_int_equal(rig_play(&rig, 1), 1);
			rig_all_done(&rig, 1);
			assert_int_equal(rig.ev.strays, 1);
			assert_int_equal(rig_health(&rig).strays, 1);
			for (size_t k = 0; k < rig.ev.n_packets; k++)
				shown += rig.ev.packets[k].kind == TW_PKT_STRAY;
			assert_int_equal(shown, 1);
			rig_close(&rig);
		}
	}
}

/* The right ports are not enough: other address, other family, other port of the DUT. */
static void strangers_with_a_known_port(void **state)
{
	const struct tw_seg seg = { .flags = ACK, .ttl = 64, .wscale = -1 };
	struct tw_flow flow[3] = { rig_flow(TW_IPV4, RIG_PORT), rig_flow(TW_IPV6, RIG_PORT),
				   rig_flow(TW_IPV4, RIG_PORT) };
	struct rig rig;

	(void)state;
	flow[0].peer.b[3]++;
	flow[2].dut_port++;
	rig_open(&rig, true, 24);
	assert_int_equal(tw_engine_start(rig.engine, rig.tuple, 1, NULL), 0);
	assert_int_equal(tw_engine_poll(rig.engine, &rig.fake.now, NULL), 0);
	for (unsigned i = 0; i < 3; i++)
		fake_inject(&rig.fake, &flow[i], &seg);
	assert_int_equal(tw_engine_poll(rig.engine, &rig.fake.now, NULL), 1);
	assert_int_equal(rig_health(&rig).strays, 3);
	assert_int_equal(rig.ev.strays, 3);
	rig_close(&rig);
}

/* What was still under way from before is thrown away. */
static void leftovers_are_discarded(void **state)
{
	const struct tw_seg seg = { .flags = ACK, .ttl = 64, .wscale = -1 };
	const struct tw_flow flow = rig_flow(TW_IPV4, RIG_PORT);
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	fake_inject(&rig.fake, &flow, &seg);
	assert_int_equal(rig_play(&rig, 1), 1);
	rig_all_done(&rig, 1);
	assert_int_equal(rig_health(&rig).strays, 0);
	assert_int_equal(rig.ev.strays, 0);
	/* but it came out of the DUT: over a whole campaign the sums must be right */
	assert_int_equal(rig_health(&rig).captured,
			 tw_counters_get(&rig.fake.counters, "TcpOutSegs") + 1);
	rig_close(&rig);
}

static void sniffer_drops_are_read(void **state)
{
	struct tw_health health;
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig.fake.pcap_drops = 3;
	assert_int_equal(rig_play(&rig, 1), 1);
	assert_int_equal(rig_health(&rig).pcap_drops, 3);
	rig.fake.fail_op = FAKE_DROPS;
	rig.fake.fail_at = rig.fake.calls[FAKE_DROPS] + 1;
	assert_int_equal(tw_engine_health(rig.engine, &health, NULL), -EIO);
	rig_close(&rig);
}

/* Segments that only one side has seen: the judge will find it in the counters. */
static void lost_answers_are_in_the_counters(void **state)
{
	struct tw_health health;
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig_tuple(&rig, 0, &rig_given, rig_old_ack, 1);
	fake_break(&rig.fake, RIG_PORT, 4, FAKE_LOST, 0);
	assert_int_equal(rig_play(&rig, 1), 1);
	rig_all_done(&rig, 1);
	assert_int_equal(rig.ev.step[0].captured, 1);
	for (unsigned i = 0; i < rig.ev.step[0].n_moved; i++)
		if (!strcmp(rig.ev.step[0].moved[i].name, "TcpOutSegs"))
			assert_int_equal(
				rig.ev.step[0].moved[i].after - rig.ev.step[0].moved[i].before, 2);
	health = rig_health(&rig);
	assert_int_equal(health.captured + 1, tw_counters_get(&rig.fake.counters, "TcpOutSegs"));
	rig_close(&rig);
}

static void reasons_that_cannot_be_read(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	rig.fake.no_reasons = true;
	assert_int_equal(rig_play(&rig, 1), 1);
	rig_all_done(&rig, 1);
	assert_false(rig.ev.step[0].reasons_read);
	assert_int_equal(rig.ev.step[0].n_reasons, 0);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failed_set_ups_say_why),
		cmocka_unit_test(failure_stays_with_its_tuple),
		cmocka_unit_test(refused_connect),
		cmocka_unit_test(state_was_not_entered),
		cmocka_unit_test(telling_counters_are_named),
		cmocka_unit_test(filler_without_answer),
		cmocka_unit_test(late_answer_to_the_set_up),
		cmocka_unit_test(nobody_waits_for_ever),
		cmocka_unit_test(late_answer_to_the_probe),
		cmocka_unit_test(late_answer_is_not_the_next_ones),
		cmocka_unit_test(late_answer_to_a_tuple_that_is_through),
		cmocka_unit_test(lost_fence),
		cmocka_unit_test(lost_fence_of_a_repetition),
		cmocka_unit_test(fences_are_not_mistaken),
		cmocka_unit_test(strays),
		cmocka_unit_test(strangers_with_a_known_port),
		cmocka_unit_test(leftovers_are_discarded),
		cmocka_unit_test(sniffer_drops_are_read),
		cmocka_unit_test(lost_answers_are_in_the_counters),
		cmocka_unit_test(reasons_that_cannot_be_read),
	};

	return !!cmocka_run_group_tests_name("test_engine_trouble", tests, NULL, NULL);
}
