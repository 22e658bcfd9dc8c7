/*
 * As much of SVG as the pictures of the report need: scales, axes with round numbers, marks, lines and labels that do not lie on each
 * other. Lengths are in user units, y grows downwards; colours are CSS classes of the page (html_style.c). Values that are no numbers
 * are drawn at the low end of their scale, so that no picture is ever broken.
 */
#ifndef TWPROBE_NATREPORT_PLOT_H
#define TWPROBE_NATREPORT_PLOT_H

#include <stdbool.h>
#include <stdio.h>

enum tw_scale_kind {
	TW_SCALE_LINEAR,
	TW_SCALE_LOG, /* of values above 0 */
	TW_SCALE_SIGNED, /* 0 and +-1 are apart from each other, beyond that it is logarithmic to both sides */
};

struct tw_scale {
	enum tw_scale_kind kind;
	double lo, hi;   /* values; beyond them everything is drawn at the edge */
	double from, to; /* where they are drawn */
};

double tw_scale_at(const struct tw_scale *scale, double value);

struct tw_plot {
	FILE *out;
	struct tw_scale x, y; /* the box: x.from < x.to; y.from, the bottom, > y.to */
};

struct tw_tick {
	double at;
	char label[24];
};

enum {
	TW_TICKS_MAX = 24,
};

/* Round numbers (1, 2, 5 times a power of ten), @most of them about, with @unit behind. Returns how many. */
unsigned tw_ticks_linear(double lo, double hi, unsigned most, const char *unit,
			 struct tw_tick ret[TW_TICKS_MAX]);
/* The powers of ten of milliseconds from @lo to @hi: "0.1 ms", "10 s". */
unsigned tw_ticks_time(double lo, double hi, struct tw_tick ret[TW_TICKS_MAX]);

/* "<svg ...>" of that size with what a reader who sees nothing is told; and "</svg>". */
void tw_plot_begin(FILE *out, double width, double height, const char *says);
void tw_plot_end(FILE *out);

/* The box's edge on that side, with ticks, grid lines and a title. */
void tw_plot_axis_x(const struct tw_plot *plot, const struct tw_tick *tick, unsigned n,
		    const char *title);
void tw_plot_axis_y(const struct tw_plot *plot, const struct tw_tick *tick, unsigned n,
		    const char *title);

/* A text at a place of the picture; @anchor: "start", "middle" or "end". It is escaped. */
void tw_plot_text(FILE *out, double x, double y, const char *anchor, const char *class,
		  const char *fmt, ...) __attribute__((format(printf, 6, 7)));

void tw_plot_line(FILE *out, double x1, double y1, double x2, double y2, const char *class);
void tw_plot_rect(FILE *out, double x1, double y1, double x2, double y2, const char *class);

enum tw_mark {
	TW_MARK_DISC,
	TW_MARK_RING,
	TW_MARK_CROSS,
	TW_MARK_DIAMOND,
	TW_MARK_SQUARE,
};

/* A mark with its middle at a place of the picture, and what is told of it when it is pointed at. */
void tw_plot_mark(FILE *out, enum tw_mark mark, double x, double y, double size, const char *class,
		  const char *fmt, ...) __attribute__((format(printf, 7, 8)));

/* "key": a mark and its meaning at a place of the picture. */
void tw_plot_key(FILE *out, double x, double y, enum tw_mark mark, const char *class,
		 const char *means);

/* A label that belongs to a height; @at is where it is put. */
struct tw_label {
	double wish, at;
	unsigned index; /* of whose it is */
};

/* Sorts the labels by where they wish to be, and puts them at least @gap apart within the limits, if they fit there at all. */
void tw_labels_spread(struct tw_label *label, unsigned n, double gap, double top, double bottom);

#endif
