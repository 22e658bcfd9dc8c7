/*
 * How long segments are: what both ends announce, and what the DUT makes of it. Its device has an MTU of 1500, and the peer is
 * behind a router, so no destination here is local.
 */
#include <netinet/in.h>

#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

struct mss_arg {
	bool absent;  /* the peer's SYN has no such option; else it says */
	uint16_t mss; /* ... this */
	bool ts;
	bool connects;     /* the DUT does */
	const char *rules; /* of the router; NULL: none */
};

enum {
	SEND = 4500, /* three full segments, or 64 of the shortest and a rest that nobody looks at */
	SERVER_PORT = 80,
};

/* The connection, and what the DUT announced. */
static int open_one(struct tw_scene *sc, const struct mss_arg *a, struct tw_conn **ret_conn,
		    uint16_t *ret_announced)
{
	int listener = -1, fd = -1;
	struct tw_conn *conn;

	if (a->connects) {
		conn = tw_peer_at(sc, tw_end_peer(sc, 0, SERVER_PORT));
		fd = tw_app_socket(sc, SOCK_STREAM);
		tw_app_connect(sc, fd, tw_end_peer(sc, 0, SERVER_PORT));
	} else {
		listener = tw_app_listener(sc, TW_APP_PORT, 8);
		conn = tw_peer_new(sc, TW_APP_PORT);
	}
	if (!tw_scene_going(sc))
		return -1;
	conn->mss_option = !a->absent;
	conn->mss = a->mss;
	conn->ts = a->ts;
	if (!a->connects)
		SAY(sc, conn, .flags = TW_SYN);
	if (!tw_peer_hears(sc, conn, 1, 5000) || !(conn->heard[0].seg.flags & TW_SYN)) {
		tw_scene_fail(sc, "the set-up failed: no SYN or SYN-ACK came");
		return -1;
	}
	*ret_announced = conn->heard[0].seg.mss;
	*ret_conn = conn;
	SAY(sc, conn, .flags = a->connects ? TW_SYN | TW_ACK : TW_ACK);
	tw_peer_forget(conn);
	return a->connects ? fd : tw_must(sc, tw_app_accept(sc, listener));
}

static unsigned largest(const struct tw_conn *conn)
{
	unsigned most = 0;

	for (unsigned i = 0; i < conn->n && i < TW_HEARD_MAX; i++)
		if (conn->heard[i].seg.len > most)
			most = conn->heard[i].seg.len;
	return most;
}

/* The DUT sends a lot, and takes a segment of 1400 bytes. */
static void sizes(struct tw_scene *sc, const void *arg)
{
	const struct mss_arg *a = arg;
	uint16_t announced = 0;
	struct tw_conn *conn = NULL;
	int fd;

	if (a->rules)
		tw_scene_nft(sc, a->rules);
	fd = open_one(sc, a, &conn, &announced);
	tw_must(sc, tw_app_send(sc, fd, SEND));
	tw_scene_fence(sc);
	if (!tw_scene_going(sc))
		return;
	tw_find_number(sc, "announced", announced);
	tw_find_number(sc, "largest", largest(conn));
	SAY(sc, conn, .flags = TW_ACK, .len = 1400);
	tw_find_number(sc, "takes", tw_app_recv(sc, fd, 4096));
}

/* clang-format off */
#define SIZES(...) .scenario = sizes, .arg = &(const struct mss_arg){ __VA_ARGS__ }
#define OWN_MSS PER_FAMILY("announced", 1460, 1440)
#define SENDS(n_) NUM("largest", n_)
#define MUST_15 "RFC 9293 3.7.1", "without an MSS option it is 536 for IPv4, 1220 for IPv6"
#define MUST_16 "RFC 9293 3.7.1", "no segment is larger than what the peer announced"
#define SHLD_6 "RFC 9293 3.7.1", "who sends options makes its segments shorter by them"

