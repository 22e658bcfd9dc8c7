/*
 * The model as an oracle of the map. Owns nothing.
 */
#ifndef TWPROBE_ORACLE_MODEL_H
#define TWPROBE_ORACLE_MODEL_H

#include "explore/map.h"

struct tw_oracle_model {
	struct tw_oracle oracle;
	const struct tw_map_setup *setup;
	struct tw_world world;
	uint32_t wnd;
};

/*
 * @profile: whose rules. @wnd: the window that the kernel had. -EINVAL: the setup has a sysctl that the model does not know.
 */
int tw_oracle_model(const struct tw_map_setup *setup, const struct tw_model_facts *facts,
		    enum tw_profile profile, uint32_t wnd, struct tw_oracle_model *ret,
		    struct tw_err *err);

/* The segment of a point: seq and TSval are set. */
struct tw_send tw_map_send(const struct tw_map_setup *setup, const struct tw_point *point);

#endif
