/*
 * Path MTU discovery: a router on the way says "too big", or says nothing. The DUT's connections have timestamps, 12 bytes of
 * each segment.
 */
#include <netinet/in.h>
#include <stdio.h>

#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

enum {
	MS = 1000000,
	SEND = 1400,
};

/* Lengths of payload: "948 452". */
struct lengths {
	char text[64];
	size_t len;
};

static void add_length(struct lengths *l, unsigned length)
{
	if (l->len < sizeof(l->text))
		l->len += (size_t)snprintf(l->text + l->len, sizeof(l->text) - l->len, "%s%u",
					   l->len ? " " : "", length);
}

/* An established connection on which the DUT can send. */
static int open_one(struct tw_scene *sc, struct tw_conn **ret_conn)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8);

	*ret_conn = tw_peer_new(sc, TW_APP_PORT);
	return tw_scene_accepted(sc, listener, *ret_conn);
}

static const char *df_of(const struct tw_conn *conn)
{
	unsigned with = 0, n = conn->n < TW_HEARD_MAX ? conn->n : TW_HEARD_MAX;

	for (unsigned i = 0; i < n; i++)
		with += tw_heard_ip(&conn->heard[i]).df;
	return !n ? "nothing sent" : with == n ? "all" : with ? "some" : "none";
}

static void find_pmtu(struct tw_scene *sc, const struct tw_conn *conn)
{
	struct tw_pmtu pmtu =
		tw_scene_pmtu(sc, (struct tw_end){ conn->flow.peer, conn->flow.peer_port });

	tw_find_number(sc, "route-mtu", pmtu.mtu);
	tw_find_number(sc, "route-for-s", pmtu.left_s);
}

/*
 * What was sent again before @limit, when no timer can have run off yet: how many pieces, and how long the first two are.
 */
static void find_pieces(struct tw_scene *sc, const struct tw_conn *conn, uint32_t seq,
			uint64_t limit)
{
	unsigned n = 0;

	while (n < conn->n && n < TW_HEARD_MAX && conn->heard[n].at < limit)
		n++;
	tw_find_number(sc, "pieces", n);
	tw_find_number(sc, "piece-1", n > 0 ? conn->heard[0].seg.len : 0);
	tw_find_number(sc, "piece-2", n > 1 ? conn->heard[1].seg.len : 0);
	tw_find_text(sc, "from", "%s",
		     !n                              ? "nothing sent"
		     : conn->heard[0].seg.seq == seq ? "the first byte"
						     : "elsewhere");
}

struct too_big_arg {
	uint32_t mtu[2]; /* what the router says, by family */
};

static bool is_ipv6(const struct tw_scene *sc)
{
	return tw_scene_family(sc) == TW_IPV6;
}

/* A segment is too big for some router, which says so. */
static void too_big(struct tw_scene *sc, const void *arg)
{
	const struct too_big_arg *a = arg;
	struct tw_conn *conn;
	struct tw_heard lost;
	uint64_t asked_at;
	int fd = open_one(sc, &conn);

	tw_scene_count_from_here(sc);
	tw_must(sc, tw_app_send(sc, fd, SEND));
	if (!tw_scene_going(sc) || !conn->n)
		return;
	lost = conn->heard[0];
	tw_find_number(sc, "sent", lost.seg.len);
	tw_peer_forget(conn);
	asked_at = tw_scene_now(sc);
	if (asked_at - lost.at > 40 * MS)
		tw_scene_held_up(sc, "the segment's own timer may have run off");
	tw_peer_icmp_too_big(sc, &lost, a->mtu[is_ipv6(sc)]);
	tw_scene_fence(sc);
	find_pieces(sc, conn, lost.seg.seq, asked_at + 150 * MS);
	tw_find_text(sc, "df", "%s", df_of(conn));
	find_pmtu(sc, conn);
}

struct forget_arg {
	bool looked_up; /* somebody asks for the route before the connection uses it */
};

