/*
 * Bringing the kernels of several lines into the cache, from Debian's archive.
 */
#ifndef TWPROBE_VM_FETCH_H
#define TWPROBE_VM_FETCH_H

#include <stdbool.h>

#include "twprobe/err.h"

struct tw_fetch_cfg {
	const char *dir;   /* the cache (cache.h); made if need be */
	char *const *line; /* NULL-terminated: "6.1"; empty: all that can be had */
	bool configured;   /* only from suites that the machine is configured for */
	/* One line on what was done, or could not be: "6.1   6.1.192-2". */
	void (*tell)(void *arg, const char *line, const char *what);
	void *arg;
};

/*
 * What is there already in the version that the archive has is left as it is; a line that cannot be had is a gap, and told.
 * *@ret_had: lines that are there now. 0 or negative errno: nothing could be done at all.
 */
int tw_fetch(const struct tw_fetch_cfg *cfg, unsigned *ret_had, struct tw_err *err);

#endif
