/*
 * What link.c, which gives orders, and link_ask.c, which asks, have in common.
 */
#ifndef TWPROBE_NETNS_LINK_IMPL_H
#define TWPROBE_NETNS_LINK_IMPL_H

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link.h"

enum {
	ORDERS = 32,
	ORDER_SIZE = 256, /* more than any message here takes */
};

struct tw_link {
	struct mnl_socket *sock;
	unsigned seq; /* of the first order gathered */
	unsigned n;
	bool overflow;
	size_t used;
	char what[ORDERS + 1][112]; /* the orders in words */
	/* One slot to spare: an order too many is written there and told by commit. */
	char buf[(ORDERS + 1) * ORDER_SIZE] __attribute__((aligned(8)));
};

int tw_link_af(enum tw_family family);
void tw_link_put_addr(struct nlmsghdr *nlh, uint16_t type, enum tw_family family,
		      const struct tw_addr *addr);
const char *tw_link_addr_text(enum tw_family family, const struct tw_addr *addr,
			      char ret[INET6_ADDRSTRLEN]);

#endif
