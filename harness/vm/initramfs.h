/*
 * The guest's file system: this very program as /init, the libraries that it is linked with, modules, and what to do.
 */
#ifndef TWPROBE_VM_INITRAMFS_H
#define TWPROBE_VM_INITRAMFS_H

#include "vm/modules.h"

#define TW_GUEST_MODULES "/m"    /* /m/00-veth.ko ...: loaded in the order of their names, */
#define TW_GUEST_LATE    "/late" /* and these only when the rows that wait are through */
#define TW_GUEST_TASK    "/task" /* task.h */

/* Writes it to a memfd, which is returned (the caller closes it), or negative errno. */
int tw_initramfs_new(const struct tw_modules *mods, const char *task, struct tw_err *err);

#endif
