/*
 * What the rows say again and again: the numbers of an answer, the marks of PAWS, the demands of
 * the RFCs. A reply's flags and the entry's fate are never hidden in here: rows are about them.
 */
#ifndef TWPROBE_CASES_IDIOMS_H
#define TWPROBE_CASES_IDIOMS_H

#include "twprobe/words.h"

/* clang-format off */

/* The ACK that TIME_WAIT sends repeats the last numbers of the old connection ... */
#define LAST_NUMBERS LAST_NUMBERS_ECHOING(0)

/* ... and echoes TS.Recent, here T + off_ after an update ... */
#define LAST_NUMBERS_ECHOING(off_) \
	.seq = AT(SND_NXT, 0), .ack = AT(RCV_NXT, 0), .tsecr = AT(TS_RECENT, off_)

/* ... or has no timestamp option: the old connection had none, or TS.Recent is 0. */
#define LAST_NUMBERS_WITHOUT_TS \
	.seq = AT(SND_NXT, 0), .ack = AT(RCV_NXT, 0), .tsval = ABSENT, .tsecr = ABSENT

/* The SYN-ACK of a reopened tuple acks the SYN, not its data, and echoes its TSval, T + off_ ... */
#define FRESH_NUMBERS_ECHOING(off_) \
	.seq = REOPEN_ISN, .ack = AT(SEG_SEQ, +1), .tsecr = AT(TS_RECENT, off_)

/* ... or has no timestamp option: the SYN brought none, or the DUT does not use them now. */
#define FRESH_NUMBERS_WITHOUT_TS \
	.seq = REOPEN_ISN, .ack = AT(SEG_SEQ, +1), .tsval = ABSENT, .tsecr = ABSENT

/* A PAWS reject in TIME_WAIT ... */
#define REJECTED_BY_PAWS .counter = { "TcpExtPAWSTimewait" }, .reason = "TCP_RFC7323_TW_PAWS"

/* ... and, for .except, the older kernels that count it together with those of all other states. */
#define ONE_PAWS_COUNTER ONE_PAWS_COUNTER_IN_STEP(1)
#define ONE_PAWS_COUNTER_IN_STEP(step_, ...)                                                \
	{                                                                                   \
		.unless = "TcpExtPAWSTimewait",                                             \
		.because = "before 6.16 PAWS had one counter for all states and no reason", \
		.step = (step_),                                                            \
		.expect.counter = { "TcpExtPAWSEstab", __VA_ARGS__ },                       \
		.expect.reason = "NOT_SPECIFIED",                                           \
	}

/* FIN_WAIT_2 itself answers by a RST, not a port without a socket. */
#define RESET_BY_ENTRY .counter = { "TcpOutRsts" }, .reason = "RST:TCP_TIMEWAIT_SOCKET"

/* What a RST does that tcp_rfc1337 makes TIME_WAIT ignore, on older kernels. */
#define RST_RESTARTS_IN_STEP(step_)                                                        \
	{                                                                              \
		.unless = "H-26",                                                      \
		.because = "before 4.19 an ignored RST restarted the timer",           \
		.step = (step_),                                                       \
		.expect.tw = RESTARTED,                                                \
	}
#define RST_RESTARTS RST_RESTARTS_IN_STEP(1)

/* The listener drops the SYN that was to have the reopening number: on some kernels the next one on that CPU gets it. */
#define LEAVES_A_NUMBER .alone = "H-43"

/* A queue of half-open connections that is full one sooner: what is found then. */
#define FULL_ONE_SOONER(...)                                                                     \
	{                                                                                        \
		.unless = "H-64",                                                                \
		.because = "before 6.1 as many as the backlog filled the queue of half-open ones", \
		.expect = { FINDS(__VA_ARGS__) },                                                \
	}

/* ... and those that do more: a cookie was one more drop (ListenDrops). Behind the above, which it replaces. */
#define COUNTED_AS_DROPPED(...)                                                            \
	{                                                                                  \
		.unless = "H-72",                                                          \
		.because = "a SYN that got a cookie was counted as dropped",               \
		.expect = { FINDS(__VA_ARGS__) },                                          \
	}

