/*
 * Plays scenarios and experiments, each in a process and a topology of its own, several at a time.
 */
#ifndef TWPROBE_NATLAB_CAMPAIGN_H
#define TWPROBE_NATLAB_CAMPAIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "nat/campaign.h"
#include "nat/scenarios.h"
#include "twprobe/err.h"

struct tw_nat_wanted {
	const struct tw_nat_scenarios *scenarios;
	unsigned n;                            /* scenarios that are played: */
	unsigned chosen[TW_NAT_SCENARIOS_MAX]; /* indices */
	bool clocks, plane, steps;
	bool load[TW_NAT_LOADS];
	enum tw_nat_clock_kind clock;      /* of this kernel, if clocks are not measured */
	bool plot[TW_NAT_PLOTS];           /* of mechanism A, */
	enum tw_recycle_rule recycle_rule; /* with this rule, where it is emulated */
	unsigned trials;                   /* of each scenario, at most TW_NAT_TRIALS_MAX */
	unsigned jobs;                     /* CPUs */
	uint64_t seed;
	bool recovers; /* tw_nat_recovers_here() */
	/* Called when an experiment is over; may be NULL. */
	void (*progress)(void *arg, unsigned done, unsigned planned, const char *id);
	void *arg;
};

struct tw_nat_store;

/*
 * Plays all of it and judges the scenarios (judge.h). What a worker leaves undone is told in its part. The parts of @ret point into
 * *@ret_store, which the caller releases. 0 or negative errno. When it returns all workers are gone.
 */
int tw_nat_campaign_run(const struct tw_nat_wanted *wanted, struct tw_nat_store **ret_store,
			struct tw_nat_campaign *ret, struct tw_err *err);
void tw_nat_store_free(struct tw_nat_store *store);

/* Ticks of this kernel's clock a second (CONFIG_HZ): told by the coarse clock's resolution. */
unsigned tw_nat_hz(void);

#endif
