/*
 * The scene, on a real lane: a failure sticks and is told, what a scenario leaves lying about is taken back, and none of what goes
 * wrong ends in a verdict that is not true.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "self_stand.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

enum {
	SCENE_MS_NS = 1000000
};

static struct broken lane;

static const struct tw_find reaches_end[] = { IS("end", "reached"), { .kind = TW_FIND_NONE } };

static struct tw_case row_of(tw_scenario_fn *fn, const void *arg)
{
	return (struct tw_case){
		.id = "test.scene",
		.says = "a scene is played",
		.scenario = fn,
		.arg = arg,
		.expect = { .finds = reaches_end },
	};
}

/* Plays it on IPv4, and on IPv6 where there is one: the verdict must be the same. */
static void plays(const struct tw_case *row, enum tw_outcome outcome, const char *why)
{
	need_namespaces();
	for (int family = TW_IPV4; family <= TW_IPV6; family += 2) {
		struct tw_result res;

		if (family == TW_IPV6 && !lane.stand.lane.ipv6)
			continue;
		self_play(&lane.stand, &lane.facts, row, (enum tw_family)family, &res);
		if (res.verdict.outcome != outcome || !strstr(res.verdict.why, why))
			fail_msg("IPv%d: %s \"%s\", differs \"%s\"", family,
				 tw_outcome_name(res.verdict.outcome), res.verdict.why,
				 res.verdict.differs);
		tw_evidence_free(&res.ev);
	}
}

static int begin_all(void **state)
{
	(void)state;
	if (prepared == 0)
		broken_open(&lane);
	return 0;
}

static int end_all(void **state)
{
	(void)state;
	if (prepared == 0)
		broken_close(&lane);
	return 0;
}

static void end(struct tw_scene *sc)
{
	tw_find_text(sc, "end", "reached");
}

/* ---- what goes right ---- */

static void whole_life(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	(void)arg;
	fd = tw_scene_accepted(sc, listener, conn);
	tw_find_state(sc, "open", conn);
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = ACK | PSH, .len = 100);
	tw_find_number(sc, "received", tw_app_recv(sc, fd, 1000));
	tw_app_send(sc, fd, 50);
	tw_find_reply(sc, "sent", conn);
	tw_peer_ack(sc, conn);
	tw_app_close(sc, fd);
	tw_peer_time_wait(sc, conn);
	tw_find_state(sc, "closed", conn);
	SAY(sc, conn, .flags = ACK, .seq = -1u);
	tw_find_reply(sc, "answer", conn);
	end(sc);
}

static void a_life_is_found(void **state)
{
	struct tw_case row = row_of(whole_life, NULL);

	(void)state;
	row.expect.finds =
		(const struct tw_find[]){ IS("open", "established"),   NUM("received", 100),
					  IS("sent", "ACK"),           IS("closed", "time-wait"),
					  IS("answer", "ACK"),         MOVES("TcpExtTW", 1),
					  MOVES("TcpPassiveOpens", 0), { .kind = TW_FIND_NONE } };
	plays(&row, TW_PASS, "");
}

static void client_life(struct tw_scene *sc, const void *arg)
{
	struct tw_end peer = tw_end_peer(sc, 1, 80);
	struct tw_conn *conn = tw_peer_at(sc, peer);
	int fd = tw_app_socket(sc, SOCK_STREAM);

	(void)arg;
	tw_scene_connected(sc, fd, conn);
	tw_find_state(sc, "state", conn);
	tw_app_close(sc, fd);
	tw_peer_time_wait(sc, conn);
	end(sc);
}

static void the_dut_connects(void **state)
{
	struct tw_case row = row_of(client_life, NULL);

	(void)state;
	row.expect.finds = (const struct tw_find[]){ IS("state", "established"),
						     MOVES("TcpActiveOpens", 1),
						     { .kind = TW_FIND_NONE } };
	plays(&row, TW_PASS, "");
	row.given.path = TW_DIRECT;
}

/* ---- failures ---- */

static void two_failures(struct tw_scene *sc, const void *arg)
{
	(void)arg;
	tw_scene_fail(sc, "the %s", "first");
	tw_scene_skip(sc, "the second");
	assert_false(tw_scene_going(sc));
	assert_true(tw_app_socket(sc, SOCK_STREAM) < 0);
	assert_null(tw_peer_new(sc, 1));
	SAY(sc, NULL, .flags = SYN);
	assert_false(tw_peer_hears(sc, NULL, 1, 60000));
	tw_peer_open(sc, NULL);
	tw_peer_time_wait(sc, NULL);
	tw_scene_connected(sc, -1, NULL);
	tw_find_reply(sc, "reply", NULL);
	tw_find_state(sc, "state", NULL);
	tw_scene_wait(sc, 60000);
	tw_scene_fence(sc);
	tw_scene_count_from_here(sc);
	assert_int_equal(tw_app_away(sc, 0, true, TW_AWAY_HOLD), -1);
	end(sc);
}

