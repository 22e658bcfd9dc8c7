/*
 * Kernels that are not here: what their names tell of their release, which changes are in effect in them, and what rows then
 * expect. The facts are those that such a kernel would show.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge/expected.h"
#include "judge/facts_profile.h"
#include "judge/facts_release.h"
#include "judge_scene.h"
#include "kernels.h"

/* ---- releases ---- */

static void releases(void **state)
{
	static const char signature[] = "Ubuntu 5.15.0-1030.34-aws 5.15.85\n";
	static const char debian[] = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)";
	static const struct {
		const char *release, *version, *signature, *is;
	} rows[] = {
		{ "6.18.44-fc-v595", "#1 SMP PREEMPT_DYNAMIC @0", "", "linux:6.18.44" },
		{ "6.1.0-13-amd64", debian, "", "linux:6.1.55" },
		{ "6.1.0-13-cloud-amd64", debian, "", "linux:6.1.55" },
		{ "6.1.0-13-amd64", "#1 SMP PREEMPT_DYNAMIC", "", "linux:6.1" },
		/* a container on another kernel than its /proc tells: the line must be the same */
		{ "6.6.0-13-amd64", debian, "", "linux:6.6" },
		{ "6.1.0-rpi7-rpi-v8", "#1 SMP PREEMPT Debian 1:6.1.63-1+rpt1 (2023-11-24)", "",
		  "linux:6.1.63" },
		{ "6.12.117+deb12-cloud-amd64", "#1 SMP Debian 6.12.117-1~deb12u1 (2026-11-14)", "",
		  "linux:6.12.117" },
		{ "5.10.0-30-cloud-amd64", "#1 SMP Debian 5.10.218-1 (2024-06-01)", "",
		  "linux:5.10.218" },
		{ "5.15.0-1030-aws", "#34~20.04.1-Ubuntu SMP", signature, "linux:5.15.85" },
		{ "5.15.0-1030-aws", "#34~20.04.1-Ubuntu SMP", "", "linux:5.15" },
		{ "5.4.0-1030-aws", "#34-Ubuntu SMP", signature, "linux:5.4" },
		{ "5.15.0-1030-aws", "", "Ubuntu", "linux:5.15" },
		{ "3.10.0-1160.el7.x86_64", "#1 SMP", "", "linux:3.10+" },
		{ "4.18.0-553.el8_10.x86_64", "#1 SMP", "", "linux:4.18+" },
		{ "5.14.0-427.13.1.el9_4.x86_64", "#1 SMP", "", "linux:5.14+" },
		{ "5.15.0-200.131.27.el9uek.x86_64", "#2 SMP", "", "linux:5.15+" },
		{ "5.14.21-150500.55.73-default", "#1 SMP", "", "linux:5.14+" },
		{ "6.5.6-300.fc39.x86_64", "#1 SMP", "", "linux:6.5.6" },
		{ "6.6.8-arch1-1", "#1 SMP", "", "linux:6.6.8" },
		{ "6.7.0-arch3-1", "#1 SMP", "", "linux:6.7.0" },
		{ "5.10.199-190.747.amzn2.x86_64", "#1 SMP", "", "linux:5.10.199" },
		{ "5.15.153.1-microsoft-standard-WSL2", "#1 SMP", "", "linux:5.15.153" },
		{ "6.19.0-rc3", "#1 SMP", "", "linux:6.19.0" },
		{ "7.0", "", "", "linux:7.0.0" },
		{ "2.6.37", "", "", "linux:2.6.37" },
		{ "", debian, signature, NULL },
		{ "6", "", "", NULL },
		{ "6.", "", "", NULL },
		{ "linux", "", "", NULL },
		{ "-1.2.3", "", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tw_release is, again;
		char name[64] = "";
		bool ok =
			tw_release_parse(rows[i].release, rows[i].version, rows[i].signature, &is);

		if (ok)
			tw_release_name(&is, name, sizeof(name));
		if (ok != !!rows[i].is || (ok && strcmp(name, rows[i].is) != 0))
			fail_msg("%s, %s: %s", rows[i].release, rows[i].version,
				 ok ? name : "no release");
		if (!ok)
			continue;
		assert_true(tw_release_from_name(name, &again));
		assert_memory_equal(&is, &again, sizeof(is));
	}
}

