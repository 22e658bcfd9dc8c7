/*
 * What is made of a kernel before it is booted: which packages are its, whether an image is one, what a module says, what a guest is
 * told. Pure but for a temporary file.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "vm/apt.h"
#include "vm/initramfs.h"
#include "vm/kernel.h"
#include "vm/lines.h"
#include "vm/modinfo.h"
#include "vm/task.h"

static const char offers[] =
	" linux-image-6.1-cloud-amd64 | 6.1.180-1 | http://a bullseye-security/main amd64 "
	"Packages\n"
	"linux-image-6.1.0-55-cloud-amd64 | 6.1.192-1 | http://a bookworm/main amd64 Packages\n"
	"linux-image-6.1.0-9-cloud-amd64 | 6.1.27-1 | http://a bookworm/main amd64 Packages\n"
	"linux-image-6.1.0-56-cloud-amd64 | 6.1.192-2 | http://a bookworm-security/main amd64 "
	"Packages\n"
	"linux-image-5.10.0-9-cloud-amd64 | 5.10.223-1 | http://a bullseye/main amd64 Packages\n"
	"linux-image-6.18.9+deb13-cloud-amd64 | 6.18.9-1~bpo13+1 | http://a trixie-backports/main "
	"amd64 Packages\n"
	"linux-image-6.18.15+deb13-cloud-amd64 | 6.18.15-1 | http://a trixie-backports/main amd64 "
	"Packages\n"
	"linux-image-6.18.15+deb12-cloud-amd64 | 6.18.15-1~bpo13+1 | http://a x/main amd64 "
	"Packages\n"
	"linux-image-6.19.14+deb13-cloud-amd64 | 6.19.14-1 | http://a x/main amd64 Packages\n"
	"linux-binary-6.19.14+deb13-cloud-amd64 | 6.19.14-1 | http://a x/main amd64 Packages\n"
	"linux-image-7.2.11+deb13-cloud-amd64 | 7.2.11-1 | http://a x/main amd64 Packages\n"
	"linux-binary-7.2.11+deb13-cloud-amd64 | 7.2.11-1 | http://a x/main amd64 Packages\n"
	"linux-modules-7.2.11+deb13-cloud-amd64 | 7.2.11-1 | http://a x/main amd64 Packages\n"
	"linux-image-7.2.12+deb13-cloud-amd64 | 7.2.12-1 | http://a x/main amd64 Packages\n"
	"linux-modules-7.2.12+deb13-cloud-amd64 | 7.2.12-1 | http://a x/main amd64 Packages\n"
	"nonsense\n | | \n\n";

static void test_lines(void **state)
{
	static const struct {
		const char *name, *part[2];
	} want[] = {
		{ "5.10", { "linux-image-5.10.0-9-cloud-amd64=5.10.223-1", "" } },
		{ "6.1", { "linux-image-6.1.0-56-cloud-amd64=6.1.192-2", "" } },
		{ "6.18", { "linux-image-6.18.15+deb13-cloud-amd64=6.18.15-1", "" } },
		{ "6.19", { "", "" } },
		{ "7.2",
		  { "linux-binary-7.2.11+deb13-cloud-amd64=7.2.11-1",
		    "linux-modules-7.2.11+deb13-cloud-amd64=7.2.11-1" } },
	};
	struct tw_lines *lines = calloc(1, sizeof(*lines));

	(void)state;
	tw_lines_find(offers, lines);
	assert_int_equal(lines->n, sizeof(want) / sizeof(*want));
	for (unsigned i = 0; i < lines->n; i++) {
		assert_string_equal(lines->line[i].name, want[i].name);
		assert_string_equal(lines->line[i].part[0], want[i].part[0]);
		assert_string_equal(lines->line[i].part[1], want[i].part[1]);
		assert_int_equal(lines->line[i].gap[0] != '\0', !want[i].part[0][0]);
	}
	assert_non_null(strstr(tw_lines_get(lines, "6.19")->gap, "no modules"));
	assert_null(tw_lines_get(lines, "4.19"));
	tw_lines_find("", lines);
	assert_int_equal(lines->n, 0);
	free(lines);
}

/* A bzImage of @len bytes whose header speaks of @said. */
static void make_image(uint8_t *image, size_t len, size_t said)
{
	size_t paragraphs = (said - 5 * 512) / 16;

	memset(image, 0, len);
	image[0x1f1] = 4;
	memcpy(image + 0x1fe, "\x55\xaa", 2);
	memcpy(image + 0x202, "HdrS\x0f\x02", 6);
	image[0x236] = 1;
	image[0x20e] = 0x80; /* at 0x280 */
	for (unsigned i = 0; i < 4; i++)
		image[0x1f4 + i] = (uint8_t)(paragraphs >> 8 * i);
	strcpy((char *)image + 0x280, "6.1.0-1-test (me@here) #1 SMP");
}

