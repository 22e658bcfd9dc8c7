#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "cmd/cmd.h"
#include "cmd/matrix_sinks.h"
#include "cmd/opts.h"
#include "cmd/watch.h"
#include "matrix/drive.h"
#include "text/shell.h"
#include "vm/cache.h"
#include "vm/task.h"

struct run {
	struct tw_selection sel;
	char *pattern[TW_TASK_PATTERNS_MAX];
	struct tw_matrix_choice choice;
	unsigned long long seed;
	unsigned jobs, memory, silence;
	const char *cache, *accel;
	bool help;

	char **word; /* the kernels */
	unsigned n_words;
	char **cached; /* owned: those of the cache */
	struct tw_kernel *kernel;
	struct tw_plan plan;
	struct tw_matrix m;
};

enum {
	RUN_OPTS = 12,
	MEMORY_MB = 512,
	SILENCE_S = 300,
	SEED = 1, /* the same each time: two runs are to be alike */
};

static int add_pattern(void *to, const char *text, struct tw_err *err)
{
	struct run *run = to;

	if (run->sel.n_patterns == TW_TASK_PATTERNS_MAX || strchr(text, '\n'))
		return tw_err_set(err, EINVAL, "at most %d patterns, without line breaks",
				  TW_TASK_PATTERNS_MAX);
	run->pattern[run->sel.n_patterns++] = (char *)text;
	return 0;
}

static void run_options(struct run *run, struct tw_opt opts[RUN_OPTS + TW_MATRIX_OPTS + 1])
{
	const struct tw_opt own[RUN_OPTS] = {
		{ "rows", 'r', "PATTERN",
		  "only these rows, as 'twprobe run' takes them; may be given again", NULL, NULL,
		  add_pattern, run },
		{ "ipv4", '4', NULL, "over IPv4 only", &run->sel.v4, NULL, NULL, NULL },
		{ "ipv6", '6', NULL, "over IPv6 only", &run->sel.v6, NULL, NULL, NULL },
		{ "slow", 's', NULL, "rows that wait as well: in virtual time that costs little",
		  &run->sel.slow, NULL, NULL, NULL },
		{ "slowest", 0, NULL, "these and those that wait for hours and days",
		  &run->sel.slowest, NULL, NULL, NULL },
		{ "jobs", 'J', "N", "machines at a time (default: one per CPU)", NULL, NULL,
		  tw_opts_uint, &run->jobs },
		{ "seed", 0, "N", "of the peer's ISNs and TSvals (default: 1)", NULL, NULL,
		  tw_opts_u64, &run->seed },
		{ "cache", 0, "DIR", "where fetched kernels are, for a run without KERNEL", NULL,
		  &run->cache, NULL, NULL },
		{ "accel", 0, "HOW",
		  "tcg: virtual time (default); kvm: real time, where a KVM boots kernels", NULL,
		  &run->accel, NULL, NULL },
		{ "memory", 0, "MB", "of each machine (default: 512)", NULL, NULL, tw_opts_uint,
		  &run->memory },
		{ "silence", 0, "S",
		  "a guest that neither says nor does anything for so long hangs (default: 300)",
		  NULL, NULL, tw_opts_uint, &run->silence },
		{ "help", 'h', NULL, "this text", &run->help, NULL, NULL, NULL },
	};

	memcpy(opts, own, sizeof(own));
	tw_matrix_options(&run->choice, opts + RUN_OPTS);
	opts[RUN_OPTS + TW_MATRIX_OPTS] = (struct tw_opt){ .name = NULL };
}

static void help(const struct tw_opt *opts)
{
	puts("usage: twprobe matrix [OPTION...] [KERNEL...]\n\n"
	     "Plays the suite inside virtual machines, one per kernel, in virtual time, and tells "
	     "what differs between\n"
	     "them. KERNEL is a vmlinuz, a .deb, a directory into which one was unpacked, or "
	     "LABEL=IMAGE[,modules=DIR];\n"
	     "without one: all that 'twprobe kernels fetch' has brought. Needs "
	     "qemu-system-x86_64, and no privilege.\n");
	tw_opts_help(opts, stdout);
}

static int check(const struct run *run, struct tw_err *err)
{
	if (run->accel && strcmp(run->accel, "tcg") != 0 && strcmp(run->accel, "kvm") != 0)
		return tw_err_set(err, EINVAL, "--accel: \"%s\" is neither tcg nor kvm",
				  run->accel);
	if (run->memory < 128 || run->memory > 65536)
		return tw_err_set(err, EINVAL, "--memory: 128 to 65536 MB");
	if (!run->silence)
		return tw_err_set(err, EINVAL, "--silence: at least a second");
	return tw_matrix_choice_check(&run->choice, err);
}

/* The kernels that were named, or those that are there. */
static int find_kernels(struct run *run, struct tw_err *err)
{
	char dir[PATH_MAX];
	int ret = 0;

	if (run->n_words)
		return 0;
	if (run->cache)
		snprintf(dir, sizeof(dir), "%s", run->cache);
	else
		ret = tw_cache_path(dir, sizeof(dir), err);
	if (ret == 0)
		ret = tw_cache_list(dir, &run->cached, err);
	if (ret < 0)
		return ret;
	run->word = run->cached;
	while (run->word[run->n_words])
		run->n_words++;
	return run->n_words
		       ? 0
		       : tw_err_set(
				 err, ENOENT,
				 "there is no kernel in %s: name one, or bring some with 'twprobe "
				 "kernels fetch'",
				 dir);
}

