/*
 * The table of claims, from results that nobody had to run: every way in which rows and families agree or do not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"
#include "report/report_claims.h"
#include "twprobe/words.h"

#define CLAIM(id_, source_, says_)                                            \
	{                                                                     \
		.id = id_, .source = source_, .level = "claim", .says = says_ \
	}

static const struct tw_rule rules[] = {
	{ .id = "N-01", .source = "RFC 9293 3.6.1", .level = "MUST", .says = "not a claim" },
	CLAIM("C0-1", "article 0", "all rows agree that it holds"),
	CLAIM("C0-2", "article 0", "all rows agree that it does not"),
	CLAIM("C0-3", "article 0",
	      "it holds under two conditions, which takes so many words to say that they do not "
	      "fit into a "
	      "line of a hundred columns and have to be broken"),
	CLAIM("C0-4", "article 0", "it holds, with one exception"),
	CLAIM("C1-1", "article 1", "two rows of one case contradict each other"),
	CLAIM("C1-2", "article 1", "IPv4 and IPv6 disagree"),
	CLAIM("C1-3", "article 1", "the only row is for IPv4"),
	CLAIM("C1-4", "article 1", "nobody shows it"),
	{ .id = "C1-5",
	  .source = "article 1",
	  .level = "claim",
	  .says = "it cannot be tested",
	  .untestable = "another operating system" },
	CLAIM("C2-1", "article 7", "its row was skipped"),
	CLAIM("C2-2", "article 7", "there was no verdict"),
	CLAIM("C2-3", "article 7", "its row is slow"),
	CLAIM("C2-4", "article 7", "its row was not asked for"),
	CLAIM("C2-5", "article 7", "it holds, but the slow row was left out"),
	CLAIM("C2-6", "article 7", "the slow row is of another case"),
	CLAIM("C2-7", "article 7", "the row without a verdict is of another case"),
	CLAIM("C2-8", "article 7", "a condition that only IPv4 knows"),
	CLAIM("C2-9", "article 7", "a condition over IPv4, no condition over IPv6"),
};

#define IF(id_, when_)                                        \
	{                                                     \
		.id = id_, .when = when_, .as_expected = true \
	}

enum {
	PLAIN,
	GOOD,
	BAD,
	TORN,
	FOUR,
	SKIPPED,
	BROKEN,
	SLOW,
	LEFT,
	ALONE,
	BOTH,
	NEVER,
	ROWS
};

static const struct tw_case rows[ROWS] = {
	[PLAIN] = { .id = "a.plain",
		    .claim = { IF("C0-1", NULL), IF("C0-2", NULL), IF("C0-4", NULL),
			       IF("C1-1", NULL), IF("C1-2", NULL), IF("C2-5", NULL) } },
	[GOOD] = { .id = "a.good",
		   .claim = { IF("C0-1", "the sun shines"), IF("C0-3", "the sun shines"),
			      IF("C0-4", "the sun shines") } },
	[BAD] = { .id = "a.bad",
		  .claim = { IF("C0-2", "it rains"), IF("C0-3", "it rains"),
			     IF("C0-4", "it rains") } },
	[TORN] = { .id = "a.torn", .claim = { IF("C1-1", NULL), IF("C0-3", "it is a Sunday") } },
	[FOUR] = { .id = "b.four",
		   .claim = { IF("C1-3", NULL), IF("C2-6", NULL), IF("C2-7", NULL) },
		   .family = TW_IPV4 },
	[SKIPPED] = { .id = "b.skipped", .claim = { IF("C2-1", NULL) } },
	[BROKEN] = { .id = "b.broken", .claim = { IF("C2-2", NULL), IF("C2-7", "it snows") } },
	[SLOW] = { .id = "c.slow",
		   .claim = { IF("C2-3", NULL), IF("C2-5", NULL), IF("C2-6", "it snows") },
		   .slow = true },
	[LEFT] = { .id = "c.left", .claim = { IF("C2-4", NULL) } },
	[ALONE] = { .id = "d.alone", .claim = { IF("C2-8", "it is hot") }, .family = TW_IPV4 },
	[BOTH] = { .id = "d.both",
		   .claim = { IF("C2-8", "it is cold"), IF("C2-9", "it is cold") } },
	[NEVER] = { .id = "d.never", .claim = { IF("C2-9", "it is dark") } },
};

static const struct tw_case *row_at(size_t i)
{
	return i < ROWS ? &rows[i] : NULL;
}

static const struct tw_rule *rule_at(size_t i)
{
	return i < sizeof(rules) / sizeof(*rules) ? &rules[i] : NULL;
}

static const struct tw_dispute disputes[] = {
	{ "is it so?", { "C0-1" }, { "C0-2", "C1-2" } },
	{ "is it otherwise?", { "C0-2" }, { "C0-3" } },
	{ "is it the same?", { "C0-1" }, { "C1-3" } },
	{ "is it neither?", { "C0-2" }, { "C0-2" } },
	{ "does it depend?", { "C0-1", "C0-2" }, { "C0-4" } },
	{ "who knows?", { "C0-1" }, { "C1-4" } },
};

static const struct tw_dispute *dispute_at(size_t i)
{
	return i < sizeof(disputes) / sizeof(*disputes) ? &disputes[i] : NULL;
}

static const struct tw_book book = { row_at, rule_at, dispute_at };

/* "+-.": holds, does not, no verdict; as many as the row has claims. */
static void feed(struct tw_claims_table *table, unsigned row, enum tw_family family,
		 const char *holds)
{
	static struct tw_result res;

	memset(&res, 0, sizeof(res));
	res.row = &rows[row];
	res.family = family;
	for (unsigned i = 0; holds[i]; i++)
		res.verdict.claim[i] = holds[i] == '+'   ? TW_HOLDS
				       : holds[i] == '-' ? TW_HOLDS_NOT
							 : TW_HOLDS_NONE;
	if (row == SKIPPED) {
		res.verdict.outcome = TW_SKIP;
		strcpy(res.verdict.why, "this kernel has no net.ipv4.tcp_tw_recycle");
	} else if (row == BROKEN) {
		res.verdict.outcome = TW_ERROR;
		strcpy(res.verdict.why, "the fence was not answered");
	}
	tw_claims_add(table, &res);
}