static int check(const uint8_t *data, size_t len, char version[64], struct tw_err *err)
{
	const struct tw_blob blob = { data, len };

	return tw_kernel_check(&blob, "it", version, 64, err);
}

static void test_image(void **state)
{
	static uint8_t image[8192];
	struct tw_err err = { "" };
	char version[64];

	(void)state;
	make_image(image, sizeof(image), sizeof(image));
	assert_int_equal(check(image, sizeof(image), version, &err), 0);
	assert_string_equal(version, "6.1.0-1-test (me@here) #1 SMP");
	make_image(image, sizeof(image), 2 * sizeof(image));
	assert_true(check(image, sizeof(image), version, &err) < 0);
	assert_non_null(strstr(err.text, "truncated"));
	make_image(image, sizeof(image), sizeof(image));
	image[0x236] = 0;
	assert_true(check(image, sizeof(image), version, &err) < 0);
	assert_non_null(strstr(err.text, "32-bit"));
	assert_true(check((const uint8_t *)"root:x:0:0", 10, version, &err) < 0);
	assert_non_null(strstr(err.text, "no kernel image"));
	/* no byte of it may be read past its end */
	for (size_t len = 0; len < 1024; len++) {
		uint8_t *copy = malloc(len + 1);

		make_image(image, sizeof(image), sizeof(image));
		memcpy(copy, image, len);
		assert_true(check(copy, len, version, &err) < 0);
		free(copy);
	}
}

static void test_no_module(void **state)
{
	struct tw_modinfo info;
	struct tw_err err = { "" };
	size_t len;
	uint8_t junk[256] = "\177ELF\2\1\1";

	(void)state;
	assert_true(tw_modinfo_read(junk, sizeof(junk), "junk", &info, &len, &err) < 0);
	assert_non_null(strstr(err.text, "junk is no kernel module"));
	assert_true(tw_modinfo_read((const uint8_t *)"", 0, "nothing", &info, &len, &err) < 0);
}

static void test_no_kernel(void **state)
{
	char path[] = "/tmp/twprobe-test-XXXXXX";
	int fd = mkstemp(path);
	struct tw_kernel kernel;
	struct tw_err err = { "" };

	(void)state;
	assert_true(fd >= 0);
	assert_true(tw_kernel_open(path, &kernel, &err) < 0);
	assert_non_null(strstr(err.text, "empty"));
	tw_kernel_free(&kernel);
	assert_int_equal(write(fd, "!<arch>\ndebian-binary   junk", 28), 28);
	assert_true(tw_kernel_open(path, &kernel, &err) < 0);
	assert_non_null(strstr(err.text, path));
	tw_kernel_free(&kernel);
	assert_true(tw_kernel_open("=vmlinuz", &kernel, &err) < 0);
	tw_kernel_free(&kernel);
	assert_int_equal(tw_kernel_open("x=,modules=/tmp", &kernel, &err), -EINVAL);
	assert_string_equal(err.text, "\"x=,modules=/tmp\" names no image");
	tw_kernel_free(&kernel);
	assert_true(tw_kernel_open("/nowhere/vmlinuz", &kernel, &err) < 0);
	tw_kernel_free(&kernel);
	close(fd);
	unlink(path);
}

