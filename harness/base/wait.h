/*
 * The few things that need the real world's time and chance, for the commands.
 */
#ifndef TWPROBE_WAIT_H
#define TWPROBE_WAIT_H

#include <stdint.h>

enum {
	TW_AGE_MS = 24,       /* of an entry before it is probed: more than two jiffies at HZ=100 */
	TW_RING = 512 * 1024, /* of a sniffer that sees one row at a time */
};

/* Gives the CPU away until @deadline (CLOCK_MONOTONIC, ns), or until a signal comes. */
void tw_wait_until(uint64_t deadline);

/* A seed that nobody chose, below 2^32 so that people can type it. */
uint64_t tw_seed_new(void);

#endif