static void make(struct tw_claims_table *table)
{
	struct tw_result unknown = { .row = NULL };

	assert_int_equal(tw_claims_init(table, &book, NULL), 0);
	feed(table, PLAIN, TW_IPV4, "+-++++");
	feed(table, PLAIN, TW_IPV6, "+-++-+");
	feed(table, GOOD, TW_IPV4, "+++");
	feed(table, GOOD, TW_IPV6, "+++");
	feed(table, BAD, TW_IPV4, "---");
	feed(table, BAD, TW_IPV6, "---");
	feed(table, TORN, TW_IPV4, "-+");
	feed(table, FOUR, TW_IPV4, "+-+");
	feed(table, SKIPPED, TW_IPV4, ".");
	feed(table, SKIPPED, TW_IPV6, ".");
	feed(table, BROKEN, TW_IPV6, "..");
	feed(table, ALONE, TW_IPV4, "+");
	feed(table, BOTH, TW_IPV4, "-+");
	feed(table, BOTH, TW_IPV6, "-+");
	feed(table, NEVER, TW_IPV4, "-");
	feed(table, NEVER, TW_IPV6, "+");
	tw_claims_add(table, &unknown);
	tw_claims_conclude(table);
}

static void verdicts_are_summed_up(void **state)
{
	static const struct {
		const char *id;
		enum tw_claim_verdict verdict;
		const char *reason;
	} want[] = {
		{ "C0-1", TW_CLAIM_HOLDS, "" },
		{ "C0-2", TW_CLAIM_HOLDS_NOT, "" },
		{ "C0-3", TW_CLAIM_HOLDS_IF, "the sun shines; or it is a Sunday" },
		{ "C0-4", TW_CLAIM_HOLDS_IF, "in every case but this: it rains" },
		{ "C1-1", TW_CLAIM_HOLDS_IF, "it is as in a.plain; but not if it is as in a.torn" },
		{ "C1-2", TW_CLAIM_HOLDS_IF, "it goes over IPv4" },
		{ "C1-3", TW_CLAIM_HOLDS, "" },
		{ "C1-4", TW_CLAIM_UNKNOWN, "no row shows it" },
		{ "C1-5", TW_CLAIM_UNKNOWN, "another operating system" },
		{ "C2-1", TW_CLAIM_UNKNOWN, "this kernel has no net.ipv4.tcp_tw_recycle" },
		{ "C2-2", TW_CLAIM_UNKNOWN, "b.broken: the fence was not answered" },
		{ "C2-3", TW_CLAIM_UNKNOWN, "needs --slow" },
		{ "C2-4", TW_CLAIM_UNKNOWN, "not run" },
		{ "C2-5", TW_CLAIM_HOLDS, "" },
		{ "C2-6", TW_CLAIM_UNKNOWN, "needs --slow; so far it does not hold" },
		{ "C2-7", TW_CLAIM_UNKNOWN,
		  "b.broken: the fence was not answered; so far it holds" },
		{ "C2-8", TW_CLAIM_HOLDS_IF, "it is hot (IPv4 only)" },
		{ "C2-9", TW_CLAIM_HOLDS_IF,
		  "it goes over IPv4, and it is cold; or it goes over IPv6" },
	};
	struct tw_claims_table table;

	(void)state;
	make(&table);
	assert_int_equal(table.n, sizeof(want) / sizeof(*want));
	for (unsigned i = 0; i < table.n; i++) {
		assert_string_equal(table.claim[i].rule->id, want[i].id);
		assert_string_equal(table.claim[i].reason, want[i].reason);
		assert_int_equal(table.claim[i].verdict, want[i].verdict);
	}
	assert_int_equal(tw_claims_count(&table, TW_CLAIM_HOLDS), 3);
	assert_int_equal(tw_claims_count(&table, TW_CLAIM_UNKNOWN), 8);
	tw_claims_free(&table);
}

