/*
 * What the answers of TIME_WAIT and FIN_WAIT_2 have of the socket that closed: TOS, ECN bits, mark, priority, flow label,
 * window.
 */
#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

/* TOS or traffic class of a frame. */
static int tos_of(const struct tw_heard *heard, enum tw_family family)
{
	const uint8_t *ip = heard->bytes + 14;

	return family == TW_IPV4 ? ip[1] : (ip[0] & 15) << 4 | ip[1] >> 4;
}

struct tos_arg {
	int tos;     /* set before the close */
	uint8_t ecn; /* of the segment that TIME_WAIT answers */
};

/* The DUT answers in TIME_WAIT with the TOS of the socket that closed. */
static void tos_stays(struct tw_scene *sc, const void *arg)
{
	const struct tos_arg *a = arg;
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	fd = tw_scene_accepted(sc, listener, conn);
	if (tw_scene_family(sc) == TW_IPV4)
		tw_must(sc, tw_app_set(sc, fd, IPPROTO_IP, IP_TOS, a->tos));
	else
		tw_must(sc, tw_app_set(sc, fd, IPPROTO_IPV6, IPV6_TCLASS, a->tos));
	tw_app_close(sc, fd);
	tw_peer_time_wait(sc, conn);
	SAY(sc, conn, .flags = FIN | ACK, .seq = (uint32_t)-1, .ecn = a->ecn);
	tw_find_reply(sc, "answer", conn);
	if (tw_scene_going(sc))
		tw_find_number(sc, "tos",
			       conn->n ? tos_of(&conn->heard[0], tw_scene_family(sc)) : -1);
}

/* Its rules show on the wire what a segment of the DUT has that is not on the wire. */
#define SHOWN_AS_DSCP_10(what_)                                                    \
	"table inet show { chain out { type filter hook output priority 0; " what_ \
	" ip dscp set 10; " what_ " ip6 dscp set 10; }; }"

struct unseen_arg {
	int option, value; /* SO_MARK ..., set before the close; 0: not */
	const char *rules; /* they make DSCP 10 of it */
};

/* The DUT answers in TIME_WAIT with what is not on the wire, but decides on its way. */
static void unseen_stays(struct tw_scene *sc, const void *arg)
{
	const struct unseen_arg *a = arg;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);

	if (a->option)
		tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, a->option, a->value));
	tw_app_close(sc, fd);
	tw_peer_time_wait(sc, conn);
	tw_scene_nft_on_dut(sc, a->rules);
	SAY(sc, conn, .flags = FIN | ACK, .seq = (uint32_t)-1);
	tw_find_reply(sc, "answer", conn);
	if (tw_scene_going(sc))
		tw_find_number(sc, "dscp",
			       conn->n ? tos_of(&conn->heard[0], tw_scene_family(sc)) >> 2 : -1);
}

/* Bytes of an IPv4 header: 20 without options. */
static int header_of(const struct tw_heard *heard)
{
	return (heard->bytes[14] & 15) * 4;
}

/* The socket's segments carry IP options, three NOPs; TIME_WAIT's answer does not. */
static void options_stay_not(struct tw_scene *sc, const void *arg)
{
	static const uint8_t nops[4] = { 1, 1, 1, 0 };
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);

	(void)arg;
	tw_must(sc, tw_app_set_raw(sc, fd, IPPROTO_IP, IP_OPTIONS, nops, sizeof(nops)));
	tw_app_close(sc, fd);
	tw_find_reply(sc, "last", conn);
	if (tw_scene_going(sc))
		tw_find_number(sc, "header-of-last", conn->n ? header_of(&conn->heard[0]) : -1);
	tw_peer_time_wait(sc, conn);
	SAY(sc, conn, .flags = FIN | ACK, .seq = (uint32_t)-1);
	tw_find_reply(sc, "answer", conn);
	if (tw_scene_going(sc))
		tw_find_number(sc, "header", conn->n ? header_of(&conn->heard[0]) : -1);
}

