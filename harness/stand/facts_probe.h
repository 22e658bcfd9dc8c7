/*
 * Finding out what the kernel under test can do.
 */
#ifndef TWPROBE_FACTS_PROBE_H
#define TWPROBE_FACTS_PROBE_H

#include "twprobe/err.h"
#include "twprobe/facts.h"

/*
 * Probes the kernel of network namespace @ns, whose sysctls should be as the kernel makes them: all that facts.h spells. What
 * cannot be looked for (no BTF, no tracefs) is left out. Some 15 ms. The caller releases @ret with tw_facts_free().
 * 0 or negative errno.
 */
int tw_facts_probe(int ns, struct tw_facts *ret, struct tw_err *err);

/* Becomes able to make namespaces (ns.h) and probes one that is as a DUT's will be (home.h). */
int tw_facts_look(struct tw_facts *ret, struct tw_err *err);

/*
 * 1 if the caller's namespace has a setting that rows depend on and a new namespace has not, else 0: up to 4.14 some are only in the
 * machine's initial one. Negative errno. The caller may make namespaces.
 */
int tw_facts_only_here(struct tw_err *err);

/*
 * The @i-th fact about a sysctl's value that is probed, without the value: "default:net.ipv4.tcp_tw_reuse", or
 * "net.ipv4.tcp_tw_reuse" for the values that it takes. NULL past the last one.
 */
const char *tw_fact_value_at(size_t i);

#endif
