/*
 * FIN_WAIT_2 as a mini-socket, continued: what is in the window and brings data or the FIN, or nothing; how often it answers;
 * and what becomes of the timestamp. R is the number of the FIN that it waits for.
 */
#include "cases.h"
#include "idioms.h"

#define IN_FIN_WAIT_2 .given = { .enter = TO_FIN_WAIT_2 }

/* The RST that answers an ACK takes its number from it. */
#define RST_NUMBERS .seq = AT(SEG_ACK, 0), .tsval = ABSENT, .tsecr = ABSENT

/* The FIN at R is acked; TIME_WAIT's own R is one more. */
#define FIN_ACKED(echo_) \
	.seq = AT(SND_NXT, 0), .ack = AT(RCV_NXT, +1), .tsecr = AT(TS_RECENT, echo_)

#define FIN_WAIT_2_LIMITED .counter = { "TcpExtTCPACKSkippedFinWait2" }

/* clang-format off */
#define RESET_OF_NEW_DATA \
	CONFORMING("RFC 9293 3.6.1", "data after the close is reset (SHLD-3)")
#define NO_ACK_NO_EFFECT \
	DEMAND("RFC 9293 3.10.7.4", "an acceptable segment without ACK is dropped", \
	       A_DROP_WITHOUT_EFFECT)

