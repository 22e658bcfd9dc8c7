#include "judge/facts_release.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
	NUMBER_MAX = 100000
};

static const char *number(const char *at, int *ret)
{
	int n = 0;

	if (!isdigit((unsigned char)*at))
		return NULL;
	for (; isdigit((unsigned char)*at) && n < NUMBER_MAX; at++)
		n = n * 10 + (*at - '0');
	*ret = n;
	return at;
}

/* "6.1.55": where it ends. Without a third number the patch level is 0. NULL if there are no two numbers. */
static const char *numbers(const char *at, struct tw_release *ret)
{
	const char *third;

	at = number(at, &ret->major);
	at = at && *at == '.' ? number(at + 1, &ret->minor) : NULL;
	ret->patch = 0;
	third = at && *at == '.' ? number(at + 1, &ret->patch) : NULL;
	return third ? third : at;
}

/* The release that stands behind the last @mark in @text, if it is of the same line. */
static bool told(const char *text, const char *mark, struct tw_release *ret)
{
	struct tw_release is = { .major = 0 };
	const char *at = NULL, *next = text, *colon;

	while ((next = strstr(next, mark)))
		at = next += strlen(mark);
	if (!at)
		return false;
	colon = strchr(at, ':'); /* an epoch: "Debian 1:6.1.63-1+rpt1" */
	if (colon && strspn(at, "0123456789") == (size_t)(colon - at))
		at = colon + 1;
	if (!numbers(at, &is) || is.major != ret->major || is.minor != ret->minor)
		return false;
	ret->patch = is.patch;
	return true;
}

/* ".el8_10.x86_64", "-150500.55.73-default" */
static bool is_enterprise(const char *suffix)
{
	const char *el = strstr(suffix, ".el");

	return (el && isdigit((unsigned char)el[3])) || strstr(suffix, "-default");
}

bool tw_release_parse(const char *release, const char *version, const char *signature,
		      struct tw_release *ret)
{
	const char *suffix;

	memset(ret, 0, sizeof(*ret));
	suffix = numbers(release, ret);
	if (!suffix)
		return false;
	if (told(version, "Debian ", ret))
		return true;
	/* "Ubuntu 5.15.0-1030.34-aws 5.15.85" */
	if (!strncmp(signature, "Ubuntu ", 7) && told(signature + 7, " ", ret))
		return true;
	ret->vendor = is_enterprise(suffix);
	if (ret->vendor || (!ret->patch && suffix[0] == '-' && isdigit((unsigned char)suffix[1])))
		ret->patch = TW_PATCH_UNKNOWN;
	return true;
}

void tw_release_name(const struct tw_release *release, char *ret, size_t size)
{
	if (release->patch == TW_PATCH_UNKNOWN)
		snprintf(ret, size, "linux:%d.%d%s", release->major, release->minor,
			 release->vendor ? "+" : "");
	else
		snprintf(ret, size, "linux:%d.%d.%d", release->major, release->minor,
			 release->patch);
}

bool tw_release_from_name(const char *name, struct tw_release *ret)
{
	const char *end;

	memset(ret, 0, sizeof(*ret));
	if (strncmp(name, "linux:", 6) != 0)
		return false;
	end = numbers(name + 6, ret);
	if (!end || (strcmp(end, "") != 0 && strcmp(end, "+") != 0))
		return false;
	ret->vendor = *end == '+';
	if (strchr(name, '.') == strrchr(name, '.'))
		ret->patch = TW_PATCH_UNKNOWN;
	return true;
}
