/*
 * The scenarios of `twprobe nat`: the ways to lose a SYN, the controls that must lose none, and every remedy tried on every way.
 */
#ifndef TWPROBE_NAT_SCENARIOS_H
#define TWPROBE_NAT_SCENARIOS_H

#include "nat/result.h"
#include "nat/setting.h"
#include "twprobe/facts.h"

enum {
	TW_NAT_SCENARIOS_MAX = 96,
};

/* All of them, with the texts that they point to: owned by the caller, who must not move it. */
struct tw_nat_scenarios {
	unsigned n;
	struct tw_nat_scenario s[TW_NAT_SCENARIOS_MAX];
	char id[TW_NAT_SCENARIOS_MAX][40];
	char says[TW_NAT_SCENARIOS_MAX][200];
};

/*
 * What each must show depends on the kernel: its TSvals (H-18, H-19, H-57; on a kernel without offsets all hosts of one machine have
 * one clock), its clients and its NAT (H-30, H-39). What the facts do not tell is not asked for.
 */
void tw_nat_scenarios_make(const struct tw_facts *facts, struct tw_nat_scenarios *ret);

/* True if a client whose SYN was rejected is known to get through at once here (H-30), through this kernel's NAT (H-39). */
bool tw_nat_recovers_here(const struct tw_facts *facts);

/* What timestamps are made of, by the facts. */
enum tw_nat_clock_kind tw_nat_clock_here(const struct tw_facts *facts);

#endif
