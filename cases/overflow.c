/*
 * tcp_max_tw_buckets: what becomes of a close when there is no room for one more TIME_WAIT.
 */
#include <stdlib.h>

#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

/* The way of the last connection to where TIME_WAIT or FIN_WAIT_2 would begin. */
enum way {
	FIN_AND_ACK, /* close(); the peer's FIN acks ours */
	CROSSING,    /* close(); the FINs cross */
	HALF_CLOSED, /* shutdown(), ACK; the peer's FIN */
	ORPHAN,      /* close(); the peer only acks */
};

struct full_arg {
	unsigned waiting, fin_waiting; /* connections in TIME_WAIT and in FIN_WAIT_2 before it */
	enum way way;
	bool room_again; /* the first of them is reset */
};

static int accepted(struct tw_scene *sc, int listener, struct tw_conn **ret)
{
	*ret = tw_peer_new(sc, TW_APP_PORT);
	return tw_scene_accepted(sc, listener, *ret);
}

/* Returns the first connection, in whatever state it is. */
static struct tw_conn *fill(struct tw_scene *sc, int listener, const struct full_arg *arg)
{
	struct tw_conn *conn, *first = NULL;

	for (unsigned i = 0; i < arg->waiting + arg->fin_waiting; i++) {
		tw_app_close(sc, accepted(sc, listener, &conn));
		if (i < arg->waiting)
			tw_peer_time_wait(sc, conn);
		else
			tw_peer_ack_fin(sc, conn);
		tw_peer_forget(conn);
		first = first ? first : conn;
	}
	if (arg->room_again)
		SAY(sc, first, .flags = RST);
	return first;
}

/* Up to the segment that decides; what it causes is heard[0]. */
static void walk(struct tw_scene *sc, int fd, struct tw_conn *conn, enum way way)
{
	if (way == HALF_CLOSED)
		tw_app_shutdown(sc, fd, SHUT_WR);
	else
		tw_app_close(sc, fd);
	tw_peer_hears(sc, conn, 1, 5000);
	if (way == HALF_CLOSED)
		tw_peer_ack(sc, conn);
	if (way == CROSSING)
		SAY(sc, conn, .flags = FIN | ACK, .ack = (uint32_t)-1);
	tw_peer_forget(conn);
	if (way == ORPHAN || way == CROSSING)
		tw_peer_ack(sc, conn);
	else
		SAY(sc, conn, .flags = FIN | ACK);
}

static void one_more(struct tw_scene *sc, const void *arg)
{
	const struct full_arg *a = arg;
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *first = fill(sc, listener, a), *conn;

	fd = accepted(sc, listener, &conn);
	tw_scene_count_from_here(sc);
	walk(sc, fd, conn, a->way);
	tw_find_reply(sc, "answer", conn);
	tw_find_state(sc, "left", conn);
	if (first)
		tw_find_state(sc, "first", first);
	tw_peer_forget(conn);
	if (a->way == ORPHAN)
		SAY(sc, conn, .flags = FIN | ACK);
	else
		SAY(sc, conn, .flags = FIN | ACK, .seq = (uint32_t)-1);
	tw_find_reply(sc, "fin", conn);
}

/* What has its place keeps it: FIN_WAIT_2 turns into TIME_WAIT. */
static void turns(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8);
	struct tw_conn *conn;

	(void)arg;
	tw_app_close(sc, accepted(sc, listener, &conn));
	tw_peer_ack_fin(sc, conn);
	tw_find_state(sc, "first", conn);
	tw_scene_count_from_here(sc);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = FIN | ACK);
	tw_find_reply(sc, "answer", conn);
	tw_find_state(sc, "left", conn);
}

static void limits(struct tw_scene *sc, const void *arg)
{
	/* below zero: a namespace that shares the initial one's table */
	int64_t table = llabs(tw_scene_read_sysctl(sc, "net.ipv4.tcp_ehash_entries"));
	int64_t limit = tw_scene_read_sysctl(sc, "net.ipv4.tcp_max_tw_buckets");
	int64_t half_open = tw_scene_read_sysctl(sc, "net.ipv4.tcp_max_syn_backlog");
	int64_t share = table / 128 > 128 ? table / 128 : 128;

	(void)arg;
	tw_find_number(sc, "table", table);
	tw_find_number(sc, "limit", limit);
	tw_find_number(sc, "table-less-two-limits", table - 2 * limit);
	tw_find_number(sc, "max-syn-backlog", half_open);
	tw_find_number(sc, "max-syn-backlog-less-share", half_open - share);
}

