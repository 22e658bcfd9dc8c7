#include "sysctl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char ROOT[] = "/proc/sys/";

/*
 * "net." and words of harmless letters with single dots between them: nothing that could lead out
 * of /proc/sys/net.
 */
static bool is_name(const char *name)
{
	static const char LETTERS[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

	return !strncmp(name, "net.", 4) && name[strspn(name, LETTERS)] == '\0' &&
	       !strstr(name, "..") && name[strlen(name) - 1] != '.';
}

static int open_named(const char *name, int flags, struct tw_err *err)
{
	char path[256];
	char *p;
	int fd;

	if (!is_name(name) || strlen(name) + sizeof(ROOT) > sizeof(path))
		return tw_err_set(
			err, EINVAL,
			"\"%.80s\" is not the name of a sysctl such as net.ipv4.tcp_rfc1337", name);
	p = stpcpy(path, ROOT);
	strcpy(p, name);
	for (; *p; p++) {
		if (*p == '.')
			*p = '/';
	}
	fd = open(path, flags | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == ENOENT && access(ROOT, F_OK) < 0)
		return tw_err_set(err, ENOENT, "%s: /proc is not mounted", name);
	if (errno == ENOENT)
		return tw_err_set(err, ENOENT, "%s: not in this kernel or network namespace", name);
	if (errno == EROFS)
		return tw_err_set(
			err, EROFS,
			"%s: /proc/sys is mounted read-only, as containers have it; start "
			"the container with --privileged",
			name);
	if (errno == EISDIR)
		return tw_err_set(err, EINVAL, "%s is a group of sysctls, not one", name);
	return tw_err_set(err, errno, "%s: %s", name, strerror(errno));
}

int tw_sysctl_get(const char *name, char *ret_value, size_t size, struct tw_err *err)
{
	int fd = open_named(name, O_RDONLY, err);
	ssize_t len;
	int res = 0;

	if (fd < 0)
		return fd;
	len = read(fd, ret_value, size);
	if (len < 0 && errno == EISDIR) {
		res = tw_err_set(err, EINVAL, "%s is a group of sysctls, not one", name);
	} else if (len < 0) {
		res = tw_err_set(err, errno, "%s cannot be read: %s", name, strerror(errno));
	} else if ((size_t)len == size && ret_value[len - 1] != '\n') {
		res = tw_err_set(err, ENOBUFS, "%s is longer than %zu bytes", name, size - 1);
	} else {
		if (len > 0 && ret_value[len - 1] == '\n')
			len--;
		ret_value[len] = '\0';
	}
	close(fd);
	return res;
}

int tw_sysctl_set(const char *name, const char *value, struct tw_err *err)
{
	char line[512];
	int len = snprintf(line, sizeof(line), "%s\n", value);
	int fd, res = 0;
	ssize_t done;

	if (strchr(value, '\n') || (size_t)len >= sizeof(line))
		return tw_err_set(err, EINVAL, "%s: \"%.80s...\" is not a value", name, value);
	fd = open_named(name, O_WRONLY, err);
	if (fd < 0)
		return fd;
	done = write(fd, line, len);
	/*
	 * ERANGE is what some say instead; a short write is a number with something behind it, unless that is but the newline
	 * (net.ipv6.conf.all.forwarding of 6.18.15).
	 */
	if (done < 0 && errno != EINVAL && errno != ERANGE)
		res = tw_err_set(err, errno, "%s cannot be set to \"%s\": %s", name, value,
				 strerror(errno));
	else if (done != len && done != len - 1)
		res = tw_err_set(err, EINVAL, "%s: the kernel refuses the value \"%s\"", name,
				 value);
	close(fd);
	return res;
}

static int begins_tcp(const struct dirent *entry)
{
	return !strncmp(entry->d_name, "tcp_", 4);
}

int tw_sysctl_each_tcp(void (*fn)(void *arg, const char *name), void *arg, struct tw_err *err)
{
	struct dirent **entries;
	int n = scandir("/proc/sys/net/ipv4", &entries, begins_tcp, alphasort);
	char name[sizeof("net.ipv4.") + sizeof(entries[0]->d_name)];
	int i;

	if (n < 0)
		return tw_err_set(err, errno, "/proc/sys/net/ipv4: %s", strerror(errno));
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "net.ipv4.%s", entries[i]->d_name);
		fn(arg, name);
		free(entries[i]);
	}
	free(entries);
	return 0;
}
