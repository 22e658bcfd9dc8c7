/*
 * TIME_WAIT answers what is out of window once in tcp_invalid_ratelimit, some of it without limit.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "limit.ack",
		.says	= "a second old ACK within half a second gets no answer, but restarts the "
			  "timer like the first",
		.cite	= { "N-15", "D-31" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.within_ms = 400,
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED, RATE_LIMITED },
			}, {
				.pause_ms = 700,
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
		.needs	= "TcpExtTCPACKSkippedTimeWait",
	}, {
		.id	= "limit.syn",
		.says	= "a client that repeats its refused SYN too soon hears nothing",
		.cite	= { "N-30", "D-31" },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.within_ms = 400,
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000) },
				.expect	= { .reply = SILENCE, .tw = RUNNING, RATE_LIMITED },
			}, {
				.pause_ms = 700,
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			},
		},
		.needs	= "TcpExtTCPACKSkippedTimeWait",
	}, {
		.id	= "limit.syn-ack",
		.says	= "SYN-ACKs are limited as well, since they could be part of a loop",
		.cite	= { "N-30", "D-31" },
		.step	= {
			{
				.send	= { .flags = SYN | ACK, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.within_ms = 400,
				.send	= { .flags = SYN | ACK, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED, RATE_LIMITED },
			},
		},
		.needs	= "TcpExtTCPACKSkippedTimeWait",
	}, {
		.id	= "limit.shared.syn-then-ack",
		.says	= "a refused SYN uses up the answer that an old ACK would have got",
		.cite	= { "N-15", "D-31" },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.within_ms = 400,
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED, RATE_LIMITED },
			},
		},
		.needs	= "TcpExtTCPACKSkippedTimeWait",
	}, {
		.id	= "limit.shared.ack-then-syn",
		.says	= "an old ACK uses up the answer that a refused SYN would have got",
		.cite	= { "N-30", "D-31" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.within_ms = 400,
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000) },
				.expect	= { .reply = SILENCE, .tw = RUNNING, RATE_LIMITED },
			},
		},
		.needs	= "TcpExtTCPACKSkippedTimeWait",
	}, {
		.id	= "limit.none",
		.says	= "segments without flags are limited, and do not restart the timer either "
			  "way",
		.cite	= { "N-15", "D-31" },
		.step	= {
			{
				.send	= { .flags = 0, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.within_ms = 400,
				.send	= { .flags = 0, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = SILENCE, .tw = RUNNING, RATE_LIMITED },
			},
		},
		.needs	= "TcpExtTCPACKSkippedTimeWait",
	}, {
		.id	= "limit.syn-data",
		.says	= "data does not lift the limit if it comes with a SYN",
		.cite	= { "D-31" },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000), .len = 5 },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.within_ms = 400,
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000), .len = 5 },
				.expect	= { .reply = SILENCE, .tw = RUNNING, RATE_LIMITED },
			},
		},
		.needs	= "TcpExtTCPACKSkippedTimeWait",
	}, {
		.id	= "limit.paws",
		.says	= "a SYN that PAWS refuses twice is counted twice, answered once, and "
			  "restarts the timer twice",
		.cite	= { "N-60", "D-30", "D-31" },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			}, {
				.within_ms = 400,
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED,
					    REJECTED_BY_PAWS_AND_RATE_LIMITED },
			},
		},
		.except	= { ONE_PAWS_COUNTER,
			    ONE_PAWS_COUNTER_IN_STEP(2, "TcpExtTCPACKSkippedTimeWait") },
		.needs	= "TcpExtTCPACKSkippedTimeWait",
	},

	/* exempt */
	{
		.id	= "limit.exempt.data",
		.says	= "data is answered as often as it comes",
		.cite	= { "N-13", "D-31" },
		.step	= {
			{
				.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
		.rfc	= DEMAND_IN_STEP(2, "RFC 9293 3.10.7.4",
					 "data in TIME_WAIT is ignored, R stays", AN_ACK),
	}, {
		.id	= "limit.exempt.fin",
		.says	= "a retransmitted FIN is acked as often as it comes",
		.cite	= { "N-08", "D-31" },
		.step	= {
			{
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	}, {
		.id	= "limit.exempt.fin-after-ack",
		.says	= "a retransmitted FIN is acked even if an old ACK has just used up the "
			  "answer",
		.cite	= { "N-08", "D-31" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	}, {
		.id	= "limit.exempt.paws-fin",
		.says	= "a FIN with an older timestamp is acked as often as it comes, and "
			  "counted each time",
		.cite	= { "N-60", "D-30", "D-31" },
		.step	= {
			{
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			}, {
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER, ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "limit.exempt.syn-closed",
		.says	= "an acceptable SYN that finds no listener is answered as often as it "
			  "comes",
		.cite	= { "N-36", "D-47" },
		.given	= { .dut = CLOSED },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
		.rfc	= DEMAND_IN_STEP(2, "RFC 9293 3.10.7.4",
					 "without a listener nothing can accept a SYN", AN_ACK),
	}, {
		.id	= "limit.exempt.accepted-syn",
		.says	= "a good SYN reopens the tuple even if an old ACK has just used up the "
			  "answer",
		.cite	= { "N-24", "D-20" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	},

	/* what gets no answer uses up none */
	{
		.id	= "limit.unused.by-ack-at",
		.says	= "an ACK at R, which is swallowed, leaves the answer to the next old one",
		.cite	= { "D-12", "D-31" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
	}, {
		.id	= "limit.unused.by-rst",
		.says	= "a RST beside R leaves the answer to the next old ACK",
		.cite	= { "D-32", "D-31" },
		.step	= {
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = SILENCE, .tw = RUNNING },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
	},

	/* the sysctl */
	{
		.id	= "limit.sysctl-0",
		.says	= "with tcp_invalid_ratelimit at 0 every old ACK is answered",
		.cite	= { "N-15", "D-31" },
		.given	= { .sysctl = { SYSCTL("tcp_invalid_ratelimit", "0") } },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
		.needs	= "net.ipv4.tcp_invalid_ratelimit",
	}, {
		.id	= "limit.sysctl-20000",
		.says	= "with tcp_invalid_ratelimit at 20 seconds 700 milliseconds are not "
			  "enough for a second answer",
		.cite	= { "N-15", "D-31" },
		.given	= { .sysctl = { SYSCTL("tcp_invalid_ratelimit", "20000") } },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.pause_ms = 700,
				.within_ms = 19000,
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED, RATE_LIMITED },
			},
		},
		.needs	= "net.ipv4.tcp_invalid_ratelimit",
	},
};
/* clang-format on */

TW_CASE_TABLE(limit);
