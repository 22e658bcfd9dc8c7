#include "vm/lines.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char IMAGE[] = "linux-image-", BINARY[] = "linux-binary-",
		  MODULES[] = "linux-modules-";

enum {
	OFFERS_MAX = 1024,
	SPLIT_MAJOR = 6,
	SPLIT_MINOR = 19,
};

struct offer {
	char name[80], version[48];
	int major, minor;
};

struct offers {
	struct offer at[OFFERS_MAX];
	unsigned n;
};

static bool begins(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

static void read_offers(const char *text, struct offers *ret)
{
	struct offer o;

	for (; *text && ret->n < OFFERS_MAX; text += strcspn(text, "\n"), text += *text == '\n')
		if (sscanf(text, " %79[^ |] | %47[^ |] |", o.name, o.version) == 2 &&
		    sscanf(o.version, "%d.%d", &o.major, &o.minor) == 2)
			ret->at[ret->n++] = o;
}

/* Of Debian's order what these versions need: "~" is before all, digits count as numbers. */
static int compare(const char *a, const char *b)
{
	size_t same = 0;

	while (a[same] && a[same] == b[same])
		same++;
	if (a[same] == '~' || b[same] == '~')
		return a[same] == '~' ? -1 : 1;
	return strverscmp(a, b);
}

static const struct offer *find(const struct offers *all, const char *kind, const char *abi,
				const char *version)
{
	for (unsigned i = 0; i < all->n; i++)
		if (begins(all->at[i].name, kind) && !strcmp(all->at[i].name + strlen(kind), abi) &&
		    !strcmp(all->at[i].version, version))
			return &all->at[i];
	return NULL;
}

static bool is_split(const struct offer *image)
{
	return image->major > SPLIT_MAJOR ||
	       (image->major == SPLIT_MAJOR && image->minor >= SPLIT_MINOR);
}

static void put_part(struct tw_line *line, unsigned i, const struct offer *o)
{
	snprintf(line->part[i], sizeof(line->part[i]), "%s=%s", o->name, o->version);
}

/* "linux-image-6.1-cloud-amd64" holds nothing; it only names the package that does. */
static bool is_meta(const char *abi)
{
	int after = 0;

	return sscanf(abi, "%*d.%*d%n", &after) == 0 && after && abi[after] == '-';
}

/* Takes @image as the line's kernel if all of it is there and nothing newer is. */
static void consider(const struct offers *all, const struct offer *image, struct tw_line *line)
{
	const char *abi = image->name + strlen(IMAGE);
	const struct offer *binary = find(all, BINARY, abi, image->version);
	const struct offer *modules = find(all, MODULES, abi, image->version);
	bool whole = !is_split(image) || (binary && modules);

	if (!whole && !line->version[0])
		snprintf(line->gap, sizeof(line->gap), "of %s the archive has no %s any more",
			 image->version, binary ? "modules" : "kernel image");
	if (!whole || (line->version[0] && compare(image->version, line->version) <= 0))
		return;
	line->gap[0] = '\0';
	snprintf(line->version, sizeof(line->version), "%s", image->version);
	put_part(line, 0, is_split(image) ? binary : image);
	if (is_split(image))
		put_part(line, 1, modules);
}

static int by_number(const void *a, const void *b)
{
	return strverscmp(((const struct tw_line *)a)->name, ((const struct tw_line *)b)->name);
}

void tw_lines_find(const char *offers, struct tw_lines *ret)
{
	struct offers *all = calloc(1, sizeof(*all));
	char name[16];
	unsigned at;

	memset(ret, 0, sizeof(*ret));
	if (!all)
		return;
	read_offers(offers, all);
	for (unsigned i = 0; i < all->n; i++) {
		if (!begins(all->at[i].name, IMAGE) || is_meta(all->at[i].name + strlen(IMAGE)))
			continue;
		snprintf(name, sizeof(name), "%d.%d", all->at[i].major, all->at[i].minor);
		for (at = 0; at < ret->n && strcmp(ret->line[at].name, name) != 0;)
			at++;
		if (at == TW_LINES_MAX)
			continue;
		if (at == ret->n)
			snprintf(ret->line[ret->n++].name, sizeof(name), "%s", name);
		consider(all, &all->at[i], &ret->line[at]);
	}
	qsort(ret->line, ret->n, sizeof(*ret->line), by_number);
	free(all);
}

const struct tw_line *tw_lines_get(const struct tw_lines *lines, const char *name)
{
	for (unsigned i = 0; i < lines->n; i++)
		if (!strcmp(lines->line[i].name, name))
			return &lines->line[i];
	return NULL;
}
