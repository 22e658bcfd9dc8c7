#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/wait.h"
#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "cmd/term.h"
#include "evidence/evidence_json.h"
#include "report/deviations.h"
#include "run/plan.h"
#include "run/pool.h"
#include "stand/facts_probe.h"

struct coverage {
	struct tw_selection sel;
	bool run, deviations, verbose, quiet, help, json, markdown;
	const char *json_file, *markdown_file;
	unsigned jobs;
	unsigned long long seed;

	struct tw_coverage cov;
	struct tw_deviations list;
	struct tw_facts facts;
	struct tw_plan plan;
	struct tw_progress progress;
	char command[512];
	unsigned failed, troubled; /* FAIL; ERROR and rows that are unknown here */
};

enum {
	COVERAGE_OPTS = 11
};

static void options(struct coverage *c, struct tw_opt opts[COVERAGE_OPTS + 1])
{
	const struct tw_opt own[COVERAGE_OPTS] = {
		{ "run", 'r', NULL, "run the suite first, and tell what became of the rules",
		  &c->run, NULL, NULL, NULL },
		{ "slow", 's', NULL, "... with the rows that wait for more than a second",
		  &c->sel.slow, NULL, NULL, NULL },
		{ "slowest", 0, NULL, "... and those that wait for half an hour and more",
		  &c->sel.slowest, NULL, NULL, NULL },
		{ "jobs", 'J', "N", "worker processes (default: one per CPU)", NULL, NULL,
		  tw_opts_uint, &c->jobs },
		{ "seed", 0, "N", "of the peer's ISNs and TSvals", NULL, NULL, tw_opts_u64,
		  &c->seed },
		{ "deviations", 'd', NULL,
		  "the kernel's deviations from the RFCs as one page of Markdown", &c->deviations,
		  NULL, NULL, NULL },
		{ "markdown", 'm', "[=FILE]", "Markdown on stdout, or into FILE", &c->markdown,
		  &c->markdown_file, NULL, NULL },
		{ "json", 'j', "[=FILE]", "JSON on stdout, or into FILE", &c->json, &c->json_file,
		  NULL, NULL },
		{ "verbose", 'v', NULL, "name every row of every rule", &c->verbose, NULL, NULL,
		  NULL },
		{ "quiet", 'q', NULL, "no progress on the terminal", &c->quiet, NULL, NULL, NULL },
		{ "help", 'h', NULL, "this text", &c->help, NULL, NULL, NULL },
	};

	memcpy(opts, own, sizeof(own));
	opts[COVERAGE_OPTS] = (struct tw_opt){ .name = NULL };
}

static void help(const struct tw_opt *opts)
{
	puts("usage: twprobe coverage [OPTION...] [FILE]\n\n"
	     "Which rows show which rule of the rule book, and which clauses of the RFCs they "
	     "judge. "
	     "With an evidence file\n"
	     "(twprobe run --evidence FILE), or with --run, what became of each: conforms, "
	     "deviates, "
	     "holds ... Exit: 1 if a\n"
	     "rule has no row although it could have one, or a row failed.\n");
	tw_opts_help(opts, stdout);
}

static int check(const struct coverage *c, int operands, struct tw_err *err)
{
	if (operands > 1 || (operands && c->run))
		return tw_err_set(err, EINVAL, "name one evidence file, or say --run, or neither");
	if (c->deviations && !operands && !c->run)
		return tw_err_set(err, EINVAL, "--deviations needs an evidence file, or --run");
	if ((c->sel.slow || c->sel.slowest) && !c->run)
		return tw_err_set(err, EINVAL, "--slow%s needs --run", c->sel.slowest ? "est" : "");
	if (c->json && c->markdown && !c->json_file && !c->markdown_file)
		return tw_err_set(err, EINVAL, "--json and --markdown both want stdout");
	if (c->deviations && (c->json || c->markdown))
		return tw_err_set(err, EINVAL, "--deviations is Markdown, and all there is");
	return 0;
}

static int take(struct coverage *c, const struct tw_result *res, struct tw_err *err)
{
	int ret = tw_coverage_add(&c->cov, res, err);

	c->failed += res->verdict.outcome == TW_FAIL;
	c->troubled += res->verdict.outcome == TW_ERROR;
	return ret < 0 ? ret : tw_deviations_add(&c->list, res, err);
}

/* ---- results of an evidence file ---- */

static int take_row(struct coverage *c, const json_t *json, struct tw_err *err)
{
	struct tw_result res = { .row = NULL };
	int ret = tw_result_from_json(json, &res, err);

	if (ret < 0)
		return ret;
	if (res.row) {
		tw_judge(res.row, &res.ev, &c->facts, &res.verdict);
		ret = take(c, &res, err);
	} else {
		fprintf(stderr, "twprobe coverage: there is no row \"%.64s\" here\n", res.ev.id);
		c->troubled++;
	}
	tw_evidence_free(&res.ev);
	return ret;
}

static int take_file(struct coverage *c, const char *name, struct tw_err *err)
{
	FILE *in = strcmp(name, "-") ? fopen(name, "re") : stdin;
	json_t *doc = NULL, *rows = NULL;
	const char *command;
	int ret;

	if (!in)
		return tw_err_set(err, errno, "%s cannot be read: %s", name, strerror(errno));
	ret = tw_evidence_load(in, name, &doc, &rows, err);
	if (in != stdin)
		fclose(in);
	if (ret >= 0)
		ret = tw_facts_from_json(doc, &c->facts, err);
	for (size_t i = 0; ret >= 0 && i < json_array_size(rows); i++)
		ret = take_row(c, json_array_get(rows, i), err);
	command = json_string_value(json_object_get(doc, "command"));
	snprintf(c->command, sizeof(c->command), "%.500s", command ? command : name);
	if (ret >= 0 && !json_array_size(rows))
		ret = tw_err_set(err, ENOENT, "%s holds no row, and an empty run proves nothing",
				 name);
	json_decref(doc);
	return ret;
}

