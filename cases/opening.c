/*
 * What a connection of the DUT's begins with: its initial sequence number, its timestamp clock, the options that it offers.
 */
#include <stdlib.h>

#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

enum {
	MS = 1000000,
	SERVER_PORT = 80,
	LIMIT_MS = 5000,
	FIRST_PORT = 40000,
	OTHERS = 4,
};

struct opening {
	uint64_t at[2]; /* the moment of connect(), bracketed */
	uint32_t isn;
	struct tw_seg syn;
};

/* Opens a connection from @port and drops it: in SYN_SENT that says nothing. */
static struct opening open_and_drop(struct tw_scene *sc, uint16_t port)
{
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, SERVER_PORT));
	int fd = tw_app_socket(sc, SOCK_STREAM);
	struct opening o = { .isn = 0 };

	tw_must(sc, tw_app_bind(sc, fd, tw_end_local(sc, 0, port)));
	o.at[0] = tw_scene_now(sc);
	tw_app_connect(sc, fd, tw_end_peer(sc, 0, SERVER_PORT));
	if (!tw_peer_hears(sc, conn, 1, LIMIT_MS)) {
		tw_scene_fail(sc, "the set-up failed: no SYN came");
		return o;
	}
	o.at[1] = conn->heard[0].at;
	o.syn = conn->heard[0].seg;
	tw_app_close(sc, fd);
	tw_scene_fence(sc);
	return o;
}

/* By how much @steps misses what a clock of one step per @ns could have moved from @a to @b; 0: it does not. */
static int64_t beside_clock(const struct opening *a, const struct opening *b, uint32_t steps,
			    int64_t ns)
{
	int64_t least = (int64_t)(b->at[0] - a->at[1]) / ns - 1;
	int64_t most = (int64_t)(b->at[1] - a->at[0]) / ns + 1;
	int64_t is = (int32_t)steps;

	return is < least ? is - least : is > most ? is - most : 0;
}

/* The same four-tuple twice. */
static void same_tuple(struct tw_scene *sc, const void *arg)
{
	struct opening one = open_and_drop(sc, FIRST_PORT), two;

	(void)arg;
	tw_scene_wait(sc, 20);
	two = open_and_drop(sc, FIRST_PORT);
	tw_find_number(sc, "isn-off-64ns", beside_clock(&one, &two, two.syn.seq - one.syn.seq, 64));
	tw_find_number(sc, "tsval-off-ms",
		       beside_clock(&one, &two, two.syn.tsval - one.syn.tsval, MS));
}

/* One host, one peer, another port of ours: how many of them begin where the first one's clock stands, give or take two seconds. */
static void other_ports(struct tw_scene *sc, const void *arg)
{
	struct opening one = open_and_drop(sc, FIRST_PORT), more;
	unsigned isns = 0, tsvals = 0, options = one.syn.ts;

	(void)arg;
	for (unsigned i = 1; i <= OTHERS && tw_scene_going(sc); i++) {
		more = open_and_drop(sc, (uint16_t)(FIRST_PORT + i));
		isns += llabs(beside_clock(&one, &more, more.syn.seq - one.syn.seq, 64)) < 1000000;
		tsvals +=
			llabs(beside_clock(&one, &more, more.syn.tsval - one.syn.tsval, MS)) < 2000;
		options += more.syn.ts;
	}
	tw_find_number(sc, "isns-on-one-clock", isns);
	tw_find_number(sc, "tsvals-on-one-clock", tsvals);
	tw_find_number(sc, "syns-with-ts", options);
}

