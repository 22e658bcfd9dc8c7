#include "explore/kind.h"

#include <stdio.h>

#include "base/numbers.h"

/* What a number of the answer is. */
enum number {
	IS_NOTHING, /* there is no such field */
	IS_OWN,     /* the entry's: S, R, T */
	IS_REOPEN,  /* S+65537 */
	IS_SEG,     /* taken from the segment: SEG.ACK, SEG.SEQ+1 of a SYN, SEG.END, SEG.TSval */
	IS_ZERO,
	IS_OTHER,
	NUMBERS,
};

struct kind {
	unsigned reply; /* flags, 0x100 silence, 0x200 more than one segment */
	enum number seq, ack, tsecr;
	enum tw_fate fate;
	bool moved; /* from FIN_WAIT_2 to TIME_WAIT */
};

enum {
	KNOWN = 1u << 31,
	TWO_REPLIES = 0x200,
};

static uint32_t pack(const struct kind *k)
{
	return KNOWN | k->reply | (uint32_t)k->seq << 10 | (uint32_t)k->ack << 13 |
	       (uint32_t)k->tsecr << 16 | (uint32_t)k->fate << 19 | (uint32_t)k->moved << 23;
}

static struct kind unpack(uint32_t word)
{
	return (struct kind){
		.reply = word & 0x3ff,
		.seq = word >> 10 & 7,
		.ack = word >> 13 & 7,
		.tsecr = word >> 16 & 7,
		.fate = word >> 19 & 15,
		.moved = word >> 23 & 1,
	};
}

static enum number seq_is(const struct tw_numbers *n, const struct tw_seg *sent,
			  const struct tw_seg *reply)
{
	const struct tw_val isn = { TW_REOPEN_ISN, 0 };

	if (reply->flags & TW_SYN)
		return reply->seq == tw_val_number(&isn, n, NULL) ? IS_REOPEN : IS_OTHER;
	if (reply->flags & TW_RST)
		return reply->flags & TW_ACK ? (reply->seq ? IS_OTHER : IS_ZERO)
					     : (reply->seq == sent->ack ? IS_SEG : IS_OTHER);
	return reply->seq == n->snd_nxt ? IS_OWN : IS_OTHER;
}

static enum number ack_is(const struct tw_numbers *n, const struct tw_seg *sent,
			  const struct tw_seg *reply)
{
	if (!(reply->flags & TW_ACK))
		return IS_NOTHING;
	if (reply->flags & TW_SYN)
		return reply->ack == sent->seq + 1 ? IS_SEG : IS_OTHER;
	if (!(reply->flags & TW_RST) && reply->ack == n->rcv_nxt)
		return IS_OWN;
	return reply->ack == tw_seg_end(sent) ? IS_SEG : IS_OTHER;
}

/* Where both are the same it is the segment's in what follows from the segment, else the entry's. */
static enum number tsecr_is(const struct tw_numbers *n, const struct tw_seg *sent,
			    const struct tw_seg *reply, enum number ack)
{
	bool own = reply->tsecr == n->ts_recent, seg = sent->ts && reply->tsecr == sent->tsval;

	if (!reply->ts)
		return IS_NOTHING;
	if (ack == IS_SEG)
		return seg ? IS_SEG : own ? IS_OWN : IS_OTHER;
	return own ? IS_OWN : seg ? IS_SEG : IS_OTHER;
}

uint32_t tw_kind_seen(const struct tw_numbers *numbers, const struct tw_seg *sent,
		      const struct tw_observed *seen, enum tw_state was, enum tw_state is)
{
	struct kind k = { .reply = TW_SILENCE, .fate = seen->fate };

	if (k.fate == TW_FATE_ANY || k.fate == TW_ALIVE)
		return TW_KIND_UNTOLD;
	if (seen->n_replies) {
		k.reply = seen->reply.flags & 0x3f;
		k.reply |= seen->n_replies > 1 ? TWO_REPLIES : 0;
		k.seq = seq_is(numbers, sent, &seen->reply);
		k.ack = ack_is(numbers, sent, &seen->reply);
		k.tsecr = tsecr_is(numbers, sent, &seen->reply, k.ack);
	}
	k.moved = was == TW_STATE_FIN_WAIT_2 && is == TW_STATE_TIME_WAIT;
	return pack(&k);
}

