#include "sockstat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int tw_sockstat_open(struct tw_sockstat *ret, struct tw_err *err)
{
	ret->v4 = open("/proc/thread-self/net/sockstat", O_RDONLY | O_CLOEXEC);
	ret->v6 = -1;
	if (ret->v4 < 0)
		return tw_err_set(err, errno, "/proc/net/sockstat: %s", strerror(errno));
	ret->v6 = open("/proc/thread-self/net/sockstat6", O_RDONLY | O_CLOEXEC);
	return 0;
}

void tw_sockstat_close(struct tw_sockstat *stat)
{
	if (stat->v4 >= 0)
		close(stat->v4);
	if (stat->v6 >= 0)
		close(stat->v6);
	stat->v4 = stat->v6 = -1;
}

int tw_sockstat_read(const struct tw_sockstat *stat, struct tw_err *err)
{
	char text[1024];
	int used, orphans, waiting, six = 0;
	ssize_t n = pread(stat->v4, text, sizeof(text) - 1, 0);
	const char *at;

	if (n < 0)
		return tw_err_set(err, errno, "/proc/net/sockstat: %s", strerror(errno));
	text[n] = '\0';
	at = strstr(text, "TCP: inuse");
	if (!at || sscanf(at, "TCP: inuse %d orphan %d tw %d", &used, &orphans, &waiting) != 3)
		return tw_err_set(err, EPROTO, "/proc/net/sockstat has no line for TCP");
	n = stat->v6 < 0 ? 0 : pread(stat->v6, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "TCP6: inuse");
	if (at)
		sscanf(at, "TCP6: inuse %d", &six);
	return used + waiting + six;
}
