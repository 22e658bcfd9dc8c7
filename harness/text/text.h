/*
 * How things are written for people: packetdrill's notation for segments, base + offset for
 * numbers. Every function fills a caller's buffer, always terminates it, and returns it. What does
 * not fit is left out whole: no field is ever cut in the middle.
 *
 * Letters: R, S, T as in val.h; D is a TSval that the DUT sent at a known time (dut_tsval), so
 * "D+12" is 12 ms of its clock later. A number that is near none of them is written plain.
 */
#ifndef TWPROBE_TEXT_H
#define TWPROBE_TEXT_H

#include <stddef.h>

#include "twprobe/case.h"
#include "twprobe/evidence.h"
#include "twprobe/seg.h"

/* Room for anything below that is one line of fields, and for two of them aligned. */
enum {
	TW_TEXT_MAX = 512
};

/*
 * "S", "S.", "F.", "R", "P.", ".", "FS", "SEW", "-" (no flag at all): letters and order of
 * packetdrill and tcpdump, "." is ACK; "none" for TW_SILENCE.
 */
char *tw_text_flags(unsigned flags, char *ret, size_t size);

/* "R+1", "S", "T-1", "S+65537", "R-2^31", "SEG.ACK", "D+elapsed", "=4294967295", "absent", "any" */
char *tw_text_val(const struct tw_val *val, char *ret, size_t size);

/*
 * @value as @base ("R", "S", "T") + offset from @of: "R+1". Far offsets near a power of two are
 * written as such: "T+2^31-1"; a zero that is far from @of is "=0".
 */
char *tw_text_off(const char *base, uint32_t value, uint32_t of, char *ret, size_t size);

/*
 * A real segment in packetdrill's notation with relative numbers, for instance "S R+1:R+1(0) win
 * 65535 <mss 1460,TS val T-1 ecr 0>", ". S:S(0) ack R win 509 <TS val D+12 ecr T>". As in
 * packetdrill the range is the payload's: SYN and FIN are not counted.
 */
char *tw_text_seg(const struct tw_seg *seg, bool from_dut, const struct tw_numbers *numbers,
		  char *ret, size_t size);

/* What a row sends: "S R+1 TS T-1", "P. R-1 len 5", ". noTS". Unset numbers are left out. */
char *tw_text_send(const struct tw_send *send, char *ret, size_t size);

/*
 * What a row expects: fields of two words each, "reply . seq S ack R | timewait restarted |
 * TcpExtPAWSTimewait +1 | reason TCP_RFC7323_TW_PAWS". What the row does not care for is left out.
 */
char *tw_text_expect(const struct tw_expect *expect, char *ret, size_t size);

/*
 * The same on a live tuple: bases that hang on the probe (SEG.ACK ...) become numbers, so that
 * expected and observed are told from the same base: what belongs into a verdict.
 */
char *tw_text_wanted(const struct tw_expect *expect, const struct tw_numbers *numbers,
		     const struct tw_seg *sent, char *ret, size_t size);

/*
 * What was observed, in the same notation and the same order of fields. "D+elapsed" is a TSval that
 * the DUT's clock would have given at that time. Of the counters only the watched ones (counters.h)
 * that moved.
 */
char *tw_text_observed(const struct tw_observed *seen, const struct tw_numbers *numbers, char *ret,
		       size_t size);

/*
 * What a scenario was to find and what it found, in the same order of fields: "bind EADDRINUSE | TcpExtTWRecycled +1".
 * Where not all of it fits, what differs comes first.
 */
void tw_text_finds(const struct tw_expect *want, const struct tw_observed *seen, char *ret_expected,
		   char *ret_observed, size_t size);

/*
 * One of them, on @family or on both (0): "bind EADDRINUSE", "syn-acks 200", "left-ms 500..700", "TcpExtTWRecycled +1", "mss
 * 1460/1440".
 */
char *tw_text_find(const struct tw_find *find, enum tw_family family, char *ret, size_t size);

/*
 * Puts an expected and an observed text one under the other: the fields of both in columns, padded,
 * those that only one side has left blank on the other.
 */
void tw_text_align(const char *expected, const char *observed, char *ret_expected,
		   char *ret_observed, size_t size);

/* TCP's counters that the probe moved, as `nstat` names them: "TcpExtPAWSEstab +1, TcpOutSegs +1"; "none". */
char *tw_text_moved(const struct tw_step_evidence *step, char *ret, size_t size);

/*
 * "accepted, TIME_WAIT via FIN_WAIT_2, timestamps on, listening; net.ipv4.tcp_rfc1337=1": what a
 * row is given.
 */
char *tw_text_given(const struct tw_given *given, char *ret, size_t size);

/* The same for a whole row: "a scenario, via a router; net.ipv4.tcp_tw_reuse=1" where it is one. */
char *tw_text_row_given(const struct tw_case *row, char *ret, size_t size);

#endif
