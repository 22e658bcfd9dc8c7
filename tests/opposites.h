/*
 * A row's opposites: each of its claims turned over, one at a time, and judged on evidence in which the row is a PASS. Every one
 * must FAIL. Include it after cmocka.h.
 */
#ifndef TWPROBE_TESTS_OPPOSITES_H
#define TWPROBE_TESTS_OPPOSITES_H

#include <string.h>

#include "base/counters.h"
#include "judge/expected.h"
#include "report/report.h"
#include "twprobe/words.h"

enum {
	OPPOSITES_SHOWN = 20,
};

struct opposites {
	const struct tw_facts *facts;
	unsigned n, wrong;
};

/* A row with one of its claims turned over, to be judged on the evidence of the true one. */
struct opposite {
	struct opposites *all;
	const struct tw_result *res;
	struct tw_case row;
	unsigned step;
	struct tw_expect *want; /* of the step */
	struct tw_observed seen;
};

static inline void must_be(struct opposite *o, enum tw_outcome outcome, const char *what)
{
	struct tw_verdict v;

	tw_judge(&o->row, &o->res->ev, o->all->facts, &v);
	o->all->n++;
	if (v.outcome == outcome)
		return;
	if (o->all->wrong++ < OPPOSITES_SHOWN)
		print_error("%s, %s, step %u, %s: %s, differs \"%s\", why \"%s\"\n", o->row.id,
			    o->res->family == TW_IPV4 ? "IPv4" : "IPv6", o->step + 1, what,
			    tw_outcome_name(v.outcome), v.differs, v.why);
}

/* The row as this kernel is expected to play it, without exceptions. */
static inline struct tw_case flatten(const struct tw_case *row, const struct tw_facts *facts)
{
	struct tw_case flat = *row;

	for (unsigned i = 0; i < tw_case_steps(row); i++)
		flat.step[i].expect = tw_expected(row, i, facts);
	memset(flat.except, 0, sizeof(flat.except));
	return flat;
}

static inline void other_replies(struct opposite *o)
{
	static const uint16_t replies[] = { SILENCE,   ACK,       SYN | ACK, RST,
					    RST | ACK, FIN | ACK, PSH | ACK, SYN };
	const uint16_t claimed = o->want->reply;

	for (unsigned i = 0; i < sizeof(replies) / sizeof(*replies); i++) {
		o->want->reply = replies[i];
		if (replies[i] != claimed)
			must_be(o, TW_FAIL, "reply");
	}
	o->want->reply = claimed;
}

/* A claimed number; its neighbours; the option there instead of not there, and the other way round. */
static inline void other_number(struct opposite *o, struct tw_val *val, uint32_t seen,
				const char *what)
{
	const struct tw_val claimed = *val;

	if (claimed.base == TW_UNSET || !o->seen.n_replies)
		return;
	*val = (struct tw_val){ TW_NUMBER, seen + 1 };
	must_be(o, TW_FAIL, what);
	val->off = seen - 1;
	must_be(o, TW_FAIL, what);
	if (claimed.base != TW_ABSENT && claimed.base != TW_TS_CLOCK) {
		*val = claimed;
		val->off++;
		must_be(o, TW_FAIL, what);
	}
	if (val == &o->want->tsval || val == &o->want->tsecr) {
		*val = (struct tw_val){ o->seen.reply.ts ? TW_ABSENT : TW_NUMBER, 0 };
		must_be(o, TW_FAIL, what);
	}
	*val = claimed;
}

static inline void same_isn(struct opposite *o)
{
	const struct tw_val claimed = o->want->isn_not;

	if (!o->seen.n_replies)
		return;
	o->want->isn_not = (struct tw_val){ TW_NUMBER, o->seen.reply.seq };
	must_be(o, TW_FAIL, "isn");
	o->want->isn_not = claimed;
}

static inline void other_fates(struct opposite *o)
{
	const enum tw_fate claimed = o->want->tw, is = o->seen.fate;
	const bool lives = is == TW_RUNNING || is == TW_RESTARTED;

	for (int fate = TW_RUNNING; fate < TW_FATES; fate++) {
		bool met = fate == (int)is || (fate == TW_ALIVE && lives);

		o->want->tw = (enum tw_fate)fate;
		must_be(o, met ? TW_PASS : TW_FAIL, tw_fate_name(o->want->tw));
	}
	o->want->tw = claimed;
}

static inline bool is_watched(const char *name)
{
	for (const char *const *w = tw_counters_watched; *w; w++)
		if (!strcmp(*w, name))
			return true;
	return false;
}

