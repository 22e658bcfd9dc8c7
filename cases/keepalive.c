/*
 * Keepalive: when a probe is sent, what it looks like, and what each answer leads to. Intervals are of the kernel's capture times;
 * a timer is never early by more than the jiffy in which it was set.
 */
#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

enum {
	SO_LATE_MS = 500, /* an answer that comes later than this was not "at once" */
};

struct keep {
	int idle, interval, probes; /* s, s, number */
};

static void keep_alive(struct tw_scene *sc, int fd, const struct keep *keep)
{
	tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_KEEPIDLE, keep->idle));
	tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_KEEPINTVL, keep->interval));
	tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_KEEPCNT, keep->probes));
	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_KEEPALIVE, 1));
}

static int64_t ms_since(uint64_t since, const struct tw_heard *b)
{
	return (int64_t)(b->at - since) / 1000000;
}

static int64_t ms_between(const struct tw_heard *a, const struct tw_heard *b)
{
	return ms_since(a->at, b);
}

/* A bare ACK that is numbered one below what is due: @next is the DUT's SND.NXT. */
static bool is_probe(const struct tw_heard *heard, uint32_t next)
{
	return heard->seg.flags == TW_ACK && !heard->seg.len && heard->seg.seq == next - 1;
}

static unsigned count_probes(const struct tw_conn *conn, uint32_t next)
{
	unsigned n = 0;

	for (unsigned i = 0; i < conn->n && i < TW_HEARD_MAX; i++)
		n += is_probe(&conn->heard[i], next);
	return n;
}

/*
 * A connection with keepalive on which one byte went either way: the ACK of the peer's is heard[0]; *@ret_since is before the
 * clock of idleness began. The descriptor; conn->rcv_nxt is SND.NXT of the DUT.
 */
static int idle_one(struct tw_scene *sc, struct tw_conn **ret_conn, const struct keep *keep,
		    uint64_t *ret_since)
{
	int fd = tw_scene_served(sc, ret_conn);

	tw_must(sc, tw_app_send(sc, fd, 1));
	tw_peer_ack(sc, *ret_conn);
	keep_alive(sc, fd, keep);
	tw_peer_forget(*ret_conn);
	*ret_since = tw_scene_now(sc);
	SAY(sc, *ret_conn, .flags = TW_PSH | TW_ACK, .len = 1);
	if (tw_scene_going(sc) && !tw_peer_hears(sc, *ret_conn, 1, 5000))
		tw_scene_fail(sc, "the set-up failed: the peer's byte is not acked");
	tw_must(sc, tw_app_recv(sc, fd, 1));
	tw_scene_count_from_here(sc);
	return fd;
}

/* The @n-th segment after heard[0] has come; a row that waits in vain says so. */
static bool comes(struct tw_scene *sc, struct tw_conn *conn, unsigned n)
{
	bool came = tw_peer_hears(sc, conn, 1 + n, 60000);

	if (!came)
		tw_scene_fail(sc, "%u segments were due within a minute, and %u came", n,
			      tw_scene_going(sc) ? conn->n - 1 : 0);
	return came;
}

/* The peer answers heard[@i], if it is not too late for that. */
static void answer(struct tw_scene *sc, struct tw_conn *conn, unsigned i, unsigned flags)
{
	SAY(sc, conn, .flags = (uint8_t)flags);
	tw_scene_in_time(sc, conn->heard[i].at, SO_LATE_MS);
}

/* No further probe from here on; the one after heard[@i] would have come a second later at the earliest. */
static void stop(struct tw_scene *sc, int fd, const struct tw_conn *conn, unsigned i)
{
	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_KEEPALIVE, 0));
	tw_scene_in_time(sc, conn->heard[i].at, 900);
}

static void find_end(struct tw_scene *sc, int fd, const struct tw_conn *conn)
{
	tw_find_state(sc, "left", conn);
	tw_find_result(sc, "recv", tw_app_recv(sc, fd, 1));
	tw_find_result(sc, "send", tw_app_send(sc, fd, 1));
}

