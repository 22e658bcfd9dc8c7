/*
 * What TIME_WAIT does with timestamps: what moves TS.Recent, what the answers carry, the sysctl.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
static const struct tw_case rows[] = {
	/* who moves TS.Recent */
	{
		.id	= "ts.moved-by.ack",
		.says	= "an ACK at R moves TS.Recent, and PAWS refuses the SYN that is one tick "
			  "behind it",
		.cite	= { "N-62", "D-12", "D-30" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +5) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +4) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(+5), .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3",
				 "an older segment is acked and dropped (R1 after R3)",
				 AN_ACK_ECHOING(+5)),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "ts.moved-by.ack.echo",
		.says	= "TIME_WAIT echoes the timestamp of the last ACK at R",
		.cite	= { "N-62", "N-66", "D-12", "D-31" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +5) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, +5) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(+5),
					    .tw = RESTARTED },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3", "it follows what is in sequence (R3)",
				 AN_ACK_ECHOING(+5)),
	}, {
		.id	= "ts.moved-by.ack.reopened",
		.says	= "a SYN below R has to be newer than the last ACK at R",
		.cite	= { "N-62", "N-22", "D-12", "D-20" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +5) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, +5) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(+5), .tw = RUNNING },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, +6) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+6),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "ts.moved-by.ack.farthest",
		.says	= "one ACK at R with a timestamp from the far future locks the client's "
			  "SYNs out",
		.cite	= { "N-62", "N-64", "D-12", "D-30" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, HALF_CIRCLE - 1) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, 0) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(HALF_CIRCLE - 1),
					    .tw = RESTARTED, REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3",
				 "an older segment is acked and dropped (R1 after R3)",
				 AN_ACK_ECHOING(HALF_CIRCLE - 1)),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "ts.moved-by.ack.antipode",
		.says	= "two timestamps half a circle apart are each newer than the other",
		.cite	= { "N-64", "D-12", "D-20" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, HALF_CIRCLE) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, 0) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0),
					    .tw = REOPENED },
			},
		},
	}, {
		.id	= "ts.moved-by.ack.rst",
		.says	= "an ACK at R that moves TS.Recent shields TIME_WAIT from a RST one tick "
			  "behind",
		.cite	= { "N-62", "N-43", "D-12", "D-32" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +5) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +4) },
				.expect	= { .reply = SILENCE, .tw = RUNNING, REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.2", "a RST is not subject to PAWS", THE_END),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "ts.kept-by.fin",
		.says	= "a retransmitted FIN does not move TS.Recent: a SYN behind it is "
			  "accepted",
		.cite	= { "N-61", "D-31", "D-20" },
		.step	= {
			{
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, +7) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +6) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+6),
					    .tw = REOPENED },
			},
		},
		/* no demand: R2 rejects it before R3 comes to it, appendix D has it the other way round */
	}, {
		.id	= "ts.kept-by.data",
		.says	= "data at R does not move TS.Recent: a SYN behind it is accepted",
		.cite	= { "N-61", "D-31", "D-20" },
		.step	= {
			{
				.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +7), .len = 5 },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +6) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+6),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3",
				 "the data moves TS.Recent (R3), so the SYN is older (R1)",
				 AN_ACK_ECHOING(+7), A_SILENT_DROP),
	}, {
		.id	= "ts.kept-by.old-ack",
		.says	= "an ACK below R does not move TS.Recent: a SYN behind it is accepted",
		.cite	= { "N-61", "D-31", "D-20" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, +7) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +6) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+6),
					    .tw = REOPENED },
			},
		},
		/* no demand: R2 rejects it before R3 comes to it, appendix D has it the other way round */
	}, {
		.id	= "ts.kept-by.ack-above",
		.says	= "an ACK above R does not move TS.Recent, as it should be",
		.cite	= { "N-61", "D-31", "D-20" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +7) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +6) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+6),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3",
				 "only what begins at or before the last ACK sent moves it (R3)",
				 A_CONNECTION),
	}, {
		.id	= "ts.kept-by.syn-ack",
		.says	= "a SYN-ACK does not move TS.Recent: a SYN behind it is accepted",
		.cite	= { "D-31", "D-20" },
		.step	= {
			{
				.send	= { .flags = SYN | ACK, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +7) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, +1) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "ts.kept-by.rst",
		.says	= "a RST beside R does not move TS.Recent",
		.cite	= { "N-44", "D-32", "D-20" },
		.step	= {
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, +9) },
				.expect	= { .reply = SILENCE, .tw = RUNNING },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +8) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+8),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.2",
				 "the timestamp in a RST changes no state: accept the SYN",
				 A_CONNECTION),
	},

	/* what the answers carry */
	{
		.id	= "ts.ack-carries-it",
		.says	= "the ACK of TIME_WAIT carries a running clock and echoes TS.Recent",
		.cite	= { "N-66", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tsval = TS_CLOCK, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 3.2",
				 "once negotiated, timestamps are in every segment but a RST",
				 AN_ACK_WITH_TS(0)),
	}, {
		.id	= "ts.ack-regenerates",
		.says	= "what TIME_WAIT answers to an old duplicate looks fresh: its clock has "
			  "gone on since",
		.cite	= { "N-42b", "N-66", "D-31" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tsval = TS_CLOCK,
					    .tw = RESTARTED },
			}, {
				.pause_ms = 700,
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tsval = TS_CLOCK,
					    .tw = RESTARTED },
			},
		},
		.rfc	= DEMAND("RFC 7323 3.2",
				 "once negotiated, timestamps are in every segment but a RST",
				 AN_ACK_WITH_TS(0)),
	}, {
		.id	= "ts.reopened-on-clock",
		.says	= "the SYN-ACK of a reopened tuple goes on with the clock of the old "
			  "connection",
		.cite	= { "N-73", "N-74", "D-41" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tsval = TS_CLOCK,
			    .tw = REOPENED },
		.rfc	= DEMAND("RFC 7323 5.4", "the timestamp clock does not go back",
				 { .reply = SYN | ACK, .tsval = TS_CLOCK }),
	},

	/* tcp_timestamps=0 from the beginning: the old connection has none */
	{
		.id	= "ts.off.syn.seq-above",
		.says	= "with timestamps off a SYN above R reopens the tuple without them",
		.cite	= { "N-25", "N-28", "D-20" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "0") } },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = NUMBER(1000000) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "the DUT would not use them, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "ts.off.syn.seq-below",
		.says	= "with timestamps off no timestamp can save a SYN below R",
		.cite	= { "N-26", "N-30", "D-31" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "0") } },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(1000000) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2",
				 "the DUT would not use them, number not greater: drop in silence",
				 A_SILENT_DROP),
		.also	= CHALLENGE_BY_5961,
	}, {
		.id	= "ts.off.ack.seq-below",
		.says	= "with timestamps off the ACK of TIME_WAIT has none",
		.cite	= { "N-69", "D-31" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "0") } },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(1000000) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 3.2", "a timestamp that was not negotiated is ignored",
				 { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = ALIVE }),
	}, {
		.id	= "ts.off.late-on.syn.seq-above",
		.says	= "once timestamps are switched on a SYN above R brings them to the tuple",
		.cite	= { "N-27", "D-20" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "0") },
			    .late = { SYSCTL("tcp_timestamps", "1") } },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = NUMBER(1000000) },
		.expect	= { .reply = SYN | ACK, .seq = REOPEN_ISN, .ack = AT(SEG_SEQ, +1),
			    .tsecr = NUMBER(1000000), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2",
				 "timestamps are new to the tuple: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "ts.off.late-on.syn.seq-below",
		.says	= "switching timestamps on does not help a SYN below R on a tuple that had "
			  "none",
		.cite	= { "N-27", "D-31" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "0") },
			    .late = { SYSCTL("tcp_timestamps", "1") } },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = NUMBER(1000000) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2",
				 "timestamps are new to the tuple: accept whatever the number",
				 A_CONNECTION),
	},

	/* tcp_timestamps=0 afterwards: TS.Recent is there, but nobody looks at the option */
	{
		.id	= "ts.late-off.syn.seq-above.ts-below",
		.says	= "switching timestamps off lets a SYN in that PAWS would have refused",
		.cite	= { "N-29", "D-20" },
		.given	= { .late = { SYSCTL("tcp_timestamps", "0") } },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "the DUT would not use them, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "ts.late-off.syn.seq-below.ts-above",
		.says	= "switching timestamps off keeps a SYN out that only its timestamp would "
			  "have let in",
		.cite	= { "N-29", "D-31" },
		.given	= { .late = { SYSCTL("tcp_timestamps", "0") } },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 6191 2",
				 "the DUT would not use them, number not greater: refuse",
				 A_SILENT_DROP, AN_ACK),
	}, {
		.id	= "ts.late-off.ack.ts-below",
		.says	= "switching timestamps off makes an older ACK at R look like a current "
			  "one",
		.cite	= { "N-29", "D-12" },
		.given	= { .late = { SYSCTL("tcp_timestamps", "0") } },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
	}, {
		.id	= "ts.late-off.rst.ts-below",
		.says	= "switching timestamps off exposes TIME_WAIT to a RST with an older "
			  "timestamp",
		.cite	= { "N-43", "D-10" },
		.given	= { .late = { SYSCTL("tcp_timestamps", "0") } },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 7323 5.2", "a RST is not subject to PAWS"),
	}, {
		.id	= "ts.late-off.fin.ts-below",
		.says	= "TIME_WAIT goes on sending timestamps after they were switched off, but "
			  "no longer checks them",
		.cite	= { "N-66", "D-31" },
		.given	= { .late = { SYSCTL("tcp_timestamps", "0") } },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1),
			    .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tsval = TS_CLOCK, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 7323 3.2",
				 "once negotiated, timestamps are in every segment but a RST",
				 AN_ACK_WITH_TS(0)),
	},

	/* tcp_timestamps=2: on, but without a secret offset */
	{
		.id	= "ts.no-offset.syn.ts-below",
		.says	= "PAWS refuses an older SYN with tcp_timestamps=2 as with 1",
		.cite	= { "N-60", "N-26", "D-30" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "2") } },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "ts.no-offset.syn.ts-above",
		.says	= "a newer SYN below R reopens the tuple with tcp_timestamps=2 as with 1",
		.cite	= { "N-22", "D-20" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "2") } },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tsval = TS_CLOCK,
			    .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
	}, {
		.id	= "ts.no-offset.one-clock",
		.says	= "with tcp_timestamps=2 every tuple shows the same clock",
		.cite	= { "N-73" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "2") } },
		.send	= { .flags = SYN, .from = OTHER },
		.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1), .tsval = TS_CLOCK,
			    .tsecr = AT(TS_RECENT, 0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 7323 5.4", "the timestamp clock does not go back",
				 { .reply = SYN | ACK, .tsval = TS_CLOCK }),
	}, {
		.id	= "ts.late-no-offset.syn.ts-below",
		.says	= "switching to tcp_timestamps=2 does not take the entry's TS.Recent away",
		.cite	= { "N-60", "N-26", "D-30" },
		.given	= { .late = { SYSCTL("tcp_timestamps", "2") } },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tsval = TS_CLOCK, .tw = RESTARTED,
			    REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "ts.late-on.syn.ts-below",
		.says	= "writing tcp_timestamps=1 again changes nothing for the entry",
		.cite	= { "N-60", "N-26", "D-30" },
		.given	= { .sysctl = { SYSCTL("tcp_timestamps", "1") },
			    .late = { SYSCTL("tcp_timestamps", "1") } },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
		.except	= { ONE_PAWS_COUNTER },
	},
};
/* clang-format on */

TW_CASE_TABLE(ts);
