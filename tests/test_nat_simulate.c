/*
 * The simulation against what can be computed by hand. Arrivals are Poisson: of those that find the one tuple free, the time since
 * it was set free is exponential, whatever was before. Seeds are fixed, so each test does the same every time; a rate may be four
 * standard deviations away from the computed one.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nat/simulate.h"

/* Two hosts behind one port, connections of no length, and so many that the tuple is always in TIME_WAIT. */
static const struct tw_sim_cfg busy = {
	.hosts = 2,
	.public_addresses = 1,
	.ports = 1,
	.rate = 10,
	.duration_s = 10000,
	.lifetime_s = 0.0001,
	.tw_s = 60,
	.retry_ms = 2,
	.clock = TW_SIM_CLOCK_PER_TUPLE,
	.seed = 1,
};

static struct tw_sim_result run(const struct tw_sim_cfg *cfg)
{
	struct tw_err err = { "" };
	struct tw_sim_result ret;

	if (tw_simulate(cfg, &ret, &err))
		fail_msg("%s", err.text);
	assert_int_equal(ret.loss.n, ret.rejected);
	assert_int_equal(ret.loss.of, ret.connections - ret.no_port);
	assert_true(ret.rejected <= ret.connections - ret.no_port && ret.never <= ret.rejected);
	assert_true(ret.rejected_syns >= ret.rejected);
	return ret;
}

static void assert_share(uint64_t n, uint64_t of, double p)
{
	double have = (double)n / (double)of, within = 4 * sqrt(p * (1 - p) / (double)of);

	if (!(fabs(have - p) <= within))
		fail_msg("%g of %g: %g instead of %g, which is more than %g away", (double)n,
			 (double)of, have, p, within);
}

static void assert_loss(const struct tw_sim_result *ret, double p)
{
	assert_share(ret->rejected, ret->connections - ret->no_port, p);
}

static void assert_delay(const struct tw_sim_result *ret, double ms)
{
	for (int i = 0; i < TW_SIM_PERCENTILES; i++)
		if (!(fabs(ret->delay_ms[i] - ms) < 0.01))
			fail_msg("percentile %g: %g ms instead of %g", tw_sim_percentile[i],
				 ret->delay_ms[i], ms);
}

/* Unrelated clocks: of two random points on a circle the second is behind as often as before. */
static void per_tuple(void **state)
{
	struct tw_sim_cfg cfg = busy;
	struct tw_sim_result ret = run(&cfg);

	(void)state;
	assert_in_range(ret.connections, 100000 - 1265, 100000 + 1265); /* four times the root */
	assert_loss(&ret, 0.5);
	assert_int_equal(ret.reused, ret.connections - ret.no_port - 1); /* all but the first */
	assert_int_equal(ret.rejected_syns, ret.rejected);
	assert_int_equal(ret.never, 0);
	assert_delay(&ret, 2);
	assert_true(ret.events >= ret.connections + ret.rejected);
	/* The number of hosts does not matter: one is enough. */
	cfg.hosts = 1;
	ret = run(&cfg);
	assert_loss(&ret, 0.5);
	/* Clients before 5.6 wait for the usual second. */
	cfg.retry_ms = 1000;
	ret = run(&cfg);
	assert_delay(&ret, 1000);
	/* Nothing makes them wait for longer. */
	cfg.retry_ms = 5000;
	ret = run(&cfg);
	assert_delay(&ret, 1000);
}

