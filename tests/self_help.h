/*
 * What the tests of the tool itself share: rows by name, the running kernel's facts, one row played on one stand. Include it
 * after cmocka.h.
 */
#ifndef TWPROBE_TESTS_SELF_HELP_H
#define TWPROBE_TESTS_SELF_HELP_H

#include <unistd.h>

#include "base/wait.h"
#include "netns_help.h"
#include "report/report.h"
#include "run/play.h"
#include "stand/facts_probe.h"

static inline const struct tw_case *self_row(const char *id)
{
	for (size_t i = 0; i < tw_case_count(); i++)
		if (!strcmp(tw_case_at(i)->id, id))
			return tw_case_at(i);
	fail_msg("there is no row %s", id);
	return NULL;
}

static inline struct tw_facts self_facts(void)
{
	struct tw_err err = { "" };
	struct tw_facts facts = { .n_names = 0 };
	int ns;

	need_namespaces();
	ns = tw_ns_new(&err);
	assert_ok(ns, &err);
	assert_ok(tw_facts_probe(ns, &facts, &err), &err);
	close(ns);
	return facts;
}

/* To the end, with as many set-ups as it takes. The caller frees @res->ev. */
static inline void self_play(struct tw_stand *stand, const struct tw_facts *facts,
			     const struct tw_case *row, enum tw_family family,
			     struct tw_result *res)
{
	struct tw_play play;
	uint64_t deadline;

	memset(res, 0, sizeof(*res));
	res->row = row;
	res->family = family;
	tw_play_start(&play, stand, facts, res, 1);
	while (!tw_play_poll(&play, &deadline))
		tw_wait_until(deadline);
}

#endif
