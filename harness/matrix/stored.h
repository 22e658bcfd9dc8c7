/*
 * Columns in files. DIR/LABEL.json is the evidence, for 'twprobe judge' and 'twprobe diff'; DIR/LABEL.verdicts has one line per row
 * with what is compared and nothing else, so that two runs of one kernel give the same bytes; DIR/LABEL.console is what the
 * kernel said.
 */
#ifndef TWPROBE_MATRIX_STORED_H
#define TWPROBE_MATRIX_STORED_H

#include "matrix/matrix.h"

/* Writes all three into @dir, which is made if need be; no evidence of a guest that never began. 0 or negative errno. */
int tw_stored_write(const struct tw_matrix *m, const struct tw_column *col, const char *dir,
		    const char *command, unsigned long long seed, struct tw_err *err);

/* Writes the verdicts to @path. */
int tw_stored_write_verdicts(const struct tw_matrix *m, const struct tw_column *col,
			     const char *path, struct tw_err *err);

/*
 * Reads stored runs, evidence files or verdict files (told apart by what they hold), into a new matrix with a column each.
 * Its rows are those that any of them has and this build knows; *@ret_unknown results are of others. 0 or negative errno.
 */
int tw_stored_read(char **path, unsigned n, struct tw_matrix *ret, unsigned *ret_unknown,
		   struct tw_err *err);

/*
 * Reads the verdicts DIR/LABEL.verdicts of every column of @m into @ret: the same rows and columns. -ENOENT with the name of
 * the file if one is missing.
 */
int tw_stored_read_baseline(const struct tw_matrix *m, const char *dir, struct tw_matrix *ret,
			    struct tw_err *err);

#endif
