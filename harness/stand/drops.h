/*
 * Why the kernel dropped a packet, and why it sent a RST: the tracepoints skb:kfree_skb and tcp:tcp_send_reset, read through
 * perf_event_open(). The events are tied to the calling thread: a veth delivers in the sender's context, so what other jobs of the
 * machine drop does not show; and of what an interrupt brings along (net:netif_receive_skb tells) only a lane's packets count.
 * Nothing is left in tracefs, and nothing outlives the process.
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
 * Named reasons since the last call: of RSTs sent (with TW_REASON_OF_RST before them) and of packets dropped. Left out are
 * NOT_SPECIFIED, what the peer's own stack drops, and RSTs for want of a socket. Number, or -EOVERFLOW if events were lost.
 */
int tw_drops_read(struct tw_drops *drops, char ret[TW_REASONS_MAX][48], struct tw_err *err);

/* Calls @fn with "reason:TCP_FLAGS", "reason:RST:TCP_FLAGS" and so on for every reason that this kernel knows. */
void tw_drops_names(const struct tw_drops *drops, void (*fn)(void *arg, const char *name),
		    void *arg);

#endif
