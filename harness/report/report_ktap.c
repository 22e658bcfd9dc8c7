/*
 * KTAP version 1. The outer plan counts groups, the inner ones their rows; an inner plan stands
 * before its results, so a group is held back until it is complete.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "text/report_told.h"

struct ktap_sink {
	struct tw_sink sink;
	FILE *out;
	unsigned groups; /* written so far */
	char name[80];   /* of the group that is held back; "" if none */
	FILE *held;
	char *text;
	size_t size;
	unsigned n;
	unsigned outcome[TW_OUTCOMES];
};

/* A '#' in a text would start a directive. */
static const char *no_hash(char *text)
{
	for (char *c = strchr(text, '#'); c; c = strchr(c, '#'))
		*c = '_';
	return text;
}

static int drop_group(struct ktap_sink *s)
{
	int ret = s->held ? fclose(s->held) : 0;

	free(s->text);
	s->held = NULL;
	s->text = NULL;
	s->name[0] = '\0';
	s->n = 0;
	memset(s->outcome, 0, sizeof(s->outcome));
	return ret;
}

static int put_group(struct ktap_sink *s, struct tw_err *err)
{
	bool bad = s->outcome[TW_FAIL] || s->outcome[TW_ERROR];
	bool none = s->outcome[TW_SKIP] == s->n;

	if (!s->held)
		return 0;
	if (fflush(s->held)) {
		drop_group(s);
		return tw_err_set(err, ENOMEM, "out of memory for the KTAP report");
	}
	fprintf(s->out, "  KTAP version 1\n  # Subtest: %s\n  1..%u\n%s", s->name, s->n, s->text);
	fprintf(s->out, "%s %u %s%s\n", bad ? "not ok" : "ok", ++s->groups, s->name,
		none ? " # SKIP every row of it" : "");
	fflush(s->out);
	drop_group(s);
	return 0;
}

static int ktap_begin(struct tw_sink *sink, const struct tw_run_info *info, struct tw_err *err)
{
	struct ktap_sink *s = (struct ktap_sink *)sink;

	(void)err;
	fprintf(s->out, "KTAP version 1\n");
	if (info->groups)
		fprintf(s->out, "1..%u\n", info->groups);
	fprintf(s->out, "# twprobe %s, kernel %s %s, seed %llu\n", info->version,
		info->facts->release, info->facts->machine, (unsigned long long)info->seed);
	return 0;
}

static void put_diagnostics(const struct ktap_sink *s, const struct tw_result *res,
			    struct tw_told *told)
{
	bool fail = res->verdict.outcome == TW_FAIL;

	fprintf(s->held, "  # %s: %s\n", told->name, no_hash(told->says));
	fprintf(s->held, "  # %s  %s\n", fail ? "expected" : "reason  ",
		no_hash(fail ? told->expected : told->reason));
	fprintf(s->held, "  # observed  %s", no_hash(told->observed));
	if (fail && told->differs[0])
		fprintf(s->held, "  <- %s", no_hash(told->differs));
	fprintf(s->held, "\n  # counters  %s\n  # run again %s\n", told->counters, told->again);
}

static int ktap_result(struct tw_sink *sink, const struct tw_result *res, struct tw_err *err)
{
	static const char *const directive[TW_OUTCOMES] = { "", "", " # SKIP ", " # ERROR " };
	struct ktap_sink *s = (struct ktap_sink *)sink;
	enum tw_outcome outcome = res->verdict.outcome;
	bool bad = outcome == TW_FAIL || outcome == TW_ERROR;
	char name[sizeof(s->name)];
	struct tw_told told;
	int ret;

	tw_group_name(tw_result_id(res), name, sizeof(name));
	no_hash(name);
	if (strcmp(name, s->name) != 0) {
		ret = put_group(s, err);
		if (ret < 0)
			return ret;
		strcpy(s->name, name);
		s->held = open_memstream(&s->text, &s->size);
		if (!s->held)
			return tw_err_set(err, ENOMEM, "out of memory for the KTAP report");
	}
	tw_result_tell(res, &told);
	if (bad)
		put_diagnostics(s, res, &told);
	s->n++;
	s->outcome[outcome]++;
	fprintf(s->held, "  %s %u %s%s%s\n", bad ? "not ok" : "ok", s->n, told.name,
		directive[outcome], *directive[outcome] ? no_hash(told.reason) : "");
	return 0;
}

static int ktap_end(struct tw_sink *sink, const struct tw_totals *totals, struct tw_err *err)
{
	struct ktap_sink *s = (struct ktap_sink *)sink;
	int ret = put_group(s, err);

	fprintf(s->out, "# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:%u error:%u\n",
		totals->outcome[TW_PASS], totals->outcome[TW_FAIL], totals->outcome[TW_SKIP],
		totals->outcome[TW_ERROR]);
	if (fflush(s->out) || ferror(s->out))
		ret = tw_err_set(err, EIO, "the KTAP report could not be written");
	drop_group(s);
	free(s);
	return ret;
}

static const struct tw_sink_ops ktap_ops = {
	.begin = ktap_begin,
	.result = ktap_result,
	.end = ktap_end,
};

struct tw_sink *tw_sink_ktap(FILE *out)
{
	struct ktap_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->sink.ops = &ktap_ops;
	s->out = out;
	return &s->sink;
}
