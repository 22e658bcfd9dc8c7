/*
 * What a server makes of the SYN of a new connection whose 4-tuple it has in TIME_WAIT: the rule behind NAT timestamp loss. Pure.
 */
#ifndef TWPROBE_NAT_RULES_H
#define TWPROBE_NAT_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "nat/result.h"

/* TIME_WAIT as the rule sees it. */
struct tw_nat_entry {
	bool ts;    /* the old connection had timestamps, */
	uint32_t t; /* and this is TS.Recent */
	uint32_t r; /* RCV.NXT */
};

/*
 * A SYN with sequence number @isn, and with TSval @tsval if @ts, that finds a listener (tcp_timewait_state_process(), rule book D-20
 * and D-30; RFC 6191 section 2 with Linux's R instead of R-1). PAWS comes before the sequence number: an older TSval is refused
 * whatever the ISN is (TS.Recent = 0 switches PAWS off). With equal TSvals, or without timestamps on either side, the ISN decides.
 * PAWS's age limit (2147 s) is out of reach: TIME_WAIT lasts 60 s from its last restart.
 */
enum tw_nat_rule tw_nat_rule_of(const struct tw_nat_entry *entry, bool ts, uint32_t tsval,
				uint32_t isn);

/* True if the rejected SYN restarts the 60 s timer: PAWS does, a low sequence number does not (D-31). */
bool tw_nat_rule_restarts(enum tw_nat_rule rule);

#endif
