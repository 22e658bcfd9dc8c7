#include "matrix/matrix_json.h"

#include "evidence/json_fields.h"
#include "text/report_told.h"

static json_t *text_or_null(const char *text)
{
	return text && text[0] ? tw_json_text(text) : json_null();
}

static json_t *column_json(const struct tw_column *col)
{
	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:i, s:f, s:f}", "label",
			 tw_json_text(col->label), "release", text_or_null(col->release), "version",
			 text_or_null(col->version), "ending", tw_ending_name(col->ending),
			 "trouble", text_or_null(col->trouble), "again",
			 text_or_null(col->trouble[0] ? col->again : ""), "console",
			 text_or_null(col->console), "rows", (int)col->n_played, "wall_s",
			 col->wall_s, "cpu_s", col->cpu_s);
}

static json_t *cell_json(const struct tw_cell *cell, unsigned side)
{
	if (!cell->played)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:i, s:o, s:o}", "outcome",
			 tw_outcome_name(cell->outcome), "rfc", tw_conformance_name(cell->rfc),
			 "also", tw_conformance_name(cell->also), "side", (int)side, "saw",
			 text_or_null(cell->saw), "because", text_or_null(cell->because));
}

static json_t *row_json(const struct tw_matrix *m, unsigned i, const struct tw_difference *diff)
{
	json_t *cells = json_array();

	for (unsigned c = 0; c < m->n_cols; c++)
		json_array_append_new(cells,
				      cell_json(&m->col[c].cell[i], diff ? diff->side[c] : 0));
	return json_pack("{s:o, s:s, s:b, s:o, s:o, s:o}", "id", tw_json_text(m->row[i].row->id),
			 "family", tw_family_name(m->row[i].family), "differs", diff != NULL,
			 "explained", diff ? json_boolean(diff->explained) : json_null(), "because",
			 text_or_null(diff ? diff->because : ""), "cells", cells);
}

json_t *tw_matrix_to_json(const struct tw_matrix *m, const struct tw_differences *d)
{
	json_t *kernels = json_array(), *rows = json_array();
	unsigned next = 0;

	for (unsigned c = 0; c < m->n_cols; c++)
		json_array_append_new(kernels, column_json(&m->col[c]));
	for (unsigned i = 0; i < m->n; i++) {
		const struct tw_difference *diff =
			next < d->n && d->diff[next].row == i ? &d->diff[next++] : NULL;

		json_array_append_new(rows, row_json(m, i, diff));
	}
	return json_pack("{s:o, s:o, s:{s:i, s:i, s:i, s:i, s:i, s:i}}", "kernels", kernels, "rows",
			 rows, "totals", "rows", (int)m->n, "kernels", (int)m->n_cols, "alike",
			 (int)(m->n - d->n - d->unplayed), "not_played", (int)d->unplayed, "differ",
			 (int)d->n, "unexplained", (int)d->unexplained);
}
