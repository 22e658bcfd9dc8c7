#include "nat/starving.h"
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

static void put_rule(FILE *out, const struct tw_nat_starving *s)
{
	fputs(s->emulated ? "<p>The rule is twprobe's own, in front of the server: it drops what "
			    "tcp_tw_recycle dropped in "
			  : "<p>This kernel's own tcp_tw_recycle, with the rule of ",
	      out);
	tw_html_text(out, "%s.", tw_say_recycle_rule(s->rule));
	fputs(" A neighbour that goes on closing connections keeps the stamp of their common "
	      "address fresh; a host whose clock is "
	      "behind gets through after a minute of quiet, or when its clock has overtaken.</p>\n",
	      out);
}

static bool all_have_ts(const struct tw_nat_starving *s)
{
	for (unsigned i = 0; i < s->n_doors && i < TW_NAT_DOORS_MAX; i++) {
		if (!s->door[i].ts)
			return false;
	}
	return true;
}

static void put_plot(FILE *out, const struct tw_nat_starving *s)
{
	char text[TW_HEADLINE_MAX], all[2 * TW_HEADLINE_MAX];

	fprintf(out, "<h3>%s", s->emulated ? "<span class=\"emulated\">EMULATED</span> " : "");
	tw_html_text(out, "%s: %s", tw_nat_plot_id(s->plot), s->says);
	fputs("</h3>\n", out);
	if (!tw_html_figure_can(out, "", s->done, "", s->n_doors))
		return;
	fputs("<figure><div class=\"fig\">\n", out);
	tw_draw_starving(out, s);
	snprintf(all, sizeof(all),
		 "Each SYN of %s that came to the server's door%s: %s. %s dropped %llu, the model "
		 "%llu.",
		 s->real_clients ? "real clients" : "raw hosts",
		 all_have_ts(s) ? "" : " (without a timestamp it stands at 0)",
		 tw_nat_headline_starving(s, text, sizeof(text)),
		 s->emulated ? "The bump in the wire" : "The kernel",
		 (unsigned long long)(s->emulated ? s->dropped_by_bump : s->paws_passive),
		 (unsigned long long)s->dropped_by_model);
	tw_html_figure_end(out, all);
	put_tries(out, s);
}

void tw_html_starving(FILE *out, const struct tw_nat_campaign *c)
{
	if (c->n_starving)
		fputs("<h2>The victim of tcp_tw_recycle</h2>\n", out);
	for (unsigned i = 0; i < c->n_starving; i++) {
		const struct tw_nat_starving *s = &c->starving[i], *before = i ? s - 1 : NULL;

		if (!before || before->emulated != s->emulated || before->rule != s->rule)
			put_rule(out, s);
		put_plot(out, s);
	}
}
