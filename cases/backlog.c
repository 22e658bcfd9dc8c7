/*
 * listen(n): how many connections wait for accept(), and what becomes of those for which there is no room.
 */
#include "cases.h"
#include "crowd.h"
#include "twprobe/words.h"

/* Handshakes one by one until one is not answered any more; nobody accepts. */
static void one_by_one(struct tw_scene *sc, const void *arg)
{
	const int *backlog = arg;
	struct crowd crowd = { 0 };
	int listener = crowd_listener(sc, TW_APP_PORT, *backlog), more = 0;
	struct tw_queue queue;

	tw_scene_count_from_here(sc);
	do {
		crowd_gather(sc, &crowd, 1, TW_APP_PORT);
		crowd_knock(sc, &crowd, crowd.n - 1);
		crowd_finish(sc, &crowd, crowd.n - 1);
	} while (tw_scene_going(sc) && crowd_answered(&crowd) == crowd.n && crowd.n < 40);
	tw_find_number(sc, "established", crowd_in_state(sc, &crowd, TW_STATE_ESTABLISHED));
	queue = tw_scene_queue(sc, TW_APP_PORT);
	tw_find_number(sc, "recv-q", queue.waiting);
	tw_find_number(sc, "send-q", queue.backlog);
	if (crowd.n)
		tw_find_reply(sc, "next", crowd.conn[crowd.n - 1]);
	while (tw_scene_going(sc) && tw_app_accept(sc, listener) >= 0)
		more++;
	tw_find_number(sc, "accepted", more);
	/* there is room again */
	if (!tw_scene_going(sc))
		return;
	tw_peer_forget(crowd.conn[crowd.n - 1]);
	SAY(sc, crowd.conn[crowd.n - 1], .flags = SYN, .seq = (uint32_t)-1);
	tw_find_reply(sc, "again", crowd.conn[crowd.n - 1]);
}

/* What listen() says, and what sock_diag shows. */
struct listen_arg {
	int backlog;
	const char *then; /* somaxconn is set to this once it listens ... */
	bool again;       /* ... and listen() is called again */
};

static void effective(struct tw_scene *sc, const void *arg)
{
	const struct listen_arg *a = arg;
	int listener = crowd_listener(sc, TW_APP_PORT, a->backlog);

	if (a->then)
		tw_scene_sysctl(sc, "net.core.somaxconn", a->then);
	if (a->again)
		tw_must(sc, tw_app_listen(sc, listener, a->backlog));
	tw_find_number(sc, "somaxconn", tw_scene_read_sysctl(sc, "net.core.somaxconn"));
	tw_find_number(sc, "send-q", tw_scene_queue(sc, TW_APP_PORT).backlog);
}

/* One connection is half open, another waits for accept(). */
static void two_queues(struct tw_scene *sc, const void *arg)
{
	int listener = crowd_listener(sc, TW_APP_PORT, 8);
	struct crowd crowd = { 0 };
	struct tw_queue queue;

	(void)arg;
	crowd_gather(sc, &crowd, 2, TW_APP_PORT);
	crowd_knock(sc, &crowd, 0);
	crowd_finish(sc, &crowd, 1);
	if (!tw_scene_going(sc))
		return;
	tw_find_state(sc, "half-open", crowd.conn[0]);
	tw_find_state(sc, "established", crowd.conn[1]);
	queue = tw_scene_queue(sc, TW_APP_PORT);
	tw_find_number(sc, "recv-q", queue.waiting);
	tw_find_result(sc, "accept", tw_app_accept(sc, listener) < 0 ? -1 : 0);
	tw_find_result(sc, "accept-again", tw_app_accept(sc, listener));
	queue = tw_scene_queue(sc, TW_APP_PORT);
	tw_find_number(sc, "recv-q-then", queue.waiting);
}

/* The accept queue gets full while one handshake lacks its last ACK. Returns that one. */
static struct tw_conn *overtaken(struct tw_scene *sc, struct crowd *crowd, int *ret_listener)
{
	*ret_listener = crowd_listener(sc, TW_APP_PORT, 2);
	crowd_gather(sc, crowd, 1, TW_APP_PORT);
	crowd_knock(sc, crowd, 0);
	for (unsigned i = 1; i <= 3; i++) {
		crowd_gather(sc, crowd, 1, TW_APP_PORT);
		crowd_knock(sc, crowd, i);
		crowd_finish(sc, crowd, i);
	}
	if (crowd_answered(crowd) != 4 || tw_scene_queue(sc, TW_APP_PORT).waiting != 3)
		tw_scene_fail(sc, "the set-up failed: the accept queue is not full");
	return tw_scene_going(sc) ? crowd->conn[0] : NULL;
}

