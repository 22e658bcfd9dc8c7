#include "vm/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vm/apt.h"
#include "vm/command.h"
#include "vm/deb.h"
#include "vm/lines.h"

static const char PACKAGES[] = "^linux-(image|binary|modules)-[0-9].*-cloud-amd64$";

static int make_parents(char *path, struct tw_err *err)
{
	for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(path, 0777) < 0 && errno != EEXIST) {
			tw_err_set(err, errno, "%s cannot be made: %s", path, strerror(errno));
			*at = '/';
			return -errno;
		}
		*at = '/';
	}
	return 0;
}

/* One at a time in a cache. The descriptor that holds the lock, or negative errno. */
static int lock(const char *dir, struct tw_err *err)
{
	char path[PATH_MAX];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/lock~", dir);
	ret = make_parents(path, err);
	if (ret < 0)
		return ret;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return tw_err_set(err, errno, "%s cannot be written: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return tw_err_set(err, EBUSY, "another 'twprobe kernels fetch' is at work in %s",
				  dir);
	}
	return fd;
}

static bool is_wanted(const char *path)
{
	return strstr(path, "/vmlinuz") || strstr(path, "/config-") ||
	       strstr(path, "/kernel/net/") || strstr(path, "/kernel/lib/") ||
	       strstr(path, "/kernel/crypto/") || strstr(path, "/kernel/arch/") ||
	       strstr(path, "/drivers/net/veth.ko") || strstr(path, "/modules.builtin");
}

static int write_file(void *arg, const char *name, uint8_t *data, size_t len, struct tw_err *err)
{
	char path[PATH_MAX];
	FILE *out = NULL;
	int ret;

	snprintf(path, sizeof(path), "%s/%s", (const char *)arg, name + (name[0] == '.'));
	ret = strstr(name, "..") ? tw_err_set(err, EINVAL, "a package names the file %s", name)
				 : make_parents(path, err);
	if (ret == 0) {
		out = fopen(path, "we");
		if (!out || fwrite(data, 1, len, out) != len || fflush(out) != 0)
			ret = tw_err_set(err, errno, "%s cannot be written: %s", path,
					 strerror(errno));
	}
	if (out)
		fclose(out);
	free(data);
	return ret;
}

static bool is_there(const char *dir, const struct tw_line *line)
{
	char path[PATH_MAX], text[sizeof(line->version) + 1] = "";
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s/version", dir, line->name);
	in = fopen(path, "re");
	if (in && !fgets(text, sizeof(text), in))
		text[0] = '\0';
	if (in)
		fclose(in);
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, line->version);
}

/* Unpacked beside its place, and put there when it is whole: a directory with a line's name is a whole kernel. */
static int bring(const struct tw_fetch_cfg *cfg, const struct tw_apt *apt,
		 const struct tw_line *line, struct tw_err *err)
{
	char place[PATH_MAX - 64], made[PATH_MAX], deb[PATH_MAX], *version = NULL;
	int ret;

	snprintf(place, sizeof(place), "%s/%s", cfg->dir, line->name);
	snprintf(made, sizeof(made), "%s/new~/", cfg->dir);
	made[strlen(made) - 1] = '\0';
	ret = tw_remove_tree(made, err);
	for (unsigned i = 0; i < TW_PARTS_MAX && line->part[i][0] && ret == 0; i++) {
		ret = tw_apt_download(apt, line->part[i], deb, sizeof(deb), err);
		if (ret == 0)
			ret = tw_deb_each(deb, is_wanted, write_file, made, err);
	}
	if (ret == 0 && asprintf(&version, "%s\n", line->version) < 0)
		ret = tw_err_set(err, ENOMEM, "out of memory");
	if (ret == 0)
		ret = write_file(made, "/version", (uint8_t *)version, strlen(version), err);
	if (ret == 0)
		ret = tw_remove_tree(place, err);
	if (ret == 0 && rename(made, place) < 0)
		ret = tw_err_set(err, errno, "%s cannot be put in its place: %s", place,
				 strerror(errno));
	if (ret < 0)
		tw_remove_tree(made, NULL);
	return ret;
}

/* True if it is in the cache now. */
static bool have(const struct tw_fetch_cfg *cfg, const struct tw_apt *apt,
		 const struct tw_line *line)
{
	struct tw_err err = { "" };
	char what[sizeof(err.text) + 32];

	if (line->gap[0]) {
		cfg->tell(cfg->arg, line->name, line->gap);
		return false;
	}
	if (is_there(cfg->dir, line)) {
		snprintf(what, sizeof(what), "%s, was there", line->version);
	} else if (bring(cfg, apt, line, &err) < 0) {
		cfg->tell(cfg->arg, line->name, err.text);
		return false;
	} else {
		snprintf(what, sizeof(what), "%s", line->version);
	}
	cfg->tell(cfg->arg, line->name, what);
	return true;
}

static unsigned fetch_lines(const struct tw_fetch_cfg *cfg, const struct tw_apt *apt,
			    const struct tw_lines *lines)
{
	unsigned had = 0;

	for (unsigned i = 0; !cfg->line[0] && i < lines->n; i++)
		had += have(cfg, apt, &lines->line[i]);
	for (char *const *name = cfg->line; *name; name++) {
		const struct tw_line *line = tw_lines_get(lines, *name);

		if (line)
			had += have(cfg, apt, line);
		else
			cfg->tell(cfg->arg, *name,
				  cfg->configured ? "no suite that this machine is configured for "
						    "has such a kernel"
						  : "no suite that answered has such a kernel");
	}
	return had;
}

int tw_fetch(const struct tw_fetch_cfg *cfg, unsigned *ret_had, struct tw_err *err)
{
	struct tw_lines *lines = calloc(1, sizeof(*lines));
	struct tw_apt apt = { .root = "" };
	char *offers = NULL, *gap, *rest;
	int held = lock(cfg->dir, err), ret = held;

	*ret_had = 0;
	if (ret >= 0)
		ret = lines ? tw_apt_open(cfg->dir, cfg->configured, &apt, err)
			    : tw_err_set(err, ENOMEM, "out of memory");
	rest = apt.gaps;
	while (ret >= 0 && (gap = strsep(&rest, "\n")))
		if (*gap)
			cfg->tell(cfg->arg, "", gap);
	if (ret >= 0)
		ret = tw_apt_offers(&apt, PACKAGES, &offers, err);
	if (ret >= 0) {
		tw_lines_find(offers, lines);
		*ret_had = fetch_lines(cfg, &apt, lines);
	}
	tw_apt_close(&apt);
	free(offers);
	free(lines);
	if (held >= 0)
		close(held);
	return ret < 0 ? ret : 0;
}
