#include "run/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "evidence/evidence_json.h"
#include "run/turn.h"
#include "run/worker.h"

struct line {
	char *text;
	size_t len, room;
};

struct child {
	pid_t pid;
	int in; /* -1: it has said all */
	struct line line;
};

struct pool {
	const struct tw_plan *plan;
	const struct tw_pool_cfg *cfg;
	struct tw_board *board;
	int turn;              /* turn.h */
	struct tw_result *res; /* by index of the plan */
	bool *have;
	unsigned done, told;
	unsigned workers;
	struct child child[TW_WORKERS_MAX];
	tw_result_fn *fn;
	void (*progress)(void *arg, unsigned done, const char *id);
	void *arg;
};

/* What a new process needs to become a worker. */
struct birth {
	struct pool *pool;
	unsigned no;
	int in, out;
};

static int run_child(void *arg)
{
	struct birth *birth = arg;
	struct pool *pool = birth->pool;
	const struct tw_worker w = { pool->plan, pool->cfg, pool->board, birth->no, birth->out,
				     pool->turn, 0 };

	for (unsigned i = 0; i < birth->no; i++)
		close(pool->child[i].in);
	close(birth->in);
	return tw_worker_main(&w);
}

static int start_child(struct pool *pool, unsigned no, struct tw_err *err)
{
	struct child *c = &pool->child[no];
	struct birth birth = { .pool = pool, .no = no };
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) < 0)
		return tw_err_set(err, errno, "no pipe for a worker: %s", strerror(errno));
	birth.in = c->in = fd[0];
	birth.out = fd[1];
	c->pid = tw_process_start(run_child, &birth, err);
	close(fd[1]);
	return c->pid < 0 ? c->pid : 0;
}

/* Results go out in the order of the plan, as soon as there is no gap before them. */
static int tell(struct pool *pool, struct tw_err *err)
{
	int ret = 0;

	while (ret >= 0 && pool->told < pool->plan->n && pool->have[pool->told]) {
		struct tw_result *res = &pool->res[pool->told++];

		ret = pool->fn(pool->arg, res, err);
		tw_evidence_free(&res->ev);
	}
	return ret;
}

static int keep(struct pool *pool, unsigned index, struct tw_result *res, struct tw_err *err)
{
	if (index >= pool->plan->n || pool->have[index]) {
		tw_evidence_free(&res->ev);
		return tw_err_set(err, EPROTO, "a worker told a result that nobody asked for");
	}
	res->row = pool->plan->item[index].row;
	res->family = pool->plan->item[index].family;
	tw_judge(res->row, &res->ev, pool->cfg->facts, &res->verdict);
	pool->res[index] = *res;
	pool->have[index] = true;
	pool->done++;
	pool->progress(pool->arg, pool->done, res->row->id);
	return tell(pool, err);
}

static int read_line(struct pool *pool, const char *text, size_t len, struct tw_err *err)
{
	json_t *line = json_loadb(text, len, 0, NULL), *row;
	struct tw_result res = { .row = NULL };
	int index = -1, ret;

	if (!line || json_unpack(line, "[i, o]", &index, &row) < 0 || index < 0) {
		json_decref(line);
		return tw_err_set(err, EPROTO, "a worker told something unreadable");
	}
	ret = tw_result_from_json(row, &res, err);
	json_decref(line);
	return ret < 0 ? ret : keep(pool, (unsigned)index, &res, err);
}

static int take_lines(struct pool *pool, struct line *line, struct tw_err *err)
{
	size_t begin = 0;
	char *nl;
	int ret = 0;

	while (ret >= 0 && (nl = memchr(line->text + begin, '\n', line->len - begin)) != NULL) {
		size_t end = (size_t)(nl - line->text);

		ret = read_line(pool, line->text + begin, end - begin, err);
		begin = end + 1;
	}
	memmove(line->text, line->text + begin, line->len - begin);
	line->len -= begin;
	return ret;
}

static int read_child(struct pool *pool, struct child *c, struct tw_err *err)
{
	struct line *line = &c->line;
	ssize_t n;

	if (line->room - line->len < 65536) {
		void *more = realloc(line->text, line->room + 262144);

		if (!more)
			return tw_err_set(err, ENOMEM, "out of memory");
		line->text = more;
		line->room += 262144;
	}
	n = read(c->in, line->text + line->len, line->room - line->len);
	if (n < 0)
		return errno == EINTR ? 0
				      : tw_err_set(err, errno, "a worker cannot be read: %s",
						   strerror(errno));
	if (n == 0) {
		close(c->in);
		c->in = -1;
		return 0;
	}
	line->len += (size_t)n;
	return take_lines(pool, line, err);
}

