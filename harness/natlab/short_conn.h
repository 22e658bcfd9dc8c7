/*
 * Connections that last no longer than they must: the client opens, the server accepts and closes, the client sees the FIN and closes
 * as well. None of these functions waits.
 */
#ifndef TWPROBE_NATLAB_SHORT_CONN_H
#define TWPROBE_NATLAB_SHORT_CONN_H

#include <stdbool.h>
#include <stdint.h>

enum {
	TW_SHORT_CONN_MS = 5000, /* how long a connect() is waited for */
};

/* The client's end. */
struct tw_short_conn {
	int fd; /* -1: there is none */
	bool connected;
	uint64_t began; /* CLOCK_MONOTONIC, ns */
};

enum tw_short_step {
	TW_SHORT_SAME,
	TW_SHORT_CONNECTED,
	TW_SHORT_CLOSED,   /* both sides have; fd is -1 */
	TW_SHORT_GIVEN_UP, /* it never connected; fd is -1 */
};

/* Takes it one step further, if it can be. It has a descriptor. */
enum tw_short_step tw_short_conn_move(struct tw_short_conn *conn);

/* The server's part: accepts and closes all that wait. */
void tw_short_conn_serve(int listener);

#endif
