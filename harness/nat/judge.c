#include "nat/judge.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "nat/stats.h"
#include "nat/trial.h"
#include "twprobe/val.h"

enum {
	TRIALS_THAT_PROMISE = 24, /* no loss by chance: once in 16 million runs */
};

struct sums {
	unsigned judged, lost, never, not_forwarded, void_, recovered;
	uint64_t paws, low, silent;
	const struct tw_nat_trial *first_void, *first_breach;
};

/* The first reason stays; an error outweighs a failure that comes after it. */
__attribute__((format(printf, 3, 4))) static void tell(struct tw_nat_result *res,
						       enum tw_nat_verdict verdict, const char *fmt,
						       ...)
{
	va_list ap;

	if (res->verdict != TW_NAT_PASS)
		return;
	res->verdict = verdict;
	va_start(ap, fmt);
	vsnprintf(res->why, sizeof(res->why), fmt, ap);
	va_end(ap);
}

static struct sums add_up(const struct tw_nat_scenario *scenario, struct tw_nat_result *res)
{
	struct sums s = { 0 };

	for (unsigned i = 0; i < res->n_trials; i++) {
		struct tw_nat_trial *trial = &res->trial[i];

		tw_nat_trial_read(trial, &scenario->set);
		s.paws += trial->paws;
		s.low += trial->low;
		s.silent += trial->silent;
		if (trial->outcome == TW_NAT_VOID) {
			s.void_++;
			s.first_void = s.first_void ? s.first_void : trial;
			continue;
		}
		if (trial->outcome == TW_NAT_NOT_FORWARDED) {
			s.not_forwarded++;
			continue;
		}
		s.judged++;
		s.lost += trial->answer != TW_NAT_SYN_ACK;
		s.recovered += trial->outcome == TW_NAT_RECOVERED;
		s.never +=
			trial->outcome == TW_NAT_UNCONNECTED || trial->outcome == TW_NAT_TIMED_OUT;
		if (trial->breaches && !s.first_breach)
			s.first_breach = trial;
		res->exceptions += trial->breaches != 0;
	}
	return s;
}

static void median(const struct tw_nat_result *res, enum tw_nat_outcome outcome, double *ret)
{
	double ms[TW_NAT_TRIALS_MAX];
	size_t n = 0;

	for (unsigned i = 0; i < res->n_trials; i++)
		if (res->trial[i].outcome == outcome)
			ms[n++] = (double)res->trial[i].connect_ns / 1e6;
	*ret = tw_nat_quantile(ms, n, 0.5);
}

static void second_syns(struct tw_nat_result *res)
{
	static const double q[3] = { 0, 0.5, 1 };
	double ms[TW_NAT_TRIALS_MAX];
	size_t n = 0;

	for (unsigned i = 0; i < res->n_trials; i++)
		if (res->trial[i].second_syn_ns)
			ms[n++] = (double)res->trial[i].second_syn_ns / 1e6;
	for (unsigned i = 0; i < 3; i++)
		res->second_syn_ms[i] = tw_nat_quantile(ms, n, q[i]);
}

static void judge_evidence(const struct sums *s, struct tw_nat_result *res)
{
	if (res->pcap_drops)
		tell(res, TW_NAT_ERROR, "the sniffers lost %" PRIu64 " frames", res->pcap_drops);
	if (s->void_)
		tell(res, TW_NAT_ERROR, "%u of %u trials have no verdict: %s", s->void_,
		     res->n_trials, s->first_void->trouble);
	if (!res->n_trials)
		tell(res, TW_NAT_ERROR, "no trial was made");
}

