/*
 * Where kernels differ, and why. Two kernels differ in a row if their cells do (cell.h); a difference is explained if each side that
 * is not the ordinary one has a reason of its own, and no side is a failure.
 */
#ifndef TWPROBE_MATRIX_COMPARE_H
#define TWPROBE_MATRIX_COMPARE_H

#include "matrix/matrix.h"

enum {
	TW_COLUMNS_MAX = 64
};

/* One row in which the kernels do not all do the same. */
struct tw_difference {
	unsigned row;
	unsigned n_sides;
	uint8_t side
		[TW_COLUMNS_MAX]; /* of each column, counted from 0 in the order of the columns */
	bool explained;
	char *because; /* the reasons of all sides; "" */
};

/* The same difference in many rows: same sides, same reasons. */
struct tw_difference_kind {
	const struct tw_difference *first;
	unsigned n;
	unsigned *at; /* indices of tw_differences.diff */
};

struct tw_differences {
	struct tw_difference *diff; /* in the order of the rows */
	unsigned n, unexplained;
	unsigned unplayed; /* rows of which no kernel has anything: neither alike nor different */
	struct tw_difference_kind
		*kind; /* those without an explanation first, then those of most rows */
	unsigned n_kinds;
};

/* The caller frees with tw_differences_free(), also on failure. 0 or negative errno. */
int tw_compare(const struct tw_matrix *m, struct tw_differences *ret, struct tw_err *err);
void tw_differences_free(struct tw_differences *d);

#endif
