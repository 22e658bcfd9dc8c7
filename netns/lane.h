/*
 * A lane: one peer namespace and one DUT namespace, joined by a veth pair, or by two with a router
 * in between.
 *
 *      peer namespace                          DUT namespace (the stack under test)
 *   +-------------------------+             +------------------------------------------+
 *   | injector and sniffer    |             | lo     127.0.0.1, ::1, multicast         |
 *   |   on "tw0", no address  |----veth-----| "tw0"  192.0.2.1/24, 2001:db8::1/64      |
 *   |                         |             |        192.0.2.11, .12, 2001:db8::11, ::12|
 *   |                         |             | route  198.18.0.0/15      via 192.0.2.2  |
 *   |                         |             |        2001:db8:1::/48    via 2001:db8::2|
 *   |                         |             | neigh  192.0.2.2, 2001:db8::2 -> a MAC   |
 *   |                         |             |        that nobody owns (permanent)      |
 *   +-------------------------+             +------------------------------------------+
 *
 * The peer namespace has no address and no TCP stack on the peer's addresses, and the MAC that the
 * DUT answers to is not its device's: its kernel sees the answers as somebody else's and never
 * sends a RST of its own. The link is quiet: no ARP and no neighbour discovery (all neighbours are
 * permanent), no duplicate address detection, no link-local address, no router solicitation, no MLD
 * report; the peer's IPv6 is off altogether. Multicast that names no device stays on lo; only who
 * joins a group on "tw0" makes it report.
 *
 *                 the router's namespace, which forwards
 *               +------------------------------------------+
 *   peer's      | "peer0" 198.51.100.1  "dut0" 192.0.2.2   |      the DUT's
 *   "tw0" -veth-|         2001:db8:2::1        2001:db8::2 |-veth- "tw0"
 *               +------------------------------------------+
 *
 * With the router both ends look the same, and the lane is as quiet: all its neighbours are
 * permanent too, and the peers' is the MAC that nobody owns.
 */
#ifndef TWPROBE_NETNS_LANE_H
#define TWPROBE_NETNS_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "twprobe/case.h"
#include "twprobe/err.h"
#include "twprobe/seg.h"

enum {
	TW_LANE_DUT_ADDRS = 3,
	TW_LANE_DEV_MAX = 16,
};

struct tw_lane {
	int peer_ns, dut_ns;       /* descriptors, owned */
	int router_ns;             /* the same, -1 without a router */
	char dev[TW_LANE_DEV_MAX]; /* name of the device in either namespace */
	int peer_ifindex;
	uint8_t dut_mac[6];  /* frames are sent to this one, DUT's or router's ... */
	uint8_t peer_mac[6]; /* ... from this one, which nobody owns */
	bool ipv6;           /* the DUT has IPv6 (it may be compiled out, or ipv6.disable=1) */
	/*
	 * Each device's rps_cpus file (rps.h), owned. That of the DUT's end would delay the probes,
	 * that of the peer's end the answers, the router's both.
	 */
	int rps_fd, peer_rps_fd, router_rps_fd[2];
};

/*
 * Builds the lane, with receive steering off even where the machine's default is on. On return all
 * ends can send. On failure nothing is left. Some milliseconds. 0 or negative errno.
 */
int tw_lane_open(enum tw_path path, struct tw_lane *ret, struct tw_err *err);

/* True if a device of a lane or its router has this name; lo is not meant. */
bool tw_lane_has_dev(const char *name);

/*
 * Gives the namespaces back. With their last descriptor or socket the kernel takes them away with
 * all that they hold, behind the caller's back and mostly within milliseconds.
 */
void tw_lane_close(struct tw_lane *lane);

/*
 * 0: packets are processed on the CPU that sent them; -ENOTSUP: cannot be told; -EBUSY: Receive
 * Packet Steering is on at some device, and silence cannot be proved (the error says so and how to
 * switch it off).
 */
int tw_lane_rps_off(const struct tw_lane *lane, struct tw_err *err);

/*
 * Address of the DUT (192.0.2.1, 2001:db8::1), which its segments carry unless it binds to another;
 * the @i-th of all that it has (i < TW_LANE_DUT_ADDRS; 0 is the same; 192.0.2.10 + i,
 * 2001:db8::10 + i); and the @i-th address of the peer (198.18.0.1 + i, 2001:db8:1::1 + i;
 * i < 2^17 - 2). Network order.
 */
struct tw_addr tw_lane_dut_addr(enum tw_family family);
struct tw_addr tw_lane_dut_addr_nth(enum tw_family family, unsigned i);
struct tw_addr tw_lane_peer_addr(enum tw_family family, unsigned i);

#endif
