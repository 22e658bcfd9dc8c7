/*
 * A lane for real: what it has, what it has not, what it carries, and whether it sees that answers
 * may come late. Needs the right to make namespaces; where there is none, every test is skipped and
 * says why.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "netns/rps.h"
#include "netns_help.h"

/* Lines of a file of /proc that contain @what, as seen from where the caller is. */
static unsigned lines_with(const char *path, const char *what)
{
	FILE *f = fopen(path, "re");
	char line[512];
	unsigned n = 0;

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		n += strstr(line, what) != NULL;
	fclose(f);
	return n;
}

/* ---- what a lane is ---- */

/* "tw0 192.0.2.1 tw0 2001:db8::1 ": every address that is not the loopback's. */
static int list_addresses(void *arg, struct tw_err *err)
{
	struct ifaddrs *list, *it;
	char *text = arg;
	char host[INET6_ADDRSTRLEN];

	(void)err;
	*text = '\0';
	if (getifaddrs(&list) < 0)
		return -errno;
	for (it = list; it; it = it->ifa_next) {
		int af = it->ifa_addr ? it->ifa_addr->sa_family : 0;
		const void *addr =
			af == AF_INET6 ? (void *)&((struct sockaddr_in6 *)it->ifa_addr)->sin6_addr
				       : (void *)&((struct sockaddr_in *)it->ifa_addr)->sin_addr;

		if ((af != AF_INET && af != AF_INET6) || !strcmp(it->ifa_name, "lo"))
			continue;
		inet_ntop(af, addr, host, sizeof(host));
		text += sprintf(text, "%s %s ", it->ifa_name, host);
	}
	freeifaddrs(list);
	return 0;
}

static void test_lane_addresses(void **state)
{
	struct tw_lane lane = open_lane();
	struct tw_err err = { "" };
	char text[1024];

	(void)state;
	assert_ok(tw_ns_in(lane.dut_ns, list_addresses, text, &err), &err);
	/* Each kernel has its own order for IPv6. */
	assert_int_equal(strlen(text), lane.ipv6 ? 94 : 44);
	assert_int_equal(strncmp(text, "tw0 192.0.2.1 tw0 192.0.2.11 tw0 192.0.2.12 ", 44), 0);
	assert_true(!lane.ipv6 == !strstr(text, "tw0 2001:db8::1 "));
	assert_true(!lane.ipv6 == !strstr(text, "tw0 2001:db8::11 "));
	assert_true(!lane.ipv6 == !strstr(text, "tw0 2001:db8::12 "));
	assert_ok(tw_ns_in(lane.peer_ns, list_addresses, text, &err), &err);
	assert_string_equal(text, "");
	tw_lane_close(&lane);
}

static int look_around_dut(void *arg, struct tw_err *err)
{
	const struct tw_lane *lane = arg;

	(void)err;
	assert_int_equal(if_nametoindex(lane->dev), 100);
	/* Little endian, as /proc writes them. */
	if (htonl(1) != 1) {
		assert_int_equal(lines_with("/proc/net/route", "tw0\t000012C6\t020200C0\t0003"), 1);
		assert_int_equal(lines_with("/proc/net/route", "tw0\t000200C0\t00000000\t0001"), 1);
	}
	/* 0x6: complete and permanent */
	assert_int_equal(lines_with("/proc/net/arp", "0x6         00:00:5e:00:53:fe"), 1);
	assert_int_equal(lines_with("/proc/net/arp", "tw0"), 1);
	if (!lane->ipv6)
		return 0;
	/*
	 * 82: permanent, no duplicate address detection; not tentative (40), which could not be
	 * used yet
	 */
	assert_int_equal(
		lines_with("/proc/net/if_inet6", "20010db8000000000000000000000001 64 40 00 82"),
		1);
	assert_int_equal(lines_with("/proc/net/if_inet6", " 64 40 00 82      tw0"), 3);
	assert_int_equal(lines_with("/proc/net/if_inet6", "tw0"), 3);
	assert_int_equal(lines_with("/proc/net/ipv6_route", "20010db8000100000000000000000000 30 "),
			 1);
	return 0;
}

