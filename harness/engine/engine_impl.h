/*
 * What the engine's files share; nobody else includes this. engine.c has the stages, engine_enter.c the way into the state,
 * engine_probe.c the steps, engine_io.c sending and receiving.
 */
#ifndef TWPROBE_ENGINE_IMPL_H
#define TWPROBE_ENGINE_IMPL_H

#include "base/counters.h"
#include "engine/engine.h"

enum {
	LATE_NS =
		1000000000, /* how long a late answer is waited for, so that the reason can be told */
	LATE_POLL_NS = 1000000,
};

#define MS_NS 1000000ull

enum stage {
	STAGE_ENTER,   /* play the next operation of the entry scripts */
	STAGE_LATE,    /* answers are missing: they may be late, which is an alarm of its own */
	STAGE_ARRANGE, /* look that the state was entered; prepare listener and sysctls */
	STAGE_PAUSE,   /* until the next step is due */
	STAGE_PROBE,
	STAGE_DONE,
};

/* Whose segments arrive on a port of the peer. */
enum slot_kind {
	SLOT_NONE,
	SLOT_MAIN,
	SLOT_OTHER,
	SLOT_FILLER,
	SLOT_FENCE,
};

struct slot {
	uint8_t kind;
	uint16_t tuple;
};

struct tw_engine {
	struct tw_engine_cfg cfg;
	struct tw_tuple *tuple;
	unsigned n;
	enum stage stage;
	unsigned op; /* operation of the entry scripts */
	unsigned step;
	unsigned played; /* times that the step was played */
	uint64_t due;    /* PAUSE, LATE: when */
	uint64_t late_until;
	uint64_t began, entered_at;
	uint64_t sent_at[2];
	struct tw_health health;
	enum tw_packet_kind sending; /* what the packets of this moment are recorded as */
	bool discard;                /* nobody is to get what arrives */
	uint32_t fence_no;           /* its ACK number: the answer's sequence number */
	bool fence_seen;
	unsigned n_late; /* frames other than SYN-ACKs that came while nothing was sent */
	int rx_fail;     /* recording ran out of memory */
	const struct tw_send *spoil; /* how the next segment is spoilt; NULL: not at all */
	unsigned n_astray;           /* of the bulk: what the DUT will not count */
	unsigned n_tx, tx_room;
	struct iovec *tx;
	uint8_t *tx_bytes;
	struct tw_flow *flows; /* of the batch, for sock_diag */
	struct tw_entry *entries;
	struct tw_counters *before, *after, *start;
	struct slot slot[65536];
};

/* engine_io.c: put a segment into the bulk, send the bulk, take in what has arrived */
int tw_engine_put(struct tw_engine *e, struct tw_tuple *t, const struct tw_flow *flow,
		  const struct tw_seg *seg, struct tw_err *err);
int tw_engine_put_fence(struct tw_engine *e, struct tw_err *err);
int tw_engine_flush(struct tw_engine *e, struct tw_err *err);
int tw_engine_drain(struct tw_engine *e, struct tw_err *err);
void tw_engine_slots(struct tw_engine *e, bool on);

/* engine_enter.c */
int tw_engine_enter(struct tw_engine *e, struct tw_err *err);
int tw_engine_enter_check(struct tw_engine *e, bool late, struct tw_err *err);
bool tw_engine_answers_missing(struct tw_engine *e);
int tw_engine_arrange(struct tw_engine *e, struct tw_err *err);
void tw_tuple_fail(struct tw_tuple *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* engine_probe.c */
int tw_engine_probe(struct tw_engine *e, struct tw_err *err);
uint64_t tw_engine_step_due(const struct tw_engine *e);
/* The current step is not to be played again after this time. */
bool tw_engine_last_time(const struct tw_engine *e);

#endif
