/*
 * Whoever had connected, and whichever way the close took, TIME_WAIT is the same afterwards.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
static const struct tw_case rows[] = {
	/* the DUT accepted; the peer's FIN acked ours */
	{
		.id	= "enter.fin-ack.fin",
		.says	= "TIME_WAIT that came straight from FIN_WAIT_1 acks a retransmitted FIN",
		.cite	= { "N-04", "N-08", "D-31" },
		.given	= { .enter = BY_FIN_ACK },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.3.2",
				     "a FIN that acks ours leads straight to TIME_WAIT"),
	}, {
		.id	= "enter.fin-ack.syn",
		.says	= "TIME_WAIT that came straight from FIN_WAIT_1 yields to a good SYN",
		.cite	= { "N-04", "N-24", "D-20" },
		.given	= { .enter = BY_FIN_ACK },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "enter.fin-ack.paws",
		.says	= "TIME_WAIT that came straight from FIN_WAIT_1 has TS.Recent for PAWS",
		.cite	= { "N-04", "N-60", "N-26", "D-30" },
		.given	= { .enter = BY_FIN_ACK },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "enter.fin-ack.rst",
		.says	= "TIME_WAIT that came straight from FIN_WAIT_1 dies of a RST at R",
		.cite	= { "N-04", "N-40", "N-41", "D-10" },
		.given	= { .enter = BY_FIN_ACK },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	},

	/* the DUT accepted; the FINs crossed */
	{
		.id	= "enter.closing.fin",
		.says	= "TIME_WAIT that came from CLOSING acks a retransmitted FIN",
		.cite	= { "N-03", "N-08", "D-31" },
		.given	= { .enter = BY_CLOSING },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.6",
				     "FINs that cross lead through CLOSING to TIME_WAIT"),
	}, {
		.id	= "enter.closing.syn",
		.says	= "TIME_WAIT that came from CLOSING yields to a good SYN",
		.cite	= { "N-03", "N-24", "D-20" },
		.given	= { .enter = BY_CLOSING },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "enter.closing.paws",
		.says	= "TIME_WAIT that came from CLOSING has TS.Recent for PAWS",
		.cite	= { "N-03", "N-60", "N-26", "D-30" },
		.given	= { .enter = BY_CLOSING },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "enter.closing.rst",
		.says	= "TIME_WAIT that came from CLOSING dies of a RST at R",
		.cite	= { "N-03", "N-40", "N-41", "D-10" },
		.given	= { .enter = BY_CLOSING },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	}, {
		.id	= "enter.closing.plain.syn",
		.says	= "TIME_WAIT that came from CLOSING without timestamps goes by the number "
			  "alone",
		.cite	= { "N-03", "N-20", "D-20" },
		.given	= { .enter = BY_CLOSING, .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
		.rfc	= DEMAND("RFC 1122 4.2.2.13", "a SYN above all old numbers may be accepted",
				 A_CONNECTION),
	},

	/* the DUT had connected, from a port on which it listens now */
	{
		.id	= "enter.connected.fin",
		.says	= "a client's TIME_WAIT acks the server's retransmitted FIN",
		.cite	= { "N-02", "N-08", "D-31" },
		.given	= { .role = CONNECTED },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
		.claim	= {
			{ .id = "C1-5", .want = { .reply = ACK, .tw = ALIVE } },
			{ .id = "C1-6", .when = CLOSED_IN_ORDER, .want = { .tw = ALIVE } },
		},
	}, {
		.id	= "enter.connected.ack",
		.says	= "a client's TIME_WAIT swallows an ACK at R",
		.cite	= { "N-09", "D-12" },
		.given	= { .role = CONNECTED },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "read literally, all that arrives is acked and restarts the 2 MSL",
				 AN_ACK_AND_RESTART),
	}, {
		.id	= "enter.connected.syn",
		.says	= "a client's TIME_WAIT turns into a server's connection if its port "
			  "listens",
		.cite	= { "N-24", "D-20", "D-41" },
		.given	= { .role = CONNECTED },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "enter.connected.syn.seq-at",
		.says	= "a client's TIME_WAIT refuses a SYN at R",
		.cite	= { "N-23", "D-31" },
		.given	= { .role = CONNECTED },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2", "R is greater than the FIN's number: accept",
				 A_CONNECTION),
	}, {
		.id	= "enter.connected.paws",
		.says	= "a client's TIME_WAIT has TS.Recent from the server's segments for PAWS",
		.cite	= { "N-60", "N-26", "D-30" },
		.given	= { .role = CONNECTED },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "enter.connected.rst",
		.says	= "a client's TIME_WAIT dies of a RST at R",
		.cite	= { "N-40", "N-41", "D-10" },
		.given	= { .role = CONNECTED },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	}, {
		.id	= "enter.connected.plain.syn",
		.says	= "a client's TIME_WAIT yields to a SYN above R where the server never "
			  "offered timestamps",
		.cite	= { "N-20", "N-28", "D-20" },
		.given	= { .role = CONNECTED, .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
		.rfc	= DEMAND("RFC 1122 4.2.2.13", "a SYN above all old numbers may be accepted",
				 A_CONNECTION),
	}, {
		.id	= "enter.connected.zero.ack",
		.says	= "a client's TIME_WAIT sends no timestamps if the server's clock stood at "
			  "0",
		.cite	= { "N-67", "D-31" },
		.given	= { .role = CONNECTED, .ts_recent = NUMBER(0) },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 3.2",
				 "once negotiated, timestamps are in every segment but a RST",
				 AN_ACK_WITH_TS(0)),
	}, {
		.id	= "enter.connected.fin-ack.fin",
		.says	= "a client's TIME_WAIT that came straight from FIN_WAIT_1 acks a "
			  "retransmitted FIN",
		.cite	= { "N-04", "N-08", "D-31" },
		.given	= { .role = CONNECTED, .enter = BY_FIN_ACK },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	}, {
		.id	= "enter.connected.fin-ack.syn",
		.says	= "a client's TIME_WAIT that came straight from FIN_WAIT_1 yields to a "
			  "good SYN",
		.cite	= { "N-04", "N-24", "D-20" },
		.given	= { .role = CONNECTED, .enter = BY_FIN_ACK },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "enter.connected.closing.fin",
		.says	= "a client's TIME_WAIT that came from CLOSING acks a retransmitted FIN",
		.cite	= { "N-03", "N-08", "D-31" },
		.given	= { .role = CONNECTED, .enter = BY_CLOSING },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	}, {
		.id	= "enter.connected.closing.syn",
		.says	= "a client's TIME_WAIT that came from CLOSING yields to a good SYN",
		.cite	= { "N-03", "N-24", "D-20" },
		.given	= { .role = CONNECTED, .enter = BY_CLOSING },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	},

	/* the FIN brings the last timestamp */
	{
		.id	= "enter.fin-moves-ts-recent.refused",
		.says	= "the FIN that leads from FIN_WAIT_2 to TIME_WAIT moves TS.Recent: one "
			  "tick less is refused",
		.cite	= { "N-63", "D-06", "D-30" },
		.given	= { .fin_tsval_step = 100 },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3",
				 "an older segment is acked and dropped (R1 after R3)",
				 AN_ACK_ECHOING(0)),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "enter.fin-moves-ts-recent.accepted",
		.says	= "a SYN with the timestamp of the FIN that led to TIME_WAIT is accepted "
			  "by its number",
		.cite	= { "N-63", "D-06", "D-20" },
		.given	= { .fin_tsval_step = 100 },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "enter.fin-ack.fin-moves-ts-recent",
		.says	= "the FIN that leads straight from FIN_WAIT_1 to TIME_WAIT moves "
			  "TS.Recent",
		.cite	= { "N-63", "N-04", "D-30" },
		.given	= { .enter = BY_FIN_ACK, .fin_tsval_step = 100 },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3",
				 "an older segment is acked and dropped (R1 after R3)",
				 AN_ACK_ECHOING(0)),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "enter.closing.fin-moves-ts-recent",
		.says	= "the FIN that crosses the DUT's moves TS.Recent",
		.cite	= { "N-63", "N-03", "D-30" },
		.given	= { .enter = BY_CLOSING, .fin_tsval_step = 100 },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3",
				 "an older segment is acked and dropped (R1 after R3)",
				 AN_ACK_ECHOING(0)),
		.except	= { ONE_PAWS_COUNTER },
	},

	/* the step itself, from FIN_WAIT_2; R is then one more than it was */
	{
		.id	= "enter.step.fin",
		.says	= "the FIN that FIN_WAIT_2 waits for is acked and starts a full minute of "
			  "TIME_WAIT",
		.cite	= { "N-02", "D-06" },
		.given	= { .enter = TO_FIN_WAIT_2 },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = ACK, .seq = AT(SND_NXT, 0), .ack = AT(SEG_SEQ, +1),
			    .tsecr = AT(TS_RECENT, 0), .tw = RESTARTED,
			    .reason = "NOT_SPECIFIED" },
		.rfc	= CONFORMING("RFC 9293 3.6",
				     "a FIN in FIN_WAIT_2 is acked and leads to TIME_WAIT"),
		.claim	= {
			{ .id = "C1-4", .want = { .reply = ACK, .ack = AT(SEG_END, 0) } },
			{ .id = "C1-6", .when = CLOSED_IN_ORDER, .want = { .tw = ALIVE } },
			{ .id = "C1-8", .want = { .tw = RESTARTED } },
			{ .id = "C4-5", .want = { .tw = RESTARTED } },
		},
	}, {
		.id	= "enter.step.fin-never-limited",
		.says	= "the FIN that FIN_WAIT_2 waits for is acked even if an old ACK has just "
			  "used up the answer",
		.cite	= { "N-02", "D-01", "D-06" },
		.given	= { .enter = TO_FIN_WAIT_2 },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = ACK, .seq = AT(SND_NXT, 0),
					    .ack = AT(SEG_SEQ, +1), .tsecr = AT(TS_RECENT, 0),
					    .tw = RESTARTED },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.6",
				     "a FIN in FIN_WAIT_2 is acked and leads to TIME_WAIT"),
	}, {
		.id	= "enter.step.fin-again",
		.says	= "the FIN that led to TIME_WAIT is acked once more when it is sent again",
		.cite	= { "N-02", "N-08", "D-06", "D-31" },
		.given	= { .enter = TO_FIN_WAIT_2 },
		.step	= {
			{
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = ACK, .seq = AT(SND_NXT, 0),
					    .ack = AT(SEG_SEQ, +1), .tsecr = AT(TS_RECENT, 0),
					    .tw = RESTARTED },
			}, {
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = ACK, .seq = AT(SND_NXT, 0),
					    .ack = AT(SEG_SEQ, +1), .tsecr = AT(TS_RECENT, 0),
					    .tw = RESTARTED },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
		.claim	= {
			{ .id = "C2-2", .want = { .reply = ACK, .tw = RESTARTED } },
		},
	}, {
		.id	= "enter.step.then-refused",
		.says	= "a SYN that is one tick behind the FIN that led to TIME_WAIT is refused",
		.cite	= { "N-63", "D-06", "D-30" },
		.given	= { .enter = TO_FIN_WAIT_2 },
		.step	= {
			{
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +100) },
				.expect	= { .reply = ACK, .seq = AT(SND_NXT, 0),
					    .ack = AT(SEG_SEQ, +1), .tsecr = AT(TS_RECENT, +100),
					    .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +2),
					    .tsval = AT(TS_RECENT, +99) },
				.expect	= { .reply = ACK, .seq = AT(SND_NXT, 0),
					    .ack = AT(RCV_NXT, +1), .tsecr = AT(TS_RECENT, +100),
					    .tw = RESTARTED, REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3",
				 "an older segment is acked and dropped (R1 after R3)",
				 { .reply = ACK, .tsecr = AT(TS_RECENT, +100), .tw = ALIVE }),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "enter.step.then-accepted",
		.says	= "a SYN with the timestamp of the FIN that led to TIME_WAIT reopens the "
			  "tuple",
		.cite	= { "N-63", "D-06", "D-20" },
		.given	= { .enter = TO_FIN_WAIT_2 },
		.step	= {
			{
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +100) },
				.expect	= { .reply = ACK, .seq = AT(SND_NXT, 0),
					    .ack = AT(SEG_SEQ, +1), .tsecr = AT(TS_RECENT, +100),
					    .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +2),
					    .tsval = AT(TS_RECENT, +100) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+100),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	},
};
/* clang-format on */

TW_CASE_TABLE(enter);
