/*
 * What scenarios promise depends on the kernel: kernels that are not here, by the facts that they would show. And what TSvals are
 * made of, told from samples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nat/clocks.h"
#include "nat/scenarios.h"

/* ---- kernels ---- */

enum {
	NAMES = 4,
};

struct kernel {
	const char *is;
	char *names[NAMES]; /* sorted */
	enum tw_nat_clock_kind clock;
	bool recovers; /* at once */
};

static struct kernel kernels[] = {
	/* TSvals without offsets; with them per connection, per pair of hosts, per 4-tuple */
	{ "4.9", { "linux:4.9.200" }, TW_NAT_CLOCK_ONE, false },
	{ "4.10", { "linux:4.10.0" }, TW_NAT_CLOCK_PER_TUPLE, false },
	{ "4.19", { "linux:4.19.300" }, TW_NAT_CLOCK_PER_HOST, false },
	{ "5.10", { "linux:5.10.218" }, TW_NAT_CLOCK_PER_HOST, false },
	{ "6.1.40", { "linux:6.1.40" }, TW_NAT_CLOCK_PER_HOST, true },
	{ "6.12", { "btf", "linux:6.12.40" }, TW_NAT_CLOCK_PER_HOST, true },
	{ "6.19",
	  { "btf", "linux:6.19.8", "sym:secure_tcp_seq_and_ts_off" },
	  TW_NAT_CLOCK_PER_TUPLE,
	  true },
	/* a vendor's: nothing is known */
	{ "6.12, of a vendor", { "linux:6.12+" }, TW_NAT_CLOCK_UNTOLD, true },
};

enum {
	KERNELS = sizeof(kernels) / sizeof(kernels[0]),
};

static struct tw_facts facts_of(struct kernel *k)
{
	struct tw_facts facts = { .names = k->names };

	while (facts.n_names < NAMES && k->names[facts.n_names])
		facts.n_names++;
	return facts;
}

static struct tw_nat_scenarios *scenarios_of(struct kernel *k)
{
	struct tw_nat_scenarios *all = calloc(1, sizeof(*all));
	struct tw_facts facts = facts_of(k);

	assert_non_null(all);
	tw_nat_scenarios_make(&facts, all);
	return all;
}

static const struct tw_nat_scenario *find(const struct tw_nat_scenarios *all, const char *id)
{
	for (unsigned i = 0; i < all->n; i++)
		if (!strcmp(all->s[i].id, id))
			return &all->s[i];
	fail_msg("there is no scenario %s", id);
	return NULL;
}

static void kernels_are_told(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KERNELS; i++) {
		struct tw_facts facts = facts_of(&kernels[i]);

		if (tw_nat_clock_here(&facts) != kernels[i].clock)
			fail_msg("%s: clock %d", kernels[i].is, tw_nat_clock_here(&facts));
		if (tw_nat_recovers_here(&facts) != kernels[i].recovers)
			fail_msg("%s: recovers", kernels[i].is);
	}
}

/* ---- what each must show ---- */

enum {
	LOSES = TW_NAT_LOSES,
	NONE = TW_NAT_NO_LOSS,
	ANY = TW_NAT_ANYTHING,
	FULL = TW_NAT_EXHAUSTED,
};

/*
 * By what the second connection's TSvals are: one clock with the first one's, related within a host only, unrelated, unknown. Where
 * timestamps take no part, or the NAT has no port, that makes no difference.
 */
