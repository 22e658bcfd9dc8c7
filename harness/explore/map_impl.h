/*
 * How a map is drawn; only map.c, map_grid.c and map_bounds.c include this. A boundary is found once, between two points of the grid, and then
 * proved on every line of the grid that shows it.
 */
#ifndef TWPROBE_MAP_IMPL_H
#define TWPROBE_MAP_IMPL_H

#include "explore/map.h"

enum {
	TW_BOUND_CUTS = 6, /* between two points of the grid */
};

/* A change from one kind to another between two neighbours of the grid. */
struct tw_bound {
	bool by_ts; /* across T, else across R */
	int32_t lo, hi;
	uint32_t kind_lo, kind_hi;
	struct tw_point on; /* the line on which it was found: the other coordinate */
	unsigned n_cuts;
	int32_t cut[TW_BOUND_CUTS];      /* first offset of what comes next */
	uint32_t kind[TW_BOUND_CUTS][2]; /* of the two neighbours */
};

/* Another line that shows it. */
struct tw_shown {
	unsigned bound;
	struct tw_point on;
};

struct tw_drawing {
	struct tw_oracle *oracle;
	unsigned n_seq, n_ts;
	int32_t *seq, *ts;
	uint32_t *kind; /* [ts, and one row more without][seq] */
	unsigned n_bounds, bounds_room;
	struct tw_bound *bound;
	unsigned n_shown, shown_room;
	struct tw_shown *shown;
	uint64_t probes, proofs;
};

int tw_drawing_ask(struct tw_drawing *d, const struct tw_point *points, unsigned n,
		   uint32_t *ret_kinds, struct tw_err *err);
int tw_drawing_grid(struct tw_drawing *d, unsigned cells, struct tw_err *err);
int tw_drawing_bounds(struct tw_drawing *d, struct tw_err *err);
void tw_drawing_free(struct tw_drawing *d);

#endif
