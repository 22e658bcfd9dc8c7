/*
 * The laboratory of `twprobe nat` for real: the topology, and trials with real clients. Half of the tests are about what it must
 * notice. Needs the right to make namespaces; where there is none, every test is skipped and says why.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/process.h"
#include "nat_lab_help.h"
#include "natlab/lab.h"
#include "natlab/lab_socket.h"
#include "natlab/nat_rules.h"
#include "natlab/raw_host.h"
#include "netns/nft.h"

enum {
	MANY = 32, /* of which chance spares none, see nat/judge.c */
};

/* ---- the topology ---- */

struct stage {
	struct tw_topo_nat topo;
	int listener;
};

static struct stage open_stage(unsigned ports)
{
	const struct tw_nat_setting set = { .ports = ports, .hold_s = 1 };
	struct tw_addr server = tw_topo_server();
	struct tw_err err = { "" };
	struct stage s;
	int res;

	need_namespaces();
	assert_ok(tw_topo_nat_open(false, &s.topo, &err), &err);
	res = tw_nat_rules_load(&s.topo, &set, &err);
	if (res == -EOPNOTSUPP)
		tw_topo_nat_close(&s.topo);
	need_nat(res, err.text);
	assert_ok(res, &err);
	s.listener = tw_lab_listen(s.topo.server_ns, &server, 20000, 8, &err);
	assert_ok(s.listener, &err);
	return s;
}

static void close_stage(struct stage *s)
{
	tw_lab_abort(s->listener);
	tw_topo_nat_close(&s->topo);
}

/* Connects; whom the server sees. Both ends are closed by the caller. */
static struct sockaddr_in connect_from(struct stage *s, unsigned client, unsigned host,
				       uint16_t port, int *ret_fd, int *ret_served)
{
	struct tw_addr addr = tw_topo_host(client, host), server = tw_topo_server();
	struct sockaddr_in peer = { 0 };
	socklen_t size = sizeof(peer);
	struct tw_err err = { "" };
	int error = -1;

	*ret_fd = tw_lab_socket(s->topo.client_ns[client], &addr, port, &err);
	assert_ok(*ret_fd, &err);
	assert_true(tw_lab_connect(*ret_fd, &server, 20000) >= 0);
	assert_true(tw_lab_connected(*ret_fd, in_s(PATIENCE_S), &error));
	assert_int_equal(error, 0);
	*ret_served = tw_lab_accept(s->listener, in_s(PATIENCE_S));
	assert_true(*ret_served >= 0);
	assert_int_equal(getpeername(*ret_served, (struct sockaddr *)&peer, &size), 0);
	return peer;
}

static void it_translates(void **state)
{
	struct stage s = open_stage(4);
	int fd[4], served[4];
	unsigned seen = 0;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct sockaddr_in peer = connect_from(&s, i % 2, 60000 + i, (uint16_t)(1024 + i),
						       &fd[i], &served[i]);
		unsigned port = ntohs(peer.sin_port) - TW_NAT_FIRST_PORT;

		assert_string_equal(inet_ntoa(peer.sin_addr), "203.0.113.1");
		assert_true(port < 4);
		assert_false(seen & 1u << port);
		seen |= 1u << port;
	}
	for (unsigned i = 0; i < 4; i++) {
		tw_lab_abort(fd[i]);
		tw_lab_abort(served[i]);
	}
	close_stage(&s);
}

struct count {
	const char *dev;
	unsigned long packets; /* received and sent since it was made; ~0ul: there is none */
};

static int read_count(void *arg, struct tw_err *err)
{
	struct count *c = arg;
	FILE *f = fopen("/proc/thread-self/net/dev", "re");
	unsigned long rx, tx;
	char line[512], name[32];

	(void)err;
	c->packets = ~0ul;
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " %31[^:]: %*u %lu %*u %*u %*u %*u %*u %*u %*u %lu", name, &rx,
			   &tx) == 3 &&
		    !strcmp(name, c->dev))
			c->packets = rx + tx;
	fclose(f);
	return 0;
}

static void assert_packets(int ns, const char *dev, unsigned long want)
{
	struct count c = { .dev = dev };

	assert_int_equal(tw_ns_in(ns, read_count, &c, NULL), 0);
	if (c.packets != want)
		fail_msg("%s had %ld packets, not %lu", dev, (long)c.packets, want);
}

