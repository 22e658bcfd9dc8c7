#include "explore/shrink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	ROUNDS_MAX = 60,
	TRIES = 10, /* of a play that turned out void */
	CANDIDATES_MAX = TW_REFEREE_SIZE,
	ENOUGH = 4, /* rounds in which nothing simpler showed it: the first may have been held up */
};

/* Walks that are tried at once. */
struct trial {
	unsigned n;
	struct tw_walk walk[CANDIDATES_MAX];
	struct tw_dispute_seen seen[CANDIDATES_MAX];
};

/* Plays until it is not void; a walk that is alone, until it has a verdict. Returns 1 if that came, 0, or negative errno. */
static int play(struct tw_referee *r, const struct tw_walk *walks, unsigned n,
		struct tw_dispute_seen *ret, struct tw_dispute_seen *ret_sum, struct tw_err *err)
{
	struct tw_refereed play;

	for (unsigned i = 0; i < TRIES; i++) {
		int code = tw_referee_play(r, walks, n, ret, ret_sum, &play, err);

		if (code < 0)
			return code;
		if (!*play.why_void && (n > 1 || !(play.failed || play.unclear)))
			return 1;
	}
	return 0;
}

/* A counter, or a world of one tuple, is looked at walk by walk, until one shows it. */
static int try_all(struct tw_referee *r, struct trial *t, bool singly, struct tw_err *err)
{
	struct tw_dispute_seen sum;
	int ret = 0;

	if (!t->n)
		return 0;
	memset(t->seen, 0, t->n * sizeof(*t->seen));
	if (!singly && !tw_fuzz_world_at(t->walk[0].world)->most)
		return play(r, t->walk, t->n, t->seen, &sum, err);
	for (unsigned i = 0; i < t->n && ret >= 0; i++) {
		ret = play(r, &t->walk[i], 1, &t->seen[i], &sum, err);
		if (t->seen[i].there)
			break;
	}
	return ret;
}

static void candidates(const struct tw_walk *walk, struct trial *t)
{
	unsigned cost = tw_walk_cost(walk);
	struct tw_walk next;

	t->n = 0;
	for (unsigned i = 0; t->n < CANDIDATES_MAX && tw_walk_simpler(walk, i, &next); i++)
		if (tw_walk_cost(&next) < cost)
			t->walk[t->n++] = next;
}

/* The simplest that showed it, or t->n. */
static unsigned best_of(const struct trial *t)
{
	unsigned best = t->n, least = UINT32_MAX;

	for (unsigned i = 0; i < t->n; i++) {
		unsigned cost = tw_walk_cost(&t->walk[i]);

		if (!t->seen[i].there || cost >= least)
			continue;
		least = cost;
		best = i;
	}
	return best;
}

int tw_shrink(struct tw_referee *r, struct tw_walk *walk, struct tw_dispute_seen *seen,
	      struct tw_err *err)
{
	struct trial *t = calloc(1, sizeof(*t));
	bool singly = seen->counter[0] != '\0';
	int ret = t ? 0 : tw_err_set(err, ENOMEM, "out of memory");

	if (ret < 0)
		return ret;
	if (walk->n > seen->step + 1)
		walk->n = seen->step + 1;
	t->walk[0] = *walk;
	t->n = 1;
	for (unsigned i = 0, idle = 0; ret >= 0 && i < ROUNDS_MAX && idle < ENOUGH; i++) {
		unsigned best;

		ret = try_all(r, t, singly, err);
		best = best_of(t);
		if (ret < 0 || best == t->n) {
			idle++;
			continue;
		}
		idle = 0;
		*walk = t->walk[best];
		*seen = t->seen[best];
		if (walk->n > seen->step + 1)
			walk->n = seen->step + 1;
		candidates(walk, t);
	}
	free(t);
	return ret < 0 ? ret : 0;
}

int tw_confirm(struct tw_referee *r, const struct tw_walk *walk, struct tw_confirmed *ret,
	       struct tw_err *err)
{
	struct tw_dispute_seen seen, sum;
	int code = 0;

	memset(ret, 0, sizeof(*ret));
	for (unsigned i = 0; i < TW_CONFIRMATIONS && code >= 0; i++) {
		code = play(r, walk, 1, &seen, &sum, err);
		if (code < 1)
			continue;
		ret->played++;
		ret->shown += seen.there;
		if (seen.there)
			ret->seen = seen;
	}
	return code < 0 ? code : 0;
}

int tw_find_culprit(struct tw_referee *r, const struct tw_walk *walks, unsigned n,
		    struct tw_dispute_seen *ret, struct tw_err *err)
{
	struct tw_dispute_seen *seen = calloc(n, sizeof(*seen)), sum;
	unsigned from = 0;
	int code = seen ? 0 : tw_err_set(err, ENOMEM, "out of memory");

	/* the half that shows it, and so on */
	while (code >= 0 && n > 1) {
		unsigned half = n / 2;

		code = play(r, walks + from, half, seen, &sum, err);
		if (code >= 0 && !sum.there && !seen[0].there)
			from += half;
		n = code >= 0 && (sum.there || seen[0].there) ? half : n - half;
	}
	if (code >= 0)
		code = play(r, walks + from, 1, ret, &sum, err);
	free(seen);
	return code < 0 ? code : ret->there ? (int)from : -ENOENT;
}
