/*
 * How many TCP sockets a network namespace has, by /proc/net/sockstat.
 */
#ifndef TWPROBE_NETNS_SOCKSTAT_H
#define TWPROBE_NETNS_SOCKSTAT_H

#include "twprobe/err.h"

struct tw_sockstat {
	int v4, v6; /* descriptors, owned; v6 is -1 without IPv6 */
};

/* Of the namespace that the caller is in. 0 or negative errno. */
int tw_sockstat_open(struct tw_sockstat *ret, struct tw_err *err);
void tw_sockstat_close(struct tw_sockstat *stat);

/*
 * Full sockets and mini-sockets, of both families; half-open connections go with their listener and are not counted. Up to 4.10
 * mini-sockets are those of the whole machine. Negative errno.
 */
int tw_sockstat_read(const struct tw_sockstat *stat, struct tw_err *err);

#endif
