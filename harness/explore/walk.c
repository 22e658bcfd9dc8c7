#include "explore/walk.h"

#include <errno.h>
#include <string.h>

#include "base/numbers.h"
#include "base/random.h"

#define IPV4(name_, value_)               \
	{                                 \
		"net.ipv4." name_, value_ \
	}
#define UNLIMITED IPV4("tcp_invalid_ratelimit", "0")

static const struct tw_fuzz_world worlds[] = {
	{ "unlimited", { .enter = TW_BY_FIN_ACK, .sysctl = { UNLIMITED } }, 10, 0, 0 },
	{ "limited", { .enter = TW_BY_FIN_ACK }, 6, 5, 0 },
	{ "via-fin-wait-2", { .enter = TW_BY_FIN_WAIT_2, .sysctl = { UNLIMITED } }, 2, 0, 0 },
	{ "via-closing", { .enter = TW_BY_CLOSING, .sysctl = { UNLIMITED } }, 2, 0, 0 },
	{ "connected",
	  { .role = TW_CONNECTED, .enter = TW_BY_FIN_ACK, .sysctl = { UNLIMITED } },
	  2,
	  0,
	  0 },
	{ "plain", { .enter = TW_BY_FIN_ACK, .ts = TW_TS_OFF, .sysctl = { UNLIMITED } }, 4, 0, 0 },
	{ "rfc1337",
	  { .enter = TW_BY_FIN_ACK, .sysctl = { UNLIMITED, IPV4("tcp_rfc1337", "1") } },
	  4,
	  0,
	  0 },
	{ "no-timestamps-now",
	  { .enter = TW_BY_FIN_ACK,
	    .sysctl = { UNLIMITED },
	    .late = { IPV4("tcp_timestamps", "0") } },
	  3,
	  0,
	  0 },
	{ "cookies-always",
	  { .enter = TW_BY_FIN_ACK,
	    .sysctl = { UNLIMITED },
	    .late = { IPV4("tcp_syncookies", "2") } },
	  1,
	  0,
	  0 },
	{ "closed",
	  { .enter = TW_BY_FIN_ACK, .dut = TW_CLOSED, .sysctl = { UNLIMITED } },
	  3,
	  0,
	  0 },
	{ "accept-queue-full",
	  { .enter = TW_BY_FIN_ACK, .dut = TW_ACCEPT_QUEUE_FULL, .sysctl = { UNLIMITED } },
	  3,
	  0,
	  0 },
	{ "min-ttl",
	  { .enter = TW_BY_FIN_ACK, .dut = TW_MIN_TTL, .sysctl = { UNLIMITED } },
	  3,
	  0,
	  0 },
	{ "filtered",
	  { .enter = TW_BY_FIN_ACK, .dut = TW_FILTERED, .sysctl = { UNLIMITED } },
	  2,
	  0,
	  0 },
	{ "md5",
	  { .enter = TW_BY_FIN_ACK, .dut = TW_MD5_KEYED, .sysctl = { UNLIMITED } },
	  2,
	  0,
	  0 },
	{ "ipsec",
	  { .enter = TW_BY_FIN_ACK, .dut = TW_IPSEC_REFUSED, .sysctl = { UNLIMITED } },
	  2,
	  0,
	  1 },
	{ "fin-wait-2", { .enter = TW_TO_FIN_WAIT_2, .sysctl = { UNLIMITED } }, 10, 0, 0 },
	{ "fin-wait-2-limited", { .enter = TW_TO_FIN_WAIT_2 }, 5, 5, 0 },
	{ "fin-wait-2-plain",
	  { .enter = TW_TO_FIN_WAIT_2, .ts = TW_TS_OFF, .sysctl = { UNLIMITED } },
	  3,
	  0,
	  0 },
	{ "fin-wait-2-rfc1337",
	  { .enter = TW_TO_FIN_WAIT_2, .sysctl = { UNLIMITED, IPV4("tcp_rfc1337", "1") } },
	  2,
	  0,
	  0 },
};

enum {
	WORLDS = sizeof(worlds) / sizeof(*worlds),
	COMMON_SHAPES = 4, /* that segments with any flags may have */
	WAIT_MS = 560,     /* longer than the limit of answers */
	TAMED = 6,         /* draws of a move that would end the entry */
	USUAL_WND = 65536,
	FORESEEN_MS = 1000000,
};

const struct tw_fuzz_world *tw_fuzz_world_at(unsigned i)
{
	return i < WORLDS ? &worlds[i] : NULL;
}

