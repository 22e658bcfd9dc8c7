#include <math.h>

#include "natreport/draw.h"
#include "natreport/plot.h"
#include "natreport/words.h"

enum {
	LEFT = 90,
	RIGHT = 980,
	TOP = 34, /* of the panel of answers, */
	BOTTOM = 130,
	LOWER_TOP = 196, /* and of that of the timer */
	LOWER_BOTTOM = 390,
	TIMEWAIT_S = 60,
};

static unsigned count(const struct tw_nat_steps *steps)
{
	return steps->n < TW_NAT_STEPS_MAX ? steps->n : TW_NAT_STEPS_MAX;
}

/* The end of the axis: a multiple of 10 s beyond all SYNs. */
static double last_s(const struct tw_nat_steps *steps)
{
	double ret = TIMEWAIT_S + 10;

	for (unsigned i = 0; i < count(steps); i++) {
		if (isfinite(steps->step[i].at_s))
			ret = fmax(ret, ceil(steps->step[i].at_s / 10) * 10);
	}
	return fmin(ret, 1e6);
}

static const char *look(const struct tw_nat_step *step)
{
	return step->answer == TW_NAT_SYN_ACK ? "ok" : step->answer == TW_NAT_ACK ? "lost" : "none";
}

static void draw_answers(const struct tw_plot *plot, const struct tw_nat_steps *steps)
{
	for (unsigned i = 0; i < count(steps); i++) {
		const struct tw_nat_step *step = &steps->step[i];
		bool alone = step->series == TW_NAT_ALONE;
		char at[TW_SAY_MAX];

		tw_plot_mark(
			plot->out, step->answer == TW_NAT_SYN_ACK ? TW_MARK_DISC : TW_MARK_CROSS,
			tw_scale_at(&plot->x, step->at_s),
			tw_scale_at(&plot->y,
				    (step->answer == TW_NAT_SYN_ACK) + (alone ? 0.1 : -0.1)),
			4, look(step), "%s, %s after TIME_WAIT began: %s",
			alone ? "the only SYN on its tuple" : "one of many on its tuple",
			tw_say_ms(step->at_s * 1000, at, sizeof(at)), tw_say_answer(step->answer));
	}
}

/* The next SYN of the same series in time, or NULL. They need not be sorted. */
static const struct tw_nat_step *next_of(const struct tw_nat_steps *steps,
					 const struct tw_nat_step *of, bool same_tuple)
{
	const struct tw_nat_step *ret = NULL;

	for (unsigned i = 0; i < count(steps); i++) {
		const struct tw_nat_step *step = &steps->step[i];

		if (step->series != of->series || !(step->at_s > of->at_s) ||
		    (same_tuple && step->tuple != of->tuple))
			continue;
		if (!ret || step->at_s < ret->at_s)
			ret = step;
	}
	return ret;
}

/* Where the answer changes: half way between two SYNs of a series. */
static void draw_step_lines(const struct tw_plot *plot, const struct tw_nat_steps *steps)
{
	for (unsigned i = 0; i < count(steps); i++) {
		const struct tw_nat_step *step = &steps->step[i],
					 *next = next_of(steps, step, false);
		double off = step->series == TW_NAT_ALONE ? 0.1 : -0.1, x, y[2];

		if (!next)
			continue;
		x = tw_scale_at(&plot->x, (step->at_s + next->at_s) / 2);
		y[0] = tw_scale_at(&plot->y, (step->answer == TW_NAT_SYN_ACK) + off);
		y[1] = tw_scale_at(&plot->y, (next->answer == TW_NAT_SYN_ACK) + off);
		fprintf(plot->out, "<path class=\"step %s\" d=\"M%.1f %.1fH%.1fV%.1fH%.1f\"/>\n",
			step->series == TW_NAT_ALONE ? "c0" : "c1",
			tw_scale_at(&plot->x, step->at_s), y[0], x, y[1],
			tw_scale_at(&plot->x, next->at_s));
	}
}

/* Of one tuple: from what was left after a SYN to what was left before the next one, and up again. */
static void draw_teeth(const struct tw_plot *plot, const struct tw_nat_steps *steps)
{
	for (unsigned i = 0; i < count(steps); i++) {
		const struct tw_nat_step *step = &steps->step[i],
					 *next = next_of(steps, step, true);
		double x = tw_scale_at(&plot->x, step->at_s);
		bool before = step->left_before_ms >= 0, after = step->left_after_ms >= 0;
		const char *color = step->series == TW_NAT_ALONE ? "c0" : "c1";

		if (before)
			tw_plot_mark(plot->out, TW_MARK_DISC, x,
				     tw_scale_at(&plot->y, step->left_before_ms / 1000.0), 2.5,
				     color, "%.1f s left just before the SYN",
				     step->left_before_ms / 1000.0);
		if (step->series != TW_NAT_REPEATED)
			continue;
		if (before && after)
			tw_plot_line(
				plot->out, x, tw_scale_at(&plot->y, step->left_before_ms / 1000.0),
				x, tw_scale_at(&plot->y, step->left_after_ms / 1000.0), "step c1");
		if (after && next && next->left_before_ms >= 0)
			tw_plot_line(
				plot->out, x, tw_scale_at(&plot->y, step->left_after_ms / 1000.0),
				tw_scale_at(&plot->x, next->at_s),
				tw_scale_at(&plot->y, next->left_before_ms / 1000.0), "step c1");
	}
}

static void draw_sixty(const struct tw_plot *plot)
{
	double x = tw_scale_at(&plot->x, TIMEWAIT_S);

	tw_plot_line(plot->out, x, plot->y.from, x, plot->y.to, "limit");
}

void tw_draw_steps(FILE *out, const struct tw_nat_steps *steps)
{
	static const struct tw_tick answers[] = { { 0, "rejected" }, { 1, "accepted" } };
	struct tw_plot upper = { .out = out,
				 .x = { TW_SCALE_LINEAR, 0, last_s(steps), LEFT, RIGHT },
				 .y = { TW_SCALE_LINEAR, -0.35, 1.35, BOTTOM, TOP } };
	struct tw_plot lower = upper;
	struct tw_tick tick[TW_TICKS_MAX];
	unsigned n;

	lower.y = (struct tw_scale){ TW_SCALE_LINEAR, 0, 65, LOWER_BOTTOM, LOWER_TOP };
	tw_plot_begin(out, TW_DRAW_WIDTH, LOWER_BOTTOM + 50,
		      "Success against the time since TIME_WAIT began");
	n = tw_ticks_linear(0, upper.x.hi, 10, " s", tick);
	tw_plot_axis_x(&upper, tick, n, "");
	tw_plot_axis_y(&upper, answers, 2, "answer to a SYN with an older TSval");
	tw_plot_key(out, 560, TOP - 10, TW_MARK_SQUARE, "c0", "the only SYN on its tuple");
	tw_plot_key(out, 760, TOP - 10, TW_MARK_SQUARE, "c1", "many SYNs on one tuple");
	draw_sixty(&upper);
	draw_step_lines(&upper, steps);
	draw_answers(&upper, steps);
	tw_plot_axis_x(&lower, tick, n, "time from the begin of TIME_WAIT to the SYN");
	n = tw_ticks_linear(0, 65, 4, " s", tick);
	tw_plot_axis_y(&lower, tick, n,
		       "remaining TIME_WAIT: each dot as it was just before a SYN");
	draw_sixty(&lower);
	draw_teeth(&lower, steps);
	tw_plot_end(out);
}
