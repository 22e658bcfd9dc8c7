#include "nat/load.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nat/simulate.h"
#include "nat/stats.h"

enum {
	TIMES = 40, /* that a load is simulated */
};

/* clang-format off */
const struct tw_nat_load_setting tw_nat_loads[TW_NAT_LOADS] = {
	{ .id = "load.few-ports", .says = "16 hosts, 64 ports, 30 connections a second",
	  .hosts = 16, .ports = 64, .per_s = 30, .seconds = 30, .timestamps = 1 },
	{ .id = "load.many-ports", .says = "16 hosts, 2000 ports, 30 connections a second",
	  .hosts = 16, .ports = 2000, .per_s = 30, .seconds = 30, .timestamps = 1 },
	{ .id = "load.no-ts", .says = "16 hosts without timestamps, 256 ports, 30 connections a second",
	  .hosts = 16, .ports = 256, .per_s = 30, .seconds = 30, .timestamps = 0 },
};
/* clang-format on */

static int by_time(const void *a, const void *b)
{
	const struct tw_nat_frame *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* A connection: its ISN, which it keeps even if the NAT gives its next SYN another port. */
struct knock {
	uint32_t isn;
	uint16_t port; /* of the first SYN */
	bool waits;    /* for the answer to it */
};

struct knocks {
	unsigned n;
	struct knock k[TW_NAT_FRAMES_MAX];
};

static void take_syn(struct knocks *all, const struct tw_nat_frame *f)
{
	for (unsigned i = all->n; i-- > 0;)
		if (all->k[i].isn == f->seg.seq)
			return;
	all->k[all->n++] = (struct knock){ f->seg.seq, f->flow.peer_port, true };
}

/* The latest one that waits there; answers to others are not about a first SYN. */
static bool take_answer(struct knocks *all, const struct tw_nat_frame *f)
{
	for (unsigned i = all->n; i-- > 0;) {
		if (all->k[i].port != f->flow.peer_port)
			continue;
		if (!all->k[i].waits)
			return false;
		all->k[i].waits = false;
		return (f->seg.flags & (TW_SYN | TW_ACK)) != (TW_SYN | TW_ACK);
	}
	return false;
}

unsigned tw_nat_load_count(struct tw_nat_frames *frames, unsigned *ret_rejected)
{
	struct knocks *all = calloc(1, sizeof(*all));
	unsigned n;

	*ret_rejected = 0;
	if (!all)
		return 0;
	qsort(frames->frame, frames->n, sizeof(frames->frame[0]), by_time);
	for (unsigned i = 0; i < frames->n; i++) {
		const struct tw_nat_frame *f = &frames->frame[i];

		if (f->from_server)
			*ret_rejected += take_answer(all, f);
		else if ((f->seg.flags & (TW_SYN | TW_ACK)) == TW_SYN)
			take_syn(all, f);
	}
	n = all->n;
	free(all);
	return n;
}

static enum tw_sim_clock sim_clock(const struct tw_nat_load_setting *set,
				   enum tw_nat_clock_kind kind)
{
	if (!set->timestamps)
		return TW_SIM_CLOCK_NONE;
	if (kind == TW_NAT_CLOCK_PER_TUPLE)
		return TW_SIM_CLOCK_PER_TUPLE;
	return kind == TW_NAT_CLOCK_PER_HOST ? TW_SIM_CLOCK_PER_HOST : TW_SIM_CLOCK_UPTIME;
}

int tw_nat_load_simulate(const struct tw_nat_load_setting *set, enum tw_nat_clock_kind clock,
			 unsigned hz, uint64_t seed, struct tw_nat_rate *ret, struct tw_err *err)
{
	struct tw_sim_cfg cfg = {
		.hosts = set->hosts,
		.public_addresses = 1,
		.ports = set->ports,
		.rate = set->per_s,
		.duration_s = set->seconds,
		.lifetime_s = 0,
		.hold_s = TW_NAT_LOAD_HOLD_S,
		.tw_s = 60,
		.retry_ms = hz ? 2000.0 / hz : 8,
		.clock = sim_clock(set, clock),
		/* all hosts of one machine */
		.uptime_spread_s = 0,
	};
	struct tw_sim_result one;
	uint64_t n = 0, of = 0;
	int res = 0;

	for (unsigned i = 0; i < TIMES && res == 0; i++) {
		cfg.seed = seed * TIMES + i;
		res = tw_simulate(&cfg, &one, err);
		n += one.loss.n;
		of += one.loss.of;
	}
	if (res == 0)
		*ret = tw_nat_rate((unsigned)n, (unsigned)of);
	return res;
}

/* Half the width of a 95 % interval is 1.96 standard errors. */
static double standard_error(const struct tw_nat_rate *rate)
{
	return (rate->high - rate->low) / 2 / 1.96;
}

void tw_nat_load_judge(struct tw_nat_load *load)
{
	double apart = (double)load->measured.n / load->measured.of -
		       (double)load->simulated.n / load->simulated.of;

	if (load->verdict == TW_NAT_SKIP)
		return;
	load->verdict = TW_NAT_ERROR;
	if (!load->done) {
		if (!load->why[0])
			snprintf(load->why, sizeof(load->why), "its worker died");
	} else if (load->pcap_drops) {
		snprintf(load->why, sizeof(load->why), "the sniffers lost %" PRIu64 " frames",
			 load->pcap_drops);
	} else if (!load->measured.of || !load->simulated.of) {
		snprintf(load->why, sizeof(load->why), "no SYN was seen");
	} else if (fabs(apart) >
		   4 * hypot(standard_error(&load->measured), standard_error(&load->simulated))) {
		load->verdict = TW_NAT_FAIL;
		snprintf(load->why, sizeof(load->why),
			 "%.1f %% were rejected, the simulation says %.1f %%",
			 100.0 * load->measured.n / load->measured.of,
			 100.0 * load->simulated.n / load->simulated.of);
	} else {
		load->verdict = TW_NAT_PASS;
		load->close = tw_nat_rates_agree(&load->measured, &load->simulated);
	}
}
