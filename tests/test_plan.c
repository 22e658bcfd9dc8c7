/*
 * Which rows a command line means, on which families, and in which order they are told and started.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/plan.h"

enum {
	PATTERNS_MAX = 3
};

static struct tw_selection select_rows(char *pattern[PATTERNS_MAX])
{
	struct tw_selection sel = { .pattern = pattern };

	while (sel.n_patterns < PATTERNS_MAX && pattern[sel.n_patterns])
		sel.n_patterns++;
	return sel;
}

static struct tw_plan make(struct tw_selection sel)
{
	struct tw_err err = { "" };
	struct tw_plan plan;

	if (tw_plan_make(&sel, &plan, &err) < 0)
		fail_msg("%s", err.text);
	return plan;
}

static void patterns(void **state)
{
	static const struct tw_case row = { .id = "syn.seq-above.ts-below",
					    .cite = { "N-26", "D-30" },
					    .claim = { { .id = "C0-7" }, { .id = "C1-11" } } };
	static const struct {
		const char *pattern[PATTERNS_MAX];
		bool means_it;
	} rows[] = {
		{ { NULL }, true },
		{ { "syn.seq-above.ts-below" }, true },
		{ { "syn" }, true },
		{ { "syn.seq-above" }, true },
		{ { "syn.seq-abov" }, false }, /* up to a dot */
		{ { "syn." }, false },
		{ { "sy" }, false },
		{ { "" }, false },
		{ { "SYN" }, false },
		{ { "seq-above" }, false },
		{ { "syn.seq-above.ts-below.more" }, false },
		{ { "syn*" }, true },
		{ { "*ts-below" }, true }, /* a star matches dots */
		{ { "syn.?eq-above.*" }, true },
		{ { "*.[st]s-below" }, true },
		{ { "*.[!t]s-below" }, false },
		{ { "*" }, true },
		{ { "D-30" }, true },
		{ { "d-30" }, true },
		{ { "N-26" }, true },
		{ { "D-3" }, false },
		{ { "C0-7" }, true },
		{ { "c1-11" }, true },
		{ { "C1-1" }, false },
		{ { "claims" }, true }, /* all rows that show one */
		{ { "claim" }, false },
		{ { "D-*" }, false },
		{ { "ack", "syn" }, true },
		{ { "ack", "fin", "D-30" }, true },
		{ { "ack", "fin", "rst" }, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tw_selection sel = select_rows((char **)rows[i].pattern);

		if (tw_selected(&row, &sel) != rows[i].means_it)
			fail_msg("pattern \"%s\" (row %u)", rows[i].pattern[0], i);
	}
}

static void everything(void **state)
{
	struct tw_plan plan = make((struct tw_selection){ .slowest = true, .virtual_time = true });
	unsigned n = 0;

	(void)state;
	/* in the order of the tables, IPv4 before IPv6 */
	for (size_t i = 0; i < tw_case_count(); i++) {
		for (int family = TW_IPV4; family <= TW_IPV6; family += 2) {
			if (tw_case_at(i)->family && tw_case_at(i)->family != family)
				continue;
			assert_true(n < plan.n);
			assert_ptr_equal(plan.item[n].row, tw_case_at(i));
			assert_int_equal(plan.item[n].family, family);
			n++;
		}
	}
	assert_int_equal(n, plan.n);
	assert_int_equal(plan.slow_left_out, 0);
	assert_int_equal(plan.slowest_left_out, 0);
	assert_int_equal(plan.virtual_left_out, 0);
	tw_plan_free(&plan);
	assert_int_equal(plan.n, 0);
	assert_null(plan.item);
}

/* What waits for days is played only where time costs nothing, and not without being asked for. */
static void days_need_virtual_time(void **state)
{
	struct tw_plan real = make((struct tw_selection){ .slowest = true });
	struct tw_plan all = make((struct tw_selection){ .slowest = true, .virtual_time = true });
	struct tw_plan quick = make((struct tw_selection){ .virtual_time = true });

	(void)state;
	assert_true(real.virtual_left_out > 0);
	assert_int_equal(real.n + real.virtual_left_out, all.n);
	for (unsigned i = 0; i < real.n; i++)
		assert_false(real.item[i].row->virtual_time);
	for (unsigned i = 0; i < quick.n; i++)
		assert_false(quick.item[i].row->slow);
	tw_plan_free(&real);
	tw_plan_free(&all);
	tw_plan_free(&quick);
}

