#include "judge/coverage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "judge/clause.h"
#include "text/textbuf.h"

enum {
	CITES = sizeof(((struct tw_case *)0)->cite) / sizeof(const char *),
	FEW = 3 /* rows that deviate, named */
};

static bool cites(const struct tw_case *row, const struct tw_rule *rule)
{
	for (unsigned i = 0; i < CITES && row->cite[i]; i++)
		if (!strcmp(row->cite[i], rule->id))
			return true;
	for (unsigned i = 0; i < TW_CLAIMS_MAX && row->claim[i].id; i++)
		if (!strcmp(row->claim[i].id, rule->id))
			return true;
	return false;
}

static const struct tw_rule *find_rule(const struct tw_book *book, const char *id)
{
	const struct tw_rule *rule;

	for (size_t i = 0; (rule = book->rule_at(i)); i++)
		if (!strcmp(rule->id, id))
			break;
	return rule;
}

/* 0: the first clause, 1: the second. */
static const struct tw_rfc *demand_of(const struct tw_case *row, unsigned which)
{
	return which ? &row->also : &row->rfc;
}

/* The first that it cites of those whose source is nearest to the clause. */
static const struct tw_rule *asked_by(const struct tw_case *row, const char *clause,
				      const struct tw_book *book)
{
	const struct tw_rule *ret = NULL, *rule;
	unsigned best = 0, near;

	for (unsigned i = 0; clause && i < CITES && row->cite[i]; i++) {
		rule = find_rule(book, row->cite[i]);
		near = rule ? tw_clause_near(rule->source, clause) : 0;
		if (near > best) {
			best = near;
			ret = rule;
		}
	}
	return ret;
}

static int take_rows(struct tw_coverage *cov, const struct tw_book *book)
{
	size_t n = 0;

	while (book->row_at(n))
		n++;
	cov->row = calloc(n + 1, sizeof(*cov->row));
	if (!cov->row)
		return -ENOMEM;
	for (cov->n_rows = 0; cov->n_rows < n; cov->n_rows++) {
		struct tw_cover_row *r = &cov->row[cov->n_rows];

		r->row = book->row_at(cov->n_rows);
		for (unsigned k = 0; k < 2; k++)
			r->asks[k] = asked_by(r->row, demand_of(r->row, k)->clause, book);
	}
	return 0;
}

static int take_rules(struct tw_coverage *cov, const struct tw_book *book)
{
	size_t n = 0;

	while (book->rule_at(n))
		n++;
	cov->cover = calloc(n + 1, sizeof(*cov->cover));
	if (!cov->cover)
		return -ENOMEM;
	for (; cov->n < n; cov->n++) {
		struct tw_cover *c = &cov->cover[cov->n];

		c->rule = book->rule_at(cov->n);
		c->row = calloc(cov->n_rows + 1, sizeof(*c->row));
		if (!c->row)
			return -ENOMEM;
		for (unsigned i = 0; i < cov->n_rows; i++)
			if (cites(cov->row[i].row, c->rule))
				c->row[c->n_rows++] = i;
	}
	return 0;
}

static struct tw_cover_clause *clause_of(struct tw_coverage *cov, const char *clause)
{
	unsigned i = 0;

	while (i < cov->n_clauses && strcmp(cov->clause[i].clause, clause) != 0)
		i++;
	if (i == cov->n_clauses)
		cov->clause[cov->n_clauses++].clause = clause;
	return &cov->clause[i];
}

static int by_clause(const void *a, const void *b)
{
	return tw_clause_compare(((const struct tw_cover_clause *)a)->clause,
				 ((const struct tw_cover_clause *)b)->clause);
}

static int take_clauses(struct tw_coverage *cov)
{
	cov->clause = calloc(2 * cov->n_rows + cov->n + 1, sizeof(*cov->clause));
	if (!cov->clause)
		return -ENOMEM;
	for (unsigned i = 0; i < 2 * cov->n_rows; i++) {
		const struct tw_rfc *rfc = demand_of(cov->row[i / 2].row, i % 2);

		if (rfc->clause)
			clause_of(cov, rfc->clause)->rows++;
	}
	for (unsigned i = 0; i < cov->n; i++)
		if (tw_clause_rfc(cov->cover[i].rule->source))
			clause_of(cov, cov->cover[i].rule->source)->rules++;
	qsort(cov->clause, cov->n_clauses, sizeof(*cov->clause), by_clause);
	return 0;
}

