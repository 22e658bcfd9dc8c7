#include "vm/guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/wait.h"
#include "netns/home.h"
#include "stand/facts_probe.h"
#include "vm/initramfs.h"

enum {
	OLD_ENOUGH_S = 430 /* since boot */
};

/* What the kernel does not know of its command line it hands to init, before what is meant for it. */
bool tw_guest_is(int argc, char **argv)
{
	return getpid() == 1 && argc > 1 && !strcmp(argv[argc - 1], TW_GUEST_WORD);
}

static void mount_all(void)
{
	static const struct {
		const char *type, *at;
	} mounts[] = { { "proc", "/proc" },
		       { "sysfs", "/sys" },
		       { "devtmpfs", "/dev" },
		       { "tmpfs", "/tmp" } };

	for (unsigned i = 0; i < sizeof(mounts) / sizeof(*mounts); i++)
		if (mount(mounts[i].type, mounts[i].at, mounts[i].type, 0, NULL) < 0 &&
		    errno != EBUSY)
			fprintf(stderr, "guest: %s: %s\n", mounts[i].at, strerror(errno));
}

static int is_module(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

void tw_guest_load(const char *dir)
{
	struct dirent **entry = NULL;
	int n = scandir(dir, &entry, is_module, alphasort), fd;
	char path[512];

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry[i]->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)
			fprintf(stderr, "guest: %s: %s\n", path, strerror(errno));
		close(fd);
		unlink(path);
		free(entry[i]);
	}
	free(entry);
}

int tw_guest_wait(pid_t pid, int *ret_status, struct tw_err *err)
{
	pid_t dead;

	while ((dead = wait(ret_status)) != pid)
		if (dead < 0 && errno != EINTR)
			return tw_err_set(err, errno, "wait: %s", strerror(errno));
	return 0;
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, text, strlen(text));
	close(fd);
}

/* What would wake an idle machine up: virtual time jumps from one event to the next. */
static void be_quiet(void)
{
	write_to("/proc/sys/vm/stat_interval", "1000000");
	write_to("/proc/sys/vm/compaction_proactiveness", "0");
	write_to("/proc/sys/vm/dirty_writeback_centisecs", "0");
	write_to("/sys/kernel/mm/transparent_hugepage/enabled", "never");
	/* every 5 s, though there is no "managed" neighbour; more than a day some kernels refuse */
	write_to("/proc/sys/net/ipv4/neigh/default/interval_probe_time_ms", "86400000");
	write_to("/proc/sys/net/ipv6/neigh/default/interval_probe_time_ms", "86400000");
}

/* Nothing here is random enough for an old kernel, and getrandom() would wait for ever. The numbers need not be good, only there. */
static void give_entropy(void)
{
	/* struct rand_pool_info with its bytes */
	const int pool[2 + 16] = { 512, 64 };
	int fd = open("/dev/random", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	ioctl(fd, RNDADDENTROPY, pool);
	close(fd);
}

/*
 * Jiffies begin five minutes before they wrap around. Within two minutes of that a listener whose queue has never overflowed seems to
 * have done so just now, and takes ACKs for cookies (tcp_synq_no_recent_overflow()): not the time to judge a kernel.
 */
static void wait_for_age(void)
{
	tw_wait_until((uint64_t)OLD_ENOUGH_S * 1000000000u);
}

static bool is_softirqd(const char *pid)
{
	char path[64], name[32] = "";
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	in = fopen(path, "re");
	if (in && !fgets(name, sizeof(name), in))
		name[0] = '\0';
	if (in)
		fclose(in);
	return !strncmp(name, "ksoftirqd/", strlen("ksoftirqd/"));
}

/*
 * Work on frames that takes longer than 2 ms, as it does in an emulated machine, is left to ksoftirqd, and up to 6.3 all that
 * comes later as well (ksoftirqd_running()). Before all others in line it runs before the send call returns, and frames are
 * answered in the sender's context after all.
 */
static void prefer_softirqd(void)
{
	const struct sched_param first = { .sched_priority = 1 };
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	while (proc && (entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    is_softirqd(entry->d_name))
			sched_setscheduler(atoi(entry->d_name), SCHED_FIFO, &first);
	if (proc)
		closedir(proc);
}

/* An old kernel's TCP has settings for the whole machine, and they are found in the namespace that we are in. */
static int settle_home(struct tw_err *err)
{
	int only_here = tw_facts_only_here(err);

	return only_here > 0 ? tw_home_settle(err) : only_here;
}

static int open_results(void)
{
	int fd = open(TW_GUEST_RESULTS, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	struct termios raw;

	if (fd < 0 || tcgetattr(fd, &raw) < 0) {
		fprintf(stderr, "guest: %s: %s\n", TW_GUEST_RESULTS, strerror(errno));
		return fd;
	}
	cfmakeraw(&raw);
	cfsetspeed(&raw, B115200);
	tcsetattr(fd, TCSANOW, &raw);
	return fd;
}

static char *read_task(void)
{
	FILE *in = fopen(TW_GUEST_TASK, "re");
	char *text = NULL;
	size_t room = 0;

	if (in && getdelim(&text, &room, '\0', in) < 0) {
		free(text);
		text = NULL;
	}
	if (in)
		fclose(in);
	return text;
}

static void tell_unfit(int out, const struct tw_err *err)
{
	char clean[sizeof(err->text)];
	size_t i;

	for (i = 0; err->text[i]; i++)
		clean[i] = strchr("\"\\", err->text[i]) || err->text[i] < ' ' ? '\'' : err->text[i];
	clean[i] = '\0';
	dprintf(out, "{\"unfit\": \"%s\"}\n", clean);
	fprintf(stderr, "guest: %s\n", clean);
}

static void leave(int out)
{
	if (out >= 0)
		tcdrain(out);
	tcdrain(STDERR_FILENO);
	if (ioperm(TW_GUEST_EXIT_PORT, 4, 1) == 0)
		outl(TW_GUEST_EXIT_CODE, TW_GUEST_EXIT_PORT);
	reboot(RB_POWER_OFF);
}

int tw_guest_main(tw_guest_command_fn *run)
{
	const struct rlimit files = { 65536, 65536 };
	struct tw_task task = { .seed = 0 };
	struct tw_err err = { "" };
	char *text;
	int out, ret;

	mount_all();
	be_quiet();
	give_entropy();
	prefer_softirqd();
	setrlimit(RLIMIT_NOFILE, &files);
	tw_guest_load(TW_GUEST_MODULES);
	out = open_results();
	wait_for_age();
	text = read_task();
	ret = text ? tw_task_read(text, &task, &err)
		   : tw_err_set(&err, ENOENT, "the guest has no task");
	if (ret == 0)
		ret = settle_home(&err);
	if (ret == 0)
		ret = task.n_words ? tw_guest_command(&task, run, out, &err)
				   : tw_guest_play(&task, out, &err);
	if (ret < 0)
		tell_unfit(out, &err);
	leave(out);
	return 70;
}
