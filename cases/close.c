/*
 * close(): what the peer sees of it, what is left, and whether the application has to wait. What SO_LINGER {1, n} makes of
 * it is in linger.c, what comes after the close in closed.c.
 */
#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

enum so_linger {
	NOT_SET,
	OFF, /* {0, 5} */
	ON,  /* {1, .seconds} */
};

static void set_linger(struct tw_scene *sc, int fd, enum so_linger how, int seconds)
{
	const struct linger off = { 0, 5 };

	if (how == OFF)
		tw_must(sc, tw_app_set_raw(sc, fd, SOL_SOCKET, SO_LINGER, &off, sizeof(off)));
	if (how == ON)
		tw_app_linger(sc, fd, seconds);
}

/* The number of the first segment heard, from @due on; what is not there has a number that no row expects. */
static void find_seq(struct tw_scene *sc, const struct tw_conn *conn, uint32_t due)
{
	if (tw_scene_going(sc))
		tw_find_number(sc, "seq",
			       conn->n ? tw_seq_diff(conn->heard[0].seg.seq, due) : INT32_MIN);
}

/* What is left; an orphan's FIN that nobody acks is given up after three seconds (tcp_orphan_retries is 3). */
static void find_left(struct tw_scene *sc, const struct tw_conn *conn, uint64_t since)
{
	tw_find_state(sc, "left", conn);
	tw_scene_in_time(sc, since, 2000);
}

/* What close() finds in the receive queue. */
struct unread {
	enum so_linger linger;
	int seconds;
	unsigned sent, read; /* bytes by the peer, and of those by the application */
	bool fin;            /* then the peer has closed as well ... */
	bool fin_on_again; /* ... by a FIN on a segment with the same bytes, which are read already */
	bool killed;       /* the process did not close, but died */
};

static void say_unread(struct tw_scene *sc, struct tw_conn *conn, int fd, const struct unread *arg)
{
	if (arg->sent) {
		SAY(sc, conn, .flags = TW_PSH | TW_ACK, .len = (uint16_t)arg->sent);
		tw_peer_acked(sc, conn);
	}
	if (arg->read)
		tw_must(sc, tw_app_recv(sc, fd, arg->read));
	if (arg->fin_on_again) {
		SAY(sc, conn, .flags = TW_FIN | TW_PSH | TW_ACK, .seq = -arg->sent,
		    .len = (uint16_t)arg->sent);
		conn->snd_nxt++;
	} else if (arg->fin) {
		SAY(sc, conn, .flags = TW_FIN | TW_ACK);
	}
	if (arg->fin)
		tw_peer_acked(sc, conn);
}

static void close_unread(struct tw_scene *sc, const void *args)
{
	const struct unread *arg = args;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn), process = -1;
	uint64_t since;
	uint32_t next;

	set_linger(sc, fd, arg->linger, arg->seconds);
	if (arg->killed)
		process = tw_app_away(sc, fd, true, TW_AWAY_HOLD);
	say_unread(sc, conn, fd, arg);
	if (!tw_scene_going(sc))
		return;
	next = conn->rcv_nxt;
	tw_scene_count_from_here(sc);
	since = tw_scene_now(sc);
	if (arg->killed)
		tw_app_away_kill(sc, process);
	else
		tw_find_result(sc, "close", tw_app_close(sc, fd));
	tw_find_reply(sc, "wire", conn);
	find_left(sc, conn, since);
	find_seq(sc, conn, next);
	if (tw_scene_going(sc))
		tw_find_text(sc, "ts", conn->n && conn->heard[0].seg.ts ? "yes" : "no");
}

/* The descriptor is gone at once, and nobody has answered the FIN yet. */
static void close_marks(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);
	uint64_t since = tw_scene_now(sc);

	(void)arg;
	tw_scene_count_from_here(sc);
	tw_find_result(sc, "close", tw_app_close(sc, fd));
	tw_find_result(sc, "send", tw_app_send(sc, fd, 1));
	tw_find_reply(sc, "wire", conn);
	find_left(sc, conn, since);
}

