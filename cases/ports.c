/*
 * The ports that connect() chooses: when tcp_tw_reuse lets it take one in TIME_WAIT again, which
 * ones it never takes, and what happens when none is left.
 */
#include <errno.h>
#include <stdio.h>

#include "acts.h"
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

enum {
	MS = 1000000,
	FIRST_PORT = 41000, /* of the ranges */
};

/*
 * A connection to the peer's end @i, from a port of the kernel's choice, and its TIME_WAIT. NULL
 * after a failure.
 */
static struct tw_conn *use_port(struct tw_scene *sc, unsigned i, uint64_t entered[2])
{
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, i, TW_PEER_PORT));
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION);

	tw_scene_connected(sc, fd, conn);
	tw_act_time_wait(sc, fd, conn, entered);
	return tw_scene_going(sc) ? conn : NULL;
}

/* connect() with a port of the kernel's choice, up to ESTABLISHED. The port, or 0. */
static unsigned try_port(struct tw_scene *sc, const char *what, struct tw_end to)
{
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION), ret;
	struct tw_conn *conn = tw_peer_at(sc, to);
	struct tw_seg syn;

	ret = tw_act_connect(sc, fd, conn, &syn);
	tw_find_result(sc, what, ret);
	return ret < 0 ? 0 : tw_app_name(sc, fd).port;
}

/* ---- tcp_tw_reuse_delay ---- */

struct delay_arg {
	unsigned wait_ms;
	unsigned
		within_ms; /* 0, or: the second connect() is over this soon after TIME_WAIT began */
};

/* One connection, its TIME_WAIT, and another to the same end. */
static void connect_twice(struct tw_scene *sc, const void *arg)
{
	const struct delay_arg *a = arg;
	uint64_t entered[2] = { 0, 0 };
	struct tw_conn *conn = use_port(sc, 0, entered);

	if (!conn)
		return;
	tw_find_number(sc, "port-1", conn->flow.dut_port);
	tw_scene_wait(sc, a->wait_ms);
	tw_scene_count_from_here(sc);
	tw_find_number(sc, "port-2", try_port(sc, "connect", tw_end_peer(sc, 0, TW_PEER_PORT)));
	if (a->within_ms && tw_scene_now(sc) - entered[0] >= (uint64_t)a->within_ms * MS)
		tw_scene_held_up(sc, "%u ms had passed before the second connect() was over",
				 a->within_ms);
}

/*
 * "refused-ms": so long at least had TIME_WAIT lasted at the last attempt that was refused;
 * "reused-ms": so long at most at the one that was not. Both are bounds, whatever this process
 * was kept from doing in between.
 */
static void find_threshold(struct tw_scene *sc, const void *arg)
{
	uint64_t entered[2] = { 0, 0 }, before = 0, refused = 0;
	struct tw_conn *conn = use_port(sc, 0, entered);
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION), ret = -EADDRNOTAVAIL;
	struct tw_seg syn;

	(void)arg;
	if (!conn)
		return;
	while (tw_scene_going(sc) && ret == -EADDRNOTAVAIL) {
		refused = before;
		before = tw_scene_now(sc);
		ret = tw_act_connect(sc, fd, conn, &syn);
		if (ret == -EADDRNOTAVAIL)
			tw_scene_wait(sc, 1);
		if (before - entered[1] > 10000ull * MS)
			break;
	}
	tw_find_result(sc, "connect", ret);
	tw_find_number(sc, "reused-ms", (int64_t)(tw_scene_now(sc) - entered[0]) / MS);
	tw_find_number(sc, "refused-ms", (int64_t)(refused - entered[1]) / MS);
	if (!refused)
		tw_scene_held_up(sc, "the first attempt came too late to be refused");
}

static void set_delays(struct tw_scene *sc, const void *arg)
{
	static const char name[] = "net.ipv4.tcp_tw_reuse_delay";

	(void)arg;
	tw_find_number(sc, "default", tw_scene_read_sysctl(sc, name));
	tw_find_result(sc, "zero", tw_scene_try_sysctl(sc, name, "0"));
	tw_find_result(sc, "one", tw_scene_try_sysctl(sc, name, "1"));
	tw_find_result(sc, "60000", tw_scene_try_sysctl(sc, name, "60000"));
	tw_find_result(sc, "60001", tw_scene_try_sysctl(sc, name, "60001"));
}

