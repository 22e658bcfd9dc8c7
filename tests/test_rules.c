/*
 * The rule book is covered: every rule has a row that cites it, or claims it, or a reason why none can.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge/coverage.h"

enum {
	UNTESTABLE_MAX = 12
};

static void rules_are_well_formed(void **state)
{
	const struct tw_rule *rule;

	(void)state;
	for (size_t i = 0; (rule = tw_rule_at(i)); i++) {
		if (!strchr("NPDC", rule->id[0]) || !strchr(rule->id, '-') || !rule->source ||
		    !*rule->source || !rule->level || !rule->says || strlen(rule->says) < 10)
			fail_msg("rule %s lacks something", rule->id);
		if (tw_rule_is_claim(rule) != (rule->id[0] == 'C'))
			fail_msg("rule %s: a claim is called C, and nothing else is", rule->id);
		if (tw_rule_find(rule->id) != rule)
			fail_msg("rule %s is there twice", rule->id);
		if (rule->untestable && strlen(rule->untestable) < 10)
			fail_msg("rule %s: no real reason why it cannot be tested", rule->id);
	}
}

/* Rules are cited and claims are claimed, never the other way round. */
static void rows_know_their_rules(void **state)
{
	const struct tw_case *row;

	(void)state;
	for (size_t i = 0; (row = tw_case_at(i)); i++) {
		for (unsigned k = 0; k < sizeof(row->cite) / sizeof(*row->cite) && row->cite[k];
		     k++) {
			const struct tw_rule *rule = tw_rule_find(row->cite[k]);

			if (!rule || tw_rule_is_claim(rule))
				fail_msg("row %s cites %s", row->id, row->cite[k]);
		}
		for (unsigned k = 0; k < TW_CLAIMS_MAX && row->claim[k].id; k++) {
			const struct tw_rule *rule = tw_rule_find(row->claim[k].id);

			if (!rule || !tw_rule_is_claim(rule))
				fail_msg("row %s claims %s", row->id, row->claim[k].id);
		}
	}
}

/* A claim of a row says what it predicts, of a step that there is. */
static void claims_can_be_judged(void **state)
{
	const struct tw_case *row;

	(void)state;
	for (size_t i = 0; (row = tw_case_at(i)); i++) {
		for (unsigned k = 0; k < TW_CLAIMS_MAX && row->claim[k].id; k++) {
			const struct tw_claims *c = &row->claim[k];
			bool wants = c->want.reply || c->want.finds || c->want.tw != TW_FATE_ANY ||
				     c->want.seq.base || c->want.ack.base || c->want.tsval.base ||
				     c->want.tsecr.base;

			if (wants == c->as_expected || c->step > tw_case_steps(row))
				fail_msg("row %s: what does %s predict?", row->id, c->id);
		}
	}
}

static void few_are_untestable(void **state)
{
	const struct tw_rule *rule;
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; (rule = tw_rule_at(i)); i++)
		n += rule->untestable != NULL;
	assert_in_range(n, 0, UNTESTABLE_MAX);
}

static void every_rule_has_a_row(void **state)
{
	struct tw_coverage cov;
	unsigned missing;

	(void)state;
	assert_int_equal(tw_coverage_init(&cov, &tw_book_built, NULL), 0);
	missing = tw_coverage_missing(&cov);
	for (unsigned i = 0; i < cov.n; i++)
		if (tw_cover_missing(&cov.cover[i]))
			print_message("no row shows %s\n", cov.cover[i].rule->id);
	tw_coverage_free(&cov);
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_well_formed), cmocka_unit_test(rows_know_their_rules),
		cmocka_unit_test(claims_can_be_judged),  cmocka_unit_test(few_are_untestable),
		cmocka_unit_test(every_rule_has_a_row),
	};

	return !!cmocka_run_group_tests_name("test_rules", tests, NULL, NULL);
}
