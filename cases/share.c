/*
 * Several TCP sockets on one port: who of them can listen, who gets connections, and which
 * options count, those at bind() or those at the end.
 */
#include <errno.h>

#include "acts.h"
#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

enum {
	CONNECTIONS = 64,
	OTHER_USER = 1,
};

struct two_arg {
	unsigned options; /* of both */
	bool first_any, second_any;
};

static struct tw_end end_of(const struct tw_scene *sc, bool any)
{
	return any ? tw_end_any(TW_APP_PORT) : tw_end_local(sc, 0, TW_APP_PORT);
}

/* Both bind, then both listen, then the first is closed. */
static void listen_both(struct tw_scene *sc, const void *arg)
{
	const struct two_arg *a = arg;
	int first = tw_act_socket(sc, SOCK_STREAM, a->options);
	int second = tw_act_socket(sc, SOCK_STREAM, a->options);

	tw_must(sc, tw_app_bind(sc, first, end_of(sc, a->first_any)));
	tw_find_result(sc, "bind", tw_app_bind(sc, second, end_of(sc, a->second_any)));
	tw_find_result(sc, "listen-1", tw_app_listen(sc, first, 8));
	tw_find_result(sc, "listen-2", tw_app_listen(sc, second, 8));
	tw_app_close(sc, first);
	tw_find_result(sc, "listen-2-alone", tw_app_listen(sc, second, 8));
}

static int64_t count_accepted(struct tw_scene *sc, int listener)
{
	int64_t n = 0;

	while (tw_app_accept(sc, listener) >= 0)
		n++;
	return n;
}

/* Both listen, and many connect. */
static void spread(struct tw_scene *sc, const void *arg)
{
	const struct two_arg *a = arg;
	int first = tw_act_socket(sc, SOCK_STREAM, a->options);
	int second = tw_act_socket(sc, SOCK_STREAM, a->options);
	int64_t n[2];

	tw_must(sc, tw_app_bind(sc, first, end_of(sc, a->first_any)));
	tw_must(sc, tw_app_listen(sc, first, CONNECTIONS));
	tw_must(sc, tw_app_bind(sc, second, end_of(sc, a->second_any)));
	tw_must(sc, tw_app_listen(sc, second, CONNECTIONS));
	for (unsigned i = 0; i < CONNECTIONS; i++)
		tw_peer_open(sc, tw_peer_new(sc, TW_APP_PORT));
	n[0] = count_accepted(sc, first);
	n[1] = count_accepted(sc, second);
	tw_find_number(sc, "first", n[0]);
	tw_find_number(sc, "second", n[1]);
	tw_find_number(sc, "all", n[0] + n[1]);
}

struct late_arg {
	bool connected;  /* else accepted */
	unsigned before; /* when the port is bound */
	unsigned after;  /* of the connection, when it is established */
};

static void set_options(struct tw_scene *sc, int fd, unsigned options)
{
	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_REUSEADDR, !!(options & TW_REUSEADDR)));
	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_REUSEPORT, !!(options & TW_REUSEPORT)));
}

static void try_to_bind(struct tw_scene *sc, const char *what, unsigned options, bool any)
{
	int fd = tw_act_socket(sc, SOCK_STREAM, options);

	tw_find_result(sc, what, tw_app_bind(sc, fd, end_of(sc, any)));
	tw_app_close(sc, fd);
}

/* A TIME_WAIT whose socket changed its options after bind(). */
static void options_change(struct tw_scene *sc, const void *arg)
{
	const struct late_arg *a = arg;
	int fd = tw_act_socket(sc, SOCK_STREAM, a->before), listener = fd;
	struct tw_conn *conn;

	tw_must(sc, tw_app_bind(sc, fd, tw_end_local(sc, 0, TW_APP_PORT)));
	if (a->connected) {
		conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
		tw_scene_connected(sc, fd, conn);
	} else {
		tw_must(sc, tw_app_listen(sc, listener, 8));
		conn = tw_peer_new(sc, TW_APP_PORT);
		fd = tw_scene_accepted(sc, listener, conn);
		tw_app_close(sc, listener);
	}
	set_options(sc, fd, a->after);
	tw_act_time_wait(sc, fd, conn, NULL);
	try_to_bind(sc, "none", TW_NO_OPTION, false);
	try_to_bind(sc, "reuseaddr", TW_REUSEADDR, false);
	try_to_bind(sc, "reuseport", TW_REUSEPORT, false);
	try_to_bind(sc, "reuseport-wildcard", TW_REUSEPORT, true);
}

struct owner_arg {
	bool time_wait; /* of its connection; else it is bound and no more */
};

