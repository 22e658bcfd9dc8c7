#include "topo_nat.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "home.h"
#include "link.h"
#include "ns.h"
#include "sysctl.h"

enum {
	/* far above the tunnel devices that some modules put into every namespace; the NAT's follow each other */
	IFINDEX = 100,
	OUT = IFINDEX + TW_TOPO_CLIENTS,
	BUMP_NAT = IFINDEX,
	BUMP_SRV = IFINDEX + 1,
	WAIT_MS = 60000, /* see lane.c */
};

/* Initializers of MAC addresses for documentation (RFC 7042 section 2.1.1). */
/* clang-format off */
#define MAC(last) { 0x00, 0x00, 0x5e, 0x00, 0x53, last }
/* clang-format on */

const uint8_t tw_topo_raw_to[6] = MAC(0x22);
const uint8_t tw_topo_raw_from[6] = MAC(0xfe);

/* No multicast: nobody joins a group, nobody reports one. */
#define END(name_, ifindex_, last_)                                                   \
	{                                                                             \
		.name = name_, .ifindex = ifindex_, .mac = MAC(last_), .noarp = true, \
		.unicast = true                                                       \
	}

static const struct tw_link_end IN[TW_TOPO_CLIENTS] = {
	END("in0", IFINDEX, 0x20),
	END("in1", IFINDEX + 1, 0x21),
	END("in2", IFINDEX + 2, 0x22),
};
static const struct tw_link_end CLIENT[TW_TOPO_CLIENTS] = {
	END(TW_TOPO_DEV, IFINDEX, 0x10),
	END(TW_TOPO_DEV, IFINDEX, 0x11),
	END(TW_TOPO_DEV, IFINDEX, 0x12),
};
static const struct tw_link_end NAT_OUT = END(TW_TOPO_NAT_OUT, OUT, 0x30);
static const struct tw_link_end SERVER = END(TW_TOPO_DEV, IFINDEX, 0x01);
static const struct tw_link_end NAT_SIDE = END(TW_TOPO_BUMP_NAT, BUMP_NAT, 0x40);
static const struct tw_link_end SERVER_SIDE = END(TW_TOPO_BUMP_SRV, BUMP_SRV, 0x41);

const char *tw_topo_nat_in(unsigned client)
{
	return IN[client].name;
}

static struct tw_addr addr(uint32_t a)
{
	struct tw_addr ret = { { a >> 24, a >> 16, a >> 8, a } };

	return ret;
}

struct tw_addr tw_topo_server(void)
{
	return addr(0xc0000201);
}

struct tw_addr tw_topo_public(unsigned i)
{
	return addr(0xcb007101 + i);
}

struct tw_addr tw_topo_host(unsigned client, unsigned host)
{
	return addr(0x0a000001 + (client + 1) * 0x10000 + host);
}

/* 100.64.1.1 of the NAT, 100.64.1.2 of the client; 192.0.2.2 of the NAT */
static struct tw_addr link_addr(unsigned client, unsigned last)
{
	return addr(0x64400000 + (client + 1) * 0x100 + last);
}

static struct tw_addr nat_addr(void)
{
	return addr(0xc0000202);
}

/* What this kernel does not have need not be switched off. */
static int set(const char *name, const char *value, struct tw_err *err)
{
	int res = tw_sysctl_set(name, value, err);

	return res == -ENOENT ? 0 : res;
}

static int settle(void *arg, struct tw_err *err)
{
	const char *forward = arg;
	int res = set("net.ipv6.conf.all.disable_ipv6", "1", err);

	if (res == 0)
		res = set("net.ipv6.conf.default.disable_ipv6", "1", err);
	if (res == 0)
		res = set("net.ipv4.conf.all.rp_filter", "0", err);
	if (res == 0)
		res = set("net.ipv4.conf.default.rp_filter", "0", err);
	if (res == 0 && forward)
		res = set("net.ipv4.ip_forward", forward, err);
	return res;
}

static int new_ns(int *ret_ns, const char *forward, struct tw_err *err)
{
	*ret_ns = tw_ns_new(err);
	return *ret_ns < 0 ? *ret_ns : tw_ns_in(*ret_ns, settle, (void *)forward, err);
}

static int make_namespaces(struct tw_topo_nat *topo, bool bump, struct tw_err *err)
{
	int res = new_ns(&topo->nat_ns, "1", err);

	for (unsigned i = 0; i < TW_TOPO_CLIENTS && res == 0; i++)
		res = new_ns(&topo->client_ns[i], NULL, err);
	if (res == 0)
		res = topo->server_ns = tw_home_take(err);
	if (res >= 0)
		res = tw_ns_in(topo->server_ns, settle, NULL, err);
	if (res == 0 && bump)
		res = new_ns(&topo->bump_ns, NULL, err);
	return res;
}

/* One end of a pair, in its namespace. */
struct place {
	int ns;
	const struct tw_link_end *end;
};

/* Brings "lo" and the device up, or waits until the device can send. */
static int at_place(const struct place *at, bool wait, struct tw_err *err)
{
	struct tw_link *link;
	int res = tw_link_open(at->ns, &link, err);

	if (res < 0)
		return res;
	if (wait) {
		res = tw_link_wait(link, at->end->ifindex, WAIT_MS, err);
	} else {
		tw_link_up(link, TW_LINK_LO);
		tw_link_up(link, at->end->ifindex);
		res = tw_link_commit(link, err);
	}
	tw_link_close(link);
	return res;
}

