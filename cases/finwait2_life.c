/*
 * FIN_WAIT_2 and its end: a socket that was closed waits for the peer's FIN for a limited time, mostly as a mini-socket;
 * one whose descriptor is open waits for ever.
 */
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

enum {
	UNSET = -99, /* TCP_LINGER2 as it comes */
	SECOND = 1000,
};

/* A timer of @ms_ as tw_find_life() finds it: to within its 50 ms, and a jiffy or some on either side. */
#define LIFE(what_, ms_) BETWEEN(what_, (ms_)-75, (ms_) + 75)

struct finwait2_arg {
	int linger2;
	bool late; /* shutdown() first; close() when the FIN is acked */
	unsigned rtt_ms;
};

static const char *timer_name(enum tw_timer timer)
{
	static const char *const names[] = { "none", "retransmit", "keepalive", "time-wait",
					     "probe" };

	return timer < TW_TIMERS ? names[timer] : "?";
}

static int open_one(struct tw_scene *sc, const struct finwait2_arg *arg, struct tw_conn **ret)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = *ret = tw_peer_new(sc, TW_APP_PORT);

	SAY(sc, conn, .flags = SYN);
	tw_scene_wait(sc, arg->rtt_ms);
	tw_peer_ack(sc, conn);
	fd = tw_must(sc, tw_app_accept(sc, listener));
	tw_peer_forget(conn);
	if (arg->linger2 != UNSET)
		tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_LINGER2, arg->linger2));
	return fd;
}

static void find_wait(struct tw_scene *sc, struct tw_conn *conn, uint64_t since)
{
	tw_find_life(sc, "ms", conn, since);
	tw_find_state(sc, "state", conn);
	tw_find_text(sc, "timer", "%s", timer_name(tw_scene_entry(sc, conn).timer));
}

/* close(), and the peer acks the FIN: what is left, and for how long. */
static void orphan(struct tw_scene *sc, const void *arg)
{
	const struct finwait2_arg *a = arg;
	struct tw_conn *conn;
	int fd = open_one(sc, a, &conn);
	uint64_t since;

	tw_scene_count_from_here(sc);
	tw_find_number(sc, "linger2", tw_app_get(sc, fd, IPPROTO_TCP, TCP_LINGER2));
	if (a->late) {
		tw_app_shutdown(sc, fd, SHUT_WR);
		tw_peer_ack_fin(sc, conn);
		since = tw_scene_now(sc);
		tw_app_close(sc, fd);
	} else {
		tw_app_close(sc, fd);
		since = tw_scene_now(sc);
		tw_peer_ack_fin(sc, conn);
	}
	find_wait(sc, conn, since);
}

/* The same where 3.5 RTO are longer than what was asked for. */
static void orphan_of_rto(struct tw_scene *sc, const void *arg)
{
	const struct finwait2_arg *a = arg;
	struct tw_conn *conn;
	int fd = open_one(sc, a, &conn);
	struct tw_entry entry;
	struct tcp_info info;
	uint64_t since;

	tw_app_shutdown(sc, fd, SHUT_WR);
	tw_scene_wait(sc, a->rtt_ms);
	tw_peer_ack_fin(sc, conn);
	tw_app_info(sc, fd, &info);
	tw_scene_count_from_here(sc);
	since = tw_scene_now(sc);
	tw_app_close(sc, fd);
	entry = tw_scene_entry(sc, conn);
	find_wait(sc, conn, since);
	if (!tw_scene_going(sc) || !info.tcpi_rto)
		return;
	if (a->rtt_ms == 0 && info.tcpi_rto > 250000)
		tw_scene_held_up(sc, "the RTO is %u us: the peer was slow to answer",
				 info.tcpi_rto);
	if (entry.asked[1] - since > 40000000)
		tw_scene_held_up(sc, "a timer could not be asked for in time");
	tw_find_number(sc, "rto-ms", info.tcpi_rto / 1000);
	tw_find_number(sc, "percent-of-rto", entry.left_ms * 100000ll / info.tcpi_rto);
}

static unsigned ms_since(struct tw_scene *sc, uint64_t since)
{
	return (unsigned)((tw_scene_now(sc) - since) / 1000000);
}

