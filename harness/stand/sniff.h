/*
 * The sniffer: everything that the DUT sends, from the peer's end of the veth. Opened inside the peer's namespace.
 */
#ifndef TWPROBE_SNIFF_H
#define TWPROBE_SNIFF_H

#include <stdint.h>

#include "twprobe/err.h"
#include "twprobe/io.h"

struct tw_sniff;

enum {
	TW_SNAPLEN =
		192, /* the longest headers, and little more: the ring has one slot per frame */
};

/*
 * Sniffs on @dev what @filter (pcap-filter(7)) lets through, with a ring of @ring bytes. NULL on failure.
 */
struct tw_sniff *tw_sniff_open(const char *dev, const char *filter, unsigned ring,
			       struct tw_err *err);
void tw_sniff_close(struct tw_sniff *sniff);

/* Waits until something is in the ring, or until @deadline (CLOCK_MONOTONIC, ns). 0 or negative errno. */
int tw_sniff_wait(struct tw_sniff *sniff, uint64_t deadline, struct tw_err *err);

/* The same for one of two; they are drained by the caller. 0 or negative errno. */
int tw_sniff_wait_either(struct tw_sniff *a, struct tw_sniff *b, uint64_t deadline,
			 struct tw_err *err);

/* Hands over what is in the ring and never waits. Number of frames, or negative errno. */
int tw_sniff_drain(struct tw_sniff *sniff, tw_frame_fn *fn, void *arg, struct tw_err *err);

/* Frames that found the ring full since it was opened. 0 or negative errno. */
int tw_sniff_drops(struct tw_sniff *sniff, uint64_t *ret_drops, struct tw_err *err);

#endif
