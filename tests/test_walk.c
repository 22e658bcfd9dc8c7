/*
 * Walks: drawn, written down and read again, made simpler, and told to packetdrill.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numbers.h"
#include "base/random.h"
#include "explore/drill.h"
#include "explore/walk.h"
#include "twprobe/words.h"
#include "wire/forge.h"

static struct tw_walk drawn(uint64_t seed)
{
	uint64_t random = seed;
	unsigned index = tw_walk_world(&random);
	struct tw_shapes shapes;
	struct tw_world world;
	struct tw_walk walk;
	bool ts;

	tw_shapes_draw(&shapes, &random);
	assert_true(
		tw_world_given(&tw_fuzz_world_at(index)->given, &tw_model_facts_new, &world, &ts));
	tw_walk_draw(&shapes, index, &world, &random, &walk);
	return walk;
}

static void the_same_seed_draws_the_same(void **state)
{
	struct tw_walk a, b, c;

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		a = drawn(seed);
		b = drawn(seed);
		c = drawn(seed + 1);
		assert_memory_equal(&a, &b, sizeof(a));
		assert_memory_not_equal(&a, &c, sizeof(a));
		assert_true(a.n >= 1 && a.n <= TW_WALK_MAX);
		assert_non_null(tw_fuzz_world_at(a.world));
	}
}

static void json_and_back(void **state)
{
	struct tw_err err = { "" };

	(void)state;
	for (uint64_t seed = 0; seed < 500; seed++) {
		struct tw_walk walk = drawn(seed), again;
		json_t *doc = tw_walk_to_json(&walk);

		assert_non_null(doc);
		if (tw_walk_from_json(doc, &again, &err) < 0)
			fail_msg("seed %u: %s", (unsigned)seed, err.text);
		for (unsigned i = 0; i < walk.n; i++)
			if (walk.move[i].send.tsval.base == TW_ABSENT) /* its offset says nothing */
				again.move[i].send.tsval.off = walk.move[i].send.tsval.off;
		assert_int_equal(again.n, walk.n);
		assert_int_equal(again.isn, walk.isn);
		assert_int_equal(again.tsval, walk.tsval);
		assert_int_equal(tw_walk_cost(&again), tw_walk_cost(&walk));
		for (unsigned i = 0; i < walk.n; i++)
			assert_memory_equal(&again.move[i], &walk.move[i], sizeof(walk.move[i]));
		json_decref(doc);
	}
}

static void json_of_anybody(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"{\"world\": \"nowhere\", \"segments\": [{}]}",
		"{\"world\": \"plain\", \"segments\": []}",
		"{\"world\": \"plain\", \"isn\": -1, \"segments\": [{}]}",
		"{\"world\": \"plain\", \"isn\": 4294967296, \"segments\": [{}]}",
		"{\"world\": \"plain\", \"segments\": [{\"flags\": 256}]}",
		"{\"world\": \"plain\", \"segments\": [{\"len\": 1401}]}",
		"{\"world\": \"plain\", \"segments\": [{\"odd\": 99}]}",
		"{\"world\": \"plain\", \"segments\": [{\"seq\": \"Q+1\"}]}",
		"{\"world\": \"plain\", \"segments\": [{\"seq\": 7}]}",
		"{\"world\": \"plain\", \"segments\": [{\"pause_ms\": 60001}]}",
		"{\"world\": \"plain\", \"segments\": "
		"[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},"
		"{},{},{},{},{},{},{},{},{}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		json_t *doc = json_loads(texts[i], 0, NULL);
		struct tw_err err = { "" };
		struct tw_walk walk;

		assert_non_null(doc);
		if (tw_walk_from_json(doc, &walk, &err) != -EINVAL || !*err.text)
			fail_msg("taken for a walk: %s", texts[i]);
		json_decref(doc);
	}
}

/* Whatever is simpler can be made simpler again, until a walk of one bare segment is left. */
static void simpler_comes_to_an_end(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct tw_walk walk = drawn(seed), next;
		unsigned rounds = 0;

		for (unsigned i = 0; tw_walk_simpler(&walk, i, &next);) {
			assert_true(next.n >= 1 && next.n <= walk.n);
			if (tw_walk_cost(&next) >= tw_walk_cost(&walk)) {
				i++;
				continue;
			}
			walk = next;
			i = 0;
			assert_true(rounds++ < 1000);
		}
		assert_int_equal(walk.n, 1);
		assert_int_equal(walk.move[0].send.flags, 0);
		assert_int_equal(walk.move[0].send.len, 0);
		assert_int_equal(walk.move[0].send.odd, 0);
	}
}

