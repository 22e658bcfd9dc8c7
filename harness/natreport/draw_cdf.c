#include <math.h>
#include <stdlib.h>

#include "natreport/draw.h"
#include "natreport/plot.h"
#include "natreport/words.h"
#include "report/xml.h"

enum {
	CURVES_MAX = 20,
	LEFT = 56,
	RIGHT = 750,
	TOP = 34,
	BOTTOM = 390,
	GAP = 17, /* between labels */
};

struct curve {
	const struct tw_nat_scenario *scenario;
	unsigned n, of; /* that connected, of those that have an outcome */
	double ms[TW_NAT_TRIALS_MAX];
	unsigned color;  /* counts curves that are no controls */
	double given_up; /* ms, the last of those that did not; 0: none */
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* False if there is nothing to draw. */
static bool make_curve(const struct tw_nat_campaign *c, const struct tw_nat_result *res,
		       struct curve *ret)
{
	ret->scenario = tw_nat_scenario_of(c, res);
	ret->n = ret->of = 0;
	ret->given_up = 0;
	if (tw_nat_part_of(ret->scenario) == TW_NAT_PART_REMEDY || !tw_nat_has_numbers(res))
		return false;
	for (unsigned i = 0; i < res->n_trials && i < TW_NAT_TRIALS_MAX; i++) {
		const struct tw_nat_trial *t = &res->trial[i];
		double ms = (double)t->connect_ns / 1e6;

		if (t->outcome == TW_NAT_ACCEPTED || t->outcome == TW_NAT_RECOVERED)
			ret->ms[ret->n++] = ms;
		else if (t->outcome == TW_NAT_UNCONNECTED || t->outcome == TW_NAT_TIMED_OUT ||
			 t->outcome == TW_NAT_NOT_FORWARDED)
			ret->given_up = fmax(ret->given_up, ms);
		ret->of += t->outcome != TW_NAT_VOID;
	}
	qsort(ret->ms, ret->n, sizeof(ret->ms[0]), by_value);
	return ret->of > 0;
}

/* From a whole decade to some room behind all that was measured. */
static void limits(const struct curve *curve, unsigned n, double *ret_lo, double *ret_hi)
{
	double lo = INFINITY, hi = 0;

	for (unsigned i = 0; i < n; i++) {
		if (curve[i].n) {
			lo = fmin(lo, fmax(curve[i].ms[0], 0.001));
			hi = fmax(hi, curve[i].ms[curve[i].n - 1]);
		}
		hi = fmax(hi, curve[i].given_up);
	}
	if (!isfinite(lo))
		lo = 0.1;
	*ret_lo = pow(10, floor(log10(lo)));
	*ret_hi = fmin(1e7, fmax(*ret_lo * 10, 1.5 * hi));
}

static double height(const struct tw_plot *plot, const struct curve *curve, unsigned n)
{
	return tw_scale_at(&plot->y, (double)n / curve->of);
}

static void draw_path(const struct tw_plot *plot, const struct curve *curve)
{
	fprintf(plot->out, "<path class=\"step\" d=\"M%.1f %.1f", plot->x.from, plot->y.from);
	for (unsigned i = 0; i < curve->n; i++)
		fprintf(plot->out, "H%.1fV%.1f", tw_scale_at(&plot->x, curve->ms[i]),
			height(plot, curve, i + 1));
	fprintf(plot->out, "H%.1f\"/>\n", plot->x.to);
}

static void draw_curve(const struct tw_plot *plot, const struct curve *curve,
		       const struct tw_label *label)
{
	double end = height(plot, curve, curve->n);
	char look[32];

	snprintf(look, sizeof(look), curve->scenario->control ? "control" : "c%u d%u",
		 curve->color % 8, curve->color % 3);
	fprintf(plot->out, "<g class=\"curve %s\">\n<title>", look);
	tw_xml_put(plot->out, curve->scenario->id);
	fprintf(plot->out, ": %u of %u connected</title>\n", curve->n, curve->of);
	draw_path(plot, curve);
	if (curve->given_up > 0)
		tw_plot_mark(plot->out, TW_MARK_CROSS, tw_scale_at(&plot->x, curve->given_up), end,
			     5, "", "%u of %u never connected, the last was given up after %.1f s",
			     curve->of - curve->n, curve->of, curve->given_up / 1000);
	fprintf(plot->out, "<path class=\"leader\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", plot->x.to + 2,
		end, plot->x.to + 18, label->at);
	tw_plot_text(plot->out, plot->x.to + 22, label->at + 4, "start", "label", "%s  %u/%u",
		     curve->scenario->id, curve->n, curve->of);
	fputs("</g>\n", plot->out);
}

static void draw_axes(const struct tw_plot *plot)
{
	struct tw_tick tick[TW_TICKS_MAX];
	unsigned n = tw_ticks_time(plot->x.lo, plot->x.hi, tick);

	tw_plot_axis_x(plot, tick, n, "time until connect() succeeds, logarithmic");
	n = tw_ticks_linear(0, 100, 4, " %", tick);
	for (unsigned i = 0; i < n; i++)
		tick[i].at /= 100;
	tw_plot_axis_y(plot, tick, n, "connections that are established by then");
}

void tw_draw_cdf(FILE *out, const struct tw_nat_campaign *c)
{
	struct tw_plot plot = { .out = out,
				.x = { TW_SCALE_LOG, 0, 0, LEFT, RIGHT },
				.y = { TW_SCALE_LINEAR, 0, 1, BOTTOM, TOP } };
	struct curve *curve = calloc(CURVES_MAX, sizeof(*curve));
	struct tw_label label[CURVES_MAX];
	unsigned n = 0, colors = 0;

	if (!curve)
		return;
	for (unsigned i = 0; i < c->n_results && n < CURVES_MAX; i++) {
		curve[n].color = colors;
		if (!make_curve(c, &c->result[i], &curve[n]))
			continue;
		colors += !curve[n++].scenario->control;
	}
	limits(curve, n, &plot.x.lo, &plot.x.hi);
	for (unsigned i = 0; i < n; i++)
		label[i] = (struct tw_label){ .wish = height(&plot, &curve[i], curve[i].n),
					      .index = i };
	tw_labels_spread(label, n, GAP, TOP, BOTTOM - 4);
	tw_plot_begin(out, TW_DRAW_WIDTH, BOTTOM + 52,
		      "Distribution of the time until connect() succeeds");
	draw_axes(&plot);
	for (unsigned i = 0; i < n; i++)
		draw_curve(&plot, &curve[label[i].index], &label[i]);
	tw_plot_end(out);
	free(curve);
}
