/*
 * The model against the suite: every row of plain segments is played on it, on the facts of many kernels. Both were written
 * from the rule book, neither from the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/numbers.h"
#include "judge/expected.h"
#include "kernels.h"
#include "model/model.h"
#include "text/text.h"
#include "twprobe/verdict.h"

enum {
	WND = 65536,
	AGE_MS = 30,
	BEGIN_MS = 1000000,
};

/* ---- what the model says, as if it had been seen ---- */

static void move(struct tw_step_evidence *se, const char *name)
{
	struct tw_moved *m = &se->moved[se->n_moved++];

	snprintf(m->name, sizeof(m->name), "%s", name);
	m->before = 0;
	m->after = 1;
}

/* A counter that the kernel's facts do not list cannot be expected of it, nor seen. */
static void seem(const struct tw_reaction *r, const struct tw_numbers *numbers,
		 const struct tw_facts *facts, struct tw_step_evidence *se, struct tw_observed *ret)
{
	memset(se, 0, sizeof(*se));
	se->counted = true;
	se->reasons_read = tw_facts_has(facts, "H-34");
	for (unsigned i = 0; i < TW_REACTION_COUNTERS && r->counter[i]; i++)
		if (tw_expected_counts(facts, r->counter[i]))
			move(se, r->counter[i]);
	if (r->reason && strcmp(r->reason, "NOT_SPECIFIED") != 0)
		snprintf(se->reason[se->n_reasons++], sizeof(se->reason[0]), "%s", r->reason);
	*ret = (struct tw_observed){ .family = TW_IPV4, .fate = r->fate, .more = se };
	if (r->reply == TW_SILENCE)
		return;
	ret->n_replies = 1;
	ret->reply = (struct tw_seg){
		.flags = (uint8_t)r->reply,
		.seq = r->any_seq ? r->seq + 12345 : r->seq,
		.ack = r->ack,
		.ts = r->ts,
		.tsval = numbers->dut_tsval,
		.tsecr = r->tsecr,
	};
}

/* ---- a row ---- */

struct tally {
	unsigned rows, steps;
};

static uint32_t chosen(const struct tw_val *val, uint32_t otherwise)
{
	return val->base == TW_NUMBER ? val->off : otherwise;
}

static struct tw_numbers numbers_of(const struct tw_given *given, bool ts)
{
	return (struct tw_numbers){
		.rcv_nxt = chosen(&given->rcv_nxt, 1000000000),
		.snd_nxt = 3000000000u,
		.ts_recent =
			ts ? chosen(&given->ts_recent, 2000000) + (given->enter == TW_TO_FIN_WAIT_2
									   ? 0
									   : given->fin_tsval_step)
			   : 0,
		.dut_tsval = 777,
		.dut_last = 777,
		.ts = ts,
	};
}

/* Number of steps that the model spoke about; -1 if it disagrees with one of them and is meant to: it lacks a clause. */
static int play(const struct tw_case *row, const struct tw_facts *facts, const char *kernel,
		enum tw_clause broken)
{
	struct tw_numbers numbers;
	struct tw_step_evidence se;
	struct tw_observed seen;
	struct tw_model_facts mf;
	struct tw_world world;
	struct tw_model m;
	uint64_t now = BEGIN_MS;
	int told = 0;
	bool ts;

	tw_model_facts_of(facts, &mf);
	if (!tw_world_given(&row->given, &mf, &world, &ts))
		return 0;
	numbers = numbers_of(&row->given, ts);
	world.broken = broken;
	m = tw_model_enter(&row->given, &numbers, WND, now);
	now += AGE_MS;
	for (unsigned i = 0; i < tw_case_steps(row); i++) {
		const struct tw_step *step = &row->step[i];
		struct tw_expect want = tw_expected(row, i, facts);
		unsigned times = step->times ? step->times : 1;

		for (unsigned k = 0; k < times; k++) {
			struct tw_seg sent = tw_send_resolve(&step->send, TW_IPV4, &numbers);
			struct tw_reaction r;
			char differs[256], says[256];

			now += step->pause_ms + 1;
			if (step->send.from == TW_OTHER)
				continue;
			r = tw_model_step(&world, &m, &sent, &step->send, now);
			if (!r.told)
				return told;
			told++;
			seem(&r, &numbers, facts, &se, &seen);
			if (tw_expect_met(&want, &numbers, &sent, &seen, differs, sizeof(differs)))
				continue;
			if (broken)
				return -1;
			fail_msg("%s, step %u, on %s: %s; the model says (by %s): %s", row->id,
				 i + 1, kernel, differs, tw_clauses[r.by].name,
				 tw_text_observed(&seen, &numbers, says, sizeof(says)));
		}
	}
	return told;
}

