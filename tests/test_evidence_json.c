/*
 * The evidence file: what was written is read back to the last bit; what somebody else wrote is
 * refused with a reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "evidence/evidence_json.h"
#include "fixture_result.h"

static void assert_same(const struct tw_evidence *a, const struct tw_evidence *b)
{
	assert_string_equal(a->id, b->id);
	assert_memory_equal(&a->flow, &b->flow, sizeof(a->flow));
	assert_memory_equal(&a->numbers, &b->numbers, sizeof(a->numbers));
	assert_memory_equal(a->tsval_at, b->tsval_at, sizeof(a->tsval_at));
	assert_int_equal(a->setups, b->setups);
	assert_string_equal(a->setup_trouble, b->setup_trouble);
	assert_true(a->pcap_drops == b->pcap_drops);
	assert_int_equal(a->strays, b->strays);
	assert_string_equal(a->error, b->error);
	assert_string_equal(a->skip, b->skip);
	assert_int_equal(a->n_steps, b->n_steps);
	assert_memory_equal(a->step, b->step, sizeof(a->step));
	assert_int_equal(a->n_packets, b->n_packets);
	for (size_t i = 0; i < a->n_packets; i++) {
		const struct tw_packet *p = &a->packets[i], *q = &b->packets[i];

		assert_true(p->at == q->at);
		assert_int_equal(p->from_dut, q->from_dut);
		assert_int_equal(p->kind, q->kind);
		assert_int_equal(p->step, q->step);
		assert_int_equal(p->len, q->len);
		assert_memory_equal(p->bytes, q->bytes, p->len);
	}
}

/* Through text, as in a file. */
static void round_trip(const struct tw_result *res)
{
	json_t *json = tw_result_to_json(res), *again;
	struct tw_result *back = calloc(1, sizeof(*back));
	struct tw_err err = { "" };
	char *text;

	assert_non_null(json);
	assert_non_null(back);
	text = json_dumps(json, 0);
	assert_non_null(text);
	again = json_loads(text, 0, NULL);
	assert_non_null(again);
	if (tw_result_from_json(again, back, &err))
		fail_msg("%s", err.text);
	assert_int_equal(back->family, res->family);
	assert_null(back->row);
	assert_same(&res->ev, &back->ev);
	tw_evidence_free(&back->ev);
	free(back);
	free(text);
	json_decref(json);
	json_decref(again);
}

static void fixtures_survive(void **state)
{
	static struct tw_result res[FIXTURE_N];

	(void)state;
	fixture_make(res);
	for (unsigned i = 0; i < FIXTURE_N; i++)
		round_trip(&res[i]);
	fixture_free(res);
}

static void fill_seg(struct tw_seg *seg)
{
	*seg = (struct tw_seg){
		.flags = 0xff,
		.ttl = 255,
		.ecn = 3,
		.ts = true,
		.bad_csum = true,
		.win = UINT16_MAX,
		.urg = UINT16_MAX - 1,
		.len = UINT16_MAX - 2,
		.mss = UINT16_MAX - 3,
		.mss_zero = true,
		.wscale = -128,
		.sackok = true,
		.md5 = true,
		.seq = UINT32_MAX,
		.ack = UINT32_MAX - 1,
		.tsval = UINT32_MAX - 2,
		.tsecr = UINT32_MAX - 3,
	};
}

static void fill_step(struct tw_step_evidence *se, const struct tw_flow *flow)
{
	fill_seg(&se->sent);
	se->flow = *flow;
	se->flow.peer_port--;
	se->sent_at[0] = UINT64_MAX;
	se->sent_at[1] = INT64_MAX;
	se->before = (struct tw_entry){
		TW_STATES - 1, true, TW_TIMERS - 1, UINT32_MAX, { 1, UINT64_MAX - 1 }
	};
	se->after = (struct tw_entry){
		TW_STATE_UNKNOWN, false, TW_TIMER_NONE, 1, { (uint64_t)INT64_MAX + 1, 2 }
	};
	se->n_moved = TW_MOVED_MAX;
	for (unsigned i = 0; i < TW_MOVED_MAX; i++) {
		snprintf(se->moved[i].name, sizeof(se->moved[i].name), "Tcp%044u", i);
		se->moved[i].before = UINT64_MAX - i;
		se->moved[i].after = i;
	}
	se->counted = se->fenced = se->reasons_read = true;
	se->injected = UINT32_MAX;
	se->captured = UINT32_MAX - 1;
	se->waits = UINT32_MAX - 2;
	se->n_reasons = TW_REASONS_MAX;
	for (unsigned i = 0; i < TW_REASONS_MAX; i++)
		snprintf(se->reason[i], sizeof(se->reason[i]), "REASON_%040u", i);
}