/* Bytes in the send buffer that the peer has no room for yet. */
struct unsent {
	enum so_linger linger;
	int seconds;
};

enum {
	IN_FLIGHT = 100,
	NOT_YET = 2000,
};

static unsigned last_flags(const struct tw_conn *conn)
{
	unsigned last = conn->n < TW_HEARD_MAX ? conn->n : TW_HEARD_MAX;

	return last ? conn->heard[last - 1].seg.flags : 0;
}

static void close_unsent(struct tw_scene *sc, const void *args)
{
	const struct unsent *arg = args;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);
	uint64_t since;
	uint32_t first;

	set_linger(sc, fd, arg->linger, arg->seconds);
	if (!tw_scene_going(sc))
		return;
	first = conn->rcv_nxt;
	/* a smaller window counts only from a newer SEQ or ACK on (tcp_may_update_window()) */
	SAY(sc, conn, .flags = TW_PSH | TW_ACK, .len = 1);
	tw_must(sc, tw_app_recv(sc, fd, 1));
	tw_peer_acked(sc, conn);
	if (!tw_scene_going(sc))
		return;
	conn->win = IN_FLIGHT;
	tw_peer_ack(sc, conn);
	since = tw_scene_now(sc);
	tw_must(sc, tw_app_send(sc, fd, IN_FLIGHT));
	tw_must(sc, tw_app_send(sc, fd, NOT_YET));
	tw_find_number(sc, "sent", conn->rcv_nxt - first);
	tw_peer_forget(conn);
	tw_find_result(sc, "close", tw_app_close(sc, fd));
	tw_find_reply(sc, "wire", conn);
	find_seq(sc, conn, first);
	tw_scene_in_time(sc, since, 150);
	tw_peer_forget(conn);
	conn->win = 65535;
	tw_peer_ack(sc, conn);
	for (unsigned i = 0; i < 10 && conn->n && !(last_flags(conn) & (TW_FIN | TW_RST)); i++)
		tw_peer_ack(sc, conn);
	if (!tw_scene_going(sc))
		return;
	tw_find_number(sc, "delivered", conn->rcv_nxt - first - !!(last_flags(conn) & TW_FIN));
	tw_find_number(sc, "fins", !!(last_flags(conn) & TW_FIN));
	tw_peer_ack(sc, conn);
	tw_find_state(sc, "left", conn);
}

static void find_fin(struct tw_scene *sc, const char *what, const struct tw_conn *conn)
{
	unsigned fins = 0;

	tw_scene_fence(sc);
	if (!tw_scene_going(sc))
		return;
	for (unsigned i = 0; i < conn->n && i < TW_HEARD_MAX; i++)
		fins += !!(conn->heard[i].seg.flags & TW_FIN);
	tw_find_text(sc, what, "%s", fins ? "yes" : "no");
}

/*
 * Data was sent again because nobody acked it; then close(). Without SACK, so that no loss probe is sent. If the data is sent
 * yet again meanwhile the window is no wider.
 */
static void close_after_timeout(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);
	uint64_t since;

	(void)arg;
	tw_must(sc, tw_app_send(sc, fd, IN_FLIGHT));
	if (!tw_peer_hears(sc, conn, 2, 10000))
		tw_scene_fail(sc, "the set-up failed: the data is not sent again");
	tw_peer_forget(conn);
	since = tw_scene_now(sc);
	tw_find_result(sc, "close", tw_app_close(sc, fd));
	find_fin(sc, "fin", conn);
	find_left(sc, conn, since);
	tw_peer_forget(conn);
	tw_peer_ack(sc, conn);
	find_fin(sc, "fin-after-ack", conn);
}

/* Somebody else has the socket as well. */
struct shared {
	bool fork; /* another process; else another descriptor of the same */
	bool shut; /* shutdown(WR) instead of close() */
};

