/*
 * JUnit XML that both schemas in use accept: Ant's (which wants timestamp, hostname, properties and
 * empty output elements, and allows no attribute on <testsuites>) and the one of Jenkins' xUnit
 * plug-in.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "report/xml.h"
#include "text/report_told.h"

struct junit_sink {
	struct tw_sink sink;
	const char *path;
	FILE *out;
	const struct tw_run_info *info;
	unsigned suites;
	char name[80]; /* of the suite that is held back, since its counts stand before its cases */
	FILE *held;
	char *text;
	size_t size;
	unsigned n;
	unsigned outcome[TW_OUTCOMES];
	uint64_t ns;
};

static void put_property(FILE *out, const char *name, const char *value)
{
	fprintf(out, "      <property name=\"%s\" value=\"", name);
	tw_xml_put(out, value);
	fputs("\"/>\n", out);
}

static void put_properties(const struct junit_sink *s)
{
	char seed[24];

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)s->info->seed);
	fputs("    <properties>\n", s->out);
	put_property(s->out, "twprobe", s->info->version);
	put_property(s->out, "kernel", s->info->facts->release);
	put_property(s->out, "machine", s->info->facts->machine);
	put_property(s->out, "seed", seed);
	put_property(s->out, "command", s->info->command);
	fputs("    </properties>\n", s->out);
}

static void drop_suite(struct junit_sink *s)
{
	if (s->held)
		fclose(s->held);
	free(s->text);
	s->held = NULL;
	s->text = NULL;
	s->name[0] = '\0';
	s->n = 0;
	s->ns = 0;
	memset(s->outcome, 0, sizeof(s->outcome));
}

/* Jenkins' schema takes no more than three decimals. */
static void put_seconds(FILE *out, uint64_t ns)
{
	uint64_t ms = (ns + 500000) / 1000000;

	fprintf(out, " time=\"%llu.%03llu\"", (unsigned long long)(ms / 1000),
		(unsigned long long)(ms % 1000));
}

static int put_suite(struct junit_sink *s, struct tw_err *err)
{
	char date[32] = "1970-01-01T00:00:00";
	struct tm tm;

	if (!s->held)
		return 0;
	if (fflush(s->held)) {
		drop_suite(s);
		return tw_err_set(err, ENOMEM, "out of memory for %s", s->path);
	}
	if (gmtime_r(&s->info->started, &tm))
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	fprintf(s->out, "  <testsuite id=\"%u\" package=\"twprobe\" name=\"", s->suites++);
	tw_xml_put(s->out, s->name);
	fprintf(s->out, "\" timestamp=\"%s\" hostname=\"localhost\" tests=\"%u\" failures=\"%u\"",
		date, s->n, s->outcome[TW_FAIL]);
	fprintf(s->out, " errors=\"%u\" skipped=\"%u\"", s->outcome[TW_ERROR], s->outcome[TW_SKIP]);
	put_seconds(s->out, s->ns);
	fputs(">\n", s->out);
	put_properties(s);
	fputs(s->text, s->out);
	fputs("    <system-out/>\n    <system-err/>\n  </testsuite>\n", s->out);
	drop_suite(s);
	return 0;
}

static int junit_begin(struct tw_sink *sink, const struct tw_run_info *info, struct tw_err *err)
{
	struct junit_sink *s = (struct junit_sink *)sink;

	s->info = info;
	s->out = fopen(s->path, "we");
	if (!s->out)
		return tw_err_set(err, errno, "%s cannot be written: %s", s->path, strerror(errno));
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", s->out);
	return 0;
}

/* From the first packet of the row to the last. */
static uint64_t duration(const struct tw_evidence *ev)
{
	uint64_t first, last;

	if (!ev->n_packets)
		return 0;
	first = ev->packets[0].at;
	last = ev->packets[ev->n_packets - 1].at;
	return last > first ? last - first : 0;
}

static void put_body(FILE *out, const struct tw_told *told, bool fail)
{
	tw_xml_put(out, told->says);
	fprintf(out, "\n%s  ", fail ? "expected" : "reason  ");
	tw_xml_put(out, fail ? told->expected : told->reason);
	fputs("\nobserved  ", out);
	tw_xml_put(out, told->observed);
	if (fail && told->differs[0]) {
		fputs("  &lt;- ", out);
		tw_xml_put(out, told->differs);
	}
	fputs("\ncounters  ", out);
	tw_xml_put(out, told->counters);
	fputs("\nrun again ", out);
	tw_xml_put(out, told->again);
	fputc('\n', out);
}

static void put_outcome(FILE *out, const struct tw_result *res, const struct tw_told *told)
{
	bool fail = res->verdict.outcome == TW_FAIL;

	if (res->verdict.outcome == TW_SKIP) {
		fputs("      <skipped message=\"", out);
		tw_xml_put(out, told->reason);
		fputs("\"/>\n", out);
		return;
	}
	fprintf(out, "      <%s message=\"", fail ? "failure" : "error");
	if (fail) {
		fputs("expected ", out);
		tw_xml_put(out, res->verdict.expected);
		fputs("; observed ", out);
		tw_xml_put(out, told->seen);
	} else {
		tw_xml_put(out, told->reason);
	}
	fprintf(out, "\" type=\"%s\">", fail ? "FAIL" : "ERROR");
	put_body(out, told, fail);
	fprintf(out, "      </%s>\n", fail ? "failure" : "error");
}

static int junit_result(struct tw_sink *sink, const struct tw_result *res, struct tw_err *err)
{
	struct junit_sink *s = (struct junit_sink *)sink;
	uint64_t ns = duration(&res->ev);
	char name[sizeof(s->name)];
	struct tw_told told;
	int ret;

	tw_group_name(tw_result_id(res), name, sizeof(name));
	if (strcmp(name, s->name) != 0) {
		ret = put_suite(s, err);
		if (ret < 0)
			return ret;
		strcpy(s->name, name);
		s->held = open_memstream(&s->text, &s->size);
		if (!s->held)
			return tw_err_set(err, ENOMEM, "out of memory for %s", s->path);
	}
	tw_result_tell(res, &told);
	s->n++;
	s->outcome[res->verdict.outcome]++;
	s->ns += ns;
	fprintf(s->held, "    <testcase name=\"%s\" classname=\"twprobe.", told.name);
	tw_xml_put(s->held, s->name);
	fputc('"', s->held);
	put_seconds(s->held, ns);
	if (res->verdict.outcome == TW_PASS) {
		fputs("/>\n", s->held);
		return 0;
	}
	fputs(">\n", s->held);
	put_outcome(s->held, res, &told);
	fputs("    </testcase>\n", s->held);
	return 0;
}

static int junit_end(struct tw_sink *sink, const struct tw_totals *totals, struct tw_err *err)
{
	struct junit_sink *s = (struct junit_sink *)sink;
	bool bad;
	int ret = 0;

	(void)totals;
	if (s->out) {
		ret = put_suite(s, err);
		fputs("</testsuites>\n", s->out);
		bad = ferror(s->out);
		if (fclose(s->out) || bad)
			ret = tw_err_set(err, EIO, "%s could not be written", s->path);
	}
	drop_suite(s);
	free(s);
	return ret;
}

static const struct tw_sink_ops junit_ops = {
	.begin = junit_begin,
	.result = junit_result,
	.end = junit_end,
};

struct tw_sink *tw_sink_junit(const char *path)
{
	struct junit_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->sink.ops = &junit_ops;
	s->path = path;
	return &s->sink;
}