static const struct tw_case rows[] = {
	/* nothing new */
	{
		.id	= "finwait2.ack.seq-at",
		.says	= "an ACK at R says nothing new and is ignored, timer and all",
		.cite	= { "D-04" },
		IN_FIN_WAIT_2,
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RUNNING, .reason = "NOT_SPECIFIED" },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4", "an ACK that brings nothing is ignored"),
	}, {
		.id	= "finwait2.ack.seq-above",
		.says	= "an ACK one above R is in the window and is ignored",
		.cite	= { "D-04" },
		IN_FIN_WAIT_2,
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4", "an ACK that brings nothing is ignored"),
	}, {
		.id	= "finwait2.ack.urg",
		.says	= "an urgent pointer without data is ignored",
		.cite	= { "D-04" },
		IN_FIN_WAIT_2,
		.send	= { .flags = ACK | URG, .seq = AT(RCV_NXT, 0), .urg = 1 },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4", "an ACK that brings nothing is ignored"),
	}, {
		.id	= "finwait2.ack.unsent",
		.says	= "an ACK of what was never sent is ignored where a challenge ACK would be "
			  "due",
		.cite	= { "N-12", "D-04" },
		IN_FIN_WAIT_2,
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .ack = AT(SND_NXT, +999999) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 5.2",
				 "an acknowledgment of what was never sent is acked and dropped",
				 AN_ACK),
	}, {
		.id	= "finwait2.ack.no-ts",
		.says	= "an ACK at R without a timestamp is ignored like one with it",
		.cite	= { "N-68", "D-04" },
		IN_FIN_WAIT_2,
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .tsval = ABSENT },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= CONFORMING("RFC 7323 3.2",
				     "a segment that lacks the timestamp is dropped in silence"),
	}, {
		.id	= "finwait2.none.seq-at",
		.says	= "a segment without flags at R is dropped, and nothing happens",
		.cite	= { "N-10", "D-04" },
		IN_FIN_WAIT_2,
		.send	= { .flags = 0, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= NO_ACK_NO_EFFECT,
	}, {
		.id	= "finwait2.data.no-ack",
		.says	= "new data without ACK is dropped, and nothing is reset",
		.cite	= { "N-11", "D-04" },
		IN_FIN_WAIT_2,
		.send	= { .flags = PSH, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = SILENCE, .tw = RUNNING, .reason = "NOT_SPECIFIED" },
		.rfc	= NO_ACK_NO_EFFECT,
	}, {
		.id	= "finwait2.fin.no-ack",
		.says	= "the FIN at R without ACK is dropped, and FIN_WAIT_2 goes on waiting",
		.cite	= { "N-11", "D-04" },
		IN_FIN_WAIT_2,
		.send	= { .flags = FIN, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= NO_ACK_NO_EFFECT,
	},

	/* data for a closed reader, and FINs that are not next: reset */
	{
		.id	= "finwait2.data.seq-at",
		.says	= "new data is reset and ends FIN_WAIT_2, and no counter of aborts tells",
		.cite	= { "N-81", "D-05", "D-48" },
		IN_FIN_WAIT_2,
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE, .counter = { "TcpOutRsts" },
			    .reason = "NOT_SPECIFIED" },
		.rfc	= RESET_OF_NEW_DATA,
	}, {
		.id	= "finwait2.data.one-byte",
		.says	= "a single new byte is reset and ends FIN_WAIT_2",
		.cite	= { "N-81", "D-05", "D-48" },
		IN_FIN_WAIT_2,
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .len = 1 },
		.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE, RESET_BY_ENTRY },
		.rfc	= RESET_OF_NEW_DATA,
	}, {
		.id	= "finwait2.data.rst-without-ts",
		.says	= "the RST that answers new data with a timestamp has none itself",
		.cite	= { "N-45", "D-05", "D-48" },
		IN_FIN_WAIT_2,
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, +1),
			    .len = 5 },
		.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE, RESET_BY_ENTRY },
		.rfc	= DEMAND("RFC 7323 5.2",
				 "a RST that answers timestamps carries TSval 0 and echoes",
				 { .reply = RST, .tsval = NUMBER(0), .tsecr = AT(TS_RECENT, +1) }),
	}, {
		.id	= "finwait2.data.overlapping",
		.says	= "data of which only the end is new is reset and ends FIN_WAIT_2",
		.cite	= { "N-81", "D-05", "D-48" },
		IN_FIN_WAIT_2,
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, -4), .len = 5 },
		.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE, RESET_BY_ENTRY },
		.rfc	= RESET_OF_NEW_DATA,
	}, {
		.id	= "finwait2.data.seq-above",
		.says	= "new data above R is reset at once, without waiting for what is before",
		.cite	= { "N-81", "D-05", "D-48" },
		IN_FIN_WAIT_2,
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, +1), .len = 5 },
		.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE, RESET_BY_ENTRY },
		.rfc	= RESET_OF_NEW_DATA,
	}, {
		.id	= "finwait2.data.unsent",
		.says	= "the RST for new data takes its number even from an ACK of what was "
			  "never sent",
		.cite	= { "N-12", "D-05", "D-48" },
		IN_FIN_WAIT_2,
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0),
			    .ack = AT(SND_NXT, +999999), .len = 5 },
		.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE, RESET_BY_ENTRY },
		.rfc	= DEMAND("RFC 5961 5.2",
				 "an acknowledgment of what was never sent is acked and dropped",
				 AN_ACK),
	}, {
		.id	= "finwait2.data.no-ts",
		.says	= "new data without the negotiated timestamp is reset all the same",
		.cite	= { "N-68", "D-05", "D-48" },
		IN_FIN_WAIT_2,
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .tsval = ABSENT,
			    .len = 5 },
		.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE, RESET_BY_ENTRY },
		.rfc	= DEMAND("RFC 7323 3.2",
				 "a segment that lacks the timestamp is dropped in silence",
				 A_SILENT_DROP),
	}, {
		.id	= "finwait2.data.plain",
		.says	= "without timestamps new data is reset and ends FIN_WAIT_2",
		.cite	= { "N-81", "D-05", "D-48" },
		.given	= { .enter = TO_FIN_WAIT_2, .ts = TS_OFF },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE, RESET_BY_ENTRY },
		.rfc	= RESET_OF_NEW_DATA,
	}, {
		.id	= "finwait2.data.connected",
		.says	= "a client that has closed resets the server's new data as well",
		.cite	= { "N-81", "D-05", "D-48" },
		.given	= { .role = CONNECTED, .enter = TO_FIN_WAIT_2 },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE, RESET_BY_ENTRY },
		.rfc	= RESET_OF_NEW_DATA,
	}, {
		.id	= "finwait2.fin.with-data",
		.says	= "a FIN with new data is reset and ends FIN_WAIT_2",
		.cite	= { "N-83", "D-05", "D-48" },
		IN_FIN_WAIT_2,
		.send	= { .flags = FIN | PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE, RESET_BY_ENTRY },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "data and a FIN are taken, or reset if the receiver has gone"),
	}, {
		.id	= "finwait2.fin.seq-above",
		.says	= "a FIN one above R is reset instead of held until the byte before it "
			  "comes",
		.cite	= { "N-84", "D-05", "D-48" },
		IN_FIN_WAIT_2,
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE, RESET_BY_ENTRY },
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "a segment above RCV.NXT is held for later processing",
				 A_SILENT_DROP, AN_ACK),
	},

	/* the FIN */
	{
		.id	= "finwait2.fin.behind-old-data",
		.says	= "the FIN at R may come behind data that was received before",
		.cite	= { "N-02", "D-06" },
		IN_FIN_WAIT_2,
		.send	= { .flags = FIN | PSH | ACK, .seq = AT(RCV_NXT, -5), .len = 5 },
		.expect	= { .reply = ACK, FIN_ACKED(0), .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.6",
				     "a FIN in FIN_WAIT_2 is acked and leads to TIME_WAIT"),
	}, {
		.id	= "finwait2.fin.unsent",
		.says	= "the FIN at R is taken although it acks what was never sent",
		.cite	= { "N-12", "D-06" },
		IN_FIN_WAIT_2,
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0),
			    .ack = AT(SND_NXT, +999999) },
		.expect	= { .reply = ACK, FIN_ACKED(0), .tw = RESTARTED },
		.rfc	= DEMAND("RFC 5961 5.2",
				 "an acknowledgment of what was never sent is acked and dropped",
				 AN_ACK_ONLY),
	}, {
		.id	= "finwait2.fin.plain",
		.says	= "without timestamps the FIN at R leads to TIME_WAIT without them",
		.cite	= { "N-02", "D-06" },
		.given	= { .enter = TO_FIN_WAIT_2, .ts = TS_OFF },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = ACK, .seq = AT(SND_NXT, 0), .ack = AT(RCV_NXT, +1),
			    .tsval = ABSENT, .tsecr = ABSENT, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.6",
				     "a FIN in FIN_WAIT_2 is acked and leads to TIME_WAIT"),
	}, {
		.id	= "finwait2.fin.no-ts",
		.says	= "the FIN at R is taken without a timestamp, and T stays what it was",
		.cite	= { "N-68", "D-06", "D-30" },
		IN_FIN_WAIT_2,
		.step	= {
			{
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = ABSENT },
				.expect	= { .reply = ACK, FIN_ACKED(0), .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +2),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = ACK, FIN_ACKED(0), .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND_IN_STEP(1, "RFC 7323 3.2",
					 "a segment that lacks the timestamp is dropped in silence",
					 A_SILENT_DROP),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "finwait2.fin.moves-ts-recent",
		.says	= "the FIN at R moves T: what PAWS lets pass just before it refuses just "
			  "after",
		.cite	= { "N-63", "D-04", "D-06", "D-30" },
		IN_FIN_WAIT_2,
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +50) },
				.expect	= { .reply = SILENCE, .tw = RUNNING },
			}, {
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +100) },
				.expect	= { .reply = ACK, FIN_ACKED(+100), .tw = RESTARTED },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +50) },
				.expect	= { .reply = ACK, FIN_ACKED(+100), .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3",
				 "an older segment is acked and dropped (R1 after R3)",
				 { .reply = ACK, .tsecr = AT(TS_RECENT, +100), .tw = ALIVE }),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(3) },
	}, {
		.id	= "finwait2.fin.moves-ts-recent.rst",
		.says	= "a RST that is older than the FIN which led to TIME_WAIT is ignored",
		.cite	= { "N-43", "D-06", "D-32" },
		IN_FIN_WAIT_2,
		.step	= {
			{
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +100) },
				.expect	= { .reply = ACK, FIN_ACKED(+100), .tw = RESTARTED },
			}, {
				.send	= { .flags = RST, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +99) },
				.expect	= { .reply = SILENCE, .tw = RUNNING, REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.2", "a RST is not subject to PAWS", THE_END),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "finwait2.ts-kept-by.ack",
		.says	= "in FIN_WAIT_2 no ACK moves T: one that is older than the last is not "
			  "refused",
		.cite	= { "N-61", "D-04" },
		IN_FIN_WAIT_2,
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +50) },
				.expect	= { .reply = SILENCE, .tw = RUNNING },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +49) },
				.expect	= { .reply = SILENCE, .tw = RUNNING },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3",
				 "an older segment is acked and dropped (R1 after R3)", AN_ACK),
	}, {
		.id	= "finwait2.fin.renews-ts-recent",
		.says	= "the FIN makes T young again: for a minute from then PAWS keeps older "
			  "RSTs out",
		.cite	= { "N-43", "D-06", "D-32" },
		IN_FIN_WAIT_2,
		.step	= {
			{
				.pause_ms = 40000,
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = ACK, FIN_ACKED(0), .tw = RESTARTED },
			}, {
				.pause_ms = 25000, .within_ms = 50000,
				.send	= { .flags = RST, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = SILENCE, .tw = RUNNING, REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.2", "a RST is not subject to PAWS", THE_END),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
		.slow	= true,
	}, {
		.id	= "finwait2.fin.no-ts.ages-ts-recent",
		.says	= "a FIN without a timestamp leaves T as old as it was, and an older RST "
			  "kills",
		.cite	= { "N-43", "D-06", "D-10" },
		IN_FIN_WAIT_2,
		.step	= {
			{
				.pause_ms = 40000,
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = ABSENT },
				.expect	= { .reply = ACK, FIN_ACKED(0), .tw = RESTARTED },
			}, {
				.pause_ms = 25000,
				.send	= { .flags = RST, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = SILENCE, .tw = GONE },
			},
		},
		.rfc	= CONFORMING("RFC 7323 5.2", "a RST is not subject to PAWS"),
		.slow	= true,
	}, {
		.id	= "finwait2.timeout.fin",
		.says	= "a FIN that comes after FIN_WAIT_2 has been given up is reset",
		.cite	= { "N-85", "N-86", "N-50" },
		.given	= { .enter = TO_FIN_WAIT_2, .sysctl = { SYSCTL("tcp_fin_timeout", "15") } },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = SILENCE, .tw = RUNNING },
			}, {
				.pause_ms = 19000,
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = RST, RST_NUMBERS, .tw = GONE },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.10.4", "FIN_WAIT_2 waits for the FIN without limit",
				 { .reply = ACK, .ack = AT(SEG_END, 0), .tw = ALIVE }),
		.slow	= true,
	},

	/* one answer in half a second */
	{
		.id	= "finwait2.limit.ack",
		.says	= "a second old ACK within half a second gets no answer, the next one does",
		.cite	= { "N-15", "D-01" },
		IN_FIN_WAIT_2,
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.within_ms = 400,
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = SILENCE, .tw = RUNNING, FIN_WAIT_2_LIMITED },
			}, {
				.pause_ms = 700,
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			},
		},
		.needs	= "H-13",
	}, {
		.id	= "finwait2.limit.rst",
		.says	= "even the answers to RSTs are limited",
		.cite	= { "N-46", "D-01" },
		IN_FIN_WAIT_2,
		.step	= {
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.within_ms = 400,
				.send	= { .flags = RST, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = SILENCE, .tw = RUNNING, FIN_WAIT_2_LIMITED },
			},
		},
		.needs	= "H-13",
	}, {
		.id	= "finwait2.limit.shared",
		.says	= "a PAWS reject uses up the answer that an old SYN would have got",
		.cite	= { "N-30", "N-60", "D-01" },
		IN_FIN_WAIT_2,
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.within_ms = 400,
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000) },
				.expect	= { .reply = SILENCE, .tw = RUNNING, FIN_WAIT_2_LIMITED },
			},
		},
		.needs	= "H-13",
	}, {
		.id	= "finwait2.limit.exempt.data",
		.says	= "old data and old FINs are acked each time, whatever was answered before",
		.cite	= { "N-15", "D-01" },
		IN_FIN_WAIT_2,
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, -5), .len = 5 },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			},
		},
	}, {
		.id	= "finwait2.limit.inherited",
		.says	= "TIME_WAIT inherits the limit: what FIN_WAIT_2 answered counts",
		.cite	= { "N-15", "D-01", "D-06", "D-31" },
		IN_FIN_WAIT_2,
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.within_ms = 200,
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +1) },
				.expect	= { .reply = ACK, FIN_ACKED(+1), .tw = RESTARTED },
			}, {
				.within_ms = 200,
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +1) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED, RATE_LIMITED },
			},
		},
		.needs	= "H-13",
	},
};
/* clang-format on */

TW_CASE_TABLE(finwait2_data);
