/*
 * twprobe as PID 1 of a virtual machine: makes the machine fit, plays the suite, one row after the other on one lane, and tells
 * the host what it saw through the second serial port, by one JSON value a line:
 *
 *   {"guest": 1, "kernel": {...}, "facts": {...}, "planned": 1813}   first, once
 *   [17]                                                            the row with that place in the plan is begun
 *   [17, {"id", "family", "evidence"}]                               its evidence, which the host judges
 *   {"unfit": "why"}                                                 in place of the above: nothing can be played here
 *   {"end": 1813}                                                    last: so many results were told
 *
 * In place of the suite it may be another command that is run there: relay.h.
 */
#ifndef TWPROBE_VM_GUEST_H
#define TWPROBE_VM_GUEST_H

#include <stdbool.h>
#include <sys/types.h>

#include "vm/task.h"

#define TW_GUEST_WORD    "guest" /* last of the arguments of a guest's init */
#define TW_GUEST_RESULTS "/dev/ttyS1"

enum {
	TW_GUEST_EXIT_PORT = 0xf4,   /* of QEMU's isa-debug-exit */
	TW_GUEST_EXIT_CODE = 0x10,   /* written there ... */
	TW_GUEST_EXIT_STATUS = 0x21, /* ... it ends QEMU with 2 * that + 1 */
};

/* True if this process was started as a guest's init. */
bool tw_guest_is(int argc, char **argv);

/* Runs the command argv[0]; its exit code. */
typedef int tw_guest_command_fn(int argc, char **argv);

/*
 * Mounts, loads the modules, plays, or runs the task's command by @run. Does not come back as long as there is a way to switch the
 * machine off.
 */
int tw_guest_main(tw_guest_command_fn *run);

/*
 * Waits for the end of the child @pid, as wait() tells it. To be init is to hear of every orphan's death as well. 0 or negative
 * errno.
 */
int tw_guest_wait(pid_t pid, int *ret_status, struct tw_err *err);

/* Loads the modules in @dir. What does not load is told on the console; rows that need it are skipped for want of it. */
void tw_guest_load(const char *dir);

/*
 * Runs the command of @task in a process of its own and an empty directory, and tells @out what it says and writes. 0 or negative
 * errno.
 */
int tw_guest_command(const struct tw_task *task, tw_guest_command_fn *run, int out,
		     struct tw_err *err);

/* Plays @task and tells @out. 0 or negative errno; what was told then ends without an end. */
int tw_guest_play(const struct tw_task *task, int out, struct tw_err *err);

#endif
