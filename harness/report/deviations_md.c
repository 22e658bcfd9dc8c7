/* The page: for a reader who knows the RFCs and the stack, and wants to see the segments. */
#include <limits.h>
#include <stdlib.h>

#include "judge/clause.h"
#include "report/deviations.h"
#include "text/text.h"
#include "text/wrap.h"

enum {
	BULLETS = 3, /* other ways in which the kernel deviates from the same demand */
};

static bool same_demand(const struct tw_deviation *a, const struct tw_deviation *b)
{
	return a->demand == b->demand;
}

/* Rows of the rule that @first is of are of one demand, in different cases; so are those that use the same words. */
static bool joins(const struct tw_deviations *list, unsigned first, unsigned i)
{
	const struct tw_deviation *a = &list->d[first], *b = &list->d[i];

	if (strcmp(a->rfc->clause, b->rfc->clause) != 0)
		return false;
	if (a->rule && a->rule == b->rule)
		return true;
	for (unsigned k = first; k < list->n; k++)
		if (same_demand(a, &list->d[k]) && !strcmp(list->d[k].rfc->says, b->rfc->says))
			return true;
	return false;
}

static void sort_out_demands(struct tw_deviations *list)
{
	for (unsigned i = 0; i < list->n; i++)
		list->d[i].demand = UINT_MAX;
	for (unsigned i = 0; i < list->n; i++) {
		bool more = list->d[i].demand == UINT_MAX;

		if (more)
			list->d[i].demand = i;
		while (more) {
			more = false;
			for (unsigned k = i + 1; k < list->n; k++) {
				if (list->d[k].demand != UINT_MAX || !joins(list, i, k))
					continue;
				list->d[k].demand = i;
				more = true;
			}
		}
	}
}

static const struct tw_rule *rule_of(const struct tw_deviation *d, const struct tw_coverage *cov)
{
	for (unsigned i = 0; i < cov->n_rows; i++)
		if (cov->row[i].row == d->row)
			return cov->row[i].asks[d->rfc == &d->row->also];
	return NULL;
}

static const char *level_of(const struct tw_deviation *d)
{
	return d->rule ? d->rule->level : "";
}

static unsigned weakness(const char *level)
{
	static const char *const strongest_first[] = { "MUST", "SHOULD", "MAY" };
	unsigned i = 0;

	while (i < 3 && strcmp(strongest_first[i], level) != 0)
		i++;
	return i;
}

static int by_clause(const void *a, const void *b)
{
	const struct tw_deviation *x = a, *y = b;
	int ret = tw_clause_compare(x->rfc->clause, y->rfc->clause);

	if (!ret)
		ret = (int)weakness(level_of(x)) - (int)weakness(level_of(y));
	return ret ? ret : x->at < y->at ? -1 : 1;
}

static const char *title_of(unsigned rfc)
{
	static const struct {
		unsigned rfc;
		const char *title;
	} titles[] = {
		{ 1122, "Requirements for Internet Hosts" },
		{ 2385, "Protection of BGP Sessions via the TCP MD5 Signature Option" },
		{ 1191, "Path MTU Discovery" },
		{ 1337, "TIME-WAIT Assassination Hazards in TCP (informational)" },
		{ 4987, "TCP SYN Flooding Attacks and Common Mitigations (informational)" },
		{ 5382, "NAT Behavioral Requirements for TCP" },
		{ 5961, "Improving TCP's Robustness to Blind In-Window Attacks" },
		{ 6191, "Reducing the TIME-WAIT State Using TCP Timestamps" },
		{ 6298, "Computing TCP's Retransmission Timer" },
		{ 6528, "Defending against Sequence Number Attacks" },
		{ 7323, "TCP Extensions for High Performance" },
		{ 8201, "Path MTU Discovery for IP version 6" },
		{ 9293, "Transmission Control Protocol" },
	};

	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++)
		if (titles[i].rfc == rfc)
			return titles[i].title;
	return "";
}

static void put_left_out(unsigned n, const char *which, const char *option, FILE *out)
{
	if (n)
		fprintf(out, "\n%u test%s that wait%s %s%s left out (`%s`).", n, n == 1 ? "" : "s",
			n == 1 ? "s" : "", which, n == 1 ? "was" : "were", option);
}

