#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/matrix_sinks.h"
#include "matrix/stored.h"

int tw_cmd_diff(int argc, char **argv)
{
	struct tw_matrix_choice choice = { .json = false };
	struct tw_opt opts[TW_MATRIX_OPTS + 2];
	struct tw_matrix m = { .n = 0 };
	struct tw_err err = { "" };
	enum tw_exit code = TW_EXIT_ERROR;
	unsigned unknown = 0;
	bool help = false;
	int at, ret;

	tw_matrix_options(&choice, opts);
	opts[TW_MATRIX_OPTS] =
		(struct tw_opt){ "help", 'h', NULL, "this text", &help, NULL, NULL, NULL };
	opts[TW_MATRIX_OPTS + 1] = (struct tw_opt){ .name = NULL };
	at = tw_opts_parse(opts, argc, argv, &err);
	if (at >= 0 && help) {
		puts("usage: twprobe diff [OPTION...] A B...\n\n"
		     "Tells in which rows stored runs differ, and why they may: evidence files "
		     "('twprobe run "
		     "--evidence'), or\n"
		     "what 'twprobe matrix --record' wrote (.json or .verdicts). Exit 1 if a "
		     "difference is "
		     "not explained.\n");
		tw_opts_help(opts, stdout);
		return TW_EXIT_OK;
	}
	if (at >= 0 && argc - at < 2)
		at = tw_err_set(&err, EINVAL, "name two stored runs, or more");
	if (at >= 0 && (choice.record || choice.against))
		at = tw_err_set(&err, EINVAL, "--record and --against are for 'twprobe matrix'");
	if (at < 0 || tw_matrix_choice_check(&choice, &err) < 0)
		return tw_cmd_fail("diff", &err, TW_EXIT_USAGE);
	ret = tw_stored_read(argv + at, (unsigned)(argc - at), &m, &unknown, &err);
	if (ret == 0 && unknown)
		fprintf(stderr,
			"twprobe diff: %u results are of rows that this build does not have: they "
			"are not compared\n",
			unknown);
	if (ret == 0)
		ret = tw_matrix_tell(&choice, &m, "twprobe diff", 0, &code, &err);
	tw_matrix_free(&m);
	return ret < 0 ? tw_cmd_fail("diff", &err, TW_EXIT_ERROR) : (int)code;
}
