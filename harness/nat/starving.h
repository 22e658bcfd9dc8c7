/*
 * From what was seen at the server's door to a verdict about mechanism A. Pure.
 */
#ifndef TWPROBE_NAT_STARVING_H
#define TWPROBE_NAT_STARVING_H

#include "nat/recycle_result.h"

/* "starves", "overtakes", "bare", "random": the name of a plot, and what it plays. */
const char *tw_nat_plot_id(enum tw_nat_plot plot);
const char *tw_nat_plot_says(enum tw_nat_plot plot);

/*
 * Fills in verdict and why. ERROR: it did not come to its end, frames were lost, no SYN was seen. FAIL: a SYN came out that the model
 * drops, or the other way round; the counts of drops differ (bump's, or PAWSPassive of a real kernel, and the model's); the plot did
 * not end as the rule says. A SKIP stays one.
 */
void tw_nat_starving_judge(struct tw_nat_starving *s);

#endif
