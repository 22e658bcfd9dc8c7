/*
 * What was measured of mechanism A, the per-host PAWS of tcp_tw_recycle: every SYN that came to the server's door, and what became
 * of the victim's attempts. Plain data without pointers, see result.h.
 */
#ifndef TWPROBE_NAT_RECYCLE_RESULT_H
#define TWPROBE_NAT_RECYCLE_RESULT_H

#include "nat/recycle.h"
#include "nat/result.h"

enum {
	TW_NAT_DOORS_MAX = 2048,
	TW_NAT_TRIES_MAX = 64,
};

/* A SYN in front of the server. */
struct tw_nat_door {
	uint64_t at;
	bool victim; /* else the busy neighbour's */
	bool ts;
	uint32_t tsval;
	bool remembered; /* something is, of that public address: */
	uint32_t stamp;  /* its TSval */
	uint32_t age_s;
	enum tw_recycle_says says; /* the model, from what was captured in front of the bump */
	bool came_out; /* it was captured behind the bump, or answered by the real server */
};

/* A connect() of the victim. */
struct tw_nat_try {
	double at_s;    /* since the scenario began */
	double quiet_s; /* since the neighbour's last connection was closed */
	unsigned syns, dropped;
	double connect_ms; /* until success; NAN: none until the limit */
	bool connected;
};

enum tw_nat_plot {
	TW_NAT_STARVES, /* raw hosts: the victim was booted later. It gets through when the neighbour has been quiet for 60 s */
	TW_NAT_OVERTAKES, /* its clock lags by seconds only. It gets through when it has passed the neighbour's last timestamp */
	TW_NAT_BARE, /* the victim has no timestamps: let through by the older rule (H-02), starved by the newer (H-12) */
	TW_NAT_RANDOM, /* real clients, with the clocks that their kernel gives them */
	TW_NAT_PLOTS,
};

struct tw_nat_starving {
	bool emulated; /* the rule is twprobe's, in a bump in the wire; else it is the kernel's own tcp_tw_recycle */
	enum tw_recycle_rule rule;
	char says[160]; /* what is played */
	bool real_clients; /* kernel clients with their random clocks; else raw hosts with chosen uptimes */
	unsigned n_doors;
	struct tw_nat_door door[TW_NAT_DOORS_MAX];
	unsigned n_tries;
	struct tw_nat_try attempt[TW_NAT_TRIES_MAX];
	unsigned neighbour_connections, neighbour_lost;
	uint64_t dropped_by_bump, dropped_by_model,
		paws_passive; /* the last: the real kernel's counter */
	/* SYNs that came out though the model drops them, or the other way round */
	uint64_t disagreements;
	bool done;
	enum tw_nat_verdict verdict;
	char why[240];
	double wall_s;
	enum tw_nat_plot plot;
	double quiet_from_s; /* when the neighbour stopped; tries count from the same instant */
	uint64_t pcap_drops;
};

#endif