/*
 * The pictures, each as one SVG. What they are of must be there (not NULL).
 */
#ifndef TWPROBE_NATREPORT_DRAW_H
#define TWPROBE_NATREPORT_DRAW_H

#include <stdbool.h>
#include <stdio.h>

#include "nat/campaign.h"

enum {
	TW_DRAW_WIDTH = 1000,
};

/* How many of the connections were there after how long: scenarios and controls, without remedies. */
void tw_draw_cdf(FILE *out, const struct tw_nat_campaign *c);
/* Success and remaining TIME_WAIT against the time since TIME_WAIT was entered. */
void tw_draw_steps(FILE *out, const struct tw_nat_steps *steps);
/* Where the clock of each SYN stands, against its source port. */
void tw_draw_clocks(FILE *out, const struct tw_nat_clocks *clocks);
/* What became of SYNs by their distance to T and R: the raw ones, and those of the trials of @c. */
void tw_draw_plane(FILE *out, const struct tw_nat_plane *plane, const struct tw_nat_campaign *c);
/* The packets of one trial. */
void tw_draw_ladder(FILE *out, const struct tw_nat_trial *trial);
/* The SYNs at the server's door against what is remembered of their address. */
void tw_draw_starving(FILE *out, const struct tw_nat_starving *starving);

#endif
