/* Sysctls for real, in a namespace of their own: what is read back, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "netns/sysctl.h"
#include "netns_help.h"

static int try_sysctls(void *arg, struct tw_err *err)
{
	const char *name = "net.ipv4.tcp_rfc1337";
	char value[64];

	(void)arg;
	assert_ok(tw_sysctl_set(name, "1", err), err);
	assert_ok(tw_sysctl_get(name, value, sizeof(value), err), err);
	assert_string_equal(value, "1");
	assert_ok(tw_sysctl_set(name, "0", err), err);
	assert_ok(tw_sysctl_get(name, value, sizeof(value), err), err);
	assert_string_equal(value, "0");
	/* More than one number, and room that just suffices or just does not. */
	assert_ok(tw_sysctl_set("net.ipv4.ip_local_port_range", "20000 30000", err), err);
	assert_ok(tw_sysctl_get("net.ipv4.ip_local_port_range", value, 12, err), err);
	assert_string_equal(value, "20000\t30000");
	assert_int_equal(tw_sysctl_get("net.ipv4.ip_local_port_range", value, 11, err), -ENOBUFS);
	return 0;
}

static void test_sysctl(void **state)
{
	struct tw_lane lane = open_lane();
	struct tw_err err = { "" };

	(void)state;
	assert_ok(tw_ns_in(lane.dut_ns, try_sysctls, NULL, &err), &err);
	tw_lane_close(&lane);
}

static int try_refusals(void *arg, struct tw_err *err)
{
	static const char *const not_names[] = {
		"",
		".",
		"net",
		"net.",
		"net.ipv4",
		"net.ipv4.",
		"net..ipv4",
		"../../x",
		"net.ipv4/../x",
		"net/ipv4/tcp_rfc1337",
		"net.ipv4.../../kernel/hostname",
		"net.ipv4.tcp_rfc1337\n",
		"net.ipv4.tcp rfc1337",
		"kernel.hostname",
		"/etc/passwd",
		"networks.a",
	};
	const char *name = "net.ipv4.tcp_rfc1337";
	char value[64], many[600];
	unsigned i;

	(void)arg;
	for (i = 0; i < sizeof(not_names) / sizeof(not_names[0]); i++) {
		assert_int_equal(tw_sysctl_get(not_names[i], value, sizeof(value), err), -EINVAL);
		assert_int_equal(tw_sysctl_set(not_names[i], "0", err), -EINVAL);
	}
	memset(many, 'a', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	memcpy(many, "net.", 4);
	assert_int_equal(tw_sysctl_get(many, value, sizeof(value), err), -EINVAL);
	assert_int_equal(tw_sysctl_get("net.ipv4.tcp_nosuch", value, sizeof(value), err), -ENOENT);
	assert_non_null(strstr(err->text, "net.ipv4.tcp_nosuch"));
	assert_int_equal(tw_sysctl_set("net.ipv4.tcp_nosuch", "1", err), -ENOENT);
	assert_int_equal(tw_sysctl_set(name, "many", err), -EINVAL);
	assert_non_null(strstr(err->text, "many"));
	assert_int_equal(tw_sysctl_set(name, "", err), -EINVAL);
	assert_int_equal(tw_sysctl_set(name, "1\n", err), -EINVAL);
	assert_int_equal(tw_sysctl_set(name, many, err), -EINVAL);
	assert_int_equal(tw_sysctl_set("net.ipv4.ip_default_ttl", "4711", err), -EINVAL);
	assert_ok(tw_sysctl_get(name, value, sizeof(value), err), err);
	assert_string_equal(value, "0");
	return 0;
}

static void test_sysctl_refusals(void **state)
{
	struct tw_lane lane = open_lane();
	struct tw_err err = { "" };

	(void)state;
	assert_ok(tw_ns_in(lane.dut_ns, try_refusals, NULL, &err), &err);
	tw_lane_close(&lane);
}

struct seen {
	unsigned n;
	bool rfc1337, in_order;
	char last[128];
};

static void see(void *arg, const char *name)
{
	struct seen *seen = arg;

	seen->n++;
	seen->rfc1337 |= !strcmp(name, "net.ipv4.tcp_rfc1337");
	seen->in_order &= strcmp(seen->last, name) < 0;
	assert_int_equal(strncmp(name, "net.ipv4.tcp_", 13), 0);
	snprintf(seen->last, sizeof(seen->last), "%s", name);
}

static int each_tcp(void *arg, struct tw_err *err)
{
	return tw_sysctl_each_tcp(see, arg, err);
}

static void test_sysctl_each(void **state)
{
	struct seen seen = { .in_order = true };
	struct tw_lane lane = open_lane();
	struct tw_err err = { "" };

	(void)state;
	assert_ok(tw_ns_in(lane.dut_ns, each_tcp, &seen, &err), &err);
	assert_true(seen.rfc1337 && seen.in_order && seen.n > 20);
	tw_lane_close(&lane);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sysctl),
		cmocka_unit_test(test_sysctl_refusals),
		cmocka_unit_test(test_sysctl_each),
	};

	prepare();
	return !!cmocka_run_group_tests_name("test_sysctl", tests, NULL, NULL);
}
