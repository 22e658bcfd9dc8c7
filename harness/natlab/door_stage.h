/*
 * A stage whose server's door is watched: a topology, its NAT with many ports, eyes in front of the door, and one listener. The server
 * may be as it is, or drop SYNs by the per-host rule of tcp_tw_recycle: its own, or that of a bump in the wire in front of it.
 */
#ifndef TWPROBE_NATLAB_DOOR_STAGE_H
#define TWPROBE_NATLAB_DOOR_STAGE_H

#include <stdint.h>

#include "nat/doors.h"
#include "natlab/agree.h"
#include "natlab/bump.h"
#include "stand/proc_counters.h"
#include "stand/sniff.h"
#include "twprobe/err.h"

enum {
	TW_DOOR_PORT = 20000, /* of the server */
};

enum tw_door {
	TW_DOOR_PLAIN,
	TW_DOOR_KERNEL, /* the server's kernel has tcp_tw_recycle, and it is on */
	TW_DOOR_BUMP,   /* a bump in the wire has the rule */
};

struct tw_door_stage {
	enum tw_door door;
	struct tw_topo_nat topo;
	struct tw_bump *bump;
	struct tw_sniff *front, *behind; /* of the bump; front is NULL without one */
	struct tw_proc_counters *proc;
	uint64_t paws_passive; /* of the namespace, when it began */
	struct tw_agree agree;
	struct tw_nat_frames *frames;
	bool draining_behind;
	int listener;
};

/* What is known when the play is over. */
struct tw_door_end {
	uint64_t dropped_by_bump, paws_passive, pcap_drops;
};

/* Whether a DUT of this kernel has tcp_tw_recycle where it lives (home.h): KERNEL, or else BUMP. 0 or negative errno. */
int tw_door_find(enum tw_door *ret_door, struct tw_err *err);

/* @ports: public ones; @rule: the bump's. 0; -EOPNOTSUPP; other negative errno. On failure nothing is left. */
int tw_door_open(struct tw_door_stage *stage, enum tw_door door, enum tw_recycle_rule rule,
		 unsigned ports, struct tw_err *err);
void tw_door_close(struct tw_door_stage *stage);

/* Takes in what was captured. To be called several times a second. 0 or negative errno. */
int tw_door_drain(struct tw_door_stage *stage, struct tw_err *err);

/* The end: stops the bump, takes in the rest, reads the counters. 0 or negative errno. */
int tw_door_finish(struct tw_door_stage *stage, struct tw_door_end *ret, struct tw_err *err);

#endif
