#include "judge/claims.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "text/textbuf.h"

/* The families of a row's verdict: one of them, or both as one where they agree. */
enum side {
	SIDE_IPV4,
	SIDE_IPV6,
	SIDE_BOTH
};

static unsigned collect(struct tw_claim *claim, const struct tw_book *book, bool write)
{
	const struct tw_case *row;
	unsigned n = 0;

	for (size_t i = 0; (row = book->row_at(i)); i++) {
		for (unsigned k = 0; k < TW_CLAIMS_MAX && row->claim[k].id; k++) {
			if (strcmp(row->claim[k].id, claim->rule->id) != 0)
				continue;
			if (write)
				claim->row[n] = (struct tw_claim_row){ .row = row,
								       .claim = &row->claim[k] };
			n++;
		}
	}
	return n;
}

static int add_claim(struct tw_claims_table *table, const struct tw_rule *rule,
		     const struct tw_book *book)
{
	struct tw_claim *claim = &table->claim[table->n];

	claim->rule = rule;
	claim->n_rows = collect(claim, book, false);
	claim->row = calloc(claim->n_rows + 1, sizeof(*claim->row));
	if (!claim->row)
		return -ENOMEM;
	table->n++;
	collect(claim, book, true);
	return 0;
}

int tw_claims_init(struct tw_claims_table *ret, const struct tw_book *book, struct tw_err *err)
{
	const struct tw_rule *rule;
	size_t most = 0;
	int fail;

	memset(ret, 0, sizeof(*ret));
	while (book->rule_at(most))
		most++;
	ret->claim = calloc(most + 1, sizeof(*ret->claim));
	fail = ret->claim ? 0 : -ENOMEM;
	for (size_t i = 0; fail == 0 && (rule = book->rule_at(i)); i++)
		if (tw_rule_is_claim(rule))
			fail = add_claim(ret, rule, book);
	if (fail == 0)
		return 0;
	tw_claims_free(ret);
	return tw_err_set(err, ENOMEM, "out of memory for the claims");
}

void tw_claims_free(struct tw_claims_table *table)
{
	for (size_t i = 0; i < table->n; i++)
		free(table->claim[i].row);
	free(table->claim);
	memset(table, 0, sizeof(*table));
}

static void take_down(struct tw_claim *claim, const struct tw_result *res)
{
	unsigned side = res->family == TW_IPV6 ? SIDE_IPV6 : SIDE_IPV4;
	const struct tw_verdict *v = &res->verdict;

	for (size_t i = 0; i < claim->n_rows; i++) {
		struct tw_claim_row *r = &claim->row[i];

		if (r->row != res->row)
			continue;
		r->ran[side] = true;
		r->outcome[side] = v->outcome;
		r->holds[side] = v->claim[r->claim - r->row->claim];
		if (r->holds[side] != TW_HOLDS_NONE || claim->trouble[0])
			continue;
		if (v->outcome == TW_SKIP)
			snprintf(claim->trouble, sizeof(claim->trouble), "%s", v->why);
		else
			snprintf(claim->trouble, sizeof(claim->trouble), "%s: %.300s", r->row->id,
				 v->outcome == TW_ERROR
					 ? v->why
					 : "it does not look at what the claim is about");
	}
}

void tw_claims_add(struct tw_claims_table *table, const struct tw_result *res)
{
	if (!res->row || !res->row->claim[0].id)
		return;
	for (size_t i = 0; i < table->n; i++)
		take_down(&table->claim[i], res);
}

static enum tw_holds held(const struct tw_claim_row *r, enum side side)
{
	if (side != SIDE_BOTH)
		return r->holds[side];
	return r->holds[SIDE_IPV4] != TW_HOLDS_NONE ? r->holds[SIDE_IPV4] : r->holds[SIDE_IPV6];
}

static bool families_differ(const struct tw_claim *claim)
{
	for (size_t i = 0; i < claim->n_rows; i++) {
		const enum tw_holds *holds = claim->row[i].holds;

		if (holds[0] != TW_HOLDS_NONE && holds[1] != TW_HOLDS_NONE && holds[0] != holds[1])
			return true;
	}
	return false;
}

static bool same_case(const struct tw_claim_row *a, const struct tw_claim_row *b)
{
	const char *x = a->claim->when, *y = b->claim->when;

	return x && y ? !strcmp(x, y) : x == y;
}

/* Two rows of the same case contradict each other: that case is no condition. */
static bool torn(const struct tw_claim *claim, enum side side)
{
	for (size_t i = 0; i < claim->n_rows; i++)
		for (size_t k = 0; k < i; k++)
			if (held(&claim->row[i], side) + held(&claim->row[k], side) ==
				    TW_HOLDS + TW_HOLDS_NOT &&
			    held(&claim->row[i], side) != TW_HOLDS_NONE &&
			    held(&claim->row[k], side) != TW_HOLDS_NONE &&
			    same_case(&claim->row[i], &claim->row[k]))
				return true;
	return false;
}

/* True for the first row of its case that has this verdict. */
static bool is_first(const struct tw_claim *claim, enum side side, size_t i, enum tw_holds holds)
{
	if (held(&claim->row[i], side) != holds)
		return false;
	for (size_t k = 0; k < i; k++)
		if (held(&claim->row[k], side) == holds &&
		    same_case(&claim->row[i], &claim->row[k]))
			return false;
	return true;
}

static void tell_cases(const struct tw_claim *claim, enum side side, enum tw_holds holds,
		       struct tw_textbuf *buf)
{
	const char *between = "";

	for (size_t i = 0; i < claim->n_rows; i++) {
		if (!claim->row[i].claim->when || !is_first(claim, side, i, holds))
			continue;
		tw_textbuf_add(buf, "%s%s", between, claim->row[i].claim->when);
		between = "; or if ";
	}
}

