#include "stand/dut_kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns/home.h"
#include "netns/ipsec.h"
#include "netns/ns.h"
#include "netns/sockstat.h"
#include "netns/sysctl.h"
#include "stand/proc_counters.h"
#include "stand/twdiag.h"

enum {
	SAVED_MAX = 16,
	BACKLOG = 4096,
	MIN_TTL = 200,
};

struct saved {
	char name[64];
	char value[64];
};

struct dut_kernel {
	struct tw_dut dut;
	const struct tw_lane *lane;
	int listener[2]; /* IPv4, IPv6; -1: none */
	struct tw_diag *diag;
	struct tw_proc_counters *proc;
	struct tw_drops *drops;
	struct tw_sockstat sockstat;
	bool refuses; /* an IPsec policy is there */
	bool patient; /* what cannot be destroyed is waited for */
	unsigned n_saved;
	struct saved saved[SAVED_MAX]; /* sysctls as they were */
};

union any_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t put_addr(union any_addr *ret, enum tw_family family, const struct tw_addr *addr,
			  uint16_t port)
{
	memset(ret, 0, sizeof(*ret));
	if (family == TW_IPV4) {
		ret->in.sin_family = AF_INET;
		ret->in.sin_port = htons(port);
		memcpy(&ret->in.sin_addr, addr->b, 4);
		return sizeof(ret->in);
	}
	ret->in6.sin6_family = AF_INET6;
	ret->in6.sin6_port = htons(port);
	memcpy(&ret->in6.sin6_addr, addr->b, 16);
	return sizeof(ret->in6);
}

/* One end of a connection, to be bound inside the DUT's namespace. */
struct bind_job {
	enum tw_family family;
	uint16_t port;
	int fd;
};

static int bind_in_dut(void *arg, struct tw_err *err)
{
	struct bind_job *job = arg;
	const struct tw_addr addr = tw_lane_dut_addr(job->family);
	union any_addr any;
	socklen_t len = put_addr(&any, job->family, &addr, job->port);
	int on = 1, code;

	job->fd = socket(any.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (job->fd < 0)
		return tw_err_set(err, errno, "the DUT gives no socket: %s", strerror(errno));
	/* TIME_WAIT takes this over from the socket that closes: a listener on the same port stays possible */
	setsockopt(job->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(job->fd, &any.sa, len) < 0) {
		code = errno;
		close(job->fd);
		return tw_err_set(err, code, "the DUT cannot bind port %u: %s", job->port,
				  strerror(code));
	}
	return 0;
}

static int bound_socket(struct dut_kernel *k, enum tw_family family, uint16_t port,
			struct tw_err *err)
{
	struct bind_job job = { .family = family, .port = port };
	int ret = tw_ns_in(k->lane->dut_ns, bind_in_dut, &job, err);

	return ret < 0 ? ret : job.fd;
}

static int kernel_listen(struct tw_dut *dut, enum tw_family family, uint16_t port,
			 struct tw_err *err)
{
	struct dut_kernel *k = (struct dut_kernel *)dut;
	int *fd = &k->listener[family == TW_IPV6], ret;

	if (*fd >= 0)
		return 0;
	ret = bound_socket(k, family, port, err);
	if (ret < 0)
		return ret;
	if (listen(ret, BACKLOG) < 0) {
		int code = errno;

		close(ret);
		return tw_err_set(err, code, "the DUT cannot listen on port %u: %s", port,
				  strerror(code));
	}
	*fd = ret;
	return 0;
}

static int listener_option(int fd, int level, int option, const void *value, socklen_t len,
			   const char *name, struct tw_err *err)
{
	if (setsockopt(fd, level, option, value, len) < 0)
		return tw_err_set(err, errno, "the listener refuses %s: %s", name, strerror(errno));
	return 0;
}

static int drop_all(int fd, struct tw_err *err)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { 1, &nothing };

	return listener_option(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog),
			       "SO_ATTACH_FILTER", err);
}

static int md5_key(int fd, const struct tw_flow *flow, struct tw_err *err)
{
	struct tcp_md5sig sig = { .tcpm_keylen = 6, .tcpm_key = "secret" };
	union any_addr any;

	put_addr(&any, flow->family, &flow->peer, 0);
	memcpy(&sig.tcpm_addr, &any, sizeof(any));
	return listener_option(fd, IPPROTO_TCP, TCP_MD5SIG, &sig, sizeof(sig), "TCP_MD5SIG", err);
}

static int refuse_in_dut(void *arg, struct tw_err *err)
{
	return tw_ipsec_refuse(arg, err);
}

static int clear_in_dut(void *arg, struct tw_err *err)
{
	(void)arg;
	return tw_ipsec_clear(err);
}

static int refuse(struct dut_kernel *k, const struct tw_flow *flow, struct tw_err *err)
{
	struct tw_flow refused = *flow;

	k->refuses = true;
	return tw_ns_in(k->lane->dut_ns, refuse_in_dut, &refused, err);
}

