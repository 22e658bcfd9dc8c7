/*
 * One row as a timeline. "<" goes into the DUT, ">" comes out of it, as in packetdrill; numbers up to TIME_WAIT count from
 * either side's ISN, those behind it are offsets to R, S and T.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "engine/enter.h"
#include "text/text.h"

static void show_cites(const struct tw_case *row)
{
	for (unsigned i = 0; i < sizeof(row->cite) / sizeof(*row->cite) && row->cite[i]; i++) {
		const struct tw_rule *rule = tw_rule_find(row->cite[i]);

		if (rule)
			printf("  %-5s %s%s%s: %s\n", rule->id, rule->source,
			       *rule->level ? " " : "", rule->level, rule->says);
	}
}

static void show_op(const struct tw_enter_op *op, const char *ts)
{
	char flags[16];
	const bool syn = op->flags & TW_SYN;

	switch (op->what) {
	case TW_DO_SEND:
		printf("   +0 < %s %u:%u(0)", tw_text_flags(op->flags, flags, sizeof(flags)),
		       op->seq, op->seq);
		if (op->flags & TW_ACK)
			printf(" ack %u", op->ack);
		printf(" win 65535 <%s%s%s>\n", syn ? "mss 1460,sackOK" : "", syn && *ts ? "," : "",
		       ts);
		break;
	case TW_DO_CONNECT:
		puts("   +0 connect(3, ..., ...) = -1 EINPROGRESS");
		break;
	case TW_DO_CLOSE:
		puts("   +0 close(4) = 0");
		break;
	default:
		break;
	}
	if (op->want)
		printf("   +0 > %s ...\n", tw_text_flags(op->want, flags, sizeof(flags)));
}

static void show_setup(const struct tw_case *row)
{
	const struct tw_enter_op *op = tw_enter_script(row->given.role, row->given.enter);
	const struct tw_given *g = &row->given;

	for (unsigned i = 0; i < sizeof(g->sysctl) / sizeof(*g->sysctl) && g->sysctl[i].name; i++)
		printf("   // %s = %s\n", g->sysctl[i].name, g->sysctl[i].value);
	for (; op->what != TW_DO_END; op++)
		show_op(op, g->ts == TW_TS_ON ? "TS val T ecr ..." : "");
	printf("   // %s; R = %u, S = 2%s\n",
	       g->enter == TW_TO_FIN_WAIT_2 ? "FIN_WAIT_2" : "TIME_WAIT",
	       tw_enter_rcv_nxt(g->enter), g->ts == TW_TS_ON ? ", T = the peer's last TSval" : "");
	for (unsigned i = 0; i < sizeof(g->late) / sizeof(*g->late) && g->late[i].name; i++)
		printf("   // %s = %s\n", g->late[i].name, g->late[i].value);
}

static void show_steps(const struct tw_case *row)
{
	char text[256];

	for (unsigned i = 0; i < tw_case_steps(row); i++) {
		const struct tw_step *step = &row->step[i];

		printf("%+5.2f < %s%s", step->pause_ms ? step->pause_ms / 1000.0 : 0.02,
		       tw_text_send(&step->send, text, sizeof(text)),
		       step->send.from == TW_OTHER ? "   // from another port" : "");
		if (step->times > 1)
			printf("   // %u times", step->times);
		putchar('\n');
		printf("   +0 > %s\n", tw_text_expect(&step->expect, text, sizeof(text)));
	}
}

/* A scenario acts by a function: what it did is in the evidence, see `twprobe run --trace`. */
static void show_finds(const struct tw_find *find)
{
	char text[128];

	for (; find && find->kind != TW_FIND_NONE; find++)
		printf("finds %s\n", tw_text_find(find, 0, text, sizeof(text)));
}

static void show_claims(const struct tw_case *row)
{
	char text[256];

	for (unsigned i = 0; i < TW_CLAIMS_MAX && row->claim[i].id; i++) {
		const struct tw_claims *claim = &row->claim[i];
		const struct tw_rule *rule = tw_rule_find(claim->id);

		printf("claim %s: %s\n", claim->id, rule ? rule->says : "?");
		if (claim->when)
			printf("  this is the case where %s\n", claim->when);
		if (!claim->as_expected)
			printf("  it predicts %s\n",
			       tw_text_expect(&claim->want, text, sizeof(text)));
	}
}

static void show_rfc(const struct tw_rfc *rfc)
{
	char text[256];

	if (!rfc->clause)
		return;
	printf("%s asks: %s\n", rfc->clause, rfc->says);
	if (rfc->as_expected)
		puts("  which is what is expected above");
	for (unsigned i = 0; i < sizeof(rfc->want) / sizeof(*rfc->want); i++)
		if (rfc->want[i].reply || rfc->want[i].finds)
			printf("  %s %s\n", i ? "or " : "   ",
			       tw_text_expect(&rfc->want[i], text, sizeof(text)));
}

