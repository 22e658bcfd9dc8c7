/*
 * Walks that are a little simpler than another: one segment less, or one of its oddities less.
 */
#include <string.h>

#include "explore/walk.h"

enum {
	PLAIN_ISN = 1000000000,
	PLAIN_TSVAL = 2000000,
	TRICKS = 26,
};

static unsigned distance_cost(const struct tw_val *val)
{
	int32_t off = (int32_t)val->off;

	if (val->base == TW_UNSET)
		return 0;
	if (val->base == TW_ABSENT)
		return 2;
	if (off >= -1 && off <= 1)
		return 1 + (off != 0);
	return off > -100 && off < 100 ? 4 : off > -100000 && off < 100000 ? 5 : 6;
}

static unsigned send_cost(const struct tw_send *s)
{
	unsigned cost = (unsigned)__builtin_popcount(s->flags) * 2;

	cost += distance_cost(&s->seq) + distance_cost(&s->ack) + distance_cost(&s->tsval);
	cost += distance_cost(&s->tsecr);
	cost += (s->len ? 2 : 0) + (s->len > 1 ? 1 : 0) + (s->win ? 1 : 0) + (s->urg ? 2 : 0);
	cost += (s->ttl ? 2 : 0) + (s->ecn ? 2 : 0) + (s->odd ? 4 : 0);
	return cost + 4u * (s->bad_csum + s->cut + s->astray + s->icmp);
}

unsigned tw_walk_cost(const struct tw_walk *walk)
{
	unsigned cost = 0;

	for (unsigned i = 0; i < walk->n; i++)
		cost += 1000 + send_cost(&walk->move[i].send) + (walk->move[i].pause_ms ? 8 : 0);
	return cost + (walk->isn != PLAIN_ISN) + (walk->tsval != PLAIN_TSVAL);
}

/* Changes one thing; what makes it no simpler is left out by its cost. */
static void trick(struct tw_move *m, unsigned which)
{
	static const int8_t near[] = { 0, 1, -1 };
	struct tw_send *s = &m->send;

	if (which < 8) {
		s->flags &= (uint8_t) ~(1u << which);
	} else if (which < 11) {
		s->seq = (struct tw_val){ TW_RCV_NXT, (uint32_t)near[which - 8] };
	} else if (which < 14) {
		s->tsval = (struct tw_val){ TW_TS_RECENT, (uint32_t)near[which - 11] };
	} else {
		switch (which) {
		case 14:
			s->tsval.base = TW_UNSET;
			break;
		case 15:
			s->tsval.base = TW_ABSENT;
			break;
		case 16:
			s->ack.base = TW_UNSET;
			break;
		case 17:
			s->len = 0;
			break;
		case 18:
			s->len = 1;
			break;
		case 19:
			s->win = 0;
			break;
		case 20:
			s->urg = 0;
			break;
		case 21:
			s->ttl = 0;
			break;
		case 22:
			s->ecn = 0;
			break;
		case 23:
			s->odd = 0;
			break;
		case 24:
			s->bad_csum = s->cut = s->astray = s->icmp = false;
			break;
		default:
			m->pause_ms = 0;
			break;
		}
	}
}

static void leave_out(struct tw_walk *w, unsigned i)
{
	memmove(&w->move[i], &w->move[i + 1], (w->n - i - 1) * sizeof(w->move[0]));
	w->n--;
}

bool tw_walk_simpler(const struct tw_walk *walk, unsigned i, struct tw_walk *ret)
{
	*ret = *walk;
	if (i == 0) {
		ret->isn = PLAIN_ISN;
		return true;
	}
	if (i == 1) {
		ret->tsval = PLAIN_TSVAL;
		return true;
	}
	i -= 2;
	/* two segments often do: the last, and one before it */
	if (i < walk->n) {
		if (walk->n > 2 && i + 1 < walk->n) {
			ret->move[0] = walk->move[i];
			ret->move[1] = walk->move[walk->n - 1];
			ret->n = 2;
		}
		return true;
	}
	i -= walk->n;
	if (i < walk->n) {
		if (walk->n > 1)
			leave_out(ret, i);
		return true;
	}
	i -= walk->n;
	if (i >= walk->n * TRICKS)
		return false;
	trick(&ret->move[i / TRICKS], i % TRICKS);
	return true;
}
