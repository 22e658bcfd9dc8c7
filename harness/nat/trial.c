#include "nat/trial.h"

#include <stdio.h>
#include <string.h>

#include "nat/rules.h"

#define S_NS 1000000000ull

/* TIME_WAIT ends within two seconds after its 60 (the timer wheel's slots). */
static const uint64_t tw_least_ns = 60 * S_NS, tw_most_ns = 63 * S_NS;

/* The server withholds an ACK so soon after the last one (tcp_invalid_ratelimit). */
static const uint64_t limit_ns = S_NS / 2;

void tw_nat_trial_add(struct tw_nat_trial *trial, const struct tw_nat_packet *packet)
{
	if (trial->n_packets < TW_NAT_PACKETS_MAX)
		trial->packet[trial->n_packets] = *packet;
	trial->n_packets++;
}

static unsigned kept(const struct tw_nat_trial *trial)
{
	return trial->n_packets < TW_NAT_PACKETS_MAX ? trial->n_packets : TW_NAT_PACKETS_MAX;
}

static bool is_syn(const struct tw_nat_packet *p)
{
	return !p->from_server && (p->seg.flags & (TW_SYN | TW_ACK | TW_RST)) == TW_SYN;
}

static bool is_rst(const struct tw_nat_packet *p)
{
	return !p->from_server && p->seg.flags & TW_RST;
}

static enum tw_nat_answer answer_of(const struct tw_seg *seg)
{
	if (seg->flags & TW_RST)
		return TW_NAT_RST;
	return seg->flags & TW_SYN ? TW_NAT_SYN_ACK : TW_NAT_ACK;
}

/* What the server sent between the SYN that is packet @at and the next one. */
static enum tw_nat_answer answer_to(const struct tw_nat_trial *trial, unsigned at)
{
	for (unsigned i = at + 1; i < kept(trial); i++) {
		const struct tw_nat_packet *p = &trial->packet[i];

		if (p->side != TW_NAT_OUTSIDE)
			continue;
		if (p->from_server)
			return answer_of(&p->seg);
		if (is_syn(p))
			break;
	}
	return TW_NAT_NOTHING;
}

/* The entry while the second connection knocks. */
struct watch {
	struct tw_nat_entry entry;
	bool alive;
	bool unsure;        /* its timer may have run out or not */
	uint64_t restarted; /* since then it has 60 s */
	uint64_t acked;     /* the server's last ACK, 0 before the first */
};

static void pass_time(struct watch *w, uint64_t now)
{
	w->alive = w->alive && now < w->restarted + tw_most_ns;
	w->unsure = w->alive && now > w->restarted + tw_least_ns;
}

static bool breaks_rule(const struct watch *w, enum tw_nat_rule rule, enum tw_nat_answer answer,
			uint64_t at)
{
	if (rule == TW_NAT_RULE_ACCEPTS)
		return answer != TW_NAT_SYN_ACK;
	if (answer == TW_NAT_NOTHING)
		return !w->acked || at - w->acked >= limit_ns;
	return answer != TW_NAT_ACK && !(w->unsure && answer == TW_NAT_SYN_ACK);
}

/* One SYN that the server saw: packet @at. */
static void take_syn(struct tw_nat_trial *trial, struct watch *w, unsigned at)
{
	const struct tw_nat_packet *p = &trial->packet[at];
	enum tw_nat_answer answer = answer_to(trial, at);
	enum tw_nat_rule rule = TW_NAT_RULE_ACCEPTS;

	pass_time(w, p->at);
	if (w->alive && p->client_port == trial->first_public)
		rule = tw_nat_rule_of(&w->entry, p->seg.ts, p->seg.tsval, p->seg.seq);
	if (!trial->syn_outside) {
		trial->syn_outside = true;
		trial->outside = *p;
		trial->reused = p->client_port == trial->first_public;
		trial->answer = answer;
		trial->rule = rule;
	}
	trial->syns++;
	trial->breaches += breaks_rule(w, rule, answer, p->at);
	if (w->unsure && answer == TW_NAT_SYN_ACK)
		rule = TW_NAT_RULE_ACCEPTS;
	trial->rejected += answer == TW_NAT_ACK;
	trial->paws += rule == TW_NAT_RULE_PAWS;
	trial->low += rule == TW_NAT_RULE_SEQ;
	trial->silent += rule != TW_NAT_RULE_ACCEPTS && answer == TW_NAT_NOTHING;
	if (rule == TW_NAT_RULE_ACCEPTS)
		w->alive = false;
	else if (tw_nat_rule_restarts(rule))
		w->restarted = p->at;
	if (answer == TW_NAT_ACK)
		w->acked = p->at;
}

