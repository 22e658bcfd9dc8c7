/*
 * What became of one row on one kernel, in the form in which kernels are compared: what it did, and why this kernel may do so.
 */
#ifndef TWPROBE_MATRIX_CELL_H
#define TWPROBE_MATRIX_CELL_H

#include <stdbool.h>

#include "base/result.h"

struct tw_cell {
	bool played; /* else nothing below is set */
	enum tw_outcome outcome;
	enum tw_conformance rfc, also;
	/*
	 * What counts when two kernels are compared: replies, fate of the entry, and what the row expects of this kernel; of a row that
	 * is not as expected what was seen; of one without a verdict the reason. Never a raw time or an ISN.
	 */
	char *shape;
	char *saw; /* what the kernel did, for people */
	char *because; /* why this kernel may differ: the row's exceptions that are its, or what it lacks; "" */
};

/* From a result that was judged with @facts. The caller frees with tw_cell_free(). 0 or negative errno. */
int tw_cell_make(const struct tw_result *res, const struct tw_facts *facts, struct tw_cell *ret,
		 struct tw_err *err);
void tw_cell_free(struct tw_cell *cell);

/* True if both kernels did the same. */
bool tw_cell_same(const struct tw_cell *a, const struct tw_cell *b);

/* True if it is as expected, or rightly left out. */
bool tw_cell_fine(const struct tw_cell *cell);

#endif
