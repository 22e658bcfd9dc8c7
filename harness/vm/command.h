/*
 * Runs another program and takes what it prints.
 */
#ifndef TWPROBE_VM_COMMAND_H
#define TWPROBE_VM_COMMAND_H

#include "twprobe/err.h"

/*
 * Runs @argv (found as execvp() does) in directory @dir (NULL: this one) and waits for it; it dies with this process. What it prints goes to
 * *@ret_out and *@ret_err, from malloc(); either may be NULL. Its exit status, or negative errno.
 */
int tw_command(const char *const *argv, const char *dir, char **ret_out, char **ret_err,
	       struct tw_err *err);

/* Removes @path with all that is below it. What is not there need not be removed. 0 or negative errno. */
int tw_remove_tree(const char *path, struct tw_err *err);

#endif
