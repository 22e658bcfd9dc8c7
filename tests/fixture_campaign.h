/*
 * A campaign made by hand for the tests of its reports: what `twprobe nat` could have measured, from a fixed sequence of random
 * numbers. Owner: the caller, who releases it with fixture_campaign_free().
 */
#ifndef TWPROBE_TESTS_FIXTURE_CAMPAIGN_H
#define TWPROBE_TESTS_FIXTURE_CAMPAIGN_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nat/campaign.h"

struct fixture_campaign {
	struct tw_nat_campaign c;
	struct tw_nat_result *result;
	struct tw_nat_clocks *clocks;
	struct tw_nat_plane *plane;
	struct tw_nat_steps *steps;
	struct tw_nat_starving *starving;
	struct tw_nat_load *load;
};

#define SET(first_, second_, ports_, hold_)                                         \
	.first_ts = first_, .second_ts = second_, .ports = ports_, .hold_s = hold_, \
	.max_tw_buckets = TW_NAT_DEFAULT
#define LOSES              .promise = TW_NAT_LOSES, .recovers = true
#define ON(base_, remedy_) .base = base_, .remedy = remedy_

static const struct tw_nat_scenario scenarios[] = {
	{ .id = "two-hosts",
	  .says = "a port goes to another host while the server is in TIME_WAIT",
	  .set = { SET(1, 1, 1, 1) },
	  LOSES },
	{ .id = "same-host",
	  .says = "it goes to another port of the same host",
	  .set = { SET(1, 1, 1, 1), .second = TW_NAT_SAME_HOST },
	  LOSES },
	{ .id = "no-ts",
	  .says = "the second client has no timestamps",
	  .set = { SET(1, 0, 1, 1) },
	  LOSES },
	{ .id = "rfc1337",
	  .says = "the server ignores RSTs in TIME_WAIT",
	  .set = { SET(1, 1, 1, 1), .rfc1337 = true, .limit_s = 12 },
	  .promise = TW_NAT_LOSES },
	{ .id = "lost-acks",
	  .says = "the path drops the server's bare ACK",
	  .set = { SET(1, 1, 1, 1), .drops_acks = true },
	  .promise = TW_NAT_LOSES,
	  .slow = true },
	{ .id = "lost-rsts",
	  .says = "the path drops the client's RST, <so> \"they\" wait & wait",
	  .set = { SET(1, 1, 1, 1), .drops_rsts = true, .limit_s = 20 },
	  .promise = TW_NAT_LOSES },
	{ .id = "client-closes",
	  .says = "TIME_WAIT is on the client's side",
	  .control = true,
	  .set = { SET(1, 1, 1, 1), .closer = TW_NAT_CLIENT_CLOSES },
	  .promise = TW_NAT_NO_LOSS },
	{ .id = "ts-2",
	  .says = "one clock for both hosts",
	  .control = true,
	  .set = { SET(2, 2, 1, 1) },
	  .promise = TW_NAT_NO_LOSS },
	{ .id = "after-62-s",
	  .says = "TIME_WAIT is over",
	  .control = true,
	  .set = { SET(1, 1, 1, 1), .wait_s = 62 },
	  .promise = TW_NAT_NO_LOSS },
	{ .id = "killed",
	  .says = "SOCK_DESTROY took TIME_WAIT away",
	  .control = true,
	  .set = { SET(1, 1, 1, 1), .kills_tw = true },
	  .promise = TW_NAT_NO_LOSS },
	{ .id = "two-hosts/ts-0",
	  ON("two-hosts", "tcp_timestamps=0"),
	  .set = { SET(1, 1, 1, 1) },
	  LOSES },
	{ .id = "two-hosts/ts-2",
	  ON("two-hosts", "tcp_timestamps=2"),
	  .set = { SET(1, 1, 1, 1) },
	  .promise = TW_NAT_NO_LOSS },
	{ .id = "two-hosts/strip",
	  ON("two-hosts", "NAT strips timestamps"),
	  .set = { SET(1, 1, 1, 1) },
	  LOSES },
	{ .id = "two-hosts/ports",
	  ON("two-hosts", "64 ports"),
	  .set = { SET(1, 1, 64, 1) },
	  .promise = TW_NAT_ANYTHING,
	  .recovers = true },
	{ .id = "two-hosts/hold",
	  ON("two-hosts", "NAT holds 120 s"),
	  .set = { SET(1, 1, 1, 120) },
	  .promise = TW_NAT_EXHAUSTED },
	{ .id = "two-hosts/rfc1337",
	  ON("two-hosts", "tcp_rfc1337=1"),
	  .set = { SET(1, 1, 1, 1) },
	  .promise = TW_NAT_LOSES },
	{ .id = "two-hosts/closer",
	  ON("two-hosts", "client closes first"),
	  .set = { SET(1, 1, 1, 1) },
	  .promise = TW_NAT_NO_LOSS },
	{ .id = "two-hosts/buckets",
	  ON("two-hosts", "tcp_max_tw_buckets=0"),
	  .set = { SET(1, 1, 1, 1) },
	  .promise = TW_NAT_NO_LOSS },
	{ .id = "same-host/ts-0",
	  ON("same-host", "tcp_timestamps=0"),
	  .set = { SET(1, 1, 1, 1) },
	  LOSES },
	{ .id = "same-host/ts-2",
	  ON("same-host", "tcp_timestamps=2"),
	  .set = { SET(1, 1, 1, 1) },
	  .promise = TW_NAT_NO_LOSS },
	{ .id = "same-host/ports",
	  ON("same-host", "64 ports"),
	  .set = { SET(1, 1, 1, 1) },
	  .promise = TW_NAT_ANYTHING,
	  .recovers = true },
	{ .id = "no-ts/ts-2",
	  ON("no-ts", "tcp_timestamps=2"),
	  .set = { SET(1, 1, 1, 1) },
	  .promise = TW_NAT_NO_LOSS },
};

