/*
 * What was seen of one row on one family: every packet both ways, the counters that moved, the entry before and
 * after each step, the drop reason. The judge reads this, the row and the kernel facts, and nothing else.
 *
 * Owner: whoever called tw_evidence_init() releases it with tw_evidence_free(). Times are CLOCK_MONOTONIC
 * nanoseconds; a pair of them brackets the instant that was meant, since the process may be stopped at any point.
 */
#ifndef TWPROBE_EVIDENCE_H
#define TWPROBE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "twprobe/case.h"
#include "twprobe/err.h"
#include "twprobe/seg.h"
#include "twprobe/val.h"

/* State of the tuple in the DUT. */
enum tw_state {
	TW_STATE_UNKNOWN, /* not asked */
	TW_STATE_GONE,    /* no entry for this very tuple */
	TW_STATE_TIME_WAIT,
	TW_STATE_FIN_WAIT_2,
	TW_STATE_SYN_RECV,
	TW_STATE_ESTABLISHED,
	TW_STATE_SYN_SENT,
	TW_STATE_FIN_WAIT_1,
	TW_STATE_CLOSING,
	TW_STATE_CLOSE_WAIT,
	TW_STATE_LAST_ACK,
	TW_STATES,
};

/* What the tuple waits for (idiag_timer). */
enum tw_timer {
	TW_TIMER_NONE,
	TW_TIMER_RETRANSMIT,
	TW_TIMER_KEEPALIVE, /* of a full socket: keepalive, or the end of an orphan's FIN_WAIT_2 */
	TW_TIMER_TIMEWAIT,
	TW_TIMER_PROBE, /* zero window */
	TW_TIMERS,
};

struct tw_entry {
	enum tw_state state;
	bool mini; /* held by the TIME_WAIT timer: a mini-socket, not a full one */
	enum tw_timer timer;
	uint32_t left_ms;  /* remaining time of that timer */
	uint64_t asked[2]; /* bracket of the question; the first is tw_clock.ticked() */
};

/* A listener's accept queue. */
struct tw_queue {
	bool listens;     /* there is a listener */
	uint32_t waiting; /* connections that wait for accept(): Recv-Q */
	uint32_t backlog; /* what listen() said, after the kernel's limits: Send-Q */
};

enum tw_packet_kind {
	TW_PKT_SETUP, /* on the way into the state */
	TW_PKT_PROBE, /* a step's segment or an answer on its tuple */
	TW_PKT_FENCE, /* the segment whose answer is certain, and that answer */
	TW_PKT_STRAY, /* from the DUT, and belongs to none of them */
};

struct tw_packet {
	uint64_t at;
	bool from_dut;
	enum tw_packet_kind kind;
	uint8_t step; /* counted from 0 */
	uint16_t len;
	uint8_t *bytes; /* from the Ethernet header on */
};

/* A counter that changed, named as nstat names it. */
struct tw_moved {
	char name[48];
	uint64_t before, after;
};

enum {
	TW_MOVED_MAX = 64,
	TW_REASONS_MAX = 4
};

/* Before the reason of a RST that was sent; the others are of packets that were dropped. */
#define TW_REASON_OF_RST "RST:"

enum {
	/* Half the least RTO: a scenario that was held up for longer may have met a timer that it did not ask for. */
	TW_LATE_MS = 100,
	/* By so much the kernel's timers may be off always: they count whole jiffies, of 10 ms at most, and are told in ms. */
	TW_JIFFY_MS = 11,
};

struct tw_step_evidence {
	struct tw_seg sent;
	struct tw_flow flow; /* the tuple it was sent on */
	uint64_t sent_at[2]; /* bracket of the send call; the first is tw_clock.ticked() */
	struct tw_entry before, after;
	unsigned n_moved;
	struct tw_moved moved[TW_MOVED_MAX];
	bool counted;                /* the counters were read on both sides of the probe */
	unsigned injected, captured; /* segments of this step, the fence's included */
	bool fenced;                 /* the fence's answer was seen */
	unsigned more_fences;        /* that were answered before it (scenarios) */
	unsigned waits; /* answers that were not there when the send call had returned */
	bool reasons_read;
	unsigned n_reasons;
	char reason[TW_REASONS_MAX][48];
	/*
	 * A step: it came so late. A scenario: its process was held up for so long, stops in a row together; TW_LATE_MS or
	 * more also if the DUT's timers stood still meanwhile.
	 */
	uint32_t late_ms;
	unsigned n_found; /* by a scenario */
	struct tw_found found[TW_FINDS_MAX];
};

