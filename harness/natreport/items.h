/*
 * Everything of a campaign that has a verdict, in the order in which the reports tell of it: scenarios, experiments, loads, and the
 * plots of tcp_tw_recycle.
 */
#ifndef TWPROBE_NATREPORT_ITEMS_H
#define TWPROBE_NATREPORT_ITEMS_H

#include <stdbool.h>

#include "nat/campaign.h"

struct tw_nat_item {
	const char *name; /* "two-hosts", "plane", "load.no-ts", "starves" */
	const char *why;  /* not PASS: the reason. Both lead into the campaign or are constants */
	enum tw_nat_verdict verdict;
};

/* The @i-th of them. False if there are not so many. */
bool tw_nat_item(const struct tw_nat_campaign *c, unsigned i, struct tw_nat_item *ret);

/* How many there are of each verdict. */
struct tw_nat_totals {
	unsigned n[4]; /* by enum tw_nat_verdict */
};

struct tw_nat_totals tw_nat_totals(const struct tw_nat_campaign *c);

/* The verdict of what may not have come to its end: then it is an ERROR. */
enum tw_nat_verdict tw_nat_verdict_of(bool done, enum tw_nat_verdict verdict);

/* That of an experiment that has none of its own: with answers that are not the rule's it is a FAIL. */
enum tw_nat_verdict tw_nat_experiment_of(bool done, bool skipped, const char *trouble,
					 unsigned exceptions);

/* The setting of a load. */
const struct tw_nat_load_setting *tw_nat_load_setting_of(const struct tw_nat_load *load);

#endif
