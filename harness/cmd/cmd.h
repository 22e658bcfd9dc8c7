/*
 * The subcommands. Each gets argv with its own name first and returns the exit code of the process.
 */
#ifndef TWPROBE_CMD_H
#define TWPROBE_CMD_H

#include "twprobe/err.h"

enum tw_exit {
	TW_EXIT_OK = 0, /* all as expected; skips allowed */
	TW_EXIT_FAIL = 1,
	TW_EXIT_SKIPPED = 4, /* everything was skipped */
	TW_EXIT_USAGE = 64,
	TW_EXIT_ERROR = 70, /* the harness failed, or a row has no verdict */
};

int tw_cmd_run(int argc, char **argv);
int tw_cmd_list(int argc, char **argv);
int tw_cmd_show(int argc, char **argv);
int tw_cmd_probe(int argc, char **argv);
int tw_cmd_judge(int argc, char **argv);
int tw_cmd_coverage(int argc, char **argv);
int tw_cmd_map(int argc, char **argv);
int tw_cmd_fuzz(int argc, char **argv);
int tw_cmd_export(int argc, char **argv);
int tw_cmd_matrix(int argc, char **argv);
int tw_cmd_inside(int argc, char **argv);
int tw_cmd_kernels(int argc, char **argv);
int tw_cmd_diff(int argc, char **argv);
int tw_cmd_bench(int argc, char **argv);
int tw_cmd_nat(int argc, char **argv);
int tw_cmd_doctor(int argc, char **argv);

/* "twprobe NAME: message" on stderr. Returns @exit, for "return tw_cmd_fail(...)". */
int tw_cmd_fail(const char *name, const struct tw_err *err, enum tw_exit code);

#endif
