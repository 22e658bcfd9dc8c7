/*
 * Any IP packet as it was captured, whatever it carries: for claims about datagrams and fragments. Pure; no allocation, no
 * library.
 */
#ifndef TWPROBE_WIRE_IP_H
#define TWPROBE_WIRE_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "twprobe/seg.h"

/* Host byte order but for addresses. */
struct tw_ip_seen {
	enum tw_family family;
	struct tw_addr src, dst;
	uint8_t proto;     /* behind IPv6's extension headers; of a fragment, what the whole has */
	uint8_t ttl;       /* or hop limit */
	unsigned total;    /* bytes from the IP header on, as the header says */
	unsigned payload;  /* of those, behind the IP header and its extensions */
	bool df;           /* IPv4's "don't fragment"; IPv6 has it always */
	bool mf;           /* more fragments follow */
	unsigned frag_off; /* bytes, of the whole's payload */
	uint32_t id;       /* of IPv4, or of IPv6's fragment header, 0 without one */
	unsigned l4; /* offset of what @proto means in the frame; of a fragment, of its data */
	bool ports;  /* TCP or UDP, and no later fragment: */
	uint16_t sport, dport;
};

/*
 * Decodes an Ethernet frame that holds IPv4 or IPv6. It may be cut off behind the headers of IP (without ports then). False
 * if it is anything else or its lengths contradict each other. Checksums are not looked at.
 */
bool tw_wire_ip_decode(const uint8_t *bytes, unsigned len, struct tw_ip_seen *ret);

#endif
