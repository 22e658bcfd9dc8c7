/*
 * A wire, a clock and a stack under test that exist in memory only: a TCP of about the size that the engine's scripts need,
 * a clock that stands still unless it is moved, and a list of things that go wrong. Answers are on the wire when send()
 * returns, as on a veth.
 *
 * Owner: the test; fake_open() and fake_close(). Its source is included, not linked: a test program is one file.
 */
#ifndef TWPROBE_TESTS_FAKE_IO_H
#define TWPROBE_TESTS_FAKE_IO_H

#include "base/counters.h"
#include "twprobe/io.h"
#include "wire/forge.h"
#include "wire/wire.h"

enum {
	FAKE_CONNS = 256,
	FAKE_FAULTS = 8,
	FAKE_CLOSED_PORT = 9,
};

/* The operations of io.h, so that each can be made to fail. */
enum fake_op {
	FAKE_SEND,
	FAKE_DRAIN,
	FAKE_DROPS,
	FAKE_LISTEN,
	FAKE_ARRANGE,
	FAKE_ACCEPT_CLOSE,
	FAKE_CONNECT,
	FAKE_CLOSE_HANDLE,
	FAKE_ENTRIES,
	FAKE_COUNTERS,
	FAKE_SYSCTL,
	FAKE_REASONS,
	FAKE_OPS,
};

/* What goes wrong with a segment that the DUT sends ... */
enum fake_what {
	FAKE_FINE,
	FAKE_LOST,  /* sent and counted, and the sniffer does not see it */
	FAKE_MUTE,  /* never sent */
	FAKE_TWICE, /* sent and counted twice */
	FAKE_LATE,  /* there at the @arg-th drain after */
	FAKE_SEQ,   /* @arg is added */
	FAKE_ACK,
	FAKE_TSVAL,
	FAKE_FLAGS, /* @arg are turned over */
	FAKE_ECHO,  /* another segment follows, for a port that nobody has */
	FAKE_NOISE, /* a frame follows that is not TCP */
	/* ... or that it receives */
	FAKE_IGNORED,  /* it does not look at it */
	FAKE_ANSWERED, /* it sends an ACK besides */
};

struct fake_fault {
	uint16_t port; /* of the peer */
	unsigned nth;  /* segment on that port, in its direction, counted from 1 */
	enum fake_what what;
	uint32_t arg;
};

struct fake_conn {
	struct tw_flow flow;
	enum tw_state state;
	bool mini, ts, passive;
	uint32_t iss, snd_nxt, rcv_nxt, ts_recent;
	uint64_t armed;    /* when the mini-socket's timer was set */
	unsigned rx, tx;   /* segments */
	unsigned in_queue; /* place in the accept queue, counted from 1; 0: not there */
};

/* A frame on its way to the peer. */
struct fake_frame {
	unsigned due; /* drain */
	unsigned len;
	uint8_t bytes[160];
};

struct fake {
	struct tw_wire wire;
	struct tw_clock clock;
	struct tw_dut dut;
	struct tw_forge *forge; /* of the DUT's frames */

	/* to be set by the test */
	uint64_t now;
	uint64_t stood;             /* the DUT's timers do not know the last of that yet */
	uint32_t iss;               /* of all connections */
	uint32_t ts_origin;         /* the DUT's TSval when the clock is 0 */
	bool no_timestamps;         /* the DUT does not use them */
	bool no_entries;            /* sock_diag finds nothing */
	bool no_reasons;            /* drop reasons cannot be read */
	uint16_t refused;           /* connect() to this port fails */
	const char *missing_sysctl; /* setting it fails with ENOENT */
	uint64_t pcap_drops;
	struct fake_fault fault[FAKE_FAULTS];
	enum fake_op fail_op; /* fails ... */
	unsigned fail_at;     /* ... when it is called for the n-th time; 0: never */

	/* to be looked at */
	unsigned calls[FAKE_OPS];
	char log[512]; /* what was asked of the DUT: "listen4 sysctl:NAME=VALUE arrange:1 ..." */
	unsigned open_handles;
	unsigned n_sent; /* segments that were injected */
	struct tw_seen *sent;
	struct tw_counters counters;
	struct fake_conn conn[FAKE_CONNS];
	unsigned n_conns;

	/* its own */
	bool listening[2];
	unsigned backlog, queued, half_open;
	unsigned fence_rx, drains;
	unsigned n_frames, room;
	struct fake_frame *frames;
	unsigned n_reasons;
	char reason[TW_REASONS_MAX][48];
};

void fake_open(struct fake *f);
void fake_close(struct fake *f);

/* One more thing that goes wrong. */
void fake_break(struct fake *f, uint16_t port, unsigned nth, enum fake_what what, uint32_t arg);

/* The connection that a port of the peer belongs to, NULL if there never was one. The newest. */
struct fake_conn *fake_find(struct fake *f, uint16_t peer_port);

/* Moves a counter, which is there from then on. */
void fake_count(struct fake *f, const char *name, unsigned by);

/* Puts a segment on the wire that the DUT never sent by itself. */
void fake_inject(struct fake *f, const struct tw_flow *flow, const struct tw_seg *seg);

#endif
