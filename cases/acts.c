#include "acts.h"

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
