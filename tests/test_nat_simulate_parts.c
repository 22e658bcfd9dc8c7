/*
 * The parts of the simulation that have rules of their own: the NAT's choice of a port, and the queue.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nat/simulate_impl.h"

static struct sim nat(struct tw_sim_cfg *cfg, uint32_t addresses, uint32_t ports)
{
	struct sim sim = { .cfg = cfg, .random = 1 };

	*cfg = (struct tw_sim_cfg){
		.hosts = 100, .public_addresses = addresses, .ports = ports, .hold_s = 30
	};
	sim.tuple = calloc((size_t)addresses * ports, sizeof(*sim.tuple));
	assert_non_null(sim.tuple);
	return sim;
}

/* A small range is searched as a whole: each port is given once, and again when the hold is over. */
static void small_ranges(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 7, 100, 128 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct tw_sim_cfg cfg;
		struct sim sim = nat(&cfg, 2, sizes[i]);

		for (uint32_t n = 0; n < sizes[i]; n++) {
			uint32_t tuple = sim_nat_take(&sim, 7, 1);

			/* Of the second address, which is host 7's. */
			assert_in_range(tuple, sizes[i], 2 * sizes[i] - 1);
		}
		assert_int_equal(sim_nat_take(&sim, 7, 1e9), SIM_NONE);
		assert_in_range(sim_nat_take(&sim, 8, 1), 0, sizes[i] - 1);
		sim_nat_release(&sim, 2 * sizes[i] - 1, 100);
		assert_int_equal(sim_nat_take(&sim, 7, 129.999), SIM_NONE);
		assert_int_equal(sim_nat_take(&sim, 7, 130), 2 * sizes[i] - 1);
		assert_int_equal(sim_nat_take(&sim, 7, 1e9), SIM_NONE);
		free(sim.tuple);
	}
}

/* From a random port on, the next that is free: behind a run of four taken ones it is found five times as often as any other. */
static void next_free(void **state)
{
	unsigned got[10] = { 0 };
	struct tw_sim_cfg cfg;
	struct sim sim = nat(&cfg, 1, 10);

	(void)state;
	for (int i = 3; i < 7; i++)
		sim.tuple[i].held_until = 1e9;
	for (int i = 0; i < 10000; i++) {
		uint32_t tuple = sim_nat_take(&sim, 1, i);

		got[tuple]++;
		sim.tuple[tuple].held_until = 0;
	}
	for (int i = 0; i < 10; i++) {
		unsigned wanted = i == 7 ? 5000 : i < 3 || i > 7 ? 1000 : 0;

		assert_in_range(got[i], wanted - (wanted ? 200 : 0), wanted + (wanted ? 200 : 0));
	}
	free(sim.tuple);
}

/* A range that has the clients' own ports keeps them: the even ones of 32768 to 60999. */
static void own_ports(void **state)
{
	struct tw_sim_cfg cfg;
	struct sim sim = nat(&cfg, 1, 64512);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		uint32_t port = 1024 + sim_nat_take(&sim, 1, 0);

		assert_in_range(port, 32768, 60999);
		assert_int_equal(port % 2, 0);
		sim.tuple[port - 1024].held_until = 0;
	}
	/* Those that are taken are looked for from anywhere on. */
	for (int i = 0; i < 64512; i++)
		sim.tuple[i].held_until = i >= 32768 - 1024 ? INFINITY : 0;
	assert_in_range(sim_nat_take(&sim, 1, 0), 0, 32768 - 1024 - 1);
	free(sim.tuple);
}

/* A large range that is nearly full is given up after 128 + 64 + 32 + 16 + 8 attempts, though one port is free. */
static void large_ranges(void **state)
{
	struct tw_sim_cfg cfg;
	struct sim sim = nat(&cfg, 1, 20000);
	unsigned found = 0;

	(void)state;
	for (int i = 0; i < 20000; i++)
		sim.tuple[i].held_until = i == 4711 ? 0 : INFINITY;
	for (int i = 0; i < 20000; i++) {
		uint32_t tuple = sim_nat_take(&sim, 1, 0);

		if (tuple == SIM_NONE)
			continue;
		assert_int_equal(tuple, 4711);
		sim.tuple[tuple].held_until = 0;
		found++;
	}
	/* 248 attempts in 20000 ports, 20000 times; 16 is the root of 248 */
	assert_in_range(found, 248 - 4 * 16, 248 + 4 * 16);
	free(sim.tuple);
}

