/* The value side of the kernel facts; facts_probe.c is the side that looks. */
#include "twprobe/facts.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *key, const void *elem)
{
	return strcmp(key, *(char *const *)elem);
}

bool tw_facts_has(const struct tw_facts *facts, const char *name)
{
	if (!name || !facts->n_names)
		return false;
	return bsearch(name, facts->names, facts->n_names, sizeof(*facts->names), by_name);
}

void tw_facts_free(struct tw_facts *facts)
{
	for (size_t i = 0; i < facts->n_names; i++)
		free(facts->names[i]);
	free(facts->names);
	facts->names = NULL;
	facts->n_names = 0;
}
