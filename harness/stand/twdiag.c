#include "stand/twdiag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "twprobe/io.h"

enum {
	CHUNK = 64,          /* questions per system call */
	ANSWER = 512,        /* an inet_diag_msg and its attributes */
	DIAG_BY_FAMILY = 20, /* SOCK_DIAG_BY_FAMILY */
	KERNEL_LISTEN = 10,  /* TCP_LISTEN */
	TIMEWAIT_TIMER = 3,  /* idiag_timer of a mini-socket */
};

/* One question: the header and the request, as they lie in the message. */
struct question {
	struct nlmsghdr head;
	struct inet_diag_req_v2 req;
};

struct tw_diag {
	struct mnl_socket *nl;
	uint32_t seq;
	struct question question[CHUNK];
	uint8_t answer[CHUNK][ANSWER];
	struct iovec iov[CHUNK];
	struct mmsghdr msg[CHUNK];
};

static const enum tw_state state_of_kernel[] = {
	[1] = TW_STATE_ESTABLISHED, [2] = TW_STATE_SYN_SENT,   [3] = TW_STATE_SYN_RECV,
	[4] = TW_STATE_FIN_WAIT_1,  [5] = TW_STATE_FIN_WAIT_2, [6] = TW_STATE_TIME_WAIT,
	[8] = TW_STATE_CLOSE_WAIT,  [9] = TW_STATE_LAST_ACK,   [11] = TW_STATE_CLOSING,
	[12] = TW_STATE_SYN_RECV,
};

struct tw_diag *tw_diag_open(struct tw_err *err)
{
	struct tw_diag *diag = calloc(1, sizeof(*diag));

	if (!diag) {
		tw_err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	diag->nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (!diag->nl || mnl_socket_bind(diag->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		tw_err_set(err, errno, "sock_diag cannot be opened: %s", strerror(errno));
		tw_diag_close(diag);
		return NULL;
	}
	for (unsigned i = 0; i < CHUNK; i++) {
		diag->iov[i] = (struct iovec){ diag->answer[i], ANSWER };
		diag->msg[i].msg_hdr.msg_iov = &diag->iov[i];
		diag->msg[i].msg_hdr.msg_iovlen = 1;
	}
	return diag;
}

void tw_diag_close(struct tw_diag *diag)
{
	if (!diag)
		return;
	if (diag->nl)
		mnl_socket_close(diag->nl);
	free(diag);
}

static void put_question(struct question *q, uint16_t type, uint16_t flags, uint32_t seq,
			 enum tw_family family)
{
	memset(q, 0, sizeof(*q));
	q->head.nlmsg_len = sizeof(*q);
	q->head.nlmsg_type = type;
	q->head.nlmsg_flags = NLM_F_REQUEST | flags;
	q->head.nlmsg_seq = seq;
	q->req.sdiag_family = family == TW_IPV4 ? AF_INET : AF_INET6;
	q->req.sdiag_protocol = IPPROTO_TCP;
	q->req.idiag_states = ~0u;
	q->req.id.idiag_cookie[0] = q->req.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

static void put_flow(struct question *q, const struct tw_flow *flow)
{
	size_t len = flow->family == TW_IPV4 ? 4 : 16;

	memcpy(q->req.id.idiag_src, flow->dut.b, len);
	memcpy(q->req.id.idiag_dst, flow->peer.b, len);
	q->req.id.idiag_sport = htons(flow->dut_port);
	q->req.id.idiag_dport = htons(flow->peer_port);
}

static int read_answer(const uint8_t *buf, size_t len, uint32_t seq0, const struct tw_flow *flows,
		       unsigned n, struct tw_entry *ret, struct tw_err *err)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)buf;
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(head);
	unsigned i;

	if (!mnl_nlmsg_ok(head, (int)len) || head->nlmsg_seq - seq0 >= n)
		return tw_err_set(err, EPROTO,
				  "sock_diag gave an answer that belongs to no question");
	i = head->nlmsg_seq - seq0;
	if (head->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *fail = mnl_nlmsg_get_payload(head);

		if (fail->error != -ENOENT)
			return tw_err_set(err, -fail->error, "sock_diag: %s",
					  strerror(-fail->error));
		ret[i].state = TW_STATE_GONE;
		return 0;
	}
	/* without a socket of its own the tuple's listener is what the kernel finds */
	if (msg->idiag_state == KERNEL_LISTEN || msg->id.idiag_dport != htons(flows[i].peer_port)) {
		ret[i].state = TW_STATE_GONE;
		return 0;
	}
	if (msg->idiag_state < sizeof(state_of_kernel) / sizeof(*state_of_kernel))
		ret[i].state = state_of_kernel[msg->idiag_state];
	ret[i].mini = msg->idiag_timer == TIMEWAIT_TIMER;
	/* a socket's keepalive timer may hide behind that of a delayed ACK: sock_diag tells one only */
	ret[i].timer =
		msg->idiag_timer < TW_TIMERS ? (enum tw_timer)msg->idiag_timer : TW_TIMER_NONE;
	ret[i].left_ms = msg->idiag_expires;
	return 0;
}

static int ask_chunk(struct tw_diag *diag, const struct tw_flow *flows, unsigned n,
		     struct tw_entry *ret, struct tw_err *err)
{
	int fd = mnl_socket_get_fd(diag->nl), got, fail = 0;
	struct tw_clock *clock = tw_clock_real();
	uint32_t seq0 = diag->seq;
	unsigned done = 0;

