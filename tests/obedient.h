/*
 * The evidence that a DUT leaves behind which obeys a row to the letter: for rows that take too long to be played in a test. Include it
 * after cmocka.h. Owner: the test; obedient_free().
 */
#ifndef TWPROBE_TESTS_OBEDIENT_H
#define TWPROBE_TESTS_OBEDIENT_H

#include "judge/expected.h"
#include "judge_scene.h"
#include "report/report.h"

static inline void obedient_found(struct tw_step_evidence *se, const struct tw_find *find,
				  enum tw_family family)
{
	struct tw_found *found = &se->found[se->n_found++];

	snprintf(found->what, sizeof(found->what), "%s", find->what);
	found->kind = find->kind;
	found->number = find->most[family == TW_IPV6];
	if (find->is)
		snprintf(found->is, sizeof(found->is), "%s", find->is);
}

static inline void obedient_finds(struct tw_step_evidence *se, const struct tw_find *find,
				  enum tw_family family)
{
	for (; find && find->kind != TW_FIND_NONE; find++)
		if (find->kind == TW_FIND_MOVED)
			scene_move(se, find->what, (int)find->least[family == TW_IPV6]);
		else
			obedient_found(se, find, family);
}

/* What an RFC demands has to be looked for as well. */
static inline void obedient_demands(struct tw_step_evidence *se, const struct tw_rfc *rfc,
				    enum tw_family family)
{
	for (unsigned i = 0; i < sizeof(rfc->want) / sizeof(*rfc->want); i++) {
		const struct tw_find *find = rfc->want[i].finds;

		for (; find && find->kind != TW_FIND_NONE; find++)
			if (find->kind != TW_FIND_MOVED && !tw_found_find(se, find->what))
				obedient_found(se, find, family);
	}
}

static inline unsigned obedient_moved(const struct tw_step_evidence *se, const char *name)
{
	const struct tw_moved *m = tw_moved_find(se, name);

	return (unsigned)(m->after - m->before);
}

/* What the fence leaves behind, and what the finds claim of these very counters on top of it. */
static inline void obedient_scene(struct scene *s, enum tw_family family)
{
	struct tw_step_evidence *se = &s->ev.step[s->ev.n_steps++];

	se->counted = se->fenced = true;
	scene_move(se, "TcpInSegs", 1);
	scene_move(se, "TcpOutSegs", 1);
	scene_move(se, "TcpOutRsts", 1);
	obedient_finds(se, s->row.step[0].expect.finds, family);
	obedient_demands(se, &s->row.rfc, family);
	obedient_demands(se, &s->row.also, family);
	se->injected = obedient_moved(se, "TcpInSegs");
	se->captured = obedient_moved(se, "TcpOutSegs");
}

static inline void obedient_numbers(struct scene *s, const struct tw_given *given)
{
	struct tw_numbers *n = &s->ev.numbers;

	if (given->rcv_nxt.base == TW_NUMBER)
		n->rcv_nxt = given->rcv_nxt.off;
	if (given->ts_recent.base == TW_NUMBER)
		n->ts_recent = given->ts_recent.off;
	n->ts = given->ts == TW_TS_ON;
	if (given->enter == TW_TO_FIN_WAIT_2)
		s->state = TW_STATE_FIN_WAIT_2;
}

/* Fills @res; @s holds what it points to. */
static inline void obedient_play(struct scene *s, const struct tw_case *row, enum tw_family family,
				 const struct tw_facts *facts, struct tw_result *res)
{
	scene_begin(s);
	s->row = *row;
	s->ev.flow.family = family;
	snprintf(s->ev.id, sizeof(s->ev.id), "%s", row->id);
	obedient_numbers(s, &row->given);
	for (unsigned i = 0; i < tw_case_steps(row); i++) {
		const struct scene_kind kind = { row->step[i].send, tw_expected(row, i, facts) };

		s->pause_ms = row->step[i].pause_ms;
		if (row->step[i].times) /* each of them restarts the timer */
			s->now = s->armed += (row->step[i].times - 1) * s->pause_ms * SCENE_MS;
		if (row->scenario)
			obedient_scene(s, family);
		else
			scene_step(s, &kind);
	}
	memset(res, 0, sizeof(*res));
	res->row = row;
	res->family = family;
	res->ev = s->ev; /* the packets stay the scene's */
}

#endif
