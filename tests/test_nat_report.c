/*
 * The reports of a NAT campaign: text against golden files, the others against their own syntax, and all of them with campaigns that
 * have nothing, little, or nonsense to say. TWPROBE_NAT_REPORT_DIR=dir only writes them there, to be looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "fixture_campaign.h"
#include "golden.h"
#include "natreport/headline.h"
#include "natreport/natreport.h"
#include "natreport/words.h"

enum kind {
	TEXT,
	COLOR,
	VERBOSE,
	JSON,
	CSV,
	HTML,
	KINDS,
};

/* What the report says; the caller frees it. */
static char *written(enum kind kind, const struct tw_nat_campaign *c)
{
	struct tw_err err = { "" };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	if (kind <= VERBOSE)
		tw_nat_report_text(out, c, kind == COLOR, kind == VERBOSE);
	else if (kind == JSON)
		assert_int_equal(tw_nat_report_json(out, c, &err), 0);
	else if (kind == CSV)
		assert_int_equal(tw_nat_report_csv(out, c, &err), 0);
	else
		assert_int_equal(tw_nat_report_html(out, c, &err), 0);
	assert_string_equal(err.text, "");
	fclose(out);
	return text;
}

static void compare(enum kind kind, const struct tw_nat_campaign *c, const char *name)
{
	char *text = written(kind, c);

	check_golden(name, text);
	free(text);
}

static void text_is_golden(void **state)
{
	struct fixture_campaign f;

	(void)state;
	fixture_campaign_make(&f, 24);
	compare(TEXT, &f.c, "nat-report.txt");
	compare(CSV, &f.c, "nat-report.csv");
	fixture_campaign_free(&f);
}

/* Everything that can go wrong with one scenario, and with the parts. */
static void spoil(struct fixture_campaign *f)
{
	f->result[0].verdict = TW_NAT_FAIL;
	f->result[0].exceptions = 2;
	f->result[0].paws_rejected++;
	strcpy(f->result[0].why, "trial 3: <accepted> & \"odd\", though its TSval is older");
	f->result[1].verdict = TW_NAT_SKIP;
	strcpy(f->result[1].why, "the kernel has no nftables NAT (CONFIG_NFT_NAT)");
	f->result[2].done = false;
	f->result[11].done = false;
	f->result[12].verdict = TW_NAT_ERROR;
	strcpy(f->result[12].why, "too few trials have an outcome");
	strcpy(f->clocks->trouble, "no \001\033[31mSYN was seen");
	f->plane->dot[5].answer = TW_NAT_NOTHING;
	f->plane->exceptions = 1;
	f->starving->disagreements = 1;
	f->starving->verdict = TW_NAT_FAIL;
	strcpy(f->starving->why, "the bump and the model disagree");
	f->load[0].verdict = TW_NAT_FAIL;
	strcpy(f->load[0].why, "40 % were lost, 46 % in the simulation");
	f->load[2].done = false;
}

static void trouble_is_told(void **state)
{
	struct fixture_campaign f;
	char *text;

	(void)state;
	fixture_campaign_make(&f, 24);
	spoil(&f);
	compare(COLOR, &f.c, "nat-report-trouble.txt");
	text = written(TEXT, &f.c);
	assert_non_null(strstr(text, "\nFAIL  two-hosts\n      trial 3: <accepted> & \"odd\""));
	assert_non_null(strstr(text, "\nSKIP  same-host\n      the kernel has no nftables NAT"));
	assert_non_null(strstr(text, "\nERROR no-ts\n      it did not come to its end"));
	assert_null(strchr(text, '\033'));
	free(text);
	fixture_campaign_free(&f);
}

static unsigned count(const char *text, char what)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == what;
	return n;
}

