/*
 * The model: what Linux, or what the RFCs, do with a segment that hits a connection in TIME_WAIT or in FIN_WAIT_2 held as a
 * mini-socket. A pure function of the entry, the segment and the world around them; it allocates nothing, keeps nothing and
 * may be asked millions of times a second. Written from the rule book, one clause after the other; the suite's rows and
 * the model are kept apart, and a test holds them against each other.
 *
 * Host byte order. Times are milliseconds of one monotonic clock of the caller's, the one whose whole seconds the DUT stamps
 * TS.Recent with (CLOCK_MONOTONIC on the same machine).
 */
#ifndef TWPROBE_MODEL_H
#define TWPROBE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "twprobe/case.h"
#include "twprobe/evidence.h"
#include "twprobe/facts.h"
#include "twprobe/seg.h"

enum tw_profile {
	TW_BY_LINUX, /* tcp_timewait_state_process() and what calls it */
	TW_BY_RFC,   /* RFC 9293, 5961, 6191 and 7323; RFC 1337's fix with tcp_rfc1337=1 */
};

/* What Linux decides, clause by clause: the row of the rule book, and which part of it. */
enum tw_clause {
	TW_CLAUSE_NONE,
	TW_P02_HEADER,
	TW_P04_POLICY,
	TW_P05_CHECKSUM,
	TW_P07_ICMP,
	TW_D30_OLDER,
	TW_D30_ZERO,
	TW_D30_AGE,
	TW_D30_RST,
	TW_D30_SYSCTL,
	TW_D30_PLAIN,
	TW_D01_PAWS,
	TW_D01_WINDOW,
	TW_D01_EDGE,
	TW_D01_LIMIT,
	TW_D02_KILL,
	TW_D03_RESET,
	TW_D04_NO_ACK,
	TW_D04_EMPTY,
	TW_D05_DATA,
	TW_D05_ORDER,
	TW_D06_RESTART,
	TW_D06_TS,
	TW_D10_KILL,
	TW_D11_KEEP,
	TW_D11_TS,
	TW_D12_SWALLOW,
	TW_D12_RESTART,
	TW_D12_TS,
	TW_D20_SEQ,
	TW_D20_TS,
	TW_D20_PAWS,
	TW_D20_BARE,
	TW_D30_COUNT,
	TW_D31_PAWS_RESTARTS,
	TW_D31_ACK_RESTARTS,
	TW_D31_LIMIT,
	TW_D31_EXEMPT,
	TW_D31_SYN_LIMITED,
	TW_D31_NO_TS,
	TW_D32_SILENT,
	TW_D41_ISN,
	TW_D43_OVERFLOW,
	TW_D44_FIN,
	TW_D45_TTL,
	TW_D45_FILTER,
	TW_D45_OPTIONS,
	TW_D45_KEY,
	TW_D47_CLOSED,
	TW_D48_ACK,
	TW_D48_NO_ACK,
	TW_D48_OPTIONS,
	TW_CLAUSES,
};

/* "D-12.ts", and what is the case if the clause is broken. */
struct tw_clause_info {
	const char *name, *broken;
};

extern const struct tw_clause_info tw_clauses[TW_CLAUSES];

/* TW_CLAUSE_NONE if there is none of that name. */
enum tw_clause tw_clause_find(const char *name);

/* What kernels differ in, from the rule book's history. */
struct tw_model_facts {
	bool paws_counter;    /* H-50: PAWSTimewait and a drop reason of its own, not PAWSEstab */
	bool limits;          /* H-13: answers to what is out of window are limited */
	bool rst_restarts;    /* not H-26: a RST that rfc1337 has ignored restarts the timer */
	bool drops_syn_fin;   /* H-05 */
	bool zero_is_off;     /* H-10: no PAWS while TS.Recent is 0 */
	bool isn_lost;        /* H-63: a reopened tuple begins anywhere */
	bool full_one_sooner; /* not H-64: the filler of an accept queue fills the SYN queue too */
	bool csum_counter;    /* TcpInCsumErrors */
	/* H-69: options that break off with so many bytes left, or more, are refused; 0: none are */
	uint32_t options_left;
	uint32_t paws_s; /* H-42: how long TS.Recent is believed, s */
};

