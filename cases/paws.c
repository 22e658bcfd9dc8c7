/*
 * PAWS in TIME_WAIT refuses every kind of segment, unless TS.Recent is 0. More in syn.c and rst.c.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */

/* The age of TS.Recent counts from here: the kernel takes the second of its last update. */
#define UPDATE                                                           \
	{                                                                \
		.send = { .flags = ACK, .seq = AT(RCV_NXT, 0) },         \
		.expect = { .reply = SILENCE, .tw = RESTARTED },         \
	}

/* What restarts the timer and, without a timestamp, updates nothing. */
#define KEEP(times_, pause_ms_)                                                           \
	{                                                                                 \
		.times = times_, .pause_ms = pause_ms_,                                   \
		.send = { .flags = ACK, .seq = AT(RCV_NXT, 0), .tsval = ABSENT },         \
		.expect = { .reply = SILENCE, .tw = RESTARTED },                          \
	}
#define KEEP_FOR_2100_S KEEP(70, 30000)
#define KEEP_FOR_50_S KEEP(2, 25000)

/* 2105 s old; a refusal restarts the timer as well, and updates nothing. */
#define STILL_REFUSED                                                                     \
	{                                                                                 \
		.pause_ms = 5000, .within_ms = 2140000,                                   \
		.send = { .flags = SYN, .seq = AT(RCV_NXT, +1),                           \
			  .tsval = AT(TS_RECENT, -1) },                                   \
		.expect = { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED,                  \
			    REJECTED_BY_PAWS },                                           \
	}

#define VALID_FOR_24_DAYS                                                                 \
	{                                                                                 \
		.unless = "H-42",                                                         \
		.because = "before 6.7 a timestamp was valid for 24 days",                \
		.step = 5,                                                                \
		.expect = { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED,                  \
			    .counter = { "TcpExtPAWSEstab" } },                           \
	}

