/* The life of a scene. */
#include "scene/scene.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netns/ns.h"
#include "scene/scene_impl.h"

static void read_counters(struct tw_scene *sc, struct tw_counters *ret)
{
	struct tw_err err = { "" };

	if (sc->stand->dut->ops->counters(sc->stand->dut, ret, &err) < 0)
		tw_scene_fail(sc, "%s", err.text);
}

/* Counters and sniffer at one and the same moment: timers of the DUT may fire in between. */
static void read_both(struct tw_scene *sc, struct tw_counters *ret)
{
	uint64_t heard;

	for (unsigned i = 0; i < 50 && sc->end == SCENE_GOING; i++) {
		tw_scene_drain(sc);
		heard = sc->heard;
		read_counters(sc, ret);
		tw_scene_drain(sc);
		if (sc->heard == heard)
			return;
	}
	tw_scene_fail(sc, "the DUT never stops talking: its counters cannot be read");
}

static long long gap(struct tw_scene *sc, const char *name)
{
	return (long long)(tw_counters_get(sc->after, name) - tw_counters_get(sc->before, name));
}

/*
 * What a timer of the DUT made it send is counted at once and may be on its way for a while: where a CPU is busy, ksoftirqd takes
 * it on when its turn comes. The fence does not tell, it may have gone by another CPU.
 */
static void read_after(struct tw_scene *sc)
{
	uint64_t limit = tw_scene_now(sc) + 2000 * MS_NS;

	read_both(sc, sc->after);
	while (sc->end == SCENE_GOING && !sc->row->given.loopback &&
	       gap(sc, "TcpOutSegs") > sc->captured && tw_scene_now(sc) < limit) {
		tw_scene_until(sc, limit);
		read_both(sc, sc->after);
	}
}

static void sum_up(struct tw_scene *sc, struct tw_step_evidence *se)
{
	tw_scene_fence(sc);
	read_after(sc);
	if (sc->end != SCENE_GOING)
		return;
	se->injected = sc->injected;
	se->captured = sc->captured;
	se->n_moved = tw_counters_moved(sc->before, sc->after, se->moved);
	se->counted = true;
	se->fenced = true;
	se->more_fences = sc->fences - 1;
}

static void read_reasons(struct tw_scene *sc, struct tw_step_evidence *se)
{
	int n = sc->stand->dut->ops->reasons(sc->stand->dut, se->reason, NULL);

	se->reasons_read = n >= 0;
	se->n_reasons = n > 0 ? (unsigned)n : 0;
}

static void begin_counting(struct tw_scene *sc)
{
	struct tw_step_evidence *se = &sc->ev->step[0];

	read_both(sc, sc->before);
	read_reasons(sc, se);
	se->n_reasons = 0;
	sc->injected = sc->captured = sc->fences = 0;
}

void tw_scene_count_from_here(struct tw_scene *sc)
{
	struct tw_step_evidence *scrap;
	long long out;

	if (sc->first)
		tw_scene_fail(sc, "what is counted is counted in the first lane");
	if (sc->end != SCENE_GOING)
		return;
	scrap = calloc(1, sizeof(*scrap));
	if (!scrap) {
		tw_scene_fail(sc, "out of memory");
		return;
	}
	sum_up(sc, scrap);
	free(scrap);
	if (sc->end != SCENE_GOING)
		return;
	out = gap(sc, "TcpOutSegs");
	/* what the judge does for the part that follows (scene_failed()) */
	if (!sc->row->given.loopback &&
	    (gap(sc, "TcpInSegs") != sc->injected || out > sc->captured ||
	     out + gap(sc, "TcpRetransSegs") + sc->row->given.uncounted < sc->captured))
		tw_scene_fail(sc,
			      "%u segments were injected and %u captured, the DUT counted %lld and "
			      "%lld",
			      sc->injected, sc->captured, gap(sc, "TcpInSegs"), out);
	begin_counting(sc);
}

static bool prepare(struct tw_scene *sc)
{
	const struct tw_given *given = &sc->row->given;

	sc->before = calloc(1, sizeof(*sc->before));
	sc->after = calloc(1, sizeof(*sc->after));
	if (!sc->before || !sc->after) {
		tw_scene_fail(sc, "out of memory");
		return false;
	}
	for (unsigned i = 0; i < sizeof(given->sysctl) / sizeof(*given->sysctl); i++)
		if (given->sysctl[i].name)
			tw_scene_sysctl(sc, given->sysctl[i].name, given->sysctl[i].value);
	begin_counting(sc);
	return sc->end == SCENE_GOING;
}

static void conclude(struct tw_scene *sc)
{
	struct tw_evidence *ev = sc->ev;

	if (sc->n_conns)
		ev->flow = sc->conn[0]->flow;
	ev->flow.family = sc->family;
	ev->step[0].flow = ev->flow;
	if (sc->end == SCENE_GOING) {
		sum_up(sc, &ev->step[0]);
		read_reasons(sc, &ev->step[0]);
	}
	if (sc->end == SCENE_GOING)
		ev->n_steps = 1;
	if (sc->end == SCENE_FAILED)
		snprintf(ev->error, sizeof(ev->error), "%s", sc->why);
	if (sc->end == SCENE_SKIPPED)
		snprintf(ev->skip, sizeof(ev->skip), "%.190s", sc->why);
}

/* Everything back, so that the next row finds the lane as it was; if that fails it gets another lane. */
static void take_back(struct tw_scene *sc)
{
	struct tw_flow *flows = calloc(sc->n_conns + 1, sizeof(*flows));

	tw_scene_home(sc);
	tw_scene_end_aways(sc);
	for (unsigned i = 0; i < sc->n_fds; i++)
		if (sc->fd[i] >= 0)
			close(sc->fd[i]);
	for (unsigned i = 0; i < sc->n_conns; i++) {
		if (flows)
			flows[i] = sc->conn[i]->flow;
		free(sc->conn[i]);
	}
	if (tw_scene_unrefuse(sc, NULL) < 0 || tw_scene_flush_dut(sc, NULL) < 0)
		sc->stand->dirty = true;
	if (sc->stand->dut->ops->reset(sc->stand->dut, flows, flows ? sc->n_conns : 0, NULL) < 0)
		sc->stand->dirty = true;
	tw_scene_close_second(sc);
	free(flows);
	free(sc->before);
	free(sc->after);
}

int tw_scene_play(struct tw_stand *stand, const struct tw_facts *facts, const struct tw_case *row,
		  enum tw_family family, uint64_t random, struct tw_evidence *ev,
		  struct tw_err *err)
{
	struct tw_scene *sc = calloc(1, sizeof(*sc));
	int ret = 0;

	if (!sc)
		return tw_err_set(err, ENOMEM, "out of memory");
	sc->stand = stand;
	sc->facts = facts;
	sc->row = row;
	sc->ev = ev;
	sc->family = family;
	sc->random = random;
	sc->fence = tw_stand_fence(family);
	sc->first_peer = tw_stand_peers(stand, SCENE_PEERS);
	ev->step[0].sent_at[0] = tw_scene_now(sc);
	if (prepare(sc))
		row->scenario(sc, row->arg);
	tw_scene_home(sc);
	ev->step[0].sent_at[1] = tw_scene_now(sc);
	conclude(sc);
	if (sc->end == SCENE_HELD_UP ||
	    (sc->end == SCENE_FAILED && ev->step[0].late_ms >= TW_LATE_MS))
		ret = tw_err_set(err, EAGAIN, "%s", sc->why);
	take_back(sc);
	free(sc);
	return ret;
}
