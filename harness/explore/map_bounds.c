/*
 * From the grid to boundaries. Between two neighbours of different kinds the interval is cut into parts, again and again, until
 * the neighbours are one apart: each part whose ends differ goes on, so that a third kind between them is found as well.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explore/map_impl.h"

enum {
	PARTS = 16,
	OPEN_MAX = 4096, /* intervals at once */
};

/* A part of a bound's interval whose ends differ. */
struct open {
	unsigned bound;
	int32_t lo, hi;
	uint32_t kind_lo, kind_hi;
};

static void *grown(void *array, unsigned n, unsigned *room, size_t size)
{
	if (n < *room)
		return array;
	*room = *room ? 2 * *room : 64;
	return realloc(array, *room * size);
}

static bool same_bound(const struct tw_bound *b, bool by_ts, const struct tw_bound *as)
{
	return b->by_ts == by_ts && b->lo == as->lo && b->hi == as->hi &&
	       b->kind_lo == as->kind_lo && b->kind_hi == as->kind_hi;
}

static int add_bound(struct tw_drawing *d, const struct tw_bound *bound, struct tw_err *err)
{
	void *more = grown(d->bound, d->n_bounds, &d->bounds_room, sizeof(*d->bound));

	if (!more)
		return tw_err_set(err, ENOMEM, "out of memory");
	d->bound = more;
	d->bound[d->n_bounds++] = *bound;
	return 0;
}

static int note(struct tw_drawing *d, const struct tw_bound *found, struct tw_err *err)
{
	unsigned i = 0;
	void *more;

	while (i < d->n_bounds && !same_bound(&d->bound[i], found->by_ts, found))
		i++;
	if (i == d->n_bounds)
		return add_bound(d, found, err);
	more = grown(d->shown, d->n_shown, &d->shown_room, sizeof(*d->shown));
	if (!more)
		return tw_err_set(err, ENOMEM, "out of memory");
	d->shown = more;
	d->shown[d->n_shown++] = (struct tw_shown){ i, found->on };
	return 0;
}

static int collect(struct tw_drawing *d, struct tw_err *err)
{
	int ret = 0;

	for (unsigned y = 0; ret >= 0 && y <= d->n_ts; y++) {
		for (unsigned x = 0; ret >= 0 && x < d->n_seq; x++) {
			const uint32_t *k = &d->kind[(size_t)y * d->n_seq + x];
			struct tw_bound b = { .on = { d->seq[x], y < d->n_ts ? d->ts[y] : 0,
						      y == d->n_ts },
					      .kind_lo = k[0] };

			if (x + 1 < d->n_seq && k[0] != k[1]) {
				b.lo = d->seq[x];
				b.hi = d->seq[x + 1];
				b.kind_hi = k[1];
				ret = note(d, &b, err);
			}
			if (ret >= 0 && y + 1 < d->n_ts && k[0] != k[d->n_seq]) {
				b.by_ts = true;
				b.lo = d->ts[y];
				b.hi = d->ts[y + 1];
				b.kind_hi = k[d->n_seq];
				ret = note(d, &b, err);
			}
		}
	}
	return ret;
}

static struct tw_point across(const struct tw_bound *b, const struct tw_point *on, int32_t at)
{
	struct tw_point p = *on;

	if (b->by_ts)
		p.ts = at;
	else
		p.seq = at;
	return p;
}

/* The inner points at which the interval is asked. */
static unsigned parts(const struct open *o, int32_t ret[PARTS])
{
	uint32_t width = (uint32_t)o->hi - (uint32_t)o->lo;
	unsigned n = 0;

	for (unsigned i = 1; i < PARTS; i++) {
		int32_t at = (int32_t)((uint32_t)o->lo + (uint32_t)((uint64_t)width * i / PARTS));

		if (at != o->lo && (!n || ret[n - 1] != at))
			ret[n++] = at;
	}
	return n;
}

/* A part whose ends differ: a boundary if they are neighbours, else still open. */
static int sort_part(struct tw_drawing *d, const struct open *part, struct open *open, unsigned *n,
		     struct tw_err *err)
{
	struct tw_bound *b = &d->bound[part->bound];

	if (part->kind_lo == part->kind_hi)
		return 0;
	if ((uint32_t)part->hi - (uint32_t)part->lo > 1) {
		if (*n == OPEN_MAX)
			return tw_err_set(err, EPROTO, "there are boundaries without end");
		open[(*n)++] = *part;
		return 0;
	}
	if (b->n_cuts == TW_BOUND_CUTS)
		return tw_err_set(err, EPROTO, "more than %d boundaries from %+d to %+d",
				  TW_BOUND_CUTS, b->lo, b->hi);
	b->cut[b->n_cuts] = part->hi;
	b->kind[b->n_cuts][0] = part->kind_lo;
	b->kind[b->n_cuts++][1] = part->kind_hi;
	d->proofs++;
	return 0;
}

