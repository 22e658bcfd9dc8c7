/*
 * Who may bind() a port that somebody has: a row is what has the port, with which options, and
 * where; what it expects are four attempts, with every choice of options.
 */
#include "acts.h"
#include "cases.h"
#include "twprobe/words.h"

enum place {
	HERE, /* the DUT's 0th address, which the peer talks to */
	ANY,
	ELSEWHERE, /* another of its addresses */
};

struct bind_arg {
	enum tw_seat seat;
	unsigned options;
	enum place old, new;
};

static struct tw_end end_of(const struct tw_scene *sc, enum place place)
{
	return place == ANY ? tw_end_any(TW_APP_PORT)
			    : tw_end_local(sc, place == ELSEWHERE, TW_APP_PORT);
}

/* "EADDRINUSE", "OK", or "OK, no listen" where bind() succeeds and listen() does not. */
static void try_to_bind(struct tw_scene *sc, const char *what, unsigned options, struct tw_end end)
{
	int fd = tw_act_socket(sc, SOCK_STREAM, options);
	int ret = tw_app_bind(sc, fd, end);

	if (ret == 0 && tw_app_listen(sc, fd, 8) < 0)
		tw_find_text(sc, what, "OK, no listen");
	else
		tw_find_result(sc, what, ret);
	tw_app_close(sc, fd);
}

static void with_every_choice(struct tw_scene *sc, const void *arg)
{
	const struct bind_arg *a = arg;

	tw_act_take_seat(sc, a->seat, a->options, end_of(sc, a->old));
	try_to_bind(sc, "none", TW_NO_OPTION, end_of(sc, a->new));
	try_to_bind(sc, "reuseaddr", TW_REUSEADDR, end_of(sc, a->new));
	try_to_bind(sc, "reuseport", TW_REUSEPORT, end_of(sc, a->new));
	try_to_bind(sc, "both", TW_BOTH_OPTIONS, end_of(sc, a->new));
}

/* clang-format off */

/* what has the port */
#define IS_accepted    TW_SEAT_ACCEPTED, "time-wait.accepted", "TIME_WAIT of an accepted socket"
#define IS_connected   TW_SEAT_CONNECTED, "time-wait.connected", "TIME_WAIT of a connecting socket"
#define IS_established TW_SEAT_ESTABLISHED, "established", "a connection whose listener is closed"
#define IS_listener    TW_SEAT_LISTEN, "listener", "a listener"
#define IS_bound       TW_SEAT_BOUND, "bound", "a socket that is only bound"

/* ... with which options */
#define WITH_none      TW_NO_OPTION, "none", "without an option"
#define WITH_reuseaddr TW_REUSEADDR, "reuseaddr", "with SO_REUSEADDR"
#define WITH_reuseport TW_REUSEPORT, "reuseport", "with SO_REUSEPORT"
#define WITH_both      TW_BOTH_OPTIONS, "both", "with both options"

/* ... and where the newcomer wants to be */
#define AT_same        HERE, HERE, "same", "has the port: bind() to the same address succeeds "
#define AT_wildcard    HERE, ANY, "wildcard", \
	"has the port: bind() to the wildcard address succeeds "
#define AT_everywhere  ANY, ANY, "everywhere", \
	"(wildcard address) has the port: bind() to the wildcard address succeeds "
#define AT_other       HERE, ELSEWHERE, "other", \
	"has the port: bind() to another local address succeeds "
#define AT_inside      ANY, HERE, "inside", \
	"(wildcard address) has the port: bind() to a local address succeeds "
#define AT_beside      ANY, ELSEWHERE, "beside", \
	"(wildcard address) has the port: bind() to an address it had no connection on succeeds "

/* who gets it */
#define GETS_nobody    "never", "EADDRINUSE", "EADDRINUSE", "EADDRINUSE", "EADDRINUSE"
#define GETS_reuseaddr "with SO_REUSEADDR", "EADDRINUSE", "OK", "EADDRINUSE", "OK"
#define GETS_reuseport "with SO_REUSEPORT", "EADDRINUSE", "EADDRINUSE", "OK", "OK"
#define GETS_either    "with either option", "EADDRINUSE", "OK", "OK", "OK"
#define GETS_all       "with any options", "OK", "OK", "OK", "OK"