static void close_shared(struct tw_scene *sc, const void *args)
{
	const struct shared *arg = args;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn), other = -1, process = -1;
	uint64_t since;

	if (arg->fork)
		process = tw_app_away(sc, fd, false, TW_AWAY_HOLD);
	else
		other = tw_app_dup(sc, fd);
	tw_scene_count_from_here(sc);
	if (arg->shut)
		tw_find_result(sc, "shutdown", tw_app_shutdown(sc, fd, SHUT_WR));
	else
		tw_find_result(sc, "close", tw_app_close(sc, fd));
	tw_find_reply(sc, "wire", conn);
	tw_find_state(sc, "left", conn);
	if (arg->shut)
		return;
	since = tw_scene_now(sc);
	if (arg->fork)
		tw_app_away_kill(sc, process);
	else
		tw_app_close(sc, other);
	tw_find_reply(sc, "wire-of-last", conn);
	tw_find_state(sc, "left-of-last", conn);
	tw_scene_in_time(sc, since, 2000);
}

/* The peer has closed first. */
static void close_last(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);
	uint64_t since;

	(void)arg;
	SAY(sc, conn, .flags = TW_FIN | TW_ACK);
	tw_find_number(sc, "read", tw_app_recv(sc, fd, 1));
	tw_peer_acked(sc, conn);
	tw_scene_count_from_here(sc);
	since = tw_scene_now(sc);
	tw_app_close(sc, fd);
	tw_find_reply(sc, "wire", conn);
	tw_find_state(sc, "before", conn);
	tw_peer_forget(conn);
	tw_peer_ack(sc, conn);
	tw_find_reply(sc, "answer", conn);
	/* before the FIN could have been sent again */
	tw_scene_in_time(sc, since, 150);
	tw_find_state(sc, "left", conn);
}

static void destroy_time_wait(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);

	(void)arg;
	tw_app_close(sc, fd);
	tw_peer_time_wait(sc, conn);
	tw_scene_count_from_here(sc);
	tw_find_result(sc, "destroy", tw_scene_destroy(sc, conn));
	tw_find_reply(sc, "wire", conn);
	tw_find_state(sc, "left", conn);
}

/* clang-format off */

/* The two ways to go, and what is counted. */
#define A_FIN  IS("wire", "FIN|ACK"), NUM("seq", 0), MOVES("TcpOutRsts", 0)
#define A_RST  IS("wire", "RST|ACK"), NUM("seq", 0), IS("ts", "yes"), IS("left", "gone"), \
	       MOVES("TcpOutRsts", 1), MOVES("TcpEstabResets", 1), MOVES("TcpExtTW", 0)
#define FOR_UNREAD_DATA MOVES("TcpExtTCPAbortOnClose", 1), MOVES("TcpExtTCPAbortOnData", 0)

#define A_RST_FOR_UNREAD_DATA \
	{ .clause = "RFC 9293 3.6.1", .says = "a close with data unread sends a RST (SHLD-3)", \
	  .want = { { FINDS(IS("wire", "RST|ACK")) }, { FINDS(IS("wire", "RST")) } } }
#define A_TIME_WAIT_AFTER_RST \
	{ .clause = "RFC 9293 3.5.2", .says = "the side that issues a RST goes to TIME_WAIT", \
	  .want = { { FINDS(IS("left", "time-wait")) } } }

