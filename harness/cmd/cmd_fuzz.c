#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/wait.h"
#include "cmd/alone.h"
#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "explore/finding.h"
#include "explore/fuzz.h"
#include "explore/replay.h"
#include "explore/shrink.h"
#include "netns/home.h"
#include "stand/facts_probe.h"
#include "text/text.h"

enum {
	LANES_PER_CPU = 2,
	LANES_MAX = 16,
	DEFAULT_S = 60,
	SEC_NS = 1000000000,
};

struct fuzz_args {
	unsigned jobs;
	unsigned long long seed, seconds;
	bool v4, v6, help, verbose, json;
	const char *broken, *corpus, *replay;
};

struct board {
	bool stop;
	struct tw_fuzz_account lane[LANES_MAX];
};

struct lane_job {
	struct tw_fuzz_cfg cfg;
	struct tw_fuzz_account *acc;
	bool *stop;
};

static int lane_main(void *arg)
{
	struct lane_job *job = arg;

	tw_fuzz_lane(&job->cfg, job->acc, job->stop);
	return 0;
}

static uint64_t now(void)
{
	struct tw_clock *clock = tw_clock_real();

	return clock->now(clock);
}

/* One campaign: lanes until the time is up, or one of them has found what is looked for. */
struct campaign {
	struct tw_fuzz_cfg cfg;
	unsigned lanes;
	uint64_t began;
	struct board *board;
	struct tw_fuzz_account sum;
};

static int run_lanes(struct campaign *c, struct tw_err *err)
{
	pid_t pid[LANES_MAX];
	unsigned n = 0;
	int ret = 0;

	for (; n < c->lanes && ret >= 0; n++) {
		struct lane_job job = { c->cfg, &c->board->lane[n], &c->board->stop };

		job.cfg.cpu = n;
		job.cfg.seed = c->cfg.seed * LANES_MAX + n;
		ret = pid[n] = tw_process_start(lane_main, &job, err);
	}
	for (unsigned i = 0; i < n; i++) {
		if (pid[i] <= 0)
			continue;
		if (ret < 0)
			kill(pid[i], SIGKILL);
		while (waitpid(pid[i], NULL, 0) < 0 && errno == EINTR)
			;
	}
	return ret < 0 ? ret : 0;
}

static void add_up(struct campaign *c)
{
	struct tw_fuzz_account *sum = &c->sum;

	memset(sum, 0, sizeof(*sum));
	for (unsigned i = 0; i < c->lanes; i++) {
		const struct tw_fuzz_account *lane = &c->board->lane[i];

		sum->segments += lane->segments;
		sum->walks += lane->walks;
		sum->plays += lane->plays;
		sum->unclear += lane->unclear;
		sum->failed += lane->failed;
		sum->voids += lane->voids;
		for (unsigned k = 0; k < TW_CLAUSES; k++)
			sum->decided[k] += lane->decided[k];
		for (unsigned k = 0; k < lane->n_finds; k++)
			tw_fuzz_join(sum, &lane->find[k]);
		if (*lane->last_void)
			memcpy(sum->last_void, lane->last_void, sizeof(sum->last_void));
		if (*lane->trouble || !lane->done)
			snprintf(sum->trouble, sizeof(sum->trouble), "lane %u: %.360s", i + 1,
				 lane->done ? lane->trouble : "its process died");
	}
}

static int campaign(const struct fuzz_args *args, const struct tw_model_facts *facts,
		    enum tw_clause broken, struct campaign *c, struct tw_err *err)
{
	int ret;

