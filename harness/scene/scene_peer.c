/* The peer of a scene. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scene/scene_impl.h"
#include "wire/md5sig.h"
#include "wire/wire.h"

static struct tw_conn *new_conn(struct tw_scene *sc)
{
	struct tw_conn *conn;

	if (sc->end != SCENE_GOING)
		return NULL;
	conn = sc->n_conns < SCENE_CONNS ? calloc(1, sizeof(*conn)) : NULL;
	if (!conn) {
		tw_scene_fail(sc, "no memory for another connection, or more than %d of them",
			      SCENE_CONNS);
		return NULL;
	}
	conn->flow.family = sc->family;
	conn->iss = conn->snd_nxt = tw_scene_random(sc);
	/* T = 0 is a case of its own (tcp_paws_check()): never by chance */
	conn->tsval = tw_scene_random(sc) | 1;
	conn->ts = true;
	conn->mss_option = true;
	conn->mss = sc->family == TW_IPV4 ? 1460 : 1440;
	conn->wscale = -1;
	conn->win = 65535;
	sc->conn[sc->n_conns++] = conn;
	return conn;
}

struct tw_conn *tw_peer_new(struct tw_scene *sc, uint16_t port)
{
	uint16_t own = (uint16_t)(FIRST_PEER_PORT + sc->n_conns);
	struct tw_conn *conn = new_conn(sc);

	if (!conn)
		return NULL;
	conn->flow.dut = tw_end_local(sc, 0, 0).addr;
	conn->flow.dut_port = port;
	conn->flow.peer = tw_end_peer(sc, 0, 0).addr;
	conn->flow.peer_port = own;
	return conn;
}

struct tw_conn *tw_peer_at(struct tw_scene *sc, struct tw_end end)
{
	struct tw_conn *conn = new_conn(sc);

	if (!conn)
		return NULL;
	conn->flow.peer = end.addr;
	conn->flow.peer_port = end.port;
	return conn;
}

/* "": the segment is not signed. */
static const char *key_of(const struct tw_conn *conn, const struct tw_say *say)
{
	return say->md5_key ? say->md5_key : conn->md5_key ? conn->md5_key : "";
}

static struct tw_seg seg_of(const struct tw_conn *conn, const struct tw_say *say)
{
	bool syn = say->flags & TW_SYN;
	struct tw_seg seg = {
		.flags = say->flags,
		.ttl = say->ttl ? say->ttl : 64,
		.ecn = say->ecn,
		.win = say->zero_win ? 0 : conn->win,
		.len = say->len,
		.mss = syn && conn->mss_option ? conn->mss : 0,
		.mss_zero = syn && conn->mss_option && !conn->mss,
		.wscale = syn ? conn->wscale : -1,
		.sackok = syn && conn->sackok,
		.md5 = key_of(conn, say)[0],
		.seq = conn->snd_nxt + say->seq,
		.ack = say->flags & TW_ACK ? conn->rcv_nxt + say->ack : 0,
	};

	if (conn->ts && !say->no_ts) {
		seg.ts = true;
		seg.tsval = conn->tsval + say->tsval;
		seg.tsecr = say->flags & TW_ACK ? conn->tsecr + say->tsecr : say->tsecr;
	}
	return seg;
}

unsigned tw_scene_frame(struct tw_scene *sc, const struct tw_conn *conn, const struct tw_say *say,
			uint8_t ret[TW_FRAME_MAX])
{
	struct tw_err err = { "" };
	struct tw_seg seg;
	int len;

	if (sc->end != SCENE_GOING || !conn)
		return 0;
	seg = seg_of(conn, say);
	len = tw_forge_build(sc->stand->forge, &conn->flow, &seg, ret, &err);
	if (len < 0) {
		tw_scene_fail(sc, "%s", err.text);
		return 0;
	}
	if (seg.md5)
		tw_md5_sign(ret, (unsigned)len, key_of(conn, say));
	return (unsigned)len;
}

void tw_peer_say(struct tw_scene *sc, struct tw_conn *conn, const struct tw_say *say)
{
	uint8_t frame[TW_FRAME_MAX];
	unsigned len = tw_scene_frame(sc, conn, say, frame);
	struct tw_seg seg;

	if (!len)
		return;
	seg = seg_of(conn, say);
	/* before it is sent: the answer comes while it is */
	if (!say->seq && !say->again && !(say->flags & TW_RST))
		conn->snd_nxt = tw_seg_end(&seg);
	tw_scene_inject(sc, TW_PKT_PROBE, frame, len, true);
}

void tw_peer_ack(struct tw_scene *sc, struct tw_conn *conn)
{
	SAY(sc, conn, .flags = TW_ACK);
}

