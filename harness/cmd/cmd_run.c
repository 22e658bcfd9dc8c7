#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/wait.h"
#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "cmd/sinks.h"
#include "cmd/term.h"
#include "run/plan.h"
#include "run/pool.h"
#include "stand/facts_probe.h"

struct run {
	struct tw_selection sel;
	struct tw_sink_choice choice;
	unsigned jobs;
	unsigned long long seed;
	bool help;

	struct tw_facts facts;
	struct tw_plan plan;
	struct tw_sinks sinks;
	struct tw_progress progress;
	unsigned bad;
};

enum {
	RUN_OPTS = 7
};

static void run_options(struct run *run, struct tw_opt opts[RUN_OPTS + TW_SINK_OPTS + 1])
{
	const struct tw_opt own[RUN_OPTS] = {
		{ "ipv4", '4', NULL, "over IPv4 only", &run->sel.v4, NULL, NULL, NULL },
		{ "ipv6", '6', NULL, "over IPv6 only", &run->sel.v6, NULL, NULL, NULL },
		{ "slow", 's', NULL, "rows that wait for more than a second as well",
		  &run->sel.slow, NULL, NULL, NULL },
		{ "slowest", 0, NULL, "these and those that wait for half an hour and more",
		  &run->sel.slowest, NULL, NULL, NULL },
		{ "jobs", 'J', "N", "worker processes (default: one per CPU)", NULL, NULL,
		  tw_opts_uint, &run->jobs },
		{ "seed", 0, "N", "of the peer's ISNs and TSvals", NULL, NULL, tw_opts_u64,
		  &run->seed },
		{ "help", 'h', NULL, "this text", &run->help, NULL, NULL, NULL },
	};

	memcpy(opts, own, sizeof(own));
	tw_sink_options(&run->choice, opts + RUN_OPTS);
	opts[RUN_OPTS + TW_SINK_OPTS] = (struct tw_opt){ .name = NULL };
}

static void help(const struct tw_opt *opts)
{
	puts("usage: twprobe run [OPTION...] [PATTERN...]\n\n"
	     "Plays the rows that the patterns select (an id, its beginning up to a dot, a shell "
	     "pattern, or a rule such\n"
	     "as D-30; \"claims\": the rows that show what the articles claim; without a pattern: "
	     "all) against the running kernel, and judges what it "
	     "does.\n");
	tw_opts_help(opts, stdout);
}

static int on_result(void *arg, struct tw_result *res, struct tw_err *err)
{
	struct run *run = arg;

	run->bad += res->verdict.outcome == TW_FAIL || res->verdict.outcome == TW_ERROR;
	tw_progress_clear(&run->progress);
	return tw_sinks_result(&run->sinks, res, err);
}

static void on_progress(void *arg, unsigned done, const char *id)
{
	struct run *run = arg;

	tw_progress_draw(&run->progress, done, run->plan.n, run->bad, id);
}

/* "twprobe run 'syn.*' -4 --seed 7": what was said, with the seed, quoted for a shell. */
static void put_command(const struct run *run, char *ret, size_t size)
{
	size_t len = (size_t)snprintf(ret, size, "twprobe run");

	for (int i = 0; i < run->sel.n_patterns && len < size; i++)
		len += (size_t)snprintf(ret + len, size - len, " '%s'", run->sel.pattern[i]);
	if (len < size && run->sel.v4 != run->sel.v6)
		len += (size_t)snprintf(ret + len, size - len, " -%d", run->sel.v4 ? 4 : 6);
	if (len < size && (run->sel.slow || run->sel.slowest))
		len += (size_t)snprintf(ret + len, size - len,
					run->sel.slowest ? " --slowest" : " --slow");
	if (len < size)
		snprintf(ret + len, size - len, " --seed %llu", run->seed);
}

/* The whole suite has a word to say about them; a part of it does only if it was asked. */
static enum tw_claims_told claims_told(const struct run *run)
{
	if (run->choice.claims || tw_selects_claims(&run->sel))
		return TW_CLAIMS_LISTED;
	return run->sel.n_patterns ? TW_CLAIMS_UNTOLD : TW_CLAIMS_COUNTED;
}

static int play_plan(struct run *run, struct tw_err *err)
{
	const struct tw_pool_cfg cfg = { .jobs = run->jobs,
					 .seed = run->seed,
					 .facts = &run->facts };
	struct timespec begin, end;
	char command[512];
	const struct tw_run_info info = {
		.version = TWPROBE_VERSION,
		.command = command,
		.started = time(NULL),
		.seed = run->seed,
		.jobs = run->jobs,
		.planned = run->plan.n,
		.groups = run->plan.groups,
		.slow_left_out = run->plan.slow_left_out,
		.slowest_left_out = run->plan.slowest_left_out,
		.virtual_left_out = run->plan.virtual_left_out,
		.claims = claims_told(run),
		.facts = &run->facts,
	};
	int ret, last;

	put_command(run, command, sizeof(command));
	clock_gettime(CLOCK_MONOTONIC, &begin);
	ret = tw_sinks_begin(&run->sinks, &run->choice, &info, err);
	if (ret >= 0) {
		tw_progress_init(&run->progress, stderr, run->choice.quiet);
		ret = tw_pool_run(&run->plan, &cfg, on_result, on_progress, run, err);
		tw_progress_clear(&run->progress);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	last = tw_sinks_end(&run->sinks,
			    (double)(end.tv_sec - begin.tv_sec) +
				    (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
			    ret < 0 ? NULL : err);
	return ret < 0 ? ret : last;
}

int tw_cmd_run(int argc, char **argv)
{
	struct run run = { .seed = tw_seed_new() };
	struct tw_opt opts[RUN_OPTS + TW_SINK_OPTS + 1];
	struct tw_err err = { "" };
	int at, ret;

	run_options(&run, opts);
	at = tw_opts_parse(opts, argc, argv, &err);
	if (at < 0 || tw_sink_choice_check(&run.choice, &err) < 0)
		return tw_cmd_fail("run", &err, TW_EXIT_USAGE);
	if (run.help) {
		help(opts);
		return TW_EXIT_OK;
	}
	run.sel.pattern = argv + at;
	run.sel.n_patterns = argc - at;
	if (tw_plan_make(&run.sel, &run.plan, &err) < 0)
		return tw_cmd_fail("run", &err, TW_EXIT_ERROR);
	run.jobs = tw_pool_jobs(run.jobs, &run.plan);
	ret = tw_facts_look(&run.facts, &err);
	if (ret >= 0)
		ret = play_plan(&run, &err);
	tw_facts_free(&run.facts);
	tw_plan_free(&run.plan);
	if (ret < 0)
		return tw_cmd_fail("run", &err, TW_EXIT_ERROR);
	return tw_totals_exit(&run.sinks.totals);
}
