#include "lane.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "home.h"
#include "link.h"
#include "ns.h"
#include "offload.h"
#include "rps.h"
#include "sysctl.h"

#define DEV "tw0"

enum {
	/* At both ends; far above the tunnel devices that some modules put into every namespace. */
	IFINDEX = 100,
	IFINDEX_PEER = 101, /* the router's other one */
	/*
	 * For the kernel's workers (linkwatch, addrconf). They need the RTNL, as does all else here; cleanup_net() keeps it
	 * while it unregisters the devices of some hundred dead namespaces, and where the CPUs are busy that was seen to
	 * take more than ten seconds. This is for a kernel that never gets there.
	 */
	WAIT_MS = 60000,
};

/* Initializers of MAC addresses for documentation (RFC 7042 section 2.1.1). */
/* clang-format off */
#define MAC(last) { 0x00, 0x00, 0x5e, 0x00, 0x53, last }
/* clang-format on */
#define MAC_DUT         MAC(0x01)
#define MAC_ROUTER      MAC(0x03)
#define MAC_ROUTER_PEER MAC(0x04)
#define MAC_NOBODY      MAC(0xfe)

static const struct tw_link_end PEER = { .name = DEV, .ifindex = IFINDEX, .mac = MAC(0x02) };

/*
 * Without "noarp" each address joins a multicast group, and a MLD report tells so some time later.
 */
static const struct tw_link_end DUT = {
	.name = DEV, .ifindex = IFINDEX, .mac = MAC_DUT, .noarp = true
};

/* Who forwards joins the group of all routers, unless there is no multicast; see forward6(). */
static const struct tw_link_end ROUTER_DUT = {
	.name = "dut0", .ifindex = IFINDEX, .mac = MAC_ROUTER, .noarp = true, .unicast = true
};
static const struct tw_link_end ROUTER_PEER = { .name = "peer0",
						.ifindex = IFINDEX_PEER,
						.mac = MAC_ROUTER_PEER,
						.noarp = true,
						.unicast = true };

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

