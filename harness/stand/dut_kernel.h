/*
 * The DUT that is this machine's kernel, in the DUT namespace of a lane.
 */
#ifndef TWPROBE_DUT_KERNEL_H
#define TWPROBE_DUT_KERNEL_H

#include "netns/lane.h"
#include "stand/drops.h"
#include "twprobe/io.h"

/*
 * Opens sock_diag and the counters of the lane's DUT. @drops: where drop reasons are read, may be NULL; it belongs to the
 * caller's thread and, like the lane, must outlive the DUT. One sysctl differs from the kernel's default from now on:
 * net.ipv4.tcp_orphan_retries = 3, so that a FIN which nobody answers, after kill -9 say, holds the namespace for seconds
 * and not for minutes. @patient: what cannot be destroyed, as TIME_WAIT before 6.0, is waited for at a reset; in a DUT's home
 * it is in any case.
 */
int tw_dut_kernel_open(const struct tw_lane *lane, struct tw_drops *drops, bool patient,
		       struct tw_dut **ret, struct tw_err *err);

#endif
