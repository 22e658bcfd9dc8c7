/*
 * Hosts behind the NAT without a TCP stack: they choose port, ISN and TSval of every segment themselves. Their ports lie in the NAT's
 * public range, and Linux keeps a port that is free there: outside they look the same.
 */
#ifndef TWPROBE_NATLAB_RAW_HOST_H
#define TWPROBE_NATLAB_RAW_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "nat/result.h"
#include "netns/topo_nat.h"
#include "twprobe/err.h"

struct tw_raw_hosts;

/* A connection of host @host (tw_topo_host(TW_TOPO_RAW, host)) from @port to @server_port. */
struct tw_raw_end {
	unsigned host;
	uint16_t port, server_port;
	bool ts;
	uint32_t seq, ack; /* the next to be sent; what is expected from the server */
	uint32_t tsval, tsecr;
};

/* The topology must outlive them. 0 or negative errno. */
int tw_raw_hosts_open(const struct tw_topo_nat *topo, struct tw_raw_hosts **ret,
		      struct tw_err *err);
void tw_raw_hosts_close(struct tw_raw_hosts *hosts);

/*
 * Sends one segment with @flags, and with end->seq, ack and timestamps as they are (a SYN without end->ts has no timestamp option).
 * 0 or negative errno.
 */
int tw_raw_send(struct tw_raw_hosts *hosts, const struct tw_raw_end *end, uint8_t flags,
		struct tw_err *err);

/*
 * Takes in what has come. 1: a segment to that end is there, the latest in *@ret; 0: none; negative errno.
 */
int tw_raw_recv(struct tw_raw_hosts *hosts, const struct tw_raw_end *end, struct tw_seg *ret,
		struct tw_err *err);

/*
 * Sends a SYN and what follows: 1: a SYN-ACK came and was acknowledged, the end is connected; 0: something else was answered,
 * nothing, or the SYN-ACK came late; negative errno.
 */
int tw_raw_connect(struct tw_raw_hosts *hosts, struct tw_raw_end *end, struct tw_err *err);

/*
 * The server has sent its FIN: acknowledges it and sends one's own. 1: the server has acknowledged that (end->seq is its RCV.NXT);
 * 0: it has not, or there was no FIN; negative errno.
 */
int tw_raw_finish(struct tw_raw_hosts *hosts, struct tw_raw_end *end, struct tw_err *err);

/*
 * Sends one SYN with end->seq and end->tsval and tells the answer. Nothing is told only if a fence was answered: an ACK to a port
 * where nobody listens, from a port of its own, sent after the SYN. What a SYN-ACK left is taken back by a RST. 0 or negative errno
 * (-ETIMEDOUT: not even the fence was answered).
 */
int tw_raw_knock(struct tw_raw_hosts *hosts, const struct tw_raw_end *end,
		 enum tw_nat_answer *ret_answer, struct tw_err *err);

#endif