static void names_that_are_no_release(void **state)
{
	static const char *const names[] = { "",         "linux",        "linux:",
					     "linux:6",  "linux:6.1.2a", "linux:6.1++",
					     "TcpExtTW", "linux:x.1",    "linux: 6.1" };
	struct tw_release is;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (tw_release_from_name(names[i], &is))
			fail_msg("\"%s\" is taken for a release", names[i]);
}

/* ---- the history ---- */

static void changes_are_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; tw_change_at(i); i++) {
		const struct tw_change *c = tw_change_at(i);
		const struct tw_moment *moments[] = { &c->come, &c->over };

		if (strncmp(c->id, "H-", 2) != 0 || !c->says || strlen(c->says) < 10 ||
		    !c->come.major)
			fail_msg("change %s is not well formed", c->id);
		if (i)
			assert_true(atoi(c->id + 2) > atoi(tw_change_at(i - 1)->id + 2));
		assert_ptr_equal(tw_change_find(c->id), c);
		for (unsigned m = 0; m < 2; m++) {
			const struct tw_stable *s = moments[m]->stable;

			for (; s < moments[m]->stable + TW_STABLE_MAX && s->major; s++)
				if (s->after >= s->by ||
				    s->major * 1000 + s->minor >=
					    moments[m]->major * 1000 + moments[m]->minor)
					fail_msg("%s: the stable line %d.%d", c->id, s->major,
						 s->minor);
		}
	}
	assert_null(tw_change_find("H-01"));
	assert_null(tw_change_find(""));
}

/* "H-05 !H-07 ?H-10": in effect, not in effect, untold. */
static void check_changes(const struct kernel *k, const char *list)
{
	char *names[NAMES], copy[512], *save, *word;
	struct tw_facts facts = facts_of(k, names);

	snprintf(copy, sizeof(copy), "%s", list);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		enum tw_answer want = *word == '!' ? TW_NO : *word == '?' ? TW_UNTOLD : TW_YES;
		const char *id = word + (want != TW_YES);

		assert_non_null(tw_change_find(id));
		if (tw_facts_tell(&facts, id) != want)
			fail_msg("%s: %s is told as %d, not %d", k->is, id,
				 tw_facts_tell(&facts, id), want);
		assert_int_equal(tw_facts_has(&facts, id), want == TW_YES);
	}
}

/* The rule book's profiles. */
static void profiles(void **state)
{
	(void)state;
	check_changes(&k2_6_37, "!H-04 !H-05 !H-07 !H-10 H-02 H-03 !H-12 !H-13 !H-22");
	check_changes(&k3_2, "H-04 !H-05 !H-07 !H-08 ?H-10 H-02 !H-12 !H-13 !H-63");
	check_changes(&k4_11, "H-05 H-07 H-02 H-12 H-13 !H-22 H-19 !H-18 !H-23 !H-26 !H-27 ?H-63");
	check_changes(&k4_14, "!H-02 H-22 H-23 ?H-26 !H-27 !H-28 !H-29 !H-30 !H-35 H-19 !H-57 "
			      "?H-63 !H-64 !H-43");
	check_changes(&k5_10, "H-26 H-27 H-28 H-29 H-30 !H-35 !H-36 !H-37 !H-42 H-19 !H-47 !H-50 "
			      "H-63 !H-64 !H-43");
	check_changes(&k6_1_4, "H-35 H-36 H-37 !H-38 !H-39 !H-41 !H-42 !H-46 H-63 H-64 !H-43");
	check_changes(&k6_6, "!H-37 H-38 H-41 !H-42 ?H-46 !H-47 H-28 H-63 !H-43");
	check_changes(&k6_12, "H-42 H-46 !H-47 H-28 !H-50 H-19 !H-57 !H-59 !H-63 H-43");
	check_changes(&k6_18_15, "H-47 !H-28 H-48 H-49 H-50 H-52 H-53 H-54 H-19 !H-57 H-43 !H-59");
	check_changes(&k6_19, "!H-19 H-57 H-43 !H-59 !H-60");
	check_changes(&k7_2, "H-57 !H-43 H-59 H-60 H-61 !H-63");
	check_changes(&k6_18_30, "H-57 !H-19 ?H-43 ?H-59 H-42");
	/* a vendor's kernel has what its base has; of the rest only what can be seen is told */
	check_changes(&el8, "H-23 ?H-26 ?H-27 ?H-30 !H-57 !H-59 ?H-42 !H-50 ?H-63");
	check_changes(&unpatched, "H-30 !H-35 H-26 H-63 ?H-64 !H-42");
}

