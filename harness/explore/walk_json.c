#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "explore/walk.h"
#include "text/text.h"

static const struct {
	char letter;
	enum tw_base base;
} bases[] = { { 'R', TW_RCV_NXT }, { 'S', TW_SND_NXT }, { 'T', TW_TS_RECENT }, { '=', TW_NUMBER } };

/* "R+1", "=17", "absent"; what is unset is left out. */
static void put_val(json_t *o, const char *key, const struct tw_val *val)
{
	if (val->base == TW_ABSENT)
		json_object_set_new(o, key, json_string("absent"));
	for (unsigned i = 0; i < sizeof(bases) / sizeof(*bases); i++)
		if (bases[i].base == val->base)
			json_object_set_new(o, key,
					    json_sprintf("%c%+d", bases[i].letter, (int)val->off));
}

static bool get_val(const json_t *o, const char *key, struct tw_val *ret)
{
	const char *text = json_string_value(json_object_get(o, key));
	char letter;
	int off;

	*ret = (struct tw_val){ TW_UNSET, 0 };
	if (!json_object_get(o, key))
		return true;
	if (text && !strcmp(text, "absent")) {
		ret->base = TW_ABSENT;
		return true;
	}
	if (!text || sscanf(text, "%c%d", &letter, &off) != 2)
		return false;
	for (unsigned i = 0; i < sizeof(bases) / sizeof(*bases); i++)
		if (bases[i].letter == letter)
			*ret = (struct tw_val){ bases[i].base, (uint32_t)off };
	return ret->base != TW_UNSET;
}

/* The small numbers of a segment: name, where, and how much it holds. */
#define NUMBERS_OF(s)                                                                           \
	{                                                                                       \
		{ "len", (s).len, 1400 }, { "win", (s).win, 65535 }, { "urg", (s).urg, 65535 }, \
			{ "ttl", (s).ttl, 255 }, { "ecn", (s).ecn, 3 },                         \
			{ "odd", (s).odd, TW_ODDS - 1 }, { "bad_csum", (s).bad_csum, 1 },       \
			{ "astray", (s).astray, 1 }, { "cut", (s).cut, 1 },                     \
		{                                                                               \
			"icmp", (s).icmp, 1                                                     \
		}                                                                               \
	}

enum {
	N_NUMBERS = 10
};

struct number {
	const char *name;
	unsigned value, most;
};

static json_t *move_to_json(const struct tw_move *m)
{
	const struct number numbers[N_NUMBERS] = NUMBERS_OF(m->send);
	char text[256];
	json_t *o = json_pack("{s:s, s:i, s:i}", "says", tw_text_send(&m->send, text, sizeof(text)),
			      "flags", (int)m->send.flags, "pause_ms", (int)m->pause_ms);

	put_val(o, "seq", &m->send.seq);
	put_val(o, "ack", &m->send.ack);
	put_val(o, "tsval", &m->send.tsval);
	put_val(o, "tsecr", &m->send.tsecr);
	for (unsigned i = 0; i < N_NUMBERS; i++)
		if (numbers[i].value)
			json_object_set_new(o, numbers[i].name, json_integer(numbers[i].value));
	return o;
}

static bool get_number(const json_t *o, const char *name, unsigned most, unsigned *ret)
{
	const json_t *value = json_object_get(o, name);
	json_int_t n = json_integer_value(value);

	*ret = (unsigned)n;
	return !value || (json_is_integer(value) && n >= 0 && n <= (json_int_t)most);
}

static bool move_from_json(const json_t *o, struct tw_move *ret)
{
	struct tw_send *s = &ret->send;
	const struct number names[N_NUMBERS] = NUMBERS_OF(*s);
	unsigned v[N_NUMBERS], flags, pause;

	memset(ret, 0, sizeof(*ret));
	for (unsigned i = 0; i < N_NUMBERS; i++)
		if (!get_number(o, names[i].name, names[i].most, &v[i]))
			return false;
	if (!get_number(o, "flags", 255, &flags) || !get_number(o, "pause_ms", 60000, &pause) ||
	    !get_val(o, "seq", &s->seq) || !get_val(o, "ack", &s->ack) ||
	    !get_val(o, "tsval", &s->tsval) || !get_val(o, "tsecr", &s->tsecr))
		return false;
	s->flags = (uint8_t)flags;
	ret->pause_ms = (uint16_t)pause;
	s->len = (uint16_t)v[0];
	s->win = (uint16_t)v[1];
	s->urg = (uint16_t)v[2];
	s->ttl = (uint8_t)v[3];
	s->ecn = (uint8_t)v[4];
	s->odd = (uint8_t)v[5];
	s->bad_csum = v[6];
	s->astray = v[7];
	s->cut = v[8];
	s->icmp = v[9];
	return true;
}

json_t *tw_walk_to_json(const struct tw_walk *walk)
{
	json_t *moves = json_array();

	for (unsigned i = 0; i < walk->n; i++)
		json_array_append_new(moves, move_to_json(&walk->move[i]));
	return json_pack("{s:s, s:I, s:I, s:o}", "world", tw_fuzz_world_at(walk->world)->name,
			 "isn", (json_int_t)walk->isn, "tsval", (json_int_t)walk->tsval, "segments",
			 moves);
}

int tw_walk_from_json(const json_t *doc, struct tw_walk *ret, struct tw_err *err)
{
	const json_t *moves = json_object_get(doc, "segments");
	const char *world = json_string_value(json_object_get(doc, "world"));

	memset(ret, 0, sizeof(*ret));
	while (tw_fuzz_world_at(ret->world) &&
	       (!world || strcmp(tw_fuzz_world_at(ret->world)->name, world) != 0))
		ret->world++;
	if (!tw_fuzz_world_at(ret->world))
		return tw_err_set(err, EINVAL, "there is no world \"%.40s\"", world ? world : "");
	if (!get_number(doc, "isn", UINT32_MAX, &ret->isn) ||
	    !get_number(doc, "tsval", UINT32_MAX, &ret->tsval))
		return tw_err_set(err, EINVAL, "isn and tsval are numbers below 2^32");
	ret->n = (unsigned)json_array_size(moves);
	if (!ret->n || json_array_size(moves) > TW_WALK_MAX)
		return tw_err_set(err, EINVAL, "a walk has 1 to %d segments", TW_WALK_MAX);
	for (unsigned i = 0; i < ret->n; i++)
		if (!move_from_json(json_array_get(moves, i), &ret->move[i]))
			return tw_err_set(err, EINVAL, "segment %u is not well formed", i + 1);
	return 0;
}
