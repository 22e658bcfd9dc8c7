/*
 * The two halves of `twprobe nat`.
 */
#ifndef TWPROBE_CMD_NAT_H
#define TWPROBE_CMD_NAT_H

#include "cmd/cmd.h"
#include "nat/campaign.h"

/* argv[0] is "--simulate". */
int tw_cmd_nat_simulate(int argc, char **argv);

/* 1 if something failed, 70 if something has no verdict or nothing was played, 4 if all was skipped, else 0. */
enum tw_exit tw_nat_exit(const struct tw_nat_campaign *c);

#endif
