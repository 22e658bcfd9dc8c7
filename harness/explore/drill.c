#include "explore/drill.h"

#include <errno.h>
#include <string.h>

#include "base/numbers.h"
#include "engine/enter.h"
#include "judge/expected.h"
#include "text/text.h"

enum {
	PEER_TSVAL = 1000, /* T, if nobody chose one */
	DUT_TSVAL = 100,   /* packetdrill maps it to the real one */
	DUT_NEXT = 2,      /* S: SYN and FIN were sent */
	AGE_MS = 30,
	BEGIN_MS = 1000000,
	USUAL_WND = 65535, /* no window scale is offered */
};

struct drill {
	const struct tw_case *row;
	const struct tw_facts *facts;
	FILE *out;
	struct tw_numbers n;
	uint32_t isn; /* the peer's */
	struct tw_world world;
	struct tw_model m;
	uint64_t now_ms;
	bool open; /* the last segment was answered by nothing: it is still to be proved */
};

static const char *refusal(const struct tw_case *row)
{
	const struct tw_given *g = &row->given;

	if (row->scenario)
		return "it is a scenario: what it does are system calls of its own";
	if (g->role != TW_ACCEPTED)
		return "the DUT connects from a port on which it listens";
	if (g->dut != TW_LISTENING && g->dut != TW_CLOSED)
		return "the listener is in a state that a script cannot bring it to";
	for (unsigned i = 0; i < tw_case_steps(row); i++) {
		const struct tw_send *s = &row->step[i].send;

		if (s->from == TW_OTHER)
			return "a segment comes from another port";
		if (s->bad_csum || s->cut || s->astray || s->icmp || s->odd)
			return "a segment is spoilt in a way that packetdrill does not know";
		if (s->ttl || s->ecn)
			return "a segment has a TTL or ECN bits of its own";
		if (s->flags & TW_SYN && s->flags & (TW_ECE | TW_CWR))
			return "a SYN negotiates ECN, and rows do not look at the answer's flags "
			       "for it";
		if (s->flags & TW_URG || s->urg)
			return "a segment has an urgent pointer";
	}
	return NULL;
}

/* Letters, and the dot behind them; none at all is a dash. */
static const char *flags_text(unsigned flags, char ret[12])
{
	static const char letters[] = "FSRP.UEW";
	char *at = ret;

	for (unsigned i = 0; i < 8; i++)
		if (flags & 1u << i && letters[i] != '.')
			*at++ = letters[i];
	if (flags & TW_ACK)
		*at++ = '.';
	if (at == ret)
		*at++ = '-';
	*at = '\0';
	return ret;
}

static void put_ts(struct drill *d, bool syn, bool ts, uint32_t val, uint32_t ecr)
{
	if (ts)
		fprintf(d->out, " <%sTS val %u ecr %u>", syn ? "mss 1460,sackOK," : "nop,nop,", val,
			ecr);
	else if (syn)
		fputs(" <mss 1460,nop,nop,sackOK>", d->out);
}

/* In packetdrill the peer's numbers are those of the wire in a SYN and count from its ISN in all others. */
static uint32_t peer_number(const struct drill *d, unsigned flags, uint32_t number)
{
	return flags & TW_SYN ? number : number - d->isn;
}

/* A segment of the peer's: "< S 3:3(0) win 65535 <mss 1460,...>". */
static void put_in(struct drill *d, double after, const struct tw_seg *seg)
{
	uint32_t seq = peer_number(d, seg->flags, seg->seq);
	char flags[16];

	fprintf(d->out, "%+5.2f < %s %u:%u(%u)", after, flags_text(seg->flags, flags), seq,
		seq + seg->len, seg->len);
	if (seg->flags & TW_ACK)
		fprintf(d->out, " ack %u", seg->ack);
	fprintf(d->out, " win %u", seg->win);
	put_ts(d, seg->flags & TW_SYN, seg->ts, seg->tsval, seg->tsecr);
	fputc('\n', d->out);
}

static void put_out(struct drill *d, unsigned flags, uint32_t seq, uint32_t ack, bool ts,
		    uint32_t tsecr)
{
	char text[16];

	fprintf(d->out, "   +0 > %s %u:%u(0)", flags_text(flags, text), seq, seq);
	if (flags & TW_ACK)
		fprintf(d->out, " ack %u", peer_number(d, flags, ack));
	if (!(flags & TW_RST))
		put_ts(d, flags & TW_SYN, ts, DUT_TSVAL, tsecr);
	fputc('\n', d->out);
}