/* A connection of a SYN and a FIN leaves RCV.NXT two above its ISN, and its clock's last value. */
static void time_wait(void **state)
{
	struct tw_sim_cfg cfg;
	struct sim sim = nat(&cfg, 1, 1);
	struct sim_conn old = { .isn = UINT32_MAX - 1, .tsval = 1000 }, new = { 0 };

	(void)state;
	cfg.tw_s = 60;
	cfg.clock = TW_SIM_CLOCK_NONE;
	sim_server_closes(&sim, &old, 5);
	assert_true(sim_in_time_wait(&sim, 0, 64.9));
	assert_false(sim_in_time_wait(&sim, 0, 65));
	new.isn = 0;
	assert_int_equal(sim_server_gets_syn(&sim, &new, 10), SIM_ACK);
	new.isn = 1;
	assert_int_equal(sim_server_gets_syn(&sim, &new, 10), SIM_SYN_ACK);
	cfg.clock = TW_SIM_CLOCK_PER_HOST;
	new.tsval = 995; /* T is 6000, and five seconds have passed since */
	assert_int_equal(sim_server_gets_syn(&sim, &new, 5.004), SIM_ACK);
	assert_true(sim_in_time_wait(&sim, 0, 65.003));
	new.isn = 0;
	assert_int_equal(sim_server_gets_syn(&sim, &new, 5.005), SIM_ACK);
	assert_int_equal(sim_server_gets_syn(&sim, &new, 5.006), SIM_SYN_ACK);
	free(sim.tuple);
}

static void queue_order(void **state)
{
	struct sim_queue queue = { 0 };
	uint64_t random = 7;
	double last = -1;
	size_t put = 0, taken = 0;

	(void)state;
	while (taken < 20000) {
		struct sim_event event;

		if (put < 20000 && (!queue.n || tw_random_next(&random) % 3)) {
			double at = fmax(last, 0) + sim_unit(tw_random_next(&random));

			assert_true(sim_queue_put(&queue, at, (uint32_t)(at * 1e6)));
			put++;
			continue;
		}
		event = sim_queue_take(&queue);
		assert_true(event.at >= last);
		assert_int_equal(event.conn, (uint32_t)(event.at * 1e6));
		last = event.at;
		taken++;
	}
	assert_int_equal(queue.n, 0);
	free(queue.event);
}

/* Erlang's loss formula: ten ports that are offered as much as ten can bear, B = a B' / (n + a B'). */
static void erlang(void **state)
{
	struct tw_sim_cfg cfg = {
		.hosts = 1000,
		.public_addresses = 1,
		.ports = 10,
		.rate = 5,
		.warmup_s = 100,
		.duration_s = 100000,
		.lifetime_s = 0.5,
		.hold_s = 1.5,
		.clock = TW_SIM_CLOCK_NONE,
		.seed = 3,
	};
	double load = cfg.rate * (cfg.lifetime_s + cfg.hold_s), blocked = 1;
	struct tw_sim_result ret;

	(void)state;
	for (unsigned n = 1; n <= cfg.ports; n++)
		blocked = load * blocked / (n + load * blocked);
	assert_int_equal(tw_simulate(&cfg, &ret, NULL), 0);
	assert_true(fabs((double)ret.no_port / (double)ret.connections - blocked) < 0.004);
	assert_int_equal(ret.rejected, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_ranges), cmocka_unit_test(next_free),
		cmocka_unit_test(own_ports),    cmocka_unit_test(large_ranges),
		cmocka_unit_test(time_wait),    cmocka_unit_test(queue_order),
		cmocka_unit_test(erlang),
	};

	return !!cmocka_run_group_tests_name("test_nat_simulate_parts", tests, NULL, NULL);
}
