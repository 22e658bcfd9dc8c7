/*
 * A SYN flood of 600 segments: who is served while it lasts, and when it is over.
 */
#include "cases.h"
#include "crowd.h"
#include "idioms.h"
#include "twprobe/words.h"

enum {
	BACKLOG = 64,
	FLOOD = 600,
	BEFORE = 300, /* SYNs that come before the genuine one */
};

/* Bytes that get through from the peer, and from the DUT: both, if all is well. */
static unsigned exchange(struct tw_scene *sc, int fd, struct tw_conn *conn)
{
	int in, out;

	SAY(sc, conn, .flags = PSH | ACK, .len = 10);
	in = tw_app_recv(sc, fd, 100);
	tw_peer_forget(conn);
	out = tw_app_send(sc, fd, 10);
	tw_scene_fence(sc);
	if (!tw_scene_going(sc))
		return 0;
	out = conn->n && conn->heard[conn->n - 1].seg.len == 10 ? out : 0;
	return (in > 0 ? (unsigned)in : 0) + (out > 0 ? (unsigned)out : 0);
}

/* A client that means it. -1 if it is not served. */
static int genuine(struct tw_scene *sc, int listener, struct tw_conn *conn)
{
	SAY(sc, conn, .flags = SYN);
	tw_find_reply(sc, "genuine", conn);
	if (!tw_scene_going(sc) || !conn->n)
		return -1;
	tw_peer_ack(sc, conn);
	return tw_app_accept(sc, listener);
}

/* The flood; in the middle of it a genuine client comes. Another is there from before. */
static void flood(struct tw_scene *sc, const void *arg)
{
	int listener = crowd_listener(sc, TW_APP_PORT, BACKLOG), old, fresh;
	struct tw_conn *before = tw_peer_new(sc, TW_APP_PORT), *client;
	struct crowd crowd = { 0 };

	(void)arg;
	old = tw_scene_accepted(sc, listener, before);
	client = tw_peer_new(sc, TW_APP_PORT);
	tw_scene_count_from_here(sc);
	crowd_gather(sc, &crowd, BEFORE, TW_APP_PORT);
	crowd_knock(sc, &crowd, 0);
	fresh = genuine(sc, listener, client);
	crowd_gather(sc, &crowd, FLOOD - BEFORE, TW_APP_PORT);
	crowd_knock(sc, &crowd, BEFORE);
	tw_find_number(sc, "answered", crowd_answered(&crowd));
	tw_find_number(sc, "half-open", crowd_in_state(sc, &crowd, TW_STATE_SYN_RECV));
	tw_find_number(sc, "genuine-bytes", fresh >= 0 ? exchange(sc, fresh, client) : 0);
	tw_find_number(sc, "old-bytes", exchange(sc, old, before));
}

/* Without cookies: the client tries again every second, as clients do. */
static void outlived(struct tw_scene *sc, const void *arg)
{
	int listener = crowd_listener(sc, TW_APP_PORT, BACKLOG), fd;
	struct tw_conn *client = tw_peer_new(sc, TW_APP_PORT);
	struct crowd crowd = { 0 };
	uint64_t since, limit;

	(void)arg;
	tw_scene_count_from_here(sc);
	crowd_gather(sc, &crowd, BEFORE, TW_APP_PORT);
	since = tw_scene_now(sc);
	crowd_knock(sc, &crowd, 0);
	SAY(sc, client, .flags = SYN);
	tw_find_reply(sc, "genuine", client);
	limit = tw_scene_now(sc) + 60000000000u;
	while (tw_scene_going(sc) && !client->n && tw_scene_now(sc) < limit) {
		tw_scene_wait(sc, 1000);
		SAY(sc, client, .flags = SYN, .seq = (uint32_t)-1);
	}
	tw_find_number(sc, "served-after-ms", (int64_t)(tw_scene_now(sc) - since) / 1000000);
	tw_peer_ack(sc, client);
	fd = tw_must(sc, tw_app_accept(sc, listener));
	tw_find_number(sc, "bytes", exchange(sc, fd, client));
}

/* Half-open connections that nobody finishes, where they are many and where they are few. */
static void thinned(struct tw_scene *sc, const void *arg)
{
	const unsigned *n = arg;
	int listener = crowd_listener(sc, TW_APP_PORT, BACKLOG);
	struct crowd crowd = { 0 };

	(void)listener;
	crowd_gather(sc, &crowd, *n, TW_APP_PORT);
	crowd_knock(sc, &crowd, 0);
	tw_find_number(sc, "half-open", crowd_in_state(sc, &crowd, TW_STATE_SYN_RECV));
	tw_scene_wait(sc, 12000);
	tw_find_number(sc, "after-12s", crowd_in_state(sc, &crowd, TW_STATE_SYN_RECV));
}