bool tw_lane_has_dev(const char *name)
{
	return !strcmp(name, DEV) || !strcmp(name, ROUTER_DUT.name) ||
	       !strcmp(name, ROUTER_PEER.name);
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

static int settle_router(void *arg, struct tw_err *err)
{
	static const struct setting set[] = {
		{ "net.ipv4.ip_forward", "1" },
		{ "net.ipv4.conf.all.rp_filter", "0" },
		{ "net.ipv4.conf.default.rp_filter", "0" },
		{ "net.ipv6.conf.all.disable_ipv6", "0" },
		{ "net.ipv6.conf.default.addr_gen_mode", "1" },
		{ "net.ipv6.conf.default.accept_dad", "0" },
		{ NULL, NULL },
	};

	(void)arg;
	return set_all(set, err);
}

/*
 * Once its devices are there: a new one has multicast for a moment, and where IPv6 forwards it
 * joins the group of all routers in that moment (ipv6_add_dev()).
 */
static int forward6(void *arg, struct tw_err *err)
{
	static const struct setting set[] = {
		{ "net.ipv6.conf.all.forwarding", "1" },
		{ NULL, NULL },
	};

	(void)arg;
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

/* 192.0.2.2, 2001:db8::2: the router's address, or nobody's. */
static struct tw_addr gateway(enum tw_family family)
{
	return family == TW_IPV6 ? addr6(0, 2) : addr4(0xc0000202);
}

static void route_to_peers(struct tw_link *link, int ifindex, enum tw_family family,
			   const struct tw_addr *via, const uint8_t mac[6],
			   const struct tw_addr *src)
{
	bool six = family == TW_IPV6;
	struct tw_addr peers = six ? addr6(1, 0) : addr4(0xc6120000);

	tw_link_neigh(link, ifindex, family, via, mac);
	tw_link_route(link, ifindex, family, &peers, six ? 48 : 15, via, src);
}

static void dress_dut(struct tw_link *link, enum tw_family family, const uint8_t gateway_mac[6])
{
	struct tw_addr first = tw_lane_dut_addr(family), via = gateway(family), addr;
	unsigned i;

	for (i = 0; i < TW_LANE_DUT_ADDRS; i++) {
		addr = tw_lane_dut_addr_nth(family, i);
		tw_link_addr(link, IFINDEX, family, &addr, family == TW_IPV6 ? 64 : 24);
	}
	route_to_peers(link, IFINDEX, family, &via, gateway_mac, &first);
	tw_link_multicast_lo(link, family);
}

static void dress_router(struct tw_link *link, enum tw_family family)
{
	static const uint8_t dut_mac[] = MAC_DUT, nobody[] = MAC_NOBODY;
	bool six = family == TW_IPV6;
	struct tw_addr to_dut = gateway(family), addr;
	struct tw_addr to_peer = six ? addr6(2, 1) : addr4(0xc6336401);
	struct tw_addr via = six ? addr6(2, 2) : addr4(0xc6336402);
	unsigned i;

	tw_link_addr(link, IFINDEX, family, &to_dut, six ? 64 : 24);
	tw_link_addr(link, IFINDEX_PEER, family, &to_peer, six ? 64 : 24);
	for (i = 0; i < TW_LANE_DUT_ADDRS; i++) {
		addr = tw_lane_dut_addr_nth(family, i);
		tw_link_neigh(link, IFINDEX, family, &addr, dut_mac);
	}
	route_to_peers(link, IFINDEX_PEER, family, &via, nobody, NULL);
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

struct links {
	struct tw_link *dut, *peer, *router; /* router: NULL without one */
};

static int up(struct tw_link *link, int ifindex, struct tw_err *err)
{
	tw_link_up(link, ifindex);
	return tw_link_commit(link, err);
}

/*
 * The peer's end goes up first. The DUT's then finds its carrier on, and dev_open() attaches the
 * queueing discipline at once; the other way round that is linkwatch's work, which comes some time
 * later, and until then every answer is dropped (noop_qdisc). The peer's end needs none: its frames
 * bypass it.
 */
static int join_direct(const struct tw_lane *lane, const struct links *l, struct tw_err *err)
{
	int res;

	tw_link_up(l->dut, TW_LINK_LO);
	tw_link_veth(l->dut, &DUT, &PEER, lane->peer_ns);
	res = tw_link_commit(l->dut, err);
	if (res == 0)
		res = up(l->peer, IFINDEX, err);
	if (res == 0)
		res = up(l->dut, IFINDEX, err);
	return res;
}

/* Here one end has to wait for linkwatch. */
static int join_router(const struct tw_lane *lane, const struct links *l, struct tw_err *err)
{
	int res;

	tw_link_up(l->router, TW_LINK_LO);
	tw_link_veth(l->router, &ROUTER_DUT, &DUT, lane->dut_ns);
	tw_link_veth(l->router, &ROUTER_PEER, &PEER, lane->peer_ns);
	res = tw_link_commit(l->router, err);
	if (res == 0)
		res = tw_ns_in(lane->router_ns, forward6, NULL, err);
	if (res == 0)
		res = up(l->peer, IFINDEX, err);
	tw_link_up(l->dut, TW_LINK_LO);
	if (res == 0)
		res = up(l->dut, IFINDEX, err);
	tw_link_up(l->router, IFINDEX);
	if (res == 0)
		res = up(l->router, IFINDEX_PEER, err);
	if (res == 0)
		res = tw_link_wait(l->router, IFINDEX, WAIT_MS, err);
	if (res == 0)
		res = tw_link_wait(l->router, IFINDEX_PEER, WAIT_MS, err);
	return res;
}

static int dress(const struct tw_lane *lane, const struct links *l, struct tw_err *err)
{
	static const uint8_t nobody[] = MAC_NOBODY;
	const uint8_t *gateway_mac = l->router ? ROUTER_DUT.mac : nobody;
	struct tw_addr router6 = gateway(TW_IPV6);
	int res = 0;

	dress_dut(l->dut, TW_IPV4, gateway_mac);
	if (lane->ipv6)
		dress_dut(l->dut, TW_IPV6, gateway_mac);
	if (l->router) {
		dress_router(l->router, TW_IPV4);
		if (lane->ipv6)
			dress_router(l->router, TW_IPV6);
		res = tw_link_commit(l->router, err);
	}
	if (res == 0)
		res = tw_link_commit(l->dut, err);
	if (res == 0 && lane->ipv6)
		res = wait_dut_addrs(l->dut, err);
	if (res == 0 && lane->ipv6 && l->router)
		res = tw_link_wait_local(l->router, &router6, WAIT_MS, err);
	return res;
}

static int offload_off(void *arg, struct tw_err *err)
{
	return tw_offload_off(arg, err);
}

/* The DUT's TCP is to make the segments, as on a wire. */
static int make_segments(const struct tw_lane *lane, struct tw_link *dut, struct tw_err *err)
{
	int res = tw_link_cuts(dut, IFINDEX, err);

	return res ? (res < 0 ? res : 0) : tw_ns_in(lane->dut_ns, offload_off, (void *)DEV, err);
}

static int join_all(const struct tw_lane *lane, struct tw_err *err)
{
	struct links l = { NULL, NULL, NULL };
	int res = tw_link_open(lane->dut_ns, &l.dut, err);

	if (res == 0)
		res = tw_link_open(lane->peer_ns, &l.peer, err);
	if (res == 0 && lane->router_ns >= 0)
		res = tw_link_open(lane->router_ns, &l.router, err);
	if (res == 0)
		res = l.router ? join_router(lane, &l, err) : join_direct(lane, &l, err);
	if (res == 0)
		res = tw_link_wait(l.dut, IFINDEX, WAIT_MS, err);
	if (res == 0)
		res = make_segments(lane, l.dut, err);
	if (res == 0)
		res = dress(lane, &l, err);
	tw_link_close(l.router);
	tw_link_close(l.peer);
	tw_link_close(l.dut);
	return res;
}

int tw_lane_rps_off(const struct tw_lane *lane, struct tw_err *err)
{
	const struct {
		const char *whose, *dev;
		int fd;
	} ends[] = {
		{ "DUT", lane->dev, lane->rps_fd },
		{ "peer", lane->dev, lane->peer_rps_fd },
		{ "router", ROUTER_DUT.name, lane->router_rps_fd[0] },
		{ "router", ROUTER_PEER.name, lane->router_rps_fd[1] },
	};
	unsigned i, n = lane->router_ns < 0 ? 2 : 4;
	struct tw_err one = { "" };
	int res, ret = 0;

	/* What is known to be on counts more than what cannot be told. */
	for (i = 0; i < n && ret != -EBUSY; i++) {
		res = tw_rps_off(ends[i].fd, ends[i].whose, ends[i].dev, &one);
		if (res == 0 || (ret && res != -EBUSY))
			continue;
		ret = res;
		if (err)
			*err = one;
	}
	return ret;
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
	drop(&lane->router_rps_fd[0]);
	drop(&lane->router_rps_fd[1]);
	drop(&lane->peer_ns);
	drop(&lane->router_ns);
	tw_home_give(lane->dut_ns);
	lane->dut_ns = -1;
}

static int open_rps(struct tw_lane *lane, struct tw_err *err)
{
	int res = tw_rps_open(lane->dut_ns, DEV, &lane->rps_fd, err);

	if (res == 0)
		res = tw_rps_open(lane->peer_ns, DEV, &lane->peer_rps_fd, err);
	if (res == 0 && lane->router_ns >= 0)
		res = tw_rps_open(lane->router_ns, ROUTER_DUT.name, &lane->router_rps_fd[0], err);
	if (res == 0 && lane->router_ns >= 0)
		res = tw_rps_open(lane->router_ns, ROUTER_PEER.name, &lane->router_rps_fd[1], err);
	return res;
}

static int make_namespaces(struct tw_lane *lane, enum tw_path path, struct tw_err *err)
{
	int res = lane->peer_ns = tw_ns_new(err);

	if (res >= 0)
		res = lane->dut_ns = tw_home_take(err);
	if (res >= 0 && path == TW_VIA_ROUTER)
		res = lane->router_ns = tw_ns_new(err);
	if (res >= 0)
		res = tw_ns_in(lane->dut_ns, settle_dut, lane, err);
	if (res >= 0)
		res = tw_ns_in(lane->peer_ns, settle_peer, NULL, err);
	if (res >= 0 && path == TW_VIA_ROUTER)
		res = tw_ns_in(lane->router_ns, settle_router, NULL, err);
	return res;
}

int tw_lane_open(enum tw_path path, struct tw_lane *ret, struct tw_err *err)
{
	const struct tw_link_end *gate = path == TW_VIA_ROUTER ? &ROUTER_PEER : &DUT;
	struct tw_lane lane = {
		.peer_ns = -1,
		.dut_ns = -1,
		.router_ns = -1,
		.peer_mac = MAC_NOBODY,
		.peer_ifindex = IFINDEX,
		.rps_fd = -1,
		.peer_rps_fd = -1,
		.router_rps_fd = { -1, -1 },
	};
	int res;

	strcpy(lane.dev, DEV);
	memcpy(lane.dut_mac, gate->mac, sizeof(lane.dut_mac));
	res = make_namespaces(&lane, path, err);
	if (res >= 0)
		res = join_all(&lane, err);
	if (res >= 0)
		res = open_rps(&lane, err);
	if (res < 0) {
		tw_lane_close(&lane);
		return tw_err_in(err, res, "lane");
	}
	*ret = lane;
	return 0;
}
