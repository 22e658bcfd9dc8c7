/*
 * IPsec policies of the network namespace that the caller is in (use tw_ns_in()).
 */
#ifndef TWPROBE_NETNS_IPSEC_H
#define TWPROBE_NETNS_IPSEC_H

#include "twprobe/err.h"
#include "twprobe/seg.h"

/* Nothing of TCP comes in any more from that port of that peer. 0; -EOPNOTSUPP: the kernel has no IPsec. */
int tw_ipsec_refuse(const struct tw_flow *flow, struct tw_err *err);

/* Takes all policies away. 0 or negative errno. */
int tw_ipsec_clear(struct tw_err *err);

#endif
