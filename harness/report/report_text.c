/*
 * Text for people. The table grows while the run goes on, a line per group; failures are kept and
 * told below it, so that they are the last thing on the screen.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/report_claims.h"
#include "report/skips.h"
#include "text/report_told.h"
#include "text/textbuf.h"

enum outcome_color {
	PLAIN,
	GREEN,
	RED,
	YELLOW,
	DIM
};

struct group {
	char name[80];
	unsigned n;
	unsigned outcome[TW_OUTCOMES];
	unsigned rfc[TW_RFC_CONFORMANCES];
};

struct text_sink {
	struct tw_sink sink;
	FILE *out;
	FILE *table;    /* where the table goes: out, or the memory below if results are listed */
	FILE *failures; /* memory */
	char *table_text, *failures_text;
	size_t table_size, failures_size;
	bool verbose, color;
	const char *pcap_dir;
	unsigned slow_left_out, slowest_left_out, virtual_left_out;
	enum tw_claims_told claims;
	char release[sizeof(((struct tw_facts *)0)->release)];
	struct group group; /* the one that is being counted */
	struct group all;
	struct tw_skips skips;
};

static const char *on(const struct text_sink *s, enum outcome_color color)
{
	static const char *const code[] = { "", "\033[32m", "\033[1;31m", "\033[33m", "\033[2m" };

	return s->color ? code[color] : "";
}

static const char *off(const struct text_sink *s)
{
	return s->color ? "\033[0m" : "";
}

static enum outcome_color color_of(enum tw_outcome outcome)
{
	static const enum outcome_color color[TW_OUTCOMES] = { GREEN, RED, YELLOW, RED };

	return color[outcome];
}

static void put_cell(const struct text_sink *s, int width, unsigned n, enum outcome_color color)
{
	if (n)
		fprintf(s->table, "%s%*u%s", on(s, color), width, n, off(s));
	else
		fprintf(s->table, "%s%*s%s", on(s, DIM), width, "-", off(s));
}

static void put_group(const struct text_sink *s, const struct group *g)
{
	fprintf(s->table, "%-16s", g->name);
	put_cell(s, 9, g->n, PLAIN);
	put_cell(s, 7, g->outcome[TW_PASS], PLAIN);
	put_cell(s, 7, g->outcome[TW_FAIL], RED);
	put_cell(s, 7, g->outcome[TW_SKIP], YELLOW);
	put_cell(s, 7, g->outcome[TW_ERROR], RED);
	put_cell(s, 11, g->rfc[TW_RFC_CONFORMS], PLAIN);
	put_cell(s, 10, g->rfc[TW_RFC_DEVIATES], PLAIN);
	fputc('\n', s->table);
	fflush(s->table);
}

static int text_begin(struct tw_sink *sink, const struct tw_run_info *info, struct tw_err *err)
{
	struct text_sink *s = (struct text_sink *)sink;

	s->failures = open_memstream(&s->failures_text, &s->failures_size);
	s->table = s->verbose ? open_memstream(&s->table_text, &s->table_size) : s->out;
	if (!s->failures || !s->table)
		return tw_err_set(err, ENOMEM, "out of memory for the report");
	s->slow_left_out = info->slow_left_out;
	s->slowest_left_out = info->slowest_left_out;
	s->virtual_left_out = info->virtual_left_out;
	s->claims = info->claims;
	tw_text_clean(info->facts->release, s->release, sizeof(s->release));
	fprintf(s->out, "twprobe %s, kernel %s %s, seed %llu, %u job%s, %u results planned\n\n",
		info->version, info->facts->release, info->facts->machine,
		(unsigned long long)info->seed, info->jobs, info->jobs == 1 ? "" : "s",
		info->planned);
	fprintf(s->table, "%-16s%9s%7s%7s%7s%7s%11s%10s\n", "", "results", "pass", "fail", "skip",
		"error", "conforms", "deviates");
	return 0;
}

/* Exactly five lines. */
static void put_failure(const struct text_sink *s, const struct tw_result *res,
			const struct tw_told *told)
{
	bool fail = res->verdict.outcome == TW_FAIL;
	char capture[96];

	fprintf(s->failures, "\n%s%-5s%s %s %s: %s\n", on(s, RED),
		tw_outcome_name(res->verdict.outcome), off(s), tw_result_id(res),
		tw_family_name(res->family), told->says);
	fprintf(s->failures, "  %s  %s\n", fail ? "expected" : "reason  ",
		fail ? told->expected : told->reason);
	fprintf(s->failures, "  observed  %s", told->observed);
	if (fail && told->differs[0])
		fprintf(s->failures, "  %s<- %s%s", on(s, RED), told->differs, off(s));
	fprintf(s->failures, "\n  counters  %s\n  run again %s", told->counters, told->again);
	if (s->pcap_dir)
		fprintf(s->failures, "; capture %s/%s", s->pcap_dir,
			tw_capture_name(res, capture, sizeof(capture)));
	fputc('\n', s->failures);
}

