/* A scene that goes to another lane and comes back. */
#include <stdlib.h>

#include "base/wait.h"
#include "scene/scene_impl.h"

static bool open_second(struct tw_scene *sc)
{
	const struct tw_stand_cfg cfg = { .batch = 1,
					  .age_ms = TW_AGE_MS,
					  .count = true,
					  .path = sc->stand->path,
					  .ring = TW_RING };
	struct tw_err err = { "out of memory" };
	struct tw_stand *stand = calloc(1, sizeof(*stand));

	if (!stand || tw_stand_open(stand, &cfg, &err) < 0) {
		tw_scene_fail(sc, "no second lane: %s", err.text);
		free(stand);
		return false;
	}
	sc->second = stand;
	return true;
}

void tw_scene_elsewhere(struct tw_scene *sc)
{
	if (sc->end != SCENE_GOING || sc->first || (!sc->second && !open_second(sc)))
		return;
	tw_scene_drain(sc);
	sc->first = sc->stand;
	sc->at_home = (struct counting){ sc->injected, sc->captured, sc->fences };
	sc->stand = sc->second;
	tw_scene_note(sc, "in a second lane:");
}

void tw_scene_home(struct tw_scene *sc)
{
	if (!sc->first)
		return;
	tw_scene_drain(sc);
	sc->stand = sc->first;
	sc->first = NULL;
	sc->injected = sc->at_home.injected;
	sc->captured = sc->at_home.captured;
	sc->fences = sc->at_home.fences;
	tw_scene_note(sc, "back in the first lane:");
}

void tw_scene_close_second(struct tw_scene *sc)
{
	if (sc->second)
		tw_stand_close(sc->second);
	free(sc->second);
}
