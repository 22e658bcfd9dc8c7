/*
 * The tool on lanes that are broken, for real: a dead DUT, a deaf sniffer, a full queue, too few buckets, a NAT on the way,
 * steered packets. None of them may end in a verdict about the kernel that is not true.
 */
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/process.h"
#include "netns/sysctl.h"
#include "self_stand.h"
#include "twprobe/words.h"

/* A SYN-ACK, an ACK, silence and a dead entry, silence and a living one. */
static const char *const kinds[] = {
	"syn.seq-above.ts-above",
	"ack.seq-below",
	"rst.seq-at",
	"ack.seq-at",
};

enum {
	KINDS = sizeof(kinds) / sizeof(*kinds),
	ANSWERED = 2, /* the first two of them */
};

/* Plays the row on both families and hands over the two verdicts. */
static void play_both(struct broken *b, const struct tw_case *row, struct tw_verdict ret[2])
{
	struct tw_result res;

	for (int family = TW_IPV4; family <= TW_IPV6; family += 2) {
		self_play(&b->stand, &b->facts, row, (enum tw_family)family, &res);
		ret[family == TW_IPV6] = res.verdict;
		tw_evidence_free(&res.ev);
	}
}

static void assert_verdict(const char *id, const struct tw_verdict *v, enum tw_outcome outcome,
			   const char *says)
{
	const char *said = v->outcome == TW_FAIL ? v->differs : v->why;

	if (v->outcome == outcome && strstr(said, says))
		return;
	fail_msg("%s: %s instead of %s, \"%s\" instead of \"%s\"; expected %s, observed %s", id,
		 tw_outcome_name(v->outcome), tw_outcome_name(outcome), said, says, v->expected,
		 v->observed);
}

/* All kinds of rows on both families. A machine without IPv6 skips the second. */
static void all_are(struct broken *b, unsigned n, enum tw_outcome outcome, const char *says)
{
	for (unsigned i = 0; i < n; i++) {
		struct tw_verdict v[2];

		play_both(b, self_row(kinds[i]), v);
		assert_verdict(kinds[i], &v[0], outcome, says);
		if (b->stand.lane.ipv6)
			assert_verdict(kinds[i], &v[1], outcome, says);
		else
			assert_int_equal(v[1].outcome, TW_SKIP);
	}
}

static void unbroken_lane(void **state)
{
	struct broken b;

	(void)state;
	broken_open(&b);
	all_are(&b, KINDS, TW_PASS, "");
	assert_false(b.stand.dirty);
	broken_close(&b);
}

/* ---- dead DUT ---- */

static void nobody_listens(void **state)
{
	struct broken b;

	(void)state;
	broken_open(&b);
	b.no_listener = true;
	all_are(&b, 1, TW_ERROR,
		"the set-up failed 3 times, at last: step 1 of the set-up was "
		"answered with flags 0x14");
	b.no_listener = false;
	all_are(&b, 1, TW_PASS, "");
	broken_close(&b);
}

static int link_down(void *arg, struct tw_err *err)
{
	const struct tw_lane *lane = arg;
	struct ifreq ifr = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	memcpy(ifr.ifr_name, lane->dev, sizeof(ifr.ifr_name));
	ret = fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &ifr);
	if (fd >= 0)
		close(fd);
	return ret < 0 ? tw_err_set(err, EIO, "the link stays up") : 0;
}

static int unplug(struct broken *b, const struct tw_flow *flow)
{
	(void)flow;
	return tw_ns_in(b->stand.lane.dut_ns, link_down, &b->stand.lane, NULL);
}

static void dut_is_unplugged(void **state)
{
	struct broken b;

	(void)state;
	broken_open(&b);
	assert_int_equal(unplug(&b, NULL), 0);
	all_are(&b, KINDS, TW_ERROR, "");
	broken_close(&b);
}

/* Between the set-up and the probe: nothing answers, and that is no silence. */
static void dut_dies_before_the_probe(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		struct tw_result res;
		struct broken b;

		broken_open(&b);
		b.arranged = unplug;
		self_play(&b.stand, &b.facts, self_row(kinds[i]), TW_IPV4, &res);
		assert_verdict(kinds[i], &res.verdict, TW_ERROR, "");
		tw_evidence_free(&res.ev);
		broken_close(&b);
	}
}