/* The archive's header ends in eight zeros, and behind it stands the name without its slash. */
static bool archive_has(int fd, const char *dir, const char *name)
{
	char path[96];
	int len = snprintf(path, sizeof(path), "00000000%s/%s", dir + 1, name);
	struct stat st;
	void *bytes;
	bool ret;

	assert_int_equal(fstat(fd, &st), 0);
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_true(bytes != MAP_FAILED);
	ret = memmem(bytes, (size_t)st.st_size, path, (size_t)len + 1) != NULL;
	munmap(bytes, (size_t)st.st_size);
	return ret;
}

/* Which modules are loaded at once, and which behind the rows that wait. */
static void test_late_modules(void **state)
{
	static uint8_t data[] = "a module";
	struct tw_modules mods = {
		.n = 2,
		.mod = { { .name = "veth", .data = data, .len = sizeof(data) },
			 { .name = "nft_ct", .data = data, .len = sizeof(data), .late = true } }
	};
	struct tw_err err = { "" };
	int fd = tw_initramfs_new(&mods, "seed 1\n", &err);

	(void)state;
	if (fd < 0)
		fail_msg("%s", err.text);
	assert_true(archive_has(fd, TW_GUEST_MODULES, "00-veth.ko"));
	assert_true(archive_has(fd, TW_GUEST_LATE, "01-nft_ct.ko"));
	assert_false(archive_has(fd, TW_GUEST_MODULES, "01-nft_ct.ko"));
	close(fd);
}

/* What a root that did not come to be says must not name a directory: that would be taken away. */
static void test_long_cache(void **state)
{
	struct tw_apt apt = { .root = "never" };
	struct tw_err err = { "" };
	char dir[sizeof(apt.root)];

	(void)state;
	memset(dir, 'x', sizeof(dir) - 1);
	dir[0] = '/';
	dir[sizeof(dir) - 1] = '\0';
	for (size_t len = sizeof(apt.root) - sizeof("/apt~") + 1; len < sizeof(dir); len++) {
		assert_int_equal(tw_apt_open(dir + sizeof(dir) - 1 - len, true, &apt, &err),
				 -ENAMETOOLONG);
		assert_string_equal(apt.root, "");
	}
}

static void test_task(void **state)
{
	char *pattern[] = { "syn.*", "D-30", "a b" };
	const struct tw_selection sel = {
		.pattern = pattern, .n_patterns = 3, .v6 = true, .slow = true, .virtual_time = true
	};
	struct tw_task task;
	struct tw_err err = { "" };
	char *text = tw_task_write(&sel, 12345678901234567890ull);

	(void)state;
	assert_non_null(text);
	assert_int_equal(tw_task_read(text, &task, &err), 0);
	assert_true(task.seed == 12345678901234567890ull);
	assert_true(!task.sel.v4 && task.sel.v6 && task.sel.slow && !task.sel.slowest &&
		    task.sel.virtual_time);
	assert_int_equal(task.sel.n_patterns, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_string_equal(task.sel.pattern[i], pattern[i]);
	tw_task_free(&task);
	free(text);
	assert_true(tw_task_read("seed 1\nboo\n", &task, &err) < 0);
	tw_task_free(&task);
	pattern[0] = "a\nb";
	assert_null(tw_task_write(&sel, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),        cmocka_unit_test(test_image),
		cmocka_unit_test(test_no_module),    cmocka_unit_test(test_no_kernel),
		cmocka_unit_test(test_task),         cmocka_unit_test(test_long_cache),
		cmocka_unit_test(test_late_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