/* Every member at its limit, in full numbers. */
static void limits_survive(void **state)
{
	static struct tw_result res;
	static uint8_t bytes[UINT16_MAX];
	struct tw_evidence *ev = &res.ev;

	(void)state;
	memset(&res, 0, sizeof(res));
	res.family = TW_IPV6;
	memset(ev->id, 'a', sizeof(ev->id) - 1);
	memset(ev->setup_trouble, 'b', sizeof(ev->setup_trouble) - 1);
	memset(ev->error, '"', sizeof(ev->error) - 1);
	memset(ev->skip, '\n', sizeof(ev->skip) - 1);
	fixture_flow(&ev->flow, TW_IPV6);
	ev->flow.dut_port = UINT16_MAX;
	ev->numbers = (struct tw_numbers){ .rcv_nxt = UINT32_MAX,
					   .snd_nxt = 1,
					   .ts_recent = UINT32_MAX - 1,
					   .dut_last = UINT32_MAX - 2,
					   .ts = true };
	ev->tsval_at[0] = UINT64_MAX;
	ev->setups = UINT32_MAX;
	ev->pcap_drops = UINT64_MAX;
	ev->strays = UINT32_MAX;
	ev->n_steps = TW_STEPS_MAX;
	for (unsigned i = 0; i < TW_STEPS_MAX; i++)
		fill_step(&ev->step[i], &ev->flow);
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(tw_evidence_add(ev, UINT64_MAX - i, i % 2, i % 4, i % 8, bytes,
						 i % 3 ? i : sizeof(bytes), NULL),
				 0);
	round_trip(&res);
	tw_evidence_free(ev);
}

/* A message that was cut in the middle of a character must not lose the row. */
static void half_a_character_is_no_trouble(void **state)
{
	static struct tw_result res;
	json_t *json;

	(void)state;
	res.family = TW_IPV4;
	strcpy(res.ev.id, "x");
	strcpy(res.ev.error, "no such file \xc3");
	json = tw_result_to_json(&res);
	assert_non_null(json);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(json, "evidence"), "error")),
		"no such file ?");
	json_decref(json);
}

/*
 * One member of a good row replaced by something else. The path has object keys and array indices.
 */
