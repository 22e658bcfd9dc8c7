/*
 * What the terminal can do, and one line of progress on it that is redrawn in place. Without a
 * terminal the line does not exist. The caller owns the struct and the stream.
 */
#ifndef TWPROBE_TERM_H
#define TWPROBE_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * What --color=auto means for @out: a terminal that is not dumb, and no NO_COLOR (any value but "")
 * in the way.
 */
bool tw_term_has_color(FILE *out);

/* Columns of the terminal @out that may be used in a line; 80 less one where nothing tells. */
size_t tw_term_width(FILE *out);

struct tw_progress {
	FILE *out;
	bool live;    /* a terminal that can redraw */
	bool shown;   /* the line is on the screen */
	uint64_t due; /* not before this instant, ns: drawing must not cost more than testing */
};

/* @out is stderr outside tests. @quiet: never draw. */
void tw_progress_init(struct tw_progress *p, FILE *out, bool quiet);

/* "[ 12/308] 1 failed  syn.seq-above.ts-below", at most ten times a second. */
void tw_progress_draw(struct tw_progress *p, unsigned done, unsigned planned, unsigned bad,
		      const char *now);

/*
 * Takes the line away: before anything else is written to the terminal, stdout included, and at the
 * end.
 */
void tw_progress_clear(struct tw_progress *p);

#endif
