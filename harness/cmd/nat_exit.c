#include "cmd/cmd_nat.h"
#include "natreport/items.h"

enum tw_exit tw_nat_exit(const struct tw_nat_campaign *c)
{
	const struct tw_nat_totals totals = tw_nat_totals(c);
	const unsigned *n = totals.n;

	if (n[TW_NAT_FAIL])
		return TW_EXIT_FAIL;
	if (n[TW_NAT_ERROR] || !(n[TW_NAT_PASS] + n[TW_NAT_SKIP]))
		return TW_EXIT_ERROR;
	return n[TW_NAT_PASS] ? TW_EXIT_OK : TW_EXIT_SKIPPED;
}
