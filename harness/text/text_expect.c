/*
 * Expected and observed, in one notation of two-word fields, and the two put one under the other.
 */
#include "text/text.h"

#include <stdio.h>
#include <string.h>

#include "base/counters.h"
#include "base/numbers.h"
#include "text/textbuf.h"

enum {
	NUM_MAX = 32,
	CLOCK_NEAR = 1 << 24, /* ms: beyond that a TSval does not belong to the same clock */
	CLOCK_SLACK = 2,      /* ms, as in the judge */
};

/*
 * Fields come in groups with " | " between them; the order of the groups is the order of the text.
 */
enum group {
	GROUP_REPLY,
	GROUP_ENTRY,
	GROUP_COUNTER,
	GROUP_REASON
};

/* A text that is being written: knows when a separator is due. */
struct fields {
	struct tw_textbuf buf;
	enum group last;
};

static void put(struct fields *f, enum group group, const char *key, const char *value)
{
	const char *sep = !f->buf.len ? "" : group == f->last ? " " : " | ";

	tw_textbuf_add(&f->buf, "%s%s %s", sep, key, value);
	f->last = group;
}

static void put_val(struct fields *f, const char *key, const struct tw_val *val, const char *denied)
{
	char num[NUM_MAX], text[NUM_MAX + 2];

	if (val->base == TW_UNSET)
		return;
	snprintf(text, sizeof(text), "%s%s", denied, tw_text_val(val, num, sizeof(num)));
	put(f, GROUP_REPLY, key, text);
}

char *tw_text_expect(const struct tw_expect *expect, char *ret, size_t size)
{
	struct fields f = { .buf = tw_textbuf_on(ret, size) };
	char flags[NUM_MAX], text[128];

	for (const struct tw_find *find = expect->finds; find && find->kind != TW_FIND_NONE; find++)
		tw_textbuf_add(&f.buf, "%s%s", f.buf.len ? " | " : "",
			       tw_text_find(find, 0, text, sizeof(text)));
	if (expect->reply)
		put(&f, GROUP_REPLY, "reply", tw_text_flags(expect->reply, flags, sizeof(flags)));
	put_val(&f, "seq", &expect->seq, "");
	put_val(&f, "seq", &expect->isn_not, "!");
	put_val(&f, "ack", &expect->ack, "");
	put_val(&f, "tsval", &expect->tsval, "");
	put_val(&f, "tsecr", &expect->tsecr, "");
	if (expect->tw != TW_FATE_ANY)
		put(&f, GROUP_ENTRY, "timewait", tw_fate_name(expect->tw));
	for (unsigned i = 0; i < TW_COUNTERS_MAX && expect->counter[i]; i++)
		put(&f, GROUP_COUNTER, expect->counter[i], "+1");
	if (expect->reason)
		put(&f, GROUP_REASON, "reason", expect->reason);
	return ret;
}

/* Rewrites a value that hangs on the probe as an offset from @base. */
static struct tw_val resolve(struct tw_val val, enum tw_base base, uint32_t of,
			     const struct tw_numbers *numbers, const struct tw_seg *sent)
{
	if (val.base != TW_SEG_SEQ && val.base != TW_SEG_ACK && val.base != TW_SEG_END &&
	    val.base != TW_REOPEN_ISN)
		return val;
	return (struct tw_val){ .base = base, .off = tw_val_number(&val, numbers, sent) - of };
}

char *tw_text_wanted(const struct tw_expect *expect, const struct tw_numbers *numbers,
		     const struct tw_seg *sent, char *ret, size_t size)
{
	struct tw_expect live = *expect;

	live.seq = resolve(live.seq, TW_SND_NXT, numbers->snd_nxt, numbers, sent);
	live.isn_not = resolve(live.isn_not, TW_SND_NXT, numbers->snd_nxt, numbers, sent);
	live.ack = resolve(live.ack, TW_RCV_NXT, numbers->rcv_nxt, numbers, sent);
	return tw_text_expect(&live, ret, size);
}

/*
 * The DUT's TSval: "D+elapsed" if its clock would have said this at the time, else how far it is
 * from the last one.
 */
