/*
 * All that one run of `twprobe nat` measured: what the reports read. The owner of the parts is whoever made it (natlab/campaign.h).
 */
#ifndef TWPROBE_NAT_CAMPAIGN_H
#define TWPROBE_NAT_CAMPAIGN_H

#include "nat/load.h"
#include "nat/recycle_result.h"
#include "nat/result.h"

struct tw_nat_campaign {
	const char *version; /* of twprobe */
	char release[72], machine[24];
	uint64_t seed;
	unsigned hz;     /* of this kernel: a jiffy is 1000 / hz ms */
	unsigned trials; /* per scenario */
	bool slow;

	const struct tw_nat_scenario *scenario;
	unsigned n_results;
	const struct tw_nat_result *result; /* scenario = index into the above */
	/* NULL: not part of this run */
	const struct tw_nat_clocks *clocks;
	const struct tw_nat_plane *plane;
	const struct tw_nat_steps *steps;
	unsigned n_starving;
	const struct tw_nat_starving *starving;
	unsigned n_loads;
	const struct tw_nat_load *load;
	double wall_s;
};

#endif
