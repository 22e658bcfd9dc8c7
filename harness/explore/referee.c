#include "explore/referee.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/referee_impl.h"

enum {
	RING = 8 << 20,
	AGE_MS = 30, /* before the first segment: what restarts the timer must show */
};

struct tw_referee *tw_referee_new(const struct tw_model_facts *facts, enum tw_family family,
				  enum tw_clause broken, struct tw_err *err)
{
	const struct tw_stand_cfg stand = { .batch = TW_REFEREE_SIZE, .ring = RING };
	struct tw_referee *r = calloc(1, sizeof(*r));
	struct tw_crowd_cfg crowd = { .size = TW_REFEREE_SIZE, .steps = TW_WALK_MAX + 1 };

	if (!r) {
		tw_err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	r->facts = *facts;
	r->family = family;
	r->broken = broken;
	if (tw_stand_open(&r->stand, &stand, err) < 0) {
		free(r);
		return NULL;
	}
	crowd.stand = &r->stand;
	r->crowd = tw_crowd_new(&crowd, err);
	if (r->crowd)
		return r;
	tw_referee_free(r);
	return NULL;
}

void tw_referee_free(struct tw_referee *r)
{
	if (!r)
		return;
	tw_crowd_free(r->crowd);
	tw_stand_close(&r->stand);
	free(r);
}

void tw_referee_break(struct tw_referee *r, enum tw_clause clause)
{
	r->broken = clause;
}

const uint64_t *tw_referee_decided(const struct tw_referee *r)
{
	return r->decided;
}

static void begin_walk(struct tw_referee *r, struct tw_course *c, const struct tw_tuple *t)
{
	const struct tw_given *given = &tw_fuzz_world_at(r->walks->world)->given;

	c->begun = true;
	c->m = tw_model_enter(given, &t->numbers, t->rcv_wnd, t->entered[0] / TW_MS);
	c->slack_ms = t->entered[1] / TW_MS + 1 - t->entered[0] / TW_MS;
	c->timer_slack_ms = c->slack_ms;
}

static bool give(struct tw_referee *r, unsigned who, unsigned step, struct tw_step *next)
{
	const struct tw_walk *w = &r->walks[who];

	if (step >= w->n)
		return false;
	next->send = w->move[step].send;
	next->pause_ms = w->move[step].pause_ms;
	if (!step && next->pause_ms < AGE_MS)
		next->pause_ms = AGE_MS;
	return true;
}

static bool on_step(void *arg, unsigned who, unsigned step, const struct tw_tuple *t,
		    struct tw_step *next)
{
	struct tw_referee *r = arg;
	struct tw_course *c = &r->course[who];

	if (!t)
		return give(r, who, 0, next);
	if (!c->begun)
		begin_walk(r, c, t);
	tw_referee_judge(r, who, step - 1, t);
	if (c->over || (c->m.state != TW_STATE_TIME_WAIT && c->m.state != TW_STATE_FIN_WAIT_2))
		return false;
	return give(r, who, step, next);
}

/* The sums of the counters, in a play whose every walk was judged to its end. */
static void judge_counters(struct tw_referee *r, const struct tw_crowd_result *result,
			   struct tw_dispute_seen *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (unsigned i = 0; i < r->n_sums && !ret->there; i++) {
		const struct tw_sum *s = &r->sum[i];
		uint64_t fences = strcmp(s->name, "TcpOutRsts") == 0 ? result->fences : 0;
		uint64_t moved = tw_crowd_moved(result, s->name) - fences;

		if (moved == s->n)
			continue;
		ret->there = true;
		snprintf(ret->counter, sizeof(ret->counter), "%s", s->name);
		snprintf(ret->differs, sizeof(ret->differs), "%s", s->name);
		snprintf(ret->expected, sizeof(ret->expected), "%s +%llu", s->name,
			 (unsigned long long)s->n);
		snprintf(ret->observed, sizeof(ret->observed), "%s +%llu", s->name,
			 (unsigned long long)moved);
	}
}

static void sum_up(struct tw_referee *r, unsigned n, const struct tw_crowd_result *result,
		   struct tw_dispute_seen *ret, struct tw_dispute_seen *ret_sum,
		   struct tw_refereed *ret_play)
{
	ret_play->failed = result->failed;
	snprintf(ret_play->why_void, sizeof(ret_play->why_void), "%s", result->why_void);
	memset(ret_sum, 0, sizeof(*ret_sum));
	for (unsigned i = 0; i < n; i++) {
		ret_play->segments += r->course[i].judged;
		ret_play->unclear += r->course[i].unclear;
		ret_play->disputes += r->course[i].dispute.there;
		ret[i] = r->course[i].dispute;
		if (*result->why_void)
			memset(&ret[i], 0, sizeof(ret[i]));
	}
	if (*result->why_void || ret_play->failed || ret_play->unclear || ret_play->disputes)
		return;
	judge_counters(r, result, ret_sum);
	if (n == 1 && ret_sum->there) {
		ret[0] = *ret_sum;
		ret[0].step = r->course[0].judged ? r->course[0].judged - 1 : 0;
		ret[0].by = r->course[0].by;
	}
}

int tw_referee_play(struct tw_referee *r, const struct tw_walk *walks, unsigned n,
		    struct tw_dispute_seen *ret, struct tw_dispute_seen *ret_sum,
		    struct tw_refereed *ret_play, struct tw_err *err)
{
	const struct tw_fuzz_world *world = tw_fuzz_world_at(walks->world);
	const struct tw_crowd_play play = { .given = &world->given,
					    .family = r->family,
					    .n = n,
					    .seats = r->seat,
					    .fn = on_step,
					    .arg = r };
	struct tw_crowd_result result;
	bool ts;
	int code;

	memset(ret_play, 0, sizeof(*ret_play));
	r->walks = walks;
	if (!tw_world_given(&world->given, &r->facts, &r->world, &ts))
		return tw_err_set(err, EINVAL, "world %s has a sysctl that the model does not know",
				  world->name);
	r->world.broken = r->broken;
	for (unsigned i = 0; i < n; i++)
		r->seat[i] = (struct tw_seat){ walks[i].isn, walks[i].tsval };
	memset(r->course, 0, n * sizeof(*r->course));
	tw_referee_sums_reset(r);
	code = tw_crowd_play(r->crowd, &play, &result, err);
	if (code >= 0)
		sum_up(r, n, &result, ret, ret_sum, ret_play);
	return code;
}
