/*
 * A bare ACK hits TIME_WAIT: only its sequence number counts, never its acknowledgment number.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "ack.seq-at",
		.says	= "a bare ACK at R is swallowed without an answer, and restarts the timer",
		.cite	= { "N-09", "D-12" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED, .reason = "NOT_SPECIFIED" },
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "read literally, all that arrives is acked and restarts the 2 MSL",
				 AN_ACK_AND_RESTART),
	}, {
		.id	= "ack.seq-below",
		.says	= "an old ACK, or a keep-alive probe, is answered by an ACK of the last "
			  "numbers",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED,
			    .reason = "NOT_SPECIFIED" },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "ack.seq-above",
		.says	= "an ACK one above R is treated as if it were outside the window",
		.cite	= { "N-15", "N-09", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "read literally, all that arrives is acked and restarts the 2 MSL",
				 AN_ACK_AND_RESTART),
	}, {
		.id	= "ack.seq-inside",
		.says	= "TIME_WAIT has no window: an ACK well inside the old one is answered",
		.cite	= { "N-15", "N-09", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, +1000) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "read literally, all that arrives is acked and restarts the 2 MSL",
				 AN_ACK_AND_RESTART),
	}, {
		.id	= "ack.seq-window-end",
		.says	= "an ACK about where the old window ended is answered like all others",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, +65535) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
	}, {
		.id	= "ack.seq-far-above",
		.says	= "an ACK far outside the window is answered, and still restarts the timer",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, +1000000) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "ack.seq-far-below",
		.says	= "an ACK from a million bytes ago keeps TIME_WAIT alive",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1000000) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "ack.seq-farthest-above",
		.says	= "an ACK one step before the antipode of R is answered",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, HALF_CIRCLE - 1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "ack.seq-antipode",
		.says	= "an ACK at the antipode of R is answered",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, HALF_CIRCLE) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "ack.seq-farthest-below",
		.says	= "an ACK one step past the antipode of R is answered",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, HALF_CIRCLE + 1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	},

	/* what is acked */
	{
		.id	= "ack.unsent",
		.says	= "an ACK of what was never sent is swallowed as if it were right",
		.cite	= { "N-12", "D-12" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .ack = AT(SND_NXT, +999999) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 5961 5.2",
				 "an ACK of the future is answered by an ACK and dropped",
				 AN_ACK_ONLY),
	}, {
		.id	= "ack.unsent-by-one",
		.says	= "an ACK of one byte more than was sent is swallowed as if it were right",
		.cite	= { "N-12", "D-12" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .ack = AT(SND_NXT, +1) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 5961 5.2",
				 "an ACK of the future is answered by an ACK and dropped",
				 AN_ACK_ONLY),
	}, {
		.id	= "ack.ancient",
		.says	= "an ACK from half the number space ago is swallowed as if it were right",
		.cite	= { "N-12", "D-12" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0),
			    .ack = AT(SND_NXT, HALF_CIRCLE + 1) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 5961 5.2",
				 "an ACK from before the window is answered by an ACK and dropped",
				 AN_ACK_ONLY),
	}, {
		.id	= "ack.of-data-only",
		.says	= "an ACK that stops short of the DUT's FIN is swallowed as well",
		.cite	= { "N-09", "D-12" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .ack = AT(SND_NXT, -1) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "read literally, all that arrives is acked and restarts the 2 MSL",
				 AN_ACK_AND_RESTART),
	}, {
		.id	= "ack.seq-below.unsent",
		.says	= "an old ACK of what was never sent is answered with the right numbers",
		.cite	= { "N-15", "N-12", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1), .ack = AT(SND_NXT, +999999) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	},

	/* what surrounds it */
	{
		.id	= "ack.tiny-window",
		.says	= "the window that an ACK announces means nothing to TIME_WAIT",
		.cite	= { "D-12" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .win = 1 },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
	}, {
		.id	= "ack.seq-below.ce",
		.says	= "an old ACK that met congestion on its way is answered all the same",
		.cite	= { "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1), .ecn = 3 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
	}, {
		.id	= "ack.seq-below.ttl-one",
		.says	= "an old ACK that arrives with its last hop used up is answered",
		.cite	= { "P-06", "D-31" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1), .ttl = 1 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
	}, {
		.id	= "ack.closed.seq-below",
		.says	= "TIME_WAIT answers an old ACK although nobody listens on the port any "
			  "more",
		.cite	= { "N-15", "P-03", "D-31" },
		.given	= { .dut = CLOSED },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "ack.closed.seq-at",
		.says	= "TIME_WAIT swallows an ACK at R that would otherwise be reset by the "
			  "closed port",
		.cite	= { "N-09", "P-03", "D-12" },
		.given	= { .dut = CLOSED },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "read literally, all that arrives is acked and restarts the 2 MSL",
				 AN_ACK_AND_RESTART),
	},
};
/* clang-format on */

TW_CASE_TABLE(ack);
