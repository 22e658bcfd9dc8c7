/*
 * What the kernel under test can do, found out by looking: the names of its counters (as nstat prints them)
 * and of its TCP sysctls. `uname -r` is no oracle, since stable kernels carry back-ports; the release is kept for
 * people only. A read-only value; whoever probed it owns the names.
 */
#ifndef TWPROBE_FACTS_H
#define TWPROBE_FACTS_H

#include <stdbool.h>
#include <stddef.h>

struct tw_facts {
	char release[72]; /* uname -r */
	char machine[24]; /* uname -m */
	char **names;     /* sorted: "TcpExtPAWSTimewait", "net.ipv4.tcp_tw_reuse_delay" */
	size_t n_names;
	bool drop_reasons; /* skb:kfree_skb can be read here */
};

/* True if the kernel has the counter or sysctl of that name. */
bool tw_facts_has(const struct tw_facts *facts, const char *name);

/* Releases the names. The struct itself is the caller's. */
void tw_facts_free(struct tw_facts *facts);

#endif
