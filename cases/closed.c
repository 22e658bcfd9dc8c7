/*
 * What comes after the close: data for a socket that was closed, or only one half of it.
 */
#include <errno.h>

#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

enum how {
	CLOSE,
	SHUT_READ,
	SHUT_WRITE,
	SHUT_BOTH,
};

struct late {
	enum how how;
	bool acked;     /* the FIN is acked before the data comes ... */
	bool data_acks; /* ... or by the data */
};

enum {
	LATE = 5, /* bytes */
};

static void go(struct tw_scene *sc, int fd, enum how how)
{
	static const int of[] = {
		[SHUT_READ] = SHUT_RD, [SHUT_WRITE] = SHUT_WR, [SHUT_BOTH] = SHUT_RDWR
	};

	tw_must(sc, how == CLOSE ? tw_app_close(sc, fd) : tw_app_shutdown(sc, fd, of[how]));
}

static void data_after(struct tw_scene *sc, const void *args)
{
	const struct late *arg = args;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);
	uint64_t since;
	uint32_t ack, behind;

	since = tw_scene_now(sc);
	go(sc, fd, arg->how);
	if (arg->acked)
		tw_peer_ack_fin(sc, conn);
	tw_find_state(sc, "before", conn);
	tw_peer_forget(conn);
	if (!tw_scene_going(sc))
		return;
	ack = conn->rcv_nxt - (arg->how != SHUT_READ && !arg->acked && !arg->data_acks);
	behind = conn->snd_nxt + LATE;
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = TW_PSH | TW_ACK, .len = LATE, .ack = ack - conn->rcv_nxt);
	tw_peer_hears(sc, conn, 1, 5000);
	tw_find_reply(sc, "wire", conn);
	if (!tw_scene_going(sc))
		return;
	/* a RST is numbered by what it answers, an ACK acks it */
	tw_find_number(sc, "seq", conn->n ? tw_seq_diff(conn->heard[0].seg.seq, ack) : INT32_MIN);
	tw_find_text(sc, "acks-data", "%s",
		     conn->n && conn->heard[0].seg.flags & TW_ACK &&
				     conn->heard[0].seg.ack == behind
			     ? "yes"
			     : "no");
	tw_find_state(sc, "left", conn);
	/* before a FIN could have been sent again */
	tw_scene_in_time(sc, since, 150);
	if (arg->how == CLOSE)
		return;
	tw_find_number(sc, "read", tw_app_recv(sc, fd, 100));
	tw_find_number(sc, "read-again", tw_app_recv(sc, fd, 100));
}

/* clang-format off */

#define A_RST  IS("wire", "RST"), NUM("seq", 0), IS("left", "gone"), MOVES("TcpOutRsts", 1), \
	       MOVES("TcpExtTCPAbortOnData", 1), MOVES("TcpExtTCPAbortOnClose", 0)
#define AN_ACK IS("wire", "ACK"), NUM("seq", 0), IS("acks-data", "yes"), MOVES("TcpOutRsts", 0)

#define A_RST_FOR_LATE_DATA \
	{ .clause = "RFC 9293 3.6.1", .says = "data after the close is reset (SHLD-3)", \
	  .want = { { FINDS(IS("wire", "RST")) }, { FINDS(IS("wire", "RST|ACK")) } } }