enum {
	N_SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]),
};

#define MS UINT64_C(1000000)

static uint32_t rnd(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 32);
}

static struct tw_nat_rate rate(unsigned n, unsigned of)
{
	double z = 1.96, p = of ? (double)n / of : 0, all = of ? of : 1,
	       mid = p + z * z / (2 * all);
	double half = z * sqrt(p * (1 - p) / all + z * z / (4 * all * all)), by = 1 + z * z / all;

	if (!of)
		return (struct tw_nat_rate){ 0, 0, 0, 1 };
	return (struct tw_nat_rate){ n, of, fmax(0, (mid - half) / by),
				     fmin(1, (mid + half) / by) };
}

static struct tw_addr address(unsigned a, unsigned b, unsigned c, unsigned d)
{
	return (struct tw_addr){ .b = { (uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d } };
}

/* One packet at both sides of the NAT, @us after connect(); @lost: it stays on the side where it was sent. */
static void pass(struct tw_nat_trial *t, uint64_t us, bool from_server, bool lost,
		 const struct tw_seg *seg)
{
	for (unsigned i = 0; i < (lost ? 1u : 2u) && t->n_packets < TW_NAT_PACKETS_MAX; i++) {
		struct tw_nat_packet *p = &t->packet[t->n_packets++];

		p->at = t->connect_at + us * 1000 + i * 11000;
		p->side = i == from_server ? TW_NAT_INSIDE : TW_NAT_OUTSIDE;
		p->from_server = from_server;
		p->client = p->side == TW_NAT_INSIDE ? t->client : address(192, 0, 2, 1);
		p->client_port = p->side == TW_NAT_INSIDE ? 51234 : t->first_public;
		p->seg = *seg;
	}
}

static struct tw_seg segment(uint8_t flags, uint32_t seq, uint32_t ack, bool ts, uint32_t tsval,
			     uint32_t tsecr)
{
	struct tw_seg seg = { .flags = flags,
			      .ttl = 64,
			      .win = 64240,
			      .seq = seq,
			      .ack = ack,
			      .ts = ts,
			      .tsval = tsval,
			      .tsecr = tsecr,
			      .wscale = -1 };

	if (flags & TW_SYN) {
		seg.mss = 1460;
		seg.wscale = 7;
		seg.sackok = true;
	}
	return seg;
}

/* The numbers of both connections; true if the server rejects the second. */
static bool numbers(struct tw_nat_trial *t, const struct tw_nat_scenario *s, unsigned i,
		    uint64_t *seed, struct tw_seg *ret_syn)
{
	bool lossless = s->promise == TW_NAT_NO_LOSS;
	bool ts = s->set.second_ts && !(s->remedy && strstr(s->id, "ts-0"));
	uint32_t dts = lossless ? 400 + rnd(seed) % 3000 : rnd(seed), disn = rnd(seed);
	bool old;

	t->entered = !lossless || s->set.first_ts == 2 || s->remedy;
	t->ts = true;
	t->r = rnd(seed);
	t->s = rnd(seed);
	t->t = rnd(seed);
	t->left_ms = t->entered ? 58900 - (int)(i * 7) : -1;
	t->first_client = address(10, 0, 1, 2);
	t->client = address(10, 0, s->set.second == TW_NAT_SAME_HOST ? 1 : 2, 2);
	t->first_port = 40000;
	t->first_public = 20000;
	t->server_port = (uint16_t)(5000 + i);
	*ret_syn = segment(TW_SYN, t->r + disn, 0, ts, ts ? t->t + dts : 0, 0);
	old = t->entered && (ts ? (int32_t)dts < 0 : (int32_t)disn <= 0);
	t->rule = !old ? TW_NAT_RULE_ACCEPTS : ts ? TW_NAT_RULE_PAWS : TW_NAT_RULE_SEQ;
	return old;
}

/* The SYN, its answer and what came of it. */
static void play(struct tw_nat_trial *t, const struct tw_nat_scenario *s, struct tw_seg syn,
		 bool old)
{
	uint32_t clock = 3912345678u;
	struct tw_seg ack = segment(TW_ACK, t->s, t->r, true, clock, t->t);
	struct tw_seg syn_ack =
		segment(TW_SYN | TW_ACK, t->s + 65537, syn.seq + 1, syn.ts, clock, syn.tsval);
	struct tw_seg last = segment(TW_ACK, syn.seq + 1, t->s + 65538, syn.ts, syn.tsval, clock);
	struct tw_seg rst = segment(TW_RST, t->r, 0, false, 0, 0);
	uint64_t us = 90;

	pass(t, us, false, false, &syn);
	t->syn_inside = t->syn_outside = true;
	t->inside = t->packet[0];
	t->outside = t->packet[1];
	t->reused = true;
	t->answer = old ? TW_NAT_ACK : TW_NAT_SYN_ACK;
	t->syns = 1;
	for (; old && t->syns < 5; t->syns++) {
		t->rejected++;
		pass(t, us + 40, true, s->set.drops_acks, &ack);
		if (!s->set.drops_acks)
			pass(t, us + 70, false, s->set.drops_rsts, &rst);
		if (s->recovers) {
			t->second_syn_ns = 8 * MS + t->connect_at % 900000;
			us += t->second_syn_ns / 1000;
		} else {
			us += (1000000u << (t->syns - 1)) + 3000;
		}
		syn.tsval += 8;
		pass(t, us, false, false, &syn);
		old = !s->recovers;
	}
	t->rejected += old;
	if (!old) {
		pass(t, us + 40, true, false, &syn_ack);
		pass(t, us + 75, false, false, &last);
		t->connect_ns = us * 1000 + 110000 + t->connect_at % 190000;
	}
}

static void make_trial(struct tw_nat_trial *t, const struct tw_nat_scenario *s, unsigned i,
		       uint64_t *seed)
{
	struct tw_seg syn;
	bool old;

	t->connect_at = 1000 * MS + rnd(seed);
	t->closed_at = t->connect_at - 1100 * MS;
	if (s->promise == TW_NAT_EXHAUSTED) {
		t->outcome = TW_NAT_NOT_FORWARDED;
		t->connect_ns = 3000 * MS;
		return;
	}
	old = numbers(t, s, i, seed, &syn);
	play(t, s, syn, old);
	t->outcome = !old             ? TW_NAT_ACCEPTED
		     : s->recovers    ? TW_NAT_RECOVERED
		     : s->set.limit_s ? TW_NAT_UNCONNECTED
				      : TW_NAT_TIMED_OUT;
	if (old && !s->recovers)
		t->connect_ns =
			s->set.limit_s ? s->set.limit_s * 1000 * MS : 133700 * MS + i * 9 * MS;
	t->so_error = t->outcome == TW_NAT_TIMED_OUT ? 110 : 0;
	t->paws = t->rule == TW_NAT_RULE_PAWS ? t->rejected : 0;
	t->low = t->rule == TW_NAT_RULE_SEQ ? t->rejected : 0;
	t->ended = !old || s->recovers || !s->set.limit_s;
	t->counted = i % 2 == 0;
	t->n_moved = t->counted && t->rejected;
	strcpy(t->moved[0].name, "TcpExtPAWSTimewait");
	t->moved[0].before = 3;
	t->moved[0].after = 3 + t->rejected;
}

static double median(double *list, unsigned n)
{
	double least = NAN;

	for (unsigned i = 0; i < n; i++) {
		unsigned below = 0;

		for (unsigned k = 0; k < n; k++)
			below += list[k] < list[i];
		if (below <= (n - 1) / 2)
			least = fmax(least, list[i]);
	}
	return least;
}

static void sum_up(struct tw_nat_result *res)
{
	double ms[2][TW_NAT_TRIALS_MAX];
	unsigned n[2] = { 0 }, lost = 0, never = 0, of = 0;

	for (unsigned i = 0; i < res->n_trials; i++) {
		const struct tw_nat_trial *t = &res->trial[i];

		of += t->outcome != TW_NAT_VOID && t->outcome != TW_NAT_NOT_FORWARDED;
		lost += t->rejected > 0;
		never += t->outcome == TW_NAT_UNCONNECTED || t->outcome == TW_NAT_TIMED_OUT;
		res->rejected_syns += t->rejected;
		res->paws_rejected += t->paws;
		if (t->outcome == TW_NAT_ACCEPTED)
			ms[0][n[0]++] = (double)t->connect_ns / 1e6;
		if (t->outcome == TW_NAT_RECOVERED)
			ms[1][n[1]++] = (double)t->connect_ns / 1e6;
	}
	res->loss = rate(lost, of);
	res->never = rate(never, of);
	res->accepted_ms = median(ms[0], n[0]);
	res->lost_ms = median(ms[1], n[1]);
	for (unsigned i = 0; i < 3; i++)
		res->second_syn_ms[i] = n[1] ? 8.0 + 0.4 * i : NAN;
	res->wall_s = 3.25;
	res->done = true;
}

static void make_results(struct fixture_campaign *f, unsigned trials, uint64_t *seed)
{
	f->result = calloc(N_SCENARIOS, sizeof(*f->result));
	for (unsigned i = 0; i < N_SCENARIOS; i++) {
		struct tw_nat_result *res = &f->result[i];

		res->scenario = i;
		res->n_trials = trials;
		for (unsigned k = 0; k < trials; k++)
			make_trial(&res->trial[k], &scenarios[i], k, seed);
		sum_up(res);
	}
}

static void make_clocks(struct tw_nat_clocks *clocks, uint64_t *seed)
{
	for (unsigned i = 0; i < 128; i++) {
		struct tw_nat_clock *c = &clocks->c[clocks->n++];

		c->timestamps = i < 64 ? 1 : 2;
		c->host = i & 1;
		c->port = (uint16_t)(33000 + i % 64 * 100);
		c->at = (5000 + i) * MS;
		c->offset = i < 64 ? rnd(seed) : 0;
		c->tsval = c->offset + 5000 + i;
	}
	clocks->kind[1] = TW_NAT_CLOCK_PER_TUPLE;
	clocks->kind[2] = TW_NAT_CLOCK_ONE;
	clocks->done = true;
}

static void make_plane(struct tw_nat_plane *plane, uint64_t *seed)
{
	static const int32_t near[] = { INT32_MIN, -65536, -1, 0, 1, 65536, INT32_MAX };

	for (unsigned i = 0; i < 49 + 300; i++) {
		struct tw_nat_dot *dot = &plane->dot[plane->n++];

		uint32_t dts = rnd(seed), disn = rnd(seed), shift = rnd(seed);

		dot->dts = i < 49 ? near[i % 7] : (int32_t)dts >> shift % 31;
		dot->disn = i < 49 ? near[i / 7] : (int32_t)disn >> (shift >> 8) % 31;
		if (dot->dts < 0 && dot->dts != INT32_MIN)
			dot->rule = TW_NAT_RULE_PAWS;
		else if (!dot->dts && dot->disn <= 0 && dot->disn != INT32_MIN)
			dot->rule = TW_NAT_RULE_SEQ;
		dot->answer = dot->rule == TW_NAT_RULE_ACCEPTS ? TW_NAT_SYN_ACK : TW_NAT_ACK;
	}
	plane->done = true;
}

static void make_steps(struct tw_nat_steps *steps)
{
	for (unsigned i = 0; i < 25; i++) {
		struct tw_nat_step *step = &steps->step[steps->n++];

		step->tuple = (uint16_t)i;
		step->at_s = i < 20 ? 3.75 * (i + 1) : 58.4 + 0.9 * (i - 20);
		step->left_before_ms = step->at_s < 60.4 ? 60400 - (int)(step->at_s * 1000) : -1;
		step->left_after_ms = step->left_before_ms < 0 ? -1 : 60000;
		step->answer = step->left_before_ms < 0 ? TW_NAT_SYN_ACK : TW_NAT_ACK;
	}
	for (unsigned i = 0; i < 7; i++)
		steps->step[steps->n++] = (struct tw_nat_step){ .series = TW_NAT_REPEATED,
								.tuple = 100,
								.at_s = 10.05 * (i + 1),
								.left_before_ms = i ? 49950 : 50350,
								.left_after_ms = 60000,
								.answer = TW_NAT_ACK };
	steps->done = true;
}

/* The neighbour has been up for longer; then it is quiet for more than a minute. */
static void make_starving(struct tw_nat_starving *s, uint64_t *seed)
{
	uint64_t at = 7000 * MS, last = 0;
	uint32_t stamp = 0;

	s->emulated = true;
	strcpy(s->says, "a busy neighbour with more uptime, then a minute of quiet");
	for (unsigned i = 0; i < 70; i++) {
		struct tw_nat_door *door = &s->door[s->n_doors++];
		bool victim = i % 5 == 4 || i >= 60;

		at += (i < 60 ? 400 : 9000) * MS + rnd(seed) % 100000000;
		door->at = at;
		door->victim = victim;
		door->ts = true;
		door->tsval = (uint32_t)(at / MS) + (victim ? 100000 : 400000);
		door->remembered = stamp;
		door->stamp = stamp;
		door->age_s = last ? (uint32_t)((at - last) / (1000 * MS)) : 0;
		door->came_out = !stamp || door->age_s >= 60 || (int32_t)(stamp - door->tsval) <= 1;
		door->says = door->came_out ? TW_RECYCLE_PASS : TW_RECYCLE_DROP_OLD;
		s->dropped_by_model += !door->came_out;
		if (door->came_out) {
			stamp = door->tsval;
			last = at;
		}
		s->neighbour_connections += !victim;
	}
	s->dropped_by_bump = s->dropped_by_model;
	for (unsigned i = 0; i < 3; i++)
		s->attempt[s->n_tries++] = (struct tw_nat_try){ .at_s = 2.0 + 30 * i,
								.quiet_s = i == 2 ? 61.5 : 0.4,
								.syns = i == 2 ? 1 : 4,
								.dropped = i == 2 ? 0 : 4,
								.connect_ms = i == 2 ? 0.5 : NAN,
								.connected = i == 2 };
	s->wall_s = 90;
	s->done = true;
}

static void make_loads(struct tw_nat_load *load)
{
	for (unsigned i = 0; i < TW_NAT_LOADS; i++)
		load[i] = (struct tw_nat_load){ .setting = i,
						.planned = 900,
						.measured = rate(i == 1 ? 96 : 410, 900),
						.simulated = rate(i == 1 ? 4100 : 16300, 36000),
						.close = i != 1,
						.done = true };
}

/* @trials per scenario. */
static void fixture_campaign_make(struct fixture_campaign *ret, unsigned trials)
{
	uint64_t seed = 20261128;

	memset(ret, 0, sizeof(*ret));
	ret->clocks = calloc(1, sizeof(*ret->clocks));
	ret->plane = calloc(1, sizeof(*ret->plane));
	ret->steps = calloc(1, sizeof(*ret->steps));
	ret->starving = calloc(1, sizeof(*ret->starving));
	ret->load = calloc(TW_NAT_LOADS, sizeof(*ret->load));
	make_loads(ret->load);
	make_results(ret, trials, &seed);
	make_clocks(ret->clocks, &seed);
	make_plane(ret->plane, &seed);
	make_steps(ret->steps);
	make_starving(ret->starving, &seed);
	ret->c = (struct tw_nat_campaign){ .version = "0.1.0",
					   .release = "6.18.44",
					   .machine = "x86_64",
					   .seed = 42,
					   .hz = 250,
					   .trials = trials,
					   .scenario = scenarios,
					   .n_results = N_SCENARIOS,
					   .result = ret->result,
					   .clocks = ret->clocks,
					   .plane = ret->plane,
					   .steps = ret->steps,
					   .n_starving = 1,
					   .starving = ret->starving,
					   .n_loads = TW_NAT_LOADS,
					   .load = ret->load,
					   .wall_s = 141.5 };
}

static void fixture_campaign_free(struct fixture_campaign *f)
{
	free(f->result);
	free(f->clocks);
	free(f->plane);
	free(f->steps);
	free(f->starving);
	free(f->load);
	memset(f, 0, sizeof(*f));
}

#endif
