/*
 * Two real hosts, a neighbour and a victim, that open connections all the time. The server closes each as soon as it has accepted
 * it; whoever sees its FIN closes as well.
 */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>

#include "natlab/lab_socket.h"
#include "natlab/nat_rules.h"
#include "natlab/short_conn.h"
#include "natlab/starve.h"
#include "twprobe/io.h"

#define MS_NS 1000000ull

enum {
	EVERY_MS = 300,
	VICTIM_AT_MS = 1000,
	TRIES = 32, /* of the victim */
	END_MS = VICTIM_AT_MS + TRIES * EVERY_MS + TW_SHORT_CONN_MS,
	NEIGHBOURS = (VICTIM_AT_MS + TRIES * EVERY_MS) / EVERY_MS,
	OPEN_MAX = NEIGHBOURS + TRIES,
	LOOK_MS = 20,
};

_Static_assert((int)TRIES <= (int)TW_NAT_TRIES_MAX, "room");

struct play {
	struct tw_door_stage *stage;
	struct tw_nat_starving *ret;
	uint64_t began;
	struct tw_short_conn
		conn[OPEN_MAX]; /* the neighbour's, then the victim's; began: 0 if not yet */
	unsigned first_host;
};

static uint64_t now(void)
{
	struct tw_clock *clock = tw_clock_real();

	return clock->now(clock);
}

/* When connection @i is due. */
static uint64_t due(const struct play *p, unsigned i)
{
	return p->began + (i < NEIGHBOURS
				   ? i * EVERY_MS
				   : VICTIM_AT_MS + (i - NEIGHBOURS) * EVERY_MS + EVERY_MS / 2) *
				  MS_NS;
}

static int open_conn(struct play *p, unsigned i, struct tw_err *err)
{
	unsigned who = i >= NEIGHBOURS;
	struct tw_addr addr = tw_topo_host(who, p->first_host), server = tw_topo_server();
	uint16_t port = (uint16_t)(who ? TW_NAT_VICTIM_PORT + i : TW_NAT_FIRST_PORT + i);
	struct tw_short_conn *c = &p->conn[i];
	int res;

	c->fd = tw_lab_socket(p->stage->topo.client_ns[who], &addr, port, err);
	if (c->fd < 0)
		return c->fd;
	c->began = now();
	res = tw_lab_connect(c->fd, &server, TW_DOOR_PORT);
	if (res < 0)
		return tw_err_set(err, -res, "connect(): %s", strerror(-res));
	if (who)
		p->ret->attempt[p->ret->n_tries++] =
			(struct tw_nat_try){ .at_s = (double)(c->began - p->began) / 1e9,
					     .connect_ms = NAN };
	return 0;
}

static void told(struct play *p, unsigned i, enum tw_short_step step)
{
	struct tw_nat_starving *ret = p->ret;
	bool neighbour = i < NEIGHBOURS;

	if (neighbour) {
		ret->neighbour_connections += step == TW_SHORT_CONNECTED;
		ret->neighbour_lost += step == TW_SHORT_GIVEN_UP;
	} else if (step == TW_SHORT_CONNECTED) {
		ret->attempt[i - NEIGHBOURS].connected = true;
		ret->attempt[i - NEIGHBOURS].connect_ms = (double)(now() - p->conn[i].began) / 1e6;
	}
}

static int turn(struct play *p, struct tw_err *err)
{
	struct pollfd pfd[OPEN_MAX + 1] = { { .fd = p->stage->listener, .events = POLLIN } };
	unsigned n = 1;
	int res = 0;

	for (unsigned i = 0; i < OPEN_MAX && res == 0; i++)
		if (!p->conn[i].began && now() >= due(p, i))
			res = open_conn(p, i, err);
	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (p->conn[i].fd >= 0)
			pfd[n++] = (struct pollfd){ .fd = p->conn[i].fd,
						    .events = p->conn[i].connected ? POLLIN
										   : POLLOUT };
	if (res == 0 && poll(pfd, n, LOOK_MS) < 0 && errno != EINTR)
		res = tw_err_set(err, errno, "poll: %s", strerror(errno));
	tw_short_conn_serve(p->stage->listener);
	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (p->conn[i].fd >= 0)
			told(p, i, tw_short_conn_move(&p->conn[i]));
	return res == 0 ? tw_door_drain(p->stage, err) : res;
}

static bool busy(const struct play *p)
{
	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (!p->conn[i].began || p->conn[i].fd >= 0)
			return true;
	return false;
}

int tw_nat_starve_real(struct tw_door_stage *stage, uint64_t seed, struct tw_nat_starving *ret,
		       struct tw_err *err)
{
	struct play p = { .stage = stage, .ret = ret, .first_host = (unsigned)(seed % 60000) };
	int res = 0;

	for (unsigned i = 0; i < OPEN_MAX; i++)
		p.conn[i].fd = -1;
	p.began = now();
	while (res == 0 && busy(&p) && now() - p.began < 2 * END_MS * MS_NS)
		res = turn(&p, err);
	for (unsigned i = 0; i < OPEN_MAX; i++)
		tw_lab_abort(p.conn[i].fd);
	return res;
}