static void skipped(struct tw_scene *sc, const void *arg)
{
	(void)arg;
	tw_scene_sysctl(sc, "net.ipv4.tcp_teleport", "1");
	end(sc);
}

static void mute(struct tw_scene *sc, const void *arg)
{
	(void)sc;
	(void)arg;
}

static void found_twice(struct tw_scene *sc, const void *arg)
{
	(void)arg;
	end(sc);
	end(sc);
}

static void failing_call(struct tw_scene *sc, const void *arg)
{
	int fd = tw_app_socket(sc, SOCK_STREAM);

	(void)arg;
	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_REUSEADDR, 1));
	tw_must(sc, tw_app_bind(sc, fd, tw_end_peer(sc, 0, 1)));
	end(sc);
}

static void the_first_failure_sticks(void **state)
{
	const struct {
		tw_scenario_fn *fn;
		enum tw_outcome outcome;
		const char *why;
	} table[] = {
		{ two_failures, TW_ERROR, "the first" },
		{ skipped, TW_SKIP, "this kernel has no net.ipv4.tcp_teleport" },
		{ mute, TW_ERROR, "did not find out about \"end\"" },
		{ found_twice, TW_ERROR, "\"end\" is found twice" },
		{ failing_call, TW_ERROR, "= EADDRNOTAVAIL" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct tw_case row = row_of(table[i].fn, NULL);

		plays(&row, table[i].outcome, table[i].why);
	}
	assert_false(lane.stand.dirty);
}

static void quiet(struct tw_scene *sc, const void *arg)
{
	(void)arg;
	end(sc);
}

/* What an RFC demands and the scenario did not look for is neither met nor missed. */
static void demands_have_to_be_looked_for(void **state)
{
	static const struct tw_find other[] = { IS("elsewhere", "looked"),
						{ .kind = TW_FIND_NONE } };
	struct tw_case row = row_of(quiet, NULL);

	(void)state;
	row.rfc = (struct tw_rfc){ .clause = "RFC 9293 3.6", .says = "a demand" };
	row.rfc.want[0].finds = reaches_end;
	plays(&row, TW_PASS, "");
	row.rfc.want[1].finds = other;
	plays(&row, TW_ERROR, "did not find out about \"elsewhere\"");
}

static void held_up(struct tw_scene *sc, const void *arg)
{
	unsigned *left = *(unsigned *const *)arg;

	if (*left && (*left)--)
		tw_scene_held_up(sc, "too late");
	end(sc);
}

static void held_up_is_set_up_again(void **state)
{
	unsigned left = 0, *at = &left;
	struct tw_case row = row_of(held_up, &at);
	struct tw_result res;

	(void)state;
	need_namespaces();
	for (unsigned n = 0; n <= TW_SETUPS_HELD_UP_MAX; n++) {
		left = n;
		self_play(&lane.stand, &lane.facts, &row, TW_IPV4, &res);
		assert_int_equal(res.verdict.outcome,
				 n < TW_SETUPS_HELD_UP_MAX ? TW_PASS : TW_ERROR);
		assert_int_equal(res.ev.setups,
				 n < TW_SETUPS_HELD_UP_MAX ? n + 1 : TW_SETUPS_HELD_UP_MAX);
		tw_evidence_free(&res.ev);
	}
}

/* The process is stopped for so long, in two parts; what it finds then is wrong, but for the last time. */
static void stalls(struct tw_scene *sc, const void *arg)
{
	unsigned *left = *(unsigned *const *)arg;
	uint64_t until;

	tw_scene_fence(sc);
	if (!*left) {
		end(sc);
		return;
	}
	(*left)--;
	for (unsigned i = 0; i < 2; i++) {
		until = tw_scene_now(sc) + 60 * SCENE_MS_NS;
		while (tw_scene_now(sc) < until)
			;
		tw_scene_fence(sc);
	}
	tw_find_text(sc, "end", "missed");
}

static void a_stalled_scene_is_no_failure(void **state)
{
	unsigned left = 0, *at = &left;
	struct tw_case row = row_of(stalls, &at);
	struct tw_result res;

	(void)state;
	need_namespaces();
	for (unsigned n = 0; n <= TW_SETUPS_HELD_UP_MAX; n++) {
		left = n;
		self_play(&lane.stand, &lane.facts, &row, TW_IPV4, &res);
		assert_int_equal(res.verdict.outcome,
				 n < TW_SETUPS_HELD_UP_MAX ? TW_PASS : TW_ERROR);
		assert_true(n < TW_SETUPS_HELD_UP_MAX || res.verdict.held_up);
		tw_evidence_free(&res.ev);
	}
}

/* ---- what is left lying about ---- */

static void untidy(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8);

	(void)arg;
	for (unsigned i = 0; i < 3; i++) {
		struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);
		int fd = tw_scene_accepted(sc, listener, conn);

		if (i == 0)
			tw_app_send(sc, fd, 1000); /* never acked */
		if (i == 1)
			tw_app_away(sc, fd, true, TW_AWAY_HOLD);
	}
	tw_app_bind(sc, tw_app_socket(sc, SOCK_DGRAM), tw_end_any(7777));
	tw_scene_sysctl(sc, "net.ipv4.tcp_fin_timeout", "3");
	if (*(const bool *)arg)
		tw_scene_fail(sc, "and that was it");
	end(sc);
}

