/*
 * The stage for raw hosts: a topology, its NAT with many ports, one listener, and any number of tuples in TIME_WAIT.
 */
#ifndef TWPROBE_NATLAB_RAW_STAGE_H
#define TWPROBE_NATLAB_RAW_STAGE_H

#include "natlab/raw_host.h"
#include "stand/twdiag.h"

struct tw_raw_stage {
	struct tw_topo_nat topo;
	struct tw_raw_hosts *hosts;
	struct tw_diag *diag;
	int listener;
};

/* 0; -EOPNOTSUPP: the kernel lacks something; other negative errno. On failure nothing is left. */
int tw_raw_stage_open(struct tw_raw_stage *stage, struct tw_err *err);
void tw_raw_stage_close(struct tw_raw_stage *stage);

/*
 * Host 0 opens and closes a connection from public port TW_NAT_FIRST_PORT + @tuple; the server closes first and has it in TIME_WAIT.
 * *@ret: its numbers (seq = R, tsval = T). 0 or negative errno.
 */
int tw_raw_stage_enter(struct tw_raw_stage *stage, unsigned tuple, uint32_t isn, uint32_t tsval,
		       struct tw_raw_end *ret, struct tw_err *err);

/* Remaining milliseconds of the tuple's TIME_WAIT, -1 if there is none. 0 or negative errno. */
int tw_raw_stage_left(struct tw_raw_stage *stage, const struct tw_raw_end *end, int *ret_left_ms,
		      struct tw_err *err);

#endif