static void set_recycle(struct tw_scene *sc, const void *arg)
{
	(void)arg;
	tw_find_result(sc, "write", tw_scene_try_sysctl(sc, "net.ipv4.tcp_tw_recycle", "1"));
}

static void read_range(struct tw_scene *sc, const void *arg)
{
	static const char name[] = "net.ipv4.ip_local_port_range";
	int64_t low = tw_scene_read_sysctl(sc, name), high = tw_scene_read_sysctl_nth(sc, name, 1);

	(void)arg;
	tw_find_number(sc, "low", low);
	tw_find_number(sc, "high", high);
	tw_find_number(sc, "ports", high - low + 1);
}

/* ---- no port is left ---- */

enum recovery {
	NO_RECOVERY,
	ONE_KILLED,  /* by a RST of the peer */
	REUSE_ON,    /* tcp_tw_reuse=1 */
	ONE_EXPIRED, /* after its time */
};

struct range_arg {
	unsigned ports;
	enum recovery recovery;
};

/*
 * Connections to one end, each of which leaves a TIME_WAIT, until no port is left. The last one's
 * end, or NULL.
 */
static struct tw_conn *use_up(struct tw_scene *sc, unsigned ports, uint64_t entered[2])
{
	struct tw_conn *last = NULL;
	char range[32];

	snprintf(range, sizeof(range), "%d %u", FIRST_PORT, FIRST_PORT + ports - 1);
	tw_scene_sysctl(sc, "net.ipv4.ip_local_port_range", range);
	for (unsigned i = 0; i < ports && tw_scene_going(sc); i++)
		last = use_port(sc, 0, entered);
	return last;
}

static void where_to_connect(struct tw_scene *sc, const void *arg)
{
	const struct range_arg *a = arg;
	int fd;

	use_up(sc, a->ports, NULL);
	tw_scene_count_from_here(sc);
	try_port(sc, "next", tw_end_peer(sc, 0, TW_PEER_PORT));
	try_port(sc, "other-port", tw_end_peer(sc, 0, TW_PEER_PORT + 1));
	try_port(sc, "other-peer", tw_end_peer(sc, 1, TW_PEER_PORT));
	fd = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION);
	tw_find_result(sc, "bind-elsewhere", tw_app_bind(sc, fd, tw_end_local(sc, 1, 0)));
	if (tw_scene_going(sc)) {
		struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
		struct tw_seg syn;

		tw_find_result(sc, "from-elsewhere", tw_act_connect(sc, fd, conn, &syn));
	}
}

static void try_bind(struct tw_scene *sc, const char *what, unsigned options, struct tw_end end)
{
	int fd = tw_act_socket(sc, SOCK_STREAM, options);

	tw_find_result(sc, what, tw_app_bind(sc, fd, end));
	tw_app_close(sc, fd);
}

static void what_to_bind(struct tw_scene *sc, const void *arg)
{
	const struct range_arg *a = arg;
	int fd;

	use_up(sc, a->ports, NULL);
	try_bind(sc, "none", TW_NO_OPTION, tw_end_local(sc, 0, 0));
	try_bind(sc, "reuseaddr", TW_REUSEADDR, tw_end_local(sc, 0, 0));
	try_bind(sc, "wildcard", TW_REUSEADDR, tw_end_any(0));
	try_bind(sc, "other-address", TW_NO_OPTION, tw_end_local(sc, 1, 0));
	fd = tw_act_socket(sc, SOCK_STREAM, TW_REUSEADDR);
	tw_find_result(sc, "listen", tw_app_listen(sc, fd, 8));
	fd = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION);
	tw_must(sc, tw_app_set(sc, fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1));
	tw_find_result(sc, "no-port-yet", tw_app_bind(sc, fd, tw_end_local(sc, 0, 0)));
}

/*
 * ip_autobind_reuse: connections whose sockets had SO_REUSEADDR do not use a port up for bind().
 */
