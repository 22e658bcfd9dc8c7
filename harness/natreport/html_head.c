#include <math.h>

#include "natreport/headline.h"
#include "natreport/html.h"
#include "natreport/items.h"
#include "natreport/words.h"

static void put_row(FILE *out, const char *name, const char *value)
{
	fputs("<dt>", out);
	tw_html_text(out, "%s", name);
	fputs("</dt><dd>", out);
	tw_html_text(out, "%s", value);
	fputs("</dd>\n", out);
}

/* What clock the kernel's clients have, per setting, and what follows from it. */
static void put_clocks(FILE *out, const struct tw_nat_clocks *clocks)
{
	char text[TW_HEADLINE_MAX];

	if (!clocks || !clocks->done || *clocks->trouble) {
		put_row(out, "clock of TSvals",
			clocks && *clocks->trouble ? clocks->trouble : "not measured");
		return;
	}
	for (unsigned mode = 1; mode < 3; mode++) {
		snprintf(text, sizeof(text), "%s: %s", tw_say_clock(clocks->kind[mode]),
			 tw_say_clock_means(clocks->kind[mode]));
		put_row(out, mode == 1 ? "clock, tcp_timestamps=1" : "clock, tcp_timestamps=2",
			text);
	}
}

/* How fast a client comes back, and how many jiffies that is. */
static void put_second(FILE *out, const struct tw_nat_campaign *c)
{
	const struct tw_nat_result *res = tw_nat_headline_of(c);
	char text[TW_HEADLINE_MAX], least[TW_SAY_MAX], median[TW_SAY_MAX], most[TW_SAY_MAX];

	if (!res || !isfinite(res->second_syn_ms[1]))
		return;
	snprintf(text, sizeof(text),
		 "%s after the rejection (median; %s to %s), which is %.1f jiffies",
		 tw_say_ms(res->second_syn_ms[1], median, sizeof(median)),
		 tw_say_ms(res->second_syn_ms[0], least, sizeof(least)),
		 tw_say_ms(res->second_syn_ms[2], most, sizeof(most)),
		 res->second_syn_ms[1] * c->hz / 1000);
	put_row(out, "next SYN", text);
}

static void put_measured(FILE *out, const struct tw_nat_campaign *c)
{
	const struct tw_nat_totals totals = tw_nat_totals(c);
	char text[TW_HEADLINE_MAX];

	fputs("<dl>\n", out);
	snprintf(text, sizeof(text), "%s %s, HZ %u%s", c->release, c->machine, c->hz,
		 c->hz ? "" : " (not known)");
	if (c->hz)
		snprintf(text, sizeof(text), "%s %s, HZ %u: a jiffy is %.4g ms", c->release,
			 c->machine, c->hz, 1000.0 / c->hz);
	put_row(out, "kernel", text);
	snprintf(text, sizeof(text), "%u scenarios%s, %u trials each, in %.1f s; seed %llu",
		 c->n_results, c->slow ? ", slow ones too" : "", c->trials, c->wall_s,
		 (unsigned long long)c->seed);
	put_row(out, "measured", text);
	snprintf(text, sizeof(text), "%u passed, %u failed, %u skipped, %u errors",
		 totals.n[TW_NAT_PASS], totals.n[TW_NAT_FAIL], totals.n[TW_NAT_SKIP],
		 totals.n[TW_NAT_ERROR]);
	put_row(out, "verdicts", text);
	put_second(out, c);
	put_clocks(out, c->clocks);
	fputs("</dl>\n", out);
}

static void put_why(FILE *out, const struct tw_nat_item *item)
{
	const char *verdict = tw_say_verdict(item->verdict);

	if (item->verdict == TW_NAT_PASS)
		return;
	fprintf(out, "<p class=\"why\"><span class=\"%s\">%s</span> ", verdict, verdict);
	tw_html_text(out, "%s: %s", item->name, item->why);
	fputs("</p>\n", out);
}

void tw_html_head(FILE *out, const struct tw_nat_campaign *c)
{
	char text[TW_HEADLINE_MAX];
	struct tw_nat_item item;

	fputs("<h1>NAT timestamp loss</h1>\n<p class=\"verdict\">", out);
	tw_html_text(out, "%s", tw_nat_headline(c, text, sizeof(text)));
	fputs("</p>\n<p>", out);
	tw_html_text(out, "%s", tw_nat_headline_proof(c, text, sizeof(text)));
	fputs("</p>\n", out);
	for (unsigned i = 0; tw_nat_item(c, i, &item); i++)
		put_why(out, &item);
	put_measured(out, c);
}
