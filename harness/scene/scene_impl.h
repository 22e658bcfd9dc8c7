/*
 * What the scene's files share; nobody else includes this. scene_ground.c has what all stand on, scene_io.c sending and
 * receiving, scene_app.c the application, scene_away.c its other processes, scene_peer.c the peer, scene_bent.c what a TCP would
 * not send and what IPsec refuses, scene_icmp.c and scene_router.c what is on the way, scene_lane.c the second lane,
 * scene_find.c what is found, and scene.c the life of a scene.
 */
#ifndef TWPROBE_SCENE_IMPL_H
#define TWPROBE_SCENE_IMPL_H

#include "base/counters.h"
#include "stand/stand.h"
#include "twprobe/facts.h"
#include "twprobe/scene.h"
#include "wire/wire.h"

enum {
	SCENE_FDS = 1024,
	SCENE_CONNS = 1024,
	SCENE_AWAYS = 8,
	SCENE_DATAGRAMS = 64,
	SCENE_PEERS = 4, /* addresses of the peer that are a row's own */
	FIRST_PEER_PORT = 10000,
};

#define MS_NS 1000000ull

/* Another process of the application. */
struct away {
	pid_t pid;
	enum tw_away what;
	int line; /* what it tells, when it has something to tell */
	bool told;
	int ret;
	unsigned ms;
};

enum scene_end {
	SCENE_GOING,
	SCENE_FAILED,
	SCENE_SKIPPED,
	SCENE_HELD_UP,
};

/* What is compared with the DUT's own counters. */
struct counting {
	unsigned injected, captured, fences;
};

struct tw_scene {
	struct tw_stand *stand;
	struct tw_stand *first,
		*second;         /* while it is elsewhere: home; that lane, once it was there */
	struct counting at_home; /* as it was left */
	const struct tw_facts *facts;
	const struct tw_case *row;
	struct tw_evidence *ev;
	enum tw_family family;
	uint64_t random;
	enum scene_end end;
	char why[384];
	char last_act[104];
	unsigned first_peer; /* index of its own addresses */
	unsigned n_fds, n_conns, n_aways, n_datagrams;
	int fd[SCENE_FDS];
	struct tw_conn *conn[SCENE_CONNS];
	struct away away[SCENE_AWAYS];
	struct tw_heard datagram[SCENE_DATAGRAMS];
	struct tw_flow fence;
	uint32_t fence_no;
	bool fence_seen;
	bool dut_has_rules; /* of nftables */
	unsigned fences;    /* since counting began, as are these: */
	unsigned injected, captured;
	bool refuses;    /* an IPsec policy is there */
	uint64_t heard;  /* frames, since the beginning */
	uint64_t looked; /* when frames were last asked for */
	uint64_t due;    /* and when they were to be asked for again; 0: at once */
	uint64_t oldest; /* of the frames that were there */
	uint64_t stopped,
		stopped_at; /* for how long this process was, stops in a row together; when */
	struct tw_counters *before, *after;
};

/* scene_ground.c */
void tw_scene_note(struct tw_scene *sc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Keeps a descriptor until the end. Returns it. */
int tw_scene_keep(struct tw_scene *sc, int fd);

/* scene_io.c */
void tw_scene_drain(struct tw_scene *sc);
void tw_scene_until(struct tw_scene *sc, uint64_t deadline);
/* One frame to the DUT; @tcp: it is counted as a segment. What is answered at once is heard. */
void tw_scene_inject(struct tw_scene *sc, enum tw_packet_kind kind, const uint8_t *bytes,
		     unsigned len, bool tcp);

/* scene_peer.c: the frame that makes a segment of @say, signed; its length, 0 after a failure */
unsigned tw_scene_frame(struct tw_scene *sc, const struct tw_conn *conn, const struct tw_say *say,
			uint8_t ret[TW_FRAME_MAX]);

/* scene_bent.c: takes the IPsec policy away. 0 or negative errno. */
int tw_scene_unrefuse(struct tw_scene *sc, struct tw_err *err);

/* scene_lane.c */
void tw_scene_close_second(struct tw_scene *sc);

/* scene_router.c */
/* Takes the DUT's rules back, if there are any. 0, or the negative errno of nftables. */
int tw_scene_flush_dut(struct tw_scene *sc, struct tw_err *err);

/* scene_away.c */
void tw_scene_end_aways(struct tw_scene *sc);

#endif
