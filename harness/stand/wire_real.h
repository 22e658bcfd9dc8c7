/*
 * The real wire: libnet's injector and libpcap's sniffer at the peer's end of a lane.
 */
#ifndef TWPROBE_WIRE_REAL_H
#define TWPROBE_WIRE_REAL_H

#include "netns/lane.h"
#include "twprobe/io.h"

/* @ring: bytes of the sniffer's buffer, 256 per frame. The wire's close() releases it; the lane must outlive it. */
int tw_wire_open(const struct tw_lane *lane, unsigned ring, struct tw_wire **ret,
		 struct tw_err *err);

#endif