static int listen_to_all(struct pool *pool, struct tw_err *err)
{
	struct pollfd pfd[TW_WORKERS_MAX];
	unsigned at[TW_WORKERS_MAX], n;
	int ret = 0;

	while (ret >= 0) {
		n = 0;
		for (unsigned i = 0; i < pool->workers; i++) {
			if (pool->child[i].in < 0)
				continue;
			at[n] = i;
			pfd[n++] = (struct pollfd){ .fd = pool->child[i].in, .events = POLLIN };
		}
		if (!n)
			return 0;
		if (poll(pfd, n, -1) < 0 && errno != EINTR)
			return tw_err_set(err, errno, "poll: %s", strerror(errno));
		for (unsigned i = 0; i < n && ret >= 0; i++)
			if (pfd[i].revents)
				ret = read_child(pool, &pool->child[at[i]], err);
	}
	return ret;
}

/* What a dead worker had taken has no evidence: the row says who died and how. */
static int tell_missing(struct pool *pool, const int *status, struct tw_err *err)
{
	int ret = 0;

	for (unsigned i = 0; i < pool->plan->n && ret >= 0; i++) {
		struct tw_result res = { .row = NULL };
		unsigned by = pool->board->taken_by[i];

		if (pool->have[i])
			continue;
		tw_evidence_init(&res.ev);
		snprintf(res.ev.id, sizeof(res.ev.id), "%s", pool->plan->item[i].row->id);
		if (by && WIFSIGNALED(status[by - 1]))
			snprintf(res.ev.error, sizeof(res.ev.error),
				 "its worker died of signal %d (%s)", WTERMSIG(status[by - 1]),
				 strsignal(WTERMSIG(status[by - 1])));
		else
			snprintf(res.ev.error, sizeof(res.ev.error),
				 "it was never played: the workers ended early");
		ret = keep(pool, i, &res, err);
	}
	return ret;
}

static void wait_for_all(struct pool *pool, bool kill_them, int *ret_status)
{
	for (unsigned i = 0; i < pool->workers; i++) {
		if (pool->child[i].pid <= 0)
			continue;
		if (kill_them)
			kill(pool->child[i].pid, SIGKILL);
		while (waitpid(pool->child[i].pid, &ret_status[i], 0) < 0 && errno == EINTR)
			;
		if (pool->child[i].in >= 0)
			close(pool->child[i].in);
		free(pool->child[i].line.text);
	}
}

static int run_pool(struct pool *pool, struct tw_err *err)
{
	int status[TW_WORKERS_MAX] = { 0 }, ret;

	tw_process_files(pool->workers);
	ret = pool->turn = tw_turn_new(err);
	for (unsigned i = 0; i < pool->workers && ret >= 0; i++)
		ret = start_child(pool, i, err);
	if (ret >= 0)
		ret = listen_to_all(pool, err);
	wait_for_all(pool, ret < 0, status);
	if (pool->turn >= 0)
		close(pool->turn);
	return ret < 0 ? ret : tell_missing(pool, status, err);
}

int tw_pool_run(const struct tw_plan *plan, const struct tw_pool_cfg *cfg, tw_result_fn *fn,
		void (*progress)(void *arg, unsigned done, const char *id), void *arg,
		struct tw_err *err)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	int ret = -ENOMEM;

	if (plan->n > TW_ITEMS_MAX || cfg->jobs > TW_JOBS_MAX || plan->n_slow > TW_SLOW_MAX) {
		free(pool);
		return tw_err_set(err, E2BIG, "at most %d rows, %d of them slow, and %d jobs",
				  TW_ITEMS_MAX, TW_SLOW_MAX, TW_JOBS_MAX);
	}
	if (pool) {
		*pool = (struct pool){
			.plan = plan, .cfg = cfg, .fn = fn, .progress = progress, .arg = arg
		};
		pool->workers = cfg->jobs * TW_LANES_PER_JOB;
		if (pool->workers > plan->n - plan->n_slow)
			pool->workers = plan->n - plan->n_slow;
		pool->workers += plan->n_slow;
		pool->res = calloc(plan->n, sizeof(*pool->res));
		pool->have = calloc(plan->n, sizeof(*pool->have));
		pool->board = mmap(NULL, sizeof(*pool->board), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (pool->board == MAP_FAILED)
			pool->board = NULL;
	}
	if (pool && pool->res && pool->have && pool->board)
		ret = run_pool(pool, err);
	else
		tw_err_set(err, ENOMEM, "out of memory");
	for (unsigned i = 0; pool && pool->res && i < plan->n; i++)
		tw_evidence_free(&pool->res[i].ev);
	if (pool && pool->board)
		munmap(pool->board, sizeof(*pool->board));
	if (pool) {
		free(pool->res);
		free(pool->have);
	}
	free(pool);
	return ret;
}

unsigned tw_pool_jobs(unsigned asked, const struct tw_plan *plan)
{
	unsigned jobs = asked ? asked : tw_process_cpus();

	if (jobs > plan->n)
		jobs = plan->n;
	return jobs > TW_JOBS_MAX ? TW_JOBS_MAX : jobs;
}
