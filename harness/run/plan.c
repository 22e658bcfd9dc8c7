#include "run/plan.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char all_claims[] = "claims";

static bool matches(const struct tw_case *row, const char *pattern)
{
	size_t len = strlen(pattern);

	if (fnmatch(pattern, row->id, 0) == 0)
		return true;
	if (!strncmp(row->id, pattern, len) && row->id[len] == '.')
		return true;
	for (unsigned i = 0; i < sizeof(row->cite) / sizeof(*row->cite) && row->cite[i]; i++)
		if (!strcasecmp(row->cite[i], pattern))
			return true;
	for (unsigned i = 0; i < TW_CLAIMS_MAX && row->claim[i].id; i++)
		if (!strcasecmp(row->claim[i].id, pattern) || !strcmp(pattern, all_claims))
			return true;
	return false;
}

bool tw_selects_claims(const struct tw_selection *sel)
{
	for (int i = 0; i < sel->n_patterns; i++)
		if (!strcmp(sel->pattern[i], all_claims))
			return true;
	return false;
}

bool tw_selected(const struct tw_case *row, const struct tw_selection *sel)
{
	for (int i = 0; i < sel->n_patterns; i++)
		if (matches(row, sel->pattern[i]))
			return true;
	return !sel->n_patterns;
}

/* A pattern that means no row at all is a slip of the pen, even beside others that do. */
static int check_patterns(const struct tw_selection *sel, struct tw_err *err)
{
	for (int p = 0; p < sel->n_patterns; p++) {
		bool any = false;

		for (size_t i = 0; i < tw_case_count() && !any; i++)
			any = matches(tw_case_at(i), sel->pattern[p]);
		if (!any)
			return tw_err_set(err, ENOENT,
					  "no row is called \"%s\"; 'twprobe list' names them all",
					  sel->pattern[p]);
	}
	return 0;
}

static bool wants_family(const struct tw_selection *sel, const struct tw_case *row,
			 enum tw_family family)
{
	bool both = sel->v4 == sel->v6;

	if (row->family && row->family != family)
		return false;
	return both || (family == TW_IPV4 ? sel->v4 : sel->v6);
}

/* Rows that wait are started first, the longest of all, so that the others fill the time. Returns the next place. */
static unsigned put_order_of(struct tw_plan *plan, bool slow, unsigned n)
{
	unsigned below = UINT_MAX, next = 1;

	while (next) {
		next = 0;
		for (unsigned i = 0; i < plan->n; i++) {
			unsigned ms = tw_case_waits_ms(plan->item[i].row);

			if (plan->item[i].row->slow == slow && ms < below && ms > next)
				next = ms;
		}
		for (unsigned i = 0; i < plan->n; i++)
			if (plan->item[i].row->slow == slow &&
			    tw_case_waits_ms(plan->item[i].row) == next)
				plan->order[n++] = i;
		below = next;
	}
	return n;
}

static void put_order(struct tw_plan *plan)
{
	plan->n_slow = put_order_of(plan, true, 0);
	put_order_of(plan, false, plan->n_slow);
}

static void count_groups(struct tw_plan *plan)
{
	const char *last = "";
	size_t len = 0;

	for (unsigned i = 0; i < plan->n; i++) {
		const char *id = plan->item[i].row->id;

		if (!len || strncmp(id, last, len) != 0 || (id[len] != '.' && id[len])) {
			plan->groups++;
			last = id;
			len = strcspn(id, ".");
		}
	}
}

int tw_plan_make(const struct tw_selection *sel, struct tw_plan *ret, struct tw_err *err)
{
	int fail = check_patterns(sel, err);

	memset(ret, 0, sizeof(*ret));
	if (fail < 0)
		return fail;
	ret->item = calloc(2 * tw_case_count() + 1, sizeof(*ret->item));
	ret->order = calloc(2 * tw_case_count() + 1, sizeof(*ret->order));
	if (!ret->item || !ret->order) {
		tw_plan_free(ret);
		return tw_err_set(err, ENOMEM, "out of memory");
	}
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);

		for (int family = TW_IPV4; family <= TW_IPV6; family += 2) {
			if (!tw_selected(row, sel) ||
			    !wants_family(sel, row, (enum tw_family)family))
				continue;
			if (row->virtual_time && !sel->virtual_time)
				ret->virtual_left_out++;
			else if (row->slowest && !sel->slowest)
				ret->slowest_left_out++;
			else if (row->slow && !sel->slow && !sel->slowest)
				ret->slow_left_out++;
			else
				ret->item[ret->n++] =
					(struct tw_plan_item){ row, (enum tw_family)family };
		}
	}
	if (!ret->n) {
		fail = tw_err_set(err, ENOENT,
				  ret->slow_left_out ? "only slow rows are selected: add --slow"
				  : ret->virtual_left_out
					  ? "only rows that wait for hours or days are selected: "
					    "'twprobe matrix --slowest' plays them, in virtual time"
				  : ret->slowest_left_out
					  ? "only the slowest rows are selected: add --slowest"
					  : "no row is selected, and an empty run proves nothing");
		tw_plan_free(ret);
		return fail;
	}
	put_order(ret);
	count_groups(ret);
	return 0;
}

void tw_plan_free(struct tw_plan *plan)
{
	free(plan->item);
	free(plan->order);
	memset(plan, 0, sizeof(*plan));
}
