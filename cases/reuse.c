/*
 * connect() from the port of a connection in TIME_WAIT: when the kernel lets the new connection
 * take the old one's place.
 */
#include <errno.h>

#include "acts.h"
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

enum where_to {
	SAME_END,
	OTHER_PORT, /* of the same peer */
	OTHER_PEER,
};

struct reuse_arg {
	bool bound;        /* both sockets bind the port; else the kernel chooses it, of one */
	unsigned old, new; /* options */
	bool no_ts;        /* the peer has no timestamps */
	bool ts_off_now;   /* tcp_timestamps=0 once the first is in TIME_WAIT */
	bool fin_wait_2;   /* the first is no further than that */
	enum where_to to;
	unsigned wait_ms; /* between the two */
};

/* The first connection, up to the state in which it is when the second is tried. */
static struct tw_conn *first(struct tw_scene *sc, const struct reuse_arg *a)
{
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
	int fd = tw_act_socket(sc, SOCK_STREAM, a->old);

	if (!tw_scene_going(sc))
		return NULL;
	conn->ts = !a->no_ts;
	if (a->bound)
		tw_must(sc, tw_app_bind(sc, fd, tw_end_local(sc, 0, TW_OWN_PORT)));
	tw_scene_connected(sc, fd, conn);
	if (a->fin_wait_2) {
		tw_app_close(sc, fd);
		tw_peer_ack_fin(sc, conn);
	} else {
		tw_act_time_wait(sc, fd, conn, NULL);
	}
	tw_find_state(sc, "old", conn);
	tw_scene_wait(sc, a->wait_ms);
	if (a->ts_off_now)
		tw_scene_sysctl(sc, "net.ipv4.tcp_timestamps", "0");
	return conn;
}

static void connect_again(struct tw_scene *sc, const void *arg)
{
	const struct reuse_arg *a = arg;
	struct tw_conn *old = first(sc, a), *conn;
	struct tw_seg syn;
	int fd, ret = 0;

	tw_scene_count_from_here(sc);
	fd = tw_act_socket(sc, SOCK_STREAM, a->new);
	if (a->bound) {
		ret = tw_app_bind(sc, fd, tw_end_local(sc, 0, TW_OWN_PORT));
		tw_find_result(sc, "bind", ret);
	}
	conn = tw_peer_at(
		sc, tw_end_peer(sc, a->to == OTHER_PEER, TW_PEER_PORT + (a->to == OTHER_PORT)));
	if (!tw_scene_going(sc))
		return;
	if (ret < 0) {
		tw_find_text(sc, "connect", "not called");
		return;
	}
	conn->ts = old->ts;
	conn->tsval = old->tsval + 100;
	ret = tw_act_connect(sc, fd, conn, &syn);
	tw_find_result(sc, "connect", ret);
	tw_find_number(sc, "port", ret < 0 ? 0 : tw_app_name(sc, fd).port);
	tw_find_text(sc, "syn", syn.flags == SYN ? syn.ts ? "with TS" : "without TS" : "none");
	tw_find_number(sc, "isn", tw_seq_diff(syn.seq, old->rcv_nxt));
}

/* The same, the other end being a socket of the DUT as well. */
enum own_way {
	LOOPBACK,
	MAPPED,    /* ::ffff:127.0.0.1, of an IPv6 socket */
	OWN,       /* the DUT's address, over lo all the same */
	OWN_ON_LO, /* ... of a socket that is bound to lo */
};

struct own_arg {
	enum own_way way;
	bool bound;
	bool no_ts;
};

static struct tw_end own_end(const struct tw_scene *sc, enum own_way way, uint16_t port)
{
	struct tw_end mapped = { { { [10] = 0xff, 0xff, 127, 0, 0, 1 } }, port };

	if (way == MAPPED)
		return mapped;
	return way == LOOPBACK ? tw_end_loopback(sc, port) : tw_end_local(sc, 0, port);
}