static void bind_with_autobind_reuse(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_REUSEADDR);

	(void)arg;
	tw_scene_connected(sc, fd, conn);
	tw_act_time_wait(sc, fd, conn, NULL);
	try_bind(sc, "off", TW_REUSEADDR, tw_end_local(sc, 0, 0));
	tw_scene_sysctl(sc, "net.ipv4.ip_autobind_reuse", "1");
	try_bind(sc, "none", TW_NO_OPTION, tw_end_local(sc, 0, 0));
	try_bind(sc, "reuseaddr", TW_REUSEADDR, tw_end_local(sc, 0, 0));
}

/* Until connect() succeeds. */
static void wait_for_port(struct tw_scene *sc, uint64_t entered)
{
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION), ret = -EADDRNOTAVAIL;
	struct tw_seg syn;

	tw_scene_wait(sc, 58000);
	while (tw_scene_going(sc) && ret == -EADDRNOTAVAIL &&
	       tw_scene_now(sc) - entered < 120000ull * MS) {
		ret = tw_act_connect(sc, fd, conn, &syn);
		if (ret == -EADDRNOTAVAIL)
			tw_scene_wait(sc, 100);
	}
	tw_find_result(sc, "then", ret);
	tw_find_number(sc, "after-ms", (int64_t)(tw_scene_now(sc) - entered) / MS);
}

static void recover(struct tw_scene *sc, const void *arg)
{
	const struct range_arg *a = arg;
	uint64_t entered[2] = { 0, 0 };
	struct tw_conn *last = use_up(sc, a->ports, entered);
	unsigned port;

	try_port(sc, "next", tw_end_peer(sc, 0, TW_PEER_PORT));
	if (!tw_scene_going(sc))
		return;
	if (a->recovery == ONE_EXPIRED) {
		wait_for_port(sc, entered[0]);
		return;
	}
	if (a->recovery == ONE_KILLED)
		SAY(sc, last, .flags = RST);
	if (a->recovery == REUSE_ON) {
		tw_scene_sysctl(sc, "net.ipv4.tcp_tw_reuse_delay", "1");
		tw_scene_sysctl(sc, "net.ipv4.tcp_tw_reuse", "1");
		tw_scene_wait(sc, 5);
	}
	tw_scene_count_from_here(sc);
	port = try_port(sc, "then", tw_end_peer(sc, 0, TW_PEER_PORT));
	tw_find_number(sc, "port", (int)port - last->flow.dut_port);
}

/* ---- a port that somebody bound ---- */

struct bound_arg {
	enum tw_seat seat;
};

/*
 * Somebody binds the only port, on its own or another address; connect() to another peer may not
 * have it.
 */
static void connect_past_seat(struct tw_scene *sc, const void *arg)
{
	const struct bound_arg *a = arg;

	tw_act_take_seat(sc, a->seat, TW_REUSEADDR, tw_end_local(sc, 0, TW_OWN_PORT));
	try_port(sc, "connect", tw_end_peer(sc, 1, TW_PEER_PORT));
}

/* A port that the kernel chose, then a socket that binds it on another address, and closes. */
static void connect_beside_bound(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION), other;

	(void)arg;
	tw_scene_connected(sc, fd, conn);
	try_port(sc, "before", tw_end_peer(sc, 1, TW_PEER_PORT));
	other = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION);
	tw_must(sc, tw_app_bind(sc, other, tw_end_local(sc, 1, TW_OWN_PORT)));
	try_port(sc, "while-bound", tw_end_peer(sc, 2, TW_PEER_PORT));
	tw_app_close(sc, other);
	try_port(sc, "after", tw_end_peer(sc, 3, TW_PEER_PORT));
}