static const struct tw_case rows[] = {
	{
		.id	= "closed.data.fin-wait-1",
		.says	= "data that comes after close() is reset in FIN_WAIT_1",
		.cite	= { "D-130", "N-81" },
		.scenario = data_after,
		.arg	= &(const struct late) { .how = CLOSE },
		.expect	= { FINDS(IS("before", "fin-wait-1"), A_RST) },
		.rfc	= A_RST_FOR_LATE_DATA,
		.claim	= { { .id = "C1-16", .as_expected = true },
			    { .id = "C2-32", .want = { FINDS(IS("wire", "RST")) } } },
	}, {
		.id	= "closed.data.fin-wait-1.acks-fin",
		.says	= "data that comes after close() is reset though it acks the FIN",
		.cite	= { "D-130", "N-81" },
		.scenario = data_after,
		.arg	= &(const struct late) { .how = CLOSE, .data_acks = true },
		.expect	= { FINDS(IS("before", "fin-wait-1"), A_RST) },
		.rfc	= A_RST_FOR_LATE_DATA,
		.claim	= { { .id = "C1-16", .as_expected = true } },
	}, {
		.id	= "closed.data.fin-wait-2",
		.says	= "data that comes after close() is reset by an orphan in FIN_WAIT_2 that is "
			  "a full socket still",
		.cite	= { "N-81" },
		/* more than the 60 s of a mini-socket */
		.given	= { .sysctl = { SYSCTL("tcp_fin_timeout", "120") } },
		.scenario = data_after,
		.arg	= &(const struct late) { .how = CLOSE, .acked = true },
		.expect	= { FINDS(IS("before", "fin-wait-2"), A_RST) },
		.rfc	= A_RST_FOR_LATE_DATA,
		.claim	= { { .id = "C1-16", .as_expected = true } },
	}, {
		.id	= "closed.data.shutdown-both",
		.says	= "data that comes after shutdown(RDWR) is reset with the descriptor open",
		.cite	= { "D-129", "N-81" },
		.scenario = data_after,
		.arg	= &(const struct late) { .how = SHUT_BOTH, .acked = true },
		.expect	= { FINDS(IS("before", "fin-wait-2"), A_RST,
				  NUM("read", -ECONNRESET), NUM("read-again", 0)) },
		.rfc	= A_RST_FOR_LATE_DATA,
	}, {
		.id	= "closed.data.shutdown-read",
		.says	= "shutdown(RD) sends nothing; data that comes later is acked and can be read",
		.cite	= { "D-128" },
		.scenario = data_after,
		.arg	= &(const struct late) { .how = SHUT_READ },
		.expect	= { FINDS(IS("before", "established"), AN_ACK, IS("left", "established"),
				  NUM("read", LATE), NUM("read-again", 0)) },
	}, {
		.id	= "closed.data.shutdown-write",
		.says	= "after shutdown(WR) the peer can still send, and its data is read",
		.cite	= { "N-87", "D-127" },
		.scenario = data_after,
		.arg	= &(const struct late) { .how = SHUT_WRITE, .acked = true },
		.expect	= { FINDS(IS("before", "fin-wait-2"), AN_ACK, IS("left", "fin-wait-2"),
				  NUM("read", LATE), NUM("read-again", -EAGAIN)) },
		.rfc	= { .clause = "RFC 9293 3.6.1",
			    .says = "after a half close the peer's data is taken and can be read",
			    .want = { { FINDS(IS("acks-data", "yes"), NUM("read", LATE)) } } },
		.claim	= { { .id = "C1-16", .as_expected = true } },
	}, {
		.id	= "closed.data.shutdown-write.fin-wait-1",
		.says	= "after shutdown(WR) data is taken before the FIN is acked, too",
		.cite	= { "N-87", "D-127" },
		.scenario = data_after,
		.arg	= &(const struct late) { .how = SHUT_WRITE },
		.expect	= { FINDS(IS("before", "fin-wait-1"), IS("wire", "ACK"), NUM("seq", 1),
				  IS("acks-data", "yes"), IS("left", "fin-wait-1"),
				  NUM("read", LATE), NUM("read-again", -EAGAIN),
				  MOVES("TcpOutRsts", 0)) },
		.rfc	= { .clause = "RFC 9293 3.6.1",
			    .says = "after a half close the peer's data is taken and can be read",
			    .want = { { FINDS(IS("acks-data", "yes"), NUM("read", LATE)) } } },
		.claim	= { { .id = "C1-16", .as_expected = true } },
	},
};
/* clang-format on */
TW_CASE_TABLE(closed);
