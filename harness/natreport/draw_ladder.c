/* A packet that passes the NAT is one rung: seen on one side of it, and then on the other. */
#include <stdlib.h>
#include <string.h>

#include "natreport/draw.h"
#include "natreport/plot.h"
#include "natreport/words.h"
#include "text/text.h"

enum {
	RUNGS_MAX = 20,
	CLIENT = 120,
	NAT = 520,
	SERVER = 920,
	HEAD = 64,
	BACK = 4, /* rungs: a packet is not overtaken by more */
	RUNG = 50,
	GAP = 30, /* more, where nothing happened for a while */
	FALL = 8, /* of an arrow */
};

struct rung {
	const struct tw_nat_packet *seen[2]; /* by enum tw_nat_side; NULL: not there */
	double y;
	double gap_ms; /* nothing happened for so long before it; 0: not for long */
};

static bool same(const struct tw_nat_packet *a, const struct tw_nat_packet *b)
{
	return a->side != b->side && a->from_server == b->from_server &&
	       a->seg.flags == b->seg.flags && a->seg.seq == b->seg.seq &&
	       a->seg.ack == b->seg.ack && a->seg.len == b->seg.len;
}

static const struct tw_nat_packet *first_seen(const struct rung *rung)
{
	const struct tw_nat_packet *in = rung->seen[TW_NAT_INSIDE],
				   *out = rung->seen[TW_NAT_OUTSIDE];

	if (!in || !out)
		return in ? in : out;
	return in->from_server ? out : in;
}

