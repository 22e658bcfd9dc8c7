#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "base/wait.h"
#include "cmd/cmd.h"
#include "cmd/cmd_nat.h"
#include "cmd/opts.h"
#include "cmd/term.h"
#include "nat/starving.h"
#include "natlab/campaign.h"
#include "natreport/natreport.h"
#include "stand/facts_probe.h"
#include "twprobe/io.h"

enum {
	TRIALS = 64,
};

struct nat_args {
	char **pattern;
	int n_patterns;
	unsigned trials, jobs;
	unsigned long long seed;
	const char *rule, *html, *csv, *color;
	bool list, slow, json, verbose, quiet, simulate, help;
};

struct nat {
	struct nat_args args;
	struct tw_nat_scenarios scenarios;
	struct tw_nat_wanted wanted;
	struct tw_nat_campaign campaign;
	struct tw_facts facts;
	struct tw_progress progress;
	FILE *csv, *html;
};

/* The experiments that are no scenarios of trials. */
static const char *const experiments[] = { "clocks", "plane", "steps" };

static bool *experiment(struct tw_nat_wanted *wanted, unsigned i)
{
	bool *const flag[] = { &wanted->clocks, &wanted->plane, &wanted->steps };

	return flag[i];
}

static bool matches(const char *pattern, const char *id)
{
	size_t len = strlen(pattern);

	return fnmatch(pattern, id, 0) == 0 ||
	       (!strncmp(pattern, id, len) && (id[len] == '.' || id[len] == '/'));
}

/* What @pattern means (NULL: all): how many. */
static unsigned choose_one(struct nat *nat, const char *pattern)
{
	struct tw_nat_wanted *w = &nat->wanted;
	unsigned found = 0;

	for (unsigned i = 0; i < nat->scenarios.n; i++) {
		const struct tw_nat_scenario *sc = &nat->scenarios.s[i];
		bool known = false;

		/* a slow one that is called by its full name is meant */
		if (pattern ? !matches(pattern, sc->id) ||
				      (sc->slow && !nat->args.slow && strcmp(pattern, sc->id))
			    : sc->slow && !nat->args.slow)
			continue;
		for (unsigned k = 0; k < w->n; k++)
			known |= w->chosen[k] == i;
		if (!known)
			w->chosen[w->n++] = i;
		found++;
	}
	for (unsigned i = 0; i < sizeof(experiments) / sizeof(*experiments); i++) {
		if (pattern && !matches(pattern, experiments[i]))
			continue;
		*experiment(w, i) = true;
		found++;
	}
	for (unsigned i = 0; i < TW_NAT_LOADS; i++)
		if (!pattern || matches(pattern, tw_nat_loads[i].id)) {
			w->load[i] = true;
			found++;
		}
	for (unsigned i = 0; i < TW_NAT_PLOTS; i++)
		if (!pattern || matches(pattern, tw_nat_plot_id(i)) ||
		    !strcmp(pattern, "recycle")) {
			w->plot[i] = true;
			found++;
		}
	return found;
}

static int choose(struct nat *nat, struct tw_err *err)
{
	if (!nat->args.n_patterns)
		choose_one(nat, NULL);
	for (int i = 0; i < nat->args.n_patterns; i++)
		if (!choose_one(nat, nat->args.pattern[i]))
			return tw_err_set(
				err, ENOENT,
				"no scenario is called \"%s\"; 'twprobe nat --list' tells which "
				"there are (the slow ones need --slow)",
				nat->args.pattern[i]);
	return 0;
}

static void put_name(const char *id, const char *says, const char *mark)
{
	printf("%-28s %s%s\n", id, says, mark);
}

static void list(const struct nat *nat)
{
	for (unsigned i = 0; i < nat->scenarios.n; i++) {
		const struct tw_nat_scenario *sc = &nat->scenarios.s[i];

		put_name(sc->id, sc->says, sc->slow ? " (slow)" : sc->control ? " (control)" : "");
	}
	put_name("clocks",
		 "what timestamps are made of: one clock, an offset per host, or per 4-tuple", "");
	put_name("plane", "raw hosts: which SYN is accepted, by timestamp and sequence number", "");
	put_name("steps", "raw hosts: how long TIME_WAIT stands in the way", "");
	for (unsigned i = 0; i < TW_NAT_LOADS; i++)
		put_name(tw_nat_loads[i].id, tw_nat_loads[i].says, " (and its simulation)");
	for (unsigned i = 0; i < TW_NAT_PLOTS; i++)
		put_name(tw_nat_plot_id(i), tw_nat_plot_says(i), " (tcp_tw_recycle)");
}

static void on_progress(void *arg, unsigned done, unsigned planned, const char *id)
{
	struct nat *nat = arg;

	tw_progress_draw(&nat->progress, done, planned, 0, id);
}

/* Before the campaign: a path that cannot be written to should not cost a minute and a half. */
static int open_file(const char *path, FILE **ret, struct tw_err *err)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : -1;

	*ret = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!path || *ret)
		return 0;
	return tw_err_set(err, errno, "%s: %s", path, strerror(errno));
}

