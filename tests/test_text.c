/*
 * Notation: what flags, numbers, segments and expectations look like to people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cmd/term.h"
#include "report/xml.h"
#include "text/text.h"
#include "text/textbuf.h"
#include "twprobe/words.h"

static const struct tw_numbers numbers = {
	.rcv_nxt = 1000,
	.snd_nxt = 5,
	.ts_recent = 700000,
	.dut_tsval = 90000,
	.ts = true,
};
static const struct tw_numbers without_ts = { .rcv_nxt = 1000, .snd_nxt = 5 };

#define N(array_) (sizeof(array_) / sizeof((array_)[0]))

static void flags(void **state)
{
	static const struct {
		unsigned flags;
		const char *text;
	} table[] = {
		{ SYN, "S" },         { SYN | ACK, "S." },
		{ FIN | ACK, "F." },  { RST, "R" },
		{ RST | ACK, "R." },  { PSH | ACK, "P." },
		{ ACK, "." },         { SYN | FIN, "FS" },
		{ 0, "-" },           { SYN | ECE | CWR, "SEW" },
		{ SILENCE, "none" },  { FIN | PSH | URG, "FPU" },
		{ 0xff, "FSRP.UEW" },
	};
	char text[16];

	(void)state;
	for (size_t i = 0; i < N(table); i++)
		assert_string_equal(tw_text_flags(table[i].flags, text, sizeof(text)),
				    table[i].text);
}

static void values(void **state)
{
	static const struct {
		struct tw_val val;
		const char *text;
	} table[] = {
		{ { TW_UNSET, 0 }, "any" },
		{ NUMBER(0xffffffff), "=4294967295" },
		{ AT(RCV_NXT, 0), "R" },
		{ AT(RCV_NXT, +1), "R+1" },
		{ AT(SND_NXT, 0), "S" },
		{ AT(TS_RECENT, -1), "T-1" },
		{ AT(TS_RECENT, HALF_CIRCLE - 1), "T+2^31-1" },
		{ AT(TS_RECENT, HALF_CIRCLE), "T-2^31" },
		{ AT(TS_RECENT, HALF_CIRCLE + 1), "T-2^31+1" },
		{ AT(RCV_NXT, -(1 << 30)), "R-2^30" },
		{ AT(RCV_NXT, -(1 << 30) - 5), "R-2^30-5" },
		{ AT(RCV_NXT, (1 << 20) + 9999), "R+2^20+9999" },
		{ AT(RCV_NXT, (1 << 20) + 10000), "R+1058576" },
		{ AT(RCV_NXT, 65536), "R+65536" },
		{ AT(RCV_NXT, 1000000), "R+1000000" },
		{ AT(SEG_SEQ, 0), "SEG.SEQ" },
		{ AT(SEG_ACK, 0), "SEG.ACK" },
		{ AT(SEG_END, -1), "SEG.END-1" },
		{ REOPEN_ISN, "S+65537" },
		{ AT(REOPEN_ISN, 1), "S+65538" },
		{ TS_CLOCK, "D+elapsed" },
		{ ABSENT, "absent" },
		{ { TW_BASES, 0 }, "?" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < N(table); i++)
		assert_string_equal(tw_text_val(&table[i].val, text, sizeof(text)), table[i].text);
}

static void offsets(void **state)
{
	static const struct {
		uint32_t value, of;
		const char *text;
	} table[] = {
		{ 1000, 1000, "R" },      { 1001, 1000, "R+1" },    { 4, 5, "R-1" },
		{ 0xffffffff, 1, "R-2" }, { 1, 0xffffffff, "R+2" }, { 0x80000000, 0, "R-2^31" },
		{ 0, 0x80000000, "=0" },  { 0, 5, "R-5" },          { 0, 123456789, "=0" },
		{ 65542, 5, "R+65537" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < N(table); i++)
		assert_string_equal(
			tw_text_off("R", table[i].value, table[i].of, text, sizeof(text)),
			table[i].text);
}

static const struct {
	struct tw_seg seg;
	bool from_dut;
	const struct tw_numbers *numbers;
	const char *text;
} segment_table[] = {
	{ { .flags = SYN,
	    .seq = 1001,
	    .win = 65535,
	    .mss = 1460,
	    .ts = true,
	    .tsval = 699999,
	    .wscale = -1 },
	  false,
	  &numbers,
	  "S R+1:R+1(0) win 65535 <mss 1460,TS val T-1 ecr 0>" },
	{ { .flags = ACK,
	    .seq = 5,
	    .ack = 1000,
	    .win = 509,
	    .ts = true,
	    .tsval = 90012,
	    .tsecr = 700000,
	    .wscale = -1 },
	  true,
	  &numbers,
	  ". S:S(0) ack R win 509 <TS val D+12 ecr T>" },
	{ { .flags = SYN | ACK,
	    .seq = 65542,
	    .ack = 1002,
	    .win = 65160,
	    .mss = 1460,
	    .sackok = true,
	    .ts = true,
	    .tsval = 3000000000u,
	    .tsecr = 700001,
	    .wscale = 7 },
	  true,
	  &numbers,
	  "S. S+65537:S+65537(0) ack R+2 win 65160 "
	  "<mss 1460,sackOK,TS val 3000000000 ecr T+1,wscale 7>" },
	{ { .flags = PSH | ACK,
	    .seq = 1000,
	    .ack = 5,
	    .len = 5,
	    .win = 10,
	    .ttl = 64,
	    .wscale = -1 },
	  false,
	  &without_ts,
	  "P. R:R+5(5) ack S win 10" },
	{ { .flags = RST, .seq = 0x80000005, .win = 0, .ttl = 10, .bad_csum = true },
	  false,
	  &without_ts,
	  "R R+2^31-995:R+2^31-995(0) win 0 ttl 10 bad-checksum" },
	{ { .flags = RST, .seq = 5 }, true, &without_ts, "R S:S(0) win 0" },
	{ { .flags = URG | ACK,
	    .seq = 1000,
	    .ack = 0,
	    .urg = 7,
	    .ecn = 2,
	    .ts = true,
	    .tsval = 12,
	    .tsecr = 13,
	    .md5 = true },
	  false,
	  &without_ts,
	  "[ect0] .U R:R(0) ack S-5 win 0 urg 7 <TS val 12 ecr 13,md5>" },
	{ { .seq = 1000 }, false, &numbers, "- R:R(0) win 0" },
};

static void segments(void **state)
{
	char text[TW_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N(segment_table); i++)
		assert_string_equal(tw_text_seg(&segment_table[i].seg, segment_table[i].from_dut,
						segment_table[i].numbers, text, sizeof(text)),
				    segment_table[i].text);
}

static void sends(void **state)
{
	static const struct {
		struct tw_send send;
		const char *text;
	} table[] = {
		{ { .flags = SYN, .seq = AT(RCV_NXT, 1), .tsval = AT(TS_RECENT, -1) },
		  "S R+1 TS T-1" },
		{ { .flags = PSH | ACK, .seq = AT(RCV_NXT, 0), .len = 5 }, "P. R len 5" },
		{ { .flags = ACK }, "." },
		{ { .flags = ACK, .ack = AT(SND_NXT, 1), .tsval = ABSENT }, ". ack S+1 noTS" },
		{ { .flags = SYN, .tsecr = NUMBER(7), .win = 1, .ttl = 2, .ecn = 3, .urg = 4 },
		  "S ecr =7 win 1 urg 4 ttl 2 ce" },
		{ { .flags = RST, .bad_csum = true, .from = OTHER },
		  "R bad-checksum from another port" },
	};
	char text[TW_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N(table); i++)
		assert_string_equal(tw_text_send(&table[i].send, text, sizeof(text)),
				    table[i].text);
}

static void givens(void **state)
{
	static const struct {
		struct tw_given given;
		const char *text;
	} table[] = {
		{ { .role = ACCEPTED },
		  "accepted, TIME_WAIT via FIN_WAIT_2, timestamps on, "
		  "listening" },
		{ { .role = CONNECTED,
		    .enter = TO_FIN_WAIT_2,
		    .ts = TS_OFF,
		    .dut = CLOSED,
		    .rcv_nxt = NUMBER(0),
		    .ts_recent = NUMBER(5),
		    .fin_tsval_step = 3,
		    .sysctl = { SYSCTL("tcp_rfc1337", "1"), SYSCTL("tcp_a", "2") },
		    .late = { SYSCTL("tcp_b", "3") } },
		  "connected, FIN_WAIT_2, timestamps off, no listener; R =0; T =5; FIN's TSval +3; "
		  "net.ipv4.tcp_rfc1337=1; net.ipv4.tcp_a=2; then net.ipv4.tcp_b=3" },
	};
	char text[TW_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N(table); i++)
		assert_string_equal(tw_text_given(&table[i].given, text, sizeof(text)),
				    table[i].text);
}

static void expectations(void **state)
{
	static const struct {
		struct tw_expect expect;
		const char *text, *wanted;
	} table[] = {
		{ { .reply = ACK,
		    .seq = AT(SND_NXT, 0),
		    .ack = AT(RCV_NXT, 0),
		    .tw = RESTARTED,
		    .counter = { "TcpExtPAWSTimewait" },
		    .reason = "TCP_RFC7323_TW_PAWS" },
		  "reply . seq S ack R | timewait restarted | TcpExtPAWSTimewait +1 | "
		  "reason TCP_RFC7323_TW_PAWS",
		  NULL },
		{ { .reply = SILENCE }, "reply none", NULL },
		{ { .tw = GONE, .counter = { "A", "B" } }, "timewait gone | A +1 B +1", NULL },
		{ { .reply = RST, .seq = AT(SEG_ACK, 0) },
		  "reply R seq SEG.ACK",
		  "reply R seq S+72" },
		{ { .reply = SYN | ACK,
		    .seq = REOPEN_ISN,
		    .ack = AT(SEG_END, 0),
		    .tsval = TS_CLOCK,
		    .tsecr = ABSENT },
		  "reply S. seq S+65537 ack SEG.END tsval D+elapsed tsecr absent",
		  "reply S. seq S+65537 ack R+2 tsval D+elapsed tsecr absent" },
		{ { .reply = SYN | ACK, .isn_not = REOPEN_ISN }, "reply S. seq !S+65537", NULL },
		{ { .reply = 0 }, "", NULL },
	};
	const struct tw_seg sent = { .flags = SYN, .seq = 1001, .ack = 77 };
	char text[TW_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		assert_string_equal(tw_text_expect(&table[i].expect, text, sizeof(text)),
				    table[i].text);
		assert_string_equal(
			tw_text_wanted(&table[i].expect, &numbers, &sent, text, sizeof(text)),
			table[i].wanted ? table[i].wanted : table[i].text);
	}
}

static void observations(void **state)
{
	static const struct tw_step_evidence more = {
		.n_moved = 3,
		.moved = { { "TcpInSegs", 1, 2 },
			   { "TcpExtPAWSTimewait", 1, 2 },
			   { "TcpExtTW", 5, 3 } },
		.n_reasons = 1,
		.reason = { "TCP_RFC7323_TW_PAWS" },
	};
	static const struct {
		struct tw_observed seen;
		const struct tw_numbers *numbers;
		const char *text;
	} table[] = {
		{ { .n_replies = 0, .fate = TW_RUNNING },
		  &numbers,
		  "reply none | timewait running" },
		{ { .n_replies = 1,
		    .reply = { .flags = ACK,
			       .seq = 5,
			       .ack = 1000,
			       .ts = true,
			       .tsval = 90040,
			       .tsecr = 700000 },
		    .clock_ms = { 37, 39 },
		    .fate = TW_RESTARTED,
		    .more = &more },
		  &numbers,
		  "reply . seq S ack R tsval D+elapsed tsecr T | timewait restarted | "
		  "TcpExtPAWSTimewait +1 TcpExtTW -2 | reason TCP_RFC7323_TW_PAWS" },
		{ { .n_replies = 2,
		    .reply = { .flags = SYN | ACK,
			       .seq = 65542,
			       .ack = 1002,
			       .ts = true,
			       .tsval = 90040,
			       .tsecr = 0 },
		    .clock_ms = { 4, 5 },
		    .state = TW_STATE_ESTABLISHED },
		  &numbers,
		  "reply S. seq S+65537 ack R+2 tsval D+40 tsecr T-700000 replies 2 | "
		  "timewait established" },
		{ { .n_replies = 1, .reply = { .flags = RST, .seq = 0 }, .fate = TW_GONE },
		  &without_ts,
		  "reply R seq S-5 tsval absent | timewait gone" },
		{ { .n_replies = 1, .reply = { .flags = ACK, .ts = true, .tsval = 8, .tsecr = 9 } },
		  &without_ts,
		  "reply . seq S-5 ack R-1000 tsval =8 tsecr =9" },
	};
	char text[TW_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N(table); i++)
		assert_string_equal(
			tw_text_observed(&table[i].seen, table[i].numbers, text, sizeof(text)),
			table[i].text);
}

static void columns(void **state)
{
	static const struct {
		const char *expected, *observed, *above, *below;
	} table[] = {
		{ "reply . seq S ack R | timewait restarted | TcpExtPAWSTimewait +1",
		  "reply S. seq S+65537 ack R+2 tsval D+3 tsecr T | timewait reopened",
		  "reply .   seq S        ack R                       | timewait restarted | "
		  "TcpExtPAWSTimewait +1",
		  "reply S.  seq S+65537  ack R+2  tsval D+3  tsecr T | timewait reopened" },
		/* fields keep their places, whichever side names them first */
		{ "reply . tsecr T", "reply . seq S ack R tsval absent",
		  "reply .                              tsecr T",
		  "reply .  seq S  ack R  tsval absent" },
		/* one field twice */
		{ "seq S seq !S+65537", "seq S", "seq S  seq !S+65537", "seq S" },
		{ "A +1 B +1", "B +1 C +1", "A +1  B +1", "      B +1  C +1" },
		{ "", "reply none", "", "reply none" },
		{ "reply none", "", "reply none", "" },
		{ "lonely", "reply | |", "      | lonely", "reply" },
	};
	char above[TW_TEXT_MAX], below[TW_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		tw_text_align(table[i].expected, table[i].observed, above, below, sizeof(above));
		assert_string_equal(above, table[i].above);
		assert_string_equal(below, table[i].below);
	}
}

