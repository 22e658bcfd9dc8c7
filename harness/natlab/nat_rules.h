/*
 * The NAT of a topology: source NAT by nftables, how long connection tracking keeps what is closed, and what the path loses.
 */
#ifndef TWPROBE_NATLAB_NAT_RULES_H
#define TWPROBE_NATLAB_NAT_RULES_H

#include "nat/setting.h"
#include "netns/topo_nat.h"
#include "twprobe/err.h"

enum {
	TW_NAT_FIRST_PORT = 40000, /* of the public ones */
	TW_NAT_PORTS_MAX = 20000,
};

/*
 * Sets the NAT up as @set asks for; what the path loses (drops_acks, drops_rsts) only comes with tw_nat_rules_lose(). 0;
 * -EOPNOTSUPP: this kernel lacks something, and the error names the option; other negative errno.
 */
int tw_nat_rules_load(const struct tw_topo_nat *topo, const struct tw_nat_setting *set,
		      struct tw_err *err);
int tw_nat_rules_lose(const struct tw_topo_nat *topo, const struct tw_nat_setting *set,
		      struct tw_err *err);

#endif
