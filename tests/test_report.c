/*
 * The sinks against golden files. TWPROBE_GOLDEN_UPDATE=1 writes them anew: look at the difference
 * before you keep it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture_result.h"
#include "golden.h"

static char *names[] = { "TcpExtPAWSEstab", "TcpExtPAWSTimewait", "net.ipv4.tcp_tw_reuse" };
static const struct tw_facts facts = {
	.release = "6.18.44",
	.machine = "x86_64",
	.names = names,
	.n_names = 3,
	.drop_reasons = true,
};
static const struct tw_run_info info = {
	.version = "0.1.0",
	.command = "twprobe run 'open.*' 'fin.*' 'key.*'",
	.started = 1700000000,
	.seed = UINT64_MAX,
	.jobs = 2,
	.planned = FIXTURE_N,
	.groups = 3,
	.slow_left_out = 3,
	.slowest_left_out = 1,
	.facts = &facts,
};
static const struct tw_totals totals = {
	.outcome = { 4, 2, 3, 2 },
	.rfc = { 2, 2, 2, 5 },
	.resetups = 1,
	.wall_s = 1.25,
};

static void feed(struct tw_sink *sink)
{
	static struct tw_result res[FIXTURE_N];
	struct tw_err err = { "" };

	assert_non_null(sink);
	fixture_make(res);
	assert_int_equal(sink->ops->begin(sink, &info, &err), 0);
	for (unsigned i = 0; i < FIXTURE_N; i++)
		assert_int_equal(sink->ops->result(sink, &res[i], &err), 0);
	assert_int_equal(sink->ops->end(sink, &totals, &err), 0);
	assert_string_equal(err.text, "");
	fixture_free(res);
}

enum which {
	TEXT,
	VERBOSE,
	COLOR,
	KTAP,
	JSON
};

static struct tw_sink *sink_of(enum which which, FILE *out)
{
	switch (which) {
	case TEXT:
		return tw_sink_text(out, false, false, "captures");
	case VERBOSE:
		return tw_sink_text(out, true, false, NULL);
	case COLOR:
		return tw_sink_text(out, false, true, NULL);
	case KTAP:
		return tw_sink_ktap(out);
	default:
		return tw_sink_json(out);
	}
}

/* What the sink wrote; the caller frees it. */
static char *written(enum which which)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	feed(sink_of(which, out));
	fclose(out);
	return text;
}

static void compare(enum which which, const char *name)
{
	char *text = written(which);

	check_golden(name, text);
	free(text);
}

static void text_is_golden(void **state)
{
	(void)state;
	compare(TEXT, "report.txt");
	compare(VERBOSE, "report-verbose.txt");
	compare(COLOR, "report-color.txt");
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

/* From the line that starts with @start to the next empty one. */
static unsigned lines_from(const char *text, const char *start)
{
	const char *at = strstr(text, start), *end;
	unsigned n = 0;

	assert_non_null(at);
	end = strstr(at, "\n\n");
	for (; at && at <= end; at = strchr(at + 1, '\n'))
		n += at != end;
	return n;
}

static void a_failure_has_five_lines(void **state)
{
	char *text = written(TEXT);

	(void)state;
	assert_int_equal(lines_from(text, "FAIL  open.ts-below"), 5);
	assert_int_equal(lines_from(text, "FAIL  fin.twice"), 5);
	assert_int_equal(lines_from(text, "ERROR fin.unfenced ipv4"), 5);
	assert_int_equal(lines_from(text, "ERROR fin.unfenced ipv6"), 5);
	free(text);
}

static void no_escape_without_color(void **state)
{
	char *text = written(TEXT), *verbose = written(VERBOSE), *color = written(COLOR);

	(void)state;
	assert_null(strchr(text, '\033'));
	assert_null(strchr(verbose, '\033'));
	assert_non_null(strchr(color, '\033'));
	free(text);
	free(verbose);
	free(color);
}

static void ktap_is_golden(void **state)
{
	(void)state;
	compare(KTAP, "report.ktap");
}

static void ktap_descriptions_are_free_of_hashes(void **state)
{
	char *text = written(KTAP), *save = NULL;

	(void)state;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *at = line + strspn(line, " ");

		if (strncmp(at, "ok ", 3) != 0 && strncmp(at, "not ok ", 7) != 0)
			continue;
		assert_true(count(at, "#") <= 1);
		assert_int_equal(count(at, " # SKIP ") + count(at, " # ERROR "), count(at, "#"));
	}
	free(text);
}

static void json_is_golden(void **state)
{
	(void)state;
	compare(JSON, "report.json");
}

/* A directory of the test's own below the working directory's temporary one. */
static char *temp_dir(char *ret, size_t size)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(ret, size, "%s/twprobe-test-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(ret));
	return ret;
}

