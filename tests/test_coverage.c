/*
 * Rules against rows, from results made by hand: what is covered, by whom, with which verdict, and how it is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_result.h"
#include "golden.h"
#include "judge/clause.h"
#include "report/deviations.h"

static const struct tw_rule rules[] = {
	{ .id = "N-16",
	  .source = "RFC 9293 3.4.2",
	  .level = "SHOULD",
	  .says = "after a crash a host keeps quiet",
	  .untestable = "the machine would have to restart" },
	{ .id = "N-24",
	  .source = "RFC 6191 2",
	  .level = "SHOULD",
	  .says = "a greater number is accepted" },
	{ .id = "N-26",
	  .source = "RFC 6191 2",
	  .level = "SHOULD",
	  .says = "every other SYN | is <dropped>" },
	{ .id = "N-30", .source = "RFC 6191 2.1", .level = "MAY", .says = "a part of it" },
	{ .id = "N-99", .source = "RFC 9293 3.7.2", .level = "", .says = "nobody shows this" },
	{ .id = "N-100", .source = "RFC 6191 2.1", .level = "", .says = "what comes of it" },
	{ .id = "D-20",
	  .source = "tcp_timewait_state_process",
	  .level = "",
	  .says = "a bare SYN that is newer reopens" },
	{ .id = "D-31",
	  .source = "tcp_timewait_state_process",
	  .level = "",
	  .says = "the rest: ACK, rate limited" },
	{ .id = "D-40", .source = "tcp_v4_rcv", .level = "", .says = "the entry goes first" },
	{ .id = "C0-1", .source = "article 0", .level = "claim", .says = "the tuple is reopened" },
};

enum {
	OPEN,
	REFUSED,
	FIN_TWICE,
	UNFENCED,
	UNSIGNED,
	OTHERS,
	ROWS = OTHERS
};

static struct tw_case rows[ROWS];

static const struct tw_case *row_at(size_t i)
{
	return i < ROWS ? &rows[i] : NULL;
}

static const struct tw_rule *rule_at(size_t i)
{
	return i < sizeof(rules) / sizeof(*rules) ? &rules[i] : NULL;
}

static const struct tw_book book = { row_at, rule_at, NULL };
static const struct tw_coverage_head head = { "0.1.0", "6.18.44", "x86_64",
					      "twprobe run --seed 7" };
static const struct tw_coverage_head no_results = { .version = "0.1.0" };

static void make_rows(void)
{
	memcpy(rows, fixture_rows, sizeof(rows));
	rows[OPEN].claim[0] = (struct tw_claims){ .id = "C0-1", .as_expected = true };
	rows[REFUSED].cite[0] = "D-31";
	rows[REFUSED].cite[1] = "N-30";
	rows[REFUSED].cite[2] = "N-26";
	rows[FIN_TWICE].cite[0] = "D-31";
	rows[FIN_TWICE].cite[1] = "N-100";
	rows[UNSIGNED].cite[0] = "D-40";
}

/* Of the fixture's results those of the rows above, on rows of our own. */
static void feed(struct tw_coverage *cov, struct tw_deviations *list)
{
	static struct tw_result res[FIXTURE_N];
	struct tw_err err = { "" };

	fixture_make(res);
	for (unsigned i = 0; i < FIXTURE_N; i++) {
		if (res[i].row - fixture_rows < ROWS)
			res[i].row = &rows[res[i].row - fixture_rows];
		res[i].verdict.claim[0] = res[i].row == &rows[OPEN] ? TW_HOLDS : TW_HOLDS_NONE;
		assert_int_equal(tw_coverage_add(cov, &res[i], &err), 0);
		assert_int_equal(tw_deviations_add(list, &res[i], &err), 0);
	}
	fixture_free(res);
}

static void make(struct tw_coverage *cov, struct tw_deviations *list, bool results)
{
	struct tw_err err = { "" };

	memset(list, 0, sizeof(*list));
	make_rows();
	assert_int_equal(tw_coverage_init(cov, &book, &err), 0);
	if (results)
		feed(cov, list);
	tw_coverage_conclude(cov);
}

