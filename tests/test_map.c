/*
 * The map's algorithm on oracles that are known: rectangles are found to the unit, whatever their width, and what is not made of
 * rectangles is no map. And what becomes of maps: JSON, comparison, text, picture.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explore/map_json.h"
#include "explore/map_text.h"
#include "explore/oracle_model.h"
#include "twprobe/words.h"

/* ---- a plane that is known ---- */

struct plane {
	struct tw_oracle oracle;
	unsigned n_seq, n_ts;
	int32_t seq[4], ts[4];
	bool stripe; /* beyond the second cut it is as before the first */
	bool round;  /* a disk: not made of rectangles */
	int fail;    /* what asking fails with */
	uint64_t asked;
};

static unsigned band(const int32_t *cuts, unsigned n, int32_t at)
{
	unsigned i = 0;

	while (i < n && cuts[i] <= at)
		i++;
	return i;
}

static uint32_t kind_of(const struct plane *plane, unsigned x, unsigned y)
{
	return 1 + (plane->stripe ? 10 * (y % 2) + x % 2 : 10 * y + x);
}

static int ask_plane(struct tw_oracle *oracle, const struct tw_point *p, unsigned n,
		     uint32_t *ret_kinds, struct tw_err *err)
{
	struct plane *plane = (struct plane *)oracle;

	for (unsigned i = 0; i < n; i++) {
		unsigned y = p[i].no_ts ? 9 : band(plane->ts, plane->n_ts, p[i].ts);

		ret_kinds[i] = kind_of(plane, band(plane->seq, plane->n_seq, p[i].seq), y);
		if (plane->round && !p[i].no_ts)
			ret_kinds[i] =
				1 +
				((double)p[i].seq * p[i].seq + (double)p[i].ts * p[i].ts > 1e12);
	}
	plane->asked += n;
	return plane->fail ? tw_err_set(err, plane->fail, "the plane is closed") : 0;
}

