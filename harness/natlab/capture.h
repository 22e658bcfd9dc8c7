/*
 * The eyes of a topology: sniffers in front of the NAT and behind it. What they see is handed over as packets of a connection to a
 * port of the server.
 */
#ifndef TWPROBE_NATLAB_CAPTURE_H
#define TWPROBE_NATLAB_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "nat/result.h"
#include "netns/topo_nat.h"
#include "twprobe/err.h"

struct tw_nat_capture;

typedef void tw_nat_packet_fn(void *arg, uint16_t server_port, const struct tw_nat_packet *packet);

/*
 * Opens a sniffer at the NAT's end towards each of the first @clients clients (and the raw one if @raw), and at the server's end.
 * Each has a ring of @ring bytes, 256 per frame. 0 or negative errno.
 */
int tw_nat_capture_open(const struct tw_topo_nat *topo, unsigned clients, bool raw, unsigned ring,
			struct tw_nat_capture **ret, struct tw_err *err);
void tw_nat_capture_close(struct tw_nat_capture *capture);

/* Hands over what was seen since the last call: place by place, in the order of time at each. 0 or negative errno. */
int tw_nat_capture_drain(struct tw_nat_capture *capture, tw_nat_packet_fn *fn, void *arg,
			 struct tw_err *err);

/* Frames that found a ring full. 0 or negative errno. */
int tw_nat_capture_drops(struct tw_nat_capture *capture, uint64_t *ret_drops, struct tw_err *err);

#endif
