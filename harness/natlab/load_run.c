#include "natlab/load_run.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "nat/stats.h"
#include "natlab/door_stage.h"
#include "natlab/lab_socket.h"
#include "natlab/short_conn.h"
#include "netns/home.h"
#include "netns/ns.h"
#include "netns/sysctl.h"
#include "twprobe/io.h"

#define MS_NS 1000000ull

enum {
	OPEN_MAX = 256, /* connections at a time: mostly there are one or two */
	LOOK_MS = 20,
};

struct play {
	struct tw_door_stage stage;
	const struct tw_nat_load_setting *set;
	struct tw_nat_load *ret;
	struct tw_short_conn conn[OPEN_MAX];
	uint64_t dice;
	uint64_t began, next;
	unsigned first_host;
};

static uint64_t now(void)
{
	struct tw_clock *clock = tw_clock_real();

	return clock->now(clock);
}

/* Poisson: exponential gaps. */
static uint64_t gap_ns(struct play *p)
{
	double u = (double)(tw_random_next(&p->dice) >> 11) / 9007199254740992.0;

	return (uint64_t)(-log1p(-u) / p->set->per_s * 1e9);
}

static int settle_clients(void *arg, struct tw_err *err)
{
	const struct tw_nat_load_setting *set = arg;
	int res = tw_home_sysctl("net.ipv4.tcp_timestamps", set->timestamps ? "1" : "0", err);

	/* not among the public ports, which the NAT would keep */
	return res < 0 ? res : tw_sysctl_set("net.ipv4.ip_local_port_range", "10000 32000", err);
}

static int open_one(struct play *p, struct tw_err *err)
{
	unsigned host = p->first_host + (unsigned)(tw_random_next(&p->dice) % p->set->hosts);
	struct tw_addr addr = tw_topo_host(0, host), server = tw_topo_server();
	struct tw_short_conn *c = p->conn;
	int res;

	while (c < p->conn + OPEN_MAX && c->fd >= 0)
		c++;
	if (c == p->conn + OPEN_MAX)
		return tw_err_set(err, EMFILE, "more than %d connections at a time", OPEN_MAX);
	c->fd = tw_lab_socket(p->stage.topo.client_ns[0], &addr, 0, err);
	if (c->fd < 0)
		return c->fd;
	c->connected = false;
	c->began = now();
	p->ret->planned++;
	res = tw_lab_connect(c->fd, &server, TW_DOOR_PORT);
	return res < 0 ? tw_err_set(err, -res, "connect(): %s", strerror(-res)) : 0;
}

static unsigned list_open(const struct play *p, struct pollfd *ret)
{
	unsigned n = 0;

	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (p->conn[i].fd >= 0)
			ret[n++] = (struct pollfd){ .fd = p->conn[i].fd,
						    .events = p->conn[i].connected ? POLLIN
										   : POLLOUT };
	return n;
}

static int turn(struct play *p, uint64_t end, unsigned *ret_open, struct tw_err *err)
{
	struct pollfd pfd[OPEN_MAX + 1] = { { .fd = p->stage.listener, .events = POLLIN } };
	uint64_t at = now();
	int wait_ms, res = 0;

	while (res == 0 && p->next <= at && p->next < end) {
		p->next += gap_ns(p);
		res = open_one(p, err);
	}
	*ret_open = list_open(p, pfd + 1);
	wait_ms = p->next > at && p->next < end ? (int)((p->next - at) / MS_NS) + 1 : LOOK_MS;
	if (res == 0 && poll(pfd, *ret_open + 1, wait_ms < LOOK_MS ? wait_ms : LOOK_MS) < 0 &&
	    errno != EINTR)
		res = tw_err_set(err, errno, "poll: %s", strerror(errno));
	tw_short_conn_serve(p->stage.listener);
	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (p->conn[i].fd >= 0)
			tw_short_conn_move(&p->conn[i]);
	return res < 0 ? res : tw_door_drain(&p->stage, err);
}

static int run(struct play *p, struct tw_err *err)
{
	uint64_t end;
	unsigned open = 1;
	int res = tw_ns_in(p->stage.topo.client_ns[0], settle_clients, (void *)p->set, err);

	p->began = now();
	p->next = p->began + gap_ns(p);
	end = p->began + p->set->seconds * 1000 * MS_NS;
	while (res == 0 && (p->next < end || open))
		res = turn(p, end, &open, err);
	return res;
}

static int finish(struct play *p, struct tw_err *err)
{
	struct tw_door_end end;
	unsigned n, rejected;
	int res = tw_door_finish(&p->stage, &end, err);

	if (res < 0)
		return res;
	if (p->stage.frames->n > TW_NAT_FRAMES_MAX)
		return tw_err_set(err, E2BIG, "%u frames, room for %d", p->stage.frames->n,
				  TW_NAT_FRAMES_MAX);
	p->ret->pcap_drops = end.pcap_drops;
	n = tw_nat_load_count(p->stage.frames, &rejected);
	p->ret->measured = tw_nat_rate(rejected, n);
	p->ret->no_port = p->ret->planned - (n < p->ret->planned ? n : p->ret->planned);
	return 0;
}

void tw_nat_load_run(unsigned setting, uint64_t seed, struct tw_nat_load *ret)
{
	struct play p = { .set = &tw_nat_loads[setting], .ret = ret, .dice = seed * 8 + setting };
	struct tw_err err = { "" };
	uint64_t began = now();
	int res = tw_door_open(&p.stage, TW_DOOR_PLAIN, TW_RECYCLE_H12, p.set->ports, &err);

	ret->setting = setting;
	p.first_host = (unsigned)(tw_random_next(&p.dice) % 60000);
	for (unsigned i = 0; i < OPEN_MAX; i++)
		p.conn[i].fd = -1;
	if (res == 0) {
		res = run(&p, &err);
		if (res == 0)
			res = finish(&p, &err);
		for (unsigned i = 0; i < OPEN_MAX; i++)
			tw_lab_abort(p.conn[i].fd);
		tw_door_close(&p.stage);
	}
	ret->done = res == 0;
	if (res < 0) {
		ret->verdict = res == -EOPNOTSUPP ? TW_NAT_SKIP : TW_NAT_ERROR;
		snprintf(ret->why, sizeof(ret->why), "%.230s", err.text);
	}
	ret->wall_s = (double)(now() - began) / 1e9;
}
