/*
 * A bare SYN hits TIME_WAIT, both with timestamps: its number against R, its timestamp against T.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
static const struct tw_case rows[] = {
	/* the timestamp is the last one: the number decides */
	{
		.id	= "syn.seq-at.ts-equal",
		.says	= "a SYN at R itself is refused, although R is one above the old FIN",
		.cite	= { "N-23", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2", "R is greater than the FIN's number: accept",
				 A_CONNECTION),
	}, {
		.id	= "syn.seq-above.ts-equal",
		.says	= "a SYN one above the old numbers reopens the tuple within the same "
			  "timestamp tick",
		.cite	= { "N-24", "D-20", "D-40", "D-41" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
		.claim	= {
			CLAIMS_ABOUT_SYN("the SYN's timestamp is the same and its number higher"),
		},
	}, {
		.id	= "syn.seq-inside.ts-equal",
		.says	= "a SYN inside the old receive window reopens the tuple, which no full "
			  "socket would allow",
		.cite	= { "N-24", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1000), .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "syn.seq-far-above.ts-equal",
		.says	= "a SYN far above the old window reopens the tuple",
		.cite	= { "N-24", "N-20", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1000000), .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "syn.seq-farthest-above.ts-equal",
		.says	= "the last number that is above R on the circle reopens the tuple",
		.cite	= { "N-24", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE - 1),
			    .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
	}, {
		.id	= "syn.seq-antipode.ts-equal",
		.says	= "a SYN at the antipode of R counts as newer and reopens the tuple",
		.cite	= { "N-26", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE),
			    .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2",
				 "seen from the FIN at R-1 that number is smaller: drop",
				 A_SILENT_DROP),
	}, {
		.id	= "syn.seq-farthest-below.ts-equal",
		.says	= "one step past the antipode a SYN is old again and is challenged by an "
			  "ACK",
		.cite	= { "N-30", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE + 1),
			    .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
	}, {
		.id	= "syn.seq-far-below.ts-equal",
		.says	= "an old SYN within the last timestamp tick is answered by an ACK and "
			  "keeps nobody waiting longer",
		.cite	= { "N-26", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000000), .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2",
				 "neither timestamp nor number are greater: drop in silence",
				 A_SILENT_DROP),
	}, {
		.id	= "syn.seq-below.ts-equal",
		.says	= "a SYN with the old FIN's own number is challenged by an ACK that acks "
			  "exactly that SYN",
		.cite	= { "N-30", "N-31", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = ACK, .seq = AT(SND_NXT, 0), .ack = AT(SEG_SEQ, +1),
			    .tsecr = AT(TS_RECENT, 0), .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
		.claim	= {
			CLAIMS_ABOUT_SYN("the SYN's timestamp is the same and its number lower"),
		},
	},

	/* the timestamp is newer: the number does not matter */
	{
		.id	= "syn.seq-below.ts-above",
		.says	= "a newer timestamp alone makes a SYN below the old numbers welcome",
		.cite	= { "N-22", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
		.claim	= {
			CLAIMS_ABOUT_SYN("the SYN's timestamp is newer"),
		},
	}, {
		.id	= "syn.seq-at.ts-above",
		.says	= "a SYN at R with a newer timestamp reopens the tuple",
		.cite	= { "N-22", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "syn.seq-above.ts-above",
		.says	= "a SYN that is newer in number and timestamp reopens the tuple at "
			  "S+65537",
		.cite	= { "N-22", "N-34", "D-20", "D-41" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6528 3",
				 "the ISN does not follow from the old connection's numbers",
				 { .reply = SYN | ACK, .isn_not = REOPEN_ISN, .tw = REOPENED }),
		.claim	= {
			CLAIMS_ABOUT_SYN("the SYN's timestamp is newer"),
			{ .id = "C4-10", .want = { .reply = SYN | ACK, .tsecr = AT(TS_RECENT, +1) } },
		},
	}, {
		.id	= "syn.seq-far-below.ts-above",
		.says	= "a SYN a million below the old numbers is saved by a timestamp one tick "
			  "newer",
		.cite	= { "N-22", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000000),
			    .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "syn.seq-farthest-below.ts-above",
		.says	= "a newer timestamp reopens the tuple even for the oldest number there is",
		.cite	= { "N-22", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE + 1),
			    .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "syn.seq-antipode.ts-above",
		.says	= "a newer timestamp reopens the tuple at the antipode of R",
		.cite	= { "N-22", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE),
			    .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "syn.seq-farthest-above.ts-above",
		.says	= "a newer timestamp reopens the tuple one step before the antipode of R",
		.cite	= { "N-22", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE - 1),
			    .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "syn.seq-below.ts-farthest-above",
		.says	= "the newest timestamp on the circle makes a SYN below the old numbers "
			  "welcome",
		.cite	= { "N-22", "N-64", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE - 1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(HALF_CIRCLE - 1),
			    .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "syn.seq-at.ts-farthest-above",
		.says	= "the newest timestamp on the circle makes a SYN at R welcome",
		.cite	= { "N-22", "N-64", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE - 1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(HALF_CIRCLE - 1),
			    .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "syn.seq-above.ts-farthest-above",
		.says	= "PAWS lets a timestamp pass that is ahead by all but half the circle",
		.cite	= { "N-64", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE - 1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(HALF_CIRCLE - 1),
			    .tw = REOPENED },
		.rfc	= DEMAND("RFC 7323 5.2", "2^31-1 ahead is not older", A_CONNECTION),
	}, {
		.id	= "syn.seq-below.ts-antipode",
		.says	= "a timestamp at the antipode of T counts as newer and saves a SYN below "
			  "the old numbers",
		.cite	= { "N-64", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(HALF_CIRCLE),
			    .tw = REOPENED },
	}, {
		.id	= "syn.seq-at.ts-antipode",
		.says	= "a timestamp at the antipode of T counts as newer and saves a SYN at R",
		.cite	= { "N-64", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(HALF_CIRCLE),
			    .tw = REOPENED },
	}, {
		.id	= "syn.seq-above.ts-antipode",
		.says	= "PAWS lets the timestamp at the antipode of T pass, since that is no "
			  "longer older",
		.cite	= { "N-64", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(HALF_CIRCLE),
			    .tw = REOPENED },
		.rfc	= DEMAND("RFC 7323 5.2", "at a distance of exactly 2^31 it is not older",
				 A_CONNECTION),
	},

	/* the timestamp is older: PAWS refuses, and each refusal makes TIME_WAIT last longer */
	{
		.id	= "syn.seq-above.ts-below",
		.says	= "a SYN above the old window but one tick older is refused by PAWS and "
			  "answered by an ACK",
		.cite	= { "N-26", "N-60", "D-30", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
		.claim	= {
			CLAIMS_ABOUT_SYN("the SYN's timestamp is older"),
			{ .id = "C4-11", .want = A_CONNECTION },
		},
	}, {
		.id	= "syn.seq-at.ts-below",
		.says	= "a SYN at R with an older timestamp is refused by PAWS and restarts the "
			  "timer",
		.cite	= { "N-26", "D-30", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "syn.seq-below.ts-below",
		.says	= "a SYN that is older in number and timestamp restarts the timer, which "
			  "one with an equal timestamp does not",
		.cite	= { "N-26", "D-30", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "syn.seq-far-above.ts-below",
		.says	= "a number a million ahead does not help a SYN against PAWS",
		.cite	= { "N-26", "D-30" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1000000),
			    .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "syn.seq-far-below.ts-below",
		.says	= "PAWS refuses a SYN a million below the old numbers",
		.cite	= { "N-26", "D-30" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000000),
			    .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "syn.seq-farthest-above.ts-below",
		.says	= "PAWS comes before the number: the newest one on the circle is refused",
		.cite	= { "N-60", "D-30" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE - 1),
			    .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "syn.seq-antipode.ts-below",
		.says	= "PAWS refuses a SYN at the antipode of R",
		.cite	= { "N-60", "D-30" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE),
			    .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "syn.seq-farthest-below.ts-below",
		.says	= "PAWS refuses a SYN one step past the antipode of R",
		.cite	= { "N-60", "D-30" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, HALF_CIRCLE + 1),
			    .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "syn.seq-above.ts-hour-below",
		.says	= "a SYN from a client whose clock lags an hour behind, as behind a NAT, "
			  "is refused by PAWS",
		.cite	= { "N-60", "N-74", "D-30" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1000000),
			    .tsval = AT(TS_RECENT, -3600000) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "syn.seq-above.ts-farthest-below",
		.says	= "PAWS refuses the oldest timestamp on the circle, one step past the "
			  "antipode of T",
		.cite	= { "N-64", "N-60", "D-30" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE + 1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "syn.seq-at.ts-farthest-below",
		.says	= "PAWS refuses the oldest timestamp on the circle on a SYN at R",
		.cite	= { "N-64", "D-30" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE + 1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "syn.seq-below.ts-farthest-below",
		.says	= "PAWS refuses the oldest timestamp on the circle on a SYN below the old "
			  "numbers",
		.cite	= { "N-64", "D-30" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE + 1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
	},
};
/* clang-format on */

TW_CASE_TABLE(syn);