static int own_socket(struct tw_scene *sc, const struct own_arg *a, uint16_t port)
{
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_REUSEADDR);

	if (a->way == OWN_ON_LO)
		tw_must(sc, tw_app_set_raw(sc, fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	if (port)
		tw_must(sc, tw_app_bind(sc, fd, own_end(sc, a->way, port)));
	return fd;
}

static void connect_own_again(struct tw_scene *sc, const void *arg)
{
	const struct own_arg *a = arg;
	struct tw_end end = own_end(sc, a->way, TW_APP_PORT);
	uint16_t port = a->bound ? TW_OWN_PORT : 0;
	int listener, fd, accepted;

	if (a->no_ts)
		tw_scene_sysctl(sc, "net.ipv4.tcp_timestamps", "0");
	listener = own_socket(sc, a, TW_APP_PORT);
	tw_must(sc, tw_app_listen(sc, listener, 8));
	fd = own_socket(sc, a, port);
	tw_must(sc, tw_act_connect_own(sc, fd, listener, end, &accepted));
	tw_act_time_wait_own(sc, fd, accepted);
	tw_scene_wait(sc, 5);
	tw_scene_count_from_here(sc);
	fd = own_socket(sc, a, port);
	tw_find_result(sc, "connect", tw_act_connect_own(sc, fd, listener, end, &accepted));
}

/* clang-format off */

#define ONE_PORT SYSCTL("ip_local_port_range", "40000 40000")
#define AFTER(ms_) SYSCTL("tcp_tw_reuse_delay", #ms_)

#define TAKES_OVER IS("connect", "OK"), MOVES("TcpExtTWRecycled", 1)
#define REFUSED    IS("connect", "EADDRNOTAVAIL"), MOVES("TcpExtTWRecycled", 0)
#define ON_WIRE_TAKES_OVER IS("old", "time-wait"), IS("connect", "OK"), NUM("port", 40000), \
	NUM("isn", 65537), MOVES("TcpExtTWRecycled", 1)
#define ON_WIRE_REFUSED IS("old", "time-wait"), IS("connect", "EADDRNOTAVAIL"), IS("syn", "none"), \
	MOVES("TcpExtTWRecycled", 0)

#define NO_SECOND_OPEN DEMAND("RFC 9293 3.10.1", \
	"OPEN of a connection that is in TIME-WAIT is an error: it exists already", \
	{ FINDS(IS("connect", "EADDRNOTAVAIL")) })

#define CLAIMS(...) .claim = { __VA_ARGS__ }
#define SAYS(claim_, what_, is_, when_) \
	{ .id = claim_, .when = when_, .want = { FINDS(IS(what_, is_)) } }

/* what comes of it, in words and in finds */
#define COMES_taken   "takes the connection in TIME_WAIT over"
#define COMES_refused "gets EADDRNOTAVAIL"
#define FINDS_taken   TAKES_OVER
#define FINDS_refused REFUSED
#define WIRE_taken    ON_WIRE_TAKES_OVER
#define WIRE_refused  ON_WIRE_REFUSED

#define TS_ts    false, "ts", "timestamps"
#define TS_no_ts true, "no-ts", "no timestamps"

/* loopback only: not before 4.19 */
#define NEEDS_0 NULL
#define NEEDS_1 NULL
#define NEEDS_2 "H-27"