/* Devices count from their birth. A connection that was accepted is three packets, and there was no other. */
static void it_is_quiet(void **state)
{
	struct stage s = open_stage(1);
	int fd, served;

	(void)state;
	connect_from(&s, 0, 0, 1024, &fd, &served);
	assert_packets(s.topo.client_ns[0], TW_TOPO_DEV, 3);
	assert_packets(s.topo.nat_ns, tw_topo_nat_in(0), 3);
	assert_packets(s.topo.nat_ns, TW_TOPO_NAT_OUT, 3);
	assert_packets(s.topo.server_ns, TW_TOPO_DEV, 3);
	for (unsigned i = 1; i < TW_TOPO_CLIENTS; i++) {
		assert_packets(s.topo.client_ns[i], TW_TOPO_DEV, 0);
		assert_packets(s.topo.nat_ns, tw_topo_nat_in(i), 0);
	}
	tw_lab_abort(fd);
	tw_lab_abort(served);
	close_stage(&s);
}

static void nothing_in_ours(void **state)
{
	char before[256], during[256], after[256];
	unsigned files = count_files();
	struct tw_err err = { "" };
	struct tw_topo_nat topo;

	(void)state;
	need_namespaces();
	links(before, sizeof(before));
	for (unsigned i = 0; i < 4; i++) {
		assert_ok(tw_topo_nat_open(i % 2, &topo, &err), &err);
		assert_true((topo.bump_ns >= 0) == i % 2);
		links(during, sizeof(during));
		tw_topo_nat_close(&topo);
		tw_topo_nat_close(&topo);
	}
	links(after, sizeof(after));
	assert_string_equal(during, before);
	assert_string_equal(after, before);
	assert_int_equal(count_files(), files);
}

/* ---- trials ---- */

static struct tw_nat_result *run_lab(const char *id, unsigned trials, uint64_t seed)
{
	struct tw_nat_result *res = result_new(trials);

	need_namespaces();
	tw_nat_lab_run(&scenario(id)->set, seed, res);
	if (res->verdict == TW_NAT_SKIP)
		need_nat(-EOPNOTSUPP, res->why);
	return res;
}

static void assert_verdict(const struct tw_nat_result *res, enum tw_nat_verdict verdict,
			   const char *why)
{
	if (res->verdict != verdict || !strstr(res->why, why))
		fail_msg("verdict %d, \"%s\"", res->verdict, res->why);
}

static bool same_addr(const struct tw_addr *a, const struct tw_addr *b)
{
	return !memcmp(a->b, b->b, 4);
}

/* What holds of every second connection, whatever became of it. */
static void check_trial(const struct tw_nat_trial *t, const char *id)
{
	struct tw_addr public = tw_topo_public(0);
	bool same_host = scenario(id)->set.second == TW_NAT_SAME_HOST;

	assert_true(t->entered && t->ts && t->r && t->t);
	assert_true(t->left_ms > 0 && t->left_ms <= 60000);
	assert_int_equal(t->first_public, TW_NAT_FIRST_PORT);
	assert_true(t->syn_inside && t->syn_outside && t->reused);
	assert_int_equal(t->inside.seg.seq, t->outside.seg.seq);
	assert_int_equal(t->inside.seg.tsval, t->outside.seg.tsval);
	assert_true(same_addr(&t->inside.client, &t->client));
	assert_true(same_addr(&t->outside.client, &public));
	assert_int_equal(same_host, same_addr(&t->client, &t->first_client));
	assert_int_not_equal(t->inside.client_port, t->first_port);
	assert_true(t->inside.at >= t->connect_at && t->outside.at >= t->inside.at);
	assert_true(t->ended && t->so_error == 0);
}

static void check_lab(const char *id)
{
	struct tw_nat_result *res = run_lab(id, MANY, 7);
	uint64_t paws = 0;

	judge(id, res);
	assert_verdict(res, TW_NAT_PASS, "");
	for (unsigned i = 0; i < MANY; i++) {
		check_trial(&res->trial[i], id);
		paws += res->trial[i].paws;
	}
	assert_int_equal(paws, res->paws_rejected);
	assert_int_equal(res->loss.of, MANY);
	assert_int_equal(res->never.n, 0);
	assert_int_equal(res->exceptions, 0);
	free(res);
}

static void two_hosts(void **state)
{
	(void)state;
	check_lab("two-hosts");
}

static void same_host(void **state)
{
	(void)state;
	check_lab("same-host");
}

