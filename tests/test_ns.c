/*
 * Namespaces for real: entered and left, gone when they should be, and the reason when they cannot
 * be had.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "netns/link.h"
#include "netns_help.h"

static unsigned open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static ino_t own_ns(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/thread-self/ns/net", &st), 0);
	return st.st_ino;
}

/* ---- entering, and coming back ---- */

static int note_ns(void *arg, struct tw_err *err)
{
	*(ino_t *)arg = own_ns();
	return tw_err_set(err, EDOM, "on purpose");
}

static void test_ns_in_comes_back(void **state)
{
	struct tw_err err = { "" };
	ino_t home, inside = 0;
	int ns, file;

	(void)state;
	need_namespaces();
	home = own_ns();
	ns = tw_ns_new(&err);
	assert_ok(ns, &err);
	assert_int_equal(own_ns(), home);
	assert_int_equal(tw_ns_in(ns, note_ns, &inside, &err), -EDOM);
	assert_string_equal(err.text, "on purpose");
	assert_int_not_equal(inside, home);
	assert_int_equal(own_ns(), home);
	close(ns);

	/* What is no namespace is not entered, and the function is not called. */
	inside = 0;
	file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	assert_int_equal(tw_ns_in(file, note_ns, &inside, &err), -EINVAL);
	close(file);
	assert_int_equal(tw_ns_in(-1, note_ns, &inside, &err), -EBADF);
	assert_int_equal(inside, 0);
	assert_int_equal(own_ns(), home);
}

static void test_link_refusals_are_named(void **state)
{
	struct tw_addr addr = tw_lane_dut_addr(TW_IPV4);
	struct tw_err err = { "" };
	struct tw_link *link;
	unsigned i;
	int ns;

	(void)state;
	need_namespaces();
	ns = tw_ns_new(&err);
	assert_ok(ns, &err);
	assert_ok(tw_link_open(ns, &link, &err), &err);
	tw_link_up(link, TW_LINK_LO);
	tw_link_addr(link, 77, TW_IPV4, &addr, 24);
	tw_link_up(link, 78);
	assert_int_equal(tw_link_commit(link, &err), -ENODEV);
	/* The first refusal, not the last; and the batch is empty afterwards. */
	assert_non_null(strstr(err.text, "address 192.0.2.1/24 on device 77"));
	assert_int_equal(tw_link_commit(link, &err), 0);
	for (i = 0; i < 100; i++)
		tw_link_up(link, TW_LINK_LO);
	assert_int_equal(tw_link_commit(link, &err), -E2BIG);
	assert_int_equal(tw_link_wait(link, 79, 20, &err), -ETIMEDOUT);
	assert_non_null(strstr(err.text, "device 79"));
	tw_link_close(link);
	close(ns);
}

/* ---- nothing stays ---- */

static void test_nothing_stays(void **state)
{
	char before[256], after[256];
	struct tw_lane lanes[3];
	unsigned i, fds;

	(void)state;
	need_namespaces();
	links(before, sizeof(before));
	fds = open_fds();
	for (i = 0; i < 3; i++)
		lanes[i] = open_lane();
	links(after, sizeof(after));
	assert_string_equal(before, after);
	for (i = 0; i < 3; i++)
		tw_lane_close(&lanes[i]);
	assert_int_equal(open_fds(), fds);
	links(after, sizeof(after));
	assert_string_equal(before, after);
}

/* Whether any process is in, or holds open, one of the two network namespaces. */
static bool anybody_in(ino_t a, ino_t b)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool found = false;
	char path[300];
	struct stat st;

	assert_non_null(proc);
	while ((entry = readdir(proc)) && !found) {
		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		found = stat(path, &st) == 0 && (st.st_ino == a || st.st_ino == b);
	}
	closedir(proc);
	return found;
}