static int label_of(const struct tw_heard *heard)
{
	const uint8_t *ip = heard->bytes + 14;

	return (ip[1] & 15) << 16 | ip[2] << 8 | ip[3];
}

/* The kernel makes an IPv6 flow label of the connection's hash. A retransmission would change that. */
static void label_stays(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn), label;
	uint64_t since = tw_scene_now(sc);

	(void)arg;
	tw_app_close(sc, fd);
	tw_find_reply(sc, "last", conn);
	if (!tw_scene_going(sc) || !conn->n)
		return;
	label = label_of(&conn->heard[0]);
	tw_find_text(sc, "label-of-last", "%s", label ? "some" : "none");
	tw_peer_time_wait(sc, conn);
	tw_scene_in_time(sc, since, 150);
	SAY(sc, conn, .flags = FIN | ACK, .seq = (uint32_t)-1);
	tw_find_reply(sc, "answer", conn);
	if (tw_scene_going(sc))
		tw_find_text(sc, "label", "%s",
			     conn->n && label_of(&conn->heard[0]) == label ? "the same"
									   : "another");
}

static void find_ecn(struct tw_scene *sc, const char *what, const struct tw_conn *conn)
{
	static const char *const name[] = { "not-ect", "ect1", "ect0", "ce" };

	if (tw_scene_going(sc))
		tw_find_text(sc, what, "%s", conn->n ? name[conn->heard[0].seg.ecn] : "silence");
}

/* The last segment of a connection with ECN is data and FIN in one, so that it leaves the socket as ECT(0). */
static void ecn_ends(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	(void)arg;
	SAY(sc, conn, .flags = SYN | ECE | CWR);
	tw_peer_ack(sc, conn);
	fd = tw_must(sc, tw_app_accept(sc, listener));
	tw_peer_forget(conn);
	tw_must(sc, tw_app_send_flags(sc, fd, 100, MSG_MORE));
	tw_app_close(sc, fd);
	tw_find_reply(sc, "last", conn);
	find_ecn(sc, "of-last", conn);
	tw_peer_ack_fin(sc, conn);
	tw_find_state(sc, "state", conn);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = ACK, .seq = (uint32_t)-1);
	find_ecn(sc, "fin-wait-2", conn);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = FIN | ACK);
	find_ecn(sc, "of-fin", conn);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = FIN | ACK, .seq = (uint32_t)-1);
	find_ecn(sc, "time-wait", conn);
	tw_find_state(sc, "then", conn);
}

struct window_arg {
	int8_t wscale;   /* that the peer offers; -1: none */
	unsigned unread; /* segments of the peer that nobody reads */
};

/* The DUT has shut down and keeps its descriptor, so that what is unread narrows its window up to the last. */
static void window_stays(struct tw_scene *sc, const void *arg)
{
	const struct window_arg *a = arg;
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);
	uint16_t first, last;

	if (!conn)
		return;
	conn->wscale = a->wscale;
	fd = tw_scene_accepted(sc, listener, conn);
	tw_must(sc, tw_app_shutdown(sc, fd, SHUT_WR));
	tw_peer_ack_fin(sc, conn);
	if (!tw_scene_going(sc) || !conn->n)
		return;
	first = conn->heard[0].seg.win;
	for (unsigned i = 0; i < a->unread; i++) {
		SAY(sc, conn, .flags = PSH | ACK, .len = 1400);
		tw_peer_acked(sc, conn);
	}
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = FIN | ACK);
	tw_find_reply(sc, "fin", conn);
	if (!tw_scene_going(sc))
		return;
	last = conn->n ? conn->heard[0].seg.win : 0;
	tw_find_number(sc, "narrowed-by", first - last);
	tw_find_state(sc, "state", conn);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = FIN | ACK, .seq = (uint32_t)-1);
	tw_find_reply(sc, "answer", conn);
	if (tw_scene_going(sc))
		tw_find_number(sc, "window-less-last",
			       conn->n ? conn->heard[0].seg.win - last : INT32_MIN);
}