static const struct tw_case rows[] = {
	/* no segment is exempt */
	{
		.id	= "paws.ack.seq-at",
		.says	= "an ACK at R with an older timestamp is answered instead of swallowed",
		.cite	= { "N-60", "D-30", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "paws.ack.seq-below",
		.says	= "an ACK that is older in number and timestamp is counted by PAWS and "
			  "answered",
		.cite	= { "N-60", "D-30", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "paws.ack.farthest-below",
		.says	= "an ACK with the oldest timestamp on the circle is refused by PAWS",
		.cite	= { "N-60", "N-64", "D-30" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE + 1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "paws.ack.antipode",
		.says	= "an ACK with a timestamp at the antipode of T passes PAWS and is "
			  "swallowed",
		.cite	= { "N-64", "D-12" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
	}, {
		.id	= "paws.ack.farthest-above",
		.says	= "an ACK with the newest timestamp on the circle passes PAWS and is "
			  "swallowed",
		.cite	= { "N-64", "D-12" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE - 1) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
	}, {
		.id	= "paws.fin.retransmitted",
		.says	= "a retransmitted FIN with an older timestamp is refused by PAWS, and "
			  "acked by that very refusal",
		.cite	= { "N-60", "N-08", "D-30", "D-31" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1),
			    .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "paws.fin.no-ack",
		.says	= "a FIN without ACK restarts the timer if its timestamp is older, and "
			  "only then",
		.cite	= { "N-60", "D-30", "D-31" },
		.send	= { .flags = FIN, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "paws.data.seq-at",
		.says	= "data with an older timestamp is refused by PAWS",
		.cite	= { "N-60", "D-30", "D-31" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1),
			    .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "paws.none.seq-at",
		.says	= "a segment without flags restarts the timer, and gets an answer too if "
			  "its timestamp is older",
		.cite	= { "N-60", "D-30", "D-31" },
		.send	= { .flags = 0, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "paws.closed.syn",
		.says	= "without a listener PAWS still refuses and counts an older SYN",
		.cite	= { "N-60", "P-03", "D-30", "D-31" },
		.given	= { .dut = CLOSED },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "paws.rejects-keep-ts-recent",
		.says	= "what PAWS refuses does not move TS.Recent back: a little less old is "
			  "still too old",
		.cite	= { "N-60", "D-30", "D-31" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, -5) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			}, {
				.pause_ms = 700,
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -4) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER, ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "paws.client-waits",
		.says	= "a client that sends its SYN again with a running clock gets in once the "
			  "clock has passed T",
		.cite	= { "N-26", "N-22", "D-30", "D-20" },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000),
					    .tsval = AT(TS_RECENT, -500) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			}, {
				.pause_ms = 700,
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000),
					    .tsval = AT(TS_RECENT, +200) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+200),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
		.except	= { ONE_PAWS_COUNTER },
	},

	/* TS.Recent is 0: PAWS is off */
	{
		.id	= "paws.zero.ack",
		.says	= "with TS.Recent at 0 the ACK of TIME_WAIT has no timestamp option",
		.cite	= { "N-67", "D-31" },
		.given	= { .ts_recent = NUMBER(0) },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(0) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 3.2",
				 "once negotiated, timestamps are in every segment but a RST",
				 AN_ACK_WITH_TS(0)),
	}, {
		.id	= "paws.zero.fin",
		.says	= "with TS.Recent at 0 a retransmitted FIN is acked without a timestamp "
			  "option",
		.cite	= { "N-67", "N-08", "D-31" },
		.given	= { .ts_recent = NUMBER(0) },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(0) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 3.2",
				 "once negotiated, timestamps are in every segment but a RST",
				 AN_ACK_WITH_TS(0)),
	}, {
		.id	= "paws.zero.syn.ts-below",
		.says	= "with TS.Recent at 0 a SYN with an older timestamp reopens the tuple by "
			  "its number",
		.cite	= { "N-67", "D-20" },
		.given	= { .ts_recent = NUMBER(0) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(-1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.needs	= "H-10",
	}, {
		.id	= "paws.zero.syn.seq-below.ts-below",
		.says	= "with TS.Recent at 0 an older SYN is challenged without any word from "
			  "PAWS",
		.cite	= { "N-67", "N-30", "D-31" },
		.given	= { .ts_recent = NUMBER(0) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.also	= CHALLENGE_BY_5961,
		.needs	= "H-10",
	}, {
		.id	= "paws.zero.syn.seq-below.ts-above",
		.says	= "with TS.Recent at 0 a SYN with timestamp 1 is newer, whatever its "
			  "number",
		.cite	= { "N-22", "D-20" },
		.given	= { .ts_recent = NUMBER(0) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "paws.zero.rst.ts-below",
		.says	= "with TS.Recent at 0 a RST with an older timestamp kills",
		.cite	= { "N-43", "N-67", "D-10" },
		.given	= { .ts_recent = NUMBER(0) },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 7323 5.2", "a RST is not subject to PAWS"),
		.needs	= "H-10",
	}, {
		.id	= "paws.zero.switched-on",
		.says	= "the first ACK with a timestamp other than 0 switches PAWS on",
		.cite	= { "N-62", "D-12", "D-30" },
		.given	= { .ts_recent = NUMBER(0) },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = NUMBER(5) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = NUMBER(4) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(+5), .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK_ECHOING(+5)),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "paws.zero.moved-back",
		.says	= "with TS.Recent at 0 an older ACK at R sets it back, and PAWS refuses "
			  "what was newer",
		.cite	= { "N-67", "D-12", "D-30" },
		.given	= { .ts_recent = NUMBER(0) },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, -10) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -11) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(-10),
					    .tw = RESTARTED, REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND_IN_STEP(1, "RFC 7323 5.3",
					 "an older segment is acked and dropped (R1)", AN_ACK),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
		.needs	= "H-10",
	},

	/* TS.Recent grows old */
	{
		.id	= "paws.aged.syn",
		.says	= "2147 s after its last update TS.Recent is void, and an older SYN reopens "
			  "the tuple",
		.cite	= { "N-65", "D-12", "D-20", "D-30" },
		.step	= {
			UPDATE, KEEP_FOR_2100_S, STILL_REFUSED, KEEP_FOR_50_S,
			{
				.pause_ms = 5000,
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(-1),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.5",
				 "TS.Recent is void only after 24 days without a segment",
				 A_SILENT_DROP, AN_ACK),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(3), VALID_FOR_24_DAYS },
		.slow	= true,
		.slowest = true,
	}, {
		.id	= "paws.aged.ack",
		.says	= "2147 s after its last update TS.Recent is void, and an older ACK at R "
			  "sets it back",
		.cite	= { "N-65", "D-12", "D-20", "D-30" },
		.step	= {
			UPDATE, KEEP_FOR_2100_S, STILL_REFUSED, KEEP_FOR_50_S,
			{
				.pause_ms = 5000,
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, -1000) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -1001) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(-1000),
					    .tw = RESTARTED, REJECTED_BY_PAWS },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -999) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(-999),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND_IN_STEP(5, "RFC 7323 5.5",
					 "TS.Recent is void only after 24 days without a segment",
					 AN_ACK),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(3), ONE_PAWS_COUNTER_IN_STEP(6) },
		.needs	= "H-42",
		.slow	= true,
		.slowest = true,
	},
};
/* clang-format on */

TW_CASE_TABLE(paws);
