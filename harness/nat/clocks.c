#include "nat/clocks.h"

#include "twprobe/val.h"

static bool same(uint32_t a, uint32_t b)
{
	return tw_seq_diff(a, b) > -1000 && tw_seq_diff(a, b) < 1000;
}

static enum tw_nat_clock_kind tell(const struct tw_nat_clocks *clocks, unsigned timestamps)
{
	const struct tw_nat_clock *first[2] = { NULL, NULL };
	bool again[2] = { false, false };

	for (unsigned i = 0; i < clocks->n; i++) {
		const struct tw_nat_clock *c = &clocks->c[i];

		if (c->timestamps != timestamps || c->host > 1)
			continue;
		if (!first[c->host]) {
			first[c->host] = c;
			continue;
		}
		again[c->host] |= c->port != first[c->host]->port;
		if (!same(c->offset, first[c->host]->offset))
			return TW_NAT_CLOCK_PER_TUPLE;
	}
	if (!first[0] || !first[1] || !again[0] || !again[1])
		return TW_NAT_CLOCK_UNTOLD;
	return same(first[0]->offset, first[1]->offset) ? TW_NAT_CLOCK_ONE : TW_NAT_CLOCK_PER_HOST;
}

void tw_nat_clocks_tell(struct tw_nat_clocks *clocks)
{
	for (unsigned i = 1; i < 3; i++)
		clocks->kind[i] = tell(clocks, i);
}