static void disputes_are_settled(void **state)
{
	static const enum tw_dispute_end want[] = { TW_DISPUTE_ONE,   TW_DISPUTE_OTHER,
						    TW_DISPUTE_AGREE, TW_DISPUTE_NEITHER,
						    TW_DISPUTE_CASES, TW_DISPUTE_OPEN };
	struct tw_claims_table table;

	(void)state;
	make(&table);
	for (unsigned i = 0; i < sizeof(want) / sizeof(*want); i++)
		assert_int_equal(tw_claims_settle(&table, dispute_at(i)), want[i]);
	tw_claims_free(&table);
}

static void table_is_golden(void **state)
{
	struct tw_claims_table table;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	make(&table);
	tw_claims_print(&table, "6.18.44", false, out);
	fputc('\n', out);
	tw_claims_print_counts(&table, out);
	fputc('\n', out);
	fclose(out);
	check_golden("claims.txt", text);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 100);
	free(text);
	tw_claims_free(&table);
}

static void json_is_golden(void **state)
{
	struct tw_claims_table table;
	json_t *doc;
	char *text;

	(void)state;
	make(&table);
	doc = tw_claims_to_json(&table);
	text = json_dumps(doc, JSON_INDENT(1));
	check_golden("claims.json", text);
	free(text);
	json_decref(doc);
	doc = tw_disputes_to_json(&table);
	text = json_dumps(doc, JSON_INDENT(1));
	check_golden("contradictions.json", text);
	free(text);
	json_decref(doc);
	tw_claims_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_are_summed_up),
		cmocka_unit_test(disputes_are_settled),
		cmocka_unit_test(table_is_golden),
		cmocka_unit_test(json_is_golden),
	};

	return !!cmocka_run_group_tests_name("test_claims", tests, NULL, NULL);
}
