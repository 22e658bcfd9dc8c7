#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/process.h"
#include "evidence/evidence_json.h"
#include "evidence/json_fields.h"
#include "netns/lane.h"
#include "run/turn.h"
#include "run/worker.h"
#include "stand/facts_probe.h"
#include "vm/guest.h"
#include "vm/initramfs.h"

static int tell(int out, json_t *line, struct tw_err *err)
{
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	int ret = text && dprintf(out, "%s\n", text) > 0 ? 0 : -EIO;

	free(text);
	json_decref(line);
	return ret < 0 ? tw_err_set(err, EIO, "the results cannot be told") : 0;
}

static int tell_facts(int out, const struct tw_facts *facts, unsigned planned, struct tw_err *err)
{
	return tell(out,
		    json_pack("{s:i, s:s, s:i, s:{s:o, s:o}, s:o, s:i}", "guest", 1, "twprobe",
			      TWPROBE_VERSION, "format", TW_EVIDENCE_FORMAT, "kernel", "release",
			      tw_json_text(facts->release), "machine", tw_json_text(facts->machine),
			      "facts", tw_facts_to_json(facts), "planned", (int)planned),
		    err);
}

static int run_worker(void *arg)
{
	return tw_worker_main(arg);
}

/* One worker, and another one for the rest where it dies. Up to @until, a place of the order. */
static int play_until(struct tw_worker *w, unsigned until, struct tw_err *err)
{
	unsigned before;
	int status, ret;
	pid_t pid;

	w->until = until;
	do {
		before = w->board->next;
		pid = tw_process_start(run_worker, w, err);
		if (pid < 0)
			return pid;
		ret = tw_guest_wait(pid, &status, err);
		if (ret < 0)
			return ret;
	} while (w->board->next < until && w->board->next > before);
	w->board->next = until; /* the worker that found nothing more counted on */
	return 0;
}

static bool waits(const struct tw_case *row)
{
	return row->slow && row->given.path == TW_DIRECT;
}

/*
 * Rows that wait come first, while the machine is as idle as can be, then all in the order of the report: time costs nothing here, so
 * nothing is gained by waiting side by side. Returns how many wait.
 */
static unsigned order(struct tw_plan *plan)
{
	unsigned n = 0, first;

	plan->n_slow = 0;
	for (unsigned i = 0; i < plan->n; i++)
		if (waits(plan->item[i].row))
			plan->order[n++] = i;
	first = n;
	for (unsigned i = 0; i < plan->n; i++)
		if (!waits(plan->item[i].row))
			plan->order[n++] = i;
	return first;
}

static int play_all(struct tw_worker *w, unsigned first, struct tw_err *err)
{
	int ret = first ? play_until(w, first, err) : 0;

	if (ret == 0)
		tw_guest_load(TW_GUEST_LATE);
	return ret == 0 && first < w->plan->n ? play_until(w, w->plan->n, err) : ret;
}

/* Can anything be played at all? The lane's complaint is better heard once than in every row. */
static int try_lane(struct tw_err *err)
{
	struct tw_lane lane;
	int ret = tw_lane_open(TW_DIRECT, &lane, err);

	if (ret == 0)
		tw_lane_close(&lane);
	return ret;
}

int tw_guest_play(const struct tw_task *task, int out, struct tw_err *err)
{
	struct tw_facts facts = { .n_names = 0 };
	struct tw_pool_cfg cfg = {
		.jobs = 1,
		.seed = task->seed,
		.facts = &facts,
		.raw = true,
		.patient = task->sel.virtual_time,
	};
	struct tw_plan plan = { .n = 0 };
	struct tw_worker w = { .plan = &plan, .cfg = &cfg, .out = out, .turn = -1 };
	unsigned first = 0;
	int ret = tw_facts_look(&facts, err);

	if (ret >= 0)
		ret = tw_plan_make(&task->sel, &plan, err);
	if (ret >= 0)
		ret = try_lane(err);
	w.board = mmap(NULL, sizeof(*w.board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (ret >= 0 && w.board == MAP_FAILED)
		ret = tw_err_set(err, ENOMEM, "out of memory");
	if (ret >= 0)
		ret = w.turn = tw_turn_new(err);
	if (ret >= 0) {
		first = order(&plan);
		ret = tell_facts(out, &facts, plan.n, err);
	}
	if (ret >= 0)
		ret = play_all(&w, first, err);
	if (ret >= 0)
		ret = tell(out, json_pack("{s:i}", "end", (int)plan.n), err);
	tw_plan_free(&plan);
	tw_facts_free(&facts);
	return ret;
}
