/*
 * Why the kernel dropped a packet: the tracepoint skb:kfree_skb, read through perf_event_open(). The event is tied to the
 * calling thread: a veth delivers in the sender's context, so what other jobs of the machine drop does not show. Nothing
 * is left in tracefs, and nothing outlives the process.
 */
#ifndef TWPROBE_DROPS_H
#define TWPROBE_DROPS_H

#include "twprobe/err.h"
#include "twprobe/evidence.h"

struct tw_drops;

/*
 * NULL where the tracepoint cannot be read, with the reason in @err: no tracefs, no CAP_PERFMON, an older kernel without
 * reasons. The verdicts do without it.
 */
struct tw_drops *tw_drops_open(struct tw_err *err);
void tw_drops_close(struct tw_drops *drops);

/*
 * Named reasons of packets dropped since the last call; NOT_SPECIFIED and what the peer's own stack drops are left out.
 * Number, or -EOVERFLOW if events were lost.
 */
int tw_drops_read(struct tw_drops *drops, char ret[TW_REASONS_MAX][48], struct tw_err *err);

/* Calls @fn with "reason:TCP_FLAGS" and so on for every reason that this kernel knows. */
void tw_drops_names(const struct tw_drops *drops, void (*fn)(void *arg, const char *name),
		    void *arg);

#endif
