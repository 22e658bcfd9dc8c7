#include "matrix/matrix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int tw_matrix_init(struct tw_matrix *m, const struct tw_plan_item *rows, unsigned n,
		   unsigned n_cols, struct tw_err *err)
{
	bool all;

	*m = (struct tw_matrix){ .n = n, .n_cols = n_cols };
	m->row = calloc(n + 1, sizeof(*m->row));
	m->col = calloc(n_cols + 1, sizeof(*m->col));
	all = m->row && m->col;
	for (unsigned c = 0; all && c < n_cols; c++) {
		m->col[c].begun = -1;
		m->col[c].cell = calloc(n + 1, sizeof(*m->col[c].cell));
		m->col[c].res = calloc(n + 1, sizeof(*m->col[c].res));
		all = m->col[c].cell && m->col[c].res;
	}
	if (!all) {
		tw_matrix_free(m);
		return tw_err_set(err, ENOMEM, "out of memory for the matrix");
	}
	if (n)
		memcpy(m->row, rows, n * sizeof(*rows));
	return 0;
}

void tw_matrix_free(struct tw_matrix *m)
{
	for (unsigned c = 0; m->col && c < m->n_cols; c++) {
		struct tw_column *col = &m->col[c];

		for (unsigned i = 0; col->cell && i < m->n; i++)
			tw_cell_free(&col->cell[i]);
		for (unsigned i = 0; col->res && i < m->n; i++)
			if (col->res[i].row)
				tw_evidence_free(&col->res[i].ev);
		tw_facts_free(&col->facts);
		free(col->cell);
		free(col->res);
		free(col->console);
	}
	free(m->col);
	free(m->row);
	*m = (struct tw_matrix){ .n = 0 };
}

static bool label_taken(const struct tw_matrix *m, unsigned c)
{
	for (unsigned before = 0; before < c; before++)
		if (!strcmp(m->col[before].label, m->col[c].label))
			return true;
	return false;
}

void tw_matrix_label(struct tw_matrix *m, unsigned c, const char *wish)
{
	char *label = m->col[c].label, name[sizeof(m->col[c].label)];

	snprintf(name, sizeof(name), "%s", wish);
	for (char *at = name; *at; at++)
		*at = *at == '/' || (unsigned char)*at < ' ' ? '-' : *at;
	strcpy(label, name);
	for (unsigned n = 2; label_taken(m, c); n++)
		snprintf(label, sizeof(name), "%.36s-%u", name, n);
}

int tw_matrix_put(struct tw_matrix *m, struct tw_column *col, unsigned i, struct tw_result *res,
		  struct tw_err *err)
{
	res->row = m->row[i].row;
	res->family = m->row[i].family;
	tw_judge(res->row, &res->ev, &col->facts, &res->verdict);
	if (col->res[i].row)
		tw_evidence_free(&col->res[i].ev);
	else
		col->n_played++;
	tw_cell_free(&col->cell[i]);
	col->res[i] = *res;
	return tw_cell_make(res, &col->facts, &col->cell[i], err);
}

bool tw_column_fine(const struct tw_matrix *m, const struct tw_column *col)
{
	for (unsigned i = 0; i < m->n; i++)
		if (!tw_cell_fine(&col->cell[i]))
			return false;
	return !col->trouble[0];
}
