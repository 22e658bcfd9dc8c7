#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "vm/inside.h"
#include "vm/task.h"

enum {
	MEMORY_MB = 512,
	SILENCE_S = 300,
};

struct inside {
	struct tw_vm_cfg vm;
	const char *console; /* where it is to be written, or NULL */
	bool help;
	char **word; /* the command */
	int n_words;
};

static void help(const struct tw_opt *opts)
{
	puts("usage: twprobe inside [OPTION...] KERNEL COMMAND [ARGUMENT...]\n\n"
	     "Runs one of the other commands inside a virtual machine with that kernel, in virtual "
	     "time, and exits as it\n"
	     "does: 'twprobe inside ./bzImage nat', 'twprobe inside 4.9=./bzImage run -v "
	     "syn.*'. KERNEL is as for\n"
	     "'twprobe matrix'. Files that the command is told to write must have names without "
	     "a directory, and come to\n"
	     "the current one; directories stay there.\n");
	tw_opts_help(opts, stdout);
}

static int check(const struct inside *in, int n_operands, struct tw_err *err)
{
	if (in->vm.memory_mb < 128 || in->vm.memory_mb > 65536)
		return tw_err_set(err, EINVAL, "--memory: 128 to 65536 MB");
	if (!in->vm.silence_s)
		return tw_err_set(err, EINVAL, "--silence: at least a second");
	if (n_operands < 2)
		return tw_err_set(err, EINVAL, "a kernel and a command are needed");
	return 0;
}

/* Only what the command line names: the guest has no say in what is written here. */
static bool is_named(const struct inside *in, const char *name)
{
	size_t len = strlen(name), n;

	if (strchr(name, '/'))
		return false;
	for (int i = 1; i < in->n_words; i++) {
		n = strlen(in->word[i]);
		if (!strcmp(in->word[i], name) ||
		    (n > len && in->word[i][0] == '-' && !strcmp(in->word[i] + n - len, name)))
			return true;
	}
	return false;
}

static int write_file(const struct inside *in, const struct tw_relay *said, struct tw_err *err)
{
	static char last[sizeof(said->text)]; /* parts of a file follow each other */
	FILE *out;
	bool good;

	if (!is_named(in, said->text))
		return tw_err_set(err, EPROTO,
				  "the command wrote a file that nobody asked for: %.80s",
				  said->text);
	out = fopen(said->text, strcmp(last, said->text) ? "we" : "ae");
	if (!out)
		return tw_err_set(err, errno, "%s: %s", said->text, strerror(errno));
	strcpy(last, said->text);
	good = fwrite(said->part, 1, said->len, out) == said->len;
	if (fclose(out) != 0 || !good)
		return tw_err_set(err, EIO, "%s cannot be written", said->text);
	return 0;
}

static int take(void *arg, const struct tw_relay *said, struct tw_err *err)
{
	FILE *out = said->kind == TW_RELAY_OUT ? stdout : stderr;

	if (said->kind == TW_RELAY_FILE)
		return write_file(arg, said, err);
	if (fwrite(said->part, 1, said->len, out) != said->len || fflush(out) != 0)
		return tw_err_set(err, EIO, "the output could not be written");
	return 0;
}

static int keep_console(const char *path, const char *console, struct tw_err *err)
{
	FILE *out = fopen(path, "we");
	bool good;

	if (!out)
		return tw_err_set(err, errno, "%s: %s", path, strerror(errno));
	good = fputs(console ? console : "", out) >= 0;
	if (fclose(out) != 0 || !good)
		return tw_err_set(err, EIO, "%s cannot be written", path);
	return 0;
}

static int run(struct inside *in, const char *kernel_word, int *ret_exit, struct tw_err *err)
{
	char *task = tw_task_write_command(in->n_words, in->word), *console = NULL;
	struct tw_kernel kernel = { .word = NULL };
	int ret = task ? tw_vm_can(err)
		       : tw_err_set(err, EINVAL,
				    "a command has at most %d words, none of which is empty or has "
				    "a line break",
				    TW_TASK_WORDS_MAX);

	in->vm.task = task;
	if (ret == 0)
		ret = tw_kernel_open(kernel_word, &kernel, err);
	if (ret == 0)
		ret = tw_inside(&kernel, &in->vm, take, in, ret_exit, &console, err);
	if (in->console && console && keep_console(in->console, console, ret < 0 ? NULL : err) < 0)
		ret = ret < 0 ? ret : -EIO;
	if (kernel.word)
		tw_kernel_free(&kernel);
	free(console);
	free(task);
	return ret;
}

int tw_cmd_inside(int argc, char **argv)
{
	struct inside in = { .vm = { .memory_mb = MEMORY_MB, .silence_s = SILENCE_S } };
	const struct tw_opt opts[] = {
		{ "console", 0, "FILE", "write all that the kernel says to its console", NULL,
		  &in.console, NULL, NULL },
		{ "memory", 0, "MB", "of the machine (default: 512)", NULL, NULL, tw_opts_uint,
		  &in.vm.memory_mb },
		{ "silence", 0, "S",
		  "a guest that neither says nor does anything for so long hangs (default: 300)",
		  NULL, NULL, tw_opts_uint, &in.vm.silence_s },
		{ "help", 'h', NULL, "this text", &in.help, NULL, NULL, NULL },
		{ .name = NULL },
	};
	struct tw_err err = { "" };
	int at = tw_opts_parse_before(opts, argc, argv, &err), code = TW_EXIT_ERROR;

	if (at >= 0 && in.help) {
		help(opts);
		return TW_EXIT_OK;
	}
	if (at < 0 || check(&in, argc - at, &err) < 0)
		return tw_cmd_fail("inside", &err, TW_EXIT_USAGE);
	in.word = argv + at + 1;
	in.n_words = argc - at - 1;
	if (run(&in, argv[at], &code, &err) < 0)
		return tw_cmd_fail("inside", &err, TW_EXIT_ERROR);
	if (code < 256)
		return code;
	tw_err_set(&err, EIO, "the command died of signal %d", code - 256);
	return tw_cmd_fail("inside", &err, TW_EXIT_ERROR);
}
