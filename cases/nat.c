/*
 * What a NAT or firewall on the way keeps of a connection that is over: Linux's connection tracking, in the router.
 */
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

/* clang-format off */
#define TRACK "table inet track { chain forward { type filter hook forward priority 0; " \
	"ct state established,related,new accept; }; }"
/* clang-format on */

/* The DUT closes first; both FINs go through the router. */
static void closed_through(struct tw_scene *sc, const void *arg)
{
	int listener, fd;
	struct tw_conn *conn;
	struct tw_tracked tracked;

	(void)arg;
	tw_scene_nft(sc, TRACK);
	listener = tw_app_listener(sc, TW_APP_PORT, 8);
	conn = tw_peer_new(sc, TW_APP_PORT);
	fd = tw_scene_accepted(sc, listener, conn);
	tracked = tw_scene_tracked(sc, conn);
	tw_find_text(sc, "open", "%s", tracked.state);
	tw_app_close(sc, fd);
	tw_peer_time_wait(sc, conn);
	tracked = tw_scene_tracked(sc, conn);
	tw_find_text(sc, "closed", "%s", tracked.state);
	tw_find_number(sc, "kept-for-s", tracked.left_s);
	tw_find_state(sc, "dut", conn);
}

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "nat.closed",
		.says	= "connection tracking keeps a connection that was closed for two minutes",
		.cite	= { "N-100" },
		.given	= { .path = VIA_ROUTER },
		.scenario = closed_through,
		.expect	= { FINDS(IS("open", "ESTABLISHED"), IS("closed", "TIME_WAIT"),
				  BETWEEN("kept-for-s", 90, 120), IS("dut", "time-wait")) },
		.rfc	= { .clause = "RFC 5382 5",
			    .says = "a NAT keeps what is closing for four minutes at least",
			    .want = { { FINDS(BETWEEN("kept-for-s", 240, 1000000)) } } },
	},
};
/* clang-format on */

TW_CASE_TABLE(nat);
