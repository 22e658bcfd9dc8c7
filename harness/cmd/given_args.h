/*
 * What describes a connection on the command line, for struct tw_opt.take. Pure. Each writes to @to, or returns -EINVAL with the
 * words that are possible.
 */
#ifndef TWPROBE_GIVEN_ARGS_H
#define TWPROBE_GIVEN_ARGS_H

#include "twprobe/case.h"
#include "twprobe/err.h"

struct tw_word {
	const char *word; /* NULL ends the list */
	int value;
};

int tw_take_word(const struct tw_word *words, const char *text, int *ret, struct tw_err *err);

int tw_take_enter(void *to, const char *text, struct tw_err *err);    /* enum tw_enter */
int tw_take_role(void *to, const char *text, struct tw_err *err);     /* enum tw_role */
int tw_take_ts_use(void *to, const char *text, struct tw_err *err);   /* enum tw_ts_use */
int tw_take_listener(void *to, const char *text, struct tw_err *err); /* enum tw_listener */

enum {
	TW_SYSCTL_NAMES = 5
};

/* Where the names are kept; the values are the command line's. */
struct tw_sysctl_names {
	char name[TW_SYSCTL_NAMES][80];
	unsigned n;
};

int tw_take_sysctl(struct tw_sysctl_names *names, struct tw_sysctl *list, unsigned room,
		   const char *text, struct tw_err *err);

#endif
