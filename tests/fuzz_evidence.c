/*
 * The reader of evidence files, and all that is done with what it has read: anybody may hand us
 * such a file. Rows are judged, told in words and written again; what was written says the same as
 * what was read.
 *
 * Nearly all changes of single bytes are no JSON any more, so most inputs are made by changing one
 * value of a document.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/evidence_json.h"
#include "fuzz_target.h"
#include "text/report_told.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

/* A place in a document: where a value hangs. */
struct place {
	json_t *parent, *value;
	const char *key; /* NULL: in an array */
	size_t index;
};

/* Counts values down to the one that is wanted. True once it is found. */
static bool walk(json_t *at, unsigned *left, struct place *ret)
{
	const char *key;
	json_t *value;
	size_t i;

	json_array_foreach(at, i, value)
	{
		if (!(*left)--) {
			*ret = (struct place){ at, value, NULL, i };
			return true;
		}
		if (walk(value, left, ret))
			return true;
	}
	json_object_foreach(at, key, value)
	{
		if (!(*left)--) {
			*ret = (struct place){ at, value, key, 0 };
			return true;
		}
		if (walk(value, left, ret))
			return true;
	}
	return false;
}

/*
 * A value of the same type as @old, or the row would be refused before anything is done with it;
 * now and then any.
 */
static json_t *odd_value(unsigned seed, const json_t *old)
{
	static const char *const lists[] = {
		"[0, 1, -1, 2, 8, 64, 255, 256, 65535, 65536, 59976, 2147483647, 2147483648, "
		"4294967295, 4294967296, 9223372036854775807, -9223372036854775808]",
		"[\"\", \"ipv4\", \"ipv6\", \"time-wait\", \"fin-wait-2\", \"syn-recv\", \"gone\", "
		"\"unknown\", \"established\", \"setup\", \"probe\", \"fence\", \"stray\", "
		"\"18446744073709551615\", \"9223372036854775808\", \"TcpExtListenOverflows\", "
		"\"2001:db8::1\", \"192.0.2.1\", \"limit.syn\", \"\\u00e9\\u0001\\u4e2d\"]",
		"[[], [0, 0], [1, 9223372036854775807], [\"18446744073709551615\", 0], "
		"[9223372036854775807, 9223372036854775807], "
		"[\"18446744073709551615\", \"18446744073709551615\"], "
		"[\"TcpExtTCPACKSkippedTimeWait\", 0, 1], [\"TcpExtPAWSTimewait\", 1, 0]]",
		"[null, true, false, true, false, 1.5, {}]",
	};
	unsigned which = json_is_integer(old) ? 0 : json_is_string(old) ? 1 : 3;
	json_t *list, *value;

	if (which == 0 && seed % 4 == 0)
		return json_integer((json_int_t)((unsigned long long)json_integer_value(old) +
						 (seed >> 8) % 64 - 32));
	if (json_is_array(old))
		which = 2;
	if (seed % 16 == 1)
		which = (seed >> 4) % 4;
	list = json_loads(lists[which], 0, NULL);
	value = json_incref(json_array_get(list, (seed >> 8) % json_array_size(list)));
	json_decref(list);
	return value;
}

static void change(const struct place *at, unsigned seed)
{
	json_t *value = odd_value(seed >> 3, at->value);

	if (at->key && seed % 8 == 0)
		json_object_del(at->parent, at->key);
	else if (at->key)
		json_object_set(at->parent, at->key, value);
	else if (seed % 8 == 0)
		json_array_remove(at->parent, at->index);
	else if (seed % 8 == 1 && json_array_size(at->parent) < 100)
		json_array_insert(at->parent, at->index, at->value);
	else
		json_array_set(at->parent, at->index, value);
	json_decref(value);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	json_t *doc = seed % 16 ? json_loadb((char *)data, size, 0, NULL) : NULL;
	struct place at = { .parent = NULL };
	unsigned left = 0;
	size_t len;

	if (!doc)
		return LLVMFuzzerMutate(data, size, max);
	srand(seed);
	for (unsigned times = 1 + (unsigned)rand() % 3; times; times--) {
		left = (unsigned)rand() % 512;
		while (!walk(doc, &left, &at) && left != 0)
			left = (unsigned)rand() % left;
		if (at.parent)
			change(&at, (unsigned)rand());
		at.parent = NULL;
	}
	len = json_dumpb(doc, (char *)data, max, JSON_COMPACT);
	json_decref(doc);
	return len && len <= max ? len : LLVMFuzzerMutate(data, size, max);
}

/* The raw part that was written is the raw part that was read. */
static void read_again(const json_t *row)
{
	static struct tw_result res;
	json_t *again;

	must(tw_result_from_json(row, &res, NULL) == 0);
	again = tw_result_to_json(&res);
	must(again);
	must(json_equal(json_object_get(row, "evidence"), json_object_get(again, "evidence")));
	json_decref(again);
	tw_evidence_free(&res.ev);
}

static void use_row(const json_t *row, const struct tw_facts *facts)
{
	static struct tw_result res;
	static struct tw_told told;
	struct tw_verdict verdict;
	struct tw_err err = { "" };
	char name[96];
	json_t *json;

	if (tw_result_from_json(row, &res, &err) < 0) {
		must(err.text[0]);
		return;
	}
	if (res.row) {
		tw_judge(res.row, &res.ev, facts, &verdict);
		tw_judge(res.row, &res.ev, facts, &res.verdict);
		must(verdict.outcome == res.verdict.outcome && verdict.rfc == res.verdict.rfc &&
		     verdict.also == res.verdict.also && verdict.step == res.verdict.step);
		must(!strcmp(verdict.observed, res.verdict.observed));
	}
	tw_result_tell(&res, &told);
	must(!strchr(tw_capture_name(&res, name, sizeof(name)), '/'));
	tw_group_name(tw_result_id(&res), name, sizeof(name));
	json = tw_result_to_json(&res);
	must(json);
	read_again(json);
	json_decref(json);
	tw_evidence_free(&res.ev);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tw_facts facts = { .n_names = 0 };
	struct tw_err err = { "" };
	json_t *doc, *rows, *row, *again;
	size_t i;

	if (tw_evidence_parse((const char *)data, size, "fuzz", &doc, &rows, &err) < 0) {
		must(err.text[0]);
		return 0;
	}
	if (tw_facts_from_json(doc, &facts, &err) == 0) {
		again = tw_facts_to_json(&facts);
		must(again);
		json_decref(again);
	}
	json_array_foreach(rows, i, row)
	{
		use_row(row, &facts);
	}
	tw_facts_free(&facts);
	json_decref(doc);
	return 0;
}