unsigned tw_walk_world(uint64_t *random)
{
	unsigned sum = 0, at;

	for (unsigned i = 0; i < WORLDS; i++)
		sum += worlds[i].weight;
	at = tw_random_below(random, sum);
	for (unsigned i = 0; i < WORLDS; i++) {
		if (at < worlds[i].weight)
			return i;
		at -= worlds[i].weight;
	}
	return 0;
}

static unsigned one_in(uint64_t *random, unsigned n)
{
	return tw_random_below(random, n) == 0;
}

void tw_shapes_draw(struct tw_shapes *shapes, uint64_t *random)
{
	static const uint16_t lens[] = { 0, 0, 1, 2, 5, 100, 536, 1400 };
	static const uint8_t ttls[] = { 0, 1, 199, 200, 255 };
	static const uint16_t wins[] = { 0, 1, 1024, 65534 };

	memset(shapes, 0, sizeof(*shapes));
	for (unsigned i = 1; i < TW_SHAPES; i++) {
		struct tw_send *s = &shapes->shape[i];

		s->len = lens[tw_random_below(random, 8)];
		s->ttl = one_in(random, 2) ? ttls[tw_random_below(random, 5)] : 0;
		s->ecn = one_in(random, 3) ? (uint8_t)tw_random_below(random, 4) : 0;
		s->win = one_in(random, 3) ? wins[tw_random_below(random, 4)] : 0;
		s->urg = one_in(random, 4) ? (uint16_t)tw_random(random) : 0;
		s->odd = one_in(random, 2) ? (uint8_t)tw_random_below(random, TW_ODDS) : 0;
		s->bad_csum = one_in(random, 12);
		s->cut = one_in(random, 16);
	}
	/* of every run */
	shapes->shape[1] = (struct tw_send){ .len = 1 };
	shapes->shape[2] = (struct tw_send){ .len = 1000 };
	shapes->shape[3] = (struct tw_send){ .ttl = 255 };
	shapes->shape[4] = (struct tw_send){ .bad_csum = true };
	shapes->shape[5] = (struct tw_send){ .cut = true };
	shapes->shape[6] = (struct tw_send){ .odd = TW_ODD_END };
}

/* Near where something may change, or anywhere. */
static uint32_t draw_offset(uint64_t *random)
{
	static const uint32_t edges[] = { 0x80000000u, 0x7fffffffu, 65536,   65535,
					  64240,       32768,       1000000, 0xfff0bdc0u };
	uint32_t by = tw_random_below(random, 7) - 3;

	switch (tw_random_below(random, 8)) {
	case 0:
	case 1:
	case 2:
		return 0;
	case 3:
	case 4:
		return by;
	case 5:
		return edges[tw_random_below(random, 8)] + by;
	case 6:
		return tw_random_below(random, 4096) - 2048;
	default:
		return tw_random(random);
	}
}

static uint8_t draw_flags(uint64_t *random, bool *ret_common)
{
	static const uint8_t common[] = {
		TW_SYN,
		TW_SYN,
		TW_ACK,
		TW_ACK,
		TW_RST,
		TW_RST | TW_ACK,
		TW_FIN | TW_ACK,
		TW_FIN | TW_ACK,
		TW_PSH | TW_ACK,
		TW_SYN | TW_ACK,
		TW_SYN | TW_FIN,
		TW_FIN,
		0,
		TW_SYN | TW_RST,
		TW_SYN | TW_ECE | TW_CWR,
		TW_ACK | TW_URG,
	};

	*ret_common = !one_in(random, 8);
	return *ret_common ? common[tw_random_below(random, sizeof(common))]
			   : (uint8_t)tw_random(random);
}

static void draw_move(const struct tw_shapes *shapes, const struct tw_fuzz_world *w,
		      uint64_t *random, struct tw_move *ret)
{
	bool plain = w->given.ts == TW_TS_OFF, common;
	uint8_t flags = draw_flags(random, &common);
	unsigned shape =
		one_in(random, 2) ? 0 : tw_random_below(random, common ? TW_SHAPES : COMMON_SHAPES);
	struct tw_send *s = &ret->send;

	ret->pause_ms = 0;
	*s = shapes->shape[shape];
	s->flags = flags;
	s->seq = (struct tw_val){ TW_RCV_NXT, draw_offset(random) };
	if (flags & TW_ACK && one_in(random, 4))
		s->ack = (struct tw_val){ TW_SND_NXT, draw_offset(random) };
	if (one_in(random, 8))
		s->tsval.base = TW_ABSENT;
	else if (plain && one_in(random, 2))
		s->tsval = (struct tw_val){ TW_NUMBER, tw_random(random) };
	else if (!plain)
		s->tsval = (struct tw_val){ TW_TS_RECENT, draw_offset(random) };
	s->icmp = common && one_in(random, 64);
	s->astray = common && shape == 0 && one_in(random, 64);
}