static const struct promise {
	const char *id;
	int one, per_host, per_tuple, untold;
} promises[] = {
	{ "two-hosts", NONE, LOSES, LOSES, ANY },
	{ "same-host", NONE, NONE, LOSES, ANY },
	{ "no-ts", LOSES, LOSES, LOSES, LOSES },
	{ "rfc1337", NONE, LOSES, LOSES, ANY },
	{ "lost-acks", NONE, LOSES, LOSES, ANY },
	{ "lost-rsts", NONE, LOSES, LOSES, ANY },
	{ "client-closes", NONE, NONE, NONE, NONE },
	{ "one-clock", NONE, NONE, NONE, NONE },
	{ "after-62-s", NONE, NONE, NONE, NONE },
	{ "destroyed", NONE, NONE, NONE, NONE },
	{ "rfc1337.to-the-end", NONE, LOSES, LOSES, ANY },
	{ "lost-acks.to-the-end", NONE, LOSES, LOSES, ANY },
	{ "lost-rsts.to-the-end", NONE, LOSES, LOSES, ANY },
	{ "lost-acks.no-ts.to-the-end", LOSES, LOSES, LOSES, LOSES },
	{ "two-hosts/ts-0", LOSES, LOSES, LOSES, LOSES },
	{ "two-hosts/ts-2", NONE, NONE, NONE, NONE },
	{ "two-hosts/strip", LOSES, LOSES, LOSES, LOSES },
	{ "two-hosts/ports", ANY, ANY, ANY, ANY },
	{ "two-hosts/hold", FULL, FULL, FULL, FULL },
	{ "two-hosts/hold-ports", NONE, NONE, NONE, NONE },
	{ "two-hosts/rfc1337", NONE, LOSES, LOSES, ANY },
	{ "two-hosts/client-closes", NONE, NONE, NONE, NONE },
	{ "two-hosts/buckets", NONE, NONE, NONE, NONE },
	{ "same-host/rfc1337", NONE, NONE, LOSES, ANY },
	{ "same-host/strip", LOSES, LOSES, LOSES, LOSES },
	{ "no-ts/rfc1337", LOSES, LOSES, LOSES, LOSES },
};

static int wanted(const struct promise *p, enum tw_nat_clock_kind clock)
{
	switch (clock) {
	case TW_NAT_CLOCK_ONE:
		return p->one;
	case TW_NAT_CLOCK_PER_HOST:
		return p->per_host;
	case TW_NAT_CLOCK_PER_TUPLE:
		return p->per_tuple;
	default:
		return p->untold;
	}
}

static void promises_are_the_kernels(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KERNELS; i++) {
		struct tw_nat_scenarios *all = scenarios_of(&kernels[i]);

		for (size_t k = 0; k < sizeof(promises) / sizeof(promises[0]); k++) {
			const struct tw_nat_scenario *sc = find(all, promises[k].id);

			if ((int)sc->promise != wanted(&promises[k], kernels[i].clock))
				fail_msg("%s on %s: promise %d", sc->id, kernels[i].is,
					 sc->promise);
		}
		free(all);
	}
}

/* Who gets through after all: not with rfc1337, and not where what would help is lost. */
static void recoveries(void **state)
{
	static const struct {
		const char *id;
		bool recovers;
	} rows[] = {
		{ "two-hosts", true },
		{ "same-host", true },
		{ "no-ts", true },
		{ "rfc1337", false },
		{ "lost-acks", false },
		{ "lost-rsts", false },
		{ "two-hosts/rfc1337", false },
		{ "rfc1337/rfc1337", true },
		{ "two-hosts/strip", true },
		{ "lost-acks.no-ts.to-the-end", true },
		{ "rfc1337.to-the-end", false },
	};
	struct tw_nat_scenarios *all = scenarios_of(&kernels[6]);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (find(all, rows[i].id)->recovers != rows[i].recovers)
			fail_msg("%s: recovers %d", rows[i].id, !rows[i].recovers);
	assert_true(find(all, "two-hosts/rfc1337")->set.rfc1337);
	assert_false(find(all, "rfc1337/rfc1337")->set.rfc1337);
	free(all);
}

static void check_form(const struct tw_nat_scenarios *all, const struct tw_nat_scenario *sc)
{
	assert_true(strlen(sc->id) > 2 && strlen(sc->says) > 20);
	assert_int_equal(!sc->base, !sc->remedy);
	assert_int_equal(sc->slow, sc->set.limit_s == 0);
	assert_true(sc->set.ports >= 1 && sc->set.hold_s >= 1);
	assert_true(sc->set.first_ts <= 2 && sc->set.second_ts <= 2);
	if (sc->set.second == TW_NAT_SAME_HOST)
		assert_int_equal(sc->set.first_ts, sc->set.second_ts);
	if (sc->control)
		assert_int_equal(sc->promise, TW_NAT_NO_LOSS);
	if (!sc->base)
		return;
	/* "base/remedy", of one that is no remedy, no control, and not slow */
	assert_int_equal(strncmp(sc->id, sc->base, strlen(sc->base)), 0);
	assert_int_equal(sc->id[strlen(sc->base)], '/');
	assert_false(sc->control || sc->slow);
	assert_null(find(all, sc->base)->base);
	assert_false(find(all, sc->base)->control || find(all, sc->base)->slow);
}