/* ---- results of this kernel ---- */

static int on_result(void *arg, struct tw_result *res, struct tw_err *err)
{
	return take(arg, res, err);
}

static void on_progress(void *arg, unsigned done, const char *id)
{
	struct coverage *c = arg;

	tw_progress_draw(&c->progress, done, c->plan.n, c->failed + c->troubled, id);
}

static int take_kernel(struct coverage *c, struct tw_err *err)
{
	const struct tw_pool_cfg cfg = { .jobs = c->jobs, .seed = c->seed, .facts = &c->facts };
	int ret;

	snprintf(c->command, sizeof(c->command), "twprobe run%s --seed %llu",
		 c->sel.slowest ? " --slowest"
		 : c->sel.slow  ? " --slow"
				: "",
		 c->seed);
	tw_progress_init(&c->progress, stderr, c->quiet);
	ret = tw_pool_run(&c->plan, &cfg, on_result, on_progress, c, err);
	tw_progress_clear(&c->progress);
	return ret;
}

static int run_suite(struct coverage *c, struct tw_err *err)
{
	int ret = tw_plan_make(&c->sel, &c->plan, err);

	if (ret < 0)
		return ret;
	c->jobs = tw_pool_jobs(c->jobs, &c->plan);
	ret = tw_facts_look(&c->facts, err);
	if (ret >= 0)
		ret = take_kernel(c, err);
	tw_plan_free(&c->plan);
	return ret;
}

/* ---- what is written ---- */

static void write_json(const struct coverage *c, const struct tw_coverage_head *head, FILE *out)
{
	json_t *doc = tw_coverage_to_json(&c->cov, head);

	json_dumpf(doc, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(doc);
}

static void write_markdown(const struct coverage *c, const struct tw_coverage_head *head, FILE *out)
{
	tw_coverage_print_markdown(&c->cov, head, out);
}

typedef void write_fn(const struct coverage *c, const struct tw_coverage_head *head, FILE *out);

static int write_file(const struct coverage *c, const struct tw_coverage_head *head,
		      const char *name, write_fn *fn, struct tw_err *err)
{
	FILE *out = fopen(name, "we");
	bool bad;

	if (!out)
		return tw_err_set(err, errno, "%s cannot be written: %s", name, strerror(errno));
	fn(c, head, out);
	bad = ferror(out);
	if (fclose(out) != 0 || bad)
		return tw_err_set(err, EIO, "%s could not be written completely", name);
	return 0;
}

static int write_all(struct coverage *c, struct tw_err *err)
{
	const struct tw_coverage_head head = {
		.version = TWPROBE_VERSION,
		.release = c->cov.judged ? c->facts.release : NULL,
		.machine = c->facts.machine,
		.command = c->command,
	};
	int ret = 0;

	if (c->json_file)
		ret = write_file(c, &head, c->json_file, write_json, err);
	if (ret >= 0 && c->markdown_file)
		ret = write_file(c, &head, c->markdown_file, write_markdown, err);
	if (ret < 0)
		return ret;
	if (c->deviations)
		tw_deviations_print(&c->list, &c->cov, &head, stdout);
	else if (c->json && !c->json_file)
		write_json(c, &head, stdout);
	else if (c->markdown && !c->markdown_file)
		write_markdown(c, &head, stdout);
	else
		tw_coverage_print(&c->cov, &head, c->verbose, stdout);
	return 0;
}

static int cover(struct coverage *c, const char *file, struct tw_err *err)
{
	int ret = tw_coverage_init(&c->cov, &tw_book_built, err);

	if (ret >= 0 && file)
		ret = take_file(c, file, err);
	if (ret >= 0 && c->run)
		ret = run_suite(c, err);
	if (ret >= 0) {
		tw_coverage_conclude(&c->cov);
		ret = write_all(c, err);
	}
	return ret;
}

int tw_cmd_coverage(int argc, char **argv)
{
	struct coverage c = { .seed = tw_seed_new() };
	struct tw_opt opts[COVERAGE_OPTS + 1];
	struct tw_err err = { "" };
	enum tw_exit code = TW_EXIT_OK;
	int at;

	options(&c, opts);
	at = tw_opts_parse(opts, argc, argv, &err);
	if (at >= 0 && c.help) {
		help(opts);
		return TW_EXIT_OK;
	}
	if (at < 0 || check(&c, argc - at, &err) < 0)
		return tw_cmd_fail("coverage", &err, TW_EXIT_USAGE);
	if (cover(&c, at < argc ? argv[at] : NULL, &err) < 0)
		code = tw_cmd_fail("coverage", &err, TW_EXIT_ERROR);
	else if (c.failed || (!c.deviations && tw_coverage_missing(&c.cov)))
		code = TW_EXIT_FAIL;
	else if (c.troubled)
		code = TW_EXIT_ERROR;
	tw_deviations_free(&c.list);
	tw_coverage_free(&c.cov);
	tw_facts_free(&c.facts);
	return code;
}
