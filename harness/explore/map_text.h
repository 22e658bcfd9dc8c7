/*
 * Maps for people: as a table of letters, and as a picture (SVG 1.1, no script, nothing from elsewhere).
 */
#ifndef TWPROBE_MAP_TEXT_H
#define TWPROBE_MAP_TEXT_H

#include <stdio.h>

#include "explore/map.h"

/*
 * The bands of both axes and the kind of each rectangle. With @other both are told, "A/S" where they differ.
 */
void tw_map_text(const struct tw_map *map, const struct tw_map *other, bool ts, FILE *out);

/* "R+1", "R-2^31 .. R-1", "any" */
char *tw_band_text(const struct tw_axis *axis, unsigned band, const char *base, char *ret,
		   size_t size);

struct tw_map_picture {
	const struct tw_map *map,
		*other; /* @other: drawn beside it, what differs is framed; or NULL */
	const char *name, *other_name;
	const char *title, *given; /* two lines at the top */
};

/* The whole plane, and three units to each side of every boundary. */
void tw_map_svg(const struct tw_map_picture *picture, FILE *out);

#endif