/* The same, the socket that bound the port leaving a TIME_WAIT, which the peer kills. */
static void connect_beside_time_wait(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION), other;

	(void)arg;
	tw_scene_connected(sc, fd, conn);
	conn = tw_peer_at(sc, tw_end_peer(sc, 1, TW_PEER_PORT));
	other = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION);
	tw_must(sc, tw_app_bind(sc, other, tw_end_local(sc, 1, TW_OWN_PORT)));
	tw_scene_connected(sc, other, conn);
	tw_act_time_wait(sc, other, conn, NULL);
	try_port(sc, "in-time-wait", tw_end_peer(sc, 2, TW_PEER_PORT));
	SAY(sc, conn, .flags = RST);
	try_port(sc, "killed", tw_end_peer(sc, 3, TW_PEER_PORT));
}

/* clang-format off */

#define RULES(...) .cite = { __VA_ARGS__ }
#define SAYS(claim_, what_, is_, when_) \
	{ .id = claim_, .when = when_, .want = { FINDS(IS(what_, is_)) } }
#define ONE_PORT  SYSCTL("ip_local_port_range", "40000 40000")
#define TWO_PORTS SYSCTL("ip_local_port_range", "32768 32769")
#define THE_OTHER_PORT FINDS(IS("connect", "OK"), NUM("port-1", 32768), NUM("port-2", 32769), \
	MOVES("TcpExtTWRecycled", 0))
#define THE_SAME_PORT FINDS(IS("connect", "OK"), NUM("port-1", 32768), NUM("port-2", 32768), \
	MOVES("TcpExtTWRecycled", 1))
#define TAKES_IT_AGAIN .want = { FINDS(NUM("port-2", 32768)) }
#define SLOT(...) .arg = &(const struct range_arg){ __VA_ARGS__ }