static void junit_is_golden(void **state)
{
	char dir[256], path[300], *text;
	size_t len;

	(void)state;
	snprintf(path, sizeof(path), "%s/junit.xml", temp_dir(dir, sizeof(dir)));
	feed(tw_sink_junit(path));
	text = read_all(path, &len);
	assert_non_null(text);
	unlink(path);
	rmdir(dir);
	check_golden("report.junit.xml", text);
	free(text);
}

static void junit_tells_why_it_cannot_write(void **state)
{
	struct tw_sink *sink = tw_sink_junit("/nonexistent/junit.xml");
	struct tw_err err = { "" };

	(void)state;
	assert_true(sink->ops->begin(sink, &info, &err) < 0);
	assert_non_null(strstr(err.text, "/nonexistent/junit.xml"));
	assert_int_equal(sink->ops->end(sink, &totals, &err), 0);
}

static uint32_t word_at(const char *bytes, size_t at)
{
	uint32_t v;

	memcpy(&v, bytes + at, sizeof(v));
	return v;
}

/*
 * Walks the blocks: lengths in front and behind agree, the sum is the file. Returns the number of
 * packets.
 */
static unsigned walk(const char *bytes, size_t len)
{
	unsigned packets = 0;
	size_t at = 0;

	assert_true(len > 28);
	assert_int_equal(word_at(bytes, 0), 0x0a0d0d0a);
	assert_int_equal(word_at(bytes, 8), 0x1a2b3c4d);
	while (at < len) {
		uint32_t size;

		assert_true(len - at >= 12);
		size = word_at(bytes, at + 4);
		assert_true(size >= 12 && size % 4 == 0 && size <= len - at);
		assert_int_equal(word_at(bytes, at + size - 4), size);
		packets += word_at(bytes, at) == 6;
		at += size;
	}
	return packets;
}

static bool holds(const char *bytes, size_t len, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i + n <= len; i++) {
		if (!memcmp(bytes + i, text, n))
			return true;
	}
	return false;
}

static void captures_are_sound(void **state)
{
	static const char *const files[] = { "open.ts-below.ipv4.pcapng", "fin.twice.ipv4.pcapng",
					     "fin.unfenced.ipv4.pcapng",
					     "fin.unfenced.ipv6.pcapng" };
	static const unsigned packets[] = { 6, 9, 6, 2 };
	char top[256], dir[300], path[400], *bytes;
	size_t len;

	(void)state;
	snprintf(dir, sizeof(dir), "%s/made/below", temp_dir(top, sizeof(top)));
	feed(tw_sink_pcap(dir, false));
	for (unsigned i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		bytes = read_all(path, &len);
		assert_non_null(bytes);
		assert_int_equal(walk(bytes, len), packets[i]);
		assert_true(holds(bytes, len, i < 2 ? "; FAIL; expected " : "ERROR; RFC: "));
		free(bytes);
		unlink(path);
	}
	/* Nothing else is there: rmdir would fail. */
	assert_int_equal(rmdir(dir), 0);
	snprintf(dir, sizeof(dir), "%s/made", top);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(rmdir(top), 0);
}

/* Ids of an evidence file may be anything, paths included. */
static void captures_stay_in_their_directory(void **state)
{
	static struct tw_result res;
	char dir[256], path[300];
	struct tw_sink *sink;
	struct tw_err err;

	(void)state;
	res.family = TW_IPV4;
	res.verdict.outcome = TW_ERROR;
	strcpy(res.ev.id, "../../etc/passwd");
	sink = tw_sink_pcap(temp_dir(dir, sizeof(dir)), true);
	assert_int_equal(sink->ops->begin(sink, &info, &err), 0);
	assert_int_equal(sink->ops->result(sink, &res, &err), 0);
	assert_int_equal(sink->ops->end(sink, &totals, &err), 0);
	snprintf(path, sizeof(path), "%s/.._.._etc_passwd.ipv4.pcapng", dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void a_full_disk_is_an_error(void **state)
{
	FILE *out = fopen("/dev/full", "w");
	struct tw_sink *sink;
	struct tw_err err = { "" };

	(void)state;
	if (!out)
		skip();
	sink = tw_sink_ktap(out);
	sink->ops->begin(sink, &info, &err);
	assert_true(sink->ops->end(sink, &totals, &err) < 0);
	assert_string_not_equal(err.text, "");
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_golden),
		cmocka_unit_test(a_failure_has_five_lines),
		cmocka_unit_test(no_escape_without_color),
		cmocka_unit_test(ktap_is_golden),
		cmocka_unit_test(ktap_descriptions_are_free_of_hashes),
		cmocka_unit_test(json_is_golden),
		cmocka_unit_test(junit_is_golden),
		cmocka_unit_test(junit_tells_why_it_cannot_write),
		cmocka_unit_test(captures_are_sound),
		cmocka_unit_test(captures_stay_in_their_directory),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return !!cmocka_run_group_tests_name("test_report", tests, NULL, NULL);
}
