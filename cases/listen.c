/*
 * TIME_WAIT hands a SYN over to the listener: the entry is gone before anybody knows the outcome.
 */
#include "cases.h"
#include "idioms.h"

#define NO_COOKIES        .sysctl = { SYSCTL("tcp_syncookies", "0") }
#define BY_COOKIE         .counter = { "TcpExtTCPReqQFullDoCookies", "TcpExtSyncookiesSent" }
#define SYN_QUEUE_DROP    .counter = { "TcpExtTCPReqQFullDrop", "TcpExtListenDrops" }
#define ACCEPT_QUEUE_DROP .counter = { "TcpExtListenOverflows", "TcpExtListenDrops" }
#define HALF_OPEN_RST     .counter = { "TcpExtEmbryonicRsts", "TcpAttemptFails" }

/* TIME_WAIT gives a SYN no privilege where its number is lost ... */
#define COOKIE_FOR_ALL_IN_STEP(step_)                                                             \
	{                                                                                         \
		.when = "H-63", .because = "from 4.15 to 6.9 the queue's limits held for it too", \
		.step = (step_), .expect = { .isn_not = REOPEN_ISN, .tw = GONE, BY_COOKIE },      \
	}
/* ... and hands it to the wrong SYN where it waits in a variable. */
#define NUMBER_LEAKS                                                                              \
	{                                                                                         \
		.when = "H-43",                                                                   \
		.because = "from 6.10 to 6.19 it waits for the next SYN of any tuple", .step = 2, \
		.expect.seq = REOPEN_ISN,                                                         \
	}
#define FULL_FOR_COOKIES_IN_STEP(step_)                                              \
	{                                                                            \
		.unless = "H-64",                                                    \
		.because = "before 6.1 no half-open connection filled a queue of 0", \
		.step = (step_),                                                     \
		.expect.counter = { "TcpExtListenOverflows", "TcpExtListenDrops",    \
				    "TcpExtTCPReqQFullDoCookies" },                  \
	}

