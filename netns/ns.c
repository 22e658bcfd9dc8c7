#include "ns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The calling thread's own one, which need not be that of the process's first thread. */
static const char OWN_NET[] = "/proc/thread-self/ns/net";

struct kind {
	int flag;
	const char *call;
	const char *file;
	const char *config;
	const char *limit;
};

static const struct kind USER = { CLONE_NEWUSER, "unshare(CLONE_NEWUSER)", "/proc/self/ns/user",
				  "CONFIG_USER_NS", "max_user_namespaces" };
static const struct kind NET = { CLONE_NEWNET, "unshare(CLONE_NEWNET)", "/proc/self/ns/net",
				 "CONFIG_NET_NS", "max_net_namespaces" };
static const struct kind MOUNT = { CLONE_NEWNS, "unshare(CLONE_NEWNS)", "/proc/self/ns/mnt",
				   "CONFIG_NAMESPACES", "max_mnt_namespaces" };

/* The number that a file of /proc holds, or @fallback where there is none. */
static long proc_number(const char *path, long fallback)
{
	FILE *f = fopen(path, "re");
	long value;

	if (!f)
		return fallback;
	if (fscanf(f, "%ld", &value) != 1)
		value = fallback;
	fclose(f);
	return value;
}

/* A number of /proc/self/status, such as "Threads" or "Seccomp". */
static long status_number(const char *key)
{
	FILE *f = fopen("/proc/self/status", "re");
	size_t len = strlen(key);
	char line[256];
	long value = 0;

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, key, len) && line[len] == ':')
			value = strtol(line + len + 1, NULL, 10);
	}
	fclose(f);
	return value;
}

static bool in_user_ns(void)
{
	unsigned long inside, outside, count = UINT32_MAX;
	FILE *f = fopen("/proc/self/uid_map", "re");

	if (!f)
		return false;
	if (fscanf(f, "%lu %lu %lu", &inside, &outside, &count) != 3)
		count = 0;
	fclose(f);
	return count != UINT32_MAX;
}

static long limit_of(const struct kind *kind)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/sys/user/%s", kind->limit);
	return proc_number(path, -1);
}

static int used_up(const struct kind *kind, int code, struct tw_err *err)
{
	const char *root = kind == &USER ? ", or run twprobe as root" : "";
	long limit = limit_of(kind);

	if (limit == 0)
		return tw_err_set(err, code,
				  "%s: user.%s = 0 forbids it; sysctl -w user.%s=10000%s",
				  kind->call, kind->limit, kind->limit, root);
	return tw_err_set(err, code,
			  "%s: the limit user.%s (%ld here, perhaps fewer further out) is used up, "
			  "or the nesting is deeper than 32; raise it with sysctl -w user.%s=N%s",
			  kind->call, kind->limit, limit, kind->limit, root);
}

/*
 * unprivileged_userns_clone and most seccomp filters refuse to make the user namespace; AppArmor
 * mostly lets it be made, and without capabilities what comes after it is refused.
 */
static int forbidden(const char *call, bool making_user_ns, int code, struct tw_err *err)
{
	bool armor = proc_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0) > 0;
	bool seccomp = status_number("Seccomp") == 2;

	if (making_user_ns && proc_number("/proc/sys/kernel/unprivileged_userns_clone", 1) == 0)
		return tw_err_set(err, code,
				  "%s: kernel.unprivileged_userns_clone = 0 forbids it; sysctl -w "
				  "kernel.unprivileged_userns_clone=1, or run twprobe as root",
				  call);
	if (armor && (making_user_ns ? code == EACCES || !seccomp : in_user_ns()))
		return tw_err_set(err, code,
				  "%s: kernel.apparmor_restrict_unprivileged_userns = 1 takes the "
				  "capabilities away in a user namespace; sysctl -w "
				  "kernel.apparmor_restrict_unprivileged_userns=0, or run twprobe "
				  "as root",
				  call);
	if (seccomp)
		return tw_err_set(err, code,
				  "%s: %s: a seccomp filter, as containers have one; start the "
				  "container with --privileged (or --cap-add SYS_ADMIN --cap-add "
				  "NET_ADMIN --security-opt apparmor=unconfined), or run twprobe "
				  "outside of it",
				  call, strerror(code));
	return tw_err_set(err, code,
			  "%s: %s: a security module, a chroot or missing capabilities; run "
			  "twprobe as root, in a container with --privileged",
			  call, strerror(code));
}

static int refused(const struct kind *kind, int code, struct tw_err *err)
{
	if (access("/proc/self/ns", F_OK) < 0)
		return tw_err_set(err, code, "%s: %s, and /proc is not mounted to say why",
				  kind->call, strerror(code));
	if (access(kind->file, F_OK) < 0)
		return tw_err_set(err, code, "%s: this kernel is built without %s%s", kind->call,
				  kind->config, kind == &USER ? "; run twprobe as root" : "");
	if (code == ENOSPC || code == EUSERS)
		return used_up(kind, code, err);
	if (code == EINVAL && status_number("Threads") > 1)
		return tw_err_set(err, code, "%s: the process has %ld threads, must have one",
				  kind->call, status_number("Threads"));
	if (code == EPERM || code == EACCES || code == ENOSYS)
		return forbidden(kind->call, kind == &USER, code, err);
	return tw_err_set(err, code, "%s: %s", kind->call, strerror(code));
}

