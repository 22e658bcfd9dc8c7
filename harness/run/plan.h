/*
 * Which rows run, on which families, in which order.
 */
#ifndef TWPROBE_PLAN_H
#define TWPROBE_PLAN_H

#include <stdbool.h>

#include "twprobe/case.h"
#include "twprobe/err.h"

struct tw_plan_item {
	const struct tw_case *row;
	enum tw_family family;
};

struct tw_plan {
	struct tw_plan_item
		*item; /* in the order of the tables, IPv4 before IPv6: the order of the report */
	unsigned n;
	unsigned *
		order; /* indices, slow ones first and longest first: the order in which they are started */
	unsigned n_slow;           /* so many of them are slow */
	unsigned groups;           /* distinct first parts of the ids */
	unsigned slow_left_out;    /* items that the patterns select, but that are slow */
	unsigned slowest_left_out; /* or even the slowest; not counted among the slow ones */
	unsigned virtual_left_out; /* or need virtual time; not counted among these */
};

struct tw_selection {
	char **pattern; /* shell patterns of ids, rule names ("D-30", "C0-2") or "claims"; none: all rows */
	int n_patterns;
	bool v4, v6;       /* neither or both: both families */
	bool slow;         /* slow rows too */
	bool slowest;      /* and the slowest */
	bool virtual_time; /* of them also those that wait for days: time is virtual */
};

/*
 * True if @row is meant by one of the patterns: its id, the beginning of its id up to a dot, a rule it cites, a claim that
 * it shows, or "claims", which is any of them.
 */
bool tw_selected(const struct tw_case *row, const struct tw_selection *sel);

/* True if "claims" is among the patterns. */
bool tw_selects_claims(const struct tw_selection *sel);

/* -ENOENT if nothing is selected, with the pattern that selects nothing. The caller frees with tw_plan_free(). */
int tw_plan_make(const struct tw_selection *sel, struct tw_plan *ret, struct tw_err *err);
void tw_plan_free(struct tw_plan *plan);

#endif
