/*
 * The command line of `twprobe probe`: what every way of writing a number, a flag or a segment
 * becomes, and that what means nothing is refused with the words that were wrong.
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

#include "cmd/probe_args.h"
#include "twprobe/words.h"

enum {
	WORDS_MAX = 64
};

static const struct value {
	const char *text;
	enum tw_base base; /* that a bare number counts from */
	struct tw_val want;
} values[] = {
	{ "+1", TW_RCV_NXT, AT(RCV_NXT, +1) },
	{ "-1", TW_RCV_NXT, AT(RCV_NXT, -1) },
	{ "0", TW_RCV_NXT, AT(RCV_NXT, 0) },
	{ "1", TW_RCV_NXT, AT(RCV_NXT, +1) },
	{ "+0", TW_SND_NXT, AT(SND_NXT, 0) },
	{ "-0", TW_SND_NXT, AT(SND_NXT, 0) },
	{ "R", TW_SND_NXT, AT(RCV_NXT, 0) },
	{ "R+1", TW_SND_NXT, AT(RCV_NXT, +1) },
	{ "R1", TW_SND_NXT, AT(RCV_NXT, +1) },
	{ "r-1", TW_SND_NXT, AT(RCV_NXT, -1) },
	{ "S", TW_RCV_NXT, AT(SND_NXT, 0) },
	{ "S+65537", TW_RCV_NXT, AT(SND_NXT, 65537) },
	{ "s", TW_RCV_NXT, AT(SND_NXT, 0) },
	{ "T-1", TW_RCV_NXT, AT(TS_RECENT, -1) },
	{ "t", TW_RCV_NXT, AT(TS_RECENT, 0) },
	{ "=0", TW_RCV_NXT, NUMBER(0) },
	{ "=4294967295", TW_RCV_NXT, NUMBER(UINT32_MAX) },
	{ "=-1", TW_RCV_NXT, NUMBER(-1) },
	{ "=2^32", TW_RCV_NXT, NUMBER(0) },
	{ "=2^32-1", TW_RCV_NXT, NUMBER(UINT32_MAX) },
	{ "+2^31", TW_RCV_NXT, AT(RCV_NXT, HALF_CIRCLE) },
	{ "-2^31", TW_RCV_NXT, AT(RCV_NXT, HALF_CIRCLE) },
	{ "2^31-1", TW_RCV_NXT, AT(RCV_NXT, 0x7fffffff) },
	{ "-2^31+1", TW_TS_RECENT, AT(TS_RECENT, 0x80000001) },
	{ "-2^31-1", TW_TS_RECENT, AT(TS_RECENT, 0x7fffffff) },
	{ "2^0", TW_TS_RECENT, AT(TS_RECENT, 1) },
	{ "T+2^31-1", TW_RCV_NXT, AT(TS_RECENT, 0x7fffffff) },
	{ "1+2-4+8", TW_RCV_NXT, AT(RCV_NXT, 7) },
	{ "0x10", TW_RCV_NXT, AT(RCV_NXT, 16) },
	{ "0XfF", TW_RCV_NXT, AT(RCV_NXT, 255) },
	{ "-0x10", TW_RCV_NXT, AT(RCV_NXT, -16) },
	{ "=0xffffffff", TW_RCV_NXT, NUMBER(UINT32_MAX) },
	{ "010", TW_RCV_NXT, AT(RCV_NXT, 10) }, /* nobody counts in octal here */
	{ "4294967295", TW_RCV_NXT, AT(RCV_NXT, -1) },
	{ "4294967295+4294967295", TW_NUMBER, NUMBER(-2) },
	{ "none", TW_RCV_NXT, ABSENT },
	{ "absent", TW_TS_RECENT, ABSENT },
};

static void values_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		const struct value *v = &values[i];
		struct tw_err err = { "" };
		struct tw_val got;

		if (tw_probe_val(v->text, v->base, &got, &err))
			fail_msg("\"%s\": %s", v->text, err.text);
		if (got.base != v->want.base || got.off != v->want.off)
			fail_msg("\"%s\" is base %d + %u", v->text, (int)got.base, got.off);
	}
}

