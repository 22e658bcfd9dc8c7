/*
 * A command's words on their way out of a guest: what goes in comes out, and nonsense is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "vm/relay.h"
#include "vm/task.h"

static struct tw_relay there_and_back(const struct tw_relay *said)
{
	struct tw_relay ret = { .kind = TW_RELAY_UNFIT, .exit = -1 };
	int fd = memfd_create("relay", 0);
	char line[4 * TW_RELAY_PART];
	ssize_t len;

	assert_true(fd >= 0);
	assert_int_equal(tw_relay_put(fd, said, NULL), 0);
	len = pread(fd, line, sizeof(line), 0);
	assert_true(len > 0 && line[len - 1] == '\n');
	assert_null(memchr(line, '\n', (size_t)len - 1));
	assert_int_equal(tw_relay_read(line, (size_t)len - 1, &ret, NULL), 0);
	close(fd);
	return ret;
}

static void test_any_byte_comes_through(void **state)
{
	struct tw_relay said = { .kind = TW_RELAY_OUT, .len = 256 }, heard;

	(void)state;
	for (unsigned i = 0; i < 256; i++)
		said.part[i] = (uint8_t)i;
	heard = there_and_back(&said);
	assert_int_equal(heard.kind, TW_RELAY_OUT);
	assert_int_equal(heard.len, 256);
	assert_memory_equal(heard.part, said.part, 256);
}

static void test_a_whole_part_of_a_file(void **state)
{
	struct tw_relay said = { .kind = TW_RELAY_FILE,
				 .text = "a page.html",
				 .len = TW_RELAY_PART };
	struct tw_relay heard;

	(void)state;
	memset(said.part, 0xa5, sizeof(said.part));
	heard = there_and_back(&said);
	assert_int_equal(heard.kind, TW_RELAY_FILE);
	assert_string_equal(heard.text, "a page.html");
	assert_int_equal(heard.len, TW_RELAY_PART);
	assert_memory_equal(heard.part, said.part, TW_RELAY_PART);
}

static void test_ends(void **state)
{
	const struct tw_relay ends[] = { { .kind = TW_RELAY_EXIT, .exit = 0 },
					 { .kind = TW_RELAY_EXIT, .exit = 256 + 11 },
					 { .kind = TW_RELAY_UNFIT,
					   .text = "there is \"no\" veth" } };

	(void)state;
	for (unsigned i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct tw_relay heard = there_and_back(&ends[i]);

		assert_int_equal(heard.kind, ends[i].kind);
		assert_int_equal(heard.exit, ends[i].exit);
		assert_string_equal(heard.text, ends[i].text);
	}
}

static void test_nonsense_is_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"[",
		"[]",
		"[\"out\"]",
		"[\"out\", 7]",
		"[\"out\", \"6\"]",
		"[\"out\", \"6g\"]",
		"[\"out\", \"6G\"]",
		"[\"in\", \"66\"]",
		"{}",
		"{\"exit\": \"one\"}",
		"[\"file\", \"66\"]",
		"17",
		"[\"file\", 1, \"66\"]",
	};
	struct tw_relay heard;
	struct tw_err err;

	(void)state;
	for (unsigned i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		err.text[0] = '\0';
		assert_true(tw_relay_read(lines[i], strlen(lines[i]), &heard, &err) < 0);
		assert_non_null(strstr(err.text, "unreadable"));
	}
}

static void test_too_long_is_refused(void **state)
{
	const size_t room = 2 * TW_RELAY_PART + 64;
	char *line = malloc(room), *at;
	struct tw_relay heard;

	(void)state;
	assert_non_null(line);
	at = line + sprintf(line, "[\"out\", \"");
	memset(at, '0', 2 * TW_RELAY_PART + 2);
	strcpy(at + 2 * TW_RELAY_PART + 2, "\"]");
	assert_true(tw_relay_read(line, strlen(line), &heard, NULL) < 0);
	free(line);
}

static void test_a_command_as_a_task(void **state)
{
	char *const words[] = { "run", "-v", "syn.*", "--rows=a b" };
	char *text = tw_task_write_command(4, (char **)words);
	struct tw_task task;

	(void)state;
	assert_non_null(text);
	assert_int_equal(tw_task_read(text, &task, NULL), 0);
	assert_int_equal(task.n_words, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_string_equal(task.word[i], words[i]);
	assert_null(task.word[4]);
	tw_task_free(&task);
	free(text);
}

static void test_a_command_that_cannot_be_told(void **state)
{
	char *const broken[] = { "run", "a\nb" }, *const empty[] = { "run", "" };
	char *many[TW_TASK_WORDS_MAX + 1];

	(void)state;
	for (unsigned i = 0; i <= TW_TASK_WORDS_MAX; i++)
		many[i] = "word";
	assert_null(tw_task_write_command(2, (char **)broken));
	assert_null(tw_task_write_command(2, (char **)empty));
	assert_null(tw_task_write_command(TW_TASK_WORDS_MAX + 1, many));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_byte_comes_through),
		cmocka_unit_test(test_a_whole_part_of_a_file),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_nonsense_is_refused),
		cmocka_unit_test(test_too_long_is_refused),
		cmocka_unit_test(test_a_command_as_a_task),
		cmocka_unit_test(test_a_command_that_cannot_be_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
