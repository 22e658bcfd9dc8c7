/*
 * A guest's words become a column: line by line, as they come.
 */
#ifndef TWPROBE_MATRIX_COLLECT_H
#define TWPROBE_MATRIX_COLLECT_H

#include "matrix/matrix.h"

struct tw_collect {
	struct tw_matrix *m;
	struct tw_column *col;
	off_t at;   /* so much of what was said has been taken */
	bool hello; /* the facts have come */
	bool ended; /* the last line has */
};

/* Takes the whole lines that have come since. 0, or -EPROTO if what was said cannot be understood. */
int tw_collect_take(struct tw_collect *c, int results, struct tw_err *err);

/*
 * The machine has ended as @vm says: takes the rest, keeps the console, and says in the column what was wrong if the suite did
 * not come to its end. 0 or negative errno (of twprobe's own; a guest in trouble is no error).
 */
int tw_collect_end(struct tw_collect *c, const struct tw_vm *vm, struct tw_err *err);

#endif