#define WITH(...)                                             \
	.scenario = one_more, .arg = &(const struct full_arg) \
	{                                                     \
		__VA_ARGS__                                   \
	}
#define BUCKETS(n_) .given.sysctl = { SYSCTL("tcp_max_tw_buckets", n_) }
#define NO_ROOM                                                                      \
	IS("left", "gone"), IS("fin", "RST"), MOVES("TcpExtTCPTimeWaitOverflow", 1), \
		MOVES("TcpExtTW", 0), MOVES("TcpExtTWKilled", 0)
#define ROOM                                                                              \
	IS("left", "time-wait"), IS("fin", "ACK"), MOVES("TcpExtTCPTimeWaitOverflow", 0), \
		MOVES("TcpExtTW", 1), MOVES("TcpExtTWKilled", 0)
#define LINGER(when_)                                                   \
	.rfc = { .clause = "RFC 9293 3.6.1",                            \
		 .says = "the end that closes first goes to TIME-WAIT", \
		 .want = { { FINDS(IS("left", "time-wait")) } } },      \
	.claim = { { .id = "C1-6", .when = when_, .want = { FINDS(IS("left", "time-wait")) } } }
#define FULL "tcp_max_tw_buckets is reached"

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "overflow.fin-and-ack",
		.says	= "above tcp_max_tw_buckets the peer's FIN is still acked, but nothing is left to "
			  "ack it again",
		.cite	= { "D-66", "N-01" },
		WITH(.waiting = 2, .way = FIN_AND_ACK), BUCKETS("2"),
		.expect	= { FINDS(IS("answer", "ACK"), IS("first", "time-wait"), NO_ROOM) },
		LINGER(FULL),
	}, {
		.id	= "overflow.room",
		.says	= "up to tcp_max_tw_buckets there is room",
		.cite	= { "D-66", "D-60" },
		WITH(.waiting = 2, .way = FIN_AND_ACK), BUCKETS("3"),
		.expect	= { FINDS(IS("answer", "ACK"), IS("first", "time-wait"), ROOM) },
		LINGER(CLOSED_IN_ORDER),
	}, {
		.id	= "overflow.room-again",
		.says	= "an entry that was reset makes room for another",
		.cite	= { "D-66", "D-60" },
		WITH(.waiting = 2, .way = FIN_AND_ACK, .room_again = true), BUCKETS("2"),
		.expect	= { FINDS(IS("answer", "ACK"), IS("first", "gone"), ROOM) },
		LINGER(CLOSED_IN_ORDER),
	}, {
		.id	= "overflow.fin-wait-2-counts",
		.says	= "mini-sockets in FIN_WAIT_2 count towards tcp_max_tw_buckets",
		.cite	= { "D-66", "N-01" },
		WITH(.fin_waiting = 2, .way = FIN_AND_ACK), BUCKETS("2"),
		.expect	= { FINDS(IS("answer", "ACK"), IS("first", "fin-wait-2 mini"), NO_ROOM) },
		LINGER(FULL),
	}, {
		.id	= "overflow.both-count",
		.says	= "TIME_WAIT and FIN_WAIT_2 share the places of tcp_max_tw_buckets",
		.cite	= { "D-66", "N-01" },
		WITH(.waiting = 1, .fin_waiting = 1, .way = FIN_AND_ACK), BUCKETS("2"),
		.expect	= { FINDS(IS("answer", "ACK"), IS("first", "time-wait"), NO_ROOM) },
		LINGER(FULL),
	}, {
		.id	= "overflow.half-closed",
		.says	= "above tcp_max_tw_buckets a socket is closed though its descriptor is open, and the "
			  "last ACK is sent",
		.cite	= { "D-66", "N-01", "N-02" },
		WITH(.waiting = 1, .way = HALF_CLOSED), BUCKETS("1"),
		.expect	= { FINDS(IS("answer", "ACK"), IS("first", "time-wait"), NO_ROOM) },
		LINGER(FULL),
	}, {
		.id	= "overflow.crossing",
		.says	= "above tcp_max_tw_buckets CLOSING ends in nothing",
		.cite	= { "D-66", "N-01", "N-03" },
		WITH(.waiting = 1, .way = CROSSING), BUCKETS("1"),
		.expect	= { FINDS(IS("answer", "silence"), IS("first", "time-wait"), NO_ROOM) },
		LINGER(FULL),
	}, {
		.id	= "overflow.orphan",
		.says	= "above tcp_max_tw_buckets an orphan does not even wait for the peer's FIN, which "
			  "meets a RST",
		.cite	= { "D-66", "D-61" },
		WITH(.waiting = 1, .way = ORPHAN), BUCKETS("1"),
		.expect	= { FINDS(IS("answer", "silence"), IS("first", "time-wait"), NO_ROOM) },
		.rfc	= { .clause = "RFC 9293 3.10.7.4",
			    .says = "an ACK of the FIN leads from FIN-WAIT-1 to FIN-WAIT-2",
			    .want = { { FINDS(IS("left", "fin-wait-2")) },
				      { FINDS(IS("left", "fin-wait-2 mini")) } } },
	}, {
		.id	= "overflow.turns",
		.says	= "FIN_WAIT_2 has its place already when it turns into TIME_WAIT",
		.cite	= { "D-66", "N-02" },
		.scenario = turns, BUCKETS("1"),
		.expect	= { FINDS(IS("first", "fin-wait-2 mini"), IS("answer", "ACK"),
				  IS("left", "time-wait"), MOVES("TcpExtTCPTimeWaitOverflow", 0),
				  MOVES("TcpExtTW", 0)) },
		LINGER(CLOSED_IN_ORDER),
	},

	{
		.id	= "overflow.none.fin-and-ack",
		.says	= "with tcp_max_tw_buckets=0 there is no TIME_WAIT",
		.cite	= { "D-67", "N-01" },
		WITH(.way = FIN_AND_ACK), BUCKETS("0"),
		.expect	= { FINDS(IS("answer", "ACK"), NO_ROOM) },
		LINGER(FULL),
	}, {
		.id	= "overflow.none.half-closed",
		.says	= "with tcp_max_tw_buckets=0 there is none for an open descriptor either",
		.cite	= { "D-67", "N-01" },
		WITH(.way = HALF_CLOSED), BUCKETS("0"),
		.expect	= { FINDS(IS("answer", "ACK"), NO_ROOM) },
		LINGER(FULL),
	}, {
		.id	= "overflow.none.crossing",
		.says	= "with tcp_max_tw_buckets=0 there is none after CLOSING",
		.cite	= { "D-67", "N-01", "N-03" },
		WITH(.way = CROSSING), BUCKETS("0"),
		.expect	= { FINDS(IS("answer", "silence"), NO_ROOM) },
		LINGER(FULL),
	}, {
		.id	= "overflow.none.orphan",
		.says	= "with tcp_max_tw_buckets=0 an orphan never waits in FIN_WAIT_2",
		.cite	= { "D-67", "D-61" },
		WITH(.way = ORPHAN), BUCKETS("0"),
		.expect	= { FINDS(IS("answer", "silence"), NO_ROOM) },
		.rfc	= { .clause = "RFC 9293 3.10.7.4",
			    .says = "an ACK of the FIN leads from FIN-WAIT-1 to FIN-WAIT-2",
			    .want = { { FINDS(IS("left", "fin-wait-2")) },
				      { FINDS(IS("left", "fin-wait-2 mini")) } } },
	},

	{
		.id	= "overflow.default",
		.says	= "by default TIME_WAIT may fill half as many places as the table of connections "
			  "has",
		.cite	= { "D-68" },
		.scenario = limits, .needs = "net.ipv4.tcp_ehash_entries",
		.expect	= { FINDS(NUM("table-less-two-limits", 0), NUM("max-syn-backlog-less-share", 0),
				  BETWEEN("limit", 1, 1ll << 40)) },
	},
};
/* clang-format on */

TW_CASE_TABLE(overflow);
