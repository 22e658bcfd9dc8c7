/*
 * Mechanism A without packets: what was captured at the server's door against the model, the verdict on each plot, and loads: what is
 * counted of them, and their verdict.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nat/doors.h"
#include "nat/load.h"
#include "nat/starving.h"
#include "nat/stats.h"

#define MS 1000000ull
#define US 1000ull

enum {
	SYN = TW_SYN,
	ACK = TW_ACK,
	FIN = TW_FIN,
	FRONT = 0,
	BEHIND = 1,
	SERVER = 2, /* from it, and behind */
	VICTIM = TW_NAT_VICTIM_PORT,
	NEIGHBOUR = 40000,
	FROM_MS = 500000, /* when all begins */
};

/* ---- frames ---- */

struct watch {
	struct tw_nat_frames *frames;
	struct tw_nat_starving *s;
};

static struct watch watch(enum tw_recycle_rule rule, bool emulated)
{
	struct watch w = { calloc(1, sizeof(*w.frames)), calloc(1, sizeof(*w.s)) };

	assert_true(w.frames && w.s);
	w.s->rule = rule;
	w.s->emulated = emulated;
	return w;
}

static void watch_free(struct watch *w)
{
	free(w->frames);
	free(w->s);
}

static struct tw_nat_frame *see(struct watch *w, uint64_t at_us, int where, uint16_t port,
				uint8_t flags, uint32_t seq, uint32_t ack, int64_t tsval)
{
	struct tw_nat_frame *f = &w->frames->frame[w->frames->n++];

	*f = (struct tw_nat_frame){
		.at = FROM_MS * MS + at_us * US,
		.from_server = where == SERVER,
		.behind = where != FRONT,
		.flow = { .family = TW_IPV4,
			  .dut = { { 192, 0, 2, 1 } },
			  .peer = { { 203, 0, 113, 1 } },
			  .dut_port = 20000,
			  .peer_port = port },
		.seg = { .flags = flags,
			 .seq = seq,
			 .ack = ack,
			 .win = 500,
			 .wscale = -1,
			 .ts = tsval >= 0,
			 .tsval = (uint32_t)tsval,
			 .tsecr = 1 },
	};
	return f;
}

/* A client's segment, and the same behind the bump 50 us later. */
static void passes(struct watch *w, uint64_t at_us, uint16_t port, uint8_t flags, uint32_t seq,
		   uint32_t ack, int64_t tsval)
{
	if (w->s->emulated)
		see(w, at_us, FRONT, port, flags, seq, ack, tsval);
	see(w, at_us + 50, BEHIND, port, flags, seq, ack, tsval);
}

/* A whole connection of the neighbour that the server closes first: @tsval is remembered. 1 ms. */
static void neighbour(struct watch *w, uint64_t at_us, uint16_t port, int64_t tsval)
{
	passes(w, at_us, port, SYN, 1000, 0, tsval);
	see(w, at_us + 100, SERVER, port, SYN | ACK, 9000, 1001, 77)->seg.tsecr = (uint32_t)tsval;
	passes(w, at_us + 200, port, ACK, 1001, 9001, tsval);
	see(w, at_us + 300, SERVER, port, FIN | ACK, 9001, 1001, 77);
	passes(w, at_us + 400, port, FIN | ACK, 1001, 9002, tsval);
	see(w, at_us + 500, SERVER, port, ACK, 9002, 1002, 77);
}

static void read_doors(struct watch *w, unsigned doors, unsigned dropped, unsigned disagreements)
{
	assert_int_equal(tw_nat_doors_read(w->frames, w->s), 0);
	assert_int_equal(w->s->n_doors, doors);
	assert_int_equal(w->s->dropped_by_model, dropped);
	assert_int_equal(w->s->disagreements, disagreements);
}

/* The neighbour, then two SYNs of the victim: dropped, and let through with a newer clock. */
static void doors_agree(void **state)
{
	(void)state;
	for (enum tw_recycle_rule rule = TW_RECYCLE_H02; rule <= TW_RECYCLE_H12; rule++) {
		struct watch w = watch(rule, true);
		const struct tw_nat_door *door = w.s->door;

		neighbour(&w, 0, NEIGHBOUR, 800000);
		see(&w, 2000000, FRONT, VICTIM, SYN, 5, 0, 700000);
		passes(&w, 3000000, VICTIM + 1, SYN, 6, 0, 900000);
		read_doors(&w, 3, 1, 0);
		assert_true(!door[0].victim && door[1].victim && door[2].victim);
		assert_false(door[0].remembered);
		assert_true(door[1].remembered && door[1].stamp == 800000 && door[1].age_s == 2);
		assert_int_equal(door[1].says, TW_RECYCLE_DROP_OLD);
		assert_true(door[0].came_out && !door[1].came_out && door[2].came_out);
		assert_int_equal(door[2].tsval, 900000);
		watch_free(&w);
	}
}

