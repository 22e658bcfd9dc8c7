/*
 * What is decided before a segment reaches TIME_WAIT: whose frame it is, whether it is a segment at all, and what an IPsec
 * policy keeps out.
 */
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

/* A TIME_WAIT, old enough for its timer to tell. NULL after a failure. */
static struct tw_conn *aged(struct tw_scene *sc, struct tw_heard *ret_fin)
{
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);

	tw_app_close(sc, fd);
	if (!tw_scene_going(sc))
		return NULL;
	if (ret_fin)
		*ret_fin = conn->heard[0];
	tw_peer_time_wait(sc, conn);
	tw_scene_wait(sc, TW_AGED_MS);
	return tw_scene_going(sc) ? conn : NULL;
}

/* What a TIME_WAIT is that nobody has touched: it answers an old ACK. */
static void find_untouched(struct tw_scene *sc, const char *what, struct tw_conn *conn)
{
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = ACK, .seq = -1u);
	tw_find_reply(sc, what, conn);
}

/* A frame that is no ordinary segment. */
struct bent_arg {
	struct tw_say say;
	struct tw_bent bent;
};

static void hit_bent(struct tw_scene *sc, const void *arg)
{
	const struct bent_arg *a = arg;
	struct tw_conn *conn = aged(sc, NULL);
	struct tw_entry before;
	uint64_t sent_at[2];

	if (!conn)
		return;
	before = tw_scene_entry(sc, conn);
	tw_scene_count_from_here(sc);
	sent_at[0] = tw_scene_ticked(sc);
	tw_peer_say_bent(sc, conn, &a->say, &a->bent);
	sent_at[1] = tw_scene_now(sc);
	tw_find_reply(sc, "reply", conn);
	tw_find_fate(sc, "entry", conn, &before, sent_at);
}

/* An IPsec policy that keeps the peer's segments out; then it is taken back. */
static void hit_refused(struct tw_scene *sc, const void *arg)
{
	const struct bent_arg *a = arg;
	struct tw_conn *conn = aged(sc, NULL);
	struct tw_entry before;
	uint64_t sent_at[2];

	tw_scene_ipsec_refuse(sc, conn);
	if (!conn)
		return;
	before = tw_scene_entry(sc, conn);
	tw_scene_count_from_here(sc);
	sent_at[0] = tw_scene_ticked(sc);
	tw_peer_say_bent(sc, conn, &a->say, &a->bent);
	sent_at[1] = tw_scene_now(sc);
	tw_find_reply(sc, "reply", conn);
	tw_find_fate(sc, "entry", conn, &before, sent_at);
	tw_scene_ipsec_clear(sc);
	find_untouched(sc, "then", conn);
}

/* The same where there is no TIME_WAIT: a listener, and nothing yet. */
static void knock_refused(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	(void)arg;
	tw_app_listener(sc, TW_APP_PORT, 8);
	tw_scene_ipsec_refuse(sc, conn);
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = SYN, .again = true);
	tw_find_reply(sc, "reply", conn);
	tw_scene_ipsec_clear(sc);
	SAY(sc, conn, .flags = SYN);
	tw_find_reply(sc, "then", conn);
}

/* clang-format off */
#define BENT(say_, bent_) .scenario = hit_bent, .arg = &(const struct bent_arg){ say_, bent_ }
#define REFUSED(say_, ...) .scenario = hit_refused, \
	.arg = &(const struct bent_arg){ say_, { __VA_ARGS__ } }
#define KILLS { .flags = RST }
#define RESTARTS { .flags = FIN | ACK, .seq = -1u }
#define RESTARTS_UNHEARD { .flags = ACK }
#define REOPENS { .flags = SYN, .seq = 1, .tsval = 1 }
#define LONG_AND_RESTARTS { .flags = PSH | ACK, .seq = -1u, .len = 100 }
#define TO(whom_) { .to = TW_TO_##whom_ }
#define OFFSET(words_) { .offset_set = true, .offset = words_ }
#define CUT(bytes_) { .cut = bytes_ }

#define NOTHING IS("reply", "silence"), IS("entry", "running")
#define NOT_SEEN NOTHING, MOVES("TcpInSegs", 0), MOVES("TcpInErrs", 0)
/* by IP: two fences, and the segment or not */
#define DELIVERED(n_) { .what = "IpInDelivers", .kind = TW_FIND_MOVED, .least = { n_, 0 }, \
			.most = { n_, 0 } }, \
		      { .what = "Ip6InDelivers", .kind = TW_FIND_MOVED, .least = { 0, n_ }, \
			.most = { 0, n_ } }
#define ERRS(n_) MOVES("TcpInSegs", 1), MOVES("TcpInErrs", n_), MOVES("TcpInCsumErrors", 0)
#define TOO_SMALL { FINDS(NOTHING, ERRS(1)), .reason = "PKT_TOO_SMALL" }
#define UNREADABLE { FINDS(NOTHING, ERRS(0)) }

#define KEPT_OUT { FINDS(NOTHING, IS("then", "ACK"), MOVES("XfrmInPolBlock", 1), \
			MOVES("TcpInErrs", 0), MOVES("TcpInCsumErrors", 0)), \
		   .reason = "XFRM_POLICY" }

/* RFC 1122 3.3.6, of what a device took in for everybody */
#define NOT_BY_BROADCAST { \
	.clause = "RFC 1122 3.3.6", \
	.says = "what comes by a link-layer broadcast for one host is discarded in silence", \
	.want = { { FINDS(NOTHING) } } }

