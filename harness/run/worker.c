#include "run/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "base/wait.h"
#include "evidence/evidence_json.h"
#include "run/play.h"
#include "run/turn.h"

static int write_all(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, text, len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Its reference is taken. */
static int send_line(const struct tw_worker *w, json_t *line)
{
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	size_t len = text ? strlen(text) : 0;
	int ret = -ENOMEM;

	if (text) {
		text[len] = '\n'; /* in place of the NUL: the line goes out in one piece */
		ret = write_all(w->out, text, len + 1);
	}
	free(text);
	json_decref(line);
	return ret;
}

static int send_result(const struct tw_worker *w, unsigned index, const struct tw_result *res)
{
	return send_line(
		w, json_pack("[i, o]", (int)index,
			     w->cfg->raw ? tw_result_to_raw_json(res) : tw_result_to_json(res)));
}

static int send_begun(const struct tw_worker *w, unsigned index)
{
	return w->cfg->raw ? send_line(w, json_pack("[i]", (int)index)) : 0;
}

/*
 * The lane, opened anew if a row could not be cleaned up or this one wants another path. A router is not used twice: it may
 * have the last row's rules. A lane that cannot be had is said in the row that needed it.
 */
static bool ready(const struct tw_worker *w, int turn, struct tw_stand *stand, bool *open,
		  struct tw_stand_cfg *cfg, struct tw_result *res)
{
	struct tw_err err = { "" };

	cfg->path = res->row->given.path;
	if (*open && !stand->dirty && stand->path == TW_DIRECT && cfg->path == TW_DIRECT)
		return true;
	if (*open)
		tw_stand_close(stand);
	tw_turn_build(turn, w->no);
	*open = tw_stand_open(stand, cfg, &err) == 0;
	tw_turn_built(turn, w->no);
	if (*open)
		return true;
	tw_evidence_init(&res->ev);
	snprintf(res->ev.id, sizeof(res->ev.id), "%s", res->row->id);
	snprintf(res->ev.error, sizeof(res->ev.error), "%.380s", err.text);
	res->ev.flow.family = res->family;
	return false;
}

static void play(const struct tw_worker *w, int turn, struct tw_stand *stand, struct tw_result *res)
{
	bool alone = tw_turn_alone(res->row, w->cfg->facts);
	struct tw_play play;
	uint64_t deadline;

	tw_turn_take(turn, alone);
	tw_play_start(&play, stand, w->cfg->facts, res, w->cfg->seed);
	while (!tw_play_poll(&play, &deadline))
		tw_wait_until(deadline);
	if (alone)
		tw_turn_clean(stand->lane.dut_ns);
	tw_turn_give(turn);
}

/*
 * The index of the next item, or the plan's size if there is none. The first n_slow workers have a slow row each, and
 * nothing else: all of those wait at the same time. The others share the rest.
 */
static unsigned take(const struct tw_worker *w, unsigned n_played)
{
	unsigned at = w->no, end = w->until ? w->until : w->plan->n, index;

	if (w->no >= w->plan->n_slow)
		at = w->plan->n_slow + __atomic_fetch_add(&w->board->next, 1, __ATOMIC_RELAXED);
	if (at >= end || (w->no < w->plan->n_slow && n_played))
		return w->plan->n;
	index = w->plan->order[at];
	w->board->taken_by[index] = (uint16_t)(w->no + 1);
	return index;
}

int tw_worker_main(const struct tw_worker *w)
{
	struct tw_stand_cfg cfg = {
		.batch = 1, .age_ms = TW_AGE_MS, .count = true, .ring = TW_RING
	};
	struct tw_result *res = calloc(1, sizeof(*res));
	struct tw_stand stand;
	bool open = false;
	unsigned index, n = 0;
	int turn = tw_turn_open(w->turn, NULL), ret = !res ? -ENOMEM : turn < 0 ? turn : 0;

	tw_process_pin(w->no);
	cfg.drops = tw_drops_open(NULL);
	cfg.patient = w->cfg->patient;
	while (ret == 0 && (index = take(w, n++)) < w->plan->n) {
		memset(res, 0, sizeof(*res));
		res->row = w->plan->item[index].row;
		res->family = w->plan->item[index].family;
		ret = send_begun(w, index);
		if (ready(w, turn, &stand, &open, &cfg, res))
			play(w, turn, &stand, res);
		if (ret == 0)
			ret = send_result(w, index, res);
		tw_evidence_free(&res->ev);
	}
	if (open)
		tw_stand_close(&stand);
	tw_drops_close(cfg.drops);
	if (turn >= 0)
		close(turn);
	free(res);
	return ret ? 1 : 0;
}
