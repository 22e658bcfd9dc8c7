#include "nat/simulate_impl.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "nat/stats.h"

const double tw_sim_percentile[TW_SIM_PERCENTILES] = { 50, 90, 95, 99, 99.9, 100 };

/* The array with more room; NULL: no memory, and the array is as it was. */
static void *grown(void *array, size_t *room, size_t size)
{
	size_t wanted = *room ? 2 * *room : 1024;
	void *ret = realloc(array, wanted * size);

	if (ret)
		*room = wanted;
	return ret;
}

/* These functions, and all that call them, return false if there is no memory. */
static bool more_conns(struct sim *sim)
{
	size_t room = sim->conns_room, same_room = room;
	struct sim_conn *conn = grown(sim->conn, &room, sizeof(*conn));
	uint32_t *free_conn;

	if (!conn)
		return false;
	sim->conn = conn;
	free_conn = grown(sim->free_conn, &same_room, sizeof(*free_conn));
	if (!free_conn)
		return false;
	sim->free_conn = free_conn;
	sim->conns_room = room;
	return true;
}

/* NULL: no memory. */
static struct sim_conn *new_conn(struct sim *sim)
{
	if (sim->n_free)
		return &sim->conn[sim->free_conn[--sim->n_free]];
	if (sim->conns == sim->conns_room && !more_conns(sim))
		return NULL;
	return &sim->conn[sim->conns++];
}

static void over(struct sim *sim, const struct sim_conn *conn, double now)
{
	if (conn->tuple != SIM_NONE)
		sim_nat_release(sim, conn->tuple, now);
	sim->free_conn[sim->n_free++] = (uint32_t)(conn - sim->conn);
}

static bool note_delay(struct sim *sim, double ms)
{
	double *delay_ms;

	if (sim->n_delays == sim->delays_room) {
		delay_ms = grown(sim->delay_ms, &sim->delays_room, sizeof(*delay_ms));
		if (!delay_ms)
			return false;
		sim->delay_ms = delay_ms;
	}
	sim->delay_ms[sim->n_delays++] = ms;
	return true;
}

static bool connected(struct sim *sim, struct sim_conn *conn, double now)
{
	uint32_t index = (uint32_t)(conn - sim->conn);

	if (conn->counted && conn->rejected && !note_delay(sim, (now - conn->begun) * 1000))
		return false;
	conn->closes_at = now + sim->cfg->lifetime_s;
	conn->next = SIM_NONE;
	*(sim->first_open == SIM_NONE ? &sim->first_open : &sim->conn[sim->last_open].next) = index;
	sim->last_open = index;
	return true;
}

static bool waits(struct sim *sim, struct sim_conn *conn, double now, bool acked)
{
	return sim_queue_put(&sim->queue, sim_client_waits(sim, conn, now, acked),
			     (uint32_t)(conn - sim->conn));
}

static bool sends_syn(struct sim *sim, struct sim_conn *conn, double now)
{
	const struct tw_sim_cfg *cfg = sim->cfg;
	enum sim_answer answer = sim_server_gets_syn(sim, conn, now);
	bool acked = answer == SIM_ACK && !cfg->loses_acks;

	conn->syns++;
	if (answer == SIM_SYN_ACK)
		return connected(sim, conn, now);
	if (conn->counted) {
		sim->ret->rejected_syns++;
		sim->ret->rejected += conn->syns == 1;
	}
	conn->rejected = true;
	conn->reset = acked;
	if (acked && !cfg->loses_rsts)
		sim_server_gets_rst(sim, conn);
	return waits(sim, conn, now, acked);
}

static bool begins(struct sim *sim, double now)
{
	const struct tw_sim_cfg *cfg = sim->cfg;
	uint32_t host =
		cfg->in_turn ? (uint32_t)(sim->begun % cfg->hosts) : sim_choose(sim, cfg->hosts);
	uint32_t tuple = sim_nat_take(sim, host, now);
	bool counted = now >= cfg->warmup_s;
	struct sim_conn *conn;

	sim->begun++;
	sim->ret->connections += counted;
	if (tuple == SIM_NONE) {
		sim->ret->no_port += counted;
		return true;
	}
	conn = new_conn(sim);
	if (!conn)
		return false;
	*conn = (struct sim_conn){
		.begun = now,
		.host = host,
		.tuple = tuple,
		.tsval = sim_clock_of(sim, host),
		.isn = (uint32_t)tw_random_next(&sim->random),
		.counted = counted,
	};
	sim->ret->reused += counted && sim_in_time_wait(sim, tuple, now);
	return sends_syn(sim, conn, now);
}

