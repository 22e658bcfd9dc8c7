/*
 * Loads: many clients at random instants, in packets and in the simulation of the same numbers. Plain data, and the pure part of the
 * measuring.
 */
#ifndef TWPROBE_NAT_LOAD_H
#define TWPROBE_NAT_LOAD_H

#include <stdint.h>

#include "nat/doors.h"
#include "nat/result.h"
#include "twprobe/err.h"

enum {
	TW_NAT_LOADS = 3,
	TW_NAT_LOAD_HOLD_S = 1, /* of the NAT */
};

struct tw_nat_load_setting {
	const char *id, *says;
	unsigned hosts, ports;
	unsigned per_s, seconds; /* connections a second on average, and for how long */
	uint8_t timestamps;      /* net.ipv4.tcp_timestamps of the clients */
};

extern const struct tw_nat_load_setting tw_nat_loads[TW_NAT_LOADS];

struct tw_nat_load {
	unsigned setting; /* index into tw_nat_loads */
	unsigned planned; /* connections that were begun; */
	unsigned no_port; /* of them, those that the NAT did not let out at once */
	struct tw_nat_rate measured, simulated; /* connections whose first SYN was rejected */
	bool close; /* within each other's 95 % interval, as 19 of 20 are */
	uint64_t pcap_drops;
	bool done;
	enum tw_nat_verdict verdict;
	char why[240];
	double wall_s;
};

/*
 * Counts in what was captured at the server: a SYN with a new sequence number is a connection's first (the next may come from another
 * port: connection tracking begins anew after a RST); it was rejected if the server's next segment to that port is no SYN-ACK. Sorts
 * the frames. Returns how many first SYNs there are; 0 also if there is no memory.
 */
unsigned tw_nat_load_count(struct tw_nat_frames *frames, unsigned *ret_rejected);

/*
 * Simulates the same, many times, with @clock as it was measured on this kernel (@hz: its ticks a second). 0 or negative errno.
 */
int tw_nat_load_simulate(const struct tw_nat_load_setting *set, enum tw_nat_clock_kind clock,
			 unsigned hz, uint64_t seed, struct tw_nat_rate *ret, struct tw_err *err);

/*
 * Fills in verdict and why. ERROR as everywhere. FAIL: measured and simulated are four standard errors apart, which chance brings about
 * once in 16,000 runs.
 */
void tw_nat_load_judge(struct tw_nat_load *load);

#endif
