/*
 * The model of tcp_tw_recycle against what was measured on kernels that have it (4.4.155, 4.9.154, 4.10.17 and 4.11.0, the setting
 * on), and against the written rule (rule book H-02, H-12).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nat_play.h"

/* Host A: whole connection, the server closes first, last TSval 1000003. Then SYNs from other ports. Measured. */
static void as_measured(void **state)
{
	static const struct {
		uint64_t after;
		uint8_t host;
		int64_t tsval;
		enum tw_recycle_says says;
	} seen[] = {
		{ 0, 1, 500000, TW_RECYCLE_DROP_OLD },
		{ 0, 1, 1000000, TW_RECYCLE_DROP_OLD }, /* 3 behind */
		{ 0, 2, 500000, TW_RECYCLE_PASS },      /* other address */
		{ 30 * S, 1, 500000, TW_RECYCLE_DROP_OLD },
		{ 58 * S, 1, 500000, TW_RECYCLE_DROP_OLD },
		{ 59 * S, 1, 500000, TW_RECYCLE_DROP_OLD },
		{ 60 * S, 1, 500000, TW_RECYCLE_PASS },
		{ 61 * S, 1, 500000, TW_RECYCLE_PASS },
		{ 0, 1, 1000004, TW_RECYCLE_PASS },
		{ 59 * S, 1, 2000000, TW_RECYCLE_PASS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		for (enum tw_recycle_rule rule = TW_RECYCLE_H02; rule <= TW_RECYCLE_H12; rule++)
			for (uint64_t from = 0; from < 2 * S; from += 250 * MS) {
				struct tw_recycle *recycle = tw_recycle_new(rule, 4, 16);
				struct play p = play(recycle, 1, 2000);

				whole(&p, from, 1000003);
				assert_int_equal(syn(recycle, from + seen[i].after, seen[i].host,
						     3000, seen[i].tsval),
						 seen[i].says);
				tw_recycle_free(recycle);
			}
}

/* All five SYNs in a row, each on a port of its own: drops do not change what is remembered (PAWSPassive: 5). */
static void drops_teach_nothing(void **state)
{
	static const uint64_t afters[] = { 0, 30 * S, 58 * S, 59 * S, 59 * S + 999 * MS };
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H12, 4, 16);
	struct play p = play(recycle, 1, 2000);

	(void)state;
	whole(&p, 5 * S, 1000003);
	for (uint16_t i = 0; i < 5; i++)
		assert_int_equal(syn(recycle, 5 * S + afters[i], 1, 3000 + i, 500000),
				 TW_RECYCLE_DROP_OLD);
	assert_stamp(&p, 1000003, 0);
	assert_int_equal(syn(recycle, 65 * S, 1, 3000, 500000), TW_RECYCLE_PASS);
	tw_recycle_free(recycle);
}

static void rule_edges(void **state)
{
	static const struct {
		uint32_t behind; /* of the SYN's TSval */
		bool drop;
	} edges[] = { { 0, false },          { 1, false },         { 2, true },
		      { 3, true },           { 0x7fffffff, true }, { 0x80000000, false },
		      { 0x80000001, false }, { -1, false },        { -1000, false } };
	static const uint32_t stamps[] = { 0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff };

	(void)state;
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		for (size_t t = 0; t < sizeof(stamps) / sizeof(stamps[0]); t++)
			for (uint32_t age = 0; age < 63; age++) {
				struct tw_recycle_stamp stamp = { true, stamps[t], 0xffffffe0u };
				bool drop = tw_recycle_rule_of(TW_RECYCLE_H02, &stamp,
							       0xffffffe0u + age, true,
							       stamps[t] - edges[i].behind);

				assert_int_equal(drop, edges[i].drop && age < 60);
			}
}

static void without_timestamp(void **state)
{
	static const struct tw_recycle_stamp stamp = { true, 1000, 50 }, none = { 0 };

	(void)state;
	assert_int_equal(tw_recycle_rule_of(TW_RECYCLE_H02, &stamp, 50, false, 0), TW_RECYCLE_PASS);
	assert_int_equal(tw_recycle_rule_of(TW_RECYCLE_H12, &stamp, 50, false, 0),
			 TW_RECYCLE_DROP_NO_TS);
	assert_int_equal(tw_recycle_rule_of(TW_RECYCLE_H12, &stamp, 109, false, 0),
			 TW_RECYCLE_DROP_NO_TS);
	assert_int_equal(tw_recycle_rule_of(TW_RECYCLE_H12, &stamp, 110, false, 0),
			 TW_RECYCLE_PASS);
	/* Nothing is remembered, in the first seconds of the clock either. */
	assert_int_equal(tw_recycle_rule_of(TW_RECYCLE_H12, &none, 0, false, 0), TW_RECYCLE_PASS);
	assert_int_equal(tw_recycle_rule_of(TW_RECYCLE_H12, &none, 0, true, 0x80000002),
			 TW_RECYCLE_PASS);
}

static void replacing(void **state)
{
	static const struct {
		struct tw_recycle_stamp old;
		uint32_t now, ts, s;
		bool replaced;
	} learnt[] = {
		{ { 0 }, 5, 0x90000000u, 5, true },
		{ { true, 1000, 100 }, 100, 1000, 100, true },
		{ { true, 1000, 100 }, 101, 1001, 101, true },
		{ { true, 1000, 100 }, 101, 999, 101, false },
		{ { true, 1000, 100 }, 160, 999, 160, false },
		{ { true, 1000, 100 }, 161, 999, 161, true },
		{ { true, 1000, 100 }, 161, 999, 100, true },
		/* The connection's own is older still: it had been idle. */
		{ { true, 1000, 100 }, 161, 999, 99, false },
		{ { true, 1000, 100 }, 161, 1001, 99, true },
		{ { true, 1000, 100 }, 100, 1000 + 0x7fffffffu, 100, true },
		{ { true, 1000, 100 }, 100, 1000 + 0x80000000u, 100, true },
		{ { true, 1000, 100 }, 100, 1000 + 0x80000001u, 100, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(learnt) / sizeof(learnt[0]); i++) {
		struct tw_recycle_stamp stamp = learnt[i].old;

		tw_recycle_remember(&stamp, learnt[i].now, learnt[i].ts, learnt[i].s);
		assert_true(stamp.known);
		assert_int_equal(stamp.ts, learnt[i].replaced ? learnt[i].ts : learnt[i].old.ts);
		assert_int_equal(stamp.s, learnt[i].replaced ? learnt[i].s : learnt[i].old.s);
	}
}

/* Two hosts behind one address: only the newer clock is remembered, until the memory is more than 60 s old. */
static void two_behind_one(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play old = play(recycle, 1, 2000), young = play(recycle, 1, 2001);

	(void)state;
	handshake(&young, S, 500);
	whole(&old, 2 * S, 900000);
	server(&young, ACK | FIN, 0);
	client(&young, 3 * S, ACK | FIN, 600, 0);
	assert_stamp(&young, 900000, 1);
	/* The busy one goes on and the other never gets through. */
	for (uint16_t i = 0; i < 20; i++) {
		old = play(recycle, 1, 4000 + i);
		whole(&old, (10 + 10 * i) * S, 910000 + 10000 * i);
		assert_int_equal(syn(recycle, (19 + 10 * i) * S, 1, 5000 + i, 11500 + 10000 * i),
				 TW_RECYCLE_DROP_OLD);
	}
	/* It falls silent at 200 s; at 260 s the other one connects, and is learnt from when the memory is of 61 s. */
	young = play(recycle, 1, 6000);
	assert_int_equal(client(&young, 260 * S - 1, SYN, 260000, 0), TW_RECYCLE_DROP_OLD);
	young = play(recycle, 1, 6000);
	handshake(&young, 260 * S, 260001);
	server(&young, ACK | FIN, 0);
	client(&young, 260 * S, ACK, 260002, 0);
	assert_stamp(&young, 910000 + 190000, 60);
	client(&young, 261 * S, ACK | FIN, 261000, 0);
	assert_stamp(&young, 261000, 0);
	tw_recycle_free(recycle);
}

static void families(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 8, 64);
	struct play p = play(recycle, 1, 2000);
	uint32_t ts, age;

	(void)state;
	/* What stands behind the four bytes of an IPv4 address does not matter. */
	memset(p.flow.peer.b + 4, 0xaa, 12);
	handshake(&p, S, 1000);
	memset(p.flow.peer.b + 4, 0x55, 12);
	server(&p, ACK | FIN, 0);
	client(&p, S, ACK | FIN, 1001, 0);
	assert_stamp(&p, 1001, 0);
	assert_int_equal(syn(recycle, S, 1, 2001, 10), TW_RECYCLE_DROP_OLD);
	/* Of IPv6 all sixteen count. */
	p = play(recycle, 1, 2000);
	p.flow.family = TW_IPV6;
	assert_false(tw_recycle_host(recycle, TW_IPV6, &p.flow.peer, S, &ts, &age));
	whole(&p, S, 2000);
	assert_true(tw_recycle_host(recycle, TW_IPV6, &p.flow.peer, S, &ts, &age));
	p.flow.peer.b[15] ^= 1;
	assert_false(tw_recycle_host(recycle, TW_IPV6, &p.flow.peer, S, &ts, &age));
	p.flow.peer_port++;
	assert_int_equal(client(&p, S, SYN, 10, 0), TW_RECYCLE_PASS);
	p.flow.peer.b[15] ^= 1;
	assert_int_equal(client(&p, S, SYN, 10, 0), TW_RECYCLE_DROP_OLD);
	tw_recycle_free(recycle);
}

/* What the server has of one connection says nothing of another that differs in one thing (and has the same place in the table). */
static void neighbours(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 1);
	struct play p = play(recycle, 1, 2000);

	(void)state;
	whole(&p, S, 500000);
	p.flow.family = TW_IPV6;
	whole(&p, 2 * S, 500000);
	p = play(recycle, 1, 2000);
	assert_int_equal(client(&p, 3 * S, SYN, 500001, 0), TW_RECYCLE_PASS);
	server(&p, SYN | ACK, 0);
	assert_int_equal(client_at(&p, 3 * S, SYN, 10, 0, 0), TW_RECYCLE_PASS);
	p.flow.dut.b[3]++;
	assert_int_equal(client_at(&p, 3 * S, SYN, 10, 0, 0), TW_RECYCLE_DROP_OLD);
	p.flow.dut.b[3]--;
	p.flow.dut_port++;
	assert_int_equal(client_at(&p, 3 * S, SYN, 10, 0, 0), TW_RECYCLE_DROP_OLD);
	p.flow.dut_port--;
	p.flow.peer_port++;
	assert_int_equal(client_at(&p, 3 * S, SYN, 10, 0, 0), TW_RECYCLE_DROP_OLD);
	p.flow.peer_port--;
	p.flow.family = TW_IPV6;
	assert_int_equal(client_at(&p, 3 * S, SYN, 10, 0, 0), TW_RECYCLE_DROP_OLD);
	assert_int_equal(tw_recycle_overflows(recycle), 0);
	tw_recycle_free(recycle);
}

