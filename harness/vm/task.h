/*
 * What a guest is to play, or the command that it is to run: the lines of a file, written by the host and read by the guest.
 */
#ifndef TWPROBE_VM_TASK_H
#define TWPROBE_VM_TASK_H

#include <stddef.h>

#include "run/plan.h"

enum {
	TW_TASK_PATTERNS_MAX = 256,
	TW_TASK_WORDS_MAX = 64,
};

struct tw_task {
	struct tw_selection sel;
	unsigned long long seed;
	char *pattern[TW_TASK_PATTERNS_MAX];     /* what .sel points to */
	const char *word[TW_TASK_WORDS_MAX + 1]; /* argv of the command, NULL behind it; */
	int n_words;                             /* 0: there is none, but rows to play */
	char *text;                              /* owned: after tw_task_read() */
};

/* The lines, from malloc(). NULL when memory is out, or with a pattern that has a line break in it. */
char *tw_task_write(const struct tw_selection *sel, unsigned long long seed);

/* The same of a command. NULL when memory is out; with more than TW_TASK_WORDS_MAX words, or one that is empty or has a line break in it. */
char *tw_task_write_command(int argc, char **argv);

/* From @text, which is copied. The caller frees with tw_task_free(). 0 or negative errno. */
int tw_task_read(const char *text, struct tw_task *ret, struct tw_err *err);
void tw_task_free(struct tw_task *task);

#endif