static const char *timer_of(struct tw_scene *sc, const struct tw_conn *conn, uint32_t *ret_left_ms)
{
	static const char *const names[TW_TIMERS] = { "none", "retransmit", "keepalive", "timewait",
						      "probe" };
	struct tw_entry entry = { .timer = TW_TIMER_NONE };

	if (tw_scene_going(sc))
		entry = tw_scene_entry(sc, conn);
	if (ret_left_ms)
		*ret_left_ms = entry.left_ms;
	return names[entry.timer];
}

/* What a socket is born with, and what SO_KEEPALIVE does. */
static void defaults(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);
	uint32_t left_ms;

	(void)arg;
	tw_find_number(sc, "keepalive", tw_app_get(sc, fd, SOL_SOCKET, SO_KEEPALIVE));
	tw_find_number(sc, "idle-s", tw_app_get(sc, fd, IPPROTO_TCP, TCP_KEEPIDLE));
	tw_find_number(sc, "interval-s", tw_app_get(sc, fd, IPPROTO_TCP, TCP_KEEPINTVL));
	tw_find_number(sc, "probes", tw_app_get(sc, fd, IPPROTO_TCP, TCP_KEEPCNT));
	tw_find_text(sc, "timer-off", "%s", timer_of(sc, conn, NULL));
	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_KEEPALIVE, 1));
	tw_find_text(sc, "timer-on", "%s", timer_of(sc, conn, &left_ms));
	tw_find_number(sc, "left-s", (left_ms + 500) / 1000);
	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_KEEPALIVE, 0));
	tw_find_text(sc, "timer-off-again", "%s", timer_of(sc, conn, NULL));
}

/* One connection has it, the other has not. */
static void per_connection(struct tw_scene *sc, const void *args)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8);
	struct tw_conn *with = tw_peer_new(sc, TW_APP_PORT);
	struct tw_conn *without = tw_peer_new(sc, TW_APP_PORT);
	int fd = tw_scene_accepted(sc, listener, with);
	uint32_t left_ms;

	tw_scene_accepted(sc, listener, without);
	keep_alive(sc, fd, args);
	tw_find_text(sc, "timer", "%s", timer_of(sc, with, &left_ms));
	tw_find_number(sc, "left-s", (left_ms + 500) / 1000);
	tw_find_text(sc, "timer-of-other", "%s", timer_of(sc, without, NULL));
}

/* Sysctls of the namespace are what a new socket begins with. */
static void from_sysctl(struct tw_scene *sc, const void *arg)
{
	int fd = tw_app_socket(sc, SOCK_STREAM);

	(void)arg;
	tw_find_number(sc, "idle-s", tw_app_get(sc, fd, IPPROTO_TCP, TCP_KEEPIDLE));
	tw_find_number(sc, "interval-s", tw_app_get(sc, fd, IPPROTO_TCP, TCP_KEEPINTVL));
	tw_find_number(sc, "probes", tw_app_get(sc, fd, IPPROTO_TCP, TCP_KEEPCNT));
}

static void probe_answered(struct tw_scene *sc, const void *args)
{
	struct tw_conn *conn;
	uint64_t since;
	int fd = idle_one(sc, &conn, args, &since);
	uint32_t next;

	if (!tw_scene_going(sc) || !comes(sc, conn, 1))
		return;
	next = conn->rcv_nxt;
	answer(sc, conn, 1, TW_ACK);
	tw_find_number(sc, "probe-seq", tw_seq_diff(conn->heard[1].seg.seq, next));
	tw_find_number(sc, "probe-len", conn->heard[1].seg.len);
	tw_find_number(sc, "probe-flags", conn->heard[1].seg.flags);
	tw_find_text(sc, "probe-ts", "%s", conn->heard[1].seg.ts ? "yes" : "no");
	tw_find_number(sc, "first-ms", ms_since(since, &conn->heard[1]));
	if (!comes(sc, conn, 2))
		return;
	tw_find_number(sc, "next-ms", ms_between(&conn->heard[1], &conn->heard[2]));
	tw_find_number(sc, "next-seq", tw_seq_diff(conn->heard[2].seg.seq, next));
	answer(sc, conn, 2, TW_ACK);
	stop(sc, fd, conn, 2);
	tw_find_state(sc, "left", conn);
	tw_find_result(sc, "recv", tw_app_recv(sc, fd, 1));
}

