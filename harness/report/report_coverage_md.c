/* Markdown and JSON: what text cannot link to, and what programs read. */
#include "evidence/json_fields.h"
#include "report/report_coverage.h"
#include "text/textbuf.h"

/* A cell must not end early. */
static void put_cell(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '<')
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void put_rule(const struct tw_coverage *cov, const struct tw_cover *cover, FILE *out)
{
	const struct tw_rule *rule = cover->rule;
	char clean[sizeof(cover->because)];

	fprintf(out, "| %s | ", rule->id);
	put_cell(rule->source, out);
	if (*rule->level && !tw_rule_is_claim(rule))
		fprintf(out, " %s", rule->level);
	fputs(" | ", out);
	put_cell(rule->says, out);
	fputs(" | ", out);
	for (unsigned i = 0; i < cover->n_rows; i++)
		fprintf(out, "%s`%s`", i ? " " : "", cov->row[cover->row[i]].row->id);
	if (!cover->n_rows)
		put_cell(rule->untestable ? "*cannot be tested here*" : "**none**", out);
	if (cov->judged) {
		fprintf(out, " | %s", tw_cover_verdict_name(cover->verdict));
		tw_text_clean(cover->because, clean, sizeof(clean));
		fputs(*clean ? ": " : "", out);
		put_cell(clean, out);
	} else if (!cover->n_rows && rule->untestable) {
		fputs(": ", out);
		put_cell(rule->untestable, out);
	}
	fputs(" |\n", out);
}

static void put_clauses(const struct tw_coverage *cov, FILE *out)
{
	fprintf(out, "\n## Clauses of the RFCs\n\n| clause | rules | rows |%s\n|---|--:|--:|%s\n",
		cov->judged ? " conforms | deviates | no verdict |" : "",
		cov->judged ? "--:|--:|--:|" : "");
	for (unsigned i = 0; i < cov->n_clauses; i++) {
		const struct tw_cover_clause *c = &cov->clause[i];

		fprintf(out, "| %s | %u | %u |", c->clause, c->rules, c->rows);
		if (cov->judged)
			fprintf(out, " %u | %u | %u |", c->conforms, c->deviates, c->unknown);
		fputc('\n', out);
	}
}

void tw_coverage_print_markdown(const struct tw_coverage *cov, const struct tw_coverage_head *head,
				FILE *out)
{
	unsigned missing = tw_coverage_missing(cov), none = tw_coverage_untestable(cov);
	const char *group = "";

	fputs("# Rules and the rows that show them\n\n", out);
	fprintf(out, "%u rules: %u have rows, %u cannot be tested here, %u have none. %u rows.\n",
		cov->n, cov->n - missing - none, none, missing, cov->n_rows);
	if (head->release)
		fprintf(out, "Results: kernel %s %s, `%s`, twprobe %s.\n", head->release,
			head->machine, head->command, head->version);
	for (unsigned i = 0; i < cov->n; i++) {
		if (strcmp(tw_rule_group(cov->cover[i].rule), group) != 0) {
			group = tw_rule_group(cov->cover[i].rule);
			fprintf(out,
				"\n## %s\n\n| id | source | says | rows |%s\n|---|---|---|---|%s\n",
				group, cov->judged ? " verdict |" : "", cov->judged ? "---|" : "");
		}
		put_rule(cov, &cov->cover[i], out);
	}
	put_clauses(cov, out);
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? tw_json_text(text) : json_null();
}

static json_t *rule_json(const struct tw_coverage *cov, const struct tw_cover *cover)
{
	const struct tw_rule *rule = cover->rule;
	json_t *rows = json_array();

	for (unsigned i = 0; i < cover->n_rows; i++)
		json_array_append_new(rows, tw_json_text(cov->row[cover->row[i]].row->id));
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:i, s:o, s:o}", "id", rule->id, "source",
		rule->source, "level", rule->level, "says", rule->says, "verdict",
		cov->judged ? json_string(tw_cover_verdict_name(cover->verdict)) : json_null(),
		"because", cov->judged ? text_or_null(cover->because) : json_null(), "judged",
		(int)cover->judged, "deviating", (int)cover->deviating, "untestable",
		text_or_null(rule->untestable), "rows", rows);
}

static json_t *clauses_json(const struct tw_coverage *cov)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < cov->n_clauses; i++) {
		const struct tw_cover_clause *c = &cov->clause[i];

		json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:i, s:i, s:i}", "clause",
						      c->clause, "rules", (int)c->rules, "rows",
						      (int)c->rows, "conforms", (int)c->conforms,
						      "deviates", (int)c->deviates, "unknown",
						      (int)c->unknown));
	}
	return list;
}

json_t *tw_coverage_to_json(const struct tw_coverage *cov, const struct tw_coverage_head *head)
{
	unsigned n_missing = tw_coverage_missing(cov), none = tw_coverage_untestable(cov);
	json_t *rules = json_array(), *missing = json_array();

	for (unsigned i = 0; i < cov->n; i++) {
		json_array_append_new(rules, rule_json(cov, &cov->cover[i]));
		if (tw_cover_missing(&cov->cover[i]))
			json_array_append_new(missing, json_string(cov->cover[i].rule->id));
	}
	return json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:{s:i, s:i, s:i, s:o}}", "twprobe", head->version,
		"kernel",
		head->release ? json_pack("{s:o, s:o}", "release", tw_json_text(head->release),
					  "machine", tw_json_text(head->machine))
			      : json_null(),
		"command", text_or_null(head->command), "rules", rules, "clauses",
		clauses_json(cov), "totals", "rules", (int)cov->n, "covered",
		(int)(cov->n - n_missing - none), "untestable", (int)none, "missing", missing);
}
