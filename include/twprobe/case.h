/*
 * The shape of a row: given, send, expect, except. Rows are constant data in cases/; nothing here is ever
 * changed at run time. Unset means "the right value" when sending and "do not care" when matching.
 */
#ifndef TWPROBE_CASE_H
#define TWPROBE_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "twprobe/find.h"
#include "twprobe/seg.h"
#include "twprobe/val.h"

enum {
	TW_STEPS_MAX = 8,
	TW_ROW_STEPS = TW_STEPS_MAX,
	TW_COUNTERS_MAX = 3,
	TW_CLAIMS_MAX = 6,
	TW_EXCEPTS_MAX = 3,
	TW_TIMEWAIT_LEN_MS = 60000, /* TCP_TIMEWAIT_LEN */
};

/* Who opened the connection. */
enum tw_role {
	TW_ACCEPTED,  /* the DUT listened, the peer connected */
	TW_CONNECTED, /* the DUT connected, from a port on which it may listen as well */
};

/* The way from ESTABLISHED into the state under test. The DUT always closes first. */
enum tw_enter {
	TW_BY_FIN_WAIT_2, /* FIN acked, then the peer's FIN: FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT */
	TW_BY_FIN_ACK,    /* one FIN|ACK acks ours and closes: FIN_WAIT_1, TIME_WAIT */
	TW_BY_CLOSING,    /* FINs cross: FIN_WAIT_1, CLOSING, TIME_WAIT */
	TW_TO_FIN_WAIT_2, /* stop in FIN_WAIT_2, held as a mini-socket; R is then the peer's next number */
	TW_ENTERS,
};

/* Timestamps on the old connection. */
enum tw_ts_use {
	TW_TS_ON,  /* both ends offer them */
	TW_TS_OFF, /* the peer does not */
};

/* The DUT's port at the time of the probe. Everything but LISTENING is arranged after the state was entered. */
enum tw_listener {
	TW_LISTENING,
	TW_CLOSED, /* the listener is gone */
	TW_ACCEPT_QUEUE_FULL,
	TW_SYN_QUEUE_FULL, /* more half-open connections than the backlog */
	TW_MIN_TTL,        /* IP_MINTTL / IPV6_MINHOPCOUNT 200 */
	TW_FILTERED,       /* a socket filter that drops everything */
	TW_MD5_KEYED,      /* TCP_MD5SIG key for the peer; SKIP where the kernel has no MD5 */
	TW_IPSEC_REFUSED,  /* an IPsec policy lets nothing of the tuple in */
	TW_LISTENERS,
};

struct tw_sysctl {
	const char *name; /* "net.ipv4.tcp_rfc1337"; NULL ends the list */
	const char *value;
};

/* What is between the peer and the DUT. */
enum tw_path {
	TW_DIRECT,
	TW_VIA_ROUTER, /* a namespace that forwards, with nftables in it */
	TW_PATHS,
};

struct tw_given {
	enum tw_role role;
	enum tw_enter enter;
	enum tw_ts_use ts;
	enum tw_listener dut;
	struct tw_val rcv_nxt; /* a NUMBER: choose the peer's ISN so that R becomes this */
	struct tw_val
		ts_recent; /* a NUMBER: TSval of the peer's segments, so that T becomes this */
	uint32_t
		fin_tsval_step; /* the peer's FIN carries TSval + this; T is the sum where the DUT takes it */
	struct tw_sysctl sysctl[3]; /* in the DUT, before the connection */
	struct tw_sysctl late[2];   /* in the DUT, once the state is entered */
	enum tw_path path;
	bool loopback; /* a scenario that talks to itself: the DUT's segments are not all on the wire */
	uint8_t uncounted; /* of a scenario: so many segments, at most, are sent that no counter has */
};

/* The tuple that a probe is sent on. */
enum tw_from {
	TW_SAME,  /* the tuple under test */
	TW_OTHER, /* a fresh one: same hosts, another port of the peer */
};

struct tw_send {
	uint8_t flags; /* exactly these */
	enum tw_from from;
	struct tw_val seq;   /* unset: R */
	struct tw_val ack;   /* unset: S if ACK is set, else 0 */
	struct tw_val tsval; /* unset: T if the old connection had timestamps, else absent */
	struct tw_val tsecr; /* unset: the DUT's last TSval, 0 in a SYN */
	uint16_t len;        /* payload bytes */
	uint16_t win;        /* 0: 65535 */
	uint16_t urg;
	uint8_t ttl; /* 0: 64 */
	uint8_t ecn;
	bool bad_csum;
	bool astray; /* to another MAC address: the DUT does not count it */
	bool cut;    /* a data offset of 16 bytes, less than a header has */
	bool icmp; /* instead of the segment an ICMP error that quotes one of the DUT's: host unreachable */
	uint8_t odd; /* enum tw_odd */
};

/* Reply "flags" that stand for no segment at all. */
enum {
	TW_SILENCE = 0x100
};

/* What became of the entry, as sock_diag shows it. */
enum tw_fate {
	TW_FATE_ANY,
	TW_RUNNING,     /* still there, timer untouched */
	TW_RESTARTED,   /* still there, timer back at its full length */
	TW_ALIVE,       /* still there; either */
	TW_GONE,        /* no entry for the tuple */
	TW_REOPENED,    /* a half-open connection took its place */
	TW_ESTABLISHED, /* and its handshake is complete */
	TW_FATES,
};