static void moved(void **state)
{
	struct tw_step_evidence step = {
		.counted = true,
		.n_moved = 4,
		.moved = { { "IpInReceives", 0, 1 },
			   { "TcpInSegs", 0, 2 },
			   { "TcpExtPAWSEstab", 7, 8 },
			   { "Ip6InOctets", 0, 9 } },
	};
	char text[TW_TEXT_MAX];

	(void)state;
	assert_string_equal(tw_text_moved(&step, text, sizeof(text)),
			    "TcpInSegs +2, TcpExtPAWSEstab +1");
	step.n_moved = 1;
	assert_string_equal(tw_text_moved(&step, text, sizeof(text)), "none");
	step.counted = false;
	assert_string_equal(tw_text_moved(&step, text, sizeof(text)), "not read");
}

/* Every size: always terminated, never beyond, only whole fields. */
static void small_buffers(void **state)
{
	const struct tw_expect expect = { .reply = ACK,
					  .seq = AT(SND_NXT, 0),
					  .tw = RESTARTED,
					  .counter = { "TcpExtPAWSTimewait" } };
	const char *whole = "reply . seq S | timewait restarted | TcpExtPAWSTimewait +1";
	char text[80];

	(void)state;
	for (size_t size = 0; size <= strlen(whole) + 1; size++) {
		size_t len;

		memset(text, 'x', sizeof(text));
		tw_text_expect(&expect, text, size);
		assert_int_equal(text[size], 'x');
		if (!size)
			continue;
		len = strlen(text);
		assert_true(len < size);
		assert_memory_equal(text, whole, len);
		assert_true(!len || !whole[len] || whole[len] == ' ');
	}
	assert_string_equal(text, whole);
}

