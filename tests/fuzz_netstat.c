/*
 * The reader of /proc/net/netstat: two readings, with a NUL between them, and what moved from one
 * to the other. What was read can be written as lines "Name value" and read again.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/counters.h"
#include "fuzz_target.h"

/* From a block of its own, so that reading behind the end is noticed. */
static int parse(struct tw_counters *cs, const uint8_t *data, size_t size)
{
	struct tw_err err = { "" };
	char *copy = malloc(size ? size : 1);
	int ret;

	must(copy);
	if (size)
		memcpy(copy, data, size);
	cs->n = 0;
	ret = tw_counters_parse(cs, copy, size, &err);
	must(ret <= 0 && cs->n <= TW_COUNTERS_CAP);
	must(ret == 0 || err.text[0]);
	for (unsigned i = 0; i < cs->n; i++)
		must(memchr(cs->c[i].name, '\0', sizeof(cs->c[i].name)));
	free(copy);
	return ret;
}

static void write_and_read(const struct tw_counters *cs)
{
	static struct tw_counters again;
	static char text[TW_COUNTERS_CAP * (sizeof(cs->c[0].name) + 24)];
	size_t len = 0;

	for (unsigned i = 0; i < cs->n; i++) {
		const char *name = cs->c[i].name;

		/* a NUL cut the name off, or it would be taken for a prefix */
		if (!*name || strpbrk(name, " \t\v\f\r") || name[strlen(name) - 1] == ':')
			return;
		len += (size_t)sprintf(text + len, "%s %lld\n", name, (long long)cs->c[i].value);
	}
	must(parse(&again, (const uint8_t *)text, len) == 0);
	must(again.n == cs->n);
	for (unsigned i = 0; i < cs->n; i++) {
		must(!strcmp(again.c[i].name, cs->c[i].name));
		must(again.c[i].value == cs->c[i].value);
	}
}

static void check_moved(const struct tw_counters *before, const struct tw_counters *after)
{
	struct tw_moved moved[TW_MOVED_MAX];
	unsigned n = tw_counters_moved(before, after, moved);
	bool rest = false;

	must(n <= TW_MOVED_MAX);
	for (unsigned i = 0; i < n; i++) {
		bool tcp = !strncmp(moved[i].name, "Tcp", 3);

		must(memchr(moved[i].name, '\0', sizeof(moved[i].name)));
		must(moved[i].before != moved[i].after);
		must(!tcp || !rest);
		rest |= !tcp;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tw_counters before, after;
	const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
	size_t first = nul ? (size_t)(nul - data) : size;

	if (parse(&before, data, first) == 0)
		write_and_read(&before);
	parse(&after, nul ? nul + 1 : data, nul ? size - first - 1 : 0);
	check_moved(&before, &after);
	check_moved(&after, &before);
	for (unsigned i = 0; i < before.n; i++)
		tw_counters_get(&after, before.c[i].name);
	return 0;
}