/* Seeds choose who the clients are. */
static void seeds(void **state)
{
	struct tw_nat_result *a = run_lab("client-closes", FEW, 1);
	struct tw_nat_result *b = run_lab("client-closes", FEW, 2);
	struct tw_nat_result *c = run_lab("client-closes", FEW, 1);

	(void)state;
	for (unsigned i = 0; i < FEW; i++) {
		const struct tw_nat_trial *t = &a->trial[i], *u = &b->trial[i], *v = &c->trial[i];

		assert_false(same_addr(&t->first_client, &u->first_client));
		assert_false(same_addr(&t->client, &u->client));
		assert_true(same_addr(&t->first_client, &v->first_client));
		assert_true(same_addr(&t->client, &v->client));
		assert_int_equal(t->first_port, v->first_port);
	}
	judge("client-closes", a);
	assert_verdict(a, TW_NAT_PASS, "");
	assert_int_equal(a->loss.n, 0);
	free(a);
	free(b);
	free(c);
}

/* Twice the same, and what it holds is given back: nothing grows. */
static void nothing_leaks(void **state)
{
	unsigned files = count_files();
	char before[256], after[256];

	(void)state;
	need_namespaces();
	links(before, sizeof(before));
	for (unsigned i = 0; i < 2; i++)
		free(run_lab("two-hosts", FEW, i));
	links(after, sizeof(after));
	assert_string_equal(after, before);
	assert_int_equal(count_files(), files);
}

/* ---- what it must notice ---- */

/* A promise that is not kept: a control that loses, and a loss that does not come. */
static void promises_turned_round(void **state)
{
	struct tw_nat_result *res = run_lab("no-ts", MANY, 3);

	(void)state;
	judge("client-closes", res);
	assert_verdict(res, TW_NAT_FAIL, "first SYNs were rejected, none should be");
	free(res);
	res = run_lab("client-closes", MANY, 3);
	judge("no-ts", res);
	assert_verdict(res, TW_NAT_FAIL, "no SYN was rejected in 32 trials");
	free(res);
}

struct spoilt {
	struct tw_nat_lab lab;
	struct tw_nat_result *res;
	struct tw_err err;
};

/* The first connections are over. */
static struct spoilt *spoilt_begin(const char *id, unsigned trials)
{
	struct spoilt *s = calloc(1, sizeof(*s));
	int res;

	assert_non_null(s);
	need_namespaces();
	s->res = result_new(trials);
	res = tw_nat_lab_open(&s->lab, &scenario(id)->set, 5, s->res, &s->err);
	need_nat(res, s->err.text);
	assert_ok(res, &s->err);
	assert_ok(tw_nat_lab_first(&s->lab, &s->err), &s->err);
	assert_ok(tw_nat_lab_settle(&s->lab, &s->err), &s->err);
	return s;
}

static void spoilt_free(struct spoilt *s)
{
	tw_nat_lab_close(&s->lab);
	free(s->res);
	free(s);
}

static void spoilt_end(struct spoilt *s, const char *id, enum tw_nat_verdict verdict,
		       const char *why)
{
	assert_ok(tw_nat_lab_count(&s->lab, &s->err), &s->err);
	s->res->done = true;
	judge(id, s->res);
	assert_verdict(s->res, verdict, why);
	spoilt_free(s);
}

/* The steps themselves spoil nothing. */
static void unspoilt(void **state)
{
	struct spoilt *s = spoilt_begin("client-closes", FEW);

	(void)state;
	assert_ok(tw_nat_lab_second(&s->lab, &s->err), &s->err);
	spoilt_end(s, "client-closes", TW_NAT_PASS, "");
}

/* The server's TCP never gets the SYN that the sniffer saw: nobody knows what it would have done. */
static void a_deaf_server(void **state)
{
	static const char rules[] = "table ip deaf { chain f { type filter hook input priority 0; "
				    "tcp dport 20003 tcp flags & (syn|ack) == syn drop; }; }";
	struct spoilt *s = spoilt_begin("client-closes", FEW);

	(void)state;
	assert_ok(tw_nft_load(s->lab.topo.server_ns, rules, &s->err), &s->err);
	assert_ok(tw_nat_lab_second(&s->lab, &s->err), &s->err);
	assert_int_equal(s->res->trial[3].outcome, TW_NAT_VOID);
	assert_int_equal(tw_nat_lab_count(&s->lab, &s->err), -EPROTO);
	assert_non_null(strstr(s->err.text, "were captured at its end"));
	spoilt_free(s);
}

static void a_server_without_a_listener(void **state)
{
	struct spoilt *s = spoilt_begin("client-closes", FEW);

	(void)state;
	tw_lab_abort(s->lab.listener[5]);
	s->lab.listener[5] = -1;
	assert_ok(tw_nat_lab_second(&s->lab, &s->err), &s->err);
	spoilt_end(s, "client-closes", TW_NAT_FAIL,
		   "to port 20005 the first SYN was to be accepted, and a RST came");
}

