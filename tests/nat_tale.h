/*
 * What happened in a trial of NAT timestamp loss, told in a line or two: the packets of the second connection on both sides of the
 * NAT. Include it after cmocka.h. Numbers are distances: of an ISN from R, of a TSval from T, of an instant from the end of the
 * first connection.
 */
#ifndef TWPROBE_TESTS_NAT_TALE_H
#define TWPROBE_TESTS_NAT_TALE_H

#include <string.h>

#include "nat/trial.h"

#define TALE_MS 1000000ull

enum {
	TALE_R = 0x80000005u, /* where differences change their sign */
	TALE_T = 3,
	TALE_CLOSED = 5000, /* ms */
	TALE_PORT = 31000,  /* the client's */
	TALE_PUBLIC = 40000,
	TALE_STEPS = 10,
};

enum tale_what {
	TALE_END, /* of the steps */
	SYN,      /* of the client, through the NAT */
	BARE_SYN, /* without a timestamp */
	HELD_SYN, /* the NAT holds it back */
	BORN_SYN, /* seen outside only */
	ELSE_SYN, /* from another public port */
	RST,      /* of the client, through the NAT */
	HELD_RST,
	SYN_ACK, /* of the server, through the NAT */
	ACK,
	SRV_RST,
	HELD_ACK, /* the path loses it in front of the client */
};

struct tale_step {
	unsigned at_ms;
	enum tale_what what;
	int32_t isn, tsval; /* of a RST: its number is R + isn */
};

static const struct {
	bool from_server, inside, outside, ts;
	uint8_t flags;
} tale_parts[] = {
	[SYN] = { false, true, true, true, TW_SYN },
	[BARE_SYN] = { false, true, true, false, TW_SYN },
	[HELD_SYN] = { false, true, false, true, TW_SYN },
	[BORN_SYN] = { false, false, true, true, TW_SYN },
	[ELSE_SYN] = { false, true, true, true, TW_SYN },
	[RST] = { false, true, true, false, TW_RST },
	[HELD_RST] = { false, true, false, false, TW_RST },
	[SYN_ACK] = { true, true, true, true, TW_SYN | TW_ACK },
	[ACK] = { true, true, true, true, TW_ACK },
	[SRV_RST] = { true, true, true, false, TW_RST | TW_ACK },
	[HELD_ACK] = { true, false, true, true, TW_ACK },
};

/* The server has TIME_WAIT; nothing came yet. */
static inline struct tw_nat_trial tale_begin(void)
{
	return (struct tw_nat_trial){
		.entered = true,
		.ts = true,
		.r = TALE_R,
		.t = TALE_T,
		.s = 70000,
		.left_ms = 58000,
		.closed_at = TALE_CLOSED * TALE_MS,
		.first_client = { { 10, 1, 0, 1 } },
		.client = { { 10, 2, 0, 1 } },
		.first_port = 20001,
		.first_public = TALE_PUBLIC,
		.server_port = 20000,
	};
}

static inline void tale_add(struct tw_nat_trial *trial, const struct tale_step *step)
{
	struct tw_nat_packet p = {
		.at = (TALE_CLOSED + step->at_ms) * TALE_MS,
		.from_server = tale_parts[step->what].from_server,
		.seg = { .flags = tale_parts[step->what].flags,
			 .ts = tale_parts[step->what].ts,
			 .seq = trial->r + (uint32_t)step->isn,
			 .tsval = trial->t + (uint32_t)step->tsval },
	};

	p.side = TW_NAT_INSIDE;
	p.client_port = TALE_PORT;
	if (tale_parts[step->what].inside)
		tw_nat_trial_add(trial, &p);
	p.side = TW_NAT_OUTSIDE;
	p.client_port = TALE_PUBLIC + (step->what == ELSE_SYN);
	if (tale_parts[step->what].outside)
		tw_nat_trial_add(trial, &p);
}

static inline void tale_tell(struct tw_nat_trial *trial, const struct tale_step *steps)
{
	for (unsigned i = 0; i < TALE_STEPS && steps[i].what != TALE_END; i++)
		tale_add(trial, &steps[i]);
}

#endif
