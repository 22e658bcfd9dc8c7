/*
 * The server's counters and its sniffer are two witnesses, and are asked one after the other. A client repeats its SYN whenever it
 * likes: what comes between the two questions is known to one of them only. So they are asked until they agree.
 */
#ifndef TWPROBE_NATLAB_AGREE_H
#define TWPROBE_NATLAB_AGREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/counters.h"
#include "stand/proc_counters.h"
#include "twprobe/err.h"

/* Segments that the server received [0] and sent [1]: as it counted them when the sniffer was opened, and as captured since. */
struct tw_agree {
	uint64_t begin[2], captured[2];
};

/* Begins with @cs: nothing has been captured yet. */
void tw_agree_begin(struct tw_agree *agree, const struct tw_counters *cs);

/* One TCP segment at the server's end. */
void tw_agree_captured(struct tw_agree *agree, bool from_server);

/*
 * The counters at a moment at which TcpInSegs and TcpOutSegs are what was captured. @drain takes in what the sniffers have. 0; -EPROTO:
 * they did not agree for a second; other negative errno.
 */
int tw_agree_read(const struct tw_agree *agree, struct tw_proc_counters *proc,
		  int (*drain)(void *arg, struct tw_err *err), void *arg, struct tw_counters *ret,
		  struct tw_err *err);

#endif
