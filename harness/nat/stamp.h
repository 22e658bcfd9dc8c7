/*
 * What a kernel with tcp_tw_recycle (up to 4.11) remembers of a host, and the one rule by which it drops that host's SYNs. Values
 * only; recycle.h asks it with segments, simulate.h with numbers. Seconds are whole ones, of any clock that does not go back, as
 * the kernel's get_seconds() are.
 */
#ifndef TWPROBE_NAT_STAMP_H
#define TWPROBE_NAT_STAMP_H

#include <stdbool.h>
#include <stdint.h>

enum tw_recycle_rule {
	TW_RECYCLE_H02, /* 2.6.37 to 3.16: only SYNs that have a timestamp are looked at */
	TW_RECYCLE_H12, /* 3.17 to 4.11 and RHEL 7: a SYN without one is dropped as well */
};

enum tw_recycle_says {
	TW_RECYCLE_PASS,
	TW_RECYCLE_DROP_OLD,   /* a SYN whose TSval is more than one tick behind the host's */
	TW_RECYCLE_DROP_NO_TS, /* a SYN without a timestamp from a remembered host (H-12) */
};

enum {
	TW_RECYCLE_TW_MS = 700, /* TIME_WAIT of a remembered host: 3.5 times the least RTO (H-03) */
};

/* Of one host; all zero: nothing is remembered. */
struct tw_recycle_stamp {
	bool known;
	uint32_t ts; /* TS.Recent of a connection, */
	uint32_t s;  /* and the second at which it had been taken over */
};

/*
 * A connection with timestamps is on its way into FIN_WAIT_2 or TIME_WAIT; its TS.Recent is @ts, since @s. A newer TSval replaces
 * the old one; so does any once the old one is more than 60 s old (tcp_remember_stamp(), tcp_tw_remember_stamp()).
 */
void tw_recycle_remember(struct tw_recycle_stamp *stamp, uint32_t now_s, uint32_t ts, uint32_t s);

/*
 * A SYN that no TIME_WAIT let in, with TSval @tsval if @ts (tcp_v4_conn_request(), tcp_peer_is_proven(); H-02, H-12). A stamp of 60 s
 * says nothing any more.
 */
enum tw_recycle_says tw_recycle_rule_of(enum tw_recycle_rule rule,
					const struct tw_recycle_stamp *stamp, uint32_t now_s,
					bool ts, uint32_t tsval);

#endif