/* One write of 1400 bytes, and the first piece that it goes out in. */
static unsigned first_piece(struct tw_scene *sc, int fd, struct tw_conn *conn)
{
	unsigned piece;

	tw_peer_forget(conn);
	tw_must(sc, tw_app_send(sc, fd, SEND));
	tw_scene_fence(sc);
	piece = conn->n ? conn->heard[0].seg.len : 0;
	/* all of it: the congestion window lets only ten pieces out at once */
	for (unsigned n = 0; tw_scene_going(sc) && n != conn->n;) {
		n = conn->n;
		tw_peer_ack(sc, conn);
		tw_scene_fence(sc);
	}
	return piece;
}

/* What was learnt is forgotten after a second, and then the DUT sends again. */
static void forget(struct tw_scene *sc, const void *arg)
{
	const struct forget_arg *a = arg;
	struct tw_conn *conn;
	struct tw_end peer;
	int fd;

	tw_scene_sysctl(
		sc, is_ipv6(sc) ? "net.ipv6.route.mtu_expires" : "net.ipv4.route.mtu_expires", "1");
	fd = open_one(sc, &conn);
	tw_must(sc, tw_app_send(sc, fd, SEND));
	if (!tw_scene_going(sc) || !conn->n)
		return;
	peer = (struct tw_end){ conn->flow.peer, 0 };
	tw_peer_icmp_too_big(sc, &conn->heard[0], 1300);
	tw_peer_ack(sc, conn);
	tw_find_number(sc, "learnt", tw_scene_pmtu(sc, peer).mtu);
	tw_scene_wait(sc, 2500);
	if (a->looked_up)
		tw_find_number(sc, "route-mtu", tw_scene_pmtu(sc, peer).mtu);
	tw_find_number(sc, "first-write", first_piece(sc, fd, conn));
	tw_find_number(sc, "second-write", first_piece(sc, fd, conn));
}

/*
 * Something on the way swallows packets longer than 1100 bytes and tells nobody. Without tail loss probes, which would be
 * another packet at a time that depends on the RTT.
 */
static int64_t since_ms(uint64_t first, uint64_t at)
{
	return at > first ? (int64_t)((at - first) / MS) : 0;
}

/*
 * When it was cut down, counted from the first retransmission, and what came of it. How many full ones went before depends on how
 * late each timer was, the time does not (retransmits_timed_out()).
 */
static void find_cut(struct tw_scene *sc, const struct tw_conn *conn)
{
	uint64_t full = 0, small = 0;
	struct lengths cut = { .len = 0 };

	if (!tw_scene_going(sc) || conn->n < 2 || conn->n > TW_HEARD_MAX)
		return;
	for (unsigned i = 0; i < conn->n; i++) {
		const struct tw_heard *heard = &conn->heard[i];

		if (heard->seg.len == SEND) {
			full = heard->at;
			continue;
		}
		if (!small)
			small = heard->at;
		if (!(heard->seg.flags & TW_RST))
			add_length(&cut, heard->seg.len);
	}
	tw_find_text(sc, "cut", "%s", cut.len ? cut.text : "never");
	tw_find_number(sc, "full-until-ms", since_ms(conn->heard[1].at, full));
	tw_find_number(sc, "cut-after-ms", since_ms(conn->heard[1].at, small));
}

static void black_hole(struct tw_scene *sc, const void *arg)
{
	struct lengths sent = { .len = 0 };
	uint64_t limit = tw_scene_now(sc) + 60000ull * MS;
	struct tw_conn *conn;
	uint32_t got, end;
	unsigned i = 0;
	int fd, ret = 0;

	(void)arg;
	fd = open_one(sc, &conn);
	if (!tw_scene_going(sc))
		return;
	got = conn->rcv_nxt;
	end = got + SEND;
	tw_scene_count_from_here(sc);
	tw_must(sc, tw_app_send(sc, fd, SEND));
	while (tw_scene_going(sc) && got != end && tw_scene_now(sc) < limit && ret == 0) {
		/* the DUT's giving up is not heard */
		tw_peer_hears(sc, conn, i + 1, 200);
		for (; i < conn->n && i < TW_HEARD_MAX; i++) {
			const struct tw_heard *heard = &conn->heard[i];

			if (!(heard->seg.flags & TW_RST))
				add_length(&sent, heard->seg.len);
			if (heard->seg.seq != got || tw_heard_ip(heard).total > 1100)
				continue;
			got = conn->rcv_nxt = tw_seg_end(&heard->seg);
			tw_peer_ack(sc, conn);
		}
		ret = tw_app_connected(sc, fd);
	}
	tw_find_text(sc, "sent", "%s", sent.text);
	find_cut(sc, conn);
	tw_find_number(sc, "arrived", tw_seq_diff(got, end - SEND));
	tw_find_result(sc, "socket", ret);
}

