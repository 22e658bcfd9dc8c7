/*
 * The reader of /proc/net/netstat and its kin, and what is told of two readings.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/counters.h"

static int parse(struct tw_counters *cs, const char *text, struct tw_err *err)
{
	/* a block of its own size, so that reading behind the end is noticed */
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);
	int ret;

	assert_non_null(copy);
	memcpy(copy, text, len);
	ret = tw_counters_parse(cs, copy, len, err);
	free(copy);
	return ret;
}

static const struct good {
	const char *what, *text;
	struct tw_counter want[4]; /* up to the first without a name */
} goods[] = {
	{ "nothing", "", { { "", 0 } } },
	{ "blank lines", "\n\n  \n\t\n", { { "", 0 } } },
	{ "one pair",
	  "TcpExt: SyncookiesSent TW\nTcpExt: 1 22\n",
	  { { "TcpExtSyncookiesSent", 1 }, { "TcpExtTW", 22 } } },
	{ "two pairs",
	  "Tcp: InSegs OutSegs\nTcp: 3 4\nUdp: InDatagrams\nUdp: 5\n",
	  { { "TcpInSegs", 3 }, { "TcpOutSegs", 4 }, { "UdpInDatagrams", 5 } } },
	{ "no newline at the end", "IpExt: InOctets\nIpExt: 7", { { "IpExtInOctets", 7 } } },
	{ "MaxConn is -1",
	  "Tcp: MaxConn InSegs\nTcp: -1 9\n",
	  { { "TcpMaxConn", UINT64_MAX }, { "TcpInSegs", 9 } } },
	{ "a pair without counters", "TcpExt:\nTcpExt:\n", { { "", 0 } } },
	{ "blanks of all sorts",
	  "  Tcp:\tA  B \nTcp:  1\t\t2 \n",
	  { { "TcpA", 1 }, { "TcpB", 2 } } },
	{ "snmp6",
	  "Ip6InReceives                   \t12\nIcmp6OutMsgs\t0\n",
	  { { "Ip6InReceives", 12 }, { "Icmp6OutMsgs", 0 } } },
	{ "snmp6 without newline", "Ip6InReceives 1", { { "Ip6InReceives", 1 } } },
	{ "both sorts in one text",
	  "Tcp: A\nTcp: 1\nUdp6InErrors 2\n",
	  { { "TcpA", 1 }, { "Udp6InErrors", 2 } } },
	{ "leading zeros", "Tcp: A B\nTcp: 007 0\n", { { "TcpA", 7 }, { "TcpB", 0 } } },
	{ "the greatest number",
	  "Tcp: A B\nTcp: 18446744073709551615 9223372036854775807\n",
	  { { "TcpA", UINT64_MAX }, { "TcpB", INT64_MAX } } },
	{ "the longest name",
	  "TcpExt: N2345678901234567890123456789012345678901\nTcpExt: 1\n",
	  { { "TcpExtN2345678901234567890123456789012345678901", 1 } } },
};

static void good_texts_are_read(void **state)
{
	static struct tw_counters cs;

	(void)state;
	for (size_t i = 0; i < sizeof(goods) / sizeof(*goods); i++) {
		const struct good *g = &goods[i];
		struct tw_err err = { "" };
		unsigned n = 0;

		cs.n = 0;
		if (parse(&cs, g->text, &err))
			fail_msg("%s: %s", g->what, err.text);
		while (n < 4 && g->want[n].name[0])
			n++;
		if (cs.n != n)
			fail_msg("%s: %u counters, not %u", g->what, cs.n, n);
		for (unsigned k = 0; k < n; k++) {
			assert_string_equal(cs.c[k].name, g->want[k].name);
			if (cs.c[k].value != g->want[k].value)
				fail_msg("%s: %s is %llu", g->what, cs.c[k].name,
					 (unsigned long long)cs.c[k].value);
		}
	}
}