/* clang-format off */
static const struct tw_case rows[] = {
	/* it is served */
	{
		.id	= "listen.syn-again",
		.says	= "a SYN that is sent again gets the same SYN-ACK again, not another jump "
			  "of the ISN",
		.cite	= { "D-41", "D-149" },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0),
					    .tw = REOPENED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0),
					    .tw = REOPENED,
					    .counter = { "TcpExtTCPSynRetrans" } },
			},
		},
	}, {
		.id	= "listen.rst-to-syn-ack",
		.says	= "a client that never meant the SYN resets the SYN-ACK, and TIME_WAIT "
			  "does not come back",
		.cite	= { "N-21", "D-49", "N-50" },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0),
					    .tw = REOPENED },
			}, {
				.send	= { .flags = RST, .seq = AT(RCV_NXT, +2), .tsval = ABSENT },
				.expect	= { .reply = SILENCE, .tw = GONE, HALF_OPEN_RST },
			}, {
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = RST, .seq = AT(SEG_ACK, 0), .tw = GONE },
			},
		},
		.rfc	= DEMAND_IN_STEP(2, "RFC 1122 4.2.2.13",
					 "an old duplicate SYN leads back to TIME_WAIT",
					 A_SILENT_DROP),
	},

	/* nobody listens */
	{
		.id	= "listen.closed.syn",
		.says	= "without a listener a good SYN is answered by an ACK and does not touch "
			  "the timer",
		.cite	= { "N-36", "D-47" },
		.given	= { .dut = CLOSED },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING, .reason = "NOT_SPECIFIED" },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "without a listener nothing can accept a SYN",
				 AN_ACK),
	}, {
		.id	= "listen.closed.syn.seq-below.ts-above",
		.says	= "without a listener a newer timestamp helps a SYN to no more than an ACK",
		.cite	= { "N-36", "D-47" },
		.given	= { .dut = CLOSED },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "without a listener nothing can accept a SYN",
				 AN_ACK),
	}, {
		.id	= "listen.closed.syn.plain",
		.says	= "without a listener or timestamps a good SYN is answered by an ACK",
		.cite	= { "N-36", "D-47" },
		.given	= { .dut = CLOSED, .ts = TS_OFF },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS_WITHOUT_TS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "without a listener nothing can accept a SYN",
				 AN_ACK),
	}, {
		.id	= "listen.closed.connected",
		.says	= "where the DUT had been the client a SYN finds no listener, and "
			  "TIME_WAIT stays",
		.cite	= { "N-36", "D-47" },
		.given	= { .role = CONNECTED, .dut = CLOSED },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "without a listener nothing can accept a SYN",
				 AN_ACK),
	},

	/* the accept queue is full */
	{
		.id	= "listen.accept-queue-full.syn",
		.says	= "a full accept queue drops the SYN in silence, and TIME_WAIT is gone for "
			  "nothing",
		.cite	= { "D-40", "D-43" },
		.given	= { .dut = ACCEPT_QUEUE_FULL },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SILENCE, .tw = GONE, ACCEPT_QUEUE_DROP },
		.except	= { FULL_FOR_COOKIES_IN_STEP(1) },
		.needs	= "H-20",
	}, {
		.id	= "listen.accept-queue-full.syn-again",
		.says	= "while the accept queue stays full the next SYN meets neither TIME_WAIT "
			  "nor an answer",
		.cite	= { "D-43" },
		.given	= { .dut = ACCEPT_QUEUE_FULL },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SILENCE, .tw = GONE, ACCEPT_QUEUE_DROP },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SILENCE, .tw = GONE, ACCEPT_QUEUE_DROP },
			},
		},
		.except	= { FULL_FOR_COOKIES_IN_STEP(1), FULL_FOR_COOKIES_IN_STEP(2) },
		.needs	= "H-20",
	}, {
		.id	= "listen.accept-queue-full.refused-syn",
		.says	= "a full accept queue is no matter to a SYN that TIME_WAIT refuses",
		.cite	= { "N-30", "N-26", "D-31" },
		.given	= { .dut = ACCEPT_QUEUE_FULL },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
	},

	/* the SYN queue is full */
	{
		.id	= "listen.syn-queue-full.cookies",
		.says	= "a full SYN queue gives strangers a cookie and a TIME_WAIT tuple a real "
			  "connection",
		.cite	= { "D-42", "D-145" },
		.given	= { .dut = SYN_QUEUE_FULL },
		.step	= {
			{
				.send	= { .flags = SYN, .from = OTHER },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1), BY_COOKIE },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
		.except	= { COOKIE_FOR_ALL_IN_STEP(2) },
	}, {
		.id	= "listen.syn-queue-full.no-cookies",
		.says	= "without cookies a full SYN queue drops strangers, but not a TIME_WAIT "
			  "tuple",
		.cite	= { "D-42", "D-146" },
		.given	= { .dut = SYN_QUEUE_FULL, NO_COOKIES },
		.step	= {
			{
				.send	= { .flags = SYN, .from = OTHER },
				.expect	= { .reply = SILENCE, SYN_QUEUE_DROP },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
		.except	= {
			{
				.when = "H-63",
				.because = "from 4.15 to 6.9 the queue's limits held for it too",
				.step = 2,
				.expect = { .reply = SILENCE, .tw = GONE, SYN_QUEUE_DROP },
			},
		},
		.needs	= "H-64",
	}, {
		.id	= "listen.syn-queue-full.ts-above",
		.says	= "a newer SYN below R passes by a full SYN queue as well",
		.cite	= { "N-22", "D-42" },
		.given	= { .dut = SYN_QUEUE_FULL },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "newer timestamp: accept whatever the number",
				 A_CONNECTION),
		.except	= { COOKIE_FOR_ALL_IN_STEP(1) },
	}, {
		.id	= "listen.cookies-always",
		.says	= "with tcp_syncookies=2 everybody gets a cookie except a TIME_WAIT tuple",
		.cite	= { "D-42" },
		.given	= { .late = { SYSCTL("tcp_syncookies", "2") } },
		.step	= {
			{
				.send	= { .flags = SYN, .from = OTHER },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1), BY_COOKIE },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
		.except	= { COOKIE_FOR_ALL_IN_STEP(2) },
	},

	/* a minimum TTL on the listener */
	{
		.id	= "listen.min-ttl.syn",
		.says	= "a SYN from too far away is dropped by the listener's TTL limit, with "
			  "TIME_WAIT already gone",
		.cite	= { "D-40", "D-45" },
		.given	= { .dut = MIN_TTL },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SILENCE, .tw = GONE, .counter = { "TcpExtTCPMinTTLDrop" } },
		LEAVES_A_NUMBER,
	}, {
		.id	= "listen.min-ttl.near-syn",
		.says	= "a SYN with a TTL of 255 satisfies the listener and reopens the tuple",
		.cite	= { "D-41", "D-45" },
		.given	= { .dut = MIN_TTL },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .ttl = 255 },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "listen.min-ttl.ack",
		.says	= "the listener's TTL limit does not protect TIME_WAIT: an old ACK from "
			  "far away is answered",
		.cite	= { "P-06", "D-31" },
		.given	= { .dut = MIN_TTL },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "listen.min-ttl.rst",
		.says	= "the listener's TTL limit does not protect TIME_WAIT: a RST from far "
			  "away kills",
		.cite	= { "N-41", "P-06", "D-10" },
		.given	= { .dut = MIN_TTL },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	},

	/* a socket filter on the listener */
	{
		.id	= "listen.filter.syn",
		.says	= "a filter on the listener drops the SYN, with TIME_WAIT already gone",
		.cite	= { "D-40", "D-45" },
		.given	= { .dut = FILTERED },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SILENCE, .tw = GONE, .reason = "SOCKET_FILTER" },
		LEAVES_A_NUMBER,
	}, {
		.id	= "listen.filter.refused-syn",
		.says	= "a SYN that TIME_WAIT refuses is answered and never seen by the "
			  "listener's filter",
		.cite	= { "N-26", "P-06", "D-31" },
		.given	= { .dut = FILTERED },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
	}, {
		.id	= "listen.filter.ack",
		.says	= "the listener's filter does not see what TIME_WAIT answers",
		.cite	= { "P-06", "D-31" },
		.given	= { .dut = FILTERED },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "listen.filter.rst",
		.says	= "a filter that drops everything cannot keep a RST from killing TIME_WAIT",
		.cite	= { "N-41", "P-06", "D-10" },
		.given	= { .dut = FILTERED },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	},

	/* a key on the listener */
	{
		.id	= "listen.md5.syn",
		.says	= "an unsigned SYN is dropped by a listener that wants MD5, with TIME_WAIT "
			  "already gone",
		.cite	= { "D-40", "D-45" },
		.given	= { .dut = MD5_KEYED },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SILENCE, .tw = GONE, .counter = { "TcpExtTCPMD5NotFound" } },
		LEAVES_A_NUMBER,
	}, {
		.id	= "listen.md5.ack",
		.says	= "a key that the listener got later is no matter to TIME_WAIT: an "
			  "unsigned old ACK is answered",
		.cite	= { "P-06", "D-31" },
		.given	= { .dut = MD5_KEYED },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "listen.md5.rst",
		.says	= "an unsigned RST kills TIME_WAIT on a port whose listener wants MD5",
		.cite	= { "N-41", "P-06", "D-10" },
		.given	= { .dut = MD5_KEYED },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	},

	/* the reopening number must not outlive the segment it was made for */
	{
		.id	= "listen.isn-leak.syn-fin",
		.says	= "the number made for a SYN with FIN that is dropped does not leak to the "
			  "next tuple",
		.cite	= { "D-44", "D-46", "N-35" },
		.step	= {
			{
				.send	= { .flags = SYN | FIN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SILENCE, .tw = GONE, .reason = "TCP_FLAGS" },
			}, {
				.send	= { .flags = SYN, .from = OTHER },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1),
					    .isn_not = REOPEN_ISN },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.4.1", "nobody outside can compute an ISN",
				 { .reply = SYN | ACK, .isn_not = REOPEN_ISN }),
		.except	= { NUMBER_LEAKS },
		.needs	= "H-05",
		LEAVES_A_NUMBER,
	}, {
		.id	= "listen.isn-leak.same-tuple",
		.says	= "after a SYN with FIN the tuple is free, and its next SYN gets a number "
			  "of its own",
		.cite	= { "D-44", "D-46", "N-35" },
		.step	= {
			{
				.send	= { .flags = SYN | FIN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SILENCE, .tw = GONE, .reason = "TCP_FLAGS" },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1),
					    .tsecr = AT(TS_RECENT, -1), .isn_not = REOPEN_ISN,
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.4.1", "nobody outside can compute an ISN",
				 { .reply = SYN | ACK, .isn_not = REOPEN_ISN }),
		.except	= { NUMBER_LEAKS },
		.needs	= "H-05",
		LEAVES_A_NUMBER,
	}, {
		.id	= "listen.isn-leak.min-ttl",
		.says	= "the number made for a SYN that the TTL limit drops does not leak to the "
			  "next tuple",
		.cite	= { "D-45", "D-46", "N-35" },
		.given	= { .dut = MIN_TTL },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
				.expect	= { .reply = SILENCE, .tw = GONE,
					    .counter = { "TcpExtTCPMinTTLDrop" } },
			}, {
				.send	= { .flags = SYN, .from = OTHER, .ttl = 255 },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1),
					    .isn_not = REOPEN_ISN },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.4.1", "nobody outside can compute an ISN",
				 { .reply = SYN | ACK, .isn_not = REOPEN_ISN }),
		.except	= { NUMBER_LEAKS },
		LEAVES_A_NUMBER,
	},

	/* the RST verdict, which only FIN_WAIT_2 gives */
	{
		.id	= "listen.reset.data",
		.says	= "data for a closed reader in FIN_WAIT_2 is reset, and the entry goes",
		.cite	= { "D-05", "D-48" },
		.given	= { .enter = TO_FIN_WAIT_2 },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = RST, .seq = AT(SEG_ACK, 0), .tw = GONE, RESET_BY_ENTRY },
	}, {
		.id	= "listen.reset.syn",
		.says	= "a SYN in FIN_WAIT_2 is reset, and the entry goes without a look at the "
			  "listener",
		.cite	= { "D-03", "D-48" },
		.given	= { .enter = TO_FIN_WAIT_2 },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = RST | ACK, .seq = NUMBER(0), .ack = AT(SEG_END, 0),
			    .tw = GONE, RESET_BY_ENTRY },
	},
};
/* clang-format on */

TW_CASE_TABLE(listen);