#define X(m_, ...) m_(__VA_ARGS__)
/* the kernel chooses the port, once the delay has passed */
#define AUTO(reuse_, ts_, comes_, ...) X(AUTO_, reuse_, TS_##ts_, COMES_##comes_, \
	(WIRE_##comes_), __VA_ARGS__)
#define AUTO_(reuse_, no_ts_, ts_id_, ts_says_, comes_, finds_, ...) {			\
	.id = "reuse.tw-reuse-" #reuse_ "." ts_id_ ".auto.wire",			\
	.says = "tcp_tw_reuse=" #reuse_ ", " ts_says_ ", the delay passed, to a peer: "	\
		"connect() with a port of the kernel's choice " comes_,			\
	.given = { .sysctl = { SYSCTL("tcp_tw_reuse", #reuse_), AFTER(1), ONE_PORT } },	\
	.scenario = connect_again,							\
	.arg = &(const struct reuse_arg){ .old = TW_REUSEADDR, .new = TW_REUSEADDR,	\
					  .no_ts = no_ts_, .wait_ms = 5 },		\
	.expect = { FINDS(OPEN finds_) },						\
	.needs = NEEDS_##reuse_, .rfc = NO_SECOND_OPEN, __VA_ARGS__ }
#define OPEN(...) __VA_ARGS__
/* both sockets bind it, with SO_REUSEADDR, and nobody waits */
#define BOUND(reuse_, ts_, comes_, ...) X(BOUND_, reuse_, TS_##ts_, COMES_##comes_, \
	(WIRE_##comes_), __VA_ARGS__)
#define BOUND_(reuse_, no_ts_, ts_id_, ts_says_, comes_, finds_, ...) {			\
	.id = "reuse.tw-reuse-" #reuse_ "." ts_id_ ".bound.wire",			\
	.says = "tcp_tw_reuse=" #reuse_ ", " ts_says_ ", at once, to a peer: "		\
		"connect() after bind() with SO_REUSEADDR on both sockets " comes_,	\
	.given = { .sysctl = { SYSCTL("tcp_tw_reuse", #reuse_) } },			\
	.scenario = connect_again,							\
	.arg = &(const struct reuse_arg){ .bound = true, .old = TW_REUSEADDR,		\
					  .new = TW_REUSEADDR, .no_ts = no_ts_ },	\
	.expect = { FINDS(IS("bind", "OK"), OPEN finds_) },				\
	.needs = NEEDS_##reuse_, .rfc = NO_SECOND_OPEN, __VA_ARGS__ }

#define LO_auto  false, "auto", "with a port of the kernel's choice "
#define LO_bound true, "bound", "after bind() with SO_REUSEADDR on both sockets "
#define OWN_WAY(reuse_, way_, way_id_, way_says_, ts_, port_, comes_, ...)		\
	X(OWN_WAY_, reuse_, way_, way_id_, way_says_, TS_##ts_, LO_##port_,		\
	  COMES_##comes_, (FINDS_##comes_), __VA_ARGS__)
#define OWN_WAY_(reuse_, way_, way_id_, way_says_, no_ts_, ts_id_, ts_says_, bound_, port_id_, \
		 port_says_, comes_, finds_, ...) {					\
	.id = "reuse.tw-reuse-" #reuse_ "." ts_id_ "." port_id_ "." way_id_,		\
	.says = "tcp_tw_reuse=" #reuse_ ", " ts_says_ ", the delay passed, " way_says_	\
		": connect() " port_says_ comes_,					\
	.given = { .loopback = true,							\
		   .sysctl = { SYSCTL("tcp_tw_reuse", #reuse_), AFTER(1), ONE_PORT } },	\
	.scenario = connect_own_again,							\
	.arg = &(const struct own_arg){ .way = way_, .bound = bound_, .no_ts = no_ts_ },	\
	.expect = { FINDS(OPEN finds_) },						\
	.needs = NEEDS_##reuse_, .rfc = NO_SECOND_OPEN, __VA_ARGS__ }
#define LO(reuse_, ...) \
	OWN_WAY(reuse_, LOOPBACK, "loopback", "to the loopback address", __VA_ARGS__)

/* tcp_tw_reuse as it comes; both sockets bind the port, with these options */
#define NOT_BOUND "gets EADDRINUSE", \
	(IS("bind", "EADDRINUSE"), IS("connect", "not called"), MOVES("TcpExtTWRecycled", 0))
#define TAKEN "succeeds, and connect() takes TIME_WAIT over", \
	(IS("bind", "OK"), IS("connect", "OK"), NUM("isn", 65537), MOVES("TcpExtTWRecycled", 1))
#define GOES_ELSEWHERE "succeeds, and connect() leaves TIME_WAIT alone", \
	(IS("bind", "OK"), IS("connect", "OK"), NUM("port", 40000), MOVES("TcpExtTWRecycled", 0))
#define NO_CLAIM .claim = { { .id = NULL } }
#define OPTIONS(...) OPTIONS_(__VA_ARGS__)
#define OPTIONS_(id_, old_, new_, to_, case_, outcome_, finds_, ...) {			\
	.id = "reuse.bound." id_,							\
	.says = case_ ": bind() of a port in TIME_WAIT " outcome_,			\
	.scenario = connect_again,							\
	.arg = &(const struct reuse_arg){ .bound = true, .old = TW_##old_,		\
					  .new = TW_##new_, .to = to_ },		\
	.expect = { FINDS(OPEN finds_) }, __VA_ARGS__ }
#define OVERLOOKED \
	.except = { { .when = "H-37",								\
		      .because = "6.1.0 to 6.1.6 did not find TIME_WAIT on a specific address",	\
		      .expect = { FINDS(IS("bind", "OK")) } } }
#define RA_LACKS "one of the sockets had no SO_REUSEADDR"
#define RA_LACKS_BOUND "the port is bound, and one of the sockets had no SO_REUSEADDR"

#define RULES(...) .cite = { __VA_ARGS__ }
#define TS_BOTH "the old connection used timestamps and both sockets had SO_REUSEADDR"
#define TS_NONE "the old connection had no timestamps"
#define TS_NONE_SAME_PEER "it goes to the same peer, and the old connection had no timestamps"
#define AT_CLIENT "the client has the TIME_WAIT, and the old connection had no timestamps"
#define AT_CLIENT_TS "the client has the TIME_WAIT, and the old connection had timestamps"

static const struct tw_case rows[] = {
	AUTO(0, ts,    refused, RULES("D-83"),
	     CLAIMS(SAYS("C0-10", "connect", "EADDRNOTAVAIL", "connect() chooses the port itself"),
		    SAYS("C1-10", "connect", "EADDRNOTAVAIL",
			 "connect() chooses it, to the same peer, and tcp_tw_reuse does not apply"),
		    SAYS("C3-15", "connect", "OK", "connect() chooses the port itself"))),
	AUTO(0, no_ts, refused, RULES("D-83", "D-86")),
	AUTO(1, ts,    taken,   RULES("D-84", "D-91", "N-34"),
	     CLAIMS(SAYS("C0-11", "connect", "OK", NULL),
		    { .id = "C0-13", .want = { FINDS(MOVES("TcpExtTWRecycled", 1)) } },
		    SAYS("C1-10", "connect", "EADDRNOTAVAIL",
			 "connect() chooses it, to the same peer, and tcp_tw_reuse applies"))),
	AUTO(1, no_ts, refused, RULES("D-86"),
	     CLAIMS({ .id = "C0-13", .want = { FINDS(MOVES("TcpExtTWRecycled", 0)) } })),
	AUTO(2, ts,    refused, RULES("D-87")),
	AUTO(2, no_ts, refused, RULES("D-86", "D-87")),

	BOUND(0, ts,    taken,   RULES("D-80", "D-91"),
	      CLAIMS(SAYS("C0-2", "connect", "EADDRNOTAVAIL", TS_BOTH),
		     SAYS("C0-10", "connect", "EADDRNOTAVAIL", "the port is bound before, and the old connection had timestamps"),
		     SAYS("C3-3", "connect", "EADDRNOTAVAIL", TS_BOTH),
		     SAYS("C3-4", "connect", "OK", TS_BOTH),
		     SAYS("C3-15", "connect", "OK", TS_BOTH),
		     { .id = "C0-13", .want = { FINDS(MOVES("TcpExtTWRecycled", 1)) } })),
	BOUND(0, no_ts, refused, RULES("D-81"),
	      CLAIMS(SAYS("C0-2", "connect", "EADDRNOTAVAIL", TS_NONE),
		     SAYS("C3-1", "connect", "EADDRNOTAVAIL", TS_NONE),
		     SAYS("C3-3", "connect", "EADDRNOTAVAIL", TS_NONE),
		     SAYS("C3-4", "connect", "OK", TS_NONE),
		     SAYS("C3-15", "connect", "OK", TS_NONE))),
	BOUND(1, ts,    taken,   RULES("D-80"),
	      CLAIMS(SAYS("C1-11", "connect", "EADDRNOTAVAIL", AT_CLIENT_TS),
		     SAYS("C2-1", "connect", "EADDRNOTAVAIL", AT_CLIENT_TS))),
	BOUND(1, no_ts, refused, RULES("D-81"),
	      CLAIMS(SAYS("C0-10", "connect", "EADDRNOTAVAIL",
			  "the port is bound before, but the old connection had no timestamps"),
		     SAYS("C1-10", "connect", "EADDRNOTAVAIL", TS_NONE_SAME_PEER),
		     SAYS("C1-11", "connect", "EADDRNOTAVAIL", AT_CLIENT),
		     SAYS("C2-1", "connect", "EADDRNOTAVAIL", AT_CLIENT))),
	BOUND(2, ts,    taken,   RULES("D-80"),
	      CLAIMS(SAYS("C3-1", "connect", "EADDRNOTAVAIL", TS_BOTH),
		     SAYS("C1-10", "connect", "EADDRNOTAVAIL", TS_BOTH))),
	BOUND(2, no_ts, refused, RULES("D-81")),

	LO(0, ts,    auto,  refused, RULES("D-83")),
	LO(1, ts,    auto,  taken,   RULES("D-84")),
	LO(1, no_ts, auto,  refused, RULES("D-86")),
	LO(2, ts,    auto,  taken,   RULES("D-87")),
	LO(2, no_ts, auto,  refused, RULES("D-86", "D-87")),
	LO(0, ts,    bound, taken,   RULES("D-80")),
	LO(0, no_ts, bound, refused, RULES("D-81")),
	LO(2, ts,    bound, taken,   RULES("D-80")),
	LO(2, no_ts, bound, refused, RULES("D-81")),

	/* 127.0.0.1 in an IPv6 socket: the row is for IPv6 sockets only */
	OWN_WAY(2, MAPPED, "mapped", "to ::ffff:127.0.0.1", ts, auto, taken, RULES("D-87"),
		.family = TW_IPV6),
	OWN_WAY(0, MAPPED, "mapped", "to ::ffff:127.0.0.1", ts, auto, refused, RULES("D-83"),
		.family = TW_IPV6),
	/* lo is where it goes, but neither the address nor the socket says so */
	OWN_WAY(2, OWN, "own-address", "to an address of its own", ts, auto, refused,
		RULES("D-87")),
	OWN_WAY(1, OWN, "own-address", "to an address of its own", ts, auto, taken,
		RULES("D-84")),
	/* (IPv6 finds no route to the host's own address through lo: ENETUNREACH) */
	OWN_WAY(2, OWN_ON_LO, "own-address-on-lo",
		"to an IPv4 address of its own from a socket that is bound to lo (IPv6 has no such "
		"route)", ts, auto, taken, RULES("D-87"), .family = TW_IPV4),

	/* bound, with other options */
	OPTIONS("none-none", NO_OPTION, NO_OPTION, SAME_END, "neither socket has SO_REUSEADDR",
		NOT_BOUND, RULES("D-82"),
		CLAIMS(SAYS("C0-3", "bind", "EADDRINUSE", NULL),
		       SAYS("C1-10", "bind", "EADDRINUSE", RA_LACKS_BOUND),
		       SAYS("C3-1", "bind", "EADDRINUSE", RA_LACKS)), OVERLOOKED),
	OPTIONS("none-reuseaddr", NO_OPTION, REUSEADDR, SAME_END,
		"only the second socket has SO_REUSEADDR", NOT_BOUND, RULES("D-82"),
		CLAIMS(SAYS("C0-2", "bind", "EADDRINUSE", RA_LACKS),
		       SAYS("C0-4", "bind", "EADDRINUSE", NULL),
		       SAYS("C3-1", "bind", "EADDRINUSE", RA_LACKS),
		       SAYS("C3-5", "bind", "EADDRINUSE", NULL)), OVERLOOKED),
	OPTIONS("reuseaddr-none", REUSEADDR, NO_OPTION, SAME_END,
		"only the first socket has SO_REUSEADDR", NOT_BOUND, RULES("D-82"),
		CLAIMS(SAYS("C3-5", "bind", "EADDRINUSE", NULL)), OVERLOOKED),
	OPTIONS("reuseport", REUSEPORT, REUSEPORT, SAME_END,
		"both sockets have SO_REUSEPORT", TAKEN, RULES("D-80", "D-104"), NO_CLAIM),
	OPTIONS("other-port.none", NO_OPTION, NO_OPTION, OTHER_PORT,
		"for another port of the peer, without SO_REUSEADDR", NOT_BOUND,
		RULES("D-82", "D-94"), NO_CLAIM, OVERLOOKED),
	OPTIONS("other-peer.none-reuseaddr", NO_OPTION, REUSEADDR, OTHER_PEER,
		"for another peer, with SO_REUSEADDR on the second socket", NOT_BOUND,
		RULES("D-82", "D-94"),
		CLAIMS(SAYS("C3-6", "bind", "EADDRINUSE", NULL)), OVERLOOKED),
	OPTIONS("other-peer.reuseaddr-none", REUSEADDR, NO_OPTION, OTHER_PEER,
		"for another peer, with SO_REUSEADDR on the first socket", NOT_BOUND,
		RULES("D-82", "D-94"),
		CLAIMS(SAYS("C3-6", "bind", "EADDRINUSE", NULL)), OVERLOOKED),
	OPTIONS("other-peer.both-reuseaddr", REUSEADDR, REUSEADDR, OTHER_PEER,
		"for another peer, with SO_REUSEADDR on both sockets", GOES_ELSEWHERE,
		RULES("D-94"),
		CLAIMS(SAYS("C1-10", "bind", "EADDRINUSE", "it goes to another peer"))),
	{
		.id = "reuse.other-peer.auto",
		.says = "a port in TIME_WAIT is chosen again for another peer, without any option",
		RULES("D-94"),
		.given = { .sysctl = { SYSCTL("tcp_tw_reuse", "0"), ONE_PORT } },
		.scenario = connect_again,
		.arg = &(const struct reuse_arg){ .to = OTHER_PEER },
		.expect = { FINDS(IS("connect", "OK"), NUM("port", 40000),
				  MOVES("TcpExtTWRecycled", 0)) },
		CLAIMS(SAYS("C1-10", "connect", "EADDRNOTAVAIL", "it goes to another peer")),
	},
	{
		.id = "reuse.other-port.auto",
		.says = "a port in TIME_WAIT is chosen again for another port of the same peer",
		RULES("D-94"),
		.given = { .sysctl = { SYSCTL("tcp_tw_reuse", "0"), ONE_PORT } },
		.scenario = connect_again,
		.arg = &(const struct reuse_arg){ .to = OTHER_PORT },
		.expect = { FINDS(IS("connect", "OK"), NUM("port", 40000),
				  MOVES("TcpExtTWRecycled", 0)) },
		CLAIMS(SAYS("C1-10", "connect", "EADDRNOTAVAIL", "it goes to another port")),
	},
	{
		.id = "reuse.fin-wait-2.auto",
		.says = "a connection in FIN_WAIT_2 is not taken over by a port of the kernel's "
			"choice",
		RULES("D-88"),
		.given = { .sysctl = { SYSCTL("tcp_tw_reuse", "1"), AFTER(1), ONE_PORT } },
		.scenario = connect_again,
		.arg = &(const struct reuse_arg){ .fin_wait_2 = true, .wait_ms = 5 },
		.expect = { FINDS(IS("old", "fin-wait-2 mini"), IS("connect", "EADDRNOTAVAIL"),
				  IS("syn", "none"), MOVES("TcpExtTWRecycled", 0)) },
		.rfc = NO_SECOND_OPEN,
		.except = { { .unless = "H-46",
			      .because = "before 6.12 and its stable kernels it was like TIME_WAIT",
			      .expect = { FINDS(IS("connect", "OK"), NUM("isn", 65537),
						MOVES("TcpExtTWRecycled", 1)) } } },
	},
	{
		.id = "reuse.fin-wait-2.bound",
		.says = "a connection in FIN_WAIT_2 is taken over by a socket that binds its port",
		RULES("D-89", "D-91"),
		.scenario = connect_again,
		.arg = &(const struct reuse_arg){ .bound = true, .fin_wait_2 = true,
						  .old = TW_REUSEADDR, .new = TW_REUSEADDR },
		.expect = { FINDS(IS("old", "fin-wait-2 mini"), IS("bind", "OK"),
				  IS("connect", "OK"), NUM("isn", 65537),
				  MOVES("TcpExtTWRecycled", 1)) },
		.rfc = NO_SECOND_OPEN,
	},
	{
		.id = "reuse.fin-wait-2.bound.no-ts",
		.says = "a connection in FIN_WAIT_2 that had no timestamps is not taken over",
		RULES("D-81", "D-89"),
		.scenario = connect_again,
		.arg = &(const struct reuse_arg){ .bound = true, .fin_wait_2 = true, .no_ts = true,
						  .old = TW_REUSEADDR, .new = TW_REUSEADDR },
		.expect = { FINDS(IS("old", "fin-wait-2 mini"), IS("connect", "EADDRNOTAVAIL"),
				  MOVES("TcpExtTWRecycled", 0)) },
		.rfc = NO_SECOND_OPEN,
	},
	{
		.id = "reuse.timestamps-off-now",
		.says = "timestamps of the old connection are enough: the new one may have none",
		RULES("D-80", "D-91"),
		.scenario = connect_again,
		.arg = &(const struct reuse_arg){ .bound = true, .ts_off_now = true,
						  .old = TW_REUSEADDR, .new = TW_REUSEADDR },
		.expect = { FINDS(IS("connect", "OK"), IS("syn", "without TS"), NUM("isn", 65537),
				  MOVES("TcpExtTWRecycled", 1)) },
		.rfc = NO_SECOND_OPEN,
	},
};
/* clang-format on */
TW_CASE_TABLE(reuse);