/* Seldom enough that TIME_WAIT ends between: 1 - exp(-rate x 60) are in time, half of them are lost. */
static void rarely(void **state)
{
	struct tw_sim_cfg cfg = busy;
	struct tw_sim_result ret;

	(void)state;
	cfg.rate = 1 / 60.0;
	cfg.duration_s = 6e6;
	ret = run(&cfg);
	assert_share(ret.reused, ret.connections - ret.no_port, 1 - exp(-1));
	assert_loss(&ret, (1 - exp(-1)) / 2);
	/* The NAT holds the port for half of that: rate x 30 / (1 + rate x 30) find none; the others have 30 s of TIME_WAIT left. */
	cfg.hold_s = 30;
	ret = run(&cfg);
	assert_share(ret.no_port, ret.connections, 0.5 / 1.5);
	assert_share(ret.reused, ret.connections - ret.no_port, 1 - exp(-0.5));
	assert_loss(&ret, (1 - exp(-0.5)) / 2);
}

/* The same with many ports: each has its share of the connections. Large ranges keep the client's own port, one of 14116. */
static void many_ports(void **state)
{
	struct tw_sim_cfg cfg = busy;
	struct tw_sim_result ret;

	(void)state;
	/* A rejected connection takes no second tuple from the pool. */
	cfg.keeps_port = true;
	cfg.ports = 1000;
	cfg.rate = 5;
	cfg.warmup_s = 60;
	cfg.duration_s = 20000;
	ret = run(&cfg);
	assert_int_equal(ret.no_port, 0);
	assert_share(ret.reused, ret.connections, 1 - exp(-60 * 5 / 1000.0));
	assert_loss(&ret, (1 - exp(-60 * 5 / 1000.0)) / 2);
	cfg.ports = 64512;
	cfg.rate = 100;
	cfg.duration_s = 1060;
	ret = run(&cfg);
	assert_share(ret.reused, ret.connections, 1 - exp(-60 * 100 / 14116.0));
	assert_loss(&ret, (1 - exp(-60 * 100 / 14116.0)) / 2);
	/* And with many addresses. */
	cfg.hosts = 1000;
	cfg.public_addresses = 10;
	ret = run(&cfg);
	assert_share(ret.reused, ret.connections, 1 - exp(-60 * 10 / 14116.0));
	assert_loss(&ret, (1 - exp(-60 * 10 / 14116.0)) / 2);
}

/*
 * The next SYN after a RST comes from a port that is chosen anew. Each port is met at a rate a: of connections, 1/(1 - q/2) times, since
 * half of those that meet TIME_WAIT (a share q of the ports) come again. A port in TIME_WAIT that is met is set free or taken over, each
 * half of the times; else it is free after 60 s; a free one that is met is in TIME_WAIT then. With E = exp(-60 a) TIME_WAIT lasts
 * (1 - E)/a until one of these, and that is the way to freedom with (1 + E)/2: for 2 (1 - E)/(1 + E)/a in all, and freedom for 1/a. So
 * q = 2 (1 - E)/(3 - E): two thirds where ports are few.
 */
static double share_in_time_wait(double rate, double ports)
{
	double q = 0, e;

	for (int i = 0; i < 1000; i++) {
		e = exp(-60 * rate / ports / (1 - q / 2));
		q = 2 * (1 - e) / (3 - e);
	}
	return q;
}

static void another_port_for_the_next_syn(void **state)
{
	/* So many ports that one more or less that is free makes no difference. */
	static const struct {
		unsigned ports, rate, duration_s;
	} pools[] = { { 400, 80, 1500 }, { 1000, 5, 20000 }, { 10000, 5, 20000 } };

	(void)state;
	for (unsigned i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
		struct tw_sim_cfg cfg = busy;
		struct tw_sim_result ret;
		double q = share_in_time_wait(pools[i].rate, pools[i].ports);

		cfg.ports = pools[i].ports;
		cfg.rate = pools[i].rate;
		cfg.warmup_s = 300;
		cfg.duration_s = pools[i].duration_s;
		ret = run(&cfg);
		assert_share(ret.reused, ret.connections, q);
		assert_loss(&ret, q / 2);
		assert_share(ret.rejected_syns - ret.rejected, ret.rejected_syns, q / 2);
	}
}

