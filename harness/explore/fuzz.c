#include "explore/fuzz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/process.h"
#include "base/random.h"
#include "explore/shrink.h"

enum {
	LANE_STRIDE = 5,
	FEW = 2,
	CROWD_FILES = 1200, /* connections that the DUT itself opened are held until they close */
};

struct fuzz {
	const struct tw_fuzz_cfg *cfg;
	struct tw_fuzz_account *acc;
	bool *stop;
	struct tw_referee *referee;
	struct tw_shapes shapes;
	uint64_t random;
	struct tw_walk walk[TW_REFEREE_SIZE];
	struct tw_dispute_seen seen[TW_REFEREE_SIZE], sum;
};

static uint64_t now(void)
{
	struct tw_clock *clock = tw_clock_real();

	return clock->now(clock);
}

static bool stopped(const struct fuzz *f)
{
	return __atomic_load_n(f->stop, __ATOMIC_RELAXED);
}

static bool over(const struct fuzz *f)
{
	return now() >= f->cfg->until || stopped(f);
}

static bool same_find(const struct tw_fuzz_find *find, const struct tw_walk *walk,
		      const struct tw_dispute_seen *seen)
{
	return find->walk.world == walk->world && find->seen.by == seen->by &&
	       !strcmp(find->seen.differs, seen->differs);
}

/* Seen before, as it stands: not worth to be shrunk again. */
static bool known(struct fuzz *f, const struct tw_walk *walk, const struct tw_dispute_seen *seen)
{
	for (unsigned i = 0; i < f->acc->n_finds; i++) {
		if (!same_find(&f->acc->find[i], walk, seen))
			continue;
		f->acc->find[i].times++;
		return true;
	}
	return f->acc->n_finds == TW_FINDS_OF_LANE;
}

/* 1: the whole model is not known to agree with the kernel there, so that the missing clause need not be what was found. */
static int of_its_own(struct fuzz *f, const struct tw_walk *walk, struct tw_err *err)
{
	struct tw_confirmed whole;
	int ret;

	tw_referee_break(f->referee, TW_CLAUSE_NONE);
	ret = tw_confirm(f->referee, walk, &whole, err);
	tw_referee_break(f->referee, f->cfg->broken);
	return ret < 0 ? ret : whole.shown || !whole.played;
}

static int work_out(struct fuzz *f, const struct tw_walk *walk, const struct tw_dispute_seen *seen,
		    struct tw_err *err)
{
	struct tw_fuzz_find find = { .walk = *walk, .seen = *seen, .times = 1, .first = now() };
	struct tw_confirmed again;
	int ret = tw_shrink(f->referee, &find.walk, &find.seen, err);

	if (ret >= 0)
		ret = tw_confirm(f->referee, &find.walk, &again, err);
	if (ret < 0)
		return ret;
	find.confirmed = again.shown;
	find.played = again.played;
	if (find.confirmed && f->cfg->broken && (ret = of_its_own(f, &find.walk, err)) != 0) {
		if (ret < 0)
			return ret;
		find.confirmed = 0;
	}
	if (f->acc->n_finds < TW_FINDS_OF_LANE) {
		f->acc->find[f->acc->n_finds] = find;
		__atomic_store_n(&f->acc->n_finds, f->acc->n_finds + 1, __ATOMIC_RELEASE);
	}
	/* in some worlds it takes more to get there: another may show it by less */
	if (f->cfg->first_only && find.confirmed && find.walk.n <= FEW)
		__atomic_store_n(f->stop, true, __ATOMIC_RELAXED);
	return 0;
}

/* Where only the sum of a counter is wrong: whose is it? */
static int work_out_sum(struct fuzz *f, unsigned n, struct tw_err *err)
{
	struct tw_dispute_seen seen = f->sum;
	int who;

	if (known(f, &f->walk[0], &f->sum))
		return 0;
	who = tw_find_culprit(f->referee, f->walk, n, &seen, err);
	if (who == -ENOENT)
		return work_out(f, &f->walk[0], &f->sum, err);
	return who < 0 ? who : work_out(f, &f->walk[who], &seen, err);
}

