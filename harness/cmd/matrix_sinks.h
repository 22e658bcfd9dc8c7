/*
 * What becomes of a matrix: told as text or JSON, drawn as a page, stored, held against an earlier one. Options and deeds that
 * 'matrix' and 'diff' share.
 */
#ifndef TWPROBE_MATRIX_SINKS_H
#define TWPROBE_MATRIX_SINKS_H

#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "matrix/matrix.h"

struct tw_matrix_choice {
	bool json, verbose, quiet;
	const char *html, *record, *against, *color;
	struct tw_matrix was; /* what --against names; owned */
};

enum {
	TW_MATRIX_OPTS = 7
};

/* The options that fill @choice, TW_MATRIX_OPTS of them. */
void tw_matrix_options(struct tw_matrix_choice *choice, struct tw_opt *ret_opts);
int tw_matrix_choice_check(const struct tw_matrix_choice *choice, struct tw_err *err);
void tw_matrix_choice_free(struct tw_matrix_choice *choice);

/* Reads what --against names, before anything is booted. 0 or negative errno. */
int tw_matrix_baseline(struct tw_matrix_choice *choice, const struct tw_matrix *m,
		       struct tw_err *err);

/*
 * Does all that was chosen. *@ret_exit: 1 a FAIL, a difference without an explanation, or a change against the baseline; 70 if
 * a row has no verdict or was not played; 4 if everything was skipped. 0 or negative errno.
 */
int tw_matrix_tell(const struct tw_matrix_choice *choice, const struct tw_matrix *m,
		   const char *command, unsigned long long seed, enum tw_exit *ret_exit,
		   struct tw_err *err);

#endif
