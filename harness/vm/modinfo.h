/*
 * What a kernel module says of itself in its section .modinfo.
 */
#ifndef TWPROBE_VM_MODINFO_H
#define TWPROBE_VM_MODINFO_H

#include <stddef.h>
#include <stdint.h>

#include "twprobe/err.h"

/* Texts point into the module. Missing ones are "". */
struct tw_modinfo {
	const char *vermagic; /* "6.1.0-56-cloud-amd64 SMP preempt mod_unload modversions " */
	const char *depends;  /* "nf_tables,nf_conntrack" */
	const char *softdep;  /* "pre: crc32c"; the first of them */
};

/*
 * Reads @len bytes of an uncompressed module. -EINVAL: it is none; @what names it in the error. *@ret_len is its length
 * without the signature that may be behind it (checking that takes an emulated machine longer than all the rest).
 */
int tw_modinfo_read(const uint8_t *module, size_t len, const char *what, struct tw_modinfo *ret,
		    size_t *ret_len, struct tw_err *err);

#endif
