#include "nat/stamp.h"

enum {
	PAWS_MSL_S = 60,
	PAWS_WINDOW = 1, /* ticks that a TSval may be behind */
};

void tw_recycle_remember(struct tw_recycle_stamp *stamp, uint32_t now_s, uint32_t ts, uint32_t s)
{
	bool outdated = now_s - stamp->s > PAWS_MSL_S && stamp->s <= s;

	if (stamp->known && (int32_t)(stamp->ts - ts) > 0 && !outdated)
		return;
	*stamp = (struct tw_recycle_stamp){ true, ts, s };
}

enum tw_recycle_says tw_recycle_rule_of(enum tw_recycle_rule rule,
					const struct tw_recycle_stamp *stamp, uint32_t now_s,
					bool ts, uint32_t tsval)
{
	if (!stamp->known || now_s - stamp->s >= PAWS_MSL_S)
		return TW_RECYCLE_PASS;
	if (!ts)
		return rule == TW_RECYCLE_H12 ? TW_RECYCLE_DROP_NO_TS : TW_RECYCLE_PASS;
	return (int32_t)(stamp->ts - tsval) > PAWS_WINDOW ? TW_RECYCLE_DROP_OLD : TW_RECYCLE_PASS;
}
