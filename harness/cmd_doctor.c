/*
 * What this machine can and cannot do: every line was tried, not looked up.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "drops.h"
#include "facts_probe.h"
#include "netns/ns.h"
#include "opts.h"
#include "process.h"
#include "stand.h"
#include "wait.h"

enum {
	FINDINGS_MAX = 24
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

/* Features whose presence decides what is expected (they are probed, the version is not asked). */
static void look_at_facts(struct doctor *d)
{
	static const struct {
		const char *name, *says;
	} facts[] = {
		{ "TcpExtPAWSTimewait", "a counter of its own for PAWS in TIME_WAIT" },
		{ "TcpExtTCPACKSkippedTimeWait", "a rate limit on the ACKs of TIME_WAIT" },
		{ "net.ipv4.tcp_tw_reuse_delay",
		  "a delay before reuse from inside, in milliseconds" },
		{ "TcpExtTSEcrRejected", "a TSecr check in SYN_RECEIVED" },
		{ "net.ipv4.tcp_tw_recycle", "tcp_tw_recycle, the cause of NAT timestamp loss" },
	};

	for (unsigned i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		bool has = tw_facts_has(&d->facts, facts[i].name);
		char says[160];

		snprintf(says, sizeof(says), "%s: %s", has ? "there" : "not there", facts[i].says);
		find(d, GOOD, facts[i].name, says);
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
	const struct tw_opt opts[] = {
		{ "json", 'j', NULL, "as JSON", &json, NULL, NULL, NULL },
		{ "help", 'h', NULL, "this text", &help, NULL, NULL, NULL },
		{ .name = NULL },
	};
	struct doctor d = { .n = 0 };
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
		     "what is missing and what to do.\n");
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
