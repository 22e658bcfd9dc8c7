/*
 * Who makes the segments of TCP and the fragments of UDP: the kernel, or the device.
 */
#ifndef TWPROBE_NETNS_OFFLOAD_H
#define TWPROBE_NETNS_OFFLOAD_H

#include "twprobe/err.h"

/* Takes it from the device @dev of the caller's namespace, as `ethtool -K DEV tso off gso off ufo off`. 0 or negative errno. */
int tw_offload_off(const char *dev, struct tw_err *err);

#endif