/* The same SYN without a timestamp: it is the rule that makes the difference. */
static void doors_of_either_rule(void **state)
{
	static const struct {
		enum tw_recycle_rule rule;
		bool comes_out;
		unsigned dropped, disagreements;
	} rows[] = {
		{ TW_RECYCLE_H02, true, 0, 0 },
		{ TW_RECYCLE_H02, false, 0, 1 },
		{ TW_RECYCLE_H12, true, 1, 1 },
		{ TW_RECYCLE_H12, false, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct watch w = watch(rows[i].rule, true);

		neighbour(&w, 0, NEIGHBOUR, 800000);
		see(&w, 1000000, FRONT, VICTIM, SYN, 5, 0, -1);
		if (rows[i].comes_out)
			see(&w, 1000050, BEHIND, VICTIM, SYN, 5, 0, -1);
		read_doors(&w, 2, rows[i].dropped, rows[i].disagreements);
		watch_free(&w);
	}
}

/* What comes out must be the same SYN: connection, number and clock. */
static void doors_know_a_syn(void **state)
{
	static const struct {
		uint16_t port;
		uint32_t seq;
		int64_t tsval;
		bool same;
	} rows[] = {
		{ VICTIM, 5, 900, true },  { VICTIM + 1, 5, 900, false }, { VICTIM, 6, 900, false },
		{ VICTIM, 5, 901, false }, { VICTIM, 5, -1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct watch w = watch(TW_RECYCLE_H12, true);

		see(&w, 0, FRONT, VICTIM, SYN, 5, 0, 900);
		see(&w, 50, BEHIND, rows[i].port, SYN, rows[i].seq, 0, rows[i].tsval);
		read_doors(&w, 1, 0, !rows[i].same);
		watch_free(&w);
	}
}

/* However late; and what two captures saw within a millisecond may be the wrong way round. */
static void doors_and_time(void **state)
{
	static const struct {
		int64_t behind_us;
		bool same;
	} rows[] = { { 5000000, true }, { 0, true }, { -900, true }, { -1100, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct watch w = watch(TW_RECYCLE_H12, true);

		see(&w, 1000000, FRONT, VICTIM, SYN, 5, 0, 900);
		see(&w, (uint64_t)(1000000 + rows[i].behind_us), BEHIND, VICTIM, SYN, 5, 0, 900);
		read_doors(&w, 1, 0, !rows[i].same);
		watch_free(&w);
	}
}

/* Without timestamps all SYNs of a connection look the same: each that came out is one that went in. */
static void doors_count_each_once(void **state)
{
	struct watch w = watch(TW_RECYCLE_H02, true);

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		see(&w, i * 1000000, FRONT, VICTIM, SYN, 5, 0, -1);
	see(&w, 50, BEHIND, VICTIM, SYN, 5, 0, -1);
	see(&w, 2000050, BEHIND, VICTIM, SYN, 5, 0, -1);
	read_doors(&w, 3, 0, 1);
	watch_free(&w);
}

/* The kernel's own: what came out is what was answered. */
static void doors_of_a_kernel(void **state)
{
	static const struct {
		uint8_t flags;
		uint32_t ack, tsecr;
		bool answered;
	} rows[] = {
		{ SYN | ACK, 6, 900, true },
		{ SYN | ACK, 5, 900, false },
		{ SYN | ACK, 6, 899, false },
		{ ACK, 6, 900, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct watch w = watch(TW_RECYCLE_H12, false);

		see(&w, 0, BEHIND, VICTIM, SYN, 5, 0, 900);
		see(&w, 100, SERVER, VICTIM, rows[i].flags, 9000, rows[i].ack, 77)->seg.tsecr =
			rows[i].tsecr;
		read_doors(&w, 1, 0, !rows[i].answered);
		assert_int_equal(w.s->door[0].came_out, rows[i].answered);
		watch_free(&w);
	}
}

static void doors_too_many(void **state)
{
	struct watch w = watch(TW_RECYCLE_H12, true);

	(void)state;
	for (unsigned i = 0; i < TW_NAT_DOORS_MAX; i++)
		passes(&w, i * 1000, (uint16_t)(10000 + i), SYN, i, 0, 900);
	read_doors(&w, TW_NAT_DOORS_MAX, 0, 0);
	watch_free(&w);
	w = watch(TW_RECYCLE_H12, true);
	for (unsigned i = 0; i <= TW_NAT_DOORS_MAX; i++)
		passes(&w, i * 1000, (uint16_t)(10000 + i), SYN, i, 0, 900);
	assert_int_equal(tw_nat_doors_read(w.frames, w.s), -E2BIG);
	w.s->n_doors = 0;
	w.frames->n = TW_NAT_FRAMES_MAX + 1;
	assert_int_equal(tw_nat_doors_read(w.frames, w.s), -E2BIG);
	watch_free(&w);
}

/* ---- the plots' promises ---- */

struct plot {
	const char *is;
	enum tw_nat_plot plot;
	enum tw_recycle_rule rule;
	struct tw_nat_try tries[2];
	unsigned n_tries;
	const char *why; /* NULL: PASS */
};

#define IN(quiet)                                                            \
	{                                                                    \
		.quiet_s = quiet, .connected = true, .syns = 2, .dropped = 1 \
	}
#define OUT(quiet)                                        \
	{                                                 \
		.quiet_s = quiet, .syns = 5, .dropped = 5 \
	}
#define AT_ONCE                              \
	{                                    \
		.syns = 1, .connected = true \
	}

static struct tw_nat_starving *starving(const struct plot *plot)
{
	struct tw_nat_starving *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	*s = (struct tw_nat_starving){ .plot = plot->plot,
				       .rule = plot->rule,
				       .n_tries = plot->n_tries,
				       .emulated = true,
				       .n_doors = 10,
				       .dropped_by_bump = 4,
				       .dropped_by_model = 4,
				       .done = true };
	memcpy(s->attempt, plot->tries, sizeof(plot->tries));
	return s;
}

static void promises(void **state)
{
	static const struct plot plots[] = {
		{ "starved, fed after 60 s", TW_NAT_STARVES, 0, { OUT(50), IN(60) }, 2, NULL },
		{ "either may be at 59.5", TW_NAT_STARVES, 0, { OUT(50), IN(59.5) }, 2, NULL },
		{ "either may be at 60.5", TW_NAT_STARVES, 0, { OUT(60.5), IN(61) }, 2, NULL },
		{ "fed too early",
		  TW_NAT_STARVES,
		  0,
		  { OUT(50), IN(58.9) },
		  2,
		  "got through after 58.9 s" },
		{ "starved too long",
		  TW_NAT_STARVES,
		  0,
		  { OUT(61.1), IN(62) },
		  2,
		  "did not get through after 61.1 s" },
		{ "starved for ever",
		  TW_NAT_STARVES,
		  0,
		  { OUT(50), OUT(60) },
		  2,
		  "0 attempts got through and 2 did not" },
		{ "never starved",
		  TW_NAT_STARVES,
		  0,
		  { IN(60), IN(60) },
		  2,
		  "2 attempts got through and 0 did not" },
		{ "overtakes", TW_NAT_OVERTAKES, 0, { IN(7) }, 1, NULL },
		{ "does not overtake",
		  TW_NAT_OVERTAKES,
		  0,
		  { OUT(26) },
		  1,
		  "did not get through when its clock was ahead" },
		{ "as late as the forgotten",
		  TW_NAT_OVERTAKES,
		  0,
		  { IN(59) },
		  1,
		  "did not get through when its clock was ahead" },
		{ "overtakes at once",
		  TW_NAT_OVERTAKES,
		  0,
		  { AT_ONCE },
		  1,
		  "no SYN of the victim" },
		{ "overtakes twice", TW_NAT_OVERTAKES, 0, { IN(7), IN(8) }, 2, "did not get" },
		{ "bare, older rule", TW_NAT_BARE, TW_RECYCLE_H02, { AT_ONCE }, 1, NULL },
		{ "bare, older rule, dropped",
		  TW_NAT_BARE,
		  TW_RECYCLE_H02,
		  { IN(1) },
		  1,
		  "did not get through at its first SYN" },
		{ "bare, older rule, starved",
		  TW_NAT_BARE,
		  TW_RECYCLE_H02,
		  { OUT(1) },
		  1,
		  "did not get through at its first SYN" },
		{ "bare, newer rule", TW_NAT_BARE, TW_RECYCLE_H12, { OUT(1) }, 1, NULL },
		{ "bare, newer rule, fed",
		  TW_NAT_BARE,
		  TW_RECYCLE_H12,
		  { IN(1) },
		  1,
		  "without timestamps got through" },
		{ "bare, two attempts",
		  TW_NAT_BARE,
		  TW_RECYCLE_H12,
		  { OUT(1), OUT(2) },
		  2,
		  "without timestamps got through" },
		{ "random, whatever comes",
		  TW_NAT_RANDOM,
		  TW_RECYCLE_H12,
		  { OUT(1), IN(1) },
		  2,
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(plots) / sizeof(plots[0]); i++) {
		struct tw_nat_starving *s = starving(&plots[i]);

		tw_nat_starving_judge(s);
		if (s->verdict != (plots[i].why ? TW_NAT_FAIL : TW_NAT_PASS) ||
		    !strstr(s->why, plots[i].why ? plots[i].why : ""))
			fail_msg("%s: verdict %d, \"%s\"", plots[i].is, s->verdict, s->why);
		free(s);
	}
}

/* What is wrong with any plot. */
static void troubles(void **state)
{
	static const struct plot good = { "", TW_NAT_RANDOM, 0, { OUT(1) }, 1, NULL };
	static const struct {
		bool kernel, done;
		uint64_t bump, passive, model, disagreements, drops;
		unsigned doors, tries;
		enum tw_nat_verdict verdict;
		const char *why;
	} rows[] = {
		{ false, true, 4, 0, 4, 0, 0, 10, 1, TW_NAT_PASS, "" },
		{ false, true, 5, 4, 4, 0, 0, 10, 1, TW_NAT_FAIL,
		  "the bump in the wire dropped 5 SYNs, the model 4" },
		{ false, true, 3, 4, 4, 0, 0, 10, 1, TW_NAT_FAIL, "dropped 3 SYNs, the model 4" },
		{ true, true, 0, 4, 4, 0, 0, 10, 1, TW_NAT_PASS, "" },
		{ true, true, 4, 3, 4, 0, 0, 10, 1, TW_NAT_FAIL,
		  "the kernel counted 3 SYNs, the model 4" },
		{ false, true, 4, 0, 4, 2, 0, 10, 1, TW_NAT_FAIL,
		  "of 10 SYNs 2 were treated otherwise" },
		{ false, true, 4, 0, 4, 1, 7, 10, 1, TW_NAT_ERROR, "the sniffers lost 7 frames" },
		{ false, true, 0, 0, 0, 0, 0, 0, 1, TW_NAT_ERROR, "no SYN was seen" },
		{ false, true, 4, 0, 4, 0, 0, 10, 0, TW_NAT_ERROR, "no SYN was seen" },
		{ false, false, 4, 0, 4, 1, 0, 10, 1, TW_NAT_ERROR, "its worker died" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_nat_starving *s = starving(&good);

		s->emulated = !rows[i].kernel;
		s->done = rows[i].done;
		s->dropped_by_bump = rows[i].bump;
		s->paws_passive = rows[i].passive;
		s->dropped_by_model = rows[i].model;
		s->disagreements = rows[i].disagreements;
		s->pcap_drops = rows[i].drops;
		s->n_doors = rows[i].doors;
		s->n_tries = rows[i].tries;
		tw_nat_starving_judge(s);
		if (s->verdict != rows[i].verdict || !strstr(s->why, rows[i].why))
			fail_msg("row %zu: verdict %d, \"%s\"", i, s->verdict, s->why);
		free(s);
	}
}

static void a_skip_stays(void **state)
{
	static const struct plot good = { "", TW_NAT_RANDOM, 0, { OUT(1) }, 1, NULL };
	struct tw_nat_starving *s = starving(&good);

	(void)state;
	s->done = false;
	s->verdict = TW_NAT_SKIP;
	strcpy(s->why, "CONFIG_NFT_NAT");
	tw_nat_starving_judge(s);
	assert_int_equal(s->verdict, TW_NAT_SKIP);
	assert_string_equal(s->why, "CONFIG_NFT_NAT");
	s->verdict = TW_NAT_ERROR;
	tw_nat_starving_judge(s);
	assert_int_equal(s->verdict, TW_NAT_ERROR);
	assert_string_equal(s->why, "CONFIG_NFT_NAT");
	free(s);
}

/* ---- loads ---- */

static void loads_are_counted(void **state)
{
	struct watch w = watch(0, false);
	unsigned rejected;

	(void)state;
	/* accepted; its SYN comes twice */
	see(&w, 0, BEHIND, 1000, SYN, 1, 0, 9);
	see(&w, 10, SERVER, 1000, SYN | ACK, 5, 2, 9);
	see(&w, 20, BEHIND, 1000, SYN, 1, 0, 9);
	see(&w, 30, SERVER, 1000, ACK, 6, 2, 9);
	/* rejected; the next SYN has another port */
	see(&w, 100, BEHIND, 1001, SYN, 2, 0, 9);
	see(&w, 110, SERVER, 1001, ACK, 5, 7, 9);
	see(&w, 120, BEHIND, 1002, SYN, 2, 0, 9);
	see(&w, 130, SERVER, 1002, SYN | ACK, 5, 3, 9);
	/* the port of the first one, again; put in before its time */
	see(&w, 210, SERVER, 1000, TW_RST | ACK, 5, 7, 9);
	see(&w, 200, BEHIND, 1000, SYN, 3, 0, 9);
	/* not answered */
	see(&w, 300, BEHIND, 1003, SYN, 4, 0, 9);
	/* no SYN of a client */
	see(&w, 400, BEHIND, 1004, SYN | ACK, 5, 0, 9);
	see(&w, 410, BEHIND, 1004, ACK, 6, 0, 9);
	see(&w, 420, SERVER, 1004, ACK, 6, 0, 9);
	assert_int_equal(tw_nat_load_count(w.frames, &rejected), 4);
	assert_int_equal(rejected, 2);
	w.frames->n = 0;
	assert_int_equal(tw_nat_load_count(w.frames, &rejected), 0);
	assert_int_equal(rejected, 0);
	watch_free(&w);
}

static void loads_are_judged(void **state)
{
	static const struct {
		bool done, close;
		uint64_t drops;
		unsigned n, of, sim_n, sim_of;
		enum tw_nat_verdict verdict;
		const char *why;
	} rows[] = {
		{ true, true, 0, 300, 1000, 12000, 40000, TW_NAT_PASS, "" },
		/* a standard error is 1.45 % */
		{ true, false, 0, 350, 1000, 12000, 40000, TW_NAT_PASS, "" },
		{ true, false, 0, 250, 1000, 12000, 40000, TW_NAT_PASS, "" },
		{ true, false, 0, 370, 1000, 12000, 40000, TW_NAT_FAIL,
		  "37.0 % were rejected, the simulation says 30.0 %" },
		{ true, false, 0, 230, 1000, 12000, 40000, TW_NAT_FAIL, "23.0 %" },
		{ true, true, 0, 0, 1000, 0, 40000, TW_NAT_PASS, "" },
		{ true, false, 0, 0, 0, 12000, 40000, TW_NAT_ERROR, "no SYN was seen" },
		{ true, false, 0, 300, 1000, 0, 0, TW_NAT_ERROR, "no SYN was seen" },
		{ true, false, 2, 300, 1000, 12000, 40000, TW_NAT_ERROR, "lost 2 frames" },
		{ false, false, 0, 300, 1000, 12000, 40000, TW_NAT_ERROR, "its worker died" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_nat_load load = {
			.done = rows[i].done,
			.pcap_drops = rows[i].drops,
			.measured = tw_nat_rate(rows[i].n, rows[i].of),
			.simulated = tw_nat_rate(rows[i].sim_n, rows[i].sim_of),
		};

		tw_nat_load_judge(&load);
		if (load.verdict != rows[i].verdict || !strstr(load.why, rows[i].why) ||
		    load.close != rows[i].close)
			fail_msg("row %zu: verdict %d, \"%s\", %d", i, load.verdict, load.why,
				 load.close);
		load.verdict = TW_NAT_SKIP;
		strcpy(load.why, "x");
		tw_nat_load_judge(&load);
		assert_int_equal(load.verdict, TW_NAT_SKIP);
		assert_string_equal(load.why, "x");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doors_agree),
		cmocka_unit_test(doors_of_either_rule),
		cmocka_unit_test(doors_know_a_syn),
		cmocka_unit_test(doors_and_time),
		cmocka_unit_test(doors_count_each_once),
		cmocka_unit_test(doors_of_a_kernel),
		cmocka_unit_test(doors_too_many),
		cmocka_unit_test(promises),
		cmocka_unit_test(troubles),
		cmocka_unit_test(a_skip_stays),
		cmocka_unit_test(loads_are_counted),
		cmocka_unit_test(loads_are_judged),
	};

	return !!cmocka_run_group_tests_name("test_nat_doors", tests, NULL, NULL);
}
