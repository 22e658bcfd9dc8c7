/*
 * The states of TCP as sock_diag shows them, and who ends up in TIME_WAIT.
 */
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

enum {
	OTHER_PORT = TW_APP_PORT + 1,
};

/* One connection each for the active closer, the passive one, FINs that cross, and one that the DUT opens. */
static void all_states(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	(void)arg;
	tw_find_text(sc, "listening", "%s",
		     tw_scene_queue(sc, TW_APP_PORT).listens ? "listen" : "gone");
	SAY(sc, conn, .flags = SYN);
	tw_find_state(sc, "syn-came", conn);
	tw_peer_ack(sc, conn);
	fd = tw_must(sc, tw_app_accept(sc, listener));
	tw_find_state(sc, "accepted", conn);
	tw_peer_forget(conn);
	tw_app_shutdown(sc, fd, SHUT_WR);
	tw_find_state(sc, "fin-sent", conn);
	tw_peer_ack_fin(sc, conn);
	tw_find_state(sc, "fin-acked", conn);
	SAY(sc, conn, .flags = FIN | ACK);
	tw_find_state(sc, "fin-after-that", conn);

	conn = tw_peer_new(sc, TW_APP_PORT);
	fd = tw_scene_accepted(sc, listener, conn);
	SAY(sc, conn, .flags = FIN | ACK);
	tw_find_state(sc, "fin-came", conn);
	tw_peer_forget(conn);
	tw_app_close(sc, fd);
	tw_find_state(sc, "fin-back", conn);
	tw_peer_ack_fin(sc, conn);
	tw_find_state(sc, "over", conn);

	conn = tw_peer_new(sc, TW_APP_PORT);
	fd = tw_scene_accepted(sc, listener, conn);
	tw_app_close(sc, fd);
	SAY(sc, conn, .flags = FIN | ACK, .ack = (uint32_t)-1);
	tw_find_state(sc, "fins-crossed", conn);

	conn = tw_peer_at(sc, tw_end_peer(sc, 1, OTHER_PORT));
	fd = tw_app_socket(sc, SOCK_STREAM);
	tw_app_connect(sc, fd, tw_end_peer(sc, 1, OTHER_PORT));
	tw_find_state(sc, "syn-sent", conn);
}

/* The other end closes first. */
static void passive(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	(void)arg;
	fd = tw_scene_accepted(sc, listener, conn);
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = FIN | ACK);
	tw_find_state(sc, "then", conn);
	tw_app_close(sc, fd);
	tw_find_state(sc, "closed", conn);
	/* it acks the peer's FIN, unless the delayed ACK was sooner */
	tw_peer_ack_fin(sc, conn);
	tw_peer_forget(conn);
	tw_find_reply(sc, "ack", conn);
	tw_find_state(sc, "left", conn);
}

enum way {
	HALF_CLOSED,
	ORPHAN,
	FIN_AND_ACK,
	CROSSING,
};

/* Every way to TIME_WAIT, and how long it is to last. */
static void active(struct tw_scene *sc, const void *arg)
{
	enum way way = *(const enum way *)arg;
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);
	uint64_t since;

	fd = tw_scene_accepted(sc, listener, conn);
	tw_scene_count_from_here(sc);
	if (way == HALF_CLOSED)
		tw_app_shutdown(sc, fd, SHUT_WR);
	else
		tw_app_close(sc, fd);
	tw_peer_hears(sc, conn, 1, 5000);
	if (way == HALF_CLOSED || way == ORPHAN)
		tw_peer_ack_fin(sc, conn);
	if (way == CROSSING)
		SAY(sc, conn, .flags = FIN | ACK, .ack = (uint32_t)-1);
	tw_peer_forget(conn);
	since = tw_scene_now(sc);
	if (way == CROSSING)
		tw_peer_ack(sc, conn);
	else
		SAY(sc, conn, .flags = FIN | ACK);
	tw_find_life(sc, "ms", conn, since);
	tw_find_reply(sc, "answer", conn);
	tw_find_state(sc, "left", conn);
}

