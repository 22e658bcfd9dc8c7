/*
 * The half-open connection that took the place of TIME_WAIT: what it makes of a segment. The SYN at R+1 that reopened the
 * tuple is the first step, so that R+2 is the next number, ISS is S+65537, and T its timestamp.
 */
#include "cases.h"
#include "idioms.h"

#define REOPENED_BY_SYN                                                                     \
	{                                                                                   \
		.send = { .flags = SYN, .seq = AT(RCV_NXT, +1) },                           \
		.expect = { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED }, \
	}

/* The ACK of a half-open connection. */
#define HALF_OPEN_NUMBERS                                                     \
	.seq = AT(REOPEN_ISN, +1), .ack = AT(RCV_NXT, +2), .tsval = TS_CLOCK, \
	.tsecr = AT(TS_RECENT, 0)
#define HALF_OPEN_ACK                                                                           \
	{                                                                                       \
		.reply = ACK, .seq = AT(REOPEN_ISN, +1), .ack = AT(RCV_NXT, +2), .tw = REOPENED \
	}
#define THE_LAST_ACK .flags = ACK, .seq = AT(RCV_NXT, +2), .ack = AT(REOPEN_ISN, +1)
#define NO_ECHO_CHECK                                                                             \
	{                                                                                         \
		.unless = "H-49", .because = "before 6.16 SYN_RECEIVED did not look at the echo", \
		.step = 2, .expect = { .reply = SILENCE, .tw = ESTABLISHED }, .no_counter = true, \
	}
#define NO_CHALLENGE                                                                           \
	{                                                                                      \
		.unless = "H-59", .because = "before 7.1 a RST anywhere in the window killed", \
		.step = 2, .expect = { .reply = SILENCE, .tw = GONE, REFUSED_AND_GONE },       \
	}
#define REFUSED_AND_GONE .counter = { "TcpExtEmbryonicRsts", "TcpAttemptFails" }

