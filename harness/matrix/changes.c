#include "matrix/changes.h"

#include <errno.h>
#include <stdlib.h>

#include "evidence/json_fields.h"
#include "text/report_told.h"

int tw_changes_find(const struct tw_matrix *was, const struct tw_matrix *is, struct tw_changes *ret,
		    struct tw_err *err)
{
	*ret = (struct tw_changes){ .was = was, .is = is };
	for (unsigned c = 0; c < is->n_cols; c++) {
		for (unsigned i = 0; i < is->n; i++) {
			struct tw_change_at *more;

			if (tw_cell_same(&was->col[c].cell[i], &is->col[c].cell[i]))
				continue;
			more = reallocarray(ret->at, ret->n + 1, sizeof(*more));
			if (!more)
				return tw_err_set(err, ENOMEM, "out of memory");
			ret->at = more;
			ret->at[ret->n++] = (struct tw_change_at){ c, i };
		}
	}
	return 0;
}

void tw_changes_free(struct tw_changes *changes)
{
	free(changes->at);
	*changes = (struct tw_changes){ .n = 0 };
}

static const char *word(const struct tw_cell *cell)
{
	return cell->played ? tw_outcome_name(cell->outcome) : "not played";
}

/* In the words in which verdicts are stored: no times, no ISNs. */
static const char *saw(const struct tw_cell *cell)
{
	return cell->played ? cell->shape : "";
}

void tw_changes_print(const struct tw_changes *changes, const char *since, bool color, FILE *out)
{
	const char *red = color ? "\033[1;31m" : "", *off = color ? "\033[0m" : "";

	for (unsigned k = 0; k < changes->n; k++) {
		const struct tw_change_at *at = &changes->at[k];
		const struct tw_plan_item *item = &changes->is->row[at->row];
		const struct tw_cell *was = &changes->was->col[at->col].cell[at->row];
		const struct tw_cell *is = &changes->is->col[at->col].cell[at->row];

		fprintf(out, "\n%sCHANGED%s  %s  %s %s\n  was  %s  %s\n  is   %s  %s\n", red, off,
			changes->is->col[at->col].label, item->row->id,
			tw_family_name(item->family), word(was), saw(was), word(is), saw(is));
	}
	fprintf(out, "\nsince %s: %s%u change%s%s\n", since, changes->n ? red : "", changes->n,
		changes->n == 1 ? "" : "s", changes->n ? off : "");
}

static json_t *side_json(const struct tw_cell *cell)
{
	if (!cell->played)
		return json_null();
	return json_pack("{s:s, s:o}", "outcome", tw_outcome_name(cell->outcome), "saw",
			 tw_json_text(cell->shape));
}

json_t *tw_changes_to_json(const struct tw_changes *changes)
{
	json_t *list = json_array();

	for (unsigned k = 0; k < changes->n; k++) {
		const struct tw_change_at *at = &changes->at[k];
		const struct tw_plan_item *item = &changes->is->row[at->row];

		json_array_append_new(
			list, json_pack("{s:o, s:o, s:s, s:o, s:o}", "kernel",
					tw_json_text(changes->is->col[at->col].label), "id",
					tw_json_text(item->row->id), "family",
					tw_family_name(item->family), "was",
					side_json(&changes->was->col[at->col].cell[at->row]), "is",
					side_json(&changes->is->col[at->col].cell[at->row])));
	}
	return list;
}
