/*
 * The same decisions where the numbers wrap around: R and T next to 0 and next to 2^31.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
static const struct tw_case rows[] = {
	/* R = 0: everything old is a big number */
	{
		.id	= "wrap.r-0.syn.seq-above",
		.says	= "with R at 0 a SYN at 1 reopens the tuple",
		.cite	= { "N-24", "D-20" },
		.given	= { .rcv_nxt = NUMBER(0) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "wrap.r-0.syn.seq-below",
		.says	= "with R at 0 a SYN at 2^32-1 is old, however big the number",
		.cite	= { "N-30", "D-31" },
		.given	= { .rcv_nxt = NUMBER(0) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
	}, {
		.id	= "wrap.r-0.fin.retransmitted",
		.says	= "a FIN at 2^32-1 that is sent again is acked at 0",
		.cite	= { "N-08", "D-31" },
		.given	= { .rcv_nxt = NUMBER(0) },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	}, {
		.id	= "wrap.r-0.rst.seq-at",
		.says	= "a RST with sequence number 0 kills where R is 0",
		.cite	= { "N-40", "D-10" },
		.given	= { .rcv_nxt = NUMBER(0) },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
	}, {
		.id	= "wrap.r-0.ack.seq-at",
		.says	= "an ACK with sequence number 0 restarts the timer where R is 0",
		.cite	= { "N-09", "D-12" },
		.given	= { .rcv_nxt = NUMBER(0) },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
	},

	/* R = 1: the FIN was number 0 */
	{
		.id	= "wrap.r-1.syn.seq-below",
		.says	= "with R at 1 a SYN at 0 has the old FIN's number and is challenged",
		.cite	= { "N-30", "D-31" },
		.given	= { .rcv_nxt = NUMBER(1) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
	}, {
		.id	= "wrap.r-1.syn.seq-across",
		.says	= "with R at 1 a SYN at 2^32-1 is old",
		.cite	= { "N-30", "D-31" },
		.given	= { .rcv_nxt = NUMBER(1) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -2) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
	}, {
		.id	= "wrap.r-1.fin.retransmitted",
		.says	= "a FIN at 0 that is sent again is acked at 1",
		.cite	= { "N-08", "D-31" },
		.given	= { .rcv_nxt = NUMBER(1) },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	}, {
		.id	= "wrap.r-1.data.across",
		.says	= "old data that spans the wrap is acked at 1",
		.cite	= { "N-15", "D-31" },
		.given	= { .rcv_nxt = NUMBER(1) },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, -6), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	},

	/* R = 2^32-1: everything new is a small number */
	{
		.id	= "wrap.r-max.syn.seq-above",
		.says	= "with R at 2^32-1 a SYN at 0 is above it and reopens the tuple",
		.cite	= { "N-24", "D-20" },
		.given	= { .rcv_nxt = NUMBER(0xffffffff) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "wrap.r-max.syn.seq-at",
		.says	= "a SYN at R is refused where R is 2^32-1, although its ACK would be 0",
		.cite	= { "N-23", "D-31" },
		.given	= { .rcv_nxt = NUMBER(0xffffffff) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2", "R is greater than the FIN's number: accept",
				 A_CONNECTION),
	}, {
		.id	= "wrap.r-max.syn.seq-at.ts-above",
		.says	= "a newer SYN at 2^32-1 reopens the tuple, and the SYN-ACK acks 0",
		.cite	= { "N-22", "D-20", "D-41" },
		.given	= { .rcv_nxt = NUMBER(0xffffffff) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, .seq = REOPEN_ISN, .ack = NUMBER(0),
			    .tsecr = AT(TS_RECENT, +1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "wrap.r-max.ack.seq-across",
		.says	= "an ACK at 0 is above R and is answered at 2^32-1",
		.cite	= { "N-15", "D-31" },
		.given	= { .rcv_nxt = NUMBER(0xffffffff) },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
	}, {
		.id	= "wrap.r-max.rst.seq-above",
		.says	= "a RST at 0 is above R and is ignored",
		.cite	= { "N-47", "D-32" },
		.given	= { .rcv_nxt = NUMBER(0xffffffff) },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 3.2", "a RST in the window but not at R is challenged",
				 AN_ACK),
	},

	/* R = 2^31: where signed numbers turn over */
	{
		.id	= "wrap.r-half.syn.seq-above",
		.says	= "with R at 2^31 the next number reopens the tuple, although as a signed "
			  "one it is smaller than 0",
		.cite	= { "N-24", "D-20" },
		.given	= { .rcv_nxt = NUMBER(0x80000000) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "wrap.r-half.syn.seq-below",
		.says	= "with R at 2^31 the greatest signed number is old",
		.cite	= { "N-30", "D-31" },
		.given	= { .rcv_nxt = NUMBER(0x80000000) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
	}, {
		.id	= "wrap.r-half.syn.seq-max",
		.says	= "with R at 2^31 a SYN at 2^32-1 is the last that is above it",
		.cite	= { "N-24", "D-20" },
		.given	= { .rcv_nxt = NUMBER(0x80000000) },
		.send	= { .flags = SYN, .seq = NUMBER(0xffffffff) },
		.expect	= { .reply = SYN | ACK, .seq = REOPEN_ISN, .ack = NUMBER(0),
			    .tsecr = AT(TS_RECENT, 0), .tw = REOPENED },
	}, {
		.id	= "wrap.r-half.syn.seq-0",
		.says	= "with R at 2^31 a SYN at 0 is half a circle away and counts as newer",
		.cite	= { "N-26", "D-20" },
		.given	= { .rcv_nxt = NUMBER(0x80000000) },
		.send	= { .flags = SYN, .seq = NUMBER(0) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2",
				 "seen from the FIN at R-1 that number is smaller: drop",
				 A_SILENT_DROP),
	}, {
		.id	= "wrap.r-half.syn.seq-1",
		.says	= "with R at 2^31 a SYN at 1 is old",
		.cite	= { "N-30", "D-31" },
		.given	= { .rcv_nxt = NUMBER(0x80000000) },
		.send	= { .flags = SYN, .seq = NUMBER(1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
	},

	/* T = 2^32-1 */
	{
		.id	= "wrap.t-max.syn.ts-above",
		.says	= "with T at 2^32-1 a SYN with timestamp 0 is newer, and its 0 is echoed",
		.cite	= { "N-22", "D-20" },
		.given	= { .ts_recent = NUMBER(0xffffffff) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "wrap.t-max.syn.ts-below",
		.says	= "with T at 2^32-1 PAWS refuses a SYN one tick older",
		.cite	= { "N-26", "D-30" },
		.given	= { .ts_recent = NUMBER(0xffffffff) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "wrap.t-max.ack-to-zero.echo",
		.says	= "an ACK at R that carries the clock across the wrap leaves TIME_WAIT "
			  "without timestamps",
		.cite	= { "N-67", "N-62", "D-12" },
		.given	= { .ts_recent = NUMBER(0xffffffff) },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +1) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, +1) },
				.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS,
					    .tw = RESTARTED },
			},
		},
		.rfc	= DEMAND("RFC 7323 3.2",
				 "once negotiated, timestamps are in every segment but a RST",
				 AN_ACK_WITH_TS(+1)),
	}, {
		.id	= "wrap.t-max.ack-to-zero.paws",
		.says	= "an ACK at R that carries the clock to exactly 0 switches PAWS off for "
			  "good",
		.cite	= { "N-67", "D-12", "D-20" },
		.given	= { .ts_recent = NUMBER(0xffffffff) },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +1) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -1000) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(-1000),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.needs	= "H-10",
	}, {
		.id	= "wrap.t-max.ack-past-zero",
		.says	= "an ACK at R that carries the clock past 0 leaves PAWS on",
		.cite	= { "N-62", "D-12", "D-30" },
		.given	= { .ts_recent = NUMBER(0xffffffff) },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +2) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, 0) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(+2), .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3",
				 "an older segment is acked and dropped (R1 after R3)",
				 AN_ACK_ECHOING(+2)),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
	},

	/* T = 1 */
	{
		.id	= "wrap.t-1.syn.ts-0",
		.says	= "with T at 1 PAWS refuses a SYN with timestamp 0: only T itself is "
			  "special, not the SYN's",
		.cite	= { "N-26", "N-67", "D-30" },
		.given	= { .ts_recent = NUMBER(1) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = NUMBER(0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "wrap.t-1.syn.ts-max",
		.says	= "with T at 1 PAWS refuses a SYN with timestamp 2^32-1",
		.cite	= { "N-26", "D-30" },
		.given	= { .ts_recent = NUMBER(1) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = NUMBER(0xffffffff) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "wrap.t-1.syn.ts-above",
		.says	= "with T at 1 a SYN with timestamp 2 is newer",
		.cite	= { "N-22", "D-20" },
		.given	= { .ts_recent = NUMBER(1) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(2) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "wrap.t-1.syn.ts-antipode",
		.says	= "with T at 1 a SYN with timestamp 2^31+1 is half a circle away and "
			  "counts as newer",
		.cite	= { "N-64", "D-20" },
		.given	= { .ts_recent = NUMBER(1) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(0x80000001) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(HALF_CIRCLE),
			    .tw = REOPENED },
	},

	/* T = 2^31 */
	{
		.id	= "wrap.t-half.syn.ts-below",
		.says	= "with T at 2^31 PAWS refuses the greatest signed number",
		.cite	= { "N-26", "D-30" },
		.given	= { .ts_recent = NUMBER(0x80000000) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = NUMBER(0x7fffffff) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "wrap.t-half.syn.ts-max",
		.says	= "with T at 2^31 a SYN with timestamp 2^32-1 is as new as can be",
		.cite	= { "N-22", "D-20" },
		.given	= { .ts_recent = NUMBER(0x80000000) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(0xffffffff) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(HALF_CIRCLE - 1),
			    .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "wrap.t-half.syn.ts-0",
		.says	= "with T at 2^31 a SYN with timestamp 0 is half a circle away and counts "
			  "as newer",
		.cite	= { "N-64", "D-20" },
		.given	= { .ts_recent = NUMBER(0x80000000) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(0) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(HALF_CIRCLE),
			    .tw = REOPENED },
	}, {
		.id	= "wrap.t-half.syn.ts-1",
		.says	= "with T at 2^31 PAWS refuses a SYN with timestamp 1",
		.cite	= { "N-26", "N-64", "D-30" },
		.given	= { .ts_recent = NUMBER(0x80000000) },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = NUMBER(1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 6191 2", "older timestamp: drop in silence", A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "wrap.t-half.rst.ts-below",
		.says	= "with T at 2^31 a RST with the greatest signed number is refused by PAWS",
		.cite	= { "N-43", "D-30", "D-32" },
		.given	= { .ts_recent = NUMBER(0x80000000) },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = NUMBER(0x7fffffff) },
		.expect	= { .reply = SILENCE, .tw = RUNNING, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.2", "a RST is not subject to PAWS", THE_END),
		.except	= { ONE_PAWS_COUNTER },
	},

	/* both at once */
	{
		.id	= "wrap.both.syn",
		.says	= "a SYN reopens the tuple while number and timestamp wrap together",
		.cite	= { "N-22", "D-20" },
		.given	= { .rcv_nxt = NUMBER(0xffffffff), .ts_recent = NUMBER(0xffffffff) },
		.send	= { .flags = SYN, .seq = NUMBER(0), .tsval = NUMBER(0) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "wrap.both.fin",
		.says	= "a FIN is acked across the wrap of number and timestamp",
		.cite	= { "N-08", "D-31" },
		.given	= { .rcv_nxt = NUMBER(0), .ts_recent = NUMBER(0xffffffff) },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "a FIN that is sent again is acked and restarts the 2 MSL",
				 AN_ACK_AND_RESTART),
	},
};
/* clang-format on */

TW_CASE_TABLE(wrap);