/* The newest kernel. */
extern const struct tw_model_facts tw_model_facts_new;

/* From what was probed; what is not told counts as not there. */
void tw_model_facts_of(const struct tw_facts *facts, struct tw_model_facts *ret);

/* Everything around the entry. All zero is a world of its own: see tw_world_default(). */
struct tw_world {
	enum tw_profile profile;
	struct tw_model_facts facts;
	enum tw_listener dut;  /* what is behind the port */
	bool rfc1337;          /* net.ipv4.tcp_rfc1337 */
	bool timestamps;       /* net.ipv4.tcp_timestamps is not 0 */
	uint8_t cookies;       /* net.ipv4.tcp_syncookies */
	uint32_t limit_ms;     /* net.ipv4.tcp_invalid_ratelimit */
	enum tw_clause broken; /* for tests: Linux without this clause */
};

/* This kernel with its defaults, listening. */
struct tw_world tw_world_default(const struct tw_model_facts *facts);

/* Applies a sysctl of a row. False if it is none that the model knows. */
bool tw_world_sysctl(struct tw_world *world, const struct tw_sysctl *sysctl);

/*
 * The world that a row is given, its late sysctls set; @ret_ts: timestamps came to be used on the old connection. False: one of
 * the sysctls is none of the model's.
 */
bool tw_world_given(const struct tw_given *given, const struct tw_model_facts *facts,
		    struct tw_world *ret, bool *ret_ts);

/* The entry. */
struct tw_model {
	enum tw_state state; /* TIME_WAIT, FIN_WAIT_2; GONE and SYN_RECV are the end of the story */
	uint32_t rcv_nxt, snd_nxt;
	bool ts; /* the old connection had timestamps */
	uint32_t ts_recent;
	uint64_t stamp_ms;   /* when TS.Recent was taken */
	uint32_t wnd;        /* bytes from R on that the dead socket would have taken */
	uint64_t ends_ms;    /* when its timer fires */
	bool limited;        /* an answer that counts against the limit was sent, */
	uint64_t limited_ms; /* then */
};

enum {
	TW_REACTION_COUNTERS = 3,
};

/* What is to be seen. Numbers are numbers: nothing hangs on bases here. */
struct tw_reaction {
	bool told;      /* false: the model says nothing about it */
	uint16_t reply; /* exact flags but for ECE and CWR, or TW_SILENCE */
	uint32_t seq, ack;
	bool any_seq; /* the ISN is fresh: anything but @seq */
	bool ts;      /* the answer has timestamps; its TSval is the DUT's clock */
	uint32_t tsecr;
	enum tw_fate fate;
	const char *counter[TW_REACTION_COUNTERS]; /* of the watched ones and TCP's own: +1 each */
	const char *reason; /* of the drop, or RST:...; NULL: no segment was dropped */
	enum tw_clause by;  /* the clause that decided */
};

/*
 * What becomes of @seg, which arrives @now_ms. @how: what spoils it on the way (its .astray, .cut and .icmp; NULL: nothing). @m is
 * changed into what the entry is afterwards.
 */
struct tw_reaction tw_model_step(const struct tw_world *world, struct tw_model *m,
				 const struct tw_seg *seg, const struct tw_send *how,
				 uint64_t now_ms);

/* The entry that a row is given, freshly entered at @now_ms. */
struct tw_model tw_model_enter(const struct tw_given *given, const struct tw_numbers *numbers,
			       uint32_t wnd, uint64_t now_ms);

/* The other floor of the house: RFC 9293 and those that update it. */
struct tw_reaction tw_model_rfc(const struct tw_world *world, struct tw_model *m,
				const struct tw_seg *seg, uint64_t now_ms);

/* a is later on the circle than b; exactly half of it away both are (kernel: after()). */
static inline bool tw_seq_after(uint32_t a, uint32_t b)
{
	return tw_seq_before(b, a);
}

#endif
