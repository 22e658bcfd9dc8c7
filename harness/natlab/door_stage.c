#include "natlab/door_stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/counters.h"
#include "natlab/lab_socket.h"
#include "natlab/nat_rules.h"
#include "netns/home.h"
#include "netns/ns.h"
#include "netns/sysctl.h"
#include "wire/wire.h"

enum {
	RING = 1024 * 1024,
};

static int switch_on(void *arg, struct tw_err *err)
{
	(void)arg;
	return tw_sysctl_set("net.ipv4.tcp_tw_recycle", "1", err);
}

int tw_door_find(enum tw_door *ret_door, struct tw_err *err)
{
	int ns = tw_home_take(err), res;

	if (ns < 0)
		return ns;
	res = tw_ns_in(ns, switch_on, NULL, err);
	tw_home_give(ns);
	*ret_door = res == 0 ? TW_DOOR_KERNEL : TW_DOOR_BUMP;
	return res == -ENOENT ? 0 : res;
}

static int open_front(void *arg, struct tw_err *err)
{
	struct tw_door_stage *stage = arg;

	stage->front = tw_sniff_open(TW_TOPO_BUMP_NAT, "tcp and src net 203.0.113.0/24", RING, err);
	return stage->front ? 0 : -EIO;
}

static uint64_t paws_passive(const struct tw_counters *cs)
{
	return tw_counters_get(cs, "TcpExtPAWSPassive");
}

/* Where the server's counters begin. */
static int note_begin(struct tw_door_stage *stage, struct tw_err *err)
{
	struct tw_counters counters;
	int res = tw_proc_counters_read(stage->proc, &counters, err);

	if (res < 0)
		return res;
	stage->paws_passive = paws_passive(&counters);
	tw_agree_begin(&stage->agree, &counters);
	return 0;
}

static int open_server(void *arg, struct tw_err *err)
{
	struct tw_door_stage *stage = arg;
	int res = stage->door == TW_DOOR_KERNEL ? switch_on(NULL, err) : 0;

	if (res < 0)
		return res;
	stage->behind = tw_sniff_open(TW_TOPO_DEV, "tcp", RING, err);
	res = stage->behind ? tw_proc_counters_open(&stage->proc, err) : -EIO;
	return res < 0 ? res : note_begin(stage, err);
}

static int open_all(struct tw_door_stage *stage, enum tw_recycle_rule rule, unsigned ports,
		    struct tw_err *err)
{
	const struct tw_nat_setting set = { .ports = ports, .hold_s = 1 };
	struct tw_addr server = tw_topo_server();
	int res = tw_nat_rules_load(&stage->topo, &set, err);

	if (res == 0)
		res = tw_ns_in(stage->topo.server_ns, open_server, stage, err);
	if (res == 0 && stage->door == TW_DOOR_BUMP)
		res = tw_ns_in(stage->topo.bump_ns, open_front, stage, err);
	if (res == 0 && stage->door == TW_DOOR_BUMP)
		res = tw_bump_start(&stage->topo, rule, &stage->bump, err);
	if (res == 0)
		res = stage->listener =
			tw_lab_listen(stage->topo.server_ns, &server, TW_DOOR_PORT, 256, err);
	return res < 0 ? res : 0;
}

int tw_door_open(struct tw_door_stage *stage, enum tw_door door, enum tw_recycle_rule rule,
		 unsigned ports, struct tw_err *err)
{
	int res;

	memset(stage, 0, sizeof(*stage));
	stage->door = door;
	stage->listener = -1;
	res = tw_topo_nat_open(door == TW_DOOR_BUMP, &stage->topo, err);
	if (res < 0)
		return res;
	stage->frames = calloc(1, sizeof(*stage->frames));
	res = stage->frames ? open_all(stage, rule, ports, err)
			    : tw_err_set(err, ENOMEM, "out of memory");
	if (res < 0)
		tw_door_close(stage);
	return res;
}

void tw_door_close(struct tw_door_stage *stage)
{
	struct tw_err ignored;
	uint64_t dropped;

	if (stage->bump)
		tw_bump_stop(stage->bump, &dropped, &ignored);
	stage->bump = NULL;
	tw_lab_abort(stage->listener);
	tw_sniff_close(stage->front);
	tw_sniff_close(stage->behind);
	tw_proc_counters_close(stage->proc);
	free(stage->frames);
	tw_topo_nat_close(&stage->topo);
}

static void take(void *arg, uint64_t at, const uint8_t *bytes, unsigned len)
{
	struct tw_door_stage *stage = arg;
	struct tw_nat_frames *frames = stage->frames;
	const struct tw_addr server = tw_topo_server();
	struct tw_nat_frame *f;
	struct tw_seen seen;
	bool from_server;

	if (!tw_wire_decode(bytes, len, &seen) || seen.family != TW_IPV4)
		return;
	from_server = !memcmp(seen.src.b, server.b, 4);
	if (stage->draining_behind)
		tw_agree_captured(&stage->agree, from_server);
	if (frames->n++ >= TW_NAT_FRAMES_MAX)
		return;
	f = &frames->frame[frames->n - 1];
	*f = (struct tw_nat_frame){
		.at = at,
		.from_server = from_server,
		.behind = stage->draining_behind,
		.flow = { .family = TW_IPV4,
			  .dut = server,
			  .peer = from_server ? seen.dst : seen.src,
			  .dut_port = from_server ? seen.sport : seen.dport,
			  .peer_port = from_server ? seen.dport : seen.sport },
		.seg = seen.seg,
	};
}

int tw_door_drain(struct tw_door_stage *stage, struct tw_err *err)
{
	int res = 0;

	stage->draining_behind = false;
	if (stage->front)
		res = tw_sniff_drain(stage->front, take, stage, err);
	stage->draining_behind = true;
	if (res >= 0)
		res = tw_sniff_drain(stage->behind, take, stage, err);
	return res < 0 ? res : 0;
}

static int read_drops(struct tw_door_stage *stage, uint64_t *ret_drops, struct tw_err *err)
{
	uint64_t front = 0, behind = 0;
	int res = stage->front ? tw_sniff_drops(stage->front, &front, err) : 0;

	if (res == 0)
		res = tw_sniff_drops(stage->behind, &behind, err);
	*ret_drops = front + behind;
	return res;
}

static int drain(void *arg, struct tw_err *err)
{
	return tw_door_drain(arg, err);
}

int tw_door_finish(struct tw_door_stage *stage, struct tw_door_end *ret, struct tw_err *err)
{
	struct tw_counters counters;
	int res = 0;

	ret->dropped_by_bump = 0;
	if (stage->bump)
		res = tw_bump_stop(stage->bump, &ret->dropped_by_bump, err);
	stage->bump = NULL;
	if (res == 0)
		res = tw_agree_read(&stage->agree, stage->proc, drain, stage, &counters, err);
	if (res == 0)
		res = read_drops(stage, &ret->pcap_drops, err);
	ret->paws_passive = res == 0 ? paws_passive(&counters) - stage->paws_passive : 0;
	return res;
}
