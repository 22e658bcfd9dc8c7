#include "stand/drops.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	RING = 16,
	NAMES_MAX = 512
}; /* pages of the ring; more reasons than any kernel has */

/* A tracepoint that tells a reason. */
struct source {
	int fd;
	struct perf_event_mmap_page *page;
	size_t size;
	unsigned offset; /* of the reason within the raw sample */
	char *format;    /* the names point into it */
	const char *name[NAMES_MAX];
};

struct tw_drops {
	struct source drop;
	struct source reset; /* .fd is -1 where there is none (before 6.10) */
};

/* A directory of tracefs; without a mount point of its own where nobody has mounted it. */
static int open_tracefs(void)
{
	static const char *const usual[] = { "/sys/kernel/tracing/events",
					     "/sys/kernel/debug/tracing/events" };
	int fs, mnt = -1, dir = -1;

	for (unsigned i = 0; i < 2 && dir < 0; i++)
		dir = open(usual[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0)
		return dir;
	fs = fsopen("tracefs", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -1;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mnt = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (mnt >= 0) {
		dir = openat(mnt, "events", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(mnt);
	}
	close(fs);
	return dir;
}

static char *read_text(int dir, const char *path, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	char *text = fd < 0 ? NULL : malloc(size);
	size_t n = 0;
	ssize_t got;

	while (text && n < size - 1 && (got = read(fd, text + n, size - 1 - n)) > 0)
		n += (size_t)got;
	if (text)
		text[n] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

/* "field:enum skb_drop_reason reason;	offset:36;" and "__print_symbolic(REC->reason, { 38, "TCP_RFC7323_TW_PAWS" }, ..." */
static int parse_format(struct source *src)
{
	char *at = strstr(src->format, "_reason reason;"), *end;
	unsigned long n;

	if (!at || sscanf(at, "_reason reason; offset:%u", &src->offset) != 1)
		return -ENOTSUP;
	at = strstr(at, "__print_symbolic(REC->reason");
	while (at && (at = strstr(at, "{ ")) != NULL) {
		n = strtoul(at + 2, &end, 0);
		if (end[0] != ',' || end[1] != ' ' || end[2] != '"')
			break;
		at = strchr(end + 3, '"');
		if (!at)
			break;
		*at++ = '\0';
		if (n < NAMES_MAX)
			src->name[n] = end + 3;
	}
	return 0;
}

static int open_event(struct source *src, unsigned id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_RAW,
	};
	long page = sysconf(_SC_PAGESIZE);

	src->fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (src->fd < 0)
		return -errno;
	src->size = (size_t)((RING + 1) * page);
	src->page = mmap(NULL, src->size, PROT_READ | PROT_WRITE, MAP_SHARED, src->fd, 0);
	if (src->page == MAP_FAILED) {
		src->page = NULL;
		return -errno;
	}
	return 0;
}

static int open_source(struct source *src, int dir, const char *event)
{
	char path[64], *id;
	int ret;

	snprintf(path, sizeof(path), "%s/id", event);
	id = read_text(dir, path, 32);
	snprintf(path, sizeof(path), "%s/format", event);
	src->format = read_text(dir, path, 65536);
	ret = id && src->format ? parse_format(src) : -EACCES;
	if (ret == 0)
		ret = open_event(src, (unsigned)atoi(id));
	free(id);
	return ret;
}

static void close_source(struct source *src)
{
	if (src->page)
		munmap(src->page, src->size);
	if (src->fd >= 0)
		close(src->fd);
	free(src->format);
	memset(src, 0, sizeof(*src));
	src->fd = -1;
}

struct tw_drops *tw_drops_open(struct tw_err *err)
{
	struct tw_drops *drops = calloc(1, sizeof(*drops));
	int dir = -1, ret = -ENOMEM;

	if (!drops)
		goto out;
	drops->drop.fd = drops->reset.fd = -1;
	dir = open_tracefs();
	ret = dir < 0 ? -errno : 0;
	if (ret)
		goto out;
	ret = open_source(&drops->drop, dir, "skb/kfree_skb");
	if (ret == 0 && open_source(&drops->reset, dir, "tcp/tcp_send_reset") < 0)
		close_source(&drops->reset);
out:
	if (dir >= 0)
		close(dir);
	if (ret == 0)
		return drops;
	tw_err_set(err, -ret, "the tracepoint skb:kfree_skb cannot be read: %s", strerror(-ret));
	tw_drops_close(drops);
	return NULL;
}

void tw_drops_close(struct tw_drops *drops)
{
	if (!drops)
		return;
	close_source(&drops->drop);
	close_source(&drops->reset);
	free(drops);
}

static void ring_copy(const struct source *src, uint64_t at, void *to, size_t n)
{
	const uint8_t *data = (const uint8_t *)src->page + src->page->data_offset;
	uint64_t size = src->page->data_size;

	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = data[(at + i) % size];
}

static const char *reason_at(const struct source *src, uint64_t at, uint16_t size)
{
	const unsigned head = sizeof(struct perf_event_header) + sizeof(uint32_t);
	uint32_t reason;

	if (size < head + src->offset + sizeof(reason))
		return NULL;
	ring_copy(src, at + head + src->offset, &reason, sizeof(reason));
	return reason < NAMES_MAX ? src->name[reason] : NULL;
}

/*
 * QUEUE_PURGE is the end of a socket's queue, not of a segment on its way: sockets that were closed long ago are freed in whatever
 * context the RCU callbacks run, which may be this thread's. NO_SOCKET of a RST is the fence's, or goes without saying.
 */
static bool says_something(const char *name, bool reset)
{
	if (!name || !strcmp(name, "NOT_SPECIFIED"))
		return false;
	if (reset)
		return strcmp(name, "NO_SOCKET") != 0;
	return strcmp(name, "OTHERHOST") && strcmp(name, "CONSUMED") && strcmp(name, "QUEUE_PURGE");
}

/* Appends to the @n of @ret. Their number then, or -EOVERFLOW. */
static int read_source(struct source *src, bool reset, char ret[TW_REASONS_MAX][48], int n,
		       struct tw_err *err)
{
	uint64_t head = __atomic_load_n(&src->page->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = src->page->data_tail;
	int fail = 0;

	while (tail < head) {
		struct perf_event_header ev;
		const char *name;

		ring_copy(src, tail, &ev, sizeof(ev));
		name = ev.type == PERF_RECORD_SAMPLE ? reason_at(src, tail, ev.size) : NULL;
		if (ev.type == PERF_RECORD_LOST)
			fail = tw_err_set(err, EOVERFLOW,
					  "drop reasons were lost: the trace ring was full");
		if (says_something(name, reset) && n < TW_REASONS_MAX)
			snprintf(ret[n++], sizeof(ret[0]), "%s%s", reset ? TW_REASON_OF_RST : "",
				 name);
		if (!ev.size)
			break;
		tail += ev.size;
	}
	__atomic_store_n(&src->page->data_tail, tail, __ATOMIC_RELEASE);
	return fail ? fail : n;
}

int tw_drops_read(struct tw_drops *drops, char ret[TW_REASONS_MAX][48], struct tw_err *err)
{
	int resets = 0, n;

	if (drops->reset.page)
		resets = read_source(&drops->reset, true, ret, 0, err);
	n = read_source(&drops->drop, false, ret, resets < 0 ? 0 : resets, err);
	return resets < 0 ? resets : n;
}

static void tell_names(const struct source *src, const char *prefix,
		       void (*fn)(void *arg, const char *name), void *arg)
{
	char name[64];

	for (unsigned i = 0; i < NAMES_MAX; i++) {
		if (!src->name[i])
			continue;
		snprintf(name, sizeof(name), "reason:%s%s", prefix, src->name[i]);
		fn(arg, name);
	}
}

void tw_drops_names(const struct tw_drops *drops, void (*fn)(void *arg, const char *name),
		    void *arg)
{
	tell_names(&drops->drop, "", fn, arg);
	tell_names(&drops->reset, TW_REASON_OF_RST, fn, arg);
}
