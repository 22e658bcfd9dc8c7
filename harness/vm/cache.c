#include "vm/cache.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int tw_cache_path(char *ret, size_t size, struct tw_err *err)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (cache && cache[0] == '/')
		snprintf(ret, size, "%s/twprobe/kernels", cache);
	else if (home && home[0] == '/')
		snprintf(ret, size, "%s/.cache/twprobe/kernels", home);
	else
		return tw_err_set(
			err, ENOENT,
			"neither XDG_CACHE_HOME nor HOME says where kernels may be kept; name a "
			"directory with --cache");
	return 0;
}

/* A line, "6.1"; what is still being unpacked has a name of its own. */
static int is_line(const struct dirent *entry)
{
	return entry->d_name[0] >= '0' && entry->d_name[0] <= '9' && !strchr(entry->d_name, '~');
}

int tw_cache_list(const char *dir, char ***ret, struct tw_err *err)
{
	struct dirent **entry = NULL;
	int n = scandir(dir, &entry, is_line, versionsort), code = 0;
	char **words = calloc((size_t)(n < 0 ? 0 : n) + 1, sizeof(*words));

	if (!words || (n < 0 && errno != ENOENT))
		code = tw_err_set(err, words ? errno : ENOMEM, "%s: %s", dir,
				  strerror(words ? errno : ENOMEM));
	for (int i = 0; i < n; i++) {
		if (code == 0 && asprintf(&words[i], "%s/%s", dir, entry[i]->d_name) < 0) {
			words[i] = NULL;
			code = tw_err_set(err, ENOMEM, "out of memory");
		}
		free(entry[i]);
	}
	free(entry);
	if (code == 0)
		*ret = words;
	else
		tw_cache_free(words);
	return code;
}

void tw_cache_free(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
}