/* A reply that was due, but its limit of one per tcp_invalid_ratelimit had been used up. */
#define RATE_LIMITED .counter = { "TcpExtTCPACKSkippedTimeWait" }
/* ... and it was a PAWS reject. */
#define REJECTED_BY_PAWS_AND_RATE_LIMITED                               \
	.counter = { "TcpExtPAWSTimewait", "TcpExtTCPACKSkippedTimeWait" }, \
	.reason = "TCP_RFC7323_TW_PAWS"

/*
 * .rfc of a row whose expectation says more than the clause, or something else: what the clause
 * asks for, in one of two ways. CONFORMING() is for rows whose every field the clause demands.
 */
#define DEMAND(clause_, says_, ...) DEMAND_IN_STEP(0, clause_, says_, __VA_ARGS__)
/* the same, judged by another step than the last */
#define DEMAND_IN_STEP(step_, clause_, says_, ...)                                         \
	{                                                                                  \
		.clause = clause_, .says = says_, .step = (step_), .want = { __VA_ARGS__ } \
	}

/*
 * .also, where RFCs contradict each other. A SYN that is not accepted is to be dropped in silence, and to be challenged ...
 */
#define SILENCE_BY_6191 \
	DEMAND("RFC 6191 2", "what is not accepted is dropped in silence", A_SILENT_DROP)
#define CHALLENGE_BY_5961 \
	DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged", AN_ACK)
/* ... and a RST in TIME_WAIT is to close the connection, and to be ignored. */
#define END_BY_9293 \
	DEMAND("RFC 9293 3.10.7.4", "a RST in TIME_WAIT closes the connection", THE_END)
#define LIFE_BY_1337 DEMAND("RFC 1337 3 F1", "a RST in TIME_WAIT is ignored", A_SILENT_DROP)

/* The ways asked for most. The empty ACK that answers an unacceptable segment; the state stays: */
#define AN_ACK { .reply = ACK, .seq = AT(SND_NXT, 0), .ack = AT(RCV_NXT, 0), .tw = ALIVE }
#define AN_ACK_ECHOING(off_) { .reply = ACK, LAST_NUMBERS_ECHOING(off_), .tw = ALIVE }
#define AN_ACK_WITH_TS(off_) \
	{ .reply = ACK, .tsval = TS_CLOCK, .tsecr = AT(TS_RECENT, off_), .tw = ALIVE }
#define AN_ACK_ONLY { .reply = ACK, .seq = AT(SND_NXT, 0), .ack = AT(RCV_NXT, 0), .tw = RUNNING }
#define AN_ACK_AND_RESTART \
	{ .reply = ACK, .seq = AT(SND_NXT, 0), .ack = AT(RCV_NXT, 0), .tw = RESTARTED }
/* ... nothing at all, and the state stays: */
#define A_SILENT_DROP { .reply = SILENCE, .tw = ALIVE }
#define A_DROP_WITHOUT_EFFECT { .reply = SILENCE, .tw = RUNNING }
/* ... the connection is closed: */
#define THE_END { .reply = SILENCE, .tw = GONE }
/* ... a new connection takes its place, with any initial sequence number: */
#define A_CONNECTION { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1), .tw = REOPENED }

/*
 * What the articles say about a SYN on a tuple in TIME_WAIT, in the case @when_: the client gets through, and no
 * connection comes up. For .claim.
 */
#define CLAIMS_ABOUT_SYN(when_)                                                  \
	{ .id = "C0-7", .when = when_, .want = A_CONNECTION },                   \
	{ .id = "C1-11", .when = when_, .want = { .tw = ALIVE } },               \
	{ .id = "C2-1", .when = when_, .want = { .tw = ALIVE } }
/* When C1-6 (whoever closes first goes to TIME_WAIT) holds. */
#define CLOSED_IN_ORDER \
	"one end closes first, by a FIN, the other's FIN comes in time and there is room for the entry"

/* clang-format on */

#endif
