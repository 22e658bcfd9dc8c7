#include "nat/starving.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *id, *says;
} plots[TW_NAT_PLOTS] = {
	[TW_NAT_STARVES] = { "starves", "a host with a lower uptime tries while its neighbour is "
					"busy, and then "
					"until it gets through" },
	[TW_NAT_OVERTAKES] = { "overtakes",
			       "its clock lags behind the neighbour's by 8 s only, and passes the "
			       "last one that was remembered" },
	[TW_NAT_BARE] = { "bare", "the host behind the busy neighbour has no timestamps" },
	[TW_NAT_RANDOM] = { "random",
			    "real clients, with the clocks that their kernel gives them" },
};

enum {
	FORGOTTEN_S = 60, /* TCP_PAWS_MSL */
};

const char *tw_nat_plot_id(enum tw_nat_plot plot)
{
	return plots[plot].id;
}

const char *tw_nat_plot_says(enum tw_nat_plot plot)
{
	return plots[plot].says;
}

__attribute__((format(printf, 3, 4))) static void tell(struct tw_nat_starving *s,
						       enum tw_nat_verdict verdict, const char *fmt,
						       ...)
{
	va_list ap;

	if (s->verdict != TW_NAT_PASS)
		return;
	s->verdict = verdict;
	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
}

static void judge_counts(struct tw_nat_starving *s)
{
	uint64_t dropped = s->emulated ? s->dropped_by_bump : s->paws_passive;

	if (s->disagreements)
		tell(s, TW_NAT_FAIL,
		     "of %u SYNs %" PRIu64 " were treated otherwise than the model says",
		     s->n_doors, s->disagreements);
	if (dropped != s->dropped_by_model)
		tell(s, TW_NAT_FAIL, "%s %" PRIu64 " SYNs, the model %" PRIu64,
		     s->emulated ? "the bump in the wire dropped" : "the kernel counted", dropped,
		     s->dropped_by_model);
}

/* Until the neighbour has been quiet for 60 s, by whole seconds, nothing gets through; after that all does. */
static void judge_starves(struct tw_nat_starving *s)
{
	unsigned starved = 0, fed = 0;

	for (unsigned i = 0; i < s->n_tries; i++) {
		const struct tw_nat_try *t = &s->attempt[i];

		starved += !t->connected;
		fed += t->connected;
		if (t->connected && t->quiet_s < FORGOTTEN_S - 1)
			tell(s, TW_NAT_FAIL, "the victim got through after %.1f s of quiet",
			     t->quiet_s);
		if (!t->connected && t->quiet_s > FORGOTTEN_S + 1)
			tell(s, TW_NAT_FAIL, "the victim did not get through after %.1f s of quiet",
			     t->quiet_s);
	}
	if (!starved || !fed)
		tell(s, TW_NAT_FAIL, "%u attempts got through and %u did not: both were to be seen",
		     fed, starved);
}

/* It gets through long before the neighbour is forgotten, but not at once. */
static void judge_overtakes(struct tw_nat_starving *s)
{
	const struct tw_nat_try *t = &s->attempt[0];

	if (s->n_tries != 1 || !t->connected || t->quiet_s >= FORGOTTEN_S - 1)
		tell(s, TW_NAT_FAIL, "the victim did not get through when its clock was ahead");
	else if (!t->dropped)
		tell(s, TW_NAT_FAIL, "no SYN of the victim was dropped");
}

static void judge_bare(struct tw_nat_starving *s)
{
	const struct tw_nat_try *t = &s->attempt[0];
	bool passes = s->rule == TW_RECYCLE_H02;

	if (s->n_tries != 1 || t->connected != passes || (passes && t->dropped))
		tell(s, TW_NAT_FAIL, "the victim without timestamps %s",
		     passes ? "did not get through at its first SYN" : "got through");
}

void tw_nat_starving_judge(struct tw_nat_starving *s)
{
	if (s->verdict == TW_NAT_SKIP)
		return;
	s->verdict = s->done ? TW_NAT_PASS : TW_NAT_ERROR;
	if (!s->done && !s->why[0])
		snprintf(s->why, sizeof(s->why), "its worker died");
	if (s->pcap_drops)
		tell(s, TW_NAT_ERROR, "the sniffers lost %" PRIu64 " frames", s->pcap_drops);
	if (!s->n_doors || !s->n_tries)
		tell(s, TW_NAT_ERROR, "no SYN was seen");
	judge_counts(s);
	if (s->plot == TW_NAT_STARVES)
		judge_starves(s);
	else if (s->plot == TW_NAT_OVERTAKES)
		judge_overtakes(s);
	else if (s->plot == TW_NAT_BARE)
		judge_bare(s);
}