/* A mini-socket may last a second only: if it is gone, it is not because nobody looked since @since. */
static void find_in_time(struct tw_scene *sc, const char *what, struct tw_conn *conn,
			 uint64_t since)
{
	struct tw_entry entry;

	tw_find_state(sc, what, conn);
	entry = tw_scene_entry(sc, conn);
	if (tw_scene_going(sc) && entry.state == TW_STATE_GONE &&
	    entry.asked[1] - since > 900000000)
		tw_scene_held_up(sc, "nobody looked for %llu ms",
				 (unsigned long long)(entry.asked[1] - since) / 1000000);
}

/* Until the full socket is no more; when it was seen last, or @since. */
static uint64_t wait_for_mini(struct tw_scene *sc, struct tw_conn *conn, uint64_t since)
{
	struct tw_entry entry = tw_scene_entry(sc, conn);
	uint64_t seen = since;

	while (entry.state == TW_STATE_FIN_WAIT_2 && !entry.mini) {
		seen = entry.asked[0];
		tw_scene_wait(sc, 50);
		entry = tw_scene_entry(sc, conn);
	}
	return seen;
}

/* The whole of an orphan's life, with a watch; then the peer's FIN comes after all. */
static void orphan_to_its_end(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = open_one(sc, arg, &conn);
	uint64_t since, seen;

	tw_scene_count_from_here(sc);
	tw_app_close(sc, fd);
	since = tw_scene_now(sc);
	tw_peer_ack_fin(sc, conn);
	find_in_time(sc, "first", conn, since);
	seen = wait_for_mini(sc, conn, since);
	tw_find_number(sc, "mini-after-ms", ms_since(sc, since));
	find_in_time(sc, "second", conn, seen);
	while (tw_scene_entry(sc, conn).state == TW_STATE_FIN_WAIT_2)
		tw_scene_wait(sc, 50);
	tw_find_number(sc, "gone-after-ms", ms_since(sc, since));
	tw_find_state(sc, "end", conn);
	tw_peer_forget(conn);
	tw_scene_fence(sc);
	tw_find_number(sc, "said", conn ? conn->n : 0);
	SAY(sc, conn, .flags = FIN | ACK);
	tw_find_reply(sc, "late-fin", conn);
}

/* shutdown() alone: the descriptor stays open. */
static void half_closed(struct tw_scene *sc, const void *arg)
{
	const unsigned *wait_ms = arg;
	const struct finwait2_arg plain = { .linger2 = UNSET };
	struct tw_conn *conn;
	int fd = open_one(sc, &plain, &conn);
	uint64_t since;

	tw_scene_count_from_here(sc);
	tw_app_shutdown(sc, fd, SHUT_WR);
	since = tw_scene_now(sc);
	tw_peer_ack_fin(sc, conn);
	find_wait(sc, conn, since);
	tw_scene_wait(sc, *wait_ms);
	tw_find_state(sc, "later", conn);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = PSH | ACK, .len = 5);
	tw_find_number(sc, "bytes", tw_app_recv(sc, fd, 100));
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = FIN | ACK);
	tw_find_reply(sc, "fin", conn);
	tw_find_state(sc, "end", conn);
}

/* TCP_LINGER2 below zero: the peer acks the FIN, and may close as well with the same segment. */
static void no_wait(struct tw_scene *sc, const void *arg)
{
	const unsigned *flags = arg;
	const struct finwait2_arg negative = { .linger2 = -1 };
	struct tw_conn *conn;
	int fd = open_one(sc, &negative, &conn);
	uint32_t at;

	tw_scene_count_from_here(sc);
	tw_app_close(sc, fd);
	tw_peer_hears(sc, conn, 1, 5000);
	tw_find_reply(sc, "close", conn);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = (uint8_t)*flags);
	tw_find_reply(sc, "then", conn);
	tw_find_state(sc, "left", conn);
	if (!tw_scene_going(sc))
		return;
	at = conn->heard[0].seg.seq - conn->rcv_nxt;
	tw_find_number(sc, "seq", conn->n ? (int32_t)at : -1);
}

