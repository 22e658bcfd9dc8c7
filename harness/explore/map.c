#include "explore/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explore/map_impl.h"

int32_t tw_axis_first(const struct tw_axis *axis, unsigned band)
{
	return band ? axis->cut[band - 1] : INT32_MIN;
}

int32_t tw_axis_last(const struct tw_axis *axis, unsigned band)
{
	return band < axis->n_cuts ? axis->cut[band] - 1 : INT32_MAX;
}

unsigned tw_axis_band(const struct tw_axis *axis, int32_t at)
{
	unsigned band = 0;

	while (band < axis->n_cuts && axis->cut[band] <= at)
		band++;
	return band;
}

static int add_cut(struct tw_axis *axis, int32_t cut, unsigned most)
{
	unsigned i = axis->n_cuts;

	for (unsigned k = 0; k < axis->n_cuts; k++)
		if (axis->cut[k] == cut)
			return 0;
	if (axis->n_cuts == most)
		return -EPROTO;
	for (; i && axis->cut[i - 1] > cut; i--)
		axis->cut[i] = axis->cut[i - 1];
	axis->cut[i] = cut;
	axis->n_cuts++;
	return 0;
}

void tw_axis_merge(const struct tw_axis *a, const struct tw_axis *b, struct tw_axis *ret)
{
	*ret = *a;
	for (unsigned i = 0; i < b->n_cuts; i++)
		add_cut(ret, b->cut[i], TW_CUTS_MAX);
}

uint32_t tw_map_at(const struct tw_map *map, const struct tw_point *p)
{
	unsigned x = tw_axis_band(&map->seq, p->seq);

	return p->no_ts ? map->no_ts[x] : map->kind[tw_axis_band(&map->ts, p->ts)][x];
}

unsigned tw_map_differ(const struct tw_map *a, const struct tw_map *b)
{
	struct tw_axis seq, ts;
	unsigned n = 0;

	tw_axis_merge(&a->seq, &b->seq, &seq);
	tw_axis_merge(&a->ts, &b->ts, &ts);
	for (unsigned x = 0; x <= seq.n_cuts; x++) {
		struct tw_point p = { .seq = tw_axis_first(&seq, x), .no_ts = true };

		n += tw_map_at(a, &p) != tw_map_at(b, &p);
		p.no_ts = false;
		for (unsigned y = 0; y <= ts.n_cuts; y++) {
			p.ts = tw_axis_first(&ts, y);
			n += tw_map_at(a, &p) != tw_map_at(b, &p);
		}
	}
	return n;
}

void tw_map_any_isn(struct tw_map *map)
{
	for (unsigned x = 0; x <= map->seq.n_cuts; x++) {
		map->no_ts[x] = tw_kind_any_isn(map->no_ts[x]);
		for (unsigned y = 0; y <= map->ts.n_cuts; y++)
			map->kind[y][x] = tw_kind_any_isn(map->kind[y][x]);
	}
}

/* Every corner of a band's product with another, and a point within. */
static unsigned put_cell(const struct tw_map *map, unsigned x, unsigned y, bool no_ts,
			 struct tw_point ret[5])
{
	int32_t left = tw_axis_first(&map->seq, x), right = tw_axis_last(&map->seq, x);
	int32_t low = tw_axis_first(&map->ts, y), high = tw_axis_last(&map->ts, y);

	ret[0] = (struct tw_point){ left, low, no_ts };
	ret[1] = (struct tw_point){ right, low, no_ts };
	ret[2] = (struct tw_point){ left, high, no_ts };
	ret[3] = (struct tw_point){ right, high, no_ts };
	ret[4] = (struct tw_point){ left + (int32_t)(((int64_t)right - left) / 3),
				    low + (int32_t)(((int64_t)high - low) / 3), no_ts };
	return 5;
}

