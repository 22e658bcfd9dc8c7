/*
 * Two real hosts, a neighbour and a victim, that open connections all the time. The server closes each as soon as it has accepted
 * it; whoever sees its FIN closes as well.
 */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "natlab/lab_socket.h"
#include "natlab/nat_rules.h"
#include "natlab/starve.h"
#include "twprobe/io.h"

#define MS_NS 1000000ull

enum {
	EVERY_MS = 300,
	VICTIM_AT_MS = 1000,
	TRIES = 32,      /* of the victim */
	LIMIT_MS = 5000, /* of a connect() */
	END_MS = VICTIM_AT_MS + TRIES * EVERY_MS + LIMIT_MS,
	NEIGHBOURS = (VICTIM_AT_MS + TRIES * EVERY_MS) / EVERY_MS,
	OPEN_MAX = NEIGHBOURS + TRIES,
	LOOK_MS = 20,
};

_Static_assert((int)TRIES <= (int)TW_NAT_TRIES_MAX, "room");

/* A client's connection; until it is over. */
struct conn {
	int fd; /* -1: over, or not begun */
	bool begun, connected;
	uint64_t began;
};

struct play {
	struct tw_door_stage *stage;
	struct tw_nat_starving *ret;
	uint64_t began;
	struct conn conn[OPEN_MAX]; /* the neighbour's, then the victim's */
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
	struct conn *c = &p->conn[i];
	int res;

	c->fd = tw_lab_socket(p->stage->topo.client_ns[who], &addr, port, err);
	if (c->fd < 0)
		return c->fd;
	c->begun = true;
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

static int accept_all(struct play *p)
{
	int fd;

	while ((fd = tw_lab_accept(p->stage->listener, 0)) >= 0)
		close(fd);
	return 0;
}

static void told(struct play *p, unsigned i)
{
	struct tw_nat_starving *ret = p->ret;
	struct conn *c = &p->conn[i];

	c->connected = true;
	if (i < NEIGHBOURS) {
		ret->neighbour_connections++;
		return;
	}
	ret->attempt[i - NEIGHBOURS].connected = true;
	ret->attempt[i - NEIGHBOURS].connect_ms = (double)(now() - c->began) / 1e6;
}

/* Takes a connection as far as it goes without waiting. */
static void move_on(struct play *p, unsigned i)
{
	struct conn *c = &p->conn[i];
	int error;

	if (!c->connected && tw_lab_connected(c->fd, 0, &error) && !error)
		told(p, i);
	if (c->connected && tw_lab_at_end(c->fd, 0)) {
		close(c->fd);
		c->fd = -1;
	} else if (!c->connected && now() - c->began > LIMIT_MS * MS_NS) {
		tw_lab_abort(c->fd);
		c->fd = -1;
		p->ret->neighbour_lost += i < NEIGHBOURS;
	}
}

static int turn(struct play *p, struct tw_err *err)
{
	struct pollfd pfd[OPEN_MAX + 1] = { { .fd = p->stage->listener, .events = POLLIN } };
	unsigned n = 1;
	int res = 0;

	for (unsigned i = 0; i < OPEN_MAX && res == 0; i++)
		if (!p->conn[i].begun && now() >= due(p, i))
			res = open_conn(p, i, err);
	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (p->conn[i].fd >= 0)
			pfd[n++] = (struct pollfd){ .fd = p->conn[i].fd,
						    .events = p->conn[i].connected ? POLLIN
										   : POLLOUT };
	if (res == 0 && poll(pfd, n, LOOK_MS) < 0 && errno != EINTR)
		res = tw_err_set(err, errno, "poll: %s", strerror(errno));
	accept_all(p);
	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (p->conn[i].fd >= 0)
			move_on(p, i);
	return res == 0 ? tw_door_drain(p->stage, err) : res;
}

static bool busy(const struct play *p)
{
	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (!p->conn[i].begun || p->conn[i].fd >= 0)
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
