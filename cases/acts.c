#include "acts.h"

#include <errno.h>

enum {
	CLOSED = 7 /* TCP_CLOSE, which linux/tcp.h does not have */
};

int tw_act_socket(struct tw_scene *sc, int type, unsigned options)
{
	int fd = tw_app_socket(sc, type);

	if (options & TW_REUSEADDR)
		tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_REUSEADDR, 1));
	if (options & TW_REUSEPORT)
		tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_REUSEPORT, 1));
	return fd;
}

void tw_act_time_wait(struct tw_scene *sc, int fd, struct tw_conn *conn, uint64_t entered[2])
{
	tw_app_close(sc, fd);
	tw_peer_ack_fin(sc, conn);
	if (entered)
		entered[0] = tw_scene_now(sc);
	SAY(sc, conn, .flags = TW_FIN | TW_ACK);
	if (entered)
		entered[1] = tw_scene_now(sc);
	if (tw_scene_entry(sc, conn).state != TW_STATE_TIME_WAIT)
		tw_scene_fail(sc, "the set-up failed: the connection is not in TIME_WAIT");
	tw_peer_forget(conn);
}

struct tw_conn *tw_act_take_seat(struct tw_scene *sc, enum tw_seat seat, unsigned options,
				 struct tw_end at)
{
	int fd = tw_act_socket(sc, SOCK_STREAM, options), listener = fd;
	struct tw_conn *conn = NULL;

	tw_must(sc, tw_app_bind(sc, fd, at));
	if (seat == TW_SEAT_BOUND)
		return NULL;
	if (seat == TW_SEAT_CONNECTED) {
		conn = tw_peer_at(sc, tw_end_peer(sc, 0, TW_PEER_PORT));
		tw_scene_connected(sc, fd, conn);
		tw_act_time_wait(sc, fd, conn, NULL);
		return conn;
	}
	tw_must(sc, tw_app_listen(sc, listener, 8));
	if (seat == TW_SEAT_LISTEN)
		return NULL;
	conn = tw_peer_new(sc, at.port);
	fd = tw_scene_accepted(sc, listener, conn);
	tw_app_close(sc, listener);
	if (seat == TW_SEAT_ACCEPTED)
		tw_act_time_wait(sc, fd, conn, NULL);
	return conn;
}

int tw_act_connect(struct tw_scene *sc, int fd, struct tw_conn *conn, struct tw_seg *ret_syn)
{
	const struct tw_seg none = { .flags = 0 };
	int ret;

	*ret_syn = none;
	if (!tw_scene_going(sc))
		return -ECANCELED;
	tw_peer_forget(conn);
	ret = tw_app_connect(sc, fd, (struct tw_end){ conn->flow.peer, conn->flow.peer_port });
	if (conn->n)
		*ret_syn = conn->heard[0].seg;
	if (ret != -EINPROGRESS)
		return ret;
	tw_peer_answer(sc, conn);
	return tw_app_connected(sc, fd);
}

enum {
	OWN_LIMIT_MS = 10000
};

/* False when it is too late to go on waiting. */
static bool a_little_later(struct tw_scene *sc, uint64_t began)
{
	if (tw_scene_now(sc) - began > OWN_LIMIT_MS * 1000000ull)
		tw_scene_fail(sc, "the set-up failed: what was sent over lo never arrived");
	tw_scene_wait(sc, 1);
	return tw_scene_going(sc);
}

int tw_act_connect_own(struct tw_scene *sc, int fd, int listener, struct tw_end to,
		       int *ret_accepted)
{
	uint64_t began = tw_scene_now(sc);
	int ret = tw_app_connect(sc, fd, to);

	while (ret == -EINPROGRESS) {
		ret = tw_app_connected(sc, fd);
		if (ret == -EINPROGRESS && !a_little_later(sc, began))
			return -ECANCELED;
	}
	*ret_accepted = -1;
	while (ret == 0 && *ret_accepted < 0) {
		*ret_accepted = tw_app_accept(sc, listener);
		if (*ret_accepted < 0 && !a_little_later(sc, began))
			return -ECANCELED;
	}
	return ret;
}

/*
 * sock_diag finds sockets that are bound to a device only by naming that; the other end knows as
 * well. Its FIN was acked: by what has become of @fd's.
 */
void tw_act_time_wait_own(struct tw_scene *sc, int fd, int accepted)
{
	uint64_t began = tw_scene_now(sc);
	struct tcp_info info = { .tcpi_state = 0 };

	tw_app_close(sc, fd);
	while (tw_scene_going(sc) && tw_app_recv(sc, accepted, 1) < 0)
		a_little_later(sc, began);
	tw_app_shutdown(sc, accepted, SHUT_WR);
	tw_app_info(sc, accepted, &info);
	while (tw_scene_going(sc) && info.tcpi_state != CLOSED) {
		a_little_later(sc, began);
		tw_app_info(sc, accepted, &info);
	}
	tw_app_close(sc, accepted);
}