static void bad_values_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"+",
		"-",
		"=",
		"2^33",
		"2^",
		"2^-1",
		"3^2",
		"1^1",
		"1e3",
		"1.5",
		"R+",
		"R-",
		"R++1",
		"--5",
		"+-5",
		"-+5",
		" 1",
		"1 ",
		"1 + 2",
		"0x",
		"0x1g",
		"x10",
		"X",
		"RR",
		"R+S",
		"RS",
		"R=1",
		"==1",
		"=R",
		"=+",
		"4294967296",
		"-4294967296",
		"99999999999999999999999",
		"2^99999999999999999999",
		"0x100000000",
		"none1",
		"NONE",
		"D+1",
		"SEG.ACK",
		"\xc3\xa9",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct tw_err err = { "" };
		struct tw_val got;

		if (tw_probe_val(texts[i], TW_RCV_NXT, &got, &err) != -EINVAL)
			fail_msg("taken: \"%s\"", texts[i]);
		if (!strstr(err.text, texts[i]) || !strstr(err.text, "no number"))
			fail_msg("\"%s\": %s", texts[i], err.text);
	}
}

static void flags_are_read(void **state)
{
	static const struct {
		const char *text;
		uint8_t want;
	} good[] = {
		{ "S", SYN },
		{ "s", SYN },
		{ "SA", SYN | ACK },
		{ "S.", SYN | ACK },
		{ ".", ACK },
		{ "A", ACK },
		{ "FPU", FIN | PSH | URG },
		{ "SF", SYN | FIN },
		{ "FS", SYN | FIN },
		{ "R", RST },
		{ "SEC", SYN | ECE | CWR },
		{ "FSRPAUEC", 0xff },
		{ "SSS", SYN },
		{ "none", 0 },
		{ "-", 0 },
	};
	static const char *const bad[] = { "", "X", "S X", "SX", "S-", "0", "S,A", "None", "\xff" };
	uint8_t got;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct tw_err err = { "" };

		if (tw_probe_flags(good[i].text, &got, &err))
			fail_msg("\"%s\": %s", good[i].text, err.text);
		if (got != good[i].want)
			fail_msg("\"%s\" is %#x", good[i].text, got);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct tw_err err = { "" };

		if (tw_probe_flags(bad[i], &got, &err) != -EINVAL || !err.text[0])
			fail_msg("taken: \"%s\"", bad[i]);
	}
}

/* Parses a line of words; '' is an empty one. What is returned points into a buffer of its own. */
static int parse(const char *line, struct tw_probe_args *ret, struct tw_err *err)
{
	static char copy[1024];
	char *argv[WORDS_MAX + 1];
	int argc = 1;

	snprintf(copy, sizeof(copy), "%s", line);
	argv[0] = "probe";
	for (char *word = strtok(copy, " "); word && argc < WORDS_MAX; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "''") ? word : strchr(word, '\0');
	argv[argc] = NULL;
	return tw_probe_args_parse(argc, argv, ret, err);
}

