/* The page, from top to bottom. */
#include <errno.h>

#include "natreport/html.h"
#include "natreport/natreport.h"
#include "natreport/words.h"

static void put_agreement(FILE *out, const struct tw_nat_campaign *c,
			  const struct tw_nat_agreement *a)
{
	char text[TW_SAY_MAX];

	fputs("<tr><td>", out);
	tw_html_text(out, "%s", c->scenario[a->scenario].id);
	fputs("</td>", out);
	for (unsigned i = 0; i < 2; i++) {
		const struct tw_nat_rate *rate = i ? &a->simulated : &a->measured;

		fprintf(out, "<td>%u/%u</td><td>", rate->n, rate->of);
		tw_html_text(out, "%s", tw_say_percent(rate, text, sizeof(text)));
		fputs("</td><td>", out);
		tw_html_text(out, "%s", tw_say_interval(rate, text, sizeof(text)));
		fputs("</td>", out);
	}
	fputs("<td class=\"mid\">", out);
	tw_html_interval(out, &a->measured, &a->simulated);
	fprintf(out, "</td><td class=\"%s\">%s</td></tr>\n", a->agree ? "good" : "bad",
		a->agree ? "agree" : "disagree");
}

void tw_html_agreements(FILE *out, const struct tw_nat_campaign *c)
{
	if (!c->n_agreements)
		return;
	fputs("<h2>Packets and simulation</h2>\n<p class=\"soft\">The same setting measured with "
	      "packets (orange, above) and simulated "
	      "by the rules alone (blue, below). They agree if the 95 % interval of their "
	      "difference has 0 in it.</p>\n"
	      "<div class=\"wide\"><table>\n<tr><th>scenario</th><th colspan=\"3\">packets: lost, "
	      "95 % interval</th>"
	      "<th colspan=\"3\">simulated: lost, 95 % interval</th>"
	      "<th class=\"mid\">0 to 100 %</th><th></th></tr>\n",
	      out);
	for (unsigned i = 0; i < c->n_agreements && i < TW_NAT_AGREEMENTS_MAX; i++)
		put_agreement(out, c, &c->agreement[i]);
	fputs("</table></div>\n", out);
}

int tw_nat_report_html(FILE *out, const struct tw_nat_campaign *c, struct tw_err *err)
{
	fputs("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" "
	      "lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, "
	      "initial-scale=1\"/>\n<title>NAT timestamp loss, kernel ",
	      out);
	tw_html_text(out, "%s", c->release);
	fputs("</title>\n<style>\n", out);
	tw_html_style(out);
	fputs("</style>\n</head>\n<body>\n<main>\n", out);
	tw_html_head(out, c);
	tw_html_scenarios(out, c);
	tw_html_remedies(out, c);
	tw_html_figures(out, c);
	tw_html_agreements(out, c);
	fputs("<p class=\"soft\">", out);
	tw_html_text(out, "twprobe %s nat", c->version ? c->version : "");
	fputs("</p>\n</main>\n</body>\n</html>\n", out);
	if (fflush(out) || ferror(out))
		return tw_err_set(err, EIO, "the HTML report could not be written");
	return 0;
}
