/*
 * The rule book in short: what the RFCs demand about TIME_WAIT (N) and how Linux decides (P: on the
 * way to the state function, D: in it and after it), so that a citation can be told in words.
 */
#include <string.h>

#include "twprobe/case.h"

/* clang-format off */
#define RULE(id_, source_, level_, says_) \
	{ .id = id_, .source = source_, .level = level_, .says = says_ }
#define UNTESTABLE(id_, source_, level_, says_, because_) \
	{ .id = id_, .source = source_, .level = level_, .says = says_, .untestable = because_ }
/* clang-format on */

static const struct tw_rule rules[] = {
	/* into TIME_WAIT, while in it, and out of it */
	RULE("N-01", "RFC 9293 3.6.1", "MUST",
	     "the side that closes first lingers for 2 MSL, which is four minutes"),
	RULE("N-02", "RFC 9293 3.6", "", "a FIN in FIN_WAIT_2 is acked and leads to TIME_WAIT"),
	RULE("N-03", "RFC 9293 3.6", "",
	     "FINs that cross lead both ends through CLOSING to TIME_WAIT"),
	RULE("N-04", "RFC 9293 3.3.2", "",
	     "a FIN that acks ours leads straight from FIN_WAIT_1 to TIME_WAIT"),
	RULE("N-05", "RFC 9293 3.10.7.4", "", "the side that closes last has no TIME_WAIT"),
	RULE("N-06", "RFC 9293 3.5.2", "SHOULD", "whoever issues a RST goes to TIME_WAIT too"),
	RULE("N-07", "RFC 9293 3.10.8", "",
	     "when the time is up the connection is deleted; what comes later meets a RST"),
	RULE("N-08", "RFC 9293 3.10.7.4", "",
	     "a FIN that is sent again is acked again and restarts the 2 MSL"),
	RULE("N-09", "RFC 9293 3.10.7.4", "",
	     "read literally, every acceptable ACK is acked and restarts the 2 MSL"),
	RULE("N-10", "RFC 9293 3.10.7.4", "",
	     "an acceptable segment without ACK is dropped and changes nothing"),
	RULE("N-11", "RFC 9293 3.10.7.4", "", "the same holds if it carries FIN or data"),
	RULE("N-12", "RFC 5961 5.2", "MUST",
	     "an acknowledgment of what was never sent, or too long ago, is acked and dropped"),
	RULE("N-13", "RFC 9293 3.10.7.4", "", "data in TIME_WAIT is ignored"),
	RULE("N-14", "RFC 9293 3.10.7.4", "", "urgent data in TIME_WAIT is ignored"),
	RULE("N-15", "RFC 9293 3.5.2", "MUST",
	     "an unacceptable segment is answered by an empty ACK and changes no state"),
	RULE("N-16", "RFC 9293 3.4.2", "SHOULD", "after a crash a host keeps quiet for one MSL"),

	/* a new SYN */
	RULE("N-20", "RFC 1122 4.2.2.13", "MAY",
	     "a SYN above everything the old connection used may reopen it"),
	RULE("N-21", "RFC 1122 4.2.2.13", "MAY",
	     "provided that TIME_WAIT comes back if the SYN was an old duplicate"),
	RULE("N-22", "RFC 6191 2", "SHOULD",
	     "a SYN with a newer timestamp is accepted, whatever its number"),
	RULE("N-23", "RFC 6191 2", "SHOULD",
	     "with an equal timestamp its number has to be above the FIN's: R is above it"),
	RULE("N-24", "RFC 6191 2", "SHOULD",
	     "with an equal timestamp and a number above the old ones it is accepted"),
	RULE("N-25", "RFC 6191 2", "SHOULD",
	     "without a timestamp a number above the FIN's is enough"),
	RULE("N-26", "RFC 6191 2", "SHOULD",
	     "every other SYN is dropped in silence and TIME_WAIT stays"),
	RULE("N-27", "RFC 6191 2", "SHOULD",
	     "a SYN that brings timestamps to a tuple that had none is accepted"),
	RULE("N-28", "RFC 6191 2", "SHOULD",
	     "without timestamps on either side a number above the FIN's is accepted"),
	RULE("N-29", "RFC 6191 2", "",
	     "what counts is whether the new connection would use timestamps, on both ends"),
	RULE("N-30", "RFC 5961 4.2", "SHOULD",
	     "a SYN that is not acceptable is challenged by an ACK and dropped"),
	RULE("N-31", "RFC 5961 4.2", "",
	     "if its number is R-1 that challenge looks like an answer to the client"),
	RULE("N-32", "RFC 9293 3.10.7.2", "",
	     "a FIN on a SYN is a matter for later: accept it or leave the state alone"),
	RULE("N-33", "RFC 9293 3.10.7.4", "", "the RST bit is looked at before the SYN bit"),
	RULE("N-34", "RFC 6528 3", "SHOULD",
	     "initial sequence numbers are a clock plus a keyed hash"),
	RULE("N-35", "RFC 9293 3.4.1", "MUST", "nobody outside can compute that hash"),
	RULE("N-36", "RFC 9293 3.10.7.4", "",
	     "without a listener there is nothing that could accept a SYN"),

	/* RST */
	RULE("N-40", "RFC 9293 3.10.7.4", "", "a RST in TIME_WAIT closes the connection"),
	RULE("N-41", "RFC 1337 3 F1", "SHOULD",
	     "a RST in TIME_WAIT is ignored, or old duplicates assassinate it"),
	RULE("N-42", "RFC 1337 3 F2", "MAY",
	     "or it is ignored for two seconds, where timestamps are in use"),
	RULE("N-42b", "RFC 1337 3 F2", "",
	     "an ACK from TIME_WAIT makes an old duplicate young: it has the current clock"),
	RULE("N-43", "RFC 7323 5.2", "MUST", "a RST is not subject to PAWS"),
	RULE("N-44", "RFC 7323 5.2", "MUST", "the timestamp in a RST changes no state"),
	RULE("N-45", "RFC 7323 5.2", "SHOULD",
	     "a RST that answers a timestamp carries TSval 0 and echoes it"),
	RULE("N-46", "RFC 5961 3.2", "", "a RST outside the window is dropped in silence"),
	RULE("N-47", "RFC 5961 3.2", "SHOULD",
	     "a RST inside the window but not at R is challenged by an ACK"),
	RULE("N-48", "RFC 7323 5.2", "MUST", "nor is it subject to PAWS in FIN_WAIT_2"),
	RULE("N-49", "RFC 5961 3.2", "SHOULD", "the challenge is due in SYN_RECEIVED as well"),
	RULE("N-50", "RFC 9293 3.5.2", "",
	     "where there is no connection a RST answers, numbered by what it answers"),
	RULE("N-51", "RFC 9293 3.5.3", "SHOULD", "a RST may carry data"),
	RULE("N-52", "RFC 9293 3.10.7.3", "",
	     "in SYN_SENT an acknowledgment of something else is answered by a RST"),
	RULE("N-53", "RFC 9293 3.10.7.3", "", "in SYN_SENT only a RST that acks the SYN counts"),

	/* timestamps */
	RULE("N-60", "RFC 7323 5.3", "MUST",
	     "a segment older than TS.Recent is acked and dropped, before its number is looked at"),
	RULE("N-61", "RFC 7323 5.3", "MUST",
	     "TS.Recent follows every segment that begins at or before the last ACK sent"),
	RULE("N-62", "RFC 7323 5.3", "", "it follows the one that is in sequence"),
	RULE("N-63", "RFC 7323 5.3", "",
	     "it follows the FIN that completes the way into TIME_WAIT"),
	RULE("N-64", "RFC 7323 5.2", "", "older means by less than half the circle"),
	RULE("N-65", "RFC 7323 5.5", "MUST", "TS.Recent is good for 24 days"),
	RULE("N-66", "RFC 7323 3.2", "MUST",
	     "once negotiated, timestamps are in every segment but a RST"),
	RULE("N-67", "RFC 7323 3.2", "MUST", "and that when TS.Recent happens to be 0, too"),
	RULE("N-68", "RFC 7323 3.2", "SHOULD",
	     "a segment that lacks the negotiated timestamp is dropped in silence"),
	RULE("N-69", "RFC 7323 3.2", "MUST", "a timestamp that was not negotiated is ignored"),
	RULE("N-70", "RFC 7323 5.3", "", "PAWS holds in SYN_RECEIVED"),
	RULE("N-71", "tcp_check_req", "",
	     "in SYN_RECEIVED an echo of a timestamp that was never sent is refused"),
	RULE("N-72", "RFC 7323 B.2", "",
	     "a cache of the last timestamp per host was discussed; Linux had it as "
	     "tcp_tw_recycle"),
	RULE("N-73", "RFC 7323 5.4", "SHOULD",
	     "the timestamp clock never goes back; each connection may add its own offset"),
	RULE("N-74", "RFC 6191 3", "",
	     "who connects again does best with timestamps that rise across connections"),

	/* on the way to the state function (the rule book has no ids for these) */
	RULE("P-01", "tcp_v4_rcv", "", "a frame for another host never gets there"),
	RULE("P-02", "tcp_v4_rcv", "", "nor does one whose header is too short"),
	RULE("P-03", "__inet_lookup_established", "",
	     "TIME_WAIT is found before any listener, and hides it for its tuple"),
	RULE("P-04", "tcp_v4_rcv", "", "an IPsec policy is applied to TIME_WAIT"),
	RULE("P-05", "tcp_v4_rcv", "", "a wrong checksum is dropped before TIME_WAIT sees it"),
	RULE("P-06", "tcp_v4_rcv", "",
	     "no socket filter, minimum TTL or MD5 key is applied to TIME_WAIT"),
	RULE("P-07", "tcp_v4_err", "", "ICMP errors for a TIME_WAIT tuple are ignored"),

	/* FIN_WAIT_2 as a mini-socket */
	RULE("D-01", "tcp_timewait_state_process", "",
	     "FIN_WAIT_2: too old or outside the window, even a RST: ACK, rate limited"),
	RULE("D-02", "tcp_timewait_state_process", "", "FIN_WAIT_2: a RST in the window kills"),
	RULE("D-03", "tcp_timewait_state_process", "",
	     "FIN_WAIT_2: a SYN at R or above is reset and kills"),
	RULE("D-04", "tcp_timewait_state_process", "",
	     "FIN_WAIT_2: nothing new, or no ACK: ignored"),
	RULE("D-05", "tcp_timewait_state_process", "",
	     "FIN_WAIT_2: data or a FIN that is not next is reset and kills"),
	RULE("D-06", "tcp_timewait_state_process", "",
	     "FIN_WAIT_2: the FIN at R: ACK, never limited, and TIME_WAIT for 60 s"),

	/* TIME_WAIT proper, in the order of the tests */
	RULE("D-10", "tcp_timewait_state_process", "", "a RST at R that passes PAWS kills"),
	RULE("D-11", "tcp_timewait_state_process", "",
	     "with tcp_rfc1337 it only updates TS.Recent"),
	RULE("D-12", "tcp_timewait_state_process", "",
	     "a segment at R without length restarts the timer and updates TS.Recent"),
	RULE("D-20", "tcp_timewait_state_process", "",
	     "a bare SYN that passes PAWS and has a newer number or timestamp reopens"),
	RULE("D-30", "tcp_timewait_state_process", "", "a PAWS reject is counted"),
	RULE("D-31", "tcp_timewait_state_process", "",
	     "the rest but RST: ACK, rate limited; restart after PAWS reject or with ACK"),
	RULE("D-32", "tcp_timewait_state_process", "", "the rest with RST: nothing"),

	/* what becomes of the verdict */
	RULE("D-40", "tcp_v4_rcv", "",
	     "SYN: the entry goes first, then the listener sees the segment"),
	RULE("D-41", "tcp_conn_request", "", "SYN: the SYN-ACK begins at S+65537"),
	RULE("D-42", "tcp_conn_request", "", "SYN: a full SYN queue and SYN cookies are passed by"),
	RULE("D-43", "tcp_conn_request", "",
	     "SYN: a full accept queue drops it, with the entry already gone"),
	RULE("D-44", "tcp_rcv_state_process", "",
	     "SYN: a FIN on it drops it, with the entry already gone"),
	RULE("D-45", "tcp_v4_rcv", "",
	     "SYN: TTL, filter or key of the listener drop it, with the entry already gone"),
	RULE("D-46", "tcp_v4_rcv", "",
	     "SYN: where the listener drops it the reopening number may leak to the next one"),
	RULE("D-47", "tcp_v4_rcv", "", "SYN: no listener: ACK, neither limited nor restarting"),
	RULE("D-48", "tcp_v4_rcv", "", "RST: reset, then the entry goes"),
	RULE("D-49", "tcp_check_req", "",
	     "a RST to the SYN-ACK removes the half-open connection; TIME_WAIT does not return"),

	/* neighbours that rows look at for contrast */
	RULE("D-145", "tcp_conn_request", "",
	     "a fresh SYN that finds the SYN queue full gets a cookie"),
	RULE("D-146", "tcp_conn_request", "", "or, without cookies, is dropped"),
	RULE("D-149", "tcp_check_req", "", "a SYN that is sent again gets the same SYN-ACK again"),
};

const struct tw_rule *tw_rule_at(size_t i)
{
	return i < sizeof(rules) / sizeof(rules[0]) ? &rules[i] : NULL;
}

const struct tw_rule *tw_rule_find(const char *id)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strcmp(rules[i].id, id))
			return &rules[i];
	return NULL;
}
