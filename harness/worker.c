#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence_json.h"
#include "play.h"
#include "process.h"
#include "wait.h"

enum {
	STANDS = 8
}; /* setting up that many rows takes about as long as one entry has to age */

struct place {
	struct tw_stand stand;
	struct tw_play play;
	struct tw_result res;
	unsigned index;
	bool open, busy;
};

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

static int send_result(const struct tw_worker *w, struct place *p)
{
	json_t *line = json_pack("[i, o]", (int)p->index, tw_result_to_json(&p->res));
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	int ret = text ? write_all(w->out, text, strlen(text)) : -ENOMEM;

	if (ret == 0)
		ret = write_all(w->out, "\n", 1);
	free(text);
	json_decref(line);
	tw_evidence_free(&p->res.ev);
	p->busy = false;
	return ret;
}

/* A stand that cannot be had is said in the row that needed it. */
static bool ready(struct place *p, const struct tw_stand_cfg *cfg)
{
	struct tw_err err = { "" };

	if (p->open && p->stand.dirty) {
		tw_stand_close(&p->stand);
		p->open = false;
	}
	if (p->open)
		return true;
	if (tw_stand_open(&p->stand, cfg, &err) == 0) {
		p->open = true;
		return true;
	}
	tw_evidence_init(&p->res.ev);
	snprintf(p->res.ev.id, sizeof(p->res.ev.id), "%s", p->res.row->id);
	snprintf(p->res.ev.error, sizeof(p->res.ev.error), "%.380s", err.text);
	p->res.ev.flow.family = p->res.family;
	return false;
}

/* Takes the next item. False if there is none. */
static bool take(const struct tw_worker *w, struct place *p, const struct tw_stand_cfg *cfg,
		 int *ret_fail)
{
	unsigned at = __atomic_fetch_add(&w->board->next, 1, __ATOMIC_RELAXED);

	if (at >= w->plan->n)
		return false;
	p->index = w->plan->order[at];
	w->board->taken_by[p->index] = (uint8_t)(w->no + 1);
	memset(&p->res, 0, sizeof(p->res));
	p->res.row = w->plan->item[p->index].row;
	p->res.family = w->plan->item[p->index].family;
	p->busy = true;
	if (ready(p, cfg))
		tw_play_start(&p->play, &p->stand, w->cfg->facts, &p->res, w->cfg->seed);
	else
		*ret_fail = send_result(w, p);
	return true;
}

/* One round over all places. 1: something was done; 0: everything waits until @due; -1: nothing left; or negative errno. */
static int round_of(const struct tw_worker *w, struct place *place, const struct tw_stand_cfg *cfg,
		    uint64_t *due, bool *more)
{
	int did = 0, busy = 0, fail = 0;
	uint64_t at;

	*due = UINT64_MAX;
	for (unsigned i = 0; i < STANDS && !fail; i++) {
		struct place *p = &place[i];

		if (!p->busy && *more) {
			*more = take(w, p, cfg, &fail);
			did |= *more;
		}
		if (!p->busy || fail)
			continue;
		if (tw_play_poll(&p->play, &at)) {
			fail = send_result(w, p);
			did = 1;
		} else {
			busy = 1;
			if (at < *due)
				*due = at;
		}
	}
	return fail ? fail : did ? 1 : busy ? 0 : -1;
}

int tw_worker_main(const struct tw_worker *w)
{
	struct place *place = calloc(STANDS, sizeof(*place));
	struct tw_drops *drops;
	struct tw_stand_cfg cfg = {
		.batch = 1, .age_ms = TW_AGE_MS, .count = true, .ring = TW_RING
	};
	uint64_t due;
	bool more = true;
	int ret = 1;

	if (!place)
		return 1;
	tw_process_pin(w->no);
	cfg.drops = drops = tw_drops_open(NULL);
	while (ret >= 0) {
		ret = round_of(w, place, &cfg, &due, &more);
		if (ret == 0)
			tw_wait_until(due);
	}
	/* tell the pool before the stands are closed, which takes some grace periods */
	close(w->out);
	for (unsigned i = 0; i < STANDS; i++)
		if (place[i].open)
			tw_stand_close(&place[i].stand);
	tw_drops_close(drops);
	free(place);
	return ret == -1 ? 0 : 1;
}
