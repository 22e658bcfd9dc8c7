#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "cmd/sinks.h"
#include "evidence/evidence_json.h"

/* A row that this twprobe does not have is told and counted; the others are judged all the same. */
static int judge_row(const json_t *json, const struct tw_facts *facts, struct tw_sinks *sinks,
		     unsigned *ret_unknown, struct tw_err *err)
{
	struct tw_result res = { .row = NULL };
	int ret = tw_result_from_json(json, &res, err);

	if (ret < 0)
		return ret;
	if (res.row) {
		tw_judge(res.row, &res.ev, facts, &res.verdict);
		ret = tw_sinks_result(sinks, &res, err);
	} else {
		fprintf(stderr,
			"twprobe judge: there is no row \"%.64s\" here: it cannot be judged\n",
			res.ev.id);
		++*ret_unknown;
	}
	tw_evidence_free(&res.ev);
	return ret;
}

static int judge_doc(const char *name, const json_t *doc, const json_t *rows,
		     const struct tw_sink_choice *choice, enum tw_exit *ret_exit,
		     struct tw_err *err)
{
	struct tw_facts facts = { .n_names = 0 };
	struct tw_sinks sinks = { .n = 0 };
	char command[512];
	struct tw_run_info info = {
		.version = TWPROBE_VERSION, .command = command, .jobs = 1, .facts = &facts
	};
	const char *seed = json_string_value(json_object_get(doc, "seed"));
	unsigned unknown = 0;
	size_t i;
	json_t *row;
	int ret = tw_facts_from_json(doc, &facts, err), last;

	if (ret < 0)
		return ret;
	snprintf(command, sizeof(command), "twprobe judge %s", name);
	info.planned = (unsigned)json_array_size(rows);
	info.claims = choice->claims ? TW_CLAIMS_LISTED : TW_CLAIMS_UNTOLD;
	info.seed = seed ? strtoull(seed, NULL, 10) : 0;
	ret = tw_sinks_begin(&sinks, choice, &info, err);
	json_array_foreach(rows, i, row)
	{
		if (ret >= 0)
			ret = judge_row(row, &facts, &sinks, &unknown, err);
	}
	last = tw_sinks_end(&sinks, 0, ret < 0 ? NULL : err);
	if (ret >= 0 && !info.planned)
		ret = tw_err_set(err, ENOENT, "%s holds no row, and an empty run proves nothing",
				 name);
	*ret_exit = unknown ? TW_EXIT_ERROR : tw_totals_exit(&sinks.totals);
	tw_facts_free(&facts);
	return ret < 0 ? ret : last;
}

static int judge_file(const char *name, const struct tw_sink_choice *choice, enum tw_exit *ret_exit,
		      struct tw_err *err)
{
	FILE *in = strcmp(name, "-") ? fopen(name, "re") : stdin;
	json_t *doc = NULL, *rows = NULL;
	int ret;

	if (!in)
		return tw_err_set(err, errno, "%s cannot be read: %s", name, strerror(errno));
	ret = tw_evidence_load(in, name, &doc, &rows, err);
	if (in != stdin)
		fclose(in);
	if (ret >= 0)
		ret = judge_doc(name, doc, rows, choice, ret_exit, err);
	json_decref(doc);
	return ret;
}

int tw_cmd_judge(int argc, char **argv)
{
	struct tw_sink_choice choice = { .json = false };
	struct tw_opt opts[TW_SINK_OPTS + 2];
	struct tw_err err = { "" };
	enum tw_exit code = TW_EXIT_ERROR;
	bool help = false;
	int at;

	tw_sink_options(&choice, opts);
	opts[TW_SINK_OPTS] =
		(struct tw_opt){ "help", 'h', NULL, "this text", &help, NULL, NULL, NULL };
	opts[TW_SINK_OPTS + 1] = (struct tw_opt){ .name = NULL };
	at = tw_opts_parse(opts, argc, argv, &err);
	if (at >= 0 && help) {
		puts("usage: twprobe judge [OPTION...] FILE\n\n"
		     "Judges the rows of an evidence file again, by what this twprobe expects; '-' "
		     "is stdin.\n");
		tw_opts_help(opts, stdout);
		return TW_EXIT_OK;
	}
	if (at >= 0 && argc - at != 1)
		at = tw_err_set(&err, EINVAL,
				"name one evidence file (twprobe run --evidence FILE)");
	if (at < 0 || tw_sink_choice_check(&choice, &err) < 0)
		return tw_cmd_fail("judge", &err, TW_EXIT_USAGE);
	if (judge_file(argv[at], &choice, &code, &err) < 0)
		return tw_cmd_fail("judge", &err, TW_EXIT_ERROR);
	return code;
}