static void rules_get_a_verdict(void **state)
{
	static const struct {
		const char *id;
		unsigned n_rows;
		const char *verdict, *because;
	} want[] = {
		{ "N-16", 0, "not testable", "the machine would have to restart" },
		{ "N-24", 1, "conforms", "" },
		{ "N-26", 1, "deviates", "" },
		{ "N-30", 1, "no verdict", "no row judges it" },
		{ "N-99", 0, "no verdict", "no row shows it" },
		{ "N-100", 1, "not described", "in 1 of 2 results: fin.twice" },
		{ "D-20", 1, "as described", "" },
		{ "D-31", 2, "not described", "in 2 of 4 results: open.ts-below, fin.twice" },
		{ "D-40", 1, "no verdict", "this kernel has no TCP_MD5SIG" },
		{ "C0-1", 1, "holds", "" },
	};
	struct tw_deviations list;
	struct tw_coverage cov;

	(void)state;
	make(&cov, &list, true);
	assert_int_equal(cov.n, sizeof(want) / sizeof(*want));
	for (unsigned i = 0; i < cov.n; i++) {
		const struct tw_cover *c = &cov.cover[i];

		assert_string_equal(c->rule->id, want[i].id);
		assert_int_equal(c->n_rows, want[i].n_rows);
		assert_string_equal(c->because, want[i].because);
		assert_string_equal(tw_cover_verdict_name(c->verdict), want[i].verdict);
	}
	assert_int_equal(tw_coverage_missing(&cov), 1);
	assert_int_equal(tw_coverage_untestable(&cov), 1);
	/* the families did not do the same */
	assert_int_equal(list.n, 2);
	assert_true(list.d[0].family[0] && !list.d[0].family[1] && !list.d[0].expected);
	assert_true(list.d[1].family[1] && !list.d[1].family[0] && list.d[1].expected);
	tw_deviations_free(&list);
	tw_coverage_free(&cov);
}

static void clauses_are_counted(void **state)
{
	struct tw_deviations list;
	struct tw_coverage cov;

	(void)state;
	make(&cov, &list, true);
	assert_int_equal(cov.n_clauses, 4);
	assert_string_equal(cov.clause[0].clause, "RFC 6191 2");
	assert_int_equal(cov.clause[0].rules, 2);
	assert_int_equal(cov.clause[0].rows, 2);
	assert_int_equal(cov.clause[0].conforms, 2);
	assert_int_equal(cov.clause[0].deviates, 2);
	assert_string_equal(cov.clause[1].clause, "RFC 6191 2.1");
	assert_string_equal(cov.clause[2].clause, "RFC 9293 3.4.2");
	tw_deviations_free(&list);
	tw_coverage_free(&cov);
}

/* What a second clause asks for belongs to another rule, and is a deviation of its own. */
static void two_clauses(void **state)
{
	static struct tw_result res[FIXTURE_N];
	struct tw_deviations list = { .n = 0 };
	struct tw_err err = { "" };
	struct tw_coverage cov;

	(void)state;
	make_rows();
	rows[REFUSED].cite[3] = "N-99";
	rows[REFUSED].also.clause = "RFC 9293 3.7.2";
	rows[REFUSED].also.says = "it is challenged";
	assert_int_equal(tw_coverage_init(&cov, &book, &err), 0);
	fixture_make(res);
	for (unsigned i = 0; i < FIXTURE_N; i++) {
		if (res[i].row != &fixture_rows[REFUSED])
			continue;
		res[i].row = &rows[REFUSED];
		res[i].verdict.rfc = TW_RFC_DEVIATES;
		res[i].verdict.also = res[i].family == TW_IPV4 ? TW_RFC_CONFORMS : TW_RFC_DEVIATES;
		assert_int_equal(tw_coverage_add(&cov, &res[i], &err), 0);
		assert_int_equal(tw_deviations_add(&list, &res[i], &err), 0);
	}
	tw_coverage_conclude(&cov);
	assert_string_equal(cov.cover[2].rule->id, "N-26");
	assert_int_equal(cov.cover[2].verdict, TW_COVER_DEVIATES);
	assert_string_equal(cov.cover[2].because, "");
	assert_string_equal(cov.cover[4].rule->id, "N-99");
	assert_int_equal(cov.cover[4].verdict, TW_COVER_DEVIATES);
	assert_string_equal(cov.cover[4].because, "in 1 of 2 results: open.ts-below");
	assert_string_equal(cov.clause[3].clause, "RFC 9293 3.7.2");
	assert_int_equal(cov.clause[3].rows, 1);
	assert_int_equal(cov.clause[3].conforms, 1);
	assert_int_equal(cov.clause[3].deviates, 1);
	assert_true(list.n >= 2);
	assert_ptr_equal(list.d[0].rfc, &rows[REFUSED].rfc);
	assert_ptr_equal(list.d[list.n - 1].rfc, &rows[REFUSED].also);
	assert_false(list.d[list.n - 1].family[0]);
	fixture_free(res);
	tw_deviations_free(&list);
	tw_coverage_free(&cov);
}

