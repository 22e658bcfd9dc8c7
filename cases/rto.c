/*
 * The bounds of the retransmission timeout, of which FIN_WAIT_2 lasts 3.5 at least.
 */
#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

enum {
	AGES_MS = 1000000, /* a round trip that the peer claims */
};

static int open_one(struct tw_scene *sc, struct tw_conn **ret)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8);

	*ret = tw_peer_new(sc, TW_APP_PORT);
	return tw_scene_accepted(sc, listener, *ret);
}

static void near_peer(struct tw_scene *sc, const void *arg)
{
	uint64_t since = tw_scene_now(sc);
	struct tw_conn *conn;
	int fd = open_one(sc, &conn);
	struct tcp_info info;

	(void)arg;
	if (tw_scene_now(sc) - since > 40000000)
		tw_scene_held_up(sc, "the handshake was no quick one");
	tw_app_info(sc, fd, &info);
	tw_find_number(sc, "rto-ms", info.tcpi_rto / 1000);
}

/*
 * What was sent twice is measured by its timestamp alone (Karn): an echo of long ago is a round trip of ages. Returns the
 * descriptor.
 */
static int open_to_a_liar(struct tw_scene *sc, struct tw_conn **ret)
{
	int fd = open_one(sc, ret);

	tw_app_send(sc, fd, 10);
	if (!tw_peer_hears(sc, *ret, 2, 20000) && tw_scene_going(sc))
		tw_scene_fail(sc, "the set-up failed: nothing was sent again");
	SAY(sc, *ret, .flags = ACK, .tsecr = (uint32_t)-AGES_MS);
	tw_peer_forget(*ret);
	return fd;
}

static void far_peer(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = open_to_a_liar(sc, &conn);
	struct tcp_info info;

	(void)arg;
	tw_app_info(sc, fd, &info);
	tw_find_number(sc, "rto-ms", info.tcpi_rto / 1000);
}

/* close() with a second of TCP_LINGER2, and the peer acks the FIN. */
static void far_orphan(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = open_to_a_liar(sc, &conn);
	uint64_t since;

	(void)arg;
	tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_LINGER2, 1));
	tw_app_shutdown(sc, fd, SHUT_WR);
	/* a true measurement, which weighs one eighth */
	tw_peer_hears(sc, conn, 1, 5000);
	tw_peer_ack(sc, conn);
	since = tw_scene_now(sc);
	tw_app_close(sc, fd);
	tw_find_state(sc, "state", conn);
	tw_find_life(sc, "ms", conn, since);
}

static void sysctls(struct tw_scene *sc, const void *arg)
{
	(void)arg;
	tw_find_number(sc, "most-ms", tw_scene_read_sysctl(sc, "net.ipv4.tcp_rto_max_ms"));
	tw_find_number(sc, "least-us", tw_scene_read_sysctl(sc, "net.ipv4.tcp_rto_min_us"));
}

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "rto.least",
		.says	= "the retransmission timeout towards a near peer is 200 ms",
		.cite	= { "D-61" },
		.scenario = near_peer,
		.expect	= { FINDS(BETWEEN("rto-ms", 200, 250)) },
		.rfc	= { .clause = "RFC 6298 2.4",
			    .says = "an RTO of less than a second is rounded up to one (SHOULD)",
			    .want = { { FINDS(BETWEEN("rto-ms", 1000, 120000)) } } },
		.claim	= { { .id = "C4-4", .as_expected = true } },
	}, {
		.id	= "rto.most",
		.says	= "the retransmission timeout is never more than 120 s, however slow the peer claims "
			  "to be",
		.cite	= { "D-61" },
		.scenario = far_peer,
		.expect	= { FINDS(NUM("rto-ms", 120000)) },
		.rfc	= { .clause = "RFC 6298 2.5",
			    .says = "a maximum of the RTO is at least 60 s",
			    .want = { { FINDS(BETWEEN("rto-ms", 60000, 1ll << 40)) } } },
		/* without timestamps what was sent twice would not be measured at all */
		.claim	= { { .id = "C4-4", .as_expected = true },
			    { .id = "C4-11", .when = "the round trip is meant, which they measure for the "
				      "retransmission timeout",
			      .want = { FINDS(NUM("rto-ms", 120000)) } } },
	}, {
		.id	= "rto.most.fin-wait-2",
		.says	= "a peer that claims to be slow holds a socket that was closed with a second of "
			  "TCP_LINGER2 for six minutes, and six more as a mini-socket",
		.cite	= { "D-61", "D-62" },
		.scenario = far_orphan,
		.expect	= { FINDS(IS("state", "fin-wait-2"), BETWEEN("ms", 359925, 360075)) },
		.needs	= "H-23", /* the claim is in milliseconds of TSecr */
	}, {
		.id	= "rto.sysctls",
		.says	= "tcp_rto_min_us and tcp_rto_max_ms say 200 ms and 120 s",
		.cite	= { "D-61" },
		.scenario = sysctls, .needs = "net.ipv4.tcp_rto_max_ms",
		.expect	= { FINDS(NUM("most-ms", 120000), NUM("least-us", 200000)) },
		.claim	= { { .id = "C4-4", .as_expected = true } },
	},
};
/* clang-format on */

TW_CASE_TABLE(rto);
