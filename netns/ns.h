/*
 * Anonymous network namespaces, held by file descriptors: when the process dies, by whatever cause,
 * nothing is left. No name is ever made in /run/netns.
 */
#ifndef TWPROBE_NETNS_NS_H
#define TWPROBE_NETNS_NS_H

#include "twprobe/err.h"

/*
 * Gives the process the right to make network namespaces: as root nothing is needed; otherwise (or
 * if root is not allowed to) it enters a new user namespace in which it is root, and an empty
 * network namespace that belongs to it: out of a namespace that is somebody else's there would be
 * no coming back to. Takes a mount namespace of its own. Call once,
 * single-threaded, before anything else. 0 or negative errno; the error names the setting that
 * forbids it (user.max_user_namespaces, kernel.unprivileged_userns_clone,
 * kernel.apparmor_restrict_unprivileged_userns, seccomp ...) and the remedy. After a failure the
 * process may be left half way and is good for nothing but saying so.
 */
int tw_ns_prepare(struct tw_err *err);

/*
 * Makes a network namespace and returns a descriptor for it (>= 0), or negative errno. The caller
 * closes it and stays in the namespace it was in.
 */
int tw_ns_new(struct tw_err *err);

/* A descriptor for the one that the caller is in, or negative errno. The caller closes it. */
int tw_ns_ours(struct tw_err *err);

/*
 * Runs @fn inside the network namespace @ns and always comes back to the one the caller was in; if
 * that is impossible the process aborts, since everything after it would happen in the wrong place.
 * The only function that enters a namespace. Returns what @fn returns, or negative errno.
 */
int tw_ns_in(int ns, int (*fn)(void *arg, struct tw_err *err), void *arg, struct tw_err *err);

/*
 * The same in a thread of its own, which is waited for: for @fn that opens files of /proc/thread-self/net. Before 5.0 a thread that has
 * such a file open, and from 4.18 on also one that has closed it, finds it again in the next namespace: the kernel looked by name only.
 */
int tw_ns_in_thread(int ns, int (*fn)(void *arg, struct tw_err *err), void *arg,
		    struct tw_err *err);

#endif