uint32_t tw_kind_said(const struct tw_numbers *numbers, const struct tw_seg *sent,
		      const struct tw_reaction *r, enum tw_state was, const struct tw_model *m)
{
	struct tw_observed seen = { .n_replies = r->reply != TW_SILENCE, .fate = r->fate };
	uint32_t kind;

	if (!r->told)
		return TW_KIND_UNTOLD;
	seen.reply = (struct tw_seg){
		.flags = (uint8_t)r->reply,
		.seq = r->any_seq ? r->seq + 1 : r->seq,
		.ack = r->ack,
		.ts = r->ts,
		.tsecr = r->tsecr,
	};
	kind = tw_kind_seen(numbers, sent, &seen, was, m->state);
	return kind;
}

static const char *fate_text(const struct kind *k)
{
	if (k->moved)
		return "TIME_WAIT begins";
	switch (k->fate) {
	case TW_RUNNING:
		return "timer runs on";
	case TW_RESTARTED:
		return "timer restarted";
	case TW_GONE:
		return "entry gone";
	case TW_REOPENED:
		return "reopened";
	default:
		return "?";
	}
}

static const char *reply_text(const struct kind *k)
{
	switch (k->reply) {
	case TW_SILENCE:
		return "silence";
	case TW_SYN | TW_ACK:
		return k->seq == IS_REOPEN ? "SYN-ACK from S+65537" : "SYN-ACK";
	case TW_ACK:
		return k->ack == IS_SEG ? "ACK of the FIN" : "ACK";
	case TW_RST:
		return "RST";
	case TW_RST | TW_ACK:
		return "RST-ACK";
	default:
		return "something else";
	}
}

/* The answer's numbers are those of its kind; what is not is told. */
static const char *oddity(const struct kind *k)
{
	if (k->reply & TWO_REPLIES)
		return ", twice";
	if (k->seq == IS_OTHER && k->reply != (TW_SYN | TW_ACK))
		return ", wrong number";
	if (k->ack == IS_OTHER)
		return ", wrong ack";
	if (k->tsecr == IS_OTHER)
		return ", wrong TSecr";
	if (k->tsecr == IS_NOTHING && k->reply & (TW_ACK) && !(k->reply & (TW_RST | TW_SILENCE)))
		return " without timestamps";
	return "";
}

char *tw_kind_text(uint32_t kind, char *ret, size_t size)
{
	const struct kind k = unpack(kind);

	if (kind == TW_KIND_UNTOLD)
		snprintf(ret, size, "untold");
	else
		snprintf(ret, size, "%s%s, %s", reply_text(&k), oddity(&k), fate_text(&k));
	return ret;
}

uint32_t tw_kind_any_isn(uint32_t kind)
{
	struct kind k = unpack(kind);

	if ((k.reply & ~TWO_REPLIES) != (TW_SYN | TW_ACK))
		return kind;
	k.seq = IS_OTHER;
	return pack(&k);
}

char tw_kind_letter(uint32_t kind)
{
	const struct kind k = unpack(kind);
	bool restarted = k.fate == TW_RESTARTED;

	switch (k.reply) {
	case TW_SYN | TW_ACK:
		return 'S';
	case TW_ACK:
		return k.moved ? 'F' : restarted ? 'A' : 'a';
	case TW_RST:
	case TW_RST | TW_ACK:
		return 'R';
	case TW_SILENCE:
		return k.fate == TW_GONE ? 'x' : restarted ? 'o' : '.';
	default:
		return '?';
	}
}

const char *tw_kind_color(uint32_t kind)
{
	static const struct {
		char letter;
		const char *color;
	} colors[] = {
		{ 'S', "#3a9d5d" }, { 'A', "#e8a33d" }, { 'a', "#7fb3e0" }, { 'F', "#9b6fc4" },
		{ 'R', "#c0392b" }, { 'x', "#7a2e2e" }, { 'o', "#f3dfa2" }, { '.', "#dcdcdc" },
	};
	char letter = tw_kind_letter(kind);

	for (unsigned i = 0; i < sizeof(colors) / sizeof(*colors); i++)
		if (colors[i].letter == letter)
			return colors[i].color;
	return "#000000";
}
