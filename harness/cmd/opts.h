/*
 * Command-line options from a table: it feeds the parser and the help text.
 */
#ifndef TWPROBE_OPTS_H
#define TWPROBE_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "twprobe/err.h"

struct tw_opt {
	const char *name; /* "jobs", without dashes; NULL ends the table */
	char letter;      /* 'j', or 0 */
	const char *arg;  /* "N" in the help; "[=FILE]": may be left out; NULL: takes none */
	const char *help;
	/* One of these: a flag that becomes true, a text that is pointed to, or a function that takes the text. With an argument that
	 * may be left out: both of the first two. */
	bool *flag;
	const char **text;
	int (*take)(void *to, const char *text, struct tw_err *err);
	void *to;
};

/*
 * Parses @argv (from argv[1] on), in any order; operands are moved to the end. Index of the first operand, or -EINVAL with
 * the reason. Never prints.
 */
int tw_opts_parse(const struct tw_opt *opts, int argc, char **argv, struct tw_err *err);

/* The same up to the first operand: what follows is the command line of somebody else. */
int tw_opts_parse_before(const struct tw_opt *opts, int argc, char **argv, struct tw_err *err);

/* One line per option. */
void tw_opts_help(const struct tw_opt *opts, FILE *out);

/* For tw_opt.take: a whole number into an unsigned at @to; unsigned long long at @to. */
int tw_opts_uint(void *to, const char *text, struct tw_err *err);
int tw_opts_u64(void *to, const char *text, struct tw_err *err);

#endif
