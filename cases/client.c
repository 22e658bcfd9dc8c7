/*
 * The DUT connects, and what answers is not a listener: a TIME_WAIT that challenges its SYN, somebody who resets, or nobody.
 * This is the other half of every dialogue with TIME_WAIT: what makes a client come through, and when.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

enum {
	MS = 1000000,
	SERVER_PORT = 80,
	LIMIT_MS = 5000,
	/* A jiffy is 10 ms at most; whatever is not at once waits for a second. */
	AT_ONCE_LEAST_MS = 1,
	AT_ONCE_MOST_MS = 900,
};

/* connect(), and the SYN is heard. The descriptor. */
static int begin(struct tw_scene *sc, struct tw_conn *conn)
{
	int fd = tw_app_socket(sc, SOCK_STREAM);

	if (!tw_scene_going(sc))
		return -1;
	tw_app_connect(sc, fd, (struct tw_end){ conn->flow.peer, conn->flow.peer_port });
	if (!tw_peer_hears(sc, conn, 1, LIMIT_MS) || conn->heard[0].seg.flags != TW_SYN)
		tw_scene_fail(sc, "the set-up failed: no SYN came");
	return fd;
}

/* The first segment heard, from the @from-th on, that has all of @with and none of @without; NULL: none. */
static const struct tw_heard *first(const struct tw_conn *conn, unsigned from, unsigned with,
				    unsigned without)
{
	for (unsigned i = from; i < conn->n && i < TW_HEARD_MAX; i++) {
		unsigned flags = conn->heard[i].seg.flags;

		if ((flags & with) == with && !(flags & without))
			return &conn->heard[i];
	}
	return NULL;
}

static const struct tw_heard *wait_for_syn(struct tw_scene *sc, struct tw_conn *conn)
{
	const struct tw_heard *syn = first(conn, 0, TW_SYN, 0);

	while (!syn && tw_peer_hears(sc, conn, conn->n + 1, LIMIT_MS))
		syn = first(conn, 0, TW_SYN, 0);
	return syn;
}

/* What the peer makes of the SYN. */
struct answer_arg {
	uint8_t flags;
	uint32_t ack;   /* offset to ISN + 1 */
	uint32_t tsecr; /* offset to the TSval of the SYN */
	bool zero_tsecr;
	unsigned attempt; /* the SYN that it answers; 0 is the first */
	bool waits;       /* the next SYN waits for its timer: that is looked at, not waited for */
};

static void find_reset(struct tw_scene *sc, const struct tw_conn *conn, uint32_t acked)
{
	const struct tw_heard *reply = first(conn, 0, 0, TW_SYN);
	const struct tw_seg *seg = reply ? &reply->seg : NULL;

	tw_find_text(sc, "reply", "%s",
		     !seg                         ? "silence"
		     : seg->flags == TW_RST       ? "RST"
		     : seg->flags == TW_ACK       ? "ACK"
		     : (seg->flags & TW_RST) != 0 ? "RST|ACK"
						  : "something else");
	tw_find_text(sc, "rst-seq", "%s",
		     !seg                ? "none"
		     : seg->seq == acked ? "SEG.ACK"
					 : "something else");
	tw_find_text(sc, "rst-ts", "%s", !seg ? "none" : seg->ts ? "yes" : "no");
}

/* When the DUT will send its SYN again, counted from the SYN before. */
static void find_due(struct tw_scene *sc, const struct tw_conn *conn, uint64_t syn_at)
{
	struct tw_entry entry = tw_scene_entry(sc, conn);

	tw_scene_fence(sc);
	if (first(conn, 0, TW_SYN, 0) || entry.asked[1] - entry.asked[0] > 100 * MS)
		tw_scene_held_up(sc, "the SYN's timer could not be read in time");
	tw_find_number(sc, "syn-due-ms",
		       entry.timer == TW_TIMER_RETRANSMIT
			       ? (int64_t)((entry.asked[1] - syn_at) / MS + entry.left_ms)
			       : -1);
}

static void find_again(struct tw_scene *sc, struct tw_conn *conn, uint64_t asked_at, uint32_t isn)
{
	const struct tw_heard *syn = wait_for_syn(sc, conn);

	tw_find_number(sc, "syn-again-ms", syn ? (int64_t)((syn->at - asked_at) / MS) : -1);
	tw_find_text(sc, "isn-again", "%s",
		     !syn                  ? "none"
		     : syn->seg.seq == isn ? "the same"
					   : "another");
}

