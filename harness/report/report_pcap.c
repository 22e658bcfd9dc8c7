/*
 * A capture per result. The comments say which packet is which and what was made of it; in
 * Wireshark "frame.comment contains FAIL" finds the probe.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/pcapng.h"
#include "report/report.h"
#include "text/report_told.h"
#include "text/textbuf.h"
#include "wire/wire.h"

struct pcap_sink {
	struct tw_sink sink;
	const char *dir;
	bool all;
	char application[64], os[72];
};

static int make_dir(const char *dir, struct tw_err *err)
{
	char *path = strdup(dir), *slash;
	int ret = 0;

	if (!path)
		return tw_err_set(err, ENOMEM, "out of memory for %s", dir);
	/* The parents may be there, or not ours to make; only the last one has to succeed. */
	for (slash = strchr(path + 1, '/'); path[0] && slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		ret = tw_err_set(err, errno, "the directory %s cannot be made: %s", dir,
				 strerror(errno));
	free(path);
	return ret;
}

static int pcap_begin(struct tw_sink *sink, const struct tw_run_info *info, struct tw_err *err)
{
	struct pcap_sink *s = (struct pcap_sink *)sink;

	snprintf(s->application, sizeof(s->application), "twprobe %s", info->version);
	snprintf(s->os, sizeof(s->os), "%s", info->facts->release);
	return make_dir(s->dir, err);
}

/* The whole file: the row, what it is given, the verdicts. */
static void comment_file(const struct tw_result *res, const struct tw_told *told, char *ret,
			 size_t size)
{
	const struct tw_verdict *v = &res->verdict;
	struct tw_textbuf buf = tw_textbuf_on(ret, size);
	char given[TW_TEXT_MAX];

	tw_textbuf_add(&buf, "%s: %s", told->name, told->says);
	if (res->row)
		tw_textbuf_add(&buf, "\ngiven %s",
			       tw_text_row_given(res->row, given, sizeof(given)));
	tw_textbuf_add(&buf, "\n%s; RFC: %s", tw_outcome_name(v->outcome),
		       tw_conformance_name(v->rfc));
	if (res->row && res->row->rfc.clause)
		tw_textbuf_add(&buf, " (%s)", res->row->rfc.clause);
	if (res->row && res->row->also.clause)
		tw_textbuf_add(&buf, ", %s (%s)", tw_conformance_name(v->also),
			       res->row->also.clause);
	if (v->outcome == TW_FAIL)
		tw_textbuf_add(&buf, "\nexpected  %s\nobserved  %s", told->expected,
			       told->observed);
	if (v->outcome == TW_SKIP || v->outcome == TW_ERROR)
		tw_textbuf_add(&buf, "\nreason: %s", told->reason);
	tw_textbuf_add(&buf, "\nR is RCV.NXT of the entry, S its SND.NXT, T its TS.Recent, "
			     "D the DUT's last TSval; times are those of a monotonic clock");
}

/* What was said about the step that a probe belongs to. */
static void comment_verdict(const struct tw_result *res, unsigned step, struct tw_textbuf *buf)
{
	const struct tw_verdict *v = &res->verdict;
	int decided = tw_result_step(res);
	char text[TW_TEXT_MAX];
	struct tw_observed seen;

	if (decided < 0 || step >= res->ev.n_steps)
		return;
	if ((int)step > decided) {
		tw_textbuf_add(buf, "; not judged");
		return;
	}
	tw_textbuf_add(buf, "; %s", (int)step < decided ? "PASS" : tw_outcome_name(v->outcome));
	if ((int)step == decided && v->expected[0])
		tw_textbuf_add(buf, "; expected %s", v->expected);
	else if (res->row && step < TW_ROW_STEPS)
		tw_textbuf_add(buf, "; expected %s",
			       tw_text_expect(&res->row->step[step].expect, text, sizeof(text)));
	tw_observe(&res->ev, step, &seen);
	tw_textbuf_add(buf, "; observed %s",
		       tw_text_observed(&seen, &res->ev.numbers, text, sizeof(text)));
}

