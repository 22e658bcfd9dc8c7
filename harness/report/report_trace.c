/*
 * The timeline of every result: system calls of the application, segments both ways, in packetdrill's notation. "<" goes into the
 * DUT, ">" comes out of it. Numbers count from the first segment of either side; a tuple that is not the first is named by its
 * ports.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "text/report_told.h"
#include "wire/wire.h"

enum {
	TUPLES = 256
};

/* Where either side's numbers begin. */
struct base {
	uint16_t dut_port, peer_port;
	bool has[2];
	uint32_t seq[2], tsval[2];
};

struct trace_sink {
	struct tw_sink sink;
	FILE *out;
	unsigned n;
	struct base base[TUPLES];
};

static struct base *base_of(struct trace_sink *s, const struct tw_packet *pkt,
			    const struct tw_seen *seen)
{
	uint16_t dut = pkt->from_dut ? seen->sport : seen->dport;
	uint16_t peer = pkt->from_dut ? seen->dport : seen->sport;
	unsigned i = 0;

	while (i < s->n && (s->base[i].dut_port != dut || s->base[i].peer_port != peer))
		i++;
	if (i == TUPLES)
		i--;
	if (i == s->n)
		s->base[s->n++] = (struct base){ .dut_port = dut, .peer_port = peer };
	return &s->base[i];
}

static void put_options(FILE *out, const struct tw_seg *seg, const struct base *b, bool from_dut)
{
	const char *sep = " <";

	if (seg->mss || seg->mss_zero)
		fprintf(out, "%smss %u", sep, seg->mss), sep = ",";
	if (seg->sackok)
		fprintf(out, "%ssackOK", sep), sep = ",";
	if (seg->ts)
		fprintf(out, "%sTS val %d ecr %d", sep, seg->tsval - b->tsval[from_dut],
			b->has[!from_dut] && seg->flags & TW_ACK
				? (int)(seg->tsecr - b->tsval[!from_dut])
				: (int)seg->tsecr),
			sep = ",";
	if (seg->wscale >= 0)
		fprintf(out, "%swscale %d", sep, seg->wscale), sep = ",";
	if (seg->md5)
		fprintf(out, "%smd5", sep), sep = ",";
	fputs(*sep == ',' ? ">" : "", out);
}

static void put_segment(struct trace_sink *s, const struct tw_packet *pkt,
			const struct tw_seen *seen)
{
	struct base *b = base_of(s, pkt, seen);
	const struct tw_seg *seg = &seen->seg;
	bool us = pkt->from_dut;
	char flags[16];

	/* a RST without ACK of a tuple that was never seen has the other side's number */
	if (!b->has[us]) {
		b->has[us] = true;
		b->seq[us] = seg->seq;
		b->tsval[us] = seg->tsval;
	}
	fprintf(s->out, "%c ", us ? '>' : '<');
	if (b != s->base)
		fprintf(s->out, "%u:%u ", us ? b->dut_port : b->peer_port,
			us ? b->peer_port : b->dut_port);
	fprintf(s->out, "%s %u:%u(%u)", tw_text_flags(seg->flags, flags, sizeof(flags)),
		seg->seq - b->seq[us], seg->seq - b->seq[us] + seg->len, seg->len);
	if (seg->flags & TW_ACK)
		fprintf(s->out, " ack %u", b->has[!us] ? seg->ack - b->seq[!us] : seg->ack);
	fprintf(s->out, " win %u", seg->win);
	put_options(s->out, seg, b, us);
	fputc('\n', s->out);
}

static void put_packet(struct trace_sink *s, const struct tw_packet *pkt)
{
	struct tw_seen seen;

	if (tw_wire_decode(pkt->bytes, pkt->len, &seen))
		put_segment(s, pkt, &seen);
	else
		fprintf(s->out, "%c %u bytes, not TCP\n", pkt->from_dut ? '>' : '<', pkt->len);
}

static void put_time(FILE *out, uint64_t at, uint64_t began)
{
	fprintf(out, "%11.6f ", at > began ? (double)(at - began) / 1e9 : 0.0);
}

static int trace_begin(struct tw_sink *sink, const struct tw_run_info *info, struct tw_err *err)
{
	(void)sink;
	(void)info;
	(void)err;
	return 0;
}

static int trace_result(struct tw_sink *sink, const struct tw_result *res, struct tw_err *err)
{
	struct trace_sink *s = (struct trace_sink *)sink;
	const struct tw_evidence *ev = &res->ev;
	size_t p = 0, a = 0;
	uint64_t began;

	(void)err;
	s->n = 0;
	began = ev->n_acts ? ev->acts[0].at : 0;
	if (ev->n_packets && (!began || ev->packets[0].at < began))
		began = ev->packets[0].at;
	while (p < ev->n_packets || a < ev->n_acts) {
		bool act = a < ev->n_acts &&
			   (p == ev->n_packets || ev->acts[a].at <= ev->packets[p].at);

		if (!act && ev->packets[p].kind == TW_PKT_FENCE) {
			p++;
			continue;
		}
		put_time(s->out, act ? ev->acts[a].at : ev->packets[p].at, began);
		if (act)
			fprintf(s->out, "%s\n", ev->acts[a++].text);
		else
			put_packet(s, &ev->packets[p++]);
	}
	fputc('\n', s->out);
	return 0;
}

static int trace_end(struct tw_sink *sink, const struct tw_totals *totals, struct tw_err *err)
{
	FILE *out = ((struct trace_sink *)sink)->out;
	int ret = 0;

	(void)totals;
	if (fflush(out) || ferror(out))
		ret = tw_err_set(err, EIO, "the timeline could not be written");
	free(sink);
	return ret;
}

static const struct tw_sink_ops trace_ops = {
	.begin = trace_begin,
	.result = trace_result,
	.end = trace_end,
};

struct tw_sink *tw_sink_trace(FILE *out)
{
	struct trace_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->sink.ops = &trace_ops;
	s->out = out;
	return &s->sink;
}
