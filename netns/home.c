#include "home.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "link.h"
#include "metrics.h"
#include "ns.h"
#include "sockstat.h"
#include "sysctl.h"

enum {
	SETTINGS_MAX = 512,
	EMPTY_LIMIT_S = 1200, /* no orphan goes on for longer */
	EMPTY_LOOK_S = 10,    /* virtual seconds cost nothing, looking does */
	DEVICE = 100,         /* what lanes and topologies call theirs (IFINDEX) */
};

struct setting {
	char name[96], value[128];
};

/* The home of this process and its children; ns is -1 as long as there is none. */
static struct {
	int ns, turn;
	struct setting setting[SETTINGS_MAX];
	unsigned n;
} home = { .ns = -1, .turn = -1 };

/* The lock on it, of this process. */
static struct {
	pid_t pid;
	int turn;
} tenant = { .turn = -1 };

static void note_settings(const char *group)
{
	char dir[64];
	struct dirent **entry = NULL;
	struct setting *s;
	int n;

	snprintf(dir, sizeof(dir), "/proc/sys/net/%s", group);
	n = scandir(dir, &entry, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		s = &home.setting[home.n];
		if (home.n < SETTINGS_MAX && entry[i]->d_name[0] != '.' &&
		    (size_t)snprintf(s->name, sizeof(s->name), "net.%s.%s", group,
				     entry[i]->d_name) < sizeof(s->name) &&
		    tw_sysctl_get(s->name, s->value, sizeof(s->value), NULL) == 0)
			home.n++;
		free(entry[i]);
	}
	free(entry);
}

int tw_home_settle(struct tw_err *err)
{
	home.ns = tw_ns_ours(err);
	if (home.ns < 0)
		return home.ns;
	home.turn = memfd_create("twprobe-home", MFD_CLOEXEC);
	if (home.turn < 0)
		return tw_err_set(err, errno, "memfd_create: %s", strerror(errno));
	note_settings("ipv4");
	note_settings("core");
	return 0;
}

bool tw_home_settled(void)
{
	return home.ns >= 0;
}

unsigned tw_home_room(unsigned wanted)
{
	return tw_home_settled() && wanted > 1 ? 1 : wanted;
}

bool tw_home_is(int ns)
{
	struct stat a, b;

	return home.ns >= 0 && ns >= 0 && fstat(ns, &a) == 0 && fstat(home.ns, &b) == 0 &&
	       a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int restore_settings(void *arg, struct tw_err *err)
{
	char value[128];
	int res = 0;

	(void)arg;
	for (unsigned i = 0; i < home.n && res == 0; i++)
		if (tw_sysctl_get(home.setting[i].name, value, sizeof(value), NULL) == 0 &&
		    strcmp(value, home.setting[i].value))
			res = tw_sysctl_set(home.setting[i].name, home.setting[i].value, err);
	return res;
}

/* A kernel without such a memory has forgotten. */
static int forget_peers(void *arg, struct tw_err *err)
{
	int res = tw_metrics_flush(err);

	(void)arg;
	return res == -ENOENT ? 0 : res;
}

/* With the device its addresses, routes and neighbours go, with lo the routes that lead there. There need be none. */
static int take_devices_away(struct tw_err *err)
{
	struct tw_link *link = NULL;
	int res = tw_link_open(home.ns, &link, err);

	if (res < 0)
		return res;
	tw_link_delete(link, DEVICE);
	tw_link_down(link, TW_LINK_LO);
	tw_link_commit(link, NULL);
	tw_link_close(link);
	return 0;
}

static int clean(struct tw_err *err)
{
	int res = take_devices_away(err);

	if (res == 0)
		res = tw_home_wait_empty(home.ns, err);
	if (res == 0)
		res = tw_ns_in(home.ns, restore_settings, NULL, err);
	if (res == 0)
		res = tw_ns_in(home.ns, forget_peers, NULL, err);
	return res;
}

/* Of a descriptor of its own: what is locked is that. */
static int wait_for_turn(struct tw_err *err)
{
	char path[32];
	int turn;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", home.turn);
	turn = open(path, O_RDWR | O_CLOEXEC);
	if (turn < 0)
		return tw_err_set(err, errno, "%s: %s", path, strerror(errno));
	while (flock(turn, LOCK_EX) < 0)
		if (errno != EINTR) {
			int code = errno;

			close(turn);
			return tw_err_set(err, code, "flock: %s", strerror(code));
		}
	return turn;
}

int tw_home_take(struct tw_err *err)
{
	int turn, res;

	if (home.ns < 0 || (tenant.turn >= 0 && tenant.pid == getpid()))
		return tw_ns_new(err);
	turn = wait_for_turn(err);
	if (turn < 0)
		return turn;
	res = clean(err);
	if (res == 0)
		res = fcntl(home.ns, F_DUPFD_CLOEXEC, 0);
	if (res < 0) {
		close(turn);
		return res;
	}
	tenant.pid = getpid();
	tenant.turn = turn;
	return res;
}

void tw_home_give(int ns)
{
	if (ns < 0)
		return;
	if (tenant.turn >= 0 && tenant.pid == getpid() && tw_home_is(ns)) {
		close(tenant.turn);
		tenant.turn = -1;
	}
	close(ns);
}

static int set_at_home(void *arg, struct tw_err *err)
{
	const struct setting *s = arg;

	return tw_sysctl_set(s->name, s->value, err);
}

int tw_home_sysctl(const char *name, const char *value, struct tw_err *err)
{
	int res = tw_sysctl_set(name, value, err);
	struct setting s;

	if (res != -ENOENT || !tw_home_settled())
		return res;
	snprintf(s.name, sizeof(s.name), "%s", name);
	snprintf(s.value, sizeof(s.value), "%s", value);
	return tw_ns_in(home.ns, set_at_home, &s, err);
}

static int open_stat(void *arg, struct tw_err *err)
{
	return tw_sockstat_open(arg, err);
}

int tw_home_wait_empty(int ns, struct tw_err *err)
{
	struct tw_sockstat stat = { -1, -1 };
	int left = tw_ns_in(ns, open_stat, &stat, err);

	if (left == 0)
		left = tw_sockstat_read(&stat, err);
	for (unsigned s = 0; s < EMPTY_LIMIT_S && left > 0; s += EMPTY_LOOK_S) {
		poll(NULL, 0, EMPTY_LOOK_S * 1000);
		left = tw_sockstat_read(&stat, err);
	}
	tw_sockstat_close(&stat);
	return left > 0 ? tw_err_set(err, ETIMEDOUT, "%d TCP sockets do not end within %d s", left,
				     EMPTY_LIMIT_S)
			: left;
}
