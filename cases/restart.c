/*
 * A server that starts again on its port, and a client that comes back with the tuple of a TIME_WAIT.
 */
#include "acts.h"
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

enum clock {
	CLOCK_FORWARD, /* the client's timestamps go on */
	CLOCK_BACK,    /* another host behind the same NAT may come with older ones */
	NO_CLOCK,      /* no timestamps on either connection */
};

struct restart_arg {
	enum clock clock;
	uint32_t isn; /* of the second SYN, from R on */
};

static int start(struct tw_scene *sc, const char *what)
{
	int fd = tw_act_socket(sc, SOCK_STREAM, TW_REUSEADDR), ret;

	ret = tw_app_bind(sc, fd, tw_end_local(sc, 0, TW_APP_PORT));
	if (what)
		tw_find_result(sc, what, ret);
	tw_must(sc, ret);
	tw_must(sc, tw_app_listen(sc, fd, 8));
	return fd;
}

static void come_back(struct tw_scene *sc, const void *arg)
{
	const struct restart_arg *a = arg;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);
	int listener = start(sc, NULL), fd;

	if (!tw_scene_going(sc))
		return;
	conn->ts = a->clock != NO_CLOCK;
	fd = tw_scene_accepted(sc, listener, conn);
	tw_app_close(sc, fd);
	tw_peer_time_wait(sc, conn);
	tw_app_close(sc, listener);
	listener = start(sc, "bind");
	tw_find_state(sc, "before", conn);
	tw_peer_forget(conn);
	tw_scene_count_from_here(sc);
	conn->tsval += a->clock == CLOCK_BACK ? -1u : 1u;
	SAY(sc, conn, .flags = SYN, .seq = a->isn);
	tw_find_reply(sc, "reply", conn);
	tw_find_state(sc, "left", conn);
}

#define COMES_BACK(...)                                           \
	.scenario = come_back, .arg = &(const struct restart_arg) \
	{                                                         \
		__VA_ARGS__                                       \
	}
#define SERVED \
	IS("bind", "OK"), IS("before", "time-wait"), IS("reply", "SYN|ACK"), IS("left", "syn-recv")
#define REFUSED \
	IS("bind", "OK"), IS("before", "time-wait"), IS("reply", "ACK"), IS("left", "time-wait")
#define GETS_THROUGH(when_) \
	.claim = { { .id = "C0-7", .when = when_, .want = { FINDS(IS("reply", "SYN|ACK")) } } }

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "restart.ts-above",
		.says	= "a client with a newer timestamp is served by the restarted server in spite of "
			  "TIME_WAIT",
		.cite	= { "N-22", "D-40" },
		COMES_BACK(.clock = CLOCK_FORWARD, .isn = -1000000u),
		.expect	= { FINDS(SERVED, MOVES("TcpExtPAWSTimewait", 0)) },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 { FINDS(IS("reply", "SYN|ACK")) }),
		GETS_THROUGH("the SYN's timestamp is newer"),
	}, {
		.id	= "restart.ts-below",
		.says	= "a client with an older timestamp is refused by the TIME_WAIT that the server "
			  "left before it was restarted",
		.cite	= { "N-60", "D-30" },
		COMES_BACK(.clock = CLOCK_BACK, .isn = 1000),
		.expect	= { FINDS(REFUSED, MOVES("TcpExtPAWSTimewait", 1)) },
		GETS_THROUGH("the SYN's timestamp is older"),
		.except	= { { .unless = "TcpExtPAWSTimewait",
			      .because = "before 6.16 PAWS had one counter for all states",
			      .expect = { FINDS(REFUSED, MOVES("TcpExtPAWSEstab", 1)) } } },
	}, {
		.id	= "restart.no-ts.seq-above",
		.says	= "without timestamps a client whose number is higher is served by the restarted "
			  "server",
		.cite	= { "N-20", "N-28", "D-40" },
		COMES_BACK(.clock = NO_CLOCK, .isn = 1000),
		.expect	= { FINDS(SERVED) },
		GETS_THROUGH("there are no timestamps and the SYN's number is higher"),
	}, {
		.id	= "restart.no-ts.seq-below",
		.says	= "without timestamps a client whose number is lower is refused",
		.cite	= { "N-30", "D-31" },
		COMES_BACK(.clock = NO_CLOCK, .isn = -1000u),
		.expect	= { FINDS(REFUSED) },
		GETS_THROUGH("there are no timestamps and the SYN's number is lower"),
	},
};
/* clang-format on */

TW_CASE_TABLE(restart);
