/*
 * tcp_tw_recycle remembered the last timestamp of each host, and held all its connections to it: two hosts behind a
 * NAT are one host to the DUT. Kernels from 4.12 on do not have it.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
#define RECYCLING { SYSCTL("tcp_tw_recycle", "1") }

#define NO_CACHE                                                                    \
	DEMAND_IN_STEP(1, "RFC 7323 B.2",                                           \
		       "a cache of timestamps per host is no part of the standard", \
		       { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1) })

static const struct tw_case rows[] = {
	{
		.id	= "hostpaws.ts-below",
		.says	= "with tcp_tw_recycle a SYN from another port is dropped in silence if "
			  "its clock lags behind the host's last one",
		.cite	= { "N-72" },
		.given	= { .sysctl = RECYCLING },
		.send	= { .flags = SYN, .from = OTHER, .tsval = AT(TS_RECENT, -1000) },
		.expect	= { .reply = SILENCE, .tw = GONE, .counter = { "TcpExtPAWSPassive", "TcpExtListenDrops" } },
		.claim	= { { .id = "C4-9", .as_expected = true } },
		.needs	= "net.ipv4.tcp_tw_recycle",
	}, {
		.id	= "hostpaws.ts-above",
		.says	= "with tcp_tw_recycle a SYN from another port is accepted if its clock is "
			  "ahead of the host's last one",
		.cite	= { "N-72" },
		.given	= { .sysctl = RECYCLING },
		.send	= { .flags = SYN, .from = OTHER, .tsval = AT(TS_RECENT, +1000) },
		.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1), .tw = REOPENED },
		.needs	= "net.ipv4.tcp_tw_recycle",
	},
	{
		.id	= "hostpaws.no-ts",
		.says	= "with tcp_tw_recycle a SYN without timestamps from another port is "
			  "dropped in silence as well",
		.cite	= { "N-72" },
		.given	= { .sysctl = RECYCLING },
		.send	= { .flags = SYN, .from = OTHER, .tsval = ABSENT },
		.expect	= { .reply = SILENCE, .tw = GONE, .counter = { "TcpExtPAWSPassive", "TcpExtListenDrops" } },
		.except	= { { .unless = "H-12",
			      .because = "before 3.17 a SYN without timestamps was let through",
			      .expect = { .reply = SYN | ACK, .tw = REOPENED },
			      .no_counter = true } },
		.needs	= "net.ipv4.tcp_tw_recycle",
	},

	/* without it no host is remembered */
	{
		.id	= "hostpaws.none.ts-below",
		.says	= "an older timestamp from another port of the same host is no matter: no "
			  "host is remembered",
		.cite	= { "N-72" },
		.step	= {
			{
				.send	= { .flags = SYN, .from = OTHER,
					    .tsval = AT(TS_RECENT, -1000000) },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1),
					    .tsecr = AT(TS_RECENT, -1000000),
					    .isn_not = REOPEN_ISN, .tw = REOPENED },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
		.rfc	= NO_CACHE,
	}, {
		.id	= "hostpaws.none.no-ts",
		.says	= "a SYN without a timestamp from another port of the same host is no "
			  "matter either",
		.cite	= { "N-72" },
		.step	= {
			{
				.send	= { .flags = SYN, .from = OTHER, .tsval = ABSENT },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1),
					    .tsval = ABSENT, .isn_not = REOPEN_ISN,
					    .tw = REOPENED },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
		.rfc	= NO_CACHE,
	}, {
		.id	= "hostpaws.none.finwait2",
		.says	= "FIN_WAIT_2 makes nobody remember the host's timestamp either",
		.cite	= { "N-72" },
		.given	= { .enter = TO_FIN_WAIT_2 },
		.step	= {
			{
				.send	= { .flags = SYN, .from = OTHER,
					    .tsval = AT(TS_RECENT, -1000000) },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1),
					    .tsecr = AT(TS_RECENT, -1000000),
					    .isn_not = REOPEN_ISN, .tw = REOPENED },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			},
		},
		.rfc	= NO_CACHE,
	},
};
/* clang-format on */

TW_CASE_TABLE(hostpaws);
