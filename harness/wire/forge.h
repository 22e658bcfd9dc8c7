/*
 * Makes frames with libnet, one of each kind; wire.h patches the numbers of a connection into copies of them.
 * The forge owns its templates; they live as long as it does and never move.
 */
#ifndef TWPROBE_FORGE_H
#define TWPROBE_FORGE_H

#include "twprobe/err.h"
#include "twprobe/seg.h"
#include "wire/wire.h"

struct tw_forge;

/* Ethernet addresses of all frames: from, to. Needs no privilege. NULL on failure. */
struct tw_forge *tw_forge_new(const uint8_t src_mac[6], const uint8_t dst_mac[6],
			      struct tw_err *err);
void tw_forge_free(struct tw_forge *forge);

/*
 * The template for segments of the same kind as @seg: its flags, options, window, urgent pointer, payload length, TTL
 * and ECN count; addresses, ports, seq, ack and timestamp values do not. Built on first use. NULL on failure
 * (payload too long, libnet refused, too many kinds).
 */
const struct tw_template *tw_forge_get(struct tw_forge *forge, enum tw_family family,
				       const struct tw_seg *seg, struct tw_err *err);

/* Builds one complete frame with libnet alone, numbers and checksums included. Returns its length or negative errno. */
int tw_forge_build(struct tw_forge *forge, const struct tw_flow *flow, const struct tw_seg *seg,
		   uint8_t ret_bytes[TW_FRAME_MAX], struct tw_err *err);

/*
 * ICMP errors about a packet of the DUT, sent to its source from @from (NULL: from the packet's destination). @quoted:
 * @len bytes of it from the IP header on, as many as were captured; as much as an error may hold is quoted (548 bytes of
 * IPv4, 1232 of IPv6). The kernel takes an error to belong to a connection by what is quoted of TCP's header. The frame's
 * length, or -EINVAL if @quoted is no IP packet, or other negative errno.
 *
 * Too big: IPv4's "fragmentation needed" (3/4), in which an MTU of 0 is that of routers older than RFC 1191, and IPv6's
 * "packet too big" (2/0). Unreachable: the host (3/1), the address (1/3).
 */
int tw_forge_icmp_too_big(struct tw_forge *forge, const uint8_t *quoted, unsigned len,
			  const struct tw_addr *from, uint32_t mtu, uint8_t ret_bytes[TW_FRAME_MAX],
			  struct tw_err *err);
int tw_forge_icmp_unreachable(struct tw_forge *forge, const uint8_t *quoted, unsigned len,
			      const struct tw_addr *from, uint8_t ret_bytes[TW_FRAME_MAX],
			      struct tw_err *err);

#endif
