/*
 * A bump in the wire between NAT and server: a process that forwards the frames of two veth ends with sniffer and injector, and
 * drops the SYNs that a kernel with tcp_tw_recycle would have dropped (nat/recycle.h). An emulation: no kernel after 4.11 does this.
 * It needs no privilege but the namespace's, and no nftables queue.
 */
#ifndef TWPROBE_NATLAB_BUMP_H
#define TWPROBE_NATLAB_BUMP_H

#include <stdint.h>

#include "nat/recycle.h"
#include "netns/topo_nat.h"
#include "twprobe/err.h"

struct tw_bump;

/*
 * Starts it; when this returns it forwards. The topology (with a bump) must outlive it. It dies with its parent. 0 or negative
 * errno.
 */
int tw_bump_start(const struct tw_topo_nat *topo, enum tw_recycle_rule rule, struct tw_bump **ret,
		  struct tw_err *err);

/*
 * Stops it. *@ret_dropped: SYNs that it dropped. -EIO: it died before, lost frames, met frames that it could not forward whole, or its
 * model overflowed; the error tells. Owned by the caller until then, gone afterwards.
 */
int tw_bump_stop(struct tw_bump *bump, uint64_t *ret_dropped, struct tw_err *err);

#endif
