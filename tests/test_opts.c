/*
 * The option parser: every way to write an option that getopt_long() knows, and what is said of
 * those that are none.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/opts.h"

enum {
	WORDS_MAX = 16
};

/* What the options below fill. */
static struct {
	bool json, help, map;
	const char *out, *color, *map_file;
	unsigned jobs;
	unsigned long long seed;
	char odd[32];
} got;

/* A function that keeps the last text, and refuses one. */
static int take_odd(void *to, const char *text, struct tw_err *err)
{
	if (text && !strcmp(text, "even"))
		return tw_err_set(err, ERANGE, "%s is not odd", text);
	snprintf(to, sizeof(got.odd), "%s", text ? text : "(none)");
	return 0;
}

static const struct tw_opt opts[] = {
	{ "json", 'j', NULL, "as JSON", &got.json, NULL, NULL, NULL },
	{ "help", 'h', NULL, "this text", &got.help, NULL, NULL, NULL },
	{ "out", 'o', "FILE", "where to", NULL, &got.out, NULL, NULL },
	{ "color", 0, "WHEN", "whether", NULL, &got.color, NULL, NULL },
	{ "jobs", 'J', "N", "how many", NULL, NULL, tw_opts_uint, &got.jobs },
	{ "seed", 0, "N", "of chance", NULL, NULL, tw_opts_u64, &got.seed },
	{ "seeds", 0, NULL, "of a plant", &got.help, NULL, NULL, NULL },
	{ "map", 'm', "[=FILE]", "draw it", &got.map, &got.map_file, NULL, NULL },
	{ "odd", 'd', "WORD", "is not even", NULL, NULL, take_odd, got.odd },
	{ .name = NULL },
};

/* Words of @line, cut in place. The first is the command's name. */
static int words(char *line, char *argv[WORDS_MAX + 1])
{
	int argc = 0;

	for (char *word = strtok(line, " "); word && argc < WORDS_MAX; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "''") ? word : strchr(word, '\0');
	argv[argc] = NULL;
	return argc;
}

static int parse(const char *line, char *operands, size_t size, struct tw_err *err)
{
	static char copy[256];
	char *argv[WORDS_MAX + 1];
	int argc, at;

	snprintf(copy, sizeof(copy), "cmd %s", line);
	argc = words(copy, argv);
	memset(&got, 0, sizeof(got));
	operands[0] = '\0';
	at = tw_opts_parse(opts, argc, argv, err);
	for (int i = at; at >= 0 && i < argc; i++)
		snprintf(operands + strlen(operands), size - strlen(operands), "%s%s",
			 i > at ? " " : "", argv[i]);
	return at < 0 ? at : argc - at;
}

