/*
 * What sock_diag (NETLINK_SOCK_DIAG, inet_diag) knows of single tuples. The socket is opened in the DUT's namespace and
 * stays there.
 */
#ifndef TWPROBE_TWDIAG_H
#define TWPROBE_TWDIAG_H

#include "twprobe/err.h"
#include "twprobe/evidence.h"

struct tw_diag;

/* Opens it in the namespace that the caller is in. NULL on failure. */
struct tw_diag *tw_diag_open(struct tw_err *err);
void tw_diag_close(struct tw_diag *diag);

/*
 * Looks up @n tuples exactly. A tuple without a socket of its own is GONE: sock_diag then answers with the listener, or
 * with ENOENT. 0 or negative errno.
 */
int tw_diag_ask(struct tw_diag *diag, const struct tw_flow *flows, unsigned n, struct tw_entry *ret,
		struct tw_err *err);

/* Looks for a listener on that address and port. 0 or negative errno; without one ret->listens is false. */
int tw_diag_listener(struct tw_diag *diag, enum tw_family family, const struct tw_addr *addr,
		     uint16_t port, struct tw_queue *ret, struct tw_err *err);

/*
 * Destroys the sockets of these tuples, in whatever state; a tuple without one is fine. There must be no listener on their
 * port: it would be what is found. 0 or negative errno.
 */
int tw_diag_destroy(struct tw_diag *diag, const struct tw_flow *flows, unsigned n,
		    struct tw_err *err);

/*
 * Destroys every TCP socket of the namespace that is not listening (SOCK_DESTROY; needs CONFIG_INET_DIAG_DESTROY).
 * Number of sockets that were there, or negative errno; call again to see that none is left.
 */
int tw_diag_destroy_all(struct tw_diag *diag, struct tw_err *err);

#endif