static const char *clock_text(const struct tw_observed *seen, const struct tw_numbers *numbers,
			      char *ret, size_t size)
{
	uint32_t since = seen->reply.tsval - numbers->dut_tsval;

	if (numbers->ts && (uint64_t)since + CLOCK_SLACK >= seen->clock_ms[0] &&
	    since <= (uint64_t)seen->clock_ms[1] + CLOCK_SLACK)
		snprintf(ret, size, "D+elapsed");
	else if (numbers->ts && since + CLOCK_NEAR < 2 * CLOCK_NEAR)
		tw_text_off("D", seen->reply.tsval, numbers->dut_tsval, ret, size);
	else
		snprintf(ret, size, "=%u", seen->reply.tsval);
	return ret;
}

static void put_timestamps(struct fields *f, const struct tw_observed *seen,
			   const struct tw_numbers *numbers)
{
	const struct tw_seg *reply = &seen->reply;
	char num[NUM_MAX];

	if (!reply->ts) {
		put(f, GROUP_REPLY, "tsval", "absent");
		return;
	}
	put(f, GROUP_REPLY, "tsval", clock_text(seen, numbers, num, sizeof(num)));
	if (numbers->ts)
		tw_text_off("T", reply->tsecr, numbers->ts_recent, num, sizeof(num));
	else
		snprintf(num, sizeof(num), "=%u", reply->tsecr);
	put(f, GROUP_REPLY, "tsecr", num);
}

static void put_reply(struct fields *f, const struct tw_observed *seen,
		      const struct tw_numbers *numbers)
{
	const struct tw_seg *reply = &seen->reply;
	char num[NUM_MAX];

	if (!seen->n_replies) {
		put(f, GROUP_REPLY, "reply", "none");
		return;
	}
	put(f, GROUP_REPLY, "reply", tw_text_flags(reply->flags, num, sizeof(num)));
	put(f, GROUP_REPLY, "seq",
	    tw_text_off("S", reply->seq, numbers->snd_nxt, num, sizeof(num)));
	if (reply->flags & TW_ACK || reply->ack)
		put(f, GROUP_REPLY, "ack",
		    tw_text_off("R", reply->ack, numbers->rcv_nxt, num, sizeof(num)));
	put_timestamps(f, seen, numbers);
	if (seen->n_replies > 1) {
		snprintf(num, sizeof(num), "%u", seen->n_replies);
		put(f, GROUP_REPLY, "replies", num);
	}
}

static bool is_watched(const char *name)
{
	for (const char *const *w = tw_counters_watched; *w; w++) {
		if (!strcmp(*w, name))
			return true;
	}
	return false;
}

char *tw_text_observed(const struct tw_observed *seen, const struct tw_numbers *numbers, char *ret,
		       size_t size)
{
	const struct tw_step_evidence *more = seen->more;
	struct fields f = { .buf = tw_textbuf_on(ret, size) };
	char num[NUM_MAX];

	put_reply(&f, seen, numbers);
	if (seen->fate != TW_FATE_ANY)
		put(&f, GROUP_ENTRY, "timewait", tw_fate_name(seen->fate));
	else if (seen->state != TW_STATE_UNKNOWN)
		put(&f, GROUP_ENTRY, "timewait", tw_state_name(seen->state));
	for (unsigned i = 0; more && i < more->n_moved; i++) {
		const struct tw_moved *m = &more->moved[i];

		if (!is_watched(m->name))
			continue;
		snprintf(num, sizeof(num), "%+lld", (long long)(m->after - m->before));
		put(&f, GROUP_COUNTER, m->name, num);
	}
	for (unsigned i = 0; more && i < more->n_reasons; i++)
		put(&f, GROUP_REASON, "reason", more->reason[i]);
	return ret;
}

char *tw_text_moved(const struct tw_step_evidence *step, char *ret, size_t size)
{
	struct tw_textbuf buf = tw_textbuf_on(ret, size);

	if (!step->counted) {
		tw_textbuf_add(&buf, "not read");
		return ret;
	}
	for (unsigned i = 0; i < step->n_moved; i++) {
		const struct tw_moved *m = &step->moved[i];
		long long by = tw_moved_by(step, m);

		if (by && !strncmp(m->name, "Tcp", 3))
			tw_textbuf_add(&buf, "%s%s %+lld", buf.len ? ", " : "", m->name, by);
	}
	if (!buf.len)
		tw_textbuf_add(&buf, "none");
	return ret;
}