static const struct bad {
	const char *what, *text, *says;
} bads[] = {
	{ "no line of values", "TcpExt: A B\n", "no line of values" },
	{ "no line of values, no newline", "TcpExt: A B", "no line of values" },
	{ "a blank line between", "TcpExt: A\n\nTcpExt: 1\n", "no line of values" },
	{ "other prefix", "TcpExt: A\nIpExt: 1\n", "no line of values" },
	{ "other prefix, as long", "TcpExt: A\nTcpExy: 1\n", "no line of values" },
	{ "longer prefix", "TcpExt: A\nTcpExtt: 1\n", "no line of values" },
	{ "prefix without colon", "TcpExt: A\nTcpExt 1\n", "no line of values" },
	{ "too few values", "TcpExt: A Bee\nTcpExt: 1\n", "Bee has no value" },
	{ "too many values", "TcpExt: A\nTcpExt: 1 2\n", "more values" },
	{ "a word for a value", "TcpExt: A Bee\nTcpExt: 1 x\n", "Bee is no number" },
	{ "a value with a tail", "TcpExt: A\nTcpExt: 1x\n", "A is no number" },
	{ "a lone minus", "TcpExt: A\nTcpExt: -\n", "A is no number" },
	{ "a plus", "TcpExt: A\nTcpExt: +1\n", "A is no number" },
	{ "hexadecimal", "TcpExt: A\nTcpExt: 0x1\n", "A is no number" },
	{ "a fraction", "TcpExt: A\nTcpExt: 1.0\n", "A is no number" },
	{ "one too great", "TcpExt: A\nTcpExt: 18446744073709551616\n", "A is no number" },
	{ "much too great", "TcpExt: A\nTcpExt: 99999999999999999999999\n", "A is no number" },
	{ "snmp6 without value", "Ip6InReceives\n", "Ip6InReceives has no value" },
	{ "snmp6 with a word", "Ip6InReceives many\n", "Ip6InReceives is no number" },
	{ "a name one too long", "TcpExt: N23456789012345678901234567890123456789012\nTcpExt: 1\n",
	  "too long" },
	{ "a long snmp6 name", "N23456789012345678901234567890123456789012345678 1\n", "too long" },
};

static void bad_texts_are_refused(void **state)
{
	static struct tw_counters cs;

	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(*bads); i++) {
		struct tw_err err = { "" };
		int ret;

		cs.n = 0;
		ret = parse(&cs, bads[i].text, &err);
		if (ret != -EINVAL)
			fail_msg("%s: %d", bads[i].what, ret);
		if (!strstr(err.text, bads[i].says))
			fail_msg("%s: \"%s\"", bads[i].what, err.text);
		assert_int_equal(parse(&cs, bads[i].text, NULL), -EINVAL);
	}
}

/* A name of any length gives an error of some length, and no overrun. */
static void endless_names_are_refused(void **state)
{
	static struct tw_counters cs;
	static char text[100000];
	struct tw_err err = { "" };

	(void)state;
	memset(text, 'n', sizeof(text) - 1);
	assert_int_equal(parse(&cs, text, &err), -EINVAL);
	memcpy(text, "T: ", 3);
	assert_int_equal(parse(&cs, text, &err), -EINVAL);
	text[50000] = ':';
	text[50001] = '\n';
	assert_int_equal(parse(&cs, text, &err), -EINVAL);
	memset(text, '1', sizeof(text) - 1);
	memcpy(text, "T: A\nT: ", 8);
	assert_int_equal(parse(&cs, text, &err), -EINVAL);
	assert_int_equal(cs.n, 0);
}

/* "T: C0 C1 ..." and its values, @n of them. */
static char *many(unsigned n)
{
	char *text = malloc(32 * (size_t)n + 16);
	size_t len = 2;

	assert_non_null(text);
	strcpy(text, "T:");
	for (unsigned i = 0; i < n; i++)
		len += (size_t)sprintf(text + len, " C%u", i);
	len += (size_t)sprintf(text + len, "\nT:");
	for (unsigned i = 0; i < n; i++)
		len += (size_t)sprintf(text + len, " %u", i);
	strcpy(text + len, "\n");
	return text;
}

