#include "explore/lane_ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "explore/oracle_model.h"

enum {
	AGE_MS = 28, /* between two looks at a timer: what restarts it must show */
	WORTH = 3,   /* another round pays while one in so many tuples is left */
	RING = 8 << 20,
	ATTEMPTS_MAX = 40, /* plays that brought nothing */
};

int tw_lane_ask_open(struct tw_lane_ask *ask, const struct tw_map_setup *setup, uint64_t seed,
		     struct tw_err *err)
{
	const struct tw_stand_cfg stand = { .batch = TW_ASK_BATCH, .ring = RING };
	struct tw_crowd_cfg crowd = { .stand = &ask->stand,
				      .size = TW_ASK_BATCH,
				      .steps = TW_ASK_STEPS };
	int ret;

	memset(ask, 0, sizeof(*ask));
	ask->setup = setup;
	ask->random = seed;
	ret = tw_stand_open(&ask->stand, &stand, err);
	if (ret < 0)
		return ret;
	ask->crowd = tw_crowd_new(&crowd, err);
	if (ask->crowd)
		return 0;
	tw_lane_ask_close(ask);
	return -ENOMEM;
}

void tw_lane_ask_close(struct tw_lane_ask *ask)
{
	tw_crowd_free(ask->crowd);
	tw_stand_close(&ask->stand);
}

/*
 * The answer proves that the entry is what it was: S, R and T stand in it. Only then another point may be asked on the tuple. A
 * RST, or nothing at all, proves nothing.
 */
static bool as_before(const struct tw_tuple *t)
{
	const struct tw_seg *reply = &t->seen.reply;
	bool ts = t->numbers.ts && t->numbers.ts_recent;

	return t->seen.n_replies == 1 && (reply->flags & 0x3f) == TW_ACK &&
	       reply->seq == t->numbers.snd_nxt && reply->ack == t->numbers.rcv_nxt &&
	       reply->ts == ts && (!ts || reply->tsecr == t->numbers.ts_recent) &&
	       (t->seen.fate == TW_RUNNING || t->seen.fate == TW_RESTARTED);
}

static bool next_point(struct tw_lane_ask *ask, unsigned who, unsigned step, struct tw_step *next)
{
	unsigned index;

	if (ask->taken == ask->n)
		return false;
	index = ask->todo[ask->taken++];
	ask->taken_by[who] = index;
	ask->asked[step]++;
	next->send = tw_map_send(ask->setup, &ask->points[index]);
	next->pause_ms = AGE_MS;
	return true;
}

static bool on_step(void *arg, unsigned who, unsigned step, const struct tw_tuple *t,
		    struct tw_step *next)
{
	struct tw_lane_ask *ask = arg;
	enum tw_state was = ask->setup->given.enter == TW_TO_FIN_WAIT_2 ? TW_STATE_FIN_WAIT_2
									: TW_STATE_TIME_WAIT;

	if (t) {
		ask->kinds[ask->taken_by[who]] =
			tw_kind_seen(&t->numbers, &t->sent, &t->seen, was, t->entry.state);
		ask->wnd = t->rcv_wnd;
		/* a round of few tuples is not worth its wait */
		if (!as_before(t) || ask->asked[step - 1] < ask->asked[0] / WORTH)
			return false;
	}
	return next_point(ask, who, step, next);
}

/* What was not told goes back to the beginning of the list; all of it if @nothing counts. */
static void put_back(struct tw_lane_ask *ask, bool nothing)
{
	unsigned left = 0;

	for (unsigned i = 0; i < ask->n; i++) {
		unsigned index = ask->todo[i];

		if (i >= ask->taken || nothing || ask->kinds[index] == TW_KIND_UNTOLD) {
			ask->kinds[index] = TW_KIND_UNTOLD;
			ask->todo[left++] = index;
		}
	}
	ask->n = left;
}

static int play(struct tw_lane_ask *ask, char *ret_trouble, size_t size, struct tw_err *err)
{
	struct tw_crowd_result result;
	struct tw_crowd_play play = { .given = &ask->setup->given,
				      .family = ask->setup->family,
				      .n = ask->n < TW_ASK_BATCH ? ask->n : TW_ASK_BATCH,
				      .seats = ask->seat,
				      .fn = on_step,
				      .arg = ask };
	int ret;

	for (unsigned i = 0; i < play.n; i++) {
		ask->seat[i].isn = tw_random(&ask->random);
		ask->seat[i].tsval = tw_random(&ask->random) | 1;
		if (ask->setup->given.ts_recent.base == TW_NUMBER)
			ask->seat[i].tsval = ask->setup->given.ts_recent.off;
	}
	ask->taken = 0;
	memset(ask->asked, 0, sizeof(ask->asked));
	ret = tw_crowd_play(ask->crowd, &play, &result, err);
	ask->tuples += play.n;
	if (ret >= 0) {
		put_back(ask, result.why_void[0] != '\0');
		snprintf(ret_trouble, size, "%s",
			 *result.why_void ? result.why_void : result.trouble);
	}
	return ret;
}

int tw_lane_ask(struct tw_lane_ask *ask, const struct tw_point *points, unsigned n,
		uint32_t *ret_kinds, struct tw_err *err)
{
	char trouble[256] = "";
	unsigned attempts = 0;
	int ret = 0;

	ask->points = points;
	ask->kinds = ret_kinds;
	ask->todo = malloc((n + 1) * sizeof(*ask->todo));
	if (!ask->todo)
		return tw_err_set(err, ENOMEM, "out of memory");
	for (unsigned i = 0; i < n; i++) {
		ask->todo[i] = i;
		ret_kinds[i] = TW_KIND_UNTOLD;
	}
	ask->n = n;
	while (ret >= 0 && ask->n && attempts < ATTEMPTS_MAX) {
		unsigned before = ask->n;

		ret = play(ask, trouble, sizeof(trouble), err);
		attempts = ask->n == before ? attempts + 1 : 0;
	}
	if (ret >= 0 && ask->n)
		ret = tw_err_set(err, EAGAIN, "%u points could not be told: %s", ask->n,
				 *trouble ? trouble : "this process is stopped again and again");
	free(ask->todo);
	ask->todo = NULL;
	return ret;
}
