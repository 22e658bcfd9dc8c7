#include "lane.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "link.h"
#include "ns.h"
#include "sysctl.h"

static const char DEV[] = "tw0";

enum {
	/* At both ends; far above the tunnel devices that some modules put into every namespace. */
	IFINDEX = 100,
	/* For the kernel's linkwatch worker, on a machine under load. */
	WAIT_MS = 5000,
};

/* Initializers of MAC addresses for documentation (RFC 7042 section 2.1.1). */
/* clang-format off */
#define MAC(last) { 0x00, 0x00, 0x5e, 0x00, 0x53, last }
/* clang-format on */
#define MAC_DUT    MAC(0x01)
#define MAC_PEER   MAC(0x02)
#define MAC_NOBODY MAC(0xfe)

static struct tw_addr addr4(uint32_t addr)
{
	struct tw_addr ret = { { addr >> 24, addr >> 16, addr >> 8, addr } };

	return ret;
}

/* 2001:db8:@subnet::@host */
static struct tw_addr addr6(uint16_t subnet, uint32_t host)
{
	struct tw_addr ret = { { 0x20, 0x01, 0x0d, 0xb8, subnet >> 8, subnet } };

	ret.b[12] = host >> 24;
	ret.b[13] = host >> 16;
	ret.b[14] = host >> 8;
	ret.b[15] = host;
	return ret;
}

struct tw_addr tw_lane_dut_addr_nth(enum tw_family family, unsigned i)
{
	if (family == TW_IPV6)
		return addr6(0, i ? 0x10 + i : 1);
	return addr4(0xc0000200 + (i ? 10 + i : 1));
}

struct tw_addr tw_lane_dut_addr(enum tw_family family)
{
	return tw_lane_dut_addr_nth(family, 0);
}

struct tw_addr tw_lane_peer_addr(enum tw_family family, unsigned i)
{
	return family == TW_IPV6 ? addr6(1, i + 1) : addr4(0xc6120001 + i);
}

struct setting {
	const char *name, *value;
};

/* Up to one without a name. What this kernel does not have need not be switched off. */
static int set_all(const struct setting *set, struct tw_err *err)
{
	int res;

	for (; set->name; set++) {
		res = tw_sysctl_set(set->name, set->value, err);
		if (res < 0 && res != -ENOENT)
			return res;
	}
	return 0;
}

/* Before there is a device: the new one takes the defaults over. */
static int settle_dut(void *arg, struct tw_err *err)
{
	static const struct setting set[] = {
		{ "net.ipv6.conf.all.disable_ipv6", "0" },
		{ "net.ipv6.conf.default.addr_gen_mode", "1" },
		{ "net.ipv6.conf.default.accept_ra", "0" },
		{ "net.ipv6.conf.default.accept_dad", "0" },
		{ "net.ipv6.conf.default.router_solicitations", "0" },
		{ NULL, NULL },
	};
	struct tw_lane *lane = arg;

	lane->ipv6 = access("/proc/sys/net/ipv6/conf", F_OK) == 0;
	return set_all(set, err);
}

static int settle_peer(void *arg, struct tw_err *err)
{
	static const struct setting set[] = {
		{ "net.ipv6.conf.all.disable_ipv6", "1" },
		{ "net.ipv6.conf.default.addr_gen_mode", "1" },
		{ "net.ipv6.conf.default.accept_ra", "0" },
		{ NULL, NULL },
	};

	(void)arg;
	return set_all(set, err);
}

static void add_family(struct tw_link *link, enum tw_family family)
{
	static const uint8_t nobody[] = MAC_NOBODY;
	bool six = family == TW_IPV6;
	struct tw_addr dut = tw_lane_dut_addr(family);
	struct tw_addr gateway = six ? addr6(0, 2) : addr4(0xc0000202);
	struct tw_addr peers = six ? addr6(1, 0) : addr4(0xc6120000);
	struct tw_addr more;
	unsigned i;

	tw_link_addr(link, IFINDEX, family, &dut, six ? 64 : 24);
	for (i = 1; i < TW_LANE_DUT_ADDRS; i++) {
		more = tw_lane_dut_addr_nth(family, i);
		tw_link_addr(link, IFINDEX, family, &more, six ? 64 : 24);
	}
	tw_link_neigh(link, IFINDEX, family, &gateway, nobody);
	tw_link_route(link, IFINDEX, family, &peers, six ? 48 : 15, &gateway, &dut);
	tw_link_multicast_lo(link, family);
}

static int wait_dut_addrs(struct tw_link *dut, struct tw_err *err)
{
	struct tw_addr addr;
	unsigned i;
	int res = 0;

	for (i = 0; i < TW_LANE_DUT_ADDRS && res == 0; i++) {
		addr = tw_lane_dut_addr_nth(TW_IPV6, i);
		res = tw_link_wait_local(dut, &addr, WAIT_MS, err);
	}
	return res;
}

/*
 * The peer's end goes up first. The DUT's then finds its carrier on, and dev_open() attaches the queueing discipline at
 * once; the other way round that is linkwatch's work, which comes some time later, and until then every answer is dropped
 * (noop_qdisc). The peer's end needs none: its frames bypass it.
 */
static int join(const struct tw_lane *lane, struct tw_link *dut, struct tw_link *peer,
		struct tw_err *err)
{
	struct tw_link_end here = { .name = DEV, .ifindex = IFINDEX, .mac = MAC_DUT };
	struct tw_link_end there = { .name = DEV, .ifindex = IFINDEX, .mac = MAC_PEER };
	int res;