static void test_lane_routes_and_neighbours(void **state)
{
	struct tw_lane lane = open_lane();

	(void)state;
	assert_int_equal(tw_ns_in(lane.dut_ns, look_around_dut, &lane, NULL), 0);
	tw_lane_close(&lane);
}

static int list_links(void *arg, struct tw_err *err)
{
	char name[IF_NAMESIZE];

	(void)err;
	links(arg, 256);
	return if_indextoname(100, name) && !strcmp(name, "tw0") ? 0 : -ENODEV;
}

static void test_lane_devices(void **state)
{
	struct tw_lane lane = open_lane();
	char text[256];

	(void)state;
	assert_int_equal(tw_ns_in(lane.dut_ns, list_links, text, NULL), 0);
	assert_non_null(strstr(text, "lo "));
	assert_int_equal(tw_ns_in(lane.peer_ns, list_links, text, NULL), 0);
	assert_int_equal(lane.peer_ifindex, 100);
	assert_string_equal(lane.dev, "tw0");
	tw_lane_close(&lane);
}

static void test_lane_address_names(void **state)
{
	static const struct {
		unsigned i;
		const char *four, *six;
	} rows[] = {
		{ 0, "198.18.0.1", "2001:db8:1::1" },
		{ 254, "198.18.0.255", "2001:db8:1::ff" },
		{ 255, "198.18.1.0", "2001:db8:1::100" },
		{ (1 << 17) - 3, "198.19.255.254", "2001:db8:1::1:fffe" },
	};
	struct tw_addr addr;
	char text[INET6_ADDRSTRLEN];
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		addr = tw_lane_peer_addr(TW_IPV4, rows[i].i);
		assert_string_equal(inet_ntop(AF_INET, addr.b, text, sizeof(text)), rows[i].four);
		addr = tw_lane_peer_addr(TW_IPV6, rows[i].i);
		assert_string_equal(inet_ntop(AF_INET6, addr.b, text, sizeof(text)), rows[i].six);
	}
	addr = tw_lane_dut_addr(TW_IPV4);
	assert_string_equal(inet_ntop(AF_INET, addr.b, text, sizeof(text)), "192.0.2.1");
	addr = tw_lane_dut_addr(TW_IPV6);
	assert_string_equal(inet_ntop(AF_INET6, addr.b, text, sizeof(text)), "2001:db8::1");
	addr = tw_lane_dut_addr_nth(TW_IPV4, 2);
	assert_string_equal(inet_ntop(AF_INET, addr.b, text, sizeof(text)), "192.0.2.12");
	addr = tw_lane_dut_addr_nth(TW_IPV6, 1);
	assert_string_equal(inet_ntop(AF_INET6, addr.b, text, sizeof(text)), "2001:db8::11");
}

/* ---- what a lane carries ---- */

static int open_packet(void *arg, struct tw_err *err)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = *(int *)arg,
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));

	(void)err;
	if (fd < 0 || bind(fd, (struct sockaddr *)&ll, sizeof(ll)) < 0)
		return -errno;
	return fd;
}

static int open_udp(void *arg, struct tw_err *err)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(7) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(7) };
	bool want_six = *(enum tw_family *)arg == TW_IPV6;
	int fd =
		socket(want_six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)err;
	if (fd < 0 || bind(fd, want_six ? (struct sockaddr *)&six : (struct sockaddr *)&four,
			   want_six ? sizeof(six) : sizeof(four)) < 0)
		return -errno;
	return fd;
}

