/*
 * Runs the machines of a matrix, several at a time, until each has said all or is past helping.
 */
#ifndef TWPROBE_MATRIX_DRIVE_H
#define TWPROBE_MATRIX_DRIVE_H

#include "matrix/matrix.h"

enum tw_drive_state {
	TW_DRIVE_WAITS,
	TW_DRIVE_RUNS,
	TW_DRIVE_OVER,
};

/* Called some times a second, and at least once after every change of a @state (one per column). */
typedef void tw_drive_fn(void *arg, const struct tw_matrix *m, const enum tw_drive_state *state);

struct tw_drive_cfg {
	struct tw_vm_cfg vm;
	unsigned jobs; /* machines at a time, at least 1 */
	tw_drive_fn *watch;
	void *arg;
};

/*
 * Fills the columns of @m, kernel by kernel (@kernel has one per column). A guest in trouble is in its column; 0, or negative
 * errno where the host fails. When it returns all machines are gone.
 */
int tw_drive(struct tw_matrix *m, const struct tw_kernel *kernel, const struct tw_drive_cfg *cfg,
	     struct tw_err *err);

#endif