/* The peer's "too big" meets a TIME_WAIT. */
static void in_time_wait(struct tw_scene *sc, const void *arg)
{
	struct tw_entry before;
	struct tw_conn *conn;
	struct tw_heard fin;
	uint64_t sent_at[2];
	int fd = open_one(sc, &conn);

	(void)arg;
	tw_app_close(sc, fd);
	if (!tw_scene_going(sc) || !conn->n)
		return;
	fin = conn->heard[0];
	tw_peer_time_wait(sc, conn);
	tw_scene_wait(sc, TW_AGED_MS);
	before = tw_scene_entry(sc, conn);
	tw_scene_count_from_here(sc);
	sent_at[0] = tw_scene_ticked(sc);
	tw_peer_icmp_too_big(sc, &fin, 1300);
	tw_peer_icmp_unreachable(sc, &fin);
	sent_at[1] = tw_scene_now(sc);
	tw_find_reply(sc, "reply", conn);
	tw_find_fate(sc, "entry", conn, &before, sent_at);
	find_pmtu(sc, conn);
}

/* A whole connection, closed by the DUT: its SYN-ACK, data, FIN, and two ACKs, the last from TIME_WAIT. */
static void whole_connection(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	(void)arg;
	SAY(sc, conn, .flags = TW_SYN);
	tw_scene_fence(sc);
	if (!tw_scene_going(sc))
		return;
	tw_find_text(sc, "df-syn-ack", "%s", df_of(conn));
	tw_peer_ack(sc, conn);
	fd = tw_must(sc, tw_app_accept(sc, listener));
	tw_peer_forget(conn);
	tw_app_send(sc, fd, SEND);
	tw_app_close(sc, fd);
	tw_scene_fence(sc);
	tw_find_text(sc, "df-data-fin", "%s", df_of(conn));
	tw_peer_time_wait(sc, conn);
	SAY(sc, conn, .flags = TW_FIN | TW_ACK, .seq = -1u);
	tw_find_reply(sc, "reply", conn);
	tw_find_text(sc, "df-time-wait", "%s", df_of(conn));
}

/* clang-format off */
#define TOO_BIG(v4_, v6_) \
	.scenario = too_big, .arg = &(const struct too_big_arg){ { v4_, v6_ } }
#define PIECES(n_, first4_, first6_, second4_, second6_) \
	NUM("pieces", n_), PER_FAMILY("piece-1", first4_, first6_), \
	PER_FAMILY("piece-2", second4_, second6_), IS("from", "the first byte")
#define LEARNT(v4_, v6_) PER_FAMILY("route-mtu", v4_, v6_), BETWEEN("route-for-s", 570, 600)
/* counters that only one family has */
#define OF_IPV4(what_, n_) \
	{ .what = what_, .kind = TW_FIND_MOVED, .least = { n_, 0 }, .most = { n_, 0 } }
#define OF_IPV6(what_, n_) \
	{ .what = what_, .kind = TW_FIND_MOVED, .least = { 0, n_ }, .most = { 0, n_ } }
#define NOTHING_LEARNT NUM("route-mtu", 0), NUM("route-for-s", 0)

