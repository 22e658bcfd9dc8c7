/*
 * A test stand: a lane with its wire, its DUT and the engine that drives them. Owns all four.
 */
#ifndef TWPROBE_STAND_H
#define TWPROBE_STAND_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "netns/lane.h"
#include "stand/drops.h"
#include "twprobe/io.h"

enum {
	TW_DUT_PORT = 5001,
	TW_CLOSED_PORT = 9, /* nobody listens here: the fence's port */
};

struct tw_stand_cfg {
	unsigned batch;
	unsigned age_ms;
	bool count; /* see struct tw_engine_cfg */
	enum tw_path path;
	unsigned ring;          /* bytes of the sniffer's buffer */
	struct tw_drops *drops; /* not owned, may be NULL */
	bool patient; /* a reset may take minutes: where time is virtual another stand is dearer */
};

struct tw_stand {
	struct tw_lane lane;
	struct tw_wire *wire;
	struct tw_dut *dut;
	struct tw_forge *forge;
	struct tw_engine *engine;
	enum tw_path path;
	unsigned n_flows; /* tuples that were handed out */
	unsigned n_peers; /* addresses of the peer that were handed out */
	bool dirty;       /* could not be reset: open another */
};

/* Some tens of milliseconds, mostly spent waiting for the kernel. On failure nothing is left. */
int tw_stand_open(struct tw_stand *stand, const struct tw_stand_cfg *cfg, struct tw_err *err);
void tw_stand_close(struct tw_stand *stand);

/* The next unused tuple of the stand, to the DUT's port. Flows repeat after 130,000. */
struct tw_flow tw_stand_flow(struct tw_stand *stand, enum tw_family family);

/*
 * Index (see tw_lane_peer_addr()) of the first of @n addresses of the peer that nobody has used on this stand: what the kernel
 * learnt of another host (tcp_metrics, path MTU) does not matter there. They repeat after 130,000.
 */
unsigned tw_stand_peers(struct tw_stand *stand, unsigned n);

/* The tuple of the fence: from a port of the peer that no row uses to one where nobody listens. */
struct tw_flow tw_stand_fence(enum tw_family family);

/*
 * -EBUSY: the lane does not deliver in the sender's context (RPS): no silence can be proved. A salvo of segments whose
 * answers are certain, from many ports, must be answered when the send call returns. 0 or negative errno.
 */
int tw_stand_check(struct tw_stand *stand, struct tw_err *err);

/* The same by segments of one family: steering is a device's, not a family's. */
int tw_stand_check_family(struct tw_stand *stand, enum tw_family family, struct tw_err *err);

#endif
