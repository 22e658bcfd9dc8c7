/*
 * What many scenarios do before they come to their point: a socket with options, something old
 * that has a port. Sockets and connections are the scene's.
 */
#ifndef TWPROBE_CASES_ACTS_H
#define TWPROBE_CASES_ACTS_H

#include "twprobe/scene.h"

enum {
	/* options of a socket, a set */
	TW_NO_OPTION = 0,
	TW_REUSEADDR = 1,
	TW_REUSEPORT = 2,
	TW_BOTH_OPTIONS = TW_REUSEADDR | TW_REUSEPORT,

	TW_OWN_PORT = 40000,  /* of the DUT, where it connects from a port of its choice */
	TW_PEER_PORT = 10080, /* of the peer, where the DUT connects to */
};

/* A TCP or UDP socket (SOCK_STREAM, SOCK_DGRAM) with these options. */
int tw_act_socket(struct tw_scene *sc, int type, unsigned options);

/* What has a port. */
enum tw_seat {
	TW_SEAT_ACCEPTED,    /* TIME_WAIT of a socket that was accepted; the listener is closed */
	TW_SEAT_CONNECTED,   /* TIME_WAIT of a socket that was bound and connected */
	TW_SEAT_ESTABLISHED, /* an accepted connection; the listener is closed */
	TW_SEAT_LISTEN,
	TW_SEAT_BOUND, /* and no more than that */
};

/*
 * A socket with these options takes @at, and goes on to that state. The connection, if it has
 * one.
 */
struct tw_conn *tw_act_take_seat(struct tw_scene *sc, enum tw_seat seat, unsigned options,
				 struct tw_end at);

/*
 * The DUT closes @fd of an established connection first, the peer closes as well: TIME_WAIT. The
 * @entered bracket is around the moment at which it began; may be NULL.
 */
void tw_act_time_wait(struct tw_scene *sc, int fd, struct tw_conn *conn, uint64_t entered[2]);

/*
 * connect(), to which the peer answers if a SYN comes: 0 once it is established, or the error.
 * The SYN, or no flags at all, in @ret_syn.
 */
int tw_act_connect(struct tw_scene *sc, int fd, struct tw_conn *conn, struct tw_seg *ret_syn);

/*
 * The same between two sockets of the DUT, of which @listener is one; *ret_accepted is the socket
 * at its end. Waits: what is sent over lo arrives a little later.
 */
int tw_act_connect_own(struct tw_scene *sc, int fd, int listener, struct tw_end to,
		       int *ret_accepted);
/* @fd closes first, then @accepted: when this returns @fd's end is in TIME_WAIT. */
void tw_act_time_wait_own(struct tw_scene *sc, int fd, int accepted);

#endif
