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

#include "netns/lane.h"

enum {
	RING = 32,       /* pages of the ring */
	NAMES_MAX = 512, /* more reasons than any kernel has */
	SKBS = 1024,
};

/* A tracepoint. */
struct source {
	int fd; /* -1: there is none */
	unsigned id;
	unsigned skb;    /* offset of the packet's address within the raw sample */
	unsigned offset; /* of what it tells: the reason; the device's name */
	char *format;    /* the names point into it */
	const char *name[NAMES_MAX];
};

/*
 * An interrupt that hits this thread brings other packets along, the host's own: their drops are this thread's as well. So of a
 * packet that is dropped it has to be known that it had arrived at a device of a lane.
 */
struct tw_drops {
	struct source drop;
	struct source reset;  /* before 6.10 there is none */
	struct source arrive; /* all three write into the ring of the first */
	struct perf_event_mmap_page *page;
	size_t size;
	uint64_t arrived[SKBS]; /* addresses, each at the place that it says */
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

/* "field:void * skbaddr;	offset:8;" */
static int parse_field(const struct source *src, const char *field, unsigned *ret)
{
	const char *at = strstr(src->format, field), *offset = at ? strstr(at, "offset:") : NULL;

	return offset && sscanf(offset, "offset:%u", ret) == 1 ? 0 : -ENOTSUP;
}

/* "field:enum skb_drop_reason reason;	offset:36;" and "__print_symbolic(REC->reason, { 38, "TCP_RFC7323_TW_PAWS" }, ..." */
static void parse_names(struct source *src)
{
	char *at = strstr(src->format, "__print_symbolic(REC->reason"), *end;
	unsigned long n;

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
}

static int open_event(struct tw_drops *drops, struct source *src)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = src->id,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_RAW,
	};
	long page = sysconf(_SC_PAGESIZE);
	void *ring;

	src->fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (src->fd < 0)
		return -errno;
	if (drops->page)
		return ioctl(src->fd, PERF_EVENT_IOC_SET_OUTPUT, drops->drop.fd) < 0 ? -errno : 0;
	drops->size = (size_t)((RING + 1) * page);
	ring = mmap(NULL, drops->size, PROT_READ | PROT_WRITE, MAP_SHARED, src->fd, 0);
	if (ring == MAP_FAILED)
		return -errno;
	drops->page = ring;
	return 0;
}

static void close_source(struct source *src)
{
	if (src->fd >= 0)
		close(src->fd);
	free(src->format);
	memset(src, 0, sizeof(*src));
	src->fd = -1;
}

/* @field: the one that tells something. */
static int open_source(struct tw_drops *drops, struct source *src, int dir, const char *event,
		       const char *field)
{
	char path[64], *id;
	int ret;

	snprintf(path, sizeof(path), "%s/id", event);
	id = read_text(dir, path, 32);
	snprintf(path, sizeof(path), "%s/format", event);
	src->format = read_text(dir, path, 65536);
	ret = id && src->format ? 0 : -EACCES;
	if (ret == 0)
		ret = parse_field(src, " skbaddr;", &src->skb);
	if (ret == 0)
		ret = parse_field(src, field, &src->offset);
	if (ret == 0) {
		parse_names(src);
		src->id = (unsigned)atoi(id);
		ret = open_event(drops, src);
	}
	free(id);
	if (ret < 0)
		close_source(src);
	return ret;
}

struct tw_drops *tw_drops_open(struct tw_err *err)
{
	struct tw_drops *drops = calloc(1, sizeof(*drops));
	int dir = -1, ret = -ENOMEM;

	if (!drops)
		goto out;
	drops->drop.fd = drops->reset.fd = drops->arrive.fd = -1;
	dir = open_tracefs();
	ret = dir < 0 ? -errno : 0;
	if (ret == 0)
		ret = open_source(drops, &drops->drop, dir, "skb/kfree_skb", "_reason reason;");
	if (ret == 0)
		ret = open_source(drops, &drops->arrive, dir, "net/netif_receive_skb", " name;");
	if (ret == 0)
		open_source(drops, &drops->reset, dir, "tcp/tcp_send_reset", "_reason reason;");
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
	if (drops->page)
		munmap(drops->page, drops->size);
	close_source(&drops->reset);
	close_source(&drops->arrive);
	close_source(&drops->drop);
	free(drops);
}