/* A pair, both of whose ends can send. */
static int join(const struct place *a, const struct place *b, struct tw_err *err)
{
	struct tw_link *link;
	int res = tw_link_open(a->ns, &link, err);

	if (res < 0)
		return res;
	tw_link_veth(link, a->end, b->end, b->ns);
	res = tw_link_commit(link, err);
	tw_link_close(link);
	if (res == 0)
		res = at_place(b, false, err);
	if (res == 0)
		res = at_place(a, false, err);
	if (res == 0)
		res = at_place(b, true, err);
	return res == 0 ? at_place(a, true, err) : res;
}

static int join_all(const struct tw_topo_nat *topo, struct tw_err *err)
{
	const struct place out = { topo->nat_ns, &NAT_OUT }, server = { topo->server_ns, &SERVER };
	const struct place nat_side = { topo->bump_ns, &NAT_SIDE };
	const struct place server_side = { topo->bump_ns, &SERVER_SIDE };
	int res = 0;

	for (unsigned i = 0; i < TW_TOPO_CLIENTS && res == 0; i++) {
		const struct place in = { topo->nat_ns, &IN[i] };
		const struct place client = { topo->client_ns[i], &CLIENT[i] };

		res = join(&in, &client, err);
	}
	if (res == 0 && topo->bump_ns < 0)
		return join(&out, &server, err);
	if (res == 0)
		res = join(&out, &nat_side, err);
	return res == 0 ? join(&server_side, &server, err) : res;
}

static int dress_client(int ns, unsigned i, struct tw_err *err)
{
	struct tw_addr mine = link_addr(i, 2), nat = link_addr(i, 1), server = addr(0xc0000200);
	struct tw_addr hosts = tw_topo_host(i, 0);
	struct tw_link *link;
	int res = tw_link_open(ns, &link, err);

	if (res < 0)
		return res;
	tw_link_addr(link, IFINDEX, TW_IPV4, &mine, 24);
	/* on "lo" the whole prefix is local */
	tw_link_addr(link, TW_LINK_LO, TW_IPV4, &hosts, 16);
	tw_link_neigh(link, IFINDEX, TW_IPV4, &nat, IN[i].mac);
	tw_link_route(link, IFINDEX, TW_IPV4, &server, 24, &nat, NULL);
	res = tw_link_commit(link, err);
	tw_link_close(link);
	return res;
}

static int dress_nat(int ns, struct tw_err *err)
{
	struct tw_addr mine = nat_addr(), server = tw_topo_server();
	struct tw_link *link;
	int res = tw_link_open(ns, &link, err);

	if (res < 0)
		return res;
	for (unsigned i = 0; i < TW_TOPO_CLIENTS; i++) {
		struct tw_addr in = link_addr(i, 1), client = link_addr(i, 2);
		struct tw_addr hosts = addr(0x0a000000 + (i + 1) * 0x10000);

		tw_link_addr(link, IN[i].ifindex, TW_IPV4, &in, 24);
		tw_link_neigh(link, IN[i].ifindex, TW_IPV4, &client,
			      i == TW_TOPO_RAW ? tw_topo_raw_from : CLIENT[i].mac);
		tw_link_route(link, IN[i].ifindex, TW_IPV4, &hosts, 16, &client, NULL);
	}
	tw_link_addr(link, OUT, TW_IPV4, &mine, 24);
	tw_link_neigh(link, OUT, TW_IPV4, &server, SERVER.mac);
	res = tw_link_commit(link, err);
	tw_link_close(link);
	return res;
}

static int dress_server(int ns, struct tw_err *err)
{
	struct tw_addr mine = tw_topo_server(), nat = nat_addr(), public = addr(0xcb007100);
	struct tw_link *link;
	int res = tw_link_open(ns, &link, err);

	if (res < 0)
		return res;
	tw_link_addr(link, IFINDEX, TW_IPV4, &mine, 24);
	tw_link_neigh(link, IFINDEX, TW_IPV4, &nat, NAT_OUT.mac);
	tw_link_route(link, IFINDEX, TW_IPV4, &public, 24, &nat, NULL);
	res = tw_link_commit(link, err);
	tw_link_close(link);
	return res;
}

static int dress(const struct tw_topo_nat *topo, struct tw_err *err)
{
	int res = dress_nat(topo->nat_ns, err);

	for (unsigned i = 0; i < TW_TOPO_RAW && res == 0; i++)
		res = dress_client(topo->client_ns[i], i, err);
	return res == 0 ? dress_server(topo->server_ns, err) : res;
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void tw_topo_nat_close(struct tw_topo_nat *topo)
{
	for (unsigned i = 0; i < TW_TOPO_CLIENTS; i++)
		drop(&topo->client_ns[i]);
	drop(&topo->bump_ns);
	drop(&topo->nat_ns);
	tw_home_give(topo->server_ns);
	topo->server_ns = -1;
}

int tw_topo_nat_open(bool bump, struct tw_topo_nat *ret, struct tw_err *err)
{
	struct tw_topo_nat topo = {
		.client_ns = { -1, -1, -1 }, .nat_ns = -1, .server_ns = -1, .bump_ns = -1
	};
	int res = make_namespaces(&topo, bump, err);

	if (res == 0)
		res = join_all(&topo, err);
	if (res == 0)
		res = dress(&topo, err);
	if (res < 0) {
		tw_topo_nat_close(&topo);
		return tw_err_in(err, res, "topology with a NAT");
	}
	*ret = topo;
	return 0;
}