static void test_kill_leaves_nothing(void **state)
{
	char before[256], after[256];
	struct stat ns[2];
	ino_t inodes[2];
	int pipes[2];
	pid_t pid;

	(void)state;
	need_namespaces();
	links(before, sizeof(before));
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct tw_lane lane;

		if (tw_lane_open(TW_DIRECT, &lane, NULL) < 0 || fstat(lane.dut_ns, &ns[0]) < 0 ||
		    fstat(lane.peer_ns, &ns[1]) < 0)
			_exit(1);
		inodes[0] = ns[0].st_ino;
		inodes[1] = ns[1].st_ino;
		if (write(pipes[1], inodes, sizeof(inodes)) != sizeof(inodes))
			_exit(1);
		for (;;)
			pause();
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], inodes, sizeof(inodes)), sizeof(inodes));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* The other end of the pipe is closed: the child holds nothing any more. */
	assert_int_equal(read(pipes[0], after, 1), 0);
	close(pipes[0]);
	links(after, sizeof(after));
	assert_string_equal(before, after);
	assert_false(anybody_in(inodes[0], inodes[1]));
}

/* ---- refusals ---- */

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* All but the one without which uid 0 cannot be mapped (verify_root_map() of the kernel). */
static bool drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	data[0].effective = data[0].permitted = 1U << CAP_SETFCAP;
	return syscall(SYS_capset, &head, data) == 0;
}

/*
 * In a child with a user namespace of its own, whose limits are nobody else's, sets @limit to 0 and
 * tries again as an ordinary user. Returns what tw_ns_prepare() or, for those who have it,
 * tw_ns_new() said.
 */
static int refused_by(const char *limit, bool ordinary, struct tw_err *ret_err)
{
	char buf[sizeof(int) + sizeof(*ret_err)];
	struct tw_err err = { "" };
	int pipes[2], res;
	pid_t pid;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		drop_capabilities();
		res = tw_ns_prepare(&err);
		if (res == 0 && !write_text(limit, "0\n"))
			res = tw_err_set(&err, EIO, "cannot write %s", limit);
		if (res == 0 && ordinary)
			res = drop_capabilities() ? tw_ns_prepare(&err) : -EIO;
		else if (res == 0)
			res = tw_ns_new(&err);
		memcpy(buf, &res, sizeof(res));
		memcpy(buf + sizeof(res), &err, sizeof(err));
		_exit(write(pipes[1], buf, sizeof(buf)) != sizeof(buf));
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], buf, sizeof(buf)), sizeof(buf));
	close(pipes[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	memcpy(&res, buf, sizeof(res));
	memcpy(ret_err, buf + sizeof(res), sizeof(*ret_err));
	return res;
}

static void test_limits_are_named(void **state)
{
	static const struct {
		const char *file, *name;
		bool ordinary;
	} rows[] = {
		{ "/proc/sys/user/max_user_namespaces", "user.max_user_namespaces = 0", true },
		{ "/proc/sys/user/max_net_namespaces", "user.max_net_namespaces = 0", true },
		{ "/proc/sys/user/max_net_namespaces", "user.max_net_namespaces = 0", false },
		{ "/proc/sys/user/max_mnt_namespaces", "user.max_mnt_namespaces = 0", true },
	};
	struct tw_err err;
	unsigned i;
	int res;

	(void)state;
	need_namespaces();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		res = refused_by(rows[i].file, rows[i].ordinary, &err);
		if (i == 0 && res < 0 && res != -ENOSPC) {
			print_message("# SKIP: %s\n", err.text);
			skip();
		}
		assert_int_equal(res, -ENOSPC);
		assert_non_null(strstr(err.text, rows[i].name));
		assert_non_null(strstr(err.text, "sysctl -w user.max_"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ns_in_comes_back),
		cmocka_unit_test(test_link_refusals_are_named),
		cmocka_unit_test(test_nothing_stays),
		cmocka_unit_test(test_kill_leaves_nothing),
		cmocka_unit_test(test_limits_are_named),
	};

	prepare();
	return !!cmocka_run_group_tests_name("test_ns", tests, NULL, NULL);
}