static const struct hostile {
	const char *path, *value, *says;
} hostiles[] = {
	{ "id", "7", "id" },
	{ "id", "\"another\"", "another row" },
	{ "family", "\"ipv5\"", "family" },
	{ "family", "\"ipv6\"", "another row or family" },
	{ "family", "[]", "family" },
	{ "evidence", "null", "evidence" },
	{ "evidence", "[1, 2]", "evidence" },
	{ "evidence", "\"deadbeef\"", "evidence" },
	{ "evidence.id", "\"a\\nb\"", "another row" },
	{ "evidence.id", "\"0123456789012345678901234567890123456789012345678901234567890123\"",
	  "evidence.id" },
	{ "evidence.setups", "-1", "setups" },
	{ "evidence.setups", "4294967296", "setups" },
	{ "evidence.setups", "1.0", "setups" },
	{ "evidence.setups", "\"1 \"", "setups" },
	{ "evidence.setups", "\"-1\"", "setups" },
	{ "evidence.setups", "true", "setups" },
	{ "evidence.setups", "{}", "setups" },
	{ "evidence.pcap_drops", "\"18446744073709551616\"", "pcap_drops" },
	{ "evidence.pcap_drops", "\"99999999999999999999999999999999999\"", "pcap_drops" },
	{ "evidence.pcap_drops", "\"0x10\"", "pcap_drops" },
	{ "evidence.pcap_drops", "\"\"", "pcap_drops" },
	{ "evidence.tsval_at", "[1]", "tsval_at" },
	{ "evidence.tsval_at", "[1, 2, 3]", "tsval_at" },
	{ "evidence.tsval_at", "[1, -2]", "tsval_at" },
	{ "evidence.tsval_at", "\"12\"", "tsval_at" },
	{ "evidence.error", "null", "error" },
	{ "evidence.flow", "7", "flow" },
	{ "evidence.flow.family", "\"ipx\"", "flow" },
	{ "evidence.flow.dut", "\"192.0.2.1.5\"", "address" },
	{ "evidence.flow.dut", "\"2001:db8::1\"", "address" },
	{ "evidence.flow.dut", "\"\"", "address" },
	{ "evidence.flow.peer", "1", "address" },
	{ "evidence.flow.dut_port", "65536", "dut_port" },
	{ "evidence.numbers", "null", "numbers" },
	{ "evidence.numbers.rcv_nxt", "-5", "rcv_nxt" },
	{ "evidence.numbers.ts", "1", "ts" },
	{ "evidence.steps", "{}", "steps" },
	{ "evidence.steps", "[{}]", "steps[0]" },
	{ "evidence.steps", "[1,2,3,4,5,6,7,8,9]", "at most 8" },
	{ "evidence.steps.0.sent.flags", "256", "flags" },
	{ "evidence.steps.0.sent.wscale", "128", "wscale" },
	{ "evidence.steps.0.sent.wscale", "-129", "wscale" },
	{ "evidence.steps.0.sent.wscale", "\"7\"", "wscale" },
	{ "evidence.steps.0.sent", "[]", "sent" },
	{ "evidence.steps.0.before.state", "\"lurking\"", "state" },
	{ "evidence.steps.0.after.state", "2", "state" },
	{ "evidence.steps.0.after", "null", "after" },
	{ "evidence.steps.0.moved", "null", "moved" },
	{ "evidence.steps.0.moved", "[[\"A\", 1]]", "moved[0]" },
	{ "evidence.steps.0.moved", "[[\"A\", 1, -1]]", "moved[0]" },
	{ "evidence.steps.0.moved", "[[\"A\", 1, 2], [7, 1, 2]]", "moved[1]" },
	{ "evidence.steps.0.moved",
	  "[[\"TcpExtTcpExtTcpExtTcpExtTcpExtTcpExtTcpExtTcpExt\", 1, 2]]", "moved[0]" },
	{ "evidence.steps.0.reasons", "[\"A\", \"B\", \"C\", \"D\", \"E\"]", "at most 4" },
	{ "evidence.steps.0.reasons", "[null]", "reasons[0]" },
	{ "evidence.packets", "7", "packets" },
	{ "evidence.packets", "[[]]", "packets[0]" },
	{ "evidence.packets.1.hex", "\"abc\"", "packets[1]" },
	{ "evidence.packets.1.hex", "\"zz\"", "hex" },
	{ "evidence.packets.1.hex", "\"AB\"", "hex" },
	{ "evidence.packets.1.hex", "12", "hex" },
	{ "evidence.packets.1.kind", "\"spare\"", "kind" },
	{ "evidence.packets.1.step", "8", "step" },
	{ "evidence.packets.1.step", "256", "step" },
	{ "evidence.packets.1.at", "-1", "at" },
	{ "evidence.packets.1.from_dut", "\"yes\"", "from_dut" },
};

static json_t *good_row(unsigned i)
{
	static struct tw_result res[FIXTURE_N];
	json_t *json;

	fixture_make(res);
	json = tw_result_to_json(&res[i]);
	assert_non_null(json);
	fixture_free(res);
	return json;
}

/* Replaces what @path names, or takes it away where @value is NULL. */
static void plant(json_t *at, const char *path, json_t *value)
{
	char copy[128], *save = NULL, *key, *next;

	snprintf(copy, sizeof(copy), "%s", path);
	key = strtok_r(copy, ".", &save);
	while ((next = strtok_r(NULL, ".", &save))) {
		at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key))
				       : json_object_get(at, key);
		assert_non_null(at);
		key = next;
	}
	assert_non_null(json_object_get(at, key));
	if (value)
		assert_int_equal(json_object_set_new(at, key, value), 0);
	else
		assert_int_equal(json_object_del(at, key), 0);
}

static void assert_refused(const json_t *row, const char *says, const char *what)
{
	struct tw_result *ret = calloc(1, sizeof(*ret));
	struct tw_err err = { "" };

	assert_non_null(ret);
	if (!tw_result_from_json(row, ret, &err))
		fail_msg("taken: %s", what);
	if (!strstr(err.text, says))
		fail_msg("%s: \"%s\" does not name %s", what, err.text, says);
	free(ret);
}

static void hostile_members_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostiles) / sizeof(hostiles[0]); i++) {
		const struct hostile *h = &hostiles[i];
		json_t *row = good_row(4), *value = json_loads(h->value, JSON_DECODE_ANY, NULL);

		assert_non_null(value);
		plant(row, h->path, value);
		assert_refused(row, h->says, h->path);
		json_decref(row);
	}
}

static void missing_members_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostiles) / sizeof(hostiles[0]); i++) {
		json_t *row = good_row(4);

		plant(row, hostiles[i].path, NULL);
		assert_refused(row, "", hostiles[i].path);
		json_decref(row);
	}
}

