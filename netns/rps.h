/*
 * Receive Packet Steering of one device: read, and switched off, through a sysfs of its network
 * namespace that is mounted nowhere.
 */
#ifndef TWPROBE_NETNS_RPS_H
#define TWPROBE_NETNS_RPS_H

#include "twprobe/err.h"

enum {
	TW_RPS_NONE = -2, /* in place of a descriptor: the kernel has no steering */
};

/*
 * Opens the rps_cpus file of the device @dev in @ns and switches steering off. *@ret_fd: owned by
 * the caller; -1 where sysfs cannot be mounted; TW_RPS_NONE. 0, or negative errno if the namespace
 * cannot be entered.
 */
int tw_rps_open(int ns, const char *dev, int *ret_fd, struct tw_err *err);

/*
 * 0: off; -ENOTSUP: cannot be told; -EBUSY: on. The error names the device as @whose's @dev and says
 * how to switch it off.
 */
int tw_rps_off(int fd, const char *whose, const char *dev, struct tw_err *err);

#endif