static void remedies_that_are_complete(void **state)
{
	(void)state;
	for (enum tw_sim_clock clock = TW_SIM_CLOCK_UPTIME; clock <= TW_SIM_CLOCK_NONE; clock++) {
		struct tw_sim_cfg cfg = busy;
		struct tw_sim_result ret;

		cfg.clock = clock;
		cfg.uptime_spread_s = 1e6;
		/* The NAT holds the port as long as the server its TIME_WAIT. */
		cfg.hold_s = 60;
		ret = run(&cfg);
		assert_true(ret.connections - ret.no_port > 100);
		assert_int_equal(ret.reused, 0);
		assert_int_equal(ret.rejected, 0);
		assert_true(isnan(ret.delay_ms[0]));
		/* The client closes first. */
		cfg.hold_s = 0;
		cfg.tw_s = 0;
		ret = run(&cfg);
		assert_int_equal(ret.reused, 0);
		assert_int_equal(ret.rejected, 0);
		/* Then mechanism A has nothing to learn from either. */
		cfg.recycle = true;
		ret = run(&cfg);
		assert_int_equal(ret.reused, 0);
		assert_int_equal(ret.rejected, 0);
	}
}

/* One clock for all hosts, or one host with one clock: nothing is lost though every tuple is used again. */
static void one_clock(void **state)
{
	struct tw_sim_cfg cfg = busy;
	struct tw_sim_result ret;

	(void)state;
	cfg.hold_s = 0.01; /* Within the same millisecond the ISN would decide. */
	cfg.clock = TW_SIM_CLOCK_UPTIME;
	cfg.uptime_spread_s = 0;
	ret = run(&cfg);
	assert_int_equal(ret.reused, ret.connections - ret.no_port - 1);
	assert_int_equal(ret.rejected, 0);
	cfg.uptime_spread_s = 1e6;
	cfg.hosts = 1;
	ret = run(&cfg);
	assert_int_equal(ret.rejected, 0);
	cfg.clock = TW_SIM_CLOCK_PER_HOST;
	ret = run(&cfg);
	assert_int_equal(ret.rejected, 0);
	cfg.clock = TW_SIM_CLOCK_PER_TUPLE;
	ret = run(&cfg);
	assert_loss(&ret, 0.5);
}

/* Of two hosts with one clock each, one is always the loser. Who comes after whom decides: (1 - 1 / hosts) / 2 by chance. */
static void one_clock_each(void **state)
{
	static const uint32_t many[] = { 2, 3, 10, 5000 };

	(void)state;
	for (enum tw_sim_clock clock = TW_SIM_CLOCK_UPTIME; clock <= TW_SIM_CLOCK_PER_HOST;
	     clock++) {
		struct tw_sim_cfg cfg = busy;
		struct tw_sim_result ret;

		cfg.clock = clock;
		cfg.uptime_spread_s = 1e6;
		cfg.hold_s = 0.01;
		for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
			cfg.hosts = many[i];
			ret = run(&cfg);
			assert_loss(&ret, (1 - 1.0 / many[i]) / 2);
		}
		/* In turn it is every second one, exactly. */
		cfg.hosts = 2;
		cfg.in_turn = true;
		cfg.hold_s = cfg.lifetime_s = cfg.retry_ms = 0;
		ret = run(&cfg);
		assert_int_equal(ret.no_port, 0);
		assert_in_range(ret.rejected, ret.connections / 2 - 1, ret.connections / 2);
		assert_delay(&ret, 0);
	}
}

/* Without timestamps the sequence numbers decide, which are random. */
static void no_timestamps(void **state)
{
	struct tw_sim_cfg cfg = busy;
	struct tw_sim_result ret;

	(void)state;
	cfg.clock = TW_SIM_CLOCK_NONE;
	ret = run(&cfg);
	assert_loss(&ret, 0.5);
	assert_delay(&ret, 2);
	assert_int_equal(ret.never, 0);
}

