#include <string.h>

#include "nat/starving.h"
#include "natreport/headline.h"
#include "natreport/items.h"
#include "natreport/text.h"
#include "natreport/words.h"
#include "text/textbuf.h"
#include "text/wrap.h"

enum {
	INDENT = 14,
	NAME_WIDTH = 28,
};

/* "clocks      sentence", wrapped. */
static void put(const struct tw_nat_text *t, const char *name, const char *text)
{
	char clean[2 * TW_HEADLINE_MAX];

	fprintf(t->out, "%-*s", INDENT, name);
	tw_wrap(t->out, tw_text_clean(text, clean, sizeof(clean)), INDENT, TW_WIDTH);
}

/* A part that has something to say, or why it has not. */
static void put_if(const struct tw_nat_text *t, const char *name, bool done, const char *trouble,
		   const char *text)
{
	char why[320];

	if (done && !*trouble) {
		put(t, name, text);
		return;
	}
	snprintf(why, sizeof(why), "not measured: %s",
		 *trouble ? trouble : "it did not come to its end");
	put(t, name, why);
}

/* @before: the one that was told before, or NULL. */
static void put_starving(const struct tw_nat_text *t, const struct tw_nat_starving *s,
			 const struct tw_nat_starving *before)
{
	char text[TW_HEADLINE_MAX], all[2 * TW_HEADLINE_MAX];

	if (!before || before->emulated != s->emulated || before->rule != s->rule) {
		snprintf(all, sizeof(all), "%s%s",
			 s->emulated ? "EMULATED in front of the server, the rule of "
				     : "this kernel's own tcp_tw_recycle, ",
			 tw_say_recycle_rule(s->rule));
		put(t, "tw_recycle", all);
	}
	snprintf(all, sizeof(all), "%s%s%s", s->says, s->done ? ": " : "",
		 s->done ? tw_nat_headline_starving(s, text, sizeof(text)) : "");
	put(t, tw_nat_plot_id(s->plot), all);
}

/* A line of two rates that should be the same. */
static void put_both(const struct tw_nat_text *t, const char *name,
		     const struct tw_nat_rate *measured, const struct tw_nat_rate *simulated,
		     bool agree, const char *says)
{
	char a[2][TW_SAY_MAX], b[2][TW_SAY_MAX];

	tw_nat_text_name(t, name, NAME_WIDTH);
	fprintf(t->out, "%8s%16s%12s%16s  %s%s%s\n", tw_say_percent(measured, a[0], sizeof(a[0])),
		tw_say_interval(measured, a[1], sizeof(a[1])),
		tw_say_percent(simulated, b[0], sizeof(b[0])),
		tw_say_interval(simulated, b[1], sizeof(b[1])),
		tw_nat_on(t, agree ? TW_NAT_GREEN : TW_NAT_RED), says, tw_nat_off(t));
}

static void put_loads(const struct tw_nat_text *t)
{
	const struct tw_nat_campaign *c = t->c;

	if (c->n_loads)
		fprintf(t->out, "\n%-*s%8s%16s%12s%16s\n", NAME_WIDTH, "simulation", "packets",
			"95 %", "simulated", "95 %");
	for (unsigned i = 0; i < c->n_loads; i++) {
		const struct tw_nat_load *load = &c->load[i];
		enum tw_nat_verdict verdict = tw_nat_verdict_of(load->done, load->verdict);

		put_both(t, tw_nat_load_setting_of(load)->id, &load->measured, &load->simulated,
			 verdict == TW_NAT_PASS,
			 verdict != TW_NAT_PASS ? tw_say_verdict(verdict)
			 : load->close          ? "agree"
						: "beyond 95 %");
	}
}

void tw_nat_text_parts(const struct tw_nat_text *t)
{
	const struct tw_nat_campaign *c = t->c;
	char text[TW_HEADLINE_MAX];

	put_loads(t);
	if (c->clocks || c->plane || c->steps || c->n_starving)
		fputc('\n', t->out);
	if (c->clocks)
		put_if(t, "clocks", c->clocks->done, c->clocks->trouble,
		       tw_nat_headline_clocks(c->clocks, text, sizeof(text)));
	if (c->clocks && c->clocks->done && !*c->clocks->trouble &&
	    c->clocks->kind[1] != TW_NAT_CLOCK_UNTOLD) {
		fprintf(t->out, "%*s", INDENT, "");
		tw_wrap(t->out, tw_say_clock_means(c->clocks->kind[1]), INDENT, TW_WIDTH);
	}
	if (c->steps)
		put_if(t, "reuse after", c->steps->done, c->steps->trouble,
		       tw_nat_headline_steps(c->steps, text, sizeof(text)));
	if (c->plane)
		put_if(t, "plane", c->plane->done, c->plane->trouble,
		       tw_nat_headline_plane(c->plane, text, sizeof(text)));
	for (unsigned i = 0; i < c->n_starving; i++)
		put_starving(t, &c->starving[i], i ? &c->starving[i - 1] : NULL);
}
