#include "matrix/cell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/expected.h"
#include "judge/facts_profile.h"
#include "text/report_told.h"
#include "text/text.h"

/* "reply . | timewait restarted": what no row may leave open, whatever its expectation says. */
static void put_seen(FILE *out, const struct tw_result *res, unsigned step)
{
	struct tw_observed seen;
	char flags[16];

	tw_observe(&res->ev, step, &seen);
	fprintf(out, "%s %s ",
		seen.n_replies
			? tw_text_flags(seen.reply.flags & ~(TW_ECE | TW_CWR), flags, sizeof(flags))
			: "none",
		tw_fate_name(seen.fate));
}

/* What the row expects of this kernel, before that was cut down to what the kernel can show. */
static void put_wanted(FILE *out, const struct tw_result *res, unsigned step,
		       const struct tw_facts *facts)
{
	struct tw_expect want = tw_expected_chosen(res->row, step, facts);
	char text[TW_TEXT_MAX];

	if (!want.finds)
		fprintf(out, "[%s] ", tw_text_expect(&want, text, sizeof(text)));
	for (const struct tw_find *f = want.finds; f && f->kind != TW_FIND_NONE; f++)
		fprintf(out, "[%s] ", tw_text_find(f, res->family, text, sizeof(text)));
}

static void put_shape(FILE *out, const struct tw_result *res, const struct tw_facts *facts)
{
	const struct tw_verdict *v = &res->verdict;

	if (v->outcome == TW_FAIL)
		fputs(v->observed, out);
	else if (v->outcome != TW_PASS)
		fputs(v->why, out);
	for (unsigned i = 0; v->outcome == TW_PASS && i < tw_case_steps(res->row); i++) {
		if (!res->row->scenario)
			put_seen(out, res, i);
		put_wanted(out, res, i, facts);
	}
}

/* Without a row's saying so: the number for a reopened tuple is lost in some kernels (tw_expected_fit()). */
static const char *lost_number(const struct tw_case *row, const struct tw_facts *facts)
{
	const struct tw_change *change = tw_change_find("H-63");

	for (unsigned i = 0; i < tw_case_steps(row); i++)
		if (tw_expected_chosen(row, i, facts).seq.base == TW_REOPEN_ISN &&
		    tw_facts_has(facts, "H-63"))
			return change ? change->says : NULL;
	return NULL;
}

/* The @i-th reason of the row that is this kernel's; NULL: it is not. */
static const char *reason(const struct tw_result *res, unsigned i, const struct tw_facts *facts)
{
	const struct tw_except *x = &res->row->except[i];

	if (i == TW_EXCEPTS_MAX)
		return lost_number(res->row, facts);
	return x->because && tw_expected_except(x, facts) ? x->because : NULL;
}

static void put_because(FILE *out, const struct tw_result *res, const struct tw_facts *facts)
{
	const char *told[TW_EXCEPTS_MAX + 1], *because;
	unsigned n = 0, same;

	if (res->verdict.outcome == TW_SKIP)
		fputs(res->verdict.why, out);
	if (res->verdict.outcome != TW_PASS)
		return;
	for (unsigned i = 0; i <= TW_EXCEPTS_MAX; i++) {
		because = reason(res, i, facts);
		for (same = 0; because && same < n && strcmp(told[same], because) != 0;)
			same++;
		if (!because || same < n)
			continue;
		fprintf(out, "%s%s", n ? "; " : "", because);
		told[n++] = because;
	}
}

static char *text_of(void (*put)(FILE *out, const struct tw_result *res,
				 const struct tw_facts *facts),
		     const struct tw_result *res, const struct tw_facts *facts)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	put(out, res, facts);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

int tw_cell_make(const struct tw_result *res, const struct tw_facts *facts, struct tw_cell *ret,
		 struct tw_err *err)
{
	const struct tw_verdict *v = &res->verdict;
	struct tw_told told;

	tw_result_tell(res, &told);
	*ret = (struct tw_cell){
		.played = true,
		.outcome = v->outcome,
		.rfc = v->rfc,
		.also = v->also,
		.shape = text_of(put_shape, res, facts),
		.because = text_of(put_because, res, facts),
		.saw = strdup(v->outcome == TW_SKIP || v->outcome == TW_ERROR ? told.reason
									      : told.seen),
	};
	if (ret->shape && ret->because && ret->saw)
		return 0;
	tw_cell_free(ret);
	return tw_err_set(err, ENOMEM, "out of memory");
}

void tw_cell_free(struct tw_cell *cell)
{
	free(cell->shape);
	free(cell->saw);
	free(cell->because);
	memset(cell, 0, sizeof(*cell));
}

bool tw_cell_same(const struct tw_cell *a, const struct tw_cell *b)
{
	if (!a->played || !b->played)
		return a->played == b->played;
	return a->outcome == b->outcome && a->rfc == b->rfc && a->also == b->also &&
	       !strcmp(a->shape, b->shape);
}

bool tw_cell_fine(const struct tw_cell *cell)
{
	return cell->played && (cell->outcome == TW_PASS || cell->outcome == TW_SKIP);
}
