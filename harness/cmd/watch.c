#include "cmd/watch.h"

#include <stdlib.h>

#include "cmd/term.h"
#include "text/report_told.h"
#include "twprobe/io.h"

enum {
	REDRAW_MS = 200
};

void tw_watch_init(struct tw_watch *w, FILE *out, bool quiet)
{
	struct tw_progress terminal;

	tw_progress_init(&terminal, out, quiet);
	*w = (struct tw_watch){ .out = out, .live = terminal.live, .quiet = quiet };
}

static void put_state(FILE *out, const struct tw_matrix *m, const struct tw_column *col,
		      enum tw_drive_state state)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < m->n; i++)
		bad += col->cell[i].played && !tw_cell_fine(&col->cell[i]);
	fprintf(out, "%-12s ", col->label);
	if (state == TW_DRIVE_WAITS)
		fputs("waits", out);
	else if (state == TW_DRIVE_RUNS && !col->planned)
		fputs("boots", out);
	else
		fprintf(out, "%4u/%u", col->n_played, m->n);
	if (bad)
		fprintf(out, ", %u not as expected", bad);
	if (state == TW_DRIVE_OVER)
		fprintf(out, ", %.0f s%s%.200s", col->wall_s, col->trouble[0] ? ": " : "",
			col->trouble);
	else if (col->begun >= 0)
		fprintf(out, "  %s %s", m->row[col->begun].row->id,
			tw_family_name(m->row[col->begun].family));
}

/* Cut off at the terminal's edge: a line that wraps could not be drawn over. */
static void put_line(struct tw_watch *w, const struct tw_matrix *m, unsigned c,
		     enum tw_drive_state state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *line = open_memstream(&text, &len);

	if (!line)
		return;
	put_state(line, m, &m->col[c], state);
	if (fclose(line) == 0)
		fprintf(w->out, "%.*s\n", w->live ? (int)tw_term_width(w->out) : (int)len, text);
	free(text);
}

static void redraw(struct tw_watch *w, const struct tw_matrix *m, const enum tw_drive_state *state)
{
	if (w->drawn)
		fprintf(w->out, "\033[%uA", w->drawn);
	for (unsigned c = 0; c < m->n_cols; c++) {
		fputs("\r\033[2K", w->out);
		put_line(w, m, c, state[c]);
	}
	w->drawn = m->n_cols;
}

void tw_watch_draw(void *arg, const struct tw_matrix *m, const enum tw_drive_state *state)
{
	struct tw_watch *w = arg;
	uint64_t now = tw_clock_real()->now(tw_clock_real());
	bool news = false;

	if (w->quiet)
		return;
	for (unsigned c = 0; c < m->n_cols && c < TW_COLUMNS_MAX; c++) {
		if (state[c] != TW_DRIVE_OVER || w->told[c])
			continue;
		w->told[c] = news = true;
		if (!w->live)
			put_line(w, m, c, state[c]);
	}
	if (w->live && (news || now >= w->due)) {
		redraw(w, m, state);
		w->due = now + REDRAW_MS * 1000000ull;
	}
	fflush(w->out);
}
