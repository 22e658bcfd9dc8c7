#include "stand/stand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/counters.h"
#include "stand/dut_kernel.h"
#include "stand/wire_real.h"
#include "wire/wire.h"

enum {
	FLOWS = 130000,
	FIRST_PORT = 1025,
	PORTS = 60000,
	FIRST_PEER = 2 + FLOWS / PORTS, /* behind those of tw_stand_flow() */
	FENCE_PORT = 1024,
	SALVO = 32,
	SALVO_ACK = 1, /* which the RSTs have as their sequence number */
};

struct tw_flow tw_stand_fence(enum tw_family family)
{
	return (struct tw_flow){
		.family = family,
		.dut = tw_lane_dut_addr(family),
		.peer = tw_lane_peer_addr(family, 0),
		.dut_port = TW_CLOSED_PORT,
		.peer_port = FENCE_PORT,
	};
}

static int open_engine(struct tw_stand *stand, const struct tw_stand_cfg *cfg, struct tw_err *err)
{
	struct tw_engine_cfg engine = {
		.wire = stand->wire,
		.dut = stand->dut,
		.clock = tw_clock_real(),
		.fence = { tw_stand_fence(TW_IPV4), tw_stand_fence(TW_IPV6) },
		.batch = cfg->batch,
		.age_ms = cfg->age_ms,
		.count = cfg->count,
	};

	stand->forge = tw_forge_new(stand->lane.peer_mac, stand->lane.dut_mac, err);
	if (!stand->forge)
		return -EIO;
	engine.forge = stand->forge;
	stand->engine = tw_engine_new(&engine, err);
	return stand->engine ? 0 : -ENOMEM;
}

struct tw_flow tw_stand_flow(struct tw_stand *stand, enum tw_family family)
{
	unsigned i = stand->n_flows++ % FLOWS;

	return (struct tw_flow){
		.family = family,
		.dut = tw_lane_dut_addr(family),
		.peer = tw_lane_peer_addr(family, 1 + i / PORTS),
		.dut_port = TW_DUT_PORT,
		.peer_port = (uint16_t)(FIRST_PORT + i % PORTS),
	};
}

unsigned tw_stand_peers(struct tw_stand *stand, unsigned n)
{
	unsigned first = FIRST_PEER + stand->n_peers;

	stand->n_peers = (stand->n_peers + n) % FLOWS;
	return first;
}

/* Answers of the salvo that have come. What the row before left may speak by its timers meanwhile: that is none of them. */
static void count_answer(void *arg, uint64_t at, const uint8_t *bytes, unsigned len)
{
	struct tw_seen seen;

	(void)at;
	if (tw_wire_decode(bytes, len, &seen) && seen.sport == TW_CLOSED_PORT &&
	    (seen.seg.flags & TW_RST) && seen.seg.seq == SALVO_ACK)
		++*(unsigned *)arg;
}

static int salvo(struct tw_stand *stand, enum tw_family family, struct tw_err *err)
{
	static const struct tw_seg ack = {
		.flags = TW_ACK, .ttl = 64, .win = 65535, .wscale = -1, .ack = SALVO_ACK
	};
	const struct tw_template *tmpl = tw_forge_get(stand->forge, family, &ack, err);
	struct tw_flow flow = tw_stand_fence(family);
	uint8_t frames[SALVO][128];
	struct iovec iov[SALVO];
	unsigned stale = 0, answers = 0;
	int ret;

	if (!tmpl)
		return -EINVAL;
	for (unsigned i = 0; i < SALVO; i++) {
		flow.peer_port = (uint16_t)(FIRST_PORT + 997 * i);
		iov[i] = (struct iovec){ frames[i], tw_wire_patch(tmpl, &flow, &ack, frames[i]) };
	}
	ret = stand->wire->ops->drain(stand->wire, count_answer, &stale, err);
	if (ret >= 0)
		ret = stand->wire->ops->send(stand->wire, iov, SALVO, err);
	if (ret >= 0)
		ret = stand->wire->ops->drain(stand->wire, count_answer, &answers, err);
	if (ret < 0)
		return ret;
	if (answers != SALVO)
		return tw_err_set(
			err, EBUSY,
			"%u of %d right answers were there when the send call had returned: "
			"the veth does not "
			"deliver in the sender's context (Receive Packet Steering, "
			"threaded NAPI, something that rewrites answers?), so "
			"silence cannot be proved",
			answers, SALVO);
	return 0;
}

static int segments_in(struct tw_stand *stand, uint64_t *ret, struct tw_err *err)
{
	struct tw_counters *cs = calloc(1, sizeof(*cs));
	int res = cs ? stand->dut->ops->counters(stand->dut, cs, err)
		     : tw_err_set(err, ENOMEM, "out of memory");

	*ret = res < 0 ? 0 : tw_counters_get(cs, "TcpInSegs");
	free(cs);
	return res;
}

/* The salvo must be counted here: before 5.0 /proc/net may be that of another namespace (tw_ns_in_thread()). */
static int check_all(struct tw_stand *stand, struct tw_err *err)
{
	uint64_t before, after;
	int ret = segments_in(stand, &before, err);

	if (ret >= 0)
		ret = tw_stand_check(stand, err);
	if (ret >= 0)
		ret = segments_in(stand, &after, err);
	if (ret < 0 || after - before >= SALVO)
		return ret;
	return tw_err_set(
		err, EPROTO,
		"/proc/net shows another namespace's counters: TcpInSegs went up by %llu, not "
		"by %d",
		(unsigned long long)(after - before), SALVO);
}

int tw_stand_open(struct tw_stand *stand, const struct tw_stand_cfg *cfg, struct tw_err *err)
{
	int ret;

	memset(stand, 0, sizeof(*stand));
	stand->path = cfg->path;
	ret = tw_lane_open(cfg->path, &stand->lane, err);
	if (ret < 0)
		return ret;
	ret = tw_wire_open(&stand->lane, cfg->ring, &stand->wire, err);
	if (ret >= 0)
		ret = tw_dut_kernel_open(&stand->lane, cfg->drops, cfg->patient, &stand->dut, err);
	if (ret >= 0)
		ret = open_engine(stand, cfg, err);
	if (ret >= 0)
		ret = check_all(stand, err);
	if (ret < 0)
		tw_stand_close(stand);
	return ret;
}

void tw_stand_close(struct tw_stand *stand)
{
	tw_engine_free(stand->engine);
	tw_forge_free(stand->forge);
	if (stand->dut)
		stand->dut->ops->close(stand->dut);
	if (stand->wire)
		stand->wire->ops->close(stand->wire);
	tw_lane_close(&stand->lane);
	memset(stand, 0, sizeof(*stand));
}

int tw_stand_check_family(struct tw_stand *stand, enum tw_family family, struct tw_err *err)
{
	int ret = tw_lane_rps_off(&stand->lane, err);

	return ret == 0 || ret == -ENOTSUP ? salvo(stand, family, err) : ret;
}

int tw_stand_check(struct tw_stand *stand, struct tw_err *err)
{
	int ret = tw_lane_rps_off(&stand->lane, err);

	if (ret == 0 || ret == -ENOTSUP)
		ret = salvo(stand, TW_IPV4, err);
	if (ret == 0 && stand->lane.ipv6)
		ret = salvo(stand, TW_IPV6, err);
	return ret;
}
