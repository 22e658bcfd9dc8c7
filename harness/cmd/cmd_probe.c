#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/wait.h"
#include "cmd/alone.h"
#include "cmd/cmd.h"
#include "cmd/probe_args.h"
#include "evidence/evidence_json.h"
#include "netns/ns.h"
#include "stand/facts_probe.h"
#include "text/explain.h"
#include "text/text.h"

static void print_head(const struct tw_result *res, const struct tw_facts *facts, uint64_t seed)
{
	const struct tw_numbers *n = &res->ev.numbers;
	char given[256];

	printf("kernel %s, %s, %s; seed %llu\n", facts->release,
	       res->family == TW_IPV4 ? "IPv4" : "IPv6",
	       tw_text_given(&res->row->given, given, sizeof(given)), (unsigned long long)seed);
	printf("R = RCV.NXT = %u, S = SND.NXT = %u", n->rcv_nxt, n->snd_nxt);
	if (n->ts)
		printf(", T = TS.Recent = %u", n->ts_recent);
	putchar('\n');
}

/* As packetdrill has it: "<" goes into the DUT, ">" comes out of it. */
static void print_replies(const struct tw_result *res, unsigned i)
{
	char text[256];
	struct tw_observed seen;

	tw_observe(&res->ev, i, &seen);
	printf("  < %s\n",
	       tw_text_seg(&res->ev.step[i].sent, false, &res->ev.numbers, text, sizeof(text)));
	if (seen.n_replies)
		printf("  > %s\n",
		       tw_text_seg(&seen.reply, true, &res->ev.numbers, text, sizeof(text)));
	else
		printf("  >   nothing (the fence behind it was answered)\n");
	printf("    %s\n", tw_explain(&seen, &res->ev.step[i].sent, text, sizeof(text)));
}

static void print_entry(const struct tw_step_evidence *se)
{
	printf("    entry %s", tw_state_name(se->before.state));
	if (se->before.mini)
		printf(", %u ms left", se->before.left_ms);
	printf(" -> %s", tw_state_name(se->after.state));
	if (se->after.mini)
		printf(", %u ms left", se->after.left_ms);
	putchar('\n');
}

static void print_rest(const struct tw_step_evidence *se)
{
	char text[512];

	print_entry(se);
	tw_text_moved(se, text, sizeof(text));
	if (*text)
		printf("    %s\n", text);
	for (unsigned i = 0; i < se->n_reasons; i++) {
		size_t rst = strlen(TW_REASON_OF_RST);
		bool of_rst = !strncmp(se->reason[i], TW_REASON_OF_RST, rst);

		printf("    %s reason %s\n", of_rst ? "reset" : "drop",
		       se->reason[i] + (of_rst ? rst : 0));
	}
}

static void print_text(const struct tw_result *res, const struct tw_facts *facts, uint64_t seed)
{
	print_head(res, facts, seed);
	for (unsigned i = 0; i < res->ev.n_steps; i++) {
		print_replies(res, i);
		print_rest(&res->ev.step[i]);
	}
	if (res->ev.setups > 1)
		printf("set up %u times; before: %s\n", res->ev.setups, res->ev.setup_trouble);
}

static int print_json(const struct tw_result *res, const struct tw_facts *facts, uint64_t seed,
		      struct tw_err *err)
{
	unsigned n = res->ev.n_steps;
	json_t *doc = n == 1 ? NULL : json_array();
	char text[256];
	int ret;

	for (unsigned i = 0; i < n; i++) {
		json_t *step = tw_step_to_json(&res->ev, i);
		struct tw_observed seen;

		tw_observe(&res->ev, i, &seen);
		json_object_set_new(
			step, "explained",
			json_string(tw_explain(&seen, &res->ev.step[i].sent, text, sizeof(text))));
		json_object_set_new(step, "family",
				    json_string(res->family == TW_IPV4 ? "ipv4" : "ipv6"));
		json_object_set_new(step, "kernel", json_string(facts->release));
		snprintf(text, sizeof(text), "%llu", (unsigned long long)seed);
		json_object_set_new(step, "seed", json_string(text));
		json_object_set_new(step, "setups", json_integer(res->ev.setups));
		if (n == 1)
			doc = step;
		else
			json_array_append_new(doc, step);
	}
	ret = doc ? json_dumpf(doc, stdout, JSON_INDENT(2)) : -1;
	putchar('\n');
	json_decref(doc);
	return ret < 0 ? tw_err_set(err, EIO, "the result could not be written") : 0;
}

static int probe(const struct tw_probe_args *args, uint64_t seed, struct tw_err *err)
{
	struct tw_result res = { .row = &args->row, .family = args->family };
	struct tw_facts facts = { .n_names = 0 };
	int ret = tw_ns_prepare(err), ns = -1;

	if (ret >= 0)
		ret = ns = tw_ns_new(err);
	if (ret >= 0)
		ret = tw_facts_probe(ns, &facts, err);
	if (ret >= 0)
		ret = tw_alone_play(&res, &facts, seed, err);
	if (ns >= 0)
		close(ns);
	if (ret >= 0 && args->pcap_dir)
		ret = tw_alone_capture(&res, &facts, "twprobe probe", args->pcap_dir, err);
	if (ret >= 0 && res.verdict.outcome != TW_PASS)
		ret = tw_err_set(err, EIO, "no verdict: %s", res.verdict.why);
	if (ret >= 0 && args->json)
		ret = print_json(&res, &facts, seed, err);
	else if (ret >= 0)
		print_text(&res, &facts, seed);
	tw_evidence_free(&res.ev);
	tw_facts_free(&facts);
	return ret;
}

int tw_cmd_probe(int argc, char **argv)
{
	struct tw_probe_args args;
	struct tw_err err = { "" };

	if (tw_probe_args_parse(argc, argv, &args, &err) < 0)
		return tw_cmd_fail("probe", &err, TW_EXIT_USAGE);
	if (args.help) {
		tw_probe_args_help(stdout);
		return TW_EXIT_OK;
	}
	if (probe(&args, args.seeded ? args.seed : tw_seed_new(), &err) < 0)
		return tw_cmd_fail("probe", &err, TW_EXIT_ERROR);
	return TW_EXIT_OK;
}