static void all_rows(const struct tw_facts *facts, const char *kernel, struct tally *tally)
{
	char why[256];

	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);
		int told;

		if (row->scenario || tw_expected_none(row, facts, why, sizeof(why)))
			continue;
		told = play(row, facts, kernel, TW_CLAUSE_NONE);
		tally->rows += told > 0;
		tally->steps += (unsigned)told;
	}
}

/* ---- the RFCs ---- */

/* What the clause asks for, met by the RFC profile in one of its ways. */
static bool demand_met(const struct tw_case *row, const struct tw_rfc *rfc, unsigned i,
		       const struct tw_facts *facts, const struct tw_numbers *numbers,
		       const struct tw_seg *sent, const struct tw_observed *seen)
{
	struct tw_expect want = tw_expected(row, i, facts);
	char differs[128];

	memset(want.counter, 0, sizeof(want.counter));
	want.reason = NULL;
	want.isn_not = (struct tw_val){ TW_UNSET, 0 };
	if (want.seq.base == TW_REOPEN_ISN)
		want.seq.base = TW_UNSET;
	if (rfc->as_expected)
		return tw_expect_met(&want, numbers, sent, seen, differs, sizeof(differs));
	for (unsigned k = 0; k < 2; k++)
		if ((rfc->want[k].reply || rfc->want[k].tw) &&
		    tw_expect_met(&rfc->want[k], numbers, sent, seen, differs, sizeof(differs)))
			return true;
	return false;
}

/* 1: met; 0: not; -1: the row asks for nothing, or the profile does not get that far. */
static int rfc_of(const struct tw_case *row, const struct tw_facts *facts)
{
	unsigned last = row->rfc.step ? row->rfc.step - 1u : tw_case_steps(row) - 1;
	struct tw_model_facts mf;
	struct tw_numbers numbers;
	struct tw_step_evidence se;
	struct tw_observed seen;
	struct tw_world world;
	struct tw_model m;
	uint64_t now = BEGIN_MS;
	bool ts;

	tw_model_facts_of(facts, &mf);
	if (!row->rfc.clause || !tw_world_given(&row->given, &mf, &world, &ts))
		return -1;
	world.profile = TW_BY_RFC;
	numbers = numbers_of(&row->given, ts);
	m = tw_model_enter(&row->given, &numbers, WND, now);
	for (unsigned i = 0; i <= last; i++) {
		const struct tw_send *send = &row->step[i].send;
		struct tw_seg sent = tw_send_resolve(send, TW_IPV4, &numbers);
		struct tw_reaction r;

		now += AGE_MS + row->step[i].pause_ms;
		if (send->from == TW_OTHER)
			return -1;
		r = tw_model_step(&world, &m, &sent, send, now);
		if (!r.told)
			return -1;
		seem(&r, &numbers, facts, &se, &seen);
		seen.more = NULL;
		if (i == last)
			return demand_met(row, &row->rfc, i, facts, &numbers, &sent, &seen);
	}
	return -1;
}

/* ---- tests ---- */

static void rows_of_this_kernel(void **state)
{
	static char *names[] = { "TcpExtListenDrops",
				 "TcpExtListenOverflows",
				 "TcpExtPAWSTimewait",
				 "TcpExtSyncookiesSent",
				 "TcpExtTCPACKSkippedFinWait2",
				 "TcpExtTCPACKSkippedTimeWait",
				 "TcpExtTCPMD5NotFound",
				 "TcpExtTCPMinTTLDrop",
				 "TcpExtTCPReqQFullDoCookies",
				 "TcpExtTCPReqQFullDrop",
				 "TcpInCsumErrors",
				 "TcpInErrs",
				 "TcpOutRsts",
				 "net.ipv4.tcp_invalid_ratelimit" };
	const struct tw_facts facts = { .names = names, .n_names = sizeof(names) / sizeof(*names) };
	struct tally tally = { 0, 0 };

	(void)state;
	all_rows(&facts, "the newest", &tally);
	/* only those in which it is about another tuple first, or about a sysctl of no clause, are left out */
	assert_true(tally.rows > 420);
	assert_true(tally.steps > 500);
}

