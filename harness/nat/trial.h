/*
 * Reading a trial: from the packets, what came of connect(), and the entry before it, to SYNs, answers and outcome. Pure.
 */
#ifndef TWPROBE_NAT_TRIAL_H
#define TWPROBE_NAT_TRIAL_H

#include "nat/result.h"

/* Adds a packet of the second connection. */
void tw_nat_trial_add(struct tw_nat_trial *trial, const struct tw_nat_packet *packet);

/*
 * Fills in everything from syn_inside to outcome (and paws ... breaches); the rest of @trial is what was measured. Every SYN that the
 * server saw is held against the rule: the entry lives until a RST at R reaches the server (unless @set->rfc1337) or its timer runs
 * out, and PAWS restarts that. A trial that has trouble stays void.
 */
void tw_nat_trial_read(struct tw_nat_trial *trial, const struct tw_nat_setting *set);

#endif
