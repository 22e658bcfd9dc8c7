#include "natreport/items.h"

#include "nat/starving.h"
#include "natreport/words.h"

enum tw_nat_verdict tw_nat_verdict_of(bool done, enum tw_nat_verdict verdict)
{
	return done || verdict == TW_NAT_SKIP ? verdict : TW_NAT_ERROR;
}

enum tw_nat_verdict tw_nat_experiment_of(bool done, bool skipped, const char *trouble,
					 unsigned exceptions)
{
	if (skipped)
		return TW_NAT_SKIP;
	if (!done || *trouble)
		return TW_NAT_ERROR;
	return exceptions ? TW_NAT_FAIL : TW_NAT_PASS;
}

const struct tw_nat_load_setting *tw_nat_load_setting_of(const struct tw_nat_load *load)
{
	return &tw_nat_loads[load->setting < TW_NAT_LOADS ? load->setting : 0];
}

static void put(struct tw_nat_item *item, const char *name, enum tw_nat_verdict verdict,
		const char *why)
{
	*item = (struct tw_nat_item){ name, *why ? why : "it did not come to its end", verdict };
}

static void put_experiment(struct tw_nat_item *item, const char *name, bool done, bool skipped,
			   const char *trouble, unsigned exceptions)
{
	enum tw_nat_verdict verdict = tw_nat_experiment_of(done, skipped, trouble, exceptions);

	put(item, name, verdict,
	    verdict == TW_NAT_FAIL ? "SYNs were not answered as the rule says" : trouble);
}

/* Counts *@i down; true if it is one of the @n. */
static bool among(unsigned *i, unsigned n)
{
	if (*i < n)
		return true;
	*i -= n;
	return false;
}

bool tw_nat_item(const struct tw_nat_campaign *c, unsigned i, struct tw_nat_item *ret)
{
	if (among(&i, c->n_results)) {
		const struct tw_nat_result *res = &c->result[i];

		put(ret, tw_nat_scenario_of(c, res)->id, tw_nat_verdict_of(res->done, res->verdict),
		    res->why);
	} else if (among(&i, !!c->clocks)) {
		put_experiment(ret, "clocks", c->clocks->done, c->clocks->skipped,
			       c->clocks->trouble, 0);
	} else if (among(&i, !!c->plane)) {
		put_experiment(ret, "plane", c->plane->done, c->plane->skipped, c->plane->trouble,
			       c->plane->exceptions);
	} else if (among(&i, !!c->steps)) {
		put_experiment(ret, "steps", c->steps->done, c->steps->skipped, c->steps->trouble,
			       c->steps->exceptions);
	} else if (among(&i, c->n_loads)) {
		const struct tw_nat_load *load = &c->load[i];

		put(ret, tw_nat_load_setting_of(load)->id,
		    tw_nat_verdict_of(load->done, load->verdict), load->why);
	} else if (among(&i, c->n_starving)) {
		const struct tw_nat_starving *s = &c->starving[i];

		put(ret, tw_nat_plot_id(s->plot), tw_nat_verdict_of(s->done, s->verdict), s->why);
	} else {
		return false;
	}
	return true;
}

struct tw_nat_totals tw_nat_totals(const struct tw_nat_campaign *c)
{
	struct tw_nat_totals ret = { { 0 } };
	struct tw_nat_item item;

	for (unsigned i = 0; tw_nat_item(c, i, &item); i++)
		ret.n[item.verdict & 3]++;
	return ret;
}