/* Each world once, the lanes beginning at different ones; then by weight. */
static unsigned next_world(struct fuzz *f)
{
	unsigned worlds = 0;

	while (tw_fuzz_world_at(worlds))
		worlds++;
	if (f->acc->plays < worlds)
		return (unsigned)((f->cfg->cpu * LANE_STRIDE + f->acc->plays) % worlds);
	return tw_walk_world(&f->random);
}

static int one_play(struct fuzz *f, struct tw_err *err)
{
	unsigned index = next_world(f), n = TW_REFEREE_SIZE;
	const struct tw_fuzz_world *given = tw_fuzz_world_at(index);
	struct tw_refereed play;
	struct tw_world world;
	bool ts;
	int ret;

	if (given->most)
		n = given->most;
	tw_world_given(&given->given, &f->cfg->facts, &world, &ts);
	for (unsigned i = 0; i < n; i++)
		tw_walk_draw(&f->shapes, index, &world, &f->random, &f->walk[i]);
	ret = tw_referee_play(f->referee, f->walk, n, f->seen, &f->sum, &play, err);
	if (ret < 0)
		return ret;
	f->acc->plays++;
	if (*play.why_void) {
		f->acc->voids++;
		snprintf(f->acc->last_void, sizeof(f->acc->last_void), "%.200s; world %s",
			 play.why_void, given->name);
		return 0;
	}
	f->acc->walks += n;
	f->acc->segments += play.segments;
	f->acc->unclear += play.unclear;
	f->acc->failed += play.failed;
	for (unsigned i = 0; ret >= 0 && play.disputes && i < n && !stopped(f); i++)
		if (f->seen[i].there && !known(f, &f->walk[i], &f->seen[i]))
			ret = work_out(f, &f->walk[i], &f->seen[i], err);
	if (ret >= 0 && f->sum.there)
		ret = work_out_sum(f, n, err);
	return ret;
}

static bool is_better(const struct tw_fuzz_find *a, const struct tw_fuzz_find *b)
{
	if (a->confirmed != b->confirmed)
		return a->confirmed > b->confirmed;
	return tw_walk_cost(&a->walk) < tw_walk_cost(&b->walk);
}

void tw_fuzz_join(struct tw_fuzz_account *sum, const struct tw_fuzz_find *find)
{
	for (unsigned i = 0; i < sum->n_finds; i++) {
		struct tw_fuzz_find *have = &sum->find[i];
		struct tw_fuzz_find best = is_better(find, have) ? *find : *have;

		if (!same_find(have, &find->walk, &find->seen))
			continue;
		best.times = have->times + find->times;
		best.first = find->first < have->first ? find->first : have->first;
		*have = best;
		return;
	}
	if (sum->n_finds < TW_FINDS_OF_LANE)
		sum->find[sum->n_finds++] = *find;
}

void tw_fuzz_lane(const struct tw_fuzz_cfg *cfg, struct tw_fuzz_account *acc, bool *stop)
{
	struct fuzz *f = calloc(1, sizeof(*f));
	struct tw_err err = { "" };
	int ret = f ? 0 : -ENOMEM;

	tw_process_pin(cfg->cpu);
	tw_process_files(CROWD_FILES);
	if (f) {
		f->cfg = cfg;
		f->acc = acc;
		f->stop = stop;
		f->random = cfg->seed;
		tw_shapes_draw(&f->shapes, &f->random);
		f->referee = tw_referee_new(&cfg->facts, cfg->family, cfg->broken, &err);
		ret = f->referee ? 0 : -EIO;
	}
	while (ret >= 0 && !over(f))
		ret = one_play(f, &err);
	if (ret < 0)
		snprintf(acc->trouble, sizeof(acc->trouble), "%.380s",
			 *err.text ? err.text : "out of memory");
	if (f && f->referee) {
		memcpy(acc->decided, tw_referee_decided(f->referee), sizeof(acc->decided));
		tw_referee_free(f->referee);
	}
	free(f);
	acc->done = true;
}
