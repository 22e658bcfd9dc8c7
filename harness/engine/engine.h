/*
 * The engine: one event loop over N tuples. Each tuple is a small state machine that plays an entry script, step by step,
 * on the segments that come back; a batch of tuples advances together. One thread sends, sniffs, closes and asks sock_diag.
 *
 * The caller owns the tuples and what they point to; the engine owns its buffers. The engine never sleeps: where time
 * has to pass it returns the instant at which it wants to be called again.
 */
#ifndef TWPROBE_ENGINE_H
#define TWPROBE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/enter.h"
#include "twprobe/case.h"
#include "twprobe/evidence.h"
#include "twprobe/io.h"
#include "wire/forge.h"

enum tw_tuple_state {
	TW_TUPLE_NEW,
	TW_TUPLE_ENTERING,
	TW_TUPLE_ENTERED, /* in the state under test */
	TW_TUPLE_DONE,    /* every step was played */
	TW_TUPLE_FAILED,  /* never got there, see trouble: to be set up again, never to be judged */
};

/* Segments that came for one of a tuple's flows since the last send. */
struct tw_inbox {
	unsigned n;
	struct tw_seg first;
};

struct tw_tuple {
	/* from the caller */
	const struct tw_given *given;
	const struct tw_step *step;
	unsigned n_steps;
	unsigned age_ms; /* least age of its timer before it is probed, if more than cfg.age_ms */
	struct tw_flow flow;   /* under test */
	struct tw_flow other;  /* for steps from OTHER */
	struct tw_flow filler; /* fills a queue of the listener, where the row asks for that */
	uint32_t isn;          /* the peer's ISN */
	uint32_t tsval;        /* TSval of the peer's segments up to its FIN */
	struct tw_evidence
		*ev; /* NULL: nothing is recorded; only the last step's outcome is kept */
	/*
	 * Called after each of its steps, counted from 0, with the outcome in the members below; may write the steps to come and
	 * change n_steps. NULL: not called, and the entry is not looked at before the first step.
	 */
	void (*stepped)(struct tw_tuple *t, unsigned step);
	void *arg; /* of the caller's, for stepped() */

	/* from the engine */
	enum tw_tuple_state state;
	char trouble[160];
	unsigned setup_ms; /* how long the way into the state took, or as much of it as there was */
	struct tw_numbers numbers;
	struct tw_seg sent; /* the last probe */
	struct tw_observed seen;
	uint32_t rcv_wnd;      /* what the DUT's last segment of the set-up offered, in bytes */
	uint64_t entered[2];   /* bracket of the send call that brought it into the state */
	uint64_t sent_at[2];   /* of the last probe's; with stepped() only, as is: */
	struct tw_entry entry; /* as it was seen last */

	/* the engine's own */
	const struct tw_enter_op *op;
	uint32_t iss;
	uint8_t wscale;
	int handle;
	bool awaited; /* its answer was not there when the send call had returned */
	struct tw_inbox main, second, fill;
};

struct tw_engine_cfg {
	struct tw_wire *wire;
	struct tw_dut *dut;
	struct tw_clock *clock;
	struct tw_forge *forge;
	struct tw_flow
		fence[2]; /* per family (IPv4, IPv6): reserved tuple to a closed port of the DUT */
	unsigned batch;   /* most tuples at once */
	unsigned age_ms;  /* least age of an entry's timer before it is probed */
	bool count;       /* counters, reasons and entries around every step; batches of one only */
};

/* What must stay 0 over a campaign, or no verdict of it counts. */
struct tw_health {
	uint64_t waits;  /* answers that were not there when the send call had returned */
	uint64_t strays; /* frames from the DUT that belong to no tuple */
	uint64_t pcap_drops;
	uint64_t unfenced; /* fences without an answer */
	uint64_t sent,
		captured; /* TCP segments into and out of the DUT: InSegs and OutSegs must agree */
};

struct tw_engine;

struct tw_engine *tw_engine_new(const struct tw_engine_cfg *cfg, struct tw_err *err);
void tw_engine_free(struct tw_engine *engine);

/*
 * Begins with @n tuples of one family (at most cfg.batch). Frames that are still under way from before are thrown away and not counted.
 */
int tw_engine_start(struct tw_engine *engine, struct tw_tuple *tuples, unsigned n,
		    struct tw_err *err);

/*
 * Goes on as far as it can without waiting. 1: all tuples are DONE or FAILED; 0: call again at @ret_deadline (of
 * cfg.clock); negative errno: the wire or the DUT failed.
 */
int tw_engine_poll(struct tw_engine *engine, uint64_t *ret_deadline, struct tw_err *err);

/* Sends the RSTs that remove what the tuples left behind (tcp_rfc1337=0). For batches; run resets the DUT instead. */
int tw_engine_clear(struct tw_engine *engine, struct tw_err *err);

/* What was seen so far; pcap drops are read at this call. */
int tw_engine_health(struct tw_engine *engine, struct tw_health *ret, struct tw_err *err);

#endif
