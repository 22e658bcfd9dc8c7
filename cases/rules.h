/*
 * The tables of the rule book, one per file, in its order. Constant data; nobody owns anything.
 */
#ifndef TWPROBE_CASES_RULES_H
#define TWPROBE_CASES_RULES_H

#include "twprobe/case.h"

struct tw_rule_table {
	const struct tw_rule *rules;
	size_t n;
};

/* clang-format off */
#define RULE(id_, source_, level_, says_) \
	{ .id = id_, .source = source_, .level = level_, .says = says_ }
/* No row can show it on this machine, because ... */
#define UNTESTABLE(id_, source_, level_, says_, because_) \
	{ .id = id_, .source = source_, .level = level_, .says = says_, .untestable = because_ }
/* clang-format on */

/* In a table's file, after `static const struct tw_rule rules[]`: exports it as tw_rules_<name>. */
#define TW_RULE_TABLE(name_)                            \
	const struct tw_rule_table tw_rules_##name_ = { \
		.rules = rules,                         \
		.n = sizeof(rules) / sizeof(rules[0]),  \
	}

extern const struct tw_rule_table tw_rules_rfc;
extern const struct tw_rule_table tw_rules_linux;
extern const struct tw_rule_table tw_rules_claims;

#endif
