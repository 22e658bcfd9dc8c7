#include <string.h>

#include "explore/map_legend.h"
#include "explore/map_text.h"
#include "report/xml.h"
#include "text/text.h"

enum {
	PLANE = 360, /* of the whole plane, a side */
	STRIP = 26,  /* of what has no timestamps */
	THIN = 5,    /* a band that is too narrow to be seen */
	UNIT = 13,   /* of the magnified cells */
	GAP = 8,
	LEFT = 110,
	TOP = 70,
	AROUND = 3,
};

struct canvas {
	FILE *out;
	const struct tw_map *map, *other;
	const struct tw_legend *legend;
	int x0, y0;
};

static void cell(const struct canvas *c, double x, double y, double w, double h,
		 const struct tw_point *p)
{
	uint32_t kind = tw_map_at(c->map, p);
	bool differs = c->other && tw_map_at(c->other, p) != kind;

	fprintf(c->out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"%s/>\n", x,
		y, w, h, tw_kind_color(kind),
		differs ? " stroke=\"#000\" stroke-width=\"1.6\""
			: " stroke=\"#fff\" stroke-width=\"0.4\"");
	if (w >= UNIT - 1 && h >= UNIT - 1)
		fprintf(c->out, "<text x=\"%.1f\" y=\"%.1f\" class=\"c\">%c</text>\n", x + w / 2,
			y + h / 2 + 3.5, tw_legend_letter(c->legend, kind));
}

