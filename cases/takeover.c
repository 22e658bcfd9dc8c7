/*
 * What the connection that takes a TIME_WAIT's place has from the old one: its initial sequence
 * number, and TS.Recent.
 */
#include <errno.h>

#include "acts.h"
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

/* A socket of the DUT that has the port, with SO_REUSEADDR; the kernel has not chosen it. */
static int bound_socket(struct tw_scene *sc)
{
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_REUSEADDR);

	tw_must(sc, tw_app_bind(sc, fd, tw_end_local(sc, 0, TW_OWN_PORT)));
	return fd;
}

static int connected_socket(struct tw_scene *sc, struct tw_conn *conn)
{
	int fd = bound_socket(sc);

	tw_scene_connected(sc, fd, conn);
	return fd;
}

/* ---- sequence numbers ---- */

static void find_isn(struct tw_scene *sc, unsigned i, uint32_t isn, uint32_t old_snd_nxt)
{
	static const char *const what[] = { "isn-1", "isn-2", "isn-3" };

	tw_find_number(sc, what[i], tw_seq_diff(isn, old_snd_nxt));
}

/* From inside, three times on one tuple. */
static void take_over_thrice(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
	int fd = connected_socket(sc, conn);

	(void)arg;
	for (unsigned i = 0; i < 3 && tw_scene_going(sc); i++) {
		uint32_t old_snd_nxt;
		struct tw_seg syn;

		tw_act_time_wait(sc, fd, conn, NULL);
		old_snd_nxt = conn->rcv_nxt;
		conn->iss = conn->snd_nxt = tw_scene_random(sc);
		fd = bound_socket(sc);
		tw_must(sc, tw_act_connect(sc, fd, conn, &syn));
		find_isn(sc, i, syn.seq, old_snd_nxt);
	}
}

/* From outside, the same. */
static void reopen_thrice(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8);
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);
	int fd = tw_scene_accepted(sc, listener, conn);

	(void)arg;
	for (unsigned i = 0; i < 3 && tw_scene_going(sc); i++) {
		uint32_t old_snd_nxt;

		tw_act_time_wait(sc, fd, conn, NULL);
		old_snd_nxt = conn->rcv_nxt;
		conn->snd_nxt += 100;
		conn->tsval++;
		fd = tw_scene_accepted(sc, listener, conn);
		if (tw_scene_going(sc))
			find_isn(sc, i, conn->irs, old_snd_nxt);
	}
}

/*
 * TCP_REPAIR: the DUT's end of @conn's tuple comes into being established, without a segment,
 * with these numbers. Binds unless the kernel is to choose the port. The result of connect().
 */
static int repair_connect(struct tw_scene *sc, int fd, const struct tw_conn *conn, bool bound,
			  uint32_t seq, uint32_t rcv_nxt)
{
	tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_REPAIR, 1));
	if (bound)
		tw_must(sc, tw_app_bind(sc, fd, tw_end_local(sc, 0, TW_OWN_PORT)));
	tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE));
	tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_QUEUE_SEQ, (int)seq));
	tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_RECV_QUEUE));
	tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_QUEUE_SEQ, (int)rcv_nxt));
	if (!tw_scene_going(sc))
		return -ECANCELED;
	return tw_app_connect(sc, fd, (struct tw_end){ conn->flow.peer, conn->flow.peer_port });
}

/* Both ends use timestamps, and an ordinary socket goes on from here. */
static void repair_end(struct tw_scene *sc, int fd, const struct tw_conn *conn, bool ts)
{
	const struct tcp_repair_opt opt = { .opt_code = 8 /* TCPOPT_TIMESTAMP */ };
	const struct tcp_repair_window win = {
		.snd_wl1 = conn->snd_nxt,
		.snd_wnd = 65535,
		.max_window = 65535,
		.rcv_wnd = 65535,
		.rcv_wup = conn->snd_nxt,
	};

	/* it has heard of no window, and would send nothing */
	if (tw_app_set_raw(sc, fd, IPPROTO_TCP, TCP_REPAIR_WINDOW, &win, sizeof(win)) < 0)
		tw_scene_skip(sc, "this kernel has no TCP_REPAIR_WINDOW (Linux 4.8)");
	if (ts)
		tw_must(sc,
			tw_app_set_raw(sc, fd, IPPROTO_TCP, TCP_REPAIR_OPTIONS, &opt, sizeof(opt)));
	if (tw_app_set(sc, fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP) == -EINVAL)
		tw_scene_skip(sc,
			      "this kernel has no TCP_REPAIR_OFF_NO_WP, and would send a window "
			      "probe (before 4.19)");
	/* TCP_REPAIR has taken the option away */
	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_REUSEADDR, 1));
}

