/* What a plot is drawn with. */
#include <math.h>
#include <stdarg.h>

#include "natreport/plot.h"
#include "report/xml.h"

static void put_text(FILE *out, const char *fmt, va_list ap)
{
	char text[384];

	vsnprintf(text, sizeof(text), fmt, ap);
	tw_xml_put(out, text);
}

void tw_plot_begin(FILE *out, double width, double height, const char *says)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
		"aria-label=\"",
		width, height);
	tw_xml_put(out, says);
	fputs("\">\n", out);
}

void tw_plot_end(FILE *out)
{
	fputs("</svg>\n", out);
}

void tw_plot_text(FILE *out, double x, double y, const char *anchor, const char *class,
		  const char *fmt, ...)
{
	va_list ap;

	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">", x, y, anchor,
		class);
	va_start(ap, fmt);
	put_text(out, fmt, ap);
	va_end(ap);
	fputs("</text>\n", out);
}

void tw_plot_line(FILE *out, double x1, double y1, double x2, double y2, const char *class)
{
	fprintf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1,
		y1, x2, y2, class);
}

void tw_plot_rect(FILE *out, double x1, double y1, double x2, double y2, const char *class)
{
	fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>\n",
		fmin(x1, x2), fmin(y1, y2), fabs(x2 - x1), fabs(y2 - y1), class);
}

void tw_plot_axis_x(const struct tw_plot *plot, const struct tw_tick *tick, unsigned n,
		    const char *title)
{
	const struct tw_scale *x = &plot->x, *y = &plot->y;

	for (unsigned i = 0; i < n; i++) {
		double at = tw_scale_at(x, tick[i].at);

		tw_plot_line(plot->out, at, y->from, at, y->to, "grid");
		tw_plot_text(plot->out, at, y->from + 18, "middle", "tick", "%s", tick[i].label);
	}
	tw_plot_line(plot->out, x->from, y->from, x->to, y->from, "axis");
	tw_plot_text(plot->out, (x->from + x->to) / 2, y->from + 38, "middle", "title", "%s",
		     title);
}

void tw_plot_axis_y(const struct tw_plot *plot, const struct tw_tick *tick, unsigned n,
		    const char *title)
{
	const struct tw_scale *x = &plot->x, *y = &plot->y;

	for (unsigned i = 0; i < n; i++) {
		double at = tw_scale_at(y, tick[i].at);

		tw_plot_line(plot->out, x->from, at, x->to, at, "grid");
		tw_plot_text(plot->out, x->from - 8, at + 4, "end", "tick", "%s", tick[i].label);
	}
	tw_plot_line(plot->out, x->from, y->from, x->from, y->to, "axis");
	tw_plot_text(plot->out, x->from, y->to - 10, "start", "title", "%s", title);
}

static void put_shape(FILE *out, enum tw_mark mark, double x, double y, double r, const char *class)
{
	switch (mark) {
	case TW_MARK_DISC:
	case TW_MARK_RING:
		fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" class=\"%s %s\">", x, y, r,
			mark == TW_MARK_DISC ? "fill" : "ring", class);
		break;
	case TW_MARK_CROSS:
		fprintf(out, "<path d=\"M%.1f %.1fl%.1f %.1fm0 %.1fl%.1f %.1f\" class=\"ring %s\">",
			x - r, y - r, 2 * r, 2 * r, -2 * r, -2 * r, 2 * r, class);
		break;
	case TW_MARK_DIAMOND:
		fprintf(out,
			"<path d=\"M%.1f %.1fl%.1f %.1fl%.1f %.1fl%.1f %.1fz\" class=\"hollow "
			"%s\">",
			x, y - r, r, r, -r, r, -r, -r, class);
		break;
	default:
		fprintf(out,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"fill "
			"%s\">",
			x - r, y - r, 2 * r, 2 * r, class);
	}
}

void tw_plot_mark(FILE *out, enum tw_mark mark, double x, double y, double size, const char *class,
		  const char *fmt, ...)
{
	static const char *const end[] = { "circle", "circle", "path", "path", "rect" };
	va_list ap;

	put_shape(out, mark, x, y, size, class);
	fputs("<title>", out);
	va_start(ap, fmt);
	put_text(out, fmt, ap);
	va_end(ap);
	fprintf(out, "</title></%s>\n", end[mark]);
}

void tw_plot_key(FILE *out, double x, double y, enum tw_mark mark, const char *class,
		 const char *means)
{
	tw_plot_mark(out, mark, x, y - 4, 4.5, class, "%s", means);
	tw_plot_text(out, x + 12, y, "start", "key", "%s", means);
}
