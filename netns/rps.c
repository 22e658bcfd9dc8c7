#include "rps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "ns.h"

/*
 * A sysfs that shows the devices of this network namespace and is mounted nowhere. Descriptor, or
 * -1.
 */
static int open_sysfs(void)
{
	const unsigned attrs = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	int fs = fsopen("sysfs", FSOPEN_CLOEXEC);
	int dir = -1;

	if (fs < 0 && errno == ENOSYS) {
		/* Before 5.2. Nobody else is to see this mount, and it is gone at once. */
		if (mount(NULL, "/sys", NULL, MS_PRIVATE, NULL) < 0 ||
		    mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
			return -1;
		dir = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
		umount2("/sys", MNT_DETACH);
		return dir;
	}
	if (fs < 0)
		return -1;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0) {
		dir = fsmount(fs, FSMOUNT_CLOEXEC, attrs);
		/*
		 * In a user namespace it may not be less restricted than /sys is
		 * (mount_too_revealing()).
		 */
		if (dir < 0)
			dir = fsmount(fs, FSMOUNT_CLOEXEC, attrs | MOUNT_ATTR_RDONLY);
	}
	close(fs);
	return dir;
}

/* 1: some CPU is in the mask; 0: none; negative errno. */
static int mask_set(int fd)
{
	char mask[1024 + 1];
	ssize_t len = pread(fd, mask, sizeof(mask) - 1, 0);

	if (len < 0)
		return -errno;
	mask[len] = '\0';
	return mask[strspn(mask, "0,\n")] != '\0';
}

struct job {
	const char *dev;
	int fd;
};

static int open_here(void *arg, struct tw_err *err)
{
	char path[64];
	struct job *job = arg;
	int dir = open_sysfs();

	(void)err;
	if (dir < 0)
		return 0;
	snprintf(path, sizeof(path), "class/net/%s/queues/rx-0/rps_cpus", job->dev);
	job->fd = openat(dir, path, O_RDWR | O_CLOEXEC);
	if (job->fd < 0 && errno == ENOENT)
		job->fd = TW_RPS_NONE;
	else if (job->fd < 0)
		job->fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	close(dir);
	/* The machine's default is not the lane's. Should this fail, tw_rps_off() says that it is on. */
	if (job->fd >= 0 && mask_set(job->fd) == 1)
		(void)!pwrite(job->fd, "0", 1, 0);
	return 0;
}

int tw_rps_open(int ns, const char *dev, int *ret_fd, struct tw_err *err)
{
	struct job job = { .dev = dev, .fd = -1 };
	int res = tw_ns_in(ns, open_here, &job, err);

	*ret_fd = job.fd;
	return res;
}

int tw_rps_off(int fd, const char *whose, const char *dev, struct tw_err *err)
{
	int res;

	if (fd == TW_RPS_NONE)
		return 0;
	res = fd < 0 ? -ENOTSUP : mask_set(fd);
	if (res == 0)
		return 0;
	if (res < 0)
		return tw_err_set(err, ENOTSUP,
				  "%s's %s: receive steering cannot be told, as sysfs cannot be "
				  "%s; silence is not proved by order alone",
				  whose, dev, fd < 0 ? "mounted" : "read");
	return tw_err_set(err, EBUSY,
			  "%s's %s: Receive Packet Steering is on, answers may come late and "
			  "silence cannot be proved; write 0 to /sys/class/net/%s/queues/rx-0/"
			  "rps_cpus in that namespace (and sysctl -w net.core.rps_default_mask=0)",
			  whose, dev, dev);
}
