#include "natlab/campaign.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "base/process.h"
#include "nat/judge.h"
#include "nat/starving.h"
#include "natlab/lab.h"
#include "natlab/load_run.h"
#include "natlab/raw_lab.h"
#include "natlab/starve.h"

enum {
	AT_ONCE = 5, /* experiments per CPU: mostly they wait for the NAT to forget */
	LONG_S = 30, /* those that wait for longer do not count */
	JOBS_MAX = TW_NAT_SCENARIOS_MAX + TW_NAT_PLOTS + TW_NAT_LOADS + 3,
	FILES = 2 * TW_NAT_TRIALS_MAX + 64,
};

struct tw_nat_store {
	size_t size;
	struct tw_nat_clocks clocks;
	struct tw_nat_plane plane;
	struct tw_nat_steps steps;
	struct tw_nat_starving starving[TW_NAT_PLOTS];
	struct tw_nat_load load[TW_NAT_LOADS];
	struct tw_nat_result result[];
};

enum kind {
	SCENARIO,
	CLOCKS,
	PLANE,
	STEPS,
	STARVING,
	LOAD,
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
	case STARVING:
		tw_nat_starve_run((enum tw_nat_plot)job->no, job->wanted->recycle_rule,
				  job->wanted->seed, &job->store->starving[job->no]);
		break;
	case LOAD:
		tw_nat_load_run(job->no, job->wanted->seed, &job->store->load[job->no]);
		break;
	}
	return 0;
}

struct job_list {
	struct job *job;
	unsigned n;
	struct job proto;
};

static void add_job(struct job_list *list, enum kind kind, unsigned no, const char *id, bool waits)
{
	struct job *job = &list->job[list->n++];

	*job = list->proto;
	job->kind = kind;
	job->no = no;
	job->id = id;
	job->waits = waits;
}

static void add_scenarios(struct job_list *list, bool that_wait)
{
	const struct tw_nat_wanted *wanted = list->proto.wanted;

	for (unsigned i = 0; i < wanted->n; i++) {
		const struct tw_nat_scenario *sc = &wanted->scenarios->s[wanted->chosen[i]];

		if (waits(&sc->set) == that_wait)
			add_job(list, SCENARIO, i, sc->id, that_wait);
	}
}

/* Those that wait come first. */
static unsigned list_jobs(const struct tw_nat_wanted *wanted, struct tw_nat_store *store,
			  struct job *ret)
{
	struct job_list list = { .job = ret, .proto = { .wanted = wanted, .store = store } };

	add_scenarios(&list, true);
	if (wanted->steps)
		add_job(&list, STEPS, 0, "steps", true);
	for (unsigned i = 0; i < TW_NAT_PLOTS; i++)
		if (wanted->plot[i])
			add_job(&list, STARVING, i, tw_nat_plot_id(i), true);
	for (unsigned i = 0; i < TW_NAT_LOADS; i++)
		if (wanted->load[i])
			add_job(&list, LOAD, i, tw_nat_loads[i].id, true);
	if (wanted->plane)
		add_job(&list, PLANE, 0, "plane", false);
	if (wanted->clocks)
		add_job(&list, CLOCKS, 0, "clocks", false);
	add_scenarios(&list, false);
	return list.n;
}

static void prepare_results(const struct tw_nat_wanted *wanted, struct tw_nat_store *store)
{
	for (unsigned i = 0; i < wanted->n; i++) {
		store->result[i].scenario = wanted->chosen[i];
		store->result[i].n_trials = wanted->trials;
	}
}

/* Waits for one child of the list. Its job, or NULL if there is none. Whoever called exec() may have left us children of his. */
static struct job *reap(struct job *jobs, unsigned n)
{
	pid_t pid;

	do {
		pid = waitpid(-1, NULL, 0);
		for (unsigned i = 0; i < n && pid > 0; i++) {
			if (jobs[i].pid == pid) {
				jobs[i].pid = 0;
				return &jobs[i];
			}
		}
	} while (pid > 0 || errno == EINTR);
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

/* Those that were played, judged, side by side. */
static unsigned keep_starving(const struct tw_nat_wanted *wanted, struct tw_nat_store *store)
{
	unsigned n = 0;

	for (unsigned i = 0; i < TW_NAT_PLOTS; i++) {
		if (!wanted->plot[i])
			continue;
		tw_nat_starving_judge(&store->starving[i]);
		if (n != i)
			store->starving[n] = store->starving[i];
		n++;
	}
	return n;
}

/* As this kernel's clients are: measured in this run, or by the facts. */
static enum tw_nat_clock_kind clock_of(const struct tw_nat_wanted *wanted,
				       const struct tw_nat_store *store)
{
	return wanted->clocks && store->clocks.done ? store->clocks.kind[1] : wanted->clock;
}

static void simulate_load(const struct tw_nat_wanted *wanted, enum tw_nat_clock_kind clock,
			  struct tw_nat_load *load)
{
	struct tw_err err = { "" };

	if (!load->done || tw_nat_load_simulate(&tw_nat_loads[load->setting], clock, tw_nat_hz(),
						wanted->seed, &load->simulated, &err) == 0)
		return;
	load->done = false;
	snprintf(load->why, sizeof(load->why), "%.200s", err.text);
}

/* Those that were played, simulated and judged, side by side. */
static unsigned keep_loads(const struct tw_nat_wanted *wanted, struct tw_nat_store *store)
{
	unsigned n = 0;

	for (unsigned i = 0; i < TW_NAT_LOADS; i++) {
		if (!wanted->load[i])
			continue;
		simulate_load(wanted, clock_of(wanted, store), &store->load[i]);
		tw_nat_load_judge(&store->load[i]);
		if (n != i)
			store->load[n] = store->load[i];
		n++;
	}
	return n;
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
	ret->starving = store->starving;
	ret->n_starving = keep_starving(wanted, store);
	ret->load = store->load;
	ret->n_loads = keep_loads(wanted, store);
	*ret_store = store;
	return 0;
}