void tw_peer_forget(struct tw_conn *conn)
{
	if (conn)
		conn->n = 0;
}

bool tw_peer_hears(struct tw_scene *sc, struct tw_conn *conn, unsigned n, unsigned limit_ms)
{
	uint64_t deadline = tw_scene_now(sc) + limit_ms * MS_NS;

	if (!conn)
		return false;
	tw_scene_drain(sc);
	while (sc->end == SCENE_GOING && conn->n < n && tw_scene_now(sc) < deadline)
		tw_scene_until(sc, deadline);
	return sc->end == SCENE_GOING && conn->n >= n;
}

void tw_peer_acked(struct tw_scene *sc, struct tw_conn *conn)
{
	unsigned i = 0;

	for (; tw_peer_hears(sc, conn, i + 1, 5000) && i < TW_HEARD_MAX; i++) {
		if (conn->heard[i].seg.flags & TW_ACK && conn->heard[i].seg.ack == conn->snd_nxt) {
			tw_peer_forget(conn);
			return;
		}
	}
	tw_scene_fail(sc, "the set-up failed: the DUT does not ack what the peer said");
}

/* The flags that are due have come, as the @i-th segment since the last tw_peer_forget(). */
static bool came(struct tw_scene *sc, struct tw_conn *conn, unsigned i, unsigned flags,
		 const char *what)
{
	if (!tw_peer_hears(sc, conn, i + 1, 5000) ||
	    (conn->heard[i].seg.flags & (TW_SYN | TW_ACK | TW_FIN | TW_RST)) != flags)
		tw_scene_fail(sc, "the set-up failed: %s did not come", what);
	return sc->end == SCENE_GOING;
}

void tw_peer_open(struct tw_scene *sc, struct tw_conn *conn)
{
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = TW_SYN);
	if (came(sc, conn, 0, TW_SYN | TW_ACK, "the SYN-ACK"))
		tw_peer_ack(sc, conn);
	tw_peer_forget(conn);
}

void tw_peer_answer(struct tw_scene *sc, struct tw_conn *conn)
{
	if (!came(sc, conn, 0, TW_SYN, "the SYN"))
		return;
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = TW_SYN | TW_ACK);
	came(sc, conn, 0, TW_ACK, "the ACK of the SYN-ACK");
	tw_peer_forget(conn);
}

int tw_scene_accepted(struct tw_scene *sc, int listener, struct tw_conn *conn)
{
	tw_peer_open(sc, conn);
	return tw_must(sc, tw_app_accept(sc, listener));
}

int tw_scene_served(struct tw_scene *sc, struct tw_conn **ret_conn)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8);

	*ret_conn = tw_peer_new(sc, TW_APP_PORT);
	return tw_scene_accepted(sc, listener, *ret_conn);
}

void tw_scene_connected(struct tw_scene *sc, int fd, struct tw_conn *conn)
{
	struct tw_end end;

	if (sc->end != SCENE_GOING)
		return;
	end = (struct tw_end){ conn->flow.peer, conn->flow.peer_port };
	tw_peer_forget(conn);
	if (tw_app_connect(sc, fd, end) != -EINPROGRESS)
		tw_scene_fail(sc, "%s", sc->last_act);
	tw_peer_answer(sc, conn);
	tw_must(sc, tw_app_connected(sc, fd));
}

static bool heard_fin(const struct tw_conn *conn)
{
	for (unsigned i = 0; i < conn->n && i < TW_HEARD_MAX; i++)
		if (conn->heard[i].seg.flags & TW_FIN)
			return true;
	return false;
}

void tw_peer_ack_fin(struct tw_scene *sc, struct tw_conn *conn)
{
	if (sc->end != SCENE_GOING)
		return;
	while (!heard_fin(conn))
		if (!tw_peer_hears(sc, conn, conn->n + 1, 5000)) {
			tw_scene_fail(sc, "the set-up failed: the DUT's FIN did not come");
			return;
		}
	tw_peer_ack(sc, conn);
}

void tw_peer_time_wait(struct tw_scene *sc, struct tw_conn *conn)
{
	struct tw_entry entry;

	tw_peer_ack_fin(sc, conn);
	SAY(sc, conn, .flags = TW_FIN | TW_ACK);
	entry = tw_scene_entry(sc, conn);
	if (sc->end == SCENE_GOING && entry.state != TW_STATE_TIME_WAIT)
		tw_scene_fail(sc, "the set-up failed: the connection is not in TIME_WAIT, but %s",
			      tw_state_name(entry.state));
	tw_peer_forget(conn);
}
