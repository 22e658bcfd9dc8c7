/*
 * Options that are odd: what TIME_WAIT reads of them, and what the listener behind it does. Found by `fuzz`: where they break off a
 * good SYN kills the entry and is dropped, and FIN_WAIT_2 dies without a RST.
 */
#include "cases.h"
#include "idioms.h"

/* Options that break off were no reason to refuse a segment, or 18 bytes are too few to be looked at. */
#define TAKEN_BEFORE_6_7(...)                                                      \
	{                                                                          \
		.unless = "H-69",                                                  \
		.because = "before 6.7 nothing gave up on options that break off", \
		.expect = { __VA_ARGS__ },                                         \
	}

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "options.too-long.syn",
		.says	= "a good SYN with an option longer than its header kills TIME_WAIT and is "
			  "dropped by the listener",
		.cite	= { "P-09", "D-40", "D-45" },
		LEAVES_A_NUMBER,
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .odd = TW_ODD_TOO_LONG },
		.expect	= { .reply = SILENCE, .tw = GONE, .reason = "TCP_AUTH_HDR" },
		.except	= { TAKEN_BEFORE_6_7(.reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS,
					     .tw = REOPENED) },
	}, {
		.id	= "options.no-length.syn",
		.says	= "a good SYN with an option of length 0 kills TIME_WAIT and is dropped by "
			  "the listener",
		.cite	= { "P-09", "D-40", "D-45" },
		LEAVES_A_NUMBER,
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .odd = TW_ODD_NO_LENGTH },
		.expect	= { .reply = SILENCE, .tw = GONE, .reason = "TCP_AUTH_HDR" },
		.except	= { TAKEN_BEFORE_6_7(.reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS,
					     .tw = REOPENED) },
	}, {
		.id	= "options.too-long.few.syn",
		.says	= "with less behind it than a signature needs the SYN is taken all the same",
		.cite	= { "P-09", "D-41" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = ABSENT,
			    .odd = TW_ODD_TOO_LONG },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
		.except	= { {
			.when = "sym:tcp_inbound_ao_hash",
			.because = "with TCP-AO compiled in 5 bytes are enough",
			.expect = { .reply = SILENCE, .tw = GONE },
		} },
	}, {
		.id	= "options.too-long.ack",
		.says	= "TIME_WAIT itself answers an old ACK whatever its options are",
		.cite	= { "P-08", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1), .odd = TW_ODD_TOO_LONG },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
	}, {
		.id	= "options.too-long.ts-below",
		.says	= "timestamps behind an option that is too long are not there: no PAWS",
		.cite	= { "P-08", "D-30" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1),
			    .odd = TW_ODD_TOO_LONG },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
	}, {
		.id	= "options.end-first.ts-below",
		.says	= "timestamps behind the end of the options are not there: a SYN that PAWS "
			  "would refuse reopens",
		.cite	= { "P-08", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1),
			    .odd = TW_ODD_END },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
	}, {
		.id	= "options.short-ts.ts-below",
		.says	= "timestamps of six bytes are none: a SYN that PAWS would refuse reopens",
		.cite	= { "P-08", "D-20" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1),
			    .odd = TW_ODD_SHORT_TS },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_WITHOUT_TS, .tw = REOPENED },
	}, {
		.id	= "options.unknown.ts-below",
		.says	= "an option that nobody knows hides no timestamps",
		.cite	= { "P-08", "D-30", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1),
			    .odd = TW_ODD_UNKNOWN },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "options.unaligned.ts-below",
		.says	= "timestamps need no padding before them",
		.cite	= { "P-08", "D-30", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1),
			    .odd = TW_ODD_UNALIGNED },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "options.twice.ts-below",
		.says	= "of two timestamps the last ones count",
		.cite	= { "P-08", "D-30", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1),
			    .odd = TW_ODD_TWICE },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "options.too-long.finwait2.syn",
		.says	= "FIN_WAIT_2 dies of a SYN with an option that is too long, but sends no RST",
		.cite	= { "P-09", "D-03", "D-48" },
		.given	= { .enter = TO_FIN_WAIT_2 },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, 0), .odd = TW_ODD_TOO_LONG },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.except	= { TAKEN_BEFORE_6_7(.reply = RST | ACK, .seq = NUMBER(0),
					     .ack = AT(SEG_END, 0), .tw = GONE,
					     .counter = { "TcpOutRsts" }) },
	}, {
		.id	= "options.too-long.rst",
		.says	= "a RST at R ends TIME_WAIT whatever its options are",
		.cite	= { "P-08", "D-10" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .odd = TW_ODD_TOO_LONG },
		.expect	= { .reply = SILENCE, .tw = GONE },
	},
};
/* clang-format on */

TW_CASE_TABLE(options);