static void slow_rows_are_asked_for(void **state)
{
	struct tw_plan all = make((struct tw_selection){ .slowest = true });
	struct tw_plan slow = make((struct tw_selection){ .slow = true });
	struct tw_plan quick = make((struct tw_selection){ .slow = false });

	(void)state;
	assert_true(quick.slow_left_out > 0 && quick.slowest_left_out > 0);
	assert_int_equal(quick.n + quick.slow_left_out, slow.n);
	assert_int_equal(slow.slow_left_out, 0);
	assert_int_equal(slow.slowest_left_out, quick.slowest_left_out);
	assert_int_equal(slow.n + slow.slowest_left_out, all.n);
	for (unsigned i = 0; i < quick.n; i++)
		assert_false(quick.item[i].row->slow);
	for (unsigned i = 0; i < slow.n; i++)
		assert_false(slow.item[i].row->slowest);
	tw_plan_free(&all);
	tw_plan_free(&slow);
	tw_plan_free(&quick);
}

static unsigned count_family(const struct tw_plan *plan, enum tw_family family)
{
	unsigned n = 0;

	for (unsigned i = 0; i < plan->n; i++)
		n += plan->item[i].family == family;
	return n;
}

static void families(void **state)
{
	struct tw_plan neither = make((struct tw_selection){ .v4 = false });
	struct tw_plan both = make((struct tw_selection){ .v4 = true, .v6 = true });
	struct tw_plan four = make((struct tw_selection){ .v4 = true });
	struct tw_plan six = make((struct tw_selection){ .v6 = true });

	(void)state;
	assert_int_equal(neither.n, both.n);
	assert_int_equal(four.n, count_family(&both, TW_IPV4));
	assert_int_equal(count_family(&four, TW_IPV4), four.n);
	assert_int_equal(six.n, count_family(&both, TW_IPV6));
	assert_int_equal(count_family(&six, TW_IPV6), six.n);
	assert_int_equal(four.n + six.n, both.n);
	tw_plan_free(&neither);
	tw_plan_free(&both);
	tw_plan_free(&four);
	tw_plan_free(&six);
}

/* Each item once, the slow ones first, and among equals nobody who waits is started after one who waits for less. */
static void longest_are_started_first(void **state)
{
	struct tw_plan plan = make((struct tw_selection){ .slowest = true });
	bool *seen = calloc(plan.n, sizeof(*seen));

	(void)state;
	assert_non_null(seen);
	for (unsigned i = 0; i < plan.n; i++) {
		const struct tw_case *row, *before;

		assert_true(plan.order[i] < plan.n);
		assert_false(seen[plan.order[i]]);
		seen[plan.order[i]] = true;
		row = plan.item[plan.order[i]].row;
		before = plan.item[plan.order[i ? i - 1 : 0]].row;
		assert_int_equal(row->slow, i < plan.n_slow);
		if (row->slow == before->slow && tw_case_waits_ms(row) > tw_case_waits_ms(before))
			fail_msg("%s comes after %s", row->id, before->id);
	}
	free(seen);
	tw_plan_free(&plan);
}

static bool same_group(const char *a, const char *b)
{
	size_t len = strcspn(a, ".");

	return len == strcspn(b, ".") && !strncmp(a, b, len);
}

static void groups(void **state)
{
	char *two[PATTERNS_MAX] = { "rst", "syn" };
	struct tw_plan plan = make((struct tw_selection){ .slow = true });
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < plan.n; i++) {
		bool known = false;

		for (unsigned k = 0; k < i && !known; k++)
			known = same_group(plan.item[k].row->id, plan.item[i].row->id);
		n += !known;
	}
	assert_int_equal(plan.groups, n);
	tw_plan_free(&plan);
	plan = make(select_rows(two));
	assert_int_equal(plan.groups, 2);
	tw_plan_free(&plan);
}

