/*
 * The per-host PAWS of tcp_tw_recycle as a pure model: what kernels up to 4.11 remembered of each host, and which SYNs they dropped
 * in silence for it (tcp_v4_conn_request(), tcp_remember_stamp(); rule book H-02, H-03, H-12, N-72). It reads segments as they pass
 * in front of the server and needs nothing else, so that a bump in the wire, a capture and a simulation can ask the same code.
 *
 * Owner: the caller; tw_recycle_new() allocates for a fixed number of hosts and connections.
 */
#ifndef TWPROBE_NAT_RECYCLE_H
#define TWPROBE_NAT_RECYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "twprobe/seg.h"

enum tw_recycle_rule {
	TW_RECYCLE_H02, /* 2.6.37 to 3.16: only SYNs that have a timestamp are looked at */
	TW_RECYCLE_H12, /* 3.17 to 4.11 and RHEL 7: a SYN without one is dropped as well */
};

enum tw_recycle_says {
	TW_RECYCLE_PASS,
	TW_RECYCLE_DROP_OLD,   /* a SYN whose TSval is more than one tick behind the host's */
	TW_RECYCLE_DROP_NO_TS, /* a SYN without a timestamp from a remembered host (H-12) */
};

struct tw_recycle;

struct tw_recycle *tw_recycle_new(enum tw_recycle_rule rule, unsigned hosts, unsigned conns);
void tw_recycle_free(struct tw_recycle *recycle);

/*
 * A segment at time @at_ns (of one clock that does not go back) between @flow's peer and the server (@flow->dut). @from_server: its
 * direction. The verdict is about segments to the server; those from it always pass. What a host is remembered by is learnt only
 * from what the old kernel would have learnt it from: a connection with timestamps of which the server is the first to close, at
 * its way into FIN_WAIT_2 or TIME_WAIT.
 */
enum tw_recycle_says tw_recycle_segment(struct tw_recycle *recycle, uint64_t at_ns,
					const struct tw_flow *flow, bool from_server,
					const struct tw_seg *seg);

/* What is remembered of a host: false if nothing. *@ret_ts: its last TSval; *@ret_age_s: whole seconds since, as the kernel counts. */
bool tw_recycle_host(const struct tw_recycle *recycle, enum tw_family family,
		     const struct tw_addr *host, uint64_t at_ns, uint32_t *ret_ts,
		     uint32_t *ret_age_s);

/* Hosts or connections that found no room: the model is void then. */
unsigned tw_recycle_overflows(const struct tw_recycle *recycle);

#endif