/* A string with a NUL inside would be two different strings to jansson and to us. */
static void hidden_nul_is_refused(void **state)
{
	json_t *row = good_row(4);

	(void)state;
	plant(row, "evidence.error", json_stringn("quiet\0loud", 10));
	assert_refused(row, "error", "NUL");
	json_decref(row);
}

static void no_row_is_no_row(void **state)
{
	static const char *const texts[] = { "null", "7", "[]", "\"row\"", "{}" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *row = json_loads(texts[i], JSON_DECODE_ANY, NULL);

		assert_refused(row, "row", texts[i]);
		json_decref(row);
	}
	assert_refused(NULL, "row", "NULL");
}

static void bad_documents_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"7",
		"{}",
		"\xff\xfe",
		"{\"twprobe\": \"1\", \"format\": 3, \"rows\": []}",
		"{\"twprobe\": \"1\", \"format\": \"1\", \"rows\": []}",
		"{\"twprobe\": \"1\", \"format\": 1.0, \"rows\": []}",
		"{\"twprobe\": \"1\", \"format\": 2, \"rows\": {}}",
		"{\"twprobe\": \"1\", \"format\": 2}",
		"{\"twprobe\": 1, \"format\": 2, \"rows\": []}",
		"{\"twprobe\": \"1\", \"format\": 2, \"rows\": [], \"rows\": []}",
		"{\"twprobe\": \"1\", \"format\": 2, \"rows\": [NaN]}",
		"{\"twprobe\": \"1\", \"format\": 2, \"rows\": [Infinity]}",
		"{\"twprobe\": \"1\", \"format\": 2, \"rows\": [1e999]}",
		"{\"twprobe\": \"1\", \"format\": 2, \"rows\": [99999999999999999999]}",
		"{\"twprobe\": \"1\", \"format\": 2, \"rows\": [\"\\u0000\"]}",
		"{\"twprobe\": \"1\", \"format\": 2, \"rows\": []} trailing",
	};
	json_t *doc, *rows;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct tw_err err = { "" };

		if (!tw_evidence_parse(texts[i], strlen(texts[i]), "x.json", &doc, &rows, &err))
			fail_msg("taken: %s", texts[i]);
		assert_non_null(strstr(err.text, "x.json"));
	}
}

static void deep_nesting_is_refused(void **state)
{
	enum {
		DEPTH = 1000000
	};
	char *text = malloc(DEPTH);
	struct tw_err err = { "" };
	json_t *doc, *rows;

	(void)state;
	assert_non_null(text);
	memset(text, '[', DEPTH);
	assert_true(tw_evidence_parse(text, DEPTH, "deep", &doc, &rows, &err) < 0);
	free(text);
}