static const struct line {
	const char *line;
	unsigned n_steps;
	struct tw_send send[4];
	uint16_t pause_ms[4];
} lines[] = {
	{ "", 1, { { .flags = SYN } }, { 0 } },
	{ "--flags S --seq +1 --tsval -1",
	  1,
	  { { .flags = SYN, .seq = AT(RCV_NXT, +1), .tsval = AT(TS_RECENT, -1) } },
	  { 0 } },
	{ "--flags SF --seq +1", 1, { { .flags = SYN | FIN, .seq = AT(RCV_NXT, +1) } }, { 0 } },
	{ "-f . -s -1 -a -2 -t none",
	  1,
	  { { .flags = ACK, .seq = AT(RCV_NXT, -1), .ack = AT(SND_NXT, -2), .tsval = ABSENT } },
	  { 0 } },
	{ "--flags none --ack none", 1, { { .ack = NUMBER(0) } }, { 0 } },
	{ "--flags R --ack =0 --seq =4294967295",
	  1,
	  { { .flags = RST, .seq = NUMBER(UINT32_MAX), .ack = NUMBER(0) } },
	  { 0 } },
	{ "--flags PA --payload 1400 --win 1 --urg 65535 --ttl 255 --ecn ce --bad-checksum",
	  1,
	  { { .flags = PSH | ACK,
	      .len = 1400,
	      .win = 1,
	      .urg = 65535,
	      .ttl = 255,
	      .ecn = 3,
	      .bad_csum = true } },
	  { 0 } },
	{ "--ecn ect0 --then --ecn ect1 --then --ecn not-ect --then --ecn 3",
	  4,
	  { { .flags = SYN, .ecn = 2 },
	    { .flags = SYN, .ecn = 1 },
	    { .flags = SYN },
	    { .flags = SYN, .ecn = 3 } },
	  { 0 } },
	{ "--tsecr 7 --tsval +2^31",
	  1,
	  { { .flags = SYN, .tsval = AT(TS_RECENT, HALF_CIRCLE), .tsecr = NUMBER(7) } },
	  { 0 } },
	{ "--tsecr T-1", 1, { { .flags = SYN, .tsecr = AT(TS_RECENT, -1) } }, { 0 } },
	/* the next segment starts afresh */
	{ "--flags FA --seq -1 --payload 9 --from other --then --pause 40",
	  2,
	  { { .flags = FIN | ACK, .seq = AT(RCV_NXT, -1), .len = 9, .from = OTHER },
	    { .flags = SYN } },
	  { 0, 40 } },
	{ "--then", 2, { { .flags = SYN }, { .flags = SYN } }, { 0 } },
	{ "--repeat 2 --seq -100",
	  2,
	  { { .flags = SYN, .seq = AT(RCV_NXT, -100) },
	    { .flags = SYN, .seq = AT(RCV_NXT, -100) } },
	  { 0 } },
	{ "-f R -n 3 --pause 60000 --then -f F",
	  4,
	  { { .flags = RST }, { .flags = RST }, { .flags = RST }, { .flags = FIN } },
	  { 60000, 60000, 60000, 0 } },
	{ "--flags=S --seq=R-1 --seq=S+1", 1, { { .flags = SYN, .seq = AT(SND_NXT, +1) } }, { 0 } },
};

static bool same_val(const struct tw_val *a, const struct tw_val *b)
{
	return a->base == b->base && a->off == b->off;
}

static bool same_send(const struct tw_send *a, const struct tw_send *b)
{
	return a->flags == b->flags && a->from == b->from && same_val(&a->seq, &b->seq) &&
	       same_val(&a->ack, &b->ack) && same_val(&a->tsval, &b->tsval) &&
	       same_val(&a->tsecr, &b->tsecr) && a->len == b->len && a->win == b->win &&
	       a->urg == b->urg && a->ttl == b->ttl && a->ecn == b->ecn &&
	       a->bad_csum == b->bad_csum;
}

static void segments_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		const struct line *l = &lines[i];
		struct tw_err err = { "" };
		struct tw_probe_args args;

		if (parse(l->line, &args, &err))
			fail_msg("\"%s\": %s", l->line, err.text);
		assert_int_equal(args.row.n_steps, l->n_steps);
		assert_int_equal(tw_case_steps(&args.row), l->n_steps);
		for (unsigned k = 0; k < l->n_steps; k++) {
			if (!same_send(&args.row.step[k].send, &l->send[k]))
				fail_msg("\"%s\": segment %u differs", l->line, k + 1);
			assert_int_equal(args.row.step[k].pause_ms, l->pause_ms[k]);
			assert_int_equal(args.row.step[k].expect.reply, 0); /* claims nothing */
		}
	}
}

static void the_connection_is_read(void **state)
{
	struct tw_probe_args args;
	const struct tw_given *g = &args.row.given;

	(void)state;
	assert_int_equal(parse("", &args, NULL), 0);
	assert_int_equal(g->enter, BY_FIN_WAIT_2);
	assert_int_equal(g->role, ACCEPTED);
	assert_int_equal(g->ts, TS_ON);
	assert_int_equal(g->dut, LISTENING);
	assert_int_equal(g->rcv_nxt.base, TW_UNSET);
	assert_int_equal(g->ts_recent.base, TW_UNSET);
	assert_null(g->sysctl[0].name);
	assert_int_equal(args.family, TW_IPV4);
	assert_false(args.json || args.help || args.seeded);
	assert_null(args.pcap_dir);
	assert_int_equal(parse("-e closing --role connected --ts off -l closed --rcv-nxt 0 "
			       "--ts-recent =4294967295 -6 -j --seed 7 --pcap dir",
			       &args, NULL),
			 0);
	assert_int_equal(g->enter, BY_CLOSING);
	assert_int_equal(g->role, CONNECTED);
	assert_int_equal(g->ts, TS_OFF);
	assert_int_equal(g->dut, CLOSED);
	assert_int_equal(g->rcv_nxt.base, TW_NUMBER);
	assert_int_equal(g->rcv_nxt.off, 0);
	assert_int_equal(g->ts_recent.base, TW_NUMBER);
	assert_int_equal(g->ts_recent.off, UINT32_MAX);
	assert_int_equal(args.family, TW_IPV6);
	assert_true(args.json && args.seeded && !args.help);
	assert_int_equal(args.seed, 7);
	assert_string_equal(args.pcap_dir, "dir");
	assert_int_equal(parse("-h", &args, NULL), 0);
	assert_true(args.help);
}

