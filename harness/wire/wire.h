/*
 * Bytes on the wire: decoding what came, and patching the numbers of one connection into a ready-made frame.
 * Pure; no allocation, no library.
 */
#ifndef TWPROBE_WIRE_H
#define TWPROBE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "twprobe/seg.h"

enum {
	TW_ETH_LEN = 14,
	TW_PAYLOAD_MAX = 1400,
	TW_FRAME_MAX = TW_ETH_LEN + 40 + 60 + TW_PAYLOAD_MAX,
};

/* A TCP segment as it was seen, with the ends of its connection as the IP and TCP headers name them. */
struct tw_seen {
	enum tw_family family;
	struct tw_addr src, dst;
	uint16_t sport, dport;
	struct tw_seg seg;
};

/*
 * Decodes an Ethernet frame that holds TCP over IPv4 or IPv6 (no extension headers). The frame may be cut off behind the
 * TCP header: seg.len comes from the IP length. False if it is anything else or its lengths contradict each other.
 * Checksums are not looked at: a veth hands over packets whose checksum is still to be filled in.
 */
bool tw_wire_decode(const uint8_t *bytes, unsigned len, struct tw_seen *ret);

/* A frame of one kind, whose connection and numbers are all zero; made by tw_forge_build(). */
struct tw_template {
	enum tw_family family;
	uint16_t len;
	uint8_t l4; /* offset of the TCP header */
	uint8_t ts; /* offset of TSval, 0: no timestamp option */
	bool bad_csum;
	uint32_t ip_sum; /* one's complement sums of what never changes, not folded */
	uint32_t tcp_sum;
	uint8_t bytes[TW_FRAME_MAX];
};

/* Fills in the sums of a template whose bytes, len, l4 and ts are set. */
void tw_wire_seal(struct tw_template *tmpl);

/*
 * Copies the template to @ret_bytes (at least tmpl->len) and patches in the connection, from the peer to the DUT, and
 * seq, ack, tsval, tsecr of @seg. Checksums are right, or wrong on purpose with bad_csum. Returns the length.
 */
unsigned tw_wire_patch(const struct tw_template *tmpl, const struct tw_flow *flow,
		       const struct tw_seg *seg, uint8_t *ret_bytes);

/*
 * Writes the checksums of IPv4's header and of TCP into a frame whose TCP header is at @l4 and whose packet ends with it,
 * whatever stands in these headers. One that is cut off is left out.
 */
void tw_wire_checksum(uint8_t *bytes, unsigned len, unsigned l4);

/* True if the IP header checksum and the TCP checksum of a complete frame are right. */
bool tw_wire_csum_ok(const uint8_t *bytes, unsigned len);

#endif