/* A system call that a scenario made, in words. */
struct tw_act {
	uint64_t at;
	char text[104];
};

struct tw_evidence {
	char id[64];
	struct tw_flow flow; /* the tuple under test */
	struct tw_numbers numbers;
	uint64_t tsval_at[2];    /* when numbers.dut_tsval was the DUT's clock */
	unsigned setups;         /* connections it took; more than 1: earlier ones failed */
	char setup_trouble[160]; /* what went wrong with the last that failed */
	uint64_t pcap_drops;
	unsigned strays;
	unsigned n_steps;
	struct tw_step_evidence step[TW_STEPS_MAX];
	struct tw_packet *packets; /* in the order of time */
	size_t n_packets;
	struct tw_act *acts; /* of a scenario; in the order of time */
	size_t n_acts;
	char error[384]; /* not empty: there is no verdict, and why */
	char skip[192];  /* not empty: the kernel lacks what the row needs */
};

void tw_evidence_init(struct tw_evidence *ev);
void tw_evidence_free(struct tw_evidence *ev);

/* Copies the frame to the end of the packets. 0 or -ENOMEM. */
int tw_evidence_add(struct tw_evidence *ev, uint64_t at, bool from_dut, enum tw_packet_kind kind,
		    unsigned step, const uint8_t *bytes, unsigned len, struct tw_err *err);

/* Adds an act to the end. 0 or -ENOMEM. */
int tw_evidence_act(struct tw_evidence *ev, uint64_t at, const char *text, struct tw_err *err);

/* What a scenario found under that name, or NULL. */
const struct tw_found *tw_found_find(const struct tw_step_evidence *se, const char *what);

/* True if what the step's scenario found, or the counter that moved, is as @find says. */
bool tw_find_met(const struct tw_find *find, enum tw_family family,
		 const struct tw_step_evidence *se);

/* What one step showed, in the form that is judged. Pointers lead into the evidence. */
struct tw_observed {
	enum tw_family family;
	unsigned n_replies;   /* segments on the probe's tuple */
	struct tw_seg reply;  /* the first of them */
	enum tw_state state;  /* afterwards */
	enum tw_fate fate;    /* FATE_ANY: cannot be told */
	uint32_t clock_ms[2]; /* least and most milliseconds since numbers.dut_tsval */
	/* counters and reasons; NULL where they are not taken per step */
	const struct tw_step_evidence *more;
};

/* Sums up step @i (from 0) of @ev. Pure. */
void tw_observe(const struct tw_evidence *ev, unsigned i, struct tw_observed *ret);

/*
 * What became of an entry of which @before was seen and, after a probe that was sent within @sent_at, @after.
 * RUNNING and RESTARTED are told apart by the instants at which the timers would fire; FATE_ANY when the
 * brackets are too wide for that.
 */
enum tw_fate tw_fate_tell(const struct tw_entry *before, const struct tw_entry *after,
			  const uint64_t sent_at[2]);

/*
 * By how much @moved (of @se) moved for the probe: what the fence did to TCP's counters, one segment in and one RST out, is
 * taken off.
 */
int64_t tw_moved_by(const struct tw_step_evidence *se, const struct tw_moved *moved);

/* The counter of that name, or NULL if it did not move. */
const struct tw_moved *tw_moved_find(const struct tw_step_evidence *se, const char *name);

/* "time-wait", "fin-wait-2", "syn-recv", "gone" ... */
const char *tw_state_name(enum tw_state state);
/* "running", "restarted", "alive", "gone", "reopened", "established"; "any" */
const char *tw_fate_name(enum tw_fate fate);

#endif
