#include <errno.h>
#include <stdio.h>
#include "base/process.h"
#include "base/wait.h"
#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "cmd/term.h"
#include "natlab/campaign.h"
#include "netns/ns.h"
#include "stand/facts_probe.h"
#include <fnmatch.h>

static void progress(void *arg, unsigned done, unsigned planned, const char *id)
{
	(void)arg;
	fprintf(stderr, "[%u/%u] %s\n", done, planned, id);
}

int tw_cmd_nat(int argc, char **argv)
{
	static struct tw_nat_scenarios all;
	struct tw_facts facts;
	struct tw_err err = { "" };
	struct tw_nat_wanted w = { .scenarios = &all, .trials = 64, .jobs = 2, .seed = tw_seed_new(), .progress = progress };
	struct tw_nat_store *store;
	struct tw_nat_campaign c = { 0 };

	if (tw_facts_look(&facts, &err) < 0)
		return tw_cmd_fail("nat", &err, TW_EXIT_ERROR);
	tw_nat_scenarios_make(&facts, &all);
	w.recovers = tw_nat_recovers_here(&facts);
	for (unsigned i = 0; i < all.n; i++)
		if (fnmatch(argc > 1 ? argv[1] : "*", all.s[i].id, 0) == 0)
			w.chosen[w.n++] = i;
	w.clocks = w.plane = true; w.steps = argc > 2;
	if (tw_nat_campaign_run(&w, &store, &c, &err) < 0)
		return tw_cmd_fail("nat", &err, TW_EXIT_ERROR);
	for (unsigned i = 0; i < c.n_results; i++) {
		const struct tw_nat_result *r = &c.result[i];
		printf("%-28s v%d loss %u/%u [%.2f %.2f] never %u exc %u paws %lu/%lu skip %lu acc %.2f lost %.2f 2nd %.1f %.1f %.1f wall %.1f counted %d %s\n",
		       all.s[r->scenario].id, r->verdict, r->loss.n, r->loss.of, r->loss.low, r->loss.high, r->never.n, r->exceptions, r->paws_rejected, r->rejected_syns, r->skipped_acks, r->accepted_ms, r->lost_ms, r->second_syn_ms[0], r->second_syn_ms[1], r->second_syn_ms[2], r->wall_s, r->trial[0].counted, r->why);
	}
	if (c.clocks) printf("clocks n %u kind1 %d kind2 %d %s\n", c.clocks->n, c.clocks->kind[1], c.clocks->kind[2], c.clocks->trouble);
	if (c.plane) printf("plane n %u exc %u %s\n", c.plane->n, c.plane->exceptions, c.plane->trouble);
	if (c.steps) { printf("steps n %u exc %u %s\n", c.steps->n, c.steps->exceptions, c.steps->trouble);
	for (unsigned i = 0; i < c.steps->n; i++) { const struct tw_nat_step *s = &c.steps->step[i]; printf("  %d t%u %.2f %d->%d a%d\n", s->series, s->tuple, s->at_s, s->left_before_ms, s->left_after_ms, s->answer); } }
	return 0;
}
