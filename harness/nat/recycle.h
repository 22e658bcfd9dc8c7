/*
 * The per-host PAWS of tcp_tw_recycle as a pure model: what kernels up to 4.11 remembered of each host, and which SYNs they dropped
 * in silence for it (tcp_v4_conn_request(), tcp_remember_stamp(); rule book H-02, H-03, H-12, N-72). It reads segments as they pass
 * in front of the server and needs nothing else, so that a bump in the wire, a capture and a simulation can ask the same code
 * (the rule itself is stamp.h's).
 *
 * What a bystander cannot see, and what is taken for it:
 * - a segment that passed was received by the server, at once and in this order;
 * - the server's program closes, and does not only shut down: FIN_WAIT_2 is an orphan's from the ACK of the server's FIN on, and
 *   lasts for 60 s (tcp_fin_timeout);
 * - seconds begin when those of the caller's clock do: between 59 and 60 s both verdicts may be a real kernel's;
 * - the server's RTO is the least one, 200 ms; half-open connections last for 63 s (tcp_synack_retries = 5); tcp_rfc1337 = 0;
 *   no SYN cookies are sent;
 * - each port of the server has a listener, and all addresses of the server are one (from 3.14 on, hosts are remembered per address
 *   of the server);
 * - the kernel has room for every host and never forgets one; there are always TIME_WAIT buckets;
 * - connections that the server opens, or whose handshake was not seen, teach nothing.
 *
 * Owner: the caller; tw_recycle_new() allocates for a fixed number of hosts and connections.
 */
#ifndef TWPROBE_NAT_RECYCLE_H
#define TWPROBE_NAT_RECYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "nat/stamp.h"
#include "twprobe/seg.h"

struct tw_recycle;

/* NULL: there is no memory. */
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
