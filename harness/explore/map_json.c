#include "explore/map_json.h"

#include <errno.h>
#include <string.h>

static json_t *axis_to_json(const struct tw_axis *axis)
{
	json_t *cuts = json_array();

	for (unsigned i = 0; i < axis->n_cuts; i++)
		json_array_append_new(cuts, json_integer(axis->cut[i]));
	return cuts;
}

static json_t *row_to_json(const uint32_t *kinds, unsigned n)
{
	json_t *row = json_array();
	char text[80];

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(row,
				      json_pack("{s:I, s:s}", "code", (json_int_t)kinds[i], "says",
						tw_kind_text(kinds[i], text, sizeof(text))));
	return row;
}

json_t *tw_map_to_json(const struct tw_map *map)
{
	unsigned w = map->seq.n_cuts + 1;
	json_t *rows = json_array();

	for (unsigned y = 0; y <= map->ts.n_cuts; y++)
		json_array_append_new(rows, row_to_json(map->kind[y], w));
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:[I,I], s:I}", "seq_cuts",
			 axis_to_json(&map->seq), "ts_cuts", axis_to_json(&map->ts), "regions",
			 rows, "without_ts", row_to_json(map->no_ts, w), "probes",
			 (json_int_t)map->probes, "proofs", (json_int_t)map->proofs, "grid",
			 (json_int_t)map->grid[0], (json_int_t)map->grid[1], "window",
			 (json_int_t)map->wnd);
}

static bool axis_from_json(const json_t *cuts, struct tw_axis *ret)
{
	size_t n = json_array_size(cuts);

	if (!json_is_array(cuts) || n > TW_MAP_CUTS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		json_int_t at = json_integer_value(json_array_get(cuts, i));

		if (!json_is_integer(json_array_get(cuts, i)) || at <= INT32_MIN ||
		    at > INT32_MAX || (i && at <= ret->cut[i - 1]))
			return false;
		ret->cut[i] = (int32_t)at;
	}
	ret->n_cuts = (unsigned)n;
	return true;
}

static bool row_from_json(const json_t *row, unsigned n, uint32_t *ret)
{
	if (json_array_size(row) != n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		const json_t *code = json_object_get(json_array_get(row, i), "code");
		json_int_t value = json_integer_value(code);

		if (!json_is_integer(code) || value <= 0 || value > UINT32_MAX)
			return false;
		ret[i] = (uint32_t)value;
	}
	return true;
}

int tw_map_from_json(const json_t *doc, struct tw_map *ret, struct tw_err *err)
{
	const json_t *rows = json_object_get(doc, "regions");
	unsigned w, h;

	memset(ret, 0, sizeof(*ret));
	if (!axis_from_json(json_object_get(doc, "seq_cuts"), &ret->seq) ||
	    !axis_from_json(json_object_get(doc, "ts_cuts"), &ret->ts))
		return tw_err_set(err, EINVAL, "a map needs seq_cuts and ts_cuts, in order");
	w = ret->seq.n_cuts + 1;
	h = ret->ts.n_cuts + 1;
	if (json_array_size(rows) != h ||
	    !row_from_json(json_object_get(doc, "without_ts"), w, ret->no_ts))
		return tw_err_set(err, EINVAL, "a map needs %u regions of %u kinds", h, w);
	for (unsigned y = 0; y < h; y++)
		if (!row_from_json(json_array_get(rows, y), w, ret->kind[y]))
			return tw_err_set(err, EINVAL, "a map needs %u regions of %u kinds", h, w);
	ret->probes = (uint64_t)json_integer_value(json_object_get(doc, "probes"));
	ret->proofs = (uint64_t)json_integer_value(json_object_get(doc, "proofs"));
	ret->wnd = (uint32_t)json_integer_value(json_object_get(doc, "window"));
	return 0;
}