static const struct tw_case rows[] = {
	{
		.id	= "before.another-host.syn",
		.says	= "a SYN above R in a frame to another host does not reopen the tuple",
		.cite	= { "P-01" },
		BENT(REOPENS, TO(ANOTHER_HOST)),
		.expect	= { FINDS(NOT_SEEN, DELIVERED(2)) },
	}, {
		.id	= "before.broadcast.rst",
		.says	= "TCP takes no segment that came by an Ethernet broadcast, though IP does",
		.cite	= { "P-01" },
		BENT(KILLS, TO(BROADCAST)),
		.expect	= { FINDS(NOT_SEEN, DELIVERED(3)) },
		.rfc	= NOT_BY_BROADCAST,
	}, {
		.id	= "before.broadcast.syn",
		.says	= "a SYN that came by an Ethernet broadcast does not reopen the tuple either",
		.cite	= { "P-01" },
		BENT(REOPENS, TO(BROADCAST)),
		.expect	= { FINDS(NOT_SEEN, DELIVERED(3)) },
		.rfc	= NOT_BY_BROADCAST,
	}, {
		.id	= "before.multicast.rst",
		.says	= "TCP takes no segment that came by an Ethernet multicast",
		.cite	= { "P-01" },
		BENT(KILLS, TO(MULTICAST)),
		.expect	= { FINDS(NOT_SEEN, DELIVERED(3)) },
	},

	/* headers that are too short */
	{
		.id	= "before.offset-0.rst",
		.says	= "a RST at R whose data offset is 0 is a bad segment and does not kill",
		.cite	= { "P-02" },
		BENT(KILLS, OFFSET(0)),
		.expect	= TOO_SMALL,
	}, {
		.id	= "before.offset-4.syn",
		.says	= "a SYN whose data offset is 4 words does not reopen the tuple",
		.cite	= { "P-02" },
		BENT(REOPENS, OFFSET(4)),
		.expect	= TOO_SMALL,
	}, {
		.id	= "before.offset-15.rst",
		.says	= "a RST whose options would end behind the packet is dropped and not "
			  "counted as bad",
		.cite	= { "P-02" },
		BENT(KILLS, OFFSET(15)),
		.expect	= UNREADABLE,
	}, {
		.id	= "before.cut-31.rst",
		.says	= "a RST that is cut off in its options is dropped and not counted as bad",
		.cite	= { "P-02" },
		BENT(KILLS, CUT(31)),
		.expect	= UNREADABLE,
	}, {
		.id	= "before.cut-19.rst",
		.says	= "a RST that is cut off a byte before its header ends is not counted as "
			  "bad either",
		.cite	= { "P-02" },
		BENT(KILLS, CUT(19)),
		.expect	= UNREADABLE,
	}, {
		.id	= "before.cut-1.syn",
		.says	= "of a SYN of which one byte arrives TCP counts that it came, and no more",
		.cite	= { "P-02" },
		BENT(REOPENS, CUT(1)),
		.expect	= UNREADABLE,
	},

	/* an IPsec policy */
	{
		.id	= "before.ipsec.fin",
		.says	= "TIME_WAIT does not hear a FIN sent again that an IPsec policy keeps out",
		.cite	= { "P-04" },
		REFUSED(RESTARTS),
		.expect	= KEPT_OUT,
	}, {
		.id	= "before.ipsec.ack",
		.says	= "an ACK at R that an IPsec policy keeps out does not restart the timer",
		.cite	= { "P-04" },
		REFUSED(RESTARTS_UNHEARD),
		.expect	= KEPT_OUT,
	}, {
		.id	= "before.ipsec.bad-checksum.long",
		.says	= "of a segment of more than 76 bytes the IPsec policy is asked before the "
			  "checksum is looked at",
		.cite	= { "P-04", "P-05" },
		REFUSED(LONG_AND_RESTARTS, .bad_csum = true),
		.expect	= KEPT_OUT,
	}, {
		.id	= "before.ipsec.bad-checksum.short",
		.says	= "a short segment with a wrong checksum is dropped before the policy is "
			  "asked",
		.cite	= { "P-04", "P-05" },
		REFUSED(RESTARTS, .bad_csum = true),
		.expect	= { FINDS(NOTHING, IS("then", "ACK"), MOVES("XfrmInPolBlock", 0),
				  MOVES("TcpInErrs", 1), MOVES("TcpInCsumErrors", 1)),
			    .reason = "TCP_CSUM" },
	}, {
		.id	= "before.ipsec.offset-4.rst",
		.says	= "what is too short for a header is dropped before the policy is asked",
		.cite	= { "P-02", "P-04" },
		REFUSED(KILLS, .offset_set = true, .offset = 4),
		.expect	= { FINDS(NOTHING, IS("then", "ACK"), MOVES("XfrmInPolBlock", 0),
				  MOVES("TcpInErrs", 1)),
			    .reason = "PKT_TOO_SMALL" },
	}, {
		.id	= "before.ipsec.no-time-wait",
		.says	= "where there is no TIME_WAIT the policy keeps a SYN from the listener",
		.cite	= { "P-04" },
		.scenario = knock_refused,
		.expect	= { FINDS(IS("reply", "silence"), IS("then", "SYN|ACK"),
				  MOVES("XfrmInPolBlock", 1)),
			    .reason = "XFRM_POLICY" },
	},
};
/* clang-format on */

TW_CASE_TABLE(before);
