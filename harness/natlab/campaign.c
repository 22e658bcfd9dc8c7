#include "natlab/campaign.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "base/process.h"
#include "nat/judge.h"
#include "natlab/lab.h"
#include "natlab/raw_lab.h"

enum {
	AT_ONCE = 5, /* experiments per CPU: mostly they wait for the NAT to forget */
	LONG_S = 30, /* those that wait for longer do not count */
	JOBS_MAX = TW_NAT_SCENARIOS_MAX + 8,
	FILES = 2 * TW_NAT_TRIALS_MAX + 64,
};

struct tw_nat_store {
	size_t size;
	struct tw_nat_clocks clocks;
	struct tw_nat_plane plane;
	struct tw_nat_steps steps;
	struct tw_nat_result result[];
};

enum kind {
	SCENARIO,
	CLOCKS,
	PLANE,
	STEPS,
};

struct job {
	enum kind kind;
	unsigned no; /* of the result */
	bool waits;  /* for so long that it does not count */
	const char *id;
	pid_t pid;
	const struct tw_nat_wanted *wanted;
	struct tw_nat_store *store;
};

unsigned tw_nat_hz(void)
{
	struct timespec tick;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) < 0 || !tick.tv_nsec)
		return 0;
	return (unsigned)((1000000000 + tick.tv_nsec / 2) / tick.tv_nsec);
}

void tw_nat_store_free(struct tw_nat_store *store)
{
	if (store)
		munmap(store, store->size);
}

static struct tw_nat_store *store_new(unsigned n)
{
	size_t size = sizeof(struct tw_nat_store) + n * sizeof(struct tw_nat_result);
	struct tw_nat_store *store =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (store == MAP_FAILED)
		return NULL;
	store->size = size;
	return store;
}

static const struct tw_nat_scenario *scenario_of(const struct job *job)
{
	return &job->wanted->scenarios->s[job->wanted->chosen[job->no]];
}

static bool waits(const struct tw_nat_setting *set)
{
	return set->wait_s > LONG_S || !set->limit_s;
}

/* In a process of its own. */
static int play(void *arg)
{
	const struct job *job = arg;

	tw_process_pin(job->no);
	tw_process_files(FILES);
	switch (job->kind) {
	case SCENARIO:
		tw_nat_lab_run(&scenario_of(job)->set, job->wanted->seed + job->no,
			       &job->store->result[job->no]);
		break;
	case CLOCKS:
		tw_nat_clocks_run(&job->store->clocks);
		break;
	case PLANE:
		tw_nat_plane_run(job->wanted->seed, &job->store->plane);
		break;
	case STEPS:
		tw_nat_steps_run(job->wanted->seed, &job->store->steps);
		break;
	}
	return 0;
}

/* Those that wait longest come first. */
static unsigned list_jobs(const struct tw_nat_wanted *wanted, struct tw_nat_store *store,
			  struct job *ret)
{
	const struct job proto = { .wanted = wanted, .store = store };
	unsigned n = 0;

	for (int longs = 1; longs >= 0; longs--) {
		if (longs ? wanted->steps : wanted->plane) {
			ret[n] = proto;
			ret[n].kind = longs ? STEPS : PLANE;
			ret[n].waits = longs;
			ret[n++].id = longs ? "steps" : "plane";
		}
		for (unsigned i = 0; i < wanted->n; i++) {
			struct job job = proto;

			job.no = i;
			job.waits = waits(&scenario_of(&job)->set);
			job.id = scenario_of(&job)->id;
			if (job.waits == longs)
				ret[n++] = job;
		}
	}
	if (wanted->clocks) {
		ret[n] = proto;
		ret[n].kind = CLOCKS;
		ret[n++].id = "clocks";
	}
	return n;
}

static void prepare_results(const struct tw_nat_wanted *wanted, struct tw_nat_store *store)
{
	for (unsigned i = 0; i < wanted->n; i++) {
		store->result[i].scenario = wanted->chosen[i];
		store->result[i].n_trials = wanted->trials;
	}
}

/* Waits for one child of the list. Its job, or NULL if there is none. */
static struct job *reap(struct job *jobs, unsigned n)
{
	pid_t pid;

	do
		pid = waitpid(-1, NULL, 0);
	while (pid < 0 && errno == EINTR);
	for (unsigned i = 0; i < n && pid > 0; i++) {
		if (jobs[i].pid == pid) {
			jobs[i].pid = 0;
			return &jobs[i];
		}
	}
	return NULL;
}

static void stop_all(struct job *jobs, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (jobs[i].pid <= 0)
			continue;
		kill(jobs[i].pid, SIGKILL);
		while (waitpid(jobs[i].pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

static int play_all(const struct tw_nat_wanted *wanted, struct job *jobs, unsigned n,
		    struct tw_err *err)
{
	unsigned next = 0, running = 0, counted = 0, done = 0;
	struct job *job;

	while (next < n || running) {
		if (next < n && (jobs[next].waits || counted < wanted->jobs * AT_ONCE)) {
			jobs[next].pid = tw_process_start(play, &jobs[next], err);
			if (jobs[next].pid < 0) {
				stop_all(jobs, next);
				return jobs[next].pid;
			}
			running++;
			counted += !jobs[next++].waits;
			continue;
		}
		job = reap(jobs, n);
		if (!job)
			break;
		running--;
		counted -= !job->waits;
		done++;
		if (wanted->progress)
			wanted->progress(wanted->arg, done, n, job->id);
	}
	return 0;
}

static void judge_all(const struct tw_nat_wanted *wanted, struct tw_nat_store *store)
{
	for (unsigned i = 0; i < wanted->n; i++)
		tw_nat_judge(&wanted->scenarios->s[wanted->chosen[i]], wanted->recovers,
			     &store->result[i]);
}

int tw_nat_campaign_run(const struct tw_nat_wanted *wanted, struct tw_nat_store **ret_store,
			struct tw_nat_campaign *ret, struct tw_err *err)
{
	struct job jobs[JOBS_MAX];
	struct tw_nat_store *store = store_new(wanted->n);
	int res;

	if (!store)
		return tw_err_set(err, ENOMEM, "out of memory");
	prepare_results(wanted, store);
	res = play_all(wanted, jobs, list_jobs(wanted, store, jobs), err);
	if (res < 0) {
		tw_nat_store_free(store);
		return res;
	}
	judge_all(wanted, store);
	ret->scenario = wanted->scenarios->s;
	ret->n_results = wanted->n;
	ret->result = store->result;
	ret->clocks = wanted->clocks ? &store->clocks : NULL;
	ret->plane = wanted->plane ? &store->plane : NULL;
	ret->steps = wanted->steps ? &store->steps : NULL;
	ret->hz = tw_nat_hz();
	*ret_store = store;
	return 0;
}
