/*
 * The tables: what every row owes its reader and the judge, and that the rules which the suite is about have rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/counters.h"
#include "judge/facts_profile.h"
#include "stand/facts_probe.h"
#include "stand/facts_symbols.h"
#include "twprobe/case.h"

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static bool well_formed(const char *id)
{
	return strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(id) &&
	       strchr(id, '.') && id[0] != '.' && !strstr(id, "..") && strlen(id) < 60;
}

static bool cites(const struct tw_case *row, const char *rule)
{
	for (unsigned i = 0; i < sizeof(row->cite) / sizeof(*row->cite) && row->cite[i]; i++)
		if (!strcmp(row->cite[i], rule))
			return true;
	return false;
}

static void ids_and_sayings_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);

		if (!well_formed(row->id) || !row->says || strlen(row->says) < 20)
			fail_msg("row %s has a bad id or says nothing", row->id);
		for (size_t k = 0; k < i; k++)
			if (!strcmp(tw_case_at(k)->id, row->id) ||
			    !strcmp(tw_case_at(k)->says, row->says))
				fail_msg("rows %s and %s are the same", row->id, tw_case_at(k)->id);
	}
}

static void cited_rules_exist(void **state)
{
	(void)state;
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);

		if (!row->cite[0] && !row->claim[0].id)
			fail_msg("row %s cites no rule, and shows no claim", row->id);
		for (unsigned k = 0; k < sizeof(row->cite) / sizeof(*row->cite) && row->cite[k];
		     k++)
			if (!tw_rule_find(row->cite[k]))
				fail_msg("row %s cites %s, which is no rule", row->id,
					 row->cite[k]);
	}
}

/* A step without a claim about the answer, or a row without one about the entry, tests nothing. */
static void every_step_claims(void **state)
{
	(void)state;
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);
		bool fate = false;

		assert_true(tw_case_steps(row) >= 1);
		if (row->scenario)
			continue;
		for (unsigned k = 0; k < tw_case_steps(row); k++) {
			if (!row->step[k].expect.reply)
				fail_msg("row %s, step %u: no claim about the answer", row->id,
					 k + 1);
			fate |= row->step[k].expect.tw != TW_FATE_ANY;
		}
		if (!fate)
			fail_msg("row %s says nothing about the entry", row->id);
	}
}

/* What a list of finds may be; a scenario and its finds belong together. */
static void finds_can_be_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);
		const struct tw_find *find = row->step[0].expect.finds;
		unsigned n = 0;

		if (!row->scenario != !find)
			fail_msg("row %s has a scenario or finds, but not both", row->id);
		for (; find && find->kind != TW_FIND_NONE; find++, n++) {
			bool text = find->kind == TW_FIND_TEXT;

			if (!find->what || text != (find->is != NULL) ||
			    find->least[0] > find->most[0] || find->least[1] > find->most[1])
				fail_msg("row %s, find %u cannot be met", row->id, n);
			if (strlen(find->what) >= sizeof(((struct tw_found *)0)->what) &&
			    find->kind != TW_FIND_MOVED)
				fail_msg("row %s: the name %s is too long", row->id, find->what);
		}
		if (row->scenario && (!n || n > TW_FINDS_MAX))
			fail_msg("row %s is to find %u things", row->id, n);
	}
}

static void slow_rows_are_marked(void **state)
{
	(void)state;
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);
		uint32_t ms = tw_case_waits_ms(row);

		/* what a scenario waits for stands nowhere */
		if (row->scenario ? row->slowest && !row->slow : (ms > 1000) != row->slow)
			fail_msg("row %s waits %u ms and is%s marked slow", row->id, ms,
				 row->slow ? "" : " not");
		if (!row->scenario && (ms > 150000) != row->slowest)
			fail_msg("row %s waits %u ms and is%s marked as one of the slowest",
				 row->id, ms, row->slowest ? "" : " not");
	}
}

/* Only the last time is looked at, and one step has one answer. */
static void repeated_steps_are_silent(void **state)
{
	(void)state;
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);

		for (unsigned k = 0; k < tw_case_steps(row); k++)
			if (row->step[k].times > 1 && row->step[k].expect.reply != TW_SILENCE)
				fail_msg("row %s, step %u is played %u times and is answered",
					 row->id, k + 1, row->step[k].times);
	}
}

static void demand_can_be_judged(const struct tw_case *row, const struct tw_rfc *rfc)
{
	if (!rfc->clause)
		return;
	if (!rfc->says || (!rfc->as_expected && !rfc->want[0].reply && !rfc->want[0].finds) ||
	    rfc->step > tw_case_steps(row))
		fail_msg("row %s: %s asks for nothing that could be judged", row->id, rfc->clause);
}

