/*
 * What comes of waiting for hours and days, and what a minute really is: rows for virtual time, in which that costs nothing.
 */
#include <time.h>

#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

enum {
	SECOND_MS = 1000,
	WRAP_S = 2147,          /* TCP_PAWS_WRAP: INT_MAX / USEC_PER_SEC */
	DAYS_24_S = 24 * 86400, /* TCP_PAWS_24DAYS */
	KEEPALIVE_S = 7200,     /* TCP_KEEPALIVE_TIME */
	INTERVAL_S = 75,        /* TCP_KEEPALIVE_INTVL */
	KEEPALIVES = 9,         /* TCP_KEEPALIVE_PROBES */
	BEHIND = 1000,          /* by so much an old TSval is older */
	TIME_WAITS = 8,
	STEP_MS = 20,
};

static const uint64_t SECOND_NS = 1000000000u;

/*
 * A timer of the wheel (kernel/time/timer.c) never fires early, and late by up to one slot: 8^n jiffies wide on level n, which
 * begins at 63 * 8^(n-1). The coarse clock's resolution is a jiffy.
 */
static uint64_t slot_ms(uint64_t timeout_ms)
{
	struct timespec jiffy = { .tv_nsec = 4000000 };
	uint64_t width = 1, jiffies;

	clock_getres(CLOCK_MONOTONIC_COARSE, &jiffy);
	jiffies = timeout_ms * 1000000 / (uint64_t)jiffy.tv_nsec;
	while (width < 1u << 24 && jiffies >= 63 * width)
		width *= 8;
	return width * (uint64_t)jiffy.tv_nsec / 1000000;
}

/* "in time": not early, and not later than the wheel's slot. */
static void find_in_time(struct tw_scene *sc, const char *what, uint64_t took_ms, uint64_t due_ms)
{
	uint64_t slot = slot_ms(due_ms);

	if (took_ms >= due_ms && took_ms <= due_ms + slot + STEP_MS)
		tw_find_text(sc, what, "in time");
	else
		tw_find_text(sc, what, "%llu ms, due after %llu and at most %llu later",
			     (unsigned long long)took_ms, (unsigned long long)due_ms,
			     (unsigned long long)slot);
}

static uint64_t ms_between(uint64_t from, uint64_t to)
{
	return (to - from) / 1000000;
}

/* SO_KEEPALIVE and nothing else is set, and the peer is silent for ever. */
static void keepalive(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);
	uint64_t since = tw_scene_now(sc), least = UINT64_MAX, most = 0;
	unsigned probes = 0;

	(void)arg;
	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_KEEPALIVE, 1));
	if (!tw_scene_going(sc))
		return;
	tw_peer_forget(conn);
	if (!tw_peer_hears(sc, conn, KEEPALIVES + 1, 4 * KEEPALIVE_S * SECOND_MS))
		tw_scene_fail(sc, "%u segments came within eight hours", conn->n);
	if (!tw_scene_going(sc))
		return;
	find_in_time(sc, "first", ms_between(since, conn->heard[0].at), KEEPALIVE_S * SECOND_MS);
	for (unsigned i = 0; i < KEEPALIVES; i++)
		probes += conn->heard[i].seg.flags == TW_ACK &&
			  conn->heard[i].seg.seq == conn->rcv_nxt - 1;
	tw_find_number(sc, "probes", probes);
	for (unsigned i = 1; i <= KEEPALIVES; i++) {
		uint64_t ms = ms_between(conn->heard[i - 1].at, conn->heard[i].at);

		least = ms < least ? ms : least;
		most = ms > most ? ms : most;
	}
	find_in_time(sc, "next", least < INTERVAL_S * SECOND_MS ? least : most,
		     INTERVAL_S * SECOND_MS);
	tw_find_text(sc, "last", "%s",
		     conn->heard[KEEPALIVES].seg.flags & TW_RST ? "RST" : "no RST");
	tw_find_result(sc, "recv", tw_app_recv(sc, fd, 1));
	tw_find_state(sc, "left", conn);
}

/* In the middle of the second @s of the machine's clock: what the kernel notes in seconds is then this one. */
static void wait_for_second(struct tw_scene *sc, uint64_t s)
{
	uint64_t at = s * SECOND_NS + SECOND_NS / 2, now = tw_scene_now(sc);

	if (now < at)
		tw_scene_wait(sc, (unsigned)((at - now) / 1000000));
	if (tw_scene_going(sc) && tw_scene_now(sc) / SECOND_NS != s)
		tw_scene_held_up(sc, "the second %llu was missed", (unsigned long long)s);
}

/* A byte with an old timestamp: is it taken? What is refused is answered at once, with the number as it was. */
static bool is_taken(struct tw_scene *sc, struct tw_conn *conn)
{
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = PSH | ACK, .len = 1, .tsval = (uint32_t)-BEHIND, .again = true);
	if (!tw_peer_hears(sc, conn, 1, 300))
		tw_scene_fail(sc, "a byte with an old timestamp was not answered at all");
	return tw_scene_going(sc) && conn->heard[0].seg.ack == conn->snd_nxt + 1;
}

/* The first second in [@from, @to] after @stamp at which it is taken, 0: in none. */
static unsigned taken_in(struct tw_scene *sc, struct tw_conn *conn, uint64_t stamp, unsigned from,
			 unsigned to)
{
	for (unsigned s = from; s <= to && tw_scene_going(sc); s++) {
		wait_for_second(sc, stamp + s);
		if (is_taken(sc, conn))
			return s;
	}
	return 0;
}