static inline bool is_claimed(const struct tw_expect *want, const char *name)
{
	for (unsigned i = 0; i < TW_COUNTERS_MAX; i++)
		if (want->counter[i] && !strcmp(want->counter[i], name))
			return true;
	return false;
}

/*
 * What it makes of a row not to claim a counter that moved. A full queue that was not asked for is no verdict about
 * TIME_WAIT at all.
 */
static inline enum tw_outcome without(const struct opposite *o, const char *name)
{
	const enum tw_listener dut = o->row.given.dut;
	bool full = dut == TW_ACCEPT_QUEUE_FULL || dut == TW_SYN_QUEUE_FULL;
	bool overflow = !strcmp(name, "TcpExtListenOverflows") ||
			!strcmp(name, "TcpExtTCPReqQFullDrop") ||
			!strcmp(name, "TcpExtTCPReqQFullDoCookies");

	return overflow && !full ? TW_ERROR : TW_FAIL;
}

static inline void other_counters(struct opposite *o)
{
	const struct tw_expect claimed = *o->want;

	for (unsigned i = 0; i < TW_COUNTERS_MAX; i++) {
		const char *name = claimed.counter[i];

		/* one that nobody watches may move without being claimed, and one that is not there cannot */
		if (name && is_watched(name) && tw_facts_has(o->all->facts, name)) {
			o->want->counter[i] = NULL;
			must_be(o, without(o, name), name);
		}
		if (name) {
			*o->want = claimed;
			continue;
		}
		for (const char *const *w = tw_counters_watched; *w; w++) {
			o->want->counter[i] = *w;
			if (!is_claimed(&claimed, *w) && tw_facts_has(o->all->facts, *w))
				must_be(o, TW_FAIL, *w);
		}
		*o->want = claimed;
		break;
	}
}

static inline void other_reason(struct opposite *o)
{
	const char *claimed = o->want->reason;

	if (!o->res->ev.step[o->step].reasons_read)
		return;
	/* one that the kernel has: another is not compared */
	o->want->reason = claimed && !strcmp(claimed, "TCP_CSUM") ? "TCP_FLAGS" : "TCP_CSUM";
	if (tw_facts_tell(o->all->facts, "reason:TCP_CSUM") == TW_YES)
		must_be(o, TW_FAIL, "reason");
	o->want->reason = claimed;
}

/* What a scenario found is another word, or just outside of the range. */
static inline void other_finds(struct opposite *o)
{
	const struct tw_find *claimed = o->want->finds;
	struct tw_find list[TW_FINDS_MAX + 1];
	unsigned six = o->res->family == TW_IPV6;

	for (unsigned i = 0; claimed[i].kind != TW_FIND_NONE; i++) {
		const int64_t least = claimed[i].least[six], most = claimed[i].most[six];

		if (claimed[i].kind == TW_FIND_MOVED &&
		    !tw_facts_has(o->all->facts, claimed[i].what))
			continue;
		memset(list, 0, sizeof(list));
		for (unsigned k = 0; claimed[k].kind != TW_FIND_NONE; k++)
			list[k] = claimed[k];
		o->want->finds = list;
		if (claimed[i].kind == TW_FIND_TEXT) {
			list[i].is = "another word";
			must_be(o, TW_FAIL, list[i].what);
			continue;
		}
		list[i].least[six] = list[i].most[six] = most + 1;
		must_be(o, TW_FAIL, list[i].what);
		list[i].least[six] = list[i].most[six] = least - 1;
		must_be(o, TW_FAIL, list[i].what);
	}
	o->want->finds = claimed;
}

static inline void turn_over(struct opposites *all, const struct tw_result *res)
{
	/* a machine that was busy when it played is no excuse for the judge */
	struct tw_result in_time = *res;
	struct opposite o = { .all = all, .res = &in_time, .row = flatten(res->row, all->facts) };

	for (unsigned i = 0; i < tw_case_steps(res->row); i++)
		in_time.ev.step[i].late_ms = 0;
	must_be(&o, TW_PASS, "as it is");
	for (unsigned i = 0; i < tw_case_steps(res->row); i++) {
		const struct tw_seg *reply = &o.seen.reply;

		o.step = i;
		o.want = &o.row.step[i].expect;
		if (o.want->finds) {
			other_finds(&o);
			continue;
		}
		tw_observe(&res->ev, i, &o.seen);
		other_replies(&o);
		other_number(&o, &o.want->seq, reply->seq, "seq");
		other_number(&o, &o.want->ack, reply->ack, "ack");
		other_number(&o, &o.want->tsval, reply->tsval, "tsval");
		other_number(&o, &o.want->tsecr, reply->tsecr, "tsecr");
		same_isn(&o);
		other_fates(&o);
		other_counters(&o);
		other_reason(&o);
	}
}

#endif