static const struct good {
	const char *line;
	const char *operands;
	bool json, help, map;
	const char *out, *color, *map_file;
	unsigned jobs;
	unsigned long long seed;
	const char *odd;
} goods[] = {
	{ .line = "", .operands = "" },
	{ .line = "a", .operands = "a" },
	{ .line = "--json", .operands = "", .json = true },
	{ .line = "-j", .operands = "", .json = true },
	{ .line = "-jh", .operands = "", .json = true, .help = true },
	{ .line = "a -j b", .operands = "a b", .json = true },
	{ .line = "-j a --help b c", .operands = "a b c", .json = true, .help = true },
	{ .line = "--out x", .operands = "", .out = "x" },
	{ .line = "--out=x", .operands = "", .out = "x" },
	{ .line = "--out= x", .operands = "x", .out = "" },
	{ .line = "-o x", .operands = "", .out = "x" },
	{ .line = "-ox", .operands = "", .out = "x" },
	{ .line = "-o=x", .operands = "", .out = "=x" },
	{ .line = "-jo x", .operands = "", .json = true, .out = "x" },
	{ .line = "-jox", .operands = "", .json = true, .out = "x" },
	{ .line = "--out --json", .operands = "", .out = "--json" },
	{ .line = "--out -- -j", .operands = "", .json = true, .out = "--" },
	{ .line = "--out x --out y", .operands = "", .out = "y" },
	{ .line = "-- --json -j", .operands = "--json -j" },
	{ .line = "-j -- -h", .operands = "-h", .json = true },
	{ .line = "a -- b", .operands = "a b" },
	{ .line = "-", .operands = "-" },
	{ .line = "- -j", .operands = "-", .json = true },
	{ .line = "--js", .operands = "", .json = true },
	{ .line = "--col always", .operands = "", .color = "always" },
	{ .line = "--c=never", .operands = "", .color = "never" },
	{ .line = "--seed 7", .operands = "", .seed = 7 }, /* exact beats --seeds */
	{ .line = "--seeds", .operands = "", .help = true },
	{ .line = "--seed 18446744073709551615", .operands = "", .seed = ULLONG_MAX },
	{ .line = "--seed 0x10", .operands = "", .seed = 16 },
	{ .line = "--jobs 4294967295", .operands = "", .jobs = UINT_MAX },
	{ .line = "-J2 -J 3", .operands = "", .jobs = 3 },
	{ .line = "--map x", .operands = "x", .map = true },
	{ .line = "--map=x y", .operands = "y", .map = true, .map_file = "x" },
	{ .line = "-mx y", .operands = "y", .map = true, .map_file = "x" },
	{ .line = "-m -j", .operands = "", .map = true, .json = true },
	{ .line = "--odd one", .operands = "", .odd = "one" },
	{ .line = "-d '' x", .operands = "x", .odd = "" },
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void good_lines(void **state)
{
	char operands[256];

	(void)state;
	for (size_t i = 0; i < sizeof(goods) / sizeof(*goods); i++) {
		const struct good *g = &goods[i];
		struct tw_err err = { "" };

		if (parse(g->line, operands, sizeof(operands), &err) < 0)
			fail_msg("\"%s\": %s", g->line, err.text);
		if (strcmp(operands, g->operands) != 0)
			fail_msg("\"%s\": operands \"%s\"", g->line, operands);
		if (got.json != g->json || got.help != g->help || got.jobs != g->jobs ||
		    got.map != g->map || !same(got.map_file, g->map_file) || got.seed != g->seed ||
		    !same(got.out, g->out) || !same(got.color, g->color) ||
		    strcmp(got.odd, g->odd ? g->odd : "") != 0)
			fail_msg("\"%s\": a value differs", g->line);
	}
}

static const struct bad {
	const char *line, *says;
} bads[] = {
	{ "--nothing", "no option --nothing" },
	{ "--nothing=1", "no option --nothing" },
	{ "a --nothing b", "no option --nothing" },
	{ "-x", "-x" },
	{ "-xj", "x" }, /* the word that holds it, not the one before */
	{ "-jx", "x" },
	{ "-jxh a", "x" },
	{ "--json=1", "--json" },
	{ "--se 1", "--se" }, /* --seed or --seeds? */
	{ "--out", "--out needs a value" },
	{ "a --out", "--out needs a value" },
	{ "-o", "-o needs a value" },
	{ "-jo", "o needs a value" },
	{ "--seed", "--seed needs a value" },
	{ "--seed x", "--seed: \"x\" is no whole number" },
	{ "--seed=-1", "--seed: \"-1\"" },
	{ "--seed +1", "--seed: \"+1\"" },
	{ "--seed 1x", "--seed: \"1x\"" },
	{ "--seed ''", "--seed: \"\"" },
	{ "--seed 18446744073709551616", "--seed: \"18446744073709551616\"" },
	{ "--jobs 4294967296", "--jobs: 4294967296 is too large" },
	{ "-J 1.5", "--jobs: \"1.5\"" },
	{ "-d even", "--odd: even is not odd" },
	{ "-", NULL }, /* an operand: nothing to complain about */
};

static void bad_lines(void **state)
{
	char operands[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(*bads); i++) {
		struct tw_err err = { "" };
		int ret = parse(bads[i].line, operands, sizeof(operands), &err);

		if (!bads[i].says) {
			assert_int_equal(ret, 1);
			continue;
		}
		if (ret != -EINVAL)
			fail_msg("\"%s\": %d", bads[i].line, ret);
		if (!strstr(err.text, bads[i].says) || strstr(err.text, "cmd"))
			fail_msg("\"%s\": \"%s\"", bads[i].line, err.text);
		assert_int_equal(parse(bads[i].line, operands, sizeof(operands), NULL), -EINVAL);
	}
}

/* A parse that failed half way must not be felt by the next one. */
static void one_parse_after_the_other(void **state)
{
	char operands[256];

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(parse("-jx -h a", operands, sizeof(operands), NULL), -EINVAL);
		assert_int_equal(parse("-h b", operands, sizeof(operands), NULL), 1);
		assert_true(got.help);
		assert_false(got.json);
		assert_string_equal(operands, "b");
	}
}

static void no_words_at_all(void **state)
{
	char *argv[] = { "cmd", NULL };

	(void)state;
	assert_int_equal(tw_opts_parse(opts, 1, argv, NULL), 1);
}

static void help_has_a_line_for_each(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	unsigned lines = 0;

	(void)state;
	assert_non_null(out);
	tw_opts_help(opts, out);
	assert_int_equal(fclose(out), 0);
	for (char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 9);
	assert_non_null(strstr(text, "  -j, --json "));
	assert_non_null(strstr(text, "  -o, --out FILE "));
	assert_non_null(strstr(text, "      --color WHEN "));
	assert_non_null(strstr(text, "  -m, --map[=FILE] "));
	assert_non_null(strstr(text, " whether\n"));
	free(text);
}

static void numbers_alone(void **state)
{
	unsigned long long v = 5;
	unsigned u = 5;

	(void)state;
	assert_int_equal(tw_opts_u64(&v, "-0", NULL), -EINVAL);
	assert_int_equal(tw_opts_u64(&v, " 1", NULL), -EINVAL);
	assert_int_equal(tw_opts_u64(&v, "1 ", NULL), -EINVAL);
	assert_int_equal(tw_opts_uint(&u, "4294967296", NULL), -EINVAL);
	assert_int_equal(v, 5); /* a failure changes nothing */
	assert_int_equal(u, 5);
	assert_int_equal(tw_opts_uint(&u, "0", NULL), 0);
	assert_int_equal(u, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(one_parse_after_the_other),
		cmocka_unit_test(no_words_at_all),
		cmocka_unit_test(help_has_a_line_for_each),
		cmocka_unit_test(numbers_alone),
	};

	return !!cmocka_run_group_tests_name("test_opts", tests, NULL, NULL);
}
