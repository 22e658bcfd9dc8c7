/* The clients' clocks, and their patience. */
#include "nat/simulate_impl.h"

/* SYNs without an answer, in seconds, and ETIMEDOUT: measured (D-172; net.ipv4.tcp_syn_linear_timeouts = 4). */
static const double syn_s[] = { 0, 1, 2, 3, 4, 5, 7, 11, 19.4, 35.5, 68.5 };
static const double timed_out_s = 134.6;

enum {
	SYNS = sizeof(syn_s) / sizeof(syn_s[0]),
};

uint32_t sim_clock_of(struct sim *sim, uint32_t host)
{
	/* A host's own random number needs no memory: it is made anew each time. */
	uint64_t own = sim->cfg->seed ^ (UINT64_C(1) << 32 | host) * UINT64_C(0xd1342543de82ef95);

	switch (sim->cfg->clock) {
	case TW_SIM_CLOCK_UPTIME:
		return (uint32_t)(uint64_t)(sim_unit(tw_random_next(&own)) *
					    sim->cfg->uptime_spread_s * 1000);
	case TW_SIM_CLOCK_PER_HOST:
		return (uint32_t)tw_random_next(&own);
	case TW_SIM_CLOCK_PER_TUPLE:
		return (uint32_t)tw_random_next(&sim->random);
	default:
		return 0;
	}
}

uint32_t sim_tsval(const struct sim_conn *conn, double now)
{
	return conn->tsval + (uint32_t)(uint64_t)(now * 1000);
}

double sim_client_waits(struct sim *sim, struct sim_conn *conn, double now, bool acked)
{
	bool last = conn->syns == SYNS;
	double at = conn->begun + (last ? timed_out_s : syn_s[conn->syns]) - conn->hurry;
	double soon = now + sim->cfg->retry_ms / 1000;

	conn->gives_up = last;
	/* Only a connection's first ACK makes haste, and what comes later is as much earlier. */
	if (acked && !conn->hurried) {
		conn->hurried = true;
		if (soon < at) {
			conn->hurry += at - soon;
			at = soon;
		}
	}
	return at;
}