/* A socket with SO_REUSEPORT that belongs to another user has the port. */
static void others_socket(struct tw_scene *sc, const void *arg)
{
	const struct owner_arg *a = arg;
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_REUSEPORT);
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));

	/* before bind(): the port remembers the user as well */
	if (tw_app_owner(sc, fd, OTHER_USER) == -EINVAL)
		tw_scene_skip(sc, "the user namespace has one user only");
	tw_must(sc, tw_app_bind(sc, fd, tw_end_local(sc, 0, TW_APP_PORT)));
	if (a->time_wait) {
		tw_scene_connected(sc, fd, conn);
		tw_act_time_wait(sc, fd, conn, NULL);
	}
	try_to_bind(sc, "none", TW_NO_OPTION, false);
	try_to_bind(sc, "reuseport", TW_REUSEPORT, false);
}

/* clang-format off */

#define RULES(...) .cite = { __VA_ARGS__ }
#define TWO(...) .arg = &(const struct two_arg){ __VA_ARGS__ }
#define LATE(...) .arg = &(const struct late_arg){ __VA_ARGS__ }
#define WHO(none_, reuseaddr_, reuseport_, reuseport_wildcard_) .expect = { \
	FINDS(IS("none", none_), IS("reuseaddr", reuseaddr_), IS("reuseport", reuseport_), \
	IS("reuseport-wildcard", reuseport_wildcard_)) }, \
	.except = { { .when = "H-37", \
		      .because = "6.1.0 to 6.1.6 did not find TIME_WAIT on a specific address", \
		      .expect = { FINDS(IS("none", "OK"), IS("reuseaddr", "OK"), \
					IS("reuseport", "OK")) } } }
#define ONLY_ONE .expect = { FINDS(IS("bind", "OK"), IS("listen-1", "OK"), \
	IS("listen-2", "EADDRINUSE"), IS("listen-2-alone", "OK")) }
#define ALL_LISTEN .expect = { FINDS(IS("bind", "OK"), IS("listen-1", "OK"), IS("listen-2", "OK"), \
	IS("listen-2-alone", "OK")) }
#define SOME_EACH .expect = { FINDS(BETWEEN("first", 1, CONNECTIONS - 1), \
	BETWEEN("second", 1, CONNECTIONS - 1), NUM("all", CONNECTIONS)) }

