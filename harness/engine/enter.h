/*
 * The ways into TIME_WAIT and FIN_WAIT_2, as scripts that the engine plays on every tuple. Data only.
 */
#ifndef TWPROBE_ENTER_H
#define TWPROBE_ENTER_H

#include <stdint.h>

#include "twprobe/case.h"

enum tw_enter_do {
	TW_DO_END,
	TW_DO_SEND,    /* the peer sends */
	TW_DO_CONNECT, /* the DUT starts to connect */
	TW_DO_CLOSE,   /* the DUT closes: accepts first, if it was the accepting side */
};

struct tw_enter_op {
	enum tw_enter_do what;
	uint8_t flags; /* of the segment sent */
	uint8_t seq;   /* relative to the peer's ISN */
	uint8_t ack;   /* relative to the DUT's ISN */
	uint8_t want;  /* flags of the DUT's only answer; 0: it must not answer */
};

/* The script, ended by TW_DO_END. */
const struct tw_enter_op *tw_enter_script(enum tw_role role, enum tw_enter enter);

/* R relative to the peer's ISN once the script is through: SYN, and FIN if one was sent. */
unsigned tw_enter_rcv_nxt(enum tw_enter enter);

#endif