static int by_time(const void *a, const void *b)
{
	const struct tw_nat_packet *x = *(const struct tw_nat_packet *const *)a;
	const struct tw_nat_packet *y = *(const struct tw_nat_packet *const *)b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* One of the last rungs, on which @p was seen on the other side; NULL if it is a new one. */
static struct rung *same_rung(struct rung *rung, unsigned n, const struct tw_nat_packet *p)
{
	for (unsigned back = 1; back <= n && back <= BACK; back++) {
		struct rung *r = &rung[n - back];

		if (!r->seen[p->side & 1] && same(first_seen(r), p))
			return r;
	}
	return NULL;
}

/* Both sides of the NAT were captured on their own, so the packets are put in order first. @ret_more: that found no room. */
static unsigned make_rungs(const struct tw_nat_trial *t, struct rung ret[RUNGS_MAX],
			   unsigned *ret_more)
{
	unsigned n = 0, all = t->n_packets < TW_NAT_PACKETS_MAX ? t->n_packets : TW_NAT_PACKETS_MAX;
	const struct tw_nat_packet *sorted[TW_NAT_PACKETS_MAX];

	for (unsigned i = 0; i < all; i++)
		sorted[i] = &t->packet[i];
	qsort(sorted, all, sizeof(sorted[0]), by_time);
	*ret_more = t->n_packets - all;
	for (unsigned i = 0; i < all; i++) {
		const struct tw_nat_packet *p = sorted[i],
					   *last = n ? first_seen(&ret[n - 1]) : NULL;
		struct rung *rung = same_rung(ret, n, p);

		if (rung) {
			rung->seen[p->side & 1] = p;
		} else if (n == RUNGS_MAX) {
			++*ret_more;
		} else {
			rung = &ret[n];
			*rung = (struct rung){ .y = HEAD + 40 };
			if (last && p->at > last->at + 1000000)
				rung->gap_ms = (double)(p->at - last->at) / 1e6;
			if (last)
				rung->y = ret[n - 1].y + RUNG + (rung->gap_ms > 0 ? GAP : 0);
			rung->seen[p->side & 1] = p;
			n++;
		}
	}
	return n;
}

static double ms_of(const struct tw_nat_trial *t, const struct tw_nat_packet *p)
{
	return (double)(int64_t)(p->at - t->connect_at) / 1e6;
}

/* The options that only a SYN has say nothing here. */
static void put_segment(FILE *out, const struct tw_nat_trial *t, const struct tw_nat_packet *p,
			double x, double y, const char *class)
{
	const struct tw_numbers numbers = { .rcv_nxt = t->r,
					    .snd_nxt = t->s,
					    .ts_recent = t->t,
					    .ts = t->ts,
					    .dut_tsval = t->t + (1u << 31) };
	struct tw_seg seg = p->seg;
	char text[TW_TEXT_MAX], *options;

	seg.mss = 0;
	seg.mss_zero = seg.sackok = false;
	seg.wscale = -1;
	seg.ttl = 0;
	tw_text_seg(&seg, p->from_server, &numbers, text, sizeof(text));
	options = strstr(text, " <");
	if (options)
		*options++ = '\0';
	tw_plot_text(out, x, y - 7, "middle", class, "%s", text);
	if (options)
		tw_plot_text(out, x, y + 19, "middle", class, "%s", options);
}

static void draw_arrow(FILE *out, const struct tw_nat_trial *t, const struct tw_nat_packet *p,
		       double y)
{
	double left = p->side == TW_NAT_INSIDE ? CLIENT : NAT;
	double right = p->side == TW_NAT_INSIDE ? NAT : SERVER;
	double from = p->from_server ? right - 2 : left + 2,
	       to = p->from_server ? left + 2 : right - 2;
	double head = p->from_server ? 9 : -9;
	bool rst = p->seg.flags & TW_RST,
	     bare = (p->seg.flags & (TW_ACK | TW_SYN | TW_RST)) == TW_ACK;
	const char *class = rst ? "rst" : p->from_server && bare ? "lost" : "ok";
	char look[32];

	fprintf(out,
		"<path class=\"arrow %s\" d=\"M%.1f %.1fL%.1f %.1fm%.1f -4.5l%.1f 4.5l%.1f "
		"4.5\"/>\n",
		class, from, y, to, y + FALL, head, -head, head);
	snprintf(look, sizeof(look), "seg %s", class);
	put_segment(out, t, p, (left + right) / 2, y, look);
}

static void draw_rung(FILE *out, const struct tw_nat_trial *t, const struct rung *rung)
{
	const struct tw_nat_packet *first = first_seen(rung);
	bool lost = !rung->seen[!first->side];
	bool to_nat = first->from_server == (first->side == TW_NAT_OUTSIDE);
	double at = ms_of(t, first);
	char ms[TW_SAY_MAX];

	if (rung->gap_ms > 0)
		tw_plot_text(out, NAT + 8, rung->y - RUNG / 2.0 - 2, "start", "tick", "⋮ %s",
			     tw_say_ms(rung->gap_ms, ms, sizeof(ms)));
	tw_plot_text(out, CLIENT - 14, rung->y + 4, "end", "tick", at < 1000 ? "%.2f ms" : "%.2f s",
		     at < 1000 ? at : at / 1000);
	for (unsigned side = 0; side < 2; side++) {
		if (rung->seen[side])
			draw_arrow(out, t, rung->seen[side], rung->y);
	}
	if (lost && to_nat) {
		tw_plot_mark(out, TW_MARK_CROSS, NAT, rung->y + FALL, 7, "lost",
			     "not seen on the other side of the NAT");
		tw_plot_text(out, first->side == TW_NAT_INSIDE ? NAT + 14 : NAT - 14,
			     rung->y + FALL + 4, first->side == TW_NAT_INSIDE ? "start" : "end",
			     "seg lost", "lost here");
	}
}

static void draw_heads(FILE *out, const struct tw_nat_trial *t, double bottom)
{
	static const double at[] = { CLIENT, NAT, SERVER };
	static const char *const name[] = { "client", "NAT", "server" };
	char addr[TW_SAY_MAX];

	for (unsigned i = 0; i < 3; i++) {
		tw_plot_line(out, at[i], HEAD, at[i], bottom, "life");
		tw_plot_text(out, at[i], 20, "middle", "panel", "%s", name[i]);
	}
	tw_plot_text(out, CLIENT, 38, "middle", "tick", "%s:%u",
		     tw_say_addr(&t->inside.client, addr, sizeof(addr)), t->inside.client_port);
	tw_plot_text(out, NAT, 38, "middle", "tick", "%s:%u",
		     tw_say_addr(&t->outside.client, addr, sizeof(addr)), t->outside.client_port);
	tw_plot_text(out, SERVER, 38, "middle", "tick", "port %u", t->server_port);
	if (t->left_ms >= 0)
		tw_plot_text(out, SERVER, 55, "middle", "tick", "TIME_WAIT, %.1f s left",
			     t->left_ms / 1000.0);
}

void tw_draw_ladder(FILE *out, const struct tw_nat_trial *trial)
{
	struct rung rung[RUNGS_MAX];
	unsigned more, n = make_rungs(trial, rung, &more);
	double bottom = n ? rung[n - 1].y + 34 : HEAD + 40;

	tw_plot_begin(out, TW_DRAW_WIDTH, bottom + 30,
		      "The packets of one attempt whose first SYN was rejected");
	draw_heads(out, trial, bottom);
	for (unsigned i = 0; i < n; i++)
		draw_rung(out, trial, &rung[i]);
	if (more)
		tw_plot_text(out, NAT, bottom + 20, "middle", "tick", "and %u more packets", more);
	tw_plot_end(out);
}
