#include "vm/apt.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vm/command.h"

enum {
	WORDS_MAX = 4096 /* of a command line: a name of a package each */
};

static const char KEYS[] = "/usr/share/keyrings/debian-archive-keyring.gpg";

/* Suites with kernels, and where each is: on the mirror, or on that of the security team. */
static const struct {
	const char *name;
	bool security;
} suites[] = {
	{ "bullseye", false },         { "bullseye-security", true },
	{ "bookworm", false },         { "bookworm-security", true },
	{ "trixie", false },           { "trixie-security", true },
	{ "trixie-backports", false }, { "forky", false },
};

enum {
	SUITES = sizeof(suites) / sizeof(*suites)
};

/* What the machine itself is configured for. */
struct sources {
	bool there[SUITES];
	char mirror[256], security[256];
};

/* Lines of "URI suite". Others than Debian's have suites of other names. */
static void read_sources(const char *text, struct sources *ret)
{
	char uri[256], suite[64];

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		if (sscanf(text, "%255s %63s", uri, suite) != 2)
			continue;
		for (unsigned i = 0; i < SUITES; i++) {
			if (strcmp(suite, suites[i].name) != 0)
				continue;
			ret->there[i] = true;
			strcpy(suites[i].security ? ret->security : ret->mirror, uri);
		}
	}
}

static int look_at_machine(struct sources *ret, struct tw_err *err)
{
	static const char *const argv[] = { "apt-get",
					    "indextargets",
					    "--format",
					    "$(REPO_URI) $(RELEASE)",
					    "Created-By: Packages",
					    NULL };
	char *out = NULL;
	int code = tw_command(argv, NULL, &out, NULL, err);

	*ret = (struct sources){ .mirror = "http://deb.debian.org/debian/",
				 .security = "http://deb.debian.org/debian-security/" };
	if (code < 0)
		return tw_err_set(
			err, -code,
			"apt-get cannot be run: kernels are fetched from Debian's archive, on a "
			"machine with apt; elsewhere give 'twprobe matrix' a vmlinuz or a .deb");
	read_sources(out, ret);
	free(out);
	return 0;
}

/* A directory below the root, or an empty file. */
static int make(const struct tw_apt *apt, const char *name, bool file, struct tw_err *err)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", apt->root, name);
	if (file) {
		f = fopen(path, "we");
		if (f && fclose(f) == 0)
			return 0;
	} else if (mkdir(path, 0755) == 0) {
		return 0;
	}
	return tw_err_set(err, errno, "%s cannot be made: %s", path, strerror(errno));
}

static int write_sources(const struct tw_apt *apt, const struct sources *s, bool configured,
			 struct tw_err *err)
{
	char path[PATH_MAX];
	FILE *out;

	snprintf(path, sizeof(path), "%s/sources.list", apt->root);
	out = fopen(path, "we");
	if (!out)
		return tw_err_set(err, errno, "%s: %s", path, strerror(errno));
	for (unsigned i = 0; i < SUITES; i++)
		if (s->there[i] || !configured)
			fprintf(out, "deb [signed-by=%s] %s %s main\n", KEYS,
				suites[i].security ? s->security : s->mirror, suites[i].name);
	return fclose(out) == 0 ? 0 : tw_err_set(err, EIO, "%s could not be written", path);
}

/* Runs apt-get or apt-cache on the root. */
static int apt_run(const struct tw_apt *apt, const char *program, const char *const *words,
		   const char *dir, char **ret_out, char **ret_err, struct tw_err *err)
{
	static const char *const settings[] = { "Dir::State=%s/state",
						"Dir::State::status=%s/status",
						"Dir::Cache=%s/cache",
						"Dir::Etc::sourcelist=%s/sources.list",
						"Dir::Etc::sourceparts=%s/nothing",
						"Dir::Etc::preferences=%s/nothing",
						"Dir::Etc::preferencesparts=%s/nothing",
						"Acquire::Languages=none",
						"Acquire::Retries=2",
						"APT::Architecture=amd64",
						"APT::Architectures=amd64",
						"APT::Sandbox::User=root" };
	enum {
		N = sizeof(settings) / sizeof(*settings)
	};
	char text[N][640];
	const char **argv = calloc(WORDS_MAX + 2 * N + 3, sizeof(*argv));
	unsigned n = 0, used;
	int ret;

	if (!argv)
		return tw_err_set(err, ENOMEM, "out of memory");
	argv[n++] = program;
	for (unsigned i = 0; i < N; i++) {
		snprintf(text[i], sizeof(text[i]), settings[i], apt->root);
		argv[n++] = "-o";
		argv[n++] = text[i];
	}
	for (used = 0; words[used] && used < WORDS_MAX; used++)
		argv[n++] = words[used];
	ret = tw_command(argv, dir, ret_out, ret_err, err);
	free(argv);
	return ret;
}