/* ---- deaf sniffer ---- */

static void deaf_sniffer(void **state)
{
	struct broken b;

	(void)state;
	broken_open(&b);
	b.deaf = true;
	b.when = BROKEN_ALWAYS;
	all_are(&b, KINDS, TW_ERROR, "0 of 32 right answers");
	b.when = BROKEN_AT_PROBE;
	all_are(&b, KINDS, TW_ERROR, "");
	broken_close(&b);
}

/* Only while the probe is out: the check of the lane before and after finds nothing wrong. */
static int hear_again(struct broken *b, unsigned nth)
{
	if (nth == 3) /* entered, before the probe, after it */
		b->probing = false;
	return 0;
}

static void deaf_for_a_moment(void **state)
{
	struct broken b;

	(void)state;
	broken_open(&b);
	b.deaf = true;
	b.when = BROKEN_AT_PROBE;
	b.looked = hear_again;
	all_are(&b, KINDS, TW_ERROR, "the fence was not answered");
	broken_close(&b);
}

/* Answers that come a moment after the send call has returned. */
static void late_answers(void **state)
{
	struct broken b;

	(void)state;
	broken_open(&b);
	b.late = true;
	b.when = BROKEN_ALWAYS;
	all_are(&b, KINDS, TW_ERROR, "0 of 32 right answers");
	b.when = BROKEN_AT_PROBE;
	b.looked = hear_again;
	all_are(&b, KINDS, TW_ERROR, "after the send call had returned");
	broken_close(&b);
}

/* ---- full queue, too few buckets ---- */

/* A connection from inside the DUT, which nobody accepts. */
static int connect_inside(void *arg, struct tw_err *err)
{
	const struct tw_flow *flow = arg;
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(flow->dut_port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(flow->dut_port) };
	bool v6 = flow->family == TW_IPV6;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(&six.sin6_addr, flow->dut.b, 16);
	memcpy(&four.sin_addr, flow->dut.b, 4);
	if (fd < 0 || connect(fd, v6 ? (struct sockaddr *)&six : (struct sockaddr *)&four,
			      v6 ? sizeof(six) : sizeof(four)) < 0)
		return tw_err_set(err, errno, "the queue could not be filled");
	return fd;
}

static int fill_queue(struct broken *b, const struct tw_flow *flow)
{
	struct tw_flow copy = *flow;
	int ret = b->real_dut->ops->arrange(b->real_dut, flow, TW_ACCEPT_QUEUE_FULL, NULL);

	if (ret >= 0)
		ret = b->fd = tw_ns_in(b->stand.lane.dut_ns, connect_inside, &copy, NULL);
	return ret;
}

static void queue_is_full_and_nobody_said_so(void **state)
{
	struct broken b;

	(void)state;
	broken_open(&b);
	b.arranged = fill_queue;
	all_are(&b, 1, TW_ERROR, "TcpExtListenOverflows moved: a queue of the listener is full");
	b.arranged = NULL;
	all_are(&b, 1, TW_PASS, "");
	broken_close(&b);
}

static void no_buckets(void **state)
{
	struct tw_verdict v[2];
	struct tw_case row = *self_row(kinds[0]);
	struct broken b;

	(void)state;
	row.given.sysctl[0] = (struct tw_sysctl)SYSCTL("tcp_max_tw_buckets", "0");
	broken_open(&b);
	if (!tw_facts_has(&b.facts, "net.ipv4.tcp_max_tw_buckets")) {
		print_message("# SKIP: tcp_max_tw_buckets is not the namespace's here\n");
		broken_close(&b);
		skip();
	}
	play_both(&b, &row, v);
	for (unsigned i = 0; i < 1u + b.stand.lane.ipv6; i++) {
		assert_verdict(row.id, &v[i], TW_ERROR, "net.ipv4.tcp_max_tw_buckets");
		assert_verdict(row.id, &v[i], TW_ERROR, "TcpExtTCPTimeWaitOverflow +1");
	}
	all_are(&b, KINDS, TW_PASS, ""); /* it was taken back */
	broken_close(&b);
}

