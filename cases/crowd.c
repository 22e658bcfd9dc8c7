#include "crowd.h"

enum {
	FIRST_PORT = 20000,
	ADDRESSES = 3,
};

void crowd_gather(struct tw_scene *sc, struct crowd *crowd, unsigned n, uint16_t port)
{
	for (unsigned i = 0; i < n && crowd->n < CROWD_MAX && tw_scene_going(sc); i++) {
		uint16_t own = (uint16_t)(FIRST_PORT + crowd->n);
		struct tw_conn *conn =
			tw_peer_at(sc, tw_end_peer(sc, 1 + crowd->n % ADDRESSES, own));

		if (!conn)
			return;
		conn->flow.dut = tw_end_local(sc, 0, 0).addr;
		conn->flow.dut_port = port;
		crowd->conn[crowd->n++] = conn;
	}
}

void crowd_knock(struct tw_scene *sc, struct crowd *crowd, unsigned from)
{
	for (unsigned i = from; i < crowd->n; i++)
		SAY(sc, crowd->conn[i], .flags = TW_SYN);
	tw_scene_fence(sc);
}

static bool is_answered(const struct tw_conn *conn)
{
	return conn->n && conn->heard[0].seg.flags == (TW_SYN | TW_ACK);
}

void crowd_finish(struct tw_scene *sc, struct crowd *crowd, unsigned from)
{
	for (unsigned i = from; i < crowd->n; i++)
		if (is_answered(crowd->conn[i]))
			tw_peer_ack(sc, crowd->conn[i]);
	tw_scene_fence(sc);
}

unsigned crowd_answered(const struct crowd *crowd)
{
	unsigned n = 0;

	for (unsigned i = 0; i < crowd->n; i++)
		n += is_answered(crowd->conn[i]);
	return n;
}

unsigned crowd_in_state(struct tw_scene *sc, const struct crowd *crowd, enum tw_state state)
{
	unsigned n = 0;

	for (unsigned i = 0; i < crowd->n; i++)
		n += tw_scene_entry(sc, crowd->conn[i]).state == state;
	return n;
}

int crowd_listener(struct tw_scene *sc, uint16_t port, int backlog)
{
	int fd = tw_app_socket(sc, SOCK_STREAM);

	tw_must(sc, tw_app_bind(sc, fd, tw_end_local(sc, 0, port)));
	tw_must(sc, tw_app_listen(sc, fd, backlog));
	return fd;
}
