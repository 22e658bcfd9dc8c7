/*
 * Plays a row that is a scenario: opens the scene on a stand, lets the row's function act, and leaves the evidence behind. The
 * side that scenarios see is twprobe/scene.h.
 */
#ifndef TWPROBE_HARNESS_SCENE_H
#define TWPROBE_HARNESS_SCENE_H

#include "base/result.h"
#include "stand/stand.h"
#include "twprobe/facts.h"

/*
 * Plays @res->row once and takes everything back; @ev is initialised by the caller. Takes as long as the scenario takes. 0: the
 * evidence can be judged, which may be an error or a skip; -EAGAIN: this process was held up at a bad moment, see @err.
 */
int tw_scene_play(struct tw_stand *stand, const struct tw_facts *facts, const struct tw_case *row,
		  enum tw_family family, uint64_t random, struct tw_evidence *ev,
		  struct tw_err *err);

#endif
