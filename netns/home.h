/*
 * Where the stack under test lives: mostly in a namespace of its own, with which all goes that it ever had. On a kernel whose TCP has
 * settings that are only in the machine's initial namespace (up to 4.14) it lives there, if the machine is ours: in a guest.
 *
 * That home is one. Who moves in waits until it is free, and finds it as the machine was booted: sysctls are as they were, the devices
 * of the one before are gone, with their addresses and routes, TCP has forgotten its peers, and sockets have ended, those in TIME_WAIT
 * by waiting (in a guest's virtual time that costs nothing).
 */
#ifndef TWPROBE_NETNS_HOME_H
#define TWPROBE_NETNS_HOME_H

#include <stdbool.h>

#include "twprobe/err.h"

/*
 * Says that the namespace that the caller is in is the home of all DUTs of this process and its children from now on. For a
 * guest's init alone. 0 or negative errno.
 */
int tw_home_settle(struct tw_err *err);

/* True after the above. */
bool tw_home_settled(void);

/* How many DUTs can live at the same time, where @wanted are wanted: in a home one. */
unsigned tw_home_room(unsigned wanted);

/*
 * A descriptor of the namespace for a DUT: a new one, or the home. A process that lives in the home gets a new one for a second DUT.
 * Closing it, or the process's death, gives it back. Negative errno.
 */
int tw_home_take(struct tw_err *err);

/* Closes it. */
void tw_home_give(int ns);

/* True if @ns is the home: what is left behind in it does not go by itself. */
bool tw_home_is(int ns);

/*
 * As tw_sysctl_set() in the caller's namespace, and in the home where that alone has it: then it is a setting of the whole machine,
 * and holds here as well. For whoever is no DUT but goes with one.
 */
int tw_home_sysctl(const char *name, const char *value, struct tw_err *err);

/* Waits until no TCP socket is left in @ns, not even a listener. 0, -ETIMEDOUT after twenty minutes, or negative errno. */
int tw_home_wait_empty(int ns, struct tw_err *err);

#endif