static void judge_rule(const struct sums *s, struct tw_nat_result *res)
{
	static const char *const says[] = { "be accepted", "be rejected for its timestamp",
					    "be rejected for its number" };
	static const char *const did[] = { "nothing", "a SYN-ACK", "an ACK", "a RST" };

	if (s->first_breach)
		tell(res, TW_NAT_FAIL,
		     "in %u trials the server did not do what the rule says; to port %u the first "
		     "SYN was to "
		     "%s, and %s came (%u SYNs, %u breaches)",
		     res->exceptions, s->first_breach->server_port, says[s->first_breach->rule],
		     did[s->first_breach->answer], s->first_breach->syns,
		     s->first_breach->breaches);
	if (s->paws != res->paws_rejected)
		tell(res, TW_NAT_FAIL,
		     "%" PRIu64 " SYNs were rejected by PAWS, the server counted %" PRIu64, s->paws,
		     res->paws_rejected);
	if (s->silent != res->skipped_acks)
		tell(res, TW_NAT_FAIL,
		     "%" PRIu64 " rejected SYNs got no answer, the server counted %" PRIu64
		     " withheld ACKs",
		     s->silent, res->skipped_acks);
}

/*
 * Of the connections that found no port the NAT let out those whose ISN is not below the end of the old one, or none: no third way
 * is known (nf_seq_has_advanced()).
 */
static void judge_exhausted(const struct sums *s, struct tw_nat_result *res)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < res->n_trials && s->not_forwarded < res->n_trials; i++) {
		const struct tw_nat_trial *trial = &res->trial[i];
		bool ahead = tw_seq_diff(trial->inside.seg.seq, trial->r) >= 0;

		wrong += ahead != trial->syn_outside;
	}
	if (wrong)
		tell(res, TW_NAT_FAIL,
		     "%u connections without a free port were let out though their numbers are "
		     "behind, or "
		     "held back though they are ahead",
		     wrong);
}

static void judge_recovery(const struct tw_nat_scenario *scenario, const struct sums *s,
			   bool recovers_expected, struct tw_nat_result *res)
{
	if (scenario->recovers && recovers_expected && s->never)
		tell(res, TW_NAT_FAIL, "%u of the %u rejected ones never connected", s->never,
		     s->lost);
	if (!scenario->recovers && s->recovered)
		tell(res, TW_NAT_FAIL, "%u of the %u rejected ones connected, none should",
		     s->recovered, s->lost);
}

static void judge_promise(const struct tw_nat_scenario *scenario, const struct sums *s,
			  bool recovers_expected, struct tw_nat_result *res)
{
	if (scenario->promise == TW_NAT_EXHAUSTED) {
		judge_exhausted(s, res);
		return;
	}
	if (s->not_forwarded)
		tell(res, TW_NAT_FAIL, "the NAT let %u of %u connections out, all should be",
		     res->n_trials - s->not_forwarded, res->n_trials);
	/* each trial loses or not like a coin */
	if (scenario->promise == TW_NAT_LOSES && !s->lost && s->judged >= TRIALS_THAT_PROMISE)
		tell(res, TW_NAT_FAIL, "no SYN was rejected in %u trials", s->judged);
	if (scenario->promise == TW_NAT_NO_LOSS && s->lost)
		tell(res, TW_NAT_FAIL, "%u of %u first SYNs were rejected, none should be", s->lost,
		     s->judged);
	/* with more ports a NAT may give the next SYN another one */
	if (scenario->promise == TW_NAT_LOSES)
		judge_recovery(scenario, s, recovers_expected, res);
}

void tw_nat_judge(const struct tw_nat_scenario *scenario, bool recovers_expected,
		  struct tw_nat_result *res)
{
	struct sums s;

	if (res->verdict == TW_NAT_SKIP)
		return;
	res->verdict = res->done ? TW_NAT_PASS : TW_NAT_ERROR;
	if (!res->done && !res->why[0])
		snprintf(res->why, sizeof(res->why), "its worker died");
	res->exceptions = 0;
	s = add_up(scenario, res);
	res->loss = tw_nat_rate(s.lost, s.judged);
	res->never = tw_nat_rate(s.never, s.judged);
	res->rejected_syns = s.paws + s.low;
	median(res, TW_NAT_ACCEPTED, &res->accepted_ms);
	median(res, TW_NAT_RECOVERED, &res->lost_ms);
	second_syns(res);
	judge_evidence(&s, res);
	judge_rule(&s, res);
	judge_promise(scenario, &s, recovers_expected, res);
	if (res->verdict == TW_NAT_PASS)
		res->why[0] = '\0';
}
