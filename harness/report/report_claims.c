#include "report/report_claims.h"

#include "evidence/json_fields.h"
#include "text/textbuf.h"
#include "text/wrap.h"

enum {
	ID_WIDTH = 7,
	VERDICT_WIDTH = 15,
	INDENT = 2 + ID_WIDTH + VERDICT_WIDTH
};

/* What the articles are about, in English; rules name them "article 0" to "article 4". */
static const char *title_of(const char *source)
{
	static const struct {
		const char *source, *title;
	} titles[] = {
		{ "article 0", "getting along with TIME_WAIT on Linux" },
		{ "article 1", "short connections and their many TIME_WAITs: the basics" },
		{ "article 2", "Linux TCP, an overview" },
		{ "article 3", "TIME_WAIT at the client: solutions and thoughts" },
		{ "article 4", "what to do about TIME_WAIT (3): tcp_tw_recycle" },
	};

	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++)
		if (!strcmp(titles[i].source, source))
			return titles[i].title;
	return NULL;
}

static const char *color_of(enum tw_claim_verdict verdict)
{
	static const char *const code[TW_CLAIM_VERDICTS] = { "\033[2m", "\033[32m", "\033[31m",
							     "\033[33m" };

	return code[verdict];
}

static void print_claim(const struct tw_claim *claim, bool color, FILE *out)
{
	const char *name = tw_claim_verdict_name(claim->verdict);
	char more[sizeof(claim->because) + 48], text[sizeof(more)];

	fprintf(out, "  %-*s%s%-*s%s", ID_WIDTH, claim->rule->id,
		color ? color_of(claim->verdict) : "", VERDICT_WIDTH, name, color ? "\033[0m" : "");
	tw_wrap(out, claim->rule->says, INDENT, TW_WIDTH);
	snprintf(more, sizeof(more), "%s", claim->because);
	if (claim->slow_left && claim->verdict != TW_CLAIM_UNKNOWN)
		snprintf(more, sizeof(more), "%s%s(%u slow row%s left out)", claim->because,
			 claim->because[0] ? " " : "", claim->slow_left,
			 claim->slow_left == 1 ? "" : "s");
	if (!more[0])
		return;
	tw_text_clean(more, text, sizeof(text));
	fprintf(out, "%*s", INDENT, "");
	if (claim->verdict == TW_CLAIM_UNKNOWN || claim->because[0])
		fputs("-> ", out);
	tw_wrap(out, text, INDENT + (claim->because[0] ? 3 : 0), TW_WIDTH);
}

void tw_claims_print(const struct tw_claims_table *table, const char *release, bool color,
		     FILE *out)
{
	const char *source = "", *title;

	fprintf(out, "What the articles claim, and whether it holds on kernel %s:\n", release);
	for (size_t i = 0; i < table->n; i++) {
		const struct tw_rule *rule = table->claim[i].rule;

		if (strcmp(rule->source, source) != 0) {
			source = rule->source;
			title = title_of(source);
			fprintf(out, "\n%s%s%s\n", source, title ? ": " : "", title ? title : "");
		}
		print_claim(&table->claim[i], color, out);
	}
}

void tw_claims_print_counts(const struct tw_claims_table *table, FILE *out)
{
	fprintf(out,
		"claims: %u hold, %u do not hold, %u hold under a condition, %u without a verdict",
		tw_claims_count(table, TW_CLAIM_HOLDS), tw_claims_count(table, TW_CLAIM_HOLDS_NOT),
		tw_claims_count(table, TW_CLAIM_DEPENDS), tw_claims_count(table, TW_CLAIM_UNKNOWN));
}

static json_t *holds_json(enum tw_holds holds)
{
	return holds == TW_HOLDS_NONE ? json_null() : json_boolean(holds == TW_HOLDS);
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? tw_json_text(text) : json_null();
}

static json_t *rows_json(const struct tw_claim *claim)
{
	json_t *list = json_array();

	for (size_t i = 0; i < claim->n_rows; i++) {
		const struct tw_claim_row *r = &claim->row[i];

		json_array_append_new(
			list, json_pack("{s:o, s:o, s:o, s:o}", "id", tw_json_text(r->row->id),
					"when", text_or_null(r->claim->when), "ipv4",
					holds_json(r->holds[0]), "ipv6", holds_json(r->holds[1])));
	}
	return list;
}

json_t *tw_claims_to_json(const struct tw_claims_table *table)
{
	json_t *list = json_array();

	for (size_t i = 0; i < table->n; i++) {
		const struct tw_claim *c = &table->claim[i];

		json_array_append_new(list,
				      json_pack("{s:o, s:o, s:o, s:s, s:o, s:i, s:o}", "id",
						tw_json_text(c->rule->id), "article",
						tw_json_text(c->rule->source), "says",
						tw_json_text(c->rule->says), "verdict",
						tw_claim_verdict_name(c->verdict), "because",
						text_or_null(c->because), "slow_rows_left_out",
						(int)c->slow_left, "rows", rows_json(c)));
	}
	return list;
}