/*
 * TIME_WAIT outlives the client's RST, and every SYN restarts it: eleven SYNs and no connection. Then the server has forgotten, so
 * the next one gets through: of those after a success half are lost, of those after a failure none, which makes a third.
 */
static void lost_for_good(void **state)
{
	struct tw_sim_cfg cfg = busy;
	struct tw_sim_result ret, same;

	(void)state;
	cfg.rfc1337 = true;
	cfg.duration_s = 400000;
	ret = run(&cfg);
	assert_true(ret.rejected > 1000);
	assert_loss(&ret, 1 / 3.0);
	assert_int_equal(ret.never, ret.rejected);
	assert_int_equal(ret.rejected_syns, 11 * ret.rejected);
	assert_true(isnan(ret.delay_ms[5]));
	cfg.rfc1337 = false;
	cfg.loses_rsts = true;
	same = run(&cfg);
	assert_int_equal(same.rejected, ret.rejected);
	assert_int_equal(same.never, ret.never);
	cfg.loses_rsts = false;
	cfg.loses_acks = true;
	ret = run(&cfg);
	assert_loss(&ret, 1 / 3.0);
	assert_int_equal(ret.never, ret.rejected);
	assert_int_equal(ret.rejected_syns, 11 * ret.rejected);
}

/*
 * By sequence number alone, the timer runs on: the first SYN after its end gets through. The clock of SYNs, D-172, has one at 35.5
 * and one at 68.5 s, 998 ms earlier if an ACK came. If a tuple is seldom used again, the time left is anything from 0 to 60 s.
 */
static void late_but_not_lost(void **state)
{
	struct tw_sim_cfg cfg = busy;
	struct tw_sim_result ret;

	(void)state;
	cfg.rfc1337 = true;
	cfg.clock = TW_SIM_CLOCK_NONE;
	cfg.rate = 1 / 600.0;
	cfg.duration_s = 6e6;
	ret = run(&cfg);
	assert_loss(&ret, (1 - exp(-0.1)) / 2);
	assert_int_equal(ret.never, 0);
	assert_true(fabs(ret.delay_ms[0] - 34502) < 0.01); /* 18.4 s < 30 s < 34.5 s */
	assert_true(fabs(ret.delay_ms[1] - 67502) < 0.01);
	assert_true(fabs(ret.delay_ms[5] - 67502) < 0.01);
	cfg.rfc1337 = false;
	cfg.loses_acks = true;
	ret = run(&cfg);
	assert_int_equal(ret.never, 0);
	assert_true(fabs(ret.delay_ms[0] - 35500) < 0.01);
	assert_true(fabs(ret.delay_ms[5] - 68500) < 0.01);
	/* From 0 to 20 s: half by 10 s, nine of ten by 18 s. */
	cfg.tw_s = 20;
	ret = run(&cfg);
	assert_true(fabs(ret.delay_ms[0] - 11000) < 0.01);
	assert_true(fabs(ret.delay_ms[1] - 19400) < 0.01);
	cfg.tw_s = 60;
	/* Always used again at once, it has 60 s left. */
	cfg.rate = 10;
	cfg.duration_s = 100000;
	ret = run(&cfg);
	assert_int_equal(ret.never, 0);
	assert_delay(&ret, 68500);
}