	/*
	 * Without this each address joins a multicast group, and a MLD report tells so some time
	 * later.
	 */
	here.noarp = true;
	tw_link_up(dut, TW_LINK_LO);
	tw_link_veth(dut, &here, &there, lane->peer_ns);
	res = tw_link_commit(dut, err);
	if (res < 0)
		return res;
	tw_link_up(peer, IFINDEX);
	res = tw_link_commit(peer, err);
	if (res < 0)
		return res;
	tw_link_up(dut, IFINDEX);
	res = tw_link_commit(dut, err);
	if (res == 0)
		res = tw_link_wait(dut, IFINDEX, WAIT_MS, err);
	if (res < 0)
		return res;
	add_family(dut, TW_IPV4);
	if (lane->ipv6)
		add_family(dut, TW_IPV6);
	res = tw_link_commit(dut, err);
	return res < 0 || !lane->ipv6 ? res : wait_dut_addrs(dut, err);
}

static int join_ends(const struct tw_lane *lane, struct tw_err *err)
{
	struct tw_link *dut = NULL, *peer = NULL;
	int res = tw_link_open(lane->dut_ns, &dut, err);

	if (res == 0)
		res = tw_link_open(lane->peer_ns, &peer, err);
	if (res == 0)
		res = join(lane, dut, peer, err);
	tw_link_close(peer);
	tw_link_close(dut);
	return res;
}

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

static int open_rps(void *arg, struct tw_err *err)
{
	char path[64];
	int *ret_fd = arg;
	int dir = open_sysfs();

	(void)err;
	if (dir < 0)
		return 0;
	snprintf(path, sizeof(path), "class/net/%s/queues/rx-0/rps_cpus", DEV);
	*ret_fd = openat(dir, path, O_RDWR | O_CLOEXEC);
	if (*ret_fd < 0 && errno == ENOENT)
		*ret_fd = TW_LANE_NO_RPS;
	else if (*ret_fd < 0)
		*ret_fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	close(dir);
	/*
	 * The machine's default is not the lane's. Should this fail, tw_lane_rps_off() says that it
	 * is on.
	 */
	if (*ret_fd >= 0 && mask_set(*ret_fd) == 1)
		(void)!pwrite(*ret_fd, "0", 1, 0);
	return 0;
}

static int end_rps_off(const struct tw_lane *lane, bool dut, struct tw_err *err)
{
	int fd = dut ? lane->rps_fd : lane->peer_rps_fd;
	const char *end = dut ? "DUT" : "peer";
	int res;

	if (fd == TW_LANE_NO_RPS)
		return 0;
	res = fd < 0 ? -ENOTSUP : mask_set(fd);
	if (res == 0)
		return 0;
	if (res < 0)
		return tw_err_set(err, ENOTSUP,
				  "%s's %s: receive steering cannot be told, as sysfs cannot be "
				  "%s; silence is not proved by order alone",
				  end, lane->dev, fd < 0 ? "mounted" : "read");
	return tw_err_set(err, EBUSY,
			  "%s's %s: Receive Packet Steering is on, answers may come late and "
			  "silence cannot be proved; write 0 to /sys/class/net/%s/queues/rx-0/"
			  "rps_cpus in that namespace (and sysctl -w net.core.rps_default_mask=0)",
			  end, lane->dev, lane->dev);
}

int tw_lane_rps_off(const struct tw_lane *lane, struct tw_err *err)
{
	struct tw_err other;
	int dut = end_rps_off(lane, true, err);
	int peer = end_rps_off(lane, false, &other);

	/* What is known to be on counts more than what cannot be told. */
	if (peer == 0 || (dut != 0 && peer != -EBUSY))
		return dut;
	if (err)
		*err = other;
	return peer;
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/*
 * The devices are not deleted by hand: that takes 30 ms of waiting for RCU each time, while the
 * kernel's cleanup worker (cleanup_net()) takes many namespaces at once, and nobody is left who
 * could see them.
 */
void tw_lane_close(struct tw_lane *lane)
{
	drop(&lane->rps_fd);
	drop(&lane->peer_rps_fd);
	drop(&lane->peer_ns);
	drop(&lane->dut_ns);
}

int tw_lane_open(struct tw_lane *ret, struct tw_err *err)
{
	struct tw_lane lane = {
		.peer_ns = -1,
		.dut_ns = -1,
		.dut_mac = MAC_DUT,
		.peer_mac = MAC_NOBODY,
		.peer_ifindex = IFINDEX,
		.rps_fd = -1,
		.peer_rps_fd = -1,
	};
	int res;

	strcpy(lane.dev, DEV);
	res = lane.peer_ns = tw_ns_new(err);
	if (res >= 0)
		res = lane.dut_ns = tw_ns_new(err);
	if (res >= 0)
		res = tw_ns_in(lane.dut_ns, settle_dut, &lane, err);
	if (res >= 0)
		res = tw_ns_in(lane.peer_ns, settle_peer, NULL, err);
	if (res >= 0)
		res = join_ends(&lane, err);
	if (res >= 0)
		res = tw_ns_in(lane.dut_ns, open_rps, &lane.rps_fd, err);
	if (res >= 0)
		res = tw_ns_in(lane.peer_ns, open_rps, &lane.peer_rps_fd, err);
	if (res < 0) {
		tw_lane_close(&lane);
		return tw_err_in(err, res, "lane");
	}
	*ret = lane;
	return 0;
}