/* No line of the plain report is wider than a terminal that is laid out for it. */
static void lines_are_short(void **state)
{
	struct fixture_campaign f;
	char *text, *at, *end;

	(void)state;
	fixture_campaign_make(&f, 24);
	spoil(&f);
	text = written(TEXT, &f.c);
	for (at = text; (end = strchr(at, '\n')); at = end + 1) {
		if (end - at > 100)
			fail_msg("%d columns: %.*s", (int)(end - at), (int)(end - at), at);
	}
	free(text);
	fixture_campaign_free(&f);
}

static json_t *parsed(const struct tw_nat_campaign *c)
{
	char *text = written(JSON, c);
	json_error_t error;
	json_t *doc = json_loads(text, 0, &error);

	if (!doc)
		fail_msg("line %d: %s", error.line, error.text);
	free(text);
	return doc;
}

static const json_t *trial_of(const json_t *doc, unsigned scenario, unsigned trial)
{
	const json_t *list = json_object_get(doc, "scenarios");

	list = json_object_get(json_array_get(list, scenario), "trials");
	return json_array_get(list, trial);
}

static int64_t number(const json_t *obj, const char *name, const char *member)
{
	const json_t *value = json_object_get(json_object_get(obj, name), member);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static void json_has_everything(void **state)
{
	struct fixture_campaign f;
	const struct tw_nat_trial *t;
	const json_t *trial;
	json_t *doc;

	(void)state;
	fixture_campaign_make(&f, 24);
	doc = parsed(&f.c);
	assert_int_equal(json_array_size(json_object_get(doc, "scenarios")), f.c.n_results);
	t = &f.result[0].trial[5];
	trial = trial_of(doc, 0, 5);
	assert_int_equal(number(trial, "time_wait", "r"), t->r);
	assert_int_equal(number(trial, "time_wait", "s"), t->s);
	assert_int_equal(number(trial, "time_wait", "t"), t->t);
	assert_int_equal(number(trial, "time_wait", "left_ms"), t->left_ms);
	assert_int_equal(number(trial, "syn_inside", "tsval"), t->inside.seg.tsval);
	assert_int_equal(number(trial, "syn_outside", "seq"), t->outside.seg.seq);
	assert_int_equal(number(trial, "syn_outside", "client_port"), t->first_public);
	assert_int_equal(json_array_size(json_object_get(trial, "packets")), t->n_packets);
	assert_string_equal(json_string_value(json_object_get(trial, "outcome")),
			    tw_say_outcome(t->outcome));
	trial = json_object_get(doc, "plane");
	assert_int_equal(json_array_size(json_object_get(trial, "syns")), f.plane->n);
	trial = json_object_get(doc, "steps");
	assert_int_equal(json_array_size(json_object_get(trial, "syns")), f.steps->n);
	trial = json_array_get(json_object_get(doc, "starving"), 0);
	assert_int_equal(json_array_size(json_object_get(trial, "syns")), f.starving->n_doors);
	assert_true(json_is_true(json_object_get(trial, "emulated")));
	assert_int_equal(json_array_size(json_object_get(doc, "loads")), TW_NAT_LOADS);
	json_decref(doc);
	fixture_campaign_free(&f);
}

static void csv_has_a_line_per_trial(void **state)
{
	struct fixture_campaign f;
	char *text, *at, *end;
	unsigned commas;

	(void)state;
	fixture_campaign_make(&f, 7);
	strcpy(f.result[0].trial[0].trouble, "a, \"b\"\nc");
	text = written(CSV, &f.c);
	assert_non_null(strstr(text, ",\"a, \"\"b\"\"\nc\"\n"));
	assert_int_equal(count(text, '\n'), 1 + f.c.n_results * 7 + 1);
	f.result[0].trial[0].trouble[0] = '\0';
	free(text);
	text = written(CSV, &f.c);
	*strchr(text, '\n') = '\0';
	commas = count(text, ',');
	for (at = text + strlen(text) + 1; (end = strchr(at, '\n')); at = end + 1) {
		*end = '\0';
		assert_int_equal(count(at, ','), commas);
	}
	free(text);
	fixture_campaign_free(&f);
}

/* The name of the tag at @at, which is behind its "<" or "</". */
static size_t name_len(const char *at)
{
	return strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789");
}

/* An element's end, whose quotes are balanced; NULL if it has none. */
static const char *tag_end(const char *at)
{
	for (bool quoted = false; *at; at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (*at == '<')
			return NULL;
		else if (*at == '>' && !quoted)
			return at;
	}
	return NULL;
}

/* What an XML parser would refuse first, or NULL. Enough of the syntax for pages that have no comments and no CDATA. */
static const char *not_xml(const char *text)
{
	const char *open[64];
	unsigned depth = 0;

	for (const char *at = text; *at; at++) {
		const char *end;

		if ((unsigned char)*at < ' ' && *at != '\n')
			return at;
		if (*at == '&' && strncmp(at, "&amp;", 5) && strncmp(at, "&lt;", 4) &&
		    strncmp(at, "&gt;", 4) && strncmp(at, "&quot;", 6))
			return at;
		if (*at != '<' || at[1] == '!')
			continue;
		end = tag_end(at + 1);
		if (!end || (at[1] == '/' && !depth) || depth == 64)
			return at;
		if (at[1] == '/') {
			const char *begun = open[--depth];

			if (name_len(at + 2) != name_len(begun) ||
			    strncmp(at + 2, begun, name_len(begun)) != 0)
				return at;
		} else if (end[-1] != '/') {
			open[depth++] = at + 1;
		}
	}
	return depth ? open[depth - 1] : NULL;
}

static void the_check_of_xml_notices(void **state)
{
	(void)state;
	assert_null(not_xml("<!DOCTYPE html><a b=\"c>\"><d/>&amp;e</a>"));
	assert_non_null(not_xml("<a><b></a>"));
	assert_non_null(not_xml("<a></b></a>"));
	assert_non_null(not_xml("<a>"));
	assert_non_null(not_xml("</a>"));
	assert_non_null(not_xml("<a b=\"c></a>"));
	assert_non_null(not_xml("<a>1 < 2</a>"));
	assert_non_null(not_xml("<a>b & c</a>"));
	assert_non_null(not_xml("<a>\033[m</a>"));
}

static unsigned occurs(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

/* Every measurement has its mark, and nothing in the page leads out of it. */
static void the_page_has_everything(void **state)
{
	struct fixture_campaign f;
	char *text;

	(void)state;
	fixture_campaign_make(&f, 24);
	text = written(HTML, &f.c);
	assert_int_equal(occurs(text, "<title>raw SYN R"), f.plane->n);
	assert_int_equal(occurs(text, "after TIME_WAIT began: "), f.steps->n);
	assert_int_equal(occurs(text, "<title>host "), f.clocks->n + 2 /* in the key */);
	assert_int_equal(occurs(text, "'s SYN at "), f.starving->n_doors);
	assert_int_equal(occurs(text, "<g class=\"curve"), 10);
	assert_int_equal(occurs(text, "EMULATED"), 1);
	assert_non_null(strstr(text, "&lt;so&gt; &quot;they&quot; wait &amp; wait"));
	assert_null(strstr(text, "http://www.w3.org/1999/xlink"));
	assert_null(strstr(text, "href"));
	assert_null(strstr(text, "src="));
	assert_null(strstr(text, "url("));
	assert_null(strstr(text, "<script"));
	free(text);
	f.starving->emulated = false;
	text = written(HTML, &f.c);
	assert_null(strstr(text, "EMULATED"));
	free(text);
	fixture_campaign_free(&f);
}

/* Every report of the campaign, and that its JSON is JSON and its page is XML. */
static void write_all(const struct tw_nat_campaign *c)
{
	for (enum kind kind = TEXT; kind < KINDS; kind++) {
		char *text = written(kind, c);

		assert_true(*text);
		if (kind != JSON)
			assert_null(strstr(text, "nan"));
		assert_null(strstr(text, "-inf"));
		if (kind == HTML && not_xml(text))
			fail_msg("%.200s", not_xml(text));
		free(text);
	}
	json_decref(parsed(c));
}

static void spoilt_is_no_crash(void **state)
{
	struct fixture_campaign f;

	(void)state;
	fixture_campaign_make(&f, 24);
	write_all(&f.c);
	spoil(&f);
	write_all(&f.c);
	fixture_campaign_free(&f);
}

static void nothing_is_no_crash(void **state)
{
	struct tw_nat_campaign none = { .version = "0.1.0" }, nameless = { 0 };
	struct fixture_campaign f;

	(void)state;
	write_all(&none);
	write_all(&nameless);
	fixture_campaign_make(&f, 0);
	write_all(&f.c);
	memset(f.clocks, 0, sizeof(*f.clocks));
	memset(f.plane, 0, sizeof(*f.plane));
	memset(f.steps, 0, sizeof(*f.steps));
	memset(f.starving, 0, sizeof(*f.starving));
	memset(f.load, 0, TW_NAT_LOADS * sizeof(*f.load));
	for (unsigned i = 0; i < f.c.n_results; i++) {
		memset(&f.result[i], 0, sizeof(f.result[i]));
		f.result[i].scenario = i;
		f.result[i].accepted_ms = f.result[i].lost_ms = NAN;
	}
	write_all(&f.c);
	fixture_campaign_free(&f);
}

static void one_trial_is_no_crash(void **state)
{
	struct fixture_campaign f;

	(void)state;
	fixture_campaign_make(&f, 1);
	f.plane->n = f.steps->n = f.clocks->n = f.starving->n_doors = f.starving->n_tries = 1;
	write_all(&f.c);
	f.result[0].trial[0].connect_ns = 0;
	f.steps->step[0].at_s = NAN;
	f.starving->attempt[0].at_s = INFINITY;
	write_all(&f.c);
	fixture_campaign_free(&f);
}

/* Counts and enums that no worker would give. */
static void nonsense_is_no_crash(void **state)
{
	struct fixture_campaign f;

	(void)state;
	fixture_campaign_make(&f, 24);
	f.plane->n = f.steps->n = f.clocks->n = UINT32_MAX;
	f.starving->n_doors = f.starving->n_tries = UINT32_MAX;
	f.load[0].setting = UINT32_MAX;
	for (unsigned i = 0; i < f.c.n_results; i++) {
		struct tw_nat_result *res = &f.result[i];

		res->n_trials = UINT32_MAX;
		res->trial[0].n_packets = res->trial[0].n_moved = UINT32_MAX;
		res->trial[0].outcome = 77;
		res->trial[1].answer = 77;
		res->trial[1].connect_ns = UINT64_MAX;
		res->trial[2].packet[1].at = 0;
		res->accepted_ms = INFINITY;
		res->loss = (struct tw_nat_rate){ 3, 0, NAN, INFINITY };
	}
	write_all(&f.c);
	fixture_campaign_free(&f);
}

static void headline_follows_the_data(void **state)
{
	struct fixture_campaign f;
	char text[TW_HEADLINE_MAX];

	(void)state;
	fixture_campaign_make(&f, 24);
	tw_nat_headline(&f.c, text, sizeof(text));
	assert_non_null(strstr(text, "lose their first SYN"));
	assert_non_null(strstr(text,
			       "they never connect with tcp_rfc1337=1 on the server, behind a path "
			       "that loses bare ACKs or behind a path that loses RSTs"));
	f.result[0].loss = (struct tw_nat_rate){ 0, 24, 0, 0.138 };
	for (unsigned i = 3; i < 6; i++)
		f.result[i].never.n = 0;
	tw_nat_headline(&f.c, text, sizeof(text));
	assert_string_equal(
		text, "On this kernel not one of 24 connections that got a tuple in TIME_WAIT lost "
		      "its first SYN.");
	f.c.n_results = 0;
	tw_nat_headline(&f.c, text, sizeof(text));
	assert_string_equal(text, "This run has no scenario in which a client loses its SYN and "
				  "gets through with a later one.");
	fixture_campaign_free(&f);
}

static void counters_are_held_against_packets(void **state)
{
	static const struct {
		unsigned paws[2], low[2], silent[2];
		uint64_t counter, skipped;
		bool agree;
	} rows[] = {
		{ { 1, 0 }, { 0, 0 }, { 0, 0 }, 1, 0, true },
		{ { 5, 6 }, { 0, 0 }, { 0, 0 }, 11, 0, true },
		{ { 5, 6 }, { 0, 0 }, { 0, 0 }, 12, 0, false },
		{ { 5, 6 }, { 0, 0 }, { 0, 0 }, 10, 0, false },
		{ { 5, 6 }, { 0, 0 }, { 0, 1 }, 11, 1, true },
		{ { 5, 6 }, { 0, 0 }, { 0, 1 }, 11, 0, false },
		{ { 5, 6 }, { 0, 0 }, { 0, 0 }, 11, 1, false },
		{ { 0, 0 }, { 1, 1 }, { 0, 0 }, 0, 0, true },
		{ { 0, 0 }, { 1, 1 }, { 0, 0 }, 2, 0, false },
		{ { 0, 0 }, { 0, 0 }, { 0, 0 }, 1, 0, false },
	};
	struct tw_nat_result *res = calloc(1, sizeof(*res));
	uint64_t rejected;

	(void)state;
	assert_non_null(res);
	res->n_trials = 2;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (unsigned k = 0; k < 2; k++) {
			res->trial[k].paws = rows[i].paws[k];
			res->trial[k].low = rows[i].low[k];
			res->trial[k].silent = rows[i].silent[k];
		}
		res->paws_rejected = rows[i].counter;
		res->skipped_acks = rows[i].skipped;
		if (tw_nat_counted(res, &rejected) != rows[i].agree)
			fail_msg("row %zu", i);
		assert_int_equal(rejected, rows[i].paws[0] + rows[i].paws[1]);
	}
	free(res);
}

/* For the eyes. */
static int write_into(const char *dir)
{
	static const char *const name[KINDS] = { "nat.txt",  "nat-color.txt", "nat-verbose.txt",
						 "nat.json", "nat.csv",       "nat.html" };
	const char *bad = getenv("TWPROBE_NAT_REPORT_BAD");
	struct fixture_campaign f;

	fixture_campaign_make(&f, 24);
	if (bad)
		spoil(&f);
	for (enum kind kind = TEXT; kind < KINDS; kind++) {
		char *text = written(kind, &f.c), path[512];
		FILE *out;

		snprintf(path, sizeof(path), "%s/%s", dir, name[kind]);
		out = fopen(path, "w");
		if (!out || fputs(text, out) < 0 || fclose(out))
			return 1;
		free(text);
	}
	fixture_campaign_free(&f);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_golden),
		cmocka_unit_test(trouble_is_told),
		cmocka_unit_test(lines_are_short),
		cmocka_unit_test(json_has_everything),
		cmocka_unit_test(csv_has_a_line_per_trial),
		cmocka_unit_test(the_check_of_xml_notices),
		cmocka_unit_test(the_page_has_everything),
		cmocka_unit_test(spoilt_is_no_crash),
		cmocka_unit_test(nothing_is_no_crash),
		cmocka_unit_test(one_trial_is_no_crash),
		cmocka_unit_test(nonsense_is_no_crash),
		cmocka_unit_test(headline_follows_the_data),
		cmocka_unit_test(counters_are_held_against_packets),
	};
	const char *dir = getenv("TWPROBE_NAT_REPORT_DIR");

	if (dir)
		return write_into(dir);
	return cmocka_run_group_tests_name("nat report", tests, NULL, NULL);
}