	*c = (struct campaign){
		.cfg = { .family = args->v6 ? TW_IPV6 : TW_IPV4,
			 .facts = *facts,
			 .broken = broken,
			 .seed = args->seed,
			 .first_only = broken != TW_CLAUSE_NONE },
		.lanes = tw_home_room(args->jobs * LANES_PER_CPU),
		.began = now(),
	};
	c->cfg.until = c->began + args->seconds * SEC_NS;
	c->board = mmap(NULL, sizeof(*c->board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (c->board == MAP_FAILED)
		return tw_err_set(err, ENOMEM, "out of memory");
	ret = run_lanes(c, err);
	add_up(c);
	munmap(c->board, sizeof(*c->board));
	return ret;
}

/* ---- what is told ---- */

static void print_find(const struct campaign *c, unsigned i)
{
	const struct tw_fuzz_find *f = &c->sum.find[i];
	const struct tw_fuzz_world *world = tw_fuzz_world_at(f->walk.world);
	char text[256];

	printf("\nfinding %u: %s; model by %s; shown %u of %d times, met %u times, first after "
	       "%.1f s\n",
	       i + 1, f->seen.differs, tw_clauses[f->seen.by].name, f->confirmed, f->played,
	       f->times, (double)(f->first - c->began) / SEC_NS);
	printf("  world %s: %s\n", world->name, tw_text_given(&world->given, text, sizeof(text)));
	printf("  peer's ISN %u, TSval %u\n", f->walk.isn, f->walk.tsval);
	for (unsigned k = 0; k < f->walk.n; k++) {
		if (f->walk.move[k].pause_ms)
			printf("  pause %u ms\n", f->walk.move[k].pause_ms);
		printf("  < %s\n", tw_text_send(&f->walk.move[k].send, text, sizeof(text)));
	}
	printf("    model:  %s\n    kernel: %s\n", f->seen.expected, f->seen.observed);
}

static void print_decided(const struct campaign *c)
{
	printf("clauses that decided:\n");
	for (unsigned i = 1; i < TW_CLAUSES; i++)
		if (c->sum.decided[i])
			printf("  %-18s %12llu\n", tw_clauses[i].name,
			       (unsigned long long)c->sum.decided[i]);
}

static void print_text(const struct fuzz_args *args, const struct campaign *c, const char *release)
{
	const struct tw_fuzz_account *sum = &c->sum;

	printf("kernel %s against the model, IPv%d; %u lanes, seed %llu\n", release, c->cfg.family,
	       c->lanes, args->seed);
	printf("%llu segments judged on %llu tuples in %.1f s\n", (unsigned long long)sum->segments,
	       (unsigned long long)sum->walks, (double)(now() - c->began) / SEC_NS);
	printf("%llu walks without a verdict (this process was delayed), %llu connections that did "
	       "not come up, %llu of %llu plays void%s%s\n",
	       (unsigned long long)sum->unclear, (unsigned long long)sum->failed,
	       (unsigned long long)sum->voids, (unsigned long long)sum->plays,
	       sum->voids ? "; the last: " : "", sum->last_void);
	if (args->verbose)
		print_decided(c);
	for (unsigned i = 0; i < sum->n_finds; i++)
		print_find(c, i);
	printf("%s%u disagreements\n", sum->n_finds ? "\n" : "", sum->n_finds);
	if (*sum->trouble)
		printf("broken off: %s\n", sum->trouble);
}

static int print_json(const struct fuzz_args *args, const struct campaign *c,
		      const struct tw_facts *facts, struct tw_err *err)
{
	const struct tw_fuzz_account *sum = &c->sum;
	json_t *finds = json_array(), *decided = json_object(), *doc;
	int ret;

	for (unsigned i = 0; i < sum->n_finds; i++)
		json_array_append_new(
			finds, tw_finding_json(&sum->find[i], facts, args->seed, c->cfg.family));
	for (unsigned i = 1; i < TW_CLAUSES; i++)
		json_object_set_new(decided, tw_clauses[i].name,
				    json_integer((json_int_t)sum->decided[i]));
	doc = json_pack("{s:s, s:o, s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:s, s:o, s:o}", "kernel",
			facts->release, "seed", json_sprintf("%llu", args->seed), "segments",
			(json_int_t)sum->segments, "tuples", (json_int_t)sum->walks, "seconds",
			(double)(now() - c->began) / SEC_NS, "without_verdict",
			(json_int_t)sum->unclear, "not_set_up", (json_int_t)sum->failed, "plays",
			(json_int_t)sum->plays, "void", (json_int_t)sum->voids, "broken_off",
			sum->trouble, "decided", decided, "findings", finds);
	ret = doc ? json_dumpf(doc, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) : -1;
	putchar('\n');
	json_decref(doc);
	return ret < 0 ? tw_err_set(err, EIO, "the result could not be written") : 0;
}

/* ---- what is kept ---- */

/* On stderr: with --json stdout is the result's alone. */
static void print_kept(const char *path, const struct tw_fuzz_find *find)
{
	fprintf(stderr, "%s: %s, %u of %d times\n", path,
		find->confirmed ? "kernel and model disagree" : "kernel and model agree",
		find->confirmed ? find->confirmed : find->played, find->played);
}

static int replay_one(const struct fuzz_args *args, const struct tw_model_facts *facts,
		      enum tw_exit *ret_exit, struct tw_err *err)
{
	enum tw_clause broken = args->broken ? tw_clause_find(args->broken) : TW_CLAUSE_NONE;
	struct campaign *c = calloc(1, sizeof(*c));
	struct tw_walk walk;
	int ret = c ? tw_replay_read(args->replay, &walk, err)
		    : tw_err_set(err, ENOMEM, "out of memory");

	if (ret >= 0)
		ret = tw_replay(&walk, facts, args->v6 ? TW_IPV6 : TW_IPV4, broken, &c->sum.find[0],
				err);
	if (ret >= 0) {
		print_kept(args->replay, &c->sum.find[0]);
		if (c->sum.find[0].confirmed)
			print_find(c, 0);
		*ret_exit = c->sum.find[0].confirmed ? TW_EXIT_FAIL : TW_EXIT_OK;
	}
	free(c);
	return ret;
}

/* The first number of which there is no finding yet. */
static unsigned free_number(const char *dir)
{
	char path[512];
	unsigned no = 0;

	do
		snprintf(path, sizeof(path), "%s/finding-%u.json", dir, ++no);
	while (access(path, F_OK) == 0);
	return no;
}

/* What the kernel did, of a walk that is no longer than a row. */
static int capture(const struct fuzz_args *args, const struct tw_walk *walk, unsigned no,
		   const struct tw_facts *facts, struct tw_err *err)
{
	struct tw_result res = { .family = args->v6 ? TW_IPV6 : TW_IPV4 };
	struct tw_case row;
	char id[32];
	int ret;

	if (tw_walk_row(walk, &row, NULL) < 0)
		return 0;
	snprintf(id, sizeof(id), "finding-%u", no);
	row.id = id;
	res.row = &row;
	ret = tw_alone_play(&res, facts, args->seed, err);
	if (ret >= 0)
		ret = tw_alone_capture(&res, facts, "twprobe fuzz", args->corpus, err);
	tw_evidence_free(&res.ev);
	return ret;
}

/* Files of each finding, and a capture. */
static int keep(const struct fuzz_args *args, const struct campaign *c,
		const struct tw_facts *facts, struct tw_err *err)
{
	int ret = 0;

	for (unsigned i = 0; ret >= 0 && i < c->sum.n_finds; i++) {
		unsigned no = free_number(args->corpus);

		ret = tw_finding_write(&c->sum.find[i], facts, args->seed, c->cfg.family,
				       args->corpus, no, err);
		if (ret >= 0)
			ret = capture(args, &c->sum.find[i].walk, no, facts, err);
		if (ret >= 0)
			fprintf(stderr, "kept as %s/finding-%u.*\n", args->corpus, no);
	}
	return ret;
}

/* ---- the model without a clause ---- */

static bool noticed(const struct campaign *c, enum tw_clause broken, bool verbose)
{
	const struct tw_fuzz_find *f = NULL;

	for (unsigned i = 0; i < c->sum.n_finds; i++)
		if (c->sum.find[i].confirmed == TW_CONFIRMATIONS &&
		    (!f || c->sum.find[i].walk.n < f->walk.n))
			f = &c->sum.find[i];
	if (f)
		printf("%-18s found after %4.1f s, %u segment%s, %s: %s\n", tw_clauses[broken].name,
		       (double)(f->first - c->began) / SEC_NS, f->walk.n, f->walk.n > 1 ? "s" : "",
		       f->seen.differs, tw_clauses[broken].broken);
	else
		printf("%-18s NOT found (%llu segments): %s%s\n", tw_clauses[broken].name,
		       (unsigned long long)c->sum.segments, tw_clauses[broken].broken,
		       c->sum.trouble);
	for (unsigned i = 0; verbose && i < c->sum.n_finds; i++)
		print_find(c, i);
	fflush(stdout);
	return f != NULL;
}

static int break_clauses(const struct fuzz_args *args, const struct tw_facts *facts,
			 const struct tw_model_facts *mf, enum tw_exit *ret_exit,
			 struct tw_err *err)
{
	bool all = !strcmp(args->broken, "all");
	enum tw_clause only = tw_clause_find(args->broken);
	unsigned missed = 0, n = 0;
	struct campaign *c = malloc(sizeof(*c));
	int ret = c ? 0 : tw_err_set(err, ENOMEM, "out of memory");

	for (unsigned i = 1; ret >= 0 && i < TW_CLAUSES; i++) {
		if (!all && i != only)
			continue;
		n++;
		ret = campaign(args, mf, (enum tw_clause)i, c, err);
		if (ret >= 0)
			missed += !noticed(c, (enum tw_clause)i, args->verbose);
		if (ret >= 0 && args->corpus)
			ret = keep(args, c, facts, err);
	}
	printf("%u clauses broken, %u found\n", n, n - missed);
	*ret_exit = missed ? TW_EXIT_FAIL : TW_EXIT_OK;
	free(c);
	return ret;
}

static int explore(const struct fuzz_args *args, const struct tw_facts *facts,
		   const struct tw_model_facts *mf, struct campaign *c, enum tw_exit *ret_exit,
		   struct tw_err *err)
{
	enum tw_family family = args->v6 ? TW_IPV6 : TW_IPV4;
	unsigned shown = 0;
	int ret = 0;

	if (args->corpus)
		ret = tw_replay_all(args->corpus, mf, family, print_kept, &shown, err);
	if (ret >= 0)
		ret = campaign(args, mf, TW_CLAUSE_NONE, c, err);
	if (ret >= 0 && args->json)
		ret = print_json(args, c, facts, err);
	else if (ret >= 0)
		print_text(args, c, facts->release);
	if (ret >= 0 && args->corpus)
		ret = keep(args, c, facts, err);
	*ret_exit = *c->sum.trouble || !c->sum.segments ? TW_EXIT_ERROR
		    : c->sum.n_finds || shown           ? TW_EXIT_FAIL
							: TW_EXIT_OK;
	return ret;
}

static int fuzz(const struct fuzz_args *args, enum tw_exit *ret_exit, struct tw_err *err)
{
	struct tw_facts facts = { .n_names = 0 };
	struct tw_model_facts mf;
	struct campaign *c = calloc(1, sizeof(*c));
	int ret = c ? tw_facts_look(&facts, err) : tw_err_set(err, ENOMEM, "out of memory");

	if (ret >= 0) {
		tw_model_facts_of(&facts, &mf);
		if (args->replay)
			ret = replay_one(args, &mf, ret_exit, err);
		else if (args->broken)
			ret = break_clauses(args, &facts, &mf, ret_exit, err);
		else
			ret = explore(args, &facts, &mf, c, ret_exit, err);
	}
	tw_facts_free(&facts);
	free(c);
	return ret;
}

/* "90", "90s", "10m", "2h" */
static int take_time(void *to, const char *text, struct tw_err *err)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);
	unsigned unit = !strcmp(end, "m") ? 60 : !strcmp(end, "h") ? 3600 : 1;

