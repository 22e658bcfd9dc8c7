/*
 * UDP sockets on one port: who may bind() it, and who of them gets what arrives. The articles
 * compare this with TCP.
 */
#include <string.h>

#include "acts.h"
#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

enum {
	UDP_PORT = 7001,
	SENT = 100, /* bytes of a datagram */
	SOCKETS = 3,
};

enum place {
	HERE, /* the DUT's 0th address */
	ANY,
	ELSEWHERE,
};

static struct tw_end end_of(const struct tw_scene *sc, enum place place)
{
	return place == ANY ? tw_end_any(UDP_PORT) : tw_end_local(sc, place == ELSEWHERE, UDP_PORT);
}

struct pair_arg {
	unsigned options; /* of the socket that has the port */
	enum place old, new;
};

static void with_every_choice(struct tw_scene *sc, const void *arg)
{
	static const struct {
		const char *what;
		unsigned options;
	} choices[] = { { "none", TW_NO_OPTION },
			{ "reuseaddr", TW_REUSEADDR },
			{ "reuseport", TW_REUSEPORT },
			{ "both", TW_BOTH_OPTIONS } };
	const struct pair_arg *a = arg;
	int fd = tw_act_socket(sc, SOCK_DGRAM, a->options);

	tw_must(sc, tw_app_bind(sc, fd, end_of(sc, a->old)));
	for (unsigned i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
		fd = tw_act_socket(sc, SOCK_DGRAM, choices[i].options);
		tw_find_result(sc, choices[i].what, tw_app_bind(sc, fd, end_of(sc, a->new)));
		tw_app_close(sc, fd);
	}
}

/* Sockets that share the port, in the order in which they bind it. */
struct share_arg {
	unsigned options;
	enum place at[SOCKETS];
	bool multicast;   /* all join a group, which is sent to; else the 0th address is */
	unsigned senders; /* one datagram of each */
	unsigned copies;  /* to wait for, of all datagrams together */
};

/* 239.255.0.99, ff05::99 */
static struct tw_end group(const struct tw_scene *sc)
{
	struct tw_end v4 = { { { 239, 255, 0, 99 } }, UDP_PORT };
	struct tw_end v6 = { { { 0xff, 0x05, [15] = 0x99 } }, UDP_PORT };

	return tw_scene_family(sc) == TW_IPV4 ? v4 : v6;
}

/* On the device that the route names: lo. */
static void join(struct tw_scene *sc, int fd)
{
	const struct tw_end end = group(sc);
	struct ip_mreqn v4 = { .imr_ifindex = 0 };
	struct ipv6_mreq v6 = { .ipv6mr_interface = 0 };

	memcpy(&v4.imr_multiaddr, end.addr.b, sizeof(v4.imr_multiaddr));
	memcpy(&v6.ipv6mr_multiaddr, end.addr.b, sizeof(v6.ipv6mr_multiaddr));
	if (tw_scene_family(sc) == TW_IPV4)
		tw_must(sc, tw_app_set_raw(sc, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &v4, sizeof(v4)));
	else
		tw_must(sc,
			tw_app_set_raw(sc, fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &v6, sizeof(v6)));
}

/* What has arrived so far; the sum. */
static unsigned take_in(struct tw_scene *sc, const int *fd, unsigned *got)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < SOCKETS; i++) {
		while (tw_app_recv(sc, fd[i], SENT) == SENT)
			got[i]++;
		sum += got[i];
	}
	return sum;
}

/* What is sent over lo may arrive a little later. */
static void wait_for(struct tw_scene *sc, const int *fd, unsigned copies, unsigned *got)
{
	uint64_t limit = tw_scene_now(sc) + 10000000000u;

	while (take_in(sc, fd, got) < copies && tw_scene_going(sc) && tw_scene_now(sc) < limit)
		tw_scene_wait(sc, 1);
}

static void share(struct tw_scene *sc, const void *arg)
{
	static const char *const what[SOCKETS] = { "first", "second", "third" };
	const struct share_arg *a = arg;
	unsigned got[SOCKETS] = { 0 };
	int fd[SOCKETS];

	for (unsigned i = 0; i < SOCKETS; i++) {
		fd[i] = tw_act_socket(sc, SOCK_DGRAM, a->options);
		tw_must(sc, tw_app_bind(sc, fd[i], end_of(sc, a->at[i])));
		if (a->multicast)
			join(sc, fd[i]);
	}
	for (unsigned i = 0; i < a->senders; i++) {
		int sender = tw_act_socket(sc, SOCK_DGRAM, TW_NO_OPTION);
		struct tw_end to = a->multicast ? group(sc) : tw_end_local(sc, 0, UDP_PORT);

		tw_must(sc, tw_app_send_to(sc, sender, to, SENT));
	}
	wait_for(sc, fd, a->copies, got);
	for (unsigned i = 0; i < SOCKETS; i++)
		tw_find_number(sc, what[i], got[i]);
	tw_find_number(sc, "all", got[0] + got[1] + got[2]);
}

