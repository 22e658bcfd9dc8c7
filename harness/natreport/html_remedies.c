#include <math.h>
#include <string.h>

#include "natreport/html.h"
#include "natreport/items.h"
#include "natreport/table.h"
#include "natreport/words.h"

/* "+8.2 ms", "never connects"; what the loss costs. */
static void put_cost(FILE *out, const struct tw_nat_result *res, const struct tw_nat_result *plain)
{
	double delay = tw_nat_cell_delay_ms(res, plain);
	char text[TW_SAY_MAX];

	if (res->never.n)
		fprintf(out, "<small>%s</small>",
			res->never.n == res->loss.n ? "never connect" : "some never connect");
	if (tw_nat_without_port(res))
		fprintf(out, "<small>%u of %u no port</small>", tw_nat_without_port(res),
			res->n_trials);
	if (isfinite(delay))
		fprintf(out, "<small>%s%s</small>", delay < 0 ? "" : "+",
			tw_say_ms(delay, text, sizeof(text)));
}

/* The more is lost, the deeper is the colour. */
static void put_loss(FILE *out, const struct tw_nat_result *res, const struct tw_nat_result *plain)
{
	double part = (double)res->loss.n / res->loss.of;
	char text[TW_SAY_MAX];

	if (res->loss.n)
		fprintf(out, "<td class=\"%s\" style=\"background:rgba(213,94,0,%.2f)\"><b>",
			res->never.n ? "never" : "", 0.1 + 0.4 * fmin(1, part));
	else
		fputs("<td style=\"background:rgba(0,114,178,.16)\"><b>", out);
	tw_html_text(out, "%s", tw_say_percent(&res->loss, text, sizeof(text)));
	fputs("</b><small>", out);
	tw_html_text(out, "%s", tw_say_interval(&res->loss, text, sizeof(text)));
	fputs("</small>", out);
	put_cost(out, res, plain);
	if (res->verdict != TW_NAT_PASS)
		fprintf(out, "<small class=\"%s\">%s</small>", tw_say_verdict(res->verdict),
			tw_say_verdict(res->verdict));
	fputs("</td>", out);
}

static void put_cell(FILE *out, const struct tw_nat_result *res, const struct tw_nat_result *plain)
{
	const char *verdict;

	if (!res) {
		fputs("<td class=\"empty\">·</td>", out);
	} else if (!tw_nat_has_numbers(res)) {
		verdict = tw_say_verdict(tw_nat_verdict_of(res->done, res->verdict));
		fprintf(out, "<td class=\"%s\">%s</td>", verdict, verdict);
	} else if (!res->loss.of) {
		fprintf(out, "<td class=\"empty\">%s</td>",
			tw_nat_without_port(res) ? "no port<small>until it is free</small>"
						 : "nothing");
	} else {
		put_loss(out, res, plain);
	}
}

/* With places where a line may be broken: behind every "_". */
static void put_name(FILE *out, const char *name)
{
	const char *end;

	for (; (end = strchr(name, '_')); name = end + 1) {
		tw_html_text(out, "%.*s", (int)(end - name + 1), name);
		fputs("<wbr/>", out);
	}
	tw_html_text(out, "%s", name);
}

void tw_html_remedies(FILE *out, const struct tw_nat_campaign *c)
{
	struct tw_nat_table table;

	tw_nat_table(c, &table);
	if (!table.n_bases)
		return;
	fputs("<h2>Remedies</h2>\n<p class=\"soft\">How many connections lose their first SYN, the "
	      "95 % interval of that, and how "
	      "much later those connect. Blue: not one was lost.</p>\n<div class=\"wide\"><table "
	      "class=\"remedies\">\n"
	      "<tr><th></th><th>as it is</th>",
	      out);
	for (unsigned i = 0; i < table.n_remedies; i++) {
		fputs("<th>", out);
		put_name(out, table.remedy[i]);
		fputs("</th>", out);
	}
	fputs("</tr>\n", out);
	for (unsigned i = 0; i < table.n_bases; i++) {
		fputs("<tr><td>", out);
		tw_html_text(out, "%s", table.base[i]);
		fputs("</td>", out);
		put_cell(out, table.plain[i], table.plain[i]);
		for (unsigned k = 0; k < table.n_remedies; k++)
			put_cell(out, table.cell[i][k], table.plain[i]);
		fputs("</tr>\n", out);
	}
	fputs("</table></div>\n", out);
}
