/*
 * A RST hits TIME_WAIT: at R it kills, elsewhere it is ignored. tcp_rfc1337 is in rfc1337.c.
 */
#include "cases.h"
#include "idioms.h"

/* clang-format off */
static const struct tw_case rows[] = {
	/* its number */
	{
		.id	= "rst.seq-at",
		.says	= "a RST at R kills TIME_WAIT at once",
		.cite	= { "N-40", "N-41", "D-10" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE, .reason = "NOT_SPECIFIED" },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	}, {
		.id	= "rst.seq-below",
		.says	= "a RST one below R is dropped in silence",
		.cite	= { "N-46", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING, .reason = "NOT_SPECIFIED" },
		.rfc	= CONFORMING("RFC 5961 3.2",
				     "a RST outside the window is dropped in silence"),
	}, {
		.id	= "rst.seq-above",
		.says	= "a RST one above R is ignored where a challenge ACK would be due",
		.cite	= { "N-47", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 3.2", "a RST in the window but not at R is challenged",
				 AN_ACK),
	}, {
		.id	= "rst.seq-inside",
		.says	= "a RST well inside the old window cannot kill TIME_WAIT by guessing",
		.cite	= { "N-47", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, +1000) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 3.2", "a RST in the window but not at R is challenged",
				 AN_ACK),
	}, {
		.id	= "rst.seq-far-above",
		.says	= "a RST far above the window is dropped in silence",
		.cite	= { "N-46", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, +1000000) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= CONFORMING("RFC 5961 3.2",
				     "a RST outside the window is dropped in silence"),
	}, {
		.id	= "rst.seq-far-below",
		.says	= "a RST from a million bytes ago is dropped in silence",
		.cite	= { "N-46", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, -1000000) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= CONFORMING("RFC 5961 3.2",
				     "a RST outside the window is dropped in silence"),
	}, {
		.id	= "rst.seq-farthest-above",
		.says	= "a RST one step before the antipode of R is dropped in silence",
		.cite	= { "N-46", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, HALF_CIRCLE - 1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= CONFORMING("RFC 5961 3.2",
				     "a RST outside the window is dropped in silence"),
	}, {
		.id	= "rst.seq-antipode",
		.says	= "a RST at the antipode of R is dropped in silence",
		.cite	= { "N-46", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, HALF_CIRCLE) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= CONFORMING("RFC 5961 3.2",
				     "a RST outside the window is dropped in silence"),
	}, {
		.id	= "rst.seq-farthest-below",
		.says	= "a RST one step past the antipode of R is dropped in silence",
		.cite	= { "N-46", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, HALF_CIRCLE + 1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= CONFORMING("RFC 5961 3.2",
				     "a RST outside the window is dropped in silence"),
	},

	/* what comes with it */
	{
		.id	= "rst.ack",
		.says	= "a RST with ACK at R kills",
		.cite	= { "N-40", "N-41", "D-10" },
		.send	= { .flags = RST | ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	}, {
		.id	= "rst.ack.unsent",
		.says	= "a RST at R kills whatever it claims to acknowledge",
		.cite	= { "N-40", "N-12", "D-10" },
		.send	= { .flags = RST | ACK, .seq = AT(RCV_NXT, 0),
			    .ack = AT(SND_NXT, +999999) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "the RST bit is looked at before the ACK field"),
	}, {
		.id	= "rst.ack.seq-below",
		.says	= "a RST with ACK one below R gets no answer, unlike an ACK without RST",
		.cite	= { "N-46", "D-32" },
		.send	= { .flags = RST | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= CONFORMING("RFC 5961 3.2",
				     "a RST outside the window is dropped in silence"),
	}, {
		.id	= "rst.data",
		.says	= "a RST that carries a byte kills like one without",
		.cite	= { "N-51", "D-10" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .len = 1 },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.5.3", "a RST may carry data"),
	}, {
		.id	= "rst.data.seq-below",
		.says	= "a RST below R is ignored even if its data ends above R",
		.cite	= { "N-51", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, -1), .len = 5 },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
	}, {
		.id	= "rst.closed",
		.says	= "a RST at R kills TIME_WAIT on a port that nobody listens on",
		.cite	= { "N-40", "N-41", "P-03", "D-10" },
		.given	= { .dut = CLOSED },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	},

	/* its timestamp */
	{
		.id	= "rst.ts-above",
		.says	= "a RST with a newer timestamp kills",
		.cite	= { "N-40", "N-41", "D-10" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "a RST in TIME_WAIT closes the connection"),
		.also	= LIFE_BY_1337,
	}, {
		.id	= "rst.ts-antipode",
		.says	= "a RST with a timestamp at the antipode of T passes PAWS and kills",
		.cite	= { "N-43", "N-64", "D-10" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 7323 5.2", "a RST is not subject to PAWS"),
	}, {
		.id	= "rst.ts-below",
		.says	= "a RST with an older timestamp is refused by PAWS, which no RST should "
			  "be",
		.cite	= { "N-43", "D-30", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.2", "a RST is not subject to PAWS", THE_END),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "rst.ts-farthest-below",
		.says	= "a RST with the oldest timestamp on the circle is refused by PAWS",
		.cite	= { "N-43", "D-30", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0),
			    .tsval = AT(TS_RECENT, HALF_CIRCLE + 1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.2", "a RST is not subject to PAWS", THE_END),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "rst.seq-below.ts-below",
		.says	= "a RST that is older in number and timestamp is counted by PAWS and "
			  "dropped in silence",
		.cite	= { "N-46", "D-30", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING, REJECTED_BY_PAWS },
		.rfc	= CONFORMING("RFC 5961 3.2",
				     "a RST outside the window is dropped in silence"),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "rst.seq-below.ts-above",
		.says	= "a newer timestamp does not help a RST that is not at R",
		.cite	= { "N-46", "D-32" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= CONFORMING("RFC 5961 3.2",
				     "a RST outside the window is dropped in silence"),
	}, {
		.id	= "rst.ts-below.after-minute",
		.says	= "after a minute without a new timestamp PAWS lets a RST pass, however "
			  "old its own is",
		.cite	= { "N-43", "D-10" },
		.step	= {
			{
				.pause_ms = 32000,
				.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.pause_ms = 32000,
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, -1) },
				.expect	= { .reply = SILENCE, .tw = GONE },
			},
		},
		.rfc	= CONFORMING("RFC 7323 5.2", "a RST is not subject to PAWS"),
		.slow	= true,
	},

	/* its time, and assassination */
	{
		.id	= "rst.after-half-second",
		.says	= "a RST kills a TIME_WAIT that is half a second old",
		.cite	= { "N-42", "D-10" },
		.step	= {
			{
				.pause_ms = 500,
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = SILENCE, .tw = GONE },
			},
		},
		.rfc	= DEMAND("RFC 1337 3 F2",
				 "with timestamps a RST is ignored for two seconds", A_SILENT_DROP),
	}, {
		.id	= "rst.after-three-seconds",
		.says	= "a RST kills a TIME_WAIT that is three seconds old",
		.cite	= { "N-42", "D-10" },
		.step	= {
			{
				.pause_ms = 3000,
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
				.expect	= { .reply = SILENCE, .tw = GONE },
			},
		},
		.rfc	= CONFORMING("RFC 1337 3 F2",
				     "after two seconds a RST closes the connection"),
		.slow	= true,
	}, {
		.id	= "rst.assassination",
		.says	= "an old ACK makes TIME_WAIT answer a peer that forgot, whose RST then "
			  "assassinates it",
		.cite	= { "N-41", "N-40", "D-31", "D-10" },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
			}, {
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = ABSENT },
				.expect	= { .reply = SILENCE, .tw = GONE },
			},
		},
		.rfc	= DEMAND("RFC 1337 3 F1", "a RST in TIME_WAIT is ignored", A_SILENT_DROP),
		.also	= END_BY_9293,
	}, {
		.id	= "rst.assassination.by-syn",
		.says	= "a client whose old SYN was challenged answers with a RST at R, which "
			  "kills",
		.cite	= { "N-30", "N-41", "D-31", "D-10" },
		.step	= {
			{
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000000) },
				.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
			}, {
				.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .tsval = ABSENT },
				.expect	= { .reply = SILENCE, .tw = GONE },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, -1000000) },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1),
					    .tsecr = AT(TS_RECENT, 0), .isn_not = REOPEN_ISN,
					    .tw = REOPENED },
			},
		},
		.rfc	= DEMAND_IN_STEP(2, "RFC 1337 3 F1", "a RST in TIME_WAIT is ignored",
					 A_SILENT_DROP),
	},
};
/* clang-format on */

TW_CASE_TABLE(rst);