int tw_coverage_init(struct tw_coverage *ret, const struct tw_book *book, struct tw_err *err)
{
	int fail;

	memset(ret, 0, sizeof(*ret));
	fail = tw_claims_init(&ret->claims, book, err);
	if (fail == 0)
		fail = take_rows(ret, book);
	if (fail == 0)
		fail = take_rules(ret, book);
	if (fail == 0)
		fail = take_clauses(ret);
	if (fail == 0)
		return 0;
	tw_coverage_free(ret);
	return tw_err_set(err, ENOMEM, "out of memory for the rule book");
}

void tw_coverage_free(struct tw_coverage *cov)
{
	for (unsigned i = 0; i < cov->n_rows; i++)
		free(cov->row[i].why);
	for (unsigned i = 0; cov->cover && cov->cover[i].rule; i++)
		free(cov->cover[i].row);
	free(cov->row);
	free(cov->cover);
	free(cov->clause);
	tw_claims_free(&cov->claims);
	memset(cov, 0, sizeof(*cov));
}

int tw_coverage_add(struct tw_coverage *cov, const struct tw_result *res, struct tw_err *err)
{
	unsigned six = res->family == TW_IPV6, i = 0;
	const struct tw_verdict *v = &res->verdict;
	struct tw_cover_row *r;

	while (i < cov->n_rows && cov->row[i].row != res->row)
		i++;
	if (i == cov->n_rows)
		return 0;
	r = &cov->row[i];
	cov->judged = true;
	r->ran[six] = true;
	r->outcome[six] = v->outcome;
	r->rfc[0][six] = v->rfc;
	r->rfc[1][six] = v->also;
	tw_claims_add(&cov->claims, res);
	if ((v->outcome != TW_SKIP && v->outcome != TW_ERROR) || r->why)
		return 0;
	r->why = strdup(v->why);
	return r->why ? 0 : tw_err_set(err, ENOMEM, "out of memory for the coverage");
}

/* ---- verdicts ---- */

/* How a result of @r counts for a demand: 0 not at all, 1 for, -1 against. */
static int complies(const struct tw_rule *rule, const struct tw_cover_row *r, unsigned six)
{
	int n = 0;

	for (unsigned k = 0; k < 2; k++) {
		if (r->asks[k] != rule)
			continue;
		if (r->rfc[k][six] == TW_RFC_DEVIATES)
			return -1;
		n |= r->rfc[k][six] == TW_RFC_CONFORMS;
	}
	return n;
}

/* A clause of an RFC asks for something, or some row takes it so; else it tells how things are. */
static bool is_demand(const struct tw_coverage *cov, const struct tw_cover *cover)
{
	bool asks = *cover->rule->level;

	for (unsigned i = 0; i < cover->n_rows && !asks; i++) {
		const struct tw_cover_row *r = &cov->row[cover->row[i]];

		asks = r->asks[0] == cover->rule || r->asks[1] == cover->rule;
	}
	return asks && tw_clause_rfc(cover->rule->source);
}

/* The same for any rule. */
static int counts(const struct tw_cover *cover, bool demand, const struct tw_cover_row *r,
		  unsigned six)
{
	if (!r->ran[six])
		return 0;
	if (demand)
		return complies(cover->rule, r, six);
	return r->outcome[six] == TW_PASS ? 1 : r->outcome[six] == TW_FAIL ? -1 : 0;
}

static const char *why_none(const struct tw_coverage *cov, const struct tw_cover *cover)
{
	bool slow = false, slowest = false, ran = false, asks = false;

	for (unsigned i = 0; i < cover->n_rows; i++) {
		const struct tw_cover_row *r = &cov->row[cover->row[i]];

		if (r->why)
			return r->why;
		if (!r->ran[0] && !r->ran[1]) {
			slow |= r->row->slow && !r->row->slowest;
			slowest |= r->row->slowest;
		}
		ran |= r->ran[0] || r->ran[1];
		asks |= r->asks[0] == cover->rule || r->asks[1] == cover->rule;
	}
	if (!cover->n_rows)
		return "no row shows it";
	if (*cover->rule->level && tw_clause_rfc(cover->rule->source) && !asks)
		return "no row judges it";
	return slow ? "needs --slow" : slowest ? "needs --slowest" : ran ? "not judged" : "not run";
}