static void draw(struct plane *plane, struct tw_map *ret)
{
	struct tw_err err = { "" };

	plane->oracle.ask = ask_plane;
	if (tw_map_draw(&plane->oracle, 200, ret, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(ret->probes, plane->asked);
}

static void check_axis(const struct tw_axis *axis, const int32_t *cuts, unsigned n)
{
	assert_int_equal(axis->n_cuts, n);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(axis->cut[i], cuts[i]);
}

static void boundaries_to_the_unit(void **state)
{
	static struct plane planes[] = {
		{ .n_seq = 0 },
		{ .n_seq = 1, .seq = { 1 } },
		{ .n_seq = 1, .seq = { INT32_MIN + 1 }, .n_ts = 1, .ts = { INT32_MAX } },
		{ .n_seq = 2, .seq = { 0, 1 }, .n_ts = 3, .ts = { INT32_MIN + 1, 0, 1 } },
		{ .n_seq = 3, .seq = { -123456789, 0, 65537 }, .n_ts = 2, .ts = { -7, 1234567 } },
		{ .n_seq = 4, .seq = { 65536, 65537, 1000000000, 1000000003 } },
		/* narrow, between two powers of two, on either side */
		{ .stripe = true, .n_seq = 2, .seq = { 1200000000, 1700000000 } },
		{ .stripe = true, .n_seq = 2, .seq = { -1700000000, -1200000000 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(planes) / sizeof(*planes); i++) {
		struct tw_map map;

		draw(&planes[i], &map);
		check_axis(&map.seq, planes[i].seq, planes[i].n_seq);
		check_axis(&map.ts, planes[i].ts, planes[i].n_ts);
		for (unsigned y = 0; y <= map.ts.n_cuts; y++)
			for (unsigned x = 0; x <= map.seq.n_cuts; x++)
				assert_int_equal(map.kind[y][x], kind_of(&planes[i], x, y));
		/* every line of the grid that crosses a boundary proves it */
		assert_true(map.proofs >= 200u * (planes[i].n_seq + planes[i].n_ts));
	}
}

static void what_is_not_made_of_rectangles(void **state)
{
	struct plane disk = { .oracle.ask = ask_plane, .round = true };
	struct tw_err err = { "" };
	struct tw_map map;

	(void)state;
	assert_int_equal(tw_map_draw(&disk.oracle, 200, &map, &err), -EPROTO);
	assert_string_not_equal(err.text, "");
}

static void an_oracle_that_fails(void **state)
{
	struct plane closed = { .oracle.ask = ask_plane, .fail = EIO };
	struct tw_err err = { "" };
	struct tw_map map;

	(void)state;
	assert_int_equal(tw_map_draw(&closed.oracle, 200, &map, &err), -EIO);
	assert_string_equal(err.text, "the plane is closed");
}

/* ---- the model's ---- */

static const struct tw_map_setup syn = { .given = { .enter = TW_BY_FIN_ACK },
					 .send.flags = SYN,
					 .family = TW_IPV4 };

static void draw_model(const struct tw_map_setup *setup, enum tw_profile profile,
		       enum tw_clause broken, struct tw_map *ret)
{
	struct tw_oracle_model model;
	struct tw_err err = { "" };

	assert_int_equal(tw_oracle_model(setup, &tw_model_facts_new, profile, 65536, &model, &err),
			 0);
	model.world.broken = broken;
	if (tw_map_draw(&model.oracle, 200, ret, &err) < 0)
		fail_msg("%s", err.text);
}

static void syn_in_time_wait(void **state)
{
	static const int32_t seq[] = { INT32_MIN + 1, 1 }, ts[] = { INT32_MIN + 1, 0, 1 };
	struct tw_map linux_, rfc, broken;
	char text[80];

	(void)state;
	draw_model(&syn, TW_BY_LINUX, TW_CLAUSE_NONE, &linux_);
	check_axis(&linux_.seq, seq, 2);
	check_axis(&linux_.ts, ts, 3);
	assert_string_equal(tw_kind_text(linux_.kind[1][2], text, sizeof(text)),
			    "ACK, timer restarted");
	assert_string_equal(tw_kind_text(linux_.kind[2][1], text, sizeof(text)),
			    "ACK, timer runs on");
	assert_string_equal(tw_kind_text(linux_.kind[3][1], text, sizeof(text)),
			    "SYN-ACK from S+65537, reopened");
	assert_int_equal(tw_map_differ(&linux_, &linux_), 0);
	draw_model(&syn, TW_BY_RFC, TW_CLAUSE_NONE, &rfc);
	assert_true(tw_map_differ(&linux_, &rfc) > 0);
	/* RFC 6191 compares with the FIN's number, R-1 */
	assert_int_equal(tw_axis_last(&rfc.seq, tw_axis_band(&rfc.seq, -1)), -1);
	draw_model(&syn, TW_BY_LINUX, TW_D20_SEQ, &broken);
	assert_true(tw_map_differ(&linux_, &broken) > 0);
}

static void a_window_in_fin_wait_2(void **state)
{
	const struct tw_map_setup ack = { .given = { .enter = TW_TO_FIN_WAIT_2 },
					  .send.flags = ACK,
					  .family = TW_IPV4 };
	static const int32_t seq[] = { 0, 65537 }; /* what is empty at R+wnd is inside */
	struct tw_map map;

	(void)state;
	draw_model(&ack, TW_BY_LINUX, TW_CLAUSE_NONE, &map);
	check_axis(&map.seq, seq, 2);
}

/* Two maps, each with as many boundaries as there may be, all of them elsewhere. */
static void what_differs_between_the_last_boundaries(void **state)
{
	struct tw_map a = { .wnd = 0 }, b;

	(void)state;
	for (unsigned i = 0; i < TW_MAP_CUTS_MAX; i++)
		a.seq.cut[a.seq.n_cuts++] = (int32_t)(1 + i);
	for (unsigned x = 0; x < TW_BANDS_MAX; x++)
		a.kind[0][x] = a.no_ts[x] = 1;
	b = a;
	for (unsigned i = 0; i < TW_MAP_CUTS_MAX; i++)
		b.seq.cut[i] = (int32_t)(1001 + i);
	assert_int_equal(tw_map_differ(&a, &b), 0);
	b.kind[0][TW_MAP_CUTS_MAX - 1] = 2;
	assert_int_equal(tw_map_differ(&a, &b), 1);
}

/* ---- files ---- */

static void json_and_back(void **state)
{
	struct tw_err err = { "" };
	struct tw_map map, again;
	json_t *doc;

	(void)state;
	draw_model(&syn, TW_BY_LINUX, TW_CLAUSE_NONE, &map);
	doc = tw_map_to_json(&map);
	assert_int_equal(tw_map_from_json(doc, &again, &err), 0);
	assert_int_equal(tw_map_differ(&map, &again), 0);
	assert_memory_equal(&map.seq, &again.seq, sizeof(map.seq));
	json_decref(doc);
}

static void json_of_anybody(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"{\"seq_cuts\": 1, \"ts_cuts\": []}",
		"{\"seq_cuts\": [5, 4], \"ts_cuts\": []}",
		"{\"seq_cuts\": [4294967296], \"ts_cuts\": []}",
		"{\"seq_cuts\": [\"1\"], \"ts_cuts\": []}",
		"{\"seq_cuts\": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16], \"ts_cuts\": []}",
		"{\"seq_cuts\": [], \"ts_cuts\": [], \"regions\": [], \"without_ts\": []}",
		("{\"seq_cuts\": [], \"ts_cuts\": [], \"regions\": [[{\"code\": -1}]], "
		 "\"without_ts\": [{\"code\": 7}]}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		json_t *doc = json_loads(texts[i], 0, NULL);
		struct tw_err err = { "" };
		struct tw_map map;

		assert_non_null(doc);
		if (tw_map_from_json(doc, &map, &err) != -EINVAL || !*err.text)
			fail_msg("taken for a map: %s", texts[i]);
		json_decref(doc);
	}
}

static void for_people(void **state)
{
	struct tw_map linux_, rfc;
	struct tw_map_picture picture = {
		.name = "<a> & a", .other_name = "b", .title = "t", .given = "g"
	};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	draw_model(&syn, TW_BY_LINUX, TW_CLAUSE_NONE, &linux_);
	draw_model(&syn, TW_BY_RFC, TW_CLAUSE_NONE, &rfc);
	tw_map_text(&linux_, &rfc, true, out);
	picture.map = &linux_;
	picture.other = &rfc;
	tw_map_svg(&picture, out);
	fclose(out);
	assert_non_null(strstr(text, "R-2^31+1 .. R-1"));
	assert_non_null(strstr(text, "T-2^31+1 .. T-1"));
	assert_non_null(strstr(text, "A/."));
	assert_non_null(strstr(text, "<svg "));
	assert_non_null(strstr(text, "</svg>"));
	assert_non_null(strstr(text, ">&lt;a&gt; &amp; a</text>"));
	assert_non_null(strstr(text, "stroke=\"#000\""));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boundaries_to_the_unit),
		cmocka_unit_test(what_is_not_made_of_rectangles),
		cmocka_unit_test(an_oracle_that_fails),
		cmocka_unit_test(syn_in_time_wait),
		cmocka_unit_test(a_window_in_fin_wait_2),
		cmocka_unit_test(what_differs_between_the_last_boundaries),
		cmocka_unit_test(json_and_back),
		cmocka_unit_test(json_of_anybody),
		cmocka_unit_test(for_people),
	};

	return !!cmocka_run_group_tests_name("test_map", tests, NULL, NULL);
}
