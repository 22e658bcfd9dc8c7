/*
 * tcp_rfc1337=1: no RST kills TIME_WAIT any more, but one at R still leaves its timestamp.
 */
#include "cases.h"
#include "idioms.h"

#define RFC1337 .sysctl = { SYSCTL("tcp_rfc1337", "1") }

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "rfc1337.rst.seq-at",
		.says	= "with tcp_rfc1337 a RST at R does not kill, nor does it restart the "
			  "timer",
		.cite	= { "N-41", "D-11" },
		.given	= { RFC1337 },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RUNNING, .reason = "NOT_SPECIFIED" },
		.rfc	= DEMAND("RFC 1337 3 F1", "a RST in TIME_WAIT is ignored", A_SILENT_DROP),
		.also	= END_BY_9293,
		.except	= { RST_RESTARTS },
	}, {
		.id	= "rfc1337.rst.off",
		.says	= "with tcp_rfc1337 set to its default of 0 a RST at R kills",
		.cite	= { "N-40", "N-41", "D-10" },
		.given	= { .sysctl = { SYSCTL("tcp_rfc1337", "0") } },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= DEMAND("RFC 1337 3 F1", "a RST in TIME_WAIT is ignored", A_SILENT_DROP),
		.also	= END_BY_9293,
	}, {
		.id	= "rfc1337.rst.late",
		.says	= "tcp_rfc1337 protects a TIME_WAIT that was entered before it was set",
		.cite	= { "N-41", "D-11" },
		.given	= { .late = { SYSCTL("tcp_rfc1337", "1") } },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= DEMAND("RFC 1337 3 F1", "a RST in TIME_WAIT is ignored", A_SILENT_DROP),
		.also	= END_BY_9293,
		.except	= { RST_RESTARTS },
	}, {
		.id	= "rfc1337.rst.late-off",
		.says	= "switching tcp_rfc1337 off exposes a TIME_WAIT that was entered under it",
		.cite	= { "N-41", "D-10" },
		.given	= { RFC1337, .late = { SYSCTL("tcp_rfc1337", "0") } },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	}, {
		.id	= "rfc1337.rst.seq-above",
		.says	= "with tcp_rfc1337 a RST beside R is ignored as without it",
		.cite	= { "N-47", "D-32" },
		.given	= { RFC1337 },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= DEMAND("RFC 1337 3 F1", "a RST in TIME_WAIT is ignored", A_SILENT_DROP),
	}, {
		.id	= "rfc1337.rst.data",
		.says	= "with tcp_rfc1337 a RST that carries data is ignored",
		.cite	= { "N-41", "N-51", "D-11" },
		.given	= { RFC1337 },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= DEMAND("RFC 1337 3 F1", "a RST in TIME_WAIT is ignored", A_SILENT_DROP),
		.except	= { RST_RESTARTS },
	}, {
		.id	= "rfc1337.rst.syn",
		.says	= "with tcp_rfc1337 a SYN with RST at R is ignored",
		.cite	= { "N-33", "N-41", "D-11" },
		.given	= { RFC1337 },
		.send	= { .flags = SYN | RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= DEMAND("RFC 1337 3 F1", "a RST in TIME_WAIT is ignored", A_SILENT_DROP),
		.except	= { RST_RESTARTS },
	}, {
		.id	= "rfc1337.rst.no-ts",
		.says	= "with tcp_rfc1337 a RST without timestamps leaves nothing behind",
		.cite	= { "N-41", "D-11", "D-20" },
		.given	= { RFC1337 },
		.step	= {
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = ABSENT },
				.expect	= { .reply = SILENCE, .tw = RUNNING },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, 0) },
				.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0),
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND_IN_STEP(1, "RFC 1337 3 F1", "a RST in TIME_WAIT is ignored",
					 A_SILENT_DROP),
		.except	= { RST_RESTARTS },
	}, {
		.id	= "rfc1337.rst.plain",
		.says	= "tcp_rfc1337 protects a TIME_WAIT without timestamps as well",
		.cite	= { "N-41", "D-11" },
		.given	= { RFC1337, .ts = TS_OFF },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= DEMAND("RFC 1337 3 F1", "a RST in TIME_WAIT is ignored", A_SILENT_DROP),
		.also	= END_BY_9293,
		.except	= { RST_RESTARTS },
	}, {
		.id	= "rfc1337.rst.ts-below",
		.says	= "with tcp_rfc1337 PAWS still counts a RST with an older timestamp",
		.cite	= { "N-43", "D-30", "D-32" },
		.given	= { RFC1337 },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 1337 3 F1", "a RST in TIME_WAIT is ignored", A_SILENT_DROP),
		.also	= END_BY_9293,
		.except	= { ONE_PAWS_COUNTER },
	},

	/* the timestamp that it leaves */
	{
		.id	= "rfc1337.rst.moves-ts-recent",
		.says	= "a RST that tcp_rfc1337 ignores still moves TS.Recent, and PAWS then "
			  "refuses a good SYN",
		.cite	= { "N-44", "D-11", "D-30" },
		.given	= { RFC1337 },
		.step	= {
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +9) },
				.expect	= { .reply = SILENCE, .tw = RUNNING },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +8) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(+9), .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.2",
				 "the timestamp in a RST changes no state: accept the SYN",
				 A_CONNECTION),
		.except	= { RST_RESTARTS, ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "rfc1337.rst.echoed",
		.says	= "TIME_WAIT echoes a timestamp that it has only ever seen in a RST",
		.cite	= { "N-44", "D-11", "D-30" },
		.given	= { RFC1337 },
		.step	= {
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +9) },
				.expect	= { .reply = SILENCE, .tw = RUNNING },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1),
					    .tsval = AT(TS_RECENT, 0) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(+9), .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.2",
				 "the timestamp in a RST changes no state: echo the old one",
				 AN_ACK_ECHOING(0)),
		.except	= { RST_RESTARTS, ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "rfc1337.rst.far-future",
		.says	= "one forged RST with a timestamp from the far future locks every SYN of "
			  "the client out",
		.cite	= { "N-44", "D-11", "D-30" },
		.given	= { RFC1337 },
		.step	= {
			{
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, HALF_CIRCLE - 1) },
				.expect	= { .reply = SILENCE, .tw = RUNNING },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +1000) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(HALF_CIRCLE - 1),
					    .tw = RESTARTED, REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 7323 5.2",
				 "the timestamp in a RST changes no state: accept the SYN",
				 A_CONNECTION),
		.except	= { RST_RESTARTS, ONE_PAWS_COUNTER_IN_STEP(2) },
	},

	/* the rest goes on as before */
	{
		.id	= "rfc1337.assassination",
		.says	= "with tcp_rfc1337 the RST of a peer that forgot cannot assassinate "
			  "TIME_WAIT",
		.cite	= { "N-41", "D-31", "D-11" },
		.given	= { RFC1337 },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = ABSENT },
				.expect	= { .reply = SILENCE, .tw = RUNNING },
			},
		},
		.rfc	= DEMAND("RFC 1337 3 F1", "a RST in TIME_WAIT is ignored", A_SILENT_DROP),
		.also	= END_BY_9293,
		.except	= { RST_RESTARTS_IN_STEP(2) },
	}, {
		.id	= "rfc1337.syn",
		.says	= "tcp_rfc1337 does not keep a good SYN from reopening the tuple",
		.cite	= { "N-24", "D-20" },
		.given	= { RFC1337 },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "rfc1337.fin",
		.says	= "with tcp_rfc1337 a retransmitted FIN is acked and restarts the timer",
		.cite	= { "N-08", "D-31" },
		.given	= { RFC1337 },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	}, {
		.id	= "rfc1337.ack",
		.says	= "with tcp_rfc1337 an ACK at R is swallowed and restarts the timer",
		.cite	= { "N-09", "D-12" },
		.given	= { RFC1337 },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
	},
};
/* clang-format on */

TW_CASE_TABLE(rfc1337);