static void probe_reset(struct tw_scene *sc, const void *args)
{
	struct tw_conn *conn;
	uint64_t since;
	int fd = idle_one(sc, &conn, args, &since);

	if (!tw_scene_going(sc) || !comes(sc, conn, 1))
		return;
	tw_find_number(sc, "probes", count_probes(conn, conn->rcv_nxt));
	/* as a host that knows nothing of the connection: RST at SEG.ACK */
	answer(sc, conn, 1, TW_RST);
	find_end(sc, fd, conn);
}

/* The first probe gets lost, the next is answered. */
static void probe_lost(struct tw_scene *sc, const void *args)
{
	struct tw_conn *conn;
	uint64_t since;
	int fd = idle_one(sc, &conn, args, &since);

	if (!tw_scene_going(sc) || !comes(sc, conn, 2))
		return;
	tw_find_number(sc, "probes", count_probes(conn, conn->rcv_nxt));
	answer(sc, conn, 2, TW_ACK);
	stop(sc, fd, conn, 2);
	tw_find_number(sc, "interval-ms", ms_between(&conn->heard[1], &conn->heard[2]));
	find_end(sc, fd, conn);
}

/* Nobody answers; or a router does, in its way. */
struct dead {
	struct keep keep;
	bool unreachable; /* ICMP for every probe */
};

static void no_answer(struct tw_scene *sc, const void *args)
{
	const struct dead *arg = args;
	unsigned n = (unsigned)arg->keep.probes;
	struct tw_conn *conn;
	uint64_t since;
	int fd = idle_one(sc, &conn, &arg->keep, &since);
	const struct tw_heard *rst;
	int64_t least = INT64_MAX;

	for (unsigned i = 1; i <= n && tw_scene_going(sc) && comes(sc, conn, i); i++)
		if (arg->unreachable) {
			tw_peer_icmp_unreachable(sc, &conn->heard[i]);
			tw_scene_in_time(sc, conn->heard[i].at, SO_LATE_MS);
		}
	if (!tw_scene_going(sc) || !comes(sc, conn, n + 1))
		return;
	tw_find_number(sc, "probes", count_probes(conn, conn->rcv_nxt));
	for (unsigned i = 2; i <= n; i++)
		if (ms_between(&conn->heard[i - 1], &conn->heard[i]) < least)
			least = ms_between(&conn->heard[i - 1], &conn->heard[i]);
	tw_find_number(sc, "least-interval-ms", least);
	rst = &conn->heard[n + 1];
	tw_find_text(sc, "last", "%s", rst->seg.flags == (TW_RST | TW_ACK) ? "RST|ACK" : "another");
	tw_find_number(sc, "last-seq", tw_seq_diff(rst->seg.seq, conn->rcv_nxt));
	tw_find_number(sc, "after-first-probe-ms", ms_between(&conn->heard[1], rst));
	find_end(sc, fd, conn);
}

/* Data in flight, and nobody acks it. */
static void in_flight(struct tw_scene *sc, const void *args)
{
	struct tw_conn *conn;
	uint64_t since;
	int fd = idle_one(sc, &conn, args, &since);
	uint32_t first;

	if (!tw_scene_going(sc))
		return;
	first = conn->rcv_nxt;
	tw_must(sc, tw_app_send(sc, fd, 10));
	tw_scene_in_time(sc, since, 900);
	/* at 0, 0.2, 0.6, 1.4 and 3 s: keepalive's time comes twice in between */
	if (!comes(sc, conn, 5))
		return;
	tw_find_number(sc, "retransmitted-for-ms", ms_between(&conn->heard[1], &conn->heard[5]));
	tw_find_number(sc, "probes", count_probes(conn, first));
	tw_find_state(sc, "left", conn);
}