static void ring_copy(const struct tw_drops *drops, uint64_t at, void *to, size_t n)
{
	const uint8_t *data = (const uint8_t *)drops->page + drops->page->data_offset;
	uint64_t size = drops->page->data_size;

	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = data[(at + i) % size];
}

/* A raw sample: what the tracepoint's format describes. */
struct sample {
	uint64_t at;
	unsigned size;
};

/* False: it is shorter. */
static bool get(const struct tw_drops *drops, const struct sample *sample, unsigned offset,
		void *ret, unsigned n)
{
	if (sample->size < n || offset > sample->size - n)
		return false;
	ring_copy(drops, sample->at + offset, ret, n);
	return true;
}

static uint64_t *place_of(struct tw_drops *drops, uint64_t skb)
{
	return &drops->arrived[(skb >> 8) % SKBS];
}

/* The name is where the lower half of a word says. */
static void note_arrival(struct tw_drops *drops, const struct sample *sample)
{
	char name[TW_LANE_DEV_MAX] = "";
	uint32_t where;
	uint64_t skb;

	if (!get(drops, sample, drops->arrive.skb, &skb, sizeof(skb)) ||
	    !get(drops, sample, drops->arrive.offset, &where, sizeof(where)))
		return;
	for (unsigned i = 0; i < sizeof(name) - 1; i++)
		if (!get(drops, sample, (where & 0xffff) + i, &name[i], 1) || !name[i])
			break;
	if (tw_lane_has_dev(name))
		*place_of(drops, skb) = skb;
	else if (*place_of(drops, skb) == skb)
		*place_of(drops, skb) = 0;
}

/* NULL: none, or the packet is not of a lane. A RST that answers no packet is this thread's doing. */
static const char *reason_of(struct tw_drops *drops, const struct source *src,
			     const struct sample *sample)
{
	uint32_t reason;
	uint64_t skb;

	if (!get(drops, sample, src->skb, &skb, sizeof(skb)) ||
	    !get(drops, sample, src->offset, &reason, sizeof(reason)))
		return NULL;
	if (skb && *place_of(drops, skb) != skb)
		return NULL;
	if (src == &drops->drop)
		*place_of(drops, skb) = 0;
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

static void take(struct tw_drops *drops, const struct sample *sample, char ret[TW_REASONS_MAX][48],
		 int *n)
{
	const char *name = NULL;
	bool reset;
	uint16_t id;

	if (!get(drops, sample, 0, &id, sizeof(id)))
		return;
	reset = id == drops->reset.id;
	if (id == drops->arrive.id)
		note_arrival(drops, sample);
	else if (reset || id == drops->drop.id)
		name = reason_of(drops, reset ? &drops->reset : &drops->drop, sample);
	if (says_something(name, reset) && *n < TW_REASONS_MAX)
		snprintf(ret[(*n)++], sizeof(ret[0]), "%s%s", reset ? TW_REASON_OF_RST : "", name);
}

int tw_drops_read(struct tw_drops *drops, char ret[TW_REASONS_MAX][48], struct tw_err *err)
{
	const unsigned head_size = sizeof(struct perf_event_header) + sizeof(uint32_t);
	uint64_t head = __atomic_load_n(&drops->page->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = drops->page->data_tail;
	int n = 0, fail = 0;

	while (tail < head) {
		struct perf_event_header ev;
		struct sample sample = { .at = tail + head_size };

		ring_copy(drops, tail, &ev, sizeof(ev));
		sample.size = ev.size > head_size ? ev.size - head_size : 0;
		if (ev.type == PERF_RECORD_SAMPLE)
			take(drops, &sample, ret, &n);
		if (ev.type == PERF_RECORD_LOST)
			fail = tw_err_set(err, EOVERFLOW,
					  "drop reasons were lost: the trace ring was full");
		if (!ev.size)
			break;
		tail += ev.size;
	}
	__atomic_store_n(&drops->page->data_tail, tail, __ATOMIC_RELEASE);
	return fail ? fail : n;
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