/* ---- what one row leaves to the next ---- */

/*
 * A row that cannot even begin: its first sysctl was set, its second is refused. The next row on the lane must not feel the
 * first: with tcp_rfc1337=1 the RST would not kill.
 */
static void row_that_cannot_begin_leaves_nothing(void **state)
{
	struct tw_case row = *self_row("rst.seq-at");
	struct tw_verdict v[2];
	struct broken b;

	(void)state;
	row.given.sysctl[0] = (struct tw_sysctl)SYSCTL("tcp_rfc1337", "1");
	row.given.sysctl[1] = (struct tw_sysctl)SYSCTL("tcp_timestamps", "no number");
	broken_open(&b);
	play_both(&b, &row, v);
	assert_verdict("the row", &v[0], TW_ERROR, "net.ipv4.tcp_timestamps");
	play_both(&b, self_row("rst.seq-at"), v);
	assert_verdict("the row after it", &v[0], TW_PASS, "");
	all_are(&b, KINDS, TW_PASS, "");
	broken_close(&b);
}

/* ---- a NAT on the way ---- */

static void add_to(uint8_t *at, uint32_t by)
{
	uint32_t v = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];

	v += by;
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void rewrite_seq(uint8_t *tcp)
{
	add_to(tcp + 4, 1);
}

static void rewrite_ack(uint8_t *tcp)
{
	add_to(tcp + 8, 0x80000000);
}

static void rewrite_port(uint8_t *tcp)
{
	tcp[2] ^= 0x80;
}

static void rewrite_flags(uint8_t *tcp)
{
	tcp[13] ^= TW_PSH;
}

/* A middlebox that drops the option the usual way: ten NOPs for <nop,nop,timestamp>. */
static void strip_timestamp(uint8_t *tcp)
{
	for (unsigned i = 20; i + 10 <= (tcp[12] >> 4) * 4u; i++)
		if (tcp[i] == 8 && tcp[i + 1] == 10) {
			memset(tcp + i, 1, 10);
			break;
		}
}

/* Numbers of every answer, the fence's included: no verdict. */
static void nat_rewrites_everything(void **state)
{
	struct broken b;

	(void)state;
	broken_open(&b);
	b.rewrite = rewrite_seq;
	b.when = BROKEN_ALWAYS;
	all_are(&b, KINDS, TW_ERROR, "0 of 32 right answers");
	b.when = BROKEN_AT_PROBE;
	all_are(&b, KINDS, TW_ERROR, "0 of 32 right answers");
	b.rewrite = rewrite_port;
	all_are(&b, KINDS, TW_ERROR, "belong to no tuple");
	broken_close(&b);
}

/* Only what answers the probe: a FAIL that names it. */
static void nat_rewrites_the_answer(void **state)
{
	static const struct {
		void (*rewrite)(uint8_t *tcp);
		const char *differs;
	} rows[] = {
		{ rewrite_seq, "seq" },
		{ rewrite_ack, "ack" },
		{ rewrite_flags, "reply" },
		{ strip_timestamp, "tsecr" },
	};
	struct broken b;

	(void)state;
	broken_open(&b);
	b.when = BROKEN_AT_PROBE;
	b.spare_resets = true;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		b.rewrite = rows[i].rewrite;
		all_are(&b, ANSWERED, TW_FAIL, rows[i].differs);
	}
	b.rewrite = rewrite_port; /* it goes to somebody else: that is no silence */
	all_are(&b, ANSWERED, TW_ERROR, "belong to no tuple");
	broken_close(&b);
}

/* ---- steered packets ---- */

enum {
	RPS_FORBIDDEN = 3,
};

struct rps_job {
	int ns;
	const char *mask;
};