/* The path in front of the NAT loses all SYNs: nobody knows what the server would have done. */
static void a_path_that_loses_all(void **state)
{
	static const char rules[] = "add rule ip twprobe lose tcp dport 20002 drop";
	struct spoilt *s = spoilt_begin("client-closes", FEW);

	(void)state;
	assert_ok(tw_nft_load(s->lab.topo.nat_ns, rules, &s->err), &s->err);
	assert_ok(tw_nat_lab_second(&s->lab, &s->err), &s->err);
	spoilt_end(s, "client-closes", TW_NAT_FAIL, "the NAT let 7 of 8 connections out");
}

/* A raw host's SYN that PAWS rejects, on a tuple that is none of the trials'. */
static void reject_one(struct tw_nat_lab *lab)
{
	struct tw_raw_end end = { .port = TW_NAT_FIRST_PORT,
				  .server_port = 21000,
				  .ts = true,
				  .seq = 1000,
				  .tsval = 5000 };
	struct tw_addr server = tw_topo_server();
	enum tw_nat_answer answer;
	struct tw_raw_hosts *hosts;
	struct tw_err err = { "" };
	int listener = tw_lab_listen(lab->topo.server_ns, &server, 21000, 8, &err), served;

	assert_ok(listener, &err);
	assert_ok(tw_raw_hosts_open(&lab->topo, &hosts, &err), &err);
	assert_int_equal(tw_raw_connect(hosts, &end, &err), 1);
	served = tw_lab_accept(listener, in_s(PATIENCE_S));
	assert_true(served >= 0);
	close(served);
	assert_int_equal(tw_raw_finish(hosts, &end, &err), 1);
	end.seq += 1000;
	end.tsval -= 1000;
	assert_ok(tw_raw_knock(hosts, &end, &answer, &err), &err);
	assert_int_equal(answer, TW_NAT_ACK);
	tw_raw_hosts_close(hosts);
	tw_lab_abort(listener);
}

static void a_counter_that_moves_by_itself(void **state)
{
	struct spoilt *s = spoilt_begin("client-closes", FEW);

	(void)state;
	assert_ok(tw_nat_lab_second(&s->lab, &s->err), &s->err);
	reject_one(&s->lab);
	spoilt_end(s, "client-closes", TW_NAT_FAIL,
		   "0 SYNs were rejected by PAWS, the server counted 1");
}

/* Connections to a port on which nobody listens, as fast as they go. */
static int never_still(void *arg)
{
	const struct tw_nat_lab *lab = arg;
	struct tw_addr server = tw_topo_server(), client = tw_topo_host(0, 1);
	uint64_t end = in_s(PATIENCE_S);

	while (in_s(0) < end) {
		struct tw_err err = { "" };
		int fd = tw_lab_socket(lab->topo.client_ns[0], &client, 0, &err);

		if (fd < 0)
			return 1;
		tw_lab_connect(fd, &server, 21001);
		tw_lab_abort(fd);
	}
	return 0;
}

/* Counters and sniffers are asked one after the other, and segments come all the time. */
static void counted_is_captured(void **state)
{
	struct spoilt *s = spoilt_begin("client-closes", FEW);
	pid_t pid;

	(void)state;
	assert_ok(tw_nat_lab_second(&s->lab, &s->err), &s->err);
	pid = tw_process_start(never_still, &s->lab, NULL);
	assert_true(pid > 0);
	for (unsigned i = 0; i < 200; i++) {
		const struct tw_agree *agree = &s->lab.agree;

		assert_ok(tw_nat_lab_count(&s->lab, &s->err), &s->err);
		assert_int_equal(tw_counters_get(&s->lab.after, "TcpInSegs") - agree->begin[0],
				 agree->captured[0]);
		assert_int_equal(tw_counters_get(&s->lab.after, "TcpOutSegs") - agree->begin[1],
				 agree->captured[1]);
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	spoilt_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_translates),
		cmocka_unit_test(it_is_quiet),
		cmocka_unit_test(nothing_in_ours),
		cmocka_unit_test(two_hosts),
		cmocka_unit_test(same_host),
		cmocka_unit_test(seeds),
		cmocka_unit_test(nothing_leaks),
		cmocka_unit_test(promises_turned_round),
		cmocka_unit_test(unspoilt),
		cmocka_unit_test(a_deaf_server),
		cmocka_unit_test(a_server_without_a_listener),
		cmocka_unit_test(a_path_that_loses_all),
		cmocka_unit_test(a_counter_that_moves_by_itself),
		cmocka_unit_test(counted_is_captured),
	};

	return !!cmocka_run_group_tests_name("test_nat_lab", tests, look, forget);
}
