#include "explore/map_legend.h"

static bool taken(const struct tw_legend *l, char letter)
{
	for (unsigned i = 0; i < l->n; i++)
		if (l->letter[i] == letter)
			return true;
	return false;
}

static void add_kind(struct tw_legend *l, uint32_t kind)
{
	char letter = tw_kind_letter(kind);

	for (unsigned i = 0; i < l->n; i++)
		if (l->kind[i] == kind)
			return;
	if (l->n == TW_LEGEND_MAX)
		return;
	for (char digit = '1'; taken(l, letter) && digit <= '9'; digit++)
		letter = digit;
	l->kind[l->n] = kind;
	l->letter[l->n++] = letter;
}

void tw_legend_add(struct tw_legend *l, const struct tw_map *map)
{
	for (unsigned x = 0; x <= map->seq.n_cuts; x++) {
		for (unsigned y = 0; y <= map->ts.n_cuts; y++)
			add_kind(l, map->kind[y][x]);
		add_kind(l, map->no_ts[x]);
	}
}

char tw_legend_letter(const struct tw_legend *l, uint32_t kind)
{
	for (unsigned i = 0; i < l->n; i++)
		if (l->kind[i] == kind)
			return l->letter[i];
	return '?';
}