static const struct tw_case rows[] = {
	{
		.id	= "close.marks",
		.says	= "close() returns before anybody acks the FIN, and the descriptor is gone",
		.cite	= { "D-120" },
		.scenario = close_marks,
		.expect	= { FINDS(IS("close", "OK"), IS("send", "EBADF"), IS("wire", "FIN|ACK"),
				  IS("left", "fin-wait-1"), MOVES("TcpOutRsts", 0)) },
		.claim	= { { .id = "C1-13", .when = "SO_LINGER is off", .as_expected = true } },
	}, {
		.id	= "close.queue-empty",
		.says	= "close() of a socket that has nothing left sends a FIN",
		.cite	= { "D-120" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { 0 },
		.expect	= { FINDS(IS("close", "OK"), A_FIN, IS("left", "fin-wait-1")) },
	}, {
		.id	= "close.all-read",
		.says	= "close() after all data was read sends a FIN",
		.cite	= { "D-120", "D-132" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .sent = 5, .read = 5 },
		.expect	= { FINDS(IS("close", "OK"), A_FIN, IS("left", "fin-wait-1")) },
	}, {
		.id	= "close.linger-off",
		.says	= "SO_LINGER {0, n} changes nothing, whatever n is",
		.cite	= { "D-120" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .linger = OFF },
		.expect	= { FINDS(IS("close", "OK"), A_FIN, IS("left", "fin-wait-1")) },
		.claim	= { { .id = "C3-20", .as_expected = true } },
	}, {
		.id	= "close.linger-zero",
		.says	= "close() with SO_LINGER {1, 0} sends a RST and leaves nothing behind",
		.cite	= { "D-121", "N-06", "N-45" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .linger = ON },
		.expect	= { FINDS(IS("close", "OK"), A_RST, MOVES("TcpExtTCPAbortOnData", 1),
				  MOVES("TcpExtTCPAbortOnClose", 0)) },
		.rfc	= A_TIME_WAIT_AFTER_RST,
		.claim	= { { .id = "C3-16", .as_expected = true },
			    { .id = "C1-6", .when = "it closes by a RST",
			      .want = { FINDS(IS("left", "time-wait")) } },
			    { .id = "C2-32", .want = { FINDS(IS("wire", "RST|ACK")) } } },
	},

	/* data that nobody read */
	{
		.id	= "close.unread",
		.says	= "close() with data unread sends a RST",
		.cite	= { "D-122", "N-80" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .sent = 5 },
		.expect	= { FINDS(IS("close", "OK"), A_RST, FOR_UNREAD_DATA) },
		.rfc	= A_RST_FOR_UNREAD_DATA,
	}, {
		.id	= "close.unread.no-time-wait",
		.says	= "the RST for unread data leaves no TIME_WAIT",
		.cite	= { "N-06", "D-122" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .sent = 5, .linger = OFF },
		.expect	= { FINDS(IS("close", "OK"), A_RST, FOR_UNREAD_DATA) },
		.rfc	= A_TIME_WAIT_AFTER_RST,
	}, {
		.id	= "close.unread.last-byte",
		.says	= "close() with one byte of five unread sends a RST",
		.cite	= { "D-122", "N-80" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .sent = 5, .read = 4 },
		.expect	= { FINDS(IS("close", "OK"), A_RST, FOR_UNREAD_DATA) },
		.rfc	= A_RST_FOR_UNREAD_DATA,
	}, {
		.id	= "close.unread.linger",
		.says	= "close() with data unread sends a RST and waits for nothing, in spite of "
			  "SO_LINGER {1, n}",
		.cite	= { "D-122", "N-80" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .sent = 5, .linger = ON, .seconds = 5 },
		.expect	= { FINDS(IS("close", "OK"), A_RST, FOR_UNREAD_DATA) },
		.rfc	= A_RST_FOR_UNREAD_DATA,
	}, {
		.id	= "close.unread.linger-zero",
		.says	= "with data unread and SO_LINGER {1, 0} it is the data that is counted",
		.cite	= { "D-122", "N-80" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .sent = 5, .linger = ON },
		.expect	= { FINDS(IS("close", "OK"), A_RST, FOR_UNREAD_DATA) },
		.rfc	= A_RST_FOR_UNREAD_DATA,
	}, {
		.id	= "close.unread.fin",
		.says	= "close() with data and a FIN unread sends a RST",
		.cite	= { "D-122", "N-80" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .sent = 5, .fin = true },
		.expect	= { FINDS(IS("close", "OK"), A_RST, FOR_UNREAD_DATA) },
		.rfc	= A_RST_FOR_UNREAD_DATA,
	}, {
		.id	= "close.fin-unread",
		.says	= "close() with only a FIN unread sends a FIN",
		.cite	= { "D-132" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .fin = true },
		.expect	= { FINDS(IS("close", "OK"), A_FIN, IS("left", "last-ack")) },
	}, {
		.id	= "close.read-bytes-and-fin-unread",
		.says	= "close() sends a FIN if the queue holds a FIN behind bytes that were read "
			  "from another segment",
		.cite	= { "D-132" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .sent = 5, .read = 5, .fin = true,
						.fin_on_again = true },
		.expect	= { FINDS(IS("close", "OK"), A_FIN, IS("left", "last-ack"),
				  MOVES("TcpExtTCPAbortOnClose", 0)) },
		.rfc	= { .clause = "RFC 9293 3.6.1",
			    .says = "a close sends a FIN if no data is lost by it",
			    .want = { { FINDS(IS("wire", "FIN|ACK")) } } },
		.except	= { { .unless = "H-66",
			      .because = "all bytes in the queue counted as unread",
			      .expect = { FINDS(IS("close", "OK"), A_RST, FOR_UNREAD_DATA) } } },
	},

	/* a process that dies */
	{
		.id	= "close.killed",
		.says	= "a process that is killed closes its sockets",
		.cite	= { "D-120", "D-131" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .killed = true },
		.expect	= { FINDS(A_FIN, IS("left", "fin-wait-1")) },
	}, {
		.id	= "close.killed.unread",
		.says	= "a process that is killed with data unread resets",
		.cite	= { "D-131", "N-80" },
		.scenario = close_unread,
		.arg	= &(const struct unread) { .killed = true, .sent = 5 },
		.expect	= { FINDS(A_RST, FOR_UNREAD_DATA) },
		.rfc	= A_RST_FOR_UNREAD_DATA,
	},

	/* data that is not sent yet */
	{
		.id	= "close.unsent",
		.says	= "after close() the kernel goes on sending what was written, then the FIN",
		.cite	= { "N-89", "D-120" },
		.scenario = close_unsent,
		.arg	= &(const struct unsent) { 0 },
		.expect	= { FINDS(NUM("sent", IN_FLIGHT), IS("close", "OK"), IS("wire", "silence"),
				  NUM("delivered", IN_FLIGHT + NOT_YET), NUM("fins", 1),
				  IS("left", "fin-wait-2 mini"), MOVES("TcpOutRsts", 0)) },
		.rfc	= { .clause = "RFC 9293 3.10.4",
			    .says = "all that was written before is sent, and then the FIN",
			    .want = { { FINDS(NUM("delivered", IN_FLIGHT + NOT_YET),
					      NUM("fins", 1)) } } },
		.claim	= { { .id = "C1-3", .as_expected = true } },
	}, {
		.id	= "close.unsent.linger-off",
		.says	= "with SO_LINGER {0, n} the kernel delivers what was written as well",
		.cite	= { "N-89", "D-120" },
		.scenario = close_unsent,
		.arg	= &(const struct unsent) { .linger = OFF },
		.expect	= { FINDS(NUM("sent", IN_FLIGHT), IS("close", "OK"), IS("wire", "silence"),
				  NUM("delivered", IN_FLIGHT + NOT_YET), NUM("fins", 1),
				  IS("left", "fin-wait-2 mini"), MOVES("TcpOutRsts", 0)) },
		.claim	= { { .id = "C3-20", .as_expected = true } },
	}, {
		.id	= "close.unsent.linger-zero",
		.says	= "with SO_LINGER {1, 0} unsent data is thrown away; the RST is at SND.NXT",
		.cite	= { "D-121", "N-06" },
		.scenario = close_unsent,
		.arg	= &(const struct unsent) { .linger = ON },
		.expect	= { FINDS(NUM("sent", IN_FLIGHT), IS("close", "OK"), IS("wire", "RST|ACK"),
				  NUM("seq", IN_FLIGHT), NUM("delivered", IN_FLIGHT),
				  NUM("fins", 0), IS("left", "gone"), MOVES("TcpEstabResets", 1),
				  MOVES("TcpExtTCPAbortOnData", 1), MOVES("TcpExtTW", 0)) },
		.claim	= { { .id = "C3-16", .as_expected = true } },
	},

	{
		.id	= "close.after-timeout",
		.says	= "after a retransmission timeout the FIN waits for the ACK of what was sent "
			  "again: the congestion window is one segment",
		.cite	= { "N-89", "D-120" },
		.scenario = close_after_timeout,
		.expect	= { FINDS(IS("close", "OK"), IS("fin", "no"), IS("left", "fin-wait-1"),
				  IS("fin-after-ack", "yes")) },
		.except	= { { .unless = "H-65",
			      .because = "before 6.10 the congestion window was not asked about a FIN",
			      .expect = { FINDS(IS("close", "OK"), IS("fin", "yes"),
						IS("left", "fin-wait-1"),
						IS("fin-after-ack", "no")) } } },
	},

	/* not the only one who has the socket */
	{
		.id	= "close.dup",
		.says	= "close() of one of two descriptors sends nothing; that of the last a FIN",
		.cite	= { "D-126" },
		.scenario = close_shared,
		.arg	= &(const struct shared) { 0 },
		.expect	= { FINDS(IS("close", "OK"), IS("wire", "silence"),
				  IS("left", "established"), IS("wire-of-last", "FIN|ACK"),
				  IS("left-of-last", "fin-wait-1"), MOVES("TcpOutRsts", 0)) },
		.claim	= { { .id = "C1-14", .as_expected = true } },
	}, {
		.id	= "close.fork",
		.says	= "close() while another process has the socket too sends nothing",
		.cite	= { "D-126" },
		.scenario = close_shared,
		.arg	= &(const struct shared) { .fork = true },
		.expect	= { FINDS(IS("close", "OK"), IS("wire", "silence"),
				  IS("left", "established"), IS("wire-of-last", "FIN|ACK"),
				  IS("left-of-last", "fin-wait-1"), MOVES("TcpOutRsts", 0)) },
		.claim	= { { .id = "C1-14", .as_expected = true } },
	}, {
		.id	= "close.dup.shutdown",
		.says	= "shutdown(WR) of one of two descriptors sends the FIN at once",
		.cite	= { "D-127" },
		.scenario = close_shared,
		.arg	= &(const struct shared) { .shut = true },
		.expect	= { FINDS(IS("shutdown", "OK"), IS("wire", "FIN|ACK"),
				  IS("left", "fin-wait-1"), MOVES("TcpOutRsts", 0)) },
		.claim	= { { .id = "C1-15", .as_expected = true } },
	}, {
		.id	= "close.fork.shutdown",
		.says	= "shutdown(WR) sends the FIN at once though another process has the socket",
		.cite	= { "D-127" },
		.scenario = close_shared,
		.arg	= &(const struct shared) { .fork = true, .shut = true },
		.expect	= { FINDS(IS("shutdown", "OK"), IS("wire", "FIN|ACK"),
				  IS("left", "fin-wait-1"), MOVES("TcpOutRsts", 0)) },
		.claim	= { { .id = "C1-15", .as_expected = true } },
	},

	/* the end */
	{
		.id	= "close.last",
		.says	= "who closes last has no TIME_WAIT: LAST_ACK ends with the ACK of its FIN",
		.cite	= { "N-05" },
		.scenario = close_last,
		.expect	= { FINDS(NUM("read", 0), IS("wire", "FIN|ACK"), IS("before", "last-ack"),
				  IS("answer", "silence"), IS("left", "gone"),
				  MOVES("TcpExtTW", 0), MOVES("TcpExtTWKilled", 0)) },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "LAST-ACK: the ACK of the FIN deletes the connection"),
	}, {
		.id	= "close.destroyed",
		.says	= "SOCK_DESTROY takes TIME_WAIT away without a word to the peer",
		.cite	= { "D-133" },
		.scenario = destroy_time_wait,
		.expect	= { FINDS(IS("destroy", "OK"), IS("wire", "silence"), IS("left", "gone"),
				  MOVES("TcpOutSegs", 0), MOVES("TcpOutRsts", 0),
				  MOVES("TcpEstabResets", 0), MOVES("TcpExtTWKilled", 0)) },
		.except	= { { .unless = "H-36", .because = "before 6.0 SOCK_DESTROY left it alone",
			      .expect = { FINDS(IS("destroy", "EOPNOTSUPP"), IS("wire", "silence"),
						IS("left", "time-wait")) } } },
	},
};
/* clang-format on */
TW_CASE_TABLE(close);