static void rows_of_other_kernels(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(all_kernels) / sizeof(*all_kernels); i++) {
		char *names[NAMES];
		struct tw_facts facts = facts_of(all_kernels[i], names);
		struct tally tally = { 0, 0 };

		all_rows(&facts, all_kernels[i]->is, &tally);
		assert_true(tally.rows > 250);
	}
}

/*
 * Where RFCs contradict each other the profile follows one, and a row may ask for the other: RFC 6191 drops a SYN in silence that RFC
 * 5961 and 7323 want to have acked and RFC 9293 too if nobody listens; RFC 1337 ignores what RFC 9293 obeys. And a RST's TSval
 * is 0, where the model has no TSvals.
 */
static bool another_rfc(const struct tw_case *row)
{
	const struct tw_send *send = &row->step[tw_case_steps(row) - 1].send;
	bool syn = (send->flags & (TW_SYN | TW_ACK | TW_RST)) == TW_SYN;
	const char *clause = row->rfc.clause;

	if (syn && (!strcmp(clause, "RFC 5961 4.2") || !strcmp(clause, "RFC 7323 5.3")))
		return true;
	if (syn && row->given.dut == TW_CLOSED)
		return true;
	return !strncmp(clause, "RFC 1337", 8) ||
	       !strcmp(row->id, "finwait2.data.rst-without-ts") ||
	       !strcmp(row->id, "limit.exempt.syn-closed");
}

static void rows_of_the_rfcs(void **state)
{
	static char *names[] = { "TcpExtPAWSTimewait", "TcpExtTCPACKSkippedTimeWait" };
	const struct tw_facts facts = { .names = names, .n_names = 2 };
	unsigned met = 0;

	(void)state;
	for (size_t i = 0; i < tw_case_count(); i++) {
		const struct tw_case *row = tw_case_at(i);
		int is = row->scenario ? -1 : rfc_of(row, &facts);

		met += is == 1;
		if (is == 0 && !another_rfc(row))
			fail_msg("%s: %s asks that %s", row->id, row->rfc.clause, row->rfc.says);
	}
	assert_true(met > 320);
}

/* A clause that is left out must be missed by some row: else the model says more than the suite shows. */
static void every_clause_has_a_row(void **state)
{
	static char *list[] = { "TcpExtListenDrops",
				"TcpExtListenOverflows",
				"TcpExtPAWSTimewait",
				"TcpExtTCPACKSkippedFinWait2",
				"TcpExtTCPACKSkippedTimeWait",
				"TcpExtTCPMD5NotFound",
				"TcpExtTCPMinTTLDrop",
				"TcpInCsumErrors",
				"TcpInErrs",
				"TcpOutRsts",
				"net.ipv4.tcp_invalid_ratelimit" };
	const struct tw_facts facts = { .names = list, .n_names = sizeof(list) / sizeof(*list) };
	char why[256];

	(void)state;
	for (unsigned c = 1; c < TW_CLAUSES; c++) {
		bool missed = false;

		for (size_t i = 0; i < tw_case_count() && !missed; i++) {
			const struct tw_case *row = tw_case_at(i);

			missed = !row->scenario &&
				 !tw_expected_none(row, &facts, why, sizeof(why)) &&
				 play(row, &facts, "the newest", (enum tw_clause)c) < 0;
		}
		/* these two are shown by scenarios */
		if (!missed && c != TW_P07_ICMP && c != TW_D01_EDGE)
			fail_msg("no row misses %s: %s", tw_clauses[c].name, tw_clauses[c].broken);
	}
}

static void names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TW_CLAUSES; i++) {
		assert_non_null(tw_clauses[i].name);
		assert_non_null(tw_clauses[i].broken);
		assert_int_equal(tw_clause_find(tw_clauses[i].name), i);
	}
	assert_int_equal(tw_clause_find("D-99"), TW_CLAUSE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_this_kernel),
		cmocka_unit_test(rows_of_other_kernels),
		cmocka_unit_test(rows_of_the_rfcs),
		cmocka_unit_test(every_clause_has_a_row),
		cmocka_unit_test(names),
	};

	return !!cmocka_run_group_tests_name("test_model", tests, NULL, NULL);
}
