#include "vm/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vm/deb.h"

struct file {
	char *path;
	uint8_t *data; /* NULL: not read yet */
	size_t len;
	bool mapped; /* else from malloc() */
};

struct tw_tree {
	struct file *file;
	size_t n, room;
};

struct tw_tree *tw_tree_new(void)
{
	return calloc(1, sizeof(struct tw_tree));
}

void tw_tree_free(struct tw_tree *tree)
{
	for (size_t i = 0; tree && i < tree->n; i++) {
		if (tree->file[i].mapped)
			munmap(tree->file[i].data, tree->file[i].len);
		else
			free(tree->file[i].data);
		free(tree->file[i].path);
	}
	if (tree)
		free(tree->file);
	free(tree);
}

static struct file *append(struct tw_tree *tree, const char *path)
{
	struct file *f;

	if (tree->n == tree->room) {
		size_t room = tree->room ? 2 * tree->room : 256;
		void *more = realloc(tree->file, room * sizeof(*tree->file));

		if (!more)
			return NULL;
		tree->file = more;
		tree->room = room;
	}
	f = &tree->file[tree->n];
	*f = (struct file){ .path = strdup(path) };
	if (!f->path)
		return NULL;
	tree->n++;
	return f;
}

static int no_memory(struct tw_err *err)
{
	return tw_err_set(err, ENOMEM, "out of memory for the files of the kernel");
}

/* What a guest may be given; a package has ten times as much. */
static bool is_of_use(const char *path)
{
	static const char *const kept[] = { "*/vmlinuz*",
					    "*/config-*",
					    "*/modules.builtin",
					    "*/kernel/net/*.ko*",
					    "*/kernel/drivers/net/veth.ko*",
					    "*/kernel/lib/*.ko*",
					    "*/kernel/crypto/*.ko*",
					    "*/kernel/arch/*.ko*" };

	for (unsigned i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (fnmatch(kept[i], path, 0) == 0)
			return true;
	return false;
}

static int take_packed(void *arg, const char *path, uint8_t *data, size_t len, struct tw_err *err)
{
	struct file *f = append(arg, path);

	if (!f) {
		free(data);
		return no_memory(err);
	}
	f->data = data;
	f->len = len;
	return 0;
}

static int add_directory(struct tw_tree *tree, const char *path, struct tw_err *err)
{
	char *const roots[] = { (char *)path, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	FTSENT *at;
	int ret = 0;

	if (!walk)
		return tw_err_set(err, errno, "%s: %s", path, strerror(errno));
	while (ret == 0 && (at = fts_read(walk))) {
		if (at->fts_info == FTS_DNR || at->fts_info == FTS_ERR)
			ret = tw_err_set(err, at->fts_errno, "%s: %s", at->fts_path,
					 strerror(at->fts_errno));
		else if (at->fts_info == FTS_F && !append(tree, at->fts_path))
			ret = no_memory(err);
	}
	fts_close(walk);
	return ret;
}

int tw_tree_add(struct tw_tree *tree, const char *path, struct tw_err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return tw_err_set(err, errno, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return add_directory(tree, path, err);
	if (!S_ISREG(st.st_mode))
		return tw_err_set(err, EINVAL, "%s is neither a file nor a directory", path);
	if (tw_deb_is(path))
		return tw_deb_each(path, is_of_use, take_packed, tree, err);
	return append(tree, path) ? 0 : no_memory(err);
}

size_t tw_tree_count(const struct tw_tree *tree)
{
	return tree->n;
}

const char *tw_tree_path(const struct tw_tree *tree, size_t i)
{
	return tree->file[i].path;
}

static int map(struct file *f, struct tw_err *err)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC), code = 0;
	struct stat st;
	void *data;

	if (fd < 0 || fstat(fd, &st) < 0) {
		code = errno;
	} else if (!st.st_size) {
		code = ENODATA;
	} else {
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (data == MAP_FAILED) {
			code = errno;
		} else {
			f->data = data;
			f->len = (size_t)st.st_size;
			f->mapped = true;
		}
	}
	if (fd >= 0)
		close(fd);
	if (code)
		return tw_err_set(err, code, "%s: %s", f->path,
				  code == ENODATA ? "the file is empty" : strerror(code));
	return 0;
}

int tw_tree_read(struct tw_tree *tree, size_t i, struct tw_blob *ret, struct tw_err *err)
{
	struct file *f = &tree->file[i];
	int code = f->data ? 0 : map(f, err);

	if (code == 0)
		*ret = (struct tw_blob){ f->data, f->len };
	return code;
}
