#include "cmd/term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "text/textbuf.h"

enum {
	WIDTH_MAX = 200,
	WIDTH_USUAL = 80,
	REDRAW_NS = 100 * 1000 * 1000
};

static bool can_redraw(FILE *out)
{
	const char *term = getenv("TERM");

	return isatty(fileno(out)) && term && *term && strcmp(term, "dumb") != 0;
}

bool tw_term_has_color(FILE *out)
{
	const char *no = getenv("NO_COLOR");

	return !(no && *no) && can_redraw(out);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Columns that may be used: a line as wide as the terminal would wrap and could not be redrawn. */
size_t tw_term_width(FILE *out)
{
	struct winsize ws = { .ws_col = 0 };

	if (ioctl(fileno(out), TIOCGWINSZ, &ws) < 0 || !ws.ws_col)
		ws.ws_col = WIDTH_USUAL;
	return ws.ws_col < WIDTH_MAX ? ws.ws_col - 1u : WIDTH_MAX - 1u;
}

void tw_progress_init(struct tw_progress *p, FILE *out, bool quiet)
{
	*p = (struct tw_progress){ .out = out, .live = !quiet && can_redraw(out) };
}

void tw_progress_draw(struct tw_progress *p, unsigned done, unsigned planned, unsigned bad,
		      const char *now)
{
	char line[2 * WIDTH_MAX], name[WIDTH_MAX], failed[32] = "";
	uint64_t at;

	if (!p->live)
		return;
	at = now_ns();
	if (p->shown && at < p->due)
		return;
	if (bad)
		snprintf(failed, sizeof(failed), "%u failed  ", bad);
	tw_text_clean(now, name, sizeof(name));
	snprintf(line, sizeof(line), "[%u/%u]  %s%s", done, planned, failed, name);
	fprintf(p->out, "\r%.*s\033[K", (int)tw_term_width(p->out), line);
	fflush(p->out);
	p->shown = true;
	p->due = at + REDRAW_NS;
}

void tw_progress_clear(struct tw_progress *p)
{
	if (!p->shown)
		return;
	fputs("\r\033[K", p->out);
	fflush(p->out);
	p->shown = false;
}
