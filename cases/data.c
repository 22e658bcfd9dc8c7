/*
 * Data hits TIME_WAIT: it is never taken, and always acked at R without any rate limit.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "data.seq-at",
		.says	= "data at R is acked at R: TIME_WAIT ignores the bytes and restarts the "
			  "timer",
		.cite	= { "N-13", "D-31" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4", "data in TIME_WAIT is ignored, R stays"),
	}, {
		.id	= "data.seq-at.full",
		.says	= "a full segment at R is acked at R like a single byte",
		.cite	= { "N-13", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .len = 1400 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4", "data in TIME_WAIT is ignored, R stays"),
	}, {
		.id	= "data.keepalive",
		.says	= "a keep-alive probe with its one byte of garbage is acked",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1), .len = 1 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "data.retransmitted",
		.says	= "old data that ends at R is acked once more",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, -6), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "data.overlapping",
		.says	= "data that begins below R and ends above it is acked at R",
		.cite	= { "N-13", "D-31" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, -5), .len = 10 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4", "data in TIME_WAIT is ignored, R stays"),
	}, {
		.id	= "data.seq-above",
		.says	= "data above R is acked at R, with no thought of keeping it",
		.cite	= { "N-13", "D-31" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, +1), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4", "data in TIME_WAIT is ignored, R stays"),
	}, {
		.id	= "data.seq-far-above",
		.says	= "data far above the window is acked at R",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, +1000000), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "data.seq-far-below",
		.says	= "data from a million bytes ago is acked at R",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, -1000000), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "data.seq-antipode",
		.says	= "data at the antipode of R is acked at R",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, HALF_CIRCLE), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "data.urgent",
		.says	= "urgent data at R is acked and ignored like any other",
		.cite	= { "N-14", "N-13", "D-31" },
		.send	= { .flags = PSH | ACK | URG, .seq = AT(RCV_NXT, 0), .len = 5, .urg = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4", "urgent data in TIME_WAIT is ignored"),
	}, {
		.id	= "data.unsent",
		.says	= "data that acks what was never sent is acked, and restarts the timer all "
			  "the same",
		.cite	= { "N-12", "D-31" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .ack = AT(SND_NXT, +999999),
			    .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 5961 5.2",
				 "an ACK of the future is answered by an ACK and dropped",
				 AN_ACK_ONLY),
	}, {
		.id	= "data.no-ack.seq-at",
		.says	= "data without ACK at R is answered, and does not restart the timer",
		.cite	= { "N-11", "D-31" },
		.send	= { .flags = PSH, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "a segment without ACK is dropped",
				 A_DROP_WITHOUT_EFFECT),
	}, {
		.id	= "data.no-ack.retransmitted",
		.says	= "old data without ACK is answered, and does not restart the timer",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = 0, .seq = AT(RCV_NXT, -6), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "data.no-ack.seq-above",
		.says	= "data without ACK inside the old window is answered, and does not "
			  "restart the timer",
		.cite	= { "N-11", "D-31" },
		.send	= { .flags = PSH, .seq = AT(RCV_NXT, +1), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "a segment without ACK is dropped",
				 A_DROP_WITHOUT_EFFECT),
	}, {
		.id	= "data.closed",
		.says	= "data is acked, not reset, although its reader is gone and nobody "
			  "listens on the port",
		.cite	= { "N-13", "P-03", "D-31" },
		.given	= { .dut = CLOSED },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4", "data in TIME_WAIT is ignored, R stays"),
	}, {
		.id	= "data.in-order",
		.says	= "data in order does not move R: the byte behind it is acked at R again",
		.cite	= { "N-13", "D-31" },
		.step	= {
			{
				.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 1 },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, +1), .len = 1 },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			},
		},
		.rfc	= DEMAND_IN_STEP(2, "RFC 9293 3.10.7.4",
					 "data in TIME_WAIT is ignored, R stays", AN_ACK),
	},
};
/* clang-format on */

TW_CASE_TABLE(data);
