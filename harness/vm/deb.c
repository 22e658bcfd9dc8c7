#include "vm/deb.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BLOCK = 65536,
	MEMBER_MAX = 256 << 20, /* no kernel and no module is larger */
};

static const char MAGIC[] = "!<arch>\ndebian-binary";

bool tw_deb_is(const char *path)
{
	char head[sizeof(MAGIC) - 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ret = fd >= 0 && read(fd, head, sizeof(head)) == (ssize_t)sizeof(head) &&
		   !memcmp(head, MAGIC, sizeof(head));

	if (fd >= 0)
		close(fd);
	return ret;
}

static int failed(struct archive *a, const char *what, struct tw_err *err)
{
	const char *says = archive_error_string(a);

	return tw_err_set(err, EINVAL, "%s cannot be unpacked: %s", what,
			  says ? says : "it is damaged");
}

/* All of the member that is next, up to a NUL behind it. */
static int slurp(struct archive *a, const char *what, uint8_t **ret, size_t *ret_len,
		 struct tw_err *err)
{
	uint8_t *data = NULL, *more;
	size_t len = 0, room = 0;
	ssize_t got;

	do {
		if (room - len < BLOCK) {
			room = room ? 2 * room : 4 * BLOCK;
			more = room <= MEMBER_MAX ? realloc(data, room) : NULL;
			if (!more) {
				free(data);
				return tw_err_set(err, EFBIG, "%s is too large", what);
			}
			data = more;
		}
		got = archive_read_data(a, data + len, room - len - 1);
		len += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	if (got < 0) {
		free(data);
		return failed(a, what, err);
	}
	data[len] = '\0';
	*ret = data;
	*ret_len = len;
	return 0;
}

/* The archive within the archive is read as it comes. */
struct inner {
	struct archive *outer;
	char block[BLOCK];
};

static la_ssize_t read_inner(struct archive *a, void *arg, const void **ret_block)
{
	struct inner *inner = arg;
	la_ssize_t n = archive_read_data(inner->outer, inner->block, sizeof(inner->block));

	if (n < 0)
		archive_set_error(a, EIO, "%s", archive_error_string(inner->outer));
	*ret_block = inner->block;
	return n;
}

struct visit {
	const char *path;
	bool (*wanted)(const char *path);
	tw_deb_fn *fn;
	void *arg;
};

static int each_member(struct archive *a, const struct visit *v, struct tw_err *err)
{
	struct archive_entry *entry;
	uint8_t *data;
	size_t len;
	int got, ret = 0;

	while (ret == 0 && (got = archive_read_next_header(a, &entry)) != ARCHIVE_EOF) {
		if (got < ARCHIVE_WARN)
			return failed(a, v->path, err);
		if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) ||
		    !v->wanted(archive_entry_pathname(entry)))
			continue;
		ret = slurp(a, v->path, &data, &len, err);
		if (ret == 0)
			ret = v->fn(v->arg, archive_entry_pathname(entry), data, len, err);
	}
	return ret;
}

static int visit_data(struct archive *outer, const struct visit *v, struct tw_err *err)
{
	struct archive *a = archive_read_new();
	struct inner *inner = malloc(sizeof(*inner));
	int ret;

	if (!a || !inner) {
		ret = tw_err_set(err, ENOMEM, "out of memory");
	} else {
		inner->outer = outer;
		archive_read_support_format_tar(a);
		archive_read_support_filter_all(a);
		ret = archive_read_open(a, inner, NULL, read_inner, NULL) == ARCHIVE_OK
			      ? each_member(a, v, err)
			      : failed(a, v->path, err);
	}
	archive_read_free(a);
	free(inner);
	return ret;
}

int tw_deb_each(const char *path, bool (*wanted)(const char *path), tw_deb_fn *fn, void *arg,
		struct tw_err *err)
{
	const struct visit v = { path, wanted, fn, arg };
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	int ret = -ENOENT, got;

	if (!a)
		return tw_err_set(err, ENOMEM, "out of memory");
	archive_read_support_format_ar(a);
	if (archive_read_open_filename(a, path, BLOCK) != ARCHIVE_OK) {
		ret = failed(a, path, err);
		archive_read_free(a);
		return ret;
	}
	tw_err_set(err, ENOENT, "%s is a Debian package without data", path);
	while ((got = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
		if (strncmp(archive_entry_pathname(entry), "data.tar", 8) != 0)
			continue;
		ret = visit_data(a, &v, err);
		break;
	}
	if (ret == -ENOENT && got < ARCHIVE_WARN)
		ret = failed(a, path, err);
	archive_read_free(a);
	return ret;
}

int tw_deb_inflate(const uint8_t *data, size_t len, const char *what, uint8_t **ret,
		   size_t *ret_len, struct tw_err *err)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	int code;

	if (!a)
		return tw_err_set(err, ENOMEM, "out of memory");
	archive_read_support_format_raw(a);
	archive_read_support_filter_all(a);
	if (archive_read_open_memory(a, data, len) != ARCHIVE_OK ||
	    archive_read_next_header(a, &entry) != ARCHIVE_OK)
		code = failed(a, what, err);
	else
		code = slurp(a, what, ret, ret_len, err);
	archive_read_free(a);
	return code;
}
