/*
 * The suite and its rule book, as those need them who relate results to them: by index, in order. Tests have books of their
 * own. Constant data; nobody owns anything.
 */
#ifndef TWPROBE_BOOK_H
#define TWPROBE_BOOK_H

#include <string.h>

#include "twprobe/case.h"

struct tw_book {
	const struct tw_case *(*row_at)(size_t i); /* NULL past the last one */
	const struct tw_rule *(*rule_at)(size_t i);
	const struct tw_dispute *(*dispute_at)(size_t i); /* or NULL: there is none */
};

/* The one that this build has. */
static const struct tw_book tw_book_built = { tw_case_at, tw_rule_at, tw_dispute_at };

/* A rule that is a claim of an article, not a demand or a decision. */
static inline bool tw_rule_is_claim(const struct tw_rule *rule)
{
	return !strcmp(rule->level, "claim");
}

#endif