struct tw_expect {
	uint16_t reply;         /* exact flags (ECE and CWR aside) or TW_SILENCE; 0: do not care */
	struct tw_val seq, ack; /* of the reply */
	struct tw_val tsval, tsecr; /* of the reply; ABSENT: it has no timestamp option */
	struct tw_val isn_not;      /* the reply's sequence number is not this one */
	enum tw_fate tw;
	const char
		*counter[TW_COUNTERS_MAX]; /* each moves by one; no other watched counter moves */
	const char *reason; /* drop reason, or "RST:" and a RST's; compared where it can be read */
	const struct tw_find
		*finds; /* of a scenario: all of these; ends with TW_FIND_NONE. Or NULL */
};

struct tw_step {
	struct tw_send send;
	struct tw_expect expect; /* .reply is never 0 in a row: a step without a claim is no test */
	uint32_t pause_ms;       /* wait before sending */
	uint32_t within_ms;      /* sent at most this long after the last answered step; 0: any */
	uint8_t times; /* played so often, with the pause before each, and never answered; 0: once */
};

/* What an RFC asks for, and how to tell from the evidence whether it was done. */
struct tw_rfc {
	const char *clause; /* "RFC 6191 2"; NULL: no RFC speaks about this */
	const char *says;   /* the demand, in words */
	bool as_expected; /* the row's own expectation (reply, numbers, fate) is what the RFC asks for */
	uint8_t step; /* counted from 1: the step that is judged; 0: the last */
	struct tw_expect
		want[2]; /* any of these conforms; counters and reasons are not RFC matter */
};

/*
 * A claim of the rule book (C0-1 ...), and what of it this row can show. If all rows of a claim meet its prediction it holds,
 * if none does it does not, else it holds in the cases that .when names.
 */
struct tw_claims {
	const char *id; /* "C0-2" */
	const char *
		when; /* the case that this row is of, in words that follow "holds if"; NULL: the general one */
	bool as_expected;      /* the claim predicts what the row expects */
	uint8_t step;          /* counted from 1: the step that is judged; 0: the last */
	struct tw_expect want; /* or this */
};

/*
 * A kernel that differs for a reason. It is chosen by facts (facts.h): a capability that was probed, or a change of the rule
 * book's history ("H-26"), which is told by a probe where one can tell it and by the release where not. With .when
 * and .unless both the kernel has the one and lacks the other. Where neither probe nor release tells, the row is SKIP.
 */
struct tw_except {
	const char *unless; /* a fact that the kernel lacks */
	const char *when;   /* one that it has */
	const char *because;
	uint8_t step;            /* counted from 1; 0 means 1 */
	struct tw_expect expect; /* replaces the members that are set; .seq and .isn_not are one */
	bool no_counter;         /* replaces .counter by none */
};

struct tw_scene; /* scene.h */

/* Acts on the scene and says what it found; never judges. @arg is the row's. */
typedef void tw_scenario_fn(struct tw_scene *sc, const void *arg);

struct tw_case {
	const char *id;
	const char *says;
	const char *cite[5]; /* rule-book rows, "D-30" */
	struct tw_given given;
	union {
		struct tw_step step[TW_ROW_STEPS];
		struct
		{ /* the first members of step[0]: a row of one step is written .send, .expect */
			struct tw_send send;
			struct tw_expect expect;
		};
	};
	unsigned
		n_steps; /* 0: up to the last that claims a reply; hand-made probes claim nothing */
	tw_scenario_fn *scenario; /* or an API scenario; it is one step, whose .expect has .finds */
	const void *arg;          /* its parameters */
	struct tw_rfc rfc;
	struct tw_rfc also; /* what a second clause asks for, which may contradict the first */
	struct tw_claims claim[TW_CLAIMS_MAX];
	struct tw_except except[TW_EXCEPTS_MAX];
	const char *needs; /* a fact without which the row is SKIP */
	/*
	 * A fact of kernels on which no other row may be at work at the same time: what the row leaves behind there goes to
	 * whoever comes next.
	 */
	const char *alone;
	uint8_t family; /* TW_IPV4 or TW_IPV6 where the other has no such thing, 0: both */
	bool slow;      /* waits for more than a second */
	bool slowest;   /* and for longer than all the others together: half an hour */
	bool virtual_time; /* and for hours or days: only where that costs nothing ('twprobe matrix') */
};

/* Number of steps: those up to the last that claims a reply; 1 for a scenario. */
unsigned tw_case_steps(const struct tw_case *row);

/* How long the row waits, at the least; what a scenario waits for is not known before. */
uint32_t tw_case_waits_ms(const struct tw_case *row);

/* The @i-th row, in the order of the tables; NULL past the last one. */
const struct tw_case *tw_case_at(size_t i);

/* Number of rows. */
size_t tw_case_count(void);

/* A row of the rule book, so that a citation can be told in words. */
struct tw_rule {
	const char *id;     /* "N-26" */
	const char *source; /* "RFC 6191 2", "tcp_timewait_state_process" */
	const char *level;  /* "MUST", "SHOULD", "MAY", "" */
	const char *says;
	const char *untestable; /* why no row can show it here; NULL: a row must */
};

/* The @i-th rule, in the order of the rule book; NULL past the last one. */
const struct tw_rule *tw_rule_at(size_t i);

/* NULL if there is no such rule. */
const struct tw_rule *tw_rule_find(const char *id);

enum {
	TW_DISPUTERS_MAX = 3, /* of one side */
};

/* Claims that contradict each other. */
struct tw_dispute {
	const char *asks; /* the question to which they give different answers */
	const char *one[TW_DISPUTERS_MAX], *other[TW_DISPUTERS_MAX];
};

/* The @i-th dispute among the claims, NULL past the last one. */
const struct tw_dispute *tw_dispute_at(size_t i);

#endif
