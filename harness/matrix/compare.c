#include "matrix/compare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sorts the columns of row @i into sides. */
static void find_sides(const struct tw_matrix *m, unsigned i, struct tw_difference *d)
{
	d->row = i;
	for (unsigned c = 0; c < m->n_cols; c++) {
		unsigned before = 0;

		while (before < c && !tw_cell_same(&m->col[before].cell[i], &m->col[c].cell[i]))
			before++;
		d->side[c] = before < c ? d->side[before] : (uint8_t)d->n_sides++;
	}
}

/* The first column of a side. */
static const struct tw_cell *cell_of(const struct tw_matrix *m, const struct tw_difference *d,
				     unsigned side)
{
	unsigned c = 0;

	while (d->side[c] != side)
		c++;
	return &m->col[c].cell[d->row];
}

/* One side may be the ordinary one, without a reason; no two may have the same reason and yet differ. */
static bool is_explained(const struct tw_matrix *m, const struct tw_difference *d)
{
	const struct tw_cell *cell, *other;

	for (unsigned s = 0; s < d->n_sides; s++) {
		cell = cell_of(m, d, s);
		if (!tw_cell_fine(cell))
			return false;
		for (unsigned t = 0; t < s; t++) {
			other = cell_of(m, d, t);
			if (!strcmp(cell->because, other->because))
				return false;
		}
	}
	return true;
}

/* Each reason once, whoever has it: "old; older". */
static char *reasons(const struct tw_matrix *m, const struct tw_difference *d)
{
	char *text = calloc(1, 1), *more;

	for (unsigned s = 0; text && s < d->n_sides; s++) {
		const char *at = cell_of(m, d, s)->because, *end;

		for (; at && *at; at = *end ? end + 2 : end) {
			char one[512];

			end = strstr(at, "; ");
			end = end ? end : at + strlen(at);
			snprintf(one, sizeof(one), "%.*s", (int)(end - at), at);
			if (strstr(text, one))
				continue;
			if (asprintf(&more, "%s%s%s", text, text[0] ? "; " : "", one) < 0)
				more = NULL;
			free(text);
			text = more;
			if (!text)
				break;
		}
	}
	return text;
}

static bool same_kind(const struct tw_matrix *m, const struct tw_difference *a,
		      const struct tw_difference *b)
{
	return a->explained == b->explained && !strcmp(a->because, b->because) &&
	       !memcmp(a->side, b->side, m->n_cols);
}

static int add_to_kind(const struct tw_matrix *m, struct tw_differences *d, unsigned i)
{
	const struct tw_difference *diff = &d->diff[i];
	struct tw_difference_kind *kind = d->kind;
	unsigned *more;

	while (kind < d->kind + d->n_kinds && !same_kind(m, kind->first, diff))
		kind++;
	more = reallocarray(kind->at, kind->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	kind->at = more;
	kind->at[kind->n++] = i;
	kind->first = kind->n == 1 ? diff : kind->first;
	d->n_kinds += kind == d->kind + d->n_kinds;
	return 0;
}

static int by_weight(const void *a, const void *b)
{
	const struct tw_difference_kind *x = a, *y = b;

	if (x->first->explained != y->first->explained)
		return x->first->explained ? 1 : -1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->first->row < y->first->row ? -1 : x->first->row > y->first->row;
}

int tw_compare(const struct tw_matrix *m, struct tw_differences *ret, struct tw_err *err)
{
	int code = 0;

	*ret = (struct tw_differences){ .n = 0 };
	if (m->n_cols > TW_COLUMNS_MAX)
		return tw_err_set(err, E2BIG, "more than %d kernels", TW_COLUMNS_MAX);
	ret->diff = calloc(m->n + 1, sizeof(*ret->diff));
	ret->kind = calloc(m->n + 1, sizeof(*ret->kind));
	if (!ret->diff || !ret->kind)
		return tw_err_set(err, ENOMEM, "out of memory");
	for (unsigned i = 0; i < m->n && code == 0; i++) {
		struct tw_difference *d = &ret->diff[ret->n];

		*d = (struct tw_difference){ .row = 0 };
		find_sides(m, i, d);
		if (d->n_sides < 2) {
			ret->unplayed += d->n_sides && !m->col[0].cell[i].played;
			continue;
		}
		d->explained = is_explained(m, d);
		d->because = reasons(m, d);
		ret->unexplained += !d->explained;
		ret->n++;
		code = d->because ? add_to_kind(m, ret, ret->n - 1) : -ENOMEM;
	}
	if (code < 0)
		return tw_err_set(err, ENOMEM, "out of memory");
	if (ret->n_kinds)
		qsort(ret->kind, ret->n_kinds, sizeof(*ret->kind), by_weight);
	return 0;
}

void tw_differences_free(struct tw_differences *d)
{
	for (unsigned i = 0; d->diff && i < d->n; i++)
		free(d->diff[i].because);
	for (unsigned i = 0; d->kind && i < d->n_kinds; i++)
		free(d->kind[i].at);
	free(d->diff);
	free(d->kind);
	*d = (struct tw_differences){ .n = 0 };
}
