/*
 * TIME_WAIT of a connection that was protected by MD5 signatures (RFC 2385): the entry keeps the key to sign its answers, and
 * asks nobody for a signature.
 */
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

static const char KEY[] = "secret";

/* What is sent to the connection. */
struct hit {
	struct tw_say say; /* .md5_key "": not signed */
	bool established;  /* as long as the connection is open, for contrast */
};

static void hit(struct tw_scene *sc, const void *arg)
{
	const struct hit *h = arg;
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	if (!tw_scene_going(sc))
		return;
	tw_app_md5_key(sc, listener, (struct tw_end){ conn->flow.peer, 0 }, KEY);
	conn->md5_key = KEY;
	fd = tw_scene_accepted(sc, listener, conn);
	if (!h->established) {
		tw_app_close(sc, fd);
		tw_peer_time_wait(sc, conn);
	}
	tw_scene_count_from_here(sc);
	tw_peer_forget(conn);
	tw_peer_say(sc, conn, &h->say);
	tw_find_reply(sc, "reply", conn);
	if (conn->n)
		tw_find_signature(sc, "signature", &conn->heard[0], KEY);
	else
		tw_find_text(sc, "signature", "no reply");
	tw_find_state(sc, "state", conn);
}

/* clang-format off */
#define UNSIGNED .md5_key = ""
#define ANOTHER_KEY .md5_key = "guess"
#define HIT(...) .scenario = hit, .arg = &(const struct hit){ .say = { __VA_ARGS__ } }

#define A_SIGNED_ACK IS("reply", "ACK"), IS("signature", "right"), IS("state", "time-wait")
#define UNCHECKED MOVES("TcpExtTCPMD5NotFound", 0), MOVES("TcpExtTCPMD5Failure", 0)

/* RFC 2385 speaks of a digest that is wrong, not of one that is missing. */
#define DROPPED_UNSEEN { \
	.clause = "RFC 2385 2.0", \
	.says = "a segment with a wrong digest is dropped, and nothing answers it", \
	.want = { { FINDS(IS("reply", "silence"), IS("state", "time-wait")) } } }

static const struct tw_case rows[] = {
	{
		.id	= "md5.old-ack.unsigned",
		.says	= "TIME_WAIT answers an old ACK that nobody signed by an ACK with a right "
			  "signature",
		.cite	= { "D-160", "P-06" },
		HIT(.flags = ACK, .seq = -1u, UNSIGNED),
		.expect	= { FINDS(A_SIGNED_ACK, UNCHECKED) },
	}, {
		.id	= "md5.old-ack.signed",
		.says	= "TIME_WAIT answers an old ACK that is signed in the same way",
		.cite	= { "D-160" },
		HIT(.flags = ACK, .seq = -1u),
		.expect	= { FINDS(A_SIGNED_ACK, UNCHECKED) },
	}, {
		.id	= "md5.old-ack.another-key",
		.says	= "TIME_WAIT signs its answer even to an old ACK with a wrong signature",
		.cite	= { "D-160", "P-06" },
		HIT(.flags = ACK, .seq = -1u, ANOTHER_KEY),
		.expect	= { FINDS(A_SIGNED_ACK, UNCHECKED) },
		.rfc	= DROPPED_UNSEEN,
	}, {
		.id	= "md5.rst.unsigned",
		.says	= "a RST that nobody signed kills the TIME_WAIT of a signed connection",
		.cite	= { "D-161", "P-06" },
		HIT(.flags = RST, UNSIGNED),
		.expect	= { FINDS(IS("reply", "silence"), IS("state", "gone"), UNCHECKED) },
	}, {
		.id	= "md5.rst.another-key",
		.says	= "a RST with a wrong signature kills it as well",
		.cite	= { "D-161", "P-06" },
		HIT(.flags = RST, ANOTHER_KEY),
		.expect	= { FINDS(IS("reply", "silence"), IS("state", "gone"), UNCHECKED) },
		.rfc	= DROPPED_UNSEEN,
	}, {
		.id	= "md5.rst.unsigned.established",
		.says	= "as long as the connection is open a RST that nobody signed is dropped",
		.cite	= { "D-161" },
		.scenario = hit,
		.arg	= &(const struct hit){ .say = { .flags = RST, UNSIGNED },
					       .established = true },
		.expect	= { FINDS(IS("reply", "silence"), IS("state", "established"),
				  MOVES("TcpExtTCPMD5NotFound", 1)),
			    .reason = "TCP_MD5NOTFOUND" },
	}, {
		.id	= "md5.syn.unsigned",
		.says	= "a SYN that would reopen the tuple but that nobody signed kills TIME_WAIT "
			  "before the listener drops it",
		.cite	= { "D-162", "D-45" },
		HIT(.flags = SYN, .seq = 1, .tsval = 1, UNSIGNED),
		.expect	= { FINDS(IS("reply", "silence"), IS("state", "gone"),
				  MOVES("TcpExtTCPMD5NotFound", 1)),
			    .reason = "TCP_MD5NOTFOUND" },
	}, {
		.id	= "md5.syn.another-key",
		.says	= "a SYN with a wrong signature kills TIME_WAIT, too, before the listener "
			  "drops it",
		.cite	= { "D-162", "D-45" },
		HIT(.flags = SYN, .seq = 1, .tsval = 1, ANOTHER_KEY),
		.expect	= { FINDS(IS("reply", "silence"), IS("state", "gone"),
				  MOVES("TcpExtTCPMD5Failure", 1)),
			    .reason = "TCP_MD5FAILURE" },
		.rfc	= DROPPED_UNSEEN,
	}, {
		.id	= "md5.syn.signed",
		.says	= "a SYN that is newer and signed reopens the tuple, and its SYN-ACK is "
			  "signed",
		.cite	= { "D-41", "D-162" },
		HIT(.flags = SYN, .seq = 1, .tsval = 1),
		.expect	= { FINDS(IS("reply", "SYN|ACK"), IS("signature", "right"),
				  IS("state", "syn-recv"), UNCHECKED) },
	},
};
/* clang-format on */

TW_CASE_TABLE(md5);
