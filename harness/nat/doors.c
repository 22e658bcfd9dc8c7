#include "nat/doors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOSTS = 256,
	CONNS = 65536,
	CLOSE_NS = 1000000,
};

static int by_time(const void *a, const void *b)
{
	const struct tw_nat_frame *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static bool is_syn(const struct tw_seg *seg)
{
	return (seg->flags & (TW_SYN | TW_ACK | TW_RST)) == TW_SYN;
}

static bool same_end(const struct tw_flow *a, const struct tw_flow *b)
{
	return a->peer_port == b->peer_port && a->dut_port == b->dut_port &&
	       !memcmp(a->peer.b, b->peer.b, sizeof(a->peer.b));
}

/* The clock's ticks tell one SYN of a connection from the next; without timestamps they are all the same. */
static bool same_syn(const struct tw_seg *a, const struct tw_seg *b)
{
	return is_syn(a) && is_syn(b) && a->seq == b->seq && a->ts == b->ts &&
	       (!a->ts || a->tsval == b->tsval);
}

static bool answers(const struct tw_seg *seg, const struct tw_seg *syn)
{
	return (seg->flags & TW_SYN) && seg->ack == syn->seq + 1 &&
	       (!syn->ts || !seg->ts || seg->tsecr == syn->tsval);
}

/*
 * Behind the bump the same SYN; without one the server's answer to it. However late: a busy machine keeps the bump waiting for longer
 * than the client waits. Each frame is taken once.
 */
static bool came_out(struct tw_nat_frames *frames, unsigned at, bool emulated)
{
	const struct tw_nat_frame *syn = &frames->frame[at];
	unsigned i = at;

	/* two captures on two devices: what is close together may be the wrong way round */
	while (i > 0 && syn->at - frames->frame[i - 1].at < CLOSE_NS)
		i--;
	for (; i < frames->n; i++) {
		struct tw_nat_frame *f = &frames->frame[i];

		if (f->taken || !f->behind || !same_end(&f->flow, &syn->flow))
			continue;
		if (emulated ? !f->from_server && same_syn(&f->seg, &syn->seg)
			     : f->from_server && answers(&f->seg, &syn->seg)) {
			f->taken = true;
			return true;
		}
	}
	return false;
}

static void knock(struct tw_nat_starving *ret, struct tw_nat_frames *frames, unsigned at,
		  const struct tw_recycle *model, enum tw_recycle_says says)
{
	const struct tw_nat_frame *f = &frames->frame[at];
	struct tw_nat_door *door = &ret->door[ret->n_doors++];

	*door = (struct tw_nat_door){
		.at = f->at,
		.victim = f->flow.peer_port >= TW_NAT_VICTIM_PORT,
		.ts = f->seg.ts,
		.tsval = f->seg.tsval,
		.says = says,
		.came_out = came_out(frames, at, ret->emulated),
	};
	door->remembered = tw_recycle_host(model, f->flow.family, &f->flow.peer, f->at,
					   &door->stamp, &door->age_s);
	ret->dropped_by_model += says != TW_RECYCLE_PASS;
	ret->disagreements += door->came_out != (says == TW_RECYCLE_PASS);
}

int tw_nat_doors_read(struct tw_nat_frames *frames, struct tw_nat_starving *ret)
{
	struct tw_recycle *model;
	int res = 0;

	if (frames->n > TW_NAT_FRAMES_MAX)
		return -E2BIG;
	model = tw_recycle_new(ret->rule, HOSTS, CONNS);
	if (!model)
		return -ENOMEM;
	qsort(frames->frame, frames->n, sizeof(frames->frame[0]), by_time);
	for (unsigned i = 0; i < frames->n && res == 0; i++) {
		const struct tw_nat_frame *f = &frames->frame[i];
		enum tw_recycle_says says;

		/* without a bump there is one place only, the server's */
		if (ret->emulated && f->behind && !f->from_server)
			continue;
		says = tw_recycle_segment(model, f->at, &f->flow, f->from_server, &f->seg);
		if (f->from_server || !is_syn(&f->seg))
			continue;
		if (ret->n_doors == TW_NAT_DOORS_MAX)
			res = -E2BIG;
		else
			knock(ret, frames, i, model, says); /* a SYN teaches nothing */
	}
	if (tw_recycle_overflows(model))
		res = -E2BIG;
	tw_recycle_free(model);
	return res;
}
