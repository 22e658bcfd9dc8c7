/*
 * Timestamp clocks that go round while nothing is said: the DUT's own, whose 32 bits of milliseconds last for 49.7 days, and
 * the peer's, which has passed the sign bit after half as long.
 */
#include <stdlib.h>

#include "acts.h"
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

enum {
	SECOND_MS = 1000,
	MS_NS = 1000000,
	ANSWER_MS = 300,
	MINUTE_S = 60,
	DAY_S = 86400,
};

/* A TSval of the DUT's, and the moment at which it was sent, bracketed. */
struct reading {
	uint64_t at[2];
	uint32_t tsval;
};

static void wait_until(struct tw_scene *sc, uint64_t at)
{
	uint64_t now = tw_scene_now(sc);

	if (now < at)
		tw_scene_wait(sc, (unsigned)((at - now) / MS_NS));
}

/* What the DUT says next, asked for at @since. */
static struct reading heard(struct tw_scene *sc, struct tw_conn *conn, uint64_t since)
{
	struct reading r = { .at = { since, since } };

	if (!tw_peer_hears(sc, conn, 1, ANSWER_MS))
		tw_scene_fail(sc, "the DUT is silent");
	if (tw_scene_going(sc) && !conn->heard[0].seg.ts)
		tw_scene_fail(sc, "a segment has no timestamp");
	if (!tw_scene_going(sc))
		return r;
	r.at[1] = conn->heard[0].at;
	r.tsval = conn->heard[0].seg.tsval;
	return r;
}

static struct reading of_data(struct tw_scene *sc, int fd, struct tw_conn *conn)
{
	uint64_t since = tw_scene_now(sc);
	struct reading r;

	tw_peer_forget(conn);
	tw_must(sc, tw_app_send(sc, fd, 1));
	r = heard(sc, conn, since);
	tw_peer_ack(sc, conn);
	return r;
}

/* TIME_WAIT acks an old duplicate. */
static struct reading of_time_wait(struct tw_scene *sc, struct tw_conn *conn)
{
	uint64_t since = tw_scene_now(sc);

	tw_peer_forget(conn);
	SAY(sc, conn, .flags = ACK, .seq = -1);
	return heard(sc, conn, since);
}

/* connect() with a port of the kernel's choice, of which it has one. */
static struct reading of_syn(struct tw_scene *sc, int fd, struct tw_conn *conn)
{
	struct reading r = { .at = { tw_scene_now(sc) } };
	struct tw_seg syn;

	if (!tw_scene_going(sc))
		return r;
	tw_must(sc, tw_act_connect(sc, fd, conn, &syn));
	r.at[1] = tw_scene_now(sc);
	r.tsval = syn.tsval;
	return r;
}

/* "goes on": @b is smaller than @a, and by the circle's length not so, but later by the time in between. */
static void find_goes_on(struct tw_scene *sc, const char *what, const struct reading *a,
			 const struct reading *b)
{
	int64_t least = (int64_t)(b->at[0] - a->at[1]) / MS_NS - 1;
	int64_t most = (int64_t)(b->at[1] - a->at[0]) / MS_NS + 1;
	int64_t is = (int32_t)(b->tsval - a->tsval);

	if (b->tsval >= a->tsval)
		tw_find_text(sc, what, "does not wrap");
	else if (is < least || is > most)
		tw_find_text(sc, what, "moves by %lld ms in %lld to %lld", (long long)is,
			     (long long)least, (long long)most);
	else
		tw_find_text(sc, what, "goes on");
}

/*
 * With tcp_timestamps=2 all connections have one clock. The first has been idle since long before the clock wraps, the other is in
 * TIME_WAIT when it does, and is taken over when it has.
 */
static void own_clock(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *idle, *old, *again;
	struct reading data, ack, syn, next;
	int idle_fd = tw_scene_served(sc, &idle), fd;
	uint64_t wraps;

	(void)arg;
	if (!tw_scene_going(sc))
		return;
	wraps = tw_scene_now(sc) + (UINT32_MAX - idle->tsecr + 1ull) * MS_NS;
	wait_until(sc, wraps - 3 * SECOND_MS * (uint64_t)MS_NS);
	old = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
	fd = tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION);
	syn = of_syn(sc, fd, old);
	tw_act_time_wait(sc, fd, old, NULL);
	ack = of_time_wait(sc, old);
	data = of_data(sc, idle_fd, idle);
	wait_until(sc, wraps + SECOND_MS * (uint64_t)MS_NS);
	next = of_data(sc, idle_fd, idle);
	find_goes_on(sc, "established", &data, &next);
	next = of_time_wait(sc, old);
	find_goes_on(sc, "time-wait", &ack, &next);
	again = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
	next = of_syn(sc, tw_act_socket(sc, SOCK_STREAM, TW_NO_OPTION), again);
	find_goes_on(sc, "syn", &syn, &next);
}