static void label(const struct canvas *c, double x, double y, const char *class, const char *text)
{
	fprintf(c->out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
	tw_xml_put(c->out, text);
	fputs("</text>\n", c->out);
}

/* Where the bands begin, from 0 to @size: to scale, but none thinner than can be seen. */
static void spread(const struct tw_axis *axis, double size, double ret[TW_BANDS_MAX + 1])
{
	double sum = 0, width[TW_BANDS_MAX];

	for (unsigned i = 0; i <= axis->n_cuts; i++) {
		width[i] = ((double)tw_axis_last(axis, i) - tw_axis_first(axis, i)) / 4294967296.0 *
			   size;
		width[i] = width[i] < THIN ? THIN : width[i];
		sum += width[i];
	}
	ret[0] = 0;
	for (unsigned i = 0; i <= axis->n_cuts; i++)
		ret[i + 1] = ret[i] + width[i] * size / sum;
}

static void plane(const struct canvas *c, const struct tw_axis *seq, const struct tw_axis *ts)
{
	double x[TW_BANDS_MAX + 1], y[TW_BANDS_MAX + 1];

	spread(ts, PLANE, x);
	spread(seq, PLANE, y);
	for (unsigned s = 0; s <= seq->n_cuts; s++) {
		struct tw_point p = { .seq = tw_axis_first(seq, s) };
		double top = c->y0 + PLANE - y[s + 1], h = y[s + 1] - y[s];

		for (unsigned t = 0; t <= ts->n_cuts; t++) {
			p.ts = tw_axis_first(ts, t);
			cell(c, c->x0 + x[t], top, x[t + 1] - x[t], h, &p);
		}
		p.no_ts = true;
		cell(c, c->x0 + PLANE + GAP, top, STRIP, h, &p);
	}
	label(c, c->x0 + PLANE / 2.0, c->y0 + PLANE + 34, "m",
	      "SEG.TSval, the whole circle around T");
	label(c, c->x0 + PLANE + GAP + STRIP / 2.0, c->y0 + PLANE + 14, "m", "none");
	label(c, c->x0, c->y0 + PLANE + 14, "m", "T-2^31");
	label(c, c->x0 + PLANE / 2.0, c->y0 + PLANE + 14, "m", "T");
	label(c, c->x0 - 6, c->y0 + 8, "r", "R+2^31-1");
	label(c, c->x0 - 6, c->y0 + PLANE / 2.0 + 4, "r", "SEG.SEQ = R");
	label(c, c->x0 - 6, c->y0 + PLANE, "r", "R-2^31");
}

/* The units around the cuts of an axis, neighbours first: those that are near each other run together. */
static unsigned units(const struct tw_axis *axis, int32_t ret[TW_CUTS_MAX * 2 * AROUND])
{
	unsigned n = 0;

	for (unsigned i = 0; i < axis->n_cuts; i++)
		for (int by = -AROUND; by < AROUND; by++) {
			int64_t at = (int64_t)axis->cut[i] + by;

			if (at >= INT32_MIN && at <= INT32_MAX && (!n || ret[n - 1] < at))
				ret[n++] = (int32_t)at;
		}
	return n;
}

static double place(const int32_t *unit, unsigned i)
{
	double at = 0;

	for (unsigned k = 1; k <= i; k++)
		at += (int64_t)unit[k] - unit[k - 1] > 1 ? UNIT + GAP : UNIT;
	return at;
}

/* Returns the bottom. */
static double magnified(const struct canvas *c, const struct tw_axis *seq, const struct tw_axis *ts)
{
	int32_t s[TW_CUTS_MAX * 2 * AROUND], t[TW_CUTS_MAX * 2 * AROUND];
	unsigned n_s = units(seq, s), n_t = units(ts, t);
	double bottom = c->y0 + (n_s ? place(s, n_s - 1) + UNIT : 0);
	double none = c->x0 + (n_t ? place(t, n_t - 1) + UNIT + GAP : 0);
	char text[32];

	for (unsigned i = 0; i < n_s; i++) {
		struct tw_point p = { .seq = s[i] };
		double y = bottom - place(s, i) - UNIT;

		for (unsigned k = 0; k < n_t; k++) {
			p.ts = t[k];
			cell(c, c->x0 + place(t, k), y, UNIT, UNIT, &p);
		}
		p.no_ts = true;
		cell(c, none, y, UNIT, UNIT, &p);
		label(c, c->x0 - 6, y + UNIT - 3, "r",
		      tw_text_off("R", (uint32_t)s[i], 0, text, sizeof(text)));
	}
	for (unsigned k = 0; k < n_t; k++)
		fprintf(c->out,
			"<text transform=\"translate(%.1f,%.1f) rotate(60)\" "
			"class=\"l\">%s</text>\n",
			c->x0 + place(t, k) + 4, bottom + 10,
			tw_text_off("T", (uint32_t)t[k], 0, text, sizeof(text)));
	fprintf(c->out,
		"<text transform=\"translate(%.1f,%.1f) rotate(60)\" class=\"l\">none</text>\n",
		none + 4, bottom + 10);
	return bottom + 80;
}

static double legend(const struct canvas *c, double y)
{
	char text[80];

	for (unsigned i = 0; i < c->legend->n; i++, y += 20) {
		fprintf(c->out,
			"<rect x=\"%d\" y=\"%.1f\" width=\"14\" height=\"14\" fill=\"%s\"/>\n",
			LEFT, y, tw_kind_color(c->legend->kind[i]));
		fprintf(c->out, "<text x=\"%d\" y=\"%.1f\" class=\"c\">%c</text>\n", LEFT + 7,
			y + 11, c->legend->letter[i]);
		label(c, LEFT + 22, y + 11.5, "l",
		      tw_kind_text(c->legend->kind[i], text, sizeof(text)));
	}
	return y;
}

static double both_views(struct canvas *c, const char *name, const struct tw_axis *seq,
			 const struct tw_axis *ts)
{
	double bottom;

	label(c, c->x0, c->y0 - 12, "h", name ? name : "");
	plane(c, seq, ts);
	c->y0 += PLANE + 70;
	if (seq->n_cuts + ts->n_cuts)
		label(c, c->x0, c->y0 - 10, "h", "three units to each side of every boundary");
	bottom = magnified(c, seq, ts);
	return bottom;
}

void tw_map_svg(const struct tw_map_picture *p, FILE *out)
{
	struct tw_legend names = { .n = 0 };
	struct tw_axis seq = p->map->seq, ts = p->map->ts;
	struct canvas c = { out, p->map, p->other, &names, LEFT, TOP };
	int32_t unit[TW_CUTS_MAX * 2 * AROUND];
	unsigned n_s, n_t;
	double bottom, wide;

	tw_legend_add(&names, p->map);
	if (p->other) {
		tw_legend_add(&names, p->other);
		tw_axis_merge(&p->map->seq, &p->other->seq, &seq);
		tw_axis_merge(&p->map->ts, &p->other->ts, &ts);
	}
	n_s = units(&seq, unit);
	bottom = TOP + PLANE + 70 + (n_s ? place(unit, n_s - 1) + UNIT : 0) + 80;
	n_t = units(&ts, unit);
	wide = (n_t ? place(unit, n_t - 1) : 0) + 3 * UNIT + GAP;
	wide = LEFT + (wide > PLANE + STRIP + GAP ? wide : PLANE + STRIP + GAP) + 110;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		"font-family=\"sans-serif\" font-size=\"11\">\n"
		"<style>.m{text-anchor:middle}.r{text-anchor:end}.h{font-weight:bold;font-size:"
		"12px}"
		".c{text-anchor:middle;font-size:9px;fill:#222}.t{font-size:14px;font-weight:bold}."
		"g{font-size:9.5px;fill:#555}"
		"</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		wide * (p->other ? 2 : 1), bottom + names.n * 20 + 20);
	label(&c, 20, 22, "t", p->title);
	label(&c, 20, 38, "g", p->given);
	both_views(&c, p->name, &seq, &ts);
	if (p->other) {
		struct canvas second = { out, p->other, p->map, &names, LEFT + (int)wide, TOP };

		both_views(&second, p->other_name, &seq, &ts);
	}
	legend(&c, bottom);
	fputs("</svg>\n", out);
}
