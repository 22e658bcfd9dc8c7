#include "natlab/raw_stage.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "natlab/lab_socket.h"
#include "natlab/nat_rules.h"
#include "netns/ns.h"
#include "twprobe/io.h"

enum {
	SERVER_PORT = 20000,
	PATIENCE_MS = 10000,
};

/* hold_s 0: the NAT forgets a connection as soon as both sides have closed it. */
static const struct tw_nat_setting many_ports = { .ports = TW_NAT_PORTS_MAX,
						  .hold_s = 0,
						  .max_tw_buckets = TW_NAT_DEFAULT };

static int open_diag(void *arg, struct tw_err *err)
{
	struct tw_raw_stage *stage = arg;

	stage->diag = tw_diag_open(err);
	return stage->diag ? 0 : -EIO;
}

int tw_raw_stage_open(struct tw_raw_stage *stage, struct tw_err *err)
{
	struct tw_addr server = tw_topo_server();
	int res;

	memset(stage, 0, sizeof(*stage));
	stage->listener = -1;
	res = tw_topo_nat_open(false, &stage->topo, err);
	if (res < 0)
		return res;
	res = tw_nat_rules_load(&stage->topo, &many_ports, err);
	if (res == 0)
		res = tw_raw_hosts_open(&stage->topo, &stage->hosts, err);
	if (res == 0)
		res = tw_ns_in(stage->topo.server_ns, open_diag, stage, err);
	if (res == 0)
		res = stage->listener =
			tw_lab_listen(stage->topo.server_ns, &server, SERVER_PORT, 64, err);
	if (res < 0)
		tw_raw_stage_close(stage);
	return res < 0 ? res : 0;
}

void tw_raw_stage_close(struct tw_raw_stage *stage)
{
	tw_lab_abort(stage->listener);
	tw_raw_hosts_close(stage->hosts);
	tw_diag_close(stage->diag);
	tw_topo_nat_close(&stage->topo);
}

int tw_raw_stage_enter(struct tw_raw_stage *stage, unsigned tuple, uint32_t isn, uint32_t tsval,
		       struct tw_raw_end *ret, struct tw_err *err)
{
	struct tw_clock *clock = tw_clock_real();
	struct tw_raw_end end = { .port = TW_NAT_FIRST_PORT + tuple,
				  .server_port = SERVER_PORT,
				  .ts = true,
				  .seq = isn,
				  .tsval = tsval };
	int fd, res = tw_raw_connect(stage->hosts, &end, err);

	if (res == 0)
		return tw_err_set(err, EPROTO, "raw host: connection %u was not opened", tuple);
	if (res < 0)
		return res;
	fd = tw_lab_accept(stage->listener, clock->now(clock) + PATIENCE_MS * 1000000ull);
	if (fd < 0)
		return tw_err_set(err, -fd, "raw host: connection %u was not accepted", tuple);
	close(fd);
	res = tw_raw_finish(stage->hosts, &end, err);
	if (res == 0)
		return tw_err_set(err, EPROTO, "raw host: connection %u was not closed", tuple);
	*ret = end;
	return res < 0 ? res : 0;
}

int tw_raw_stage_left(struct tw_raw_stage *stage, const struct tw_raw_end *end, int *ret_left_ms,
		      struct tw_err *err)
{
	const struct tw_flow flow = { .family = TW_IPV4,
				      .dut = tw_topo_server(),
				      .peer = tw_topo_public(0),
				      .dut_port = end->server_port,
				      .peer_port = end->port };
	struct tw_entry entry;
	int res = tw_diag_ask(stage->diag, &flow, 1, &entry, err);

	*ret_left_ms = res == 0 && entry.state == TW_STATE_TIME_WAIT ? (int)entry.left_ms : -1;
	return res;
}