/* ... and close() comes when FIN_WAIT_2 was reached already. */
static void no_wait_late(struct tw_scene *sc, const void *arg)
{
	const struct finwait2_arg negative = { .linger2 = -1 };
	struct tw_conn *conn;
	int fd = open_one(sc, &negative, &conn);

	(void)arg;
	tw_scene_count_from_here(sc);
	tw_app_shutdown(sc, fd, SHUT_WR);
	tw_peer_ack_fin(sc, conn);
	tw_find_state(sc, "before", conn);
	tw_peer_forget(conn);
	tw_find_result(sc, "result", tw_app_close(sc, fd));
	tw_find_reply(sc, "close", conn);
	tw_find_state(sc, "left", conn);
}

#define WITH(...)                           \
	.arg = &(const struct finwait2_arg) \
	{                                   \
		__VA_ARGS__                 \
	}
#define WITH_LINGER2(s_)  WITH(.linger2 = (s_))
#define AS_IT_COMES       WITH(.linger2 = UNSET)
#define FIN_TIMEOUT(s_)   .given.sysctl = { SYSCTL("tcp_fin_timeout", s_) }
#define A_MINI_SOCKET(s_) IS("state", "fin-wait-2 mini"), LIFE("ms", (s_)*SECOND)
#define A_FULL_SOCKET(s_) \
	IS("state", "fin-wait-2"), IS("timer", "keepalive"), LIFE("ms", (s_)*SECOND)
#define COUNTED           MOVES("TcpExtTW", 1), MOVES("TcpExtTWKilled", 0)
#define COUNTED_AS_KILLED MOVES("TcpExtTW", 0), MOVES("TcpExtTWKilled", 1)
#define NOT_COUNTED_YET   MOVES("TcpExtTW", 0), MOVES("TcpExtTWKilled", 0)
/* what is more than tcp_fin_timeout was no time at all, and tcp_fin_timeout holds */
#define CUT_TO_A_MINUTE                                                                           \
	.except = { { .unless = "H-32",                                                           \
		      .because = "before 5.8 TCP_LINGER2 could not be more than tcp_fin_timeout", \
		      .expect = { FINDS(A_MINI_SOCKET(60), NUM("linger2", 60), COUNTED) } } }
#define CUT_ENDS                                                                                  \
	.except = { { .unless = "H-32",                                                           \
		      .because = "before 5.8 TCP_LINGER2 could not be more than tcp_fin_timeout", \
		      .expect = { FINDS(                                                          \
			      IS("first", "fin-wait-2 mini"), SEEN_AFTER("gone-after-ms", 60),    \
			      IS("second", "fin-wait-2 mini"), NOTHING_IS_LEFT, COUNTED) } } }
/* an older timer of @s_ seconds */
#define WITH_SLACK(s_, timeout_)                                                                   \
	.except = { { .unless = "H-77",                                                            \
		      .because = "before 4.8 timers were put off by up to a 256th",                \
		      .expect = {                                                                  \
			      FINDS(IS("state", "fin-wait-2"), IS("timer", "keepalive"),           \
				    BETWEEN("ms", (s_)*SECOND - 75, (s_)*SECOND * 257 / 256 + 75), \
				    NUM("linger2", timeout_), NOT_COUNTED_YET) } } }
#define NO_TIMEOUT                                                                             \
	.rfc = { .clause = "RFC 9293 3.10.8",                                                  \
		 .says = "FIN-WAIT-2 has no time limit: the user timeout is for what was not " \
			 "delivered",                                                          \
		 .want = { { FINDS(IS("timer", "none")) } } }

/* A jiffy too early at most; timers of a minute may be two seconds late, and then this process has to look. */
#define SEEN_AFTER(what_, s_) BETWEEN(what_, (s_)*SECOND - 20, (s_)*SECOND + 10 * SECOND)
#define NOTHING_IS_LEFT       IS("end", "gone"), NUM("said", 0), IS("late-fin", "RST")
#define FIRST_FULL_THEN_MINI(s_)                                                        \
	IS("first", "fin-wait-2"), SEEN_AFTER("mini-after-ms", s_),                     \
		IS("second", "fin-wait-2 mini"), SEEN_AFTER("gone-after-ms", 2 * (s_)), \
		NOTHING_IS_LEFT
