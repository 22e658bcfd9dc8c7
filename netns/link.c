#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "link_impl.h"
#include "ns.h"

static int open_here(void *arg, struct tw_err *err)
{
	struct tw_link *link = arg;
	int one = 1;

	link->sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!link->sock || mnl_socket_bind(link->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return tw_err_set(err, errno, "rtnetlink: cannot open a socket: %s",
				  strerror(errno));
	/*
	 * Refusals in the kernel's own words, without a copy of the order. Kernels before 4.12 do
	 * without.
	 */
	mnl_socket_setsockopt(link->sock, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(link->sock, NETLINK_CAP_ACK, &one, sizeof(one));
	return 0;
}

int tw_link_open(int ns, struct tw_link **ret, struct tw_err *err)
{
	struct tw_link *link = calloc(1, sizeof(*link));
	int res;

	if (!link)
		return tw_err_set(err, ENOMEM, "rtnetlink: no memory");
	link->seq = 1;
	res = tw_ns_in(ns, open_here, link, err);
	if (res < 0) {
		tw_link_close(link);
		return res;
	}
	*ret = link;
	return 0;
}

void tw_link_close(struct tw_link *link)
{
	if (!link)
		return;
	if (link->sock)
		mnl_socket_close(link->sock);
	free(link);
}

__attribute__((format(printf, 4, 5))) static struct nlmsghdr *order_begin(struct tw_link *link,
									  uint16_t type,
									  uint16_t flags,
									  const char *what, ...)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(link->buf + link->used);
	va_list ap;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = link->seq + link->n;
	va_start(ap, what);
	vsnprintf(link->what[link->n], sizeof(link->what[0]), what, ap);
	va_end(ap);
	return nlh;
}

static void order_end(struct tw_link *link, const struct nlmsghdr *nlh)
{
	if (link->n == ORDERS) {
		link->overflow = true;
		return;
	}
	link->used += MNL_ALIGN(nlh->nlmsg_len);
	link->n++;
}

static void put_end(struct nlmsghdr *nlh, const struct tw_link_end *end)
{
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = end->ifindex;
	ifi->ifi_flags = (end->noarp ? IFF_NOARP : 0) | (end->unicast ? 0 : IFF_MULTICAST);
	ifi->ifi_change = IFF_NOARP | IFF_MULTICAST;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, end->name);
	mnl_attr_put(nlh, IFLA_ADDRESS, sizeof(end->mac), end->mac);
	/* veth would make one queue for each CPU that the machine could ever have. */
	mnl_attr_put_u32(nlh, IFLA_NUM_TX_QUEUES, 1);
	mnl_attr_put_u32(nlh, IFLA_NUM_RX_QUEUES, 1);
	/*
	 * A veth takes frames of 64 KB, to be cut up by nobody: its maker is the receiver. With this
	 * TCP makes segments, as on a wire (sk_setup_caps()), and what else is longer is cut up in
	 * software (gso_features_check()). Kernels before 4.16 do not look at it: tw_link_cuts().
	 */
	mnl_attr_put_u32(nlh, IFLA_GSO_MAX_SEGS, 1);
}

void tw_link_veth(struct tw_link *link, const struct tw_link_end *here,
		  const struct tw_link_end *there, int there_ns)
{
	struct nlmsghdr *nlh = order_begin(link, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
					   "veth pair %s and %s", here->name, there->name);
	struct nlattr *info, *data, *peer;

	put_end(nlh, here);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	put_end(nlh, there);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, there_ns);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	order_end(link, nlh);
}

static void change(struct tw_link *link, int ifindex, uint16_t type, unsigned flags,
		   const char *what)
{
	struct nlmsghdr *nlh = order_begin(link, type, 0, "device %d %s", ifindex, what);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_index = ifindex;
	ifi->ifi_flags = flags;
	ifi->ifi_change = IFF_UP;
	order_end(link, nlh);
}

void tw_link_up(struct tw_link *link, int ifindex)
{
	change(link, ifindex, RTM_NEWLINK, IFF_UP, "up");
}

void tw_link_down(struct tw_link *link, int ifindex)
{
	change(link, ifindex, RTM_NEWLINK, 0, "down");
}

void tw_link_delete(struct tw_link *link, int ifindex)
{
	change(link, ifindex, RTM_DELLINK, 0, "away");
}

int tw_link_af(enum tw_family family)
{
	return family == TW_IPV6 ? AF_INET6 : AF_INET;
}

void tw_link_put_addr(struct nlmsghdr *nlh, uint16_t type, enum tw_family family,
		      const struct tw_addr *addr)
{
	mnl_attr_put(nlh, type, family == TW_IPV6 ? 16 : 4, addr->b);
}

const char *tw_link_addr_text(enum tw_family family, const struct tw_addr *addr,
			      char ret[INET6_ADDRSTRLEN])
{
	return inet_ntop(tw_link_af(family), addr->b, ret, INET6_ADDRSTRLEN);
}

void tw_link_addr(struct tw_link *link, int ifindex, enum tw_family family,
		  const struct tw_addr *addr, unsigned prefix)
{
	char text[INET6_ADDRSTRLEN];
	struct nlmsghdr *nlh = order_begin(link, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
					   "address %s/%u on device %d",
					   tw_link_addr_text(family, addr, text), prefix, ifindex);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

	ifa->ifa_family = tw_link_af(family);
	ifa->ifa_prefixlen = prefix;
	ifa->ifa_flags = IFA_F_NODAD | IFA_F_PERMANENT;
	ifa->ifa_scope = RT_SCOPE_UNIVERSE;
	ifa->ifa_index = ifindex;
	tw_link_put_addr(nlh, IFA_LOCAL, family, addr);
	tw_link_put_addr(nlh, IFA_ADDRESS, family, addr);
	order_end(link, nlh);
}