/* The end of a connection within the DUT: its own @own, towards @other. */
static struct tw_conn *end_within(struct tw_scene *sc, struct tw_end own, struct tw_end other)
{
	struct tw_conn *conn = tw_peer_at(sc, other);

	if (conn) {
		conn->flow.dut = own.addr;
		conn->flow.dut_port = own.port;
	}
	return conn;
}

/* More than the other end has room for: the FIN has to wait behind it. */
static void block(struct tw_scene *sc, int fd)
{
	while (tw_scene_going(sc) && tw_app_send(sc, fd, 65536) > 0)
		;
}

static void drain(struct tw_scene *sc, int fd)
{
	while (tw_scene_going(sc) && tw_app_recv(sc, fd, 65536) > 0)
		;
}

/*
 * Both ends are the DUT's, over the loopback. Each FIN is held back by the other end's closed window until both ends have
 * shut down.
 */
static void both_at_once(struct tw_scene *sc, const void *arg)
{
	struct tw_end here = tw_end_loopback(sc, TW_APP_PORT), there;
	int listener = tw_app_socket(sc, SOCK_STREAM), a = tw_app_socket(sc, SOCK_STREAM), b;
	struct tw_conn *at_a, *at_b;
	enum tw_state sa, sb;
	uint64_t limit;

	(void)arg;
	tw_must(sc, tw_app_bind(sc, listener, here));
	tw_must(sc, tw_app_listen(sc, listener, 1));
	tw_app_connect(sc, a, here);
	b = tw_must(sc, tw_app_accept(sc, listener));
	there = tw_app_name(sc, a);
	at_a = end_within(sc, there, here);
	at_b = end_within(sc, here, there);
	block(sc, a);
	block(sc, b);
	tw_scene_count_from_here(sc);
	tw_must(sc, tw_app_shutdown(sc, a, SHUT_WR));
	tw_must(sc, tw_app_shutdown(sc, b, SHUT_WR));
	if (!tw_scene_going(sc))
		return;
	tw_find_state(sc, "one-shut", at_a);
	tw_find_state(sc, "other-shut", at_b);
	limit = tw_scene_now(sc) + 10000000000u;
	do {
		drain(sc, a);
		drain(sc, b);
		sa = tw_scene_entry(sc, at_a).state;
		sb = tw_scene_entry(sc, at_b).state;
		if (sa == TW_STATE_TIME_WAIT && sb == TW_STATE_TIME_WAIT)
			break;
		tw_scene_wait(sc, 1);
	} while (tw_scene_going(sc) && tw_scene_now(sc) < limit);
	tw_find_number(sc, "time-waits", (sa == TW_STATE_TIME_WAIT) + (sb == TW_STATE_TIME_WAIT));
}

#define A_MINUTE                                                                    \
	IS("left", "time-wait"), BETWEEN("ms", 59925, 60075), MOVES("TcpExtTW", 1), \
		MOVES("TcpExtTWKilled", 0), MOVES("TcpExtTCPTimeWaitOverflow", 0)
#define ACTIVE(way_)                                 \
	.scenario = active, .arg = &(const enum way) \
	{                                            \
		way_                                 \
	}
