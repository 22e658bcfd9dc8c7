/*
 * What TCP remembers of its peers (RTT, and up to 4.11 the last TSval): `ip tcp_metrics`.
 */
#ifndef TWPROBE_NETNS_METRICS_H
#define TWPROBE_NETNS_METRICS_H

#include "twprobe/err.h"

/*
 * Forgets all peers of the namespace that the caller is in. 0; -ENOENT: this kernel has no such
 * thing (before 3.8); other negative errno.
 */
int tw_metrics_flush(struct tw_err *err);

#endif
