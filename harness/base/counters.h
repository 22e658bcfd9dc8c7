/*
 * Counters of a network namespace, named as nstat names them: "TcpExtPAWSTimewait", "TcpOutRsts", "Ip6InReceives".
 */
#ifndef TWPROBE_COUNTERS_H
#define TWPROBE_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "twprobe/err.h"
#include "twprobe/evidence.h"

enum {
	TW_COUNTERS_CAP = 1024
};

struct tw_counter {
	char name[48];
	uint64_t value;
};

struct tw_counters {
	unsigned n;
	struct tw_counter c[TW_COUNTERS_CAP];
};

/*
 * Adds what @text holds: pairs of lines "Prefix: name name" and "Prefix: value value" (/proc/net/netstat, snmp), or single
 * lines "Name value" (snmp6, xfrm_stat). Pure, for any input. 0; -EINVAL if names and values do not pair up, a name is too
 * long or a value is no number; -E2BIG for more than TW_COUNTERS_CAP.
 */
int tw_counters_parse(struct tw_counters *cs, const char *text, size_t len, struct tw_err *err);

/* Value of the counter, or 0 where there is none of that name. */
uint64_t tw_counters_get(const struct tw_counters *cs, const char *name);

/*
 * What moved from @before to @after. Number of entries in @ret, at most TW_MOVED_MAX, TCP's first: what is beyond that
 * is octet counts and the like. Gauges (TcpCurrEstab) and constants are left out.
 */
unsigned tw_counters_moved(const struct tw_counters *before, const struct tw_counters *after,
			   struct tw_moved ret[TW_MOVED_MAX]);

/*
 * Counters that belong to the story of a TIME_WAIT entry. One of these that moves without the row saying so makes the row
 * FAIL. @watched: NULL-terminated.
 */
extern const char *const tw_counters_watched[];

#endif
