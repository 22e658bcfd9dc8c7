/*
 * The injector: whole frames, in bulk, on libnet's descriptor. Opened inside the peer's namespace; the socket stays
 * there whatever the process does later.
 */
#ifndef TWPROBE_INJECT_H
#define TWPROBE_INJECT_H

#include <sys/uio.h>

#include "twprobe/err.h"

struct tw_inject;

/* Opens the injector on device @dev of the caller's namespace. NULL on failure. */
struct tw_inject *tw_inject_open(const char *dev, struct tw_err *err);
void tw_inject_close(struct tw_inject *inj);

/* Sends @n frames in this order. 0 or negative errno. */
int tw_inject_send(struct tw_inject *inj, const struct iovec *frames, unsigned n,
		   struct tw_err *err);

#endif
