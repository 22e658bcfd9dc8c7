/*
 * Clients, a NAT and a server, each in a namespace of its own; IPv4.
 *
 *    client namespace 0                   NAT's namespace                          server's namespace
 *   +-----------------------+     +---------------------------------+          +--------------------------+
 *   | lo   10.1.0.0/16      |     |                                 |          |                          |
 *   | "tw0" 100.64.1.2     -|veth-|- "in0" 100.64.1.1               |          |                          |
 *   +-----------------------+     |                                 |          |                          |
 *    client namespace 1           |        source NAT to            |          |                          |
 *   +-----------------------+     |        203.0.113.0/24           |          |                          |
 *   | lo   10.2.0.0/16      |     |                  "out0"         |          | "tw0" 192.0.2.1          |
 *   | "tw0" 100.64.2.2     -|veth-|- "in1"           192.0.2.2     -|----veth--|-                         |
 *   +-----------------------+     |                                 |          | route 203.0.113.0/24     |
 *    raw namespace                |                                 |          |       via 192.0.2.2      |
 *   +-----------------------+     |                                 |          +--------------------------+
 *   | "tw0", no address    -|veth-|- "in2" 100.64.3.1               |
 *   | 10.3.0.0/16 are hosts |     | route 10.3.0.0/16 via a MAC     |
 *   | of the injector's     |     |       that nobody owns          |
 *   +-----------------------+     +---------------------------------+
 *
 * A client namespace has all addresses of its /16 and so stands for as many hosts as are wanted: what the kernel makes of an
 * address (TSval offset, ISN) differs from host to host. All have one clock, that of the machine. With a bump there are two veth
 * pairs between NAT and server, and a namespace in which nobody forwards but the program:
 *
 *      NAT "out0" -veth- "nat0" | the bump's namespace | "srv0" -veth- "tw0" server
 *
 * All is quiet: neighbours are permanent, no ARP, no IPv6. The public addresses belong to nobody: what the NAT does not know is
 * dropped. Rules are the caller's (nft.h); forwarding is on.
 */
#ifndef TWPROBE_NETNS_TOPO_NAT_H
#define TWPROBE_NETNS_TOPO_NAT_H

#include <stdbool.h>
#include <stdint.h>

#include "twprobe/err.h"
#include "twprobe/seg.h"

enum {
	TW_TOPO_CLIENTS = 3, /* 0 and 1 are kernels, 2 is raw */
	TW_TOPO_RAW = 2,
	TW_TOPO_HOSTS = 65534, /* of a client namespace */
};

struct tw_topo_nat {
	int client_ns[TW_TOPO_CLIENTS]; /* descriptors, owned */
	int nat_ns, server_ns;
	int bump_ns; /* -1: there is none */
};

/* Names of the devices. */
#define TW_TOPO_DEV "tw0" /* of each client and of the server */
#define TW_TOPO_NAT_OUT \
	"out0" /* the NAT's towards the server; towards client i tw_topo_nat_in(i) */
#define TW_TOPO_BUMP_NAT "nat0" /* the bump's towards the NAT */
#define TW_TOPO_BUMP_SRV "srv0" /* and towards the server */

/* "in0", "in1", "in2" */
const char *tw_topo_nat_in(unsigned client);

/*
 * Builds it; on return all ends can send. On failure nothing is left. Some tens of milliseconds. 0 or negative errno.
 */
int tw_topo_nat_open(bool bump, struct tw_topo_nat *ret, struct tw_err *err);

/* Gives the namespaces back, see tw_lane_close(). */
void tw_topo_nat_close(struct tw_topo_nat *topo);

/* 192.0.2.1; 203.0.113.1 + i (i < 254); host @host (0 to TW_TOPO_HOSTS - 1) of client @client: 10.1.0.1 ... Network order. */
struct tw_addr tw_topo_server(void);
struct tw_addr tw_topo_public(unsigned i);
struct tw_addr tw_topo_host(unsigned client, unsigned host);

/* MAC addresses for the raw hosts' frames: to the NAT, and the one that nobody owns. */
extern const uint8_t tw_topo_raw_to[6], tw_topo_raw_from[6];

#endif
