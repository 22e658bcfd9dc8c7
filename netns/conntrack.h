/*
 * Connection tracking of a network namespace, by ctnetlink: `conntrack`.
 */
#ifndef TWPROBE_NETNS_CONNTRACK_H
#define TWPROBE_NETNS_CONNTRACK_H

#include "twprobe/err.h"

/*
 * Forgets all connections of the caller's namespace. 0; -EOPNOTSUPP: this kernel has no ctnetlink (CONFIG_NF_CT_NETLINK); other
 * negative errno.
 */
int tw_conntrack_flush(struct tw_err *err);

#endif
