/*
 * Virtual machines that end badly, each in its own way, and one that ends well. This program is its own guest: it boots a kernel with
 * itself as init, and what it does there is told by the task. Skipped where there is no kernel (TW_TEST_KERNELS names a directory that
 * 'twprobe kernels fetch --cache' filled) or no QEMU.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

#include "matrix/drive.h"
#include "matrix/stored.h"
#include "vm/cache.h"
#include "vm/guest.h"
#include "vm/task.h"

#define HELLO                                                                                \
	"{\"guest\": 1, \"kernel\": {\"release\": \"9.9\", \"machine\": \"x\"}, \"facts\": " \
	"{\"names\": "                                                                       \
	"[], \"drop_reasons\": false}, \"planned\": 1}\n[0]\n"

/* ---- in the guest ---- */

static void write_to(const char *path, const char *text)
{
	FILE *out = fopen(path, "we");

	if (out) {
		fputs(text, out);
		fclose(out);
	}
}

static int act(void)
{
	char word[64] = "";
	FILE *task = fopen("/task", "re");

	if (!task || !fgets(word, sizeof(word), task))
		return 1;
	fclose(task);
	if (!strncmp(word, "seed", 4))
		return tw_guest_main(NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	write_to(TW_GUEST_RESULTS, HELLO);
	sync();
	if (!strcmp(word, "panic\n"))
		write_to("/proc/sysrq-trigger", "c");
	for (;;)
		pause();
}

/* ---- outside ---- */

static char **kernels;

static int find_kernels(void **state)
{
	const char *dir = getenv("TW_TEST_KERNELS");
	struct tw_err err = { "" };

	(void)state;
	if (dir && tw_cache_list(dir, &kernels, &err) < 0)
		fprintf(stderr, "%s\n", err.text);
	return 0;
}

static int forget_kernels(void **state)
{
	(void)state;
	tw_cache_free(kernels);
	return 0;
}

static void skip_because(const char *why)
{
	print_message("# SKIP: %s\n", why);
	skip();
}

static void need_kernel(struct tw_kernel *ret)
{
	struct tw_err err = { "" };

#ifdef __SANITIZE_ADDRESS__
	skip_because("a program with a sanitizer is not booted");
#endif
	if (tw_vm_can(&err) < 0)
		skip_because(err.text);
	if (!kernels || !kernels[0])
		skip_because("TW_TEST_KERNELS names no directory with kernels");
	if (tw_kernel_open(kernels[0], ret, &err) < 0)
		fail_msg("%s", err.text);
}

/* One row, one kernel; the machine is told @task. */
static void play(const struct tw_kernel *kernel, const char *task, unsigned silence_s,
		 struct tw_matrix *ret)
{
	char *pattern[] = { "syn.seq-at.ts-equal" };
	const struct tw_selection sel = { .pattern = pattern, .n_patterns = 1, .v4 = true };
	const struct tw_drive_cfg cfg = {
		.vm = { .task = task, .memory_mb = 256, .silence_s = silence_s }, .jobs = 1
	};
	struct tw_plan plan;
	struct tw_err err = { "" };

	assert_int_equal(tw_plan_make(&sel, &plan, &err), 0);
	assert_int_equal(tw_matrix_init(ret, plan.item, plan.n, 1, &err), 0);
	if (tw_drive(ret, kernel, &cfg, &err) < 0)
		fail_msg("%s", err.text);
	tw_plan_free(&plan);
}

static char *real_task(void)
{
	char *pattern[] = { "syn.seq-at.ts-equal" };
	const struct tw_selection sel = { .pattern = pattern, .n_patterns = 1, .v4 = true };

	return tw_task_write(&sel, 1);
}

static void test_panic(void **state)
{
	struct tw_kernel kernel;
	struct tw_matrix m;

	(void)state;
	need_kernel(&kernel);
	play(&kernel, "panic\n", 600, &m);
	assert_int_equal(m.col[0].ending, TW_VM_CRASHED);
	assert_non_null(strstr(m.col[0].trouble, "the kernel crashed in syn.seq-at.ts-equal ipv4"));
	assert_non_null(strstr(m.col[0].console, "Kernel panic"));
	tw_matrix_free(&m);
	tw_kernel_free(&kernel);
}

static void test_hang(void **state)
{
	struct tw_kernel kernel;
	struct tw_matrix m;

	(void)state;
	need_kernel(&kernel);
	play(&kernel, "hang\n", 20, &m);
	assert_int_equal(m.col[0].ending, TW_VM_HUNG);
	assert_non_null(strstr(m.col[0].trouble, "hung"));
	tw_matrix_free(&m);
	tw_kernel_free(&kernel);
}

static void test_no_veth(void **state)
{
	struct tw_kernel kernel;
	struct tw_matrix m;
	char *task;

	(void)state;
	need_kernel(&kernel);
	task = real_task();
	tw_modules_free(kernel.mods);
	play(&kernel, task, 600, &m);
	assert_int_equal(m.col[0].ending, TW_VM_DONE);
	assert_non_null(strstr(m.col[0].trouble, "veth"));
	assert_int_equal(m.col[0].n_played, 0);
	tw_matrix_free(&m);
	tw_kernel_free(&kernel);
	free(task);
}

/* A real row, and the same bytes each time: evidence and all. */
static void test_again(void **state)
{
	char *task, *said[2] = { NULL, NULL };
	struct tw_kernel kernel;
	struct tw_matrix m;

	(void)state;
	need_kernel(&kernel);
	task = real_task();
	for (unsigned i = 0; i < 2; i++) {
		play(&kernel, task, 600, &m);
		assert_string_equal(m.col[0].trouble, "");
		assert_true(tw_column_fine(&m, m.col));
		assert_int_equal(m.col[0].cell[0].outcome, TW_PASS);
		assert_int_equal(asprintf(&said[i], "%s %llu %u", m.col[0].cell[0].shape,
					  (unsigned long long)m.col[0].res[0].ev.packets[0].at,
					  m.col[0].res[0].ev.numbers.snd_nxt) > 0,
				 1);
		tw_matrix_free(&m);
	}
	assert_string_equal(said[0], said[1]);
	free(said[0]);
	free(said[1]);
	tw_kernel_free(&kernel);
	free(task);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_panic),
		cmocka_unit_test(test_hang),
		cmocka_unit_test(test_no_veth),
		cmocka_unit_test(test_again),
	};

	if (tw_guest_is(argc, argv))
		return act();
	return cmocka_run_group_tests(tests, find_kernels, forget_kernels);
}
