#include "vm/initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first failure stays; what comes after it is not done. */
struct builder {
	struct archive *a;
	struct tw_err *err;
	int ret;
};

static void put(struct builder *b, const char *path, unsigned mode, const void *data, size_t len)
{
	struct archive_entry *entry = b->ret < 0 ? NULL : archive_entry_new();

	if (!entry)
		return;
	archive_entry_set_pathname(entry, path[0] == '/' ? path + 1 : path);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_nlink(entry, 1);
	archive_entry_set_mtime(entry, 0, 0); /* the same archive each time */
	archive_entry_set_size(entry, (la_int64_t)len);
	if (archive_write_header(b->a, entry) != ARCHIVE_OK ||
	    (len && archive_write_data(b->a, data, len) != (la_ssize_t)len))
		b->ret = tw_err_set(b->err, EIO, "the guest's file system cannot be written: %s",
				    archive_error_string(b->a));
	archive_entry_free(entry);
}

/* The kernel makes no directory by itself. */
static void put_parents(struct builder *b, const char *path)
{
	char dir[PATH_MAX];

	for (const char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(at - path), path);
		put(b, dir, S_IFDIR | 0755, NULL, 0);
	}
}

static void put_file(struct builder *b, const char *from, const char *to)
{
	int fd = b->ret < 0 ? -1 : open(from, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *data = MAP_FAILED;

	if (b->ret < 0)
		return;
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size)
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		b->ret = tw_err_set(b->err, errno ? errno : EIO,
				    "%s cannot be read for the guest: %s", from, strerror(errno));
	} else {
		put_parents(b, to);
		put(b, to, S_IFREG | 0755, data, (size_t)st.st_size);
		munmap(data, (size_t)st.st_size);
	}
	if (fd >= 0)
		close(fd);
}

/* The loader and every library, under the path by which it was found here. */
static int put_library(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	/* "": the program; "linux-vdso.so.1" is no file */
	if (info->dlpi_name && info->dlpi_name[0] == '/')
		put_file(arg, info->dlpi_name, info->dlpi_name);
	return 0;
}

static void put_all(struct builder *b, const struct tw_modules *mods, const char *task)
{
	static const char *const dirs[] = { "dev", "proc", "sys", "tmp", "etc", "m", "late" };
	char path[96];

	for (unsigned i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		put(b, dirs[i], S_IFDIR | 0755, NULL, 0);
	put_file(b, "/proc/self/exe", "/init");
	dl_iterate_phdr(put_library, b);
	if (access("/etc/protocols", R_OK) == 0)
		put_file(b, "/etc/protocols", "/etc/protocols"); /* libnftables asks */
	for (unsigned i = 0; i < mods->n; i++) {
		snprintf(path, sizeof(path), "%s/%02u-%s.ko",
			 mods->mod[i].late ? TW_GUEST_LATE : TW_GUEST_MODULES, i,
			 mods->mod[i].name);
		put(b, path, S_IFREG | 0644, mods->mod[i].data, mods->mod[i].len);
	}
	put(b, TW_GUEST_TASK, S_IFREG | 0644, task, strlen(task));
}

int tw_initramfs_new(const struct tw_modules *mods, const char *task, struct tw_err *err)
{
	struct builder b = { .a = archive_write_new(), .err = err };
	int fd = memfd_create("twprobe-initramfs", MFD_CLOEXEC);

	if (fd < 0 || !b.a) {
		b.ret = tw_err_set(err, fd < 0 ? errno : ENOMEM,
				   "no memory for the guest's file system");
	} else {
		archive_write_set_format_cpio_newc(b.a);
		archive_write_add_filter_none(b.a);
		if (archive_write_open_fd(b.a, fd) != ARCHIVE_OK)
			b.ret = tw_err_set(err, EIO, "the guest's file system: %s",
					   archive_error_string(b.a));
		put_all(&b, mods, task);
		if (b.ret == 0 && archive_write_close(b.a) != ARCHIVE_OK)
			b.ret = tw_err_set(err, EIO, "the guest's file system: %s",
					   archive_error_string(b.a));
	}
	archive_write_free(b.a);
	if (b.ret < 0 && fd >= 0)
		close(fd);
	return b.ret < 0 ? b.ret : fd;
}