static void close_file(FILE *out)
{
	if (out)
		fclose(out);
}

/* What was there before is gone only now. */
static int write_file(const char *path, FILE *out, const struct tw_nat_campaign *c,
		      int (*put)(FILE *out, const struct tw_nat_campaign *c, struct tw_err *err),
		      struct tw_err *err)
{
	int res = 0;

	if (!out)
		return 0;
	/* a pipe or a device has no length */
	if (ftruncate(fileno(out), 0) < 0 && errno != EINVAL)
		res = tw_err_set(err, errno, "%s", strerror(errno));
	if (res == 0)
		res = put(out, c, err);
	if (fflush(out) != 0 && res == 0)
		res = tw_err_set(err, errno, "%s", strerror(errno));
	return res < 0 ? tw_err_in(err, res, "%s", path) : 0;
}

static bool wants_color(const struct nat_args *args)
{
	if (args->color && strcmp(args->color, "auto"))
		return !strcmp(args->color, "always");
	return tw_term_has_color(stdout);
}

static int report(const struct nat *nat, struct tw_err *err)
{
	const struct tw_nat_campaign *c = &nat->campaign;
	int res = 0;

	if (nat->args.json)
		res = tw_nat_report_json(stdout, c, err);
	else
		tw_nat_report_text(stdout, c, wants_color(&nat->args), nat->args.verbose);
	if (res == 0)
		res = write_file(nat->args.csv, nat->csv, c, tw_nat_report_csv, err);
	if (res == 0)
		res = write_file(nat->args.html, nat->html, c, tw_nat_report_html, err);
	if (fflush(stdout) != 0 && res == 0)
		res = tw_err_set(err, errno, "stdout: %s", strerror(errno));
	return res;
}

static int play(struct nat *nat, enum tw_exit *ret_code, struct tw_err *err)
{
	struct tw_clock *clock = tw_clock_real();
	uint64_t began = clock->now(clock);
	struct tw_nat_store *store;
	int res;

	tw_progress_init(&nat->progress, stderr, nat->args.quiet);
	res = tw_nat_campaign_run(&nat->wanted, &store, &nat->campaign, err);
	tw_progress_clear(&nat->progress);
	if (res < 0)
		return res;
	nat->campaign.wall_s = (double)(clock->now(clock) - began) / 1e9;
	res = report(nat, err);
	if (res == 0)
		*ret_code = tw_nat_exit(&nat->campaign);
	tw_nat_store_free(store);
	return res;
}

static void prepare(struct nat *nat)
{
	const struct nat_args *args = &nat->args;
	struct tw_nat_campaign *c = &nat->campaign;

	nat->wanted.scenarios = &nat->scenarios;
	nat->wanted.trials = args->trials;
	nat->wanted.jobs = args->jobs ? args->jobs : tw_process_cpus();
	nat->wanted.seed = args->seed;
	nat->wanted.clock = tw_nat_clock_here(&nat->facts);
	nat->wanted.recovers = tw_nat_recovers_here(&nat->facts);
	nat->wanted.recycle_rule =
		args->rule && !strcmp(args->rule, "H-02") ? TW_RECYCLE_H02 : TW_RECYCLE_H12;
	nat->wanted.progress = on_progress;
	nat->wanted.arg = nat;
	c->version = TWPROBE_VERSION;
	snprintf(c->release, sizeof(c->release), "%s", nat->facts.release);
	snprintf(c->machine, sizeof(c->machine), "%s", nat->facts.machine);
	c->seed = args->seed;
	c->trials = args->trials;
	c->slow = args->slow;
}

static int check(const struct nat_args *args, struct tw_err *err)
{
	if (!args->trials || args->trials > TW_NAT_TRIALS_MAX)
		return tw_err_set(err, EINVAL, "--trials: 1 to %d", TW_NAT_TRIALS_MAX);
	if (args->jobs > 64)
		return tw_err_set(err, EINVAL, "--jobs: at most 64");
	if (args->rule && strcmp(args->rule, "H-02") && strcmp(args->rule, "H-12"))
		return tw_err_set(err, EINVAL, "--rule: H-02 (up to 3.16) or H-12 (3.17 to 4.11)");
	if (args->color && strcmp(args->color, "always") && strcmp(args->color, "never") &&
	    strcmp(args->color, "auto"))
		return tw_err_set(err, EINVAL, "--color: \"%s\" is none of: always, never, auto",
				  args->color);
	return 0;
}

static void help(const struct tw_opt *opts)
{
	puts("usage: twprobe nat [OPTION...] [SCENARIO...]\n"
	     "       twprobe nat --simulate [OPTION...]\n\n"
	     "NAT timestamp loss: real clients behind a real NAT (nftables), a server whose "
	     "TIME_WAIT they "
	     "meet, every trial\n"
	     "held against the rule and the server's counters. A scenario is a name of --list, its "
	     "beginning "
	     "up to a dot or\n"
	     "slash, or a shell pattern; \"recycle\": all of tcp_tw_recycle's, emulated where the "
	     "kernel has "
	     "none. Without one\n"
	     "all are played, in less than three minutes. --simulate --help tells the options of "
	     "the "
	     "simulation.\n");
	tw_opts_help(opts, stdout);
}

