#include "matrix/matrix_text.h"

#include <stdlib.h>
#include <string.h>

#include "text/report_told.h"
#include "text/wrap.h"

enum {
	ID_WIDTH = 38,
	MIN_CELL = 7,
	WIDTH = TW_WIDTH,
	ROWS_SHOWN = 12, /* of one kind of difference */
};

struct page {
	const struct tw_matrix *m;
	const struct tw_matrix_style *style;
	FILE *out;
};

static const char *red(const struct page *p)
{
	return p->style->color ? "\033[1;31m" : "";
}

static const char *dim(const struct page *p)
{
	return p->style->color ? "\033[2m" : "";
}

static const char *off(const struct page *p)
{
	return p->style->color ? "\033[0m" : "";
}

static int width_of(const struct tw_column *col)
{
	int len = (int)strlen(col->label);

	return len < MIN_CELL ? MIN_CELL : len;
}

static void put_heads(const struct page *p, const char *first)
{
	fprintf(p->out, "%-*s", ID_WIDTH, first);
	for (unsigned c = 0; c < p->m->n_cols; c++)
		fprintf(p->out, "  %*s", width_of(&p->m->col[c]), p->m->col[c].label);
	fputc('\n', p->out);
}

static void put_kernels(const struct page *p)
{
	for (unsigned c = 0; c < p->m->n_cols; c++) {
		const struct tw_column *col = &p->m->col[c];

		fprintf(p->out, "%-10s  %s", col->label, col->release[0] ? col->release : "?");
		if (col->wall_s > 0)
			fprintf(p->out, ", %u of %u rows in %.0f s (CPU %.0f s)", col->n_played,
				p->m->n, col->wall_s, col->cpu_s);
		if (col->trouble[0])
			fprintf(p->out, "\n            %s%s%s", red(p), col->trouble, off(p));
		if (col->trouble[0] && col->again[0])
			fprintf(p->out, "\n            again: %s", col->again);
		fputc('\n', p->out);
	}
}

/* "PASS", or with a letter where the kernels differ: "PASS b". */
static void cell_word(const struct tw_cell *cell, const struct tw_difference *d, unsigned c,
		      char ret[16])
{
	const char *word = !cell->played              ? "-"
			   : cell->outcome == TW_PASS ? "ok"
						      : tw_outcome_name(cell->outcome);

	if (cell->played && cell->outcome == TW_SKIP)
		word = "skip";
	if (d && cell->played && cell->outcome == TW_PASS)
		snprintf(ret, 16, "%c", 'A' + d->side[c]);
	else
		snprintf(ret, 16, "%s", word);
}

static void put_cells(const struct page *p, unsigned row, const struct tw_difference *d)
{
	char word[16];

	for (unsigned c = 0; c < p->m->n_cols; c++) {
		const struct tw_cell *cell = &p->m->col[c].cell[row];

		cell_word(cell, d, c, word);
		fprintf(p->out, "  %s%*s%s", tw_cell_fine(cell) ? "" : red(p),
			width_of(&p->m->col[c]), word, off(p));
	}
	fputc('\n', p->out);
}

/* True if the RFC's verdict is a part of the difference. */
static bool rfc_differs(const struct page *p, const struct tw_difference *d)
{
	for (unsigned c = 1; c < p->m->n_cols; c++)
		if (p->m->col[c].cell[d->row].rfc != p->m->col[0].cell[d->row].rfc)
			return true;
	return false;
}

static const char *side_word(const struct tw_cell *cell)
{
	if (!cell->played)
		return "not played";
	return cell->outcome == TW_PASS ? "" : cell->outcome == TW_ERROR ? "ERROR: " : "FAIL: ";
}

/* What each side did, by the example of one row. */
static void put_sides(const struct page *p, const struct tw_difference *d)
{
	bool rfc = rfc_differs(p, d);

	for (unsigned s = 0; s < d->n_sides; s++) {
		unsigned c = 0;
		const struct tw_cell *cell;

		while (d->side[c] != s)
			c++;
		cell = &p->m->col[c].cell[d->row];
		if (cell->played && cell->outcome == TW_SKIP)
			continue;
		fprintf(p->out, "      %c  %s%s", 'A' + (int)s, side_word(cell),
			cell->played ? cell->saw : "");
		if (rfc && cell->played)
			fprintf(p->out, " (RFC: %s)", tw_conformance_name(cell->rfc));
		fputc('\n', p->out);
	}
}

/* "syn.a, syn.b -4": a family only where the other is not there as well. */
static void put_rows(const struct page *p, const struct tw_differences *d,
		     const struct tw_difference_kind *kind)
{
	unsigned shown = 0, rows = 0;
	char *text = NULL;
	size_t len = 0;
	FILE *list = open_memstream(&text, &len);

	for (unsigned i = 0; list && i < kind->n; i++) {
		const struct tw_plan_item *item = &p->m->row[d->diff[kind->at[i]].row];
		bool both =
			i + 1 < kind->n && p->m->row[d->diff[kind->at[i + 1]].row].row == item->row;

		rows++;
		i += both;
		if (shown == ROWS_SHOWN && !p->style->verbose)
			continue;
		shown++;
		fprintf(list, "%s%s%s", rows > 1 ? ", " : "", item->row->id,
			both || item->row->family ? ""
			: item->family == TW_IPV4 ? "\u00a0-4"
						  : "\u00a0-6");
	}
	if (list && rows > shown)
		fprintf(list, " and %u more; --verbose names them", rows - shown);
	if (list && fclose(list) == 0) {
		fprintf(p->out, "   ");
		tw_wrap(p->out, text, 3, WIDTH);
	}
	free(text);
}