static int separate(const struct kind *kind, struct tw_err *err)
{
	return unshare(kind->flag) < 0 ? refused(kind, errno, err) : 0;
}

/* All that this program's namespaces need. */
static const uint32_t NEEDED = 1U << CAP_SYS_ADMIN | 1U << CAP_NET_ADMIN | 1U << CAP_NET_RAW;

static bool has_capabilities(uint32_t need)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &head, data) == 0 && (data[0].effective & need) == need;
}

static int write_map(const char *path, const char *text, struct tw_err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len = strlen(text);
	int code = 0;

	if (fd < 0 || write(fd, text, len) != len)
		code = errno;
	if (fd >= 0)
		close(fd);
	if (code == EPERM || code == EACCES)
		return forbidden(path, false, code, err);
	if (code)
		return tw_err_set(err, code, "%s: %s%s", path, strerror(code),
				  code == ENOENT ? "; is /proc mounted?" : "");
	return 0;
}

static int enter_user_ns(struct tw_err *err)
{
	static const struct kind *const all[] = { &USER, &NET, &MOUNT };
	/* Since 5.12 the kernel asks for this before it maps uid 0 (verify_root_map()). */
	bool bare_root = geteuid() == 0 && !has_capabilities(1U << CAP_SETFCAP);
	char uid[32], gid[32];
	unsigned i;
	int res;

	snprintf(uid, sizeof(uid), "0 %u 1", geteuid());
	snprintf(gid, sizeof(gid), "0 %u 1", getegid());
	/* From inside the new namespace the limits outside could no longer be read. */
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (limit_of(all[i]) == 0)
			return used_up(all[i], ENOSPC, err);
	}
	res = separate(&USER, err);
	if (res < 0)
		return res;
	/* Without this an ordinary user may not map a group (user_namespaces(7)). */
	res = write_map("/proc/self/setgroups", "deny", err);
	if (res < 0)
		return res;
	res = write_map("/proc/self/uid_map", uid, err);
	if (res == -EPERM && bare_root)
		return tw_err_set(err, EPERM,
				  "root without CAP_SETFCAP cannot have a user namespace; give the "
				  "process CAP_SYS_ADMIN and CAP_NET_ADMIN, or run twprobe as an "
				  "ordinary user");
	return res < 0 ? res : write_map("/proc/self/gid_map", gid, err);
}

int tw_ns_ours(struct tw_err *err)
{
	int fd = open(OWN_NET, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (access("/proc/self", F_OK) == 0 && errno == ENOENT)
		return refused(&NET, ENOENT, err);
	return tw_err_set(err, errno, "%s: %s%s", OWN_NET, strerror(errno),
			  errno == ENOENT ? "; is /proc mounted?" : "");
}

/*
 * setns() asks for CAP_SYS_ADMIN over the namespace that is entered, even if it is the one we are
 * in: where the current network namespace is not ours we could leave it and never return.
 */
static int own_home(struct tw_err *err)
{
	int home = tw_ns_ours(err);
	int res = 0;

	if (home < 0)
		return home;
	if (setns(home, CLONE_NEWNET) < 0)
		res = separate(&NET, err);
	close(home);
	return res;
}

int tw_ns_prepare(struct tw_err *err)
{
	int res = has_capabilities(NEEDED) ? 0 : enter_user_ns(err);

	if (res < 0)
		return res;
	/* for fsmount(), which wants to be asked from a mount namespace of the same user namespace */
	res = separate(&MOUNT, err);
	return res < 0 ? res : own_home(err);
}

static void come_back(int home)
{
	if (setns(home, CLONE_NEWNET) == 0)
		return;
	fprintf(stderr, "twprobe: cannot return to the network namespace: %s\n", strerror(errno));
	abort();
}

int tw_ns_new(struct tw_err *err)
{
	int home = tw_ns_ours(err);
	int res;

	if (home < 0)
		return home;
	res = separate(&NET, err);
	if (res == 0) {
		res = tw_ns_ours(err);
		come_back(home);
	}
	close(home);
	return res;
}

int tw_ns_in(int ns, int (*fn)(void *arg, struct tw_err *err), void *arg, struct tw_err *err)
{
	int home = tw_ns_ours(err);
	int res;

	if (home < 0)
		return home;
	if (setns(ns, CLONE_NEWNET) < 0) {
		res = tw_err_set(err, errno, "network namespace %d cannot be entered: %s", ns,
				 strerror(errno));
	} else {
		res = fn(arg, err);
		come_back(home);
	}
	close(home);
	return res;
}

struct visit {
	int ns;
	int (*fn)(void *arg, struct tw_err *err);
	void *arg;
	struct tw_err *err;
	int ret;
};

static void *visit(void *arg)
{
	struct visit *v = arg;

	v->ret = tw_ns_in(v->ns, v->fn, v->arg, v->err);
	return NULL;
}

int tw_ns_in_thread(int ns, int (*fn)(void *arg, struct tw_err *err), void *arg, struct tw_err *err)
{
	struct visit v = { .ns = ns, .fn = fn, .arg = arg, .err = err };
	pthread_t thread;
	int code = pthread_create(&thread, NULL, visit, &v);

	if (code == 0)
		code = pthread_join(thread, NULL);
	return code ? tw_err_set(err, code, "no thread for /proc/net: %s", strerror(code)) : v.ret;
}