static int kernel_arrange(struct tw_dut *dut, const struct tw_flow *flow, enum tw_listener how,
			  struct tw_err *err)
{
	struct dut_kernel *k = (struct dut_kernel *)dut;
	int *fd = &k->listener[flow->family == TW_IPV6], ttl = MIN_TTL, ret;
	bool v4 = flow->family == TW_IPV4;

	if (how == TW_CLOSED) {
		if (*fd >= 0)
			close(*fd);
		*fd = -1;
		return 0;
	}
	ret = kernel_listen(dut, flow->family, flow->dut_port, err);
	if (ret < 0)
		return ret;
	switch (how) {
	case TW_ACCEPT_QUEUE_FULL: /* full means more than the backlog: with 0 one connection, or one half-open */
	case TW_SYN_QUEUE_FULL:
		if (listen(*fd, 0) < 0)
			return tw_err_set(err, errno, "the backlog cannot be changed: %s",
					  strerror(errno));
		return 0;
	case TW_MIN_TTL:
		return v4 ? listener_option(*fd, IPPROTO_IP, IP_MINTTL, &ttl, sizeof(ttl),
					    "IP_MINTTL", err)
			  : listener_option(*fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &ttl, sizeof(ttl),
					    "IPV6_MINHOPCOUNT", err);
	case TW_FILTERED:
		return drop_all(*fd, err);
	case TW_MD5_KEYED:
		return md5_key(*fd, flow, err);
	case TW_IPSEC_REFUSED:
		return refuse(k, flow, err);
	default:
		return 0;
	}
}

static int kernel_accept_close(struct tw_dut *dut, unsigned most, struct tw_err *err)
{
	struct dut_kernel *k = (struct dut_kernel *)dut;
	unsigned n = 0;

	for (unsigned i = 0; i < 2; i++) {
		while (k->listener[i] >= 0 && n < most) {
			int fd = accept4(k->listener[i], NULL, NULL, SOCK_CLOEXEC);

			if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
				continue;
			if (fd < 0 && errno == EAGAIN)
				break;
			if (fd < 0)
				return tw_err_set(err, errno, "the DUT cannot accept: %s",
						  strerror(errno));
			close(fd);
			n++;
		}
	}
	return (int)n;
}

static int kernel_connect(struct tw_dut *dut, const struct tw_flow *flow, int *ret_handle,
			  struct tw_err *err)
{
	struct dut_kernel *k = (struct dut_kernel *)dut;
	int fd = bound_socket(k, flow->family, flow->dut_port, err), code;
	union any_addr any;
	socklen_t len = put_addr(&any, flow->family, &flow->peer, flow->peer_port);

	if (fd < 0)
		return fd;
	if (connect(fd, &any.sa, len) < 0 && errno != EINPROGRESS) {
		code = errno;
		close(fd);
		return tw_err_set(err, code, "the DUT cannot connect: %s", strerror(code));
	}
	*ret_handle = fd;
	return 0;
}

static int kernel_close_handle(struct tw_dut *dut, int handle, struct tw_err *err)
{
	(void)dut;
	(void)err;
	close(handle);
	return 0;
}

static int kernel_entries(struct tw_dut *dut, const struct tw_flow *flows, unsigned n,
			  struct tw_entry *ret, struct tw_err *err)
{
	return tw_diag_ask(((struct dut_kernel *)dut)->diag, flows, n, ret, err);
}

static int kernel_queue(struct tw_dut *dut, enum tw_family family, uint16_t port,
			struct tw_queue *ret, struct tw_err *err)
{
	const struct tw_addr addr = tw_lane_dut_addr(family);

	return tw_diag_listener(((struct dut_kernel *)dut)->diag, family, &addr, port, ret, err);
}

static int kernel_counters(struct tw_dut *dut, struct tw_counters *ret, struct tw_err *err)
{
	return tw_proc_counters_read(((struct dut_kernel *)dut)->proc, ret, err);
}

static int kernel_reasons(struct tw_dut *dut, char ret[TW_REASONS_MAX][48], struct tw_err *err)
{
	struct dut_kernel *k = (struct dut_kernel *)dut;

	return k->drops ? tw_drops_read(k->drops, ret, err) : -ENOTSUP;
}

/* A sysctl of the DUT's namespace. */
struct sysctl_job {
	struct dut_kernel *k;
	const char *name, *value;
};

static bool is_saved(const struct dut_kernel *k, const char *name)
{
	for (unsigned i = 0; i < k->n_saved; i++)
		if (!strcmp(k->saved[i].name, name))
			return true;
	return false;
}

static int set_in_dut(void *arg, struct tw_err *err)
{
	struct sysctl_job *job = arg;
	struct dut_kernel *k = job->k;
	struct saved *saved = &k->saved[k->n_saved];
	int ret;

	if (!is_saved(k, job->name)) {
		if (k->n_saved == SAVED_MAX || strlen(job->name) >= sizeof(saved->name))
			return tw_err_set(err, ENOSPC, "more than %d sysctls of one row",
					  SAVED_MAX);
		ret = tw_sysctl_get(job->name, saved->value, sizeof(saved->value), err);
		if (ret < 0)
			return ret;
		strcpy(saved->name, job->name);
		k->n_saved++;
	}
	return tw_sysctl_set(job->name, job->value, err);
}

