/*
 * Names out of BTF and of /proc/kallsyms: small files made here, the running kernel's, and what is neither.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <cmocka.h>

#include "stand/facts_symbols.h"

struct found {
	unsigned n;
	char names[16][64];
};

static void note(void *arg, const char *name)
{
	struct found *found = arg;

	assert_true(found->n < 16);
	snprintf(found->names[found->n++], sizeof(found->names[0]), "%s", name);
}

static bool has(const struct found *found, const char *name)
{
	for (unsigned i = 0; i < found->n; i++)
		if (!strcmp(found->names[i], name))
			return true;
	return false;
}

/* A file that the caller unlinks. */
static void put_file(char path[32], const void *data, size_t size)
{
	int fd;

	strcpy(path, "/tmp/twprobe-symbols-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), (ssize_t)size);
	close(fd);
}

static void look(const char *btf, const char *kallsyms, struct found *ret)
{
	memset(ret, 0, sizeof(*ret));
	tw_symbols_each(btf, kallsyms, note, ret);
}

/* A kernel with the packet's number in a union without a name, no mark in TIME_WAIT, and one of the functions. */
static struct btf *small_kernel(void)
{
	struct btf *btf = btf__new_empty();
	int u32, inner, proto;

	assert_non_null(btf);
	u32 = btf__add_int(btf, "u32", 4, 0);
	inner = btf__add_union(btf, NULL, 4);
	assert_int_equal(btf__add_field(btf, "tcp_tw_isn", u32, 0, 0), 0);
	assert_true(btf__add_struct(btf, "tcp_skb_cb", 8) > 0);
	assert_int_equal(btf__add_field(btf, "seq", u32, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, NULL, inner, 32, 0), 0);
	assert_true(btf__add_struct(btf, "inet_timewait_sock", 4) > 0);
	assert_int_equal(btf__add_field(btf, "tw_tb2", u32, 0, 0), 0);
	assert_true(btf__add_enum(btf, "tcp_tw_status", 4) > 0);
	assert_int_equal(btf__add_enum_value(btf, "TCP_TW_SYN", 3), 0);
	proto = btf__add_func_proto(btf, 0);
	assert_true(btf__add_func(btf, "secure_tcp_seq_and_ts_off", BTF_FUNC_GLOBAL, proto) > 0);
	/* a name of the right spelling and the wrong kind */
	assert_true(btf__add_struct(btf, "tcp_reqsk_send_challenge_ack", 0) > 0);
	return btf;
}

static void from_btf(void **state)
{
	struct btf *btf = small_kernel();
	struct found found;
	const void *data;
	char path[32];
	uint32_t size;

	(void)state;
	data = btf__raw_data(btf, &size);
	assert_non_null(data);
	put_file(path, data, size);
	look(path, "/dev/null", &found);
	unlink(path);
	btf__free(btf);
	assert_int_equal(found.n, 4);
	assert_true(has(&found, "btf"));
	assert_true(has(&found, "btf:tcp_skb_cb.tcp_tw_isn"));
	assert_true(has(&found, "btf:inet_timewait_sock.tw_tb2"));
	assert_true(has(&found, "sym:secure_tcp_seq_and_ts_off"));
}

static void from_kallsyms(void **state)
{
	static const char text[] = "0000000000000000 T secure_tcp_seq\n"
				   "0000000000000000 T secure_tcp_seq_and_ts_off_not\n"
				   "0000000000000000 T tcp_reqsk_send_challenge_ack\n"
				   "0000000000000000 d secure_tcp_seq_and_ts_off\n"
				   "0000000000000000 t elsewhere\t[module]\n"
				   "no line\n";
	struct found found;
	char path[32];

	(void)state;
	put_file(path, text, sizeof(text) - 1);
	look("/nowhere", path, &found);
	unlink(path);
	assert_int_equal(found.n, 2);
	assert_true(has(&found, "kallsyms"));
	assert_true(has(&found, "sym:tcp_reqsk_send_challenge_ack"));
}

/* Nothing is found, and nothing is said to have been looked for. */
static void from_nothing(void **state)
{
	static const uint8_t header_only[] = { 0x9f, 0xeb, 1, 0, 24, 0, 0, 0 };
	static const char hidden[] = "0000000000000000 d jiffies\n";
	struct found found;
	char btf[32], symbols[32];

	(void)state;
	look("/nowhere", "/nowhere", &found);
	assert_int_equal(found.n, 0);
	look("/dev/null", "/dev/null", &found);
	assert_int_equal(found.n, 0);
	put_file(btf, header_only, sizeof(header_only));
	put_file(symbols, hidden, sizeof(hidden) - 1);
	look(btf, symbols, &found);
	assert_int_equal(found.n, 0);
	look(symbols, symbols, &found);
	assert_int_equal(found.n, 0);
	unlink(btf);
	unlink(symbols);
}

/* Where the running kernel tells both, they agree about functions. */
static void of_the_running_kernel(void **state)
{
	struct found btf, symbols;

	(void)state;
	look("/sys/kernel/btf/vmlinux", "/dev/null", &btf);
	look("/nowhere", "/proc/kallsyms", &symbols);
	if (!has(&btf, "btf") || !has(&symbols, "kallsyms"))
		skip();
	for (size_t i = 0; tw_symbol_at(i); i++)
		if (!strncmp(tw_symbol_at(i), "sym:", 4))
			assert_int_equal(has(&btf, tw_symbol_at(i)),
					 has(&symbols, tw_symbol_at(i)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_btf),
		cmocka_unit_test(from_kallsyms),
		cmocka_unit_test(from_nothing),
		cmocka_unit_test(of_the_running_kernel),
	};

	return !!cmocka_run_group_tests_name("test_symbols", tests, NULL, NULL);
}
