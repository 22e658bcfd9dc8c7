/*
 * One command of twprobe in the machine of one kernel.
 */
#ifndef TWPROBE_VM_INSIDE_H
#define TWPROBE_VM_INSIDE_H

#include "vm/machine.h"
#include "vm/relay.h"

/* Called for what the command says and writes (TW_RELAY_OUT, ERR, FILE). 0 or negative errno, which ends it. */
typedef int tw_inside_fn(void *arg, const struct tw_relay *said, struct tw_err *err);

/*
 * Boots @kernel with @cfg, whose task is a command (task.h), and stays until it is over. *@ret_exit: the command's exit code.
 * 0; -EIO if the machine came to no good end, with its last words; other negative errno. *@ret_console: all that the console said, from
 * malloc(), or NULL; the caller frees it.
 */
int tw_inside(const struct tw_kernel *kernel, const struct tw_vm_cfg *cfg, tw_inside_fn *fn,
	      void *arg, int *ret_exit, char **ret_console, struct tw_err *err);

#endif