static void every_word_of_a_list(void **state)
{
	static const char *const enter[] = { "fin-wait-2", "fin-ack", "closing",
					     "stay-in-fin-wait-2" };
	static const char *const listener[] = {
		"open",     "closed", "accept-queue-full", "syn-queue-full", "min-ttl",
		"filtered", "md5"
	};
	static const enum tw_enter enters[] = { BY_FIN_WAIT_2, BY_FIN_ACK, BY_CLOSING,
						TO_FIN_WAIT_2 };
	static const enum tw_listener listeners[] = { LISTENING,      CLOSED,  ACCEPT_QUEUE_FULL,
						      SYN_QUEUE_FULL, MIN_TTL, FILTERED,
						      MD5_KEYED };
	struct tw_probe_args args;
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(enter) / sizeof(*enter); i++) {
		snprintf(line, sizeof(line), "--enter %s", enter[i]);
		assert_int_equal(parse(line, &args, NULL), 0);
		assert_int_equal(args.row.given.enter, enters[i]);
	}
	for (size_t i = 0; i < sizeof(listener) / sizeof(*listener); i++) {
		snprintf(line, sizeof(line), "--listener %s", listener[i]);
		assert_int_equal(parse(line, &args, NULL), 0);
		assert_int_equal(args.row.given.dut, listeners[i]);
	}
}

/* A name without a dot is one of net.ipv4. */
static void sysctls_are_read(void **state)
{
	struct tw_probe_args args;
	const struct tw_given *g = &args.row.given;

	(void)state;
	assert_int_equal(parse("-S net.ipv4.tcp_rfc1337=1 --sysctl a=b=c --then --late x.y=z "
			       "--sysctl n=1 --late z=0",
			       &args, NULL),
			 0);
	assert_string_equal(g->sysctl[0].name, "net.ipv4.tcp_rfc1337");
	assert_string_equal(g->sysctl[0].value, "1");
	assert_string_equal(g->sysctl[1].name, "net.ipv4.a");
	assert_string_equal(g->sysctl[1].value, "b=c");
	assert_string_equal(g->sysctl[2].name, "net.ipv4.n");
	assert_string_equal(g->late[0].name, "x.y");
	assert_string_equal(g->late[0].value, "z");
	assert_string_equal(g->late[1].name, "net.ipv4.z");
	assert_string_equal(g->late[1].value, "0");
}