/* Mechanism A: the younger host starves as long as the older one is busy; 60 s after that it gets through. */
static void starving(void **state)
{
	struct tw_sim_cfg cfg = busy;
	struct tw_sim_result ret;

	(void)state;
	cfg.recycle = true;
	cfg.clock = TW_SIM_CLOCK_UPTIME;
	cfg.uptime_spread_s = 1e6;
	cfg.in_turn = true;
	cfg.ports = 1000;
	cfg.rate = 1;
	ret = run(&cfg);
	assert_in_range(ret.rejected, ret.connections / 2 - 1, ret.connections / 2);
	/* Only a SYN at 68.5 s can be one, so of the last 8.5 s, which are four or so. */
	assert_in_range(ret.rejected - ret.never, 1, 12);
	assert_delay(&ret, 68500);
	assert_in_range(ret.rejected_syns, 11 * ret.never, 11 * ret.rejected - 1);
	/* Seldom, it is lost if the older one's last connection is less than 60 s old; every second one is the older one's. */
	cfg.rate = 0.001;
	cfg.duration_s = 1e8;
	ret = run(&cfg);
	assert_loss(&ret, (1 - exp(-0.06)) / 2);
	/* Behind addresses of their own both are safe, and so are they without timestamps. */
	cfg.rate = 1;
	cfg.duration_s = 10000;
	cfg.public_addresses = 2;
	ret = run(&cfg);
	assert_int_equal(ret.rejected, 0);
	cfg.public_addresses = 1;
	cfg.clock = TW_SIM_CLOCK_NONE;
	cfg.recycle_rule = TW_RECYCLE_H12;
	cfg.hold_s = 60;
	ret = run(&cfg);
	assert_int_equal(ret.rejected, 0);
}

/* Recycling shortens TIME_WAIT to 0.7 s: with one clock per machine and one host nothing is in it any more after that. */
static void recycled(void **state)
{
	struct tw_sim_cfg cfg = busy;
	struct tw_sim_result ret;

	(void)state;
	cfg.recycle = true;
	cfg.hosts = 1;
	cfg.clock = TW_SIM_CLOCK_PER_HOST;
	cfg.rate = 1;
	ret = run(&cfg);
	assert_share(ret.reused, ret.connections - ret.no_port, 1 - exp(-0.7));
	cfg.clock = TW_SIM_CLOCK_NONE; /* H-03: only hosts that could be remembered */
	ret = run(&cfg);
	assert_int_equal(ret.reused, ret.connections - ret.no_port - 1);
}

static void by_seed(void **state)
{
	struct tw_sim_cfg cfg = busy;
	struct tw_sim_result a, b, c;

	(void)state;
	cfg.ports = 50;
	cfg.hold_s = 3;
	cfg.lifetime_s = 1;
	cfg.rfc1337 = true;
	a = run(&cfg);
	b = run(&cfg);
	assert_memory_equal(&a, &b, sizeof(a));
	cfg.seed = 2;
	c = run(&cfg);
	assert_true(a.rejected != c.rejected && a.connections != c.connections);
}

/* What begins before is played but not counted. */
static void warming_up(void **state)
{
	struct tw_sim_cfg cfg = busy;
	struct tw_sim_result all = run(&cfg), ret;

	(void)state;
	cfg.warmup_s = 9000;
	ret = run(&cfg);
	assert_share(ret.connections, all.connections, 0.1);
	assert_int_equal(ret.reused, ret.connections - ret.no_port);
	assert_int_equal(ret.events, all.events);
	cfg.rfc1337 = true;
	ret = run(&cfg);
	assert_int_equal(ret.never, ret.rejected);
	assert_int_equal(ret.rejected_syns, 11 * ret.rejected);
	cfg.warmup_s = 20000;
	ret = run(&cfg);
	assert_int_equal(ret.connections, 0);
	assert_true(ret.loss.low == 0 && ret.loss.high == 1 && isnan(ret.delay_ms[0]));
}

/* A carrier. With 16 addresses and the clients' own ports, 5000 connections a second use a tuple again after 45 s. */
static void a_million_hosts(void **state)
{
	struct tw_sim_cfg cfg = busy;
	double again = 1 - exp(-60 * 5000 / (16 * 14116.0));
	struct tw_sim_result ret;

	(void)state;
	cfg.keeps_port = true;
	cfg.hosts = 1000000;
	cfg.public_addresses = 16;
	cfg.ports = 64512;
	cfg.rate = 5000;
	cfg.warmup_s = 60;
	cfg.duration_s = 80;
	ret = run(&cfg);
	assert_share(ret.reused, ret.connections, again);
	assert_loss(&ret, again / 2);
	cfg.clock = TW_SIM_CLOCK_PER_HOST;
	ret = run(&cfg);
	assert_loss(&ret, again / 2);
	cfg.hold_s = 60;
	ret = run(&cfg);
	assert_int_equal(ret.rejected, 0);
}

