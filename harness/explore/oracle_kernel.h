/*
 * The running kernel as an oracle of the map: lanes that wait in processes of their own for points to be asked. Points whose
 * probe leaves the entry as it was, which its answer must prove, share a tuple. Owns the processes and the memory between them.
 */
#ifndef TWPROBE_ORACLE_KERNEL_H
#define TWPROBE_ORACLE_KERNEL_H

#include "explore/map.h"

struct tw_oracle_kernel;

/* Opens @jobs lanes, pinned to the CPUs in turn. NULL on failure. @setup must outlive it. */
struct tw_oracle_kernel *tw_oracle_kernel_open(const struct tw_map_setup *setup, unsigned jobs,
					       uint64_t seed, struct tw_err *err);
void tw_oracle_kernel_close(struct tw_oracle_kernel *kernel);

struct tw_oracle *tw_oracle_kernel(struct tw_oracle_kernel *kernel);

/* The window of the last set-up, bytes. */
uint32_t tw_oracle_kernel_wnd(const struct tw_oracle_kernel *kernel);

/* Tuples that were set up. */
uint64_t tw_oracle_kernel_tuples(const struct tw_oracle_kernel *kernel);

#endif