static unsigned open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void look_tidy(struct tw_scene *sc, const void *arg)
{
	int fd = tw_app_listener(sc, TW_APP_PORT, 8);

	(void)arg;
	tw_find_number(sc, "fin-timeout", tw_scene_read_sysctl(sc, "net.ipv4.tcp_fin_timeout"));
	tw_app_close(sc, fd);
	tw_find_result(sc, "udp", tw_app_bind(sc, tw_app_socket(sc, SOCK_DGRAM), tw_end_any(7777)));
}

static void everything_is_taken_back(void **state)
{
	static const bool fails[] = { false, true };
	struct tw_case tidy = row_of(look_tidy, NULL);
	unsigned files = open_files();

	(void)state;
	tidy.expect.finds = (const struct tw_find[]){ NUM("fin-timeout", 60),
						      IS("udp", "OK"),
						      { .kind = TW_FIND_NONE } };
	for (unsigned i = 0; i < 2; i++) {
		struct tw_case row = row_of(untidy, &fails[i]);

		plays(&row, fails[i] ? TW_ERROR : TW_PASS, fails[i] ? "and that was it" : "");
		assert_int_equal(open_files(), files);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		assert_int_equal(errno, ECHILD);
		assert_false(lane.stand.dirty);
		plays(&tidy, TW_PASS, "");
	}
}

/* ---- what the kernel lacks ---- */

static void sets_what_is_not_there(struct tw_scene *sc, const void *arg)
{
	(void)arg;
	tw_scene_sysctl(sc, "net.ipv4.tcp_never", "1");
	end(sc);
}

static void reads_what_is_not_there(struct tw_scene *sc, const void *arg)
{
	(void)arg;
	tw_find_number(sc, "never", tw_scene_read_sysctl(sc, "net.ipv4.tcp_never"));
	end(sc);
}

static void names_what_is_not_there(struct tw_scene *sc, const void *arg)
{
	(void)arg;
	tw_scene_nft_on_dut(sc, "delete table ip never");
	end(sc);
}

static void what_the_kernel_lacks_is_a_skip(void **state)
{
	struct tw_case sets = row_of(sets_what_is_not_there, NULL);
	struct tw_case reads = row_of(reads_what_is_not_there, NULL);
	struct tw_case names = row_of(names_what_is_not_there, NULL);

	(void)state;
	plays(&sets, TW_SKIP, "this kernel has no net.ipv4.tcp_never");
	plays(&reads, TW_SKIP, "this kernel has no net.ipv4.tcp_never");
	plays(&names, TW_SKIP, "nftables");
}

/* ---- measuring goes wrong ---- */

static void speaks_to_nobody(struct tw_scene *sc, const void *arg)
{
	(void)arg;
	tw_app_connect(sc, tw_app_socket(sc, SOCK_STREAM), tw_end_peer(sc, 2, 80));
	end(sc);
}

static void bad_measuring_is_no_verdict(void **state)
{
	struct tw_case stray = row_of(speaks_to_nobody, NULL), row = row_of(quiet, NULL);
	struct tw_case life = row_of(whole_life, NULL);

	(void)state;
	plays(&stray, TW_ERROR, "belong to no tuple");
	lane.deaf = true;
	lane.when = BROKEN_ALWAYS;
	plays(&row, TW_ERROR, "were there when the send call had returned");
	plays(&life, TW_ERROR, "were there when the send call had returned");
	lane.when = BROKEN_NEVER;
	plays(&row, TW_PASS, "");
}

static void falls_silent(struct tw_scene *sc, const void *arg)
{
	(void)arg;
	lane.when = BROKEN_ALWAYS; /* the sniffer goes deaf while the scene plays */
	lane.deaf = true;
	tw_scene_fence(sc);
	lane.when = BROKEN_NEVER;
	end(sc);
}

static void a_deaf_moment(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn = tw_peer_new(sc, 4444);

	(void)arg;
	lane.when = BROKEN_ALWAYS; /* a RST is lost */
	SAY(sc, conn, .flags = SYN);
	lane.when = BROKEN_NEVER;
	end(sc);
}

