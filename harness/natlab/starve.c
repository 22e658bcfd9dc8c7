#include "natlab/starve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nat/starving.h"
#include "natlab/nat_rules.h"
#include "twprobe/io.h"

static int finish(struct tw_door_stage *stage, struct tw_nat_starving *ret, struct tw_err *err)
{
	struct tw_door_end end;
	int res = tw_door_finish(stage, &end, err);

	if (res < 0)
		return res;
	ret->dropped_by_bump = end.dropped_by_bump;
	ret->paws_passive = end.paws_passive;
	ret->pcap_drops = end.pcap_drops;
	res = tw_nat_doors_read(stage->frames, ret);
	if (res < 0)
		return tw_err_set(err, -res, "the SYNs at the server's door: %s", strerror(-res));
	return 0;
}

static int play(uint64_t seed, struct tw_nat_starving *ret, struct tw_err *err)
{
	struct tw_door_stage stage;
	enum tw_door door;
	int res = tw_door_find(&door, err);

	if (res < 0)
		return res;
	ret->emulated = door == TW_DOOR_BUMP;
	res = tw_door_open(&stage, door, ret->rule, TW_NAT_PORTS_MAX, err);
	if (res < 0)
		return res;
	res = ret->real_clients ? tw_nat_starve_real(&stage, seed, ret, err)
				: tw_nat_starve_raw(&stage, seed, ret, err);
	if (res == 0)
		res = finish(&stage, ret, err);
	tw_door_close(&stage);
	return res;
}

void tw_nat_starve_run(enum tw_nat_plot plot, enum tw_recycle_rule rule, uint64_t seed,
		       struct tw_nat_starving *ret)
{
	struct tw_clock *clock = tw_clock_real();
	uint64_t began = clock->now(clock);
	struct tw_err err = { "" };
	int res;

	ret->plot = plot;
	ret->rule = rule;
	ret->real_clients = plot == TW_NAT_RANDOM;
	snprintf(ret->says, sizeof(ret->says), "%s", tw_nat_plot_says(plot));
	res = play(seed, ret, &err);
	ret->done = res == 0;
	if (res < 0) {
		ret->verdict = res == -EOPNOTSUPP ? TW_NAT_SKIP : TW_NAT_ERROR;
		snprintf(ret->why, sizeof(ret->why), "%.230s", err.text);
	}
	ret->wall_s = (double)(clock->now(clock) - began) / 1e9;
}
