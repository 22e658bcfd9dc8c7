/*
 * The three things that the engine touches: a wire, a clock, and the stack under test. Each is an interface with a
 * real implementation and a scripted one for tests. The DUT may be this machine's kernel, a kernel in a virtual
 * machine or a user-space stack: the engine sees only this file.
 *
 * Implementations embed the struct and own themselves; close() releases everything.
 */
#ifndef TWPROBE_IO_H
#define TWPROBE_IO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "twprobe/case.h"
#include "twprobe/err.h"
#include "twprobe/evidence.h"
#include "twprobe/seg.h"

struct tw_wire;
struct tw_clock;
struct tw_dut;

/* @at: when it was captured, CLOCK_MONOTONIC ns. */
typedef void tw_frame_fn(void *arg, uint64_t at, const uint8_t *bytes, unsigned len);

struct tw_wire_ops {
	/* Sends @n Ethernet frames in this order. 0 or negative errno. */
	int (*send)(struct tw_wire *wire, const struct iovec *frames, unsigned n,
		    struct tw_err *err);
	/* Hands over every frame that has arrived and never waits. Number of frames, or negative errno. */
	int (*drain)(struct tw_wire *wire, tw_frame_fn *fn, void *arg, struct tw_err *err);
	/* Waits until frames can be drained, or until @deadline. 0 or negative errno. */
	int (*wait)(struct tw_wire *wire, uint64_t deadline, struct tw_err *err);
	/* Frames that the sniffer lost since it was opened. 0 or negative errno. */
	int (*drops)(struct tw_wire *wire, uint64_t *ret_drops, struct tw_err *err);
	void (*close)(struct tw_wire *wire);
};

struct tw_wire {
	const struct tw_wire_ops *ops;
};

struct tw_clock {
	/* Nanoseconds of a clock that never goes back. */
	uint64_t (*now)(struct tw_clock *clock);
	/*
	 * The same, as the kernel's timers know it, at least: what now() was when jiffies were last counted, and one
	 * jiffy more. That is now(), unless the CPU that counts them is held up, as a virtual one may be: the others
	 * wait for it for five jiffies (since Linux 5.17: tick_sched_do_timer()), or for ever. A timer that is set
	 * or read meanwhile is off by as much, so a bracket that a timer is compared with begins with this.
	 */
	uint64_t (*ticked)(struct tw_clock *clock);
};

/* The machine's CLOCK_MONOTONIC. */
struct tw_clock *tw_clock_real(void);

struct tw_counters; /* harness/counters.h */

struct tw_dut_ops {
	/* Listens on @port of the DUT's address of @family; nothing is done where that is so already. */
	int (*listen)(struct tw_dut *dut, enum tw_family family, uint16_t port, struct tw_err *err);
	/*
	 * Brings the port into the state that a row asks for (enum tw_listener); the segments that fill a queue are
	 * the engine's. CLOSED takes the listener away, LISTENING opens it where there is none.
	 */
	int (*arrange)(struct tw_dut *dut, const struct tw_flow *flow, enum tw_listener how,
		       struct tw_err *err);
	/* Accepts and closes what is in the accept queue, at most @most. Number, or negative errno. */
	int (*accept_close)(struct tw_dut *dut, unsigned most, struct tw_err *err);
	/* Starts to connect from @flow's DUT end to its peer end and returns at once. */
	int (*connect)(struct tw_dut *dut, const struct tw_flow *flow, int *ret_handle,
		       struct tw_err *err);
	/* Closes what connect() gave; the stack sends its FIN. */
	int (*close_handle)(struct tw_dut *dut, int handle, struct tw_err *err);
	/* State of @n tuples. 0 or negative errno; @ret[i].asked brackets the question. */
	int (*entries)(struct tw_dut *dut, const struct tw_flow *flows, unsigned n,
		       struct tw_entry *ret, struct tw_err *err);
	/* Takes the sockets of @n tuples away, in whatever state. 0 or the negative errno of the refusal. */
	int (*destroy)(struct tw_dut *dut, const struct tw_flow *flows, unsigned n,
		       struct tw_err *err);
	/* The listener on @port of the DUT's address. 0 or negative errno; none is no error. */
	int (*queue)(struct tw_dut *dut, enum tw_family family, uint16_t port, struct tw_queue *ret,
		     struct tw_err *err);
	/* Fills @ret with all counters of the stack under test. */
	int (*counters)(struct tw_dut *dut, struct tw_counters *ret, struct tw_err *err);
	/* Sets a sysctl until the next reset(). */
	int (*sysctl)(struct tw_dut *dut, const char *name, const char *value, struct tw_err *err);
	/*
	 * Drop reasons since the last call, in order; "" fields are never returned. Number, or -ENOTSUP where they
	 * cannot be read.
	 */
	int (*reasons)(struct tw_dut *dut, char ret[TW_REASONS_MAX][48], struct tw_err *err);
	/*
	 * Takes everything back: sockets of every state, sysctls, listeners. @flows: tuples that are known to have been
	 * used; whatever else is there is found as well, only slower. -ENOTEMPTY: something is left.
	 */
	int (*reset)(struct tw_dut *dut, const struct tw_flow *flows, unsigned n,
		     struct tw_err *err);
	void (*close)(struct tw_dut *dut);
};

struct tw_dut {
	const struct tw_dut_ops *ops;
};

#endif