static void show_excepts(const struct tw_case *row)
{
	char text[256];

	for (unsigned i = 0;
	     i < sizeof(row->except) / sizeof(*row->except) && row->except[i].because; i++) {
		const struct tw_except *x = &row->except[i];

		printf("where the kernel %s%s%s%s%s (%s), in step %u:\n   %s\n",
		       x->when ? "has " : "", x->when ? x->when : "",
		       x->when && x->unless ? " and " : "", x->unless ? "lacks " : "",
		       x->unless ? x->unless : "", x->because, x->step ? x->step : 1u,
		       tw_text_expect(&x->expect, text, sizeof(text)));
	}
}

static void show(const struct tw_case *row)
{
	char given[256];

	printf("%s\n  %s.\n", row->id, row->says);
	show_cites(row);
	printf("given %s\n", tw_text_row_given(row, given, sizeof(given)));
	if (row->scenario) {
		show_finds(row->step[0].expect.finds);
		printf("its calls and segments: twprobe run --trace%s %s\n",
		       row->slow ? " --slow" : "", row->id);
	} else {
		show_setup(row);
		show_steps(row);
	}
	show_rfc(&row->rfc);
	show_rfc(&row->also);
	show_claims(row);
	show_excepts(row);
}

static json_t *cites_json(const struct tw_case *row)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < sizeof(row->cite) / sizeof(*row->cite) && row->cite[i]; i++) {
		const struct tw_rule *rule = tw_rule_find(row->cite[i]);

		if (rule)
			json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:s}", "id", rule->id,
							     "source", rule->source, "level",
							     rule->level, "says", rule->says));
	}
	return all;
}

static json_t *steps_json(const struct tw_case *row)
{
	json_t *all = json_array();
	char send[256], expect[512];

	if (row->scenario) {
		json_array_append_new(all, json_pack("{s:s}", "finds",
						     tw_text_expect(&row->step[0].expect, expect,
								    sizeof(expect))));
		return all;
	}

	for (unsigned i = 0; i < tw_case_steps(row); i++)
		json_array_append_new(
			all,
			json_pack("{s:i, s:i, s:s, s:s}", "pause_ms", (int)row->step[i].pause_ms,
				  "times", row->step[i].times ? row->step[i].times : 1, "send",
				  tw_text_send(&row->step[i].send, send, sizeof(send)), "expect",
				  tw_text_expect(&row->step[i].expect, expect, sizeof(expect))));
	return all;
}

static void show_json(const struct tw_case *row)
{
	char given[256];
	json_t *doc = json_pack("{s:s, s:s, s:o, s:s, s:o, s:s?, s:s?, s:s?, s:s?}", "id", row->id,
				"says", row->says, "cites", cites_json(row), "given",
				tw_text_row_given(row, given, sizeof(given)), "steps",
				steps_json(row), "rfc", row->rfc.clause, "rfc_says", row->rfc.says,
				"also", row->also.clause, "also_says", row->also.says);

	json_dumpf(doc, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(doc);
}

int tw_cmd_show(int argc, char **argv)
{
	bool help = false, json = false;
	const struct tw_opt opts[] = {
		{ "json", 'j', NULL, "as JSON", &json, NULL, NULL, NULL },
		{ "help", 'h', NULL, "this text", &help, NULL, NULL, NULL },
		{ .name = NULL },
	};
	struct tw_err err = { "" };
	int at = tw_opts_parse(opts, argc, argv, &err);

	if (at >= 0 && help) {
		puts("usage: twprobe show [OPTION...] ID\n\nOne row as a timeline in packetdrill "
		     "notation.\n");
		tw_opts_help(opts, stdout);
		return TW_EXIT_OK;
	}
	if (at >= 0 && argc - at != 1)
		at = tw_err_set(&err, EINVAL, "name one row; 'twprobe list' names them all");
	if (at < 0)
		return tw_cmd_fail("show", &err, TW_EXIT_USAGE);
	for (size_t i = 0; i < tw_case_count(); i++) {
		if (strcmp(tw_case_at(i)->id, argv[at]) != 0)
			continue;
		if (json)
			show_json(tw_case_at(i));
		else
			show(tw_case_at(i));
		return TW_EXIT_OK;
	}
	tw_err_set(&err, ENOENT, "no row is called \"%s\"; 'twprobe list' names them all",
		   argv[at]);
	return tw_cmd_fail("show", &err, TW_EXIT_ERROR);
}
