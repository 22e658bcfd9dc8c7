#include <math.h>

#include "natreport/draw.h"
#include "natreport/plot.h"
#include "natreport/words.h"

enum {
	TOP = 58,
	BOTTOM = 330,
	LEFT = 80,
	PANEL = 420,
	BETWEEN = 60,
};

static unsigned count(const struct tw_nat_clocks *clocks)
{
	return clocks->n < TW_NAT_CLOCKS_MAX ? clocks->n : TW_NAT_CLOCKS_MAX;
}

/* The ports of all SYNs, with some room; any two if there are none. */
static void ports(const struct tw_nat_clocks *clocks, double *ret_lo, double *ret_hi)
{
	double lo = 65535, hi = 0, room;

	for (unsigned i = 0; i < count(clocks); i++) {
		lo = fmin(lo, clocks->c[i].port);
		hi = fmax(hi, clocks->c[i].port);
	}
	if (lo > hi) {
		lo = 0;
		hi = 65535;
	}
	room = fmax(10, (hi - lo) * 0.04);
	*ret_lo = lo - room;
	*ret_hi = hi + room;
}

static void draw_panel(const struct tw_plot *plot, const struct tw_nat_clocks *clocks,
		       unsigned mode)
{
	static const struct tw_tick offsets[] = { { -2147483648.0, "−2³¹" },
						  { -1073741824.0, "−2³⁰" },
						  { 0, "0" },
						  { 1073741824.0, "2³⁰" },
						  { 2147483648.0, "2³¹" } };
	struct tw_tick tick[TW_TICKS_MAX];
	unsigned n = tw_ticks_linear(plot->x.lo, plot->x.hi, 6, "", tick);

	tw_plot_text(plot->out, plot->x.from, TOP - 32, "start", "panel", "tcp_timestamps=%u: %s",
		     mode, tw_say_clock(clocks->kind[mode]));
	tw_plot_axis_x(plot, tick, n, "source port of the SYN");
	tw_plot_axis_y(plot, offsets, 5, "TSval − ms of uptime, modulo 2³²");
	for (unsigned i = 0; i < count(clocks); i++) {
		const struct tw_nat_clock *c = &clocks->c[i];

		if (c->timestamps != mode)
			continue;
		tw_plot_mark(plot->out, c->host ? TW_MARK_DIAMOND : TW_MARK_DISC,
			     tw_scale_at(&plot->x, c->port),
			     tw_scale_at(&plot->y, (int32_t)c->offset), c->host ? 4.5 : 3.5,
			     c->host ? "c1" : "c0", "host %u, port %u: TSval %u, offset %d",
			     c->host + 1u, c->port, c->tsval, (int32_t)c->offset);
	}
}

void tw_draw_clocks(FILE *out, const struct tw_nat_clocks *clocks)
{
	struct tw_plot plot = {
		.out = out, .y = { TW_SCALE_LINEAR, -2147483648.0, 2147483648.0, BOTTOM, TOP }
	};

	plot.x.kind = TW_SCALE_LINEAR;
	ports(clocks, &plot.x.lo, &plot.x.hi);
	tw_plot_begin(out, TW_DRAW_WIDTH, BOTTOM + 74,
		      "Offset of the TSval against the source port");
	for (unsigned mode = 1; mode < 3; mode++) {
		plot.x.from = LEFT + (mode - 1) * (PANEL + BETWEEN);
		plot.x.to = plot.x.from + PANEL;
		draw_panel(&plot, clocks, mode);
	}
	tw_plot_key(out, LEFT, BOTTOM + 66, TW_MARK_DISC, "c0", "host 1");
	tw_plot_key(out, LEFT + 100, BOTTOM + 66, TW_MARK_DIAMOND, "c1", "host 2");
	tw_plot_end(out);
}
