/*
 * nftables of one network namespace: rules are text as nft(8) takes it, and live as long as the
 * namespace does.
 */
#ifndef TWPROBE_NETNS_NFT_H
#define TWPROBE_NETNS_NFT_H

#include "twprobe/err.h"

/*
 * Carries out @commands in the namespace @ns, all of them or none ("flush ruleset" takes everything
 * back). In one line there must be a ";" behind each inner "}". 0; -EOPNOTSUPP: the kernel has no
 * nf_tables; -EINVAL: refused, and the error tells the first complaint of libnftables; -ENOENT: the
 * same, because the kernel lacks what the commands name: a table, or an expression ("meta mark"
 * without CONFIG_NFT_META, say); other negative errno. Some milliseconds.
 */
int tw_nft_load(int ns, const char *commands, struct tw_err *err);

#endif