/* An established connection is idle until an old timestamp is good again: by the second. */
static void paws(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);
	uint64_t stamp;
	unsigned s;

	(void)arg;
	if (!tw_scene_going(sc))
		return;
	stamp = tw_scene_now(sc) / SECOND_NS + 1;
	wait_for_second(sc, stamp);
	conn->tsval += 1; /* TS.Recent becomes this, in this second */
	SAY(sc, conn, .flags = PSH | ACK, .len = 1);
	tw_must(sc, tw_app_recv(sc, fd, 1));
	tw_peer_acked(sc, conn);
	s = taken_in(sc, conn, stamp, 60, 61);
	if (!s)
		s = taken_in(sc, conn, stamp, WRAP_S - 7, WRAP_S + 3);
	if (!s)
		s = taken_in(sc, conn, stamp, DAYS_24_S - 3, DAYS_24_S + 3);
	tw_find_number(sc, "taken-after-s", s);
}

/* One TIME_WAIT. Its life is between two instants at either end: this process may be stopped at any point. */
struct life {
	struct tw_conn *conn;
	uint64_t before, after; /* it began */
	uint64_t there;         /* when it was last seen */
	bool over;
};

/* Entries that begin at different times fall into different places of a slot. */
static void begin_lives(struct tw_scene *sc, struct life life[TIME_WAITS])
{
	int listener = tw_app_listener(sc, TW_APP_PORT, TIME_WAITS), fd;

	for (unsigned i = 0; i < TIME_WAITS && tw_scene_going(sc); i++) {
		life[i].conn = tw_peer_new(sc, TW_APP_PORT);
		fd = tw_scene_accepted(sc, listener, life[i].conn);
		life[i].before = tw_scene_now(sc);
		tw_app_close(sc, fd);
		tw_peer_time_wait(sc, life[i].conn);
		life[i].after = life[i].there = tw_scene_now(sc);
		tw_scene_wait(sc, 333);
	}
	if (tw_scene_going(sc))
		tw_scene_wait(sc, (unsigned)(TW_TIMEWAIT_LEN_MS - 1000 -
					     ms_between(life[0].before, tw_scene_now(sc))));
}

/* How long TIME_WAIT lasts in truth: the shortest at the most, the longest at the least. */
static void wheel(struct tw_scene *sc, const void *arg)
{
	struct life life[TIME_WAITS] = { { NULL, 0, 0, 0, false } };
	uint64_t most = 0, least = UINT64_MAX, asked, ms;
	unsigned left = TIME_WAITS;

	(void)arg;
	begin_lives(sc, life);
	while (left && tw_scene_going(sc)) {
		for (struct life *l = life; l < life + TIME_WAITS && tw_scene_going(sc); l++) {
			asked = tw_scene_now(sc);
			if (l->over)
				continue;
			if (tw_scene_entry(sc, l->conn).state != TW_STATE_GONE) {
				l->there = asked;
				continue;
			}
			ms = ms_between(l->before, tw_scene_now(sc));
			least = ms < least ? ms : least;
			ms = ms_between(l->after, l->there);
			most = ms > most ? ms : most;
			l->over = true;
			left--;
		}
		tw_scene_wait(sc, STEP_MS);
	}
	find_in_time(sc, "shortest", least, TW_TIMEWAIT_LEN_MS);
	find_in_time(sc, "longest", most > TW_TIMEWAIT_LEN_MS ? most : TW_TIMEWAIT_LEN_MS,
		     TW_TIMEWAIT_LEN_MS);
}

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "idle.keepalive",
		.says	= "with SO_KEEPALIVE alone a silent peer is probed after two hours, nine times, 75 s "
			  "apart, and then given up",
		.cite	= { "N-91" },
		.scenario = keepalive,
		.expect	= { FINDS(IS("first", "in time"), NUM("probes", KEEPALIVES), IS("next", "in time"),
				  IS("last", "RST"), IS("recv", "ETIMEDOUT"), IS("left", "gone")) },
		.slow	= true,
		.slowest = true,
		.virtual_time = true,
	}, {
		.id	= "idle.paws",
		.says	= "a timestamp is void 2147 s after it was taken, to the second, and older ones are "
			  "good again",
		.cite	= { "N-65" },
		.scenario = paws,
		.expect	= { FINDS(NUM("taken-after-s", WRAP_S)) },
		.rfc	= { .clause = "RFC 7323 5.5",
			    .says = "TS.Recent is void only after 24 days without a segment",
			    .want = { { FINDS(NUM("taken-after-s", DAYS_24_S)) } } },
		.except	= { { .unless = "H-42",
			      .because = "before 6.7 a timestamp was valid for 24 days",
			      .expect = { FINDS(NUM("taken-after-s", DAYS_24_S)) } } },
		.slow	= true,
		.slowest = true,
		.virtual_time = true,
	}, {
		.id	= "idle.wheel",
		.says	= "TIME_WAIT lasts 60 s and up to one slot of the timer wheel, which depends on HZ",
		.cite	= { "N-01" },
		.scenario = wheel,
		.expect	= { FINDS(IS("shortest", "in time"), IS("longest", "in time")) },
		.slow	= true,
	},
};
/* clang-format on */

TW_CASE_TABLE(idle);
