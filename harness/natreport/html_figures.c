#include <ctype.h>
#include <string.h>

#include "natreport/draw.h"
#include "natreport/headline.h"
#include "natreport/html.h"
#include "natreport/words.h"

void tw_html_figure_begin(FILE *out, const char *title)
{
	fprintf(out, "<h2>%s</h2>\n", title);
	fputs("<figure><div class=\"fig\">\n", out);
}

/* The caption begins with a capital and ends with a full stop, wherever it comes from. */
void tw_html_figure_end(FILE *out, const char *caption)
{
	size_t len = strlen(caption);

	fputs("</div><figcaption>", out);
	if (len)
		tw_html_text(out, "%c%s%s", toupper((unsigned char)*caption), caption + 1,
			     caption[len - 1] == '.' ? "" : ".");
	fputs("</figcaption></figure>\n", out);
}

bool tw_html_figure_can(FILE *out, const char *title, bool done, const char *trouble, unsigned n)
{
	if (done && !*trouble && n)
		return true;
	if (*title)
		fprintf(out, "<h2>%s</h2>\n", title);
	fputs("<p class=\"why\">", out);
	tw_html_text(out, "Not measured: %s.",
		     *trouble ? trouble
		     : done   ? "there were no SYNs"
			      : "it did not come to its end");
	fputs("</p>\n", out);
	return false;
}

static void put_cdf(FILE *out, const struct tw_nat_campaign *c)
{
	bool any = false;

	for (unsigned i = 0; i < c->n_results; i++)
		any |= tw_nat_has_numbers(&c->result[i]) &&
		       tw_nat_part_of(tw_nat_scenario_of(c, &c->result[i])) != TW_NAT_PART_REMEDY;
	if (!any)
		return;
	tw_html_figure_begin(out, "How long connections take");
	tw_draw_cdf(out, c);
	tw_html_figure_end(
		out,
		"A curve that stays below 100 % has connections that never get through; the cross "
		"is where the last of them was given "
		"up. Controls are thin and grey. Labels: connected of all.");
}

static void put_steps(FILE *out, const struct tw_nat_steps *steps)
{
	char text[TW_HEADLINE_MAX];

	if (!tw_html_figure_can(out, "Reuse after how long", steps->done, steps->trouble, steps->n))
		return;
	tw_html_figure_begin(out, "Reuse after how long");
	tw_draw_steps(out, steps);
	tw_nat_headline_steps(steps, text, sizeof(text));
	tw_html_figure_end(out, text);
}

static void put_clocks(FILE *out, const struct tw_nat_clocks *clocks)
{
	char text[TW_HEADLINE_MAX + 64], kinds[TW_HEADLINE_MAX];

	if (!tw_html_figure_can(out, "Whose clock is in the TSval", clocks->done, clocks->trouble,
				clocks->n))
		return;
	tw_html_figure_begin(out, "Whose clock is in the TSval");
	tw_draw_clocks(out, clocks);
	snprintf(text, sizeof(text), "SYNs of two hosts to one port of the server. %s",
		 tw_nat_headline_clocks(clocks, kinds, sizeof(kinds)));
	tw_html_figure_end(out, text);
}

static void put_plane(FILE *out, const struct tw_nat_campaign *c)
{
	char text[TW_HEADLINE_MAX], more[TW_HEADLINE_MAX + 64];

	if (!tw_html_figure_can(out, "Which SYNs are accepted", c->plane->done, c->plane->trouble,
				c->plane->n))
		return;
	tw_html_figure_begin(out, "Which SYNs are accepted");
	tw_draw_plane(out, c->plane, c);
	tw_nat_headline_plane(c->plane, text, sizeof(text));
	snprintf(more, sizeof(more), "%s. Shaded: what the rule says", text);
	tw_html_figure_end(out, more);
}

void tw_html_figures(FILE *out, const struct tw_nat_campaign *c)
{
	put_cdf(out, c);
	if (c->steps)
		put_steps(out, c->steps);
	if (c->clocks)
		put_clocks(out, c->clocks);
	if (c->plane)
		put_plane(out, c);
	tw_html_ladder(out, c);
	tw_html_starving(out, c);
}