#define COOKIES(value_) .given.sysctl = { SYSCTL("tcp_syncookies", value_) }
#define SERVED                                                                     \
	.rfc = { .clause = "RFC 4987 3",                                           \
		 .says = "a listener under a SYN flood can serve genuine clients", \
		 .want = { { FINDS(IS("genuine", "SYN|ACK"), NUM("genuine-bytes", 20)) } } }

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "flood.cookies",
		.says	= "with SYN cookies a genuine client is served in the middle of a SYN flood, and an old "
			  "connection goes on",
		.cite	= { "N-97", "D-145" },
		.scenario = flood,
		.expect	= { FINDS(NUM("answered", 600), NUM("half-open", 65), IS("genuine", "SYN|ACK"),
				  NUM("genuine-bytes", 20), NUM("old-bytes", 20),
				  MOVES("TcpExtSyncookiesSent", 536),
				  MOVES("TcpExtTCPReqQFullDoCookies", 536),
				  MOVES("TcpExtSyncookiesRecv", 1), MOVES("TcpExtSyncookiesFailed", 0),
				  MOVES("TcpExtListenDrops", 0), MOVES("TcpPassiveOpens", 1)) },
		.claim	= { { .id = "C2-19", .when = "SYN cookies are on, as they are by default",
			      .want = { FINDS(IS("genuine", "silence")) } } },
		SERVED,
		.except	= { FULL_ONE_SOONER(NUM("answered", 600), NUM("half-open", 64),
					    IS("genuine", "SYN|ACK"), NUM("genuine-bytes", 20),
					    NUM("old-bytes", 20), MOVES("TcpExtSyncookiesSent", 537),
					    MOVES("TcpExtTCPReqQFullDoCookies", 537),
					    MOVES("TcpExtSyncookiesRecv", 1),
					    MOVES("TcpExtListenDrops", 0)),
			    COUNTED_AS_DROPPED(NUM("answered", 600), NUM("half-open", 64),
					       IS("genuine", "SYN|ACK"), NUM("genuine-bytes", 20),
					       NUM("old-bytes", 20), MOVES("TcpExtSyncookiesSent", 537),
					       MOVES("TcpExtTCPReqQFullDoCookies", 537),
					       MOVES("TcpExtSyncookiesRecv", 1),
					       MOVES("TcpExtListenDrops", 537)) },
	}, {
		.id	= "flood.cookies.always",
		.says	= "with tcp_syncookies=2 a SYN flood leaves nothing behind at all",
		.cite	= { "N-97", "D-145" },
		.scenario = flood, COOKIES("2"),
		.expect	= { FINDS(NUM("answered", 600), NUM("half-open", 0), IS("genuine", "SYN|ACK"),
				  NUM("genuine-bytes", 20), NUM("old-bytes", 20),
				  MOVES("TcpExtSyncookiesSent", 601),
				  MOVES("TcpExtSyncookiesRecv", 1), MOVES("TcpExtListenDrops", 0)) },
		.except	= { COUNTED_AS_DROPPED(NUM("answered", 600), NUM("half-open", 0),
					       IS("genuine", "SYN|ACK"), NUM("genuine-bytes", 20),
					       NUM("old-bytes", 20), MOVES("TcpExtSyncookiesSent", 601),
					       MOVES("TcpExtSyncookiesRecv", 1),
					       MOVES("TcpExtListenDrops", 601)) },
		SERVED,
	}, {
		.id	= "flood.off",
		.says	= "without SYN cookies a genuine client is not heard in a SYN flood; only the old "
			  "connection goes on",
		.cite	= { "N-97", "D-146" },
		.scenario = flood, COOKIES("0"),
		.expect	= { FINDS(NUM("answered", 65), NUM("half-open", 65), IS("genuine", "silence"),
				  NUM("genuine-bytes", 0), NUM("old-bytes", 20),
				  MOVES("TcpExtTCPReqQFullDrop", 536), MOVES("TcpExtListenDrops", 536),
				  MOVES("TcpExtSyncookiesSent", 0), MOVES("TcpPassiveOpens", 0)) },
		.claim	= { { .id = "C2-19", .when = "SYN cookies are off",
			      .want = { FINDS(IS("genuine", "silence")) } } },
		.except	= { FULL_ONE_SOONER(NUM("answered", 64), NUM("half-open", 64),
					    IS("genuine", "silence"), NUM("genuine-bytes", 0),
					    NUM("old-bytes", 20), MOVES("TcpExtTCPReqQFullDrop", 537),
					    MOVES("TcpExtListenDrops", 537),
					    MOVES("TcpExtSyncookiesSent", 0)) },
	}, {
		.id	= "flood.off.outlived",
		.says	= "without SYN cookies a genuine client is served once half-open connections have been "
			  "given up",
		.cite	= { "N-97", "D-146" },
		.scenario = outlived,
		.given.sysctl = { SYSCTL("tcp_syncookies", "0"), SYSCTL("tcp_synack_retries", "1") },
		.expect	= { FINDS(IS("genuine", "silence"), BETWEEN("served-after-ms", 2900, 30000),
				  NUM("bytes", 20)) },
		.slow	= true,
	}, {
		.id	= "flood.thinned",
		.says	= "while the queue is more than half full its old half-open connections are given up "
			  "after seven seconds instead of 63",
		.cite	= { "N-97", "D-146" },
		.scenario = thinned, .arg = &(const unsigned){ 60 },
		.expect	= { FINDS(NUM("half-open", 60), BETWEEN("after-12s", 28, 36)) },
		.slow	= true,
	}, {
		.id	= "flood.not-thinned",
		.says	= "a queue that is half full at most keeps its half-open connections",
		.cite	= { "N-97", "D-146" },
		.scenario = thinned, .arg = &(const unsigned){ 32 },
		.expect	= { FINDS(NUM("half-open", 32), NUM("after-12s", 32)) },
		.slow	= true,
	},
};
/* clang-format on */

TW_CASE_TABLE(flood);
