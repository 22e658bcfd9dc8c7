/*
 * What the parts of simulate.h share: tuples outside the NAT, connections, and the queue of what will happen. All belongs to the one
 * struct sim of a run. Times are seconds since its beginning.
 */
#ifndef TWPROBE_NAT_SIMULATE_IMPL_H
#define TWPROBE_NAT_SIMULATE_IMPL_H

#include <stddef.h>

#include "base/random.h"
#include "nat/simulate.h"

/* A public address and port. All zero: nobody's, and unknown to the server. */
struct sim_tuple {
	double held_until; /* by the NAT; INFINITY while there is a connection */
	double tw_until;   /* the server's TIME_WAIT, with */
	uint32_t t, r;     /* TS.Recent and RCV.NXT */
};

enum {
	SIM_NONE = UINT32_MAX, /* no index */
};

struct sim_conn {
	double begun;
	double hurry; /* seconds by which SYNs are earlier than the clock would have them */
	uint32_t host, tuple;
	double closes_at;
	uint32_t next;  /* to be closed after it */
	uint32_t tsval; /* at time 0 */
	uint32_t isn;
	uint8_t syns; /* sent */
	bool counted, rejected, hurried, gives_up;
	bool reset; /* the NAT has seen the client's RST */
};

struct sim_event {
	double at;
	uint32_t conn;
};

/* A heap with the earliest event on top: SYNs that are sent again, and the ends of patience. */
struct sim_queue {
	struct sim_event *event;
	size_t n, room;
};

struct sim {
	const struct tw_sim_cfg *cfg;
	uint64_t random;
	struct sim_tuple *tuple;        /* public_addresses x ports */
	struct tw_recycle_stamp *stamp; /* by public address; NULL without mechanism A */
	struct sim_conn *conn;
	uint32_t *free_conn; /* indices, as a stack */
	size_t conns, conns_room, n_free;
	struct sim_queue queue;
	uint32_t first_open,
		last_open; /* all live equally long, so they close in the order in which they opened */
	double *delay_ms;
	size_t n_delays, delays_room;
	uint64_t begun;
	struct tw_sim_result *ret;
};

enum sim_answer {
	SIM_SYN_ACK,
	SIM_ACK,
	SIM_SILENCE,
};

/* simulate_cfg.c: 0, or -EINVAL and why. */
int sim_cfg_check(const struct tw_sim_cfg *cfg, struct tw_err *err);

/* simulate_queue.c: false: no memory. */
bool sim_queue_put(struct sim_queue *queue, double at, uint32_t conn);
/* There is one. */
struct sim_event sim_queue_take(struct sim_queue *queue);

/* simulate_nat.c: a tuple for a host's new connection, which has it then. SIM_NONE: there is none. */
uint32_t sim_nat_take(struct sim *sim, uint32_t host, double now);
void sim_nat_release(struct sim *sim, uint32_t tuple, double now);

/* simulate_server.c */
enum sim_answer sim_server_gets_syn(struct sim *sim, const struct sim_conn *conn, double now);
void sim_server_gets_rst(struct sim *sim, const struct sim_conn *conn);
/* It closes first; the connection is over at once. */
void sim_server_closes(struct sim *sim, const struct sim_conn *conn, double now);
bool sim_in_time_wait(const struct sim *sim, uint32_t tuple, double now);

/* simulate_client.c: the host's clock for a new connection, as its TSval at time 0; the TSval of @conn at time @now. */
uint32_t sim_clock_of(struct sim *sim, uint32_t host);
uint32_t sim_tsval(const struct sim_conn *conn, double now);
/* The next SYN, or the end of its patience: when, and gives_up is set. @acked: the client got an ACK for its SYN. */
double sim_client_waits(struct sim *sim, struct sim_conn *conn, double now, bool acked);

/* At random: 0 to @below - 1; 0 to 1, without 1. */
static inline uint32_t sim_choose(struct sim *sim, uint32_t below)
{
	return (uint32_t)((tw_random_next(&sim->random) >> 32) * below >> 32);
}

static inline double sim_unit(uint64_t random)
{
	return (double)(random >> 11) * 0x1p-53;
}

#endif
