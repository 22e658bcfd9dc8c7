/*
 * A matrix for people: the kernels, what differs between them and why, what is not as expected, and a table of counts.
 */
#ifndef TWPROBE_MATRIX_TEXT_H
#define TWPROBE_MATRIX_TEXT_H

#include <stdio.h>

#include "matrix/compare.h"

struct tw_matrix_style {
	bool color;
	bool verbose; /* a line for every row, not only for those that differ */
};

void tw_matrix_print(const struct tw_matrix *m, const struct tw_differences *d,
		     const struct tw_matrix_style *style, FILE *out);

#endif
