/*
 * A matrix as one page: rows x kernels as a heat map; a click on a cell shows what both sides did, with their timelines. Needs
 * nothing but itself.
 */
#ifndef TWPROBE_MATRIX_HTML_H
#define TWPROBE_MATRIX_HTML_H

#include <stdio.h>

#include "matrix/compare.h"

/* Errors stay in @out (ferror()). */
void tw_matrix_html(const struct tw_matrix *m, const struct tw_differences *d, const char *command,
		    FILE *out);

/* The page before and behind its data, which is a JSON document. */
extern const char tw_matrix_page_head[], tw_matrix_page_tail[];

#endif
