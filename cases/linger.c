/*
 * SO_LINGER: how close() behaves, and what the peer sees of it.
 */
#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

/* An established connection is closed with SO_LINGER {1, 0}, unsent data and all. */
static void close_at_once(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	(void)arg;
	fd = tw_scene_accepted(sc, listener, conn);
	tw_app_linger(sc, fd, 0);
	tw_scene_count_from_here(sc);
	tw_find_result(sc, "close", tw_app_close(sc, fd));
	tw_find_reply(sc, "wire", conn);
	tw_find_state(sc, "left", conn);
	if (tw_scene_going(sc))
		tw_find_number(sc, "seq", tw_seq_diff(conn->heard[0].seg.seq, conn->rcv_nxt));
}

static const struct tw_case rows[] = {
	{
		.id = "close.linger-zero",
		.says = "close() with SO_LINGER {1, 0} sends a RST at SND.NXT and leaves nothing "
			"behind",
		.cite = { "N-06" },
		.scenario = close_at_once,
		.expect = { FINDS(IS("close", "OK"), IS("wire", "RST|ACK"), NUM("seq", 0),
				  IS("left", "gone"), MOVES("TcpExtTCPAbortOnData", 1),
				  MOVES("TcpOutRsts", 1), MOVES("TcpEstabResets", 1)) },
		.rfc = { .clause = "RFC 9293 3.5.2",
			 .says = "the side that issues a RST goes to TIME_WAIT",
			 .want = { { FINDS(IS("left", "time-wait")) } } },
	},
};
TW_CASE_TABLE(linger);
