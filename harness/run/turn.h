/*
 * Whose turn it is: rows are played side by side, except on a kernel on which one has to be alone (case.h). Workers share a
 * file and hold locks on it while they play.
 */
#ifndef TWPROBE_TURN_H
#define TWPROBE_TURN_H

#include <stdbool.h>

#include "twprobe/case.h"
#include "twprobe/err.h"
#include "twprobe/facts.h"

/* The file, for the process that starts the workers. A descriptor or negative errno. */
int tw_turn_new(struct tw_err *err);

/* A worker's own view of it: locks belong to that. A descriptor or negative errno. */
int tw_turn_open(int file, struct tw_err *err);

/* True if @row has to be alone on this kernel, or if nothing tells. */
bool tw_turn_alone(const struct tw_case *row, const struct tw_facts *facts);

/* Waits until nobody plays, or with !@alone until nobody plays who has to be alone. */
void tw_turn_take(int turn, bool alone);
void tw_turn_give(int turn);

/*
 * Few workers at a time set up their lanes: everything there needs the kernel's one RTNL, and with a hundred of them in its queue
 * the worker of addrconf, which has a single turn for each address, does not come to the end of its work for minutes.
 * Waits until the place of worker @no is free. It is free again at tw_turn_built(), or when the process dies.
 */
void tw_turn_build(int turn, unsigned no);
void tw_turn_built(int turn, unsigned no);

/*
 * Takes what a row may have left on this CPU (H-43): the connection request made here, within the DUT's namespace, uses it
 * up. The process is pinned to its CPU.
 */
void tw_turn_clean(int dut_ns);

#endif