static void scenarios_are_well_formed(void **state)
{
	(void)state;
	for (unsigned k = 0; k < KERNELS; k++) {
		struct tw_nat_scenarios *all = scenarios_of(&kernels[k]);
		unsigned controls = 0, remedies = 0, slow = 0;

		for (unsigned i = 0; i < all->n; i++) {
			for (unsigned m = 0; m < i; m++)
				if (!strcmp(all->s[i].id, all->s[m].id))
					fail_msg("two are called %s", all->s[i].id);
			check_form(all, &all->s[i]);
			controls += all->s[i].control;
			remedies += all->s[i].base != NULL;
			slow += all->s[i].slow;
		}
		assert_int_equal(controls, 4);
		assert_int_equal(slow, 4);
		assert_int_equal(remedies, 6 * 9);
		assert_int_equal(all->n, 6 + 4 + 4 + 6 * 9);
		free(all);
	}
}

/* A remedy is its base with one thing changed. */
static void remedies_change_one_thing(void **state)
{
	struct tw_nat_scenarios *all = scenarios_of(&kernels[6]);

	(void)state;
	for (unsigned i = 0; i < all->n; i++) {
		const struct tw_nat_scenario *sc = &all->s[i], *base;
		unsigned changed;

		if (!sc->base)
			continue;
		base = find(all, sc->base);
		changed = (sc->set.closer != base->set.closer) +
			  (sc->set.first_ts != base->set.first_ts ||
			   sc->set.second_ts != base->set.second_ts) +
			  (sc->set.ports != base->set.ports || sc->set.hold_s != base->set.hold_s) +
			  (sc->set.strips_ts != base->set.strips_ts) +
			  (sc->set.rfc1337 != base->set.rfc1337) +
			  (sc->set.max_tw_buckets != base->set.max_tw_buckets);
		if (changed != 1)
			fail_msg("%s changes %u things", sc->id, changed);
		assert_int_equal(sc->set.second, base->set.second);
		assert_int_equal(sc->set.drops_acks, base->set.drops_acks);
		assert_int_equal(sc->set.drops_rsts, base->set.drops_rsts);
		assert_int_equal(sc->set.wait_s, base->set.wait_s);
	}
	free(all);
}

/* ---- clocks ---- */

struct sample {
	uint8_t timestamps, host;
	uint16_t port;
	uint32_t offset;
};

enum {
	SAMPLES = 6,
};

