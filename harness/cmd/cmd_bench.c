#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/process.h"
#include "base/wait.h"
#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "netns/ns.h"
#include "run/bench.h"
#include "run/worker.h"

struct bench_args {
	unsigned jobs, batch;
	unsigned long long verdicts, seed;
	bool v6, v4, json, help;
};

struct lane_job {
	struct tw_bench_cfg cfg;
	struct tw_bench_result *res;
};

static int run_lane(void *arg)
{
	struct lane_job *job = arg;
	struct tw_err err = { "" };

	tw_process_pin(job->cfg.cpu);
	if (tw_bench_lane(&job->cfg, job->res, &err) < 0)
		snprintf(job->res->trouble, sizeof(job->res->trouble), "%.380s", err.text);
	job->res->done = true;
	return 0;
}

static void add_up(const struct tw_bench_result *lane, unsigned jobs, struct tw_bench_result *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (unsigned i = 0; i < jobs; i++) {
		ret->verdicts += lane[i].verdicts;
		ret->wrong += lane[i].wrong;
		ret->setups_failed += lane[i].setups_failed;
		ret->waits += lane[i].waits;
		ret->strays += lane[i].strays;
		ret->pcap_drops += lane[i].pcap_drops;
		ret->unfenced += lane[i].unfenced;
		ret->cpu_s += lane[i].cpu_s;
		ret->floor_us += lane[i].floor_us / jobs;
		if (lane[i].wall_s > ret->wall_s)
			ret->wall_s = lane[i].wall_s;
		if (!lane[i].done)
			snprintf(ret->trouble, sizeof(ret->trouble), "the worker of lane %u died",
				 i + 1);
		else if (lane[i].trouble[0])
			snprintf(ret->trouble, sizeof(ret->trouble), "lane %u: %.360s", i + 1,
				 lane[i].trouble);
		if (lane[i].first_wrong[0])
			memcpy(ret->first_wrong, lane[i].first_wrong, sizeof(ret->first_wrong));
		if (lane[i].last_setup_trouble[0])
			memcpy(ret->last_setup_trouble, lane[i].last_setup_trouble,
			       sizeof(ret->last_setup_trouble));
	}
}

static double per_verdict_us(const struct tw_bench_result *r)
{
	return r->verdicts ? r->cpu_s * 1e6 / (double)r->verdicts : 0;
}

static void print_text(const struct bench_args *args, const struct tw_bench_result *r)
{
	printf("%llu verdicts, %s, ten-probe mix, sock_diag after each; %u lanes, batches of %u, "
	       "seed %llu\n",
	       (unsigned long long)r->verdicts, args->v6 ? "IPv6" : "IPv4", args->jobs, args->batch,
	       args->seed);
	printf("CPU per verdict  %.2f us  (%.0f verdicts/s and core)\n", per_verdict_us(r),
	       r->cpu_s > 0 ? (double)r->verdicts / r->cpu_s : 0);
	printf("                 %.1f times the %.2f us of a frame that the DUT drops at once, "
	       "measured in the same run\n",
	       r->floor_us > 0 ? per_verdict_us(r) / r->floor_us : 0, r->floor_us);
	printf("wall             %.2f s  (%.0f verdicts/s)\n", r->wall_s,
	       r->wall_s > 0 ? (double)r->verdicts / r->wall_s : 0);
	printf("wrong            %llu\n", (unsigned long long)r->wrong);
	printf("retried set-ups  %llu%s%s\n", (unsigned long long)r->setups_failed,
	       r->setups_failed ? "; the last: " : "", r->last_setup_trouble);
	printf("strays           %llu\n", (unsigned long long)r->strays);
	printf("waits            %llu\n", (unsigned long long)r->waits);
	printf("pcap drops       %llu\n", (unsigned long long)r->pcap_drops);
	if (r->wrong)
		printf("the first wrong one: %s\n", r->first_wrong);
	if (r->trouble[0])
		printf("void: %s\n", r->trouble);
}