/* Ended connections make room; those that find none are counted, and so are hosts. */
static void room(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 2, 8);
	struct play p;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		p = play(recycle, (uint8_t)(1 + i % 2), (uint16_t)(1024 + i));
		whole(&p, i * 100 * MS, 1000 + 100 * (int64_t)i);
	}
	assert_int_equal(tw_recycle_overflows(recycle), 0);
	p = play(recycle, 3, 1024);
	whole(&p, 1000 * S, 1000);
	assert_int_equal(tw_recycle_overflows(recycle), 2); /* at FIN_WAIT_2 and at TIME_WAIT */
	assert_no_stamp(&p);
	for (uint16_t i = 0; i < 8; i++)
		assert_int_equal(syn(recycle, 2000 * S, 1, 3000 + i, 10), TW_RECYCLE_PASS);
	assert_int_equal(tw_recycle_overflows(recycle), 2);
	assert_int_equal(syn(recycle, 2000 * S, 1, 4000, 10), TW_RECYCLE_PASS);
	assert_int_equal(tw_recycle_overflows(recycle), 3);
	tw_recycle_free(recycle);
	tw_recycle_free(NULL);
	recycle = tw_recycle_new(TW_RECYCLE_H02, 0, 0);
	assert_int_equal(syn(recycle, S, 1, 4000, 10), TW_RECYCLE_PASS);
	assert_int_equal(tw_recycle_overflows(recycle), 1);
	tw_recycle_free(recycle);
}