static void put_head(const struct tw_coverage *cov, const struct tw_coverage_head *head, FILE *out)
{
	unsigned conforms = 0, deviates = 0, rows = 0, slow = 0, slowest = 0;

	for (unsigned i = 0; i < cov->n_clauses; i++) {
		conforms += cov->clause[i].conforms;
		deviates += cov->clause[i].deviates;
	}
	for (unsigned i = 0; i < cov->n_rows; i++) {
		const struct tw_case *row = cov->row[i].row;
		bool ran = cov->row[i].ran[0] || cov->row[i].ran[1];

		rows += ran;
		slow += !ran && row->slow && !row->slowest;
		slowest += !ran && row->slowest;
	}
	fprintf(out,
		"# Where TCP of Linux %s departs from the RFCs, in TIME_WAIT and around it\n\n",
		head->release);
	fprintf(out,
		"Measured by twprobe %s on %s, with packets: `%s`, %u tests, over IPv4 and IPv6.\n"
		"The RFCs have a say in %u results: %u conform, %u deviate.",
		head->version, head->machine, head->command, rows, conforms + deviates, conforms,
		deviates);
	put_left_out(slow, "", "--slow", out);
	put_left_out(slowest, "for half an hour ", "--slowest", out);
	fputs("\n\n`<` goes into the kernel and `>` comes out of it, as in packetdrill. Numbers "
	      "are "
	      "offsets: `R` is RCV.NXT of the\nTIME_WAIT entry, `S` its SND.NXT, `T` its "
	      "TS.Recent, `D` the kernel's timestamp clock. Unless given otherwise the\n"
	      "kernel accepted the connection, closed first and went through FIN_WAIT_1 and "
	      "FIN_WAIT_2, timestamps are in use and\nthe listener is still there. "
	      "`twprobe run --trace` with a test's name shows all that happens in it.\n",
	      out);
}

static void put_given(const struct tw_case *row, FILE *out)
{
	static const struct tw_given none;
	char is[TW_TEXT_MAX], usual[TW_TEXT_MAX];

	tw_text_given(&row->given, is, sizeof(is));
	tw_text_given(&none, usual, sizeof(usual));
	if (!row->scenario && strcmp(is, usual) != 0)
		fprintf(out, "// given: %s\n", is);
}

static const char *only(const struct tw_deviation *d)
{
	if (d->family[0] == d->family[1] || d->row->family)
		return "";
	return d->family[0] ? " (IPv4 only)" : " (IPv6 only)";
}

static void put_says(const struct tw_deviation *d, FILE *out)
{
	fprintf(out, "%s%s%s",
		d->expected ? "" : "not as is expected of this kernel, which is: ", d->row->says,
		only(d));
}

static void put_example(const struct tw_deviation *d, FILE *out)
{
	fputs("```\n// ", out);
	put_says(d, out);
	fputc('\n', out);
	put_given(d->row, out);
	fprintf(out, "%s// %s%s\n```\n", d->seen, d->row->scenario ? "found: " : "", d->means);
}

/* They say nothing new when @told is told: the kernel did the same, and the same was asked for. */
static bool alike(const struct tw_deviation *told, const struct tw_deviation *d)
{
	return told->expected == d->expected && !strcmp(told->rfc->says, d->rfc->says) &&
	       (told->row == d->row || !strcmp(told->means, d->means));
}

/* Marks those that are alike as told. How many rows they are, @of not counted. */
static unsigned mark_alike(struct tw_deviations *list, unsigned of)
{
	unsigned n = 0;

	list->d[of].told = true;
	for (unsigned i = of + 1; i < list->n; i++) {
		if (list->d[i].told || !same_demand(&list->d[of], &list->d[i]) ||
		    !alike(&list->d[of], &list->d[i]))
			continue;
		list->d[i].told = true;
		n += list->d[i].row != list->d[i - 1].row;
	}
	return n;
}

static void put_more(unsigned n, FILE *out)
{
	if (n)
		fprintf(out, " and %u more", n);
}

/* How good an example it is: one that shows segments, with the sysctls as they come, of what many rows show. */
static unsigned worth(const struct tw_deviations *list, unsigned of)
{
	const struct tw_case *row = list->d[of].row;
	const struct tw_given *given = &row->given;
	unsigned n = 0;

	for (unsigned i = 0; i < list->n; i++)
		n += same_demand(&list->d[of], &list->d[i]) && alike(&list->d[of], &list->d[i]);
	return n + (given->sysctl[0].name || given->late[0].name ? 0 : list->n) +
	       (row->scenario ? 0 : 2 * list->n);
}

