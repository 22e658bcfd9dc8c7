#include "run/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/counters.h"
#include "base/wait.h"
#include "run/play.h"
#include "stand/stand.h"
#include "text/text.h"

const char *const tw_bench_mix[TW_BENCH_MIX + 1] = {
	"syn.seq-above.ts-above",
	"syn.seq-below.ts-above",
	"syn.seq-below.ts-equal",
	"syn.seq-above.ts-below",
	"rst.seq-at",
	"ack.seq-at",
	"data.seq-at",
	"rst.seq-above",
	"nots.syn.seq-above",
	"fin.retransmitted",
	NULL,
};

enum {
	FLOOR_BULK = 64,
	FLOOR_BULKS = 500
};

struct bench {
	const struct tw_bench_cfg *cfg;
	struct tw_bench_result *res;
	struct tw_stand stand;
	const struct tw_case *row[TW_BENCH_MIX];
	struct tw_given given; /* of all rows of the mix, but for the shortest way in */
	struct tw_tuple *tuple;
	uint64_t random;
	uint64_t paws; /* verdicts that must have moved the PAWS counter */
	struct tw_counters *before, *after;
};

static double seconds(const struct timeval *tv)
{
	return (double)tv->tv_sec + (double)tv->tv_usec / 1e6;
}

static double cpu_now(void)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return seconds(&ru.ru_utime) + seconds(&ru.ru_stime);
}

static double wall_now(void)
{
	struct tw_clock *clock = tw_clock_real();

	return (double)clock->now(clock) / 1e9;
}

static int find_mix(struct bench *b, struct tw_err *err)
{
	for (unsigned k = 0; k < TW_BENCH_MIX; k++) {
		for (size_t i = 0; i < tw_case_count() && !b->row[k]; i++)
			if (!strcmp(tw_case_at(i)->id, tw_bench_mix[k]))
				b->row[k] = tw_case_at(i);
		if (!b->row[k] || tw_case_steps(b->row[k]) != 1)
			return tw_err_set(err, ENOENT,
					  "there is no row %s of one step for the bench",
					  tw_bench_mix[k]);
	}
	b->given.enter = TW_BY_FIN_ACK;
	return 0;
}

/* xorshift64* */
static uint32_t next_random(struct bench *b)
{
	b->random ^= b->random >> 12;
	b->random ^= b->random << 25;
	b->random ^= b->random >> 27;
	return (uint32_t)(b->random * 0x2545f4914f6cdd1du >> 32);
}

static void fill_batch(struct bench *b, uint64_t first)
{
	for (unsigned i = 0; i < b->cfg->batch; i++) {
		struct tw_tuple *t = &b->tuple[i];
		const struct tw_case *row = b->row[(first + i) % TW_BENCH_MIX];

		t->given = &b->given;
		t->step = row->step;
		t->n_steps = 1;
		t->flow = tw_stand_flow(&b->stand, b->cfg->family);
		t->isn = next_random(b);
		t->tsval = next_random(b) | 1;
	}
}

static void note_wrong(struct bench *b, const struct tw_case *row, const struct tw_tuple *t)
{
	char want[160], seen[160], differs[64];

	if (b->res->wrong++)
		return;
	tw_expect_met(&row->step[0].expect, &t->numbers, &t->sent, &t->seen, differs,
		      sizeof(differs));
	snprintf(b->res->first_wrong, sizeof(b->res->first_wrong),
		 "%s: expected %s; observed %s (%s)", row->id,
		 tw_text_wanted(&row->step[0].expect, &t->numbers, &t->sent, want, sizeof(want)),
		 tw_text_observed(&t->seen, &t->numbers, seen, sizeof(seen)), differs);
}