/* Whatever comes, only a SYN to the server is ever dropped, and no list is damaged (the sanitizers look). */
static void anything(void **state)
{
	static const uint8_t flags[] = { SYN,       SYN | ACK, ACK, ACK,       ACK,       ACK,
					 FIN | ACK, FIN | ACK, RST, RST | ACK, SYN | FIN, 0 };
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H12, 3, 20);
	unsigned dropped = 0, learnt = 0;
	uint64_t at = 0;

	(void)state;
	srand(4711);
	for (int i = 0; i < 300000; i++) {
		struct tw_flow flow = flow_of((uint8_t)(rand() % 4), (uint16_t)(rand() % 8));
		struct tw_seg seg = {
			.flags = flags[rand() % (int)sizeof(flags)],
			.ts = rand() % 8,
			.seq = (uint32_t)(rand() % 4),
			.ack = (uint32_t)(rand() % 4),
			.len = (uint16_t)(rand() % 8 ? 0 : 2),
			.win = (uint16_t)(rand() % 9),
			.tsval = (uint32_t)(rand() % 7),
			.wscale = (int8_t)(rand() % 16 - 1),
		};
		bool from_server = rand() % 2;
		uint32_t ts, age;
		enum tw_recycle_says says;

		at += (uint64_t)(rand() % 100) * MS;
		says = tw_recycle_segment(recycle, at, &flow, from_server, &seg);
		if (says != TW_RECYCLE_PASS)
			assert_true(!from_server && (seg.flags & (SYN | ACK | RST)) == SYN);
		dropped += says != TW_RECYCLE_PASS;
		learnt += tw_recycle_host(recycle, TW_IPV4, &flow.peer, at, &ts, &age);
	}
	assert_true(dropped > 0 && learnt > 0);
	tw_recycle_free(recycle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_measured), cmocka_unit_test(drops_teach_nothing),
		cmocka_unit_test(rule_edges),  cmocka_unit_test(without_timestamp),
		cmocka_unit_test(replacing),   cmocka_unit_test(two_behind_one),
		cmocka_unit_test(families),    cmocka_unit_test(neighbours),
		cmocka_unit_test(room),        cmocka_unit_test(anything),
	};

	return !!cmocka_run_group_tests_name("test_nat_recycle", tests, NULL, NULL);
}
