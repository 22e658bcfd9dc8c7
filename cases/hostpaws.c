/*
 * tcp_tw_recycle remembered the last timestamp of each host, and held all its connections to it: two hosts behind a
 * NAT are one host to the DUT. Kernels from 4.12 on do not have it.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
#define RECYCLING { SYSCTL("tcp_tw_recycle", "1") }

static const struct tw_case rows[] = {
	{
		.id	= "hostpaws.ts-below",
		.says	= "with tcp_tw_recycle a SYN from another port is dropped in silence if "
			  "its clock lags behind the host's last one",
		.cite	= { "N-72" },
		.given	= { .sysctl = RECYCLING },
		.send	= { .flags = SYN, .from = OTHER, .tsval = AT(TS_RECENT, -1000) },
		.expect	= { .reply = SILENCE, .tw = GONE, .counter = { "TcpExtPAWSPassive" } },
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
};
/* clang-format on */

TW_CASE_TABLE(hostpaws);