/* What a SYN offers if nobody asked for anything. */
static void offer(struct tw_scene *sc, const void *arg)
{
	const struct tw_seg syn = open_and_drop(sc, FIRST_PORT).syn;

	(void)arg;
	tw_find_number(sc, "tcp-timestamps", tw_scene_read_sysctl(sc, "net.ipv4.tcp_timestamps"));
	tw_find_text(sc, "ts", "%s", syn.ts ? "yes" : "no");
	tw_find_text(sc, "sack", "%s", syn.sackok ? "yes" : "no");
	tw_find_number(sc, "mss", syn.mss);
	tw_find_number(sc, "wscale", syn.wscale);
}

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "opening.same-tuple",
		.says	= "a tuple that is opened twice goes on where it was: its ISN by one for "
			  "each 64 ns, its TSval by one for each millisecond",
		.cite	= { "N-34", "N-35", "N-73", "N-74" },
		.scenario = same_tuple,
		.expect	= { FINDS(NUM("isn-off-64ns", 0), NUM("tsval-off-ms", 0)) },
		.except	= { { .unless = "H-23",
			      .because = "before 4.13 TSvals counted the ticks of HZ",
			      .expect = { FINDS(NUM("isn-off-64ns", 0)) } } },
		.rfc	= { .clause = "RFC 7323 5.4",
			    .says = "the timestamp clock of a connection never goes back",
			    .want = { { FINDS(NUM("tsval-off-ms", 0)) } } },
	},
	{
		.id	= "opening.other-ports.isn",
		.says	= "the ISN of one port tells nothing about that of the next",
		.cite	= { "N-34", "N-35" },
		.scenario = other_ports,
		.expect	= { FINDS(BETWEEN("isns-on-one-clock", 0, 2)) },
		.rfc	= CONFORMING("RFC 9293 3.4.1",
				     "the ISN of another tuple cannot be told from outside"),
	},
	{
		.id	= "opening.other-ports.tsval",
		.says	= "the TSval of one port tells nothing about that of the next: each "
			  "four-tuple has an offset of its own",
		.cite	= { "N-73", "N-74" },
		.scenario = other_ports,
		.expect	= { FINDS(BETWEEN("tsvals-on-one-clock", 0, 1),
				  NUM("syns-with-ts", OTHERS + 1)) },
		.except	= {
			{ .unless = "H-57",
			  .because = "up to 4.9, and again from 4.11 to 6.18.16, one clock served a "
				     "pair of hosts",
			  .expect = { FINDS(NUM("tsvals-on-one-clock", OTHERS)) } },
			{ .when = "H-18",
			  .because = "4.10 had an offset per connection before",
			  .expect = { FINDS(BETWEEN("tsvals-on-one-clock", 0, 1)) } },
		},
		.rfc	= { .clause = "RFC 6191 3",
			    .says = "timestamps rise across the connections to one peer",
			    .want = { { FINDS(NUM("tsvals-on-one-clock", OTHERS)) } } },
	},
	{
		.id	= "opening.other-ports.one-clock",
		.says	= "with tcp_timestamps=2 the TSvals of all ports are of one clock",
		.cite	= { "N-73", "N-74" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "2") } },
		.scenario = other_ports,
		.expect	= { FINDS(NUM("tsvals-on-one-clock", OTHERS),
				  BETWEEN("isns-on-one-clock", 0, 2),
				  NUM("syns-with-ts", OTHERS + 1)) },
		.rfc	= { .clause = "RFC 6191 3",
			    .says = "timestamps rise across the connections to one peer",
			    .want = { { FINDS(NUM("tsvals-on-one-clock", OTHERS)) } } },
	},
	{
		.id	= "opening.no-clock",
		.says	= "with tcp_timestamps=0 a SYN offers no timestamps",
		.cite	= { "N-73" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "0") } },
		.scenario = other_ports,
		.expect	= { FINDS(NUM("syns-with-ts", 0), BETWEEN("isns-on-one-clock", 0, 2)) },
	},
	{
		.id	= "opening.offer",
		.says	= "a SYN of whom nobody asked for anything offers timestamps, SACK, window "
			  "scaling and the MSS of the link",
		.cite	= { "N-73", "N-95" },
		.scenario = offer,
		.expect	= { FINDS(NUM("tcp-timestamps", 1), IS("ts", "yes"), IS("sack", "yes"),
				  PER_FAMILY("mss", 1460, 1440), BETWEEN("wscale", 1, 14)) },
		.claim	= {
			{ .id = "C4-10", .want = { FINDS(NUM("tcp-timestamps", 1), IS("ts", "yes")) } },
		},
	},
};
/* clang-format on */

TW_CASE_TABLE(opening);
