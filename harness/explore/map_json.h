/*
 * Maps as JSON, written and read. What was read is checked: it may be anybody's.
 */
#ifndef TWPROBE_MAP_JSON_H
#define TWPROBE_MAP_JSON_H

#include <jansson.h>

#include "explore/map.h"

/* A new object; NULL: out of memory. */
json_t *tw_map_to_json(const struct tw_map *map);

/* 0 or -EINVAL, with what is wrong. */
int tw_map_from_json(const json_t *doc, struct tw_map *ret, struct tw_err *err);

#endif