/* Something comes from the peer before the time is up. */
static void not_idle(struct tw_scene *sc, const void *args)
{
	struct tw_conn *conn;
	uint64_t since, said;

	idle_one(sc, &conn, args, &since);
	tw_scene_wait(sc, 500);
	said = tw_scene_now(sc);
	SAY(sc, conn, .flags = TW_PSH | TW_ACK, .len = 1);
	tw_scene_in_time(sc, since, 950);
	if (!tw_scene_going(sc) || !comes(sc, conn, 2))
		return;
	tw_find_text(sc, "first", "%s", is_probe(&conn->heard[1], conn->rcv_nxt) ? "probe" : "ACK");
	tw_find_text(sc, "second", "%s",
		     is_probe(&conn->heard[2], conn->rcv_nxt) ? "probe" : "another");
	tw_find_number(sc, "idle-ms", ms_since(said, &conn->heard[2]));
}

/* clang-format off */

/* @n_ s or more, less a jiffy of 10 ms for each timer in it; and what a busy machine may make of it. */
#define SECONDS(what_, n_) BETWEEN(what_, 990 * (n_), 50000 + 1000 * (n_))
#define A_PROBE NUM("probe-seq", -1), NUM("probe-len", 0), NUM("probe-flags", ACK)
#define GIVEN_UP(n_) \
	NUM("probes", n_), SECONDS("least-interval-ms", 1), IS("last", "RST|ACK"), \
	NUM("last-seq", 0), SECONDS("after-first-probe-ms", n_), IS("left", "gone"), \
	MOVES("TcpExtTCPKeepAlive", n_), MOVES("TcpExtTCPAbortOnTimeout", 1), MOVES("TcpOutRsts", 1)

#define KEEPALIVE(says_, ...) \
	{ .clause = "RFC 9293 3.8.4", .says = says_, .want = { { FINDS(__VA_ARGS__) } } }