static void have_reuseport(struct tw_scene *sc, const void *arg)
{
	int fd = tw_app_socket(sc, SOCK_DGRAM);

	(void)arg;
	tw_find_result(sc, "set", tw_app_set(sc, fd, SOL_SOCKET, SO_REUSEPORT, 1));
	tw_find_number(sc, "get", tw_app_get(sc, fd, SOL_SOCKET, SO_REUSEPORT));
}

/* clang-format off */

#define WITH_none      TW_NO_OPTION, "none", "without an option"
#define WITH_reuseaddr TW_REUSEADDR, "reuseaddr", "with SO_REUSEADDR"
#define WITH_reuseport TW_REUSEPORT, "reuseport", "with SO_REUSEPORT"
#define WITH_both      TW_BOTH_OPTIONS, "both", "with both options"

#define AT_same        HERE, HERE, "same", "has the port: bind() to the same address succeeds "
#define AT_wildcard    HERE, ANY, "wildcard", \
	"has the port: bind() to the wildcard address succeeds "
#define AT_inside      ANY, HERE, "inside", \
	"(wildcard address) has the port: bind() to a local address succeeds "
#define AT_other       HERE, ELSEWHERE, "other", \
	"has the port: bind() to another local address succeeds "

#define GETS_nobody    "never", "EADDRINUSE", "EADDRINUSE", "EADDRINUSE", "EADDRINUSE"
#define GETS_reuseaddr "with SO_REUSEADDR", "EADDRINUSE", "OK", "EADDRINUSE", "OK"
#define GETS_reuseport "with SO_REUSEPORT", "EADDRINUSE", "EADDRINUSE", "OK", "OK"
#define GETS_either    "with either option", "EADDRINUSE", "OK", "OK", "OK"
#define GETS_all       "with any options", "OK", "OK", "OK", "OK"

#define PAIR(options_, at_, who_, ...) PAIR_(WITH_##options_, AT_##at_, GETS_##who_, __VA_ARGS__)
#define PAIR_(...) PAIR__(__VA_ARGS__)
#define PAIR__(options_, options_id_, options_says_, old_, new_, at_id_, at_says_,	\
	       who_, none_, reuseaddr_, reuseport_, both_, ...)				\
	{										\
		.id = "udp.bind." options_id_ "." at_id_,				\
		.says = "a UDP socket " options_says_ " " at_says_ who_,		\
		.scenario = with_every_choice,						\
		.arg = &(const struct pair_arg){ options_, old_, new_ },		\
		.expect = { FINDS(IS("none", none_), IS("reuseaddr", reuseaddr_),	\
				  IS("reuseport", reuseport_), IS("both", both_)) },	\
		__VA_ARGS__								\
	}

#define RULES(...) .cite = { __VA_ARGS__ }
#define CLAIMS(...) .claim = { __VA_ARGS__ }
#define SAYS(claim_, options_, result_, when_) \
	{ .id = claim_, .when = when_, .want = { FINDS(IS(options_, result_)) } }
#define GET(claim_, first_, second_, third_, when_)					\
	{ .id = claim_, .when = when_,							\
	  .want = { FINDS(NUM("first", first_), NUM("second", second_), NUM("third", third_)) } }
#define NOT_BY_DEFAULT "so may sockets of UDP that are in no multicast group"

