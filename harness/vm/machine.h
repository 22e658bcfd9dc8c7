/*
 * One virtual machine: QEMU in software emulation and counted instructions, so that waiting costs nothing and two runs are alike;
 * or with KVM, in real time. Everything that it reads or writes is in memory (memfd): nothing is left when it ends or when
 * twprobe does, by whatever cause.
 */
#ifndef TWPROBE_VM_MACHINE_H
#define TWPROBE_VM_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "twprobe/err.h"
#include "vm/kernel.h"

/* How it ended. */
enum tw_ending {
	TW_VM_RUNS,
	TW_VM_DONE,    /* the guest switched it off */
	TW_VM_CRASHED, /* the kernel panicked or oopsed: -no-reboot */
	TW_VM_HUNG,    /* it said nothing for too long, and was killed */
	TW_VM_BROKEN,  /* QEMU failed */
	TW_VM_ENDINGS,
};

struct tw_vm_cfg {
	const char *task; /* task.h */
	bool kvm;
	unsigned memory_mb;
	/*
	 * Without a word on either port it hangs after so many seconds of real time in which nothing at all is done, or after four times as
	 * many of this machine's CPU: that the machine is busy must not make it look so, and waiting for weeks is work.
	 */
	unsigned silence_s;
};

struct tw_vm {
	pid_t pid;
	int console, results; /* memfds, owned */
	off_t seen;           /* of both, together */
	uint64_t heard_at;    /* CLOCK_MONOTONIC, ns */
	double heard_cpu_s;   /* what it had taken of the CPU by then */
	unsigned silence_s;
	bool kvm;
	enum tw_ending ending;
	int status;   /* of wait(), once it has ended by itself, */
	double cpu_s; /* and what it took of this machine's CPUs */
};

/* 0, or -ENOENT where there is no QEMU, with the package to install. */
int tw_vm_can(struct tw_err *err);

/* Boots @kernel. 0 or negative errno; on failure nothing is left. */
int tw_vm_start(struct tw_vm *vm, const struct tw_kernel *kernel, const struct tw_vm_cfg *cfg,
		struct tw_err *err);

/* Looks after it and never waits. How it ended, or TW_VM_RUNS. */
enum tw_ending tw_vm_poll(struct tw_vm *vm);

/* Kills it if it still runs, and forgets what it said. */
void tw_vm_close(struct tw_vm *vm);

/*
 * What was said from @from on: on the console (@vm->console) or the results' port. Text from malloc(), NUL behind it, or NULL when memory is
 * out.
 */
char *tw_vm_text(int memfd, off_t from, size_t *ret_len);

/* Called for a line, without its end. 0 or negative errno, after which no other follows. */
typedef int tw_vm_line_fn(void *arg, const char *line, size_t len, struct tw_err *err);

/* Hands over the whole lines that were said from *@at on, and moves it behind them. 0 or negative errno. */
int tw_vm_lines(int memfd, off_t *at, tw_vm_line_fn *fn, void *arg, struct tw_err *err);

/* "done" "crashed" "hung" "broken" */
const char *tw_ending_name(enum tw_ending ending);

#endif
