/*
 * Timestamps are missing on one side or both: the probe has none, or the old connection had none.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
static const struct tw_case rows[] = {
	/* the old connection had timestamps, the SYN has none */
	{
		.id	= "nots.syn.seq-above",
		.says	= "a SYN without timestamps reopens the tuple by its number, and gets a "
			  "SYN-ACK without them",
		.cite	= { "N-25", "N-20", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = ABSENT },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "no timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "nots.syn.seq-at",
		.says	= "a SYN at R without timestamps is refused, one number too early for "
			  "Linux",
		.cite	= { "N-25", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0), .tsval = ABSENT },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2", "R is greater than the FIN's number: accept",
				 A_CONNECTION),
	}, {
		.id	= "nots.syn.seq-below",
		.says	= "a SYN below R without timestamps has nothing to prove that it is new",
		.cite	= { "N-26", "N-30", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = ABSENT },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2", "number not greater: drop in silence",
				 A_SILENT_DROP),
		.also	= CHALLENGE_BY_5961,
	}, {
		.id	= "nots.syn.seq-far-above",
		.says	= "a SYN without timestamps and far above the old window reopens the tuple",
		.cite	= { "N-25", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1000000), .tsval = ABSENT },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "no timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "nots.syn.seq-far-below",
		.says	= "a SYN without timestamps and far below R is challenged by an ACK that "
			  "still carries them",
		.cite	= { "N-30", "N-66", "N-26", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000000), .tsval = ABSENT },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tsval = TS_CLOCK, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
	}, {
		.id	= "nots.syn.seq-antipode",
		.says	= "a SYN without timestamps at the antipode of R counts as newer",
		.cite	= { "N-25", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE), .tsval = ABSENT },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2",
				 "seen from the FIN at R-1 that number is smaller: drop",
				 A_SILENT_DROP),
	}, {
		.id	= "nots.syn.seq-farthest-below",
		.says	= "a SYN without timestamps one step past the antipode is old",
		.cite	= { "N-26", "N-30", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE + 1), .tsval = ABSENT },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2", "number not greater: drop in silence",
				 A_SILENT_DROP),
		.also	= CHALLENGE_BY_5961,
	},

	/* the old connection had timestamps, and something else lacks them */
	{
		.id	= "nots.ack.seq-at",
		.says	= "an ACK at R that lacks the negotiated timestamp is taken, and restarts "
			  "the timer",
		.cite	= { "N-68", "D-12" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .tsval = ABSENT },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 3.2",
				 "a segment without the negotiated timestamp is dropped",
				 A_DROP_WITHOUT_EFFECT),
	}, {
		.id	= "nots.ack.seq-below",
		.says	= "an old ACK that lacks the negotiated timestamp is answered like any "
			  "other",
		.cite	= { "N-68", "N-66", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1), .tsval = ABSENT },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tsval = TS_CLOCK, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 3.2",
				 "a segment without the negotiated timestamp is dropped",
				 A_DROP_WITHOUT_EFFECT),
	}, {
		.id	= "nots.fin.retransmitted",
		.says	= "a FIN that is sent again without its timestamp is acked again",
		.cite	= { "N-68", "D-31" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1), .tsval = ABSENT },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 3.2",
				 "a segment without the negotiated timestamp is dropped",
				 A_DROP_WITHOUT_EFFECT),
	}, {
		.id	= "nots.data.seq-at",
		.says	= "data that lacks the negotiated timestamp is acked like any other",
		.cite	= { "N-68", "D-31" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .tsval = ABSENT, .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 3.2",
				 "a segment without the negotiated timestamp is dropped",
				 A_DROP_WITHOUT_EFFECT),
	}, {
		.id	= "nots.rst.seq-at",
		.says	= "a RST needs no timestamp to kill, and most stacks send it without one",
		.cite	= { "N-40", "N-41", "D-10" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = ABSENT },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	}, {
		.id	= "nots.ack.keeps-ts-recent",
		.says	= "an ACK without a timestamp restarts the timer but leaves TS.Recent as "
			  "it was",
		.cite	= { "D-12", "D-20" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .tsval = ABSENT },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			},
		},
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
	},

	/* neither has timestamps */
	{
		.id	= "nots.plain.syn.seq-above",
		.says	= "without timestamps on either side a SYN above the old numbers reopens "
			  "the tuple",
		.cite	= { "N-20", "N-28", "D-20" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
		.rfc	= DEMAND("RFC 1122 4.2.2.13", "a SYN above all old numbers may be accepted",
				 A_CONNECTION),
		.claim	= {
			CLAIMS_ABOUT_SYN("there are no timestamps and the SYN's number is higher"),
		},
	}, {
		.id	= "nots.plain.syn.seq-at",
		.says	= "without timestamps a SYN at R is refused, although R was never used",
		.cite	= { "N-28", "D-31" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2", "R is greater than the FIN's number: accept",
				 A_CONNECTION),
	}, {
		.id	= "nots.plain.syn.seq-below",
		.says	= "without timestamps a SYN below R is challenged",
		.cite	= { "N-30", "N-26", "D-31" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
		.claim	= {
			CLAIMS_ABOUT_SYN("there are no timestamps and the SYN's number is lower"),
		},
	}, {
		.id	= "nots.plain.syn.seq-far-above",
		.says	= "without timestamps a SYN a million ahead reopens the tuple",
		.cite	= { "N-20", "N-28", "D-20" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1000000) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "no timestamps, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "nots.plain.syn.seq-far-below",
		.says	= "without timestamps a client whose ISN happens to be lower has to wait "
			  "for TIME_WAIT to end",
		.cite	= { "N-26", "N-30", "D-31" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000000) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2", "number not greater: drop in silence",
				 A_SILENT_DROP),
		.also	= CHALLENGE_BY_5961,
	}, {
		.id	= "nots.plain.syn.seq-farthest-above",
		.says	= "without timestamps the last number above R on the circle reopens the "
			  "tuple",
		.cite	= { "N-28", "D-20" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE - 1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
	}, {
		.id	= "nots.plain.syn.seq-antipode",
		.says	= "without timestamps the antipode of R counts as newer",
		.cite	= { "N-28", "D-20" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2",
				 "seen from the FIN at R-1 that number is smaller: drop",
				 A_SILENT_DROP),
	}, {
		.id	= "nots.plain.syn.seq-farthest-below",
		.says	= "without timestamps a number one step past the antipode is old",
		.cite	= { "N-26", "N-30", "D-31" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE + 1) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2", "number not greater: drop in silence",
				 A_SILENT_DROP),
		.also	= CHALLENGE_BY_5961,
	}, {
		.id	= "nots.plain.ack.seq-at",
		.says	= "without timestamps a bare ACK at R is swallowed and restarts the timer",
		.cite	= { "N-09", "D-12" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "read literally, all that arrives is acked and restarts the 2 MSL",
				 AN_ACK_AND_RESTART),
	}, {
		.id	= "nots.plain.fin.retransmitted",
		.says	= "without timestamps a retransmitted FIN is acked by an ACK without them",
		.cite	= { "N-08", "D-31" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	}, {
		.id	= "nots.plain.data.seq-at",
		.says	= "without timestamps data at R is acked at R and ignored",
		.cite	= { "N-13", "D-31" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4", "data in TIME_WAIT is ignored, R stays"),
	}, {
		.id	= "nots.plain.rst.seq-at",
		.says	= "without timestamps a RST at R kills",
		.cite	= { "N-40", "N-41", "D-10" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	},

	/* the old connection had none, the probe brings one: it is not looked at */
	{
		.id	= "nots.offered.syn.seq-below",
		.says	= "a SYN that brings timestamps to a tuple that had none is refused for "
			  "its number",
		.cite	= { "N-27", "D-31" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(1000000) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2",
				 "timestamps are new to the tuple: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "nots.offered.syn.seq-at",
		.says	= "a SYN at R that brings timestamps to a tuple that had none is refused",
		.cite	= { "N-27", "D-31" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0), .tsval = NUMBER(1000000) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2",
				 "timestamps are new to the tuple: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "nots.offered.syn.seq-above",
		.says	= "a SYN above R brings timestamps to a tuple that had none, and the "
			  "SYN-ACK echoes them",
		.cite	= { "N-27", "N-20", "D-20" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = NUMBER(1000000) },
		.expect	= { .reply = SYN | ACK, .seq = REOPEN_ISN, .ack = AT(SEG_SEQ, +1),
			    .tsecr = NUMBER(1000000), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2",
				 "timestamps are new to the tuple: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "nots.offered.ack.seq-at",
		.says	= "a timestamp that was not negotiated does not disturb an ACK at R",
		.cite	= { "N-69", "D-12" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .tsval = NUMBER(0x80000001) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
	}, {
		.id	= "nots.offered.ack.seq-below",
		.says	= "a timestamp that was not negotiated is ignored, and the ACK that "
			  "answers has none",
		.cite	= { "N-69", "D-31" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(0x80000001) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 3.2", "a timestamp that was not negotiated is ignored",
				 { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = ALIVE }),
	}, {
		.id	= "nots.offered.ack.no-paws",
		.says	= "without negotiated timestamps an ACK cannot leave a TS.Recent behind "
			  "that PAWS would use",
		.cite	= { "N-69", "D-12", "D-20" },
		.given	= { .ts = TS_OFF },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = NUMBER(2000) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = NUMBER(1000) },
				.expect	= { .reply = SYN | ACK, .seq = REOPEN_ISN,
					    .ack = AT(SEG_SEQ, +1), .tsecr = NUMBER(1000),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 7323 3.2", "a timestamp that was not negotiated is ignored",
				 A_CONNECTION),
	}, {
		.id	= "nots.offered.rst.seq-at",
		.says	= "a RST at R kills a tuple without timestamps, whatever timestamp it "
			  "brings",
		.cite	= { "N-69", "N-40", "N-41", "D-10" },
		.given	= { .ts = TS_OFF },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = NUMBER(1) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	},
};
/* clang-format on */

TW_CASE_TABLE(nots);
