#include <math.h>

#include "natreport/draw.h"
#include "natreport/plot.h"
#include "natreport/words.h"

#define EDGE 2147483648.0

enum {
	LEFT = 80,
	RIGHT = 720,
	TOP = 34,
	BOTTOM = 600,
	KEYS = 750,
};

/* -2^31 is 2^31 as well, and it is the newer one that the kernel sees in it. */
static double distance(int32_t off)
{
	return off == INT32_MIN ? EDGE : off;
}

static const char *look(enum tw_nat_answer answer)
{
	static const char *const class[] = { "none", "ok", "lost", "rst" };

	return class[answer & 3];
}

static enum tw_mark mark_of(enum tw_nat_answer answer)
{
	static const enum tw_mark mark[] = { TW_MARK_SQUARE, TW_MARK_DISC, TW_MARK_CROSS,
					     TW_MARK_RING };

	return mark[answer & 3];
}

/* Half way between two whole numbers of a scale. */
static double between(const struct tw_scale *scale, double a, double b)
{
	return (tw_scale_at(scale, a) + tw_scale_at(scale, b)) / 2;
}

/* Where the rule rejects: an older TSval; with equal ones, a sequence number not above R. */
static void draw_rule(const struct tw_plot *plot)
{
	double older = between(&plot->x, -1, 0), newer = between(&plot->x, 0, 1);
	double middle = between(&plot->y, 0, 1);

	tw_plot_rect(plot->out, plot->x.from, plot->y.from, older, plot->y.to, "area lost");
	tw_plot_rect(plot->out, older, plot->y.from, newer, middle, "area seq");
	tw_plot_rect(plot->out, newer, plot->y.from, plot->x.to, plot->y.to, "area ok");
	tw_plot_rect(plot->out, older, middle, newer, plot->y.to, "area ok");
}

static void name_regions(const struct tw_plot *plot)
{
	double older = between(&plot->x, -1, 0), newer = between(&plot->x, 0, 1);
	double y = tw_scale_at(&plot->y, 180000);

	tw_plot_text(plot->out, (plot->x.from + older) / 2, y, "middle", "region lost",
		     "TSval older than T: rejected");
	tw_plot_text(plot->out, (plot->x.to + newer) / 2, y, "middle", "region ok",
		     "newer: accepted");
}

static void draw_axes(const struct tw_plot *plot)
{
	static const struct tw_tick tick[] = {
		{ -EDGE, "−2³¹" }, { -1048576, "−2²⁰" }, { -1024, "−1024" }, { -32, "−32" },
		{ -1, "−1" },      { 0, "0" },           { 1, "1" },         { 32, "32" },
		{ 1024, "1024" },  { 1048576, "2²⁰" },   { EDGE, "2³¹" },
	};

	tw_plot_axis_x(plot, tick, sizeof(tick) / sizeof(tick[0]),
		       "TSval of the SYN − T, signed logarithmic");
	tw_plot_axis_y(plot, tick, sizeof(tick) / sizeof(tick[0]),
		       "sequence number of the SYN − R");
}

static void draw_dots(const struct tw_plot *plot, const struct tw_nat_plane *plane)
{
	for (unsigned i = 0; i < plane->n && i < TW_NAT_DOTS_MAX; i++) {
		const struct tw_nat_dot *dot = &plane->dot[i];
		double x = tw_scale_at(&plot->x, distance(dot->dts));
		double y = tw_scale_at(&plot->y, distance(dot->disn));
		bool odd = (dot->rule == TW_NAT_RULE_ACCEPTS) != (dot->answer == TW_NAT_SYN_ACK);

		tw_plot_mark(plot->out, mark_of(dot->answer), x, y, 3, look(dot->answer),
			     "raw SYN R%+d TSval T%+d: %s%s", dot->disn, dot->dts,
			     tw_say_answer(dot->answer),
			     odd ? ", which is not as the rule says" : "");
		if (odd)
			tw_plot_mark(plot->out, TW_MARK_RING, x, y, 8, "odd",
				     "not as the rule says: %s", tw_say_rule(dot->rule));
	}
}

/* The trials of all scenarios, in which both connections had timestamps and the server was in TIME_WAIT. */
static unsigned draw_trials(const struct tw_plot *plot, const struct tw_nat_campaign *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->n_results; i++) {
		const struct tw_nat_result *res = &c->result[i];

		for (unsigned k = 0; k < res->n_trials && k < TW_NAT_TRIALS_MAX; k++) {
			const struct tw_nat_trial *t = &res->trial[k];
			int32_t dts, disn;

			if (!t->reused || t->outcome == TW_NAT_VOID || !tw_nat_trial_dts(t, &dts) ||
			    !tw_nat_trial_disn(t, &disn))
				continue;
			n++;
			tw_plot_mark(plot->out, TW_MARK_DIAMOND,
				     tw_scale_at(&plot->x, distance(dts)),
				     tw_scale_at(&plot->y, distance(disn)), 5, look(t->answer),
				     "%s, trial %u: SYN R%+d TSval T%+d: %s",
				     tw_nat_scenario_of(c, res)->id, k + 1, disn, dts,
				     tw_say_answer(t->answer));
		}
	}
	return n;
}

static void draw_keys(FILE *out, const struct tw_nat_plane *plane, unsigned trials)
{
	static const char *const means[] = { "nothing came back", "SYN-ACK: accepted",
					     "ACK: rejected", "RST" };
	unsigned n[4] = { 0 };
	double y = TOP + 14;

	for (unsigned i = 0; i < plane->n && i < TW_NAT_DOTS_MAX; i++)
		n[plane->dot[i].answer & 3]++;
	tw_plot_text(out, KEYS - 6, y, "start", "panel", "raw SYNs");
	for (unsigned i = 0; i < 4; i++) {
		unsigned answer = (i + 1) % 4; /* SYN-ACK first, nothing last */
		char text[64];

		if (!n[answer])
			continue;
		snprintf(text, sizeof(text), "%s (%u)", means[answer], n[answer]);
		tw_plot_key(out, KEYS, y += 22, mark_of(answer), look(answer), text);
	}
	y += 40;
	tw_plot_text(out, KEYS - 6, y, "start", "panel", "clients' SYNs (%u)", trials);
	tw_plot_key(out, KEYS, y += 22, TW_MARK_DIAMOND, "ok", "accepted");
	tw_plot_key(out, KEYS, y += 22, TW_MARK_DIAMOND, "lost", "rejected");
	if (plane->exceptions)
		tw_plot_key(out, KEYS, y + 40, TW_MARK_RING, "odd", "not as the rule says");
}

void tw_draw_plane(FILE *out, const struct tw_nat_plane *plane, const struct tw_nat_campaign *c)
{
	struct tw_plot plot = { .out = out,
				.x = { TW_SCALE_SIGNED, -EDGE, EDGE, LEFT, RIGHT },
				.y = { TW_SCALE_SIGNED, -EDGE, EDGE, BOTTOM, TOP } };
	unsigned trials;

	tw_plot_begin(out, TW_DRAW_WIDTH, BOTTOM + 50,
		      "Answers by distance of TSval and sequence number");
	draw_rule(&plot);
	draw_axes(&plot);
	draw_dots(&plot, plane);
	trials = draw_trials(&plot, c);
	name_regions(&plot);
	draw_keys(out, plane, trials);
	tw_plot_end(out);
}