/* A connection of the DUT's port in which SND.NXT will be @snd_nxt once it is in TIME_WAIT. */
static struct tw_conn *time_wait_at(struct tw_scene *sc, uint32_t snd_nxt)
{
	struct tw_conn *conn = tw_peer_new(sc, TW_OWN_PORT);
	int fd = tw_app_socket(sc, SOCK_STREAM);

	if (!tw_scene_going(sc))
		return NULL;
	conn->rcv_nxt = snd_nxt - 1;
	tw_must(sc, repair_connect(sc, fd, conn, true, conn->rcv_nxt, conn->snd_nxt));
	repair_end(sc, fd, conn, true);
	tw_act_time_wait(sc, fd, conn, NULL);
	return conn;
}

struct wrap_arg {
	uint32_t snd_nxt;
	bool outside;
};

static void isn_around_zero(struct tw_scene *sc, const void *arg)
{
	const struct wrap_arg *a = arg;
	struct tw_conn *conn = time_wait_at(sc, a->snd_nxt);
	struct tw_seg syn;
	int fd;

	tw_scene_count_from_here(sc);
	if (a->outside) {
		fd = tw_app_listener(sc, TW_OWN_PORT, 8);
		if (!tw_scene_going(sc))
			return;
		conn->snd_nxt += 100;
		tw_scene_accepted(sc, fd, conn);
		tw_find_number(sc, "isn", (int32_t)conn->irs);
		return;
	}
	fd = bound_socket(sc);
	tw_find_result(sc, "connect", conn ? tw_act_connect(sc, fd, conn, &syn) : -ECANCELED);
	if (tw_scene_going(sc))
		tw_find_number(sc, "isn", (int32_t)syn.seq);
}

enum {
	OTHER_SEQ = 1000000
};

struct repair_arg {
	bool no_ts;
};

/* A socket under TCP_REPAIR connects to the tuple of a TIME_WAIT whose socket had no option. */
static void take_over_in_repair(struct tw_scene *sc, const void *arg)
{
	const struct repair_arg *a = arg;
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION), ret;

	if (!tw_scene_going(sc))
		return;
	conn->ts = !a->no_ts;
	tw_must(sc, tw_app_bind(sc, fd, tw_end_local(sc, 0, TW_OWN_PORT)));
	tw_scene_connected(sc, fd, conn);
	tw_act_time_wait(sc, fd, conn, NULL);
	tw_scene_count_from_here(sc);
	fd = tw_app_socket(sc, SOCK_STREAM);
	conn->rcv_nxt += OTHER_SEQ;
	ret = repair_connect(sc, fd, conn, true, conn->rcv_nxt, conn->snd_nxt);
	tw_find_result(sc, "connect", ret);
	tw_find_reply(sc, "wire", conn);
	if (ret < 0) {
		tw_find_text(sc, "data", "none");
		return;
	}
	repair_end(sc, fd, conn, true);
	tw_app_send(sc, fd, 10);
	tw_find_reply(sc, "data", conn);
	if (!tw_scene_going(sc) || !conn->n)
		return;
	tw_find_number(sc, "seq", tw_seq_diff(conn->heard[0].seg.seq, conn->rcv_nxt - 10));
	tw_find_number(sc, "tsecr", conn->heard[0].seg.tsecr);
}

/* ---- timestamps ---- */

struct cross_arg {
	bool fresh;   /* no TIME_WAIT was there */
	uint8_t with; /* SYN or SYN|ACK: what the peer says to the SYN */
	bool no_ts;   /* that has no timestamp; else it is T + */
	uint32_t tsval;
};