static void put_head(struct drill *d)
{
	const struct tw_given *g = &d->row->given;
	char text[256];

	fprintf(d->out, "// %s: %s\n", d->row->id, d->row->says);
	fprintf(d->out, "// %s\n", tw_text_given(g, text, sizeof(text)));
	if (*d->facts->release)
		fprintf(d->out, "// as on Linux %s\n", d->facts->release);
	for (unsigned i = 0; i < sizeof(g->sysctl) / sizeof(*g->sysctl) && g->sysctl[i].name; i++)
		fprintf(d->out, "`sysctl -q %s=%s`\n", g->sysctl[i].name, g->sysctl[i].value);
	fputs("\n    0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
	      "   +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n"
	      "   +0 bind(3, ..., ...) = 0\n"
	      "   +0 listen(3, 10) = 0\n\n",
	      d->out);
}

/* The way into the state, as the engine plays it. */
static void put_setup(struct drill *d)
{
	const struct tw_enter_op *op = tw_enter_script(TW_ACCEPTED, d->row->given.enter);
	uint32_t said = 0, tsval = d->n.ts_recent - d->row->given.fin_tsval_step;

	for (; op->what != TW_DO_END; op++) {
		bool finned = op->flags & TW_FIN || op->seq > 1;
		/* the FIN is acked by the entry, which leaves out timestamps that echo 0 */
		bool by_mini = op->flags & TW_FIN && d->row->given.enter == TW_BY_FIN_WAIT_2;
		struct tw_seg seg = { .flags = op->flags,
				      .win = 65535,
				      .seq = d->isn + op->seq,
				      .ack = op->ack,
				      .ts = d->n.ts,
				      .tsecr = DUT_TSVAL };

		seg.tsval = finned ? tsval + d->row->given.fin_tsval_step : tsval;
		if (op->what == TW_DO_SEND) {
			seg.tsecr = op->flags & TW_ACK ? DUT_TSVAL : 0;
			put_in(d, op->flags & TW_SYN ? 0 : 0.01, &seg);
			said = seg.seq + (op->flags & (TW_SYN | TW_FIN) ? 1 : 0);
		} else {
			fputs("   +0 accept(3, ..., ...) = 4\n   +0 close(4) = 0\n", d->out);
			said = d->isn + 1;
			seg.tsval = tsval;
		}
		if (op->want)
			put_out(d, op->want,
				op->want & TW_SYN   ? 0
				: op->want & TW_FIN ? 1
						    : DUT_NEXT,
				said, d->n.ts && (seg.tsval || !by_mini), seg.tsval);
	}
}

static void put_between(struct drill *d)
{
	const struct tw_given *g = &d->row->given;

	fprintf(d->out, "\n// %s: R = %u, S = %u",
		g->enter == TW_TO_FIN_WAIT_2 ? "FIN_WAIT_2" : "TIME_WAIT", d->n.rcv_nxt,
		d->n.snd_nxt);
	if (d->n.ts)
		fprintf(d->out, ", T = %u", d->n.ts_recent);
	fputc('\n', d->out);
	if (g->dut == TW_CLOSED)
		fputs("   +0 close(3) = 0\n", d->out);
	for (unsigned i = 0; i < sizeof(g->late) / sizeof(*g->late) && g->late[i].name; i++)
		fprintf(d->out, "   +0 `sysctl -q %s=%s`\n", g->late[i].name, g->late[i].value);
}

/* The answer that the row expects, or the model where the row leaves a field open. */
static int put_answer(struct drill *d, unsigned i, const struct tw_seg *sent,
		      const struct tw_reaction *r, struct tw_err *err)
{
	const struct tw_expect want = tw_expected(d->row, i, d->facts);
	unsigned reply = want.reply ? want.reply : r->reply;
	uint32_t seq = want.seq.base ? tw_val_number(&want.seq, &d->n, sent) : r->seq;
	uint32_t ack = want.ack.base ? tw_val_number(&want.ack, &d->n, sent) : r->ack;
	uint32_t tsecr = want.tsecr.base > TW_UNSET && want.tsecr.base != TW_ABSENT
				 ? tw_val_number(&want.tsecr, &d->n, sent)
				 : r->tsecr;

	/* its numbers count from the DUT's ISN, always */
	if (reply == (TW_RST | TW_ACK))
		return tw_err_set(
			err, ENOTSUP,
			"%s has no packetdrill script: a number that is 0 itself cannot be said",
			d->row->id);
	d->open = reply == TW_SILENCE;
	if (d->open)
		fputs("   // no answer\n", d->out);
	else
		put_out(d, reply, seq, ack, r->ts, tsecr);
	return 0;
}

