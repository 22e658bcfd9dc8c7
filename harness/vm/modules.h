/*
 * Which modules of a kernel a guest needs, and in which order: there is no modprobe in it, so all are loaded beforehand.
 */
#ifndef TWPROBE_VM_MODULES_H
#define TWPROBE_VM_MODULES_H

#include <stdbool.h>

#include "vm/tree.h"

enum {
	TW_MODULES_MAX = 128
};

struct tw_module {
	char name[64];
	uint8_t *data; /* uncompressed, without a signature; owned */
	size_t len;
	/* Connection tracking and what needs it: up to 5.14 its garbage collector wakes an idle machine eight times a second. */
	bool late;
};

struct tw_modules {
	struct tw_module mod[TW_MODULES_MAX]; /* in the order in which they can be loaded */
	unsigned n;
};

/*
 * Finds in @tree what the suite uses, and what that depends on (.modinfo: depends, softdep). What the tree does not have is
 * left out: it is built into the kernel, or the rows that need it will say so. A module for another release than @release
 * is -EXDEV. The caller frees with tw_modules_free(), also on failure. 0 or negative errno.
 */
int tw_modules_find(struct tw_tree *tree, const char *release, struct tw_modules *ret,
		    struct tw_err *err);
void tw_modules_free(struct tw_modules *mods);

#endif