/* The answers for one interval; @kinds are those of its inner points. */
static int split(struct tw_drawing *d, const struct open *o, const uint32_t *kinds,
		 struct open *next, unsigned *n_next, struct tw_err *err)
{
	struct open part = { o->bound, o->lo, o->hi, o->kind_lo, o->kind_hi };
	int32_t at[PARTS];
	unsigned n = parts(o, at);
	int ret = 0;

	for (unsigned i = 0; ret >= 0 && i <= n; i++) {
		part.hi = i < n ? at[i] : o->hi;
		part.kind_hi = i < n ? kinds[i] : o->kind_hi;
		ret = sort_part(d, &part, next, n_next, err);
		part.lo = part.hi;
		part.kind_lo = part.kind_hi;
	}
	return ret;
}

struct rounds {
	struct open open[2][OPEN_MAX];
	struct tw_point points[OPEN_MAX * PARTS];
	uint32_t kinds[OPEN_MAX * PARTS];
};

static int round_of(struct tw_drawing *d, struct rounds *r, unsigned which, unsigned *n,
		    struct tw_err *err)
{
	unsigned n_points = 0, n_next = 0, from = 0;
	int32_t at[PARTS];
	int ret;

	for (unsigned i = 0; i < *n; i++) {
		const struct open *o = &r->open[which][i];
		unsigned k = parts(o, at);

		for (unsigned p = 0; p < k; p++)
			r->points[n_points++] =
				across(&d->bound[o->bound], &d->bound[o->bound].on, at[p]);
	}
	ret = tw_drawing_ask(d, r->points, n_points, r->kinds, err);
	for (unsigned i = 0; ret >= 0 && i < *n; i++) {
		const struct open *o = &r->open[which][i];

		ret = split(d, o, r->kinds + from, r->open[!which], &n_next, err);
		from += parts(o, at);
	}
	*n = n_next;
	return ret;
}

/* Finds the cuts of all bounds from @first on. */
static int solve(struct tw_drawing *d, unsigned first, struct tw_err *err)
{
	struct rounds *r = malloc(sizeof(*r));
	unsigned n = 0, which = 0;
	int ret = r ? 0 : tw_err_set(err, ENOMEM, "out of memory");

	for (unsigned i = first; ret >= 0 && i < d->n_bounds; i++) {
		const struct tw_bound *b = &d->bound[i];
		const struct open whole = { i, b->lo, b->hi, b->kind_lo, b->kind_hi };

		ret = sort_part(d, &whole, r->open[0], &n, err);
	}
	for (; ret >= 0 && n; which = !which)
		ret = round_of(d, r, which, &n, err);
	free(r);
	return ret;
}

/*
 * The boundary on every other line that shows it: both neighbours. Where they are of other kinds, the line gets a bound of its
 * own, which is found from scratch.
 */
static int prove(struct tw_drawing *d, struct tw_err *err)
{
	size_t room = (size_t)d->n_shown * TW_BOUND_CUTS * 2 + 1;
	struct tw_point *points = calloc(room, sizeof(*points));
	uint32_t *kinds = calloc(room, sizeof(*kinds));
	unsigned n = 0, at = 0, shown = d->n_shown;
	int ret = points && kinds ? 0 : tw_err_set(err, ENOMEM, "out of memory");

	for (unsigned i = 0; ret >= 0 && i < shown; i++) {
		const struct tw_bound *b = &d->bound[d->shown[i].bound];

		for (unsigned k = 0; k < b->n_cuts; k++) {
			points[n++] = across(b, &d->shown[i].on, b->cut[k] - 1);
			points[n++] = across(b, &d->shown[i].on, b->cut[k]);
		}
	}
	if (ret >= 0)
		ret = tw_drawing_ask(d, points, n, kinds, err);
	for (unsigned i = 0; ret >= 0 && i < shown; i++) {
		struct tw_bound own = d->bound[d->shown[i].bound];
		bool proved = true;

		for (unsigned k = 0; k < own.n_cuts; k++, at += 2)
			proved &= kinds[at] == own.kind[k][0] && kinds[at + 1] == own.kind[k][1];
		d->proofs += proved ? own.n_cuts : 0;
		own.on = d->shown[i].on;
		own.n_cuts = 0;
		if (!proved)
			ret = add_bound(d, &own, err);
	}
	free(points);
	free(kinds);
	return ret;
}

int tw_drawing_bounds(struct tw_drawing *d, struct tw_err *err)
{
	unsigned solved;
	int ret = collect(d, err);

	if (ret >= 0)
		ret = solve(d, 0, err);
	solved = d->n_bounds;
	if (ret >= 0)
		ret = prove(d, err);
	return ret < 0 ? ret : solve(d, solved, err);
}
