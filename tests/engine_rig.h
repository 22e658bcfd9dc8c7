/*
 * An engine on the fake wire, clock and DUT, and tuples for it. Include it after cmocka.h; it brings the fake along.
 * Owner: the test; rig_open() and rig_close().
 */
#ifndef TWPROBE_TESTS_ENGINE_RIG_H
#define TWPROBE_TESTS_ENGINE_RIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "fake_io.c"
#include "twprobe/verdict.h"
#include "twprobe/words.h"

enum {
	RIG_BATCH = 64,
	RIG_PORT = 2000,   /* of the peer: the tuples under test, one after the other */
	RIG_OTHER = 3000,  /* their other tuples ... */
	RIG_FILLER = 4000, /* ... and their fillers */
	RIG_FENCE = 1024,
	RIG_ISN = 0x10000000,
	RIG_TSVAL = 700000,
};

#define RIG_MS 1000000ull

struct rig {
	struct fake fake;
	struct tw_forge *forge;
	struct tw_engine *engine;
	struct tw_tuple tuple[RIG_BATCH];
	struct tw_evidence ev; /* of the first tuple, where counters are taken */
	bool count;
	unsigned polls;
};

static const struct tw_given rig_given; /* listening, accepted, by FIN_WAIT_2, timestamps */

/* Swallowed in TIME_WAIT and in FIN_WAIT_2. */
static const struct tw_step rig_quiet[] = { { .send = { .flags = RST, .seq = AT(RCV_NXT, +9) } } };
/* Answered by an ACK in TIME_WAIT. */
static const struct tw_step rig_old_ack[] = { { .send = { .flags = ACK,
							  .seq = AT(RCV_NXT, -1) } } };

static inline struct tw_flow rig_flow(enum tw_family family, unsigned peer_port)
{
	struct tw_flow flow = { .family = family,
				.dut_port = 5001,
				.peer_port = (uint16_t)peer_port };

	for (unsigned i = 0; i < (family == TW_IPV4 ? 4 : 16); i++) {
		flow.dut.b[i] = (uint8_t)(192 + i);
		flow.peer.b[i] = (uint8_t)(100 - i);
	}
	return flow;
}

static inline struct tw_flow rig_fence(enum tw_family family)
{
	struct tw_flow flow = rig_flow(family, RIG_FENCE);

	flow.dut_port = FAKE_CLOSED_PORT;
	return flow;
}

static inline void rig_tuple(struct rig *rig, unsigned i, const struct tw_given *given,
			     const struct tw_step *step, unsigned n_steps)
{
	rig->tuple[i] = (struct tw_tuple){
		.given = given,
		.step = step,
		.n_steps = n_steps,
		.flow = rig_flow(TW_IPV4, RIG_PORT + i),
		.other = rig_flow(TW_IPV4, RIG_OTHER + i),
		.filler = rig_flow(TW_IPV4, RIG_FILLER + i),
		.isn = RIG_ISN + i,
		.tsval = RIG_TSVAL + i,
	};
	if (rig->count)
		rig->tuple[i].ev = &rig->ev;
}

/* @count: as `run` does it, one tuple with everything around it; else a batch as the bench has it. */
static inline void rig_open(struct rig *rig, bool count, unsigned age_ms)
{
	static const uint8_t mac[6] = { 2 };
	struct tw_engine_cfg cfg = { .wire = &rig->fake.wire,
				     .dut = &rig->fake.dut,
				     .clock = &rig->fake.clock,
				     .fence = { rig_fence(TW_IPV4), rig_fence(TW_IPV6) },
				     .batch = count ? 1 : RIG_BATCH,
				     .age_ms = age_ms,
				     .count = count };

	memset(rig, 0, sizeof(*rig));
	fake_open(&rig->fake);
	cfg.forge = rig->forge = tw_forge_new(mac, mac, NULL);
	assert_non_null(rig->forge);
	rig->engine = tw_engine_new(&cfg, NULL);
	assert_non_null(rig->engine);
	rig->count = count;
	tw_evidence_init(&rig->ev);
	for (unsigned i = 0; i < RIG_BATCH; i++)
		rig_tuple(rig, i, &rig_given, rig_quiet, 1);
}

static inline void rig_close(struct rig *rig)
{
	tw_engine_free(rig->engine);
	tw_forge_free(rig->forge);
	tw_evidence_free(&rig->ev);
	fake_close(&rig->fake);
}

/* Plays @n tuples to the end; where the engine waits, the clock is moved to just that instant. */
static inline int rig_play(struct rig *rig, unsigned n)
{
	struct tw_err err = { "" };
	uint64_t deadline;
	int ret;

	rig->polls = 0;
	ret = tw_engine_start(rig->engine, rig->tuple, n, &err);
	while (ret == 0) {
		deadline = 0;
		ret = tw_engine_poll(rig->engine, &deadline, &err);
		if (ret)
			break;
		if (deadline <= rig->fake.now || ++rig->polls > 5000)
			fail_msg("the engine would turn in circles");
		rig->fake.now = deadline;
	}
	if (ret < 0 && !err.text[0])
		fail_msg("%d without a word", ret);
	return ret;
}

static inline void rig_all_done(const struct rig *rig, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (rig->tuple[i].state != TW_TUPLE_DONE)
			fail_msg("tuple %u: state %d, %s", i, (int)rig->tuple[i].state,
				 rig->tuple[i].trouble);
}

static inline struct tw_health rig_health(struct rig *rig)
{
	struct tw_health health;

	assert_int_equal(tw_engine_health(rig->engine, &health, NULL), 0);
	return health;
}

/* Nothing that must stay 0 has moved, and what was sent is what the DUT took in. */
static inline void rig_healthy(struct rig *rig)
{
	struct tw_health health = rig_health(rig);

	assert_int_equal(health.waits, 0);
	assert_int_equal(health.strays, 0);
	assert_int_equal(health.unfenced, 0);
	assert_int_equal(health.pcap_drops, 0);
	assert_int_equal(health.sent, tw_counters_get(&rig->fake.counters, "TcpInSegs"));
	assert_int_equal(health.captured, tw_counters_get(&rig->fake.counters, "TcpOutSegs"));
}

#endif
