/*
 * What the kernel under test can do, found out by looking: names of what it has. `uname -r` is no oracle, since stable
 * kernels carry back-ports; it decides only where nothing can be probed. A read-only value; whoever probed it owns the names.
 *
 * Spellings:
 *   TcpExtPAWSTimewait               a counter, as nstat prints it
 *   net.ipv4.tcp_tw_reuse_delay      a TCP sysctl of the namespace that was probed
 *   net.ipv4.tcp_tw_reuse=3          a value that the sysctl takes
 *   default:net.ipv4.tcp_tw_reuse=2  its value in a new namespace
 *   sym:secure_tcp_seq_and_ts_off    a function of the kernel, by BTF or else by /proc/kallsyms
 *   btf:tcp_skb_cb.tcp_tw_isn        a member of a struct, a value of an enum, by BTF
 *   btf, kallsyms                    these could be read
 *   reason:TCP_RFC7323_TW_PAWS       a drop reason
 *   linux:6.1.55                     upstream's release (facts_release.h)
 * and, concluded from the above and never in .names:
 *   H-26                             the change that row of the rule book's history tells is in effect (facts_profile.h)
 *   !H-63                            it is not; so for all others
 */
#ifndef TWPROBE_FACTS_H
#define TWPROBE_FACTS_H

#include <stdbool.h>
#include <stddef.h>

struct tw_facts {
	char release[72]; /* uname -r */
	char machine[24]; /* uname -m */
	char **names;     /* sorted */
	size_t n_names;
	bool drop_reasons; /* skb:kfree_skb can be read here */
};

enum tw_answer {
	TW_NO,
	TW_YES,
	TW_UNTOLD, /* it could not be looked for, and the release does not tell either */
};

/*
 * Of a sysctl that the namespace from which twprobe was called has, and those of its own making do not: the rest of the name. Before
 * Linux 4.15 TCP has many that are the whole machine's.
 */
#define TW_FACT_ELSEWHERE "elsewhere:"

/* Whether the kernel has what @name spells. Counters are always told, and sysctls unless they are elsewhere. */
enum tw_answer tw_facts_tell(const struct tw_facts *facts, const char *name);

/* True if it certainly has. */
bool tw_facts_has(const struct tw_facts *facts, const char *name);

/* Why a row that needs @name has no meaning here: it is not there, or elsewhere, or nobody knows. In words, cut off at @size. */
void tw_facts_lack(const struct tw_facts *facts, const char *name, char *ret, size_t size);

/* Releases the names. The struct itself is the caller's. */
void tw_facts_free(struct tw_facts *facts);

#endif
