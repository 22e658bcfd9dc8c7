#include "evidence/json_fields.h"
#include "natreport/items.h"
#include "natreport/json.h"
#include "natreport/words.h"

static json_t *text_or_null(const char *text)
{
	return *text ? tw_json_text(text) : json_null();
}

/* Appends to a list that is NULL once memory is out. */
static json_t *append(json_t *list, json_t *value)
{
	if (list && !json_array_append_new(list, value))
		return list;
	json_decref(list);
	return NULL;
}

json_t *tw_nat_json_clocks(const struct tw_nat_clocks *clocks)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < clocks->n && i < TW_NAT_CLOCKS_MAX; i++) {
		const struct tw_nat_clock *c = &clocks->c[i];

		list = append(list,
			      json_pack("{s:i, s:i, s:i, s:o, s:I, s:I}", "timestamps",
					c->timestamps, "host", c->host, "port", c->port, "at_ns",
					tw_json_u64(c->at), "tsval", (json_int_t)c->tsval, "offset",
					(json_int_t)c->offset));
	}
	return json_pack("{s:b, s:{s:s, s:s}, s:o, s:o}", "done", clocks->done, "kind",
			 "tcp_timestamps=1", tw_say_clock(clocks->kind[1]), "tcp_timestamps=2",
			 tw_say_clock(clocks->kind[2]), "syns", list, "trouble",
			 text_or_null(clocks->trouble));
}

json_t *tw_nat_json_plane(const struct tw_nat_plane *plane)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < plane->n && i < TW_NAT_DOTS_MAX; i++) {
		const struct tw_nat_dot *dot = &plane->dot[i];

		list = append(list, json_pack("{s:I, s:I, s:s, s:s}", "dtsval",
					      (json_int_t)dot->dts, "disn", (json_int_t)dot->disn,
					      "answer", tw_say_answer(dot->answer), "rule",
					      tw_say_rule(dot->rule)));
	}
	return json_pack("{s:b, s:I, s:o, s:o}", "done", plane->done, "exceptions",
			 (json_int_t)plane->exceptions, "syns", list, "trouble",
			 text_or_null(plane->trouble));
}

static json_t *left(int ms)
{
	return ms >= 0 ? json_integer(ms) : json_null();
}

json_t *tw_nat_json_steps(const struct tw_nat_steps *steps)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < steps->n && i < TW_NAT_STEPS_MAX; i++) {
		const struct tw_nat_step *step = &steps->step[i];

		list = append(list,
			      json_pack("{s:s, s:i, s:o, s:o, s:o, s:s}", "series",
					step->series == TW_NAT_ALONE ? "alone" : "repeated",
					"tuple", step->tuple, "at_s", tw_nat_json_real(step->at_s),
					"left_before_ms", left(step->left_before_ms),
					"left_after_ms", left(step->left_after_ms), "answer",
					tw_say_answer(step->answer)));
	}
	return json_pack("{s:b, s:I, s:o, s:o}", "done", steps->done, "exceptions",
			 (json_int_t)steps->exceptions, "syns", list, "trouble",
			 text_or_null(steps->trouble));
}

static json_t *door_json(const struct tw_nat_door *door)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:s, s:b}", "at_ns", tw_json_u64(door->at),
			 "from", door->victim ? "victim" : "neighbour", "tsval",
			 door->ts ? json_integer(door->tsval) : json_null(), "stamp",
			 door->remembered ? json_integer(door->stamp) : json_null(), "stamp_age_s",
			 door->remembered ? json_integer(door->age_s) : json_null(), "model",
			 tw_say_recycle(door->says), "came_out", door->came_out);
}

static json_t *try_json(const struct tw_nat_try *t)
{
	return json_pack("{s:o, s:o, s:I, s:I, s:o, s:b}", "at_s", tw_nat_json_real(t->at_s),
			 "quiet_s", tw_nat_json_real(t->quiet_s), "syns", (json_int_t)t->syns,
			 "dropped", (json_int_t)t->dropped, "connect_ms",
			 tw_nat_json_real(t->connect_ms), "connected", t->connected);
}

json_t *tw_nat_json_starving(const struct tw_nat_starving *s)
{
	json_t *doors = json_array(), *tries = json_array();

	for (unsigned i = 0; i < s->n_doors && i < TW_NAT_DOORS_MAX; i++)
		doors = append(doors, door_json(&s->door[i]));
	for (unsigned i = 0; i < s->n_tries && i < TW_NAT_TRIES_MAX; i++)
		tries = append(tries, try_json(&s->attempt[i]));
	return json_pack(
		"{s:o, s:b, s:s, s:b, s:s, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"says", tw_json_text(s->says), "emulated", s->emulated, "rule",
		s->rule == TW_RECYCLE_H02 ? "H-02" : "H-12", "real_clients", s->real_clients,
		"verdict", tw_say_verdict(tw_nat_verdict_of(s->done, s->verdict)), "why",
		text_or_null(s->why), "neighbour_connections", (json_int_t)s->neighbour_connections,
		"neighbour_lost", (json_int_t)s->neighbour_lost, "dropped_by_bump",
		tw_json_u64(s->dropped_by_bump), "dropped_by_model",
		tw_json_u64(s->dropped_by_model), "paws_passive", tw_json_u64(s->paws_passive),
		"disagreements", tw_json_u64(s->disagreements), "attempts", tries, "syns", doors,
		"wall_s", tw_nat_json_real(s->wall_s));
}

json_t *tw_nat_json_load(const struct tw_nat_load *load)
{
	const struct tw_nat_load_setting *set = tw_nat_load_setting_of(load);

	return json_pack(
		"{s:s, s:s, s:I, s:I, s:I, s:I, s:i, s:s, s:o, s:I, s:I, s:o, s:o, s:b, s:o}", "id",
		set->id, "says", set->says, "hosts", (json_int_t)set->hosts, "ports",
		(json_int_t)set->ports, "per_s", (json_int_t)set->per_s, "seconds",
		(json_int_t)set->seconds, "timestamps", set->timestamps, "verdict",
		tw_say_verdict(tw_nat_verdict_of(load->done, load->verdict)), "why",
		text_or_null(load->why), "planned", (json_int_t)load->planned, "no_port",
		(json_int_t)load->no_port, "measured", tw_nat_json_rate(&load->measured),
		"simulated", tw_nat_json_rate(&load->simulated), "close", load->close, "wall_s",
		tw_nat_json_real(load->wall_s));
}
