/* The acceptance plane: one dot per SYN. */
#include <errno.h>
#include <stdio.h>

#include "base/wait.h"
#include "nat/rules.h"
#include "natlab/raw_lab.h"
#include "natlab/raw_stage.h"
#include "twprobe/io.h"

#define HALF INT32_MIN

/* Around 0, where the rules change, and out to the other side of the circle. */
static const int32_t marks[] = {
	0,      1,       -1,       2,         -2,         10,          -10,       1000, -1000,
	100000, -100000, 10000000, -10000000, 1000000000, -1000000000, INT32_MAX, HALF, HALF + 1,
};

enum {
	MARKS = sizeof(marks) / sizeof(*marks),
	DOTS = MARKS * MARKS,
};

_Static_assert((int)DOTS <= (int)TW_NAT_DOTS_MAX, "room");

/* A reproducible number for each tuple (Knuth's multiplicative hash). */
static uint32_t scatter(uint64_t seed, unsigned i)
{
	return (uint32_t)(seed + i) * 2654435761u;
}

static int enter_all(struct tw_raw_stage *stage, uint64_t seed, struct tw_raw_end *ret,
		     struct tw_err *err)
{
	int res = 0;

	for (unsigned i = 0; i < DOTS && res == 0; i++)
		res = tw_raw_stage_enter(stage, i, scatter(seed, i), scatter(seed, i + DOTS) | 1,
					 &ret[i], err);
	return res;
}

static int knock_all(struct tw_raw_stage *stage, const struct tw_raw_end *old,
		     struct tw_nat_plane *ret, struct tw_err *err)
{
	int res = 0;

	for (unsigned i = 0; i < DOTS && res == 0; i++) {
		const struct tw_nat_entry entry = { .ts = true,
						    .t = old[i].tsval,
						    .r = old[i].seq };
		struct tw_nat_dot *dot = &ret->dot[i];
		struct tw_raw_end syn = old[i];
		bool accepts;

		dot->dts = marks[i % MARKS];
		dot->disn = marks[i / MARKS];
		syn.host = 1;
		syn.tsval += (uint32_t)dot->dts;
		syn.seq += (uint32_t)dot->disn;
		res = tw_raw_knock(stage->hosts, &syn, &dot->answer, err);
		dot->rule = tw_nat_rule_of(&entry, true, syn.tsval, syn.seq);
		accepts = dot->rule == TW_NAT_RULE_ACCEPTS;
		ret->exceptions += dot->answer != (accepts ? TW_NAT_SYN_ACK : TW_NAT_ACK);
		ret->n += res == 0;
	}
	return res;
}

void tw_nat_plane_run(uint64_t seed, struct tw_nat_plane *ret)
{
	struct tw_clock *clock = tw_clock_real();
	struct tw_raw_end old[DOTS];
	struct tw_raw_stage stage;
	struct tw_err err = { "" };
	int res = tw_raw_stage_open(&stage, &err);

	if (res == 0) {
		res = enter_all(&stage, seed, old, &err);
		/* the NAT counts in jiffies */
		tw_wait_until(clock->now(clock) + 50000000);
		if (res == 0)
			res = knock_all(&stage, old, ret, &err);
		tw_raw_stage_close(&stage);
	}
	ret->done = res == 0;
	ret->skipped = res == -EOPNOTSUPP;
	if (res < 0)
		snprintf(ret->trouble, sizeof(ret->trouble), "%.230s", err.text);
}
