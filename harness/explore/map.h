/*
 * The decision surface: what becomes of one kind of segment at every point of the plane sequence number x TSval, both full
 * circles. A coarse grid first, then every boundary to the unit, each with the two neighbouring probes that prove it. Whoever
 * answers (a kernel, the model) is an oracle.
 */
#ifndef TWPROBE_MAP_H
#define TWPROBE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "explore/kind.h"
#include "twprobe/case.h"
#include "twprobe/err.h"

/* Offsets to R and to T, as signed distances. */
struct tw_point {
	int32_t seq, ts;
	bool no_ts; /* the segment has no timestamps; .ts does not count */
};

/* What is asked, besides the point. */
struct tw_map_setup {
	struct tw_given given;
	struct tw_send send; /* flags, length ...; its seq and tsval are the point's */
	enum tw_family family;
};

/* The kind of reaction at each of @n points. 0 or negative errno. */
struct tw_oracle {
	int (*ask)(struct tw_oracle *oracle, const struct tw_point *points, unsigned n,
		   uint32_t *ret_kinds, struct tw_err *err);
};

enum {
	TW_MAP_CUTS_MAX = 14,              /* of one axis of a map */
	TW_CUTS_MAX = 2 * TW_MAP_CUTS_MAX, /* of an axis: it may be two maps' */
	TW_BANDS_MAX = TW_CUTS_MAX + 1,    /* between them */
};

/* Bands of one axis: the first begins at -2^31, band i + 1 at cut[i]. */
struct tw_axis {
	unsigned n_cuts;
	int32_t cut[TW_CUTS_MAX];
};

struct tw_map {
	struct tw_axis seq, ts;
	uint32_t kind[TW_BANDS_MAX][TW_BANDS_MAX]; /* [band of ts][band of seq] */
	uint32_t no_ts[TW_BANDS_MAX];              /* [band of seq] */
	uint64_t probes;                           /* points that were asked */
	uint64_t proofs;  /* pairs of neighbours on either side of a boundary */
	unsigned grid[2]; /* of the coarse one: columns, rows */
	uint32_t wnd;     /* R+wnd is the end of the window (FIN_WAIT_2) */
};

/* First and last offset of a band. */
int32_t tw_axis_first(const struct tw_axis *axis, unsigned band);
int32_t tw_axis_last(const struct tw_axis *axis, unsigned band);
/* The band that @at is in. */
unsigned tw_axis_band(const struct tw_axis *axis, int32_t at);

/*
 * Draws the map with a coarse grid of @cells points a side. -EPROTO: what was found is not made of rectangles, or the same
 * question got two answers. Else 0 or what the oracle failed with.
 */
int tw_map_draw(struct tw_oracle *oracle, unsigned cells, struct tw_map *ret, struct tw_err *err);

/* The kind of reaction at a point. */
uint32_t tw_map_at(const struct tw_map *map, const struct tw_point *point);

/* Number of bands of both that differ in kind, on the axes of both maps together. */
unsigned tw_map_differ(const struct tw_map *a, const struct tw_map *b);

/* Makes the map blind for the numbers that SYN-ACKs begin with. */
void tw_map_any_isn(struct tw_map *map);

/* The cuts of both. */
void tw_axis_merge(const struct tw_axis *a, const struct tw_axis *b, struct tw_axis *ret);

#endif
