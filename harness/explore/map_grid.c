#include <errno.h>
#include <stdlib.h>

#include "explore/map_impl.h"

enum {
	NEAR = 8, /* every unit so far from the middle */
	ANCHORS = 2 * NEAR + 1 + 3 * 2 * 31,
};

int tw_drawing_ask(struct tw_drawing *d, const struct tw_point *points, unsigned n,
		   uint32_t *ret_kinds, struct tw_err *err)
{
	d->probes += n;
	return n ? d->oracle->ask(d->oracle, points, n, ret_kinds, err) : 0;
}

static int by_value(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

/*
 * Where boundaries are likely, near the middle and around the powers of two, and @cells points in all, evenly. Sorted; the
 * ends of the circle are among them. Returns the number.
 */
static unsigned make_axis(unsigned cells, int32_t *ret)
{
	unsigned n = 0, kept = 0, rest;

	for (int32_t i = -NEAR; i <= NEAR; i++)
		ret[n++] = i;
	for (unsigned bit = 4; bit < 31; bit++) {
		for (int32_t by = -1; by <= 1; by++) {
			ret[n++] = (int32_t)(1u << bit) + by;
			ret[n++] = -(int32_t)(1u << bit) + by;
		}
	}
	ret[n++] = INT32_MIN;
	ret[n++] = INT32_MAX;
	/* a third into each part: no power of two is there */
	rest = n < cells ? cells - n : 0;
	for (unsigned i = 0; i < rest; i++)
		ret[n++] = (int32_t)((uint32_t)INT32_MIN + (uint32_t)((uint64_t)(3 * i + 1) *
								      (UINT32_MAX / (3u * rest))));
	qsort(ret, n, sizeof(*ret), by_value);
	for (unsigned i = 0; i < n; i++)
		if (!kept || ret[kept - 1] != ret[i])
			ret[kept++] = ret[i];
	return kept;
}

int tw_drawing_grid(struct tw_drawing *d, unsigned cells, struct tw_err *err)
{
	unsigned room = cells > ANCHORS ? cells : ANCHORS, n = 0;
	struct tw_point *points;
	int ret;

	d->seq = calloc(room, sizeof(*d->seq));
	d->ts = calloc(room, sizeof(*d->ts));
	points = calloc((size_t)room * (room + 1), sizeof(*points));
	d->kind = calloc((size_t)room * (room + 1), sizeof(*d->kind));
	if (!d->seq || !d->ts || !points || !d->kind) {
		free(points);
		return tw_err_set(err, ENOMEM, "out of memory");
	}
	d->n_seq = make_axis(cells, d->seq);
	d->n_ts = make_axis(cells, d->ts);
	for (unsigned y = 0; y <= d->n_ts; y++)
		for (unsigned x = 0; x < d->n_seq; x++)
			points[n++] = (struct tw_point){ d->seq[x], y < d->n_ts ? d->ts[y] : 0,
							 y == d->n_ts };
	ret = tw_drawing_ask(d, points, n, d->kind, err);
	free(points);
	return ret;
}

void tw_drawing_free(struct tw_drawing *d)
{
	free(d->seq);
	free(d->ts);
	free(d->kind);
	free(d->bound);
	free(d->shown);
}
