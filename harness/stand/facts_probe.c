#include "stand/facts_probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/counters.h"
#include "judge/facts_release.h"
#include "netns/home.h"
#include "netns/ns.h"
#include "netns/sysctl.h"
#include "stand/drops.h"
#include "stand/facts_symbols.h"
#include "stand/proc_counters.h"

struct names {
	struct tw_facts *facts;
	size_t room;
	int fail;
};

static void add_name(void *arg, const char *name)
{
	struct names *names = arg;
	struct tw_facts *facts = names->facts;

	if (facts->n_names == names->room) {
		size_t room = names->room ? names->room * 2 : 256;
		void *more = realloc(facts->names, room * sizeof(*facts->names));

		if (!more) {
			names->fail = -ENOMEM;
			return;
		}
		facts->names = more;
		names->room = room;
	}
	facts->names[facts->n_names] = strdup(name);
	if (facts->names[facts->n_names])
		facts->n_names++;
	else
		names->fail = -ENOMEM;
}

/* What the caller's namespace has and the one that was looked at has not. */
static void add_elsewhere(void *arg, const char *name)
{
	struct names *names = arg;
	char text[96];

	for (size_t i = 0; i < names->facts->n_names; i++)
		if (!strcmp(names->facts->names[i], name))
			return;
	snprintf(text, sizeof(text), TW_FACT_ELSEWHERE "%s", name);
	add_name(names, text);
}

/* Those whose default some rule depends on. */
static const char *const defaults[] = {
	"default:net.core.somaxconn",          "default:net.ipv4.tcp_abort_on_overflow",
	"default:net.ipv4.tcp_fin_timeout",    "default:net.ipv4.tcp_invalid_ratelimit",
	"default:net.ipv4.tcp_rfc1337",        "default:net.ipv4.tcp_syn_linear_timeouts",
	"default:net.ipv4.tcp_syn_retries",    "default:net.ipv4.tcp_syncookies",
	"default:net.ipv4.tcp_timestamps",     "default:net.ipv4.tcp_tw_reuse",
	"default:net.ipv4.tcp_tw_reuse_delay",
};

/* What a sysctl takes or refuses shows what it means: 2 is the loopback only where 3 is refused. */
static const struct {
	const char *name, *value;
} values[] = {
	{ "net.ipv4.tcp_tw_reuse", "1" },
	{ "net.ipv4.tcp_tw_reuse", "2" },
	{ "net.ipv4.tcp_tw_reuse", "3" },
};

const char *tw_fact_value_at(size_t i)
{
	const size_t n = sizeof(defaults) / sizeof(*defaults);

	if (i < n)
		return defaults[i];
	return i - n < sizeof(values) / sizeof(*values) ? values[i - n].name : NULL;
}

static void probe_defaults(struct names *names)
{
	char value[64], name[128];

	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++) {
		if (tw_sysctl_get(defaults[i] + strlen("default:"), value, sizeof(value), NULL))
			continue;
		snprintf(name, sizeof(name), "%s=%s", defaults[i], value);
		add_name(names, name);
	}
}

/* Leaves every sysctl as it was. */
static void probe_values(struct names *names)
{
	char was[64], name[128];

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		if (tw_sysctl_get(values[i].name, was, sizeof(was), NULL) ||
		    tw_sysctl_set(values[i].name, values[i].value, NULL))
			continue;
		tw_sysctl_set(values[i].name, was, NULL);
		snprintf(name, sizeof(name), "%s=%s", values[i].name, values[i].value);
		add_name(names, name);
	}
}

static int probe_names(void *arg, struct tw_err *err)
{
	struct tw_counters *cs = calloc(1, sizeof(*cs));
	struct tw_proc_counters *proc = NULL;
	int ret = cs ? 0 : -ENOMEM;

	if (ret == 0)
		ret = tw_proc_counters_open(&proc, err);
	if (ret == 0)
		ret = tw_proc_counters_read(proc, cs, err);
	for (unsigned i = 0; ret == 0 && i < cs->n; i++)
		add_name(arg, cs->c[i].name);
	if (ret == 0)
		ret = tw_sysctl_each_tcp(add_name, arg, err);
	if (ret == 0)
		probe_defaults(arg);
	if (ret == 0)
		probe_values(arg);
	tw_proc_counters_close(proc);
	free(cs);
	return ret;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void probe_release(struct names *names, const struct utsname *uts)
{
	FILE *in = fopen("/proc/version_signature", "re");
	char signature[128] = "", name[48];
	struct tw_release release;

	if (in && !fgets(signature, sizeof(signature), in))
		signature[0] = '\0';
	if (in)
		fclose(in);
	if (!tw_release_parse(uts->release, uts->version, signature, &release))
		return;
	tw_release_name(&release, name, sizeof(name));
	add_name(names, name);
}

static void probe_reasons(struct names *names)
{
	struct tw_drops *drops = tw_drops_open(NULL);

	names->facts->drop_reasons = drops != NULL;
	if (drops)
		tw_drops_names(drops, add_name, names);
	tw_drops_close(drops);
}

int tw_facts_probe(int ns, struct tw_facts *ret, struct tw_err *err)
{
	struct names names = { .facts = ret };
	struct utsname uts;
	int fail;

	memset(ret, 0, sizeof(*ret));
	uname(&uts);
	snprintf(ret->release, sizeof(ret->release), "%.70s", uts.release);
	snprintf(ret->machine, sizeof(ret->machine), "%.20s", uts.machine);
	fail = tw_ns_in(ns, probe_names, &names, err);
	if (fail == 0)
		fail = tw_sysctl_each_tcp(add_elsewhere, &names, err);
	if (fail == 0) {
		tw_symbols_each("/sys/kernel/btf/vmlinux", "/proc/kallsyms", add_name, &names);
		probe_release(&names, &uts);
		probe_reasons(&names);
	}
	if (fail == 0 && names.fail)
		fail = tw_err_set(err, -names.fail, "out of memory");
	if (fail)
		tw_facts_free(ret);
	else
		qsort(ret->names, ret->n_names, sizeof(*ret->names), by_name);
	return fail;
}

int tw_facts_look(struct tw_facts *ret, struct tw_err *err)
{
	int fail = tw_ns_prepare(err), ns;

	memset(ret, 0, sizeof(*ret));
	if (fail < 0)
		return fail;
	ns = tw_home_take(err);
	if (ns < 0)
		return ns;
	fail = tw_facts_probe(ns, ret, err);
	tw_home_give(ns);
	return fail;
}

/* Which of the settings are here: one bit each. */
static int find_settings(void *arg, struct tw_err *err)
{
	unsigned *here = arg;
	char value[64];

	(void)err;
	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++)
		if (!tw_sysctl_get(defaults[i] + strlen("default:"), value, sizeof(value), NULL))
			*here |= 1u << i;
	return 0;
}

int tw_facts_only_here(struct tw_err *err)
{
	unsigned ours = 0, theirs = 0;
	int ns = tw_ns_new(err), fail;

	if (ns < 0)
		return ns;
	find_settings(&ours, err);
	fail = tw_ns_in(ns, find_settings, &theirs, err);
	close(ns);
	return fail < 0 ? fail : (ours & ~theirs) != 0;
}
