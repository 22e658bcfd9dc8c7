#include <math.h>

#include "natreport/items.h"
#include "natreport/text.h"
#include "natreport/words.h"

enum {
	NAME_WIDTH = 27,
};

/* The counter's cell: "13 = 13"; "13 of 12" where it does not fit. */
static void put_counter(const struct tw_nat_text *t, const struct tw_nat_result *res)
{
	uint64_t rejected;
	bool ok = tw_nat_counted(res, &rejected);
	char cell[48];

	snprintf(cell, sizeof(cell), "%llu %s %llu", (unsigned long long)res->paws_rejected,
		 ok ? "=" : "/", (unsigned long long)rejected);
	fprintf(t->out, "%s%12s%s", tw_nat_on(t, ok ? TW_NAT_PLAIN : TW_NAT_RED), cell,
		tw_nat_off(t));
}

static void put_numbers(const struct tw_nat_text *t, const struct tw_nat_result *res)
{
	char cell[TW_SAY_MAX], rate[24];

	snprintf(rate, sizeof(rate), "%u/%u", res->loss.n, res->loss.of);
	fprintf(t->out, "%8s", rate);
	fprintf(t->out, "%6s", tw_say_percent(&res->loss, cell, sizeof(cell)));
	fprintf(t->out, "%11s", tw_say_interval(&res->loss, cell, sizeof(cell)));
	fprintf(t->out, "%9s", tw_say_ms(res->accepted_ms, cell, sizeof(cell)));
	fprintf(t->out, "%10s", tw_say_ms(res->lost_ms, cell, sizeof(cell)));
	if (res->never.n)
		fprintf(t->out, "%6u", res->never.n);
	else
		fprintf(t->out, "%s%6s%s", tw_nat_on(t, TW_NAT_DIM), "-", tw_nat_off(t));
	put_counter(t, res);
	if (res->exceptions)
		fprintf(t->out, "%s%4u%s", tw_nat_on(t, TW_NAT_RED), res->exceptions,
			tw_nat_off(t));
	else
		fprintf(t->out, "%s%4s%s", tw_nat_on(t, TW_NAT_DIM), "-", tw_nat_off(t));
}

static void put_scenario(const struct tw_nat_text *t, const struct tw_nat_result *res)
{
	enum tw_nat_verdict verdict = tw_nat_verdict_of(res->done, res->verdict);

	tw_nat_text_name(t, tw_nat_scenario_of(t->c, res)->id, NAME_WIDTH);
	if (tw_nat_has_numbers(res))
		put_numbers(t, res);
	else
		fprintf(t->out, "%65s", "");
	fprintf(t->out, "  %s%s%s\n", tw_nat_on(t, tw_nat_color_of(verdict)),
		tw_say_verdict(verdict), tw_nat_off(t));
	if (t->verbose)
		tw_nat_text_trials(t, res);
}

static void put_part(const struct tw_nat_text *t, enum tw_nat_part part, const char *title)
{
	bool any = false;

	for (unsigned i = 0; i < t->c->n_results; i++) {
		const struct tw_nat_result *res = &t->c->result[i];

		if (tw_nat_part_of(tw_nat_scenario_of(t->c, res)) != part)
			continue;
		if (!any)
			fprintf(t->out, "%s%-*s%8s%6s%11s%9s%10s%6s%12s%4s\n",
				part == TW_NAT_PART_BASE ? "" : "\n", NAME_WIDTH, title, "lost", "",
				"95 %", "accepted", "recovered", "never", "counter", "odd");
		any = true;
		put_scenario(t, res);
	}
}

void tw_nat_text_scenarios(const struct tw_nat_text *t)
{
	if (!t->c->n_results)
		return;
	put_part(t, TW_NAT_PART_BASE, "scenarios");
	put_part(t, TW_NAT_PART_CONTROL, "controls");
	if (t->verbose)
		put_part(t, TW_NAT_PART_REMEDY, "remedies");
	fprintf(t->out, "\nlost: of connections, their first SYN; accepted, recovered: median time "
			"of connect()\n"
			"counter: the server's of SYNs that PAWS rejected = those in the packets\n"
			"odd: answers that are not the rule's\n");
}

static void put_distances(const struct tw_nat_text *t, const struct tw_nat_trial *trial)
{
	int32_t off;

	if (tw_nat_trial_dts(trial, &off))
		fprintf(t->out, "  TSval T%+d", off);
	if (tw_nat_trial_disn(trial, &off))
		fprintf(t->out, "  ISN R%+d", off);
	if (trial->left_ms >= 0)
		fprintf(t->out, "  %.1f s left", trial->left_ms / 1000.0);
}

void tw_nat_text_trials(const struct tw_nat_text *t, const struct tw_nat_result *res)
{
	char ms[TW_SAY_MAX];

	for (unsigned i = 0; i < res->n_trials && i < TW_NAT_TRIALS_MAX; i++) {
		const struct tw_nat_trial *trial = &res->trial[i];

		fprintf(t->out, "  %3u  %-13s %9s  SYNs %2u, rejected %2u", i + 1,
			tw_say_outcome(trial->outcome),
			tw_say_ms((double)trial->connect_ns / 1e6, ms, sizeof(ms)), trial->syns,
			trial->rejected);
		put_distances(t, trial);
		fprintf(t->out, "%s%.160s\n", *trial->trouble ? "  " : "", trial->trouble);
	}
}
