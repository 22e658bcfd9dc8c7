#include <math.h>

#include "natreport/draw.h"
#include "natreport/plot.h"
#include "natreport/words.h"

enum {
	LEFT = 90,
	RIGHT = 980,
	TOP = 56, /* of the panel of distances, */
	BOTTOM = 330,
	LOWER_TOP = 400, /* and of that of ages */
	LOWER_BOTTOM = 500,
	FORGOTTEN_S = 60, /* TCP_PAWS_MSL */
};

#define EDGE 2147483648.0

static unsigned count(const struct tw_nat_starving *s)
{
	return s->n_doors < TW_NAT_DOORS_MAX ? s->n_doors : TW_NAT_DOORS_MAX;
}

static double seconds(const struct tw_nat_starving *s, const struct tw_nat_door *door)
{
	return (double)(int64_t)(door->at - s->door[0].at) / 1e9;
}

static double distance(const struct tw_nat_door *door)
{
	int32_t off = (int32_t)(door->tsval - door->stamp);

	return off == INT32_MIN ? EDGE : off;
}

/* Where there is nothing to compare, the SYN stands on the line of zero. */
static void draw_door(const struct tw_plot *plot, const struct tw_nat_starving *s,
		      const struct tw_nat_door *door)
{
	bool compared = door->ts && door->remembered;
	double x = tw_scale_at(&plot->x, seconds(s, door));
	double y = tw_scale_at(&plot->y, compared ? distance(door) : 0);
	const char *who = door->victim ? "victim" : "neighbour",
		   *came = door->came_out ? "passed" : "dropped";
	enum tw_mark mark = !door->came_out ? TW_MARK_CROSS
			    : door->victim  ? TW_MARK_DIAMOND
					    : TW_MARK_DISC;
	const char *look = door->victim ? "c1" : "c0";
	double size = door->victim ? 5 : 3;

	if (compared)
		tw_plot_mark(
			plot->out, mark, x, y, size, look,
			"%s's SYN at %.1f s: TSval %+.0f from the stamp, which is %u s old: %s",
			who, seconds(s, door), distance(door), door->age_s, came);
	else
		tw_plot_mark(plot->out, mark, x, y, size, look, "%s's SYN at %.1f s: %s: %s", who,
			     seconds(s, door),
			     door->ts ? "nothing is remembered" : "it has no timestamp", came);
}

static void draw_ages(const struct tw_plot *plot, const struct tw_nat_starving *s)
{
	double y = tw_scale_at(&plot->y, FORGOTTEN_S);

	tw_plot_line(plot->out, plot->x.from, y, plot->x.to, y, "limit");
	tw_plot_text(plot->out, plot->x.to, y - 5, "end", "tick", "forgotten from here on");
	for (unsigned i = 0; i < count(s); i++) {
		const struct tw_nat_door *door = &s->door[i];

		if (door->remembered)
			tw_plot_line(plot->out, tw_scale_at(&plot->x, seconds(s, door)),
				     plot->y.from, tw_scale_at(&plot->x, seconds(s, door)),
				     tw_scale_at(&plot->y, door->age_s),
				     door->victim ? "stem c1" : "stem c0");
	}
}

static void draw_axes(const struct tw_plot *upper, const struct tw_plot *lower)
{
	static const struct tw_tick distances[] = {
		{ -EDGE, "−24.9 d" }, { -3600000, "−1 h" }, { -60000, "−1 min" }, { -1000, "−1 s" },
		{ -10, "−10 ms" },    { 0, "0" },           { 10, "10 ms" },      { 1000, "1 s" },
		{ 60000, "1 min" },   { 3600000, "1 h" },   { EDGE, "24.9 d" },
	};
	struct tw_tick tick[TW_TICKS_MAX];
	unsigned n = tw_ticks_linear(0, upper->x.hi, 10, " s", tick);

	tw_plot_rect(upper->out, upper->x.from, tw_scale_at(&upper->y, -1.5), upper->x.to,
		     upper->y.from, "area lost");
	tw_plot_text(upper->out, upper->x.to - 8, tw_scale_at(&upper->y, -1.5) + 18, "end",
		     "region", "more than a tick behind: dropped, unless the stamp is %u s old",
		     FORGOTTEN_S);
	tw_plot_axis_x(upper, tick, n, "");
	tw_plot_axis_y(upper, distances, sizeof(distances) / sizeof(distances[0]),
		       "TSval of the SYN − remembered stamp, signed logarithmic");
	tw_plot_axis_x(lower, tick, n, "time since the first SYN");
	n = tw_ticks_linear(0, lower->y.hi, 4, " s", tick);
	tw_plot_axis_y(lower, tick, n, "age of the stamp when the SYN came");
}

/* The axes end behind the last SYN and above the oldest stamp. */
static void limits(const struct tw_nat_starving *s, double *ret_s, double *ret_age)
{
	*ret_s = 1;
	*ret_age = FORGOTTEN_S + 10;
	for (unsigned i = 0; i < count(s); i++) {
		*ret_s = fmin(1e6, fmax(*ret_s, seconds(s, &s->door[i]) * 1.01));
		if (s->door[i].remembered)
			*ret_age = fmin(600, fmax(*ret_age, s->door[i].age_s));
	}
}

void tw_draw_starving(FILE *out, const struct tw_nat_starving *starving)
{
	struct tw_plot upper = { .out = out,
				 .x = { TW_SCALE_LINEAR, 0, 0, LEFT, RIGHT },
				 .y = { TW_SCALE_SIGNED, -EDGE, EDGE, BOTTOM, TOP } };
	struct tw_plot lower = upper;

	lower.y = (struct tw_scale){ TW_SCALE_LINEAR, 0, 0, LOWER_BOTTOM, LOWER_TOP };
	limits(starving, &upper.x.hi, &lower.y.hi);
	lower.x = upper.x;
	tw_plot_begin(out, TW_DRAW_WIDTH, LOWER_BOTTOM + 50,
		      "SYNs at the server's door, against what is remembered");
	tw_plot_key(out, LEFT + 8, 18, TW_MARK_DISC, "c0", "neighbour");
	tw_plot_key(out, LEFT + 120, 18, TW_MARK_DIAMOND, "c1", "victim");
	tw_plot_key(out, LEFT + 210, 18, TW_MARK_CROSS, "c0", "neighbour, dropped");
	tw_plot_key(out, LEFT + 380, 18, TW_MARK_CROSS, "c1", "victim, dropped");
	draw_axes(&upper, &lower);
	for (unsigned i = 0; i < count(starving); i++)
		draw_door(&upper, starving, &starving->door[i]);
	draw_ages(&lower, starving);
	tw_plot_end(out);
}
