/*
 * TIME_WAIT is over, by a RST or by the clock: what comes now is treated as if it had never been.
 */
#include "cases.h"
#include "idioms.h"

#define KILL                                                     \
	{                                                        \
		.send = { .flags = RST, .seq = AT(RCV_NXT, 0) }, \
		.expect = { .reply = SILENCE, .tw = GONE },      \
	}

/* clang-format off */
static const struct tw_case rows[] = {
	/* killed by a RST */
	{
		.id	= "dead.fin",
		.says	= "after the RST a retransmitted FIN is answered by a RST whose number is "
			  "the FIN's ACK",
		.cite	= { "N-50", "D-10" },
		.step	= {
			KILL,
			{
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = RST, .seq = AT(SEG_ACK, 0), .tw = GONE },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.5.2",
				     "where there is no connection a RST takes its number from the "
				     "ACK"),
		.claim	= {
			{ .id = "C1-9", .want = { .reply = RST } },
		},
	}, {
		.id	= "dead.fin.rst-without-ts",
		.says	= "a RST that answers a segment with timestamps carries none itself",
		.cite	= { "N-45", "N-50" },
		.step	= {
			KILL,
			{
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, +1) },
				.expect	= { .reply = RST, .seq = AT(SEG_ACK, 0), .tsval = ABSENT,
					    .tsecr = ABSENT, .tw = GONE },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.2",
				 "a RST that answers timestamps carries TSval 0 and echoes",
				 { .reply = RST, .tsval = NUMBER(0), .tsecr = AT(TS_RECENT, +1) }),
	}, {
		.id	= "dead.ack",
		.says	= "after the RST an ACK that TIME_WAIT would have swallowed is reset",
		.cite	= { "N-50", "D-10" },
		.step	= {
			KILL,
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = RST, .seq = AT(SEG_ACK, 0), .tw = GONE },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.5.2",
				     "where there is no connection a RST takes its number from the "
				     "ACK"),
	}, {
		.id	= "dead.rst",
		.says	= "after the RST a second RST is not answered",
		.cite	= { "N-50", "D-10" },
		.step	= {
			KILL,
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = SILENCE, .tw = GONE },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.5.2", "a RST is never answered by a RST"),
	}, {
		.id	= "dead.syn",
		.says	= "after the RST an older SYN below R is as good as any, and gets an ISN "
			  "of its own",
		.cite	= { "N-35", "D-10" },
		.step	= {
			KILL,
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000),
					    .tsval = AT(TS_RECENT, -1000) },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1),
					    .tsecr = AT(TS_RECENT, -1000), .isn_not = REOPEN_ISN,
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.4.1", "nobody outside can compute an ISN",
				 { .reply = SYN | ACK, .isn_not = REOPEN_ISN }),
	},

	/* killed by a RST, and nobody listens */
	{
		.id	= "dead.closed.syn",
		.says	= "after the RST a SYN to the closed port is refused by a RST that acks it",
		.cite	= { "N-50", "D-10" },
		.given	= { .dut = CLOSED },
		.step	= {
			KILL,
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = RST | ACK, .seq = NUMBER(0),
					    .ack = AT(SEG_END, 0), .tw = GONE },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.5.2",
				     "without an ACK to go by, the RST has number 0 and acks the "
				     "segment"),
	}, {
		.id	= "dead.closed.rst-without-ts",
		.says	= "the RST of a closed port carries no timestamps either, whatever it answers",
		.cite	= { "N-45", "N-50" },
		.given	= { .dut = CLOSED },
		.step	= {
			KILL,
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +1) },
				.expect	= { .reply = RST, .seq = AT(SEG_ACK, 0),
					    .tsval = ABSENT, .tsecr = ABSENT, .tw = GONE },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.2",
				 "a RST that answers timestamps carries TSval 0 and echoes",
				 { .reply = RST, .tsval = NUMBER(0), .tsecr = AT(TS_RECENT, +1) }),
	}, {
		.id	= "dead.closed.fin",
		.says	= "after the RST a FIN without ACK to the closed port is acked by a RST",
		.cite	= { "N-50", "D-10" },
		.given	= { .dut = CLOSED },
		.step	= {
			KILL,
			{
				.send	= { .flags = FIN, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = RST | ACK, .seq = NUMBER(0),
					    .ack = AT(SEG_END, 0), .tw = GONE },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.5.2",
				     "without an ACK to go by, the RST has number 0 and acks the "
				     "segment"),
	}, {
		.id	= "dead.closed.data",
		.says	= "after the RST data without ACK to the closed port is acked to its last "
			  "byte by a RST",
		.cite	= { "N-50", "D-10" },
		.given	= { .dut = CLOSED },
		.step	= {
			KILL,
			{
				.send	= { .flags = PSH, .seq = AT(RCV_NXT, 0), .len = 5 },
				.expect	= { .reply = RST | ACK, .seq = NUMBER(0),
					    .ack = AT(SEG_END, 0), .tw = GONE },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.5.2",
				     "without an ACK to go by, the RST has number 0 and acks the "
				     "segment"),
	}, {
		.id	= "dead.closed.ack",
		.says	= "after the RST an ACK to the closed port is reset with the number that "
			  "it acks",
		.cite	= { "N-50", "D-10" },
		.given	= { .dut = CLOSED },
		.step	= {
			KILL,
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .ack = AT(SND_NXT, +999999) },
				.expect	= { .reply = RST, .seq = AT(SEG_ACK, 0), .tw = GONE },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.5.2",
				     "where there is no connection a RST takes its number from the "
				     "ACK"),
	},

	/* the minute is over */
	{
		.id	= "dead.timeout.ack",
		.says	= "TIME_WAIT lasts a minute and no longer, where the RFC wants four",
		.cite	= { "N-01", "N-07" },
		.step	= {
			{
				.pause_ms = 57000,
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.pause_ms = 7000,
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = RST, .seq = AT(SEG_ACK, 0), .tw = GONE },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.6.1",
				 "TIME_WAIT lasts for 2 MSL, which is four minutes", AN_ACK),
		.slow	= true,
		.claim	= {
			{ .id = "C1-8", .as_expected = true },
			{ .id = "C4-5", .as_expected = true },
		},
	}, {
		.id	= "dead.timeout.closed",
		.says	= "when the time is up a retransmitted FIN to the closed port is reset",
		.cite	= { "N-07", "N-50" },
		.given	= { .dut = CLOSED },
		.step	= {
			{
				.pause_ms = 64000,
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = RST, .seq = AT(SEG_ACK, 0), .tw = GONE },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.10.8",
				     "when the time is up the connection is deleted"),
		.slow	= true,
	}, {
		.id	= "dead.timeout.syn",
		.says	= "when the time is up a SYN that PAWS would have refused is accepted like "
			  "any other",
		.cite	= { "N-07", "N-35" },
		.step	= {
			{
				.pause_ms = 64000,
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1),
					    .tsecr = AT(TS_RECENT, -1), .isn_not = REOPEN_ISN,
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.10.8", "when the time is up the connection is deleted",
				 A_CONNECTION),
		.slow	= true,
	}, {
		.id	= "dead.timeout.restarted",
		.says	= "an ACK at R after half a minute makes TIME_WAIT outlive its first "
			  "minute",
		.cite	= { "N-09", "D-12" },
		.step	= {
			{
				.pause_ms = 35000,
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.pause_ms = 35000,
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
		.slow	= true,
	},
};
/* clang-format on */

TW_CASE_TABLE(dead);
