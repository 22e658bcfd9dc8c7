/*
 * A DUT at home: in a namespace that outlives its lane, as old kernels need it. Here a namespace of the test's own plays the machine's
 * initial one.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/process.h"
#include "netns/home.h"
#include "netns/sysctl.h"
#include "netns_help.h"
#include "run/plan.h"
#include "run/play.h"
#include "stand/facts_probe.h"
#include "stand/stand.h"

static const char RFC1337[] = "net.ipv4.tcp_rfc1337";

static void settle_in_new(void)
{
	struct tw_err err = { "" };
	int ns = tw_ns_new(&err);

	assert_ok(ns, &err);
	assert_int_equal(setns(ns, CLONE_NEWNET), 0);
	close(ns);
	assert_ok(tw_home_settle(&err), &err);
}

/* Who lives in the home is a guest's init: an ordinary user's may not make TCP forget its peers. */
static void need_a_home(void)
{
	struct tw_err err = { "" };
	int ns;

	need_namespaces();
	if (!tw_home_settled())
		settle_in_new();
	ns = tw_home_take(&err);
	if (ns == -EPERM) {
		print_message("# SKIP: %s\n", err.text);
		skip();
	}
	assert_ok(ns, &err);
	tw_home_give(ns);
}

static int take(void)
{
	struct tw_err err = { "" };
	int ns = tw_home_take(&err);

	assert_ok(ns, &err);
	return ns;
}

static int set_rfc1337(void *arg, struct tw_err *err)
{
	return tw_sysctl_set(RFC1337, arg, err);
}

static void assert_rfc1337(const char *want)
{
	char value[16];

	assert_int_equal(tw_sysctl_get(RFC1337, value, sizeof(value), NULL), 0);
	assert_string_equal(value, want);
}

static void test_a_new_one_without_a_home(void **state)
{
	int ns;

	(void)state;
	need_namespaces();
	assert_false(tw_home_settled());
	assert_int_equal(tw_home_room(8), 8);
	ns = take();
	assert_false(tw_home_is(ns));
	tw_home_give(ns);
}

static bool here(const char *name)
{
	char value[128];

	return tw_sysctl_get(name, value, sizeof(value), NULL) == 0;
}

/* Every kernel has some; a machine that is itself a container does not show them. */
static void test_settings_of_the_whole_machine(void **state)
{
	static const char of_all[] = "net.ipv4.tcp_mem", of_each[] = "net.ipv4.tcp_rfc1337";
	struct tw_facts facts;
	struct tw_err err = { "" };

	(void)state;
	need_namespaces();
	assert_ok(tw_facts_look(&facts, &err), &err);
	assert_int_equal(tw_facts_tell(&facts, of_each), TW_YES);
	assert_int_equal(tw_facts_tell(&facts, "net.ipv4.tcp_never"), TW_NO);
	assert_int_equal(tw_facts_tell(&facts, of_all), here(of_all) ? TW_UNTOLD : TW_NO);
	tw_facts_free(&facts);
}

static void test_the_home_and_for_a_second_one_another(void **state)
{
	int first, second;

	(void)state;
	need_a_home();
	assert_int_equal(tw_home_room(8), 1);
	assert_int_equal(tw_home_room(0), 0);
	first = take();
	second = take();
	assert_true(tw_home_is(first));
	assert_false(tw_home_is(second));
	tw_home_give(second);
	tw_home_give(first);
	first = take();
	assert_true(tw_home_is(first));
	tw_home_give(first);
}

static void test_settings_are_as_they_were(void **state)
{
	struct tw_err err = { "" };
	int ns;

	(void)state;
	need_a_home();
	ns = take();
	assert_ok(tw_ns_in(ns, set_rfc1337, "1", &err), &err);
	tw_home_give(ns);
	assert_rfc1337("1");
	ns = take();
	assert_rfc1337("0");
	tw_home_give(ns);
}

static void test_devices_of_the_one_before_are_gone(void **state)
{
	struct tw_err err = { "" };
	struct tw_lane lane;
	char names[128];
	int ns;

	(void)state;
	need_a_home();
	for (unsigned i = 0; i < 3; i++) {
		assert_ok(tw_lane_open(i == 1 ? TW_VIA_ROUTER : TW_DIRECT, &lane, &err), &err);
		assert_true(tw_home_is(lane.dut_ns));
		links(names, sizeof(names));
		assert_non_null(strstr(names, "tw0"));
		tw_lane_close(&lane);
	}
	ns = take();
	links(names, sizeof(names));
	assert_string_equal(names, "lo ");
	tw_home_give(ns);
}

static int live_there(void *arg)
{
	bool *gone = arg;
	int ns = tw_home_take(NULL);

	if (ns < 0)
		return 1;
	gone[0] = true; /* has moved in */
	usleep(200000);
	gone[1] = true;
	return 0; /* and dies there */
}

static void test_who_comes_later_waits(void **state)
{
	bool *gone = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	int ns;

	(void)state;
	need_a_home();
	assert_ptr_not_equal(gone, MAP_FAILED);
	pid = tw_process_start(live_there, gone, NULL);
	assert_true(pid > 0);
	while (!*(volatile bool *)&gone[0] && waitpid(pid, NULL, WNOHANG) == 0)
		usleep(1000);
	assert_true(gone[0]);
	ns = take();
	assert_true(gone[1]);
	assert_true(tw_home_is(ns));
	tw_home_give(ns);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	munmap(gone, 4096);
}

/* The same row several times: each finds the home as if nobody had been there. */
static void test_rows_in_the_same_home(void **state)
{
	const char *const pattern = "syn.seq-above.ts-above";
	const struct tw_selection sel = { .pattern = (char *[]){ (char *)pattern },
					  .n_patterns = 1 };
	const struct tw_stand_cfg cfg = {
		.batch = 1, .age_ms = 24, .count = true, .ring = 1 << 20
	};
	struct tw_plan plan = { .n = 0 };
	struct tw_facts facts;
	struct tw_stand stand;
	struct tw_err err = { "" };
	uint64_t deadline;

	(void)state;
	need_a_home();
	assert_ok(tw_facts_look(&facts, &err), &err);
	assert_ok(tw_plan_make(&sel, &plan, &err), &err);
	for (unsigned i = 0; i < 2 * plan.n; i++) {
		struct tw_result *res = calloc(1, sizeof(*res));
		struct tw_play play;

		assert_non_null(res);
		assert_ok(tw_stand_open(&stand, &cfg, &err), &err);
		assert_true(tw_home_is(stand.lane.dut_ns));
		res->row = plan.item[i % plan.n].row;
		res->family = plan.item[i % plan.n].family;
		tw_play_start(&play, &stand, &facts, res, 1);
		while (!tw_play_poll(&play, &deadline))
			usleep(1000);
		assert_int_equal(res->verdict.outcome, TW_PASS);
		tw_evidence_free(&res->ev);
		tw_stand_close(&stand);
		free(res);
	}
	tw_plan_free(&plan);
	tw_facts_free(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_new_one_without_a_home),
		cmocka_unit_test(test_settings_of_the_whole_machine),
		cmocka_unit_test(test_the_home_and_for_a_second_one_another),
		cmocka_unit_test(test_settings_are_as_they_were),
		cmocka_unit_test(test_devices_of_the_one_before_are_gone),
		cmocka_unit_test(test_who_comes_later_waits),
		cmocka_unit_test(test_rows_in_the_same_home),
	};

	prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