	if (end == text || *text == '-' || (*end && strcmp(end, "s") != 0 && unit == 1) || !n ||
	    n > 1000000)
		return tw_err_set(err, EINVAL, "\"%.40s\": write a time like 30s, 10m or 2h", text);
	*(unsigned long long *)to = n * unit;
	return 0;
}

static int parse(struct fuzz_args *args, int argc, char **argv, struct tw_err *err)
{
	const struct tw_opt opts[] = {
		{ "time", 't', "TIME", "how long: 30s, 10m, 2h (default 60s)", NULL, NULL,
		  take_time, &args->seconds },
		{ "seed", 0, "N", "of all that is drawn", NULL, NULL, tw_opts_u64, &args->seed },
		{ "jobs", 'J', "N", "CPUs to use (default: all)", NULL, NULL, tw_opts_uint,
		  &args->jobs },
		{ "corpus", 0, "DIR",
		  "play what is kept there first, and keep there what is found: JSON, a row, a "
		  "packetdrill script, a capture",
		  NULL, &args->corpus, NULL, NULL },
		{ "replay", 0, "FILE", "play one of these files again, ten times", NULL,
		  &args->replay, NULL, NULL },
		{ "break", 0, "CLAUSE|all",
		  "tests the fuzzer: the model lacks this clause (D-12.ts), and that must be found "
		  "within TIME",
		  NULL, &args->broken, NULL, NULL },
		{ "ipv4", '4', NULL, "over IPv4 (default)", &args->v4, NULL, NULL, NULL },
		{ "ipv6", '6', NULL, "over IPv6", &args->v6, NULL, NULL, NULL },
		{ "json", 'j', NULL, "as JSON", &args->json, NULL, NULL, NULL },
		{ "verbose", 'v', NULL, "which clauses decided, and how often", &args->verbose,
		  NULL, NULL, NULL },
		{ "help", 'h', NULL, "this text", &args->help, NULL, NULL, NULL },
		{ .name = NULL },
	};
	int at = tw_opts_parse(opts, argc, argv, err);

	if (at >= 0 && args->help) {
		puts("usage: twprobe fuzz [OPTION...]\n\n"
		     "Random segments to thousands of connections in TIME_WAIT and FIN_WAIT_2: "
		     "does "
		     "the kernel do what the model\nsays? What it does otherwise is made as small "
		     "as "
		     "possible and shown ten times.\n");
		tw_opts_help(opts, stdout);
		return 0;
	}
	if (at >= 0 && at < argc)
		return tw_err_set(err, EINVAL, "what is \"%s\"? fuzz takes options only", argv[at]);
	return at < 0 ? at : 0;
}