static const struct tw_case rows[] = {
	{
		.id = "share.listen.reuseaddr.same",
		.says = "of two sockets with SO_REUSEADDR on one address only the first can "
			"listen, until it is closed",
		RULES("D-107", "D-106"),
		.scenario = listen_both, TWO(.options = TW_REUSEADDR), ONLY_ONE,
	},
	{
		.id = "share.listen.reuseaddr.wildcard-second",
		.says = "of a local and the wildcard address, bound with SO_REUSEADDR, only the "
			"first can listen",
		RULES("D-107", "D-106"),
		.scenario = listen_both, TWO(.options = TW_REUSEADDR, .second_any = true), ONLY_ONE,
	},
	{
		.id = "share.listen.reuseaddr.wildcard-first",
		.says = "of the wildcard and a local address, bound with SO_REUSEADDR, only the "
			"first can listen",
		RULES("D-107", "D-106"),
		.scenario = listen_both, TWO(.options = TW_REUSEADDR, .first_any = true), ONLY_ONE,
	},
	{
		.id = "share.listen.reuseport.same",
		.says = "two sockets with SO_REUSEPORT on one address can both listen",
		RULES("D-108"),
		.scenario = listen_both, TWO(.options = TW_REUSEPORT), ALL_LISTEN,
		.claim = { { .id = "C3-12", .want = { FINDS(IS("bind", "EADDRINUSE")) } } },
	},
	{
		.id = "share.listen.reuseport.wildcard",
		.says = "a local and the wildcard address, bound with SO_REUSEPORT, can both be "
			"listened on",
		RULES("D-108"),
		.scenario = listen_both, TWO(.options = TW_REUSEPORT, .second_any = true),
		ALL_LISTEN,
	},
	{
		.id = "share.connections.reuseport.same",
		.says = "SO_REUSEPORT spreads connections over the listeners of one address",
		RULES("D-108"),
		.scenario = spread, TWO(.options = TW_REUSEPORT),
		/* by a hash: that one of two gets none of 64 happens once in 10^19 times */
		SOME_EACH,
	},
	{
		.id = "share.connections.reuseport.wildcard",
		.says = "the listener on the address gets all connections, the one on the wildcard "
			"address none",
		RULES("D-108"),
		.scenario = spread, TWO(.options = TW_REUSEPORT, .first_any = true),
		.expect = { FINDS(NUM("first", 0), NUM("second", CONNECTIONS)) },
		.except = { { .when = "H-76",
			      .because = "over IPv6 the group that is found first was taken",
			      .expect = { FINDS(PER_FAMILY("first", 0, CONNECTIONS),
						PER_FAMILY("second", CONNECTIONS, 0)) } } },
	},

	{
		.id = "share.options.accepted.reuseaddr-set",
		.says = "SO_REUSEADDR set on the accepted socket is what its TIME_WAIT has",
		RULES("D-70", "D-102"),
		.scenario = options_change,
		LATE(.before = TW_NO_OPTION, .after = TW_REUSEADDR),
		WHO("EADDRINUSE", "OK", "EADDRINUSE", "EADDRINUSE"),
	},
	{
		.id = "share.options.accepted.reuseaddr-cleared",
		.says = "SO_REUSEADDR taken from the accepted socket is missing in its TIME_WAIT",
		RULES("D-70", "D-100"),
		.scenario = options_change,
		LATE(.before = TW_REUSEADDR, .after = TW_NO_OPTION),
		WHO("EADDRINUSE", "EADDRINUSE", "EADDRINUSE", "EADDRINUSE"),
	},
	{
		.id = "share.options.accepted.reuseport-set",
		.says = "SO_REUSEPORT set on the accepted socket is what its TIME_WAIT has",
		RULES("D-70", "D-104"),
		.scenario = options_change,
		LATE(.before = TW_NO_OPTION, .after = TW_REUSEPORT),
		WHO("EADDRINUSE", "EADDRINUSE", "OK", "OK"),
	},
	{
		.id = "share.options.accepted.reuseport-cleared",
		.says = "SO_REUSEPORT taken from the accepted socket is missing in its TIME_WAIT, "
			"but the port remembers the address and the option of who bound it",
		RULES("D-70", "D-104"),
		.needs = "H-67",
		.scenario = options_change,
		LATE(.before = TW_REUSEPORT, .after = TW_NO_OPTION),
		/* sk_reuseport_match(): no look at the sockets then */
		WHO("EADDRINUSE", "EADDRINUSE", "OK", "EADDRINUSE"),
	},
	{
		.id = "share.options.connected.reuseaddr-set",
		.says = "SO_REUSEADDR set on the connected socket is what its TIME_WAIT has",
		RULES("D-70", "D-102"),
		.scenario = options_change,
		LATE(.connected = true, .before = TW_NO_OPTION, .after = TW_REUSEADDR),
		WHO("EADDRINUSE", "OK", "EADDRINUSE", "EADDRINUSE"),
	},
	{
		.id = "share.options.connected.reuseaddr-cleared",
		.says = "SO_REUSEADDR taken from the connected socket is missing in its TIME_WAIT",
		RULES("D-70", "D-100"),
		.needs = "H-67",
		.scenario = options_change,
		LATE(.connected = true, .before = TW_REUSEADDR, .after = TW_NO_OPTION),
		WHO("EADDRINUSE", "EADDRINUSE", "EADDRINUSE", "EADDRINUSE"),
	},
	{
		.id = "share.options.connected.reuseport-cleared",
		.says = "SO_REUSEPORT taken from the connected socket is missing in its TIME_WAIT, "
			"but the port remembers the address and the option of who bound it",
		RULES("D-70", "D-104"),
		.needs = "H-67",
		.scenario = options_change,
		LATE(.connected = true, .before = TW_REUSEPORT, .after = TW_NO_OPTION),
		/* sk_reuseport_match(): no look at the sockets then */
		WHO("EADDRINUSE", "EADDRINUSE", "OK", "EADDRINUSE"),
	},

	{
		.id = "share.owner.bound",
		.says = "a port that is bound with SO_REUSEPORT is not shared with another user",
		RULES("D-104", "D-108"),
		.scenario = others_socket,
		.arg = &(const struct owner_arg){ .time_wait = false },
		.expect = { FINDS(IS("none", "EADDRINUSE"), IS("reuseport", "EADDRINUSE")) },
	},
	{
		.id = "share.owner.time-wait",
		.says = "a port that was bound with SO_REUSEPORT is shared with every user in "
			"TIME_WAIT",
		RULES("D-104"),
		.scenario = others_socket,
		.arg = &(const struct owner_arg){ .time_wait = true },
		.expect = { FINDS(IS("none", "EADDRINUSE"), IS("reuseport", "OK")) },
	},
};
/* clang-format on */
TW_CASE_TABLE(share);
