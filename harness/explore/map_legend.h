/*
 * Letters for the kinds of one or two maps. Plain data.
 */
#ifndef TWPROBE_MAP_LEGEND_H
#define TWPROBE_MAP_LEGEND_H

#include "explore/map.h"

enum {
	TW_LEGEND_MAX = 40
};

struct tw_legend {
	unsigned n;
	uint32_t kind[TW_LEGEND_MAX];
	char letter[TW_LEGEND_MAX];
};

/* Adds the kinds of the map. */
void tw_legend_add(struct tw_legend *legend, const struct tw_map *map);

char tw_legend_letter(const struct tw_legend *legend, uint32_t kind);

#endif
