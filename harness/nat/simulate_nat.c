/*
 * Which public port a new connection gets: nf_nat_l4proto_unique_tuple(). Linux does not search a large range to its end: from a
 * random port on it tries 128, then 64 from another, and so on down to 8.
 */
#include "nat/simulate_impl.h"

#include <math.h>

enum {
	FIRST_PORT = 1024, /* of the NAT's */
	/* of the clients: net.ipv4.ip_local_port_range; connect() takes the even ones first (H-15) */
	FIRST_EPHEMERAL = 32768,
	EPHEMERALS = 28232,
	FIRST_ATTEMPTS = 128,
	LAST_ATTEMPTS = 8,
};

static bool take(struct sim *sim, uint32_t tuple, double now)
{
	if (sim->tuple[tuple].held_until > now)
		return false;
	sim->tuple[tuple].held_until = INFINITY;
	return true;
}

uint32_t sim_nat_take(struct sim *sim, uint32_t host, double now)
{
	uint32_t ports = sim->cfg->ports, first = host % sim->cfg->public_addresses * ports;
	uint32_t own = FIRST_EPHEMERAL - FIRST_PORT + 2 * sim_choose(sim, EPHEMERALS / 2);
	uint32_t attempts = ports < FIRST_ATTEMPTS ? ports : FIRST_ATTEMPTS;

	if (own < ports && take(sim, first + own, now))
		return first + own;
	for (; attempts; attempts /= 2) {
		uint32_t start = sim_choose(sim, ports);

		for (uint32_t i = 0; i < attempts; i++)
			if (take(sim, first + (start + i) % ports, now))
				return first + (start + i) % ports;
		if (attempts == ports || attempts == LAST_ATTEMPTS)
			break;
	}
	return SIM_NONE;
}

void sim_nat_release(struct sim *sim, uint32_t tuple, double now)
{
	sim->tuple[tuple].held_until = now + sim->cfg->hold_s;
}
