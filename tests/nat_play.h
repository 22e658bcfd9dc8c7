/*
 * Connections of clients with a server, as tests of the model of tcp_tw_recycle play them: segment by segment, with the right numbers.
 * Include it after cmocka.h.
 */
#ifndef TWPROBE_TESTS_NAT_PLAY_H
#define TWPROBE_TESTS_NAT_PLAY_H

#include "nat/recycle.h"

#define MS UINT64_C(1000000)
#define S  (1000 * MS)

enum {
	SYN = TW_SYN,
	ACK = TW_ACK,
	FIN = TW_FIN,
	RST = TW_RST,
	NO_TS = -1,
};

/* A connection as its ends send it; numbers are the ones that come next. */
struct play {
	struct tw_recycle *recycle;
	uint64_t at;
	struct tw_flow flow;
	uint32_t c, s;
	bool server_ts;
};

static inline struct tw_flow flow_of(uint8_t host, uint16_t port)
{
	return (struct tw_flow){ TW_IPV4, { { 10, 0, 0, 1 } }, { { 192, 0, 2, host } }, 80, port };
}

static inline struct play play(struct tw_recycle *recycle, uint8_t host, uint16_t port)
{
	return (struct play){ recycle, 0, flow_of(host, port), 0xfffffff0u, 0x7ffffff8u, true };
}

static inline enum tw_recycle_says client_at(struct play *p, uint64_t at, int flags, int64_t tsval,
					     uint32_t seq, uint16_t len)
{
	struct tw_seg seg = {
		.flags = (uint8_t)flags,
		.ts = tsval != NO_TS,
		.tsval = (uint32_t)tsval,
		.seq = seq,
		.ack = flags & ACK ? p->s : 0,
		.len = len,
		.win = 1000,
		.wscale = flags & SYN ? 7 : -1,
	};

	p->at = at;
	return tw_recycle_segment(p->recycle, at, &p->flow, false, &seg);
}

/* The next segment of the client. */
static inline enum tw_recycle_says client(struct play *p, uint64_t at, int flags, int64_t tsval,
					  uint16_t len)
{
	uint32_t seq = p->c;

	p->c += len + !!(flags & SYN) + !!(flags & FIN);
	return client_at(p, at, flags, tsval, seq, len);
}

/* The next segment of the server, which acknowledges @ack. */
static inline void server_acks(struct play *p, int flags, uint32_t ack, uint16_t len)
{
	struct tw_seg seg = {
		.flags = (uint8_t)flags,
		.ts = p->server_ts,
		.tsval = 77,
		.seq = p->s,
		.ack = ack,
		.len = len,
		.win = 500,
		.wscale = flags & SYN ? 7 : -1,
	};

	p->s += len + !!(flags & SYN) + !!(flags & FIN);
	assert_int_equal(tw_recycle_segment(p->recycle, p->at, &p->flow, true, &seg),
			 TW_RECYCLE_PASS);
}

static inline void server(struct play *p, int flags, uint16_t len)
{
	server_acks(p, flags, p->c, len);
}

static inline void handshake(struct play *p, uint64_t at, int64_t tsval)
{
	assert_int_equal(client(p, at, SYN, tsval, 0), TW_RECYCLE_PASS);
	server(p, SYN | ACK, 0);
	client(p, at, ACK, tsval, 0);
}

/* A whole connection that the server closes first; @tsval is in its last segment. */
static inline void whole(struct play *p, uint64_t at, int64_t tsval)
{
	handshake(p, at, tsval == NO_TS ? NO_TS : tsval - 3);
	client(p, at, ACK, tsval == NO_TS ? NO_TS : tsval - 2, 10);
	server(p, ACK | FIN, 5);
	client(p, at, ACK, tsval == NO_TS ? NO_TS : tsval - 1, 0);
	client(p, at, ACK | FIN, tsval, 0);
	server(p, ACK, 0);
}

static inline enum tw_recycle_says syn(struct tw_recycle *recycle, uint64_t at, uint8_t host,
				       uint16_t port, int64_t tsval)
{
	struct play p = play(recycle, host, port);

	return client(&p, at, SYN, tsval, 0);
}

static inline void assert_stamp(const struct play *p, uint32_t ts, uint32_t age_s)
{
	uint32_t have_ts, have_age;

	assert_true(
		tw_recycle_host(p->recycle, TW_IPV4, &p->flow.peer, p->at, &have_ts, &have_age));
	assert_int_equal(have_ts, ts);
	assert_int_equal(have_age, age_s);
}

static inline void assert_no_stamp(const struct play *p)
{
	uint32_t ts, age;

	assert_false(tw_recycle_host(p->recycle, TW_IPV4, &p->flow.peer, p->at, &ts, &age));
}

#endif