/* The article's 40 and 536 are those of IPv4. */
#define CLAIM_MTU { .id = "C2-21", .want = { FINDS(PER_FAMILY("announced", 1460, 1440)) } }
#define CLAIM_DEFAULT { .id = "C2-26", .want = { FINDS(PER_FAMILY("largest", 536, 1220)) } }
#define CLAIM_NEVER_LARGER(most_, when_) { .id = "C2-27", .when = when_, \
	.want = { FINDS(BETWEEN("largest", 1, most_)) } }
#define CLAIM_NOT_LOCAL { .id = "C2-31", .want = { FINDS(NUM("announced", 536)) } }
#define CLAIM_MINIMUM(n_) \
	{ .id = "C2-22", .when = "what the end that announced more sends is meant", \
	  .want = { FINDS(NUM("largest", n_)) } }, \
	{ .id = "C2-22", .when = "what the end that announced less announces and takes is meant", \
	  .want = { FINDS(NUM("announced", n_), NUM("takes", n_)) } }

#define CLAMP "table inet clamp { chain forward { type filter hook forward priority -150; " \
	"tcp flags syn tcp option maxseg size set 1200; }; }"

static const struct tw_case rows[] = {
	{
		.id	= "mss.absent",
		.says	= "a peer that announces no MSS gets segments of 536 bytes, 1220 over IPv6",
		.cite	= { "N-95" },
		SIZES(.absent = true),
		.expect	= { FINDS(OWN_MSS, PER_FAMILY("largest", 536, 1220)) },
		.rfc	= DEMAND(MUST_15, { FINDS(PER_FAMILY("largest", 536, 1220)) }),
		.claim	= { CLAIM_DEFAULT },
	}, {
		.id	= "mss.absent.connected",
		.says	= "so does a peer whose SYN-ACK announces none",
		.cite	= { "N-95" },
		SIZES(.absent = true, .connects = true),
		.expect	= { FINDS(OWN_MSS, PER_FAMILY("largest", 536, 1220)) },
		.rfc	= DEMAND(MUST_15, { FINDS(PER_FAMILY("largest", 536, 1220)) }),
		.claim	= { CLAIM_DEFAULT },
	}, {
		.id	= "mss.zero",
		.says	= "an MSS option that says 0 is as good as none",
		.cite	= { "N-95" },
		SIZES(.mss = 0),
		.expect	= { FINDS(OWN_MSS, PER_FAMILY("largest", 536, 1220)) },
	}, {
		.id	= "mss.40",
		.says	= "a peer that announces 40 gets segments of 48: tcp_min_snd_mss",
		.cite	= { "N-95" },
		SIZES(.mss = 40),
		.expect	= { FINDS(OWN_MSS, SENDS(48)) },
		.rfc	= DEMAND(MUST_16, { FINDS(BETWEEN("largest", 1, 40)) }),
		.claim	= { CLAIM_NEVER_LARGER(40, "that is below tcp_min_snd_mss, 48") },
	}, {
		.id	= "mss.48",
		.says	= "a peer that announces 48 gets segments of 48",
		.cite	= { "N-95" },
		SIZES(.mss = 48),
		.expect	= { FINDS(OWN_MSS, SENDS(48)) },
		.rfc	= DEMAND(MUST_16, { FINDS(BETWEEN("largest", 1, 48)) }),
		.claim	= { CLAIM_NEVER_LARGER(48, "that is 48 at least (tcp_min_snd_mss)") },
	}, {
		.id	= "mss.88",
		.says	= "a peer that announces 88 gets segments of 88",
		.cite	= { "N-95" },
		SIZES(.mss = 88),
		.expect	= { FINDS(OWN_MSS, SENDS(88)) },
		.rfc	= DEMAND(MUST_16, { FINDS(BETWEEN("largest", 1, 88)) }),
	}, {
		.id	= "mss.536",
		.says	= "a peer that announces 536 gets segments of 536, is told the DUT's own "
			  "MSS all the same, and may send longer ones: nothing is negotiated",
		.cite	= { "N-95" },
		SIZES(.mss = 536),
		.expect	= { FINDS(OWN_MSS, SENDS(536), NUM("takes", 1400)) },
		.rfc	= DEMAND(MUST_16, { FINDS(BETWEEN("largest", 1, 536)) }),
		.claim	= {
			CLAIM_NEVER_LARGER(536, "that is 48 at least (tcp_min_snd_mss)"),
			CLAIM_MINIMUM(536),
			CLAIM_MTU,
		},
	}, {
		.id	= "mss.9000",
		.says	= "a peer that announces 9000 gets segments that fit the DUT's own MTU",
		.cite	= { "N-95" },
		SIZES(.mss = 9000),
		.expect	= { FINDS(OWN_MSS, PER_FAMILY("largest", 1460, 1440)) },
		.rfc	= DEMAND(MUST_16, { FINDS(PER_FAMILY("largest", 1460, 1440)) }),
	}, {
		.id	= "mss.1460.ts",
		.says	= "with timestamps segments are 12 bytes shorter than what was announced",
		.cite	= { "N-96", "N-95" },
		SIZES(.mss = 1460, .ts = true),
		.expect	= { FINDS(OWN_MSS, PER_FAMILY("largest", 1448, 1428)) },
		.rfc	= DEMAND(SHLD_6, { FINDS(PER_FAMILY("largest", 1448, 1428)) }),
		.claim	= { CLAIM_MTU },
	}, {
		.id	= "mss.536.ts",
		.says	= "that holds for a peer that announces 536 as well",
		.cite	= { "N-96", "N-95" },
		SIZES(.mss = 536, .ts = true),
		.expect	= { FINDS(OWN_MSS, SENDS(524)) },
		.rfc	= DEMAND(SHLD_6, { FINDS(SENDS(524)) }),
	}, {
		.id	= "mss.connected",
		.says	= "a SYN to a destination behind a gateway announces the MSS of the device",
		.cite	= { "N-95" },
		SIZES(.mss = 1460, .connects = true),
		.expect	= { FINDS(OWN_MSS, PER_FAMILY("largest", 1460, 1440)) },
		.claim	= { CLAIM_NOT_LOCAL, CLAIM_MTU },
	}, {
		.id	= "mss.accepted",
		.says	= "a SYN-ACK announces the MTU less the two headers as well",
		.cite	= { "N-95" },
		SIZES(.mss = 1460),
		.expect	= { FINDS(OWN_MSS, PER_FAMILY("largest", 1460, 1440)) },
		.claim	= { CLAIM_NOT_LOCAL, CLAIM_MTU },
	}, {
		.id	= "mss.clamped",
		.says	= "a router that writes 1200 into the MSS options of SYNs is obeyed in "
			  "both directions",
		.cite	= { "N-95" },
		.given	= { .path = VIA_ROUTER },
		SIZES(.mss = 1460, .rules = CLAMP),
		.expect	= { FINDS(NUM("announced", 1200), SENDS(1200)) },
		.needs	= "H-79",
		.claim	= {
			{ .id = "C2-23", .want = { FINDS(NUM("announced", 1200), SENDS(1200)) } },
		},
	}, {
		.id	= "mss.clamped.connected",
		.says	= "the same if it is the DUT that connects",
		.cite	= { "N-95" },
		.given	= { .path = VIA_ROUTER },
		SIZES(.mss = 1460, .connects = true, .rules = CLAMP),
		.expect	= { FINDS(NUM("announced", 1200), SENDS(1200)) },
		.needs	= "H-79",
		.claim	= {
			{ .id = "C2-23", .want = { FINDS(NUM("announced", 1200), SENDS(1200)) } },
		},
	}, {
		.id	= "mss.router.idle",
		.says	= "a router without such a rule leaves the MSS options alone",
		.cite	= { "N-95" },
		.given	= { .path = VIA_ROUTER },
		SIZES(.mss = 1460),
		.expect	= { FINDS(OWN_MSS, PER_FAMILY("largest", 1460, 1440)) },
	},
};
/* clang-format on */

TW_CASE_TABLE(mss);