static void send_to_peer(int fd, enum tw_family family)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct tw_addr to = tw_lane_peer_addr(family, 6);
	bool want_six = family == TW_IPV6;

	memcpy(&six.sin6_addr, to.b, 16);
	memcpy(&four.sin_addr, to.b, 4);
	assert_int_equal(sendto(fd, "ping", 4, 0,
				want_six ? (struct sockaddr *)&six : (struct sockaddr *)&four,
				want_six ? sizeof(six) : sizeof(four)),
			 4);
}

/*
 * From the DUT to the peer and back as an echo, with no wait anywhere: the lane works as soon as it
 * is open.
 */
static void exchange(const struct tw_lane *lane, enum tw_family family)
{
	int ifindex = lane->peer_ifindex;
	int packet = tw_ns_in(lane->peer_ns, open_packet, &ifindex, NULL);
	int udp = tw_ns_in(lane->dut_ns, open_udp, &family, NULL);
	unsigned ip = family == TW_IPV6 ? 40 : 20, at = family == TW_IPV6 ? 8 : 12;
	unsigned addr_len = family == TW_IPV6 ? 16 : 4;
	uint8_t frame[256], turned[16];
	ssize_t len;

	assert_true(packet >= 0);
	assert_true(udp >= 0);
	send_to_peer(udp, family);
	len = recv(packet, frame, sizeof(frame), 0);
	assert_int_equal(len, 14 + ip + 8 + 4);
	assert_memory_equal(frame, lane->peer_mac, 6);
	assert_memory_equal(frame + 6, lane->dut_mac, 6);

	/*
	 * Addresses, MACs and ports change places; the checksum of UDP over IPv4 may be left out.
	 */
	memcpy(frame, lane->dut_mac, 6);
	memcpy(frame + 6, lane->peer_mac, 6);
	memcpy(turned, frame + 14 + at, addr_len);
	memcpy(frame + 14 + at, frame + 14 + at + addr_len, addr_len);
	memcpy(frame + 14 + at + addr_len, turned, addr_len);
	frame[14 + ip + 1] = 9;
	frame[14 + ip + 3] = 7;
	memset(frame + 14 + ip + 6, 0, 2);
	if (family == TW_IPV6) {
		/* Over IPv6 it may not: pseudo header (protocol 17, length 12), header, data. */
		uint32_t sum = 17 + 12;
		unsigned i;

		for (i = 14 + 8; i < (unsigned)len; i += 2)
			sum += frame[i] << 8 | frame[i + 1];
		sum = (sum >> 16) + (sum & 0xffff);
		sum += sum >> 16;
		frame[14 + ip + 6] = ~sum >> 8;
		frame[14 + ip + 7] = ~sum;
	}
	assert_int_equal(send(packet, frame, len, 0), len);
	assert_int_equal(recv(udp, turned, sizeof(turned), 0), 4);
	assert_memory_equal(turned, "ping", 4);
	close(udp);
	close(packet);
}

static void test_lane_carries_at_once(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 40; i++) {
		struct tw_lane lane = open_lane_via(i % TW_PATHS);

		exchange(&lane, TW_IPV4);
		if (lane.ipv6)
			exchange(&lane, TW_IPV6);
		tw_lane_close(&lane);
	}
}