static void rfc_demands_can_be_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);

		demand_can_be_judged(row, &row->rfc);
		demand_can_be_judged(row, &row->also);
		if (row->also.clause &&
		    (!row->rfc.clause || !strcmp(row->rfc.clause, row->also.clause)))
			fail_msg("row %s: the second clause is no other one", row->id);
	}
}

static void exceptions_have_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);

		for (unsigned k = 0; k < sizeof(row->except) / sizeof(*row->except); k++) {
			const struct tw_except *x = &row->except[k];

			if ((x->unless || x->when) != (x->because != NULL) ||
			    x->step > tw_case_steps(row))
				fail_msg("row %s, exception %u has no reason, no condition or no "
					 "step",
					 row->id, k + 1);
		}
	}
}

/* A name that no kernel could have would choose nothing, and nobody would see it. */
static bool could_exist(const char *fact)
{
	size_t len = strcspn(fact, "=");

	if (*fact == '!')
		return could_exist(fact + 1);
	for (unsigned i = 0; tw_counters_watched[i]; i++)
		if (!strcmp(fact, tw_counters_watched[i]))
			return true;
	for (size_t i = 0; tw_symbol_at(i); i++)
		if (!strcmp(fact, tw_symbol_at(i)))
			return true;
	if (!strncmp(fact, "H-", 2))
		return tw_change_find(fact) != NULL;
	if (!strncmp(fact, "default:", 8) || fact[len] == '=') {
		for (size_t i = 0; tw_fact_value_at(i); i++)
			if (strlen(tw_fact_value_at(i)) == len &&
			    !strncmp(fact, tw_fact_value_at(i), len))
				return true;
		return false;
	}
	if (!strncmp(fact, "reason:", 7))
		return fact[7] && fact[7 + strspn(fact + 7, UPPER)] == '\0';
	return !strncmp(fact, "net.ipv4.tcp_", 13) && !strchr(fact + 13, '.');
}

static void check_fact(const struct tw_case *row, const char *fact)
{
	if (fact && !could_exist(fact))
		fail_msg("row %s asks for %s, which no kernel could have", row->id, fact);
}

static void facts_are_spelt(void **state)
{
	(void)state;
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);

		check_fact(row, row->needs);
		check_fact(row, row->alone);
		for (unsigned k = 0; k < TW_EXCEPTS_MAX; k++) {
			check_fact(row, row->except[k].when);
			check_fact(row, row->except[k].unless);
		}
	}
	assert_false(could_exist("H-99"));
	assert_false(could_exist("!H-99"));
	assert_true(could_exist("!H-63"));
	assert_false(could_exist("PAWSTimewait"));
	assert_false(could_exist("btf:tcp_skb_cb.tcp_isn"));
	assert_false(could_exist("default:net.ipv4.tcp_tw_recycle=1"));
	assert_true(could_exist("default:net.ipv4.tcp_tw_reuse=2"));
	assert_true(could_exist("net.ipv4.tcp_tw_reuse=3"));
	assert_true(could_exist("reason:TCP_FLAGS"));
}

static void every_decision_has_a_row(void **state)
{
	static const struct {
		unsigned from, to;
	} decisions[] = { { 1, 6 }, { 10, 12 }, { 20, 20 }, { 30, 32 }, { 40, 49 } };

	(void)state;
	for (unsigned i = 0; i < sizeof(decisions) / sizeof(*decisions); i++) {
		for (unsigned no = decisions[i].from; no <= decisions[i].to; no++) {
			bool any = false;
			char rule[16];

			snprintf(rule, sizeof(rule), "D-%02u", no);
			for (size_t k = 0; k < tw_case_count() && !any; k++)
				any = cites(tw_case_at(k), rule);
			if (!any)
				fail_msg("no row cites %s", rule);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_and_sayings_are_unique),
		cmocka_unit_test(cited_rules_exist),
		cmocka_unit_test(every_step_claims),
		cmocka_unit_test(finds_can_be_judged),
		cmocka_unit_test(slow_rows_are_marked),
		cmocka_unit_test(repeated_steps_are_silent),
		cmocka_unit_test(rfc_demands_can_be_judged),
		cmocka_unit_test(exceptions_have_a_reason),
		cmocka_unit_test(facts_are_spelt),
		cmocka_unit_test(every_decision_has_a_row),
	};

	return !!cmocka_run_group_tests_name("test_cases", tests, NULL, NULL);
}
