/*
 * The plain way of a connection, from SYN to the last ACK: what every article begins with.
 */
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

enum {
	SERVER_PORT = 80,
	LIMIT_MS = 5000,
};

/* By how much an ACK in answer @i is beyond @number; it has to be there. */
static void find_ack(struct tw_scene *sc, const char *what, const struct tw_conn *conn,
		     uint32_t number)
{
	if (conn->n && conn->heard[0].seg.flags & TW_ACK)
		tw_find_number(sc, what, tw_seq_diff(conn->heard[0].seg.ack, number));
	else
		tw_find_text(sc, what, "none");
}

static void accepted(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8);
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	(void)arg;
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = SYN);
	tw_find_reply(sc, "syn", conn);
	if (!tw_scene_going(sc))
		return;
	find_ack(sc, "acks-J", conn, conn->iss);
	tw_peer_forget(conn);
	tw_peer_ack(sc, conn);
	tw_find_reply(sc, "ack", conn);
	tw_find_state(sc, "state", conn);
	tw_find_text(sc, "accept", tw_app_accept(sc, listener) < 0 ? "no" : "OK");
}

static void connected(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn = tw_peer_at(sc, tw_end_peer(sc, 0, SERVER_PORT));
	int fd = tw_app_socket(sc, SOCK_STREAM);

	(void)arg;
	tw_scene_count_from_here(sc);
	tw_app_connect(sc, fd, tw_end_peer(sc, 0, SERVER_PORT));
	tw_peer_hears(sc, conn, 1, LIMIT_MS);
	tw_find_reply(sc, "connect", conn);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = SYN | ACK);
	tw_peer_hears(sc, conn, 1, LIMIT_MS);
	tw_find_reply(sc, "syn-ack", conn);
	if (!tw_scene_going(sc))
		return;
	find_ack(sc, "acks-K", conn, conn->iss);
	tw_find_number(sc, "seq", conn->n ? tw_seq_diff(conn->heard[0].seg.seq, conn->irs) : 0);
	tw_find_result(sc, "connected", tw_app_connected(sc, fd));
}

/* The peer closes first. */
static void closed_last(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);

	(void)arg;
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = FIN | ACK);
	tw_peer_hears(sc, conn, 1, LIMIT_MS); /* the ACK of a FIN is delayed like any other */
	tw_find_reply(sc, "fin", conn);
	if (!tw_scene_going(sc))
		return;
	find_ack(sc, "acks-fin", conn, conn->snd_nxt - 1);
	tw_find_number(sc, "read", tw_app_recv(sc, fd, 1));
	tw_peer_forget(conn);
	tw_find_result(sc, "close", tw_app_close(sc, fd));
	tw_find_reply(sc, "closing", conn);
	tw_peer_forget(conn);
	tw_peer_ack(sc, conn);
	tw_find_reply(sc, "last-ack", conn);
	tw_find_state(sc, "left", conn);
}

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "handshake.accepted",
		.says	= "a SYN with number J is acked by J+1, and one ACK later the connection "
			  "can be accepted",
		.scenario = accepted,
		.expect	= { FINDS(IS("syn", "SYN|ACK"), NUM("acks-J", 1), IS("ack", "silence"),
				  IS("state", "established"), IS("accept", "OK")) },
		.claim	= { { .id = "C1-2", .as_expected = true } },
	}, {
		.id	= "handshake.connected",
		.says	= "a SYN-ACK with number K is acked by K+1, one above the SYN, and connect() "
			  "is through",
		.scenario = connected,
		.expect	= { FINDS(IS("connect", "SYN"), IS("syn-ack", "ACK"), NUM("acks-K", 1),
				  NUM("seq", 1), IS("connected", "OK")) },
		.claim	= { { .id = "C1-2", .as_expected = true } },
	}, {
		.id	= "handshake.closed-last",
		.says	= "the peer's FIN is acked by its number + 1 and read as end-of-file; close() "
			  "answers it, and the last ACK leaves nothing",
		.cite	= { "N-05", "N-88" },
		.scenario = closed_last,
		.expect	= { FINDS(IS("fin", "ACK"), NUM("acks-fin", 1), NUM("read", 0),
				  IS("close", "OK"), IS("closing", "FIN|ACK"),
				  IS("last-ack", "silence"), IS("left", "gone")) },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "what is acked in LAST-ACK is closed, without TIME-WAIT"),
		.claim	= {
			{ .id = "C1-4", .as_expected = true },
			{ .id = "C1-5", .as_expected = true },
		},
	},
};
/* clang-format on */

TW_CASE_TABLE(handshake);