	memset(ret, 0, n * sizeof(*ret));
	diag->seq += n;
	for (unsigned i = 0; i < n; i++) {
		put_question(&diag->question[i], DIAG_BY_FAMILY, 0, seq0 + i, flows[i].family);
		put_flow(&diag->question[i], &flows[i]);
	}
	ret[0].asked[0] = clock->ticked(clock);
	if (send(fd, diag->question, n * sizeof(*diag->question), 0) < 0)
		return tw_err_set(err, errno, "sock_diag cannot be asked: %s", strerror(errno));
	ret[0].asked[1] = clock->now(clock);
	while (done < n && !fail) {
		got = recvmmsg(fd, diag->msg, n - done, MSG_DONTWAIT, NULL);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) /* the answers are queued before send() returns */
			return tw_err_set(err, EPROTO, "sock_diag answered %u of %u questions",
					  done, n);
		for (int k = 0; k < got && !fail; k++)
			fail = read_answer(diag->answer[k], diag->msg[k].msg_len, seq0, flows, n,
					   ret, err);
		done += (unsigned)got;
	}
	for (unsigned i = 1; i < n; i++)
		memcpy(ret[i].asked, ret[0].asked, sizeof(ret[i].asked));
	return fail;
}

int tw_diag_ask(struct tw_diag *diag, const struct tw_flow *flows, unsigned n, struct tw_entry *ret,
		struct tw_err *err)
{
	int fail = 0;

	for (unsigned at = 0; at < n && !fail; at += CHUNK)
		fail = ask_chunk(diag, flows + at, n - at < CHUNK ? n - at : CHUNK, ret + at, err);
	return fail;
}

int tw_diag_listener(struct tw_diag *diag, enum tw_family family, const struct tw_addr *addr,
		     uint16_t port, struct tw_queue *ret, struct tw_err *err)
{
	const struct tw_flow nobody = { .family = family, .dut = *addr, .dut_port = port };
	union {
		struct nlmsghdr head;
		char bytes[1024];
	} answer;
	const struct inet_diag_msg *msg;
	const struct nlmsgerr *fail;
	struct question q;
	ssize_t len;

	memset(ret, 0, sizeof(*ret));
	put_question(&q, DIAG_BY_FAMILY, 0, ++diag->seq, family);
	put_flow(&q, &nobody);
	if (mnl_socket_sendto(diag->nl, &q, sizeof(q)) < 0)
		return tw_err_set(err, errno, "sock_diag cannot be asked: %s", strerror(errno));
	len = mnl_socket_recvfrom(diag->nl, &answer, sizeof(answer));
	if (len < 0 || !mnl_nlmsg_ok(&answer.head, (int)len) ||
	    answer.head.nlmsg_seq != q.head.nlmsg_seq)
		return tw_err_set(err, EPROTO, "sock_diag did not answer");
	msg = mnl_nlmsg_get_payload(&answer.head);
	fail = mnl_nlmsg_get_payload(&answer.head);
	if (answer.head.nlmsg_type == NLMSG_ERROR && fail->error != -ENOENT)
		return tw_err_set(err, -fail->error, "sock_diag: %s", strerror(-fail->error));
	if (answer.head.nlmsg_type == NLMSG_ERROR || msg->idiag_state != KERNEL_LISTEN)
		return 0;
	*ret = (struct tw_queue){ true, msg->idiag_rqueue, msg->idiag_wqueue };
	return 0;
}

