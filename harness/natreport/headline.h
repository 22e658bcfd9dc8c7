/*
 * The verdict of a campaign in one sentence, and what was learnt of each part in another. All of it follows from the data. Pure; each
 * fills the caller's buffer and returns it.
 */
#ifndef TWPROBE_NATREPORT_HEADLINE_H
#define TWPROBE_NATREPORT_HEADLINE_H

#include <stddef.h>

#include "nat/campaign.h"

enum {
	TW_HEADLINE_MAX = 640,
};

/*
 * "On this kernel 54 % of the connections that get a tuple in TIME_WAIT lose their first SYN (two-hosts: 13 of 24, 95 % interval 35..72 %); each
 * of those connects 8.2 ms later; they never connect with tcp_rfc1337=1 on the server (given up after 5.0 s)." Of the first
 * scenario that has losses to show, and of those in which no client whose SYN was rejected got through.
 */
char *tw_nat_headline(const struct tw_nat_campaign *c, char *ret, size_t size);

/*
 * The result that the headline is about: the first of a scenario that is no remedy and no control, in which clients whose SYN was
 * rejected get through with a later one. NULL if there is none.
 */
const struct tw_nat_result *tw_nat_headline_of(const struct tw_nat_campaign *c);

/* "every one of 312 answers is the one that the rule gives" or how many are not; controls; counters. */
char *tw_nat_headline_proof(const struct tw_nat_campaign *c, char *ret, size_t size);

/* "alone: 14 of 20 rejected, none of those after 60.4 s; repeated: ..." */
char *tw_nat_headline_steps(const struct tw_nat_steps *steps, char *ret, size_t size);

/* "420 raw SYNs on tuples in TIME_WAIT: 208 accepted, 212 answered by an ACK; all as the rule says" */
char *tw_nat_headline_plane(const struct tw_nat_plane *plane, char *ret, size_t size);

/* "tcp_timestamps=1: per 4-tuple (64 SYNs of 2 hosts); tcp_timestamps=2: one for all (64 SYNs of 2 hosts)" */
char *tw_nat_headline_clocks(const struct tw_nat_clocks *clocks, char *ret, size_t size);

/* "9 of 24 SYNs of the victim dropped; 2 of 8 attempts connected; the model agrees with every SYN" */
char *tw_nat_headline_starving(const struct tw_nat_starving *starving, char *ret, size_t size);

#endif
