/*
 * twprobe: the command table.
 */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "vm/guest.h"

struct command {
	const char *name, *args, *says;
	int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
	{ "run", "[PATTERN...]",
	  "put the running kernel's TIME_WAIT through the suite, or a part of it", tw_cmd_run },
	{ "list", "[PATTERN...]", "the rows", tw_cmd_list },
	{ "show", "ID", "one row as a timeline in packetdrill notation", tw_cmd_show },
	{ "probe", "[OPTION...]", "one hand-made probe: what does the kernel do with this segment?",
	  tw_cmd_probe },
	{ "judge", "FILE", "judge an evidence file again, without privileges", tw_cmd_judge },
	{ "coverage", "[FILE]", "rules and clauses of RFCs against rows, and what became of them",
	  tw_cmd_coverage },
	{ "nat", "[SCENARIO...]",
	  "NAT timestamp loss: reproduced with real clients behind a real NAT, measured, drawn",
	  tw_cmd_nat },
	{ "map", "[OPTION...]", "what becomes of a segment at every sequence number and timestamp",
	  tw_cmd_map },
	{ "fuzz", "[OPTION...]", "random segments: does the kernel do what the model says?",
	  tw_cmd_fuzz },
	{ "export", "ID|FILE", "a row or a finding as a packetdrill script", tw_cmd_export },
	{ "matrix", "[KERNEL...]",
	  "the suite inside virtual machines, one per kernel, in virtual time, compared",
	  tw_cmd_matrix },
	{ "inside", "KERNEL COMMAND", "one of these commands inside such a machine",
	  tw_cmd_inside },
	{ "kernels", "fetch [LINE...]", "bring Debian kernels of several lines for 'matrix'",
	  tw_cmd_kernels },
	{ "diff", "A B", "in which rows stored runs differ, and why they may", tw_cmd_diff },
	{ "bench", "[OPTION...]", "verdicts per second, and whether they are right", tw_cmd_bench },
	{ "doctor", "", "what this machine can and cannot do, with reason and remedy",
	  tw_cmd_doctor },
};

enum {
	COMMANDS = sizeof(commands) / sizeof(*commands)
};

int tw_cmd_fail(const char *name, const struct tw_err *err, enum tw_exit code)
{
	fflush(stdout);
	fprintf(stderr, "twprobe %s: %s\n", name, err->text);
	if (code == TW_EXIT_USAGE)
		fprintf(stderr, "see 'twprobe %s --help'\n", name);
	return code;
}

static void usage(FILE *out)
{
	fputs("usage: twprobe COMMAND [ARGUMENT...]\n\n"
	      "Tells, with packets in hand, what a TCP stack does with a segment that hits a "
	      "connection in TIME_WAIT.\n\n",
	      out);
	for (unsigned i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-8s %-15s %s\n", commands[i].name, commands[i].args,
			commands[i].says);
	fputs("\n'twprobe COMMAND --help' tells the options of one. Exit: 0 all as expected, 1 a "
	      "FAIL, 4 everything\n"
	      "skipped, 64 usage, 70 no verdict.\n",
	      out);
}

/* With stdin, stdout or stderr closed the next socket would take its number, and be written to. */
static void fill_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* argv[0] is the command's name. 64 if there is none of that name. */
static int run_command(int argc, char **argv)
{
	for (unsigned i = 0; argc > 0 && i < COMMANDS; i++)
		if (!strcmp(argv[0], commands[i].name))
			return commands[i].run(argc, argv);
	if (argc > 0)
		fprintf(stderr, "twprobe: there is no command \"%s\"\n\n", argv[0]);
	usage(stderr);
	return TW_EXIT_USAGE;
}

static int run(int argc, char **argv)
{
	if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
		puts("twprobe " TWPROBE_VERSION);
		return TW_EXIT_OK;
	}
	if (argc > 1 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))) {
		usage(stdout);
		return TW_EXIT_OK;
	}
	return run_command(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int code;

	if (tw_guest_is(argc, argv))
		return tw_guest_main(run_command);
	fill_standard();
	/* exec() hands it down if it is ignored, and nobody's end could be waited for */
	signal(SIGCHLD, SIG_DFL);
	setlocale(LC_CTYPE, "C.UTF-8");
	code = run(argc, argv);
	if ((fflush(stdout) != 0 || ferror(stdout)) && code != TW_EXIT_ERROR) {
		fputs("twprobe: the output could not be written\n", stderr);
		return TW_EXIT_ERROR;
	}
	return code;
}
