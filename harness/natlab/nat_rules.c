#include "natlab/nat_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "netns/nft.h"
#include "netns/ns.h"
#include "netns/sysctl.h"

/*
 * A rule set that needs one thing more than the one before it: what a kernel refuses first is what it lacks. nftables says
 * "No such file or directory" to all of them.
 */
struct need {
	const char *rules, *option;
};

static const struct need needs[] = {
	{ "table ip twneed { chain f { type filter hook forward priority 0; }; }",
	  "CONFIG_NF_TABLES_IPV4" },
	{ "table ip twneed { chain f { oifname \"lo\" accept; }; }", "CONFIG_NFT_META" },
	{ "table ip twneed { chain f { ct state new accept; }; }",
	  "CONFIG_NFT_CT (and CONFIG_NF_CONNTRACK)" },
	{ "table ip twneed { chain n { type nat hook postrouting priority 100; snat to "
	  "203.0.113.1; }; }",
	  "CONFIG_NFT_NAT" },
};

static const struct need need_strip = {
	"table ip twneed { chain f { reset tcp option timestamp; }; }",
	"removal of TCP options (nft \"reset tcp option\", Linux 5.13)"
};

static int look_for(int ns, const struct need *need, struct tw_err *err)
{
	struct tw_err why = { "" }, ignored;
	int res = tw_nft_load(ns, need->rules, &why);

	if (res == -EINVAL || res == -ENOENT)
		return tw_err_set(err, EOPNOTSUPP, "this kernel's nftables has no %s: %s",
				  need->option, why.text);
	if (res < 0) {
		*err = why;
		return res;
	}
	return tw_nft_load(ns, "delete table ip twneed", &ignored);
}

static int look_for_all(int ns, const struct tw_nat_setting *set, struct tw_err *err)
{
	int res = 0;

	for (unsigned i = 0; i < sizeof(needs) / sizeof(*needs) && res == 0; i++)
		res = look_for(ns, &needs[i], err);
	if (res == 0 && set->strips_ts)
		res = look_for(ns, &need_strip, err);
	return res;
}

static int set_timeout(const char *name, unsigned seconds, struct tw_err *err)
{
	char text[16];
	int res;

	snprintf(text, sizeof(text), "%u", seconds);
	res = tw_sysctl_set(name, text, err);
	if (res == -ENOENT)
		return tw_err_set(err, EOPNOTSUPP,
				  "this kernel has no %s (CONFIG_NF_CONNTRACK, CONFIG_SYSCTL)",
				  name);
	return res;
}

/*
 * Whoever closes first: connection tracking has TIME_WAIT when both FINs are acknowledged. It has CLOSE after a RST, as a server
 * without room for FIN_WAIT_2 sends one.
 */
static int hold(void *arg, struct tw_err *err)
{
	const struct tw_nat_setting *set = arg;
	int res = set_timeout("net.netfilter.nf_conntrack_tcp_timeout_time_wait", set->hold_s, err);

	if (res == 0 && set->hold_s < 10)
		res = set_timeout("net.netfilter.nf_conntrack_tcp_timeout_close", set->hold_s, err);
	return res;
}

int tw_nat_rules_load(const struct tw_topo_nat *topo, const struct tw_nat_setting *set,
		      struct tw_err *err)
{
	char rules[1024];
	int res = look_for_all(topo->nat_ns, set, err);

	if (res < 0)
		return res;
	/*
	 * What the NAT does not know is dropped behind it (-90: after destination NAT). Before 4.18 answers are translated back only
	 * where there is a chain for it, be it empty.
	 */
	snprintf(rules, sizeof(rules),
		 "table ip twprobe {"
		 " chain strip { type filter hook prerouting priority -300; %s };"
		 " chain in { type nat hook prerouting priority -100; };"
		 " chain unknown { type filter hook prerouting priority -90;"
		 " ip daddr 203.0.113.0/24 drop; };"
		 " chain out { type nat hook postrouting priority 100; oifname \"" TW_TOPO_NAT_OUT
		 "\" ip protocol tcp snat to 203.0.113.1:%u-%u; };"
		 " chain lose { type filter hook forward priority 0; }; }",
		 set->strips_ts ? "tcp flags syn reset tcp option timestamp;" : "",
		 TW_NAT_FIRST_PORT, TW_NAT_FIRST_PORT + set->ports - 1);
	res = tw_nft_load(topo->nat_ns, rules, err);
	return res < 0 ? res : tw_ns_in(topo->nat_ns, hold, (void *)set, err);
}

int tw_nat_rules_lose(const struct tw_topo_nat *topo, const struct tw_nat_setting *set,
		      struct tw_err *err)
{
	static const char acks[] = "add rule ip twprobe lose iifname \"" TW_TOPO_NAT_OUT
				   "\" tcp flags & (fin|syn|rst|psh|ack) == ack drop";
	static const char rsts[] = "add rule ip twprobe lose oifname \"" TW_TOPO_NAT_OUT
				   "\" tcp flags & rst == rst drop";
	int res = 0;

	if (set->drops_acks)
		res = tw_nft_load(topo->nat_ns, acks, err);
	if (res == 0 && set->drops_rsts)
		res = tw_nft_load(topo->nat_ns, rsts, err);
	return res;
}