static int check_args(struct fuzz_args *args, struct tw_err *err)
{
	if (args->v4 && args->v6)
		return tw_err_set(err, EINVAL, "-4 and -6 exclude each other here");
	if (!args->jobs)
		args->jobs = tw_process_cpus() < LANES_MAX / LANES_PER_CPU
				     ? tw_process_cpus()
				     : LANES_MAX / LANES_PER_CPU;
	if (args->jobs > LANES_MAX / LANES_PER_CPU)
		return tw_err_set(err, EINVAL, "--jobs: at most %d", LANES_MAX / LANES_PER_CPU);
	if (args->replay &&
	    (args->json || args->corpus || (args->broken && !strcmp(args->broken, "all"))))
		return tw_err_set(err, EINVAL,
				  "--replay plays one file, with one --break at most: without "
				  "--json, --corpus and --break all");
	if (args->broken && strcmp(args->broken, "all") != 0 && !tw_clause_find(args->broken))
		return tw_err_set(err, EINVAL, "--break: there is no clause \"%.40s\"",
				  args->broken);
	return 0;
}

int tw_cmd_fuzz(int argc, char **argv)
{
	struct fuzz_args args = { .seconds = DEFAULT_S, .seed = tw_seed_new() };
	struct tw_err err = { "" };
	enum tw_exit code = TW_EXIT_ERROR;

	if (parse(&args, argc, argv, &err) < 0 || (!args.help && check_args(&args, &err) < 0))
		return tw_cmd_fail("fuzz", &err, TW_EXIT_USAGE);
	if (args.help)
		return TW_EXIT_OK;
	if (fuzz(&args, &code, &err) < 0)
		return tw_cmd_fail("fuzz", &err, TW_EXIT_ERROR);
	return code;
}
