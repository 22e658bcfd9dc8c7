#include "facts_probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "counters.h"
#include "drops.h"
#include "netns/ns.h"
#include "netns/sysctl.h"
#include "proc_counters.h"

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
	tw_proc_counters_close(proc);
	free(cs);
	return ret;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int tw_facts_probe(int ns, struct tw_facts *ret, struct tw_err *err)
{
	struct names names = { .facts = ret };
	struct tw_drops *drops;
	struct utsname uts;
	int fail;

	memset(ret, 0, sizeof(*ret));
	uname(&uts);
	snprintf(ret->release, sizeof(ret->release), "%.70s", uts.release);
	snprintf(ret->machine, sizeof(ret->machine), "%.20s", uts.machine);
	fail = tw_ns_in(ns, probe_names, &names, err);
	if (fail == 0 && names.fail)
		fail = tw_err_set(err, -names.fail, "out of memory");
	if (fail) {
		tw_facts_free(ret);
		return fail;
	}
	qsort(ret->names, ret->n_names, sizeof(*ret->names), by_name);
	drops = tw_drops_open(NULL);
	ret->drop_reasons = drops != NULL;
	tw_drops_close(drops);
	return 0;
}