/* The peer's answer to the SYN of a connection that took over a TIME_WAIT of TS.Recent T. */
static void answer_with(struct tw_scene *sc, const void *arg)
{
	const struct cross_arg *a = arg;
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
	uint64_t began;
	int fd = -1;

	if (!a->fresh) {
		fd = connected_socket(sc, conn);
		tw_act_time_wait(sc, fd, conn, NULL);
	}
	fd = bound_socket(sc);
	if (!tw_scene_going(sc))
		return;
	conn->iss = conn->snd_nxt = tw_scene_random(sc);
	began = tw_scene_now(sc);
	tw_app_connect(sc, fd, (struct tw_end){ conn->flow.peer, conn->flow.peer_port });
	tw_find_number(sc, "syn-tsecr", conn->n ? (int64_t)conn->heard[0].seg.tsecr : -1);
	tw_find_number(sc, "syn-tsecr-less-t",
		       conn->n ? tw_seq_diff(conn->heard[0].seg.tsecr, conn->tsval) : -1);
	tw_peer_forget(conn);
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = a->with, .tsval = a->tsval, .no_ts = a->no_ts);
	tw_find_reply(sc, "reply", conn);
	tw_find_result(sc, "connect", tw_app_connected(sc, fd));
	if (tw_scene_now(sc) - began > 900000000u)
		tw_scene_held_up(sc, "the SYN was sent again meanwhile");
}

/* TS.Recent of the new connection is that of its SYN-ACK, and not the old one's. */
static void new_ts_recent(struct tw_scene *sc, const void *arg)
{
	const struct cross_arg *a = arg;
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
	int fd = connected_socket(sc, conn), got;
	struct tw_seg syn;

	tw_act_time_wait(sc, fd, conn, NULL);
	fd = bound_socket(sc);
	if (!tw_scene_going(sc))
		return;
	conn->iss = conn->snd_nxt = tw_scene_random(sc);
	conn->tsval -= 1000;
	tw_must(sc, tw_act_connect(sc, fd, conn, &syn));
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = ACK | PSH, .len = 5, .tsval = a->tsval);
	tw_find_reply(sc, "reply", conn);
	got = tw_app_recv(sc, fd, 100);
	tw_find_number(sc, "delivered", got < 0 ? 0 : got);
}

/*
 * A connection whose timestamps are 2^30 ms ahead of the DUT's clock, in TIME_WAIT on the only
 * port there is; and an ordinary connect().
 */
static void reuse_with_older_clock(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn = tw_peer_new(sc, TW_OWN_PORT);
	int fd = tw_app_socket(sc, SOCK_STREAM);
	struct tw_seg syn;
	uint32_t clock, last;

	(void)arg;
	/* 2: no random offset */
	tw_scene_sysctl(sc, "net.ipv4.tcp_timestamps", "2");
	if (!tw_scene_going(sc))
		return;
	conn->rcv_nxt = tw_scene_random(sc);
	tw_must(sc, repair_connect(sc, fd, conn, false, conn->rcv_nxt, conn->snd_nxt));
	clock = (uint32_t)tw_app_get(sc, fd, IPPROTO_TCP, TCP_TIMESTAMP);
	tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_TIMESTAMP, (int)(clock + (1u << 30))));
	repair_end(sc, fd, conn, true);
	tw_act_time_wait(sc, fd, conn, NULL);
	last = conn->tsecr;
	tw_scene_wait(sc, 5);
	tw_scene_count_from_here(sc);
	fd = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION);
	tw_find_result(sc, "connect", tw_act_connect(sc, fd, conn, &syn));
	if (tw_scene_going(sc))
		tw_find_number(sc, "tsval", tw_seq_diff(syn.tsval, last));
}

/* clang-format off */

#define RULES(...) .cite = { __VA_ARGS__ }
#define UNPREDICTABLE(clause_, find_) DEMAND(clause_, \
	"an initial sequence number is a clock's plus a secret's, not the old connection's",	\
	{ FINDS(BETWEEN(find_, INT32_MIN, 65536)) }, { FINDS(BETWEEN(find_, 65538, INT32_MAX)) })

/* SND.NXT of the old connection, and the ISN that follows, as signed numbers */
#define ISN(id_, snd_nxt_, isn_, says_)								\
	{											\
		.id = "takeover.isn-" id_ ".inside",						\
		.says = "the connection that takes over begins at " says_,			\
		RULES("D-91", "N-34"), .scenario = isn_around_zero,				\
		.arg = &(const struct wrap_arg){ .snd_nxt = (uint32_t)(snd_nxt_) },		\
		.expect = { FINDS(IS("connect", "OK"), NUM("isn", isn_),			\
				  MOVES("TcpExtTWRecycled", 1)) },				\
	},											\
	{											\
		.id = "takeover.isn-" id_ ".outside",						\
		.says = "the SYN-ACK that reopens a tuple has the number " says_,		\
		RULES("D-20", "N-34"), .scenario = isn_around_zero,				\
		.arg = &(const struct wrap_arg){ .snd_nxt = (uint32_t)(snd_nxt_),		\
						 .outside = true },				\
		.expect = { FINDS(NUM("isn", isn_), MOVES("TcpExtTWRecycled", 0)) },		\
		.needs = "!H-63",								\
	}

