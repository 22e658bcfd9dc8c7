/* The value side of the kernel facts; facts_probe.c is the side that looks. */
#include "twprobe/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/facts_profile.h"

static int by_name(const void *key, const void *elem)
{
	return strcmp(key, *(char *const *)elem);
}

static bool is_listed(const struct tw_facts *facts, const char *name)
{
	return facts->n_names &&
	       bsearch(name, facts->names, facts->n_names, sizeof(*facts->names), by_name);
}

/* True if any name begins with the first @len characters of @name. */
static bool any_begins(const struct tw_facts *facts, const char *name, size_t len)
{
	for (size_t i = 0; i < facts->n_names; i++)
		if (!strncmp(facts->names[i], name, len))
			return true;
	return false;
}

static bool is_elsewhere(const struct tw_facts *facts, const char *name)
{
	char at[96];

	snprintf(at, sizeof(at), TW_FACT_ELSEWHERE "%s", name);
	return is_listed(facts, at);
}

/* Absence of a name says something only if such names could be looked for. */
static bool was_looked_for(const struct tw_facts *facts, const char *name)
{
	const char *equals = strchr(name, '=');

	if (equals)
		return any_begins(facts, name, (size_t)(equals - name) + 1);
	if (!strncmp(name, "sym:", 4))
		return is_listed(facts, "btf") || is_listed(facts, "kallsyms");
	if (!strncmp(name, "btf:", 4))
		return is_listed(facts, "btf");
	if (!strncmp(name, "reason:", 7))
		return any_begins(facts, name, 7);
	return !is_elsewhere(facts, name);
}

enum tw_answer tw_facts_tell(const struct tw_facts *facts, const char *name)
{
	static const enum tw_answer opposite[] = {
		[TW_NO] = TW_YES, [TW_YES] = TW_NO, [TW_UNTOLD] = TW_UNTOLD
	};
	const struct tw_change *change = strncmp(name, "H-", 2) ? NULL : tw_change_find(name);

	if (name[0] == '!')
		return opposite[tw_facts_tell(facts, name + 1)];
	if (change)
		return tw_change_tell(facts, change, NULL);
	if (is_listed(facts, name))
		return TW_YES;
	return was_looked_for(facts, name) ? TW_NO : TW_UNTOLD;
}

bool tw_facts_has(const struct tw_facts *facts, const char *name)
{
	return name && tw_facts_tell(facts, name) == TW_YES;
}

void tw_facts_free(struct tw_facts *facts)
{
	for (size_t i = 0; i < facts->n_names; i++)
		free(facts->names[i]);
	free(facts->names);
	facts->names = NULL;
	facts->n_names = 0;
}

void tw_facts_lack(const struct tw_facts *facts, const char *name, char *ret, size_t size)
{
	bool untold = tw_facts_tell(facts, name) == TW_UNTOLD, no = *name != '!' && !untold;
	const char *plain = name + (*name == '!');
	const struct tw_change *change = tw_change_find(plain);

	if (is_elsewhere(facts, plain))
		snprintf(ret, size,
			 "%s is the whole machine's on this kernel, and the DUT's namespace has it "
			 "in a guest only ('twprobe inside')",
			 plain);
	else
		snprintf(ret, size, "%sthis kernel has %s%s%s%s",
			 untold ? "neither a probe nor the release tells whether " : "",
			 no ? "no " : "", plain, change ? ": " : "", change ? change->says : "");
}
