#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "explore/drill.h"
#include "explore/replay.h"
#include "stand/facts_probe.h"

/* A finding of `fuzz` by its file, as a row; the row of that id. */
static int find_row(const char *what, struct tw_case *ret, struct tw_err *err)
{
	struct tw_walk walk;
	int code;

	for (size_t i = 0; i < tw_case_count(); i++) {
		if (strcmp(tw_case_at(i)->id, what) != 0)
			continue;
		*ret = *tw_case_at(i);
		return 0;
	}
	if (!strchr(what, '/') && !strstr(what, ".json"))
		return tw_err_set(err, ENOENT,
				  "no row is called \"%s\"; 'twprobe list' names them all", what);
	code = tw_replay_read(what, &walk, err);
	if (code >= 0)
		code = tw_walk_row(&walk, ret, err);
	return code;
}

static int export(const char *what, struct tw_err *err)
{
	struct tw_facts facts = { .n_names = 0 };
	struct tw_case row;
	char *text = NULL;
	size_t size = 0;
	FILE *out = NULL;
	int ret = find_row(what, &row, err);

	if (ret >= 0)
		ret = tw_facts_look(&facts, err);
	if (ret >= 0) {
		out = open_memstream(&text, &size);
		ret = out ? tw_drill_write(&row, &facts, out, err)
			  : tw_err_set(err, ENOMEM, "out of memory");
	}
	/* a script that stops in the middle is none */
	if (out && fclose(out) == 0 && ret >= 0)
		fputs(text, stdout);
	free(text);
	tw_facts_free(&facts);
	return ret;
}

int tw_cmd_export(int argc, char **argv)
{
	bool help = false;
	const struct tw_opt opts[] = {
		{ "help", 'h', NULL, "this text", &help, NULL, NULL, NULL },
		{ .name = NULL },
	};
	struct tw_err err = { "" };
	int at = tw_opts_parse(opts, argc, argv, &err);

	if (at >= 0 && help) {
		puts("usage: twprobe export ID|FILE\n\nA row, or a finding of `fuzz`, as a "
		     "packetdrill "
		     "script.\n");
		tw_opts_help(opts, stdout);
		return TW_EXIT_OK;
	}
	if (at >= 0 && argc - at != 1)
		at = tw_err_set(&err, EINVAL, "name one row, or the JSON file of a finding");
	if (at < 0)
		return tw_cmd_fail("export", &err, TW_EXIT_USAGE);
	if (export(argv[at], &err) < 0)
		return tw_cmd_fail("export", &err, TW_EXIT_ERROR);
	return TW_EXIT_OK;
}