static void read_outside(struct tw_nat_trial *trial, const struct tw_nat_setting *set)
{
	struct watch w = {
		.entry = { .ts = trial->ts, .t = trial->t, .r = trial->r },
		.alive = trial->entered,
		.restarted = trial->closed_at,
	};

	for (unsigned i = 0; i < kept(trial); i++) {
		const struct tw_nat_packet *p = &trial->packet[i];

		if (p->side != TW_NAT_OUTSIDE)
			continue;
		if (is_syn(p))
			take_syn(trial, &w, i);
		else if (is_rst(p) && p->seg.seq == trial->r && !set->rfc1337)
			w.alive = false;
	}
}

/* The first SYN, and how soon after the first RST the next one goes out. */
static void read_inside(struct tw_nat_trial *trial)
{
	uint64_t rst_at = 0;

	for (unsigned i = 0; i < kept(trial); i++) {
		const struct tw_nat_packet *p = &trial->packet[i];

		if (p->side != TW_NAT_INSIDE || p->from_server)
			continue;
		if (is_rst(p) && !rst_at)
			rst_at = p->at;
		if (!is_syn(p))
			continue;
		if (!trial->syn_inside) {
			trial->syn_inside = true;
			trial->inside = *p;
		} else if (rst_at && !trial->second_syn_ns) {
			trial->second_syn_ns = p->at - rst_at;
		}
	}
}

static enum tw_nat_outcome outcome_of(const struct tw_nat_trial *trial)
{
	if (!trial->syn_outside)
		return TW_NAT_NOT_FORWARDED;
	if (!trial->ended)
		return TW_NAT_UNCONNECTED;
	if (trial->so_error)
		return TW_NAT_TIMED_OUT;
	return trial->answer == TW_NAT_SYN_ACK ? TW_NAT_ACCEPTED : TW_NAT_RECOVERED;
}

static bool same_host(const struct tw_nat_trial *trial)
{
	return !memcmp(trial->client.b, trial->first_client.b, sizeof(trial->client.b));
}

void tw_nat_trial_read(struct tw_nat_trial *trial, const struct tw_nat_setting *set)
{
	trial->outcome = TW_NAT_VOID;
	trial->syn_inside = trial->syn_outside = false;
	trial->syns = trial->rejected = trial->paws = trial->low = trial->silent = 0;
	trial->breaches = 0;
	trial->second_syn_ns = 0;
	if (trial->trouble[0])
		return;
	if (trial->n_packets > TW_NAT_PACKETS_MAX) {
		snprintf(trial->trouble, sizeof(trial->trouble), "%u packets, room for %d",
			 trial->n_packets, TW_NAT_PACKETS_MAX);
		return;
	}
	read_inside(trial);
	read_outside(trial, set);
	if ((set->second == TW_NAT_SAME_HOST) != same_host(trial))
		snprintf(trial->trouble, sizeof(trial->trouble), "the second client is %s",
			 same_host(trial) ? "the first one" : "another host");
	else if (!trial->syn_inside)
		snprintf(trial->trouble, sizeof(trial->trouble), "no SYN was seen before the NAT");
	else if (trial->ended && !trial->so_error && !trial->syn_outside)
		snprintf(trial->trouble, sizeof(trial->trouble),
			 "connected, but no SYN was seen behind the NAT");
	else
		trial->outcome = outcome_of(trial);
}
