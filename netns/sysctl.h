/*
 * Sysctls of the network namespace that the caller is in (use tw_ns_in()). Names are written with
 * dots: "net.ipv4.tcp_rfc1337"; only "net." is a name here, since all else is the whole machine's.
 * Values are text without the newline.
 */
#ifndef TWPROBE_NETNS_SYSCTL_H
#define TWPROBE_NETNS_SYSCTL_H

#include <stddef.h>

#include "twprobe/err.h"

/*
 * 0; -ENOENT: this kernel or namespace has no such sysctl; -EINVAL: the value is refused, or the
 * name is not one; -ENOBUFS: the value is longer than @size - 1. Other errnos as the kernel gives
 * them.
 */
int tw_sysctl_get(const char *name, char *ret_value, size_t size, struct tw_err *err);
int tw_sysctl_set(const char *name, const char *value, struct tw_err *err);

/*
 * Calls @fn with the name of every sysctl of net.ipv4 that begins with "tcp_", in alphabetical
 * order. 0 or negative errno.
 */
int tw_sysctl_each_tcp(void (*fn)(void *arg, const char *name), void *arg, struct tw_err *err);

#endif