static void what_decides_is_told(void **state)
{
	static const struct {
		const struct kernel *k;
		const char *id;
		bool by_release;
	} rows[] = {
		{ &k6_1_4, "H-35", true },    { &k6_1_4, "H-37", false },
		{ &k6_1_4, "H-38", false },   { &k7_2, "H-57", false },
		{ &k7_2, "H-43", false },     { &k6_18_30, "H-57", true },
		{ &k6_18_30, "H-50", false }, { &k4_14, "H-22", false },
		{ &k4_14, "H-42", true },     { &k6_12, "H-42", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *names[NAMES];
		struct tw_facts facts = facts_of(rows[i].k, names);
		bool by_release;

		tw_change_tell(&facts, tw_change_find(rows[i].id), &by_release);
		if (by_release != rows[i].by_release)
			fail_msg("%s: %s is%s decided by the release", rows[i].k->is, rows[i].id,
				 by_release ? "" : " not");
	}
}

/* Evidence from before there were such names has uname -r only; facts made by hand not even that. */
static void without_names(void **state)
{
	struct tw_facts facts = { .release = "6.1.176" };

	(void)state;
	assert_int_equal(tw_facts_tell(&facts, "H-38"), TW_YES);
	assert_int_equal(tw_facts_tell(&facts, "H-42"), TW_NO);
	assert_int_equal(tw_facts_tell(&facts, "H-63"), TW_YES);
	facts.release[0] = '\0';
	assert_int_equal(tw_facts_tell(&facts, "H-26"), TW_YES);
	assert_int_equal(tw_facts_tell(&facts, "H-63"), TW_NO);
	assert_int_equal(tw_facts_tell(&facts, "sym:tcp_reqsk_send_challenge_ack"), TW_UNTOLD);
	assert_int_equal(tw_facts_tell(&facts, "btf:tcp_skb_cb.tcp_tw_isn"), TW_UNTOLD);
	assert_int_equal(tw_facts_tell(&facts, "default:net.ipv4.tcp_tw_reuse=2"), TW_UNTOLD);
	assert_int_equal(tw_facts_tell(&facts, "reason:TCP_FLAGS"), TW_UNTOLD);
	assert_int_equal(tw_facts_tell(&facts, "TcpExtPAWSTimewait"), TW_NO);
	assert_false(tw_facts_has(&facts, NULL));
}

/* ---- rows ---- */

static const struct tw_case *row_of(const char *id)
{
	for (size_t i = 0; tw_case_at(i); i++)
		if (!strcmp(tw_case_at(i)->id, id))
			return tw_case_at(i);
	fail_msg("there is no row %s", id);
	return NULL;
}

enum outcome {
	SKIPPED = 1, /* nothing can be expected */
};

static void rows_of_old_kernels(void **state)
{
	static const char paws[] = "syn.seq-above.ts-below", rst[] = "rfc1337.rst.seq-at",
			  syn_fin[] = "flags.syn-fin.seq-above", leak[] = "listen.isn-leak.min-ttl",
			  again[] = "listen.isn-leak.syn-fin", cookie[] = "listen.cookies-always",
			  reopened[] = "syn.seq-above.ts-above", clock[] = "ts.ack-carries-it",
			  full[] = "listen.accept-queue-full.syn", limit[] = "limit.ack";
	static const struct {
		const struct kernel *k;
		const char *id;
		unsigned step;
		enum outcome none;
		unsigned reply;
		enum tw_fate tw;
		enum tw_base seq, isn_not, tsval;
		const char *counter, *reason;
	} rows[] = {
		{ &k4_14, paws, 1, 0, ACK, RESTARTED, TW_SND_NXT, 0, 0, NULL, NULL },
		{ &k6_1_4, paws, 1, 0, ACK, RESTARTED, TW_SND_NXT, 0, 0, NULL, NULL },
		{ &k6_18_15, paws, 1, 0, ACK, RESTARTED, TW_SND_NXT, 0, 0, "TcpExtPAWSTimewait",
		  "TCP_RFC7323_TW_PAWS" },
		{ &k4_11, rst, 1, 0, SILENCE, RESTARTED, 0, 0, 0, NULL, NULL },
		{ &k4_14, rst, 1, SKIPPED, 0, 0, 0, 0, 0, NULL, NULL },
		{ &k5_10, rst, 1, 0, SILENCE, RUNNING, 0, 0, 0, NULL, NULL },
		{ &k3_2, syn_fin, 1, 0, SYN | ACK, REOPENED, TW_REOPEN_ISN, 0, 0, NULL,
		  "TCP_FLAGS" },
		{ &k6_1_4, syn_fin, 1, 0, SILENCE, GONE, 0, 0, 0, NULL, "TCP_FLAGS" },
		{ &k5_10, leak, 2, 0, SYN | ACK, 0, 0, TW_REOPEN_ISN, 0, NULL, NULL },
		{ &k6_12, leak, 2, 0, SYN | ACK, 0, TW_REOPEN_ISN, 0, 0, NULL, NULL },
		{ &k6_18_15, leak, 2, 0, SYN | ACK, 0, TW_REOPEN_ISN, 0, 0, NULL, NULL },
		{ &k6_18_30, leak, 2, SKIPPED, 0, 0, 0, 0, 0, NULL, NULL },
		{ &k6_19, leak, 2, 0, SYN | ACK, 0, TW_REOPEN_ISN, 0, 0, NULL, NULL },
		{ &k7_2, leak, 2, 0, SYN | ACK, 0, 0, TW_REOPEN_ISN, 0, NULL, NULL },
		{ &k3_2, again, 2, SKIPPED, 0, 0, 0, 0, 0, NULL, NULL },
		{ &k6_6, cookie, 2, 0, SYN | ACK, GONE, 0, TW_REOPEN_ISN, 0, NULL, NULL },
		{ &k6_12, cookie, 2, 0, SYN | ACK, REOPENED, TW_REOPEN_ISN, 0, 0, NULL, NULL },
		{ &k4_14, cookie, 2, SKIPPED, 0, 0, 0, 0, 0, NULL, NULL },
		{ &k3_2, reopened, 1, 0, SYN | ACK, REOPENED, TW_REOPEN_ISN, 0, 0, NULL, NULL },
		{ &k4_14, reopened, 1, 0, SYN | ACK, REOPENED, 0, 0, 0, NULL, NULL },
		{ &k5_10, reopened, 1, 0, SYN | ACK, REOPENED, 0, TW_REOPEN_ISN, 0, NULL, NULL },
		{ &k7_2, reopened, 1, 0, SYN | ACK, REOPENED, TW_REOPEN_ISN, 0, 0, NULL, NULL },
		{ &k4_11, clock, 1, 0, ACK, RESTARTED, TW_SND_NXT, 0, 0, NULL, NULL },
		{ &k4_14, clock, 1, 0, ACK, RESTARTED, TW_SND_NXT, 0, TW_TS_CLOCK, NULL, NULL },
		{ &k3_2, full, 1, SKIPPED, 0, 0, 0, 0, 0, NULL, NULL },
		{ &k5_10, full, 1, 0, SILENCE, GONE, 0, 0, 0, NULL, NULL },
		{ &unpatched, full, 1, SKIPPED, 0, 0, 0, 0, 0, NULL, NULL },
		{ &k3_2, limit, 1, SKIPPED, 0, 0, 0, 0, 0, NULL, NULL },
		{ &k4_14, limit, 1, 0, ACK, RESTARTED, TW_SND_NXT, 0, 0, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct tw_case *row = row_of(rows[i].id);
		char *names[NAMES], why[256] = "";
		struct tw_facts facts = facts_of(rows[i].k, names);
		struct tw_expect want = tw_expected(row, rows[i].step - 1, &facts);
		bool none = tw_expected_none(row, &facts, why, sizeof(why));

		if (none != (rows[i].none == SKIPPED))
			fail_msg("%s, %s: \"%s\"", rows[i].k->is, row->id, why);
		if (!none &&
		    (want.reply != rows[i].reply || want.tw != rows[i].tw ||
		     want.seq.base != rows[i].seq || want.isn_not.base != rows[i].isn_not ||
		     want.tsval.base != rows[i].tsval ||
		     (rows[i].counter && strcmp(want.counter[0], rows[i].counter) != 0) ||
		     (rows[i].reason &&
		      (!want.reason || strcmp(want.reason, rows[i].reason) != 0))))
			fail_msg("%s, %s, step %u: reply %x, fate %d, seq %d, not %d, tsval %d, "
				 "reason %s",
				 rows[i].k->is, row->id, rows[i].step, want.reply, want.tw,
				 want.seq.base, want.isn_not.base, want.tsval.base,
				 want.reason ? want.reason : "none");
	}
}

static void reasons_that_the_kernel_has_not(void **state)
{
	struct tw_expect want = { .reply = SILENCE, .reason = "TCP_RFC7323_TW_PAWS" };
	char *names[NAMES];
	struct tw_facts facts = facts_of(&k6_12, names);

	(void)state;
	tw_expected_fit(&want, &facts);
	assert_null(want.reason);
	want.reason = "TCP_FLAGS";
	tw_expected_fit(&want, &facts);
	assert_string_equal(want.reason, "TCP_FLAGS");
	/* where no reasons were listed nobody knows: it is compared if it can be read */
	facts = facts_of(&k5_10, names);
	tw_expected_fit(&want, &facts);
	assert_string_equal(want.reason, "TCP_FLAGS");
}

static void both_conditions(void **state)
{
	static const struct {
		const char *when, *unless;
		bool applies;
	} rows[] = {
		{ "TcpExtPAWSTimewait", "TcpExtNever", true },
		{ "TcpExtPAWSTimewait", "TcpExtListenDrops", false },
		{ "TcpExtNever", "TcpExtNever", false },
		{ "TcpExtNever", "TcpExtListenDrops", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scene s;

		scene_make(&s, &scene_refused);
		s.row.except[0] = (struct tw_except){ .when = rows[i].when,
						      .unless = rows[i].unless,
						      .because = "x",
						      .expect.tw = RUNNING };
		assert_int_equal(tw_expected(&s.row, 0, &s.facts).tw,
				 rows[i].applies ? RUNNING : RESTARTED);
		scene_free(&s);
	}
}

/* What cannot be told is no reason for a verdict, in either direction. */
static void untold_is_skip(void **state)
{
	struct tw_verdict v;
	struct scene s;

	(void)state;
	scene_make(&s, &scene_refused);
	s.row.except[0] = (struct tw_except){ .unless = "sym:tcp_reqsk_send_challenge_ack",
					      .because = "x",
					      .expect.tw = RUNNING };
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_SKIP);
	assert_non_null(strstr(v.why, "tells whether this kernel has sym:tcp_reqsk"));
	s.row.except[0].when = "TcpExtNever"; /* the other condition decides */
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_PASS);
	memset(s.row.except, 0, sizeof(s.row.except));
	snprintf(s.facts.release, sizeof(s.facts.release), "3.2.0");
	s.row.needs = "H-05";
	scene_judge(&s, &v);
	assert_int_equal(v.outcome, TW_SKIP);
	assert_string_equal(v.why, "this kernel has no H-05: a listener drops a SYN with FIN");
	scene_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases),
		cmocka_unit_test(names_that_are_no_release),
		cmocka_unit_test(changes_are_well_formed),
		cmocka_unit_test(profiles),
		cmocka_unit_test(what_decides_is_told),
		cmocka_unit_test(without_names),
		cmocka_unit_test(rows_of_old_kernels),
		cmocka_unit_test(reasons_that_the_kernel_has_not),
		cmocka_unit_test(both_conditions),
		cmocka_unit_test(untold_is_skip),
	};

	return !!cmocka_run_group_tests_name("test_profile", tests, NULL, NULL);
}
