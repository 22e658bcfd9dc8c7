/*
 * What the parts of recycle.h share: a connection as somebody sees it who stands in front of the server, and the tables. Every
 * connection and host belongs to its struct tw_recycle.
 */
#ifndef TWPROBE_NAT_RECYCLE_IMPL_H
#define TWPROBE_NAT_RECYCLE_IMPL_H

#include "nat/recycle.h"

/* The server's, as far as it matters. */
enum recycle_state {
	RECYCLE_ASKED, /* a SYN went to the server, nothing came back yet */
	RECYCLE_HALF_OPEN,
	RECYCLE_OPEN,
	RECYCLE_CLOSE_WAIT,
	RECYCLE_LAST_ACK,
	RECYCLE_FIN_WAIT_1,
	RECYCLE_CLOSING,
	RECYCLE_FIN_WAIT_2, /* from here on there are mini-sockets */
	RECYCLE_TIME_WAIT,
};

/* How long a connection is kept: lists in the order of their ends, because all that enter one stay for the same time. */
enum recycle_life {
	RECYCLE_FOREVER,
	RECYCLE_HALF_OPEN_LIFE,
	RECYCLE_SHORT, /* TIME_WAIT of a remembered host */
	RECYCLE_LONG,  /* any other TIME_WAIT, FIN_WAIT_2 */
	RECYCLE_LIVES,
};

struct recycle_conn {
	struct tw_flow flow;
	enum recycle_state state;
	/* the last SYN that went to the server */
	uint32_t syn_seq, syn_tsval;
	bool syn_ts;
	int8_t syn_wscale;
	/* the server's variables */
	bool ts;
	uint32_t ts_recent, ts_recent_s;
	uint32_t rcv_nxt, last_ack_sent, edge; /* edge: right end of its window */
	uint32_t iss, snd_nxt;
	uint8_t wscale;
	bool peer_fin; /* the peer's FIN was seen; */
	uint32_t peer_fin_end;

	struct recycle_conn *chain; /* of the hash table, or of the free ones */
	enum recycle_life life;
	uint64_t ends_at;
	struct recycle_conn *earlier, *later; /* of that life */
};

struct recycle_host {
	enum tw_family family;
	struct tw_addr addr;
	struct tw_recycle_stamp stamp;
	struct recycle_host *chain;
};

struct tw_recycle {
	enum tw_recycle_rule rule;
	unsigned overflows;
	uint64_t at; /* of the segment that is looked at, ns; */
	uint32_t s;  /* its second */
	/* tables of power of two sizes */
	unsigned conn_mask, host_mask, hosts, hosts_max;
	struct recycle_conn *conns, *free, **conn_table;
	struct recycle_host *host_pool, **host_table;
	struct {
		struct recycle_conn *first, *last;
	} lives[RECYCLE_LIVES];
};

/* recycle_table.c */
struct recycle_conn *recycle_conn_find(struct tw_recycle *recycle, const struct tw_flow *flow);
/* NULL: no room, which is counted. */
struct recycle_conn *recycle_conn_add(struct tw_recycle *recycle, const struct tw_flow *flow);
void recycle_conn_remove(struct tw_recycle *recycle, struct recycle_conn *conn);
/* From now on. */
void recycle_conn_lives(struct tw_recycle *recycle, struct recycle_conn *conn,
			enum recycle_life life);
void recycle_conns_retire(struct tw_recycle *recycle);
/* NULL: unknown. */
struct recycle_host *recycle_host_find(const struct tw_recycle *recycle, enum tw_family family,
				       const struct tw_addr *addr);
/* NULL: no room, which is counted. */
struct recycle_host *recycle_host_get(struct tw_recycle *recycle, enum tw_family family,
				      const struct tw_addr *addr);

/* recycle_conn.c: a segment of a connection; SYNs of the peer are not for these. The connection may be gone afterwards. */
void recycle_conn_from_server(struct tw_recycle *recycle, struct recycle_conn *conn,
			      const struct tw_seg *seg);
void recycle_conn_from_peer(struct tw_recycle *recycle, struct recycle_conn *conn,
			    const struct tw_seg *seg);

#endif
