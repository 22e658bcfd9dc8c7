/*
 * Sockets of clients and servers in the namespaces of a topology.
 */
#ifndef TWPROBE_NATLAB_SOCKET_H
#define TWPROBE_NATLAB_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "twprobe/err.h"
#include "twprobe/seg.h"

/*
 * A non-blocking TCP socket in the namespace @ns, bound to @addr and @port. The caller closes it, from anywhere. A descriptor or
 * negative errno.
 */
int tw_lab_socket(int ns, const struct tw_addr *addr, uint16_t port, struct tw_err *err);

/* The same, listening with room for @backlog. */
int tw_lab_listen(int ns, const struct tw_addr *addr, uint16_t port, int backlog,
		  struct tw_err *err);

/* Begins to connect. 1: connected; 0: under way; negative errno: refused at once. */
int tw_lab_connect(int fd, const struct tw_addr *addr, uint16_t port);

/* Whether connect() has come to its end: then true, and *@ret_error is 0 or why it failed. Waits until @deadline at most. */
bool tw_lab_connected(int fd, uint64_t deadline, int *ret_error);

/* A connection from the accept queue, waited for until @deadline. A descriptor or negative errno (-EAGAIN: none came). */
int tw_lab_accept(int listener, uint64_t deadline);

/* True if the other side's FIN is there, or comes before @deadline. */
bool tw_lab_at_end(int fd, uint64_t deadline);

/* Closes with a RST where something is still open: nothing is left behind. */
void tw_lab_abort(int fd);

#endif