static unsigned best_example(const struct tw_deviations *list, unsigned first)
{
	unsigned best = first, most = worth(list, first);

	for (unsigned i = first + 1; i < list->n; i++) {
		unsigned n = same_demand(&list->d[first], &list->d[i]) ? worth(list, i) : 0;

		if (n > most) {
			best = i;
			most = n;
		}
	}
	return best;
}

static void put_kept(const struct tw_deviation *d, FILE *out)
{
	if (d->kept)
		fprintf(out, "But %s is met: %s.\n\n", d->kept->clause, d->kept->says);
}

/* One demand: an example, and the other ways in which it is not met. All of its rows are told then. */
static void put_demand(struct tw_deviations *list, unsigned first, unsigned number, FILE *out)
{
	unsigned left = 0, bullets = 0, example = best_example(list, first);
	const struct tw_deviation *d = &list->d[example];
	const char *level = level_of(d);

	fprintf(out, "\n### %u. %s%s%s: %s\n\n", number, d->rfc->clause, *level ? ", " : "", level,
		d->rfc->says);
	put_kept(d, out);
	put_example(d, out);
	fprintf(out, "`twprobe run --trace %s`", d->row->id);
	put_more(mark_alike(list, example), out);
	fputc('\n', out);
	for (unsigned i = first; i < list->n; i++) {
		if (list->d[i].told || !same_demand(&list->d[i], &list->d[first]))
			continue;
		if (bullets++ == BULLETS) {
			left++;
			bullets--;
			left += mark_alike(list, i);
			continue;
		}
		fputs("* ", out);
		put_says(&list->d[i], out);
		fprintf(out, " (`%s`", list->d[i].row->id);
		put_more(mark_alike(list, i), out);
		fputs(")\n", out);
	}
	if (left)
		fprintf(out, "* ... and %u more\n", left);
}

/* All demands at a glance, numbered as they are told. */
static void put_contents(struct tw_deviations *list, FILE *out)
{
	unsigned number = 0;

	fputs("\n| | clause | level | what is asked for and not done | tests |\n"
	      "|--:|---|---|---|--:|\n",
	      out);
	for (unsigned i = 0; i < list->n; i++) {
		const struct tw_deviation *d = &list->d[best_example(list, i)];
		const struct tw_case *last = NULL;
		unsigned rows = 0;

		if (list->d[i].told)
			continue;
		for (unsigned k = i; k < list->n; k++) {
			if (!same_demand(&list->d[i], &list->d[k]))
				continue;
			list->d[k].told = true;
			rows += list->d[k].row != last;
			last = list->d[k].row;
		}
		fprintf(out, "| %u | %s | %s | %s", ++number, d->rfc->clause, level_of(d),
			d->rfc->says);
		if (d->kept)
			fprintf(out, " (%s asks otherwise, and is met)", d->kept->clause);
		fprintf(out, " | %u |\n", rows);
	}
	for (unsigned i = 0; i < list->n; i++)
		list->d[i].told = false;
}

static void put_rfc_head(unsigned rfc, const struct tw_coverage *cov, FILE *out)
{
	unsigned conforms = 0, deviates = 0;

	for (unsigned i = 0; i < cov->n_clauses; i++) {
		if (tw_clause_rfc(cov->clause[i].clause) != rfc)
			continue;
		conforms += cov->clause[i].conforms;
		deviates += cov->clause[i].deviates;
	}
	fprintf(out, "\n## RFC %u%s%s\n\n%u results conform, %u deviate.\n", rfc,
		*title_of(rfc) ? ": " : "", title_of(rfc), conforms, deviates);
}

void tw_deviations_print(struct tw_deviations *list, const struct tw_coverage *cov,
			 const struct tw_coverage_head *head, FILE *out)
{
	unsigned rfc = 0, number = 0;

	for (unsigned i = 0; i < list->n; i++) {
		list->d[i].told = false;
		list->d[i].rule = rule_of(&list->d[i], cov);
	}
	put_head(cov, head, out);
	qsort(list->d, list->n, sizeof(*list->d), by_clause);
	sort_out_demands(list);
	if (list->n)
		put_contents(list, out);
	for (unsigned i = 0; i < list->n; i++) {
		if (list->d[i].told)
			continue;
		if (tw_clause_rfc(list->d[i].rfc->clause) != rfc) {
			rfc = tw_clause_rfc(list->d[i].rfc->clause);
			put_rfc_head(rfc, cov, out);
		}
		put_demand(list, i, ++number, out);
	}
}
