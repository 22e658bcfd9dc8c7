/*
 * Where fetched kernels are kept: a directory with one directory per line, "6.1", into which the packages of that kernel are
 * unpacked. $XDG_CACHE_HOME/twprobe/kernels, or ~/.cache/twprobe/kernels.
 */
#ifndef TWPROBE_VM_CACHE_H
#define TWPROBE_VM_CACHE_H

#include <stddef.h>

#include "twprobe/err.h"

/* The usual place. 0, or -ENOENT where neither variable is set. */
int tw_cache_path(char *ret, size_t size, struct tw_err *err);

/*
 * The kernels in @dir, by version, as words for tw_kernel_open(). NULL-terminated, from malloc() as is each word; an empty
 * list if there is nothing. The caller frees with tw_cache_free(). 0 or negative errno.
 */
int tw_cache_list(const char *dir, char ***ret, struct tw_err *err);
void tw_cache_free(char **words);

#endif