#define ROW(...) ROW_(__VA_ARGS__)
#define ROW_(seat_, seat_id_, seat_says_, options_, options_id_, options_says_,		\
	     old_, new_, at_id_, at_says_, who_, none_, reuseaddr_, reuseport_, both_, ...) \
	{										\
		.id = "bind." seat_id_ "." options_id_ "." at_id_,			\
		.says = seat_says_ " " options_says_ " " at_says_ who_,			\
		.scenario = with_every_choice,						\
		.arg = &(const struct bind_arg){ seat_, options_, old_, new_ },		\
		.expect = { FINDS(IS("none", none_), IS("reuseaddr", reuseaddr_),	\
				  IS("reuseport", reuseport_), IS("both", both_)) },	\
		__VA_ARGS__								\
	}
#define BIND(seat_, options_, at_, who_, ...) \
	ROW(IS_##seat_, WITH_##options_, AT_##at_, GETS_##who_, .cite = __VA_ARGS__)
#define RULES(...) { __VA_ARGS__ }
#define OVERLOOKED \
	.except = { { .when = "H-37",								\
		      .because = "6.1.0 to 6.1.6 did not find TIME_WAIT on a specific address",	\
		      .expect = { FINDS(IS("none", "OK"), IS("reuseaddr", "OK"),		\
					IS("reuseport", "OK"), IS("both", "OK")) } } }

/* against a listener with both options */
#define FOOLED \
	.except = { { .unless = "H-70",								\
		      .because = "a listener with both options could be joined with SO_REUSEADDR, but not "	\
				 "listen()",							\
		      .expect = { FINDS(IS("none", "EADDRINUSE"), IS("reuseaddr", "OK, no listen"),	\
					IS("reuseport", "OK"), IS("both", "OK")) } } }

/* .claim: what an article says of the attempt with these options, in this case */
#define CLAIMS(...) .claim = { __VA_ARGS__ }
#define SAYS(claim_, options_, result_, when_) \
	{ .id = claim_, .when = when_, .want = { FINDS(IS(options_, result_)) } }

#define ONLY_BOUND "sockets of TCP that do not listen may be complete duplicates, too"
#define ONE_LISTENS "one of them listens already, and SO_REUSEPORT is not on both"
#define BOTH_BOUND "both are only bound, with SO_REUSEADDR"

static const struct tw_case rows[] = {
	/* what has the port, with which options; where the newcomer wants to be; who gets it */
	BIND(accepted, none,      same,     nobody,    RULES("D-100", "D-105", "D-70"),
	     CLAIMS(SAYS("C0-1", "none", "EADDRINUSE", NULL),
		    SAYS("C0-5", "none", "EADDRINUSE", NULL),
		    SAYS("C0-6", "reuseaddr", "OK", "the address is a specific one"),
		    SAYS("C2-3", "reuseaddr", "OK", "the first socket did not have it")),
	     OVERLOOKED),
	BIND(accepted, reuseaddr, same,     reuseaddr, RULES("D-101", "D-102", "D-105", "D-70"),
	     CLAIMS(SAYS("C0-5", "none", "EADDRINUSE", NULL),
		    SAYS("C2-3", "reuseaddr", "OK", "the first socket had it as well"),
		    SAYS("C3-2", "reuseaddr", "OK", NULL)), OVERLOOKED),
	BIND(accepted, reuseport, same,     reuseport, RULES("D-100", "D-104", "D-105", "D-70"),
	     OVERLOOKED),
	BIND(accepted, both,      same,     either,    RULES("D-102", "D-104", "D-70"), OVERLOOKED),
	BIND(accepted, none,      wildcard, nobody,    RULES("D-100", "D-105")),
	BIND(accepted, reuseaddr, wildcard, reuseaddr, RULES("D-101", "D-102", "D-105")),
	BIND(accepted, reuseport, wildcard, reuseport, RULES("D-100", "D-104")),
	BIND(accepted, both,      wildcard, either,    RULES("D-102", "D-104")),
	BIND(accepted, none,      inside,   nobody,    RULES("D-100"), OVERLOOKED),
	BIND(accepted, reuseaddr, inside,   reuseaddr, RULES("D-101", "D-102"), OVERLOOKED),
	BIND(accepted, none,      everywhere, nobody,  RULES("D-100"),
	     CLAIMS(SAYS("C0-1", "none", "EADDRINUSE", NULL),
		    SAYS("C0-5", "none", "EADDRINUSE", NULL),
		    SAYS("C0-6", "reuseaddr", "EADDRINUSE", "the address is 0.0.0.0"),
		    SAYS("C2-3", "reuseaddr", "OK", "the first socket did not have it"))),
	BIND(accepted, reuseaddr, everywhere, reuseaddr, RULES("D-101", "D-102"),
	     CLAIMS(SAYS("C0-6", "reuseaddr", "OK", "the address is 0.0.0.0"),
		    SAYS("C2-3", "reuseaddr", "OK", "the first socket had it as well"))),
	BIND(accepted, none,      other,    all,       RULES("D-103")),
	BIND(accepted, none,      beside,   all,       RULES("D-103")),

	BIND(connected, none,      same,     nobody,    RULES("D-82", "D-100"),
	     CLAIMS(SAYS("C0-3", "none", "EADDRINUSE", NULL),
		    SAYS("C0-4", "reuseaddr", "EADDRINUSE", NULL),
		    SAYS("C3-5", "reuseaddr", "EADDRINUSE", NULL)), OVERLOOKED),
	BIND(connected, reuseaddr, same,     reuseaddr, RULES("D-82", "D-101", "D-102"),
	     CLAIMS(SAYS("C3-5", "reuseaddr", "OK", NULL),
		    SAYS("C3-5", "none", "EADDRINUSE", NULL)), OVERLOOKED),
	BIND(connected, reuseport, same,     reuseport, RULES("D-100", "D-104", "D-105"),
	     OVERLOOKED),
	BIND(connected, both,      same,     either,    RULES("D-102", "D-104"), OVERLOOKED),
	BIND(connected, none,      wildcard, nobody,    RULES("D-82", "D-100"),
	     CLAIMS(SAYS("C0-3", "none", "EADDRINUSE", NULL),
		    SAYS("C0-4", "reuseaddr", "EADDRINUSE", NULL),
		    SAYS("C3-5", "reuseaddr", "EADDRINUSE", NULL))),
	BIND(connected, reuseaddr, wildcard, reuseaddr, RULES("D-82", "D-101", "D-102")),
	BIND(connected, reuseport, wildcard, reuseport, RULES("D-104", "D-105")),
	BIND(connected, both,      wildcard, either,    RULES("D-102", "D-104")),
	BIND(connected, none,      inside,   nobody,    RULES("D-82", "D-100"), OVERLOOKED),
	BIND(connected, none,      other,    all,       RULES("D-103")),
	BIND(connected, none,      beside,   all,       RULES("D-103")),

	BIND(established, none,      same,     nobody,    RULES("D-100")),
	BIND(established, reuseaddr, same,     reuseaddr, RULES("D-101", "D-102")),
	BIND(established, reuseport, same,     reuseport, RULES("D-104", "D-105")),
	BIND(established, both,      same,     either,    RULES("D-102", "D-104")),
	BIND(established, reuseaddr, wildcard, reuseaddr, RULES("D-101", "D-102")),
	BIND(established, reuseport, wildcard, reuseport, RULES("D-104", "D-105")),
	BIND(established, none,      other,    all,       RULES("D-103")),
	BIND(established, none,      beside,   all,       RULES("D-103")),

	BIND(listener, none,      same,     nobody,    RULES("D-100")),
	BIND(listener, reuseaddr, same,     nobody,    RULES("D-106", "D-105")),
	BIND(listener, reuseport, same,     reuseport, RULES("D-108", "D-105")),
	BIND(listener, both,      same,     reuseport, RULES("D-106", "D-108"), FOOLED),
	BIND(listener, none,      wildcard, nobody,    RULES("D-100")),
	BIND(listener, reuseaddr, wildcard, nobody,    RULES("D-106"),
	     CLAIMS(SAYS("C0-8", "reuseaddr", "EADDRINUSE", ONE_LISTENS),
		    SAYS("C3-14", "reuseaddr", "EADDRINUSE", ONE_LISTENS))),
	BIND(listener, reuseport, wildcard, reuseport, RULES("D-108")),
	BIND(listener, both,      wildcard, reuseport, RULES("D-106", "D-108"), FOOLED,
	     CLAIMS(SAYS("C0-8", "both", "EADDRINUSE", "both have SO_REUSEPORT"))),
	BIND(listener, none,      inside,   nobody,    RULES("D-100")),
	BIND(listener, reuseaddr, inside,   nobody,    RULES("D-106"),
	     CLAIMS(SAYS("C0-8", "reuseaddr", "EADDRINUSE", ONE_LISTENS),
		    SAYS("C3-14", "reuseaddr", "EADDRINUSE", ONE_LISTENS))),
	BIND(listener, reuseport, inside,   reuseport, RULES("D-108")),
	BIND(listener, both,      inside,   reuseport, RULES("D-106", "D-108"), FOOLED,
	     CLAIMS(SAYS("C0-8", "both", "EADDRINUSE", "both have SO_REUSEPORT"))),
	BIND(listener, none,      other,    all,       RULES("D-103"),
	     CLAIMS(SAYS("C3-2", "reuseaddr", "OK", NULL),
		    SAYS("C3-13", "none", "OK", NULL))),
	BIND(listener, reuseaddr, beside,   nobody,    RULES("D-106")),

	BIND(bound, none,      same,     nobody,    RULES("D-100")),
	BIND(bound, reuseaddr, same,     reuseaddr, RULES("D-107", "D-105"),
	     CLAIMS(SAYS("C3-2", "reuseaddr", "EADDRINUSE", ONLY_BOUND))),
	BIND(bound, reuseport, same,     reuseport, RULES("D-108", "D-105")),
	BIND(bound, both,      same,     either,    RULES("D-107", "D-108")),
	BIND(bound, none,      wildcard, nobody,    RULES("D-100"),
	     CLAIMS(SAYS("C3-14", "none", "EADDRINUSE", "one of them has no SO_REUSEADDR"),
		    SAYS("C3-14", "reuseaddr", "EADDRINUSE", "one of them has no SO_REUSEADDR"))),
	BIND(bound, reuseaddr, wildcard, reuseaddr, RULES("D-107"),
	     CLAIMS(SAYS("C0-8", "reuseaddr", "EADDRINUSE", BOTH_BOUND),
		    SAYS("C3-14", "reuseaddr", "EADDRINUSE", BOTH_BOUND),
		    SAYS("C3-14", "none", "EADDRINUSE", "one of them has no SO_REUSEADDR"))),
	BIND(bound, reuseport, wildcard, reuseport, RULES("D-108")),
	BIND(bound, reuseaddr, inside,   reuseaddr, RULES("D-107"),
	     CLAIMS(SAYS("C0-8", "reuseaddr", "EADDRINUSE", BOTH_BOUND),
		    SAYS("C3-14", "reuseaddr", "EADDRINUSE", BOTH_BOUND))),
	BIND(bound, reuseport, inside,   reuseport, RULES("D-108")),
	BIND(bound, none,      other,    all,       RULES("D-103"),
	     CLAIMS(SAYS("C3-2", "reuseaddr", "OK", NULL),
		    SAYS("C3-13", "none", "OK", NULL))),
};
/* clang-format on */
TW_CASE_TABLE(bind);
