#include "explore/replay.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/shrink.h"

int tw_replay_read(const char *path, struct tw_walk *ret, struct tw_err *err)
{
	json_error_t why;
	json_t *doc = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	struct tw_err inner = { "" };
	int code;

	if (!doc)
		return tw_err_set(err, EINVAL, "%s, line %d: %s", path, why.line, why.text);
	code = tw_walk_from_json(doc, ret, &inner);
	json_decref(doc);
	return code < 0 ? tw_err_set(err, EINVAL, "%s: %.300s", path, inner.text) : 0;
}

/* What came to no verdict neither agrees nor disagrees. */
static int replay_on(struct tw_referee *referee, const struct tw_walk *walk,
		     struct tw_fuzz_find *ret, struct tw_err *err)
{
	struct tw_confirmed again;
	int code = tw_confirm(referee, walk, &again, err);

	if (code < 0)
		return code;
	*ret = (struct tw_fuzz_find){ .walk = *walk,
				      .seen = again.seen,
				      .confirmed = again.shown,
				      .played = again.played,
				      .times = 1 };
	return again.played
		       ? 0
		       : tw_err_set(err, EAGAIN,
				    "a walk that was kept came to no verdict: its connections did "
				    "not come up, or this process is stopped again and again");
}

int tw_replay(const struct tw_walk *walk, const struct tw_model_facts *facts, enum tw_family family,
	      enum tw_clause broken, struct tw_fuzz_find *ret, struct tw_err *err)
{
	struct tw_referee *referee = tw_referee_new(facts, family, broken, err);
	int code;

	memset(ret, 0, sizeof(*ret));
	if (!referee)
		return -EIO;
	code = replay_on(referee, walk, ret, err);
	tw_referee_free(referee);
	return code;
}

static int is_json(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && !strcmp(entry->d_name + len - 5, ".json");
}

int tw_replay_all(const char *dir, const struct tw_model_facts *facts, enum tw_family family,
		  void (*each)(const char *path, const struct tw_fuzz_find *find),
		  unsigned *ret_shown, struct tw_err *err)
{
	struct tw_referee *referee = NULL;
	struct dirent **names;
	int n = scandir(dir, &names, is_json, alphasort), ret = 0;

	*ret_shown = 0;
	if (n < 0)
		return tw_err_set(err, errno, "%s: %s", dir, strerror(errno));
	if (n > 0)
		referee = tw_referee_new(facts, family, TW_CLAUSE_NONE, err);
	ret = n > 0 && !referee ? -EIO : 0;
	for (int i = 0; i < n; i++) {
		struct tw_fuzz_find find = { .times = 0 };
		struct tw_walk walk;
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		free(names[i]);
		if (ret >= 0)
			ret = tw_replay_read(path, &walk, err);
		if (ret >= 0)
			ret = replay_on(referee, &walk, &find, err);
		if (ret < 0)
			continue;
		*ret_shown += find.confirmed > 0;
		each(path, &find);
	}
	free(names);
	tw_referee_free(referee);
	return ret;
}
