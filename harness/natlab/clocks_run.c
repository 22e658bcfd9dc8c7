/* TSvals of real clients' SYNs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nat/clocks.h"
#include "natlab/capture.h"
#include "natlab/lab_socket.h"
#include "natlab/nat_rules.h"
#include "natlab/raw_lab.h"
#include "netns/home.h"
#include "netns/ns.h"
#include "twprobe/io.h"

enum {
	HOSTS = 2,
	PORTS = 32,
	FIRST_PORT = 33000,
	PORT_STEP = 7,
	SERVER_PORT = 20000,
	RING = 256 * 1024,
	PATIENCE_MS = 10000,
};

struct clocks {
	struct tw_topo_nat topo;
	struct tw_nat_capture *capture;
	int listener;
	struct tw_nat_clocks *ret;
	uint8_t timestamps;
	unsigned host;
	bool seen;
};

static void take(void *arg, uint16_t server_port, const struct tw_nat_packet *packet)
{
	struct clocks *c = arg;
	struct tw_nat_clock *clock = &c->ret->c[c->ret->n];

	(void)server_port;
	if (packet->side != TW_NAT_INSIDE || packet->from_server || c->seen ||
	    !(packet->seg.flags & TW_SYN) || !packet->seg.ts || c->ret->n == TW_NAT_CLOCKS_MAX)
		return;
	*clock = (struct tw_nat_clock){ .timestamps = c->timestamps,
					.host = (uint8_t)c->host,
					.port = packet->client_port,
					.at = packet->at,
					.tsval = packet->seg.tsval };
	clock->offset = clock->tsval - (uint32_t)(clock->at / 1000000);
	c->ret->n++;
	c->seen = true;
}

static int one(struct clocks *c, uint16_t port, struct tw_err *err)
{
	struct tw_addr addr = tw_topo_host(0, c->host), server = tw_topo_server();
	struct tw_clock *clock = tw_clock_real();
	int error = 0, fd = tw_lab_socket(c->topo.client_ns[0], &addr, port, err);
	int served;

	if (fd < 0)
		return fd;
	c->seen = false;
	if (tw_lab_connect(fd, &server, SERVER_PORT) < 0 ||
	    !tw_lab_connected(fd, clock->now(clock) + PATIENCE_MS * 1000000ull, &error) || error) {
		tw_lab_abort(fd);
		return tw_err_set(err, error ? error : ETIMEDOUT, "port %u did not connect", port);
	}
	served = tw_lab_accept(c->listener, clock->now(clock) + PATIENCE_MS * 1000000ull);
	tw_lab_abort(fd);
	tw_lab_abort(served);
	return tw_nat_capture_drain(c->capture, take, c, err);
}

static int set_timestamps(void *arg, struct tw_err *err)
{
	char value[2] = { (char)('0' + *(const uint8_t *)arg), '\0' };

	return tw_home_sysctl("net.ipv4.tcp_timestamps", value, err);
}

static int measure(struct clocks *c, struct tw_err *err)
{
	int res = 0;

	for (c->timestamps = 1; c->timestamps <= 2 && res == 0; c->timestamps++) {
		res = tw_ns_in(c->topo.client_ns[0], set_timestamps, &c->timestamps, err);
		for (c->host = 0; c->host < HOSTS && res == 0; c->host++)
			for (unsigned i = 0; i < PORTS && res == 0; i++)
				res = one(c, FIRST_PORT + PORT_STEP * i, err);
	}
	return res;
}

void tw_nat_clocks_run(struct tw_nat_clocks *ret)
{
	struct clocks c = { .ret = ret, .listener = -1 };
	struct tw_addr server = tw_topo_server();
	struct tw_err err = { "" };
	int res = tw_topo_nat_open(false, &c.topo, &err);
	static const struct tw_nat_setting set = { .ports = 1000 };

	if (res == 0) {
		res = tw_nat_rules_load(&c.topo, &set, &err);
		if (res == 0)
			res = tw_nat_capture_open(&c.topo, 1, false, RING, &c.capture, &err);
		if (res == 0)
			res = c.listener =
				tw_lab_listen(c.topo.server_ns, &server, SERVER_PORT, 64, &err);
		if (res >= 0)
			res = measure(&c, &err);
		tw_lab_abort(c.listener);
		tw_nat_capture_close(c.capture);
		tw_topo_nat_close(&c.topo);
	}
	if (res == 0)
		tw_nat_clocks_tell(ret);
	ret->done = res == 0;
	ret->skipped = res == -EOPNOTSUPP;
	if (res < 0)
		snprintf(ret->trouble, sizeof(ret->trouble), "%.230s", err.text);
}
