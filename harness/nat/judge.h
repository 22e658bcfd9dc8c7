/*
 * From trials to a verdict: does the server do what the rule says, trial by trial, do its counters tell the same story, and does the
 * scenario show what it promises. Pure; the only judge of `twprobe nat`.
 */
#ifndef TWPROBE_NAT_JUDGE_H
#define TWPROBE_NAT_JUDGE_H

#include "nat/result.h"
#include "nat/setting.h"

/*
 * Reads every trial (trial.h) and fills in res->verdict and all behind it. ERROR: trials without a verdict, lost frames, a worker
 * that did not come to its end (res->why may be set then). FAIL: a SYN answered otherwise than the rule says; a counter that differs
 * from the number of rejected SYNs; a promise that is not kept.
 * @recovers_expected: this kernel's clients send another SYN at once and this kernel's NAT lets their RSTs through (H-30, H-39);
 * without that @scenario->recovers is not asked for.
 */
void tw_nat_judge(const struct tw_nat_scenario *scenario, bool recovers_expected,
		  struct tw_nat_result *res);

#endif