static int put_step(struct drill *d, unsigned i, struct tw_err *err)
{
	const struct tw_step *step = &d->row->step[i];
	unsigned times = step->times ? step->times : 1;
	char text[256];

	fprintf(d->out, "// %s\n", tw_text_send(&step->send, text, sizeof(text)));
	for (unsigned k = 0; k < times; k++) {
		struct tw_seg seg = tw_send_resolve(&step->send, TW_IPV4, &d->n);
		double after = step->pause_ms ? step->pause_ms / 1000.0 : AGE_MS / 1000.0;
		struct tw_reaction r;

		d->now_ms += step->pause_ms ? step->pause_ms : AGE_MS;
		r = tw_model_step(&d->world, &d->m, &seg, &step->send, d->now_ms);
		if (!r.told)
			return tw_err_set(err, ENOTSUP,
					  "step %u is sent to what is no TIME_WAIT any more",
					  i + 1);
		if (r.any_seq)
			return tw_err_set(err, ENOTSUP, "the ISN of a new connection is not known");
		if (peer_number(d, seg.flags, seg.seq) + seg.len < seg.len)
			return tw_err_set(err, ENOTSUP,
					  "%s has no packetdrill script: a range that passes 2^32 "
					  "cannot be said",
					  d->row->id);
		put_in(d, after, &seg);
		if (k + 1 == times && put_answer(d, i, &seg, &r, err) < 0)
			return -ENOTSUP;
	}
	return 0;
}

/* A FIN that is sent again: an entry acks it as often as it comes, and where there is none it is reset. */
static void put_fence(struct drill *d)
{
	bool gone = d->m.state == TW_STATE_GONE;
	struct tw_seg fin = { .flags = TW_FIN | TW_ACK,
			      .win = 65535,
			      .seq = d->m.rcv_nxt - 1,
			      .ack = d->m.snd_nxt,
			      .ts = d->n.ts,
			      .tsval = d->m.ts_recent,
			      .tsecr = DUT_TSVAL };

	if (!d->open)
		return;
	fprintf(d->out, "\n// nothing came, and the entry is %s: what answers the next segment\n",
		gone ? "gone" : "still there");
	put_in(d, 0.01, &fin);
	if (gone)
		put_out(d, TW_RST, fin.ack, 0, false, 0);
	else
		put_out(d, TW_ACK, d->m.snd_nxt, d->m.rcv_nxt, d->n.ts && d->m.ts_recent,
			d->m.ts_recent);
}

int tw_drill_write(const struct tw_case *row, const struct tw_facts *facts, FILE *out,
		   struct tw_err *err)
{
	struct drill d = { .row = row, .facts = facts, .out = out, .now_ms = BEGIN_MS };
	const struct tw_given *g = &row->given;
	const char *why = refusal(row);
	struct tw_model_facts mf;
	char none[256];
	int ret = 0;
	bool ts;

	if (why)
		return tw_err_set(err, ENOTSUP, "%s has no packetdrill script: %s", row->id, why);
	if (tw_expected_none(row, facts, none, sizeof(none)))
		return tw_err_set(err, ENOTSUP, "%s expects nothing of this kernel: %s", row->id,
				  none);
	tw_model_facts_of(facts, &mf);
	if (!tw_world_given(g, &mf, &d.world, &ts))
		return tw_err_set(err, ENOTSUP, "%s has a sysctl that the model does not know",
				  row->id);
	for (unsigned i = 0; !ts && i < tw_case_steps(row); i++)
		if (row->step[i].send.tsval.base > TW_UNSET &&
		    row->step[i].send.tsval.base != TW_ABSENT)
			return tw_err_set(err, ENOTSUP,
					  "%s has no packetdrill script: a segment has timestamps "
					  "where the DUT has shown none to echo",
					  row->id);
	d.n = (struct tw_numbers){
		.rcv_nxt = g->rcv_nxt.base ? g->rcv_nxt.off : tw_enter_rcv_nxt(g->enter),
		.snd_nxt = DUT_NEXT,
		.ts_recent = !ts ? 0
				 : (g->ts_recent.base ? g->ts_recent.off : PEER_TSVAL) +
					     (g->enter == TW_TO_FIN_WAIT_2 ? 0 : g->fin_tsval_step),
		.dut_tsval = DUT_TSVAL,
		.dut_last = DUT_TSVAL,
		.ts = ts,
	};
	d.isn = d.n.rcv_nxt - tw_enter_rcv_nxt(g->enter);
	d.m = tw_model_enter(g, &d.n, USUAL_WND, BEGIN_MS);
	put_head(&d);
	put_setup(&d);
	put_between(&d);
	for (unsigned i = 0; ret >= 0 && i < tw_case_steps(row); i++)
		ret = put_step(&d, i, err);
	if (ret >= 0)
		put_fence(&d);
	return ret;
}