/* The golden report, which another test keeps up to date. */
static char *golden(size_t *ret_len)
{
	FILE *in = fopen(TWPROBE_SRCDIR "/tests/golden/report.json", "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(in);
	assert_non_null(text);
	*ret_len = fread(text, 1, 1 << 20, in);
	fclose(in);
	return text;
}

static void a_truncated_file_is_refused(void **state)
{
	size_t len;
	char *text = golden(&len);
	json_t *doc, *rows;

	(void)state;
	for (size_t cut = 0; cut + 2 < len; cut += 97) {
		/* in a block of its own, so that reading behind the end is noticed */
		char *part = malloc(cut ? cut : 1);

		assert_non_null(part);
		memcpy(part, text, cut);
		assert_true(tw_evidence_parse(part, cut, "cut", &doc, &rows, NULL) < 0);
		free(part);
	}
	free(text);
}

static void a_report_can_be_read_back(void **state)
{
	static struct tw_result res[FIXTURE_N];
	FILE *in = fopen(TWPROBE_SRCDIR "/tests/golden/report.json", "r");
	struct tw_facts facts;
	struct tw_err err = { "" };
	json_t *doc, *rows;

	(void)state;
	assert_non_null(in);
	if (tw_evidence_load(in, "report.json", &doc, &rows, &err))
		fail_msg("%s", err.text);
	fclose(in);
	assert_int_equal(json_array_size(rows), FIXTURE_N);
	fixture_make(res);
	for (unsigned i = 0; i < FIXTURE_N; i++) {
		struct tw_result *back = calloc(1, sizeof(*back));

		assert_non_null(back);
		if (tw_result_from_json(json_array_get(rows, i), back, &err))
			fail_msg("%s", err.text);
		assert_same(&res[i].ev, &back->ev);
		tw_evidence_free(&back->ev);
		free(back);
	}
	fixture_free(res);
	assert_int_equal(tw_facts_from_json(doc, &facts, &err), 0);
	assert_string_equal(facts.release, "6.18.44");
	assert_string_equal(facts.machine, "x86_64");
	assert_true(facts.drop_reasons);
	assert_true(tw_facts_has(&facts, "TcpExtPAWSTimewait"));
	assert_false(tw_facts_has(&facts, "TcpExtPAWSTimewai"));
	tw_facts_free(&facts);
	json_decref(doc);
}

static void facts_are_checked_and_sorted(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"kernel\": {\"release\": \"6\"}}",
		"{\"kernel\": {\"release\": \"6\", \"machine\": \"x\"}}",
		"{\"kernel\": {\"release\": 6, \"machine\": \"x\"}, \"facts\": "
		"{\"names\": [], \"drop_reasons\": true}}",
		"{\"kernel\": {\"release\": \"6\", \"machine\": \"x\"}, \"facts\": "
		"{\"names\": [], \"drop_reasons\": 1}}",
		"{\"kernel\": {\"release\": \"6\", \"machine\": \"x\"}, \"facts\": "
		"{\"names\": {}, \"drop_reasons\": true}}",
		"{\"kernel\": {\"release\": \"6\", \"machine\": \"x\"}, \"facts\": "
		"{\"names\": [\"a\", 7], \"drop_reasons\": true}}",
		"{\"kernel\": {\"release\": \"6\", \"machine\": \"0123456789012345678901234\"}, "
		"\"facts\": {\"names\": [], \"drop_reasons\": true}}",
	};
	struct tw_facts facts;
	struct tw_err err;
	json_t *doc;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		doc = json_loads(bad[i], 0, NULL);
		assert_non_null(doc);
		assert_true(tw_facts_from_json(doc, &facts, &err) < 0);
		json_decref(doc);
	}
	doc = json_loads("{\"kernel\": {\"release\": \"6\", \"machine\": \"x\"}, \"facts\": "
			 "{\"names\": [\"c\", \"a\", \"b\"], \"drop_reasons\": false}}",
			 0, NULL);
	assert_int_equal(tw_facts_from_json(doc, &facts, &err), 0);
	assert_true(tw_facts_has(&facts, "a") && tw_facts_has(&facts, "c"));
	assert_false(tw_facts_has(&facts, "d"));
	tw_facts_free(&facts);
	json_decref(doc);
}

static const json_t *get(const json_t *at, const char *a, const char *b)
{
	return json_object_get(json_object_get(at, a), b);
}

/* What scripts rely on. */
static void rows_are_readable(void **state)
{
	json_t *row = good_row(0), *silent = good_row(4);

	(void)state;
	assert_string_equal(json_string_value(get(row, "observed", "reply")), "syn-ack");
	assert_int_equal(json_integer_value(get(row, "observed", "isn_offset")), 65537);
	assert_int_equal(json_integer_value(get(row, "observed", "seq")), 65537);
	assert_int_equal(json_integer_value(get(row, "observed", "ack")), 2);
	assert_int_equal(json_integer_value(get(row, "sent", "seq")), 1);
	assert_true(json_is_null(get(row, "sent", "ack")));
	assert_string_equal(json_string_value(get(row, "entry", "after")), "syn-recv");
	assert_true(json_is_null(get(row, "entry", "timer")));
	assert_string_equal(json_string_value(get(row, "verdict", "outcome")), "PASS");
	assert_string_equal(json_string_value(get(row, "rfc", "clause")), "RFC 6191 2");
	assert_int_equal(json_integer_value(get(row, "counters", "TcpInSegs")), 1);
	assert_string_equal(json_string_value(get(silent, "observed", "reply")), "none");
	assert_true(json_is_null(get(silent, "observed", "seq")));
	assert_int_equal(json_array_size(json_object_get(silent, "steps")), 2);
	assert_string_equal(json_string_value(get(silent, "entry", "timer")), "running");
	json_decref(row);
	json_decref(silent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixtures_survive),
		cmocka_unit_test(limits_survive),
		cmocka_unit_test(half_a_character_is_no_trouble),
		cmocka_unit_test(hostile_members_are_refused),
		cmocka_unit_test(missing_members_are_refused),
		cmocka_unit_test(hidden_nul_is_refused),
		cmocka_unit_test(no_row_is_no_row),
		cmocka_unit_test(bad_documents_are_refused),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(a_truncated_file_is_refused),
		cmocka_unit_test(a_report_can_be_read_back),
		cmocka_unit_test(facts_are_checked_and_sorted),
		cmocka_unit_test(rows_are_readable),
	};

	return !!cmocka_run_group_tests_name("test_evidence_json", tests, NULL, NULL);
}
