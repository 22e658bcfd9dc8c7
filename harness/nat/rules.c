#include "nat/rules.h"

/* Modulo 2^32; at a distance of exactly 2^31 each is newer than the other, as in the kernel's after(). */
static bool newer(uint32_t a, uint32_t b)
{
	return (int32_t)(b - a) < 0;
}

enum tw_nat_rule tw_nat_rule_of(const struct tw_nat_entry *entry, bool ts, uint32_t tsval,
				uint32_t isn)
{
	bool both = entry->ts && ts;

	if (both && newer(tsval, entry->t))
		return TW_NAT_RULE_ACCEPTS;
	if (both && tsval != entry->t && entry->t)
		return TW_NAT_RULE_PAWS;
	return newer(isn, entry->r) ? TW_NAT_RULE_ACCEPTS : TW_NAT_RULE_SEQ;
}

bool tw_nat_rule_restarts(enum tw_nat_rule rule)
{
	return rule == TW_NAT_RULE_PAWS;
}
