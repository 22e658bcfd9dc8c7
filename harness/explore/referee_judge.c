#include <stdio.h>
#include <string.h>

#include "explore/referee_impl.h"
#include "text/text.h"

/* All that any clause may move: of those that no clause moved nothing is to be seen either. */
static const char *const counters[] = {
	"TcpExtPAWSTimewait",
	"TcpExtPAWSEstab",
	"TcpExtTCPACKSkippedTimeWait",
	"TcpExtTCPACKSkippedFinWait2",
	"TcpOutRsts",
	"TcpInErrs",
	"TcpInCsumErrors",
	"TcpExtListenOverflows",
	"TcpExtListenDrops",
	"TcpExtTCPMinTTLDrop",
	"TcpExtTCPMD5NotFound",
	"TcpExtTCPReqQFullDrop",
	"TcpExtTCPReqQFullDoCookies",
};

void tw_referee_sums_reset(struct tw_referee *r)
{
	r->n_sums = sizeof(counters) / sizeof(*counters);
	for (unsigned i = 0; i < r->n_sums; i++)
		r->sum[i] = (struct tw_sum){ counters[i], 0 };
}

static void count(struct tw_referee *r, const struct tw_reaction *reaction)
{
	for (unsigned k = 0; k < TW_REACTION_COUNTERS && reaction->counter[k]; k++)
		for (unsigned i = 0; i < r->n_sums; i++)
			if (!strcmp(r->sum[i].name, reaction->counter[k]))
				r->sum[i].n++;
}

static bool same(const struct tw_reaction *a, const struct tw_reaction *b)
{
	return a->told == b->told && a->reply == b->reply && a->fate == b->fate;
}

/*
 * The segment arrived somewhere in its bracket, the last limited answer was given somewhere in another: where that makes a
 * difference, the walk has no verdict.
 */
static bool is_clear(const struct tw_referee *r, const struct tw_course *c,
		     const struct tw_tuple *t, const struct tw_send *how)
{
	uint64_t lo = t->sent_at[0] / TW_MS, hi = t->sent_at[1] / TW_MS + 1;
	uint64_t slack = c->slack_ms + TW_JIFFY_MS;
	struct tw_model early = c->m, late = c->m;
	struct tw_reaction a, b;

	if (!c->m.limited || !r->world.limit_ms)
		return true;
	a = tw_model_step(&r->world, &early, &t->sent, how,
			  lo > c->m.limited_ms + slack ? lo - slack : c->m.limited_ms);
	b = tw_model_step(&r->world, &late, &t->sent, how, hi + slack);
	return same(&a, &b);
}

static const char *reply_differs(const struct tw_reaction *r, const struct tw_tuple *t)
{
	const struct tw_seg *reply = &t->seen.reply;
	unsigned got = t->seen.n_replies ? reply->flags & 0x3f : TW_SILENCE;

	if (t->seen.n_replies > 1)
		return "replies";
	if (got != r->reply)
		return "reply";
	if (got == TW_SILENCE)
		return NULL;
	if ((reply->seq == r->seq) == r->any_seq)
		return "seq";
	if (reply->flags & TW_ACK && reply->ack != r->ack)
		return "ack";
	if (reply->ts != r->ts)
		return "timestamps";
	return r->ts && reply->tsecr != r->tsecr ? "tsecr" : NULL;
}

/* When the timer fires, by the model and by sock_diag, each as an interval. */
static bool timer_agrees(const struct tw_course *c, const struct tw_entry *entry)
{
	uint64_t said_lo = c->m.ends_ms, said_hi = c->m.ends_ms + c->timer_slack_ms;
	uint64_t seen_lo = entry->asked[0] / TW_MS + entry->left_ms;
	uint64_t seen_hi = entry->asked[1] / TW_MS + 1 + entry->left_ms;

	return seen_lo <= said_hi + TW_JIFFY_MS && said_lo <= seen_hi + TW_JIFFY_MS;
}

static const char *entry_differs(const struct tw_course *c, const struct tw_tuple *t)
{
	if (t->entry.state != c->m.state)
		return "state";
	if (c->m.state != TW_STATE_TIME_WAIT && c->m.state != TW_STATE_FIN_WAIT_2)
		return NULL;
	return timer_agrees(c, &t->entry) ? NULL : "timer";
}

static void describe(const struct tw_course *c, const struct tw_reaction *r,
		     const struct tw_tuple *t, const char *differs, struct tw_dispute_seen *ret)
{
	struct tw_observed said = { .n_replies = r->reply != TW_SILENCE,
				    .fate = r->fate,
				    .state = c->m.state };
	char text[140];

	said.reply = (struct tw_seg){ .flags = (uint8_t)r->reply,
				      .seq = r->seq,
				      .ack = r->ack,
				      .ts = r->ts,
				      .tsval = t->seen.reply.ts ? t->seen.reply.tsval
								: t->numbers.dut_tsval,
				      .tsecr = r->tsecr };
	ret->there = true;
	ret->by = r->by;
	ret->reply = t->seen.n_replies ? t->seen.reply.flags & 0x3f : TW_SILENCE;
	ret->fate = t->seen.fate;
	snprintf(ret->differs, sizeof(ret->differs), "%s", differs);
	tw_text_observed(&said, &t->numbers, text, sizeof(text));
	snprintf(ret->expected, sizeof(ret->expected), "%s", text);
	tw_text_observed(&t->seen, &t->numbers, text, sizeof(text));
	snprintf(ret->observed, sizeof(ret->observed), "%s", text);
	if (!strcmp(differs, "timer")) {
		snprintf(ret->expected, sizeof(ret->expected), "timer %s: ends at %llu ms",
			 tw_fate_name(r->fate), (unsigned long long)c->m.ends_ms);
		snprintf(ret->observed, sizeof(ret->observed), "timer %s: ends at %llu ms",
			 tw_fate_name(t->seen.fate),
			 (unsigned long long)(t->entry.asked[0] / TW_MS + t->entry.left_ms));
	}
}

void tw_referee_judge(struct tw_referee *r, unsigned who, unsigned step, const struct tw_tuple *t)
{
	struct tw_course *c = &r->course[who];
	const struct tw_send *how = &r->walks[who].move[step].send;
	uint64_t lo = t->sent_at[0] / TW_MS, hi = t->sent_at[1] / TW_MS + 1;
	struct tw_reaction reaction;
	const char *differs;

	if (!is_clear(r, c, t, how)) {
		c->unclear = c->over = true;
		return;
	}
	reaction = tw_model_step(&r->world, &c->m, &t->sent, how, lo);
	if (hi - lo > c->slack_ms)
		c->slack_ms = hi - lo;
	if (reaction.fate == TW_RESTARTED)
		c->timer_slack_ms = hi - lo;
	c->judged++;
	c->by = reaction.by;
	r->decided[reaction.by]++;
	count(r, &reaction);
	differs = reply_differs(&reaction, t);
	if (!differs)
		differs = entry_differs(c, t);
	if (!differs)
		return;
	c->over = true;
	c->dispute.step = step;
	describe(c, &reaction, t, differs, &c->dispute);
}
