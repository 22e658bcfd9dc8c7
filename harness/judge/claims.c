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
	/* one per row, or one per row and family */
	claim->cases = calloc(2 * claim->n_rows + 2, sizeof(*claim->cases));
	table->n++;
	if (!claim->row || !claim->cases)
		return -ENOMEM;
	collect(claim, book, true);
	return 0;
}

int tw_claims_init(struct tw_claims_table *ret, const struct tw_book *book, struct tw_err *err)
{
	const struct tw_rule *rule;
	size_t most = 0;
	int fail;

	*ret = (struct tw_claims_table){ .book = book };
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
	for (size_t i = 0; i < table->n; i++) {
		free(table->claim[i].row);
		free(table->claim[i].cases);
	}
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

/* All rows that speak for the case which @i is of are of one family: the other has no such thing. 0: of both. */
static uint8_t family_of_case(const struct tw_claim *claim, size_t i)
{
	uint8_t family = claim->row[i].row->family;

	for (size_t k = 0; k < claim->n_rows; k++)
		if (same_case(&claim->row[i], &claim->row[k]) &&
		    claim->row[k].row->family != family)
			return 0;
	return family;
}

static void add_case(struct tw_claim *claim, bool but_not, enum side side, const char *text,
		     uint8_t only)
{
	static const char *const where[] = { "it goes over IPv4", "it goes over IPv6", "" };
	struct tw_claim_case *c = &claim->cases[claim->n_cases++];

	c->but_not = but_not;
	snprintf(c->text, sizeof(c->text), "%s%s%s%s", where[side],
		 *where[side] && *text ? ", and " : "", text,
		 only == TW_IPV4   ? " (IPv4 only)"
		 : only == TW_IPV6 ? " (IPv6 only)"
				   : "");
}

static void add_cases(struct tw_claim *claim, enum side side, enum tw_holds holds)
{
	for (size_t i = 0; i < claim->n_rows; i++)
		if (claim->row[i].claim->when && is_first(claim, side, i, holds))
			add_case(claim, holds == TW_HOLDS_NOT, side, claim->row[i].claim->when,
				 side == SIDE_BOTH ? family_of_case(claim, i) : 0);
}

/* Where rows of one case differ there is no better name for them than their own. */
static void add_rows(struct tw_claim *claim, enum side side, enum tw_holds holds)
{
	char text[128];

	for (size_t i = 0; i < claim->n_rows; i++) {
		if (held(&claim->row[i], side) != holds)
			continue;
		snprintf(text, sizeof(text), "it is as in %s", claim->row[i].row->id);
		add_case(claim, holds == TW_HOLDS_NOT, side, text, 0);
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
		return TW_CLAIM_HOLDS_IF;
	return n[TW_HOLDS]       ? TW_CLAIM_HOLDS
	       : n[TW_HOLDS_NOT] ? TW_CLAIM_HOLDS_NOT
				 : TW_CLAIM_UNKNOWN;
}

/* The cases of one family, or of both, where it holds or, @but_not, where it does not though it does in general. */
static void tell(struct tw_claim *claim, enum side side, bool but_not)
{
	enum tw_claim_verdict verdict = sum_up(claim, side);
	bool general = in_general(claim, side);

	if (verdict == TW_CLAIM_HOLDS && !but_not && side != SIDE_BOTH)
		add_case(claim, false, side, "", 0);
	if (verdict != TW_CLAIM_HOLDS_IF)
		return;
	if (torn(claim, side))
		add_rows(claim, side, but_not ? TW_HOLDS_NOT : TW_HOLDS);
	else if (but_not && general)
		add_cases(claim, side, TW_HOLDS_NOT);
	else if (!but_not && !general)
		add_cases(claim, side, TW_HOLDS);
	else if (!but_not && side != SIDE_BOTH)
		add_case(claim, false, side, "", 0);
}

static void put_cases(struct tw_claim *claim)
{
	struct tw_textbuf buf = tw_textbuf_on(claim->reason, sizeof(claim->reason));

	for (size_t i = 0; i < claim->n_cases; i++) {
		const struct tw_claim_case *c = &claim->cases[i];
		const char *before = i ? "; or " : "";

		if (c->but_not && !i)
			before = "in every case but this: ";
		else if (c->but_not && !c[-1].but_not)
			before = "; but not if ";
		tw_textbuf_add(&buf, "%s%s", before, c->text);
	}
}

static void tell_all(struct tw_claim *claim, bool apart)
{
	for (int but_not = 0; but_not < 2; but_not++) {
		if (!apart) {
			tell(claim, SIDE_BOTH, but_not);
			continue;
		}
		tell(claim, SIDE_IPV4, but_not);
		tell(claim, SIDE_IPV6, but_not);
	}
	put_cases(claim);
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
	struct tw_textbuf buf = tw_textbuf_on(claim->reason, sizeof(claim->reason));
	bool apart = families_differ(claim);

	claim->slow_left = 0;
	claim->n_cases = 0;
	for (size_t i = 0; i < claim->n_rows; i++)
		claim->slow_left += claim->row[i].row->slow && !has_run(&claim->row[i]);
	claim->verdict = apart ? TW_CLAIM_HOLDS_IF : sum_up(claim, SIDE_BOTH);
	if (claim->verdict == TW_CLAIM_HOLDS_IF) {
		tell_all(claim, apart);
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
	static const char *const names[] = { "no verdict", "holds", "does not hold", "holds if" };

	return verdict < TW_CLAIM_VERDICTS ? names[verdict] : "?";
}

const struct tw_claim *tw_claims_find(const struct tw_claims_table *table, const char *id)
{
	for (size_t i = 0; i < table->n; i++)
		if (!strcmp(table->claim[i].rule->id, id))
			return &table->claim[i];
	return NULL;
}

/* Several claims that say the same: all of them hold, none, or it depends. */
static enum tw_claim_verdict verdict_of(const struct tw_claims_table *table,
					const char *const id[TW_DISPUTERS_MAX])
{
	unsigned n[TW_CLAIM_VERDICTS] = { 0 };

	for (unsigned i = 0; i < TW_DISPUTERS_MAX && id[i]; i++) {
		const struct tw_claim *claim = tw_claims_find(table, id[i]);

		n[claim ? claim->verdict : TW_CLAIM_UNKNOWN]++;
	}
	if (n[TW_CLAIM_UNKNOWN])
		return TW_CLAIM_UNKNOWN;
	if (n[TW_CLAIM_HOLDS_IF] || (n[TW_CLAIM_HOLDS] && n[TW_CLAIM_HOLDS_NOT]))
		return TW_CLAIM_HOLDS_IF;
	return n[TW_CLAIM_HOLDS] ? TW_CLAIM_HOLDS : TW_CLAIM_HOLDS_NOT;
}

enum tw_dispute_end tw_claims_settle(const struct tw_claims_table *table,
				     const struct tw_dispute *dispute)
{
	enum tw_claim_verdict one = verdict_of(table, dispute->one);
	enum tw_claim_verdict other = verdict_of(table, dispute->other);

	if (one == TW_CLAIM_UNKNOWN || other == TW_CLAIM_UNKNOWN)
		return TW_DISPUTE_OPEN;
	if (one == other)
		return one == TW_CLAIM_HOLDS       ? TW_DISPUTE_AGREE
		       : one == TW_CLAIM_HOLDS_NOT ? TW_DISPUTE_NEITHER
						   : TW_DISPUTE_CASES;
	if (one == TW_CLAIM_HOLDS || other == TW_CLAIM_HOLDS_NOT)
		return TW_DISPUTE_ONE;
	return TW_DISPUTE_OTHER;
}

const char *tw_dispute_end_name(enum tw_dispute_end end)
{
	static const char *const names[] = { "open", "agree", "one", "other", "cases", "neither" };

	return end < TW_DISPUTE_ENDS ? names[end] : "?";
}