static void answer(struct tw_scene *sc, const void *arg)
{
	const struct answer_arg *a = arg;
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, SERVER_PORT));
	int fd = begin(sc, conn);
	unsigned no = a->attempt ? a->attempt : 1;
	uint64_t syn_at, asked_at;
	uint32_t isn;

	if (tw_scene_going(sc) && !tw_peer_hears(sc, conn, no, LIMIT_MS))
		tw_scene_fail(sc, "the set-up failed: SYN %u did not come", no);
	tw_scene_count_from_here(sc);
	if (!tw_scene_going(sc))
		return;
	syn_at = conn->heard[no - 1].at;
	isn = conn->irs;
	if (a->zero_tsecr)
		conn->tsecr = 0;
	tw_peer_forget(conn);
	asked_at = tw_scene_now(sc);
	SAY(sc, conn, .flags = a->flags, .ack = a->ack, .tsecr = a->tsecr);
	if (a->waits)
		find_due(sc, conn, syn_at);
	else
		find_again(sc, conn, asked_at, isn);
	find_reset(sc, conn, isn + 1 + a->ack);
	tw_find_state(sc, "state", conn);
	tw_find_result(sc, "connect", tw_app_connected(sc, fd));
}

/* The whole dialogue: SYN, the ACK of a TIME_WAIT that does not accept it, RST, SYN, SYN-ACK, ACK. */
static void come_through(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, SERVER_PORT));
	const struct tw_heard *syn;
	int fd = begin(sc, conn);
	uint64_t asked_at;
	uint32_t r;

	(void)arg;
	tw_scene_count_from_here(sc);
	if (!tw_scene_going(sc))
		return;
	/* the numbers of the old connection have nothing to do with those of the SYN */
	r = conn->irs + 0x12345678;
	tw_peer_forget(conn);
	asked_at = tw_scene_now(sc);
	SAY(sc, conn, .flags = TW_ACK, .seq = 0x23456789, .ack = r - conn->rcv_nxt, .tsval = 1000,
	    .tsecr = -5000u);
	syn = wait_for_syn(sc, conn);
	find_reset(sc, conn, r);
	tw_find_number(sc, "syn-again-ms", syn ? (int64_t)((syn->at - asked_at) / MS) : -1);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = TW_SYN | TW_ACK);
	tw_find_reply(sc, "answer", conn);
	tw_find_result(sc, "connect", tw_app_connected(sc, fd));
	tw_find_state(sc, "state", conn);
}

/* The seconds that the retransmission timer was set to after each SYN, in words, and how the kernel kept to them. */
struct schedule {
	char text[64];
	size_t len;
	unsigned syns;
	unsigned early; /* SYNs that came before their time */
	uint64_t first, last, due;
};

static void note_syn(struct tw_scene *sc, struct schedule *s, int fd, struct tw_conn *conn)
{
	const struct tw_heard *syn = &conn->heard[s->syns];
	const uint64_t jiffy = 10 * MS;
	struct tcp_info info;

	tw_app_info(sc, fd, &info);
	tw_peer_hears(sc, conn, conn->n + 1, 0);
	if (conn->n > s->syns + 1)
		tw_scene_held_up(sc, "a SYN's timer was looked at when the next was out already");
	s->early += s->syns && syn->at + jiffy < s->due;
	if (!s->syns++)
		s->first = syn->at;
	s->last = syn->at;
	s->due = syn->at + info.tcpi_rto * 1000ull;
	if (s->len < sizeof(s->text))
		s->len += (size_t)snprintf(s->text + s->len, sizeof(s->text) - s->len, "%s%u",
					   s->len ? " " : "", (info.tcpi_rto + 500000) / 1000000);
}