static int kernel_sysctl(struct tw_dut *dut, const char *name, const char *value,
			 struct tw_err *err)
{
	struct dut_kernel *k = (struct dut_kernel *)dut;
	struct sysctl_job job = { k, name, value };

	return tw_ns_in(k->lane->dut_ns, set_in_dut, &job, err);
}

static int restore_in_dut(void *arg, struct tw_err *err)
{
	struct dut_kernel *k = arg;
	int ret = 0;

	while (k->n_saved && ret >= 0) {
		struct saved *saved = &k->saved[k->n_saved - 1];

		ret = tw_sysctl_set(saved->name, saved->value, err);
		k->n_saved--;
	}
	return ret;
}

static int destroy_sockets(struct dut_kernel *k, const struct tw_flow *flows, unsigned n,
			   struct tw_err *err)
{
	int left = tw_diag_destroy(k->diag, flows, n, err);

	if (left >= 0)
		left = tw_sockstat_read(&k->sockstat, err);
	if (left > 0)
		left = tw_diag_destroy_all(k->diag, err);
	if (left > 0)
		left = tw_sockstat_read(&k->sockstat, err);
	if (left > 0)
		return tw_err_set(err, ENOTEMPTY,
				  "%d sockets of the row before cannot be destroyed", left);
	return left;
}

static int kernel_destroy(struct tw_dut *dut, const struct tw_flow *flows, unsigned n,
			  struct tw_err *err)
{
	return tw_diag_destroy(((struct dut_kernel *)dut)->diag, flows, n, err);
}

static int kernel_reset(struct tw_dut *dut, const struct tw_flow *flows, unsigned n,
			struct tw_err *err)
{
	struct dut_kernel *k = (struct dut_kernel *)dut;
	int ret = 0;

	for (unsigned i = 0; i < 2; i++) {
		if (k->listener[i] >= 0)
			close(k->listener[i]);
		k->listener[i] = -1;
	}
	if (k->refuses)
		ret = tw_ns_in(k->lane->dut_ns, clear_in_dut, NULL, err);
	k->refuses = ret < 0;
	if (ret >= 0 && k->n_saved)
		ret = tw_ns_in(k->lane->dut_ns, restore_in_dut, k, err);
	if (ret < 0)
		return ret;
	ret = destroy_sockets(k, flows, n, err);
	return ret < 0 && k->patient ? tw_home_wait_empty(k->lane->dut_ns, err) : ret;
}

static void kernel_close(struct tw_dut *dut)
{
	struct dut_kernel *k = (struct dut_kernel *)dut;

	for (unsigned i = 0; i < 2; i++)
		if (k->listener[i] >= 0)
			close(k->listener[i]);
	tw_diag_close(k->diag);
	tw_proc_counters_close(k->proc);
	tw_sockstat_close(&k->sockstat);
	free(k);
}

static const struct tw_dut_ops kernel_ops = {
	.listen = kernel_listen,
	.arrange = kernel_arrange,
	.accept_close = kernel_accept_close,
	.connect = kernel_connect,
	.close_handle = kernel_close_handle,
	.entries = kernel_entries,
	.destroy = kernel_destroy,
	.queue = kernel_queue,
	.counters = kernel_counters,
	.sysctl = kernel_sysctl,
	.reasons = kernel_reasons,
	.reset = kernel_reset,
	.close = kernel_close,
};

static int open_in_dut(void *arg, struct tw_err *err)
{
	struct dut_kernel *k = arg;
	int ret = tw_sysctl_set("net.ipv4.tcp_orphan_retries", "3", err);

	if (ret == 0 || ret == -ENOENT) /* one for the whole machine, up to 4.6 */
		ret = tw_sockstat_open(&k->sockstat, err);
	if (ret < 0)
		return ret;
	k->diag = tw_diag_open(err);
	return k->diag ? tw_proc_counters_open(&k->proc, err) : -EIO;
}

int tw_dut_kernel_open(const struct tw_lane *lane, struct tw_drops *drops, bool patient,
		       struct tw_dut **ret, struct tw_err *err)
{
	struct dut_kernel *k = calloc(1, sizeof(*k));
	int fail;

	if (!k)
		return tw_err_set(err, ENOMEM, "out of memory");
	k->dut.ops = &kernel_ops;
	k->lane = lane;
	k->drops = drops;
	k->patient = patient || tw_home_is(lane->dut_ns);
	k->listener[0] = k->listener[1] = -1;
	k->sockstat = (struct tw_sockstat){ -1, -1 };
	fail = tw_ns_in_thread(lane->dut_ns, open_in_dut, k, err);
	if (fail < 0) {
		kernel_close(&k->dut);
		return fail;
	}
	*ret = &k->dut;
	return 0;
}