static const struct tw_case rows[] = {
	PAIR(none,      same,     nobody,    RULES("D-100"),
	     CLAIMS(SAYS("C3-8", "none", "EADDRINUSE", NULL),
		    SAYS("C3-8", "reuseaddr", "EADDRINUSE", NULL))),
	PAIR(reuseaddr, same,     reuseaddr, RULES("D-107"),
	     CLAIMS(SAYS("C3-8", "none", "EADDRINUSE", NULL),
		    SAYS("C3-8", "reuseaddr", "OK", NULL),
		    SAYS("C3-2", "reuseaddr", "EADDRINUSE", NOT_BY_DEFAULT))),
	PAIR(reuseport, same,     reuseport, RULES("D-108")),
	PAIR(both,      same,     either,    RULES("D-107", "D-108")),
	PAIR(none,      wildcard, nobody,    RULES("D-100"),
	     CLAIMS(SAYS("C3-9", "none", "EADDRINUSE", NULL),
		    SAYS("C3-9", "reuseaddr", "EADDRINUSE", NULL))),
	PAIR(reuseaddr, wildcard, reuseaddr, RULES("D-107"),
	     CLAIMS(SAYS("C3-9", "none", "EADDRINUSE", NULL),
		    SAYS("C3-9", "reuseaddr", "OK", NULL))),
	PAIR(none,      inside,   nobody,    RULES("D-100"),
	     CLAIMS(SAYS("C3-9", "none", "EADDRINUSE", NULL),
		    SAYS("C3-9", "reuseaddr", "EADDRINUSE", NULL))),
	PAIR(reuseaddr, inside,   reuseaddr, RULES("D-107"),
	     CLAIMS(SAYS("C3-9", "none", "EADDRINUSE", NULL),
		    SAYS("C3-9", "reuseaddr", "OK", NULL))),
	PAIR(none,      other,    all,       RULES("D-103"),
	     CLAIMS(SAYS("C3-7", "none", "OK", NULL))),

	{
		.id = "udp.share.unicast",
		.says = "of UDP sockets with SO_REUSEADDR on one address the one that was bound "
			"last gets the datagram",
		RULES("D-107"),
		.given = { .loopback = true },
		.scenario = share,
		.arg = &(const struct share_arg){ .options = TW_REUSEADDR,
						  .at = { HERE, HERE, HERE },
						  .senders = 1, .copies = 1 },
		.expect = { FINDS(NUM("first", 0), NUM("second", 0), NUM("third", 1)) },
		CLAIMS(GET("C3-10", 0, 0, 1, "all of them have SO_REUSEADDR and the same address")),
	},
	{
		.id = "udp.share.unicast.specific-first",
		.says = "a UDP socket bound to the address gets the datagram, and not those that "
			"were bound to the wildcard address later",
		RULES("D-107"),
		.given = { .loopback = true },
		.scenario = share,
		.arg = &(const struct share_arg){ .options = TW_REUSEADDR, .at = { HERE, ANY, ANY },
						  .senders = 1, .copies = 1 },
		.expect = { FINDS(NUM("first", 1), NUM("second", 0), NUM("third", 0)) },
		CLAIMS(GET("C3-10", 0, 0, 1, "the last one is bound to the wildcard address")),
	},
	{
		.id = "udp.share.unicast.reuseport",
		.says = "SO_REUSEPORT spreads datagrams of many senders over the sockets",
		RULES("D-108"),
		.given = { .loopback = true },
		.scenario = share,
		.arg = &(const struct share_arg){ .options = TW_REUSEPORT,
						  .at = { HERE, HERE, HERE },
						  .senders = 120, .copies = 120 },
		/* by a hash: that one of three gets none of 120 happens once in 10^20 times */
		.expect = { FINDS(BETWEEN("first", 1, 118), BETWEEN("second", 1, 118),
				  BETWEEN("third", 1, 118), NUM("all", 120)) },
		CLAIMS(GET("C3-10", 0, 0, 120, "all of them have SO_REUSEPORT")),
	},
	{
		.id = "udp.share.multicast",
		.says = "every UDP socket that joined the group gets a copy of the datagram",
		RULES("D-107"),
		.given = { .loopback = true },
		.scenario = share,
		.arg = &(const struct share_arg){ .options = TW_REUSEADDR, .at = { ANY, ANY, ANY },
						  .multicast = true, .senders = 1, .copies = 3 },
		.expect = { FINDS(NUM("first", 1), NUM("second", 1), NUM("third", 1)) },
		CLAIMS({ .id = "C3-11", .as_expected = true },
		       { .id = "C3-2", .as_expected = true }),
	},
	{
		.id = "udp.reuseport-exists",
		.says = "Linux has SO_REUSEPORT: it can be set and is read back",
		RULES("D-104", "D-108"),
		.scenario = have_reuseport,
		.expect = { FINDS(IS("set", "OK"), NUM("get", 1)) },
		CLAIMS(SAYS("C3-12", "set", "ENOPROTOOPT", NULL)),
	},
};
/* clang-format on */
TW_CASE_TABLE(udp);