/* apt's complaints, without its good advice. */
static void keep_complaints(const char *said, char *ret, size_t size)
{
	size_t len = 0;

	ret[0] = '\0';
	for (; *said; said += strcspn(said, "\n"), said += *said == '\n')
		if ((!strncmp(said, "E: ", 3) || !strncmp(said, "W: ", 3)) && len + 1 < size)
			len += (size_t)snprintf(ret + len, size - len, "%.*s\n",
						(int)strcspn(said, "\n"), said + 3);
}

static int get_lists(struct tw_apt *apt, struct tw_err *err)
{
	static const char *const update[] = { "-q", "update", NULL };
	char *said = NULL;
	int ret = apt_run(apt, "apt-get", update, NULL, NULL, &said, err);

	if (ret >= 0)
		keep_complaints(said, apt->gaps, sizeof(apt->gaps));
	free(said);
	return ret < 0 ? ret : 0;
}

int tw_apt_open(const char *dir, bool configured, struct tw_apt *ret, struct tw_err *err)
{
	static const char *const dirs[] = { "",
					    "state",
					    "state/lists",
					    "state/lists/partial",
					    "cache",
					    "cache/archives",
					    "cache/archives/partial",
					    "nothing",
					    "deb" };
	struct sources sources;
	int code;

	*ret = (struct tw_apt){ .root = "" };
	/* what is cut off is another directory, which would be thrown away */
	if (strlen(dir) + sizeof("/apt~") > sizeof(ret->root))
		return tw_err_set(err, ENAMETOOLONG, "%s is too long a path", dir);
	code = look_at_machine(&sources, err);
	if (code < 0)
		return code;
	snprintf(ret->root, sizeof(ret->root), "%s/apt~", dir);
	code = tw_remove_tree(ret->root, err);
	for (unsigned i = 0; i < sizeof(dirs) / sizeof(*dirs) && code == 0; i++)
		code = make(ret, dirs[i], false, err);
	if (code == 0)
		code = make(ret, "status", true, err);
	if (code == 0)
		code = write_sources(ret, &sources, configured, err);
	if (code == 0)
		code = get_lists(ret, err);
	if (code < 0)
		tw_apt_close(ret);
	return code;
}

void tw_apt_close(struct tw_apt *apt)
{
	if (apt->root[0])
		tw_remove_tree(apt->root, NULL);
	apt->root[0] = '\0';
}

/* The first word of each line, up to @most. @text is cut into pieces. */
static unsigned first_words(char *text, const char **ret, unsigned most)
{
	unsigned n = 0;
	char *line;

	while ((line = strsep(&text, "\n")) && n < most) {
		line[strcspn(line, " ")] = '\0';
		if (*line)
			ret[n++] = line;
	}
	return n;
}

int tw_apt_offers(const struct tw_apt *apt, const char *names, char **ret, struct tw_err *err)
{
	const char *const search[] = { "search", "--names-only", names, NULL };
	const char **words = calloc(WORDS_MAX + 2, sizeof(*words));
	char *found = NULL;
	int code = words ? apt_run(apt, "apt-cache", search, NULL, &found, NULL, err)
			 : tw_err_set(err, ENOMEM, "out of memory");

	*ret = NULL;
	if (code >= 0) {
		words[0] = "madison";
		if (first_words(found, words + 1, WORDS_MAX - 1))
			code = apt_run(apt, "apt-cache", words, NULL, ret, NULL, err);
		else
			*ret = strdup("");
	}
	free(found);
	free(words);
	return code < 0 ? code : 0;
}

static int is_deb(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && !strcmp(entry->d_name + len - 4, ".deb");
}

int tw_apt_download(const struct tw_apt *apt, const char *package, char *ret, size_t size,
		    struct tw_err *err)
{
	const char *const words[] = { "-q", "download", package, NULL };
	struct dirent **entry = NULL;
	char dir[PATH_MAX], *said = NULL, complaints[300];
	int n, code;

	/* a directory of its own: what is in it afterwards is what was got */
	snprintf(dir, sizeof(dir), "%s/deb", apt->root);
	code = tw_remove_tree(dir, err);
	if (code == 0)
		code = make(apt, "deb", false, err);
	if (code == 0)
		code = apt_run(apt, "apt-get", words, dir, NULL, &said, err);
	n = code < 0 ? 0 : scandir(dir, &entry, is_deb, NULL);
	if (code >= 0 && n != 1) {
		keep_complaints(said, complaints, sizeof(complaints));
		code = tw_err_set(err, EIO, "%s cannot be got: %.*s", package,
				  (int)strcspn(complaints, "\n"), complaints);
	} else if (code >= 0) {
		snprintf(ret, size, "%s/%s", dir, entry[0]->d_name);
	}
	for (int i = 0; i < n; i++)
		free(entry[i]);
	free(entry);
	free(said);
	return code < 0 ? code : 0;
}