/* As an administrator would: another process, other mounts, the same network namespace. */
static int write_rps(void *arg)
{
	const struct rps_job *job = arg;
	int fd;

	if (setns(job->ns, CLONE_NEWNET) < 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return 2;
	fd = open("/sys/class/net/tw0/queues/rx-0/rps_cpus", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES || errno == ENOENT ? RPS_FORBIDDEN : 4;
	/* store_rps_map() asks for CAP_NET_ADMIN in the initial user namespace */
	if (write(fd, job->mask, strlen(job->mask)) < 0)
		return errno == EPERM ? RPS_FORBIDDEN : 5;
	return 0;
}

static int steer(const struct broken *b, const char *mask)
{
	struct rps_job job = { b->stand.lane.dut_ns, mask };
	struct tw_err err = { "" };
	int status = -1;
	pid_t pid = tw_process_start(write_rps, &job, &err);

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void need_steering(struct broken *b)
{
	int res = steer(b, "0");

	if (res == 0)
		return;
	assert_int_equal(res, RPS_FORBIDDEN);
	print_message("# SKIP: only real root may switch RPS on\n");
	broken_close(b);
	skip();
}

static int steer_on(struct broken *b, const struct tw_flow *flow)
{
	(void)flow;
	return steer(b, "1") ? -1 : 0;
}

static int steer_off(struct broken *b, unsigned nth)
{
	return nth == 3 && steer(b, "0") ? -1 : 0;
}

static void steered_between_rows(void **state)
{
	struct broken b;

	(void)state;
	broken_open(&b);
	need_steering(&b);
	all_are(&b, 1, TW_PASS, "");
	assert_int_equal(steer(&b, "1"), 0);
	all_are(&b, KINDS, TW_ERROR, "Receive Packet Steering");
	assert_int_equal(steer(&b, "0"), 0);
	all_are(&b, KINDS, TW_PASS, "");
	broken_close(&b);
}

static void steered_during_a_row(void **state)
{
	struct broken b;

	(void)state;
	broken_open(&b);
	need_steering(&b);
	for (unsigned i = 0; i < KINDS; i++) {
		struct tw_result res;

		b.arranged = steer_on;
		self_play(&b.stand, &b.facts, self_row(kinds[i]), TW_IPV4, &res);
		assert_verdict(kinds[i], &res.verdict, TW_ERROR, "Receive Packet Steering");
		tw_evidence_free(&res.ev);
		assert_int_equal(steer(&b, "0"), 0);
	}
	broken_close(&b);
}

/*
 * On for the probe alone, so that both checks of the lane find it off. Luck may have it that all answers were in time: then
 * the verdict is as good as any. What must not be is an answer that was late and taken for silence.
 */
static void steered_for_a_moment(void **state)
{
	struct broken b;

	(void)state;
	broken_open(&b);
	need_steering(&b);
	b.arranged = steer_on;
	b.looked = steer_off;
	for (unsigned i = 0; i < 2 * KINDS; i++) {
		const char *id = kinds[i % KINDS];
		struct tw_result res;

		self_play(&b.stand, &b.facts, self_row(id), i & 1 ? TW_IPV6 : TW_IPV4, &res);
		if (res.verdict.outcome == TW_FAIL)
			assert_verdict(id, &res.verdict, TW_ERROR, "");
		tw_evidence_free(&res.ev);
	}
	broken_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unbroken_lane),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(dut_is_unplugged),
		cmocka_unit_test(dut_dies_before_the_probe),
		cmocka_unit_test(deaf_sniffer),
		cmocka_unit_test(deaf_for_a_moment),
		cmocka_unit_test(late_answers),
		cmocka_unit_test(queue_is_full_and_nobody_said_so),
		cmocka_unit_test(no_buckets),
		cmocka_unit_test(row_that_cannot_begin_leaves_nothing),
		cmocka_unit_test(nat_rewrites_everything),
		cmocka_unit_test(nat_rewrites_the_answer),
		cmocka_unit_test(steered_between_rows),
		cmocka_unit_test(steered_during_a_row),
		cmocka_unit_test(steered_for_a_moment),
	};

	prepare();
	return !!cmocka_run_group_tests_name("test_self_lane", tests, NULL, NULL);
}
