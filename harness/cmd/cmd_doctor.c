/*
 * What this machine can and cannot do: every line was tried, not looked up.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "base/wait.h"
#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "judge/facts_profile.h"
#include "natlab/nat_rules.h"
#include "netns/ns.h"
#include "stand/drops.h"
#include "stand/facts_probe.h"
#include "stand/stand.h"
#include "vm/machine.h"

enum {
	FINDINGS_MAX = 96
};

enum grade {
	GOOD,
	LESS, /* works without it, with less to show */
	BAD,  /* nothing works without it */
};

struct finding {
	enum grade grade;
	char what[48];
	char says[512];
};

struct doctor {
	unsigned n;
	struct finding finding[FINDINGS_MAX];
	struct tw_facts facts;
	bool all; /* changes that no row asks for as well */
};

static void find(struct doctor *d, enum grade grade, const char *what, const char *says)
{
	struct finding *f = &d->finding[d->n];

	if (d->n == FINDINGS_MAX)
		return;
	f->grade = grade;
	snprintf(f->what, sizeof(f->what), "%s", what);
	snprintf(f->says, sizeof(f->says), "%s", says);
	d->n++;
}

static bool try_namespaces(struct doctor *d)
{
	bool root = geteuid() == 0;
	struct tw_err err = { "" };
	int ns = -1, ret = tw_ns_prepare(&err);

	if (ret >= 0)
		ret = ns = tw_ns_new(&err);
	if (ret >= 0)
		ret = tw_facts_probe(ns, &d->facts, &err);
	if (ns >= 0)
		close(ns);
	find(d, ret < 0 ? BAD : GOOD, "namespaces",
	     ret < 0 ? err.text
	     : root  ? "as root"
		     : "without root, in a user namespace");
	return ret >= 0;
}

static bool try_stand(struct doctor *d, struct tw_stand *stand)
{
	const struct tw_stand_cfg cfg = {
		.batch = 1, .age_ms = TW_AGE_MS, .count = true, .ring = TW_RING
	};
	struct tw_err err = { "" };
	int ret = tw_stand_open(stand, &cfg, &err);

	if (ret < 0) {
		find(d, BAD, "lane", err.text);
		return false;
	}
	find(d, GOOD, "lane",
	     "veth pair, injector (libnet), sniffer (libpcap), sock_diag, counters");
	find(d, GOOD, "silence",
	     "answers are there when the send call returns: it can be proved by a fence");
	find(d, stand->lane.ipv6 ? GOOD : LESS, "IPv6",
	     stand->lane.ipv6 ? "yes"
			      : "not in this kernel, or switched off (ipv6.disable=1): its rows "
				"are skipped");
	ret = tw_lane_rps_off(&stand->lane, &err);
	find(d, ret == 0 ? GOOD : LESS, "packet steering",
	     ret == 0 ? "can be watched, and is off"
		      : "cannot be watched (no sysfs here); a salvo of answers is checked instead");
	return true;
}

/* A socket in every state that a row leaves behind has to go away again. */
static void try_destroy(struct doctor *d, struct tw_stand *stand)
{
	struct tw_err err = { "" };
	int ret = stand->dut->ops->listen(stand->dut, TW_IPV4, TW_DUT_PORT, &err);

	if (ret >= 0)
		ret = stand->dut->ops->reset(stand->dut, NULL, 0, &err);
	find(d, ret < 0 ? LESS : GOOD, "SOCK_DESTROY",
	     ret < 0 ? "refused (CONFIG_INET_DIAG_DESTROY?): every row takes a new lane, and a run "
		       "some seconds longer"
		     : "yes");
}

static void try_drops(struct doctor *d)
{
	struct tw_err err = { "" };
	struct tw_drops *drops = tw_drops_open(&err);
	char says[512];

	snprintf(says, sizeof(says),
		 "%.250s; rows that name one do without (run as root, on a kernel with "
		 "CONFIG_FTRACE)",
		 err.text);
	find(d, drops ? GOOD : LESS, "drop reasons", drops ? "yes" : says);
	tw_drops_close(drops);
}

/* What 'twprobe nat' needs besides. */
static void try_nat(struct doctor *d)
{
	const struct tw_nat_setting set = { .ports = 1, .strips_ts = true };
	struct tw_topo_nat topo;
	struct tw_err err = { "" };
	int ret = tw_topo_nat_open(false, &topo, &err);
	char says[512];

	if (ret == 0) {
		ret = tw_nat_rules_load(&topo, &set, &err);
		tw_topo_nat_close(&topo);
	}
	snprintf(says, sizeof(says), "%.400s; 'twprobe nat' skips what needs it", err.text);
	find(d, ret < 0 ? LESS : GOOD, "NAT",
	     ret < 0 ? says
		     : "nftables translates, connection tracking forgets when told, timestamps "
		       "can be stripped");
}

/* What 'twprobe matrix' and 'twprobe inside' need. */
static void try_vm(struct doctor *d)
{
	struct tw_err err = { "" };
	int ret = tw_vm_can(&err);

	find(d, ret < 0 ? LESS : GOOD, "other kernels",
	     ret < 0 ? err.text : "QEMU is there for 'twprobe matrix' and 'twprobe inside'");
}

