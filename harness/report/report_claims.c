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

static void print_verdict(const struct tw_claim *claim, bool color, FILE *out)
{
	fprintf(out, "  %-*s%s%-*s%s", ID_WIDTH, claim->rule->id,
		color ? color_of(claim->verdict) : "", VERDICT_WIDTH,
		tw_claim_verdict_name(claim->verdict), color ? "\033[0m" : "");
}

/* One a line, the first behind @mark; all of them three columns in. */
static void print_cases(const struct tw_claim *claim, const char *mark, FILE *out)
{
	for (size_t i = 0; i < claim->n_cases; i++) {
		const struct tw_claim_case *c = &claim->cases[i];
		bool turn = c->but_not && (!i || !c[-1].but_not);
		char text[sizeof(c->text) + 32], clean[sizeof(text)];

		snprintf(text, sizeof(text), "%s%s",
			 !turn ? ""
			 : i   ? "but not if "
			       : "in every case but this: ",
			 c->text);
		tw_text_clean(text, clean, sizeof(clean));
		fprintf(out, "%*s%s", i ? INDENT : 0, "", !i ? mark : turn ? "   " : "or ");
		tw_wrap(out, clean, INDENT + 3, TW_WIDTH);
	}
}

static void print_claim(const struct tw_claim *claim, bool color, FILE *out)
{
	char text[sizeof(claim->reason)];

	print_verdict(claim, color, out);
	tw_wrap(out, claim->rule->says, INDENT, TW_WIDTH);
	if (claim->n_cases) {
		fprintf(out, "%*s", INDENT, "");
		print_cases(claim, "-> ", out);
	} else if (claim->reason[0]) {
		tw_text_clean(claim->reason, text, sizeof(text));
		fprintf(out, "%*s-> ", INDENT, "");
		tw_wrap(out, text, INDENT + 3, TW_WIDTH);
	}
	if (claim->slow_left && claim->verdict != TW_CLAIM_UNKNOWN)
		fprintf(out, "%*s(%u slow row%s left out)\n", INDENT, "", claim->slow_left,
			claim->slow_left == 1 ? "" : "s");
}

static void print_side(const struct tw_claims_table *table, const char *const id[TW_DISPUTERS_MAX],
		       bool color, FILE *out)
{
	for (unsigned i = 0; i < TW_DISPUTERS_MAX && id[i]; i++) {
		const struct tw_claim *claim = tw_claims_find(table, id[i]);

		if (!claim)
			continue;
		print_verdict(claim, color, out);
		if (claim->n_cases)
			print_cases(claim, "-> ", out);
		else
			tw_wrap(out, claim->rule->says, INDENT, TW_WIDTH);
	}
}

static void print_right(const char *const id[TW_DISPUTERS_MAX], FILE *out)
{
	unsigned n = 0;

	for (; n < TW_DISPUTERS_MAX && id[n]; n++)
		fprintf(out, "%s%s", n ? " and " : "", id[n]);
	fprintf(out, " %s right", n > 1 ? "are" : "is");
}

static void print_end(const struct tw_dispute *d, enum tw_dispute_end end, FILE *out)
{
	static const char *const text[TW_DISPUTE_ENDS] = {
		[TW_DISPUTE_OPEN] = "not settled: there is no verdict",
		[TW_DISPUTE_AGREE] = "both are right: they do not contradict each other",
		[TW_DISPUTE_CASES] = "either is right in the cases given, and only there",
		[TW_DISPUTE_NEITHER] = "neither is right",
	};

	fputs("  => ", out);
	if (end == TW_DISPUTE_ONE)
		print_right(d->one, out);
	else if (end == TW_DISPUTE_OTHER)
		print_right(d->other, out);
	else
		fputs(text[end], out);
	fputc('\n', out);
}

static void print_disputes(const struct tw_claims_table *table, bool color, FILE *out)
{
	const struct tw_dispute *d;

	if (!table->book->dispute_at || !table->book->dispute_at(0))
		return;
	fputs("\nWhere the articles contradict each other, or seem to:\n", out);
	for (size_t i = 0; (d = table->book->dispute_at(i)); i++) {
		fputs("\n  ", out);
		tw_wrap(out, d->asks, 2, TW_WIDTH);
		print_side(table, d->one, color, out);
		print_side(table, d->other, color, out);
		print_end(d, tw_claims_settle(table, d), out);
	}
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
	print_disputes(table, color, out);
}

void tw_claims_print_counts(const struct tw_claims_table *table, FILE *out)
{
	fprintf(out,
		"claims: %u hold, %u do not hold, %u hold under a condition, %u without a verdict",
		tw_claims_count(table, TW_CLAIM_HOLDS), tw_claims_count(table, TW_CLAIM_HOLDS_NOT),
		tw_claims_count(table, TW_CLAIM_HOLDS_IF),
		tw_claims_count(table, TW_CLAIM_UNKNOWN));
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

static json_t *cases_json(const struct tw_claim *claim, bool but_not)
{
	json_t *list = json_array();

	for (size_t i = 0; i < claim->n_cases; i++)
		if (claim->cases[i].but_not == but_not)
			json_array_append_new(list, tw_json_text(claim->cases[i].text));
	return list;
}

json_t *tw_claims_to_json(const struct tw_claims_table *table)
{
	json_t *list = json_array();

	for (size_t i = 0; i < table->n; i++) {
		const struct tw_claim *c = &table->claim[i];
		bool unknown = c->verdict == TW_CLAIM_UNKNOWN;

		json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:i, s:o}", "id",
				  tw_json_text(c->rule->id), "article",
				  tw_json_text(c->rule->source), "says",
				  tw_json_text(c->rule->says), "verdict",
				  tw_claim_verdict_name(c->verdict), "conditions",
				  cases_json(c, false), "exceptions", cases_json(c, true), "reason",
				  unknown ? text_or_null(c->reason) : json_null(),
				  "slow_rows_left_out", (int)c->slow_left, "rows", rows_json(c)));
	}
	return list;
}

static json_t *ids_json(const char *const id[TW_DISPUTERS_MAX])
{
	json_t *list = json_array();

	for (unsigned i = 0; i < TW_DISPUTERS_MAX && id[i]; i++)
		json_array_append_new(list, json_string(id[i]));
	return list;
}

json_t *tw_disputes_to_json(const struct tw_claims_table *table)
{
	json_t *list = json_array();
	const struct tw_dispute *d;

	for (size_t i = 0; table->book->dispute_at && (d = table->book->dispute_at(i)); i++)
		json_array_append_new(
			list, json_pack("{s:s, s:o, s:o, s:s}", "asks", d->asks, "one",
					ids_json(d->one), "other", ids_json(d->other), "end",
					tw_dispute_end_name(tw_claims_settle(table, d))));
	return list;
}
