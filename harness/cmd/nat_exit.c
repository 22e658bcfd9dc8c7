#include "cmd/cmd_nat.h"
#include "natreport/items.h"

enum tw_exit tw_nat_exit(const struct tw_nat_campaign *c)
{
	const struct tw_nat_totals t = tw_nat_totals(c);

	if (t.n[TW_NAT_FAIL])
		return TW_EXIT_FAIL;
	if (t.n[TW_NAT_ERROR])
		return TW_EXIT_ERROR;
	if (t.n[TW_NAT_PASS])
		return TW_EXIT_OK;
	return t.n[TW_NAT_SKIP] ? TW_EXIT_SKIPPED : TW_EXIT_ERROR;
}
