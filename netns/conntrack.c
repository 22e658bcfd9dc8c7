#include "conntrack.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>

static int flush(struct mnl_socket *nl)
{
	char buf[1024] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	ssize_t len;

	/* without a tuple: all of them */
	nlh->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nfg->nfgen_family = AF_UNSPEC;
	nfg->version = NFNETLINK_V0;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	return len < 0 || mnl_cb_run(buf, (size_t)len, 0, 0, NULL, NULL) < 0 ? -errno : 0;
}

int tw_conntrack_flush(struct tw_err *err)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	int res = nl ? 0 : -errno;

	if (res == 0)
		res = mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : flush(nl);
	if (nl)
		mnl_socket_close(nl);
	if (res == -EPROTONOSUPPORT || res == -EINVAL || res == -EOPNOTSUPP)
		return tw_err_set(err, EOPNOTSUPP,
				  "this kernel's connection tracking cannot be told to forget "
				  "(CONFIG_NF_CT_NETLINK)");
	return res < 0 ? tw_err_set(err, -res, "ctnetlink: %s", strerror(-res)) : 0;
}
