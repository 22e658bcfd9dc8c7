#include "engine/enter.h"

/*
 *   peer                              DUT
 *    | SYN 0                           |          the DUT accepts ...
 *    |-------------------------------->| SYN_RECEIVED
 *    |                 SYN|ACK 0 ack 1 |
 *    |<--------------------------------|
 *    | ACK 1 ack 1                     | ESTABLISHED
 *
 *    |                           SYN 0 |          ... or connects
 *    |<--------------------------------| SYN_SENT
 *    | SYN|ACK 0 ack 1                 |
 *    |-------------------------------->| ESTABLISHED
 *    |                     ACK 1 ack 1 |
 */
#define ACCEPTS                                        \
	{ TW_DO_SEND, TW_SYN, 0, 0, TW_SYN | TW_ACK }, \
	{                                              \
		TW_DO_SEND, TW_ACK, 1, 1, 0            \
	}
#define CONNECTS                                          \
	{ TW_DO_CONNECT, 0, 0, 0, TW_SYN },               \
	{                                                 \
		TW_DO_SEND, TW_SYN | TW_ACK, 0, 1, TW_ACK \
	}
#define CLOSES                                        \
	{                                             \
		TW_DO_CLOSE, 0, 0, 0, TW_FIN | TW_ACK \
	}
#define END                           \
	{                             \
		TW_DO_END, 0, 0, 0, 0 \
	}

/* FIN_WAIT_1, an ACK, FIN_WAIT_2 (a mini-socket, as the descriptor is closed) */
#define ACKS_FIN                            \
	{                                   \
		TW_DO_SEND, TW_ACK, 1, 2, 0 \
	}
/* a FIN that acks the DUT's: the answer is the last ACK, and TIME_WAIT */
#define FIN_ACKING                                        \
	{                                                 \
		TW_DO_SEND, TW_FIN | TW_ACK, 1, 2, TW_ACK \
	}
/* a FIN that crosses the DUT's: CLOSING; then its ACK, which is not answered */
#define FIN_CROSSING                                   \
	{ TW_DO_SEND, TW_FIN | TW_ACK, 1, 1, TW_ACK }, \
	{                                              \
		TW_DO_SEND, TW_ACK, 2, 2, 0            \
	}

static const struct tw_enter_op scripts[2][TW_ENTERS][7] = {
	[TW_ACCEPTED] = {
		[TW_BY_FIN_WAIT_2] = { ACCEPTS, CLOSES, ACKS_FIN, FIN_ACKING, END },
		[TW_BY_FIN_ACK] = { ACCEPTS, CLOSES, FIN_ACKING, END },
		[TW_BY_CLOSING] = { ACCEPTS, CLOSES, FIN_CROSSING, END },
		[TW_TO_FIN_WAIT_2] = { ACCEPTS, CLOSES, ACKS_FIN, END },
	},
	[TW_CONNECTED] = {
		[TW_BY_FIN_WAIT_2] = { CONNECTS, CLOSES, ACKS_FIN, FIN_ACKING, END },
		[TW_BY_FIN_ACK] = { CONNECTS, CLOSES, FIN_ACKING, END },
		[TW_BY_CLOSING] = { CONNECTS, CLOSES, FIN_CROSSING, END },
		[TW_TO_FIN_WAIT_2] = { CONNECTS, CLOSES, ACKS_FIN, END },
	},
};

const struct tw_enter_op *tw_enter_script(enum tw_role role, enum tw_enter enter)
{
	return scripts[role][enter];
}

unsigned tw_enter_rcv_nxt(enum tw_enter enter)
{
	return enter == TW_TO_FIN_WAIT_2 ? 1 : 2;
}