/* Fills the table of kinds; every corner of a rectangle must be of its kind. */
static int fill_cells(struct tw_drawing *d, struct tw_map *map, struct tw_err *err)
{
	unsigned w = map->seq.n_cuts + 1, h = map->ts.n_cuts + 1, n = 0;
	struct tw_point *points = calloc((size_t)w * (h + 1) * 5, sizeof(*points));
	uint32_t *kinds = calloc((size_t)w * (h + 1) * 5, sizeof(*kinds));
	int ret = points && kinds ? 0 : tw_err_set(err, ENOMEM, "out of memory");

	for (unsigned y = 0; ret >= 0 && y <= h; y++)
		for (unsigned x = 0; x < w; x++)
			n += put_cell(map, x, y < h ? y : 0, y == h, points + n);
	if (ret >= 0)
		ret = tw_drawing_ask(d, points, n, kinds, err);
	for (unsigned i = 0; ret >= 0 && i < n; i++) {
		unsigned x = i / 5 % w, y = i / 5 / w;
		uint32_t *cell = y < h ? &map->kind[y][x] : &map->no_ts[x];

		if (i % 5 == 0)
			*cell = kinds[i];
		else if (kinds[i] != *cell)
			ret = tw_err_set(err, EPROTO,
					 "the surface is not made of rectangles: R%+d, T%+d is "
					 "none of its neighbours' kind",
					 points[i].seq, points[i].ts);
	}
	free(points);
	free(kinds);
	return ret;
}

/* The neighbourhood of every crossing, three units to each side, must be as the table says. */
static int check_crossings(struct tw_drawing *d, const struct tw_map *map, struct tw_err *err)
{
	unsigned room = map->seq.n_cuts * (map->ts.n_cuts + 1) * 36, n = 0;
	struct tw_point *points = calloc(room + 1, sizeof(*points));
	uint32_t *kinds = calloc(room + 1, sizeof(*kinds));
	int ret = points && kinds ? 0 : tw_err_set(err, ENOMEM, "out of memory");

	for (unsigned i = 0; ret >= 0 && i < map->seq.n_cuts; i++)
		for (unsigned k = 0; k < map->ts.n_cuts; k++)
			for (int at = 0; at < 36; at++)
				points[n++] = (struct tw_point){
					.seq = (int32_t)((uint32_t)map->seq.cut[i] +
							 (uint32_t)(at % 6 - 3)),
					.ts = (int32_t)((uint32_t)map->ts.cut[k] +
							(uint32_t)(at / 6 - 3)),
				};
	if (ret >= 0)
		ret = tw_drawing_ask(d, points, n, kinds, err);
	for (unsigned i = 0; ret >= 0 && i < n; i++)
		if (kinds[i] != tw_map_at(map, &points[i]))
			ret = tw_err_set(err, EPROTO, "R%+d, T%+d is not of its region's kind",
					 points[i].seq, points[i].ts);
	free(points);
	free(kinds);
	return ret;
}

int tw_map_draw(struct tw_oracle *oracle, unsigned cells, struct tw_map *ret, struct tw_err *err)
{
	struct tw_drawing d = { .oracle = oracle };
	int code = tw_drawing_grid(&d, cells, err);

	memset(ret, 0, sizeof(*ret));
	if (code >= 0)
		code = tw_drawing_bounds(&d, err);
	for (unsigned i = 0; code >= 0 && i < d.n_bounds; i++)
		for (unsigned k = 0; code >= 0 && k < d.bound[i].n_cuts; k++)
			if (add_cut(d.bound[i].by_ts ? &ret->ts : &ret->seq, d.bound[i].cut[k],
				    TW_MAP_CUTS_MAX) < 0)
				code = tw_err_set(err, EPROTO,
						  "more than %d boundaries along one axis",
						  TW_MAP_CUTS_MAX);
	if (code >= 0)
		code = fill_cells(&d, ret, err);
	if (code >= 0)
		code = check_crossings(&d, ret, err);
	ret->probes = d.probes;
	ret->proofs = d.proofs;
	ret->grid[0] = d.n_seq;
	ret->grid[1] = d.n_ts + 1;
	tw_drawing_free(&d);
	return code;
}
