/*
 * Many peers that knock at one listener of the DUT. The connections belong to the scene.
 */
#ifndef TWPROBE_CASES_CROWD_H
#define TWPROBE_CASES_CROWD_H

#include "twprobe/scene.h"

enum {
	CROWD_MAX = 600,
};

struct crowd {
	unsigned n;
	struct tw_conn *conn[CROWD_MAX];
};

/* @n more connections to @port, from three of the row's addresses in turn (1 to 3), none of which has sent anything. */
void crowd_gather(struct tw_scene *sc, struct crowd *crowd, unsigned n, uint16_t port);

/* A SYN of each, from the @from-th on; what is answered at once is heard. */
void crowd_knock(struct tw_scene *sc, struct crowd *crowd, unsigned from);

/* The last ACK of each that has heard a SYN-ACK, from the @from-th on. */
void crowd_finish(struct tw_scene *sc, struct crowd *crowd, unsigned from);

/* How many have heard a SYN-ACK, however often. */
unsigned crowd_answered(const struct crowd *crowd);

/* How many the DUT has in that state. */
unsigned crowd_in_state(struct tw_scene *sc, const struct crowd *crowd, enum tw_state state);

/* A listener on the 0th address with exactly this backlog, without options. */
int crowd_listener(struct tw_scene *sc, uint16_t port, int backlog);

#endif