static void a_thousand_counters_and_not_more(void **state)
{
	static struct tw_counters cs;
	char *text = many(TW_COUNTERS_CAP), *more = many(TW_COUNTERS_CAP + 1);
	struct tw_err err = { "" };

	(void)state;
	cs.n = 0;
	assert_int_equal(parse(&cs, text, &err), 0);
	assert_int_equal(cs.n, TW_COUNTERS_CAP);
	assert_int_equal(tw_counters_get(&cs, "TC1023"), 1023);
	assert_int_equal(parse(&cs, "Ip6InReceives 1\n", &err), -E2BIG);
	assert_non_null(strstr(err.text, "1024"));
	assert_int_equal(cs.n, TW_COUNTERS_CAP);
	cs.n = 0;
	assert_int_equal(parse(&cs, more, &err), -E2BIG);
	free(text);
	free(more);
}

/* Several files are read into one table, one after the other. */
static void texts_add_up(void **state)
{
	static struct tw_counters cs;

	(void)state;
	cs.n = 0;
	assert_int_equal(parse(&cs, "Tcp: A\nTcp: 1\n", NULL), 0);
	assert_int_equal(parse(&cs, "TcpExt: A\nTcpExt: 2\n", NULL), 0);
	assert_int_equal(parse(&cs, "Ip6A 3\n", NULL), 0);
	assert_int_equal(cs.n, 3);
	assert_int_equal(tw_counters_get(&cs, "TcpA"), 1);
	assert_int_equal(tw_counters_get(&cs, "TcpExtA"), 2);
	assert_int_equal(tw_counters_get(&cs, "Ip6A"), 3);
	assert_int_equal(tw_counters_get(&cs, "Tcp"), 0);
	assert_int_equal(tw_counters_get(&cs, "TcpAA"), 0);
	assert_int_equal(tw_counters_get(&cs, ""), 0);
}

/* What the kernel that runs this says must be readable, or nothing is. */
static void this_kernels_files_are_read(void **state)
{
	static const char *const files[] = { "/proc/net/snmp", "/proc/net/netstat",
					     "/proc/net/snmp6" };
	static struct tw_counters cs;
	static char text[1 << 17];

	(void)state;
	cs.n = 0;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct tw_err err = { "" };
		FILE *in = fopen(files[i], "re");
		size_t len;

		if (!in)
			continue;
		len = fread(text, 1, sizeof(text), in);
		fclose(in);
		if (tw_counters_parse(&cs, text, len, &err))
			fail_msg("%s: %s", files[i], err.text);
	}
	assert_true(cs.n > 50);
}

static void set(struct tw_counters *cs, const char *name, uint64_t value)
{
	struct tw_counter *c = &cs->c[cs->n++];

	snprintf(c->name, sizeof(c->name), "%s", name);
	c->value = value;
}

static void moved_puts_tcp_first(void **state)
{
	static struct tw_counters before, after;
	struct tw_moved got[TW_MOVED_MAX];

	(void)state;
	before.n = after.n = 0;
	set(&before, "IpInReceives", 1);
	set(&before, "TcpInSegs", 10);
	set(&before, "Ip6OutRequests", 5);
	set(&before, "TcpExtTW", 0);
	set(&before, "UdpInDatagrams", 3);
	after = before;
	after.c[0].value = 2;
	after.c[1].value = 12;
	after.c[2].value = 4; /* a counter that was set back has moved as well */
	after.c[3].value = 1;
	assert_int_equal(tw_counters_moved(&before, &after, got), 4);
	assert_string_equal(got[0].name, "TcpInSegs");
	assert_int_equal(got[0].before, 10);
	assert_int_equal(got[0].after, 12);
	assert_string_equal(got[1].name, "TcpExtTW");
	assert_string_equal(got[2].name, "IpInReceives");
	assert_string_equal(got[3].name, "Ip6OutRequests");
	assert_int_equal(got[3].before, 5);
	assert_int_equal(got[3].after, 4);
	assert_int_equal(tw_counters_moved(&after, &after, got), 0);
}