void tw_link_route(struct tw_link *link, int ifindex, enum tw_family family,
		   const struct tw_addr *dst, unsigned prefix, const struct tw_addr *via,
		   const struct tw_addr *src)
{
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN];
	struct nlmsghdr *nlh = order_begin(link, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
					   "route %s/%u via %s", tw_link_addr_text(family, dst, a),
					   prefix, tw_link_addr_text(family, via, b));
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

	rtm->rtm_family = tw_link_af(family);
	rtm->rtm_dst_len = prefix;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_STATIC;
	rtm->rtm_scope = RT_SCOPE_UNIVERSE;
	rtm->rtm_type = RTN_UNICAST;
	tw_link_put_addr(nlh, RTA_DST, family, dst);
	tw_link_put_addr(nlh, RTA_GATEWAY, family, via);
	if (src)
		tw_link_put_addr(nlh, RTA_PREFSRC, family, src);
	mnl_attr_put_u32(nlh, RTA_OIF, ifindex);
	order_end(link, nlh);
}

void tw_link_multicast_lo(struct tw_link *link, enum tw_family family)
{
	static const struct tw_addr groups4 = { { 224 } }, groups6 = { { 0xff } };
	bool six = family == TW_IPV6;
	struct nlmsghdr *nlh = order_begin(link, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
					   "route %s dev lo", six ? "ff00::/8" : "224.0.0.0/4");
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

	rtm->rtm_family = tw_link_af(family);
	rtm->rtm_dst_len = six ? 8 : 4;
	rtm->rtm_protocol = RTPROT_STATIC;
	rtm->rtm_scope = six ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	/* Any other type through "lo" IPv6 makes a prohibition of (fib6_is_reject()). */
	rtm->rtm_type = six ? RTN_LOCAL : RTN_UNICAST;
	/* Before the other devices' ff00::/8, which are of this table and of metric 256. */
	rtm->rtm_table = six ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
	tw_link_put_addr(nlh, RTA_DST, family, six ? &groups6 : &groups4);
	mnl_attr_put_u32(nlh, RTA_PRIORITY, 1);
	mnl_attr_put_u32(nlh, RTA_OIF, TW_LINK_LO);
	order_end(link, nlh);
}

void tw_link_neigh(struct tw_link *link, int ifindex, enum tw_family family,
		   const struct tw_addr *addr, const uint8_t mac[6])
{
	char text[INET6_ADDRSTRLEN];
	struct nlmsghdr *nlh = order_begin(link, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE,
					   "neighbour %s on device %d",
					   tw_link_addr_text(family, addr, text), ifindex);
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));

	ndm->ndm_family = tw_link_af(family);
	ndm->ndm_ifindex = ifindex;
	ndm->ndm_state = NUD_PERMANENT;
	tw_link_put_addr(nlh, NDA_DST, family, addr);
	mnl_attr_put(nlh, NDA_LLADDR, 6, mac);
	order_end(link, nlh);
}

/* The sentence that the kernel adds to a refusal, or "". */
static const char *kernel_says(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	size_t off = sizeof(*ack);

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return "";
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		off += mnl_nlmsg_get_payload_len(&ack->msg);
	mnl_attr_for_each(attr, nlh, off)
	{
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			return mnl_attr_get_str(attr);
	}
	return "";
}

static int refused(const struct tw_link *link, const struct nlmsghdr *nlh, int code,
		   struct tw_err *err)
{
	const char *what = link->what[nlh->nlmsg_seq - link->seq];
	const char *says = kernel_says(nlh);
	const char *sep = *says ? ": " : "";

	if (code == EOPNOTSUPP && !strncmp(what, "veth", 4))
		return tw_err_set(err, code,
				  "%s: this kernel makes none%s%s; load the module veth "
				  "(modprobe veth) or switch CONFIG_VETH on",
				  what, sep, says);
	return tw_err_set(err, code, "%s: %s%s%s", what, strerror(code), sep, says);
}

/* Takes in one datagram of answers. Number of orders answered, or negative errno of the socket. */
static int take_acks(struct tw_link *link, int *ret_first, struct tw_err *err)
{
	char buf[8192] __attribute__((aligned(8)));
	int len = mnl_socket_recvfrom(link->sock, buf, sizeof(buf));
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
	int n = 0;

	if (len < 0 && errno == EINTR)
		return 0;
	if (len < 0)
		return tw_err_set(err, errno, "rtnetlink: no answer: %s", strerror(errno));
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		const struct nlmsgerr *ack = mnl_nlmsg_get_payload(nlh);

		if (nlh->nlmsg_type != NLMSG_ERROR || nlh->nlmsg_seq - link->seq >= link->n)
			continue;
		n++;
		if (ack->error && !*ret_first)
			*ret_first = refused(link, nlh, -ack->error, err);
	}
	return n;
}

int tw_link_commit(struct tw_link *link, struct tw_err *err)
{
	unsigned answered = 0;
	int first = 0, res = 0;

	if (link->overflow)
		res = tw_err_set(err, E2BIG, "rtnetlink: more than %d orders at once", ORDERS);
	else if (link->used && mnl_socket_sendto(link->sock, link->buf, link->used) < 0)
		res = tw_err_set(err, errno, "rtnetlink: cannot send: %s", strerror(errno));
	while (res >= 0 && answered < link->n) {
		res = take_acks(link, &first, err);
		answered += res > 0 ? res : 0;
	}
	link->seq += link->n;
	link->n = 0;
	link->used = 0;
	link->overflow = false;
	return res < 0 ? res : first;
}