/* "H-26", or what tells it, with or without a "!". */
static bool is_about(const char *fact, const struct tw_change *change)
{
	const char *const names[] = { change->id, change->come.probe, change->over.probe };

	if (!fact)
		return false;
	fact += *fact == '!';
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i] && !strcmp(fact, names[i] + (names[i][0] == '!')))
			return true;
	return false;
}

/* Number of rows that ask for the change. */
static unsigned rows_about(const struct tw_change *change)
{
	unsigned n = 0;

	for (size_t i = 0; tw_case_at(i); i++) {
		const struct tw_case *row = tw_case_at(i);
		bool any = is_about(row->needs, change) || is_about(row->alone, change);

		for (unsigned k = 0; k < TW_EXCEPTS_MAX; k++)
			any |= is_about(row->except[k].when, change) ||
			       is_about(row->except[k].unless, change);
		n += any;
	}
	return n;
}

/* What is not probed is told by the release: it must be the right one. */
static void look_at_release(struct doctor *d)
{
	char says[160];
	const char *linux_is = "not known";

	for (size_t i = 0; i < d->facts.n_names; i++)
		if (!strncmp(d->facts.names[i], "linux:", 6))
			linux_is = d->facts.names[i] + 6;
	snprintf(says, sizeof(says), "%s by its names; %s", linux_is,
		 tw_facts_has(&d->facts, "btf") ? "it has BTF"
		 : tw_facts_has(&d->facts, "kallsyms")
			 ? "it has no BTF, only the names of its functions"
			 : "it has neither BTF nor names: more is told by the release");
	find(d, tw_facts_has(&d->facts, "btf") ? GOOD : LESS, "release", says);
}

static void look_at_facts(struct doctor *d)
{
	static const char *const answers[] = { [TW_NO] = "no",
					       [TW_YES] = "yes",
					       [TW_UNTOLD] =
						       "cannot be told, its rows are skipped" };

	look_at_release(d);
	for (size_t i = 0; tw_change_at(i); i++) {
		const struct tw_change *change = tw_change_at(i);
		unsigned rows = rows_about(change);
		bool by_release;
		enum tw_answer answer = tw_change_tell(&d->facts, change, &by_release);
		char says[256];

		/* H-35 is asked for wherever TW is counted */
		if (!rows && !d->all && strcmp(change->id, "H-35") != 0)
			continue;
		snprintf(says, sizeof(says), "%s%s: %s (%u %s)", answers[answer],
			 by_release && answer != TW_UNTOLD ? ", by the release" : "", change->says,
			 rows, rows == 1 ? "row" : "rows");
		find(d, answer == TW_UNTOLD ? LESS : GOOD, change->id, says);
	}
}

static void examine(struct doctor *d)
{
	struct tw_stand stand;

	tw_process_pin(0);
	if (!try_namespaces(d) || !try_stand(d, &stand))
		return;
	try_destroy(d, &stand);
	tw_stand_close(&stand);
	try_nat(d);
	try_vm(d);
	try_drops(d);
	look_at_facts(d);
}

static void print_text(const struct doctor *d)
{
	static const char *const marks[] = { "ok  ", "less", "BAD " };

	printf("twprobe %s, kernel %s\n", TWPROBE_VERSION,
	       d->facts.release[0] ? d->facts.release : "(not looked at)");
	for (unsigned i = 0; i < d->n; i++)
		printf("%s  %-28s %s\n", marks[d->finding[i].grade], d->finding[i].what,
		       d->finding[i].says);
}

static void print_json(const struct doctor *d)
{
	static const char *const marks[] = { "ok", "less", "bad" };
	json_t *doc = json_array();

	for (unsigned i = 0; i < d->n; i++)
		json_array_append_new(doc, json_pack("{s:s, s:s, s:s}", "what", d->finding[i].what,
						     "grade", marks[d->finding[i].grade], "says",
						     d->finding[i].says));
	json_dumpf(doc, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(doc);
}

int tw_cmd_doctor(int argc, char **argv)
{
	bool json = false, help = false;
	struct doctor d = { .n = 0 };
	const struct tw_opt opts[] = {
		{ "all", 'a', NULL, "changes of the kernel that decide nothing here as well",
		  &d.all, NULL, NULL, NULL },
		{ "json", 'j', NULL, "as JSON", &json, NULL, NULL, NULL },
		{ "help", 'h', NULL, "this text", &help, NULL, NULL, NULL },
		{ .name = NULL },
	};
	struct tw_err err = { "" };
	int at = tw_opts_parse(opts, argc, argv, &err);
	bool bad = false;

	if (at >= 0 && at < argc)
		at = tw_err_set(&err, EINVAL, "what is \"%s\"? doctor takes options only",
				argv[at]);
	if (at < 0)
		return tw_cmd_fail("doctor", &err, TW_EXIT_USAGE);
	if (help) {
		puts("usage: twprobe doctor [OPTION...]\n\nTries what the suite needs, and says "
		     "what is missing and what to do. Then the changes of the kernel (H-..) by "
		     "which rows\nexpect one thing or another of it.\n");
		tw_opts_help(opts, stdout);
		return TW_EXIT_OK;
	}
	examine(&d);
	if (json)
		print_json(&d);
	else
		print_text(&d);
	for (unsigned i = 0; i < d.n; i++)
		bad |= d.finding[i].grade == BAD;
	tw_facts_free(&d.facts);
	return bad ? TW_EXIT_ERROR : TW_EXIT_OK;
}