/* True if a tuple has to be set up again, and the DUT with it. */
static bool judge_batch(struct bench *b, uint64_t first)
{
	bool failed = false;

	for (unsigned i = 0; i < b->cfg->batch; i++) {
		const struct tw_case *row = b->row[(first + i) % TW_BENCH_MIX];
		struct tw_tuple *t = &b->tuple[i];

		if (t->state != TW_TUPLE_DONE) {
			b->res->setups_failed++;
			snprintf(b->res->last_setup_trouble, sizeof(b->res->last_setup_trouble),
				 "%s", t->trouble);
			failed = true;
			continue;
		}
		b->res->verdicts++;
		b->paws += row->step[0].expect.counter[0] != NULL;
		if (!tw_expect_met(&row->step[0].expect, &t->numbers, &t->sent, &t->seen, NULL, 0))
			note_wrong(b, row, t);
	}
	return failed;
}

static int play_batch(struct bench *b, struct tw_err *err)
{
	uint64_t first = b->res->verdicts, deadline;
	bool failed;
	int ret;

	fill_batch(b, first);
	ret = tw_engine_start(b->stand.engine, b->tuple, b->cfg->batch, err);
	while (ret == 0) {
		ret = tw_engine_poll(b->stand.engine, &deadline, err);
		if (ret == 0)
			tw_wait_until(deadline);
	}
	if (ret < 0)
		return ret;
	failed = judge_batch(b, first);
	ret = tw_engine_clear(b->stand.engine, err);
	/* what a failed set-up left in the accept queue must not meet the next batch */
	if (ret >= 0 && failed)
		ret = b->stand.dut->ops->reset(b->stand.dut, NULL, 0, err);
	return ret < 0 ? ret : 0;
}

static uint64_t moved_by(const struct bench *b, const char *name)
{
	return tw_counters_get(b->after, name) - tw_counters_get(b->before, name);
}

/* The counters of the whole campaign against what was sent and seen: strays, losses and overflows show here. */
static int reconcile(struct bench *b, struct tw_err *err)
{
	static const char *const zero[] = { "TcpExtListenOverflows",
					    "TcpExtListenDrops",
					    "TcpExtTCPTimeWaitOverflow",
					    "TcpExtTCPReqQFullDrop",
					    "TcpExtTCPReqQFullDoCookies",
					    "TcpExtTCPACKSkippedTimeWait",
					    "TcpInErrs" };
	struct tw_health h;
	uint64_t by;
	int ret = tw_engine_health(b->stand.engine, &h, err);

	if (ret >= 0)
		ret = b->stand.dut->ops->counters(b->stand.dut, b->after, err);
	if (ret < 0)
		return ret;
	b->res->waits = h.waits;
	b->res->strays = h.strays;
	b->res->pcap_drops = h.pcap_drops;
	b->res->unfenced = h.unfenced;
	for (unsigned i = 0; i < sizeof(zero) / sizeof(*zero); i++)
		if (moved_by(b, zero[i]))
			return tw_err_set(err, EBADE, "%s moved", zero[i]);
	by = moved_by(b, "TcpInSegs");
	if (by != h.sent)
		return tw_err_set(err, EBADE,
				  "%llu segments were injected, the DUT counted %llu (TcpInSegs)",
				  (unsigned long long)h.sent, (unsigned long long)by);
	by = moved_by(b, "TcpOutSegs");
	/* the RSTs of sockets that were destroyed after a failed set-up are nobody's to count */
	if (by != h.captured && !b->res->setups_failed)
		return tw_err_set(err, EBADE,
				  "%llu segments were captured, the DUT counted %llu (TcpOutSegs)",
				  (unsigned long long)h.captured, (unsigned long long)by);
	/* before 6.16 they are counted with those of all other states */
	by = moved_by(b, "TcpExtPAWSTimewait") + moved_by(b, "TcpExtPAWSEstab");
	if (by != b->paws && b->res->wrong == 0 && !b->res->setups_failed)
		return tw_err_set(err, EBADE, "the PAWS counters moved by %llu for %llu refusals",
				  (unsigned long long)by, (unsigned long long)b->paws);
	if (h.waits || h.strays || h.pcap_drops || h.unfenced)
		return tw_err_set(
			err, EBADE,
			"%llu waits, %llu strays, %llu frames lost by the sniffer, %llu fences "
			"unanswered: all of these must be 0",
			(unsigned long long)h.waits, (unsigned long long)h.strays,
			(unsigned long long)h.pcap_drops, (unsigned long long)h.unfenced);
	return 0;
}