/* A peer whose clock has @per_s ticks in a second, and which says a byte each time it has been silent for @idle_s. */
struct peer_clock {
	uint32_t per_s, idle_s;
	const char *says[2]; /* what is found is called so; NULL: no second one */
};

/* A byte: is it taken? What is refused is answered at once, with the number as it was. */
static void find_taken(struct tw_scene *sc, const char *what, int fd, struct tw_conn *conn)
{
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = PSH | ACK, .len = 1, .again = true);
	if (!tw_peer_hears(sc, conn, 1, ANSWER_MS))
		tw_scene_fail(sc, "a byte was not answered at all");
	if (!tw_scene_going(sc))
		return;
	if (conn->heard[0].seg.ack == conn->snd_nxt) {
		tw_find_text(sc, what, "refused");
	} else {
		tw_must(sc, tw_app_recv(sc, fd, 1));
		conn->snd_nxt++;
		tw_find_text(sc, what, "taken");
	}
}

static void peer_clock(struct tw_scene *sc, const void *arg)
{
	const struct peer_clock *clock = arg;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);

	for (unsigned i = 0; i < 2 && clock->says[i] && tw_scene_going(sc); i++) {
		tw_scene_wait(sc, clock->idle_s * SECOND_MS);
		conn->tsval += clock->idle_s * clock->per_s;
		find_taken(sc, clock->says[i], fd, conn);
	}
}

#define IN_VIRTUAL_TIME .slow = true, .slowest = true, .virtual_time = true

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "idle.own-clock",
		.says	= "after 49.7 days the DUT's clock wraps, and nobody takes harm: an idle "
			  "connection, TIME_WAIT, and connect() that takes the latter over",
		.cite	= { "N-73", "N-66", "D-31", "D-84" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "2"), SYSCTL("tcp_tw_reuse", "1"),
					SYSCTL("ip_local_port_range", "40000 40000") } },
		.scenario = own_clock,
		.expect	= { FINDS(IS("established", "goes on"), IS("time-wait", "goes on"),
				  IS("syn", "goes on"), MOVES("TcpExtTWRecycled", 1)) },
		.rfc	= { .clause = "RFC 7323 5.4",
			    .says = "the timestamp clock goes on in the order of the circle",
			    .want = { { FINDS(IS("established", "goes on"),
					      IS("time-wait", "goes on")) } } },
		.needs	= "H-23",
		IN_VIRTUAL_TIME,
	}, {
		.id	= "idle.peer-clock.ms",
		.says	= "a peer that was silent for 25 days is heard: in which its clock of "
			  "milliseconds passes the sign bit and looks old",
		.cite	= { "N-65", "N-64" },
		.scenario = peer_clock,
		.arg	= &(const struct peer_clock){ 1000, 25 * DAY_S, { "25-days" } },
		.expect	= { FINDS(IS("25-days", "taken")) },
		.rfc	= CONFORMING("RFC 7323 5.5", "TS.Recent is void after 24 days without a segment"),
		IN_VIRTUAL_TIME,
	}, {
		.id	= "idle.peer-clock.us",
		.says	= "a peer that was silent for 36 minutes is heard, though its clock of "
			  "microseconds has passed the sign bit and looks old",
		.cite	= { "N-65", "N-64", "N-60" },
		.scenario = peer_clock,
		.arg	= &(const struct peer_clock){ 1000000, 36 * MINUTE_S, { "36-min", "72-min" } },
		.expect	= { FINDS(IS("36-min", "taken"), IS("72-min", "taken")) },
		.rfc	= { .clause = "RFC 7323 5.5",
			    .says = "TS.Recent is void only after 24 days without a segment",
			    .want = { { FINDS(IS("36-min", "refused")) } } },
		.except	= { { .unless = "H-42",
			      .because = "before 6.7 a timestamp was valid for 24 days",
			      .expect = { FINDS(IS("36-min", "refused"), IS("72-min", "taken")) } } },
		IN_VIRTUAL_TIME,
	},
};
/* clang-format on */

TW_CASE_TABLE(idle_clock);
