#include "cmd/opts.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPTS_MAX = 48,
	LONG = 256, /* beyond every letter */
};

static int apply(const struct tw_opt *opt, const char *text, struct tw_err *err)
{
	if (opt->flag)
		*opt->flag = true;
	if (opt->text && text)
		*opt->text = text;
	if (!opt->take || opt->take(opt->to, text, err) >= 0)
		return 0;
	return tw_err_in(err, -EINVAL, "--%s", opt->name);
}

static bool is_optional(const struct tw_opt *opt)
{
	return opt->arg && opt->arg[0] == '[';
}

static int find_letter(const struct tw_opt *opts, int letter)
{
	for (int i = 0; opts[i].name; i++)
		if (opts[i].letter == letter)
			return i;
	return -1;
}

/* What getopt_long() leaves in optopt: the letter, or LONG + i; 0 for a long option that does not exist or may be several. */
static int complain(const struct tw_opt *opts, int c, char **argv, struct tw_err *err)
{
	char word[64];

	if (optopt >= LONG)
		snprintf(word, sizeof(word), "--%s", opts[optopt - LONG].name);
	else if (optopt)
		snprintf(word, sizeof(word), "-%c", optopt);
	else
		return tw_err_set(err, EINVAL, "there is no option %s here", argv[optind - 1]);
	if (c == ':')
		return tw_err_set(err, EINVAL, "%s needs a value", word);
	if (optopt >= LONG)
		return tw_err_set(err, EINVAL, "%s takes no value", word);
	return tw_err_set(err, EINVAL, "there is no option %s here", word);
}

/* @how: what getopt_long() wants to have before the letters. */
static int parse(const struct tw_opt *opts, const char *how, int argc, char **argv,
		 struct tw_err *err)
{
	struct option longs[OPTS_MAX + 1] = { { 0 } };
	char letters[3 * OPTS_MAX + 3] = "";
	size_t len = strlen(strcpy(letters, how));
	int c, ret;

	for (int i = 0; opts[i].name && i < OPTS_MAX; i++) {
		longs[i] = (struct option){ opts[i].name,
					    is_optional(&opts[i]) ? optional_argument
					    : opts[i].arg         ? required_argument
								  : no_argument,
					    NULL, LONG + i };
		if (opts[i].letter) {
			letters[len++] = opts[i].letter;
			if (opts[i].arg)
				letters[len++] = ':';
			if (is_optional(&opts[i]))
				letters[len++] = ':';
		}
	}
	optind = 0; /* starts getopt_long() afresh */
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (c == '?' || c == ':')
			return complain(opts, c, argv, err);
		ret = apply(&opts[c >= LONG ? c - LONG : find_letter(opts, c)], optarg, err);
		if (ret < 0)
			return ret;
	}
	return optind;
}

int tw_opts_parse(const struct tw_opt *opts, int argc, char **argv, struct tw_err *err)
{
	return parse(opts, ":", argc, argv, err);
}

int tw_opts_parse_before(const struct tw_opt *opts, int argc, char **argv, struct tw_err *err)
{
	return parse(opts, "+:", argc, argv, err);
}

void tw_opts_help(const struct tw_opt *opts, FILE *out)
{
	for (; opts->name; opts++) {
		char left[48];

		snprintf(left, sizeof(left), "--%s%s%s", opts->name,
			 opts->arg && !is_optional(opts) ? " " : "", opts->arg ? opts->arg : "");
		if (opts->letter)
			fprintf(out, "  -%c, %-24s %s\n", opts->letter, left, opts->help);
		else
			fprintf(out, "      %-24s %s\n", left, opts->help);
	}
}

int tw_opts_u64(void *to, const char *text, struct tw_err *err)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno || *end || end == text || *text < '0' || *text > '9')
		return tw_err_set(err, EINVAL, "\"%s\" is no whole number", text);
	*(unsigned long long *)to = v;
	return 0;
}

int tw_opts_uint(void *to, const char *text, struct tw_err *err)
{
	unsigned long long v;
	int ret = tw_opts_u64(&v, text, err);

	if (ret < 0)
		return ret;
	if (v > UINT_MAX)
		return tw_err_set(err, EINVAL, "%s is too large", text);
	*(unsigned *)to = (unsigned)v;
	return 0;
}
