/*
 * rtnetlink of one network namespace: orders are gathered, carried out together and in their
 * sequence, and a refused one is told by name. Devices are named by index, which the caller chooses
 * when it makes them: nothing is asked back. The socket stays in the namespace in which it was
 * opened, so orders may be given from anywhere. Owned by the caller.
 */
#ifndef TWPROBE_NETNS_LINK_H
#define TWPROBE_NETNS_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "twprobe/err.h"
#include "twprobe/seg.h"

struct tw_link;

enum {
	TW_LINK_LO = 1, /* index of "lo" in every namespace */
};

struct tw_link_end {
	const char *name;
	int ifindex;
	uint8_t mac[6];
	/* Asks nobody for addresses: no ARP, no neighbour solicitation, no MLD for their groups. */
	bool noarp;
	bool unicast; /* no multicast: no route for it, and no group that is joined by itself */
};

/* Opens rtnetlink in the namespace @ns. 0 or negative errno. */
int tw_link_open(int ns, struct tw_link **ret, struct tw_err *err);
void tw_link_close(struct tw_link *link);

/*
 * A veth pair: @here in this namespace, @there placed straight into @there_ns. One queue each way,
 * no frame longer than the MTU allows (segmentation offload is off), both ends down.
 */
void tw_link_veth(struct tw_link *link, const struct tw_link_end *here,
		  const struct tw_link_end *there, int there_ns);
/*
 * 1 if the device takes no more than one segment at a time, as tw_link_veth() asks of it, 0 if the kernel did not listen (before
 * 4.16), negative errno.
 */
int tw_link_cuts(struct tw_link *link, int ifindex, struct tw_err *err);
void tw_link_up(struct tw_link *link, int ifindex);
/* Takes its routes along. */
void tw_link_down(struct tw_link *link, int ifindex);
/* With a veth the other end goes too. */
void tw_link_delete(struct tw_link *link, int ifindex);

/* An address without duplicate address detection: usable at once. */
void tw_link_addr(struct tw_link *link, int ifindex, enum tw_family family,
		  const struct tw_addr *addr, unsigned prefix);
/* With @src (or NULL) as the address of whoever names none. */
void tw_link_route(struct tw_link *link, int ifindex, enum tw_family family,
		   const struct tw_addr *dst, unsigned prefix, const struct tw_addr *via,
		   const struct tw_addr *src);
/*
 * Multicast that names no device stays on the loopback device, and IPv6's that names this one is
 * delivered there: the kernel has no such route. "lo" must be up.
 */
void tw_link_multicast_lo(struct tw_link *link, enum tw_family family);
/* A neighbour that is never asked for and never forgotten. */
void tw_link_neigh(struct tw_link *link, int ifindex, enum tw_family family,
		   const struct tw_addr *addr, const uint8_t mac[6]);

/*
 * Carries out what was gathered. 0, or the negative errno of the first order that was refused;
 * those after it were carried out nevertheless.
 */
int tw_link_commit(struct tw_link *link, struct tw_err *err);

/*
 * Waits until the device can send and its IPv6 is ready: both happen behind the back of whoever
 * brought it up, in the kernel's linkwatch worker. 0, -ETIMEDOUT after @limit_ms, or negative
 * errno.
 */
int tw_link_wait(struct tw_link *link, int ifindex, int limit_ms, struct tw_err *err);

/*
 * Waits until packets to the IPv6 address @addr are taken in. Even without duplicate address detection its local route is
 * made by a worker (addrconf_dad_work()), some time after the address was accepted: until then they are forwarded, which
 * is to say dropped. 0, -ETIMEDOUT after @limit_ms, or negative errno.
 */
int tw_link_wait_local(struct tw_link *link, const struct tw_addr *addr, int limit_ms,
		       struct tw_err *err);

/*
 * What ICMP has taught the namespace @ns about the path to @dst: the MTU, and after how many seconds
 * it is forgotten (rounded up). Both 0: nothing, the device's MTU holds. 0 or negative errno
 * (-ENETUNREACH: no route).
 */
int tw_link_pmtu(int ns, enum tw_family family, const struct tw_addr *dst, uint32_t *ret_mtu,
		 uint32_t *ret_expires_s, struct tw_err *err);

#endif