static void print_json(const struct bench_args *args, const struct tw_bench_result *r)
{
	json_t *doc = json_pack(
		"{s:I, s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:s, s:b}",
		"verdicts", (json_int_t)r->verdicts, "cpu_us_per_verdict", per_verdict_us(r),
		"floor_us", r->floor_us, "cpu_s", r->cpu_s, "wall_s", r->wall_s, "wrong",
		(json_int_t)r->wrong, "retried_setups", (json_int_t)r->setups_failed, "strays",
		(json_int_t)r->strays, "waits", (json_int_t)r->waits, "pcap_drops",
		(json_int_t)r->pcap_drops, "jobs", (int)args->jobs, "batch", (int)args->batch,
		"family", args->v6 ? "ipv6" : "ipv4", "void", r->trouble[0] != '\0');

	if (doc && r->trouble[0])
		json_object_set_new(doc, "why_void", json_string(r->trouble));
	json_dumpf(doc, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(doc);
}

static int run_lanes(const struct bench_args *args, struct tw_bench_result *lane,
		     struct tw_err *err)
{
	pid_t pid[TW_JOBS_MAX];
	unsigned n = 0;
	int ret = 0;

	for (; n < args->jobs && ret >= 0; n++) {
		struct lane_job job = {
			.cfg = { .family = args->v6 ? TW_IPV6 : TW_IPV4,
				 .verdicts = args->verdicts / args->jobs +
					     (n < args->verdicts % args->jobs),
				 .batch = args->batch,
				 .cpu = n,
				 .seed = args->seed + n },
			.res = &lane[n],
		};

		ret = pid[n] = tw_process_start(run_lane, &job, err);
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

static int bench(const struct bench_args *args, enum tw_exit *ret_exit, struct tw_err *err)
{
	size_t size = args->jobs * sizeof(struct tw_bench_result);
	struct tw_bench_result *lane, sum;
	int ret = tw_ns_prepare(err);

	if (ret < 0)
		return ret;
	lane = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (lane == MAP_FAILED)
		return tw_err_set(err, ENOMEM, "out of memory");
	ret = run_lanes(args, lane, err);
	add_up(lane, args->jobs, &sum);
	munmap(lane, size);
	if (ret < 0)
		return ret;
	if (args->json)
		print_json(args, &sum);
	else
		print_text(args, &sum);
	/* a void campaign gives no verdict, however many were counted as wrong */
	*ret_exit = sum.trouble[0] || !sum.verdicts ? TW_EXIT_ERROR
		    : sum.wrong                     ? TW_EXIT_FAIL
						    : TW_EXIT_OK;
	return 0;
}

static int check_args(struct bench_args *args, struct tw_err *err)
{
	if (!args->jobs)
		args->jobs = tw_process_cpus();
	if (args->jobs > TW_JOBS_MAX)
		return tw_err_set(err, EINVAL, "--jobs: at most %d", TW_JOBS_MAX);
	if (!args->batch || args->batch > 1024)
		return tw_err_set(err, EINVAL, "--batch: 1 to 1024 tuples");
	if (!args->verdicts || args->verdicts > 10000000000ull)
		return tw_err_set(err, EINVAL, "--verdicts: 1 to 10,000,000,000");
	if (args->v4 && args->v6)
		return tw_err_set(err, EINVAL, "-4 and -6 exclude each other here");
	return 0;
}

int tw_cmd_bench(int argc, char **argv)
{
	struct bench_args args = { .batch = 64, .verdicts = 1000000, .seed = tw_seed_new() };
	const struct tw_opt opts[] = {
		{ "verdicts", 'n', "N", "how many, all lanes together (default 1000000)", NULL,
		  NULL, tw_opts_u64, &args.verdicts },
		{ "jobs", 'J', "N", "lanes, each a process on its own CPU (default: one per CPU)",
		  NULL, NULL, tw_opts_uint, &args.jobs },
		{ "batch", 'b', "N", "tuples that advance together (default 64)", NULL, NULL,
		  tw_opts_uint, &args.batch },
		{ "ipv4", '4', NULL, "over IPv4 (default)", &args.v4, NULL, NULL, NULL },
		{ "ipv6", '6', NULL, "over IPv6", &args.v6, NULL, NULL, NULL },
		{ "seed", 0, "N", "of the peer's ISNs and TSvals", NULL, NULL, tw_opts_u64,
		  &args.seed },
		{ "json", 'j', NULL, "as JSON", &args.json, NULL, NULL, NULL },
		{ "help", 'h', NULL, "this text", &args.help, NULL, NULL, NULL },
		{ .name = NULL },
	};
	struct tw_err err = { "" };
	enum tw_exit code = TW_EXIT_ERROR;
	int at = tw_opts_parse(opts, argc, argv, &err);

	if (at >= 0 && args.help) {
		puts("usage: twprobe bench [OPTION...]\n\n"
		     "Puts connections into TIME_WAIT by the batch, probes each once with one of "
		     "ten kinds of segments, looks the\n"
		     "entry up with sock_diag, and checks every verdict against the row of the "
		     "suite.\n");
		tw_opts_help(opts, stdout);
		return TW_EXIT_OK;
	}
	if (at >= 0 && at < argc)
		at = tw_err_set(&err, EINVAL, "what is \"%s\"? bench takes options only", argv[at]);
	if (at >= 0)
		at = check_args(&args, &err);
	if (at < 0)
		return tw_cmd_fail("bench", &err, TW_EXIT_USAGE);
	if (bench(&args, &code, &err) < 0)
		return tw_cmd_fail("bench", &err, TW_EXIT_ERROR);
	return code;
}
