#include "stand/proc_counters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const files[] = {
	"/proc/thread-self/net/snmp", "/proc/thread-self/net/netstat",
	"/proc/thread-self/net/snmp6",     /* not there without IPv6 */
	"/proc/thread-self/net/xfrm_stat", /* nor without CONFIG_XFRM_STATISTICS */
};

enum {
	FILES = sizeof(files) / sizeof(*files),
	OPTIONAL = 2,
	TEXT = 65536
};

struct tw_proc_counters {
	int fd[FILES];
	char text[TEXT];
};

int tw_proc_counters_open(struct tw_proc_counters **ret, struct tw_err *err)
{
	struct tw_proc_counters *proc = calloc(1, sizeof(*proc));
	int code;

	if (!proc)
		return tw_err_set(err, ENOMEM, "out of memory");
	memset(proc->fd, -1, sizeof(proc->fd));
	for (unsigned i = 0; i < FILES; i++) {
		proc->fd[i] = open(files[i], O_RDONLY | O_CLOEXEC);
		if (proc->fd[i] < 0 && i < OPTIONAL) {
			code = errno;
			tw_proc_counters_close(proc);
			return tw_err_set(err, code, "%s: %s", files[i], strerror(code));
		}
	}
	*ret = proc;
	return 0;
}

void tw_proc_counters_close(struct tw_proc_counters *proc)
{
	if (!proc)
		return;
	for (unsigned i = 0; i < FILES; i++)
		if (proc->fd[i] >= 0)
			close(proc->fd[i]);
	free(proc);
}

static int read_file(struct tw_proc_counters *proc, unsigned i, struct tw_counters *ret,
		     struct tw_err *err)
{
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0 && n < TEXT) {
		got = pread(proc->fd[i], proc->text + n, TEXT - n, (off_t)n);
		if (got < 0)
			return tw_err_set(err, errno, "%s: %s", files[i], strerror(errno));
		n += (size_t)got;
	}
	if (n == TEXT)
		return tw_err_set(err, EFBIG, "%s is longer than %d bytes", files[i], TEXT);
	return tw_counters_parse(ret, proc->text, n, err);
}

int tw_proc_counters_read(struct tw_proc_counters *proc, struct tw_counters *ret,
			  struct tw_err *err)
{
	int fail = 0;

	ret->n = 0;
	for (unsigned i = 0; i < FILES && !fail; i++)
		if (proc->fd[i] >= 0)
			fail = read_file(proc, i, ret, err);
	return fail;
}
