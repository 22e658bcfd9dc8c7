/*
 * A FIN hits TIME_WAIT, which exists for the sake of the one that is sent again.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "fin.retransmitted",
		.says	= "the peer's FIN, sent again because its ACK was lost, is acked again and "
			  "restarts the timer",
		.cite	= { "N-08", "D-31" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
		.claim	= {
			{ .id = "C1-4", .want = { .reply = ACK, .ack = AT(SEG_END, 0) } },
			{ .id = "C1-5", .want = { .reply = ACK, .tw = ALIVE } },
			{ .id = "C2-2", .want = AN_ACK_AND_RESTART },
		},
	}, {
		.id	= "fin.seq-at",
		.says	= "a second FIN, one above the first, is acked at R as if it had not been "
			  "there",
		.cite	= { "N-09", "D-31" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "acknowledge it and restart the 2 MSL timeout"),
	}, {
		.id	= "fin.seq-above",
		.says	= "a FIN that leaves a gap above R is acked at R",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "acknowledge it and restart the 2 MSL timeout",
				 AN_ACK_AND_RESTART),
	}, {
		.id	= "fin.seq-far-above",
		.says	= "a FIN far outside the window is acked at R",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, +1000000) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "fin.seq-far-below",
		.says	= "a FIN from a million bytes ago is acked at R",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1000000) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "fin.seq-antipode",
		.says	= "a FIN at the antipode of R is acked at R",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, HALF_CIRCLE) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "fin.with-data",
		.says	= "a FIN that is sent again together with the data before it is acked "
			  "again",
		.cite	= { "N-08", "N-13", "D-31" },
		.send	= { .flags = FIN | PSH | ACK, .seq = AT(RCV_NXT, -6), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	}, {
		.id	= "fin.with-new-data",
		.says	= "a FIN behind data that was never sent before is acked at R: both are "
			  "ignored",
		.cite	= { "N-13", "D-31" },
		.send	= { .flags = FIN | PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4", "data in TIME_WAIT is ignored, R stays"),
	}, {
		.id	= "fin.unsent",
		.says	= "a retransmitted FIN that acks what was never sent is acked again",
		.cite	= { "N-08", "N-12", "D-31" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1),
			    .ack = AT(SND_NXT, +999999) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "fin.not-acking-ours",
		.says	= "a FIN that does not yet ack the DUT's, as one that crossed it, is acked "
			  "again",
		.cite	= { "N-03", "N-08", "D-31" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1), .ack = AT(SND_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	}, {
		.id	= "fin.urg",
		.says	= "an urgent pointer on the retransmitted FIN is ignored",
		.cite	= { "N-14", "N-08", "D-31" },
		.send	= { .flags = FIN | ACK | URG, .seq = AT(RCV_NXT, -1), .urg = 1 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	}, {
		.id	= "fin.ts-above",
		.says	= "a retransmitted FIN with a newer timestamp is acked, and the ACK echoes "
			  "the old one",
		.cite	= { "N-61", "N-08", "D-31" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1),
			    .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		/* 5.3 rejects what is outside the window first, appendix D looks at the timestamp first */
		.rfc	= DEMAND("RFC 7323 5.3",
				 "what lies before the window is rejected (R2), or moves TS.Recent (R3)",
				 AN_ACK_ECHOING(0), AN_ACK_ECHOING(+1)),
	}, {
		.id	= "fin.closed.retransmitted",
		.says	= "a retransmitted FIN is acked although nobody listens on the port any "
			  "more",
		.cite	= { "N-08", "P-03", "D-31" },
		.given	= { .dut = CLOSED },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
	},

	/* without ACK */
	{
		.id	= "fin.no-ack.seq-at",
		.says	= "a FIN without ACK at R is answered as if it were out of window, and "
			  "does not restart the timer",
		.cite	= { "N-11", "D-31" },
		.send	= { .flags = FIN, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "a segment without ACK is dropped",
				 A_DROP_WITHOUT_EFFECT),
	}, {
		.id	= "fin.no-ack.seq-below",
		.says	= "the old FIN without its ACK is answered, and does not restart the timer",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = FIN, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "fin.no-ack.seq-above",
		.says	= "a FIN without ACK inside the old window is answered, and does not "
			  "restart the timer",
		.cite	= { "N-11", "D-31" },
		.send	= { .flags = FIN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "a segment without ACK is dropped",
				 A_DROP_WITHOUT_EFFECT),
	},

	/* what it is all for */
	{
		.id	= "fin.keeps-alive",
		.says	= "a FIN that comes again after half a minute makes TIME_WAIT outlive its "
			  "first minute",
		.cite	= { "N-08", "D-31" },
		.step	= {
			{
				.pause_ms = 35000,
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.pause_ms = 35000,
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			},
		},
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a FIN that is sent again is acked and restarts the 2 MSL"),
		.slow	= true,
		.claim	= {
			{ .id = "C2-2", .as_expected = true },
		},
	},
};
/* clang-format on */

TW_CASE_TABLE(fin);