static void tell_rows(const struct tw_claim *claim, enum side side, enum tw_holds holds,
		      struct tw_textbuf *buf)
{
	const char *between = "";

	for (size_t i = 0; i < claim->n_rows; i++) {
		if (held(&claim->row[i], side) != holds)
			continue;
		tw_textbuf_add(buf, "%s%s", between, claim->row[i].row->id);
		between = ", ";
	}
}

static bool in_general(const struct tw_claim *claim, enum side side)
{
	for (size_t i = 0; i < claim->n_rows; i++)
		if (!claim->row[i].claim->when && held(&claim->row[i], side) == TW_HOLDS)
			return true;
	return false;
}

static enum tw_claim_verdict sum_up(const struct tw_claim *claim, enum side side)
{
	unsigned n[TW_HOLDS_VALUES] = { 0 };

	for (size_t i = 0; i < claim->n_rows; i++)
		n[held(&claim->row[i], side)]++;
	if (n[TW_HOLDS] && n[TW_HOLDS_NOT])
		return TW_CLAIM_DEPENDS;
	return n[TW_HOLDS]       ? TW_CLAIM_HOLDS
	       : n[TW_HOLDS_NOT] ? TW_CLAIM_HOLDS_NOT
				 : TW_CLAIM_UNKNOWN;
}

static void tell(const struct tw_claim *claim, enum side side, struct tw_textbuf *buf)
{
	enum tw_claim_verdict verdict = sum_up(claim, side);

	if (verdict != TW_CLAIM_DEPENDS) {
		tw_textbuf_add(buf, "%s", tw_claim_verdict_name(verdict));
	} else if (torn(claim, side)) {
		tw_textbuf_add(buf, "holds in ");
		tell_rows(claim, side, TW_HOLDS, buf);
		tw_textbuf_add(buf, "; not in ");
		tell_rows(claim, side, TW_HOLDS_NOT, buf);
	} else if (in_general(claim, side)) {
		tw_textbuf_add(buf, "holds, but not if ");
		tell_cases(claim, side, TW_HOLDS_NOT, buf);
	} else {
		tw_textbuf_add(buf, "holds if ");
		tell_cases(claim, side, TW_HOLDS, buf);
	}
}

static bool has_run(const struct tw_claim_row *r)
{
	return r->ran[SIDE_IPV4] || r->ran[SIDE_IPV6];
}

static const char *why_unknown(const struct tw_claim *claim)
{
	if (claim->rule->untestable)
		return claim->rule->untestable;
	if (!claim->n_rows)
		return "no row shows it";
	if (claim->trouble[0])
		return claim->trouble;
	return claim->slow_left ? "needs --slow" : "not run";
}

static bool covered(const struct tw_claim *claim, const struct tw_claim_row *r)
{
	for (size_t i = 0; i < claim->n_rows; i++)
		if (held(&claim->row[i], SIDE_BOTH) != TW_HOLDS_NONE &&
		    same_case(&claim->row[i], r))
			return true;
	return false;
}

/* A case that nobody knows about yet may be the one in which it is otherwise: why it is not known, or NULL. */
static const char *unknown_case(const struct tw_claim *claim)
{
	for (size_t i = 0; i < claim->n_rows; i++) {
		const struct tw_claim_row *r = &claim->row[i];

		if (held(r, SIDE_BOTH) != TW_HOLDS_NONE || covered(claim, r))
			continue;
		if (r->row->slow && !has_run(r))
			return "needs --slow";
		if (r->outcome[SIDE_IPV4] == TW_ERROR || r->outcome[SIDE_IPV6] == TW_ERROR)
			return claim->trouble;
	}
	return NULL;
}

static void conclude(struct tw_claim *claim)
{
	struct tw_textbuf buf = tw_textbuf_on(claim->because, sizeof(claim->because));

	claim->slow_left = 0;
	for (size_t i = 0; i < claim->n_rows; i++)
		claim->slow_left += claim->row[i].row->slow && !has_run(&claim->row[i]);
	claim->verdict = sum_up(claim, SIDE_BOTH);
	if (families_differ(claim)) {
		claim->verdict = TW_CLAIM_DEPENDS;
		tw_textbuf_add(&buf, "over IPv4: ");
		tell(claim, SIDE_IPV4, &buf);
		tw_textbuf_add(&buf, "; over IPv6: ");
		tell(claim, SIDE_IPV6, &buf);
	} else if (claim->verdict == TW_CLAIM_DEPENDS) {
		tell(claim, SIDE_BOTH, &buf);
	} else if (claim->verdict == TW_CLAIM_UNKNOWN) {
		tw_textbuf_add(&buf, "%s", why_unknown(claim));
	} else if (unknown_case(claim)) {
		tw_textbuf_add(&buf, "%s; so far it %s", unknown_case(claim),
			       tw_claim_verdict_name(claim->verdict));
		claim->verdict = TW_CLAIM_UNKNOWN;
	}
}

void tw_claims_conclude(struct tw_claims_table *table)
{
	for (size_t i = 0; i < table->n; i++)
		conclude(&table->claim[i]);
}

unsigned tw_claims_count(const struct tw_claims_table *table, enum tw_claim_verdict verdict)
{
	unsigned n = 0;

	for (size_t i = 0; i < table->n; i++)
		n += table->claim[i].verdict == verdict;
	return n;
}

const char *tw_claim_verdict_name(enum tw_claim_verdict verdict)
{
	static const char *const names[] = { "no verdict", "holds", "does not hold", "depends" };

	return verdict < TW_CLAIM_VERDICTS ? names[verdict] : "?";
}
