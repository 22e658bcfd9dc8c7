/*
 * A matrix for programs: one JSON document.
 */
#ifndef TWPROBE_MATRIX_JSON_H
#define TWPROBE_MATRIX_JSON_H

#include <jansson.h>

#include "matrix/compare.h"

/*
 * { "kernels": [{ "label", "release", "version", "ending", "trouble", "again", "console", "rows", "wall_s", "cpu_s" }],
 *   "rows": [{ "id", "family", "differs", "explained", "because", "cells": [{ "outcome", "rfc", "also", "side", "saw",
 *   "because" }] }], "totals": { "rows", "kernels", "alike", "differ", "unexplained" } }
 * A cell that was not played is null. A new reference, or NULL when memory is out.
 */
json_t *tw_matrix_to_json(const struct tw_matrix *m, const struct tw_differences *d);

#endif