static void comment_packet(const struct tw_result *res, const struct tw_packet *pkt, char *ret,
			   size_t size)
{
	static const char *const what[][2] = {
		[TW_PKT_SETUP] = { "set-up", "set-up" },
		[TW_PKT_PROBE] = { "probe", "answer" },
		[TW_PKT_FENCE] = { "fence", "answer to the fence" },
		[TW_PKT_STRAY] = { "stray", "stray, belongs to no probe" },
	};
	struct tw_textbuf buf = tw_textbuf_on(ret, size);
	char text[TW_TEXT_MAX];
	struct tw_seen seen;

	tw_textbuf_add(&buf, "%s", what[pkt->kind][pkt->from_dut]);
	if (pkt->kind == TW_PKT_PROBE || pkt->kind == TW_PKT_FENCE)
		tw_textbuf_add(&buf, ", step %u", pkt->step + 1);
	/* Relative numbers mean something on the tuple under test only. */
	if (pkt->kind == TW_PKT_PROBE && tw_wire_decode(pkt->bytes, pkt->len, &seen))
		tw_textbuf_add(&buf, ": %s",
			       tw_text_seg(&seen.seg, pkt->from_dut, &res->ev.numbers, text,
					   sizeof(text)));
	if (pkt->kind == TW_PKT_PROBE && !pkt->from_dut && !(res->row && res->row->scenario))
		comment_verdict(res, pkt->step, &buf);
}

static void put_packets(const struct pcap_sink *s, const struct tw_result *res, FILE *out)
{
	char comment[4 * TW_TEXT_MAX];
	struct tw_pcapng_head head = {
		.application = s->application,
		.os = s->os,
		.comment = comment,
		.device = "tw0",
		.description = "the peer's end of the veth pair",
	};
	struct tw_told told;

	tw_result_tell(res, &told);
	comment_file(res, &told, comment, sizeof(comment));
	tw_pcapng_begin(out, &head);
	for (size_t i = 0; i < res->ev.n_packets; i++) {
		const struct tw_packet *pkt = &res->ev.packets[i];

		comment_packet(res, pkt, comment, sizeof(comment));
		tw_pcapng_packet(out, pkt->at, pkt->from_dut, pkt->bytes, pkt->len, comment);
	}
}

static int pcap_result(struct tw_sink *sink, const struct tw_result *res, struct tw_err *err)
{
	struct pcap_sink *s = (struct pcap_sink *)sink;
	enum tw_outcome outcome = res->verdict.outcome;
	char name[96], path[4096];
	bool bad;
	FILE *out;

	if (!s->all && outcome != TW_FAIL && outcome != TW_ERROR)
		return 0;
	tw_capture_name(res, name, sizeof(name));
	if (snprintf(path, sizeof(path), "%s/%s", s->dir, name) >= (int)sizeof(path))
		return tw_err_set(err, ENAMETOOLONG, "the path of the capture %s is too long",
				  name);
	out = fopen(path, "we");
	if (!out)
		return tw_err_set(err, errno, "%s cannot be written: %s", path, strerror(errno));
	put_packets(s, res, out);
	bad = ferror(out);
	if (fclose(out) || bad)
		return tw_err_set(err, EIO, "%s could not be written", path);
	return 0;
}

static int pcap_end(struct tw_sink *sink, const struct tw_totals *totals, struct tw_err *err)
{
	(void)totals;
	(void)err;
	free(sink);
	return 0;
}

static const struct tw_sink_ops pcap_ops = {
	.begin = pcap_begin,
	.result = pcap_result,
	.end = pcap_end,
};

struct tw_sink *tw_sink_pcap(const char *dir, bool all)
{
	struct pcap_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->sink.ops = &pcap_ops;
	s->dir = dir;
	s->all = all;
	return &s->sink;
}
