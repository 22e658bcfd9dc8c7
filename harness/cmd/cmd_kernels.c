#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "vm/cache.h"
#include "vm/fetch.h"
#include "vm/kernel.h"

struct kernels {
	const char *cache;
	bool configured, help;
};

enum {
	OPTS = 3
};

static void put_line(void *arg, const char *line, const char *what)
{
	FILE *out = arg;

	fprintf(out, "%-6s %s\n", line, what);
	fflush(out);
}

static int fetch(const struct kernels *k, char *const *line, struct tw_err *err)
{
	const struct tw_fetch_cfg cfg = { .dir = k->cache,
					  .line = line,
					  .configured = k->configured,
					  .tell = put_line,
					  .arg = stdout };
	unsigned had = 0;
	int ret = tw_fetch(&cfg, &had, err);

	if (ret < 0)
		return tw_cmd_fail("kernels", err, TW_EXIT_ERROR);
	if (!had)
		fputs("twprobe kernels: no kernel could be had\n", stderr);
	return had ? TW_EXIT_OK : TW_EXIT_SKIPPED;
}

static int list(const struct kernels *k, struct tw_err *err)
{
	char **words = NULL;
	int ret = tw_cache_list(k->cache, &words, err), code = TW_EXIT_SKIPPED;

	for (char **word = words; ret == 0 && *word; word++) {
		struct tw_kernel kernel;
		const char *name = strrchr(*word, '/') + 1;

		if (tw_kernel_open(*word, &kernel, err) == 0)
			printf("%-6s %s, %u modules\n", name, kernel.release, kernel.mods->n);
		else
			printf("%-6s %s\n", name, err->text);
		tw_kernel_free(&kernel);
		code = TW_EXIT_OK;
	}
	tw_cache_free(words);
	return ret < 0 ? tw_cmd_fail("kernels", err, TW_EXIT_ERROR) : code;
}

static void help(const struct tw_opt *opts)
{
	puts("usage: twprobe kernels fetch [OPTION...] [LINE...]\n"
	     "       twprobe kernels list [OPTION...]\n\n"
	     "Brings the newest Debian kernel of each line (\"6.1\"; without one: of all that can "
	     "be had) for\n"
	     "'twprobe matrix', by apt with a root of its own: the machine's configuration stays "
	     "as it is, and no\n"
	     "privilege is needed. A line that cannot be had is told, and no error. Exit 4: none "
	     "could be had.\n");
	tw_opts_help(opts, stdout);
}

int tw_cmd_kernels(int argc, char **argv)
{
	struct kernels k = { .cache = NULL };
	const struct tw_opt opts[OPTS + 1] = {
		{ "cache", 0, "DIR", "where kernels are kept (default: ~/.cache/twprobe/kernels)",
		  NULL, &k.cache, NULL, NULL },
		{ "configured", 0, NULL, "only from suites that this machine is configured for",
		  &k.configured, NULL, NULL, NULL },
		{ "help", 'h', NULL, "this text", &k.help, NULL, NULL, NULL },
		{ .name = NULL },
	};
	struct tw_err err = { "" };
	char dir[PATH_MAX];
	int at = tw_opts_parse(opts, argc, argv, &err);
	const char *what = at >= 0 && at < argc ? argv[at] : "";

	if (at >= 0 && k.help) {
		help(opts);
		return TW_EXIT_OK;
	}
	if (at >= 0 && strcmp(what, "fetch") != 0 && strcmp(what, "list") != 0)
		at = tw_err_set(&err, EINVAL, "\"%.40s\" is neither fetch nor list", what);
	if (at < 0)
		return tw_cmd_fail("kernels", &err, TW_EXIT_USAGE);
	if (!k.cache && tw_cache_path(dir, sizeof(dir), &err) < 0)
		return tw_cmd_fail("kernels", &err, TW_EXIT_ERROR);
	if (!k.cache)
		k.cache = dir;
	return !strcmp(what, "fetch") ? fetch(&k, argv + at + 1, &err) : list(&k, &err);
}
