#include "explore/map_text.h"

#include <string.h>

#include "explore/map_legend.h"
#include "text/text.h"

static char *offset(const char *base, int32_t at, char *ret, size_t size)
{
	return tw_text_off(base, (uint32_t)at, 0, ret, size);
}

char *tw_band_text(const struct tw_axis *axis, unsigned band, const char *base, char *ret,
		   size_t size)
{
	int32_t first = tw_axis_first(axis, band), last = tw_axis_last(axis, band);
	char from[32], to[32];

	offset(base, first, from, sizeof(from));
	offset(base, last, to, sizeof(to));
	if (first == INT32_MIN && last == INT32_MAX)
		snprintf(ret, size, "any");
	else if (first == last)
		snprintf(ret, size, "%s", from);
	else
		snprintf(ret, size, "%s .. %s", from, to);
	return ret;
}

static void put_cell(const struct tw_legend *legend, uint32_t a, uint32_t b, bool both, FILE *out)
{
	char text[8];

	snprintf(text, sizeof(text), "%c", tw_legend_letter(legend, a));
	if (both && a != b)
		snprintf(text, sizeof(text), "%c/%c", tw_legend_letter(legend, a),
			 tw_legend_letter(legend, b));
	fprintf(out, "  %-24s", text);
}

static void put_row(const struct tw_map *map, const struct tw_map *other,
		    const struct tw_legend *legend, const struct tw_axis *seq,
		    const struct tw_axis *ts, unsigned x, FILE *out)
{
	struct tw_point p = { .seq = tw_axis_first(seq, x) };
	char text[80];

	fprintf(out, "  %-28s", tw_band_text(seq, x, "R", text, sizeof(text)));
	for (unsigned y = 0; y <= ts->n_cuts; y++) {
		p.ts = tw_axis_first(ts, y);
		put_cell(legend, tw_map_at(map, &p), other ? tw_map_at(other, &p) : 0, other, out);
	}
	p.no_ts = true;
	put_cell(legend, tw_map_at(map, &p), other ? tw_map_at(other, &p) : 0, other, out);
	fputc('\n', out);
}

void tw_map_text(const struct tw_map *map, const struct tw_map *other, bool ts, FILE *out)
{
	struct tw_legend legend = { .n = 0 };
	struct tw_axis seq = map->seq, tsval = map->ts;
	char text[80];

	tw_legend_add(&legend, map);
	if (other) {
		tw_legend_add(&legend, other);
		tw_axis_merge(&map->seq, &other->seq, &seq);
		tw_axis_merge(&map->ts, &other->ts, &tsval);
	}
	fprintf(out, "  %-28s", "SEG.SEQ \\ SEG.TSval");
	for (unsigned y = 0; y <= tsval.n_cuts; y++)
		fprintf(out, "  %-24s",
			tw_band_text(&tsval, y, ts ? "T" : "0", text, sizeof(text)));
	fputs("  no timestamps\n", out);
	for (unsigned x = seq.n_cuts + 1; x-- > 0;)
		put_row(map, other, &legend, &seq, &tsval, x, out);
	fputc('\n', out);
	for (unsigned i = 0; i < legend.n; i++)
		fprintf(out, "  %c  %s\n", legend.letter[i],
			tw_kind_text(legend.kind[i], text, sizeof(text)));
}
