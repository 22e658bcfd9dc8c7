/*
 * The rule book: all its tables in a row.
 */
#include "rules.h"

#include <string.h>

static const struct tw_rule_table *const tables[] = {
	&tw_rules_rfc,
	&tw_rules_linux,
	&tw_rules_claims,
};

enum {
	N_TABLES = sizeof(tables) / sizeof(tables[0])
};

const struct tw_rule *tw_rule_at(size_t i)
{
	for (size_t t = 0; t < N_TABLES; t++) {
		if (i < tables[t]->n)
			return &tables[t]->rules[i];
		i -= tables[t]->n;
	}
	return NULL;
}

const struct tw_rule *tw_rule_find(const char *id)
{
	const struct tw_rule *rule;

	for (size_t i = 0; (rule = tw_rule_at(i)); i++)
		if (!strcmp(rule->id, id))
			return rule;
	return NULL;
}
