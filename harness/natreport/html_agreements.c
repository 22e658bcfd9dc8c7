/* Packets and simulation side by side. */
#include "natreport/html.h"
#include "natreport/items.h"
#include "natreport/words.h"

struct both {
	const char *name, *says;
	const struct tw_nat_rate *measured, *simulated;
	bool agree;
	const char *verdict;
};

static void put_rate(FILE *out, const struct tw_nat_rate *rate)
{
	char text[TW_SAY_MAX];

	fprintf(out, "<td>%u/%u</td><td>", rate->n, rate->of);
	tw_html_text(out, "%s", tw_say_percent(rate, text, sizeof(text)));
	fputs("</td><td>", out);
	tw_html_text(out, "%s", tw_say_interval(rate, text, sizeof(text)));
	fputs("</td>", out);
}

static void put_both(FILE *out, const struct both *both)
{
	fputs("<tr><td>", out);
	tw_html_text(out, "%s", both->name);
	fputs("<span class=\"says\">", out);
	tw_html_text(out, "%s", both->says);
	fputs("</span></td>", out);
	put_rate(out, both->measured);
	put_rate(out, both->simulated);
	fputs("<td class=\"mid\">", out);
	tw_html_interval(out, both->measured, both->simulated);
	fprintf(out, "</td><td class=\"%s\">%s</td></tr>\n", both->agree ? "good" : "bad",
		both->verdict);
}

static void put_load(FILE *out, const struct tw_nat_load *load)
{
	const struct tw_nat_load_setting *set = tw_nat_load_setting_of(load);
	enum tw_nat_verdict verdict = tw_nat_verdict_of(load->done, load->verdict);
	const struct both both = { .name = set->id,
				   .says = set->says,
				   .measured = &load->measured,
				   .simulated = &load->simulated,
				   .agree = verdict == TW_NAT_PASS,
				   .verdict = verdict != TW_NAT_PASS ? tw_say_verdict(verdict)
					      : load->close          ? "agree"
								     : "beyond 95 %" };

	put_both(out, &both);
}

void tw_html_loads(FILE *out, const struct tw_nat_campaign *c)
{
	if (!c->n_loads)
		return;
	fputs("<h2>Packets and simulation</h2>\n<p class=\"soft\">First SYNs that were lost: "
	      "measured with packets (orange, "
	      "above), and simulated by the rules alone with the same numbers (blue, "
	      "below).</p>\n<div class=\"wide\"><table>\n"
	      "<tr><th>setting</th><th colspan=\"3\">packets: lost, 95 % interval</th>"
	      "<th colspan=\"3\">simulated: lost, 95 % interval</th><th class=\"mid\">0 to 100 "
	      "%</th><th></th></tr>\n",
	      out);
	for (unsigned i = 0; i < c->n_loads; i++)
		put_load(out, &c->load[i]);
	fputs("</table></div>\n", out);
}