/* A half-open connection speaks again after a second: nothing that is to be silent may take that long. */
static void in_time(struct tw_scene *sc, uint64_t since)
{
	uint64_t ms = (tw_scene_now(sc) - since) / 1000000;

	if (tw_scene_going(sc) && ms > 900)
		tw_scene_held_up(sc, "it took %llu ms", (unsigned long long)ms);
}

static void last_ack_too_late(struct tw_scene *sc, const void *arg)
{
	struct crowd crowd = { 0 };
	int listener;
	struct tw_conn *conn = overtaken(sc, &crowd, &listener);
	uint64_t first;

	(void)arg;
	if (!conn)
		return;
	first = conn->heard[0].at;
	tw_scene_count_from_here(sc);
	tw_peer_forget(conn);
	tw_peer_ack(sc, conn);
	tw_find_reply(sc, "ack", conn);
	tw_find_state(sc, "left", conn);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = PSH | ACK, .len = 10, .again = true);
	tw_find_reply(sc, "data", conn);
	tw_find_number(sc, "recv-q", tw_scene_queue(sc, TW_APP_PORT).waiting);
	in_time(sc, first);
}

/* The same, with the time that the DUT takes to say it once more. */
static void syn_ack_again(struct tw_scene *sc, const void *arg)
{
	struct crowd crowd = { 0 };
	int listener, fd;
	struct tw_conn *conn = overtaken(sc, &crowd, &listener);
	uint64_t first;

	(void)arg;
	if (!conn)
		return;
	first = conn->heard[0].at;
	tw_scene_count_from_here(sc);
	tw_peer_forget(conn);
	tw_peer_ack(sc, conn);
	SAY(sc, conn, .flags = PSH | ACK, .len = 10, .again = true);
	tw_peer_hears(sc, conn, 2, 20000);
	if (!tw_scene_going(sc) || conn->n < 2) {
		tw_scene_fail(sc, "the SYN-ACK did not come twice more");
		return;
	}
	tw_find_text(sc, "said", "%s",
		     (conn->heard[0].seg.flags & conn->heard[1].seg.flags) == (SYN | ACK)
			     ? "SYN|ACK"
			     : "something else");
	tw_find_number(sc, "first-after-ms", (int64_t)(conn->heard[0].at - first) / 1000000);
	tw_find_number(sc, "second-after-ms", (int64_t)(conn->heard[1].at - first) / 1000000);
	/* the application wakes up, and the client's data has to come once more */
	while (tw_scene_going(sc) && tw_app_accept(sc, listener) >= 0)
		;
	tw_peer_ack(sc, conn);
	fd = tw_must(sc, tw_app_accept(sc, listener));
	tw_find_result(sc, "nothing-yet", tw_app_recv(sc, fd, 100));
	SAY(sc, conn, .flags = PSH | ACK, .len = 10);
	tw_find_number(sc, "bytes", tw_app_recv(sc, fd, 100));
}

#define LISTEN(n_)                                  \
	.scenario = one_by_one, .arg = &(const int) \
	{                                           \
		n_                                  \
	}
/* listen(n): n+1 wait, and nobody else comes in */
#define ONE_MORE_THAN(n_)                                                                 \
	NUM("established", (n_) + 1), NUM("recv-q", (n_) + 1), NUM("send-q", n_),         \
		NUM("accepted", (n_) + 1), IS("next", "silence"), IS("again", "SYN|ACK"), \
		MOVES("TcpExtListenOverflows", 1), MOVES("TcpExtListenDrops", 1),         \
		MOVES("TcpPassiveOpens", (n_) + 1)
/* two more SYNs are answered, and their last ACKs are dropped: only then a third one is not */
#define YOUNG "before 4.10 a full queue still let two half-open connections be young"
#define TWO_YOUNG_ONES(unless_, because_, n_, drops_)                                             \
	{                                                                                         \
		.unless = unless_, .because = because_,                                           \
		.expect = { FINDS(                                                                \
			NUM("established", (n_) + 1), NUM("recv-q", (n_) + 1), NUM("send-q", n_), \
			NUM("accepted", (n_) + 1), IS("next", "silence"), IS("again", "SYN|ACK"), \
			MOVES("TcpExtListenOverflows", 3), MOVES("TcpExtListenDrops", drops_),    \
			MOVES("TcpPassiveOpens", (n_) + 1)) },                                    \
	}
#define IS_THE_ACCEPT_QUEUE .claim = { { .id = "C2-14", .as_expected = true } }
#define EFFECTIVE(...)                                           \
	.scenario = effective, .arg = &(const struct listen_arg) \
	{                                                        \
		__VA_ARGS__                                      \
	}