/* What the model takes the options' length for is what libnet made. */
static void options_are_as_long_as_told(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct tw_err err = { "" };
	struct tw_forge *forge = tw_forge_new(mac, mac, &err);
	const struct tw_numbers n = { .ts = true, .ts_recent = 7 };

	(void)state;
	assert_non_null(forge);
	for (unsigned odd = 0; odd < TW_ODDS; odd++) {
		for (unsigned i = 0; i < 4; i++) {
			struct tw_send send = { .flags = i & 1 ? SYN : ACK,
						.odd = (uint8_t)odd,
						.tsval.base = i & 2 ? TW_ABSENT : TW_UNSET };
			struct tw_seg seg = tw_send_resolve(&send, TW_IPV4, &n);
			const struct tw_template *t = tw_forge_get(forge, TW_IPV4, &seg, &err);

			assert_non_null(t);
			assert_int_equal((t->bytes[t->l4 + 12] >> 4) * 4u,
					 20 + tw_seg_options_len(&seg));
			assert_int_equal(t->len, t->l4 + 20u + tw_seg_options_len(&seg));
		}
	}
	tw_forge_free(forge);
}

/* ---- packetdrill ---- */

static char *script(const char *id, struct tw_err *err)
{
	static char *names[] = { "TcpExtPAWSTimewait", "TcpExtTCPACKSkippedTimeWait",
				 "net.ipv4.tcp_invalid_ratelimit" };
	const struct tw_facts facts = { .names = names, .n_names = 3 };
	const struct tw_case *row = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int ret;

	for (size_t i = 0; tw_case_at(i); i++)
		if (!strcmp(tw_case_at(i)->id, id))
			row = tw_case_at(i);
	assert_non_null(row);
	ret = tw_drill_write(row, &facts, out, err);
	fclose(out);
	if (ret >= 0)
		return text;
	free(text);
	return NULL;
}

static void scripts(void **state)
{
	static const struct {
		const char *id, *has;
	} rows[] = {
		{ "syn.seq-above.ts-below",
		  "< S 3:3(0) win 65535 <mss 1460,sackOK,TS val 999 ecr 0>\n"
		  "   +0 > . 2:2(0) ack 2 <nop,nop,TS val 100 ecr 1000>\n" },
		{ "syn.seq-above.ts-above",
		  "   +0 > S. 65539:65539(0) ack 4 <mss 1460,sackOK,TS val 100 ecr 1001>\n" },
		/* silence is proved by what comes behind it */
		{ "rst.seq-at", "// nothing came, and the entry is gone" },
		{ "rst.seq-at", "   +0 > R 2:2(0)\n" },
		{ "ack.seq-at", "// nothing came, and the entry is still there" },
		{ "finwait2.data.seq-at", "   +0 > R 2:2(0)\n" },
		{ "limit.sysctl-0", "`sysctl -q net.ipv4.tcp_invalid_ratelimit=0`\n" },
		{ "listen.closed.syn", "   +0 close(3) = 0\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tw_err err = { "" };
		char *text = script(rows[i].id, &err);

		if (!text || !strstr(text, rows[i].has))
			fail_msg("%s: %s\n%s", rows[i].id, err.text, text ? text : "");
		free(text);
	}
}

static void what_packetdrill_cannot_say(void **state)
{
	static const char *const ids[] = {
		"close.destroyed",     "enter.connected.fin", "flags.bad-checksum.rst",
		"listen.filter.syn",   "finwait2.syn.seq-at", "listen.syn-queue-full.cookies",
		"options.too-long.syn"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		struct tw_err err = { "" };

		if (script(ids[i], &err) || !strstr(err.text, "no packetdrill script: "))
			fail_msg("%s: %s", ids[i], err.text);
	}
}

/* What is cut off is another walk: no script and no capture may stand for it. */
static void a_long_walk_is_no_row(void **state)
{
	struct tw_walk walk = { .n = TW_STEPS_MAX };
	struct tw_err err = { "" };
	struct tw_case row;

	(void)state;
	assert_int_equal(tw_walk_row(&walk, &row, &err), 0);
	assert_int_equal(row.n_steps, TW_STEPS_MAX);
	walk.n++;
	assert_int_equal(tw_walk_row(&walk, &row, &err), -E2BIG);
	assert_string_not_equal(err.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_draws_the_same),
		cmocka_unit_test(json_and_back),
		cmocka_unit_test(json_of_anybody),
		cmocka_unit_test(simpler_comes_to_an_end),
		cmocka_unit_test(options_are_as_long_as_told),
		cmocka_unit_test(scripts),
		cmocka_unit_test(what_packetdrill_cannot_say),
		cmocka_unit_test(a_long_walk_is_no_row),
	};

	return !!cmocka_run_group_tests_name("test_walk", tests, NULL, NULL);
}