struct edge_arg {
	uint8_t flags;
	uint16_t len;
	uint32_t beyond; /* number, from the first one behind the window on */
};

/* FIN_WAIT_2 as a mini-socket remembers how wide the socket's window was. */
static void window_ends(struct tw_scene *sc, const void *arg)
{
	const struct edge_arg *a = arg;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);
	uint16_t window;

	tw_app_close(sc, fd);
	tw_peer_ack_fin(sc, conn);
	if (!tw_scene_going(sc) || !conn->n)
		return;
	window = conn->heard[0].seg.win;
	tw_find_state(sc, "state", conn);
	tw_peer_forget(conn);
	/* .again: what the peer says next does not count on it */
	SAY(sc, conn, .flags = a->flags, .seq = window + a->beyond, .len = a->len, .again = true);
	tw_find_reply(sc, "answer", conn);
	tw_find_state(sc, "left", conn);
}

#define UNSEEN(option_, value_, what_)                                               \
	.scenario = unseen_stays, .arg = &(const struct unseen_arg)                  \
	{                                                                            \
		.option = option_, .value = value_, .rules = SHOWN_AS_DSCP_10(what_) \
	}
#define WINDOW(...)                                                 \
	.scenario = window_stays, .arg = &(const struct window_arg) \
	{                                                           \
		__VA_ARGS__                                         \
	}
#define SAME_WINDOW \
	IS("fin", "ACK"), IS("state", "time-wait"), IS("answer", "ACK"), NUM("window-less-last", 0)
#define EDGE(...)                                                \
	.scenario = window_ends, .arg = &(const struct edge_arg) \
	{                                                        \
		__VA_ARGS__                                      \
	}
#define IN_FIN_WAIT_2_DIES(answer_) \
	IS("state", "fin-wait-2 mini"), IS("answer", answer_), IS("left", "gone")
#define IN_FIN_WAIT_2_STAYS(answer_) \
	IS("state", "fin-wait-2 mini"), IS("answer", answer_), IS("left", "fin-wait-2 mini")