static void put_line(const struct text_sink *s, const struct tw_result *res,
		     const struct tw_told *told)
{
	enum tw_outcome outcome = res->verdict.outcome;
	bool reason = outcome == TW_SKIP || outcome == TW_ERROR;

	fprintf(s->out, "%s%-5s%s %-36s %s %-8s", on(s, color_of(outcome)),
		tw_outcome_name(outcome), off(s), tw_result_id(res), tw_family_name(res->family),
		tw_conformance_name(res->verdict.rfc));
	if (res->verdict.also != TW_RFC_NONE)
		fprintf(s->out, "/%s", tw_conformance_name(res->verdict.also));
	fprintf(s->out, "  %s\n", reason ? told->reason : told->seen);
	fflush(s->out);
}

static void count(struct group *g, const struct tw_verdict *verdict)
{
	g->n++;
	g->outcome[verdict->outcome]++;
	g->rfc[verdict->rfc]++;
	if (verdict->also != TW_RFC_NONE)
		g->rfc[verdict->also]++;
}

static int text_result(struct tw_sink *sink, const struct tw_result *res, struct tw_err *err)
{
	struct text_sink *s = (struct text_sink *)sink;
	char name[sizeof(s->group.name)];
	struct tw_told told;

	tw_group_name(tw_result_id(res), name, sizeof(name));
	if (strcmp(name, s->group.name) != 0) {
		if (s->group.n)
			put_group(s, &s->group);
		memset(&s->group, 0, sizeof(s->group));
		strcpy(s->group.name, name);
	}
	count(&s->group, &res->verdict);
	count(&s->all, &res->verdict);
	tw_result_tell(res, &told);
	if (s->verbose)
		put_line(s, res, &told);
	if (res->verdict.outcome == TW_FAIL || res->verdict.outcome == TW_ERROR)
		put_failure(s, res, &told);
	if (res->verdict.outcome == TW_SKIP && tw_skips_add(&s->skips, res, told.reason))
		return tw_err_set(err, ENOMEM, "out of memory for the report");
	return 0;
}

static const char *plural(unsigned n)
{
	return n == 1 ? "" : "s";
}

static void put_left_out(const struct text_sink *s, unsigned n, const char *how, const char *option)
{
	if (n)
		fprintf(s->out, "%u %sslow row%s left out; %s runs %s too\n", n, how, plural(n),
			option, n == 1 ? "it" : "them");
}

static void put_summary(const struct text_sink *s, const struct tw_totals *t)
{
	bool bad = t->outcome[TW_FAIL] || t->outcome[TW_ERROR];

	fprintf(s->out, "\n%s%u passed, %u failed, %u skipped, %u error%s%s in %.1f s\n",
		on(s, bad ? RED : GREEN), t->outcome[TW_PASS], t->outcome[TW_FAIL],
		t->outcome[TW_SKIP], t->outcome[TW_ERROR], plural(t->outcome[TW_ERROR]), off(s),
		t->wall_s);
	fprintf(s->out, "RFC: %u conform, %u deviate, %u without a clause", t->rfc[TW_RFC_CONFORMS],
		t->rfc[TW_RFC_DEVIATES], t->rfc[TW_RFC_NONE]);
	if (t->rfc[TW_RFC_UNKNOWN])
		fprintf(s->out, ", %u not judged", t->rfc[TW_RFC_UNKNOWN]);
	fputc('\n', s->out);
	if (t->resetups)
		fprintf(s->out, "%u connection%s had to be set up again\n", t->resetups,
			plural(t->resetups));
	if (s->claims != TW_CLAIMS_UNTOLD && t->claims) {
		tw_claims_print_counts(t->claims, s->out);
		fprintf(s->out, "%s\n",
			s->claims == TW_CLAIMS_COUNTED ? "; 'twprobe run claims' tells which" : "");
	}
	put_left_out(s, s->slow_left_out, "", "--slow");
	put_left_out(s, s->slowest_left_out, "very ", "--slowest");
	put_left_out(s, s->virtual_left_out, "endlessly ", "'twprobe matrix --slowest'");
}

static void put_all(struct text_sink *s, const struct tw_totals *totals)
{
	if (s->group.n)
		put_group(s, &s->group);
	strcpy(s->all.name, "all");
	put_group(s, &s->all);
	fflush(s->failures);
	if (s->verbose)
		fprintf(s->out, "\n%s", s->table_text);
	fputs(s->failures_text, s->out);
	tw_skips_print(&s->skips, s->out);
	if (s->claims == TW_CLAIMS_LISTED && totals->claims) {
		fputc('\n', s->out);
		tw_claims_print(totals->claims, s->release, s->color, s->out);
	}
	put_summary(s, totals);
}

static int text_end(struct tw_sink *sink, const struct tw_totals *totals, struct tw_err *err)
{
	struct text_sink *s = (struct text_sink *)sink;
	int ret = 0;

	if (s->failures && s->table)
		put_all(s, totals);
	if (fflush(s->out) || ferror(s->out))
		ret = tw_err_set(err, EIO, "the report could not be written");
	if (s->verbose && s->table)
		fclose(s->table);
	if (s->failures)
		fclose(s->failures);
	free(s->table_text);
	free(s->failures_text);
	tw_skips_free(&s->skips);
	free(s);
	return ret;
}

static const struct tw_sink_ops text_ops = {
	.begin = text_begin,
	.result = text_result,
	.end = text_end,
};

struct tw_sink *tw_sink_text(FILE *out, bool verbose, bool color, const char *pcap_dir)
{
	struct text_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->sink.ops = &text_ops;
	s->out = out;
	s->verbose = verbose;
	s->color = color;
	s->pcap_dir = pcap_dir;
	return &s->sink;
}
