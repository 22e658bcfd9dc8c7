/*
 * Worker processes: pinned, and dead as soon as their parent is.
 */
#ifndef TWPROBE_PROCESS_H
#define TWPROBE_PROCESS_H

#include <sys/types.h>

#include "twprobe/err.h"

/* Forks a process that runs @fn and exits with what it returns. Its pid, or negative errno. */
pid_t tw_process_start(int (*fn)(void *arg), void *arg, struct tw_err *err);

/* Pins the caller to one of the CPUs that it may use: the @no-th, counted round. */
void tw_process_pin(unsigned no);

/* Room for @n descriptors besides the usual ones, as far as the hard limit allows. */
void tw_process_files(unsigned n);

/* One per CPU that this process may use. At least 1. */
unsigned tw_process_cpus(void);

#endif