static void refusals(void **state)
{
	static const struct {
		size_t at; /* a member */
		double value;
		const char *names;
	} numbers[] = {
		{ offsetof(struct tw_sim_cfg, rate), 0, "rate" },
		{ offsetof(struct tw_sim_cfg, rate), -1, "rate" },
		{ offsetof(struct tw_sim_cfg, rate), NAN, "rate" },
		{ offsetof(struct tw_sim_cfg, rate), INFINITY, "rate" },
		{ offsetof(struct tw_sim_cfg, rate), 1e9, "rate and duration" },
		{ offsetof(struct tw_sim_cfg, duration_s), -1, "duration" },
		{ offsetof(struct tw_sim_cfg, duration_s), INFINITY, "duration" },
		{ offsetof(struct tw_sim_cfg, lifetime_s), -1, "lifetime" },
		{ offsetof(struct tw_sim_cfg, hold_s), NAN, "hold" },
		{ offsetof(struct tw_sim_cfg, tw_s), -1, "TIME_WAIT" },
		{ offsetof(struct tw_sim_cfg, retry_ms), -1, "retry" },
		{ offsetof(struct tw_sim_cfg, warmup_s), -1, "warm-up" },
		{ offsetof(struct tw_sim_cfg, uptime_spread_s), 1e300, "uptimes" },
	};
	static const struct {
		uint32_t hosts, addresses, ports;
		const char *names; /* NULL: all right */
	} sizes[] = {
		{ 0, 1, 1, "hosts" },
		{ (1 << 24) + 1, 1, 1, "hosts" },
		{ 1 << 24, 1, 1, NULL },
		{ 1, 0, 1, "public addresses" },
		{ 1, 1, 0, "ports" },
		{ 1, 1, 64513, "ports" },
		{ 1, 1, 64512, NULL },
		{ 1, 521, 64512, "public addresses" },
		{ 1, UINT32_MAX, 64512, "public addresses" },
	};
	struct tw_sim_result ret;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct tw_sim_cfg cfg = busy;
		struct tw_err err = { "" };

		memcpy((char *)&cfg + numbers[i].at, &numbers[i].value, sizeof(double));
		assert_int_equal(tw_simulate(&cfg, &ret, &err), -EINVAL);
		assert_non_null(strstr(err.text, numbers[i].names));
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct tw_sim_cfg cfg = busy;
		struct tw_err err = { "" };

		cfg.hosts = sizes[i].hosts;
		cfg.public_addresses = sizes[i].addresses;
		cfg.ports = sizes[i].ports;
		cfg.duration_s = 1;
		assert_int_equal(tw_simulate(&cfg, &ret, &err), sizes[i].names ? -EINVAL : 0);
		assert_non_null(strstr(err.text, sizes[i].names ? sizes[i].names : ""));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(per_tuple),
		cmocka_unit_test(rarely),
		cmocka_unit_test(many_ports),
		cmocka_unit_test(remedies_that_are_complete),
		cmocka_unit_test(one_clock),
		cmocka_unit_test(one_clock_each),
		cmocka_unit_test(no_timestamps),
		cmocka_unit_test(lost_for_good),
		cmocka_unit_test(late_but_not_lost),
		cmocka_unit_test(starving),
		cmocka_unit_test(recycled),
		cmocka_unit_test(by_seed),
		cmocka_unit_test(warming_up),
		cmocka_unit_test(a_million_hosts),
		cmocka_unit_test(refusals),
		cmocka_unit_test(another_port_for_the_next_syn),
	};

	return !!cmocka_run_group_tests_name("test_nat_simulate", tests, NULL, NULL);
}
