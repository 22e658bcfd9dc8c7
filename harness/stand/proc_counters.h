/*
 * The counters of this machine's kernel, from /proc/net/{netstat,snmp,snmp6,xfrm_stat} of one namespace.
 */
#ifndef TWPROBE_PROC_COUNTERS_H
#define TWPROBE_PROC_COUNTERS_H

#include "base/counters.h"
#include "twprobe/err.h"

struct tw_proc_counters;

/* Opens the files of the namespace that the caller is in; they stay that namespace's. 0 or negative errno. */
int tw_proc_counters_open(struct tw_proc_counters **ret, struct tw_err *err);
void tw_proc_counters_close(struct tw_proc_counters *proc);

/* Reads all counters. 0 or negative errno. */
int tw_proc_counters_read(struct tw_proc_counters *proc, struct tw_counters *ret,
			  struct tw_err *err);

#endif
