#include "natreport/draw.h"
#include "natreport/headline.h"
#include "natreport/html.h"
#include "natreport/words.h"

static void put_try(FILE *out, unsigned i, const struct tw_nat_try *t)
{
	char ms[TW_SAY_MAX], quiet[TW_SAY_MAX], at[TW_SAY_MAX];

	fprintf(out, "<tr><td>%u</td><td>", i + 1);
	tw_html_text(out, "%s", tw_say_ms(t->at_s * 1000, at, sizeof(at)));
	fputs("</td><td>", out);
	tw_html_text(out, "%s", tw_say_ms(t->quiet_s * 1000, quiet, sizeof(quiet)));
	fprintf(out, "</td><td>%u</td><td>%u</td><td class=\"%s\">", t->syns, t->dropped,
		t->connected ? "good" : "bad");
	tw_html_text(out, "%s",
		     t->connected ? tw_say_ms(t->connect_ms, ms, sizeof(ms)) : "not connected");
	fputs("</td></tr>\n", out);
}

/* Each connect() of the victim. */
static void put_tries(FILE *out, const struct tw_nat_starving *s)
{
	unsigned n = s->n_tries < TW_NAT_TRIES_MAX ? s->n_tries : TW_NAT_TRIES_MAX;

	if (!n)
		return;
	fprintf(out,
		"<details><summary>The victim's %u attempt%s</summary>\n<div "
		"class=\"wide\"><table>\n"
		"<tr><th>attempt</th><th>begun at</th><th>quiet "
		"for</th><th>SYNs</th><th>dropped</th>"
		"<th>connect()</th></tr>\n",
		n, n == 1 ? "" : "s");
	for (unsigned i = 0; i < n; i++)
		put_try(out, i, &s->attempt[i]);
	fputs("</table></div></details>\n", out);
}

void tw_html_starving(FILE *out, const struct tw_nat_starving *s)
{
	char text[TW_HEADLINE_MAX];

	if (!tw_html_figure_can(out, "", s->done, "", s->n_doors))
		return;
	fputs("<p>", out);
	if (s->emulated)
		fputs("<span class=\"emulated\">EMULATED</span> The rule is twprobe's own, in "
		      "front of the server: it drops what tcp_tw_recycle dropped. ",
		      out);
	tw_html_text(out, "Rule of %s. %s clients: %s. %s.", tw_say_recycle_rule(s->rule),
		     s->real_clients ? "Kernel" : "Raw", s->says,
		     tw_nat_headline_starving(s, text, sizeof(text)));
	fputs("</p>\n<figure><div class=\"fig\">\n", out);
	tw_draw_starving(out, s);
	snprintf(text, sizeof(text),
		 "Each SYN that came to the server's door. %s dropped %llu, the model %llu. By the "
		 "rule "
		 "a neighbour that goes on closing "
		 "connections keeps the stamp fresh, so that the victim starves until there is a "
		 "minute of quiet or its own "
		 "clock has overtaken.",
		 s->emulated ? "The bump in the wire" : "The kernel",
		 (unsigned long long)(s->emulated ? s->dropped_by_bump : s->paws_passive),
		 (unsigned long long)s->dropped_by_model);
	tw_html_figure_end(out, text);
	put_tries(out, s);
}
