/*
 * How a matrix gets on: a line per kernel, redrawn in place on a terminal; elsewhere a line when a kernel is through. The caller
 * owns the struct and the stream.
 */
#ifndef TWPROBE_WATCH_H
#define TWPROBE_WATCH_H

#include <stdio.h>

#include "matrix/compare.h"
#include "matrix/drive.h"

struct tw_watch {
	FILE *out;
	bool live, quiet;
	unsigned drawn; /* lines on the screen */
	uint64_t due;
	bool told[TW_COLUMNS_MAX];
};

void tw_watch_init(struct tw_watch *w, FILE *out, bool quiet);
/* For tw_drive_cfg.watch; @arg is the struct tw_watch. */
void tw_watch_draw(void *arg, const struct tw_matrix *m, const enum tw_drive_state *state);
#endif
