#include <string.h>

#include "natreport/headline.h"
#include "natreport/text.h"
#include "natreport/words.h"
#include "text/textbuf.h"
#include "text/wrap.h"

enum {
	INDENT = 14,
};

/* "clocks      sentence", wrapped. */
static void put(const struct tw_nat_text *t, const char *name, const char *text)
{
	char clean[TW_HEADLINE_MAX];

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

static void put_starving(const struct tw_nat_text *t, const struct tw_nat_starving *s)
{
	char text[TW_HEADLINE_MAX], says[sizeof(s->says)], all[2 * TW_HEADLINE_MAX];

	snprintf(all, sizeof(all), "%s; %s%s", tw_text_clean(s->says, says, sizeof(says)),
		 s->emulated ? "EMULATED, the rule of " : "this kernel's own tcp_tw_recycle, ",
		 tw_say_recycle_rule(s->rule));
	put(t, "recycle", all);
	if (s->done) {
		fprintf(t->out, "%*s", INDENT, "");
		tw_wrap(t->out, tw_nat_headline_starving(s, text, sizeof(text)), INDENT, TW_WIDTH);
	}
}

static void put_agreements(const struct tw_nat_text *t)
{
	char a[2][TW_SAY_MAX], b[2][TW_SAY_MAX];

	if (t->c->n_agreements)
		fprintf(t->out, "\n%-28s%8s%12s%12s%16s\n", "simulation", "packets", "95 %",
			"simulated", "95 %");
	for (unsigned i = 0; i < t->c->n_agreements && i < TW_NAT_AGREEMENTS_MAX; i++) {
		const struct tw_nat_agreement *agreement = &t->c->agreement[i];

		fprintf(t->out, "%-28s%8s%12s%12s%16s  %s%s%s\n",
			t->c->scenario[agreement->scenario].id,
			tw_say_percent(&agreement->measured, a[0], sizeof(a[0])),
			tw_say_interval(&agreement->measured, a[1], sizeof(a[1])),
			tw_say_percent(&agreement->simulated, b[0], sizeof(b[0])),
			tw_say_interval(&agreement->simulated, b[1], sizeof(b[1])),
			tw_nat_on(t, agreement->agree ? TW_NAT_GREEN : TW_NAT_RED),
			agreement->agree ? "agree" : "disagree", tw_nat_off(t));
	}
}

void tw_nat_text_parts(const struct tw_nat_text *t)
{
	const struct tw_nat_campaign *c = t->c;
	char text[TW_HEADLINE_MAX];

	put_agreements(t);
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
		put_starving(t, &c->starving[i]);
}
