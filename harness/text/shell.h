/*
 * Words of a command that a person may paste into a shell.
 */
#ifndef TWPROBE_SHELL_H
#define TWPROBE_SHELL_H

#include <stdio.h>

/* In single quotes, whatever is in it: 'syn.*', 'it'\''s'. */
void tw_shell_put(FILE *out, const char *word);

#endif