static int run(struct nat *nat, enum tw_exit *ret_code, struct tw_err *err)
{
	int res = tw_facts_look(&nat->facts, err);

	*ret_code = TW_EXIT_ERROR;
	if (res < 0)
		return res;
	tw_nat_scenarios_make(&nat->facts, &nat->scenarios);
	prepare(nat);
	res = choose(nat, err);
	if (res < 0)
		*ret_code = TW_EXIT_USAGE;
	if (res == 0)
		res = open_file(nat->args.csv, &nat->csv, err);
	if (res == 0)
		res = open_file(nat->args.html, &nat->html, err);
	if (res == 0)
		res = play(nat, ret_code, err);
	close_file(nat->csv);
	close_file(nat->html);
	tw_facts_free(&nat->facts);
	return res;
}

enum {
	OPTS = 15,
};

static void options(struct nat_args *args, struct tw_opt ret_opts[OPTS])
{
	const struct tw_opt opts[OPTS] = {
		{ "list", 'l', NULL, "the scenarios", &args->list, NULL, NULL, NULL },
		{ "slow", 's', NULL, "also those that wait until connect() gives up (134 s)",
		  &args->slow, NULL, NULL, NULL },
		{ "trials", 'n', "N", "of each scenario (default 64)", NULL, NULL, tw_opts_uint,
		  &args->trials },
		{ "rule", 0, "RULE",
		  "of tcp_tw_recycle, where it is emulated: H-02 (2.6.37 to 3.16) or H-12 (3.17 to "
		  "4.11, the default)",
		  NULL, &args->rule, NULL, NULL },
		{ "html", 0, "FILE", "write the report with its pictures, one page", NULL,
		  &args->html, NULL, NULL },
		{ "csv", 0, "FILE", "write a line for every trial", NULL, &args->csv, NULL, NULL },
		{ "json", 'j', NULL, "everything as one JSON document on stdout", &args->json, NULL,
		  NULL, NULL },
		{ "jobs", 'J', "N", "CPUs to use (default: all)", NULL, NULL, tw_opts_uint,
		  &args->jobs },
		{ "seed", 0, "N", "of the clients' addresses, ports and instants", NULL, NULL,
		  tw_opts_u64, &args->seed },
		{ "verbose", 'v', NULL, "a line for every trial", &args->verbose, NULL, NULL,
		  NULL },
		{ "quiet", 'q', NULL, "no progress on the terminal", &args->quiet, NULL, NULL,
		  NULL },
		{ "color", 0, "WHEN", "always, never or auto", NULL, &args->color, NULL, NULL },
		{ "simulate", 0, NULL,
		  "the rules without packets, at a carrier's size (comes first)", &args->simulate,
		  NULL, NULL, NULL },
		{ "help", 'h', NULL, "this text", &args->help, NULL, NULL, NULL },
		{ .name = NULL },
	};

	memcpy(ret_opts, opts, sizeof(opts));
}

static enum tw_exit nat_main(struct nat *nat, int argc, char **argv)
{
	struct nat_args *args = &nat->args;
	struct tw_opt opts[OPTS];
	struct tw_err err = { "" };
	enum tw_exit code;
	int at;

	options(args, opts);
	at = tw_opts_parse(opts, argc, argv, &err);
	if (at >= 0 && args->help) {
		help(opts);
		return TW_EXIT_OK;
	}
	if (at >= 0 && args->simulate)
		at = tw_err_set(&err, EINVAL, "--simulate comes first, and has options of its own");
	if (at >= 0)
		at = check(args, &err) < 0 ? -EINVAL : at;
	if (at < 0)
		return tw_cmd_fail("nat", &err, TW_EXIT_USAGE);
	if (args->list) {
		tw_nat_scenarios_make(&nat->facts, &nat->scenarios);
		list(nat);
		return TW_EXIT_OK;
	}
	args->pattern = argv + at;
	args->n_patterns = argc - at;
	if (run(nat, &code, &err) < 0)
		tw_cmd_fail("nat", &err, code);
	return code;
}

int tw_cmd_nat(int argc, char **argv)
{
	struct tw_err err = { "" };
	struct nat *nat;
	enum tw_exit code;

	if (argc > 1 && !strcmp(argv[1], "--simulate"))
		return tw_cmd_nat_simulate(argc - 1, argv + 1);
	nat = calloc(1, sizeof(*nat));
	if (!nat) {
		tw_err_set(&err, ENOMEM, "out of memory");
		return tw_cmd_fail("nat", &err, TW_EXIT_ERROR);
	}
	nat->args.trials = TRIALS;
	nat->args.seed = tw_seed_new();
	code = nat_main(nat, argc, argv);
	free(nat);
	return code;
}
