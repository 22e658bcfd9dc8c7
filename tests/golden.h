/*
 * Golden files: what a test wrote is compared with what is kept in tests/golden. TWPROBE_GOLDEN_UPDATE=1 writes them anew: look
 * at the difference before you keep it. Include it behind cmocka.h.
 */
#ifndef TWPROBE_TESTS_GOLDEN_H
#define TWPROBE_TESTS_GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The whole file with a NUL behind it, or NULL. The caller frees it. */
static inline char *read_all(const char *path, size_t *ret_len)
{
	FILE *in = fopen(path, "r");
	struct stat st;
	char *text;

	if (!in)
		return NULL;
	assert_int_equal(fstat(fileno(in), &st), 0);
	text = calloc(1, (size_t)st.st_size + 1);
	assert_non_null(text);
	*ret_len = fread(text, 1, (size_t)st.st_size, in);
	fclose(in);
	return text;
}

static inline void check_golden(const char *name, const char *is)
{
	const char *update = getenv("TWPROBE_GOLDEN_UPDATE");
	char path[512], *golden;
	size_t len;
	FILE *out;

	snprintf(path, sizeof(path), "%s/tests/golden/%s", TWPROBE_SRCDIR, name);
	if (update && !strcmp(update, "1")) {
		out = fopen(path, "w");
		assert_non_null(out);
		fputs(is, out);
		assert_int_equal(fclose(out), 0);
		return;
	}
	golden = read_all(path, &len);
	if (!golden)
		fail_msg("%s is missing: run once with TWPROBE_GOLDEN_UPDATE=1", path);
	assert_string_equal(is, golden);
	free(golden);
}

#endif
