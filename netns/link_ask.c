/* Questions to rtnetlink, and what is waited for. */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "link.h"
#include "link_impl.h"

enum {
	ASK_AGAIN_MS = 5,
	OPER_UP = 6, /* IF_OPER_UP of linux/if.h, which cannot stand beside net/if.h */
};

/* Whether an answer says that the device is up and running. */
static bool says_up(const struct nlmsghdr *nlh, int ifindex)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK || ifi->ifi_index != ifindex)
		return false;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi))
	{
		if (mnl_attr_get_type(attr) == IFLA_OPERSTATE &&
		    mnl_attr_validate(attr, MNL_TYPE_U8) == 0 && mnl_attr_get_u8(attr) == OPER_UP)
			return true;
	}
	return false;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/*
 * Asks for the device's state. From 6.8 on the question itself makes linkwatch do its work
 * (rtnl_getlink()).
 */
static int ask_link(struct tw_link *link, int ifindex)
{
	char buf[64] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = link->seq++;
	ifi->ifi_index = ifindex;
	return mnl_socket_sendto(link->sock, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

/* Whether an answer says that the address is this host's: it has a route of type local. */
static bool says_local(const struct nlmsghdr *nlh, const struct tw_addr *addr)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWROUTE || rtm->rtm_family != AF_INET6 ||
	    rtm->rtm_type != RTN_LOCAL)
		return false;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
	{
		if (mnl_attr_get_type(attr) == RTA_DST &&
		    mnl_attr_get_payload_len(attr) == sizeof(addr->b) &&
		    !memcmp(mnl_attr_get_payload(attr), addr->b, sizeof(addr->b)))
			return true;
	}
	return false;
}

static int ask_route(struct tw_link *link, enum tw_family family, const struct tw_addr *addr)
{
	char buf[128] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = link->seq++;
	rtm->rtm_family = tw_link_af(family);
	rtm->rtm_dst_len = family == TW_IPV6 ? 128 : 32;
	tw_link_put_addr(nlh, RTA_DST, family, addr);
	return mnl_socket_sendto(link->sock, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

/* Whether an answer says that the device takes one segment at a time. */
static bool says_cut(const struct nlmsghdr *nlh, int ifindex)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK || ifi->ifi_index != ifindex)
		return false;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi))
	{
		if (mnl_attr_get_type(attr) == IFLA_GSO_MAX_SEGS &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) == 0 && mnl_attr_get_u32(attr) == 1)
			return true;
	}
	return false;
}

/* What is waited for: a device that is up or (@cut) takes one segment at a time, or (@addr) an address that is local. */
struct awaited {
	int group;
	int ifindex;
	bool cut;
	const struct tw_addr *addr;
};

static int ask(struct tw_link *link, const struct awaited *what)
{
	return what->addr ? ask_route(link, TW_IPV6, what->addr) : ask_link(link, what->ifindex);
}

static bool says(const struct nlmsghdr *nlh, const struct awaited *what)
{
	return what->addr  ? says_local(nlh, what->addr)
	       : what->cut ? says_cut(nlh, what->ifindex)
			   : says_up(nlh, what->ifindex);
}

/* Takes in all that has come. 1: the answer to the question @seq says so; 0: it does not; negative errno. */
static int take_answer(struct tw_link *link, unsigned seq, const struct awaited *what)
{
	char buf[16384] __attribute__((aligned(8)));
	const struct nlmsghdr *nlh;
	int len, ret = 0;

	for (;;) {
		len = recv(mnl_socket_get_fd(link->sock), buf, sizeof(buf), MSG_DONTWAIT);
		if (len < 0 && (errno == ENOBUFS || errno == EINTR))
			continue;
		if (len < 0)
			return errno == EAGAIN ? ret : -errno;
		nlh = (const struct nlmsghdr *)buf;
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq == seq && says(nlh, what))
				ret = 1;
		}
	}
}

int tw_link_cuts(struct tw_link *link, int ifindex, struct tw_err *err)
{
	const struct awaited what = { .ifindex = ifindex, .cut = true };
	unsigned seq = link->seq;
	int res = ask(link, &what);

	if (res == 0) /* it is answered while it is asked */
		res = take_answer(link, seq, &what);
	return res < 0 ? tw_err_set(err, -res, "rtnetlink: %s", strerror(-res)) : res;
}

/*
 * 1: it has come; 0: not within the limit; negative errno. News are only a reason to ask again: a route is told before it is
 * found (fib6_add_rt2node() sets RTN_RTINFO last), and news may be lost. A question is answered while it is being sent.
 */
