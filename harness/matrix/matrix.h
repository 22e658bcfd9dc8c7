/*
 * Rows x kernels: what a matrix of virtual machines, or two stored runs, came to. Filled by collect.h and stored.h, read by
 * compare.h and the reports. Owns all that it points to.
 */
#ifndef TWPROBE_MATRIX_H
#define TWPROBE_MATRIX_H

#include "matrix/cell.h"
#include "run/plan.h"
#include "twprobe/facts.h"
#include "vm/machine.h"

struct tw_column {
	char label[48];
	char release[72];  /* uname -r */
	char version[160]; /* the image's own words; "" */
	enum tw_ending ending;
	char trouble[512];    /* not empty: why not all of it was played */
	char again[1024];     /* the command that plays it again */
	char *console;        /* what the kernel said; NULL: nothing is kept */
	unsigned n_played;    /* cells that have something */
	unsigned planned;     /* that the guest spoke of; 0: it never came so far */
	int begun;            /* the row that was at work when it ended; -1: none */
	double wall_s, cpu_s; /* of this machine */
	struct tw_facts facts;
	struct tw_cell *cell;  /* one per row */
	struct tw_result *res; /* the same, with evidence; ->row is NULL where there is none */
};

struct tw_matrix {
	struct tw_plan_item *row;
	unsigned n;
	struct tw_column *col;
	unsigned n_cols;
};

/* With @n rows (copied) and room for @n_cols columns, which are empty. 0 or -ENOMEM. */
int tw_matrix_init(struct tw_matrix *m, const struct tw_plan_item *rows, unsigned n,
		   unsigned n_cols, struct tw_err *err);
void tw_matrix_free(struct tw_matrix *m);

/* Gives column @c the label @wish, made a file's name, and another than those of the columns before it. */
void tw_matrix_label(struct tw_matrix *m, unsigned c, const char *wish);

/*
 * Judges @res (whose evidence is taken over) by the column's facts and puts it into the cell of row @i. 0 or negative
 * errno.
 */
int tw_matrix_put(struct tw_matrix *m, struct tw_column *col, unsigned i, struct tw_result *res,
		  struct tw_err *err);

/* True if every row of the column has been played and is as expected. */
bool tw_column_fine(const struct tw_matrix *m, const struct tw_column *col);

#endif
