/*
 * Makes frames with libnet, one of each kind; wire.h patches the numbers of a connection into copies of them.
 * The forge owns its templates; they live as long as it does and never move.
 */
#ifndef TWPROBE_FORGE_H
#define TWPROBE_FORGE_H

#include "twprobe/err.h"
#include "twprobe/seg.h"
#include "wire.h"

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

#endif
