/*
 * What raw hosts find out through the NAT: the plane of timestamp and sequence number in which TIME_WAIT accepts a SYN, and how
 * long TIME_WAIT stands in the way. And what real clients' timestamps are made of.
 */
#ifndef TWPROBE_NATLAB_RAW_LAB_H
#define TWPROBE_NATLAB_RAW_LAB_H

#include <stdint.h>

#include "nat/result.h"

/* One SYN on a fresh TIME_WAIT for each dot of a grid. Fills @ret; what goes wrong is in its trouble. Some seconds. */
void tw_nat_plane_run(uint64_t seed, struct tw_nat_plane *ret);

/* 75 seconds of SYNs with an older timestamp, on tuples that get one, and on tuples that get one every 5 s. */
void tw_nat_steps_run(uint64_t seed, struct tw_nat_steps *ret);

/* SYNs of two hosts from many ports, with each setting of tcp_timestamps. */
void tw_nat_clocks_run(struct tw_nat_clocks *ret);

#endif