/* The peer's ISN and TSval: mostly anything, often near a place where circles begin. */
static uint32_t draw_begin(uint64_t *random)
{
	static const uint32_t edges[] = { 0, 0, 1, 0xffffffffu, 0x80000000u, 0x7fffffffu };

	return one_in(random, 3) ? edges[tw_random_below(random, 6)] - tw_random_below(random, 3)
				 : tw_random(random);
}

/* What the entry is at the beginning of a walk, as far as it can be known before. */
static struct tw_model foresee(const struct tw_walk *walk, const struct tw_fuzz_world *w,
			       struct tw_numbers *ret)
{
	*ret = (struct tw_numbers){
		.rcv_nxt = walk->isn + (w->given.enter == TW_TO_FIN_WAIT_2 ? 1 : 2),
		.snd_nxt = 0x60708090,
		.ts_recent = w->given.ts == TW_TS_ON ? walk->tsval : 0,
		.dut_last = 1,
		.ts = w->given.ts == TW_TS_ON,
	};
	return tw_model_enter(&w->given, ret, USUAL_WND, FORESEEN_MS);
}

/*
 * A walk is worth more if the entry lives through it: in half of them, by the model, most moves that would end it are drawn
 * anew. How entries end is seen in the other half.
 */
static void draw_moves(const struct tw_shapes *shapes, const struct tw_fuzz_world *w,
		       const struct tw_world *world, uint64_t *random, struct tw_walk *ret)
{
	struct tw_numbers numbers;
	struct tw_model m = foresee(ret, w, &numbers), then;
	unsigned tries = one_in(random, 2) ? TAMED : 1;

	for (unsigned i = 0; i < ret->n; i++) {
		for (unsigned try = 0; try < tries; try++) {
			struct tw_seg seg;

			draw_move(shapes, w, random, &ret->move[i]);
			seg = tw_send_resolve(&ret->move[i].send, TW_IPV4, &numbers);
			then = m;
			tw_model_step(world, &then, &seg, &ret->move[i].send, FORESEEN_MS + i);
			if (then.state == TW_STATE_TIME_WAIT || then.state == TW_STATE_FIN_WAIT_2)
				break;
		}
		m = then;
	}
}

void tw_walk_draw(const struct tw_shapes *shapes, unsigned index, const struct tw_world *world,
		  uint64_t *random, struct tw_walk *ret)
{
	const struct tw_fuzz_world *w = &worlds[index];

	memset(ret, 0, sizeof(*ret));
	ret->world = index;
	ret->isn = draw_begin(random);
	ret->tsval = one_in(random, 8) ? 0 : draw_begin(random);
	ret->n = 1 + tw_random_below(random, TW_WALK_MAX);
	draw_moves(shapes, w, world, random, ret);
	/* one walk of a batch is enough to let all of them wait */
	if (w->pauses && one_in(random, 2000))
		ret->move[1 + tw_random_below(random, 3)].pause_ms = WAIT_MS;
}

int tw_walk_row(const struct tw_walk *walk, struct tw_case *ret, struct tw_err *err)
{
	*ret = (struct tw_case){ .id = "fuzz.finding", .says = "a walk of the fuzzer" };
	ret->given = worlds[walk->world].given;
	if (walk->n > TW_STEPS_MAX)
		return tw_err_set(err, E2BIG,
				  "a walk of %u segments is no row, which has %d at most", walk->n,
				  TW_STEPS_MAX);
	for (unsigned i = 0; i < walk->n; i++) {
		ret->step[i].send = walk->move[i].send;
		ret->step[i].pause_ms = walk->move[i].pause_ms;
		ret->n_steps = i + 1;
	}
	if (ret->given.ts == TW_TS_ON)
		ret->given.ts_recent = (struct tw_val){ TW_NUMBER, walk->tsval };
	ret->given.rcv_nxt =
		(struct tw_val){ TW_NUMBER,
				 walk->isn + (ret->given.enter == TW_TO_FIN_WAIT_2 ? 1 : 2) };
	return 0;
}
