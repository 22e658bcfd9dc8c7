#include "explore/oracle_kernel.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "explore/lane_ask.h"

enum {
	POINTS_MAX = 1 << 17, /* at once */
	LANES_MAX = 16,
	CHUNK = 3 * TW_ASK_BATCH,
};

struct lane_state {
	uint64_t tuples;
	uint32_t wnd;
	int ret;
	struct tw_err err;
};

/* Between the parent and its lanes. */
struct board {
	unsigned n, chunk, next; /* points, taken by atomic addition */
	struct lane_state lane[LANES_MAX];
	struct tw_point points[POINTS_MAX];
	uint32_t kinds[POINTS_MAX];
};

struct tw_oracle_kernel {
	struct tw_oracle oracle;
	unsigned jobs;
	pid_t pid[LANES_MAX];
	int to[LANES_MAX], from[LANES_MAX]; /* a byte begins a call, a byte ends it */
	struct board *board;
	struct sigaction sigpipe; /* as it was */
};

struct lane_job {
	const struct tw_map_setup *setup;
	struct board *board;
	unsigned no;
	uint64_t seed;
	int in, out;
};

static int answer_call(struct lane_job *job, struct tw_lane_ask *ask)
{
	struct board *b = job->board;
	struct lane_state *state = &b->lane[job->no];
	int ret = 0;

	while (ret >= 0) {
		unsigned from = __atomic_fetch_add(&b->next, b->chunk, __ATOMIC_RELAXED);
		unsigned n = from < b->n ? b->n - from : 0;

		if (!n)
			break;
		n = n < b->chunk ? n : b->chunk;
		ret = tw_lane_ask(ask, b->points + from, n, b->kinds + from, &state->err);
	}
	state->ret = ret;
	state->tuples = ask->tuples;
	state->wnd = ask->wnd;
	return ret;
}

static int lane_main(void *arg)
{
	struct lane_job *job = arg;
	struct lane_state *state = &job->board->lane[job->no];
	struct tw_lane_ask *ask = calloc(1, sizeof(*ask));
	char byte = 0;

	tw_process_pin(job->no);
	state->ret = ask ? tw_lane_ask_open(ask, job->setup, job->seed, &state->err) : -ENOMEM;
	while (write(job->out, &byte, 1) == 1 && state->ret >= 0 && read(job->in, &byte, 1) == 1)
		answer_call(job, ask);
	if (state->ret >= 0)
		tw_lane_ask_close(ask);
	free(ask);
	return 0;
}

/* Waits for the bytes that end a call. 0, or what a lane failed with. */
static int await(struct tw_oracle_kernel *k, struct tw_err *err)
{
	int ret = 0;
	char byte;

	for (unsigned i = 0; i < k->jobs; i++) {
		const struct lane_state *state = &k->board->lane[i];
		ssize_t n;

		do
			n = read(k->from[i], &byte, 1);
		while (n < 0 && errno == EINTR);
		if (n != 1 && ret >= 0)
			ret = tw_err_set(err, EIO, "the process of lane %u died", i + 1);
		else if (state->ret < 0 && ret >= 0)
			ret = tw_err_set(err, -state->ret, "lane %u: %.400s", i + 1,
					 state->err.text);
	}
	return ret;
}

static int ask_some(struct tw_oracle_kernel *k, const struct tw_point *points, unsigned n,
		    uint32_t *ret_kinds, struct tw_err *err)
{
	struct board *b = k->board;
	unsigned share = (n + k->jobs - 1) / k->jobs;
	char byte = 0;
	int ret;

	memcpy(b->points, points, n * sizeof(*points));
	b->n = n;
	b->chunk = share < CHUNK ? share : CHUNK;
	b->next = 0;
	for (unsigned i = 0; i < k->jobs; i++)
		if (write(k->to[i], &byte, 1) != 1)
			return tw_err_set(err, EIO, "the process of lane %u died", i + 1);
	ret = await(k, err);
	memcpy(ret_kinds, b->kinds, n * sizeof(*ret_kinds));
	return ret;
}

static int ask_kernel(struct tw_oracle *oracle, const struct tw_point *points, unsigned n,
		      uint32_t *ret_kinds, struct tw_err *err)
{
	struct tw_oracle_kernel *k = (struct tw_oracle_kernel *)oracle;
	int ret = 0;

	for (unsigned at = 0; ret >= 0 && at < n; at += POINTS_MAX) {
		unsigned some = n - at < POINTS_MAX ? n - at : POINTS_MAX;

		ret = ask_some(k, points + at, some, ret_kinds + at, err);
	}
	return ret;
}

static int start_lane(struct tw_oracle_kernel *k, const struct tw_map_setup *setup, unsigned no,
		      uint64_t seed, struct tw_err *err)
{
	struct lane_job job = { .setup = setup, .board = k->board, .no = no, .seed = seed };
	int to[2], from[2];

	if (pipe(to) < 0 || pipe(from) < 0)
		return tw_err_set(err, errno, "no pipe: %s", strerror(errno));
	job.in = to[0];
	job.out = from[1];
	k->to[no] = to[1];
	k->from[no] = from[0];
	k->pid[no] = tw_process_start(lane_main, &job, err);
	close(to[0]);
	close(from[1]);
	if (k->pid[no] > 0)
		k->jobs = no + 1;
	return k->pid[no] < 0 ? (int)k->pid[no] : 0;
}

struct tw_oracle_kernel *tw_oracle_kernel_open(const struct tw_map_setup *setup, unsigned jobs,
					       uint64_t seed, struct tw_err *err)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct tw_oracle_kernel *k = calloc(1, sizeof(*k));
	int ret = 0;

	if (!k) {
		tw_err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	sigaction(SIGPIPE, &ignore, &k->sigpipe); /* a lane that died is told, not died of */
	k->oracle.ask = ask_kernel;
	k->board = mmap(NULL, sizeof(*k->board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (k->board == MAP_FAILED) {
		k->board = NULL;
		ret = tw_err_set(err, ENOMEM, "out of memory");
	}
	for (unsigned i = 0; ret >= 0 && i < jobs && i < LANES_MAX; i++)
		ret = start_lane(k, setup, i, seed + i, err);
	if (ret >= 0)
		ret = await(k, err);
	if (ret >= 0)
		return k;
	tw_oracle_kernel_close(k);
	return NULL;
}

void tw_oracle_kernel_close(struct tw_oracle_kernel *k)
{
	if (!k)
		return;
	for (unsigned i = 0; i < k->jobs; i++) {
		close(k->to[i]);
		close(k->from[i]);
		kill(k->pid[i], SIGKILL);
		while (waitpid(k->pid[i], NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (k->board)
		munmap(k->board, sizeof(*k->board));
	sigaction(SIGPIPE, &k->sigpipe, NULL);
	free(k);
}

struct tw_oracle *tw_oracle_kernel(struct tw_oracle_kernel *k)
{
	return &k->oracle;
}

uint32_t tw_oracle_kernel_wnd(const struct tw_oracle_kernel *k)
{
	uint32_t wnd = 0;

	for (unsigned i = 0; i < k->jobs; i++)
		wnd = k->board->lane[i].wnd ? k->board->lane[i].wnd : wnd;
	return wnd;
}

uint64_t tw_oracle_kernel_tuples(const struct tw_oracle_kernel *k)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < k->jobs; i++)
		sum += k->board->lane[i].tuples;
	return sum;
}
