/*
 * Finding out what the kernel under test can do.
 */
#ifndef TWPROBE_FACTS_PROBE_H
#define TWPROBE_FACTS_PROBE_H

#include "twprobe/err.h"
#include "twprobe/facts.h"

/*
 * Probes the kernel of network namespace @ns: names of counters and of TCP sysctls, and whether drop reasons can be read.
 * The caller releases @ret with tw_facts_free(). 0 or negative errno.
 */
int tw_facts_probe(int ns, struct tw_facts *ret, struct tw_err *err);

#endif
