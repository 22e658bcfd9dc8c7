/*
 * What has changed since a baseline: the same kernel then and now, row by row.
 */
#ifndef TWPROBE_MATRIX_CHANGES_H
#define TWPROBE_MATRIX_CHANGES_H

#include <jansson.h>
#include <stdio.h>

#include "matrix/matrix.h"

struct tw_change_at {
	unsigned col, row;
};

struct tw_changes {
	const struct tw_matrix *was, *is;
	struct tw_change_at *at; /* by column, in the order of the rows */
	unsigned n;
};

/* @was and @is have the same rows and columns. A row that is in one of them only has changed. 0 or -ENOMEM. */
int tw_changes_find(const struct tw_matrix *was, const struct tw_matrix *is, struct tw_changes *ret,
		    struct tw_err *err);
void tw_changes_free(struct tw_changes *changes);

void tw_changes_print(const struct tw_changes *changes, const char *since, bool color, FILE *out);
/* [{ "kernel", "id", "family", "was": { "outcome", "saw" }, "is": ... }]; null: not played. */
json_t *tw_changes_to_json(const struct tw_changes *changes);

#endif
