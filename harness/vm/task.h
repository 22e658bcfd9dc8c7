/*
 * What a guest is to play, as the lines of a file: written by the host, read by the guest.
 */
#ifndef TWPROBE_VM_TASK_H
#define TWPROBE_VM_TASK_H

#include <stddef.h>

#include "run/plan.h"

enum {
	TW_TASK_PATTERNS_MAX = 256
};

struct tw_task {
	struct tw_selection sel;
	unsigned long long seed;
	char *pattern[TW_TASK_PATTERNS_MAX]; /* what .sel points to */
	char *text;                          /* owned: after tw_task_read() */
};

/* The lines, from malloc(). NULL when memory is out, or with a pattern that has a line break in it. */
char *tw_task_write(const struct tw_selection *sel, unsigned long long seed);

/* From @text, which is copied. The caller frees with tw_task_free(). 0 or negative errno. */
int tw_task_read(const char *text, struct tw_task *ret, struct tw_err *err);
void tw_task_free(struct tw_task *task);

#endif
