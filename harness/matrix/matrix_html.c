#include "matrix/matrix_html.h"

#include <jansson.h>
#include <stdlib.h>

#include "evidence/json_fields.h"
#include "report/report.h"
#include "text/report_told.h"

/* In packetdrill's notation; "" without evidence. */
static char *timeline(const struct tw_result *res)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct tw_sink *sink = out && res->row ? tw_sink_trace(out) : NULL;

	if (sink) {
		sink->ops->result(sink, res, NULL);
		sink->ops->end(sink, NULL, NULL);
	}
	if (out)
		fclose(out);
	return text;
}

/* Of rows in which all are alike one timeline tells enough. */
static json_t *cell_json(const struct tw_column *col, unsigned i, unsigned side, bool whole)
{
	const struct tw_cell *cell = &col->cell[i];
	struct tw_told told = { .counters = "" };
	char *text;
	json_t *ret;

	if (!cell->played)
		return json_null();
	ret = json_pack("{s:s, s:s, s:i}", "o", tw_outcome_name(cell->outcome), "r",
			tw_conformance_name(cell->rfc), "s", (int)side);
	if (!whole)
		return ret;
	text = timeline(&col->res[i]);
	if (col->res[i].row)
		tw_result_tell(&col->res[i], &told);
	json_object_set_new(ret, "saw", tw_json_text(cell->saw));
	json_object_set_new(ret, "because", tw_json_text(cell->because));
	json_object_set_new(ret, "expected", tw_json_text(told.expected));
	json_object_set_new(ret, "counters", tw_json_text(told.counters));
	json_object_set_new(ret, "t", tw_json_text(text ? text : ""));
	free(text);
	return ret;
}

static json_t *row_json(const struct tw_matrix *m, unsigned i, const struct tw_difference *diff)
{
	json_t *cells = json_array();

	for (unsigned c = 0; c < m->n_cols; c++)
		json_array_append_new(cells,
				      cell_json(&m->col[c], i, diff ? diff->side[c] : 0,
						diff || !c || !tw_cell_fine(&m->col[c].cell[i])));
	return json_pack("{s:o, s:i, s:o, s:b, s:b, s:o, s:o}", "id",
			 tw_json_text(m->row[i].row->id), "f", (int)m->row[i].family, "says",
			 tw_json_text(m->row[i].row->says), "d", diff != NULL, "x",
			 diff && !diff->explained, "because",
			 tw_json_text(diff ? diff->because : ""), "c", cells);
}

static json_t *column_json(const struct tw_column *col)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "label", tw_json_text(col->label), "release",
			 tw_json_text(col->version[0] ? col->version : col->release), "trouble",
			 tw_json_text(col->trouble), "console",
			 tw_json_text(col->trouble[0] && col->console ? col->console : ""));
}

static json_t *page_json(const struct tw_matrix *m, const struct tw_differences *d,
			 const char *command)
{
	json_t *cols = json_array(), *rows = json_array();
	unsigned next = 0;

	for (unsigned c = 0; c < m->n_cols; c++)
		json_array_append_new(cols, column_json(&m->col[c]));
	for (unsigned i = 0; i < m->n; i++) {
		const struct tw_difference *diff =
			next < d->n && d->diff[next].row == i ? &d->diff[next++] : NULL;

		json_array_append_new(rows, row_json(m, i, diff));
	}
	return json_pack("{s:o, s:o, s:o, s:i}", "command", tw_json_text(command), "kernels", cols,
			 "rows", rows, "unexplained", (int)d->unexplained);
}

/* With no "<" in it there is neither "</script>" nor "<!--", which would hide the one that follows. */
static int put_script(const char *json, size_t len, void *arg)
{
	FILE *out = arg;

	for (size_t i = 0; i < len; i++)
		if (json[i] == '<')
			fputs("\\u003c", out);
		else
			fputc(json[i], out);
	return ferror(out) ? -1 : 0;
}

void tw_matrix_html(const struct tw_matrix *m, const struct tw_differences *d, const char *command,
		    FILE *out)
{
	json_t *page = page_json(m, d, command);

	fputs(tw_matrix_page_head, out);
	json_dump_callback(page, put_script, out, JSON_COMPACT | JSON_ENSURE_ASCII);
	fputs(tw_matrix_page_tail, out);
	json_decref(page);
}
