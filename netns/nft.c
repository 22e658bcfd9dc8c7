#include "nft.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ns.h"

static int no_tables(int code, struct tw_err *err)
{
	return tw_err_set(err, EOPNOTSUPP,
			  "nftables: this kernel has none (%s); load the module nf_tables "
			  "(modprobe nf_tables) or switch CONFIG_NF_TABLES on",
			  strerror(code));
}

/* What the kernel says to a question that every nf_tables answers. 0 or errno. */
static int ask_generation(int fd)
{
	struct {
		struct nlmsghdr head;
		struct nfgenmsg gen;
	} ask = {
		.head = { .nlmsg_len = sizeof(ask),
			  .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN,
			  .nlmsg_flags = NLM_F_REQUEST },
		.gen = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 },
	};
	union {
		struct nlmsghdr head;
		char bytes[8192];
	} answer;
	const struct nlmsgerr *refusal = NLMSG_DATA(&answer.head);
	ssize_t len;

	if (send(fd, &ask, sizeof(ask), 0) < 0)
		return errno;
	len = recv(fd, &answer, sizeof(answer), 0);
	if (len < 0)
		return errno;
	if (len < (ssize_t)NLMSG_LENGTH(sizeof(*refusal)) || answer.head.nlmsg_type != NLMSG_ERROR)
		return 0;
	return -refusal->error;
}

/* libnftables ends the process where there is no netlink socket of this family: asked before. */
static int look_for_tables(struct tw_err *err)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	int code;

	if (fd < 0)
		return no_tables(errno, err);
	code = ask_generation(fd);
	close(fd);
	/* EINVAL: a subsystem of nfnetlink that is not there (nfnetlink_rcv_msg()). */
	if (code == EINVAL || code == EOPNOTSUPP)
		return no_tables(code, err);
	if (code)
		return tw_err_set(err, code, "nftables: %s", strerror(code));
	return 0;
}

/* What the kernel answered is in the text alone: ENOENT also for an expression that it does not have. */
static int refused(struct nft_ctx *nft, struct tw_err *err)
{
	const char *says = nft_ctx_get_error_buffer(nft);
	int code = says && strstr(says, strerror(ENOENT)) ? ENOENT : EINVAL;

	if (!says || !*says)
		says = "refused without a reason";
	return tw_err_set(err, code, "nftables: %.*s", (int)strcspn(says, "\n"), says);
}

static int load_here(void *arg, struct tw_err *err)
{
	const char *commands = arg;
	int res = look_for_tables(err);
	struct nft_ctx *nft;

	if (res < 0)
		return res;
	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!nft || nft_ctx_buffer_error(nft) || nft_ctx_buffer_output(nft))
		res = tw_err_set(err, ENOMEM, "nftables: out of memory");
	else if (nft_run_cmd_from_buffer(nft, commands) != 0)
		res = refused(nft, err);
	if (nft)
		nft_ctx_free(nft);
	return res;
}

int tw_nft_load(int ns, const char *commands, struct tw_err *err)
{
	return tw_ns_in(ns, load_here, (void *)commands, err);
}