#define NOT_IN_WINDOW(says_)                                                              \
	{                                                                                 \
		.clause = "RFC 5961 3.2", .says = says_, .want = {                        \
			{ FINDS(IS("answer", "silence"), IS("left", "fin-wait-2 mini")) } \
		}                                                                         \
	}

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "inherit.tos",
		.says	= "TIME_WAIT answers with the TOS or traffic class of the socket that closed",
		.cite	= { "D-70" },
		.scenario = tos_stays, .arg = &(const struct tos_arg){ .tos = 0x48 },
		.expect	= { FINDS(IS("answer", "ACK"), NUM("tos", 0x48)) },
	}, {
		.id	= "inherit.tos.none",
		.says	= "TIME_WAIT of an ordinary socket answers with TOS 0",
		.cite	= { "D-70" },
		.scenario = tos_stays, .arg = &(const struct tos_arg){ .tos = 0 },
		.expect	= { FINDS(IS("answer", "ACK"), NUM("tos", 0)) },
	}, {
		.id	= "inherit.tos.ce",
		.says	= "the ECN bits of what it answers are not those of TIME_WAIT's answer",
		.cite	= { "D-31", "D-70" },
		.scenario = tos_stays, .arg = &(const struct tos_arg){ .tos = 0x48, .ecn = 3 },
		.expect	= { FINDS(IS("answer", "ACK"), NUM("tos", 0x48)) },
	}, {
		.id	= "inherit.ecn",
		.says	= "of a connection with ECN what answers out-of-window segments has no ECN bits, but "
			  "the ACK that turns FIN_WAIT_2 into TIME_WAIT may be ECT",
		.cite	= { "D-01", "D-31", "D-06" },
		.scenario = ecn_ends,
		.expect	= { FINDS(IS("last", "FIN|ACK"), IS("of-last", "ect0"),
				  IS("state", "fin-wait-2 mini"), IS("fin-wait-2", "not-ect"),
				  IS("of-fin", "ect0"), IS("time-wait", "not-ect"),
				  IS("then", "time-wait")) },
		.rfc	= { .clause = "RFC 3168 6.1.4", .says = "a pure ACK is sent as not-ECT",
			    .want = { { FINDS(IS("fin-wait-2", "not-ect"), IS("of-fin", "not-ect"),
					      IS("time-wait", "not-ect")) } } },
		.except	= { { .unless = "H-52",
			      /* ip_send_unicast_reply(), tcp_v6_send_response(); measured on 5.10, 6.1 and 6.12 */
			      .because = "before 6.16 no answer of a mini-socket had ECN bits",
			      .expect = { FINDS(IS("fin-wait-2", "not-ect"), IS("of-fin", "not-ect"),
						IS("time-wait", "not-ect")) } },
			    { .when = "H-73", .because = "all answers had the ECN bits of the socket",
			      .expect = { FINDS(IS("fin-wait-2", "ect0"), IS("of-fin", "ect0"),
						IS("time-wait", "ect0")) } } },
	}, {
		.id	= "inherit.mark",
		.says	= "TIME_WAIT answers with the SO_MARK of the socket that closed",
		.cite	= { "D-70", "D-31" },
		UNSEEN(SO_MARK, 7, "meta mark 7"),
		.expect	= { FINDS(IS("answer", "ACK"), NUM("dscp", 10)) },
		.needs	= "H-25",
	}, {
		.id	= "inherit.mark.none",
		.says	= "TIME_WAIT of an ordinary socket answers without a mark",
		.cite	= { "D-70", "D-31" },
		UNSEEN(0, 0, "meta mark 0"),
		.needs	= "H-78",
		.expect	= { FINDS(IS("answer", "ACK"), NUM("dscp", 10)) },
	}, {
		.id	= "inherit.priority",
		.says	= "TIME_WAIT answers with the SO_PRIORITY of the socket that closed, but over IPv4 it "
			  "is lost on the way",
		.cite	= { "D-70", "D-31" },
		UNSEEN(SO_PRIORITY, 5, "meta priority 0:5"),
		.expect	= { FINDS(IS("answer", "ACK"), PER_FAMILY("dscp", 0, 10)) },
		.except	= { { .unless = "H-68",
			      .because = "before 6.14 it was not lost",
			      .expect = { FINDS(IS("answer", "ACK"), NUM("dscp", 10)) } } },
		.needs	= "H-29",
	}, {
		.id	= "inherit.priority.none",
		.says	= "TIME_WAIT of an ordinary socket answers with priority 0",
		.cite	= { "D-70", "D-31" },
		UNSEEN(0, 0, "meta priority 0:0"),
		.needs	= "H-78",
		.expect	= { FINDS(IS("answer", "ACK"), NUM("dscp", 10)) },
	},

	{
		.id	= "inherit.ip-options",
		.says	= "TIME_WAIT answers without the IP options that the socket had (IPv6 has none of "
			  "the kind)",
		.cite	= { "D-31" },
		.scenario = options_stay_not,
		.expect	= { FINDS(IS("last", "FIN|ACK"), NUM("header-of-last", 24),
				  IS("answer", "ACK"), NUM("header", 20)) },
		.family	= TW_IPV4,
	}, {
		.id	= "inherit.flow-label",
		.says	= "TIME_WAIT answers with the flow label of the socket that closed (IPv4 has none)",
		.cite	= { "D-31", "D-70" },
		.scenario = label_stays,
		.expect	= { FINDS(IS("last", "FIN|ACK"), IS("label-of-last", "some"),
				  IS("answer", "ACK"), IS("label", "the same")) },
		.except	= { { .unless = "H-74", .because = "the entry did not keep the socket's hash",
			      .expect = { FINDS(IS("last", "FIN|ACK"), IS("label-of-last", "some"),
						IS("answer", "ACK"), IS("label", "another")) } } },
		.family	= TW_IPV6,
	},

	{
		.id	= "inherit.window.plain",
		.says	= "TIME_WAIT announces the window that the socket had at the end",
		.cite	= { "D-31" },
		WINDOW(.wscale = -1),
		/* the FIN took a number of it */
		.expect	= { FINDS(SAME_WINDOW, BETWEEN("narrowed-by", 0, 1)) },
	}, {
		.id	= "inherit.window.scaled",
		.says	= "TIME_WAIT announces the window with the scale that the socket had",
		.cite	= { "D-31" },
		WINDOW(.wscale = 7),
		.expect	= { FINDS(SAME_WINDOW, BETWEEN("narrowed-by", 0, 1)) },
	}, {
		.id	= "inherit.window.narrow",
		.says	= "TIME_WAIT announces a window that unread data had narrowed",
		.cite	= { "D-31" },
		WINDOW(.wscale = -1, .unread = 20),
		.expect	= { FINDS(SAME_WINDOW, BETWEEN("narrowed-by", 1, 65535)) },
		.needs	= "H-71", /* a window that begins small grows with the data */
	}, {
		.id	= "inherit.window.narrow.scaled",
		.says	= "so it does with a scale",
		.cite	= { "D-31" },
		WINDOW(.wscale = 7, .unread = 20),
		.expect	= { FINDS(SAME_WINDOW, BETWEEN("narrowed-by", 1, 65535)) },
		.needs	= "H-71",
	}, {
		.id	= "inherit.window.end.rst-last",
		.says	= "a RST with the last number of the window ends FIN_WAIT_2",
		.cite	= { "D-02", "N-47" },
		EDGE(.flags = RST, .beyond = (uint32_t)-1),
		.expect	= { FINDS(IN_FIN_WAIT_2_DIES("silence")) },
		.rfc	= { .clause = "RFC 5961 3.2",
			    .says = "a RST in the window but not at R is challenged",
			    .want = { { FINDS(IS("answer", "ACK"),
					      IS("left", "fin-wait-2 mini")) } } },
	}, {
		.id	= "inherit.window.end.rst-behind",
		.says	= "a RST with the first number behind the window ends FIN_WAIT_2 as well: it has no "
			  "length",
		.cite	= { "D-02", "N-46" },
		EDGE(.flags = RST, .beyond = 0),
		.expect	= { FINDS(IN_FIN_WAIT_2_DIES("silence")) },
		.rfc	= NOT_IN_WINDOW("a RST outside the window is dropped in silence"),
	}, {
		.id	= "inherit.window.end.rst-beyond",
		.says	= "a RST one further is answered, and FIN_WAIT_2 stays",
		.cite	= { "D-01", "N-46" },
		EDGE(.flags = RST, .beyond = 1),
		.expect	= { FINDS(IN_FIN_WAIT_2_STAYS("ACK")) },
		.rfc	= NOT_IN_WINDOW("a RST outside the window is dropped in silence"),
	}, {
		.id	= "inherit.window.end.data-last",
		.says	= "a byte at the last number of the window is reset and ends FIN_WAIT_2",
		.cite	= { "D-05", "N-81" },
		EDGE(.flags = PSH | ACK, .len = 1, .beyond = (uint32_t)-1),
		.expect	= { FINDS(IN_FIN_WAIT_2_DIES("RST")) },
		.rfc	= CONFORMING("RFC 9293 3.6.1", "data after the close is reset (SHLD-3)"),
	}, {
		.id	= "inherit.window.end.data-behind",
		.says	= "a byte behind the window is answered, and FIN_WAIT_2 stays",
		.cite	= { "D-01", "N-15" },
		EDGE(.flags = PSH | ACK, .len = 1, .beyond = 0),
		.expect	= { FINDS(IN_FIN_WAIT_2_STAYS("ACK")) },
		.rfc	= CONFORMING("RFC 9293 3.5.2",
				     "an unacceptable segment is answered by an empty ACK"),
	},
};
/* clang-format on */

TW_CASE_TABLE(inherit_answer);