enum which {
	TEXT,
	TEXT_WITH_RESULTS,
	MARKDOWN,
	DEVIATIONS
};

static void compare(enum which which, const char *name)
{
	struct tw_deviations list;
	struct tw_coverage cov;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	make(&cov, &list, which != TEXT);
	if (which == MARKDOWN)
		tw_coverage_print_markdown(&cov, &head, out);
	else if (which == DEVIATIONS)
		tw_deviations_print(&list, &cov, &head, out);
	else
		tw_coverage_print(&cov, which == TEXT ? &no_results : &head, false, out);
	fclose(out);
	check_golden(name, text);
	free(text);
	tw_deviations_free(&list);
	tw_coverage_free(&cov);
}

static void reports_are_golden(void **state)
{
	(void)state;
	compare(TEXT, "coverage.txt");
	compare(TEXT_WITH_RESULTS, "coverage-results.txt");
	compare(MARKDOWN, "coverage.md");
	compare(DEVIATIONS, "deviations.md");
}

static void json_is_golden(void **state)
{
	struct tw_deviations list;
	struct tw_coverage cov;
	json_t *doc;
	char *text;

	(void)state;
	make(&cov, &list, true);
	doc = tw_coverage_to_json(&cov, &head);
	assert_non_null(doc);
	text = json_dumps(doc, JSON_INDENT(1));
	check_golden("coverage.json", text);
	free(text);
	json_decref(doc);
	tw_deviations_free(&list);
	tw_coverage_free(&cov);
}

static void clauses_have_an_order(void **state)
{
	static const char *const order[] = {
		"RFC 1122 4.2.2.13", "RFC 1337 3",        "RFC 1337 3 F1",    "RFC 1337 3 F2",
		"RFC 7323 5.5",      "RFC 7323 B.2",      "RFC 9293 3.6",     "RFC 9293 3.6.1",
		"RFC 9293 3.10.4",   "RFC 9293 3.10.7.3", "RFC 9293 3.10.7.4"
	};

	(void)state;
	for (int i = 0; i < (int)(sizeof(order) / sizeof(*order)); i++)
		for (int k = 0; k < (int)(sizeof(order) / sizeof(*order)); k++) {
			int is = tw_clause_compare(order[i], order[k]);

			if ((is > 0) - (is < 0) != (i > k) - (i < k))
				fail_msg("%s against %s", order[i], order[k]);
		}
	assert_int_equal(tw_clause_near("RFC 9293 3.6", "RFC 9293 3.6"), 3);
	assert_int_equal(tw_clause_near("RFC 9293 3.6", "RFC 9293 3.6.1"), 2);
	assert_int_equal(tw_clause_near("RFC 1337 3 F1", "RFC 1337 3"), 2);
	assert_int_equal(tw_clause_near("RFC 9293 3.1", "RFC 9293 3.10"), 1);
	assert_int_equal(tw_clause_near("RFC 929 3.1", "RFC 9293 3.1"), 0);
	assert_int_equal(tw_clause_near("tcp_v4_rcv", "tcp_v4_rcv"), 0);
	assert_string_equal(tw_clause_section("RFC 9293 3.10.7.4"), "3.10.7.4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_get_a_verdict), cmocka_unit_test(clauses_are_counted),
		cmocka_unit_test(reports_are_golden),  cmocka_unit_test(json_is_golden),
		cmocka_unit_test(two_clauses),         cmocka_unit_test(clauses_have_an_order),
	};

	return !!cmocka_run_group_tests_name("test_coverage", tests, NULL, NULL);
}
