#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "run/plan.h"
#include "text/text.h"

static json_t *row_json(const struct tw_case *row)
{
	json_t *cites = json_array(), *claims = json_array();
	char given[256];

	for (unsigned i = 0; i < sizeof(row->cite) / sizeof(*row->cite) && row->cite[i]; i++)
		json_array_append_new(cites, json_string(row->cite[i]));
	for (unsigned i = 0; i < TW_CLAIMS_MAX && row->claim[i].id; i++)
		json_array_append_new(claims, json_string(row->claim[i].id));
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:i, s:b, s:i}", "id", row->id, "says",
			 row->says, "cites", cites, "claims", claims, "given",
			 tw_text_row_given(row, given, sizeof(given)), "steps",
			 (int)tw_case_steps(row), "slow", row->slow, "waits_ms",
			 (int)tw_case_waits_ms(row));
}

static void print_json(const struct tw_selection *sel)
{
	json_t *all = json_array();

	for (size_t i = 0; i < tw_case_count(); i++)
		if (tw_selected(tw_case_at(i), sel))
			json_array_append_new(all, row_json(tw_case_at(i)));
	json_dumpf(all, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(all);
}

static void print_text(const struct tw_selection *sel)
{
	int width = 0;

	for (size_t i = 0; i < tw_case_count(); i++)
		if (tw_selected(tw_case_at(i), sel) && (int)strlen(tw_case_at(i)->id) > width)
			width = (int)strlen(tw_case_at(i)->id);
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);

		if (tw_selected(row, sel))
			printf("%-*s  %s%s\n", width, row->id, row->says,
			       row->slowest ? " (very slow)"
			       : row->slow  ? " (slow)"
					    : "");
	}
}

int tw_cmd_list(int argc, char **argv)
{
	struct tw_selection sel = { .slowest = true };
	bool json = false, help = false;
	const struct tw_opt opts[] = {
		{ "json", 'j', NULL, "as JSON", &json, NULL, NULL, NULL },
		{ "help", 'h', NULL, "this text", &help, NULL, NULL, NULL },
		{ .name = NULL },
	};
	struct tw_err err = { "" };
	struct tw_plan plan;
	int at = tw_opts_parse(opts, argc, argv, &err);

	if (at < 0)
		return tw_cmd_fail("list", &err, TW_EXIT_USAGE);
	if (help) {
		puts("usage: twprobe list [OPTION...] [PATTERN...]\n\nThe rows that the patterns "
		     "select, and what they say.\n");
		tw_opts_help(opts, stdout);
		return TW_EXIT_OK;
	}
	sel.pattern = argv + at;
	sel.n_patterns = argc - at;
	if (tw_plan_make(&sel, &plan, &err) < 0)
		return tw_cmd_fail("list", &err, TW_EXIT_ERROR);
	tw_plan_free(&plan);
	if (!json)
		print_text(&sel);
	else
		print_json(&sel);
	return TW_EXIT_OK;
}