static void put_kind(const struct page *p, const struct tw_differences *d,
		     const struct tw_difference_kind *kind)
{
	const struct tw_difference *first = kind->first;
	int column = fprintf(p->out, "\n%u difference%s: ", kind->n, kind->n == 1 ? "" : "s") - 1;

	if (!first->explained) {
		fprintf(p->out, "%sUNEXPLAINED%s", red(p), off(p));
		if (first->because[0])
			fprintf(p->out, "; what is known of these kernels: ");
		column = 3;
		if (first->because[0])
			fprintf(p->out, "\n   ");
	}
	tw_wrap(p->out, first->because, column, WIDTH);
	put_heads(p, "");
	fprintf(p->out, "   %-*s", ID_WIDTH - 3, p->m->row[first->row].row->id);
	put_cells(p, first->row, first);
	put_sides(p, first);
	put_rows(p, d, kind);
}

/* One and the same failure everywhere is no difference, and yet bad news. */
static unsigned put_bad_everywhere(const struct page *p, const struct tw_differences *d)
{
	unsigned n = 0, next = 0;

	for (unsigned i = 0; i < p->m->n; i++) {
		const struct tw_cell *cell = &p->m->col[0].cell[i];

		if (next < d->n && d->diff[next].row == i) {
			next++;
			continue;
		}
		if (tw_cell_fine(cell) || !cell->played)
			continue;
		n++;
		fprintf(p->out, "\n%s%s%s  %s %s, on all of them\n   %s\n", red(p),
			tw_outcome_name(cell->outcome), off(p), p->m->row[i].row->id,
			tw_family_name(p->m->row[i].family), cell->saw);
	}
	return n;
}

static void put_counts(const struct page *p)
{
	static const char *const heads[TW_OUTCOMES] = { "pass", "fail", "skip", "error" };
	unsigned n[TW_COLUMNS_MAX][TW_OUTCOMES + 1] = { { 0 } };

	for (unsigned c = 0; c < p->m->n_cols; c++)
		for (unsigned i = 0; i < p->m->n; i++)
			n[c][p->m->col[c].cell[i].played ? p->m->col[c].cell[i].outcome
							 : TW_OUTCOMES]++;
	fprintf(p->out, "\n%-12s%9s%9s%9s%9s%12s\n", "", heads[0], heads[1], heads[2], heads[3],
		"not played");
	for (unsigned c = 0; c < p->m->n_cols; c++) {
		fprintf(p->out, "%-12s", p->m->col[c].label);
		for (unsigned o = 0; o <= TW_OUTCOMES; o++) {
			bool bad = n[c][o] && (o == TW_FAIL || o == TW_ERROR || o == TW_OUTCOMES);

			if (n[c][o])
				fprintf(p->out, "%s%*u%s", bad ? red(p) : "",
					o == TW_OUTCOMES ? 12 : 9, n[c][o], bad ? off(p) : "");
			else
				fprintf(p->out, "%s%*s%s", dim(p), o == TW_OUTCOMES ? 12 : 9, "-",
					off(p));
		}
		fputc('\n', p->out);
	}
}

static void put_every_row(const struct page *p, const struct tw_differences *d)
{
	unsigned next = 0;
	char name[96];

	fputc('\n', p->out);
	put_heads(p, "");
	for (unsigned i = 0; i < p->m->n; i++) {
		const struct tw_difference *diff =
			next < d->n && d->diff[next].row == i ? &d->diff[next++] : NULL;

		snprintf(name, sizeof(name), "%s -%d", p->m->row[i].row->id,
			 p->m->row[i].family == TW_IPV4 ? 4 : 6);
		fprintf(p->out, "%-*s", ID_WIDTH, name);
		put_cells(p, i, diff);
	}
}

void tw_matrix_print(const struct tw_matrix *m, const struct tw_differences *d,
		     const struct tw_matrix_style *style, FILE *out)
{
	const struct page p = { m, style, out };
	unsigned bad;

	put_kernels(&p);
	for (unsigned k = 0; k < d->n_kinds; k++)
		put_kind(&p, d, &d->kind[k]);
	bad = m->n_cols ? put_bad_everywhere(&p, d) : 0;
	if (style->verbose)
		put_every_row(&p, d);
	put_counts(&p);
	fprintf(out, "\n%u rows x %u kernels: %u alike, %u differ, %s%u UNEXPLAINED%s", m->n,
		m->n_cols, m->n - d->n - d->unplayed, d->n, d->unexplained ? red(&p) : "",
		d->unexplained, d->unexplained ? off(&p) : "");
	if (d->unplayed)
		fprintf(out, ", %s%u not played%s", red(&p), d->unplayed, off(&p));
	if (bad)
		fprintf(out, ", %s%u bad on all of them%s", red(&p), bad, off(&p));
	fputc('\n', out);
}
