/*
 * The server's door: what was captured in front of a bump in the wire and behind it, held against the model of what it should have
 * dropped. Pure.
 */
#ifndef TWPROBE_NAT_DOORS_H
#define TWPROBE_NAT_DOORS_H

#include <stdbool.h>
#include <stdint.h>

#include "nat/recycle_result.h"
#include "twprobe/seg.h"

enum {
	TW_NAT_VICTIM_PORT = 50000, /* public ports from here on are the victim's */
	TW_NAT_FRAMES_MAX = 16384,
};

/* A segment between NAT and server, in front of the bump or behind it; server's segments are those behind it. */
struct tw_nat_frame {
	uint64_t at;
	bool from_server;
	bool behind; /* captured at the server's own device */
	struct tw_flow flow;
	struct tw_seg seg;
	bool taken; /* by a SYN in front of it */
};

struct tw_nat_frames {
	unsigned n; /* those beyond the room are counted, not kept */
	struct tw_nat_frame frame[TW_NAT_FRAMES_MAX];
};

/*
 * Sorts the frames by time and fills in doors, dropped_by_model and disagreements of @ret, whose rule is set: every SYN in front of the
 * bump goes through a fresh model, and came_out is whether it was seen behind it. Without a bump (!@ret->emulated) what came out is
 * what the server answered. 0; -ENOMEM; -E2BIG: more frames or SYNs than there is room for, or the model overflowed.
 */
int tw_nat_doors_read(struct tw_nat_frames *frames, struct tw_nat_starving *ret);

#endif
