#include <math.h>

#include "natreport/html.h"
#include "natreport/items.h"
#include "natreport/plot.h"
#include "natreport/words.h"

static double at(double part)
{
	return part > 0 && part <= 1 ? 4 + 142 * part : part > 1 ? 146 : 4;
}

static void put_whisker(FILE *out, const struct tw_nat_rate *rate, double y, const char *class)
{
	if (!rate->of)
		return;
	fprintf(out, "<g class=\"%s\">", class);
	tw_plot_line(out, at(rate->low), y, at(rate->high), y, "step");
	fprintf(out, "<circle class=\"fill\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/></g>\n",
		at((double)rate->n / rate->of), y);
}

void tw_html_interval(FILE *out, const struct tw_nat_rate *rate, const struct tw_nat_rate *other)
{
	fputs("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"interval\" viewBox=\"0 0 150 18\" "
	      "aria-hidden=\"true\">\n",
	      out);
	for (unsigned i = 0; i <= 4; i++)
		tw_plot_line(out, at(i / 4.0), 1, at(i / 4.0), 17, "grid");
	put_whisker(out, rate, other ? 5 : 9, "c1");
	if (other)
		put_whisker(out, other, 13, "c0");
	fputs("</svg>", out);
}

static void put_cell(FILE *out, const char *text)
{
	fputs("<td>", out);
	tw_html_text(out, "%s", text);
	fputs("</td>", out);
}

/* Whether the server's counter says what the packets say. */
static void put_counter(FILE *out, const struct tw_nat_result *res)
{
	uint64_t rejected;
	bool ok = tw_nat_counted(res, &rejected);

	fprintf(out, "<td><span class=\"%s\">%llu %s %llu%s</span></td>", ok ? "good" : "bad",
		(unsigned long long)res->paws_rejected, ok ? "=" : "≠",
		(unsigned long long)rejected, ok ? " ✓" : " ✗");
}

static void put_numbers(FILE *out, const struct tw_nat_result *res)
{
	char text[TW_SAY_MAX];

	fprintf(out, "<td>%u/%u</td>", res->loss.n, res->loss.of);
	put_cell(out, tw_say_percent(&res->loss, text, sizeof(text)));
	fputs("<td class=\"mid\">", out);
	tw_html_interval(out, &res->loss, NULL);
	fputs("</td>", out);
	put_cell(out, tw_say_interval(&res->loss, text, sizeof(text)));
	put_cell(out, tw_say_ms(res->accepted_ms, text, sizeof(text)));
	put_cell(out, tw_say_ms(res->lost_ms, text, sizeof(text)));
	snprintf(text, sizeof(text), "%u", res->never.n);
	put_cell(out, res->never.n ? text : "-");
	put_counter(out, res);
	fprintf(out, "<td>%s%u%s</td>", res->exceptions ? "<span class=\"bad\">" : "",
		res->exceptions, res->exceptions ? "</span>" : "");
}

static void put_scenario(FILE *out, const struct tw_nat_campaign *c,
			 const struct tw_nat_result *res)
{
	const struct tw_nat_scenario *s = tw_nat_scenario_of(c, res);
	const char *verdict = tw_say_verdict(tw_nat_verdict_of(res->done, res->verdict));

	fputs("<tr><td>", out);
	tw_html_text(out, "%s", s->id);
	fputs("<span class=\"says\">", out);
	tw_html_text(out, "%s", s->says ? s->says : "");
	fputs("</span></td>", out);
	if (tw_nat_has_numbers(res))
		put_numbers(out, res);
	else
		fputs("<td colspan=\"9\" class=\"mid soft\">no numbers</td>", out);
	fprintf(out, "<td class=\"%s\">%s</td></tr>\n", verdict, verdict);
}

static void put_part(FILE *out, const struct tw_nat_campaign *c, enum tw_nat_part part,
		     const char *title, const char *about)
{
	bool any = false;

	for (unsigned i = 0; i < c->n_results; i++) {
		if (tw_nat_part_of(tw_nat_scenario_of(c, &c->result[i])) != part)
			continue;
		if (!any)
			fprintf(out,
				"<h2>%s</h2>\n<p class=\"soft\">%s</p>\n<div "
				"class=\"wide\"><table class=\"trials\">\n"
				"<tr><th>scenario</th><th>lost</th><th></th><th class=\"mid\">0 to "
				"100 %%</th>"
				"<th>95 %% "
				"interval</th><th>accepted</th><th>recovered</th><th>never</th>"
				"<th>counter</th><th>odd</th><th></th></tr>\n",
				title, about);
		any = true;
		put_scenario(out, c, &c->result[i]);
	}
	if (any)
		fputs("</table></div>\n", out);
}

void tw_html_scenarios(FILE *out, const struct tw_nat_campaign *c)
{
	put_part(out, c, TW_NAT_PART_BASE, "Scenarios",
		 "Lost: connections whose first SYN was rejected. Accepted, recovered: median time "
		 "of connect(). Never: not "
		 "connected until the limit. Counter: the server's count of SYNs that PAWS "
		 "rejected = those in the packets. "
		 "Odd: answers that are not the rule's.");
	put_part(out, c, TW_NAT_PART_CONTROL, "Controls",
		 "The same with the cause taken away: not one SYN may be lost.");
}