static void name_columns(struct run *run)
{
	for (unsigned c = 0; c < run->n_words; c++) {
		struct tw_column *col = &run->m.col[c];

		tw_matrix_label(&run->m, c, run->kernel[c].label);
		snprintf(col->version, sizeof(col->version), "%s", run->kernel[c].version);
		snprintf(col->release, sizeof(col->release), "%s", run->kernel[c].release);
	}
}

/* "twprobe matrix --slow --rows 'syn.*' --seed 1", for a shell; then the kernel's @word, if there is one. */
static void put_command(const struct run *run, const char *word, char *ret, size_t size)
{
	FILE *out = fmemopen(ret, size, "w");

	ret[0] = '\0';
	if (!out)
		return;
	fprintf(out, "twprobe matrix");
	if (run->sel.v4 != run->sel.v6)
		fprintf(out, " -%d", run->sel.v4 ? 4 : 6);
	if (run->sel.slow || run->sel.slowest)
		fprintf(out, run->sel.slowest ? " --slowest" : " --slow");
	for (int i = 0; i < run->sel.n_patterns; i++) {
		fprintf(out, " --rows ");
		tw_shell_put(out, run->sel.pattern[i]);
	}
	if (!run->sel.virtual_time)
		fprintf(out, " --accel kvm");
	if (run->memory != MEMORY_MB)
		fprintf(out, " --memory %u", run->memory);
	fprintf(out, " --seed %llu", run->seed);
	if (word) {
		fputc(' ', out);
		tw_shell_put(out, word);
	}
	fclose(out);
	ret[size - 1] = '\0';
}

static int open_kernels(struct run *run, struct tw_err *err)
{
	int ret = 0;

	run->kernel = calloc(run->n_words + 1, sizeof(*run->kernel));
	if (!run->kernel)
		return tw_err_set(err, ENOMEM, "out of memory");
	for (unsigned c = 0; c < run->n_words && ret == 0; c++)
		ret = tw_kernel_open(run->word[c], &run->kernel[c], err);
	return ret;
}

static int drive(struct run *run, struct tw_err *err)
{
	char *task = tw_task_write(&run->sel, run->seed);
	struct tw_watch watch;
	const struct tw_drive_cfg cfg = { .vm = { .task = task,
						  .kvm = run->accel && !strcmp(run->accel, "kvm"),
						  .memory_mb = run->memory,
						  .silence_s = run->silence },
					  .jobs = run->jobs ? run->jobs : tw_process_cpus(),
					  .watch = tw_watch_draw,
					  .arg = &watch };
	int ret = task ? 0 : tw_err_set(err, ENOMEM, "out of memory");

	for (unsigned c = 0; c < run->n_words; c++)
		put_command(run, run->word[c], run->m.col[c].again, sizeof(run->m.col[c].again));
	tw_watch_init(&watch, stderr, run->choice.quiet);
	if (ret == 0)
		ret = tw_drive(&run->m, run->kernel, &cfg, err);
	free(task);
	return ret;
}

static int run_matrix(struct run *run, enum tw_exit *ret_exit, struct tw_err *err)
{
	char command[1024];
	int ret = tw_plan_make(&run->sel, &run->plan, err);

	if (ret == 0)
		ret = find_kernels(run, err);
	if (ret == 0)
		ret = open_kernels(run, err);
	if (ret == 0)
		ret = tw_vm_can(err);
	if (ret == 0)
		ret = tw_matrix_init(&run->m, run->plan.item, run->plan.n, run->n_words, err);
	if (ret < 0)
		return ret;
	name_columns(run);
	put_command(run, NULL, command, sizeof(command));
	ret = tw_matrix_baseline(&run->choice, &run->m, err);
	if (ret == 0)
		ret = drive(run, err);
	return ret < 0 ? ret
		       : tw_matrix_tell(&run->choice, &run->m, command, run->seed, ret_exit, err);
}

static void clean_up(struct run *run)
{
	for (unsigned c = 0; run->kernel && c < run->n_words; c++)
		if (run->kernel[c].word)
			tw_kernel_free(&run->kernel[c]);
	free(run->kernel);
	tw_cache_free(run->cached);
	tw_matrix_free(&run->m);
	tw_matrix_choice_free(&run->choice);
	tw_plan_free(&run->plan);
}

int tw_cmd_matrix(int argc, char **argv)
{
	struct run run = { .seed = SEED, .memory = MEMORY_MB, .silence = SILENCE_S };
	struct tw_opt opts[RUN_OPTS + TW_MATRIX_OPTS + 1];
	struct tw_err err = { "" };
	enum tw_exit code = TW_EXIT_ERROR;
	int at, ret;

	run.sel.pattern = run.pattern;
	run_options(&run, opts);
	at = tw_opts_parse(opts, argc, argv, &err);
	if (at >= 0 && run.help) {
		help(opts);
		return TW_EXIT_OK;
	}
	if (at >= 0 && argc - at > TW_COLUMNS_MAX)
		at = tw_err_set(&err, EINVAL, "at most %d kernels", TW_COLUMNS_MAX);
	if (at < 0 || check(&run, &err) < 0)
		return tw_cmd_fail("matrix", &err, TW_EXIT_USAGE);
	run.word = argv + at;
	run.n_words = (unsigned)(argc - at);
	run.sel.virtual_time = !run.accel || strcmp(run.accel, "kvm") != 0;
	ret = run_matrix(&run, &code, &err);
	clean_up(&run);
	return ret < 0 ? tw_cmd_fail("matrix", &err, TW_EXIT_ERROR) : (int)code;
}