/* Nobody answers. */
static void wait_for_nobody(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, SERVER_PORT));
	int fd = begin(sc, conn), ret = -EINPROGRESS;
	uint64_t limit = tw_scene_now(sc) + 145000ull * MS;
	struct schedule s = { .len = 0 };

	(void)arg;
	while (tw_scene_going(sc) && ret == -EINPROGRESS && tw_scene_now(sc) < limit) {
		if (s.syns < conn->n && s.syns < TW_HEARD_MAX)
			note_syn(sc, &s, fd, conn);
		/* the end is not heard */
		tw_peer_hears(sc, conn, conn->n + 1, 100);
		ret = tw_app_connected(sc, fd);
	}
	if (!tw_scene_going(sc))
		return;
	tw_find_number(sc, "syns", conn->n);
	tw_find_text(sc, "timer-s", "%s", s.text);
	tw_find_number(sc, "early", s.early);
	tw_find_number(sc, "last-syn-ms", (int64_t)((s.last - s.first) / MS));
	tw_find_number(sc, "gave-up-ms", (int64_t)((tw_scene_now(sc) - s.first) / MS));
	tw_find_result(sc, "connect", ret);
	tw_find_state(sc, "state", conn);
}

/* clang-format off */

#define AT_ONCE BETWEEN("syn-again-ms", AT_ONCE_LEAST_MS, AT_ONCE_MOST_MS), \
	IS("isn-again", "the same")
/* the timer of the SYN was not touched: a second */
#define IN_ITS_TIME BETWEEN("syn-due-ms", 980, 1800)
#define GOES_ON IS("state", "syn-sent"), IS("connect", "EINPROGRESS")
#define A_RESET IS("reply", "RST"), IS("rst-seq", "SEG.ACK"), IS("rst-ts", "no")
#define NO_REPLY IS("reply", "silence")

#define DOUBLING \
	FINDS(NUM("syns", 7), IS("timer-s", "1 2 4 8 16 32 64"), NUM("early", 0), \
	      BETWEEN("last-syn-ms", 63000, 68000), BETWEEN("gave-up-ms", 127000, 140000), \
	      IS("connect", "ETIMEDOUT"), IS("state", "gone"), \
	      MOVES("TcpExtTCPSynRetrans", 6), MOVES("TcpAttemptFails", 1))

/* 5.6 made the SYN go out again at once; of the reply it changed nothing */
#define BEFORE_5_6(...) \
	.except = { { .unless = "H-30", .because = "before 5.6 every SYN waited for its timer", \
		      .expect = { FINDS(__VA_ARGS__, IS("isn-again", "the same"), GOES_ON, \
					BETWEEN("syn-again-ms", 900, LIMIT_MS)) } } }

