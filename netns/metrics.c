#include "metrics.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/tcp_metrics.h>
#include <string.h>
#include <sys/socket.h>

enum {
	ANSWER = 8192
};

static int find_id(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		*(uint16_t *)arg = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int take_id(const struct nlmsghdr *nlh, void *arg)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), find_id, arg);
}

/* One question to @family with at most a name; what the answer says of an id goes to @ret_id. */
static int ask(struct mnl_socket *nl, uint16_t family, uint8_t cmd, const char *name,
	       uint16_t *ret_id, struct tw_err *err)
{
	char buf[ANSWER] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	int len, ret = 1;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl->cmd = cmd;
	genl->version = 1;
	if (name)
		mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return tw_err_set(err, errno, "tcp_metrics cannot be asked: %s", strerror(errno));
	while (ret > 0) {
		len = (int)mnl_socket_recvfrom(nl, buf, sizeof(buf));
		ret = len < 0 ? -1 : mnl_cb_run(buf, (size_t)len, 0, 0, take_id, ret_id);
	}
	return ret < 0 ? tw_err_set(err, errno, "tcp_metrics: %s", strerror(errno)) : 0;
}

int tw_metrics_flush(struct tw_err *err)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	uint16_t id = 0;
	int ret = 0;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		ret = tw_err_set(err, errno, "generic netlink: %s", strerror(errno));
	if (ret == 0)
		ret = ask(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, TCP_METRICS_GENL_NAME, &id, err);
	if (ret == 0 && !id)
		ret = tw_err_set(err, ENOENT, "this kernel has no tcp_metrics");
	if (ret == 0) /* without an address: all of them */
		ret = ask(nl, id, TCP_METRICS_CMD_DEL, NULL, &id, err);
	if (nl)
		mnl_socket_close(nl);
	return ret;
}