static const struct tw_case rows[] = {
	{
		.id	= "keepalive.off",
		.says	= "keepalive is off until SO_KEEPALIVE, and a timer runs only while it is on",
		.cite	= { "N-90" },
		.scenario = defaults,
		.expect	= { FINDS(NUM("keepalive", 0), IS("timer-off", "none"),
				  IS("timer-on", "keepalive"), IS("timer-off-again", "none")) },
		.rfc	= KEEPALIVE("keepalive is off by default (MUST-25)", NUM("keepalive", 0),
				    IS("timer-off", "none")),
		.claim	= { { .id = "C2-12", .as_expected = true } },
	}, {
		.id	= "keepalive.defaults",
		.says	= "the first probe is due after two idle hours, nine go every 75 s",
		.cite	= { "N-91" },
		.scenario = defaults,
		.expect	= { FINDS(NUM("idle-s", 7200), NUM("interval-s", 75), NUM("probes", 9),
				  IS("timer-on", "keepalive"), BETWEEN("left-s", 7100, 7200)) },
		.except	= { { .unless = "H-77", .because = "before 4.8 timers were put off by up to a 256th",
			      .expect = { FINDS(NUM("idle-s", 7200), NUM("interval-s", 75),
						NUM("probes", 9), IS("timer-on", "keepalive"),
						BETWEEN("left-s", 7100, 7200 + 29)) } } },
		.rfc	= KEEPALIVE("the interval is two hours at least by default (MUST-28)",
				    BETWEEN("idle-s", 7200, INT32_MAX)),
		.claim	= { { .id = "C2-7", .as_expected = true },
			    { .id = "C2-10", .as_expected = true },
			    { .id = "C2-12", .as_expected = true } },
	}, {
		.id	= "keepalive.per-connection",
		.says	= "keepalive and its interval are a matter of each connection",
		.cite	= { "N-91" },
		.scenario = per_connection,
		.arg	= &(const struct keep) { 1000, 10, 5 },
		.expect	= { FINDS(IS("timer", "keepalive"), BETWEEN("left-s", 900, 1000),
				  IS("timer-of-other", "none")) },
		.except	= { { .unless = "H-77", .because = "before 4.8 timers were put off by up to a 256th",
			      .expect = { FINDS(IS("timer", "keepalive"),
						BETWEEN("left-s", 900, 1000 + 4),
						IS("timer-of-other", "none")) } } },
		.rfc	= KEEPALIVE("it is switched for each connection (MUST-24)",
				    IS("timer", "keepalive"), IS("timer-of-other", "none")),
	}, {
		.id	= "keepalive.sysctl",
		.says	= "what a socket begins with can be set for the whole namespace",
		.cite	= { "N-91" },
		.given	= { .sysctl = { SYSCTL("tcp_keepalive_time", "100"),
					SYSCTL("tcp_keepalive_intvl", "20"),
					SYSCTL("tcp_keepalive_probes", "3") } },
		.scenario = from_sysctl,
		.expect	= { FINDS(NUM("idle-s", 100), NUM("interval-s", 20), NUM("probes", 3)) },
		.rfc	= KEEPALIVE("the interval can be configured (MUST-27)",
				    NUM("idle-s", 100)),
	},

	/* the probe */
	{
		.id	= "keepalive.probe",
		.says	= "a keepalive probe is an ACK at SND.NXT - 1 without data, with timestamps",
		.cite	= { "N-93" },
		.scenario = probe_answered,
		.arg	= &(const struct keep) { 1, 1, 3 },
		.expect	= { FINDS(A_PROBE, IS("probe-ts", "yes"), NUM("next-seq", -1),
				  SECONDS("first-ms", 1), MOVES("TcpExtTCPKeepAlive", 2)) },
		.rfc	= KEEPALIVE("SEG.SEQ is SND.NXT - 1, and there is no data (SHLD-12)",
				    NUM("probe-seq", -1), NUM("probe-len", 0)),
		.slow	= true,
	}, {
		.id	= "keepalive.in-flight",
		.says	= "while data is in flight no keepalive probe is sent, however long it takes",
		.cite	= { "N-92" },
		.scenario = in_flight,
		.arg	= &(const struct keep) { 1, 1, 1 },
		.expect	= { FINDS(NUM("probes", 0), BETWEEN("retransmitted-for-ms", 2500, 90000),
				  IS("left", "established"), MOVES("TcpExtTCPKeepAlive", 0)) },
		.rfc	= KEEPALIVE("no probe is sent while data is outstanding (MUST-26)",
				    NUM("probes", 0)),
		.slow	= true,
	}, {
		.id	= "keepalive.not-idle",
		.says	= "what comes from the peer puts the first probe off by the whole idle time",
		.cite	= { "N-92" },
		.scenario = not_idle,
		.arg	= &(const struct keep) { 1, 1, 3 },
		.expect	= { FINDS(IS("first", "ACK"), IS("second", "probe"),
				  SECONDS("idle-ms", 1)) },
		.rfc	= KEEPALIVE("a probe is sent only if nothing came for the interval (MUST-26)",
				    IS("second", "probe"), SECONDS("idle-ms", 1)),
		.slow	= true,
	},

	/* what it leads to */
	{
		.id	= "keepalive.answered",
		.says	= "if the peer answers, the next probe is due after another idle time, not "
			  "after an interval",
		.cite	= { "N-92", "N-91" },
		.scenario = probe_answered,
		.arg	= &(const struct keep) { 2, 1, 3 },
		.expect	= { FINDS(SECONDS("first-ms", 2), SECONDS("next-ms", 2), NUM("next-seq", -1),
				  IS("left", "established"), IS("recv", "EAGAIN"),
				  MOVES("TcpExtTCPKeepAlive", 2), MOVES("TcpOutRsts", 0)) },
		.rfc	= KEEPALIVE("a probe is sent only if nothing came for the interval (MUST-26)",
				    SECONDS("next-ms", 2)),
		.claim	= { { .id = "C2-7", .as_expected = true },
			    { .id = "C2-8", .as_expected = true } },
		.slow	= true,
	}, {
		.id	= "keepalive.lost",
		.says	= "a probe that gets lost is repeated after the interval; the connection lives",
		.cite	= { "N-94" },
		.scenario = probe_lost,
		.arg	= &(const struct keep) { 1, 1, 3 },
		.expect	= { FINDS(NUM("probes", 2), SECONDS("interval-ms", 1),
				  IS("left", "established"), IS("recv", "EAGAIN"), IS("send", "OK"),
				  MOVES("TcpExtTCPAbortOnTimeout", 0), MOVES("TcpOutRsts", 0)) },
		.rfc	= KEEPALIVE("one probe without an answer is not a dead peer (MUST-29)",
				    IS("left", "established"), IS("send", "OK")),
		.slow	= true,
	}, {
		.id	= "keepalive.reset",
		.says	= "a peer that has restarted answers the probe by a RST: ECONNRESET",
		.cite	= { "N-93", "N-88" },
		.scenario = probe_reset,
		.arg	= &(const struct keep) { 1, 1, 3 },
		.expect	= { FINDS(NUM("probes", 1), IS("left", "gone"), IS("recv", "ECONNRESET"),
				  IS("send", "EPIPE"), MOVES("TcpEstabResets", 1),
				  MOVES("TcpExtTCPAbortOnTimeout", 0), MOVES("TcpOutRsts", 0)) },
		.claim	= { { .id = "C2-9", .as_expected = true } },
		.slow	= true,
	}, {
		.id	= "keepalive.silence",
		.says	= "one interval after the last of the probes the connection is reset: ETIMEDOUT",
		.cite	= { "N-94" },
		.scenario = no_answer,
		.arg	= &(const struct dead) { .keep = { 1, 1, 3 } },
		.expect	= { FINDS(GIVEN_UP(3), IS("recv", "ETIMEDOUT"), IS("send", "EPIPE")) },
		.rfc	= KEEPALIVE("one probe without an answer is not a dead peer (MUST-29)",
				    BETWEEN("probes", 2, TW_HEARD_MAX)),
		.claim	= { { .id = "C2-10", .as_expected = true } },
		.slow	= true,
	}, {
		.id	= "keepalive.unreachable",
		.says	= "ICMP \"host unreachable\" for every probe changes nothing: it quotes a number "
			  "below SND.UNA",
		.cite	= { "N-94" },
		.scenario = no_answer,
		.arg	= &(const struct dead) { .keep = { 1, 1, 3 }, .unreachable = true },
		.expect	= { FINDS(GIVEN_UP(3), IS("recv", "ETIMEDOUT"), IS("send", "EPIPE"),
				  MOVES("TcpExtOutOfWindowIcmps", 3)) },
		.claim	= { { .id = "C2-11", .want = { FINDS(IS("recv", "EHOSTUNREACH")) } } },
		.slow	= true,
	}, {
		.id	= "keepalive.one-probe",
		.says	= "TCP_KEEPCNT 1 lets a single probe decide",
		.cite	= { "N-94" },
		.scenario = no_answer,
		.arg	= &(const struct dead) { .keep = { 1, 1, 1 } },
		.expect	= { FINDS(NUM("probes", 1), IS("last", "RST|ACK"), NUM("last-seq", 0),
				  SECONDS("after-first-probe-ms", 1), IS("left", "gone"),
				  IS("recv", "ETIMEDOUT"), MOVES("TcpExtTCPAbortOnTimeout", 1)) },
		.slow	= true,
	},
};
/* clang-format on */
TW_CASE_TABLE(keepalive);