/*
 * What it costs to bring one frame to the DUT, which is not for it and is dropped at once: machines are shared and differ, the
 * ratio to this does not.
 */
static int measure_floor(struct bench *b, struct tw_err *err)
{
	static const struct tw_seg ack = {
		.flags = TW_ACK, .ttl = 64, .win = 65535, .wscale = -1, .ts = true
	};
	const struct tw_template *tmpl = tw_forge_get(b->stand.forge, b->cfg->family, &ack, err);
	const struct tw_flow flow = tw_stand_flow(&b->stand, b->cfg->family);
	uint8_t frame[TW_FRAME_MAX];
	struct iovec iov[FLOOR_BULK];
	double cpu;
	int ret = tmpl ? 0 : -EINVAL;

	if (ret < 0)
		return ret;
	for (unsigned i = 0; i < FLOOR_BULK; i++)
		iov[i] = (struct iovec){ frame, tw_wire_patch(tmpl, &flow, &ack, frame) };
	frame[5] ^= 0x5a; /* another MAC than the DUT's */
	cpu = cpu_now();
	for (unsigned i = 0; i < FLOOR_BULKS && ret >= 0; i++)
		ret = b->stand.wire->ops->send(b->stand.wire, iov, FLOOR_BULK, err);
	/* measured before and after the campaign: the mean of both */
	b->res->floor_us += (cpu_now() - cpu) * 1e6 / (2.0 * FLOOR_BULK * FLOOR_BULKS);
	return ret;
}

static int play_all(struct bench *b, struct tw_err *err)
{
	double cpu, wall;
	int ret;

	/* what one tuple taught the kernel about a peer must not reach the next */
	ret = b->stand.dut->ops->sysctl(b->stand.dut, "net.ipv4.tcp_no_metrics_save", "1", err);
	if (ret >= 0)
		ret = b->stand.dut->ops->counters(b->stand.dut, b->before, err);
	if (ret >= 0)
		ret = measure_floor(b, err);
	cpu = cpu_now();
	wall = wall_now();
	while (ret >= 0 && b->res->verdicts < b->cfg->verdicts &&
	       b->res->setups_failed < b->cfg->verdicts)
		ret = play_batch(b, err);
	b->res->cpu_s = cpu_now() - cpu;
	b->res->wall_s = wall_now() - wall;
	if (ret >= 0)
		ret = measure_floor(b, err);
	if (ret >= 0)
		ret = reconcile(b, err);
	if (ret >= 0)
		ret = tw_stand_check(&b->stand, err);
	return ret;
}

int tw_bench_lane(const struct tw_bench_cfg *cfg, struct tw_bench_result *res, struct tw_err *err)
{
	const struct tw_stand_cfg stand = { .batch = cfg->batch, .ring = 8 << 20 };
	struct bench b = { .cfg = cfg, .res = res, .random = cfg->seed * 2 + 1 };
	int ret;

	b.tuple = calloc(cfg->batch, sizeof(*b.tuple));
	b.before = calloc(1, sizeof(*b.before));
	b.after = calloc(1, sizeof(*b.after));
	ret = b.tuple && b.before && b.after ? find_mix(&b, err)
					     : tw_err_set(err, ENOMEM, "out of memory");
	if (ret >= 0)
		ret = tw_stand_open(&b.stand, &stand, err);
	if (ret >= 0) {
		ret = play_all(&b, err);
		b.stand.dut->ops->reset(b.stand.dut, NULL, 0, NULL);
		tw_stand_close(&b.stand);
	}
	free(b.tuple);
	free(b.before);
	free(b.after);
	return ret;
}
