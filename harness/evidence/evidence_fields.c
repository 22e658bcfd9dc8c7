#include "evidence/evidence_fields.h"

#include "twprobe/evidence.h"

#define SEG(kind_, member_)      TW_FIELD(kind_, struct tw_seg, member_)
#define NUMBERS(kind_, member_)  TW_FIELD(kind_, struct tw_numbers, member_)
#define ENTRY(kind_, member_)    TW_FIELD(kind_, struct tw_entry, member_)
#define FLOW(kind_, member_)     TW_FIELD(kind_, struct tw_flow, member_)
#define STEP(kind_, member_)     TW_FIELD(kind_, struct tw_step_evidence, member_)
#define PACKET(kind_, member_)   TW_FIELD(kind_, struct tw_packet, member_)
#define EVIDENCE(kind_, member_) TW_FIELD(kind_, struct tw_evidence, member_)

#define TABLE(name_)                                                                             \
	const struct tw_fields tw_fields_##name_ = {                                             \
		.field = name_##_fields, .n = sizeof(name_##_fields) / sizeof(name_##_fields[0]) \
	}

/* A member that no table has would be lost without a word. */
#ifdef __LP64__
_Static_assert(sizeof(struct tw_seg) == 36, "new member? add it to seg_fields");
_Static_assert(sizeof(struct tw_numbers) == 24, "new member? add it to numbers_fields");
_Static_assert(sizeof(struct tw_found) == 112, "new member? add it to found_fields");
_Static_assert(sizeof(struct tw_act) == 112, "new member? add it to act_fields");
_Static_assert(sizeof(struct tw_entry) == 32, "new member? add it to entry_fields");
_Static_assert(sizeof(struct tw_packet) == 32, "new member? add it to packet_fields");
_Static_assert(sizeof(struct tw_flow) == 40, "new member? add it to ports_fields");
_Static_assert(sizeof(struct tw_step_evidence) == 400 + TW_MOVED_MAX * sizeof(struct tw_moved) +
							  TW_FINDS_MAX * sizeof(struct tw_found),
	       "new member? add it to step_fields");
_Static_assert(sizeof(struct tw_evidence) == 936 + TW_STEPS_MAX * sizeof(struct tw_step_evidence),
	       "new member? add it to evidence_fields");
#endif

static const char *state_name(unsigned value)
{
	return tw_state_name((enum tw_state)value);
}

static const char *kind_name(unsigned value)
{
	static const char *const name[] = {
		[TW_PKT_SETUP] = "setup",
		[TW_PKT_PROBE] = "probe",
		[TW_PKT_FENCE] = "fence",
		[TW_PKT_STRAY] = "stray",
	};

	return value <= TW_PKT_STRAY ? name[value] : "stray";
}

static const char *timer_name(unsigned value)
{
	static const char *const name[TW_TIMERS] = {
		[TW_TIMER_NONE] = "none",           [TW_TIMER_RETRANSMIT] = "retransmit",
		[TW_TIMER_KEEPALIVE] = "keepalive", [TW_TIMER_TIMEWAIT] = "timewait",
		[TW_TIMER_PROBE] = "probe",
	};

	return value < TW_TIMERS ? name[value] : "none";
}

static const char *find_kind_name(unsigned value)
{
	return value == TW_FIND_NUMBER ? "number" : value == TW_FIND_TEXT ? "text" : "none";
}

static const struct tw_field seg_fields[] = {
	SEG(UINT, flags),    SEG(UINT, ttl),    SEG(UINT, ecn),    SEG(BOOL, ts),
	SEG(UINT, win),      SEG(UINT, urg),    SEG(UINT, len),    SEG(UINT, mss),
	SEG(BOOL, mss_zero), SEG(INT8, wscale), SEG(BOOL, sackok), SEG(BOOL, md5),
	SEG(UINT, seq),      SEG(UINT, ack),    SEG(UINT, tsval),  SEG(UINT, tsecr),
	SEG(BOOL, bad_csum),
};
TABLE(seg);

static const struct tw_field numbers_fields[] = {
	NUMBERS(UINT, rcv_nxt),   NUMBERS(UINT, snd_nxt),  NUMBERS(UINT, ts_recent),
	NUMBERS(UINT, dut_tsval), NUMBERS(UINT, dut_last), NUMBERS(BOOL, ts),
};
TABLE(numbers);

static const struct tw_field entry_fields[] = {
	TW_FIELD_NAMED(struct tw_entry, state, state_name, TW_STATES),
	ENTRY(BOOL, mini),
	TW_FIELD_NAMED(struct tw_entry, timer, timer_name, TW_TIMERS),
	ENTRY(UINT, left_ms),
	ENTRY(PAIR, asked),
};
TABLE(entry);

static const struct tw_field ports_fields[] = {
	FLOW(UINT, dut_port),
	FLOW(UINT, peer_port),
};
TABLE(ports);

static const struct tw_field step_fields[] = {
	STEP(PAIR, sent_at),      STEP(BOOL, counted),     STEP(UINT, injected),
	STEP(UINT, captured),     STEP(BOOL, fenced),      STEP(UINT, waits),
	STEP(BOOL, reasons_read), STEP(UINT, more_fences), STEP(UINT, late_ms),
};
TABLE(step);

static const struct tw_field found_fields[] = {
	TW_FIELD(TEXT, struct tw_found, what),
	TW_FIELD_NAMED(struct tw_found, kind, find_kind_name, TW_FIND_NUMBER + 1),
	TW_FIELD(TEXT, struct tw_found, is),
	TW_FIELD(INT64, struct tw_found, number),
};
TABLE(found);

static const struct tw_field act_fields[] = {
	TW_FIELD(UINT, struct tw_act, at),
	TW_FIELD(TEXT, struct tw_act, text),
};
TABLE(act);

static const struct tw_field packet_fields[] = {
	PACKET(UINT, at),
	PACKET(BOOL, from_dut),
	TW_FIELD_NAMED(struct tw_packet, kind, kind_name, TW_PKT_STRAY + 1),
	PACKET(UINT, step),
};
TABLE(packet);

static const struct tw_field evidence_fields[] = {
	EVIDENCE(TEXT, id),         EVIDENCE(PAIR, tsval_at),
	EVIDENCE(UINT, setups),     EVIDENCE(TEXT, setup_trouble),
	EVIDENCE(UINT, pcap_drops), EVIDENCE(UINT, strays),
	EVIDENCE(TEXT, error),      EVIDENCE(TEXT, skip),
};
TABLE(evidence);
