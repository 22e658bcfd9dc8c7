#include "cmd/cmd_nat.h"

struct tally {
	unsigned n[4]; /* by enum tw_nat_verdict */
};

static void count(struct tally *t, enum tw_nat_verdict verdict)
{
	t->n[verdict]++;
}

/* An experiment without a verdict of its own: what broke the rule is a failure. */
static void count_experiment(struct tally *t, bool done, unsigned exceptions)
{
	count(t, !done ? TW_NAT_ERROR : exceptions ? TW_NAT_FAIL : TW_NAT_PASS);
}

enum tw_exit tw_nat_exit(const struct tw_nat_campaign *c)
{
	struct tally t = { { 0 } };

	for (unsigned i = 0; i < c->n_results; i++)
		count(&t, c->result[i].verdict);
	for (unsigned i = 0; i < c->n_starving; i++)
		count(&t, c->starving[i].verdict);
	for (unsigned i = 0; i < c->n_loads; i++)
		count(&t, c->load[i].verdict);
	if (c->clocks)
		count_experiment(&t, c->clocks->done, 0);
	if (c->plane)
		count_experiment(&t, c->plane->done, c->plane->exceptions);
	if (c->steps)
		count_experiment(&t, c->steps->done, c->steps->exceptions);
	if (t.n[TW_NAT_FAIL])
		return TW_EXIT_FAIL;
	if (t.n[TW_NAT_ERROR] || !(t.n[TW_NAT_PASS] + t.n[TW_NAT_SKIP]))
		return TW_EXIT_ERROR;
	return t.n[TW_NAT_PASS] ? TW_EXIT_OK : TW_EXIT_SKIPPED;
}