/* "in 2 of 14 results: overflow.half-closed" */
static void tell_deviating(const struct tw_coverage *cov, struct tw_cover *cover, bool demand)
{
	struct tw_textbuf buf = tw_textbuf_on(cover->because, sizeof(cover->because));
	unsigned n = 0;

	tw_textbuf_add(&buf, "in %u of %u results", cover->deviating, cover->judged);
	for (unsigned i = 0; i < cover->n_rows; i++) {
		const struct tw_cover_row *r = &cov->row[cover->row[i]];

		if (counts(cover, demand, r, 0) >= 0 && counts(cover, demand, r, 1) >= 0)
			continue;
		if (n++ < FEW)
			tw_textbuf_add(&buf, "%s%s", n == 1 ? ": " : ", ", r->row->id);
	}
	if (n > FEW)
		tw_textbuf_add(&buf, " and %u more", n - FEW);
}

static void conclude_rule(const struct tw_coverage *cov, struct tw_cover *cover)
{
	bool demand = is_demand(cov, cover);

	cover->judged = cover->deviating = 0;
	for (unsigned i = 0; i < cover->n_rows; i++)
		for (unsigned six = 0; six < 2; six++) {
			int n = counts(cover, demand, &cov->row[cover->row[i]], six);

			cover->judged += n != 0;
			cover->deviating += n < 0;
		}
	cover->because[0] = '\0';
	if (cover->deviating)
		cover->verdict = demand ? TW_COVER_DEVIATES : TW_COVER_NOT_DESCRIBED;
	else if (cover->judged)
		cover->verdict = demand ? TW_COVER_CONFORMS : TW_COVER_DESCRIBED;
	else
		snprintf(cover->because, sizeof(cover->because), "%s", why_none(cov, cover));
	if (cover->deviating && cover->deviating < cover->judged)
		tell_deviating(cov, cover, demand);
}

static void conclude_claim(const struct tw_coverage *cov, struct tw_cover *cover)
{
	static const enum tw_cover_verdict verdict[TW_CLAIM_VERDICTS] = {
		TW_COVER_NONE, TW_COVER_HOLDS, TW_COVER_HOLDS_NOT, TW_COVER_HOLDS_IF
	};

	for (size_t i = 0; i < cov->claims.n; i++)
		if (cov->claims.claim[i].rule == cover->rule) {
			cover->verdict = verdict[cov->claims.claim[i].verdict];
			memcpy(cover->because, cov->claims.claim[i].reason, sizeof(cover->because));
		}
}

static void conclude_clauses(struct tw_coverage *cov)
{
	for (unsigned i = 0; i < 2 * cov->n_rows; i++) {
		const struct tw_cover_row *r = &cov->row[i / 2];
		const char *clause = demand_of(r->row, i % 2)->clause;
		const enum tw_conformance *is = r->rfc[i % 2];
		struct tw_cover_clause *c;

		if (!clause)
			continue;
		c = clause_of(cov, clause);
		for (unsigned six = 0; six < 2; six++) {
			c->conforms += r->ran[six] && is[six] == TW_RFC_CONFORMS;
			c->deviates += r->ran[six] && is[six] == TW_RFC_DEVIATES;
			c->unknown += r->ran[six] && is[six] == TW_RFC_UNKNOWN;
		}
	}
}

void tw_coverage_conclude(struct tw_coverage *cov)
{
	tw_claims_conclude(&cov->claims);
	for (unsigned i = 0; i < cov->n; i++) {
		struct tw_cover *cover = &cov->cover[i];

		if (tw_rule_is_claim(cover->rule))
			conclude_claim(cov, cover);
		else
			conclude_rule(cov, cover);
		if (cover->verdict != TW_COVER_NONE || !cover->rule->untestable)
			continue;
		cover->verdict = TW_COVER_UNTESTABLE;
		snprintf(cover->because, sizeof(cover->because), "%s", cover->rule->untestable);
	}
	conclude_clauses(cov);
}

bool tw_cover_missing(const struct tw_cover *cover)
{
	return !cover->n_rows && !cover->rule->untestable;
}

unsigned tw_coverage_missing(const struct tw_coverage *cov)
{
	unsigned n = 0;

	for (unsigned i = 0; i < cov->n; i++)
		n += tw_cover_missing(&cov->cover[i]);
	return n;
}

unsigned tw_coverage_untestable(const struct tw_coverage *cov)
{
	unsigned n = 0;

	for (unsigned i = 0; i < cov->n; i++)
		n += !cov->cover[i].n_rows && cov->cover[i].rule->untestable;
	return n;
}

const char *tw_cover_verdict_name(enum tw_cover_verdict verdict)
{
	static const char *const names[] = { "no verdict", "not testable",  "conforms",
					     "deviates",   "as described",  "not described",
					     "holds",      "does not hold", "holds if" };

	return verdict < TW_COVER_VERDICTS ? names[verdict] : "?";
}
