/*
 * Which packages make up the newest kernel of a line ("6.1"), by what an archive offers. Pure.
 */
#ifndef TWPROBE_VM_LINES_H
#define TWPROBE_VM_LINES_H

#include <stddef.h>

#include "twprobe/err.h"

enum {
	TW_LINES_MAX = 64,
	TW_PARTS_MAX = 2,
};

struct tw_line {
	char name[16];    /* "6.1" */
	char version[64]; /* "6.1.192-2" */
	char part[TW_PARTS_MAX]
		 [128]; /* "linux-image-6.1.0-56-cloud-amd64=6.1.192-2"; "": no such part */
	char gap[128];  /* not empty: it cannot be had, and why */
};

struct tw_lines {
	struct tw_line line[TW_LINES_MAX]; /* by number */
	unsigned n;
};

/*
 * @offers: what 'apt-cache madison' prints of packages called linux-image-, linux-binary- and linux-modules-...
 * (" name | version | where" in each line). Until 6.18 linux-image holds all, from 6.19 on it is split in two.
 */
void tw_lines_find(const char *offers, struct tw_lines *ret);

/* The line called @name, or NULL. */
const struct tw_line *tw_lines_get(const struct tw_lines *lines, const char *name);

#endif