static const struct tw_case rows[] = {
	{
		.id = "ports.delay.range",
		.says = "tcp_tw_reuse_delay is 1000 ms and may be 1 to 60000",
		RULES("D-90"),
		.scenario = set_delays,
		.expect = { FINDS(NUM("default", 1000), IS("zero", "EINVAL"), IS("one", "OK"),
				  IS("60000", "OK"), IS("60001", "EINVAL")) },
		.needs = "net.ipv4.tcp_tw_reuse_delay",
	},
	{
		.id = "ports.delay.not-passed",
		.says = "tcp_tw_reuse=1: before tcp_tw_reuse_delay has passed the port is not "
			"taken",
		RULES("D-85"),
		.given = { .sysctl = { SYSCTL("tcp_tw_reuse", "1"),
				       SYSCTL("tcp_tw_reuse_delay", "60000"), ONE_PORT } },
		.scenario = connect_twice,
		.arg = &(const struct delay_arg){ .within_ms = 60000 },
		.expect = { FINDS(IS("connect", "EADDRNOTAVAIL"), MOVES("TcpExtTWRecycled", 0)) },
		.claim = { SAYS("C0-11", "connect", "EADDRNOTAVAIL", NULL) },
	},
	{
		.id = "ports.delay.threshold",
		.says = "tcp_tw_reuse_delay=200: taken again when more than 200 ms have passed, "
			"refused up to then",
		RULES("D-84", "D-85"),
		.given = { .sysctl = { SYSCTL("tcp_tw_reuse", "1"),
				       SYSCTL("tcp_tw_reuse_delay", "200"), ONE_PORT } },
		.scenario = find_threshold,
		/* the kernel compares whole milliseconds: more than 200 is 201 at the latest */
		.expect = { FINDS(IS("connect", "OK"), BETWEEN("refused-ms", 0, 200),
				  BETWEEN("reused-ms", 200, 3600000)) },
	},
	{
		.id = "ports.two.at-once",
		.says = "of two ports connect() takes the other one as long as the delay has not "
			"passed",
		RULES("D-85"),
		.given = { .sysctl = { SYSCTL("tcp_tw_reuse", "1"), TWO_PORTS } },
		.scenario = connect_twice,
		/* before 6.14: not in the second in which TIME_WAIT began */
		.arg = &(const struct delay_arg){ .within_ms = 1000 },
		.expect = { THE_OTHER_PORT },
		.claim = { { .id = "C0-12", .when = "one second has not passed", TAKES_IT_AGAIN } },
		.needs = "net.ipv4.tcp_tw_reuse_delay",
	},
	{
		.id = "ports.two.after-delay",
		.says = "of two ports connect() takes the one in TIME_WAIT again, the delay passed",
		RULES("D-84"),
		.given = { .sysctl = { SYSCTL("tcp_tw_reuse", "1"),
				       SYSCTL("tcp_tw_reuse_delay", "1"), TWO_PORTS } },
		.scenario = connect_twice,
		.arg = &(const struct delay_arg){ .wait_ms = 5 },
		.expect = { THE_SAME_PORT },
		.claim = { { .id = "C0-12", .when = "tcp_tw_reuse_delay has passed, which is a second",
			     TAKES_IT_AGAIN } },
	},
	{
		.id = "ports.two.after-second",
		.says = "tcp_tw_reuse=1 and nothing else: two seconds later the port is taken "
			"again",
		RULES("D-84"),
		.given = { .sysctl = { SYSCTL("tcp_tw_reuse", "1"), TWO_PORTS } },
		.scenario = connect_twice,
		.arg = &(const struct delay_arg){ .wait_ms = 2100 },
		.expect = { THE_SAME_PORT },
		.claim = { SAYS("C0-11", "connect", "OK", NULL),
			   { .id = "C0-12", .when = "tcp_tw_reuse_delay has passed, which is a second",
			     TAKES_IT_AGAIN } },
		.slow = true,
	},
	{
		.id = "ports.recycle-is-gone",
		.says = "there is no tcp_tw_recycle",
		RULES("N-72"),
		.scenario = set_recycle,
		.expect = { FINDS(IS("write", "ENOENT")) },
		.claim = { { .id = "C0-14", .as_expected = true } },
		.except = { { .when = "net.ipv4.tcp_tw_recycle",
			      .because = "removed in 4.12",
			      .expect = { FINDS(IS("write", "OK")) } } },
	},

	{
		.id = "ports.range",
		.says = "28232 ports are for the kernel to choose from, as a namespace comes",
		RULES("D-96"),
		.scenario = read_range,
		.expect = { FINDS(NUM("low", 32768), NUM("high", 60999), NUM("ports", 28232)) },
	},
	{
		.id = "ports.used-up.connect",
		.says = "a range of 100 ports allows 100 connections to one end; another end, or "
			"another address of its own, is free",
		RULES("D-96", "D-97", "D-83", "D-94"),
		.scenario = where_to_connect,
		SLOT(.ports = 100),
		.expect = { FINDS(IS("next", "EADDRNOTAVAIL"), IS("other-port", "OK"),
				  IS("other-peer", "OK"), IS("bind-elsewhere", "OK"),
				  IS("from-elsewhere", "OK"), MOVES("TcpExtTWRecycled", 0)) },
		.claim = { SAYS("C0-1", "next", "EADDRNOTAVAIL", NULL),
			   SAYS("C1-1", "next", "EADDRNOTAVAIL", "they all go to one address and port"),
			   SAYS("C1-1", "other-peer", "EADDRNOTAVAIL",
				"the next one goes to another"),
			   SAYS("C1-10", "other-peer", "EADDRNOTAVAIL",
				"it goes to another peer") },
	},
	{
		.id = "ports.used-up.bind",
		.says = "no port is left for bind() to port 0 either, nor for listen() without "
			"bind(); but on another address, or if connect() is to choose",
		RULES("D-97"),
		.scenario = what_to_bind,
		SLOT(.ports = 10),
		.expect = { FINDS(IS("none", "EADDRINUSE"), IS("reuseaddr", "EADDRINUSE"),
				  IS("wildcard", "EADDRINUSE"), IS("listen", "EADDRINUSE"),
				  IS("other-address", "OK"), IS("no-port-yet", "OK")) },
		.claim = { SAYS("C0-1", "listen", "EADDRINUSE", NULL) },
	},
	{
		.id = "ports.used-up.autobind-reuse",
		.says = "ip_autobind_reuse=1: bind() to port 0 shares one in TIME_WAIT if both "
			"sockets have SO_REUSEADDR",
		RULES("D-97"),
		.given = { .sysctl = { ONE_PORT } },
		.scenario = bind_with_autobind_reuse,
		.expect = { FINDS(IS("off", "EADDRINUSE"), IS("none", "EADDRINUSE"),
				  IS("reuseaddr", "OK")) },
	},
	{
		.id = "ports.used-up.one-killed",
		.says = "as soon as one TIME_WAIT is killed its port is there again",
		RULES("D-96"),
		.scenario = recover,
		SLOT(.ports = 10, .recovery = ONE_KILLED),
		.expect = { FINDS(IS("next", "EADDRNOTAVAIL"), IS("then", "OK"), NUM("port", 0),
				  MOVES("TcpExtTWRecycled", 0)) },
	},
	{
		.id = "ports.used-up.reuse-on",
		.says = "tcp_tw_reuse=1 opens a range that is used up",
		RULES("D-96", "D-84"),
		.scenario = recover,
		SLOT(.ports = 10, .recovery = REUSE_ON),
		.expect = { FINDS(IS("next", "EADDRNOTAVAIL"), IS("then", "OK"),
				  MOVES("TcpExtTWRecycled", 1)) },
	},
	{
		.id = "ports.used-up.one-expired",
		.says = "after its 60 s a TIME_WAIT gives its port back",
		RULES("D-96", "N-07"),
		.scenario = recover,
		SLOT(.ports = 1, .recovery = ONE_EXPIRED),
		/* a timer may be one tick early */
		.expect = { FINDS(IS("next", "EADDRNOTAVAIL"), IS("then", "OK"),
				  BETWEEN("after-ms", 59990, 90000),
				  MOVES("TcpExtTWRecycled", 0)) },
		.slow = true,
	},

	{
		.id = "ports.bound.time-wait-connected",
		.says = "connect() does not choose a port that a socket in TIME_WAIT had bound, "
			"for no destination",
		RULES("D-95"),
		.given = { .sysctl = { ONE_PORT } },
		.scenario = connect_past_seat,
		.arg = &(const struct bound_arg){ TW_SEAT_CONNECTED },
		.expect = { FINDS(IS("connect", "EADDRNOTAVAIL")) },
	},
	{
		.id = "ports.bound.time-wait-accepted",
		.says = "connect() does not choose a port that a listener had whose connection is "
			"in TIME_WAIT",
		RULES("D-95"),
		.given = { .sysctl = { ONE_PORT } },
		.scenario = connect_past_seat,
		.arg = &(const struct bound_arg){ TW_SEAT_ACCEPTED },
		.expect = { FINDS(IS("connect", "EADDRNOTAVAIL")) },
	},
	{
		.id = "ports.bound.bound",
		.says = "connect() does not choose a port that is bound, for no destination",
		RULES("D-95"),
		.given = { .sysctl = { ONE_PORT } },
		.scenario = connect_past_seat,
		.arg = &(const struct bound_arg){ TW_SEAT_BOUND },
		.expect = { FINDS(IS("connect", "EADDRNOTAVAIL")) },
	},
	{
		.id = "ports.bound.released",
		.says = "connect() may choose a port again when the socket that bound it, even on "
			"another address, is closed",
		RULES("D-95", "D-94"),
		.given = { .sysctl = { ONE_PORT } },
		.scenario = connect_beside_bound,
		.expect = { FINDS(IS("before", "OK"), IS("while-bound", "EADDRNOTAVAIL"),
				  IS("after", "OK")) },
		.except = { { .unless = "H-54",
			      .because = "before 6.17 a port that was bound once remained so",
			      .expect = { FINDS(IS("after", "EADDRNOTAVAIL")) } } },
	},
	{
		.id = "ports.bound.time-wait-released",
		.says = "connect() may choose a port again when the TIME_WAIT of the socket that "
			"bound it, even on another address, is gone",
		RULES("D-95"),
		.given = { .sysctl = { ONE_PORT } },
		.scenario = connect_beside_time_wait,
		.expect = { FINDS(IS("in-time-wait", "EADDRNOTAVAIL"), IS("killed", "OK")) },
		.except = { { .unless = "H-54",
			      .because = "before 6.17 a port that was bound once remained so",
			      .expect = { FINDS(IS("killed", "EADDRNOTAVAIL")) } } },
	},
};
/* clang-format on */
TW_CASE_TABLE(ports);