static const struct tw_case rows[] = {
	{
		.id	= "client.ack.other",
		.says	= "a connecting DUT answers an ACK of something else by a RST without "
			  "timestamp, and sends its SYN again two ticks later",
		.cite	= { "N-52", "D-170" },
		.scenario = answer,
		.arg	= &(const struct answer_arg){ .flags = TW_ACK, .ack = 0x12345678 },
		.expect	= { FINDS(A_RESET, AT_ONCE, GOES_ON, MOVES("TcpOutRsts", 1),
				  MOVES("TcpExtTCPSynRetrans", 1)),
			    .reason = "TCP_INVALID_ACK_SEQUENCE" },
		.rfc	= { .clause = "RFC 9293 3.10.7.3",
			    .says = "an unacceptable ACK is answered by a RST that is numbered as it "
				    "says, and the SYN stays open",
			    .want = { { FINDS(A_RESET, GOES_ON) } } },
		BEFORE_5_6(A_RESET),
	},
	{
		.id	= "client.ack.isn",
		.says	= "an ACK of the number before the SYN's is something else as well",
		.cite	= { "N-52", "D-170" },
		.scenario = answer,
		.arg	= &(const struct answer_arg){ .flags = TW_ACK, .ack = -1u },
		.expect	= { FINDS(A_RESET, AT_ONCE, GOES_ON, MOVES("TcpOutRsts", 1)) },
		.rfc	= { .clause = "RFC 9293 3.10.7.3",
			    .says = "SEG.ACK =< ISS: a RST, and the SYN stays open",
			    .want = { { FINDS(A_RESET, GOES_ON) } } },
		BEFORE_5_6(A_RESET),
	},
	{
		.id	= "client.syn-ack.other",
		.says	= "a SYN-ACK that acks something else is reset too, and the SYN goes out "
			  "again at once",
		.cite	= { "N-52", "D-170" },
		.scenario = answer,
		.arg	= &(const struct answer_arg){ .flags = TW_SYN | TW_ACK, .ack = 1 },
		.expect	= { FINDS(A_RESET, AT_ONCE, GOES_ON, MOVES("TcpOutRsts", 1)) },
		.rfc	= { .clause = "RFC 9293 3.10.7.3",
			    .says = "SEG.ACK > SND.NXT: a RST, and the SYN stays open",
			    .want = { { FINDS(A_RESET, GOES_ON) } } },
		BEFORE_5_6(A_RESET),
	},
	{
		.id	= "client.ack.other.second-syn",
		.says	= "only the first SYN is sent again at once: the second one's ACK of "
			  "something else is reset, but the timer stays",
		.cite	= { "D-170" },
		.scenario = answer,
		.arg	= &(const struct answer_arg){ .flags = TW_ACK, .ack = 0x12345678,
						      .attempt = 2, .waits = true },
		.expect	= { FINDS(A_RESET, BETWEEN("syn-due-ms", 980, 2900), GOES_ON,
				  MOVES("TcpOutRsts", 1)) },
		.slow	= true,
	},
	{
		.id	= "client.rst.other",
		.says	= "a RST|ACK that acks something else closes nothing, but makes the SYN go "
			  "out again at once",
		.cite	= { "N-53", "D-170" },
		.scenario = answer,
		.arg	= &(const struct answer_arg){ .flags = TW_RST | TW_ACK, .ack = 7 },
		.expect	= { FINDS(NO_REPLY, AT_ONCE, GOES_ON, MOVES("TcpOutRsts", 0)) },
		.rfc	= { .clause = "RFC 9293 3.10.7.3",
			    .says = "an unacceptable ACK with RST: drop it and go on",
			    .want = { { FINDS(NO_REPLY, GOES_ON) } } },
		BEFORE_5_6(NO_REPLY),
	},
	{
		.id	= "client.rst.bare",
		.says	= "a RST without ACK is ignored while connecting",
		.cite	= { "N-53" },
		.scenario = answer,
		.arg	= &(const struct answer_arg){ .flags = TW_RST, .waits = true },
		.expect	= { FINDS(NO_REPLY, IN_ITS_TIME, GOES_ON, MOVES("TcpOutRsts", 0)) },
		.rfc	= { .clause = "RFC 9293 3.10.7.3",
			    .says = "a RST that acks nothing: drop it and go on",
			    .want = { { FINDS(NO_REPLY, GOES_ON) } } },
	},
	{
		.id	= "client.rst.acks-syn",
		.says	= "a RST that acks the SYN refuses the connection",
		.cite	= { "N-53" },
		.scenario = answer,
		.arg	= &(const struct answer_arg){ .flags = TW_RST | TW_ACK, .waits = true },
		.expect	= { FINDS(NO_REPLY, NUM("syn-due-ms", -1), IS("state", "gone"),
				  IS("connect", "ECONNREFUSED"), MOVES("TcpAttemptFails", 1)) },
		.rfc	= { .clause = "RFC 9293 3.10.7.3",
			    .says = "an acceptable ACK with RST: connection reset",
			    .want = { { FINDS(IS("state", "gone"),
					      IS("connect", "ECONNREFUSED")) } } },
	},
	{
		.id	= "client.ack.syn",
		.says	= "an ACK of the SYN that is no SYN-ACK is ignored: who is challenged at "
			  "ISN = R-1 does not get rid of the TIME_WAIT by a RST",
		.cite	= { "N-31", "D-171" },
		.scenario = answer,
		.arg	= &(const struct answer_arg){ .flags = TW_ACK, .waits = true },
		.expect	= { FINDS(NO_REPLY, IN_ITS_TIME, GOES_ON, MOVES("TcpOutRsts", 0)),
			    .reason = "TCP_FLAGS" },
		.rfc	= { .clause = "RFC 9293 3.10.7.3",
			    .says = "neither SYN nor RST: drop it and go on",
			    .want = { { FINDS(NO_REPLY, GOES_ON) } } },
	},
	{
		.id	= "client.through-time-wait",
		.says	= "a client whose SYN meets a TIME_WAIT resets it and is connected by its "
			  "second SYN, two ticks later",
		.cite	= { "N-52", "D-170" },
		.scenario = come_through,
		.expect	= { FINDS(A_RESET, BETWEEN("syn-again-ms", AT_ONCE_LEAST_MS, AT_ONCE_MOST_MS),
				  IS("answer", "ACK"), IS("connect", "OK"),
				  IS("state", "established"), MOVES("TcpOutRsts", 1),
				  MOVES("TcpExtTCPSynRetrans", 1)) },
		.except	= { { .unless = "H-30",
			      .because = "before 5.6 every SYN waited for its timer",
			      .expect = { FINDS(A_RESET, BETWEEN("syn-again-ms", 900, LIMIT_MS),
						IS("answer", "ACK"), IS("connect", "OK"),
						IS("state", "established")) } } },
	},
	{
		.id	= "client.syn-ack.ts-older",
		.says	= "a SYN-ACK that echoes a timestamp from before the SYN is reset",
		.cite	= { "D-173" },
		.scenario = answer,
		.arg	= &(const struct answer_arg){ .flags = TW_SYN | TW_ACK, .tsecr = -1u,
						      .waits = true },
		.expect	= { FINDS(A_RESET, IN_ITS_TIME, GOES_ON, MOVES("TcpExtPAWSActive", 1),
				  MOVES("TcpOutRsts", 1)) },
	},
	{
		.id	= "client.syn-ack.ts-newer",
		.says	= "a SYN-ACK that echoes a timestamp from the future is reset",
		.cite	= { "D-173" },
		.scenario = answer,
		.arg	= &(const struct answer_arg){ .flags = TW_SYN | TW_ACK, .tsecr = 10000000,
						      .waits = true },
		.expect	= { FINDS(A_RESET, IN_ITS_TIME, GOES_ON, MOVES("TcpExtPAWSActive", 1),
				  MOVES("TcpOutRsts", 1)) },
	},
	{
		.id	= "client.syn-ack.ts-zero",
		.says	= "a SYN-ACK that echoes no timestamp at all, 0, is good enough",
		.cite	= { "D-173" },
		.scenario = answer,
		.arg	= &(const struct answer_arg){ .flags = TW_SYN | TW_ACK, .zero_tsecr = true,
						      .waits = true },
		.expect	= { FINDS(IS("reply", "ACK"), NUM("syn-due-ms", -1),
				  IS("state", "established"), IS("connect", "OK"),
				  MOVES("TcpExtPAWSActive", 0), MOVES("TcpOutRsts", 0)) },
	},
	{
		.id	= "client.silence",
		.says	= "a SYN that nobody answers goes out eleven times, the first five a second "
			  "apart, and ETIMEDOUT comes after 131 s and some slack of the timers",
		.cite	= { "D-172" },
		.scenario = wait_for_nobody,
		.expect	= { FINDS(NUM("syns", 11), IS("timer-s", "1 1 1 1 1 2 4 8 16 32 64"),
				  NUM("early", 0), BETWEEN("last-syn-ms", 67000, 72000),
				  BETWEEN("gave-up-ms", 131000, 140000),
				  IS("connect", "ETIMEDOUT"), IS("state", "gone"),
				  MOVES("TcpExtTCPSynRetrans", 10),
				  MOVES("TcpAttemptFails", 1)) },
		.rfc	= { .clause = "RFC 9293 3.8.3",
			    .says = "a SYN is sent again for three minutes at least (MUST-23)",
			    .want = { { FINDS(BETWEEN("gave-up-ms", 180000, 1000000)) } } },
		.except	= { { .unless = "net.ipv4.tcp_syn_linear_timeouts",
			      .because = "before 6.5 the time doubled from the first SYN on",
			      .expect = { DOUBLING } } },
		.slow	= true,
	},
	{
		.id	= "client.silence.doubling",
		.says	= "without linear timeouts each of seven SYNs waits twice as long as the "
			  "one before, and ETIMEDOUT comes after 127 s",
		.cite	= { "D-172" },
		.given	= { .sysctl = { SYSCTL("tcp_syn_linear_timeouts", "0") } },
		.scenario = wait_for_nobody,
		.expect	= { DOUBLING },
		.rfc	= { .clause = "RFC 9293 3.8.3",
			    .says = "a SYN is sent again for three minutes at least (MUST-23)",
			    .want = { { FINDS(BETWEEN("gave-up-ms", 180000, 1000000)) } } },
		.slow	= true,
	},
};
/* clang-format on */

TW_CASE_TABLE(client);
