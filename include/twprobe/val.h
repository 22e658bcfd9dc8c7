/*
 * Numbers of a connection as the tables write them: a base that is only known on the live tuple, plus an
 * offset. All arithmetic is modulo 2^32 (RFC 9293 section 3.4, RFC 7323 section 5.2). Values only.
 */
#ifndef TWPROBE_VAL_H
#define TWPROBE_VAL_H

#include <stdbool.h>
#include <stdint.h>

enum tw_base {
	TW_UNSET,     /* sending: the right value; matching: do not care */
	TW_NUMBER,    /* the offset itself */
	TW_RCV_NXT,   /* R: RCV.NXT of the entry when it was entered */
	TW_SND_NXT,   /* S: SND.NXT of the entry */
	TW_TS_RECENT, /* T: TS.Recent of the entry when it was entered */
	TW_SEG_SEQ,   /* the probe's sequence number */
	TW_SEG_ACK,   /* the probe's acknowledgment number */
	TW_SEG_END,   /* the probe's sequence number + its length, SYN and FIN counted */
	/*
	 * S + 65537, and 1 where that is 0 (tcp_timewait_state_process). As .seq of an answer from a kernel that loses it
	 * (4.15 to 6.9, H-63) any other number.
	 */
	TW_REOPEN_ISN,
	TW_TS_CLOCK, /* the DUT's timestamp clock: its last TSval + the milliseconds since */
	TW_ABSENT,   /* the option is not there */
	TW_BASES,
};

struct tw_val {
	enum tw_base base;
	uint32_t off;
};

/* The numbers behind the bases, host byte order. */
struct tw_numbers {
	uint32_t rcv_nxt;
	uint32_t snd_nxt;
	uint32_t ts_recent;
	uint32_t dut_tsval; /* last TSval that the DUT sent; its clock at that time */
	uint32_t dut_last;  /* latest TSval that the DUT sent, for TSecr */
	bool ts;            /* timestamps were negotiated on the old connection */
};

/* a is before b on the circle; at distance 2^31 exactly both are "before" (kernel: before()). */
static inline bool tw_seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* a - b as the signed distance in which people read it. */
static inline int32_t tw_seq_diff(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

#endif