/* clang-format off */
static const struct tw_case rows[] = {
	/* the last ACK of the handshake */
	{
		.id	= "halfopen.ack",
		.says	= "the client's ACK completes the connection that took the place of "
			  "TIME_WAIT",
		.cite	= { "N-20", "D-41" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { THE_LAST_ACK },
				.expect	= { .reply = SILENCE, .tw = ESTABLISHED },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "an ACK of the SYN completes the connection",
				 { .reply = SILENCE, .tw = ESTABLISHED }),
	}, {
		.id	= "halfopen.ack.no-ts",
		.says	= "the client's ACK completes the connection without the timestamp that "
			  "was negotiated",
		.cite	= { "N-68", "D-151" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { THE_LAST_ACK, .tsval = ABSENT },
				.expect	= { .reply = SILENCE, .tw = ESTABLISHED },
			},
		},
		.rfc	= DEMAND("RFC 7323 3.2",
				 "a segment that lacks the timestamp is dropped in silence",
				 { .reply = SILENCE, .tw = REOPENED }),
	}, {
		.id	= "halfopen.ack.plain",
		.says	= "the client's ACK completes the connection where there were never "
			  "timestamps",
		.cite	= { "N-20", "D-41" },
		.given	= { .ts = TS_OFF },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS,
					    .tw = REOPENED },
			}, {
				.send	= { THE_LAST_ACK },
				.expect	= { .reply = SILENCE, .tw = ESTABLISHED },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "an ACK of the SYN completes the connection",
				 { .reply = SILENCE, .tw = ESTABLISHED }),
	}, {
		.id	= "halfopen.ack.unsent",
		.says	= "an ACK of what was never sent is reset, and the half-open connection "
			  "stays",
		.cite	= { "D-150" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, +2),
					    .ack = AT(REOPEN_ISN, +1000) },
				.expect	= { .reply = RST, .seq = AT(SEG_ACK, 0), .tw = REOPENED,
					    .counter = { "TcpOutRsts" } },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "an ACK that is not acceptable is answered by a RST",
				 { .reply = RST, .seq = AT(SEG_ACK, 0), .tw = REOPENED }),
	}, {
		.id	= "halfopen.ack.old",
		.says	= "an ACK of the old connection's end is reset, and the half-open "
			  "connection stays",
		.cite	= { "D-150" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, +2),
					    .ack = AT(SND_NXT, 0) },
				.expect	= { .reply = RST, .seq = AT(SEG_ACK, 0), .tw = REOPENED,
					    .counter = { "TcpOutRsts" } },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "an ACK that is not acceptable is answered by a RST",
				 { .reply = RST, .seq = AT(SEG_ACK, 0), .tw = REOPENED }),
	}, {
		.id	= "halfopen.ack.seq-below",
		.says	= "an ACK below the window is answered by an ACK with the numbers of the "
			  "new connection",
		.cite	= { "N-15" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, +1),
					    .ack = AT(REOPEN_ISN, +1) },
				.expect	= { .reply = ACK, HALF_OPEN_NUMBERS, .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK",
				 HALF_OPEN_ACK),
	},

	/* timestamps */
	{
		.id	= "halfopen.ack.ts-below",
		.says	= "PAWS refuses the client's ACK if its timestamp is older than the SYN's",
		.cite	= { "N-70" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { THE_LAST_ACK, .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = ACK, HALF_OPEN_NUMBERS, .tw = REOPENED,
					    .counter = { "TcpExtPAWSEstab" } },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 HALF_OPEN_ACK),
	}, {
		.id	= "halfopen.ack.ts-below.again",
		.says	= "what PAWS refuses in SYN_RECEIVED is answered once in half a second",
		.cite	= { "N-70" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { THE_LAST_ACK, .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = ACK, HALF_OPEN_NUMBERS, .tw = REOPENED,
					    .counter = { "TcpExtPAWSEstab" } },
			}, {
				.within_ms = 400,
				.send	= { THE_LAST_ACK, .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = SILENCE, .tw = REOPENED,
					    .counter = { "TcpExtPAWSEstab",
							 "TcpExtTCPACKSkippedSynRecv" } },
			},
		},
		.needs	= "H-13",
	}, {
		.id	= "halfopen.syn.ts-below",
		.says	= "a SYN that is sent again with an older timestamp gets an ACK instead of "
			  "the SYN-ACK",
		.cite	= { "N-70", "D-149" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = ACK, HALF_OPEN_NUMBERS, .tw = REOPENED,
					    .counter = { "TcpExtPAWSEstab" } },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 HALF_OPEN_ACK),
	}, {
		.id	= "halfopen.rst.ts-below",
		.says	= "PAWS keeps an older RST out of SYN_RECEIVED as well",
		.cite	= { "N-70", "N-43" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, +2),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = SILENCE, .tw = REOPENED,
					    .counter = { "TcpExtPAWSEstab" } },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.2", "a RST is not subject to PAWS", THE_END),
	}, {
		.id	= "halfopen.ack.echo-unsent",
		.says	= "an ACK that echoes a timestamp which the SYN-ACK never had is refused",
		.cite	= { "N-71" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { THE_LAST_ACK, .tsecr = AT(TS_CLOCK, HALF_CIRCLE) },
				.expect	= { .reply = ACK, HALF_OPEN_NUMBERS, .tw = REOPENED,
					    .counter = { "TcpExtTSEcrRejected" } },
			},
		},
		.except	= { NO_ECHO_CHECK },
	}, {
		.id	= "halfopen.ack.echo-old",
		.says	= "an ACK that echoes the last timestamp of the old connection is refused",
		.cite	= { "N-71" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { THE_LAST_ACK, .tsecr = AT(TS_CLOCK, 0) },
				.expect	= { .reply = ACK, HALF_OPEN_NUMBERS, .tw = REOPENED,
					    .counter = { "TcpExtTSEcrRejected" } },
			},
		},
		.except	= { NO_ECHO_CHECK },
	}, {
		.id	= "halfopen.ack.echo-zero",
		.says	= "an ACK that echoes no timestamp at all is not held to it",
		.cite	= { "N-71" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { THE_LAST_ACK, .tsecr = NUMBER(0) },
				.expect	= { .reply = SILENCE, .tw = ESTABLISHED },
			},
		},
	}, {
		.id	= "halfopen.rst.echo-unsent",
		.says	= "a RST whose echo the SYN-ACK never had is ignored",
		.cite	= { "N-71" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, +2),
					    .tsecr = AT(TS_CLOCK, HALF_CIRCLE) },
				.expect	= { .reply = SILENCE, .tw = REOPENED,
					    .counter = { "TcpExtTSEcrRejected" } },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.2",
				 "a RST ends the half-open connection, unless its echo is looked at, "
				 "as it may be",
				 THE_END, { .reply = SILENCE, .tw = REOPENED }),
		.needs	= "H-49",
	},

	/* RST and SYN */
	{
		.id	= "halfopen.rst.seq-above",
		.says	= "a RST in the window but not at the next number is challenged, and the "
			  "half-open connection stays",
		.cite	= { "N-49" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, +3) },
				.expect	= { .reply = ACK, HALF_OPEN_NUMBERS, .tw = REOPENED,
					    .counter = { "TcpExtTCPChallengeACK" } },
			},
		},
		.rfc	= DEMAND("RFC 5961 3.2",
				 "a RST in the window but not at RCV.NXT is challenged",
				 HALF_OPEN_ACK),
		.except	= { NO_CHALLENGE },
	}, {
		.id	= "halfopen.rst.seq-inside",
		.says	= "a RST well inside the window cannot kill a half-open connection by "
			  "guessing",
		.cite	= { "N-49" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, +1000) },
				.expect	= { .reply = ACK, HALF_OPEN_NUMBERS, .tw = REOPENED,
					    .counter = { "TcpExtTCPChallengeACK" } },
			},
		},
		.rfc	= DEMAND("RFC 5961 3.2",
				 "a RST in the window but not at RCV.NXT is challenged",
				 HALF_OPEN_ACK),
		.except	= { NO_CHALLENGE },
	}, {
		.id	= "halfopen.rst.seq-below",
		.says	= "a RST below the window is dropped in silence",
		.cite	= { "N-46" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SILENCE, .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 5961 3.2", "a RST outside the window is dropped in silence",
				 { .reply = SILENCE, .tw = REOPENED }),
	}, {
		.id	= "halfopen.rst.old",
		.says	= "the RST that would have killed TIME_WAIT cannot kill what took its place",
		.cite	= { "N-46", "N-40" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = SILENCE, .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 5961 3.2", "a RST outside the window is dropped in silence",
				 { .reply = SILENCE, .tw = REOPENED }),
	}, {
		.id	= "halfopen.syn.seq-above",
		.says	= "a SYN in the window with another number is reset, and the half-open "
			  "connection is gone",
		.cite	= { "D-148" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1000) },
				.expect	= { .reply = RST | ACK, .seq = NUMBER(0),
					    .ack = AT(SEG_END, 0), .tw = GONE, REFUSED_AND_GONE },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "a SYN in the window leads from SYN_RECEIVED back to LISTEN",
				 { .reply = RST | ACK, .tw = GONE }, THE_END),
	}, {
		.id	= "halfopen.syn.seq-next",
		.says	= "a SYN one above the first is in the window: it is reset, and the "
			  "half-open connection is gone",
		.cite	= { "D-148" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +2) },
				.expect	= { .reply = RST | ACK, .seq = NUMBER(0),
					    .ack = AT(SEG_END, 0), .tw = GONE, REFUSED_AND_GONE },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "a SYN in the window leads from SYN_RECEIVED back to LISTEN",
				 { .reply = RST | ACK, .tw = GONE }, THE_END),
	}, {
		.id	= "halfopen.syn.seq-below",
		.says	= "a SYN below the window is challenged, and the half-open connection "
			  "stays",
		.cite	= { "N-30" },
		.step	= {
			REOPENED_BY_SYN,
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = ACK, HALF_OPEN_NUMBERS, .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK",
				 HALF_OPEN_ACK),
	},
};
/* clang-format on */

TW_CASE_TABLE(halfopen);