static void one_row(void **state)
{
	char *pattern[PATTERNS_MAX] = { (char *)tw_case_at(0)->id };
	struct tw_plan plan = make(select_rows(pattern));

	(void)state;
	assert_true(plan.n == 1 || plan.n == 2);
	assert_ptr_equal(plan.item[0].row, tw_case_at(0));
	assert_int_equal(plan.groups, 1);
	tw_plan_free(&plan);
}

/* Rows are found by the rules they cite, each row once. */
static void rules(void **state)
{
	char *pattern[PATTERNS_MAX] = { "d-30", "D-30", "*" };
	struct tw_selection sel = select_rows(pattern);
	struct tw_plan by_rule, all;

	(void)state;
	sel.n_patterns = 2;
	by_rule = make(sel);
	for (unsigned i = 0; i < by_rule.n; i++) {
		const struct tw_case *row = by_rule.item[i].row;
		bool cited = false;

		for (unsigned k = 0; k < sizeof(row->cite) / sizeof(*row->cite); k++)
			cited |= row->cite[k] && !strcmp(row->cite[k], "D-30");
		assert_true(cited);
		assert_true(!i || by_rule.item[i].row != by_rule.item[i - 1].row ||
			    by_rule.item[i].family != by_rule.item[i - 1].family);
	}
	sel.n_patterns = 3;
	all = make(sel);
	assert_true(by_rule.n > 0 && by_rule.n < all.n);
	tw_plan_free(&by_rule);
	tw_plan_free(&all);
}

static void refused(struct tw_selection sel, const char *says)
{
	struct tw_err err = { "" };
	struct tw_plan plan;

	assert_int_equal(tw_plan_make(&sel, &plan, &err), -ENOENT);
	if (!strstr(err.text, says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
	assert_null(plan.item);
	assert_null(plan.order);
	tw_plan_free(&plan);
}

static const struct tw_case *find(bool slow, uint8_t family)
{
	for (size_t i = 0; i < tw_case_count(); i++)
		if (tw_case_at(i)->slow == slow && tw_case_at(i)->family == family)
			return tw_case_at(i);
	return NULL;
}

/* A run of nothing proves nothing, and a slip of the pen is told even beside patterns that are right. */
static void nothing_is_selected(void **state)
{
	char *typo[PATTERNS_MAX] = { "sin.*" }, *beside[PATTERNS_MAX] = { "syn", "D-300" };
	char *empty[PATTERNS_MAX] = { "" };
	char *slow[PATTERNS_MAX] = { NULL }, *slowest[PATTERNS_MAX] = { "N-65" },
	     *four[PATTERNS_MAX] = { NULL };
	const struct tw_case *slow_row = find(true, 0), *four_row = find(false, TW_IPV4);
	struct tw_selection sel;

	(void)state;
	refused(select_rows(typo), "\"sin.*\"");
	refused(select_rows(beside), "\"D-300\"");
	refused(select_rows(empty), "\"\"");
	if (slow_row) {
		slow[0] = (char *)slow_row->id;
		refused(select_rows(slow), "--slow");
	}
	refused(select_rows(slowest), "--slowest");
	if (four_row) {
		four[0] = (char *)four_row->id;
		sel = select_rows(four);
		sel.v6 = true;
		refused(sel, "no row is selected");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns),
		cmocka_unit_test(everything),
		cmocka_unit_test(days_need_virtual_time),
		cmocka_unit_test(slow_rows_are_asked_for),
		cmocka_unit_test(families),
		cmocka_unit_test(longest_are_started_first),
		cmocka_unit_test(groups),
		cmocka_unit_test(one_row),
		cmocka_unit_test(rules),
		cmocka_unit_test(nothing_is_selected),
	};

	return !!cmocka_run_group_tests_name("test_plan", tests, NULL, NULL);
}