#define ANSWER(id_, says_, with_, ...)								\
	.id = "takeover." id_, .says = says_, .scenario = answer_with,				\
	.arg = &(const struct cross_arg){ .with = with_, __VA_ARGS__ }
#define A_CROSSING_SYN DEMAND("RFC 9293 3.10.7.3", \
	"a SYN that crosses ours is answered by SYN-ACK", \
	{ FINDS(IS("reply", "SYN|ACK")) })

#define NOT_ACCEPTABLE DEMAND("RFC 7323 5.3 R1", \
	"a segment older than TS.Recent is not acceptable", \
	{ FINDS(IS("reply", "ACK"), NUM("delivered", 0)) })
/*
 * The SYN-ACK of a simultaneous open is in no counter: not sent, since its SYN was; nor sent
 * again.
 */
#define IN_NO_COUNTER .given = { .uncounted = 1 }

static const struct tw_case rows[] = {
	{
		.id = "takeover.isn-thrice.inside",
		.says = "each connection that takes over begins at the old SND.NXT + 65537",
		RULES("D-91", "N-34", "D-80"),
		.scenario = take_over_thrice,
		.expect = { FINDS(NUM("isn-1", 65537), NUM("isn-2", 65537), NUM("isn-3", 65537),
				  MOVES("TcpExtTWRecycled", 3)) },
		.rfc = UNPREDICTABLE("RFC 6528 3", "isn-3"),
	},
	{
		.id = "takeover.isn-thrice.outside",
		.says = "each SYN-ACK that reopens a tuple has the old SND.NXT + 65537",
		RULES("D-20", "D-41", "N-34"),
		.scenario = reopen_thrice,
		.expect = { FINDS(NUM("isn-1", 65537), NUM("isn-2", 65537), NUM("isn-3", 65537)) },
		.rfc = UNPREDICTABLE("RFC 9293 3.4.1", "isn-3"),
		.needs = "!H-63",
	},
	ISN("last", -65538, -1, "4294967295, the last, if that is the old SND.NXT + 65537"),
	ISN("zero", -65537, 1, "1 if the old SND.NXT + 65537 is 0"),
	ISN("one", -65536, 1, "1 if that is the old SND.NXT + 65537"),

	{
		.id = "takeover.repair",
		.says = "a socket under TCP_REPAIR takes over without a segment, whatever the "
			"options, and keeps its own numbers",
		RULES("D-93"),
		.scenario = take_over_in_repair,
		.arg = &(const struct repair_arg){ .no_ts = false },
		.expect = { FINDS(IS("connect", "OK"), IS("wire", "silence"),
				  IS("data", "PSH|ACK"), NUM("seq", 0), NUM("tsecr", 0),
				  MOVES("TcpExtTWRecycled", 1)) },
	},
	{
		.id = "takeover.repair.no-ts",
		.says = "a socket under TCP_REPAIR does not take over what had no timestamps",
		RULES("D-93", "D-81"),
		.scenario = take_over_in_repair,
		.arg = &(const struct repair_arg){ .no_ts = true },
		.expect = { FINDS(IS("connect", "EADDRNOTAVAIL"), IS("wire", "silence"),
				  MOVES("TcpExtTWRecycled", 0)) },
	},

	{
		ANSWER("crossing-syn.ts-below", "a crossing SYN with a timestamp older than the "
		       "old connection's last is dropped in silence", SYN, .tsval = (uint32_t)-1),
		RULES("D-92"),
		.expect = { FINDS(IS("reply", "silence"), IS("connect", "EINPROGRESS"),
				  MOVES("TcpExtPAWSActive", 0), MOVES("TcpExtPAWSEstab", 0)),
			    .reason = "TCP_RFC7323_PAWS" },
		.rfc = A_CROSSING_SYN,
	},
	{
		ANSWER("crossing-syn.ts-equal", "a crossing SYN with the old connection's last "
		       "timestamp is answered by SYN-ACK", SYN, .tsval = 0),
		RULES("D-92"),
		.expect = { FINDS(IS("reply", "SYN|ACK")) },
		.rfc = A_CROSSING_SYN,
		IN_NO_COUNTER,
	},
	{
		ANSWER("crossing-syn.ts-above", "a crossing SYN with a newer timestamp than the "
		       "old connection's last is answered by SYN-ACK", SYN, .tsval = 1),
		RULES("D-92"),
		.expect = { FINDS(IS("reply", "SYN|ACK")) },
		.rfc = A_CROSSING_SYN,
		IN_NO_COUNTER,
	},
	{
		ANSWER("crossing-syn.no-ts", "a crossing SYN without a timestamp is answered by "
		       "SYN-ACK", SYN, .no_ts = true),
		RULES("D-92"),
		.expect = { FINDS(IS("reply", "SYN|ACK")) },
		.rfc = A_CROSSING_SYN,
		IN_NO_COUNTER,
	},
	{
		ANSWER("crossing-syn.fresh", "a crossing SYN is answered by SYN-ACK, whatever its "
		       "timestamp, where there was no TIME_WAIT", SYN, .fresh = true,
		       .tsval = (uint32_t)-1),
		RULES("D-92"),
		.expect = { FINDS(IS("reply", "SYN|ACK")) },
		.rfc = A_CROSSING_SYN,
		IN_NO_COUNTER,
	},
	{
		ANSWER("syn-ack.ts-below", "a SYN-ACK with an older timestamp than the old "
		       "connection's last is accepted", SYN | ACK, .tsval = (uint32_t)-1000000),
		RULES("D-92"),
		.expect = { FINDS(IS("reply", "ACK"), IS("connect", "OK"),
				  NUM("syn-tsecr-less-t", 0)) },
		.rfc = DEMAND("RFC 7323 3.2", "TSecr of a SYN that acks nothing is 0 (SHOULD)",
			      { FINDS(NUM("syn-tsecr", 0)) }),
	},
	{
		.id = "takeover.paws.ts-below",
		.says = "the new connection has its own TS.Recent: two below that of its SYN-ACK "
			"data is refused",
		RULES("D-92", "N-60"),
		.scenario = new_ts_recent,
		.arg = &(const struct cross_arg){ .tsval = (uint32_t)-2 },
		.expect = { FINDS(IS("reply", "ACK"), NUM("delivered", 0),
				  MOVES("TcpExtPAWSEstab", 1)) },
		.rfc = NOT_ACCEPTABLE,
	},
	{
		.id = "takeover.paws.ts-just-below",
		.says = "one below TS.Recent is accepted: in every state but TIME_WAIT PAWS lets "
			"it pass (TCP_PAWS_WINDOW)",
		RULES("D-92", "N-60"),
		.scenario = new_ts_recent,
		.arg = &(const struct cross_arg){ .tsval = (uint32_t)-1 },
		.expect = { FINDS(IS("reply", "ACK"), NUM("delivered", 5),
				  MOVES("TcpExtPAWSEstab", 0)) },
		.rfc = NOT_ACCEPTABLE,
	},
	{
		.id = "takeover.paws.ts-equal",
		.says = "the new connection accepts data that is older than TS.Recent of the one "
			"in TIME_WAIT",
		RULES("D-92", "N-60"),
		.scenario = new_ts_recent,
		.arg = &(const struct cross_arg){ .tsval = 0 },
		.expect = { FINDS(IS("reply", "ACK"), NUM("delivered", 5),
				  MOVES("TcpExtPAWSEstab", 0)) },
	},
	{
		.id = "takeover.older-clock",
		.says = "tcp_tw_reuse looks at the time since TIME_WAIT began, not at the "
			"timestamps: the new ones may be behind the old ones",
		RULES("D-84"),
		.given = { .sysctl = { SYSCTL("tcp_tw_reuse", "1"),
				       SYSCTL("tcp_tw_reuse_delay", "1"),
				       SYSCTL("ip_local_port_range", "40000 40000") } },
		.scenario = reuse_with_older_clock,
		.expect = { FINDS(IS("connect", "OK"), BETWEEN("tsval", INT32_MIN, -1),
				  MOVES("TcpExtTWRecycled", 1)) },
		.claim = { { .id = "C0-11",
			     .when = "the new connection's timestamps are behind the old one's",
			     .want = { FINDS(IS("connect", "EADDRNOTAVAIL")) } } },
	},
};
/* clang-format on */
TW_CASE_TABLE(takeover);