/* 1.5 s: MLD reports come within one second, solicitations at once. */
static void test_lane_is_quiet(void **state)
{
	struct tw_lane lanes[] = { open_lane(), open_lane_via(TW_VIA_ROUTER) };
	int ifindex = lanes[0].peer_ifindex;
	struct pollfd pfd[] = {
		{ tw_ns_in(lanes[0].peer_ns, open_packet, &ifindex, NULL), POLLIN, 0 },
		{ tw_ns_in(lanes[0].dut_ns, open_packet, &ifindex, NULL), POLLIN, 0 },
		{ tw_ns_in(lanes[1].peer_ns, open_packet, &ifindex, NULL), POLLIN, 0 },
		{ tw_ns_in(lanes[1].dut_ns, open_packet, &ifindex, NULL), POLLIN, 0 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_true(pfd[i].fd >= 0);
	assert_int_equal(poll(pfd, 4, 1500), 0);
	for (i = 0; i < 4; i++)
		close(pfd[i].fd);
	tw_lane_close(&lanes[0]);
	tw_lane_close(&lanes[1]);
}

/* ---- receive steering ---- */

enum {
	RPS_FORBIDDEN = 3,
};

/* As an administrator would: another process, other mounts, the same network namespace. */
static int write_rps_elsewhere(int ns, const char *dev, const char *mask)
{
	char path[64];
	int status, fd;
	pid_t pid = fork();

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues/rx-0/rps_cpus", dev);
	assert_true(pid >= 0);
	if (pid == 0) {
		if (setns(ns, CLONE_NEWNET) < 0 || unshare(CLONE_NEWNS) < 0 ||
		    mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
			_exit(2);
		fd = open(path, O_WRONLY);
		if (fd < 0)
			_exit(errno == EACCES ? RPS_FORBIDDEN : 4);
		/* store_rps_map() asks for CAP_NET_ADMIN in the initial user namespace. */
		if (write(fd, mask, strlen(mask)) < 0)
			_exit(errno == EPERM ? RPS_FORBIDDEN : 5);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_rps(void **state)
{
	struct tw_lane lane = open_lane_via(TW_VIA_ROUTER);
	struct tw_err err = { "" };
	int res = tw_lane_rps_off(&lane, &err);
	const struct {
		int ns;
		const char *dev, *name;
	} ends[] = {
		{ lane.dut_ns, "tw0", "DUT" },
		{ lane.peer_ns, "tw0", "peer" },
		{ lane.router_ns, "dut0", "router's dut0" },
		{ lane.router_ns, "peer0", "router's peer0" },
	};
	unsigned i;

	(void)state;
	if (lane.rps_fd < 0 || lane.peer_rps_fd < 0) {
		print_message("# SKIP: %s\n", res ? err.text : "a kernel without RPS");
		tw_lane_close(&lane);
		skip();
	}
	assert_int_equal(res, 0);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		res = write_rps_elsewhere(ends[i].ns, ends[i].dev, "1");
		if (res == RPS_FORBIDDEN) {
			print_message("# SKIP: only real root may switch RPS on\n");
			tw_lane_close(&lane);
			skip();
		}
		assert_int_equal(res, 0);
		assert_int_equal(tw_lane_rps_off(&lane, &err), -EBUSY);
		assert_non_null(strstr(err.text, ends[i].name));
		assert_non_null(strstr(err.text, "rps_cpus"));
		assert_int_equal(write_rps_elsewhere(ends[i].ns, ends[i].dev, "0"), 0);
		assert_int_equal(tw_lane_rps_off(&lane, &err), 0);
	}
	tw_lane_close(&lane);
}

static void test_rps_unknown(void **state)
{
	struct tw_lane lane = {
		.dev = "tw0", .router_ns = -1, .rps_fd = -1, .peer_rps_fd = TW_RPS_NONE
	};
	struct tw_err err = { "" };

	(void)state;
	assert_int_equal(tw_lane_rps_off(&lane, &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "DUT"));
	lane.rps_fd = TW_RPS_NONE;
	assert_int_equal(tw_lane_rps_off(&lane, &err), 0);
	lane.peer_rps_fd = -1;
	assert_int_equal(tw_lane_rps_off(&lane, &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "peer"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lane_addresses),
		cmocka_unit_test(test_lane_routes_and_neighbours),
		cmocka_unit_test(test_lane_devices),
		cmocka_unit_test(test_lane_address_names),
		cmocka_unit_test(test_lane_carries_at_once),
		cmocka_unit_test(test_lane_is_quiet),
		cmocka_unit_test(test_rps),
		cmocka_unit_test(test_rps_unknown),
	};

	prepare();
	return !!cmocka_run_group_tests_name("test_netns", tests, NULL, NULL);
}