static void closes(struct sim *sim)
{
	struct sim_conn *conn = &sim->conn[sim->first_open];

	sim->first_open = conn->next;
	sim_server_closes(sim, conn, conn->closes_at);
	over(sim, conn, conn->closes_at);
}

/* The port that it had is one of those to choose from. False: none was found. */
static bool take_anew(struct sim *sim, struct sim_conn *conn, double now)
{
	if (conn->tuple != SIM_NONE)
		sim->tuple[conn->tuple].held_until = now;
	conn->tuple = sim_nat_take(sim, conn->host, now);
	conn->reset = conn->tuple == SIM_NONE;
	return !conn->reset;
}

static bool goes_on(struct sim *sim)
{
	struct sim_event event = sim_queue_take(&sim->queue);
	struct sim_conn *conn = &sim->conn[event.conn];

	if (conn->gives_up) {
		sim->ret->never += conn->counted;
		over(sim, conn, event.at);
		return true;
	}
	if (!conn->reset || sim->cfg->keeps_port || take_anew(sim, conn, event.at))
		return sends_syn(sim, conn, event.at);
	conn->syns++;
	return waits(sim, conn, event.at, false);
}

static bool play(struct sim *sim)
{
	double begin = 0, again, close, now;

	for (;;) {
		/* log(0) is out of reach: the number is below 1. */
		begin -= log1p(-sim_unit(tw_random_next(&sim->random))) / sim->cfg->rate;
		if (begin >= sim->cfg->duration_s)
			begin = INFINITY;
		do {
			again = sim->queue.n ? sim->queue.event[0].at : INFINITY;
			close = sim->first_open != SIM_NONE ? sim->conn[sim->first_open].closes_at
							    : INFINITY;
			now = fmin(begin, fmin(again, close));
			if (now == INFINITY)
				return true;
			sim->ret->simulated_s = now;
			sim->ret->events++;
			if (now == close)
				closes(sim);
			else if (now == again ? !goes_on(sim) : !begins(sim, now))
				return false;
		} while (now != begin);
	}
}

static void sum_up(struct sim *sim)
{
	struct tw_sim_result *ret = sim->ret;

	ret->loss =
		tw_nat_rate((unsigned)ret->rejected, (unsigned)(ret->connections - ret->no_port));
	for (int i = 0; i < TW_SIM_PERCENTILES; i++)
		ret->delay_ms[i] =
			tw_nat_quantile(sim->delay_ms, sim->n_delays, tw_sim_percentile[i] / 100);
}

int tw_simulate(const struct tw_sim_cfg *cfg, struct tw_sim_result *ret, struct tw_err *err)
{
	struct sim sim = { .cfg = cfg, .random = cfg->seed, .ret = ret, .first_open = SIM_NONE };
	int res = sim_cfg_check(cfg, err);

	if (res)
		return res;
	*ret = (struct tw_sim_result){ 0 };
	sim.tuple = calloc((size_t)cfg->public_addresses * cfg->ports, sizeof(*sim.tuple));
	if (cfg->recycle)
		sim.stamp = calloc(cfg->public_addresses, sizeof(*sim.stamp));
	if (sim.tuple && (sim.stamp || !cfg->recycle) && play(&sim))
		sum_up(&sim);
	else
		res = tw_err_set(err, ENOMEM,
				 "no memory for the simulation of %u public addresses with %u "
				 "ports each; take fewer, or a shorter time",
				 cfg->public_addresses, cfg->ports);
	free(sim.tuple);
	free(sim.stamp);
	free(sim.conn);
	free(sim.free_conn);
	free(sim.queue.event);
	free(sim.delay_ms);
	return res;
}