#define FOUR_MINUTES                                                                               \
	.rfc = { .clause = "RFC 9293 3.6.1",                                                       \
		 .says = "the end that closes first lingers in TIME-WAIT for 2 MSL, four minutes", \
		 .want = { { FINDS(IS("left", "time-wait"), BETWEEN("ms", 239925, 240075)) } } },  \
	.claim = { { .id = "C1-6",                                                                 \
		     .when = CLOSED_IN_ORDER,                                                      \
		     .want = { FINDS(IS("left", "time-wait")) } } }

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "states.all",
		.says	= "the DUT walks through all eleven states of TCP, and sock_diag shows each",
		.cite	= { "N-02", "N-03", "N-05", "D-60" },
		.scenario = all_states,
		.expect	= { FINDS(IS("listening", "listen"), IS("syn-sent", "syn-sent"),
				  IS("syn-came", "syn-recv"), IS("accepted", "established"),
				  IS("fin-sent", "fin-wait-1"), IS("fin-acked", "fin-wait-2"),
				  IS("fin-after-that", "time-wait"), IS("fin-came", "close-wait"),
				  IS("fin-back", "last-ack"), IS("over", "gone"),
				  IS("fins-crossed", "closing")) },
		.rfc	= CONFORMING("RFC 9293 3.3.2", "a connection is in one of eleven states"),
		.claim	= { { .id = "C1-7", .as_expected = true } },
	}, {
		.id	= "states.passive",
		.says	= "the end that closes last goes from LAST_ACK to nothing",
		.cite	= { "N-05" },
		.scenario = passive,
		.expect	= { FINDS(IS("then", "close-wait"), IS("closed", "last-ack"),
				  IS("ack", "silence"), IS("left", "gone"), MOVES("TcpExtTW", 0)) },
		.rfc	= { .clause = "RFC 9293 3.10.7.4",
			    .says = "when the FIN is acked in LAST-ACK the connection is closed",
			    .want = { { FINDS(IS("ack", "silence"), IS("left", "gone")) } } },
		.claim	= { { .id = "C1-6", .when = CLOSED_IN_ORDER,
			      .want = { FINDS(IS("left", "gone")) } } },
	},

	/* D-60 */
	{
		.id	= "states.active.half-closed",
		.says	= "the peer's FIN after shutdown() starts a minute of TIME_WAIT while the "
			  "descriptor is open",
		.cite	= { "D-60", "N-01", "N-02" },
		ACTIVE(HALF_CLOSED),
		.expect	= { FINDS(IS("answer", "ACK"), A_MINUTE) },
		FOUR_MINUTES,
	}, {
		.id	= "states.active.orphan",
		.says	= "the peer's FIN after close() makes a minute of TIME_WAIT of FIN_WAIT_2, which "
			  "was counted before",
		.cite	= { "D-60", "N-01", "N-02" },
		ACTIVE(ORPHAN),
		.expect	= { FINDS(IS("answer", "ACK"), A_MINUTE) },
		FOUR_MINUTES,
	}, {
		.id	= "states.active.fin-and-ack",
		.says	= "a FIN that acks the DUT's starts a minute of TIME_WAIT at once",
		.cite	= { "D-60", "N-01", "N-04" },
		ACTIVE(FIN_AND_ACK),
		.expect	= { FINDS(IS("answer", "ACK"), A_MINUTE) },
		FOUR_MINUTES,
	}, {
		.id	= "states.active.crossing",
		.says	= "the ACK in CLOSING starts a minute of TIME_WAIT, and nothing is sent",
		.cite	= { "D-60", "N-01", "N-03" },
		ACTIVE(CROSSING),
		.expect	= { FINDS(IS("answer", "silence"), A_MINUTE) },
		FOUR_MINUTES,
	}, {
		.id	= "states.both-at-once",
		.says	= "if both ends close before either has heard of it both go to TIME_WAIT",
		.cite	= { "N-03", "D-60" },
		.given	= { .loopback = true },
		.scenario = both_at_once,
		.expect	= { FINDS(IS("one-shut", "fin-wait-1"), IS("other-shut", "fin-wait-1"),
				  NUM("time-waits", 2), MOVES("TcpExtTW", 2)) },
		.rfc	= { .clause = "RFC 9293 3.6",
			    .says = "FINs that cross lead both ends to TIME-WAIT",
			    .want = { { FINDS(NUM("time-waits", 2)) } } },
		.claim	= { { .id = "C1-6", .when = "both ends close at once",
			      .want = { FINDS(NUM("time-waits", 1)) } } },
	},
};
/* clang-format on */

TW_CASE_TABLE(states);
