/*
 * SO_LINGER {1, n}: close() waits in a process of its own, so that the peer can make it wait.
 */
#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

struct lingering {
	int seconds;
	bool acked;    /* the peer acks data and FIN */
	bool nonblock; /* O_NONBLOCK */
	bool shut;     /* shutdown(WR) came first, and its FIN is acked */
};

static unsigned resets(const struct tw_conn *conn)
{
	unsigned n = 0;

	for (unsigned i = 0; i < conn->n && i < TW_HEARD_MAX; i++)
		n += !!(conn->heard[i].seg.flags & TW_RST);
	return n;
}

/* What goes on after close() has given up: the first number that is sent again, and how the rest ends. */
static void find_more(struct tw_scene *sc, struct tw_conn *conn, uint32_t first)
{
	unsigned so_far;

	if (!tw_scene_going(sc))
		return;
	tw_find_state(sc, "left", conn);
	tw_find_number(sc, "resets", resets(conn));
	so_far = conn->n;
	tw_find_text(sc, "goes-on", "%s",
		     tw_peer_hears(sc, conn, so_far + 1, 60000) ? "yes" : "no");
	if (!tw_scene_going(sc))
		return;
	tw_find_number(sc, "again-seq",
		       conn->n > so_far && so_far < TW_HEARD_MAX
			       ? tw_seq_diff(conn->heard[so_far].seg.seq, first)
			       : INT32_MIN);
	tw_peer_ack(sc, conn);
	tw_find_number(sc, "delivered", conn->rcv_nxt - first - 1);
	tw_find_state(sc, "end", conn);
}

/* Data and FIN are on their way, once each. */
static void wait_fin(struct tw_scene *sc, struct tw_conn *conn)
{
	if (!tw_peer_hears(sc, conn, 2, 10000))
		tw_scene_fail(sc, "data and FIN do not come");
	/* after a timeout one segment is all that may be in flight, even if the next is a FIN (tcp_cwnd_test()) */
	else if (!(conn->heard[1].seg.flags & TW_FIN))
		tw_scene_held_up(sc, "the data was sent again before the FIN");
}

static void close_lingering(struct tw_scene *sc, const void *args)
{
	const struct lingering *arg = args;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn), process, ret;
	uint32_t first;
	unsigned ms;

	tw_app_linger(sc, fd, arg->seconds);
	tw_app_blocking(sc, fd, !arg->nonblock);
	if (!tw_scene_going(sc))
		return;
	first = conn->rcv_nxt;
	if (arg->shut) {
		tw_app_shutdown(sc, fd, SHUT_WR);
		tw_peer_ack_fin(sc, conn);
	}
	process = tw_app_away(sc, fd, true, arg->shut ? TW_AWAY_CLOSE : TW_AWAY_SEND_CLOSE);
	tw_find_text(sc, "waits", "%s", tw_app_away_sleeps(sc, process) ? "yes" : "no");
	if (!arg->shut)
		wait_fin(sc, conn);
	if (!arg->acked && tw_scene_going(sc))
		tw_scene_in_time(sc, conn->heard[1].at, 900);
	if (arg->acked && !arg->shut)
		tw_peer_ack(sc, conn);
	if (!tw_app_away_ends(sc, process, 60000, &ret, &ms))
		tw_scene_fail(sc, "close() did not return");
	tw_find_result(sc, "close", ret);
	tw_find_number(sc, "close-ms", ms);
	if (!arg->acked)
		find_more(sc, conn, first);
	else
		tw_find_state(sc, "left", conn);
}

/* clang-format off */

/* A second, less a jiffy of 10 ms; and what a machine that is busy may make of it. */
#define A_SECOND(what_) BETWEEN(what_, 990, 50000)

#define ACKED_IN_TIME \
	IS("waits", "yes"), IS("close", "OK"), BETWEEN("close-ms", 0, 119999), \
	IS("left", "fin-wait-2 mini"), MOVES("TcpOutRsts", 0)
/* the time has run out */
#define NOT_ACKED \
	IS("waits", "yes"), IS("close", "OK"), A_SECOND("close-ms"), \
	IS("left", "fin-wait-1"), NUM("resets", 0), IS("goes-on", "yes"), NUM("again-seq", 0), \
	NUM("delivered", TW_AWAY_BYTES), IS("end", "fin-wait-2 mini"), MOVES("TcpOutRsts", 0), \
	MOVES("TcpExtTCPAbortOnLinger", 0), MOVES("TcpExtTCPAbortOnData", 0)
#define A_RESET_AND_EWOULDBLOCK FINDS(IS("close", "EAGAIN"), NUM("resets", 1), IS("left", "gone"))

static const struct tw_case rows[] = {
	{
		.id	= "linger.acked",
		.says	= "close() with SO_LINGER {1, n} waits for the ACK of data and FIN and "
			  "succeeds",
		.cite	= { "D-123" },
		.scenario = close_lingering,
		.arg	= &(const struct lingering) { .seconds = 120, .acked = true },
		.expect	= { FINDS(ACKED_IN_TIME) },
		.claim	= { { .id = "C3-17", .as_expected = true },
			    { .id = "C1-13", .when = "SO_LINGER is {1, n}",
			      .want = { FINDS(IS("waits", "no")) } } },
	}, {
		.id	= "linger.acked.nonblock",
		.says	= "O_NONBLOCK does not keep close() from waiting for the ACK",
		.cite	= { "D-123", "D-125" },
		.scenario = close_lingering,
		.arg	= &(const struct lingering) { .seconds = 120, .acked = true,
						      .nonblock = true },
		.expect	= { FINDS(ACKED_IN_TIME) },
		.claim	= { { .id = "C3-19", .want = { FINDS(IS("waits", "no")) } } },
	}, {
		.id	= "linger.acked-before",
		.says	= "close() with SO_LINGER {1, n} has nothing to wait for once the FIN is acked",
		.cite	= { "D-123" },
		.scenario = close_lingering,
		.arg	= &(const struct lingering) { .seconds = 120, .acked = true, .shut = true },
		.expect	= { FINDS(IS("waits", "no"), IS("close", "OK"),
				  BETWEEN("close-ms", 0, 119999), IS("left", "fin-wait-2 mini")) },
	}, {
		.id	= "linger.not-acked",
		.says	= "after n seconds without the ACK close() returns 0; data and FIN are sent "
			  "again and arrive",
		.cite	= { "D-124" },
		.given	= { .sysctl = { SYSCTL("tcp_orphan_retries", "8") } },
		.scenario = close_lingering,
		.arg	= &(const struct lingering) { .seconds = 1 },
		.expect	= { FINDS(NOT_ACKED) },
		.claim	= { { .id = "C3-18", .want = { A_RESET_AND_EWOULDBLOCK } } },
		.slow	= true,
	}, {
		.id	= "linger.not-acked.nonblock",
		.says	= "with O_NONBLOCK close() waits for n seconds as well and returns 0",
		.cite	= { "D-124", "D-125" },
		.given	= { .sysctl = { SYSCTL("tcp_orphan_retries", "8") } },
		.scenario = close_lingering,
		.arg	= &(const struct lingering) { .seconds = 1, .nonblock = true },
		.expect	= { FINDS(NOT_ACKED) },
		.claim	= { { .id = "C3-18", .want = { A_RESET_AND_EWOULDBLOCK } },
			    { .id = "C3-19", .want = { FINDS(IS("waits", "no")) } } },
		.slow	= true,
	},
};
/* clang-format on */
TW_CASE_TABLE(linger);
