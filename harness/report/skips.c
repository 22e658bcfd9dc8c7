#include "report/skips.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/report_told.h"

enum {
	WIDTH = 100,
	INDENT = 6
};

struct tw_skip {
	char id[72];
	bool ipv4, ipv6;
	bool printed;
	char *reason;
};

int tw_skips_add(struct tw_skips *skips, const struct tw_result *res, const char *reason)
{
	struct tw_skip *last = skips->n ? &skips->skip[skips->n - 1] : NULL, *more;
	char id[sizeof(last->id)], *copy;

	snprintf(id, sizeof(id), "%.*s", (int)sizeof(id) - 1, tw_result_id(res));
	if (!last || strcmp(last->id, id) != 0 || strcmp(last->reason, reason) != 0) {
		copy = strdup(reason);
		more = reallocarray(skips->skip, skips->n + 1, sizeof(*more));
		if (more)
			skips->skip = more;
		if (!copy || !more) {
			free(copy);
			return -ENOMEM;
		}
		last = &skips->skip[skips->n++];
		*last = (struct tw_skip){ .reason = copy };
		strcpy(last->id, id);
	}
	if (res->family == TW_IPV6)
		last->ipv6 = true;
	else
		last->ipv4 = true;
	return 0;
}

/* "md5.syn, md5.ack -6": a family only where the other was not skipped as well. */
static void print_reason(const struct tw_skips *skips, size_t first, FILE *out)
{
	const char *reason = skips->skip[first].reason;
	int column = WIDTH;
	unsigned n = 0;

	for (size_t i = first; i < skips->n; i++) {
		if (!strcmp(skips->skip[i].reason, reason))
			n += (unsigned)skips->skip[i].ipv4 + skips->skip[i].ipv6;
	}
	fprintf(out, "SKIP  %u: %s\n", n, reason);
	for (size_t i = first; i < skips->n; i++) {
		struct tw_skip *s = &skips->skip[i];
		const char *family = s->ipv4 && s->ipv6 ? "" : s->ipv4 ? " -4" : " -6";
		int len = (int)(strlen(s->id) + strlen(family));

		if (strcmp(s->reason, reason) != 0)
			continue;
		s->printed = true;
		if (i == first)
			column = fprintf(out, "%*s", INDENT, "");
		else if (column + 2 + len > WIDTH)
			column = fprintf(out, ",\n%*s", INDENT, "") - 2;
		else
			column += fprintf(out, ", ");
		column += fprintf(out, "%s%s", s->id, family);
	}
	fputc('\n', out);
}

void tw_skips_print(const struct tw_skips *skips, FILE *out)
{
	if (skips->n)
		fputc('\n', out);
	for (size_t i = 0; i < skips->n; i++) {
		if (!skips->skip[i].printed)
			print_reason(skips, i, out);
	}
}

void tw_skips_free(struct tw_skips *skips)
{
	for (size_t i = 0; i < skips->n; i++)
		free(skips->skip[i].reason);
	free(skips->skip);
}
