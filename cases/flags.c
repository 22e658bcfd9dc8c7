/*
 * Odd flags hit TIME_WAIT: none at all, too many, and combinations that no honest stack sends.
 */
#include "cases.h"
#include "idioms.h"

#define CHRISTMAS_TREE (FIN | SYN | RST | PSH | ACK | URG)

#define BAD_CHECKSUM .counter = { "TcpInCsumErrors", "TcpInErrs" }, .reason = "TCP_CSUM"
#define SHORT_HEADER .counter = { "TcpInErrs" }, .reason = "PKT_TOO_SMALL"
#define ONE_ERROR_COUNTER                                                        \
	{                                                                        \
		.unless = "TcpInCsumErrors",                                     \
		.because = "older kernels count it with all other bad segments", \
		.expect.counter = { "TcpInErrs" },                               \
	}

#define SYN_FIN_ACCEPTED                                                                     \
	{                                                                                    \
		.unless = "H-05", .because = "before 3.3 a listener took it for a SYN",      \
		.expect = { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(+1), .tw = REOPENED }, \
	}

/* clang-format off */
static const struct tw_case rows[] = {
	/* no flag that matters */
	{
		.id	= "flags.none.seq-at",
		.says	= "a segment without flags at R restarts the timer, although without ACK "
			  "it means nothing",
		.cite	= { "N-10", "D-12" },
		.send	= { .flags = 0, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "a segment without ACK is dropped",
				 A_DROP_WITHOUT_EFFECT),
	}, {
		.id	= "flags.none.seq-below",
		.says	= "a segment without flags below R is answered, and does not restart the "
			  "timer",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = 0, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "flags.none.seq-above",
		.says	= "a segment without flags inside the old window is answered, and does not "
			  "restart the timer",
		.cite	= { "N-10", "D-31" },
		.send	= { .flags = 0, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "a segment without ACK is dropped",
				 A_DROP_WITHOUT_EFFECT),
	}, {
		.id	= "flags.none.moves-ts-recent",
		.says	= "a segment without flags moves TS.Recent, and PAWS then refuses a good "
			  "SYN",
		.cite	= { "N-10", "D-12", "D-30" },
		.step	= {
			{
				.send	= { .flags = 0, .seq = AT(RCV_NXT, 0),
					    .tsval = AT(TS_RECENT, +9) },
				.expect	= { .reply = SILENCE, .tw = RESTARTED },
			}, {
				.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1),
					    .tsval = AT(TS_RECENT, +8) },
				.expect	= { .reply = ACK, LAST_NUMBERS_ECHOING(+9), .tw = RESTARTED,
					    REJECTED_BY_PAWS },
			},
		},
		.rfc	= DEMAND("RFC 9293 3.10.7.4",
				 "a segment without ACK changes nothing: accept the SYN",
				 A_CONNECTION),
		.except	= { ONE_PAWS_COUNTER_IN_STEP(2) },
	}, {
		.id	= "flags.urg.seq-at",
		.says	= "URG alone at R restarts the timer",
		.cite	= { "N-10", "D-12" },
		.send	= { .flags = URG, .seq = AT(RCV_NXT, 0), .urg = 1 },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "a segment without ACK is dropped",
				 A_DROP_WITHOUT_EFFECT),
	}, {
		.id	= "flags.psh.seq-at",
		.says	= "PSH alone at R restarts the timer",
		.cite	= { "N-10", "D-12" },
		.send	= { .flags = PSH, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "a segment without ACK is dropped",
				 A_DROP_WITHOUT_EFFECT),
	}, {
		.id	= "flags.psh.seq-below",
		.says	= "PSH alone below R is answered, and does not restart the timer",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = PSH, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	}, {
		.id	= "flags.urg-ack.seq-at",
		.says	= "URG on an ACK at R is ignored",
		.cite	= { "N-14", "D-12" },
		.send	= { .flags = ACK | URG, .seq = AT(RCV_NXT, 0), .urg = 1 },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "URG in TIME_WAIT is ignored", A_SILENT_DROP,
				 AN_ACK),
	}, {
		.id	= "flags.psh-ack.seq-at",
		.says	= "PSH on an ACK at R is ignored",
		.cite	= { "N-13", "D-12" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
	}, {
		.id	= "flags.ece-cwr-ack.seq-at",
		.says	= "ECE and CWR on an ACK at R mean nothing to TIME_WAIT",
		.cite	= { "D-12" },
		.send	= { .flags = ACK | ECE | CWR, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RESTARTED },
	}, {
		.id	= "flags.ece-cwr.seq-below",
		.says	= "ECE and CWR alone below R are answered, and do not restart the timer",
		.cite	= { "N-15", "D-31" },
		.send	= { .flags = ECE | CWR, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.5.2",
				 "an unacceptable segment is answered by an empty ACK", AN_ACK),
	},

	/* SYN and something harmless */
	{
		.id	= "flags.syn-ece-cwr.seq-above",
		.says	= "a SYN that asks for ECN reopens the tuple",
		.cite	= { "N-24", "D-20" },
		.send	= { .flags = SYN | ECE | CWR, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "flags.syn-psh.seq-above",
		.says	= "PSH on a SYN does not keep it from reopening the tuple",
		.cite	= { "N-24", "D-20" },
		.send	= { .flags = SYN | PSH, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "flags.syn-urg.seq-above",
		.says	= "URG on a SYN does not keep it from reopening the tuple",
		.cite	= { "N-24", "D-20" },
		.send	= { .flags = SYN | URG, .seq = AT(RCV_NXT, +1), .urg = 1 },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 6191 2", "equal timestamp, greater number: accept",
				 A_CONNECTION),
	}, {
		.id	= "flags.syn-data.seq-above",
		.says	= "a SYN with data reopens the tuple, and the SYN-ACK does not ack the "
			  "data",
		.cite	= { "N-32", "D-20", "D-41" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .len = 5 },
		.expect	= { .reply = SYN | ACK, FRESH_NUMBERS_ECHOING(0), .tw = REOPENED },
		.rfc	= DEMAND("RFC 9293 3.10.7.2",
				 "data on a SYN is a matter for later: accept it or leave it",
				 A_CONNECTION, { .tw = ALIVE }),
	}, {
		.id	= "flags.syn-data.seq-below",
		.says	= "a SYN below R is not helped by data that reaches above R",
		.cite	= { "N-30", "N-26", "D-31" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, -5), .len = 100 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
	},

	/* SYN and FIN */
	{
		.id	= "flags.syn-fin.seq-above",
		.says	= "a SYN with FIN kills TIME_WAIT and is then dropped by the listener: "
			  "nobody is served",
		.cite	= { "N-32", "D-20", "D-40", "D-44" },
		.send	= { .flags = SYN | FIN, .seq = AT(RCV_NXT, +1),
			    .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SILENCE, .tw = GONE, .reason = "TCP_FLAGS" },
		.rfc	= DEMAND("RFC 9293 3.10.7.2", "accept it or leave TIME_WAIT alone",
				 A_CONNECTION, { .tw = ALIVE }),
		.except	= { SYN_FIN_ACCEPTED },
		LEAVES_A_NUMBER,
	}, {
		.id	= "flags.syn-fin.seq-below.ts-above",
		.says	= "a SYN with FIN below R kills TIME_WAIT by its newer timestamp",
		.cite	= { "N-32", "D-20", "D-44" },
		.send	= { .flags = SYN | FIN, .seq = AT(RCV_NXT, -1),
			    .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SILENCE, .tw = GONE, .reason = "TCP_FLAGS" },
		.rfc	= DEMAND("RFC 9293 3.10.7.2", "accept it or leave TIME_WAIT alone",
				 A_CONNECTION, { .tw = ALIVE }),
		.except	= { SYN_FIN_ACCEPTED },
		LEAVES_A_NUMBER,
	}, {
		.id	= "flags.syn-fin.seq-at.ts-equal",
		.says	= "a SYN with FIN at R is challenged like a SYN",
		.cite	= { "N-30", "D-31" },
		.send	= { .flags = SYN | FIN, .seq = AT(RCV_NXT, 0), .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.2", "accept it or leave TIME_WAIT alone",
				 A_CONNECTION, { .tw = ALIVE }),
	}, {
		.id	= "flags.syn-fin.seq-below.ts-equal",
		.says	= "a SYN with FIN below R is challenged like a SYN",
		.cite	= { "N-30", "N-26", "D-31" },
		.send	= { .flags = SYN | FIN, .seq = AT(RCV_NXT, -1), .tsval = AT(TS_RECENT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
	}, {
		.id	= "flags.syn-fin.ts-below",
		.says	= "PAWS saves TIME_WAIT from a SYN with FIN",
		.cite	= { "N-60", "N-26", "D-30", "D-31" },
		.send	= { .flags = SYN | FIN, .seq = AT(RCV_NXT, +1),
			    .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.also	= SILENCE_BY_6191,
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "flags.syn-fin.closed",
		.says	= "without a listener a SYN with FIN is answered by an ACK and TIME_WAIT "
			  "survives",
		.cite	= { "N-36", "D-47" },
		.given	= { .dut = CLOSED },
		.send	= { .flags = SYN | FIN, .seq = AT(RCV_NXT, +1),
			    .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "without a listener nothing can accept a SYN",
				 AN_ACK),
	},

	/* SYN and ACK */
	{
		.id	= "flags.syn-ack.seq-at",
		.says	= "a SYN-ACK at R is answered by an ACK and restarts the timer",
		.cite	= { "N-30", "D-31" },
		.send	= { .flags = SYN | ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
	}, {
		.id	= "flags.syn-ack.seq-above.ts-above",
		.says	= "a SYN-ACK never reopens a tuple, however new its number and timestamp "
			  "are",
		.cite	= { "N-30", "D-31" },
		.send	= { .flags = SYN | ACK, .seq = AT(RCV_NXT, +1),
			    .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
	}, {
		.id	= "flags.syn-ack.seq-below",
		.says	= "an old SYN-ACK is answered by an ACK and restarts the timer",
		.cite	= { "N-30", "D-31" },
		.send	= { .flags = SYN | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
	}, {
		.id	= "flags.syn-ack.ts-below",
		.says	= "a SYN-ACK with an older timestamp is refused by PAWS",
		.cite	= { "N-60", "D-30", "D-31" },
		.send	= { .flags = SYN | ACK, .seq = AT(RCV_NXT, +1),
			    .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.3", "an older segment is acked and dropped (R1)",
				 AN_ACK),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "flags.syn-fin-ack.seq-above",
		.says	= "SYN, FIN and ACK together are answered like a SYN-ACK",
		.cite	= { "N-30", "D-31" },
		.send	= { .flags = SYN | FIN | ACK, .seq = AT(RCV_NXT, +1),
			    .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
	},

	/* RST and something else */
	{
		.id	= "flags.syn-rst.seq-at",
		.says	= "a SYN with RST at R kills: the RST is looked at first",
		.cite	= { "N-33", "D-10" },
		.send	= { .flags = SYN | RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "the RST bit is looked at before the SYN bit"),
	}, {
		.id	= "flags.syn-rst.seq-above.ts-above",
		.says	= "a SYN with RST above R is dropped in silence, and reopens nothing",
		.cite	= { "N-33", "N-47", "D-32" },
		.send	= { .flags = SYN | RST, .seq = AT(RCV_NXT, +1),
			    .tsval = AT(TS_RECENT, +1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "the RST bit is looked at before the SYN bit",
				 A_SILENT_DROP, AN_ACK),
	}, {
		.id	= "flags.syn-rst-ack.seq-at",
		.says	= "SYN, RST and ACK together kill at R",
		.cite	= { "N-33", "D-10" },
		.send	= { .flags = SYN | RST | ACK, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "the RST bit is looked at before the SYN bit"),
	}, {
		.id	= "flags.fin-rst.seq-at",
		.says	= "a FIN does not take the sting out of a RST at R",
		.cite	= { "N-40", "D-10" },
		.send	= { .flags = FIN | RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "the RST bit is looked at before the FIN bit"),
	}, {
		.id	= "flags.fin-rst-ack.seq-below",
		.says	= "a retransmitted FIN gets no ACK if it has RST as well",
		.cite	= { "N-46", "D-32" },
		.send	= { .flags = FIN | RST | ACK, .seq = AT(RCV_NXT, -1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= CONFORMING("RFC 5961 3.2",
				     "a RST outside the window is dropped in silence"),
	},

	/* everything at once */
	{
		.id	= "flags.christmas-tree.seq-at",
		.says	= "a Christmas tree at R kills, since one of its candles is RST",
		.cite	= { "N-33", "D-10" },
		.send	= { .flags = CHRISTMAS_TREE, .seq = AT(RCV_NXT, 0), .urg = 1 },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "the RST bit is looked at before all others"),
	}, {
		.id	= "flags.christmas-tree.seq-above",
		.says	= "a Christmas tree above R goes out in silence",
		.cite	= { "N-33", "D-32" },
		.send	= { .flags = CHRISTMAS_TREE, .seq = AT(RCV_NXT, +1), .urg = 1 },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "the RST bit is looked at before all others",
				 A_SILENT_DROP, AN_ACK),
	}, {
		.id	= "flags.christmas-tree.all-eight",
		.says	= "all eight flags with data at R kill like a bare RST",
		.cite	= { "N-33", "N-51", "D-10" },
		.send	= { .flags = CHRISTMAS_TREE | ECE | CWR, .seq = AT(RCV_NXT, 0), .len = 5,
			    .urg = 1 },
		.expect	= { .reply = SILENCE, .tw = GONE },
		.rfc	= CONFORMING("RFC 9293 3.10.7.4",
				     "the RST bit is looked at before all others"),
	}, {
		.id	= "flags.christmas-tree.ts-below",
		.says	= "a Christmas tree with an older timestamp is counted by PAWS and dropped "
			  "in silence",
		.cite	= { "N-43", "D-30", "D-32" },
		.send	= { .flags = CHRISTMAS_TREE, .seq = AT(RCV_NXT, 0),
			    .tsval = AT(TS_RECENT, -1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING, REJECTED_BY_PAWS },
		.rfc	= DEMAND("RFC 7323 5.2", "a RST is not subject to PAWS", THE_END),
		.except	= { ONE_PAWS_COUNTER },
	}, {
		.id	= "flags.christmas-tree.without-rst",
		.says	= "a Christmas tree without RST is answered like a SYN-ACK",
		.cite	= { "N-30", "D-31" },
		.send	= { .flags = CHRISTMAS_TREE & ~RST, .seq = AT(RCV_NXT, +1), .urg = 1 },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RESTARTED },
		.rfc	= DEMAND("RFC 5961 4.2", "a SYN that is not acceptable is challenged",
				 AN_ACK),
	}, {
		.id	= "flags.port-scan",
		.says	= "the FIN, PSH and URG of a port scan are answered at R, and do not "
			  "restart the timer",
		.cite	= { "N-11", "D-31" },
		.send	= { .flags = FIN | PSH | URG, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = ACK, LAST_NUMBERS, .tw = RUNNING },
		.rfc	= DEMAND("RFC 9293 3.10.7.4", "a segment without ACK is dropped",
				 A_DROP_WITHOUT_EFFECT),
	},

	/* a wrong checksum */
	{
		.id	= "flags.bad-checksum.rst",
		.says	= "a RST at R with a wrong checksum does not reach TIME_WAIT",
		.cite	= { "P-05" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .bad_csum = true },
		.expect	= { .reply = SILENCE, .tw = RUNNING, BAD_CHECKSUM },
		.except	= { ONE_ERROR_COUNTER },
	}, {
		.id	= "flags.bad-checksum.syn",
		.says	= "a SYN above R with a wrong checksum does not reopen the tuple",
		.cite	= { "P-05" },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1), .bad_csum = true },
		.expect	= { .reply = SILENCE, .tw = RUNNING, BAD_CHECKSUM },
		.except	= { ONE_ERROR_COUNTER },
	}, {
		.id	= "flags.bad-checksum.ack",
		.says	= "an ACK at R with a wrong checksum does not restart the timer",
		.cite	= { "P-05" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, 0), .bad_csum = true },
		.expect	= { .reply = SILENCE, .tw = RUNNING, BAD_CHECKSUM },
		.except	= { ONE_ERROR_COUNTER },
	}, {
		.id	= "flags.bad-checksum.rst.long",
		.says	= "a RST with so much data that its checksum is looked at only after "
			  "TIME_WAIT was found does not kill if it is wrong",
		.cite	= { "P-05" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .len = 100, .bad_csum = true },
		.expect	= { .reply = SILENCE, .tw = RUNNING, BAD_CHECKSUM },
		.except	= { ONE_ERROR_COUNTER },
	}, {
		.id	= "flags.bad-checksum.data.long",
		.says	= "old data of that length with a wrong checksum is not answered",
		.cite	= { "P-05" },
		.send	= { .flags = PSH | ACK, .seq = AT(RCV_NXT, -1), .len = 100,
			    .bad_csum = true },
		.expect	= { .reply = SILENCE, .tw = RUNNING, BAD_CHECKSUM },
		.except	= { ONE_ERROR_COUNTER },
	},

	/* what never gets as far as TIME_WAIT */
	{
		.id	= "flags.astray.rst",
		.says	= "a RST at R in a frame to another host is nothing to TIME_WAIT",
		.cite	= { "P-01" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .astray = true },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
	}, {
		.id	= "flags.astray.ack",
		.says	= "an old ACK in a frame to another host is not answered, nor does it restart the "
			  "timer",
		.cite	= { "P-01" },
		.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1), .astray = true },
		.expect	= { .reply = SILENCE, .tw = RUNNING },
	}, {
		.id	= "flags.short-header.rst",
		.says	= "a RST at R whose header is too short to be one is an error, and no RST",
		.cite	= { "P-02" },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0), .cut = true },
		.expect	= { .reply = SILENCE, .tw = RUNNING, SHORT_HEADER },
	}, {
		.id	= "flags.short-header.fin",
		.says	= "a retransmitted FIN whose header is too short is not acked",
		.cite	= { "P-02" },
		.send	= { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1), .cut = true },
		.expect	= { .reply = SILENCE, .tw = RUNNING, SHORT_HEADER },
	}, {
		.id	= "flags.ipsec.rst",
		.says	= "an IPsec policy that lets nothing in keeps a RST from killing TIME_WAIT",
		.cite	= { "P-04" },
		.given	= { .dut = IPSEC_REFUSED },
		.send	= { .flags = RST, .seq = AT(RCV_NXT, 0) },
		.expect	= { .reply = SILENCE, .tw = RUNNING, .reason = "XFRM_POLICY" },
	}, {
		.id	= "flags.ipsec.syn",
		.says	= "an IPsec policy that lets nothing in keeps a good SYN from the tuple",
		.cite	= { "P-04" },
		.given	= { .dut = IPSEC_REFUSED },
		.send	= { .flags = SYN, .seq = AT(RCV_NXT, +1) },
		.expect	= { .reply = SILENCE, .tw = RUNNING, .reason = "XFRM_POLICY" },
	}, {
		.id	= "flags.ipsec.ack",
		.says	= "an IPsec policy for one tuple is no matter to the next port of the same "
			  "host",
		.cite	= { "P-04", "P-06" },
		.given	= { .dut = IPSEC_REFUSED },
		.step	= {
			{
				.send	= { .flags = ACK, .seq = AT(RCV_NXT, -1) },
				.expect	= { .reply = SILENCE, .tw = RUNNING,
					    .reason = "XFRM_POLICY" },
			}, {
				.send	= { .flags = SYN, .from = OTHER },
				.expect	= { .reply = SYN | ACK, .ack = AT(SEG_SEQ, +1),
					    .tw = REOPENED },
			},
		},
	},
};
/* clang-format on */

TW_CASE_TABLE(flags);
