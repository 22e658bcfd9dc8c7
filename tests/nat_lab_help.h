/*
 * What the tests of natlab/ share: the scenarios of the running kernel, and how to skip where it has no NAT. Include it after cmocka.h.
 * A test program has look() and forget() as its group's setup and teardown.
 */
#ifndef TWPROBE_TESTS_NAT_LAB_HELP_H
#define TWPROBE_TESTS_NAT_LAB_HELP_H

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "nat/judge.h"
#include "nat/scenarios.h"
#include "netns_help.h"
#include "stand/facts_probe.h"
#include "twprobe/io.h"

enum {
	FEW = 8,
	PATIENCE_S = 10,
};

static inline uint64_t in_s(unsigned s)
{
	struct tw_clock *clock = tw_clock_real();

	return clock->now(clock) + s * 1000000000ull;
}

static struct tw_facts facts;
static struct tw_nat_scenarios *all;

static inline int look(void **state)
{
	struct tw_err err = { "" };

	(void)state;
	prepare();
	all = calloc(1, sizeof(*all));
	if (prepared == 0 && tw_facts_look(&facts, &err) == 0)
		tw_nat_scenarios_make(&facts, all);
	return 0;
}

static inline int forget(void **state)
{
	(void)state;
	tw_facts_free(&facts);
	free(all);
	return 0;
}

static inline const struct tw_nat_scenario *scenario(const char *id)
{
	for (unsigned i = 0; i < all->n; i++)
		if (!strcmp(all->s[i].id, id))
			return &all->s[i];
	fail_msg("there is no scenario %s", id);
	return NULL;
}

/* A kernel without a NAT has its own test: this one is not about that. */
static inline void need_nat(int res, const char *why)
{
	if (res != -EOPNOTSUPP)
		return;
	print_message("# SKIP: %s\n", why);
	skip();
}

static inline unsigned count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static inline struct tw_nat_result *result_new(unsigned trials)
{
	struct tw_nat_result *res = calloc(1, sizeof(*res));

	assert_non_null(res);
	res->n_trials = trials;
	return res;
}

static inline void judge(const char *id, struct tw_nat_result *res)
{
	tw_nat_judge(scenario(id), tw_nat_recovers_here(&facts), res);
}

#endif