static void clocks_are_told(void **state)
{
	static const struct {
		const char *is;
		struct sample sample[SAMPLES]; /* those with timestamps */
		enum tw_nat_clock_kind kind;
	} rows[] = {
		{ "one for all",
		  { { 1, 0, 10, 500 }, { 1, 0, 17, 500 }, { 1, 1, 10, 500 }, { 1, 1, 17, 500 } },
		  TW_NAT_CLOCK_ONE },
		{ "one, that ticks a little else, through zero",
		  { { 1, 0, 10, 400 }, { 1, 0, 17, -599 }, { 1, 1, 10, -500 }, { 1, 1, 17, 0 } },
		  TW_NAT_CLOCK_ONE },
		{ "a second apart",
		  { { 1, 0, 10, 400 }, { 1, 0, 17, -600 }, { 1, 1, 10, 400 }, { 1, 1, 17, 400 } },
		  TW_NAT_CLOCK_PER_TUPLE },
		{ "a second apart, the other way",
		  { { 1, 0, 10, 400 }, { 1, 0, 17, 1400 }, { 1, 1, 10, 400 }, { 1, 1, 17, 400 } },
		  TW_NAT_CLOCK_PER_TUPLE },
		{ "one port of the first host",
		  { { 1, 0, 10, 500 }, { 1, 1, 10, 500 }, { 1, 1, 17, 500 } },
		  TW_NAT_CLOCK_UNTOLD },
		{ "per host",
		  { { 1, 0, 10, 500 },
		    { 1, 0, 17, 501 },
		    { 1, 1, 10, 90000 },
		    { 1, 1, 17, 90001 } },
		  TW_NAT_CLOCK_PER_HOST },
		{ "per host, half the space apart",
		  { { 1, 0, 10, 0 },
		    { 1, 0, 17, 0 },
		    { 1, 1, 10, 1u << 31 },
		    { 1, 1, 17, 1u << 31 } },
		  TW_NAT_CLOCK_PER_HOST },
		{ "per 4-tuple",
		  { { 1, 0, 10, 500 },
		    { 1, 0, 17, 77777 },
		    { 1, 1, 10, 3 },
		    { 1, 1, 17, 1u << 31 } },
		  TW_NAT_CLOCK_PER_TUPLE },
		{ "one port differs",
		  { { 1, 0, 10, 500 }, { 1, 0, 17, 500 }, { 1, 1, 10, 500 }, { 1, 1, 17, 2000 } },
		  TW_NAT_CLOCK_PER_TUPLE },
		{ "one host only", { { 1, 0, 10, 500 }, { 1, 0, 17, 500 } }, TW_NAT_CLOCK_UNTOLD },
		{ "one port only",
		  { { 1, 0, 10, 500 }, { 1, 0, 10, 500 }, { 1, 1, 10, 9999 }, { 1, 1, 10, 9999 } },
		  TW_NAT_CLOCK_UNTOLD },
		{ "one port of the second host",
		  { { 1, 0, 10, 500 }, { 1, 0, 17, 500 }, { 1, 1, 10, 500 } },
		  TW_NAT_CLOCK_UNTOLD },
		{ "nothing", { { 2, 0, 10, 500 }, { 2, 1, 17, 500 } }, TW_NAT_CLOCK_UNTOLD },
		{ "those of the other setting are not looked at",
		  { { 1, 0, 10, 500 },
		    { 1, 0, 17, 500 },
		    { 1, 1, 10, 500 },
		    { 1, 1, 17, 500 },
		    { 2, 0, 10, 90000 },
		    { 2, 0, 17, 70000 } },
		  TW_NAT_CLOCK_ONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_nat_clocks clocks = { .n = 0 };

		for (unsigned k = 0; k < SAMPLES && rows[i].sample[k].timestamps; k++) {
			const struct sample *s = &rows[i].sample[k];

			clocks.c[clocks.n++] = (struct tw_nat_clock){ .timestamps = s->timestamps,
								      .host = s->host,
								      .port = s->port,
								      .offset = s->offset };
		}
		tw_nat_clocks_tell(&clocks);
		if (clocks.kind[1] != rows[i].kind)
			fail_msg("%s: told as %d", rows[i].is, clocks.kind[1]);
	}
}

/* The settings of tcp_timestamps are told apart. */
static void clocks_of_both_settings(void **state)
{
	struct tw_nat_clocks clocks = { .n = 8 };

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		clocks.c[i] = (struct tw_nat_clock){ .timestamps = (uint8_t)(1 + i / 4),
						     .host = i / 2 % 2,
						     .port = (uint16_t)(10 + i % 2),
						     .offset = i < 4 ? i * 100000 : 7 };
	tw_nat_clocks_tell(&clocks);
	assert_int_equal(clocks.kind[1], TW_NAT_CLOCK_PER_TUPLE);
	assert_int_equal(clocks.kind[2], TW_NAT_CLOCK_ONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels_are_told),
		cmocka_unit_test(promises_are_the_kernels),
		cmocka_unit_test(recoveries),
		cmocka_unit_test(scenarios_are_well_formed),
		cmocka_unit_test(remedies_change_one_thing),
		cmocka_unit_test(clocks_are_told),
		cmocka_unit_test(clocks_of_both_settings),
	};

	return !!cmocka_run_group_tests_name("test_nat_scenarios", tests, NULL, NULL);
}