/* The sockets of a dump, in the order in which they came. */
struct dump {
	struct inet_diag_sockid *id;
	unsigned n, room;
};

static int keep_id(const struct nlmsghdr *head, void *arg)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(head);
	struct dump *dump = arg;

	if (dump->n == dump->room) {
		unsigned room = dump->room ? dump->room * 2 : 64;
		void *more = realloc(dump->id, room * sizeof(*dump->id));

		if (!more)
			return MNL_CB_ERROR;
		dump->id = more;
		dump->room = room;
	}
	dump->id[dump->n++] = msg->id;
	return MNL_CB_OK;
}

static int dump_family(struct tw_diag *diag, enum tw_family family, struct dump *dump,
		       struct tw_err *err)
{
	char buf[16384];
	struct question q;
	ssize_t len;
	int ret = MNL_CB_OK;

	put_question(&q, DIAG_BY_FAMILY, NLM_F_DUMP, ++diag->seq, family);
	q.req.idiag_states = ~(1u << KERNEL_LISTEN);
	if (mnl_socket_sendto(diag->nl, &q, sizeof(q)) < 0)
		return tw_err_set(err, errno, "sock_diag cannot be asked: %s", strerror(errno));
	while (ret > MNL_CB_STOP) {
		len = mnl_socket_recvfrom(diag->nl, buf, sizeof(buf));
		if (len < 0)
			return tw_err_set(err, errno, "sock_diag: %s", strerror(errno));
		ret = mnl_cb_run(buf, (size_t)len, diag->seq, 0, keep_id, dump);
	}
	if (ret < 0)
		return tw_err_set(err, errno, "sock_diag cannot list the sockets: %s",
				  strerror(errno));
	return 0;
}

static int destroy_one(struct tw_diag *diag, enum tw_family family,
		       const struct inet_diag_sockid *id, struct tw_err *err)
{
	char buf[1024];
	struct question q;
	ssize_t len;

	put_question(&q, SOCK_DESTROY, NLM_F_ACK, ++diag->seq, family);
	q.req.id = *id;
	if (mnl_socket_sendto(diag->nl, &q, sizeof(q)) < 0)
		return tw_err_set(err, errno, "sock_diag cannot be asked: %s", strerror(errno));
	len = mnl_socket_recvfrom(diag->nl, buf, sizeof(buf));
	if (len < 0)
		return tw_err_set(err, errno, "sock_diag: %s", strerror(errno));
	if (mnl_cb_run(buf, (size_t)len, diag->seq, 0, NULL, NULL) >= 0 || errno == ENOENT)
		return 0;
	if (errno == EINVAL)
		return tw_err_set(err, EINVAL, "this kernel has no SOCK_DESTROY (Linux 4.5)");
	return tw_err_set(err, errno, "a socket cannot be destroyed: %s", strerror(errno));
}

int tw_diag_destroy(struct tw_diag *diag, const struct tw_flow *flows, unsigned n,
		    struct tw_err *err)
{
	struct question q;
	int fail = 0;

	for (unsigned i = 0; i < n && !fail; i++) {
		put_question(&q, SOCK_DESTROY, NLM_F_ACK, 0, flows[i].family);
		put_flow(&q, &flows[i]);
		fail = destroy_one(diag, flows[i].family, &q.req.id, err);
	}
	return fail;
}

int tw_diag_destroy_all(struct tw_diag *diag, struct tw_err *err)
{
	struct dump dump = { NULL, 0, 0 };
	int fail = 0, found = 0;

	for (int family = TW_IPV4; family <= TW_IPV6 && !fail; family += 2) {
		dump.n = 0;
		fail = dump_family(diag, (enum tw_family)family, &dump, err);
		found += (int)dump.n;
		for (unsigned i = 0; i < dump.n && !fail; i++)
			fail = destroy_one(diag, (enum tw_family)family, &dump.id[i], err);
	}
	free(dump.id);
	return fail ? fail : found;
}
