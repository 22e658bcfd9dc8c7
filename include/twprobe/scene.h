/*
 * The scene on which an API scenario plays: an application on the DUT (ordinary sockets, every call noted in the
 * evidence), a peer opposite it that has no TCP stack of its own, and a list of what was found. A scenario acts and
 * finds; it never judges: what is expected stands in the row, as data.
 *
 * The first failure sticks: from then on every verb does nothing and returns a harmless value, and the row is an ERROR (or
 * SKIP, or is set up again) with the text of that failure. So a scenario needs no error paths; a loop that waits asks
 * tw_scene_going(). The scene owns sockets, connections and processes and takes all of them back at the end.
 *
 * Times are CLOCK_MONOTONIC nanoseconds unless a name says _ms. Ports and TCP numbers are in host byte order.
 */
#ifndef TWPROBE_SCENE_H
#define TWPROBE_SCENE_H

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "twprobe/case.h"
#include "twprobe/evidence.h"
#include "twprobe/seg.h"

enum {
	TW_HEARD_MAX = 64, /* segments that a connection remembers */
	TW_APP_PORT = 5001,
};

/* ---- the scene itself ---- */

bool tw_scene_going(const struct tw_scene *sc);

/* Ends the scene: no verdict, and why. */
void tw_scene_fail(struct tw_scene *sc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* ... because this kernel lacks what the row needs. */
void tw_scene_skip(struct tw_scene *sc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* ... because this process was stopped at a moment when that matters: the row is set up again. */
void tw_scene_held_up(struct tw_scene *sc, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

enum tw_family tw_scene_family(const struct tw_scene *sc);
uint64_t tw_scene_now(struct tw_scene *sc);
/* The same, at least, for the DUT's timers (tw_clock.ticked()): where a bracket for tw_find_fate() begins. */
uint64_t tw_scene_ticked(struct tw_scene *sc);

/* Lets time pass, and takes in what arrives meanwhile. */
void tw_scene_wait(struct tw_scene *sc, unsigned ms);

/* MOVES() counts from here on, and .reason looks at drops from here on; without this from the beginning. */
void tw_scene_count_from_here(struct tw_scene *sc);

/*
 * Sends a segment whose answer is certain and takes in all up to that answer: what the DUT had said before is heard then.
 * Only behind a fence is "nothing" an observation.
 */
void tw_scene_fence(struct tw_scene *sc);

/* The scene is held up unless less than @ms have passed since @since: a timer of the DUT may have spoken. */
void tw_scene_in_time(struct tw_scene *sc, uint64_t since, unsigned ms);

/*
 * From here on all is played in a second lane, whose DUT has the same addresses in another namespace; and in the first one again.
 * What is counted is counted in the first. Sockets and connections stay where they were made.
 */
void tw_scene_elsewhere(struct tw_scene *sc);
void tw_scene_home(struct tw_scene *sc);

/* A sysctl of the DUT's namespace, until the row is over. One that the kernel lacks makes the row SKIP. */
void tw_scene_sysctl(struct tw_scene *sc, const char *name, const char *value);
/* 0, or the negative errno with which the kernel refuses it. */
int tw_scene_try_sysctl(struct tw_scene *sc, const char *name, const char *value);
/* Its first number, or its @i-th (from 0). Where the kernel has no such sysctl the row is SKIP. */
int64_t tw_scene_read_sysctl(struct tw_scene *sc, const char *name);
int64_t tw_scene_read_sysctl_nth(struct tw_scene *sc, const char *name, unsigned i);

/* A random number of this row's own; the same for the same --seed. */
uint32_t tw_scene_random(struct tw_scene *sc);

/* ---- what is found; a name is found once ---- */

void tw_find_text(struct tw_scene *sc, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void tw_find_number(struct tw_scene *sc, const char *what, int64_t n);
/* "OK", or the name of the error: what a verb of the application returned. */
void tw_find_result(struct tw_scene *sc, const char *what, int64_t ret);

/* ---- the application on the DUT ---- */

/* One end of a socket: an address of the scene's family and a port. */
struct tw_end {
	struct tw_addr addr;
	uint16_t port;
};

/* The DUT's @i-th local address (0 to 2; the 0th is the one that the peer talks to). */
struct tw_end tw_end_local(const struct tw_scene *sc, unsigned i, uint16_t port);
struct tw_end tw_end_any(uint16_t port);
struct tw_end tw_end_loopback(const struct tw_scene *sc, uint16_t port);
/* The @i-th address of the peer that is this row's alone (0 to 3). */
struct tw_end tw_end_peer(const struct tw_scene *sc, unsigned i, uint16_t port);

/*
 * System calls on the DUT. They return what the call returns, or the negative errno, and are noted. Sockets are non-blocking from
 * the beginning. A descriptor below 0 does nothing and returns -EBADF, so that a failure passes through.
 */
int tw_app_socket(struct tw_scene *sc, int type);
#define tw_app_set(sc, fd, level, option, value) tw_app_set_(sc, fd, level, option, #option, value)
int tw_app_set_(struct tw_scene *sc, int fd, int level, int option, const char *name, int value);
#define tw_app_set_raw(sc, fd, level, option, value, len) \
	tw_app_set_raw_(sc, fd, level, option, #option, value, len)
int tw_app_set_raw_(struct tw_scene *sc, int fd, int level, int option, const char *name,
		    const void *value, socklen_t len);
/* The value; the scene fails if it cannot be read. */
#define tw_app_get(sc, fd, level, option) tw_app_get_(sc, fd, level, option, #option)
int tw_app_get_(struct tw_scene *sc, int fd, int level, int option, const char *name);
int tw_app_linger(struct tw_scene *sc, int fd, int seconds); /* SO_LINGER { 1, seconds } */
int tw_app_blocking(struct tw_scene *sc, int fd, bool on);
int tw_app_bind(struct tw_scene *sc, int fd, struct tw_end end);
int tw_app_listen(struct tw_scene *sc, int fd, int backlog);
int tw_app_accept(struct tw_scene *sc, int listener);               /* non-blocking as well */
int tw_app_connect(struct tw_scene *sc, int fd, struct tw_end end); /* mostly -EINPROGRESS */
/* How connect() went: 0, -EINPROGRESS (still trying), or the error, which is then taken from the socket. */
int tw_app_connected(struct tw_scene *sc, int fd);
/* @len bytes of a pattern. */
int tw_app_send(struct tw_scene *sc, int fd, unsigned len);
int tw_app_send_flags(struct tw_scene *sc, int fd, unsigned len, int flags); /* MSG_MORE ... */
int tw_app_send_to(struct tw_scene *sc, int fd, struct tw_end end, unsigned len);
/* At most @len bytes, thrown away. */
int tw_app_recv(struct tw_scene *sc, int fd, unsigned len);
int tw_app_poll(struct tw_scene *sc, int fd, int events); /* revents, without waiting */
int tw_app_shutdown(struct tw_scene *sc, int fd, int how);
int tw_app_close(struct tw_scene *sc, int fd);
int tw_app_dup(struct tw_scene *sc, int fd);
/* fchown(): who the socket belongs to, where bind() looks at that. -EINVAL: the user namespace has no such user. */
int tw_app_owner(struct tw_scene *sc, int fd, unsigned uid);
/* getsockname(); port 0 if there is no name. */
struct tw_end tw_app_name(struct tw_scene *sc, int fd);
void tw_app_info(struct tw_scene *sc, int fd, struct tcp_info *ret);

/* Returns @ret, and ends the scene if it is negative: for calls that are not what the row is about. */
int tw_must(struct tw_scene *sc, int ret);

/* TCP_MD5SIG: the key for @end's address. Where the kernel has no MD5 signatures the row is SKIP. */
void tw_app_md5_key(struct tw_scene *sc, int fd, struct tw_end end, const char *key);

/* Socket, SO_REUSEADDR, bind, listen on the DUT's 0th address, in one. The descriptor. */
int tw_app_listener(struct tw_scene *sc, uint16_t port, int backlog);

/*
 * Another process of the application. It gets a copy of @fd (as fork() gives one); with @move this process closes its own, so
 * that the other's is the last. It then does as @what says.
 */
enum tw_away {
	TW_AWAY_HOLD,  /* holds it until it is killed */
	TW_AWAY_CLOSE, /* close()s it, and tells how long that took and what it returned */
	TW_AWAY_RECV,  /* the same of one recv(); tw_app_blocking() first, or it returns at once */
	TW_AWAY_SEND_CLOSE, /* send()s TW_AWAY_BYTES, then as TW_AWAY_CLOSE: nothing is between them */
};
enum {
	TW_AWAY_BYTES = 100
};
/* Its number, for the two below; -1 after a failure. */
int tw_app_away(struct tw_scene *sc, int fd, bool move, enum tw_away what);
/* True once its call has returned. */
bool tw_app_away_done(struct tw_scene *sc, int process, int *ret_ret, unsigned *ret_ms);
/* Waits for that, at most @limit_ms. */
bool tw_app_away_ends(struct tw_scene *sc, int process, unsigned limit_ms, int *ret_ret,
		      unsigned *ret_ms);
/* True as soon as its call sleeps, false once it has returned. */
bool tw_app_away_sleeps(struct tw_scene *sc, int process);
/* SIGKILL, and it is gone when this returns. */
void tw_app_away_kill(struct tw_scene *sc, int process);

/* ---- the peer ---- */

/* A segment of the DUT, as it was captured. */
struct tw_heard {
	uint64_t at; /* when the kernel handed it to the sniffer */
	struct tw_seg seg;
	const uint8_t *
		bytes; /* of the frame, from the Ethernet header on; the scene's. Payload is cut off */
	unsigned len;
};

/*
 * A connection, from the peer's side. Numbers are moved on as a well-behaved peer would: snd_nxt by what it sends in sequence,
 * rcv_nxt by what it hears in sequence. Scenarios may change all of them. Owned by the scene.
 */
struct tw_conn {
	struct tw_flow flow; /* flow.dut_port 0: that of the first SYN which comes to this end */
	uint32_t iss, snd_nxt;
	uint32_t irs, rcv_nxt;
	bool ts;         /* offer timestamps; after the handshake: in use */
	uint32_t tsval;  /* of every segment; it stands still unless the scenario moves it */
	uint32_t tsecr;  /* the DUT's latest TSval */
	bool mss_option; /* in the peer's SYN, with mss */
	uint16_t mss;
	int8_t wscale; /* -1: no option */
	bool sackok;
	uint16_t win;                        /* of every segment, unscaled */
	const char *md5_key;                 /* signs every segment (RFC 2385); NULL: none */
	unsigned n;                          /* segments heard since tw_peer_forget() */
	struct tw_heard heard[TW_HEARD_MAX]; /* the first of them */
};

/*
 * What the peer sends. Unset means the right value: SEQ snd_nxt, ACK rcv_nxt if the flag is set; seq, ack and tsval are offsets
 * to those. Only a segment with offset 0 moves snd_nxt on.
 */
struct tw_say {
	uint8_t flags;
	uint32_t seq, ack, tsval;
	uint16_t len;
	bool no_ts;
	const char *md5_key; /* this one's; "": it is not signed; NULL: the connection's */
	bool zero_win;
	bool again;     /* do not move snd_nxt on */
	uint32_t tsecr; /* offset to the right value as well */
	uint8_t ecn;
	uint8_t ttl; /* 0: 64 */
};

/* A fresh connection of the peer to @port of the DUT's 0th address: timestamps, MSS 1460, no window scale. */
struct tw_conn *tw_peer_new(struct tw_scene *sc, uint16_t port);
/* The peer's end of a connection that the DUT is about to open to @end. */
struct tw_conn *tw_peer_at(struct tw_scene *sc, struct tw_end end);

#define SAY(sc, conn, ...) tw_peer_say(sc, conn, &(const struct tw_say){ __VA_ARGS__ })
/* What the DUT answers at once is heard when this returns. */
void tw_peer_say(struct tw_scene *sc, struct tw_conn *conn, const struct tw_say *say);
/*
 * A frame that no TCP would send: the segment that tw_peer_say() would make of @say, bent. The checksum is right for what it
 * has become. snd_nxt stays. TCP counts it (TcpInSegs) if it is sent to the DUT, however little is left of it.
 */
enum tw_to {
	TW_TO_DUT,
	TW_TO_ANOTHER_HOST, /* Ethernet's destination; IP's is the DUT in any case */
	TW_TO_BROADCAST,
	TW_TO_MULTICAST,
};
struct tw_bent {
	enum tw_to to;
	bool bad_csum;
	bool offset_set;
	uint8_t offset; /* with offset_set: the data offset, in words of 4 bytes */
	uint8_t cut;    /* the packet ends after so many bytes of TCP; 0: it is whole */
};
void tw_peer_say_bent(struct tw_scene *sc, const struct tw_conn *conn, const struct tw_say *say,
		      const struct tw_bent *bent);
/* A bare ACK of all that was heard. */
void tw_peer_ack(struct tw_scene *sc, struct tw_conn *conn);
/*
 * Waits until the DUT has acked all that the peer said, since a delayed ACK would be taken for what comes next; the scene
 * fails if it does not. What was heard is forgotten.
 */
void tw_peer_acked(struct tw_scene *sc, struct tw_conn *conn);
/* What is heard from here on is heard[0] .... */
void tw_peer_forget(struct tw_conn *conn);
/* Waits until @n segments were heard since tw_peer_forget(), at most @limit_ms. False: fewer were. */
bool tw_peer_hears(struct tw_scene *sc, struct tw_conn *conn, unsigned n, unsigned limit_ms);

/* SYN, SYN-ACK, ACK; the scene fails if it does not come to that. */
void tw_peer_open(struct tw_scene *sc, struct tw_conn *conn);
/* Answers the SYN that was heard: SYN-ACK, ACK. */
void tw_peer_answer(struct tw_scene *sc, struct tw_conn *conn);

/* tw_peer_open() and accept(): the descriptor. */
int tw_scene_accepted(struct tw_scene *sc, int listener, struct tw_conn *conn);
/* A listener on TW_APP_PORT, a fresh connection to it, and its descriptor. *@ret_conn is NULL after a failure. */
int tw_scene_served(struct tw_scene *sc, struct tw_conn **ret_conn);
/* connect() of @fd to @conn's end and tw_peer_answer(). */
void tw_scene_connected(struct tw_scene *sc, int fd, struct tw_conn *conn);

/* SOCK_DESTROY of the DUT's socket of that tuple, in whatever state. 0, or the negative errno with which the kernel refuses it. */
int tw_scene_destroy(struct tw_scene *sc, const struct tw_conn *conn);

/* The DUT has closed, and its FIN was heard: ACK, FIN|ACK. Its TIME_WAIT begins; the scene fails if there is none. */
void tw_peer_time_wait(struct tw_scene *sc, struct tw_conn *conn);
/* The same up to FIN_WAIT_2. */
void tw_peer_ack_fin(struct tw_scene *sc, struct tw_conn *conn);

/*
 * Behind a fence: the flags of the first segment heard since tw_peer_forget() ("SYN|ACK", "RST|ACK"), or "silence". With more
 * than one segment heard the others stay for the scenario to look at.
 */
void tw_find_reply(struct tw_scene *sc, const char *what, const struct tw_conn *conn);
/* Whether a segment without payload is signed with @key: "right", "wrong", "none". */
void tw_find_signature(struct tw_scene *sc, const char *what, const struct tw_heard *heard,
		       const char *key);
/* sock_diag: "time-wait", "fin-wait-2" (a full socket), "fin-wait-2 mini", "established", "gone" ... */
void tw_find_state(struct tw_scene *sc, const char *what, const struct tw_conn *conn);
/*
 * What became of an entry of which @before was seen, by what was sent within @sent_at: "running", "restarted", "gone",
 * "reopened" ... To tell the first two apart @before has to be of TW_AGED_MS after the entry was made, or the timer started
 * again; where the process was stopped for too long the row is set up again.
 */
enum {
	TW_AGED_MS = 30
};
void tw_find_fate(struct tw_scene *sc, const char *what, const struct tw_conn *conn,
		  const struct tw_entry *before, const uint64_t sent_at[2]);
/* sock_diag's whole answer: remaining time, timer, bracket of the question. */
struct tw_entry tw_scene_entry(struct tw_scene *sc, const struct tw_conn *conn);

/*
 * sock_diag: how many ms the connection's timer runs in all, if it was started at @since or later (by what the caller has just
 * done). Found in the middle of what is possible, which is never more than 100 ms wide: else the row is set up again.
 */
void tw_find_life(struct tw_scene *sc, const char *what, const struct tw_conn *conn,
		  uint64_t since);
/* sock_diag on the listener of the DUT's 0th address. */
struct tw_queue tw_scene_queue(struct tw_scene *sc, uint16_t port);

/* ICMP about a frame that was heard: fragmentation needed / packet too big (MTU 0: a router older than RFC 1191) ... */
void tw_peer_icmp_too_big(struct tw_scene *sc, const struct tw_heard *about, uint32_t mtu);
/* ... host / address unreachable. */
void tw_peer_icmp_unreachable(struct tw_scene *sc, const struct tw_heard *about);

/*
 * An IPsec policy of the DUT lets nothing of @conn's tuple in any more, until it is taken away or the row is over. Where the
 * kernel takes no policies the row is SKIP.
 */
void tw_scene_ipsec_refuse(struct tw_scene *sc, const struct tw_conn *conn);
void tw_scene_ipsec_clear(struct tw_scene *sc);

/* The IP header of what was heard. */
struct tw_heard_ip {
	unsigned total; /* bytes, itself included */
	bool df;        /* "don't fragment"; of IPv6 always */
	bool fragment;
};
struct tw_heard_ip tw_heard_ip(const struct tw_heard *heard);

/* What ICMP has taught the DUT about the path to @end. */
struct tw_pmtu {
	uint32_t mtu;    /* 0: nothing, the device's holds */
	uint32_t left_s; /* until it is forgotten, rounded up */
};
struct tw_pmtu tw_scene_pmtu(struct tw_scene *sc, struct tw_end end);

/*
 * The router on the way (.given.path = VIA_ROUTER). nft(8) commands in its namespace, which go with the row; where the kernel
 * has no nf_tables, or not all that the commands name, the row is SKIP.
 */
void tw_scene_nft(struct tw_scene *sc, const char *commands);

/* The same in the DUT's own namespace. What they drop there was counted as sent: let them mark it instead. */
void tw_scene_nft_on_dut(struct tw_scene *sc, const char *commands);

/* What its connection tracking has about @conn; it tracks only if a rule asks for a "ct state". */
struct tw_tracked {
	char state[16]; /* "TIME_WAIT"; "none": nothing */
	unsigned left_s;
};
struct tw_tracked tw_scene_tracked(struct tw_scene *sc, const struct tw_conn *conn);

/* The @i-th frame of the DUT since the beginning that is not TCP (UDP); NULL if there are fewer. Only at, bytes and len are set. */
const struct tw_heard *tw_scene_datagram(struct tw_scene *sc, unsigned i);

#endif
