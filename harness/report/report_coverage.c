#include "report/report_coverage.h"

#include <stdlib.h>

#include "text/textbuf.h"
#include "text/wrap.h"

enum {
	ID_WIDTH = 7,
	VERDICT_WIDTH = 15,
	FEW = 4 /* rows of a rule that are named */
};

const char *tw_rule_group(const struct tw_rule *rule)
{
	switch (rule->id[0]) {
	case 'N':
		return "Demands of the RFCs";
	case 'C':
		return "Claims of the articles";
	default:
		return "Decisions of Linux";
	}
}

static void print_rows(const struct tw_coverage *cov, const struct tw_cover *cover, int indent,
		       bool verbose, FILE *out)
{
	unsigned most = verbose || cover->n_rows <= FEW + 1 ? cover->n_rows : FEW;
	char *text = NULL;
	size_t size;
	FILE *mem;

	if (!cover->n_rows)
		return;
	mem = open_memstream(&text, &size);
	if (!mem)
		return;
	for (unsigned i = 0; i < most; i++)
		fprintf(mem, "%s%s", i ? ", " : "", cov->row[cover->row[i]].row->id);
	if (most < cover->n_rows)
		fprintf(mem, " and %u more", cover->n_rows - most);
	fclose(mem);
	fprintf(out, "%*s", indent, "");
	tw_wrap(out, text, indent, TW_WIDTH);
	free(text);
}

static void print_rule(const struct tw_coverage *cov, const struct tw_cover *cover, bool verbose,
		       FILE *out)
{
	const struct tw_rule *rule = cover->rule;
	int indent = 2 + ID_WIDTH + (cov->judged ? VERDICT_WIDTH : 0);
	char text[512], clean[sizeof(cover->because)];

	fprintf(out, "  %-*s", ID_WIDTH, rule->id);
	if (cov->judged)
		fprintf(out, "%-*s", VERDICT_WIDTH, tw_cover_verdict_name(cover->verdict));
	snprintf(text, sizeof(text), "%s%s%s: %s", rule->source, *rule->level ? " " : "",
		 tw_rule_is_claim(rule) ? "" : rule->level, rule->says);
	if (tw_rule_is_claim(rule))
		snprintf(text, sizeof(text), "%s", rule->says);
	tw_wrap(out, text, indent, TW_WIDTH);
	if (cov->judged && cover->because[0]) {
		tw_text_clean(cover->because, clean, sizeof(clean));
		fprintf(out, "%*s-> ", indent, "");
		tw_wrap(out, clean, indent + 3, TW_WIDTH);
	} else if (!cov->judged && !cover->n_rows) {
		snprintf(text, sizeof(text), "%s%s", rule->untestable ? "not testable: " : "",
			 rule->untestable ? rule->untestable : "NO ROW");
		fprintf(out, "%*s-> ", indent, "");
		tw_wrap(out, text, indent + 3, TW_WIDTH);
	}
	print_rows(cov, cover, indent, verbose, out);
}

static void print_number(unsigned n, int width, FILE *out)
{
	if (n)
		fprintf(out, "%*u", width, n);
	else
		fprintf(out, "%*s", width, "-");
}

static void print_clauses(const struct tw_coverage *cov, FILE *out)
{
	fprintf(out, "\n%-24s%8s%8s", "Clauses of the RFCs", "rules", "rows");
	if (cov->judged)
		fprintf(out, "%11s%11s%11s", "conforms", "deviates", "no verdict");
	fputc('\n', out);
	for (unsigned i = 0; i < cov->n_clauses; i++) {
		const struct tw_cover_clause *c = &cov->clause[i];

		fprintf(out, "  %-22s", c->clause);
		print_number(c->rules, 8, out);
		print_number(c->rows, 8, out);
		if (cov->judged) {
			print_number(c->conforms, 11, out);
			print_number(c->deviates, 11, out);
			print_number(c->unknown, 11, out);
		}
		fputc('\n', out);
	}
}

static void print_missing(const struct tw_coverage *cov, FILE *out)
{
	char text[4096];
	struct tw_textbuf buf = tw_textbuf_on(text, sizeof(text));

	for (unsigned i = 0; i < cov->n; i++)
		if (tw_cover_missing(&cov->cover[i]))
			tw_textbuf_add(&buf, "%s%s", buf.len ? ", " : "", cov->cover[i].rule->id);
	if (!buf.len)
		return;
	fputs("without a row: ", out);
	tw_wrap(out, text, 15, TW_WIDTH);
}

static void print_verdicts(const struct tw_coverage *cov, FILE *out)
{
	unsigned n[TW_COVER_VERDICTS] = { 0 };
	const char *group = "";

	for (unsigned i = 0; i <= cov->n; i++) {
		const char *next = i < cov->n ? tw_rule_group(cov->cover[i].rule) : "";

		if (strcmp(next, group) != 0) {
			if (*group)
				fprintf(out, "%s:", group);
			for (unsigned v = 0; *group && v < TW_COVER_VERDICTS; v++)
				if (n[v])
					fprintf(out, "  %u %s", n[v],
						tw_cover_verdict_name((enum tw_cover_verdict)v));
			if (*group)
				fputc('\n', out);
			memset(n, 0, sizeof(n));
			group = next;
		}
		if (i < cov->n)
			n[cov->cover[i].verdict]++;
	}
}

void tw_coverage_print(const struct tw_coverage *cov, const struct tw_coverage_head *head,
		       bool verbose, FILE *out)
{
	unsigned missing = tw_coverage_missing(cov), none = tw_coverage_untestable(cov);
	const char *group = "";

	fprintf(out, "twprobe %s", head->version);
	if (head->release)
		fprintf(out, ", kernel %s %s: %s", head->release, head->machine, head->command);
	fputc('\n', out);
	for (unsigned i = 0; i < cov->n; i++) {
		const struct tw_rule *rule = cov->cover[i].rule;
		bool article = tw_rule_is_claim(rule) && i &&
			       strcmp(cov->cover[i - 1].rule->source, rule->source) != 0;

		if (strcmp(tw_rule_group(rule), group) != 0)
			fprintf(out, "\n%s\n", group = tw_rule_group(rule));
		if (article)
			fprintf(out, " %s\n", rule->source);
		print_rule(cov, &cov->cover[i], verbose, out);
	}
	print_clauses(cov, out);
	fputc('\n', out);
	if (cov->judged)
		print_verdicts(cov, out);
	print_missing(cov, out);
	fprintf(out, "%u rules: %u have rows, %u cannot be tested, %u have none; %u rows\n", cov->n,
		cov->n - missing - none, none, missing, cov->n_rows);
}
