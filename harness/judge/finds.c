/* What scenarios find: compared, and told. Pure. */
#include <stdio.h>
#include <string.h>

#include "text/text.h"
#include "text/textbuf.h"
#include "twprobe/evidence.h"

static int64_t moved(const struct tw_step_evidence *se, const char *counter)
{
	const struct tw_moved *m = tw_moved_find(se, counter);

	return m ? tw_moved_by(se, m) : 0;
}

bool tw_find_met(const struct tw_find *find, enum tw_family family,
		 const struct tw_step_evidence *se)
{
	const struct tw_found *found = tw_found_find(se, find->what);
	unsigned six = family == TW_IPV6;
	int64_t n;

	if (find->kind == TW_FIND_TEXT)
		return found && found->kind == TW_FIND_TEXT && !strcmp(found->is, find->is);
	if (find->kind == TW_FIND_NUMBER && (!found || found->kind != TW_FIND_NUMBER))
		return false;
	n = find->kind == TW_FIND_MOVED ? moved(se, find->what) : found->number;
	return n >= find->least[six] && n <= find->most[six];
}

/* "1460", "500..700" */
static char *range(const struct tw_find *find, unsigned six, char *ret, size_t size)
{
	long long least = find->least[six], most = find->most[six];

	if (least == most)
		snprintf(ret, size, "%lld", least);
	else
		snprintf(ret, size, "%lld..%lld", least, most);
	return ret;
}

char *tw_text_find(const struct tw_find *find, enum tw_family family, char *ret, size_t size)
{
	bool same = find->least[0] == find->least[1] && find->most[0] == find->most[1];
	char here[48], there[48];
	const char *plus = find->kind == TW_FIND_MOVED ? "+" : "";

	range(find, family == TW_IPV6, here, sizeof(here));
	range(find, 1, there, sizeof(there));
	if (find->kind == TW_FIND_TEXT)
		snprintf(ret, size, "%s %s", find->what, find->is);
	else if (family || same)
		snprintf(ret, size, "%s %s%s", find->what, plus, here);
	else
		snprintf(ret, size, "%s %s%s/%s", find->what, plus, here, there);
	return ret;
}

static char *text_found(const struct tw_find *find, const struct tw_step_evidence *se, char *ret,
			size_t size)
{
	const struct tw_found *found = tw_found_find(se, find->what);

	if (find->kind == TW_FIND_MOVED)
		snprintf(ret, size, "%s +%lld", find->what, (long long)moved(se, find->what));
	else if (!found)
		snprintf(ret, size, "%s ?", find->what);
	else if (found->kind == TW_FIND_TEXT)
		snprintf(ret, size, "%s %s", find->what, found->is);
	else
		snprintf(ret, size, "%s %lld", find->what, (long long)found->number);
	return ret;
}

void tw_text_finds(const struct tw_expect *want, const struct tw_observed *seen, char *ret_expected,
		   char *ret_observed, size_t size)
{
	struct tw_textbuf expected = tw_textbuf_on(ret_expected, size);
	struct tw_textbuf observed = tw_textbuf_on(ret_observed, size);
	char text[128];

	for (unsigned met = 0; met < 2; met++)
		for (const struct tw_find *f = want->finds; f->kind != TW_FIND_NONE; f++) {
			if (tw_find_met(f, seen->family, seen->more) != !!met)
				continue;
			tw_textbuf_add(&expected, "%s%s", expected.len ? " | " : "",
				       tw_text_find(f, seen->family, text, sizeof(text)));
			tw_textbuf_add(&observed, "%s%s", observed.len ? " | " : "",
				       text_found(f, seen->more, text, sizeof(text)));
		}
}