static const struct bad {
	const char *line, *says;
} bads[] = {
	{ "now", "now" },
	{ "--flags S now", "now" },
	{ "-- --flags", "--flags" },
	{ "--nothing", "--nothing" },
	{ "--flags", "--flags needs a value" },
	{ "--flags --then --seq 1", "--flags needs a value" },
	{ "--flags SX", "--flags: " },
	{ "--flags ''", "--flags: " },
	{ "--seq none", "--seq: " },
	{ "--seq 1e3", "--seq: \"1e3\"" },
	{ "--seq ''", "--seq: \"\"" },
	{ "--ack --5", "--ack: \"--5\"" },
	{ "--tsval 2^33", "--tsval: \"2^33\"" },
	{ "--tsecr R+", "--tsecr: \"R+\"" },
	{ "--payload 1401", "--payload: 1401 is more than 1400" },
	{ "--payload 4294967297", "--payload: " },
	{ "--payload -1", "--payload: \"-1\"" },
	{ "--ttl 256", "--ttl: 256 is more than 255" },
	{ "--win 65536", "--win: 65536" },
	{ "--urg 65536", "--urg: 65536" },
	{ "--pause 60001", "--pause: 60001" },
	{ "--ecn 4", "--ecn: \"4\"" },
	{ "--ecn ect2", "ect0" }, /* the words that would do are named */
	{ "--from here", "--from: \"here\"" },
	{ "--enter time-wait", "stay-in-fin-wait-2" },
	{ "--role both", "accepted, connected" },
	{ "--ts maybe", "on, off" },
	{ "--listener asleep", "accept-queue-full" },
	{ "--repeat 0", "1 to 8" },
	{ "--repeat 9", "1 to 8" },
	{ "--repeat 4294967295", "1 to 8" },
	{ "--repeat 8 --then", "1 to 8" },
	{ "--repeat 4 --then --repeat 5", "1 to 8" },
	{ "--then --then --then --then --then --then --then --then", "1 to 8" },
	{ "--sysctl a", "--sysctl: \"a\"" },
	{ "--sysctl =1", "--sysctl: \"=1\"" },
	{ "--sysctl a=", "--sysctl: \"a=\"" },
	{ "-S a=1 -S b=1 -S c=1 -S d=1", "at most 3" },
	{ "--late a=1 --then --late b=1 --late c=1", "at most 2" },
	{ "-4 -6", "exclude each other" },
	{ "-4 --then -6", "exclude each other" },
	{ "--seed -1", "--seed: \"-1\"" },
	{ "--json=yes", "--json" },
	/* what would be passed over in silence */
	{ "--the --flags S", "--the" },
	{ "--flags S --the --flags R", "--the" },
	{ "--rcv-nxt none", "--rcv-nxt: " },
	{ "--rcv-nxt R+1", "--rcv-nxt: " },
	{ "--ts-recent S", "--ts-recent: " },
	{ "--win 0", "--win: " },
	{ "--ttl 0", "--ttl: " },
};

static void bad_lines_are_refused(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(*bads); i++) {
		struct tw_err err = { "" };
		struct tw_probe_args args;
		int ret = parse(bads[i].line, &args, &err);

		if (ret == -EINVAL && strstr(err.text, bads[i].says))
			continue;
		print_error("\"%s\": %d \"%s\"\n", bads[i].line, ret, err.text);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void eight_segments_are_the_most(void **state)
{
	struct tw_probe_args args;

	(void)state;
	assert_int_equal(parse("-n 8", &args, NULL), 0);
	assert_int_equal(args.row.n_steps, TW_STEPS_MAX);
	assert_int_equal(parse("-n 4 --then -n 3 --then", &args, NULL), 0);
	assert_int_equal(args.row.n_steps, TW_STEPS_MAX);
}

/* A hand-made row is a row: whoever prints it needs a name and a sentence. */
static void the_row_has_a_name(void **state)
{
	struct tw_probe_args args;

	(void)state;
	assert_int_equal(parse("", &args, NULL), 0);
	assert_string_equal(args.row.id, "probe");
	assert_non_null(args.row.says);
	assert_null(args.row.rfc.clause);
	assert_null(args.row.cite[0]);
}

static void help_names_every_option(void **state)
{
	static const char *const names[] = {
		"--flags",    "--seq",     "--ack",       "--tsval",  "--tsecr",        "--payload",
		"--win",      "--urg",     "--ttl",       "--ecn",    "--bad-checksum", "--from",
		"--pause",    "--repeat",  "--then",      "--enter",  "--role",         "--ts on",
		"--listener", "--rcv-nxt", "--ts-recent", "--sysctl", "--late",         "--ipv4",
		"--ipv6",     "--json",    "--pcap",      "--seed",   "--help",
	};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	tw_probe_args_help(out);
	assert_int_equal(fclose(out), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strstr(text, names[i]))
			fail_msg("%s is not in the help", names[i]);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read),
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(flags_are_read),
		cmocka_unit_test(segments_are_read),
		cmocka_unit_test(the_connection_is_read),
		cmocka_unit_test(every_word_of_a_list),
		cmocka_unit_test(sysctls_are_read),
		cmocka_unit_test(bad_lines_are_refused),
		cmocka_unit_test(eight_segments_are_the_most),
		cmocka_unit_test(the_row_has_a_name),
		cmocka_unit_test(help_names_every_option),
	};

	return !!cmocka_run_group_tests_name("test_probe_args", tests, NULL, NULL);
}