static void moved_leaves_gauges_out(void **state)
{
	static const char *const gauges[] = { "TcpCurrEstab", "TcpRtoMin", "TcpRtoMax",
					      "TcpRtoAlgorithm", "TcpMaxConn" };
	static struct tw_counters before, after;
	struct tw_moved got[TW_MOVED_MAX];

	(void)state;
	before.n = after.n = 0;
	for (size_t i = 0; i < sizeof(gauges) / sizeof(*gauges); i++) {
		set(&before, gauges[i], 1);
		set(&after, gauges[i], 2);
	}
	set(&after, "TcpCurrEstabs", 1); /* is none of them */
	assert_int_equal(tw_counters_moved(&before, &after, got), 1);
	assert_string_equal(got[0].name, "TcpCurrEstabs");
	assert_int_equal(got[0].before, 0);
}

/*
 * The kernel prints MPTcpExt only once it is in use: what was not there was zero, wherever it is
 * put.
 */
static void moved_sees_new_counters(void **state)
{
	static struct tw_counters before, after;
	struct tw_moved got[TW_MOVED_MAX];

	(void)state;
	before.n = after.n = 0;
	set(&before, "TcpA", 1);
	set(&before, "TcpB", 2);
	set(&before, "TcpGone", 3);
	set(&after, "TcpNew", 7);
	set(&after, "TcpNewZero", 0);
	set(&after, "TcpB", 2);
	set(&after, "TcpA", 4);
	assert_int_equal(tw_counters_moved(&before, &after, got), 2);
	assert_string_equal(got[0].name, "TcpNew");
	assert_int_equal(got[0].before, 0);
	assert_int_equal(got[0].after, 7);
	assert_string_equal(got[1].name, "TcpA");
	assert_int_equal(got[1].before, 1);
	before.n = 0;
	assert_int_equal(tw_counters_moved(&before, &after, got), 3);
}

static void moved_is_capped(void **state)
{
	static struct tw_counters before, after;
	struct tw_moved got[TW_MOVED_MAX + 1];
	char name[48];

	(void)state;
	before.n = after.n = 0;
	for (unsigned i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "IpExt%u", i);
		set(&after, name, 1);
	}
	set(&after, "TcpLast", 1);
	memset(got, 0x5a, sizeof(got));
	assert_int_equal(tw_counters_moved(&before, &after, got), TW_MOVED_MAX);
	assert_string_equal(got[0].name, "TcpLast");
	assert_string_equal(got[1].name, "IpExt0");
	assert_string_equal(got[TW_MOVED_MAX - 1].name, "IpExt62");
	assert_int_equal(got[TW_MOVED_MAX].name[0], 0x5a);
	after.n = 0;
	for (unsigned i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "TcpExt%u", i);
		set(&after, name, 1);
	}
	assert_int_equal(tw_counters_moved(&before, &after, got), TW_MOVED_MAX);
	assert_int_equal(got[TW_MOVED_MAX].name[0], 0x5a);
}

static void watched_counters_are_tcps(void **state)
{
	unsigned n = 0;

	(void)state;
	for (; tw_counters_watched[n]; n++) {
		assert_int_equal(strncmp(tw_counters_watched[n], "Tcp", 3), 0);
		assert_true(strlen(tw_counters_watched[n]) <
			    sizeof(((struct tw_counter *)0)->name));
		for (unsigned k = 0; k < n; k++)
			assert_string_not_equal(tw_counters_watched[k], tw_counters_watched[n]);
	}
	assert_true(n > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_texts_are_read),
		cmocka_unit_test(bad_texts_are_refused),
		cmocka_unit_test(endless_names_are_refused),
		cmocka_unit_test(a_thousand_counters_and_not_more),
		cmocka_unit_test(texts_add_up),
		cmocka_unit_test(this_kernels_files_are_read),
		cmocka_unit_test(moved_puts_tcp_first),
		cmocka_unit_test(moved_leaves_gauges_out),
		cmocka_unit_test(moved_sees_new_counters),
		cmocka_unit_test(moved_is_capped),
		cmocka_unit_test(watched_counters_are_tcps),
	};

	return !!cmocka_run_group_tests_name("test_counters", tests, NULL, NULL);
}