static void a_sniffer_that_goes_deaf(void **state)
{
	struct tw_case silent = row_of(falls_silent, NULL), moment = row_of(a_deaf_moment, NULL);

	(void)state;
	plays(&silent, TW_ERROR, "the fence was not answered");
	plays(&moment, TW_ERROR, "captured");
}

/* ---- other processes ---- */

static void closes_elsewhere(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd, process, ret = -1;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);
	unsigned ms = 0;

	(void)arg;
	fd = tw_scene_accepted(sc, listener, conn);
	process = tw_app_away(sc, fd, true, TW_AWAY_CLOSE);
	tw_peer_hears(sc, conn, 1, 5000);
	tw_find_text(sc, "wire", "%s", conn && conn->n ? "spoke" : "silence");
	for (unsigned i = 0; i < 500 && !tw_app_away_done(sc, process, &ret, &ms); i++)
		tw_scene_wait(sc, 10);
	tw_find_result(sc, "close", ret);
	end(sc);
}

static void dies_elsewhere(struct tw_scene *sc, const void *arg)
{
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd, process;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	(void)arg;
	fd = tw_scene_accepted(sc, listener, conn);
	process = tw_app_away(sc, fd, true, TW_AWAY_HOLD);
	tw_find_reply(sc, "before", conn);
	tw_app_away_kill(sc, process);
	tw_find_reply(sc, "after", conn);
	end(sc);
}

static void sockets_live_elsewhere(void **state)
{
	struct tw_case closing = row_of(closes_elsewhere, NULL),
		       dying = row_of(dies_elsewhere, NULL);

	(void)state;
	closing.expect.finds = (const struct tw_find[]){ IS("wire", "spoke"),
							 IS("close", "OK"),
							 { .kind = TW_FIND_NONE } };
	plays(&closing, TW_PASS, "");
	dying.expect.finds = (const struct tw_find[]){ IS("before", "silence"),
						       IS("after", "FIN|ACK"),
						       { .kind = TW_FIND_NONE } };
	plays(&dying, TW_PASS, "");
}

/* ---- a second lane ---- */

struct visit {
	struct tw_say say;
	bool stay; /* and never come back */
};

/* What is done in the second lane is counted in none. */
static void visits(struct tw_scene *sc, const void *arg)
{
	const struct visit *v = arg;
	struct tw_conn *conn;
	struct tw_entry before;
	uint64_t sent_at[2];

	tw_app_listener(sc, TW_APP_PORT, 8);
	tw_scene_elsewhere(sc);
	tw_app_close(sc, tw_scene_served(sc, &conn));
	tw_peer_time_wait(sc, conn);
	tw_scene_wait(sc, TW_AGED_MS);
	if (!tw_scene_going(sc))
		return;
	before = tw_scene_entry(sc, conn);
	sent_at[0] = tw_scene_now(sc);
	tw_peer_say(sc, conn, &v->say);
	sent_at[1] = tw_scene_now(sc);
	tw_find_fate(sc, "entry", conn, &before, sent_at);
	if (v->stay)
		return;
	tw_scene_home(sc);
	tw_find_state(sc, "at-home", conn);
}

static void fate_in_a_second_lane(void **state)
{
	static const struct {
		struct visit visit;
		struct tw_find finds[4];
	} cases[] = {
		{ { { .flags = TW_FIN | TW_ACK, .seq = -1u }, false },
		  { IS("entry", "restarted"), IS("at-home", "gone"), MOVES("TcpInSegs", 0) } },
		{ { { .flags = TW_RST, .seq = 1 }, false },
		  { IS("entry", "running"), IS("at-home", "gone") } },
		{ { { .flags = TW_RST }, true }, { IS("entry", "gone") } },
	};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct tw_case row = row_of(visits, &cases[i].visit);

		row.expect.finds = cases[i].finds;
		plays(&row, TW_PASS, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_life_is_found),
		cmocka_unit_test(the_dut_connects),
		cmocka_unit_test(the_first_failure_sticks),
		cmocka_unit_test(demands_have_to_be_looked_for),
		cmocka_unit_test(held_up_is_set_up_again),
		cmocka_unit_test(a_stalled_scene_is_no_failure),
		cmocka_unit_test(everything_is_taken_back),
		cmocka_unit_test(what_the_kernel_lacks_is_a_skip),
		cmocka_unit_test(bad_measuring_is_no_verdict),
		cmocka_unit_test(a_sniffer_that_goes_deaf),
		cmocka_unit_test(sockets_live_elsewhere),
		cmocka_unit_test(fate_in_a_second_lane),
	};

	prepare();
	return !!cmocka_run_group_tests_name("test_scene", tests, begin_all, end_all);
}
