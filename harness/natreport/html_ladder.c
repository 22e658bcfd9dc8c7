#include <math.h>

#include "natreport/draw.h"
#include "natreport/headline.h"
#include "natreport/html.h"
#include "natreport/words.h"

/* The first trial of that outcome whose first SYN was rejected. */
static const struct tw_nat_trial *find(const struct tw_nat_campaign *c, enum tw_nat_outcome outcome,
				       const struct tw_nat_result **ret_of, unsigned *ret_index)
{
	for (unsigned i = 0; i < c->n_results; i++) {
		const struct tw_nat_result *res = &c->result[i];

		if (tw_nat_part_of(tw_nat_scenario_of(c, res)) != TW_NAT_PART_BASE || !res->done)
			continue;
		for (unsigned k = 0; k < res->n_trials && k < TW_NAT_TRIALS_MAX; k++) {
			const struct tw_nat_trial *t = &res->trial[k];

			if (t->outcome != outcome || !t->n_packets || !t->rejected)
				continue;
			*ret_of = res;
			*ret_index = k;
			return t;
		}
	}
	return NULL;
}

/*
 * The trial that shows best how an attempt is lost, of a scenario that is neither remedy nor control: one that recovered if there is
 * one, else one that never got through, else NULL.
 */
static const struct tw_nat_trial *lost_trial(const struct tw_nat_campaign *c,
					     const struct tw_nat_result **ret_of,
					     unsigned *ret_index)
{
	static const enum tw_nat_outcome order[] = { TW_NAT_RECOVERED, TW_NAT_UNCONNECTED,
						     TW_NAT_TIMED_OUT };
	const struct tw_nat_trial *ret = NULL;

	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]) && !ret; i++)
		ret = find(c, order[i], ret_of, ret_index);
	return ret;
}

/* Seconds as people say them: "4.7 days". */
static const char *span(double seconds, char *ret, size_t size)
{
	if (seconds >= 2 * 86400)
		snprintf(ret, size, "%.1f days", seconds / 86400);
	else if (seconds >= 2 * 3600)
		snprintf(ret, size, "%.1f hours", seconds / 3600);
	else
		snprintf(ret, size, "%.4g s", seconds);
	return ret;
}

/* How often a packet with just these flags was seen on that side. */
static unsigned seen(const struct tw_nat_trial *trial, enum tw_nat_side side, bool from_server,
		     unsigned flags)
{
	const unsigned which = TW_SYN | TW_ACK | TW_RST | TW_FIN;
	unsigned n = 0;

	for (unsigned i = 0; i < trial->n_packets && i < TW_NAT_PACKETS_MAX; i++) {
		const struct tw_nat_packet *p = &trial->packet[i];

		n += p->side == side && p->from_server == from_server &&
		     (p->seg.flags & which) == flags;
	}
	return n;
}

/* What happened to the first SYN of a trial that was rejected, as far as its packets tell. */
static const char *story(const struct tw_nat_trial *trial)
{
	if (trial->answer != TW_NAT_ACK)
		return "";
	if (!seen(trial, TW_NAT_INSIDE, true, TW_ACK))
		return " The server's answer, the old connection's ACK, is lost on its way.";
	if (!seen(trial, TW_NAT_INSIDE, false, TW_RST))
		return " The server answers with the old connection's ACK.";
	if (!seen(trial, TW_NAT_OUTSIDE, false, TW_RST))
		return " The server answers with the old connection's ACK, the client with a RST, "
		       "which is lost on "
		       "its way.";
	if (trial->outcome == TW_NAT_RECOVERED)
		return " The server answers with the old connection's ACK, the client with a RST, "
		       "and then a later "
		       "SYN is accepted.";
	return " The server answers with the old connection's ACK, the client with a RST, which "
	       "does not help.";
}

void tw_html_ladder(FILE *out, const struct tw_nat_campaign *c)
{
	const struct tw_nat_result *of = NULL;
	unsigned index = 0;
	const struct tw_nat_trial *trial = lost_trial(c, &of, &index);
	char text[TW_HEADLINE_MAX], age[32], in[2 * TW_SAY_MAX] = "";
	int32_t dts;

	if (!trial)
		return;
	tw_html_figure_begin(out, "One lost attempt, packet by packet");
	tw_draw_ladder(out, trial);
	if (tw_nat_trial_dts(trial, &dts))
		snprintf(in, sizeof(in), ": its TSval is %s than T, by %s",
			 dts < 0 ? "older" : "newer",
			 span(fabs((double)dts) / 1000, age, sizeof(age)));
	snprintf(text, sizeof(text),
		 "Scenario %s, trial %u%s.%s R, S and T are RCV.NXT, SND.NXT and TS.Recent of the "
		 "server's "
		 "TIME_WAIT; other options than timestamps are left out. Times count from "
		 "connect().",
		 tw_nat_scenario_of(c, of)->id, index + 1, in, story(trial));
	tw_html_figure_end(out, text);
}
