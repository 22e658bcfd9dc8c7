/*
 * The short words that rows are written in. Only cases/ and tests include this: the names are unprefixed.
 */
#ifndef TWPROBE_WORDS_H
#define TWPROBE_WORDS_H

#include "twprobe/case.h"

/* flags of a segment, sent or expected */
#define FIN     TW_FIN
#define SYN     TW_SYN
#define RST     TW_RST
#define PSH     TW_PSH
#define ACK     TW_ACK
#define URG     TW_URG
#define ECE     TW_ECE
#define CWR     TW_CWR
#define SILENCE TW_SILENCE

/* who and how */
#define ACCEPTED          TW_ACCEPTED
#define CONNECTED         TW_CONNECTED
#define BY_FIN_WAIT_2     TW_BY_FIN_WAIT_2
#define BY_FIN_ACK        TW_BY_FIN_ACK
#define BY_CLOSING        TW_BY_CLOSING
#define TO_FIN_WAIT_2     TW_TO_FIN_WAIT_2
#define TS_ON             TW_TS_ON
#define TS_OFF            TW_TS_OFF
#define LISTENING         TW_LISTENING
#define CLOSED            TW_CLOSED
#define ACCEPT_QUEUE_FULL TW_ACCEPT_QUEUE_FULL
#define SYN_QUEUE_FULL    TW_SYN_QUEUE_FULL
#define MIN_TTL           TW_MIN_TTL
#define FILTERED          TW_FILTERED
#define MD5_KEYED         TW_MD5_KEYED
#define IPSEC_REFUSED     TW_IPSEC_REFUSED
#define SAME              TW_SAME
#define OTHER             TW_OTHER
#define VIA_ROUTER        TW_VIA_ROUTER

/* what becomes of the entry */
#define RUNNING     TW_RUNNING
#define RESTARTED   TW_RESTARTED
#define ALIVE       TW_ALIVE
#define GONE        TW_GONE
#define REOPENED    TW_REOPENED
#define ESTABLISHED TW_ESTABLISHED

/* numbers: AT(RCV_NXT, +1), AT(TS_RECENT, -1), AT(SEG_ACK, 0) ... */
#define AT(base_, off_)                                     \
	{                                                   \
		.base = TW_##base_, .off = (uint32_t)(off_) \
	}
#define NUMBER(n_)  AT(NUMBER, n_)
#define REOPEN_ISN  AT(REOPEN_ISN, 0)
#define TS_CLOCK    AT(TS_CLOCK, 0)
#define ABSENT      AT(ABSENT, 0)
#define HALF_CIRCLE 0x80000000u

#define SYSCTL(name_, value_)                              \
	{                                                  \
		.name = "net.ipv4." name_, .value = value_ \
	}

/* what a scenario is to find: .expect = { FINDS(IS("bind", "EADDRINUSE"), MOVES("TcpExtTWRecycled", 1)) } */
/* clang-format off */
#define FINDS(...) .finds = (const struct tw_find[]) { __VA_ARGS__, { .kind = TW_FIND_NONE } }
#define IS(what_, text_) { .what = what_, .kind = TW_FIND_TEXT, .is = text_ }
#define NUM(what_, n_) BETWEEN(what_, n_, n_)
#define BETWEEN(what_, least_, most_) \
	{ .what = what_, .kind = TW_FIND_NUMBER, .least = { least_, least_ }, .most = { most_, most_ } }
/* an IPv6 header is 20 bytes longer */
#define PER_FAMILY(what_, v4_, v6_) \
	{ .what = what_, .kind = TW_FIND_NUMBER, .least = { v4_, v6_ }, .most = { v4_, v6_ } }
#define MOVES(counter_, n_) MOVES_BETWEEN(counter_, n_, n_)
#define MOVES_BETWEEN(counter_, least_, most_) \
	{ .what = counter_, .kind = TW_FIND_MOVED, .least = { least_, least_ }, .most = { most_, most_ } }
/* clang-format on */

/* .rfc: the row's own expectation is what the clause asks for */
#define CONFORMING(clause_, says_)                                    \
	{                                                             \
		.clause = clause_, .says = says_, .as_expected = true \
	}

#endif
