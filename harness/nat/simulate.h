/*
 * A NAT and a server in numbers instead of packets: the same rules (rules.h, stamp.h) at the size of a carrier. Pure; time is
 * simulated, and takes none between client, NAT and server.
 *
 * Hosts behind one or more public addresses (each host always behind the same) open connections to one port of one server at random
 * instants (Poisson). The NAT gives each a public port, as Linux does (nf_nat_l4proto_unique_tuple()): the client's own if it is
 * among the NAT's and free, else the next free one from a random one on; it holds it for as long as the connection lives or is tried,
 * and hold_s after that. A connection for which it has none is counted and forgotten. The server closes first and keeps TIME_WAIT for
 * tw_s. A SYN on a tuple in TIME_WAIT is judged by the rule; a rejected one restarts the timer if PAWS rejected it. The server's
 * ACK makes the client send a RST, which ends TIME_WAIT, and the next SYN after retry_ms, for which the NAT takes a port as if it
 * were another connection's (Linux forgets a connection that was reset when its next SYN comes; keeps_port: it does not); if one of the two is lost, or nobody answers,
 * SYNs go by the clock (D-172) until the client gives up, after eleven. Each connection has random sequence numbers, so R and ISN have
 * nothing to do with each other. A host's next connection has another source port.
 */
#ifndef TWPROBE_NAT_SIMULATE_H
#define TWPROBE_NAT_SIMULATE_H

#include <stdbool.h>
#include <stdint.h>

#include "nat/result.h"
#include "nat/stamp.h"
#include "twprobe/err.h"

/* TSval counts milliseconds from: */
enum tw_sim_clock {
	TW_SIM_CLOCK_UPTIME, /* the host's boot; different hosts were booted at different times (kernels before 4.10, tcp_timestamps=2) */
	TW_SIM_CLOCK_PER_HOST,  /* a random offset per host and server (4.11 to 6.18.16) */
	TW_SIM_CLOCK_PER_TUPLE, /* one per 4-tuple inside the NAT (7.0 and its stables) */
	TW_SIM_CLOCK_NONE,      /* no timestamps: the ISN decides */
};

struct tw_sim_cfg {
	uint32_t hosts; /* 1 to 2^24 */
	uint32_t public_addresses;
	/* 1 to 64512 per public address, towards the server's port: 1024 and upwards */
	uint32_t ports;
	double rate;     /* connections a second, all hosts together */
	bool in_turn;    /* the hosts take turns; else it is whoever comes */
	double warmup_s; /* what begins earlier is played, but not counted */
	double duration_s; /* of simulated time: nothing begins later; what has begun is played to its end */
	double lifetime_s;   /* of a connection */
	double hold_s, tw_s; /* the NAT's, the server's (60; 0 if the client closes first) */
	double retry_ms;     /* 2 jiffies of the client, or 1000 for clients before 5.6 */
	enum tw_sim_clock clock;
	double uptime_spread_s; /* UPTIME: hosts were booted within so many seconds; 0: all at once */
	bool rfc1337;           /* the client's RST does not free the tuple */
	bool loses_acks, loses_rsts; /* between NAT and server */
	bool keeps_port;             /* for a client's next SYN after its RST */
	bool recycle;                /* mechanism A in front of the server, by the pure rule */
	enum tw_recycle_rule recycle_rule;
	uint64_t seed;
};

enum {
	TW_SIM_PERCENTILES = 6,
};

/* Of the delay that rejection added. */
extern const double tw_sim_percentile[TW_SIM_PERCENTILES]; /* 50, 90, 95, 99, 99.9, 100 */

struct tw_sim_result {
	uint64_t connections; /* that were counted, whatever their end */
	uint64_t no_port;     /* the NAT had none */
	uint64_t reused;      /* that got a tuple in TIME_WAIT */
	uint64_t rejected;    /* whose first SYN was rejected (mechanism A: dropped) */
	uint64_t never;       /* that never got through */
	uint64_t rejected_syns;
	struct tw_nat_rate loss; /* rejected of (connections - no_port) */
	/* over the rejected ones that got through; NAN where there are none */
	double delay_ms[TW_SIM_PERCENTILES];
	double simulated_s;
	uint64_t events; /* connections begun, closed, tried again, given up: what it took */
};

/* 0; -EINVAL: the configuration makes no sense (the error names what); -ENOMEM. */
int tw_simulate(const struct tw_sim_cfg *cfg, struct tw_sim_result *ret, struct tw_err *err);

#endif
