/*
 * Debian packages, and whatever else libarchive unpacks: the only file that knows its reading side.
 */
#ifndef TWPROBE_VM_DEB_H
#define TWPROBE_VM_DEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "twprobe/err.h"

/* True if the file begins as a Debian package does. */
bool tw_deb_is(const char *path);

/* Takes one file: @data is from malloc() and now the receiver's, also on failure. 0 or negative errno. */
typedef int tw_deb_fn(void *arg, const char *path, uint8_t *data, size_t len, struct tw_err *err);

/* Unpacks those regular files of the package @path that @wanted takes ("./boot/vmlinuz-6.1"). 0 or negative errno. */
int tw_deb_each(const char *path, bool (*wanted)(const char *path), tw_deb_fn *fn, void *arg,
		struct tw_err *err);

/*
 * The contents of @len bytes, which may be compressed (xz, zstd, gzip) or not. From malloc(), the caller's. 0 or
 * negative errno; @what names them in the error.
 */
int tw_deb_inflate(const uint8_t *data, size_t len, const char *what, uint8_t **ret,
		   size_t *ret_len, struct tw_err *err);

#endif