static const struct tw_case rows[] = {
	{
		.id	= "pmtu.too-big",
		.says	= "a segment that is too big for a router is sent again at once, in pieces "
			  "that fit, and the MTU is remembered for ten minutes",
		.cite	= { "N-99" },
		TOO_BIG(1000, 1300),
		.expect	= { FINDS(NUM("sent", SEND), PIECES(2, 948, 1228, 452, 172),
				  IS("df", "all"), LEARNT(1000, 1300),
				  MOVES("TcpRetransSegs", 2)) },
		.rfc	= { .clause = "RFC 9293 3.7.2",
			    .says = "TCP makes its segments fit the path, and sends what was lost",
			    .want = { { FINDS(PIECES(2, 948, 1228, 452, 172)) } } },
		.claim	= {
			{ .id = "C2-24", .want = { FINDS(IS("df", "all")) } },
			{ .id = "C2-25", .when = "the router names the next MTU",
			  .want = { FINDS(PIECES(2, 948, 1228, 452, 172)) } },
			{ .id = "C2-28", .want = { FINDS(BETWEEN("route-for-s", 540, 660)) } },
		},
	}, {
		.id	= "pmtu.too-big.no-mtu",
		.says	= "a router that names no MTU is taken to mean 552 bytes, and what is sent "
			  "then may be fragmented",
		.cite	= { "N-99" },
		TOO_BIG(0, 0),
		.expect	= { FINDS(NUM("sent", SEND), PIECES(3, 500, 0, 500, 0), IS("df", "none"),
				  LEARNT(552, 0)) },
		.rfc	= { .clause = "RFC 1191 5",
			    .says = "without a next MTU: take 576 at most and leave DF off, or try "
				    "the next plateau",
			    .want = { { FINDS(BETWEEN("route-mtu", 68, 576), IS("df", "none")) },
				      { FINDS(NUM("route-mtu", 1006)) } } },
		.claim	= {
			{ .id = "C2-25", .when = "it names none: the plateaus of RFC 1191 are tried",
			  .want = { FINDS(NUM("route-mtu", 1006), NUM("piece-1", 1006 - 52)) } },
		},
		.family	= TW_IPV4,
	}, {
		.id	= "pmtu.too-big.below-floor",
		.says	= "an MTU below 552, route.min_pmtu, is taken for 552, and what is sent "
			  "then may be fragmented",
		.cite	= { "N-99" },
		TOO_BIG(300, 0),
		.expect	= { FINDS(NUM("sent", SEND), PIECES(3, 500, 0, 500, 0), IS("df", "none"),
				  LEARNT(552, 0)) },
		.rfc	= { .clause = "RFC 1191 3",
			    .says = "the estimate follows the router's MTU, or discovery ends and DF "
				    "is left off",
			    .want = { { FINDS(NUM("route-mtu", 300)) },
				      { FINDS(IS("df", "none")) } } },
		.family	= TW_IPV4,
	}, {
		.id	= "pmtu.too-big.below-1280",
		.says	= "\"packet too big\" with an MTU below 1280 is discarded",
		.cite	= { "N-99" },
		TOO_BIG(0, 1000),
		.expect	= { FINDS(NUM("sent", SEND), NUM("pieces", 0), NOTHING_LEARNT,
				  MOVES("Icmp6InPktTooBigs", 1)) },
		.except	= { { .unless = "H-75", .because = "less than 1280 was taken for 1280",
			      .expect = { FINDS(NUM("sent", SEND), NUM("pieces", 2),
						NUM("route-mtu", 1280),
						BETWEEN("route-for-s", 570, 600),
						MOVES("Icmp6InPktTooBigs", 1)) } } },
		.rfc	= { .clause = "RFC 8201 4",
			    .says = "a message that names less than the minimum MTU of IPv6 is "
				    "discarded",
			    .want = { { FINDS(NUM("pieces", 0), NOTHING_LEARNT) } } },
		.family	= TW_IPV6,
	}, {
		.id	= "pmtu.forgotten",
		.says	= "when the time of the route's MTU is up the connection sends full "
			  "segments again",
		.cite	= { "N-99" },
		.scenario = forget,
		.arg	= &(const struct forget_arg){ .looked_up = false },
		.expect	= { FINDS(NUM("learnt", 1300), PER_FAMILY("first-write", 1400, 1228),
				  NUM("second-write", 1400)) },
		.rfc	= { .clause = "RFC 9293 3.7.2",
			    .says = "an increase of the path MTU is looked for from time to time",
			    .want = { { FINDS(NUM("second-write", SEND)) } } },
		.claim	= {
			{ .id = "C2-28", .want = { FINDS(NUM("second-write", SEND)) } },
		},
		.slow	= true,
	}, {
		.id	= "pmtu.forgotten.looked-up",
		.says	= "if somebody else's lookup finds first that the route's MTU is out of date, "
			  "one write of the connection goes out in pieces of 36 bytes over IPv4",
		.cite	= { "N-99" },
		.scenario = forget,
		.arg	= &(const struct forget_arg){ .looked_up = true },
		.expect	= { FINDS(NUM("learnt", 1300), NUM("route-mtu", 0), PER_FAMILY("first-write", 36, 1228),
				  NUM("second-write", 1400)) },
		.except	= { { .unless = "sym:blackhole_netdev_xmit",
			      .because = "before 5.3 the connection's route led to lo from then on, "
					 "not to a device with an MTU of 68",
			      .expect = { FINDS(NUM("learnt", 1300), NUM("route-mtu", 0),
						PER_FAMILY("first-write", 1400, 1228),
						NUM("second-write", 1400)) } } },
		.slow	= true,
	}, {
		.id	= "pmtu.black-hole",
		.says	= "where nobody says \"too big\" a full segment is sent again and again "
			  "until the connection dies",
		.cite	= { "N-99" },
		.given	= { .sysctl = { SYSCTL("tcp_early_retrans", "0"),
					SYSCTL("tcp_retries2", "5") } },
		.scenario = black_hole,
		.expect	= { FINDS(IS("sent", "1400 1400 1400 1400 1400 1400"), NUM("arrived", 0),
				  IS("socket", "ETIMEDOUT")) },
		.claim	= {
			{ .id = "C2-29", .when = "tcp_mtu_probing is 0, its default",
			  .want = { FINDS(NUM("arrived", 0), IS("socket", "ETIMEDOUT")) } },
		},
		.slow	= true,
	}, {
		.id	= "pmtu.black-hole.probing",
		.says	= "with tcp_mtu_probing=1 the first retransmission that is due 3 s after the "
			  "first of all is cut down to tcp_base_mss, 1024 bytes, and gets through",
		.cite	= { "N-99" },
		.given	= { .sysctl = { SYSCTL("tcp_early_retrans", "0"),
					SYSCTL("tcp_retries2", "5"),
					SYSCTL("tcp_mtu_probing", "1") } },
		.scenario = black_hole,
		.expect	= { FINDS(BETWEEN("full-until-ms", 1, 3005),
				  BETWEEN("cut-after-ms", 2995, 3600000),
				  IS("cut", "1024 376"), NUM("arrived", SEND),
				  IS("socket", "OK")) },
		.claim	= {
			{ .id = "C2-29", .when = "tcp_mtu_probing is 1",
			  .want = { FINDS(NUM("arrived", 0), IS("socket", "ETIMEDOUT")) } },
		},
		.slow	= true,
	}, {
		.id	= "pmtu.time-wait",
		.says	= "TIME_WAIT ignores ICMP errors, and the route learns nothing from them",
		.cite	= { "P-07" },
		.scenario = in_time_wait,
		.expect	= { FINDS(IS("reply", "silence"), IS("entry", "running"),
				  NOTHING_LEARNT, OF_IPV4("IcmpInDestUnreachs", 2),
				  OF_IPV6("Icmp6InPktTooBigs", 1),
				  OF_IPV6("Icmp6InDestUnreachs", 1)) },
	}, {
		.id	= "pmtu.df",
		.says	= "DF is set on every segment from the SYN-ACK to the ACK of TIME_WAIT",
		.cite	= { "N-99" },
		.scenario = whole_connection,
		.expect	= { FINDS(IS("df-syn-ack", "all"), IS("df-data-fin", "all"),
				  IS("reply", "ACK"), IS("df-time-wait", "all")) },
		.rfc	= CONFORMING("RFC 1191 3", "DF is set on all packets of the path"),
		.claim	= { { .id = "C2-24", .as_expected = true } },
		.family	= TW_IPV4,
	},
};
/* clang-format on */

TW_CASE_TABLE(pmtu);