#define AT_MOST(value_) .given.sysctl = { { "net.core.somaxconn", value_ } }

#define A_DROPPED_COOKIE                                                              \
	MOVES("TcpExtListenOverflows", 2), MOVES("TcpExtListenDrops", 2),             \
		MOVES("TcpExtSyncookiesRecv", 2), MOVES("TcpExtSyncookiesFailed", 0), \
		MOVES("TcpExtEmbryonicRsts", 0), MOVES("TcpOutRsts", 0)

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "backlog.listen-0",
		.says	= "listen(0) lets one connection wait",
		.cite	= { "D-140" },
		LISTEN(0),
		.expect	= { FINDS(ONE_MORE_THAN(0)) },
		IS_THE_ACCEPT_QUEUE,
		.needs	= "H-20",
	}, {
		.id	= "backlog.listen-1",
		.says	= "listen(1) lets two connections wait",
		.cite	= { "D-140" },
		LISTEN(1),
		.expect	= { FINDS(ONE_MORE_THAN(1)) },
		IS_THE_ACCEPT_QUEUE,
		.needs	= "H-20",
	}, {
		.id	= "backlog.listen-2",
		.says	= "listen(2) lets three connections wait",
		.cite	= { "D-140" },
		LISTEN(2),
		.expect	= { FINDS(ONE_MORE_THAN(2)) },
		IS_THE_ACCEPT_QUEUE,
		/* the queue of half-open ones is full with the two: the last SYN of all gets a cookie */
		.except	= { TWO_YOUNG_ONES("H-20", YOUNG, 2, 3),
			    TWO_YOUNG_ONES("H-72", YOUNG ", and a SYN that got a cookie was counted as dropped", 2, 3 + 1) },
	}, {
		.id	= "backlog.listen-5",
		.says	= "listen(5) lets six connections wait",
		.cite	= { "D-140" },
		LISTEN(5),
		.expect	= { FINDS(ONE_MORE_THAN(5)) },
		IS_THE_ACCEPT_QUEUE,
		.except	= { TWO_YOUNG_ONES("H-20", YOUNG, 5, 3) },
	}, {
		.id	= "backlog.listen-0.no-cookies",
		.says	= "listen(0) lets one connection wait without SYN cookies as well",
		.cite	= { "D-140" },
		LISTEN(0),
		.given.sysctl = { SYSCTL("tcp_syncookies", "0") },
		.expect	= { FINDS(ONE_MORE_THAN(0)) },
		.needs	= "H-64",
	}, {
		.id	= "backlog.two-queues",
		.says	= "half-open connections and those that wait for accept() are kept apart",
		.cite	= { "D-140", "D-145" },
		.scenario = two_queues,
		.expect	= { FINDS(IS("half-open", "syn-recv"), IS("established", "established"),
				  NUM("recv-q", 1), IS("accept", "OK"),
				  IS("accept-again", "EAGAIN"), NUM("recv-q-then", 0)) },
		.claim	= { { .id = "C2-13", .as_expected = true } },
	},

	/* the kernel's own limit */
	{
		.id	= "backlog.somaxconn.default",
		.says	= "listen(100000) is listen(4096), which is the default of somaxconn",
		.cite	= { "D-141" },
		EFFECTIVE(.backlog = 100000),
		.expect	= { FINDS(NUM("somaxconn", 4096), NUM("send-q", 4096)) },
		.claim	= { { .id = "C2-16", .want = { FINDS(NUM("send-q", 4096)) } },
			    { .id = "C2-17", .want = { FINDS(NUM("somaxconn", 128)) } } },
		.except	= { { .unless = "H-29", .because = "before 5.4 somaxconn was 128",
			      .expect = { FINDS(NUM("somaxconn", 128), NUM("send-q", 128)) } } },
	}, {
		.id	= "backlog.somaxconn.10",
		.says	= "with somaxconn=10 listen(100) is listen(10)",
		.cite	= { "D-141" },
		EFFECTIVE(.backlog = 100), AT_MOST("10"),
		.expect	= { FINDS(NUM("send-q", 10)) },
		.claim	= { { .id = "C2-16", .as_expected = true } },
	}, {
		.id	= "backlog.somaxconn.below",
		.says	= "with somaxconn=10 listen(7) stays what it is",
		.cite	= { "D-141" },
		EFFECTIVE(.backlog = 7), AT_MOST("10"),
		.expect	= { FINDS(NUM("send-q", 7)) },
		.claim	= { { .id = "C2-16", .as_expected = true } },
	}, {
		.id	= "backlog.somaxconn.negative",
		.says	= "listen(-1) asks for as much as there is",
		.cite	= { "D-141" },
		EFFECTIVE(.backlog = -1), AT_MOST("10"),
		.expect	= { FINDS(NUM("send-q", 10)) },
	}, {
		.id	= "backlog.somaxconn.later",
		.says	= "a listener keeps its backlog when somaxconn changes",
		.cite	= { "D-141" },
		EFFECTIVE(.backlog = 100, .then = "10"), AT_MOST("50"),
		.expect	= { FINDS(NUM("somaxconn", 10), NUM("send-q", 50)) },
	}, {
		.id	= "backlog.somaxconn.listen-again",
		.says	= "a second listen() takes the new somaxconn",
		.cite	= { "D-141" },
		EFFECTIVE(.backlog = 100, .then = "10", .again = true), AT_MOST("50"),
		.expect	= { FINDS(NUM("somaxconn", 10), NUM("send-q", 10)) },
	},

	/* the last ACK comes to a full queue */
	{
		.id	= "backlog.last-ack",
		.says	= "the last ACK that finds the accept queue full is dropped, and so is the data "
			  "behind it",
		.cite	= { "D-142" },
		.scenario = last_ack_too_late,
		.expect	= { FINDS(IS("ack", "silence"), IS("left", "syn-recv"),
				  IS("data", "silence"), NUM("recv-q", 3),
				  MOVES("TcpExtListenOverflows", 2), MOVES("TcpExtListenDrops", 2),
				  MOVES("TcpOutRsts", 0), MOVES("TcpExtEmbryonicRsts", 0)) },
		.claim	= { { .id = "C2-15", .as_expected = true } },
	}, {
		.id	= "backlog.last-ack.reset",
		.says	= "with tcp_abort_on_overflow=1 the last ACK that finds the accept queue full is "
			  "answered by a RST",
		.cite	= { "D-143" },
		.given.sysctl = { SYSCTL("tcp_abort_on_overflow", "1") },
		.scenario = last_ack_too_late,
		/* the data behind it meets a RST of its own */
		.expect	= { FINDS(IS("ack", "RST"), IS("left", "gone"), IS("data", "RST"),
				  NUM("recv-q", 3), MOVES("TcpExtEmbryonicRsts", 1),
				  MOVES("TcpExtListenDrops", 1), MOVES("TcpOutRsts", 2)) },
		.claim	= { { .id = "C2-15", .when = "tcp_abort_on_overflow is 1",
			      .want = { FINDS(IS("ack", "silence")) } } },
	}, {
		.id	= "backlog.last-ack.cookie",
		.says	= "the last ACK with a SYN cookie that finds the accept queue full is dropped, and "
			  "nobody remembers it",
		.cite	= { "D-144" },
		.given.sysctl = { SYSCTL("tcp_syncookies", "2") },
		.scenario = last_ack_too_late,
		.expect	= { FINDS(IS("ack", "silence"), IS("left", "gone"),
				  IS("data", "silence"), NUM("recv-q", 3), A_DROPPED_COOKIE) },
		.claim	= { { .id = "C2-15", .as_expected = true } },
	}, {
		.id	= "backlog.last-ack.cookie.never-reset",
		.says	= "with tcp_abort_on_overflow=1 the last ACK with a SYN cookie is still dropped "
			  "without a RST",
		.cite	= { "D-144" },
		.given.sysctl = { SYSCTL("tcp_syncookies", "2"),
				  SYSCTL("tcp_abort_on_overflow", "1") },
		.scenario = last_ack_too_late,
		.expect	= { FINDS(IS("ack", "silence"), IS("left", "gone"),
				  IS("data", "silence"), NUM("recv-q", 3), A_DROPPED_COOKIE) },
	}, {
		.id	= "backlog.last-ack.syn-ack-again",
		.says	= "after a last ACK that was dropped the SYN-ACK is sent again after one second and "
			  "three, until there is room",
		.cite	= { "D-142" },
		.scenario = syn_ack_again,
		.expect	= { FINDS(IS("said", "SYN|ACK"), BETWEEN("first-after-ms", 980, 3000),
				  BETWEEN("second-after-ms", 2900, 10000),
				  IS("nothing-yet", "EAGAIN"), NUM("bytes", 10),
				  MOVES("TcpExtListenOverflows", 2), MOVES("TcpExtListenDrops", 2)) },
		.claim	= { { .id = "C2-15", .as_expected = true } },
		.slow	= true,
	},
};
/* clang-format on */

TW_CASE_TABLE(backlog);
