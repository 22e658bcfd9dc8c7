#include "ipsec.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct answer {
	struct nlmsghdr head;
	struct nlmsgerr err;
};

/* Sends one message and takes the kernel's word for it. */
static int ask(const void *msg, size_t len, const char *what, struct tw_err *err)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM), code = 0;
	char buf[sizeof(struct answer) + 512];
	struct answer answer;

	if (fd < 0)
		return tw_err_set(err, EOPNOTSUPP, "this kernel has no IPsec policies: %s",
				  strerror(errno));
	if (send(fd, msg, len, 0) < 0)
		code = errno;
	else if (recv(fd, buf, sizeof(buf), 0) < (ssize_t)sizeof(answer))
		code = EPROTO;
	close(fd);
	if (!code) {
		memcpy(&answer, buf, sizeof(answer));
		code = answer.head.nlmsg_type == NLMSG_ERROR ? -answer.err.error : EPROTO;
	}
	return code ? tw_err_set(err, code, "%s: %s", what, strerror(code)) : 0;
}

int tw_ipsec_refuse(const struct tw_flow *flow, struct tw_err *err)
{
	struct {
		struct nlmsghdr head;
		struct xfrm_userpolicy_info policy;
	} msg = {
		.head = { .nlmsg_len = sizeof(msg),
			  .nlmsg_type = XFRM_MSG_NEWPOLICY,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.policy = { .sel = { .family = flow->family == TW_IPV4 ? AF_INET : AF_INET6,
				     .proto = IPPROTO_TCP,
				     .prefixlen_s = flow->family == TW_IPV4 ? 32 : 128,
				     .sport = htons(flow->peer_port),
				     .sport_mask = 0xffff },
			    .lft = { .soft_byte_limit = XFRM_INF,
				     .hard_byte_limit = XFRM_INF,
				     .soft_packet_limit = XFRM_INF,
				     .hard_packet_limit = XFRM_INF },
			    .dir = XFRM_POLICY_IN,
			    .action = XFRM_POLICY_BLOCK },
	};

	memcpy(&msg.policy.sel.saddr, flow->peer.b, sizeof(flow->peer.b));
	return ask(&msg, sizeof(msg), "an IPsec policy cannot be made", err);
}

int tw_ipsec_clear(struct tw_err *err)
{
	const struct nlmsghdr msg = { .nlmsg_len = sizeof(msg),
				      .nlmsg_type = XFRM_MSG_FLUSHPOLICY,
				      .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK };
	int ret = ask(&msg, sizeof(msg), "the IPsec policies cannot be taken away", err);

	return ret == -ESRCH ? 0 : ret; /* there was none */
}