static int wait_for(struct tw_link *link, const struct awaited *what, int limit_ms,
		    struct tw_err *err)
{
	struct pollfd pfd = { .fd = mnl_socket_get_fd(link->sock), .events = POLLIN };
	int64_t end = now_ms() + limit_ms, left = limit_ms, again = ASK_AGAIN_MS;
	int group = what->group, res;

	if (mnl_socket_setsockopt(link->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return tw_err_set(err, errno, "rtnetlink: no news: %s", strerror(errno));
	for (;;) {
		res = ask(link, what);
		if (res == 0)
			res = take_answer(link, link->seq - 1, what);
		left = end - now_ms();
		if (res || left <= 0)
			break;
		/* less and less often: a hundred who wait keep the CPUs from what they wait for */
		again = poll(&pfd, 1, left < again ? left : again) > 0 ? ASK_AGAIN_MS : again * 2;
	}
	mnl_socket_setsockopt(link->sock, NETLINK_DROP_MEMBERSHIP, &group, sizeof(group));
	if (res < 0)
		return tw_err_set(err, -res, "rtnetlink: %s", strerror(-res));
	return res;
}

int tw_link_wait(struct tw_link *link, int ifindex, int limit_ms, struct tw_err *err)
{
	const struct awaited up = { .group = RTNLGRP_LINK, .ifindex = ifindex };
	int res = wait_for(link, &up, limit_ms, err);

	if (res == 0)
		return tw_err_set(err, ETIMEDOUT, "device %d is not up after %d ms", ifindex,
				  limit_ms);
	return res < 0 ? res : 0;
}

int tw_link_wait_local(struct tw_link *link, const struct tw_addr *addr, int limit_ms,
		       struct tw_err *err)
{
	const struct awaited local = { .group = RTNLGRP_IPV6_ROUTE, .addr = addr };
	int res = wait_for(link, &local, limit_ms, err);

	if (res == 0)
		return tw_err_set(err, ETIMEDOUT, "the IPv6 address is not ready after %d ms",
				  limit_ms);
	return res < 0 ? res : 0;
}

/* Of the metrics in RTA_METRICS the MTU, or 0. */
static uint32_t mtu_of(const struct nlattr *metrics)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, metrics)
	{
		if (mnl_attr_get_type(attr) == RTAX_MTU &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
			return mnl_attr_get_u32(attr);
	}
	return 0;
}

/* @ret_expires: in clock ticks of user space, as the kernel writes them. */
static void read_route(const struct nlmsghdr *nlh, uint32_t *ret_mtu, uint32_t *ret_expires)
{
	struct rta_cacheinfo cache;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg))
	{
		if (mnl_attr_get_type(attr) == RTA_METRICS)
			*ret_mtu = mtu_of(attr);
		if (mnl_attr_get_type(attr) != RTA_CACHEINFO ||
		    mnl_attr_get_payload_len(attr) < sizeof(cache))
			continue;
		memcpy(&cache, mnl_attr_get_payload(attr), sizeof(cache));
		*ret_expires = cache.rta_expires > 0 ? cache.rta_expires : 0;
	}
}

int tw_link_pmtu(int ns, enum tw_family family, const struct tw_addr *dst, uint32_t *ret_mtu,
		 uint32_t *ret_expires_s, struct tw_err *err)
{
	char buf[8192] __attribute__((aligned(8))), text[INET6_ADDRSTRLEN];
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
	uint32_t mtu = 0, expires = 0, hz = sysconf(_SC_CLK_TCK);
	struct tw_link *link;
	int len, code = 0, res = tw_link_open(ns, &link, err);

	if (res < 0)
		return res;
	len = ask_route(link, family, dst);
	if (len == 0)
		len = mnl_socket_recvfrom(link->sock, buf, sizeof(buf));
	if (len < 0 || !mnl_nlmsg_ok(nlh, len))
		code = len < 0 && errno ? errno : EPROTO;
	else if (nlh->nlmsg_type == NLMSG_ERROR)
		code = -((const struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->error;
	else if (nlh->nlmsg_type == RTM_NEWROUTE)
		read_route(nlh, &mtu, &expires);
	tw_link_close(link);
	if (code)
		return tw_err_set(err, code, "route to %s: %s",
				  tw_link_addr_text(family, dst, text), strerror(code));
	*ret_mtu = mtu;
	*ret_expires_s = expires / hz + !!(expires % hz);
	return 0;
}