#define ENDS                                                                                   \
	.slow = true,                                                                          \
	.rfc = { .clause = "RFC 9293 3.10.8",                                                  \
		 .says = "FIN-WAIT-2 has no time limit: the user timeout is for what was not " \
			 "delivered",                                                          \
		 .want = { { FINDS(IS("end", "fin-wait-2")) },                                 \
			   { FINDS(IS("end", "fin-wait-2 mini")) } } },                        \
	.claim = { { .id = "C1-6",                                                             \
		     .when = "FIN_WAIT_2 has run out",                                         \
		     .want = { FINDS(IS("end", "time-wait")) } } }

/* clang-format off */
static const struct tw_case rows[] = {
	/* up to a minute: a mini-socket at once */
	{
		.id	= "finwait2.default",
		.says	= "a closed socket waits for the peer's FIN for tcp_fin_timeout, a minute, as a "
			  "mini-socket",
		.cite	= { "D-61", "N-85" },
		.scenario = orphan, AS_IT_COMES,
		.expect	= { FINDS(A_MINI_SOCKET(60), NUM("linger2", 60), COUNTED) },
		NO_TIMEOUT,
	}, {
		.id	= "finwait2.default.late",
		.says	= "close() in FIN_WAIT_2 starts the same minute",
		.cite	= { "D-61", "N-85" },
		.scenario = orphan, WITH(.linger2 = UNSET, .late = true),
		.expect	= { FINDS(A_MINI_SOCKET(60), COUNTED) },
		NO_TIMEOUT,
	}, {
		.id	= "finwait2.sysctl-20",
		.says	= "tcp_fin_timeout=20 makes that twenty seconds",
		.cite	= { "D-61", "N-85" },
		.scenario = orphan, AS_IT_COMES, FIN_TIMEOUT("20"),
		.expect	= { FINDS(A_MINI_SOCKET(20), NUM("linger2", 20), COUNTED) },
		NO_TIMEOUT,
	}, {
		.id	= "finwait2.linger2-20",
		.says	= "TCP_LINGER2 of 20 makes it twenty seconds for this socket",
		.cite	= { "D-61", "N-85" },
		.scenario = orphan, WITH_LINGER2(20),
		.expect	= { FINDS(A_MINI_SOCKET(20), NUM("linger2", 20), COUNTED) },
		NO_TIMEOUT,
	}, {
		.id	= "finwait2.linger2-over-sysctl",
		.says	= "TCP_LINGER2 goes before tcp_fin_timeout",
		.cite	= { "D-61", "N-85" },
		.scenario = orphan, WITH_LINGER2(5), FIN_TIMEOUT("30"),
		.expect	= { FINDS(A_MINI_SOCKET(5), NUM("linger2", 5), COUNTED) },
		NO_TIMEOUT,
	}, {
		.id	= "finwait2.linger2-zero",
		.says	= "TCP_LINGER2 of 0 stands for tcp_fin_timeout",
		.cite	= { "D-61", "N-85" },
		.scenario = orphan, WITH_LINGER2(0), FIN_TIMEOUT("20"),
		.expect	= { FINDS(A_MINI_SOCKET(20), NUM("linger2", 20), COUNTED) },
		NO_TIMEOUT,
	}, {
		.id	= "finwait2.linger2-4",
		.says	= "up to four seconds of FIN_WAIT_2 are counted as TWKilled",
		.cite	= { "D-61", "N-85" },
		.scenario = orphan, WITH_LINGER2(4),
		.expect	= { FINDS(A_MINI_SOCKET(4), NUM("linger2", 4), COUNTED_AS_KILLED) },
		NO_TIMEOUT,
	}, {
		.id	= "finwait2.linger2-60",
		.says	= "sixty seconds of TCP_LINGER2 are a mini-socket from the beginning",
		.cite	= { "D-61", "N-85" },
		.scenario = orphan, WITH_LINGER2(60),
		.expect	= { FINDS(A_MINI_SOCKET(60), NUM("linger2", 60), COUNTED) },
		NO_TIMEOUT,
	},

	/* never less than 3.5 RTO */
	{
		.id	= "finwait2.least.lan",
		.says	= "with tcp_fin_timeout=0 FIN_WAIT_2 still lasts 3.5 RTO, 0.7 s where the RTO is "
			  "at its least",
		.cite	= { "D-61", "N-85" },
		.scenario = orphan_of_rto, AS_IT_COMES, FIN_TIMEOUT("0"),
		.expect	= { FINDS(IS("state", "fin-wait-2 mini"), BETWEEN("percent-of-rto", 325, 355),
				  BETWEEN("ms", 650, 900), BETWEEN("rto-ms", 200, 250),
				  COUNTED_AS_KILLED) },
		NO_TIMEOUT,
	}, {
		.id	= "finwait2.least.linger2-1",
		.says	= "one second of TCP_LINGER2 is more than 3.5 RTO of a near peer, and is kept",
		.cite	= { "D-61", "N-85" },
		.scenario = orphan, WITH_LINGER2(1),
		.expect	= { FINDS(A_MINI_SOCKET(1), NUM("linger2", 1), COUNTED_AS_KILLED) },
		NO_TIMEOUT,
	}, {
		.id	= "finwait2.least.far",
		.says	= "with a far peer 3.5 RTO are more than the second of TCP_LINGER2, and win",
		.cite	= { "D-61", "N-85" },
		.scenario = orphan_of_rto, WITH(.linger2 = 1, .rtt_ms = 300),
		.expect	= { FINDS(IS("state", "fin-wait-2 mini"), BETWEEN("percent-of-rto", 325, 355),
				  BETWEEN("ms", 1750, 600000), BETWEEN("rto-ms", 500, 120000)) },
		.slow	= true,
		NO_TIMEOUT,
	},

	/* more than a minute: a full socket for what is more, and then a mini-socket for as long again */
	{
		.id	= "finwait2.linger2-61",
		.says	= "sixty-one seconds of TCP_LINGER2 begin with one second of a full socket",
		.cite	= { "D-62", "N-85" },
		.scenario = orphan, WITH_LINGER2(61),
		.expect	= { FINDS(A_FULL_SOCKET(1), NUM("linger2", 61), NOT_COUNTED_YET) },
		NO_TIMEOUT, CUT_TO_A_MINUTE,
	}, {
		.id	= "finwait2.linger2-61.late",
		.says	= "so they do if close() comes in FIN_WAIT_2",
		.cite	= { "D-62", "N-85" },
		.scenario = orphan, WITH(.linger2 = 61, .late = true),
		.expect	= { FINDS(A_FULL_SOCKET(1), NUM("linger2", 61), NOT_COUNTED_YET) },
		NO_TIMEOUT, CUT_TO_A_MINUTE,
	}, {
		.id	= "finwait2.linger2-90",
		.says	= "ninety seconds of TCP_LINGER2 begin with thirty of a full socket",
		.cite	= { "D-62", "N-85" },
		.scenario = orphan, WITH_LINGER2(90),
		.expect	= { FINDS(A_FULL_SOCKET(30), NUM("linger2", 90), NOT_COUNTED_YET) },
		NO_TIMEOUT, CUT_TO_A_MINUTE,
	}, {
		.id	= "finwait2.linger2-120",
		.says	= "120 seconds of TCP_LINGER2 begin with a minute of a full socket",
		.cite	= { "D-62", "D-64", "N-85" },
		.scenario = orphan, WITH_LINGER2(120),
		.expect	= { FINDS(A_FULL_SOCKET(60), NUM("linger2", 120), NOT_COUNTED_YET) },
		NO_TIMEOUT, CUT_TO_A_MINUTE,
	}, {
		.id	= "finwait2.linger2-121",
		.says	= "121 seconds of TCP_LINGER2 are cut to 120",
		.cite	= { "D-64" },
		.scenario = orphan, WITH_LINGER2(121),
		.expect	= { FINDS(A_FULL_SOCKET(60), NUM("linger2", 120), NOT_COUNTED_YET) },
		NO_TIMEOUT, CUT_TO_A_MINUTE,
	}, {
		.id	= "finwait2.linger2-100000",
		.says	= "a day and more of TCP_LINGER2 is cut to 120 seconds as well",
		.cite	= { "D-64" },
		.scenario = orphan, WITH_LINGER2(100000),
		.expect	= { FINDS(A_FULL_SOCKET(60), NUM("linger2", 120), NOT_COUNTED_YET) },
		NO_TIMEOUT, CUT_TO_A_MINUTE,
	}, {
		.id	= "finwait2.sysctl-90",
		.says	= "tcp_fin_timeout=90 begins with thirty seconds of a full socket",
		.cite	= { "D-62", "N-85" },
		.scenario = orphan, AS_IT_COMES, FIN_TIMEOUT("90"),
		.expect	= { FINDS(A_FULL_SOCKET(30), NUM("linger2", 90), NOT_COUNTED_YET) },
		NO_TIMEOUT, WITH_SLACK(30, 90),
	}, {
		.id	= "finwait2.sysctl-300",
		.says	= "tcp_fin_timeout is not cut: 300 seconds begin with four minutes of a full "
			  "socket",
		.cite	= { "D-62", "D-64", "N-85" },
		.scenario = orphan, AS_IT_COMES, FIN_TIMEOUT("300"),
		.expect	= { FINDS(A_FULL_SOCKET(240), NUM("linger2", 300), NOT_COUNTED_YET) },
		NO_TIMEOUT, WITH_SLACK(240, 300),
	},

	/* not at all */
	{
		.id	= "finwait2.linger2-negative",
		.says	= "with TCP_LINGER2 below zero the ACK of the FIN is answered by a RST",
		.cite	= { "D-63" },
		.scenario = no_wait, .arg = &(const unsigned){ ACK },
		.expect	= { FINDS(IS("close", "FIN|ACK"), IS("then", "RST"), NUM("seq", 0),
				  IS("left", "gone"), MOVES("TcpExtTCPAbortOnData", 1),
				  MOVES("TcpExtTCPAbortOnLinger", 0), MOVES("TcpOutRsts", 1),
				  MOVES("TcpExtTW", 0)) },
		.rfc	= { .clause = "RFC 9293 3.10.7.4",
			    .says = "an ACK of the FIN leads from FIN-WAIT-1 to FIN-WAIT-2",
			    .want = { { FINDS(IS("then", "silence"), IS("left", "fin-wait-2")) } } },
	}, {
		.id	= "finwait2.linger2-negative.fin",
		.says	= "with TCP_LINGER2 below zero even a peer that closes as it acks the FIN gets a "
			  "RST",
		.cite	= { "D-63" },
		.scenario = no_wait, .arg = &(const unsigned){ FIN | ACK },
		.expect	= { FINDS(IS("close", "FIN|ACK"), IS("then", "RST"), NUM("seq", 0),
				  IS("left", "gone"), MOVES("TcpExtTCPAbortOnData", 1),
				  MOVES("TcpExtTCPAbortOnLinger", 0), MOVES("TcpOutRsts", 1),
				  MOVES("TcpExtTW", 0)) },
		.rfc	= { .clause = "RFC 9293 3.10.7.4",
			    .says = "a FIN that acks ours is acked and leads to TIME-WAIT",
			    .want = { { FINDS(IS("then", "ACK"), IS("left", "time-wait")) } } },
		.claim	= { { .id = "C1-6", .when = "TCP_LINGER2 is below zero",
			      .want = { FINDS(IS("left", "time-wait")) } } },
	}, {
		.id	= "finwait2.linger2-negative.late",
		.says	= "with TCP_LINGER2 below zero close() in FIN_WAIT_2 is a RST",
		.cite	= { "D-63" },
		.scenario = no_wait_late,
		.expect	= { FINDS(IS("before", "fin-wait-2"), IS("result", "OK"),
				  IS("close", "RST|ACK"), IS("left", "gone"),
				  MOVES("TcpExtTCPAbortOnData", 0),
				  MOVES("TcpExtTCPAbortOnLinger", 1), MOVES("TcpOutRsts", 1),
				  MOVES("TcpExtTW", 0)) },
		.rfc	= { .clause = "RFC 9293 3.10.4",
			    .says = "CLOSE in FIN-WAIT-2 sends nothing and changes no state",
			    .want = { { FINDS(IS("close", "silence"), IS("left", "fin-wait-2")) } } },
	},

	/* the descriptor is open */
	{
		.id	= "finwait2.open",
		.says	= "after shutdown() FIN_WAIT_2 has no timer while the descriptor is open",
		.cite	= { "D-65", "N-85" },
		.scenario = half_closed, .arg = &(const unsigned){ 0 }, FIN_TIMEOUT("1"),
		.expect	= { FINDS(IS("state", "fin-wait-2"), IS("timer", "none"), NUM("bytes", 5),
				  IS("fin", "ACK"), IS("end", "time-wait"), COUNTED) },
		.rfc	= { .clause = "RFC 9293 3.10.8",
			    .says = "FIN-WAIT-2 has no time limit: the user timeout is for what was not delivered",
			    .want = { { FINDS(IS("timer", "none")) } } },
		.claim	= { { .id = "C1-6", .when = CLOSED_IN_ORDER,
			      .want = { FINDS(IS("end", "time-wait")) } } },
	}, {
		.id	= "finwait2.open.waits",
		.says	= "after ten times tcp_fin_timeout the peer can still send its data and its FIN",
		.cite	= { "D-65", "N-85" },
		.scenario = half_closed, .arg = &(const unsigned){ 10000 }, FIN_TIMEOUT("1"),
		.expect	= { FINDS(IS("later", "fin-wait-2"), NUM("bytes", 5), IS("fin", "ACK"),
				  IS("end", "time-wait"), COUNTED) },
		.rfc	= { .clause = "RFC 9293 3.10.8",
			    .says = "FIN-WAIT-2 has no time limit: the user timeout is for what was not delivered",
			    .want = { { FINDS(IS("later", "fin-wait-2"), IS("end", "time-wait")) } } },
		.slow	= true,
	},

	/* to the end, with a watch */
	{
		.id	= "finwait2.ends.1",
		.says	= "after a second of tcp_fin_timeout FIN_WAIT_2 is gone without a word, and the "
			  "peer's FIN meets a RST",
		.cite	= { "D-61", "N-85", "N-86" },
		.scenario = orphan_to_its_end, AS_IT_COMES, FIN_TIMEOUT("1"),
		.expect	= { FINDS(IS("first", "fin-wait-2 mini"), SEEN_AFTER("gone-after-ms", 1),
				  NOTHING_IS_LEFT, COUNTED_AS_KILLED) },
		ENDS,
	}, {
		.id	= "finwait2.ends.61",
		.says	= "61 seconds of TCP_LINGER2 are two: one as a full socket and one as a "
			  "mini-socket",
		.cite	= { "D-62", "N-85", "N-86" },
		.scenario = orphan_to_its_end, WITH_LINGER2(61),
		.expect	= { FINDS(FIRST_FULL_THEN_MINI(1), COUNTED_AS_KILLED) },
		ENDS, CUT_ENDS,
	}, {
		.id	= "finwait2.ends.65",
		.says	= "65 seconds of TCP_LINGER2 are ten",
		.cite	= { "D-62", "N-85", "N-86" },
		.scenario = orphan_to_its_end, WITH_LINGER2(65),
		.expect	= { FINDS(FIRST_FULL_THEN_MINI(5), COUNTED) },
		ENDS, CUT_ENDS,
	}, {
		.id	= "finwait2.ends.70",
		.says	= "70 seconds of TCP_LINGER2 are twenty",
		.cite	= { "D-62", "N-85", "N-86" },
		.scenario = orphan_to_its_end, WITH_LINGER2(70),
		.expect	= { FINDS(FIRST_FULL_THEN_MINI(10), COUNTED) },
		ENDS, CUT_ENDS,
	}, {
		.id	= "finwait2.ends.90",
		.says	= "90 seconds of TCP_LINGER2 are sixty",
		.cite	= { "D-62", "N-85", "N-86" },
		.scenario = orphan_to_its_end, WITH_LINGER2(90),
		.expect	= { FINDS(FIRST_FULL_THEN_MINI(30), COUNTED) },
		ENDS, CUT_ENDS,
	}, {
		.id	= "finwait2.ends.120",
		.says	= "120 seconds of TCP_LINGER2 are 120 indeed",
		.cite	= { "D-62", "N-85", "N-86" },
		.scenario = orphan_to_its_end, WITH_LINGER2(120),
		.expect	= { FINDS(FIRST_FULL_THEN_MINI(60), COUNTED) },
		ENDS, CUT_ENDS,
	},
};
/* clang-format on */

TW_CASE_TABLE(finwait2_life);
