#include "natreport/headline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "natreport/words.h"
#include "text/textbuf.h"

enum {
	NEVERS_MAX = 8, /* reasons for never getting through */
};

const struct tw_nat_result *tw_nat_headline_of(const struct tw_nat_campaign *c)
{
	for (unsigned i = 0; i < c->n_results; i++) {
		const struct tw_nat_scenario *s = tw_nat_scenario_of(c, &c->result[i]);

		if (tw_nat_part_of(s) == TW_NAT_PART_BASE && s->promise == TW_NAT_LOSES &&
		    s->recovers && tw_nat_has_numbers(&c->result[i]) && c->result[i].loss.of)
			return &c->result[i];
	}
	return NULL;
}

/* Why clients do not get through in this scenario, to stand behind "they never connect". */
static const char *where(const struct tw_nat_scenario *s)
{
	if (s->set.drops_rsts)
		return "behind a path that loses RSTs";
	if (s->set.drops_acks)
		return "behind a path that loses bare ACKs";
	return s->set.rfc1337 ? "with tcp_rfc1337=1 on the server" : s->id;
}

/* True if nobody whose first SYN was rejected got through. */
static bool never(const struct tw_nat_campaign *c, const struct tw_nat_result *res)
{
	return tw_nat_part_of(tw_nat_scenario_of(c, res)) == TW_NAT_PART_BASE &&
	       tw_nat_has_numbers(res) && res->never.n && res->never.n == res->loss.n;
}

/* The shortest and the longest time after which a connect() had not succeeded, ms. */
static void patience(const struct tw_nat_result *res, double ret[2])
{
	for (unsigned i = 0; i < res->n_trials && i < TW_NAT_TRIALS_MAX; i++) {
		const struct tw_nat_trial *trial = &res->trial[i];

		if (trial->outcome != TW_NAT_UNCONNECTED && trial->outcome != TW_NAT_TIMED_OUT)
			continue;
		ret[0] = fmin(ret[0], (double)trial->connect_ns / 1e6);
		ret[1] = fmax(ret[1], (double)trial->connect_ns / 1e6);
	}
}

/* The reasons of those scenarios, each once. Returns how many. */
static unsigned nevers(const struct tw_nat_campaign *c, const char *ret[NEVERS_MAX],
		       double ret_ms[2])
{
	unsigned n = 0;

	ret_ms[0] = INFINITY;
	ret_ms[1] = 0;
	for (unsigned i = 0; i < c->n_results && n < NEVERS_MAX; i++) {
		const char *why = where(tw_nat_scenario_of(c, &c->result[i]));
		unsigned k = 0;

		if (!never(c, &c->result[i]))
			continue;
		patience(&c->result[i], ret_ms);
		while (k < n && strcmp(ret[k], why) != 0)
			k++;
		if (k == n)
			ret[n++] = why;
	}
	return n;
}

static void add_nevers(struct tw_textbuf *buf, const struct tw_nat_campaign *c, const char *who)
{
	const char *why[NEVERS_MAX];
	char least[TW_SAY_MAX], most[TW_SAY_MAX];
	double ms[2];
	unsigned n = nevers(c, why, ms);

	if (n)
		tw_textbuf_add(buf, "; %s never connect ", who);
	for (unsigned i = 0; i < n; i++)
		tw_textbuf_add(buf, "%s%s", !i ? "" : i + 1 < n ? ", " : " or ", why[i]);
	if (n && isfinite(ms[0]))
		tw_textbuf_add(buf, " (given up after %s%s%s)",
			       tw_say_ms(ms[0], least, sizeof(least)),
			       ms[1] > 1.1 * ms[0] ? " to " : "",
			       ms[1] > 1.1 * ms[0] ? tw_say_ms(ms[1], most, sizeof(most)) : "");
}

char *tw_nat_headline(const struct tw_nat_campaign *c, char *ret, size_t size)
{
	struct tw_textbuf buf = tw_textbuf_on(ret, size);
	const struct tw_nat_result *res = tw_nat_headline_of(c);
	char percent[TW_SAY_MAX], interval[TW_SAY_MAX], delay[TW_SAY_MAX];

	if (!res) {
		tw_textbuf_add(&buf, "This run has no scenario in which a client loses its SYN and "
				     "gets through with a later one");
	} else if (!res->loss.n) {
		tw_textbuf_add(
			&buf,
			"On this kernel not one of %u connections that got a tuple in TIME_WAIT "
			"lost its first SYN",
			res->loss.of);
	} else {
		tw_textbuf_add(
			&buf,
			"On this kernel %s of the connections that get a tuple in TIME_WAIT lose "
			"their first SYN (%s: %u of %u, 95 %% interval %s)",
			tw_say_percent(&res->loss, percent, sizeof(percent)),
			tw_nat_scenario_of(c, res)->id, res->loss.n, res->loss.of,
			tw_say_interval(&res->loss, interval, sizeof(interval)));
		if (isfinite(tw_nat_delay_ms(res)))
			tw_textbuf_add(&buf, "; %s connects %s later",
				       res->never.n ? "who gets through" : "each of those",
				       tw_say_ms(tw_nat_delay_ms(res), delay, sizeof(delay)));
	}
	add_nevers(&buf, c, res ? "they" : "clients whose SYN was rejected");
	tw_textbuf_add(&buf, ".");
	return ret;
}

struct proof {
	unsigned answers, exceptions; /* SYNs whose answer could be held against the rule */
	unsigned controls, lost_controls;
	unsigned counters, wrong_counters;
};

static void prove(const struct tw_nat_campaign *c, struct proof *ret)
{
	uint64_t rejected;

	for (unsigned i = 0; i < c->n_results; i++) {
		const struct tw_nat_result *res = &c->result[i];
		bool control = tw_nat_scenario_of(c, res)->control;

		if (!tw_nat_has_numbers(res))
			continue;
		ret->answers += res->loss.of;
		ret->exceptions += res->exceptions;
		ret->controls += control ? res->loss.of : 0;
		ret->lost_controls += control ? res->loss.n : 0;
		ret->counters++;
		ret->wrong_counters += !tw_nat_counted(res, &rejected);
	}
	if (c->plane) {
		ret->answers += c->plane->n;
		ret->exceptions += c->plane->exceptions;
	}
	if (c->steps) {
		ret->answers += c->steps->n;
		ret->exceptions += c->steps->exceptions;
	}
}

char *tw_nat_headline_proof(const struct tw_nat_campaign *c, char *ret, size_t size)
{
	struct tw_textbuf buf = tw_textbuf_on(ret, size);
	struct proof proof = { 0 };

	prove(c, &proof);
	if (!proof.answers) {
		tw_textbuf_add(&buf, "No answer was seen that could be held against the rule.");
		return ret;
	}
	if (proof.exceptions)
		tw_textbuf_add(&buf, "%u of %u SYNs were not answered as the rule says",
			       proof.exceptions, proof.answers);
	else
		tw_textbuf_add(&buf, "All of %u SYNs were answered as the rule says",
			       proof.answers);
	if (proof.controls)
		tw_textbuf_add(&buf, "; %u of %u SYNs in the controls were lost",
			       proof.lost_controls, proof.controls);
	if (proof.wrong_counters)
		tw_textbuf_add(&buf,
			       "; in %u of %u scenarios the server's counter does not equal the "
			       "rejected SYNs",
			       proof.wrong_counters, proof.counters);
	else if (proof.counters)
		tw_textbuf_add(
			&buf,
			"; in all of %u scenarios the server's counter equals the rejected SYNs",
			proof.counters);
	tw_textbuf_add(&buf, ".");
	return ret;
}