/* The short form of a row and its first step are the same memory. */
static void a_short_row_is_a_step(void **state)
{
	static const struct tw_case row = {
		.send = { .flags = SYN, .seq = AT(RCV_NXT, 1) },
		.expect = { .reply = ACK },
	};

	(void)state;
	assert_int_equal(row.step[0].send.flags, SYN);
	assert_int_equal(row.step[0].send.seq.base, TW_RCV_NXT);
	assert_int_equal(row.step[0].expect.reply, ACK);
}

static void xml(void **state)
{
	static const struct {
		const char *from, *to;
	} table[] = {
		{ "a<b>&\"'", "a&lt;b&gt;&amp;&quot;'" },
		{ "a\n\033\x7f", "a   " },
		{ "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
		  "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "\xc3", "?" },
		{ "\xc0\x80 \xe2\x82", "?? ??" },
		{ "\xed\xa0\x80 \xef\xbf\xbf", "??? ???" },
		{ "\xff\x80", "??" },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		assert_non_null(out);
		tw_xml_put(out, table[i].from);
		fclose(out);
		assert_string_equal(text, table[i].to);
		free(text);
	}
}

static void no_progress_without_a_terminal(void **state)
{
	struct tw_progress p;
	FILE *out = tmpfile();

	(void)state;
	assert_non_null(out);
	tw_progress_init(&p, out, false);
	tw_progress_draw(&p, 1, 2, 0, "syn.x");
	tw_progress_clear(&p);
	assert_int_equal(ftell(out), 0);
	assert_false(tw_term_has_color(out));
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags),         cmocka_unit_test(values),
		cmocka_unit_test(offsets),       cmocka_unit_test(segments),
		cmocka_unit_test(sends),         cmocka_unit_test(givens),
		cmocka_unit_test(expectations),  cmocka_unit_test(observations),
		cmocka_unit_test(columns),       cmocka_unit_test(moved),
		cmocka_unit_test(small_buffers), cmocka_unit_test(a_short_row_is_a_step),
		cmocka_unit_test(xml),           cmocka_unit_test(no_progress_without_a_terminal),
	};

	return !!cmocka_run_group_tests_name("test_text", tests, NULL, NULL);
}
